# SPDX-License-Identifier: GPL-2.0-or-later
# Golden outputs (golden.tap) and the samples' own expectations (samples.tap), as TAP.
TESTS += tests/golden/golden.tap tests/golden/samples.tap
dist_check_SCRIPTS += tests/golden/golden.tap tests/golden/samples.tap
EXTRA_DIST += tests/golden/TESTLIST tests/golden/expected

# make golden-update T='ping.*': shows what would change and asks; BLESS=yes answers for all.
golden-update: all
	@test -n "$(T)" || { echo "give the names of tests: make golden-update T='ping.*'" >&2; exit 2; }
	@set -f; srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/golden/golden.tap -u $(T)
.PHONY: golden-update
