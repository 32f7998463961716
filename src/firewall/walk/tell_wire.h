/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a packet's headers say as it leaves, as JSON members in the words of a referee's transcript. */
#ifndef FIREWALL_WALK_TELL_WIRE_H
#define FIREWALL_WALK_TELL_WIRE_H

#include <glib.h>

#include "conntrack/read/packet.h"

typedef struct fw_wire {
  const guint8 *b; /* as it left, whole */
  guint32 n;
  guint32 l4, end; /* offsets */
  guint8 proto, version;
  gboolean inner, full;       /* full: with what equals the packet sent in */
  const ct_packet *was;       /* the packet sent in; NULL: with `full`, or it had no such header */
  const struct fw_wire *sent; /* the last fragment sent in, of a datagram that leaves in fragments; NULL: it does not */
  guint32 payload;            /* offset of the payload, where one may be written; 0: where none may */
} fw_wire;

/*
 * "src":...,"dst":... and so on; wire has b, n, and with what it is compared: without `full` only addresses, ports and
 * what differs from the packet sent in. The offsets are filled in.
 */
void fw_wire_put(GString *out, fw_wire *wire);
/* Zip's CRC-32 over an IP packet of n bytes, with TTL and header sum, and an IPv6 fragment's id, taken for zero. */
guint32 fw_wire_crc(const guint8 *bytes, guint32 n);
/* As a JSON string. family: 4 or 6. */
void fw_wire_put_address(GString *out, guint8 family, const guint8 *bytes);

#endif
