# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libconntrack.la
libconntrack_la_SOURCES = \
	src/conntrack/tuple.h src/conntrack/tuple.c \
	src/conntrack/reason.h src/conntrack/reason.c \
	src/conntrack/status.h src/conntrack/status.c src/conntrack/words.h src/conntrack/words.c \
	src/conntrack/read/packet.h src/conntrack/read/prepare.c \
	src/conntrack/read/packet_check.h src/conntrack/read/packet_check.c \
	src/conntrack/read/checksum.h src/conntrack/read/crc32c.c \
	src/conntrack/table/pages.h src/conntrack/table/pages.c \
	src/conntrack/param.h src/conntrack/param.c src/conntrack/defaults.c \
	src/conntrack/profile/profile.h src/conntrack/profile/profile.c src/conntrack/profile/sizes.h \
	src/conntrack/profile/switches.h src/conntrack/profile/switches_table.c src/conntrack/profile/kernels_table.c src/conntrack/profile/aliases.h src/conntrack/profile/aliases.c \
	src/conntrack/profile/linux_2_6.c src/conntrack/profile/linux_2_4.c \
	src/conntrack/proto/tables.h src/conntrack/proto/tcp_table.c src/conntrack/proto/sctp_table.c \
	src/conntrack/view.h \
	src/conntrack/trace.h src/conntrack/trace_internal.h src/conntrack/trace.c \
	src/conntrack/engine.h \
	src/conntrack/table/entry.h \
	src/conntrack/engine_internal.h src/conntrack/hot.c src/conntrack/find.c src/conntrack/view.c src/conntrack/copy.c src/conntrack/load.c src/conntrack/load.h \
	src/conntrack/table/table.h \
	src/conntrack/table/timer.h src/conntrack/table/due.h src/conntrack/table/due.c \
	src/conntrack/table/bucket.h src/conntrack/table/bucket.c \
	src/conntrack/collector.h src/conntrack/collector.c \
	src/conntrack/evict.h src/conntrack/evict.c src/conntrack/announce.c \
	src/conntrack/goes_on.h src/conntrack/refused.h src/conntrack/refused.c \
	src/conntrack/lanes.h src/conntrack/lanes/internal.h src/conntrack/lanes/bins.h src/conntrack/lanes/whole.c \
	src/conntrack/proto/proto.h src/conntrack/proto/list.h src/conntrack/proto/names.c \
	src/conntrack/proto/tcp.h src/conntrack/proto/tcp_segment.h src/conntrack/proto/tcp_stages.h src/conntrack/proto/tcp_facts.c \
	src/conntrack/proto/tcp_2_6.c src/conntrack/proto/tcp_2_4.c \
	src/conntrack/proto/icmp_answers.h src/conntrack/proto/icmp_answers.c \
	src/conntrack/proto/icmp.c src/conntrack/proto/sctp.c \
	src/conntrack/proto/gre.c src/conntrack/proto/dccp.c src/conntrack/proto/dccp_table.c src/conntrack/proto/generic.c \
	src/conntrack/nat/nat.h src/conntrack/nat/internal.h src/conntrack/nat/map.c src/conntrack/nat/help.h src/conntrack/nat/help.c src/conntrack/nat/choose.c \
	src/conntrack/nat/sources.c src/conntrack/nat/rewrite.h src/conntrack/nat/rewrite.c \
	src/conntrack/ext.h src/conntrack/keeper.h src/conntrack/way.h src/conntrack/master.h src/conntrack/master.c \
	src/conntrack/expect/expect.h src/conntrack/expect/links.h src/conntrack/expect/restore.c src/conntrack/expect/wheel.h \
	src/conntrack/expect/gre_key.h src/conntrack/expect/gre_key.c \
	src/conntrack/helper/helper.h src/conntrack/helper/helping.h src/conntrack/helper/helping.c \
	src/conntrack/helper/list.h src/conntrack/helper/list.c \
	src/conntrack/helper/settings.h src/conntrack/helper/settings.c \
	src/conntrack/helper/modules.h src/conntrack/helper/modules.c \
	src/conntrack/helper/written.h src/conntrack/helper/written.c src/conntrack/helper/text.h src/conntrack/helper/text.c src/conntrack/helper/parse.h \
	src/conntrack/helper/ftp.c src/conntrack/helper/tftp.c src/conntrack/helper/irc.c \
	src/conntrack/helper/sip.h src/conntrack/helper/sip.c src/conntrack/helper/sip_text.c src/conntrack/helper/sip_nat.h src/conntrack/helper/sip_nat.c \
	src/conntrack/helper/amanda.c src/conntrack/helper/sane.c src/conntrack/helper/pptp.c \
	src/conntrack/helper/broadcast.c \
	src/conntrack/helper/per.h src/conntrack/helper/per.c \
	src/conntrack/helper/h323.h src/conntrack/helper/h323.c src/conntrack/helper/h323_parse.c \
	src/conntrack/helper/h323_schema.h src/conntrack/helper/h323_schema.c \
	src/conntrack/state/state.h src/conntrack/state/io.h src/conntrack/state/io.c src/conntrack/state/parts.h \
	src/conntrack/state/tail.h src/conntrack/state/write.c src/conntrack/state/read.c \
	src/conntrack/state/head.c src/conntrack/state/params.c src/conntrack/state/clock.c \
	src/conntrack/state/entry.c src/conntrack/state/ext.c src/conntrack/state/expectation.c \
	src/conntrack/state/words.c
# Compiled as one by hot.c, and by lanes/whole.c.
EXTRA_DIST += \
	src/conntrack/lanes/bins.c src/conntrack/lanes/lanes.c src/conntrack/lanes/chains.c src/conntrack/lanes/life.c src/conntrack/lanes/room.c \
	src/conntrack/lanes/ahead.c src/conntrack/lanes/timing.c src/conntrack/lanes/track.c src/conntrack/lanes/victims.c \
	src/conntrack/way.c src/conntrack/core.c src/conntrack/clock.c src/conntrack/count.c src/conntrack/create.c src/conntrack/end.c \
	src/conntrack/event.c src/conntrack/expect/expect.c src/conntrack/expect/links.c src/conntrack/expect/wheel.c src/conntrack/ext.c \
	src/conntrack/prefetch.c src/conntrack/renew.c src/conntrack/setup.c src/conntrack/table/table.c src/conntrack/table/reply.c src/conntrack/table/timer.c \
	src/conntrack/proto/proto.c \
	src/conntrack/proto/tcp.c src/conntrack/proto/tcp_options.c src/conntrack/proto/tcp_reset.c \
	src/conntrack/proto/tcp_window.c src/conntrack/proto/udp.c
