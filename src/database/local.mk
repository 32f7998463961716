# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libdatabase.la
if SQLITE
libdatabase_la_SOURCES = \
	src/database/database.h src/database/database.c \
	src/database/pages.h src/database/pages.c src/database/tree.h src/database/tree.c \
	src/database/record.h src/database/record.c src/database/keys.h src/database/keys.c \
	src/database/table.h src/database/table.c \
	src/database/schema.h src/database/schema.c \
	src/database/vfs.h src/database/vfs.c
else
libdatabase_la_SOURCES = src/database/database.h src/database/without.c
endif
libdatabase_la_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
