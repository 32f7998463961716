/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/log.h"

#include <arpa/inet.h>

#include "firewall/target/data.h"
#include "firewall/walk/record.h"

enum { AH = 51, ESP = 50, IPV6_HOP = 0, IPV6_ROUTING = 43, IPV6_FRAGMENT = 44, IPV6_DEST = 60, DEPTH_MOST = 4 };

/* A header of an IP packet inside fw_packet's bytes: the packet itself, or the one that an ICMP error quotes. */
typedef struct view {
  const fw_packet *p;
  guint32 offset;
  guint8 flags;
  guint depth;
} view;

static const guint8 *at(const view *v, guint32 offset, guint32 n, guint8 *scratch)
{
  return fw_packet_at(v->p, v->offset + offset, n, scratch);
}

static void put_hex(GString *out, const view *v, guint32 offset, guint32 n)
{
  guint8 scratch[1];
  guint32 i;

  g_string_append(out, "OPT (");
  for (i = 0; i < n; i++) {
    const guint8 *b = at(v, offset + i, 1, scratch);

    if (b != NULL)
      g_string_append_printf(out, "%02X", b[0]);
  }
  g_string_append(out, ") ");
}

static void put_tcp(GString *out, const view *v, guint32 l4)
{
  static const struct {
    guint8 bit;
    const char *name;
  } names[] = { { 0x80, "CWR " }, { 0x40, "ECE " }, { 0x20, "URG " }, { 0x10, "ACK " },
                { 0x08, "PSH " }, { 0x04, "RST " }, { 0x02, "SYN " }, { 0x01, "FIN " } };
  guint8 scratch[20];
  const guint8 *t = at(v, l4, 20, scratch);
  guint i, header;

  if (t == NULL) {
    g_string_append(out, "INCOMPLETE ");
    return;
  }
  g_string_append_printf(out, "SPT=%u DPT=%u ", ct_be16(t), ct_be16(t + 2));
  if (v->flags & FW_LOG_TCP_SEQUENCE)
    g_string_append_printf(out, "SEQ=%u ACK=%u ", ct_be32(t + 4), ct_be32(t + 8));
  g_string_append_printf(out, "WINDOW=%u RES=0x%02x ", ct_be16(t + 14), (t[12] & 15) << 2);
  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (t[13] & names[i].bit)
      g_string_append(out, names[i].name);
  g_string_append_printf(out, "URGP=%u ", ct_be16(t + 18));
  header = (t[12] >> 4) * 4U;
  if (v->flags & FW_LOG_TCP_OPTIONS && header > 20)
    put_hex(out, v, l4 + 20, header - 20);
}

static void put_udp(GString *out, const view *v, guint32 l4)
{
  guint8 scratch[8];
  const guint8 *u = at(v, l4, 8, scratch);

  if (u == NULL)
    g_string_append(out, "INCOMPLETE ");
  else
    g_string_append_printf(out, "SPT=%u DPT=%u LEN=%u ", ct_be16(u), ct_be16(u + 2), ct_be16(u + 4));
}

static void put_ip(GString *out, const view *v);

static void put_quoted(GString *out, const view *v, guint32 l4)
{
  view inner = { v->p, v->offset + l4 + 8, v->flags, v->depth + 1 };

  if (inner.depth >= DEPTH_MOST)
    return;
  g_string_append_c(out, '[');
  put_ip(out, &inner);
  g_string_append(out, "] ");
}

static void put_icmp(GString *out, const view *v, guint32 l4, gboolean six)
{
  guint8 scratch[8];
  const guint8 *h = at(v, l4, 8, scratch);

  if (h == NULL) {
    g_string_append(out, "INCOMPLETE ");
    return;
  }
  g_string_append_printf(out, "TYPE=%u CODE=%u ", h[0], h[1]);
  if (six ? h[0] == 128 || h[0] == 129 : h[0] == 0 || h[0] == 8)
    g_string_append_printf(out, "ID=%u SEQ=%u ", ct_be16(h + 4), ct_be16(h + 6));
  else if (six ? h[0] < 128 : h[0] == 3 || h[0] == 4 || h[0] == 11)
    put_quoted(out, v, l4);
  if (!six && h[0] == 3 && h[1] == 4)
    g_string_append_printf(out, "MTU=%u ", ct_be16(h + 6));
}

static void put_l4(GString *out, const view *v, guint8 proto, guint32 l4, gboolean six)
{
  guint8 scratch[4];
  const guint8 *h;

  switch (proto) {
  case CT_PROTO_TCP:
    g_string_append(out, "PROTO=TCP ");
    put_tcp(out, v, l4);
    return;
  case CT_PROTO_UDP:
  case CT_PROTO_UDPLITE:
    g_string_append(out, proto == CT_PROTO_UDP ? "PROTO=UDP " : "PROTO=UDPLITE ");
    put_udp(out, v, l4);
    return;
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6:
    if ((proto == CT_PROTO_ICMPV6) != six)
      break;
    g_string_append(out, six ? "PROTO=ICMPv6 " : "PROTO=ICMP ");
    put_icmp(out, v, l4, six);
    return;
  case ESP:
  case AH:
    g_string_append(out, proto == ESP ? "PROTO=ESP " : "PROTO=AH ");
    h = at(v, proto == ESP ? l4 : l4 + 4, 4, scratch);
    if (h != NULL)
      g_string_append_printf(out, "SPI=0x%x ", ct_be32(h));
    else
      g_string_append(out, "INCOMPLETE ");
    return;
  default: break;
  }
  g_string_append_printf(out, "PROTO=%u ", proto);
}

