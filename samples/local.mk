# SPDX-License-Identifier: GPL-2.0-or-later
# Lessons: a recipe each, and the capture that the program itself makes of it. Both are installed.
sample_recipes = \
	samples/amanda.ct \
	samples/bad-checksum.ct \
	samples/classic-close.ct \
	samples/classic-established.ct \
	samples/classic-syn-sent.ct \
	samples/classic-time-wait.ct \
	samples/cooked.ct \
	samples/dns.ct \
	samples/esp.ct \
	samples/evicted-and-missed.ct \
	samples/fragments.ct \
	samples/fragments6.ct \
	samples/ftp-active.ct \
	samples/ftp-ipv6.ct \
	samples/ftp-passive.ct \
	samples/full-assured-stay.ct \
	samples/full-newcomer-dropped.ct \
	samples/gre.ct \
	samples/h323.ct \
	samples/half-open.ct \
	samples/half-open-flood.ct \
	samples/handshake-and-close.ct \
	samples/ipv6.ct \
	samples/irc.ct \
	samples/keep-alive.ct \
	samples/link-layers.ct \
	samples/netbios-broadcast.ct \
	samples/out-of-window.ct \
	samples/overlapping-fragments.ct \
	samples/pick-up-in-the-middle.ct \
	samples/ping.ct \
	samples/port-reused-after-reset.ct \
	samples/port-reused-in-time-wait.ct \
	samples/port-unreachable.ct \
	samples/pppoe.ct \
	samples/pptp.ct \
	samples/refused.ct \
	samples/reset.ct \
	samples/rst-challenge.ct \
	samples/sane.ct \
	samples/sctp-association.ct \
	samples/sctp-event-late.ct \
	samples/sctp-heartbeat.ct \
	samples/sctp-tag-relearnt.ct \
	samples/simultaneous-open.ct \
	samples/sip.ct \
	samples/sip-registration.ct \
	samples/snmp-broadcast.ct \
	samples/tftp.ct \
	samples/udp-stream.ct \
	samples/udplite.ct \
	samples/udplite-checksum.ct \
	samples/unacknowledged-data.ct \
	samples/upgrade-half-open.ct \
	samples/upgrade-no-window.ct \
	samples/upgrade-ping.ct \
	samples/vlan.ct \
	samples/zero-window.ct
sample_captures = $(sample_recipes:.ct=.pcap)

samplesdir = $(pkgdatadir)/samples
dist_samples_DATA = $(sample_recipes)
nodist_samples_DATA = $(sample_captures)
CLEANFILES += $(sample_captures)

SUFFIXES = .ct .pcap
.ct.pcap:
	$(AM_V_GEN)$(MKDIR_P) samples && ./ctreplay$(EXEEXT) compile $< -W $@
$(sample_captures): ctreplay$(EXEEXT)
