/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "leaving.h"

#include <arpa/inet.h>
#include <string.h>

#include "conntrack/nat/rewrite.h"
#include "say.h"

void cli_leaving_clear(cli_leaving *l)
{
  if (l->first != NULL)
    g_string_free(l->first, TRUE);
  if (l->bytes != NULL)
    g_byte_array_unref(l->bytes);
  memset(l, 0, sizeof *l);
}

gboolean cli_leaves(const fw_outcome *o)
{
  return (o->verdict == FW_VERDICT_ACCEPT || o->verdict == FW_VERDICT_UNKNOWN) && o->kernel == FW_KERNEL_NOTHING &&
         (o->path == FW_PATH_FORWARD || o->path == FW_PATH_OUTPUT) && !o->looped;
}

/* ---- two packets ---- */

static gboolean is_ipv6(const guint8 *b) { return b[0] >> 4 == 6; }

/* => where the sum of layer 4 stands, 2 bytes of it (SCTP: 4); 0: there is none. */
static guint32 sum_offset(const guint8 *b, guint32 n, guint32 *bytes)
{
  guint8 proto;
  bool later;
  guint32 l4 = ct_nat_l4_offset(b, n, &proto, &later);

  *bytes = proto == CT_PROTO_SCTP ? 4 : 2;
  if (later)
    return 0;
  switch (proto) {
  case CT_PROTO_TCP: return l4 + 16;
  case CT_PROTO_UDP:
  case CT_PROTO_UDPLITE:
  case CT_PROTO_DCCP: return l4 + 6;
  case CT_PROTO_SCTP: return l4 + 8;
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: return l4 + 2;
  default: return 0;
  }
}

/*
 * Sums are left out: what a card would have filled in is not there yet. => FALSE where they differ, and *at says from
 * which byte on; what was not captured is alike.
 */
static gboolean is_alike(const guint8 *a, const guint8 *b, guint32 n, guint32 *at)
{
  guint32 bytes, sum = sum_offset(a, n, &bytes), i;

  for (i = 0; i < n; i++) {
    if (a[i] == b[i] || (!is_ipv6(a) && (i == 10 || i == 11)) || (sum != 0 && i >= sum && i < sum + bytes))
      continue;
    *at = i;
    return FALSE;
  }
  return TRUE;
}

/* ---- words ---- */

static gboolean has_icmp_id(guint8 proto, guint8 type)
{
  if (proto == CT_PROTO_ICMPV6)
    return type == 128 || type == 129;
  return proto == CT_PROTO_ICMP && (type == 0 || type == 8 || (type >= 13 && type <= 18));
}

static void put_end(GString *out, const guint8 *b, guint32 n, gboolean destination)
{
  char text[INET6_ADDRSTRLEN];
  guint8 proto;
  bool later;
  guint32 l4 = ct_nat_l4_offset(b, n, &proto, &later);

  if (is_ipv6(b))
    inet_ntop(AF_INET6, b + (destination ? 24 : 8), text, sizeof text);
  else
    inet_ntop(AF_INET, b + (destination ? 16 : 12), text, sizeof text);
  g_string_append(out, text);
  if (!later && n >= l4 + 4 &&
      (proto == CT_PROTO_TCP || proto == CT_PROTO_UDP || proto == CT_PROTO_UDPLITE || proto == CT_PROTO_SCTP ||
       proto == CT_PROTO_DCCP))
    g_string_append_printf(out, ".%u", ct_be16(b + l4 + (destination ? 2 : 0)));
  else if (!later && !destination && n >= l4 + 6 && has_icmp_id(proto, b[l4]))
    g_string_append_printf(out, " (id %u)", ct_be16(b + l4 + 4));
}

static void put_ends(GString *out, const guint8 *b, guint32 n)
{
  put_end(out, b, n, FALSE);
  g_string_append(out, " > ");
  put_end(out, b, n, TRUE);
}

/* The part of a header that the byte belongs to; addresses and ports tell themselves. */
static const char *part_of(const guint8 *b, guint32 n, guint32 at)
{
  guint8 proto;
  bool later;
  guint32 l4 = ct_nat_l4_offset(b, n, &proto, &later);

  if (at == (is_ipv6(b) ? 7U : 8U))
    return "its TTL";
  if (at <= 1)
    return "its type of service";
  if (at < l4)
    return "its IP header";
  if (!later && proto == CT_PROTO_TCP && at < l4 + 20)
    return at >= l4 + 4 && at < l4 + 12 ? "its sequence numbers" : "its TCP header";
  return "its payload or options";
}

static gboolean is_of_ends(const guint8 *a, guint32 n, guint32 at)
{
  guint8 proto;
  bool later;
  guint32 l4 = ct_nat_l4_offset(a, n, &proto, &later);

  if (is_ipv6(a) ? at >= 8 && at < 40 : at >= 12 && at < 20)
    return TRUE;
  if (proto == CT_PROTO_ICMP || proto == CT_PROTO_ICMPV6)
    return at >= l4 + 4 && at < l4 + 6;
  return at >= l4 && at < l4 + 4;
}

