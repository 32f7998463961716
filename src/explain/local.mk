# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libexplain.la
libexplain_la_SOURCES = \
	src/explain/explain.h src/explain/parts.h \
	src/explain/explain.c \
	src/explain/table.c \
	src/explain/outcome.c \
	src/explain/rule.c \
	src/explain/print.c
