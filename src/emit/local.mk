# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libemit.la
libemit_la_SOURCES = src/emit/emit.h src/emit/text.h
