# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libconntrack.la
libconntrack_la_SOURCES = \
	src/conntrack/tuple.h src/conntrack/tuple.c \
	src/conntrack/reason.h src/conntrack/reason.c \
	src/conntrack/status.h src/conntrack/status.c \
	src/conntrack/packet.h src/conntrack/packet.c \
	src/conntrack/packet_check.h src/conntrack/packet_check.c \
	src/conntrack/checksum.h src/conntrack/crc32c.c \
	src/conntrack/param.h src/conntrack/param.c \
	src/conntrack/profile.h src/conntrack/profile.c src/conntrack/profile/sizes.h \
	src/conntrack/profile/linux_6_18.c src/conntrack/profile/linux_6_1.c \
	src/conntrack/profile/linux_2_6.c src/conntrack/profile/linux_2_4.c \
	src/conntrack/proto/tables.h src/conntrack/proto/tcp_table.c src/conntrack/proto/sctp_table.c \
	src/conntrack/view.h \
	src/conntrack/engine.h \
	src/conntrack/entry.h \
	src/conntrack/ext.h \
	src/conntrack/expect.h \
	src/conntrack/helper.h
