# SPDX-License-Identifier: GPL-2.0-or-later
noinst_LTLIBRARIES += libpacket.la
packet_sources = \
	src/packet/packet.h src/resume/io.h src/packet/decode.c \
	src/packet/common.h \
	src/packet/arena.h src/packet/arena.c \
	src/packet/hash_key.h src/packet/hash_key.c \
	src/packet/link.h src/packet/link.c \
	src/packet/link_ethernet.c src/packet/link_raw.c src/packet/link_ppp.c src/packet/link_hdlc.c src/packet/link_wlan.c \
	src/packet/link_frame_relay.c src/packet/link_atm.c src/packet/link_slip.c src/packet/link_switch.c src/packet/link_ipoib.c \
	src/packet/link_pktap.c src/packet/link_juniper.c src/packet/link_erf.c \
	src/packet/ip.h src/packet/ip.c \
	src/packet/defrag.h src/packet/defrag.c src/packet/defrag4.c src/packet/defrag6.c
libpacket_la_SOURCES = $(packet_sources) src/packet/link_name.c
libpacket_la_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
# Compiled as one with decode.c.
EXTRA_DIST += src/packet/common.c
