# SPDX-License-Identifier: GPL-2.0-or-later
# Lessons: a recipe each, and the capture that the program itself makes of it. Both are installed.
sample_recipes = \
	samples/across-inside.ct \
	samples/across-outside.ct \
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
	samples/nat-any.ct \
	samples/nat-dnat.ct \
	samples/nat-ftp.ct \
	samples/nat-hairpin.ct \
	samples/nat-masquerade.ct \
	samples/nat-port-clash.ct \
	samples/nat-zones.ct \
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
	samples/rules-helper-ftp.ct \
	samples/rules-limit.ct \
	samples/rules-mended.ct \
	samples/rules-notrack-dns.ct \
	samples/rules-order.ct \
	samples/rules-recent.ct \
	samples/rules-reject.ct \
	samples/rules-server.ct \
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
# What the firewall of a sample had for rules.
sample_rules = \
	samples/across.rules \
	samples/nat-dnat.rules \
	samples/nat-masquerade.rules \
	samples/nat-zones.rules \
	samples/rules-helper-ftp.rules \
	samples/rules-limit.rules \
	samples/rules-mended.rules \
	samples/rules-notrack-dns.rules \
	samples/rules-order.rules \
	samples/rules-recent.rules \
	samples/rules-reject.rules \
	samples/rules-server.rules

samplesdir = $(pkgdatadir)/samples
dist_samples_DATA = $(sample_recipes) $(sample_rules)
nodist_samples_DATA = $(sample_captures)
CLEANFILES += $(sample_captures)

SUFFIXES = .ct .pcap
.ct.pcap:
	$(AM_V_GEN)$(MKDIR_P) samples && ./ctreplay$(EXEEXT) compile $< -W $@
$(sample_captures): ctreplay$(EXEEXT)

# The captures are made in the build folder; who stands there has the rules beside them, and the test of them.
sample_tests = samples/rules-mended.ct
all-local: sample-rules
sample-rules:
	@$(MKDIR_P) samples
	@for rules in $(sample_rules) $(sample_tests); do cmp -s $(srcdir)/$$rules $$rules || { rm -f $$rules && cp $(srcdir)/$$rules $$rules; } || exit; done
clean-local: clean-sample-rules
clean-sample-rules:
	test -f samples/rules-order.ct || rm -f $(sample_rules) $(sample_tests)
.PHONY: sample-rules clean-sample-rules

# What was gathered on a router with examples/ctreplay-gather (shortened), and what it captured.
router = samples/router/router.pcap samples/router/box/conntrack-L-ipv4 samples/router/box/conntrack-S samples/router/box/date \
	samples/router/box/ip-addr samples/router/box/ip-link samples/router/box/ip-route samples/router/box/ip-route6 \
	samples/router/box/ip-rule samples/router/box/iptables-save samples/router/box/meminfo samples/router/box/modules \
	samples/router/box/nf_conntrack samples/router/box/sysctl samples/router/box/uname
EXTRA_DIST += $(router)
all-local: sample-router
sample-router:
	@$(MKDIR_P) samples/router/box
	@for file in $(router); do cmp -s $(srcdir)/$$file $$file || { rm -f $$file && cp $(srcdir)/$$file $$file; } || exit; done
clean-local: clean-sample-router
clean-sample-router:
	test -f samples/rules-order.ct || rm -f $(router)
.PHONY: sample-router clean-sample-router
