# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libverify.la
libverify_la_SOURCES = \
	src/verify/model.h src/verify/model.c src/verify/seconds.h src/verify/seconds.c \
	src/verify/transcript.h src/verify/transcript.c src/verify/transcript_json.h src/verify/transcript_json.c \
	src/verify/transcript_table.h src/verify/transcript_table.c \
	src/verify/transcript_write.h src/verify/transcript_write.c \
	src/verify/compare.h src/verify/compare.c src/verify/compare_internal.h src/verify/compare_fields.c \
	src/verify/engine_side.h src/verify/engine_side.c \
	src/verify/offline.h src/verify/offline.c src/verify/limits.h src/verify/limits.c \
	src/verify/report.h src/verify/report.c \
	src/verify/rules.h src/verify/rules.c src/verify/rules_run.h src/verify/rules_head.c src/verify/rules_expects.h src/verify/rules_expects.c src/verify/rules_did.h src/verify/rules_did.c \
	src/verify/rules_compare.h src/verify/rules_compare.c \
	src/verify/random.h src/verify/random.c src/verify/hostile_packets.h src/verify/hostile_packets.c \
	src/verify/hostile.h src/verify/hostile.c src/verify/talk.h src/verify/talk.c
if VERIFY_LIVE
libverify_la_SOURCES += \
	src/verify/netlink.h src/verify/netlink.c \
	src/verify/labhost.h src/verify/labhost.c \
	src/verify/labnet.h src/verify/labnet.c src/verify/labroute.h src/verify/labroute.c \
	src/verify/lab.h src/verify/lab.c \
	src/verify/live.h src/verify/live.c \
	src/verify/box.h src/verify/box.c \
	src/verify/routed.h src/verify/routed.c src/verify/routed_end.h src/verify/routed_end.c \
	src/verify/trial.h src/verify/trial.c
endif
libverify_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(ZLIB_CFLAGS) $(MNL_CFLAGS)
