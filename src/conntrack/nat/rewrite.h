/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A translation written into a packet's bytes, the caller's own copy of them (NAT 7, 8). Pure: bytes in, bytes out.
 * Sums are changed by the difference, as the kernel does it: a wrong one stays wrong by as much. Only SCTP's, and that
 * of an ICMP error, are taken anew.
 */
#ifndef CT_NAT_REWRITE_H
#define CT_NAT_REWRITE_H

#include "conntrack/nat/nat.h"

/* A piece of n bytes (even) at a place of even offset becomes another: RFC 1624, with the kernel's choice of zeros. */
void ct_nat_change_sum(uint8_t *sum, const uint8_t *old, const uint8_t *new, uint32_t n);

/*
 * The packet's source (SRC) or destination (DST) becomes target's. bytes: a whole IPv4 or IPv6 packet of sound lengths,
 * n bytes. => false: it is of a kind that cannot be translated, and dropped.
 */
bool ct_nat_rewrite(uint8_t *bytes, uint32_t n, ct_nat_manip manip, const ct_tuple *target);

/*
 * An ICMP error about a connection: the packet inside becomes inner's at its other end, and the error's own source
 * (SRC) or destination (DST) target's. => false: dropped.
 */
bool ct_nat_rewrite_error(uint8_t *bytes, uint32_t n, ct_nat_manip manip, const ct_tuple *inner,
                          const ct_tuple *target);

/*
 * What the nat hooks ask of an ICMP error before they translate it: its checksum is right. => false: dropped. redirect
 * says whether it is one.
 */
bool ct_nat_error_is_sound(const uint8_t *bytes, uint32_t n, bool *redirect);

/*
 * The payload behind a TCP or UDP header at l4 has been written anew: lengths and sums become right;
 * a UDP sum of 0 stays.
 */
void ct_nat_mend(uint8_t *bytes, uint32_t n, uint32_t l4);
/*
 * Sequence number, acknowledgement and SACK blocks of a TCP segment move (nf_ct_seq_adjust): way[0] is of its own
 * direction, way[1] of the other. => false: its options are malformed, and it is dropped.
 */
bool ct_nat_adjust(uint8_t *bytes, uint32_t n, const ct_seqadj way[2]);

/* Where the header of layer 4 begins; *proto is what it is. n where there is none. later: of a fragment that is not the
 * first. */
uint32_t ct_nat_l4_offset(const uint8_t *bytes, uint32_t n, uint8_t *proto, bool *later);

#endif
