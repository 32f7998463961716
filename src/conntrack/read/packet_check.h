/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the descriptions of protocols (proto/) name as their ways to read and to check a packet: prepare.c finds the
 * layer-4 header and reads ids, packet_check.c judges the header as the kernel's trackers do (spec 1, table). Beside
 * these two and the descriptions only packet/common.c includes this, whose short cut judges as they do.
 */
#ifndef CT_PACKET_CHECK_H
#define CT_PACKET_CHECK_H

#include "conntrack/read/packet.h"

/* What is to be judged: policy, sysctl and profile in one. */
typedef struct ct_judge {
  ct_checksums checksums;
  bool verify;             /* checksums is not IGNORE and nf_conntrack_checksum is set */
  bool lengths;            /* UDP's length field counts: not in 2.4 */
  bool sctp_sums;          /* SCTP's CRC32c counts: not in 3.10 */
  bool dccp_short_invalid; /* a cut-off header is judged here, not by the tracker */
  uint64_t tcp_flag_sets;  /* the profile's */
} ct_judge;

/*
 * The trackers' own checks. at: offset of the layer-4 header, not beyond packet->length. => NONE, or why the tracker
 * refuses the packet. They set CT_PACKET_CSUM_* flags; ct_check_tcp fills packet->l4.tcp where the header is whole.
 */
ct_reason ct_check_tcp(ct_packet *packet, uint32_t at, const ct_judge *judge);
/* What the options at l4_offset + 20 hold goes to l4.tcp.holds and scale; the rest of l4.tcp is filled in already. */
void ct_check_tcp_options(ct_packet *packet);
ct_reason ct_check_udp(ct_packet *packet, uint32_t at, const ct_judge *judge);
ct_reason ct_check_udplite(ct_packet *packet, uint32_t at, const ct_judge *judge);
/* A header that is not whole is left to the tracker, which drops it. */
ct_reason ct_check_dccp(ct_packet *packet, uint32_t at, const ct_judge *judge);
ct_reason ct_check_sctp(ct_packet *packet, uint32_t at, const ct_judge *judge);
/* ICMP and ICMPv6 by packet's family: the header's presence and sum; types are the business of prepare.c. */
ct_reason ct_check_icmp(ct_packet *packet, uint32_t at, const ct_judge *judge);
/* What is left of that for the tracker: that the family is the protocol's own. */
ct_reason ct_check_icmp_family(ct_packet *packet, uint32_t at, const ct_judge *judge);

/* Two ports; ICMP's identifier, type and code. => NONE or TUPLE_SHORT. */
ct_reason ct_ids_read_ports(ct_packet *packet, uint32_t at, const ct_profile *profile, ct_tuple *tuple);
ct_reason ct_ids_read_icmp(ct_packet *packet, uint32_t at, const ct_profile *profile, ct_tuple *tuple);

/* ICMP before the look-up (spec 1.1): its sum, errors and what they are about, what is untracked. => true: decided. */
bool ct_precheck_icmp(ct_packet *packet, uint32_t at, const ct_judge *judge, const ct_profile *profile);

#endif
