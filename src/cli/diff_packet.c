/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether two packets are the same to conntrack: before and after a router they are, though their bytes are not. */
#include "diff.h"

#include "conntrack/proto/proto.h"

typedef struct field {
  guint8 from, to; /* bytes of its header */
  const char *name;
} field;

static const field ipv4_fields[] = { { 0, 1, "IP header length" },    { 2, 4, "IP total length" },
                                     { 6, 8, "IP fragment offset" },  { 9, 10, "IP protocol" },
                                     { 12, 16, "IP source address" }, { 16, 20, "IP destination address" },
                                     { 20, 255, "IP option" } };
static const field ipv6_fields[] = {
  { 0, 4, "IP version" },         { 4, 6, "IP payload length" },        { 6, 7, "IP next header" },
  { 8, 24, "IP source address" }, { 24, 40, "IP destination address" }, { 40, 255, "IP extension header" }
};
static const field tcp_fields[] = { { 0, 2, "TCP source port" },
                                    { 2, 4, "TCP destination port" },
                                    { 4, 8, "TCP sequence number" },
                                    { 8, 12, "TCP acknowledgement number" },
                                    { 12, 14, "TCP header length or flags" },
                                    { 14, 16, "TCP window" },
                                    { 18, 20, "TCP urgent pointer" } };
static const field udp_fields[] = { { 0, 2, "UDP source port" },
                                    { 2, 4, "UDP destination port" },
                                    { 4, 6, "UDP length" } };
static const field icmp_fields[] = {
  { 0, 1, "ICMP type" }, { 1, 2, "ICMP code" }, { 4, 6, "ICMP id" }, { 6, 8, "ICMP sequence number" }
};

typedef struct headers {
  gboolean is_ip, v4;
  guint8 proto;
  guint32 l4; /* G_MAXUINT32: unknown */
} headers;

static void find_headers(const ct_packet *p, headers *h)
{
  gboolean waits = p->reason >= CT_REASON_FRAGMENT_HELD && p->reason <= CT_REASON_FRAGMENT_BAD;

  /* What the link layer refused is a frame, not a packet. */
  h->is_ip = p->captured >= 20 && (p->kind != CT_PACKET_NONE || waits);
  h->v4 = h->is_ip && p->data[0] >> 4 == 4;
  h->proto = h->v4 ? p->data[9] : ct_packet_proto(p);
  h->l4 = p->kind != CT_PACKET_NONE && p->l4_offset >= (h->v4 ? 20 : 40) ? p->l4_offset : G_MAXUINT32;
}

static gboolean is_checksum(guint8 proto, guint32 at)
{
  const ct_proto *known = ct_proto_known(NULL, proto);

  return known != NULL && at >= known->sum_at && at - known->sum_at < known->sum_bytes;
}

/* The byte counts for nothing: whether a sum is right is judged before, and shows in the answers. */
static gboolean is_ignored(const headers *h, const ct_packet *a, const ct_packet *b, guint32 at)
{
  if (!h->is_ip)
    return FALSE;
  if (at >= h->l4)
    return is_checksum(h->proto, at - h->l4);
  if (h->v4)
    return at == 1 || at == 4 || at == 5 || at == 8 || at == 10 || at == 11; /* TOS, id, TTL, sum */
  /* Class, flow label, hop limit. */
  return (at == 0 && a->data[0] >> 4 == b->data[0] >> 4) || (at >= 1 && at < 4) || at == 7;
}

static const char *name_in(const field *fields, gsize n, guint32 at, const char *otherwise)
{
  gsize i;

  for (i = 0; i < n; i++)
    if (at >= fields[i].from && at < fields[i].to)
      return fields[i].name;
  return otherwise;
}

static const char *field_name(const headers *h, guint32 at)
{
  if (!h->is_ip)
    return "frame";
  if (h->l4 == G_MAXUINT32 && at >= (h->v4 ? 20 : 40))
    return "payload";
  if (at < h->l4)
    return h->v4 ? name_in(ipv4_fields, G_N_ELEMENTS(ipv4_fields), at, "IP header")
                 : name_in(ipv6_fields, G_N_ELEMENTS(ipv6_fields), at, "IP header");
  at -= h->l4;
  switch (h->proto) {
  case CT_PROTO_TCP: return name_in(tcp_fields, G_N_ELEMENTS(tcp_fields), at, "TCP option or payload");
  case CT_PROTO_UDP: return name_in(udp_fields, G_N_ELEMENTS(udp_fields), at, "UDP payload");
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: return name_in(icmp_fields, G_N_ELEMENTS(icmp_fields), at, "ICMP payload");
  default: return "payload";
  }
}

char *cli_diff_packet(const ct_packet *a, const ct_packet *b)
{
  guint32 at, n = MIN(a->captured, b->captured);
  headers h, other;

  find_headers(a, &h);
  find_headers(b, &other);
  if (h.is_ip != other.is_ip)
    return g_strdup("only one is an IP packet");
  /* Where they part in a byte, that tells more than that they part in length; length alone stands in the lines. */
  for (at = 0; at < n; at++)
    if (a->data[at] != b->data[at] && !is_ignored(&h, a, b, at))
      return g_strdup_printf("%s, byte %u of the %s is %u against %u", field_name(&h, at), at,
                             h.is_ip ? "IP packet" : "frame", a->data[at], b->data[at]);
  if (a->length != b->length)
    return g_strdup_printf("length, %u against %u bytes", a->length, b->length);
  if (a->captured != b->captured)
    return g_strdup_printf("captured length, %u against %u bytes", a->captured, b->captured);
  return NULL;
}
