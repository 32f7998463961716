# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libdatabase.la
if SQLITE
libdatabase_la_SOURCES = \
	src/database/database.h src/database/database.c \
	src/database/schema.h src/database/schema.c \
	src/database/vfs.h src/database/vfs.c
else
libdatabase_la_SOURCES = src/database/database.h src/database/without.c
endif
libdatabase_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
