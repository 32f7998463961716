/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A laboratory whose tracking namespace routes: everything that comes in by a1 goes out by b1, to a next hop that never
 * has to be asked for, whatever the addresses. Internal to src/verify.
 */
#ifndef VERIFY_LABROUTE_H
#define VERIFY_LABROUTE_H

#include "verify/netlink.h"

/* a1's own address, to which frames have to be sent to be routed. */
#define VERIFY_LABROUTE_MAC ((const guint8[6]){ 2, 0, 0, 0, 0, 2 })
/* A packet to this address, of this protocol, passes untracked and in no log. IPv4. */
#define VERIFY_LABROUTE_MARK ((const guint8[4]){ 192, 0, 2, 253 })
enum { VERIFY_LABROUTE_MARK_PROTO = 253 };

/* In the tracking namespace, before the links are up: a1 and b1 speak IPv6, but not by themselves. */
gboolean verify_labroute_prepare(verify_netlink *nl, GError **error);
/* And when they are: forwarding and the default routes. */
gboolean verify_labroute_open(verify_netlink *nl, GError **error);
/*
 * The rules that go before all others, as nft's chains: the mark passes untracked; nothing dies of its TTL, as it would
 * not on a bridge; and the router itself says nothing (ICMP errors, multicast reports).
 */
extern const char verify_labroute_chains[];

#endif
