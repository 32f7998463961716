# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libexplain.la
libexplain_la_SOURCES = \
	src/explain/explain.h \
	src/explain/words.h src/explain/words.c \
	src/explain/teller.h src/explain/teller.c \
	src/explain/topics.h \
	src/explain/lookup.c \
	src/explain/cells.c \
	src/explain/window.c \
	src/explain/outcome.c \
	src/explain/sentences.c \
	src/explain/rule.c \
	src/explain/firewall.c \
	src/explain/render.c
