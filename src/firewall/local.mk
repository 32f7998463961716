# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libfirewall.la
# What reads JSON of nftables, and json-glib with it: libctreplay goes without, and has src/lib/no_nft.c in its place.
nft_json_sources = \
	src/firewall/nft/json.c src/firewall/nft/reader.h \
	src/firewall/nft/lines.c src/firewall/nft/lines.h \
	src/firewall/nft/read.c src/firewall/nft/read_expr.c src/firewall/nft/read_object.c \
	src/firewall/nft/read_change.c src/firewall/nft/read_right.c src/firewall/nft/read_rule.c src/firewall/nft/read_set.c \
	src/firewall/nft/read_statement.c src/firewall/nft/read_table.c
firewall_sources = \
	src/firewall/build.c src/firewall/build.h \
	src/firewall/cover.c src/firewall/cover.h \
	src/firewall/extension.c src/firewall/extension.h \
	src/firewall/graph.c src/firewall/graph.h \
	src/firewall/ipset.c \
	src/firewall/iptables.h src/firewall/iptables_file.h \
	src/firewall/iptables_command.c \
	src/firewall/iptables_detect.c \
	src/firewall/iptables_file.c \
	src/firewall/iptables_lex.c src/firewall/iptables_lex.h \
	src/firewall/iptables_load.c src/firewall/iptables_load.h \
	src/firewall/iptables_option.c \
	src/firewall/iptables_pairs.c \
	src/firewall/iptables_rule.c src/firewall/iptables_rule.h \
	src/firewall/iptables_save.c \
	src/firewall/iptables_words.c src/firewall/iptables_words.h \
	src/firewall/names.c src/firewall/names.h src/firewall/names_table.c \
	src/firewall/parse.c src/firewall/parse.h \
	src/firewall/nft/fields.h src/firewall/nft/fields_table.c src/firewall/nft/types_table.c \
	src/firewall/nft/act.c src/firewall/nft/eval.c src/firewall/nft/eval_ct.c \
	src/firewall/nft/eval_meta.c src/firewall/nft/eval_options.c src/firewall/nft/eval_packet.c \
	src/firewall/nft/jhash.c src/firewall/nft/jhash.h \
	src/firewall/nft/link.c src/firewall/nft/link.h \
	src/firewall/nft/nft.c src/firewall/nft/nft.h \
	src/firewall/nft/live.c src/firewall/nft/run.c src/firewall/nft/run.h src/firewall/nft/run_internal.h \
	src/firewall/nft/stateful.c src/firewall/nft/translate.c \
	src/firewall/nft/scan.c src/firewall/nft/scan.h \
	src/firewall/nft/targets.c src/firewall/nft/targets.h \
	src/firewall/nft/text.c src/firewall/nft/text.h src/firewall/nft/text_expr.c \
	src/firewall/nft/trace.c src/firewall/nft/trace.h \
	src/firewall/nft/text_set.c src/firewall/nft/text_statement.c \
	src/firewall/nft/value.c src/firewall/nft/value.h \
	src/firewall/read.c \
	src/firewall/rules_file.c \
	src/firewall/rules_json.c src/firewall/rules_json.h \
	src/firewall/ruleset.c src/firewall/ruleset.h \
	src/firewall/save.c src/firewall/save.h \
	src/firewall/set_ref.h src/firewall/sets.c \
	src/firewall/match/data.h src/firewall/match/list.h \
	src/firewall/match/bytes.c \
	src/firewall/match/conntrack.c \
	src/firewall/match/header.c \
	src/firewall/match/host.c \
	src/firewall/match/icmp.c \
	src/firewall/match/ipv6.c \
	src/firewall/match/limit.c \
	src/firewall/match/memory.c \
	src/firewall/match/multiport.c \
	src/firewall/match/packet.c \
	src/firewall/match/policy.c \
	src/firewall/match/rateest.c \
	src/firewall/match/sctp.c \
	src/firewall/match/set.c \
	src/firewall/match/spi.c \
	src/firewall/match/srh.c \
	src/firewall/match/tcp.c \
	src/firewall/match/time.c \
	src/firewall/target/data.h src/firewall/target/list.h \
	src/firewall/target/header.c \
	src/firewall/target/hmark.c \
	src/firewall/target/log.c \
	src/firewall/target/mark.c \
	src/firewall/target/nat.c \
	src/firewall/target/other.c \
	src/firewall/target/track.c \
	src/firewall/walk/answer.c src/firewall/walk/answer.h \
	src/firewall/walk/loop.c src/firewall/walk/loop.h \
	src/firewall/walk/facts.c src/firewall/walk/facts.h \
	src/firewall/walk/firewall.c src/firewall/walk/firewall.h src/firewall/walk/firewall_internal.h \
	src/firewall/walk/index.c src/firewall/walk/index.h \
	src/firewall/walk/log.c src/firewall/walk/log.h \
	src/firewall/walk/keep.c \
	src/firewall/walk/make.c \
	src/firewall/walk/memory.c src/firewall/walk/memory.h \
	src/firewall/walk/nat.c src/firewall/walk/nat.h \
	src/firewall/walk/nat_bytes.c src/firewall/walk/nat_bytes.h src/firewall/walk/nat_range.c src/firewall/walk/nat_range.h \
	src/firewall/walk/npt.c src/firewall/walk/npt.h \
	src/firewall/walk/options.c src/firewall/walk/options.h \
	src/firewall/walk/ip_options.c src/firewall/walk/ip_options.h \
	src/firewall/walk/own.c src/firewall/walk/own.h \
	src/firewall/walk/packet.c src/firewall/walk/packet.h \
	src/firewall/walk/pieces.c src/firewall/walk/pieces.h \
	src/firewall/walk/policies.c src/firewall/walk/policies.h \
	src/firewall/walk/program.c src/firewall/walk/program.h \
	src/firewall/walk/put.c src/firewall/walk/put.h \
	src/firewall/walk/quick.c src/firewall/walk/quick.h \
	src/firewall/walk/random.c \
	src/firewall/walk/record.c src/firewall/walk/record.h \
	src/firewall/walk/routing.c src/firewall/walk/routing.h \
	src/firewall/walk/sets.c src/firewall/walk/sets.h src/firewall/walk/sets_inside.h src/firewall/walk/sets_change.c \
	src/firewall/walk/settled.c src/firewall/walk/settled.h \
	src/firewall/walk/settled_way.c src/firewall/walk/settled_way.h src/firewall/walk/straight.c src/firewall/walk/straight.h \
	src/firewall/walk/tell.c src/firewall/walk/tell.h \
	src/firewall/walk/tell_wire.c src/firewall/walk/tell_wire.h \
	src/firewall/walk/view.c src/firewall/walk/view.h src/firewall/walk/words_nat.c \
	src/firewall/walk/targets.c src/firewall/walk/targets.h \
	src/firewall/walk/tests.h \
	src/firewall/walk/test_about.c src/firewall/walk/test_bytes.c \
	src/firewall/walk/test_header.c src/firewall/walk/test_ipv6.c \
	src/firewall/walk/test_list.c src/firewall/walk/test_rate.c \
	src/firewall/walk/test_track.c \
	src/firewall/walk/walk.c src/firewall/walk/walk.h \
	src/firewall/walk/where.c src/firewall/walk/where.h \
	src/firewall/walk/words.c src/firewall/walk/words.h
libfirewall_la_SOURCES = $(firewall_sources) $(nft_json_sources)
libfirewall_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
libfirewall_la_LIBADD = $(JSON_LIBS)
