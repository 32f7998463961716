# SPDX-License-Identifier: GPL-2.0-or-later
# The program as its users see it: exit codes, streams, live captures.
CLI_TESTS = tests/cli/exit_codes.sh tests/cli/live.sh tests/cli/words.sh tests/cli/readme.sh tests/cli/diff.sh tests/cli/report.sh \
	tests/cli/hostile.sh tests/cli/sweep.sh tests/cli/plot.sh tests/cli/full_table.sh tests/cli/protocols.sh tests/cli/rules.sh tests/cli/firewall.sh tests/cli/links.sh
dist_check_SCRIPTS += $(CLI_TESTS)
TESTS += $(CLI_TESTS)
EXTRA_DIST += tests/cli/capture.sh tests/cli/report_drive.js