static void begin_first(cli_leaving *l, const replay_seen *seen)
{
  l->first = g_string_new(NULL);
  g_string_printf(l->first, "packet %" G_GUINT64_FORMAT ", ", seen->packet->number);
  put_ends(l->first, seen->packet->data, seen->packet->captured);
}

static void put_rule(GString *out, const fw_outcome *o)
{
  if (o->kernel != FW_KERNEL_NOTHING || o->decision.chain == NULL)
    return;
  g_string_append(out, " by ");
  fw_decision_place(out, &o->decision);
}

/* ---- one packet ---- */

static void stays(cli_leaving *l, const fw_outcome *o, const replay_seen *seen)
{
  if (l->first != NULL)
    return;
  begin_first(l, seen);
  g_string_append(l->first, " left as ");
  put_ends(l->first, seen->left->data, seen->left->captured);
  if (o->path == FW_PATH_INPUT && o->verdict == FW_VERDICT_ACCEPT) {
    g_string_append(l->first, ", and is predicted to be for the box itself (--local)");
  } else {
    g_string_append(l->first, ", and is predicted to be dropped");
    put_rule(l->first, o);
  }
}

static void does_not_leave(cli_leaving *l, const replay_seen *seen)
{
  if (l->first != NULL)
    return;
  begin_first(l, seen);
  g_string_append(l->first, " is predicted to leave as ");
  put_ends(l->first, l->bytes->data, l->bytes->len);
  g_string_append(
    l->first,
    ", and was not seen to leave: dropped in a way that the rules do not tell, as by a full table, for the box "
    "itself (--local), or missing in the capture");
}

/* => whether it left as predicted. */
static gboolean compare(cli_leaving *l, const fw_outcome *o, const replay_seen *seen)
{
  const ct_packet *left = seen->left;
  guint32 n = MIN(l->bytes->len, left->captured), at = n;
  gboolean whole = seen->packet->captured == seen->packet->length;
  gboolean alike = is_alike(l->bytes->data, left->data, whole ? n : MIN(n, seen->packet->captured), &at);

  if (alike && o->packet.raw->length == left->length)
    return TRUE;
  if (l->first != NULL)
    return FALSE;
  begin_first(l, seen);
  g_string_append(l->first, " is predicted to leave as ");
  put_ends(l->first, l->bytes->data, l->bytes->len);
  if (!alike && is_of_ends(l->bytes->data, n, at)) {
    g_string_append(l->first, ", and left as ");
    put_ends(l->first, left->data, left->captured);
  } else if (o->packet.raw->length != left->length) {
    g_string_append_printf(l->first, " with %u bytes, and left with %u", o->packet.raw->length, left->length);
  } else {
    g_string_append_printf(l->first, ", and so it left, but for %s", part_of(l->bytes->data, n, at));
  }
  return FALSE;
}

void cli_leaving_packet(cli_leaving *l, const fw_firewall *firewall, const replay_seen *seen)
{
  const fw_outcome *o = fw_firewall_outcome(firewall);
  gboolean leaves;

  if (seen->packet->kind == CT_PACKET_NONE || seen->link->direction == CAP_DIR_OUT)
    return;
  leaves = cli_leaves(o);
  if (!leaves && seen->left == NULL)
    return;
  if (o->verdict == FW_VERDICT_UNKNOWN || o->nat_unknown != NULL) {
    l->unknown++;
    return;
  }
  l->judged++;
  if (!leaves) {
    stays(l, o, seen);
    return;
  }
  if (l->bytes == NULL)
    l->bytes = g_byte_array_new();
  g_byte_array_set_size(l->bytes, 0);
  fw_packet_append(&o->packet, o->packet.raw->length, l->bytes);
  if (seen->left == NULL)
    does_not_leave(l, seen);
  else
    l->as_predicted += compare(l, o, seen);
}

void cli_leaving_say(const cli_leaving *l, const fw_tally *tally)
{
  GString *text;

  if (l->judged + l->unknown == 0)
    return;
  text = g_string_new(NULL);
  g_string_printf(text, "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " packet%s leave%s as predicted", l->as_predicted,
                  l->judged, l->judged == 1 ? "" : "s", l->as_predicted == 1 ? "s" : "");
  if (l->unknown > 0)
    g_string_append_printf(text, "; of %" G_GUINT64_FORMAT " more the rules do not tell", l->unknown);
  if (tally->learnt > 0)
    g_string_append_printf(
      text, "; %" G_GUINT64_FORMAT " time%s a port, an id or an address that no rule tells was taken from there",
      tally->learnt, tally->learnt == 1 ? "" : "s");
  if (l->first != NULL)
    g_string_append_printf(text, "; the first that does not: %s", l->first->str);
  cli_say("note: %s", text->str);
  g_string_free(text, TRUE);
}
