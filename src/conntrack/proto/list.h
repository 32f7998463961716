/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The protocols that some kernel tracks or tracked, in the order in which they are listed. X(id, number): the
 * description is ct_proto_<id>. Adding one: its file, and its line here. A line among today's puts it among the
 * trackers of today's kernels as well; older ones name theirs in their profiles.
 */
#ifndef CT_PROTO_LIST_H
#define CT_PROTO_LIST_H

#include "conntrack/tuple.h"

#define CT_PROTO_LIST_TODAY(X) \
  X(tcp, CT_PROTO_TCP)         \
  X(udp, CT_PROTO_UDP)         \
  X(icmp, CT_PROTO_ICMP)       \
  X(icmpv6, CT_PROTO_ICMPV6)   \
  X(sctp, CT_PROTO_SCTP)       \
  X(gre, CT_PROTO_GRE)         \
  X(udplite, CT_PROTO_UDPLITE)

/* Up to 6.16. */
#define CT_PROTO_LIST_ONCE(X) X(dccp, CT_PROTO_DCCP)

#define CT_PROTO_LIST(X) \
  CT_PROTO_LIST_TODAY(X) \
  CT_PROTO_LIST_ONCE(X)

/* An element of a profile's trackers. */
#define CT_PROTO_TRACKER(id, number) [number] = &ct_proto_##id,

#endif
