# SPDX-License-Identifier: GPL-2.0-or-later
# Mutants of real captures through the whole program: 3000 in the suite (MUTANTS in the environment), any number by `make check-mutants`.
TESTS += mutants
check_PROGRAMS += mutants
mutants_SOURCES = tests/mutants/mutants.c tests/mutants/captures.c tests/mutants/captures.h tests/mutants/desk.c tests/mutants/desk.h \
	tests/mutants/mutate.c tests/mutants/mutate.h tests/mutants/entry.c
mutants_CPPFLAGS = $(AM_CPPFLAGS) -DTRUTH_DEFAULT='"$(abs_top_srcdir)/../shared"' -DSAMPLES='"$(abs_top_builddir)/samples"'
mutants_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS) $(LZMA_CFLAGS) $(ZSTD_CFLAGS)
mutants_LDADD = $(CTREPLAY_COMMANDS)
CLEANFILES += crash-mutant-*

MUTANTS = 100000
MUTANTS_SEED = 2
check-mutants: mutants ctreplay
	./mutants --mutants $(MUTANTS) --seed $(MUTANTS_SEED)
.PHONY: check-mutants
