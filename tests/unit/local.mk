# SPDX-License-Identifier: GPL-2.0-or-later

check_PROGRAMS += test_emit_text
TESTS += test_emit_text
test_emit_text_SOURCES = tests/unit/test_emit_text.c
test_emit_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_emit_text_LDADD = libemit.la libconntrack.la $(CHECK_LIBS) $(GLIB_LIBS)
