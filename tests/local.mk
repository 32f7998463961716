# SPDX-License-Identifier: GPL-2.0-or-later
include tests/lib/local.mk
include tests/unit/local.mk
include tests/cli/local.mk
include tests/library/local.mk
include tests/golden/local.mk
include tests/generator/local.mk
include tests/truth/local.mk
include tests/fuzz/local.mk
include tests/mutants/local.mk
include tests/bench/local.mk
include tests/advice/local.mk

# Checks of the tree itself.
tree_checks = build-aux/check-pure.sh build-aux/check-spdx.sh build-aux/check-hardened.sh build-aux/check-spec.sh
dist_check_SCRIPTS += $(tree_checks)
TESTS += $(tree_checks)

# The live kernel; never part of `make check` (root, and settings of the whole machine).
if VERIFY_LIVE
EXTRA_PROGRAMS += pressure_live
pressure_live_SOURCES = tests/kernel/pressure_live.c
pressure_live_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(MNL_CFLAGS)
pressure_live_LDADD = libverify.la $(CTREPLAY_LIBS) $(JSON_LIBS) $(MNL_LIBS)
check-kernel-pressure: pressure_live$(EXEEXT)
	./pressure_live$(EXEEXT)
endif
.PHONY: check-kernel-pressure
