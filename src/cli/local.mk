# SPDX-License-Identifier: GPL-2.0-or-later
bin_PROGRAMS += ctreplay
ctreplay_SOURCES = src/cli/main.c
ctreplay_LDADD = $(CTREPLAY_LIBS)
