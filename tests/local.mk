# SPDX-License-Identifier: GPL-2.0-or-later
include tests/unit/local.mk
include tests/cli/local.mk
include tests/golden/local.mk
include tests/truth/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk

# Checks of the tree itself.
dist_check_SCRIPTS += build-aux/check-pure.sh build-aux/check-spdx.sh
TESTS += build-aux/check-pure.sh build-aux/check-spdx.sh
