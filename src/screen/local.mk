# SPDX-License-Identifier: GPL-2.0-or-later
# What is seen and done needs no terminal; the terminal alone needs ncursesw.
noinst_LTLIBRARIES += libscreen.la libterminal.la
libscreen_la_SOURCES = \
	src/screen/canvas.c src/screen/canvas.h \
	src/screen/cursor.c src/screen/cursor.h \
	src/screen/draw.c \
	src/screen/foot.c \
	src/screen/head.c \
	src/screen/help.c \
	src/screen/inside.h \
	src/screen/keys.c \
	src/screen/moment.c src/screen/moment.h \
	src/screen/move.c \
	src/screen/rows.c src/screen/rows.h \
	src/screen/session.c src/screen/session.h \
	src/screen/stand.c \
	src/screen/strip.c src/screen/strip.h \
	src/screen/table.c \
	src/screen/timeline.c src/screen/timeline.h \
	src/screen/told.c src/screen/told.h \
	src/screen/views.c \
	src/screen/way.c src/screen/way.h
libterminal_la_SOURCES = src/screen/terminal.h
libterminal_la_CFLAGS = $(AM_CFLAGS) $(NCURSES_CFLAGS)
if NCURSES
libterminal_la_SOURCES += src/screen/terminal.c
else
libterminal_la_SOURCES += src/screen/without.c
endif
EXTRA_DIST += src/screen/terminal.c src/screen/without.c
