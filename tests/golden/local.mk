# SPDX-License-Identifier: GPL-2.0-or-later
# Golden outputs (golden.tap), the samples' own expectations (samples.tap), captures to scenarios and back (roundtrip.tap).
TESTS += tests/golden/golden.tap tests/golden/samples.tap tests/golden/profiles.tap tests/golden/roundtrip.tap
dist_check_SCRIPTS += tests/golden/golden.tap tests/golden/samples.tap tests/golden/profiles.tap tests/golden/roundtrip.tap
EXTRA_DIST += tests/golden/TESTLIST tests/golden/expected tests/golden/scenarios tests/golden/profiles

# make golden-update T='ping.*': shows what would change and asks; BLESS=yes answers for all.
golden-update: all
	@test -n "$(T)" || { echo "give the names of tests: make golden-update T='ping.*'" >&2; exit 2; }
	@set -f; srcdir=$(srcdir) $(SHELL) $(srcdir)/tests/golden/golden.tap -u $(T)
.PHONY: golden-update
