/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/view.h"

#include <string.h>

#include "conntrack/nat/nat.h"
#include "conntrack/nat/rewrite.h"

/* => the connection, as *view. Of an ICMP error it is that of the packet inside. */
static bool find(const ct_engine *engine, const ct_packet *packet, ct_view *view)
{
  ct_tuple original;
  ct_dir dir;

  if (packet->kind != CT_PACKET_TRACK && packet->kind != CT_PACKET_ICMP_ERROR)
    return false;
  if (packet->flags & CT_PACKET_ANSWER)
    original = packet->tuple;
  else if (!ct_tuple_invert(&packet->tuple, &original))
    return false;
  return ct_engine_lookup(engine, &original, view, &dir) && dir == CT_ORIGINAL &&
         ct_tuple_is_translated(&view->tuple[CT_ORIGINAL], &view->tuple[CT_REPLY]);
}

bool fw_view_is_undone(const ct_engine *engine, const ct_packet *packet)
{
  ct_view view;

  if (packet->kind == CT_PACKET_TRACK && !ct_tuple_is_icmp(&packet->tuple))
    return ct_nat_is_undone(engine, packet);
  return find(engine, packet, &view);
}

/* From without, about what went out: its own source stays, whoever that is. */
static bool rewrite_error(guint8 *bytes, guint32 n, const ct_tuple *reply)
{
  ct_tuple inner;

  return ct_tuple_invert(reply, &inner) && ct_nat_rewrite_error(bytes, n, CT_NAT_DST, &inner, reply);
}

bool fw_view_as_arrived(const ct_engine *engine, const ct_packet *packet, ct_checksums checksums, ct_packet *arrived,
                        GByteArray *bytes)
{
  const ct_tuple *reply;
  ct_view view;

  if (!find(engine, packet, &view))
    return false;
  reply = &view.tuple[CT_REPLY];
  g_byte_array_set_size(bytes, packet->length);
  memset(bytes->data + packet->captured, 0, packet->length - packet->captured);
  memcpy(bytes->data, packet->data, packet->captured);
  if (packet->kind == CT_PACKET_ICMP_ERROR) {
    if (!rewrite_error(bytes->data, bytes->len, reply))
      return false;
  } else if (!ct_nat_rewrite(bytes->data, bytes->len, CT_NAT_SRC, reply) ||
             !ct_nat_rewrite(bytes->data, bytes->len, CT_NAT_DST, reply)) {
    return false;
  }
  *arrived = *packet;
  arrived->data = bytes->data;
  ct_packet_prepare(arrived, checksums, ct_engine_params(engine));
  return true;
}
