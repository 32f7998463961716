# SPDX-License-Identifier: GPL-2.0-or-later
# Random rulesets against this machine's kernel: `make check-rules`; a few of them in the suite: few.tap.
TESTS += tests/generator/few.tap
dist_check_SCRIPTS += tests/generator/few.tap
check_PROGRAMS += check_rules
check_rules_SOURCES = tests/generator/check_rules.c tests/generator/generator.h
if VERIFY_LIVE
check_rules_SOURCES += tests/generator/box.c tests/generator/box_rules.c tests/generator/box_rules.h tests/generator/case.c tests/generator/judge.c tests/generator/packets.c \
	tests/generator/rules_iptables.h \
	tests/generator/rules_iptables.c tests/generator/rules_iptables_match.c tests/generator/rules_iptables_nat.c \
	tests/generator/rules_iptables_set.c tests/generator/rules_nft.h tests/generator/rules_nft.c \
	tests/generator/rules_nft_match.c tests/generator/rules_nft_set.c tests/generator/rules_nft_wide.c
endif
check_rules_CFLAGS = $(AM_CFLAGS) $(MNL_CFLAGS)
check_rules_LDADD = libverify.la libfirewall.la $(CTREPLAY_LIBS) $(JSON_LIBS) $(MNL_LIBS)
RULES_RULESETS = 2000
RULES_PACKETS = 100
RULES_SEED = 1000
check-rules: check_rules
	./check_rules $(RULES_RULESETS) $(RULES_PACKETS) $(RULES_SEED)
.PHONY: check-rules
