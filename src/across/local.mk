# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libacross.la
libacross_la_SOURCES = \
	src/across/across.h src/across/across.c \
	src/across/align.h src/across/align.c \
	src/across/fields.c \
	src/across/inside.h \
	src/across/settle.c \
	src/across/sighting.c \
	src/across/waiting.c