static void put_ipv4(GString *out, const view *v)
{
  guint8 scratch[20];
  const guint8 *b = at(v, 0, 20, scratch);
  char source[INET_ADDRSTRLEN], destination[INET_ADDRSTRLEN];
  guint16 fragment;

  if (b == NULL) {
    g_string_append(out, "TRUNCATED");
    return;
  }
  inet_ntop(AF_INET, b + 12, source, sizeof source);
  inet_ntop(AF_INET, b + 16, destination, sizeof destination);
  fragment = ct_be16(b + 6);
  g_string_append_printf(out, "SRC=%s DST=%s LEN=%u TOS=0x%02X PREC=0x%02X TTL=%u ID=%u ", source, destination,
                         ct_be16(b + 2), b[1] & 0x1e, b[1] & 0xe0, b[8], ct_be16(b + 4));
  if (fragment & 0x8000)
    g_string_append(out, "CE ");
  if (fragment & 0x4000)
    g_string_append(out, "DF ");
  if (fragment & 0x2000)
    g_string_append(out, "MF ");
  if (fragment & 0x1fff)
    g_string_append_printf(out, "FRAG:%u ", fragment & 0x1fffU);
  if (v->flags & FW_LOG_IP_OPTIONS && (b[0] & 15) > 5)
    put_hex(out, v, 20, ((b[0] & 15U) - 5) * 4);
  if (fragment & 0x1fff)
    g_string_append_printf(out, "PROTO=%u ", b[9]);
  else
    put_l4(out, v, b[9], (b[0] & 15U) * 4, FALSE);
}

/* Written out, as the kernel does. */
static void put_address6(GString *out, const char *name, const guint8 *bytes)
{
  guint i;

  g_string_append_printf(out, "%s=", name);
  for (i = 0; i < 16; i += 2)
    g_string_append_printf(out, "%s%04x", i > 0 ? ":" : "", ct_be16(bytes + i));
  g_string_append_c(out, ' ');
}

static void put_ipv6(GString *out, const view *v)
{
  guint8 scratch[40], more[8], next;
  const guint8 *b = at(v, 0, 40, scratch);
  guint32 l4 = 40;

  if (b == NULL) {
    g_string_append(out, "TRUNCATED");
    return;
  }
  put_address6(out, "SRC", b + 8);
  put_address6(out, "DST", b + 24);
  g_string_append_printf(out, "LEN=%u TC=%u HOPLIMIT=%u FLOWLBL=%u ", ct_be16(b + 4) + 40U,
                         (b[0] & 15U) << 4 | b[1] >> 4, b[7], ct_be32(b) & 0xfffff);
  next = b[6];
  while (next == IPV6_HOP || next == IPV6_ROUTING || next == IPV6_FRAGMENT || next == IPV6_DEST || next == AH) {
    const guint8 *h = at(v, l4, 8, more);

    if (h == NULL) {
      g_string_append(out, "TRUNCATED ");
      return;
    }
    if (next == IPV6_FRAGMENT)
      g_string_append_printf(out, "FRAG:%u %sID:%08x ", ct_be16(h + 2) & 0xfff8U, h[3] & 1 ? "INCOMPLETE " : "",
                             ct_be32(h + 4));
    l4 += next == IPV6_FRAGMENT ? 8 : next == AH ? (h[1] + 2U) << 2 : (h[1] + 1U) << 3;
    next = h[0];
  }
  put_l4(out, v, next, l4, TRUE);
}

static void put_ip(GString *out, const view *v)
{
  guint8 scratch[1];
  const guint8 *b = at(v, 0, 1, scratch);

  if (b != NULL && b[0] >> 4 == 6)
    put_ipv6(out, v);
  else
    put_ipv4(out, v);
}

/* Destination, source, type: only of what came in. */
static void put_mac(GString *out, const fw_packet *p)
{
  guint i;

  if (p->in->name[0] == '\0' || !p->in->known)
    return;
  g_string_append(out, "MAC=");
  for (i = 0; p->link != NULL && i < 14; i++)
    g_string_append_printf(out, "%s%02x", i > 0 ? ":" : "", p->link[i]);
  g_string_append_c(out, ' ');
}

void fw_log_packet(GString *out, const fw_packet *p, const char *prefix, guint8 flags)
{
  view v = { p, 0, flags, 0 };

  g_string_append_printf(out, "%sIN=%s OUT=%s ", prefix, p->in->name, p->out->name);
  put_mac(out, p);
  put_ip(out, &v);
  if (p->mark != 0)
    g_string_append_printf(out, "MARK=0x%x ", p->mark);
}

void fw_log_rule(GString *out, const fw_packet *p, const fw_rule *rule)
{
  const fw_log *log = rule->target.data;

  fw_log_packet(out, p, log->prefix, log->flags);
}

gboolean fw_log_trace(GString *out, const fw_packet *p, const fw_walk_said *said)
{
  GString *prefix;

  if (said->event == FW_WALK_PASSED || said->event == FW_WALK_UNKNOWN || said->event == FW_WALK_HOTDROP ||
      said->event == FW_WALK_BROKEN)
    return FALSE;
  prefix = g_string_new("TRACE: ");
  fw_recorded_place(prefix, said);
  g_string_append_c(prefix, ' ');
  fw_log_packet(out, p, prefix->str, FW_LOG_TCP_SEQUENCE | FW_LOG_TCP_OPTIONS | FW_LOG_IP_OPTIONS);
  g_string_free(prefix, TRUE);
  return TRUE;
}
