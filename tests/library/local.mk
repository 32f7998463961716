# SPDX-License-Identifier: GPL-2.0-or-later
# libctreplay: its functions from within (test_library), what they do unseen (test_key), and the library as somebody finds it who has installed it (installed.sh).
TESTS += test_library test_key tests/library/installed.sh
check_PROGRAMS += test_library test_key
test_library_SOURCES = tests/library/test_library.c tests/unit/unit.h
test_library_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
test_library_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
test_library_LDFLAGS = $(AM_LDFLAGS) -static
test_library_LDADD = libctreplay.la $(CHECK_LIBS) $(GLIB_LIBS)
test_key_SOURCES = tests/library/test_key.c tests/unit/unit.h
test_key_CPPFLAGS = $(test_library_CPPFLAGS)
test_key_CFLAGS = $(test_library_CFLAGS)
test_key_LDFLAGS = $(test_library_LDFLAGS)
test_key_LDADD = $(test_library_LDADD)

dist_check_SCRIPTS += tests/library/installed.sh
library_environment = CC='$(CC)'; NM='$(NM)'; PKG_CONFIG='$(PKG_CONFIG)'; export CC NM PKG_CONFIG; \
	build_cflags='$(SANITIZE_CFLAGS) $(COVERAGE_CFLAGS)'; libdir='$(libdir)'; includedir='$(includedir)'; docdir='$(docdir)'; mandir='$(mandir)'; \
	export build_cflags libdir includedir docdir mandir;
