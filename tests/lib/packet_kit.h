/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets for tests, made byte by byte with sums computed the slow way, so that nothing under test takes part in
 * building what it is tested with.
 */
#ifndef TESTS_PACKET_KIT_H
#define TESTS_PACKET_KIT_H

#include <glib.h>

#include "conntrack/read/packet.h"

typedef struct kit_bytes {
  guint8 at[70000];
  guint32 n;
} kit_bytes;

void kit_start(kit_bytes *b);
void kit_add(kit_bytes *b, const void *bytes, guint32 n);
void kit_add16(kit_bytes *b, guint v);
void kit_add32(kit_bytes *b, guint32 v);
void kit_fill(kit_bytes *b, guint8 byte, guint32 n);
/* "45 00 00:1c", blanks and colons as one likes. */
void kit_add_hex(kit_bytes *b, const char *hex);

/* Headers from 10.0.0.1 to 10.0.0.2, or fd00::1 to fd00::2. Lengths are set by kit_finish. */
void kit_ipv4(kit_bytes *b, guint8 proto);
void kit_ipv6(kit_bytes *b, guint8 next);
void kit_swap_addresses(kit_bytes *b);
void kit_tcp(kit_bytes *b, guint16 sport, guint16 dport, guint8 flags, const char *options_hex);
void kit_udp(kit_bytes *b, guint16 sport, guint16 dport, guint payload_bytes);
void kit_icmp(kit_bytes *b, guint8 type, guint8 code, guint16 id);
/*
 * An ICMP error, "unreachable", about TCP from ...aa to ...bb, whose header is to follow. => where the inner packet
 * begins.
 */
guint32 kit_icmp_error(kit_bytes *b, gboolean ipv6);
/* Sets the IP length and, for IPv4, the header's sum. Call last, and again after changes. */
void kit_finish(kit_bytes *b);
/* Sets the internet checksum that stands at field, over all from l4 on; proto for the pseudo header, 0 for none. */
void kit_sum(kit_bytes *b, guint32 l4, guint32 field, guint8 proto);
/* The pseudo header's sum, folded, as a card expects to find it in the field. */
guint16 kit_pseudo(const kit_bytes *b, guint32 l4, guint8 proto);
void kit_set16(kit_bytes *b, guint32 at, guint v);

/* Parameters of the default profile with nf_conntrack_checksum set or not. */
const ct_params *kit_params(gboolean checksum);
/* Prepares b as a whole packet. */
ct_packet kit_prepare(const kit_bytes *b, ct_checksums checksums, gboolean verify_l4);

#endif
