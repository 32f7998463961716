# SPDX-License-Identifier: GPL-2.0-or-later
# What explain, -P and diff advise against an INVALID packet is tried.
check_PROGRAMS += try_advice
try_advice_SOURCES = tests/advice/try_advice.c
try_advice_LDADD = $(CTREPLAY_LIBS)
dist_check_SCRIPTS += tests/advice/advice.sh
TESTS += tests/advice/advice.sh
# All captures, and more kernels: minutes.
check-long: check-long-advice
check-long-advice: try_advice samples
	ADVICE=long srcdir='$(srcdir)' sh '$(srcdir)/tests/advice/advice.sh'
.PHONY: check-long check-long-advice
