# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libreplay.la
libreplay_la_SOURCES = \
	src/replay/options.c \
	src/replay/point.c src/replay/point.h \
	src/replay/replay.h
