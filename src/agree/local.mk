# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libagree.la
libagree_la_SOURCES = \
	src/agree/agree.c src/agree/agree.h \
	src/agree/causes.c \
	src/agree/index.c \
	src/agree/internal.h \
	src/agree/timeouts.c
