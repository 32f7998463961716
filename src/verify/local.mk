# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libverify.la
libverify_la_SOURCES = \
	src/verify/transcript.h src/verify/transcript.c \
	src/verify/table.c \
	src/verify/json.h src/verify/json.c \
	src/verify/print.h src/verify/print.c \
	src/verify/compare.h src/verify/compare.c src/verify/compare_internal.h src/verify/compare_fields.c \
	src/verify/run.h src/verify/run.c \
	src/verify/offline.h src/verify/offline.c \
	src/verify/hostile.h src/verify/hostile.c src/verify/hostile_talk.h src/verify/hostile_build.c
if VERIFY_LIVE
libverify_la_SOURCES += \
	src/verify/netlink.h src/verify/netlink.c \
	src/verify/labnet.h src/verify/labnet.c \
	src/verify/lab.h src/verify/lab.c \
	src/verify/live.h src/verify/live.c \
	src/verify/trial.h src/verify/trial.c
endif
libverify_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(ZLIB_CFLAGS) $(MNL_CFLAGS)
