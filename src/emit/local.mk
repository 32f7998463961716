# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libemit.la
libemit_la_SOURCES = \
	src/emit/emit.h src/emit/emit.c \
	src/emit/text.h src/emit/text.c src/emit/put.h src/emit/put.c src/emit/phrase.h \
	src/emit/fold.h src/emit/fold.c src/emit/zone.h src/emit/zone.c \
	src/emit/collect.h src/emit/collect.c \
	src/emit/formats.h src/emit/list.c src/emit/lines.c \
	src/emit/listed.h src/emit/listed.c \
	src/emit/loss.c src/emit/flow.c src/emit/evicted.h src/emit/evicted.c \
	src/emit/parts.h src/emit/parts.c \
	src/emit/json_parts.h src/emit/json_parts.c src/emit/json_entry.c \
	src/emit/stats.c src/emit/stats_kernel.c src/emit/part.c \
	src/emit/summary.h src/emit/summary.c \
	src/emit/tally.h src/emit/tally.c \
	src/emit/hint.c src/emit/packet_text.c src/emit/comment.h src/emit/comment.c \
	src/emit/past.h src/emit/past.c \
	src/emit/rules.h src/emit/rules.c \
	src/emit/conntrack.c \
	src/emit/asked.h src/emit/asked.c \
	src/emit/headers.h src/emit/headers.c \
	src/emit/one_sided.h src/emit/one_sided.c \
	src/emit/wire.h src/emit/wire.c \
	src/emit/row.h src/emit/row.c src/emit/row_json.c src/emit/table.c src/emit/separated.c \
	src/emit/packet_fields.c src/emit/event_fields.c \
	src/emit/xml.c \
	src/emit/save.c \
	src/emit/proc.c \
	src/emit/json.c \
	src/emit/transcript.c src/emit/transcript_kernel.c
