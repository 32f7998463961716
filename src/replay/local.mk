# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libreplay.la
libreplay_la_SOURCES = \
	src/replay/ahead.c src/replay/ahead.h \
	src/replay/feed.c src/replay/feed.h \
	src/replay/look.c src/replay/look.h src/replay/copies.c src/replay/copies.h src/replay/vlans.c src/replay/vlans.h \
	src/replay/held.c src/replay/held.h \
	src/replay/infer.c \
	src/replay/loop.c \
	src/replay/options.c \
	src/replay/pairs.c src/replay/pairs.h \
	src/replay/place.c src/replay/place.h \
	src/replay/point.c src/replay/point.h \
	src/replay/replay.h \
	src/replay/select.c src/replay/select.h \
	src/replay/source.c src/replay/source_inside.h src/replay/source_read.c src/replay/source_slot.c \
	src/replay/tape.c src/replay/tape.h \
	src/replay/zones.c src/replay/zones.h
