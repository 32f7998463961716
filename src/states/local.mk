# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libstates.la
libstates_la_SOURCES = \
	src/states/states.h src/states/arcs.h src/states/probe.h src/states/picture.h \
	src/states/machine.c \
	src/states/probe.c \
	src/states/arcs.c src/states/compare.c \
	src/states/listing.c \
	src/states/layout.c \
	src/states/svg.c
