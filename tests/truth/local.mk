# SPDX-License-Identifier: GPL-2.0-or-later
TEST_EXTENSIONS = .tap
TAP_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh

TESTS += truth.tap
check_PROGRAMS += truth.tap
truth_tap_SOURCES = tests/truth/truth.c
truth_tap_CPPFLAGS = $(AM_CPPFLAGS) -DTRUTH_DEFAULT='"$(abs_top_srcdir)/../shared"' \
	-DSAMPLES='"$(abs_top_builddir)/samples"' -DRECORDED='"$(abs_top_srcdir)/tests/truth/recorded"'
truth_tap_LDADD = libverify.la libfirewall.la $(CTREPLAY_LIBS) $(JSON_LIBS) $(MNL_LIBS)

# Each switch of a profile turned is noticed: one kernel in the suite, all of them by `make check-long`.
check_PROGRAMS += switches
switches_SOURCES = tests/truth/switches.c tests/truth/switches_rules.c tests/truth/switches_known.c tests/truth/switches_known.h tests/truth/switches_unshown.h
switches_CPPFLAGS = $(AM_CPPFLAGS) -DTRUTH_DEFAULT='"$(abs_top_srcdir)/../shared"' \
	-DSCENARIOS='"$(abs_top_srcdir)/tests/golden/profiles"'
switches_LDADD = libverify.la libfirewall.la libscenario.la libexplain.la $(CTREPLAY_LIBS) $(JSON_LIBS) $(MNL_LIBS)
TESTS += tests/truth/switches.tap
dist_check_SCRIPTS += tests/truth/switches.tap
check-long: check-long-switches
check-long-switches: switches
	./switches
.PHONY: check-long check-long-switches

TESTS += pressure.tap
check_PROGRAMS += pressure.tap
pressure_tap_SOURCES = tests/truth/pressure.c
pressure_tap_CPPFLAGS = $(AM_CPPFLAGS) -DTRUTH_DEFAULT='"$(abs_top_srcdir)/../shared"'
pressure_tap_LDADD = $(CTREPLAY_LIBS) -lm

TESTS += rulesets.tap
check_PROGRAMS += rulesets.tap
rulesets_tap_SOURCES = tests/truth/rulesets.c
rulesets_tap_CPPFLAGS = $(AM_CPPFLAGS) -DTRUTH_DEFAULT='"$(abs_top_srcdir)/../shared"'
rulesets_tap_LDADD = libfirewall.la $(GLIB_LIBS)

TESTS += rules.tap
check_PROGRAMS += rules.tap
rules_tap_SOURCES = tests/truth/rules.c
rules_tap_CPPFLAGS = $(AM_CPPFLAGS) -DTRUTH_DEFAULT='"$(abs_top_srcdir)/../shared"' \
	-DRECORDED_RULES='"$(abs_top_srcdir)/tests/truth/recorded-rules"'
EXTRA_DIST += tests/truth/recorded-rules
rules_tap_LDADD = libverify.la libfirewall.la $(CTREPLAY_LIBS) $(JSON_LIBS) $(MNL_LIBS) -lm

TESTS += sent.tap
check_PROGRAMS += sent.tap
sent_tap_SOURCES = tests/truth/sent.c
sent_tap_CPPFLAGS = $(AM_CPPFLAGS) -DTRUTH_DEFAULT='"$(abs_top_srcdir)/../shared"'
sent_tap_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
sent_tap_LDADD = $(CTREPLAY_LIBS) $(JSON_LIBS)

# The samples through this machine's own kernel, where it lets one; and a router's table against its capture.
TESTS += tests/truth/live.tap tests/truth/router.tap
dist_check_SCRIPTS += tests/truth/live.tap tests/truth/router.tap
# Every run equals its own transcript.
TESTS += tests/truth/own.tap
dist_check_SCRIPTS += tests/truth/own.tap
# The other half of iptables, live.
TESTS += tests/truth/legacy_live.tap
dist_check_SCRIPTS += tests/truth/legacy_live.tap
EXTRA_DIST += tests/truth/legacy_live.py tests/truth/legacy_live.rules
# What a box captured of its own answers: recorded, and live.
TESTS += tests/truth/answers.tap
dist_check_SCRIPTS += tests/truth/answers.tap tests/truth/answers_live.tap
EXTRA_DIST += tests/truth/answers_box.sh tests/truth/answers_live.py tests/truth/recorded-box
check-answers: ctreplay
	srcdir=$(srcdir) $(srcdir)/tests/truth/answers_live.tap
check-long: check-answers
.PHONY: check-answers
# What no route leads on: recorded, and live.
TESTS += tests/truth/noroute.tap
dist_check_SCRIPTS += tests/truth/noroute.tap tests/truth/noroute_live.tap
EXTRA_DIST += tests/truth/noroute_box.sh tests/truth/noroute_live.py tests/truth/noroute_live.rules \
	tests/truth/noroute_live.rules6 tests/truth/recorded-noroute
check-noroute: ctreplay
	srcdir=$(srcdir) $(srcdir)/tests/truth/noroute_live.tap
check-long: check-noroute
.PHONY: check-noroute
# Real firewalls, live; FIREWALLS=PATTERN, FIREWALLS_SEED=N.
dist_check_SCRIPTS += tests/truth/firewalls_live.tap
EXTRA_DIST += tests/truth/firewalls_live.py
check-firewalls: ctreplay
	srcdir=$(srcdir) $(srcdir)/tests/truth/firewalls_live.tap
check-long: check-firewalls
# Packets whose sums rules put wrong, live.
TESTS += tests/truth/spoilt_live.tap
dist_check_SCRIPTS += tests/truth/spoilt_live.tap
EXTRA_DIST += tests/truth/spoilt_live.py tests/truth/spoilt_live.rules
.PHONY: check-firewalls check-long
# Our side of recordings under rules, by the referee's own program; "all" as an argument: each of rules.tap.
TESTS += tests/truth/rules_referee.tap
dist_check_SCRIPTS += tests/truth/rules_referee.tap
EXTRA_DIST += tests/truth/record.sh tests/truth/recorded

# A few thousand hostile packets in the suite; 200,000 by `make check-kernel`.
TESTS += check_kernel
check_PROGRAMS += check_kernel
check_kernel_SOURCES = tests/truth/check_kernel.c
check_kernel_LDADD = libverify.la libfirewall.la $(CTREPLAY_LIBS) $(JSON_LIBS) $(MNL_LIBS)
KERNEL_PACKETS = 200000
KERNEL_SEED = 1
check-kernel: check_kernel
	./check_kernel $(KERNEL_PACKETS) $(KERNEL_SEED)
.PHONY: check-kernel
TESTS += explain.tap
check_PROGRAMS += explain.tap
explain_tap_SOURCES = tests/truth/explain.c
explain_tap_CPPFLAGS = $(AM_CPPFLAGS) -DTRUTH_DEFAULT='"$(abs_top_srcdir)/../shared"'
explain_tap_LDADD = libexplain.la $(CTREPLAY_LIBS)
