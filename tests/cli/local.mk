# SPDX-License-Identifier: GPL-2.0-or-later
# The program as its users see it: exit codes, streams, live captures.
CLI_TESTS = \
	tests/cli/across.sh \
	tests/cli/agree.sh \
	tests/cli/answers.sh \
	tests/cli/assumptions.sh \
	tests/cli/box.sh \
	tests/cli/box_routing.sh \
	tests/cli/data.sh \
	tests/cli/database.sh \
	tests/cli/diff.sh \
	tests/cli/diff_rules.sh \
	tests/cli/exit_codes.sh \
	tests/cli/firewall.sh \
	tests/cli/fleet.sh \
	tests/cli/flows.sh \
	tests/cli/flows_sums.sh \
	tests/cli/full_table.sh \
	tests/cli/headers.sh \
	tests/cli/history.sh \
	tests/cli/hostile.sh \
	tests/cli/inflate_ahead.sh \
	tests/cli/kernels.sh \
	tests/cli/links.sh \
	tests/cli/listing.sh \
	tests/cli/live.sh \
	tests/cli/manual.sh \
	tests/cli/nat.sh \
	tests/cli/notes.sh \
	tests/cli/plain.sh \
	tests/cli/plot.sh \
	tests/cli/protocols.sh \
	tests/cli/readme.sh \
	tests/cli/reasons.sh \
	tests/cli/redact.sh \
	tests/cli/referee.sh \
	tests/cli/report.sh \
	tests/cli/routed.sh \
	tests/cli/resume.sh \
	tests/cli/rules.sh \
	tests/cli/rules_everywhere.sh \
	tests/cli/rules_nft.sh \
	tests/cli/scenario_rules.sh \
	tests/cli/sides.sh \
	tests/cli/rules_trace.sh \
	tests/cli/sweep.sh \
	tests/cli/timeouts.sh \
	tests/cli/top.sh \
	tests/cli/wireshark.sh \
	tests/cli/words.sh
dist_check_SCRIPTS += $(CLI_TESTS)
TESTS += $(CLI_TESTS)
EXTRA_DIST += tests/cli/box_check.sh tests/cli/box_large.sh tests/cli/box_policy.sh tests/cli/box_router.sh tests/cli/box_traffic.py tests/cli/capture.sh tests/cli/loaded tests/cli/report_drive.js tests/cli/resume_anywhere.sh tests/cli/nft-trace

# The router with 20,000 connections: some minutes; in the suite it has 30.
check-box: ctreplay
	srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/cli/box_large.sh
# Every sample cut in three places.
check-long: check-long-resume
check-long-resume: ctreplay samples
	srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/cli/resume_anywhere.sh
# Compressed captures broken in sixty places each.
check-long: check-long-broken
check-long-broken: ctreplay bench_generate
	srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/cli/inflate_ahead.sh 60
.PHONY: check-box check-long check-long-broken check-long-resume
