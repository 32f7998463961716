/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short cut for the frame that nearly every capture consists of: Ethernet, IPv4 without options, not a fragment, not
 * cut, TCP or UDP, nothing wrong with it. It gives to the bit the result of the long way, at less than half the cost;
 * anything else goes the long way. Only for src/packet.
 */
#ifndef PKT_COMMON_H
#define PKT_COMMON_H

#include "packet/packet.h"

enum { PKT_COMMON_L3_OFFSET = 14 };

/*
 * => TRUE where *packet has been filled in as pkt_decode would have; FALSE where the frame is not of that kind: then
 * nothing has been written. verify_l3, verify_l4: whether the sums of the IP header and of TCP and UDP are to be
 * judged.
 */
gboolean pkt_common_decode(const cap_frame *frame, guint64 number, gboolean verify_l3, gboolean verify_l4,
                           ct_packet *packet);

#endif
