# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += liblisting.la
liblisting_la_SOURCES = \
	src/listing/json.c \
	src/listing/listing.c src/listing/listing.h \
	src/listing/load.c src/listing/load.h \
	src/listing/reader.c src/listing/reader.h \
	src/listing/save.c \
	src/listing/text.c \
	src/listing/xml.c
