/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matches of iptables that are understood: each has fw_match_NAME, of type fw_match_ops. */
#ifndef FIREWALL_MATCH_LIST_H
#define FIREWALL_MATCH_LIST_H

/* clang-format off */
#define FW_MATCH_LIST(X) \
  X(addrtype) X(ah) X(ah6) X(bpf) X(cgroup) X(cluster) X(comment) X(connbytes) X(connlabel) X(connlimit) X(connmark) \
  X(conntrack) X(cpu) X(dccp) X(devgroup) X(dscp) X(dst) X(ecn) X(esp) X(eui64) X(frag) X(hashlimit) X(hbh) X(helper) \
  X(hl) X(icmp) X(icmp6) X(ipcomp) X(iprange) X(ipv6header) X(ipvs) X(length) X(limit) X(mac) X(mark) X(mh) \
  X(multiport) X(nfacct) X(osf) X(owner) X(physdev) X(pkttype) X(policy) X(quota) X(rateest) X(realm) X(recent) \
  X(rpfilter) X(rt) X(sctp) X(set) X(socket) X(srh) X(state) X(statistic) X(string) X(tcp) X(tcpmss) X(time) X(tos) \
  X(ttl) X(u32) X(udp)
/* clang-format on */

#endif
