/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IP layer's checks of a packet before conntrack sees it (spec 0.1): ip_rcv's checks for IPv4, and for IPv6 those
 * of the bridge's hook into netfilter, which is how the transcripts were recorded. A router's ip6_rcv refuses a few
 * more: by their addresses, which src/firewall/walk does where there are rules, or by unknown hop-by-hop options;
 * conntrack itself does not care. Only for src/packet.
 */
#ifndef PKT_IP_H
#define PKT_IP_H

#include "packet/packet.h"

/*
 * packet->length holds the bytes that were on the wire, ->captured what there is of them. Trims both to what the
 * header claims; may set CT_PACKET_CSUM_* flags for the IPv4 header's sum. => NONE where the packet goes on, else why
 * it does not.
 */
ct_reason pkt_ipv4_check(ct_packet *packet, ct_checksums checksums);
ct_reason pkt_ipv6_check(ct_packet *packet);

#endif
