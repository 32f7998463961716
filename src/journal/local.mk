# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libjournal.la
libjournal_la_SOURCES = \
	src/journal/journal.h src/journal/journal.c src/journal/key.c \
	src/journal/whatif.h src/journal/whatif.c \
	src/journal/trials.h src/journal/trials.c \
	src/journal/advisable.h src/journal/advisable.c \
	src/journal/advice.h src/journal/advice.c \
	src/journal/refused.h src/journal/refused.c \
	src/journal/history.h src/journal/history.c \
	src/journal/timeouts.h src/journal/timeouts.c src/journal/lives.h src/journal/lives.c \
	src/journal/keyframes.h src/journal/keyframes.c
