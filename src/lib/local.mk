# SPDX-License-Identifier: GPL-2.0-or-later
# The installed library: engine, decoder and reassembly once more, as position-independent objects whose names stay inside. The program
# goes on with the convenience libraries, whose objects are its own kind. libpcap is not needed: only link_name.c asks it.
lib_LTLIBRARIES += libctreplay.la
include_HEADERS += src/lib/ctreplay.h
libctreplay_la_SOURCES = \
	src/lib/ctreplay.h src/lib/library.h \
	src/lib/engine.c src/lib/no_nft.c src/lib/rules.c src/lib/settings.c src/lib/values.c src/lib/names.c \
	$(libconntrack_la_SOURCES) $(firewall_sources) $(packet_sources)
EXTRA_libctreplay_la_DEPENDENCIES = src/lib/libctreplay.map
EXTRA_DIST += src/lib/libctreplay.map
libctreplay_la_CFLAGS = $(AM_CFLAGS) $(HIDDEN_CFLAGS)
libctreplay_la_LIBTOOLFLAGS =
# CURRENT:REVISION:AGE: a release that changes code only raises REVISION; one that adds functions or members raises CURRENT and AGE and sets REVISION to 0, and
# its functions stand in a new node of the map; one that breaks callers raises CURRENT, sets the others to 0, and is another package.
libctreplay_la_LDFLAGS = $(COMMON_LDFLAGS) -version-info 0:0:0 -no-undefined
if VERSION_SCRIPT
libctreplay_la_LDFLAGS += -Wl,--version-script=$(srcdir)/src/lib/libctreplay.map
else
libctreplay_la_LDFLAGS += -export-symbols-regex '^ctreplay_'
endif
libctreplay_la_LIBADD = $(GLIB_LIBS)

pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = src/lib/ctreplay.pc
CLEANFILES += src/lib/ctreplay.pc
EXTRA_DIST += src/lib/ctreplay.pc.in
src/lib/ctreplay.pc: src/lib/ctreplay.pc.in config.status
	$(AM_V_GEN)$(MKDIR_P) src/lib && sed -e 's|[@]prefix@|$(prefix)|' -e 's|[@]libdir@|$(libdir)|' -e 's|[@]includedir@|$(includedir)|' \
	  -e 's|[@]version@|$(PACKAGE_VERSION)|' -e 's|[@]GLIB_STATIC_LIBS@|$(GLIB_STATIC_LIBS)|' $(srcdir)/src/lib/ctreplay.pc.in >$@.new && mv $@.new $@

examplesdir = $(docdir)/examples
dist_examples_DATA = examples/track.c examples/rules.c
# A ruleset under test.
firewallexampledir = $(examplesdir)/firewall
dist_firewallexample_DATA = examples/firewall/Makefile examples/firewall/README.md examples/firewall/edge.rules \
	examples/firewall/box.ct examples/firewall/office.ct examples/firewall/published.ct
# Many captures: doc/fleet.md.
fleetdir = $(examplesdir)/fleet
dist_fleet_DATA = examples/fleet/replay-one.sh examples/fleet/fleet.sbatch examples/fleet/clickhouse.sql examples/fleet/totals.sql \
	examples/fleet/invalid-by-reason.sql examples/fleet/larger-table.sql examples/fleet/duckdb.sql examples/fleet/duckdb.mjs
