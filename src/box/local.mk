# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libbox.la
libbox_la_SOURCES = \
	src/box/box.h \
	src/box/facts.c \
	src/box/file.c \
	src/box/internal.h \
	src/box/keep.c \
	src/box/names.c \
	src/box/network.c \
	src/box/policy.c \
	src/box/routes.c \
	src/box/rules.c \
	src/box/tar.c \
	src/box/walk.c
