/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet as it goes out on the wire. A datagram that came in fragments was reassembled for conntrack, and leaves in
 * fragments again: where they fit in their old sizes, else in new ones no larger than the largest of them (NAT 7).
 */
#ifndef FIREWALL_WALK_PIECES_H
#define FIREWALL_WALK_PIECES_H

#include <glib.h>

#include "conntrack/read/packet.h"

/* One of them: a whole IP packet, good until the call returns. */
typedef void (*fw_piece_fn)(const guint8 *bytes, guint32 n, gpointer user);

/*
 * bytes: the packet as it leaves, whole. pieces: how it came; NULL: whole. mtu_bytes: of the device that it leaves by;
 * 0: not known, and large enough. => FALSE: it cannot leave, being too large for the device.
 */
gboolean fw_pieces_each(const guint8 *bytes, guint32 n, const ct_pieces *pieces, guint32 mtu_bytes, fw_piece_fn each,
                        gpointer user);

#endif
