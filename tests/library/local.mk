# SPDX-License-Identifier: GPL-2.0-or-later
# libctreplay: its functions from within (test_library*), what they do unseen (test_key), and the library as somebody finds it who has installed it (installed.sh).
LIBRARY_TESTS = test_library test_library_packets test_library_events test_library_rules
TESTS += $(LIBRARY_TESTS) test_key tests/library/installed.sh
check_PROGRAMS += $(LIBRARY_TESTS) test_key
LIBRARY_KIT = tests/library/library_kit.h tests/library/library_kit.c $(UNIT_KIT)
LIBRARY_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
LIBRARY_TEST_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
LIBRARY_TEST_LINKING = $(AM_LDFLAGS) -static
LIBRARY_TEST_LIBS = libctreplay.la $(CHECK_LIBS) $(GLIB_LIBS)
test_library_SOURCES = tests/library/test_library.c $(LIBRARY_KIT)
test_library_CPPFLAGS = $(LIBRARY_TEST_CPPFLAGS)
test_library_CFLAGS = $(LIBRARY_TEST_CFLAGS)
test_library_LDFLAGS = $(LIBRARY_TEST_LINKING)
test_library_LDADD = $(LIBRARY_TEST_LIBS)
test_library_packets_SOURCES = tests/library/test_library_packets.c $(LIBRARY_KIT)
test_library_packets_CPPFLAGS = $(LIBRARY_TEST_CPPFLAGS)
test_library_packets_CFLAGS = $(LIBRARY_TEST_CFLAGS)
test_library_packets_LDFLAGS = $(LIBRARY_TEST_LINKING)
test_library_packets_LDADD = $(LIBRARY_TEST_LIBS)
test_library_events_SOURCES = tests/library/test_library_events.c $(LIBRARY_KIT)
test_library_events_CPPFLAGS = $(LIBRARY_TEST_CPPFLAGS)
test_library_events_CFLAGS = $(LIBRARY_TEST_CFLAGS)
test_library_events_LDFLAGS = $(LIBRARY_TEST_LINKING)
test_library_events_LDADD = $(LIBRARY_TEST_LIBS)
test_library_rules_SOURCES = tests/library/test_library_rules.c $(LIBRARY_KIT)
test_library_rules_CPPFLAGS = $(LIBRARY_TEST_CPPFLAGS)
test_library_rules_CFLAGS = $(LIBRARY_TEST_CFLAGS)
test_library_rules_LDFLAGS = $(LIBRARY_TEST_LINKING)
test_library_rules_LDADD = $(LIBRARY_TEST_LIBS)
test_key_SOURCES = tests/library/test_key.c $(UNIT_KIT)
test_key_CPPFLAGS = $(LIBRARY_TEST_CPPFLAGS)
test_key_CFLAGS = $(LIBRARY_TEST_CFLAGS)
test_key_LDFLAGS = $(LIBRARY_TEST_LINKING)
test_key_LDADD = $(LIBRARY_TEST_LIBS)

dist_check_SCRIPTS += tests/library/installed.sh
library_environment = CC='$(CC)'; NM='$(NM)'; PKG_CONFIG='$(PKG_CONFIG)'; export CC NM PKG_CONFIG; \
	build_cflags='$(SANITIZE_CFLAGS) $(COVERAGE_CFLAGS)'; libdir='$(libdir)'; includedir='$(includedir)'; docdir='$(docdir)'; mandir='$(mandir)'; \
	export build_cflags libdir includedir docdir mandir;
