# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libconntrack.la
libconntrack_la_SOURCES = \
	src/conntrack/tuple.h src/conntrack/tuple.c \
	src/conntrack/reason.h src/conntrack/reason.c \
	src/conntrack/status.h src/conntrack/status.c \
	src/conntrack/packet.h \
	src/conntrack/param.h \
	src/conntrack/profile.h \
	src/conntrack/view.h \
	src/conntrack/engine.h \
	src/conntrack/entry.h \
	src/conntrack/ext.h \
	src/conntrack/expect.h \
	src/conntrack/helper.h
