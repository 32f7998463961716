/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/tell_wire.h"

#include <string.h>

#include "firewall/walk/put.h"

enum { TCP_HEADER = 20 };

void fw_wire_put_address(GString *out, guint8 family, const guint8 *bytes)
{
  fw_put_literal(out, "\"");
  fw_put_address(out, family, bytes);
  fw_put_literal(out, "\"");
}

static void put_hex(GString *out, const char *name, const guint8 *b, gsize n)
{
  gsize i;

  if (n == 0)
    return;
  g_string_append_printf(out, ",\"%s\":\"", name);
  for (i = 0; i < n; i++)
    g_string_append_printf(out, "%02x", b[i]);
  g_string_append_c(out, '"');
}

/* The same of the last fragment sent in, which most often has no header of layer 4: all is news then. */
static gboolean sent_header_differs(const fw_wire *w, guint32 offset, guint32 n)
{
  const fw_wire *s = w->sent;

  return s->payload == s->l4 || s->l4 + offset + n > s->end ||
         memcmp(s->b + s->l4 + offset, w->b + w->l4 + offset, n) != 0;
}

/* Whether n bytes at an offset of layer 4 are not those that were sent in. */
static gboolean differs(const fw_wire *w, guint32 offset, guint32 n)
{
  guint8 scratch[64];
  const guint8 *was =
    w->was != NULL && n <= sizeof scratch ? ct_packet_at(w->was, w->was->l4_offset + offset, n, scratch) : NULL;

  if (w->sent != NULL)
    return sent_header_differs(w, offset, n);
  if (w->was != NULL && w->was->l4_offset + offset + n > w->was->length)
    return TRUE; /* it was shorter */
  return was != NULL && memcmp(was, w->b + w->l4 + offset, n) != 0;
}

static gboolean payload_differs(const fw_wire *w, guint32 offset)
{
  guint32 was = w->was != NULL ? w->was->l4_offset + (offset - w->l4) : 0;

  return w->was != NULL && w->was->captured == w->was->length && was <= w->was->length &&
         (w->end - offset != w->was->length - was || memcmp(w->b + offset, w->was->data + was, w->end - offset) != 0);
}

/* The same of one fragment and another, wherever their payloads stand. */
static gboolean sent_differs(const fw_wire *w, guint32 offset)
{
  const fw_wire *s = w->sent;

  return s != NULL &&
         (s->end - s->payload != w->end - offset || memcmp(s->b + s->payload, w->b + offset, w->end - offset) != 0);
}

static void put_payload(GString *out, fw_wire *w, guint32 offset)
{
  w->payload = offset;
  if (offset < w->end && (w->full || payload_differs(w, offset) || sent_differs(w, offset)))
    put_hex(out, "payload", w->b + offset, w->end - offset);
}

static gboolean has_payload(const fw_wire *w) { return w->payload > 0 && w->payload < w->end; }

static void put_decoded(GString *out, const guint8 *b, guint32 n, gboolean inner, const ct_packet *was, gboolean full);

static gboolean sum_is_right(const guint8 *b, guint32 l4, guint32 n)
{
  const guint32 at = b[0] >> 4 == 6 ? 8 : 12;
  guint32 i;
  guint64 sum = CT_PROTO_TCP + (n - l4);

  for (i = at; i < (at == 8 ? 40U : 20U); i += 2)
    sum += ct_be16(b + i);
  for (i = l4; i < n; i++)
    sum += (i - l4) % 2 == 0 ? (guint32)b[i] << 8 : b[i];
  return sum % 0xffff == 0;
}

/* A sum that was right is so no more: the kernel changes it as if the option stood at an even place. */
static gboolean sum_has_broken(const fw_wire *w)
{
  const ct_packet *was = w->was;

  return !w->full && was != NULL && was->data != w->b && was->captured == was->length && w->sent == NULL &&
         sum_is_right(was->data, was->l4_offset, was->length) && !sum_is_right(w->b, w->l4, w->end);
}

static void put_tcp(GString *out, fw_wire *w)
{
  const guint8 *t = w->b + w->l4;
  guint32 n = w->end - w->l4, header;

  g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u", ct_be16(t), ct_be16(t + 2));
  if (n < TCP_HEADER)
    return;
  header = MIN((t[12] >> 4) * 4U, n);
  if (w->full || differs(w, 4, 4))
    g_string_append_printf(out, ",\"seq\":%u", ct_be32(t + 4));
  if (w->full || differs(w, 8, 4))
    g_string_append_printf(out, ",\"ack\":%u", ct_be32(t + 8));
  if (w->full || differs(w, 13, 1))
    g_string_append_printf(out, ",\"flags\":%u", t[13]);
  if (w->full || differs(w, 14, 2))
    g_string_append_printf(out, ",\"win\":%u", ct_be16(t + 14));
  if (sum_has_broken(w))
    g_string_append(out, ",\"csum\":\"bad\"");
  if (header > TCP_HEADER && (w->full || differs(w, TCP_HEADER, header - TCP_HEADER)))
    put_hex(out, "opts", t + TCP_HEADER, header - TCP_HEADER);
  else if (w->full && (t[12] >> 4) * 4 > TCP_HEADER)
    g_string_append(out, ",\"opts\":\"\""); /* cut off */
  put_payload(out, w, w->l4 + header);
}

static gboolean is_icmp_error(const fw_wire *w)
{
  guint8 type = w->b[w->l4];

  if (w->proto == CT_PROTO_ICMPV6)
    return type < 128;
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static void put_icmp(GString *out, fw_wire *w)
{
  const guint8 *t = w->b + w->l4;

  g_string_append_printf(out, ",\"type\":%u,\"code\":%u", t[0], t[1]);
  if (!is_icmp_error(w)) {
    g_string_append_printf(out, ",\"id\":%u", ct_be16(t + 4));
    put_payload(out, w, w->l4 + 8);
  } else if (w->end > w->l4 + 8) {
    g_string_append(out, ",\"inner\":{");
    put_decoded(out, w->b + w->l4 + 8, w->end - w->l4 - 8, TRUE, NULL, TRUE);
    g_string_append_c(out, '}');
  }
}

static void put_l4(GString *out, fw_wire *w)
{
  const guint8 *t = w->b + w->l4;
  guint32 n = w->end > w->l4 ? w->end - w->l4 : 0;

  if (w->proto == CT_PROTO_TCP && n >= 4) {
    put_tcp(out, w);
  } else if ((w->proto == CT_PROTO_UDP || w->proto == CT_PROTO_UDPLITE) && n >= 8) {
    g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u", ct_be16(t), ct_be16(t + 2));
    put_payload(out, w, w->l4 + 8);
    if (w->full && w->proto == CT_PROTO_UDP && ct_be16(t + 6) == 0)
      g_string_append(out, ",\"csum\":\"none\"");
  } else if (w->proto == CT_PROTO_SCTP && n >= 12) {
    g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u,\"vtag\":%u", ct_be16(t), ct_be16(t + 2), ct_be32(t + 4));
    put_payload(out, w, w->l4 + 12);
  } else if ((w->proto == CT_PROTO_SCTP || w->proto == CT_PROTO_DCCP) && n >= 4) {
    g_string_append_printf(out, ",\"sport\":%u,\"dport\":%u", ct_be16(t), ct_be16(t + 2));
    put_payload(out, w, w->l4 + 4);
  } else if ((w->proto == CT_PROTO_ICMP || w->proto == CT_PROTO_ICMPV6) && n >= 8) {
    put_icmp(out, w);
  } else if (w->proto == CT_PROTO_GRE && n >= 8 && (t[1] & 7) == 1) {
    g_string_append_printf(out, ",\"callid\":%u", ct_be16(t + 6));
    put_payload(out, w, w->l4 + 8);
  } else if (n > 0) {
    put_payload(out, w, w->l4);
  }
}

static gboolean header_sum_bad(const guint8 *b, guint32 n)
{
  guint32 sum = 0, i;

  for (i = 0; i + 1 < n; i += 2)
    sum += ct_be16(b + i);
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return sum != 0xffff;
}

/* => FALSE: a later fragment. */
static gboolean put_ipv4(GString *out, fw_wire *w)
{
  const guint8 *b = w->b;
  guint16 fragment = ct_be16(b + 6);

  w->l4 = MIN((b[0] & 15U) * 4, w->n);
  w->proto = b[9];
  w->end = w->inner ? w->n : MIN(ct_be16(b + 2), w->n);
  g_string_append_printf(out, ",\"proto\":%u,\"len\":%u", w->proto, ct_be16(b + 2));
  if (fragment & 0x3fff)
    g_string_append_printf(out, ",\"frag\":[%u,%u]", (fragment & 0x1fffU) * 8, (fragment & 0x2000U) != 0);
  if (w->full && header_sum_bad(b, w->l4))
    g_string_append(out, ",\"ipcsum\":\"bad\"");
  return (fragment & 0x1fff) == 0;
}

static gboolean put_ipv6(GString *out, fw_wire *w)
{
  const guint8 *b = w->b;
  gboolean first = TRUE;

  w->proto = b[6];
  w->l4 = 40;
  w->end = w->inner ? w->n : MIN(40U + ct_be16(b + 4), w->n);
  g_string_append_printf(out, ",\"len\":%u", 40U + ct_be16(b + 4));
  while ((w->proto == 0 || w->proto == 43 || w->proto == 44 || w->proto == 60) && w->n >= w->l4 + 8) {
    const guint8 *h = b + w->l4;

    if (w->proto == 44) {
      g_string_append_printf(out, ",\"frag\":[%u,%u]", ct_be16(h + 2) & 0xfff8U, h[3] & 1U);
      first = (ct_be16(h + 2) & 0xfff8) == 0;
    }
    w->l4 += w->proto == 44 ? 8 : (h[1] + 1U) * 8;
    w->proto = h[0];
  }
  g_string_append_printf(out, ",\"proto\":%u", w->proto);
  return first;
}

void fw_wire_put(GString *out, fw_wire *w)
{
  const guint8 *b = w->b;
  guint32 n = w->n;
  gboolean six = n > 0 && b[0] >> 4 != 4, first;
  guint32 i;

  if (n < (six ? 40U : 20U)) {
    g_string_append(out, "\"short\":\"");
    for (i = 0; i < n; i++)
      g_string_append_printf(out, "%02x", b[i]);
    g_string_append_c(out, '"');
    return;
  }
  w->version = six ? 6 : 4;
  g_string_append(out, "\"src\":");
  fw_wire_put_address(out, w->version, b + (six ? 8 : 12));
  g_string_append(out, ",\"dst\":");
  fw_wire_put_address(out, w->version, b + (six ? 24 : 16));
  first = six ? put_ipv6(out, w) : put_ipv4(out, w);
  if (first)
    put_l4(out, w);
  else
    put_payload(out, w, w->l4);
  /* What was sent in has one, and this has none: an ICMP error's first piece, or one that ends with the header. */
  if (w->sent != NULL && has_payload(w->sent) && !has_payload(w))
    g_string_append(out, ",\"payload\":\"\"");
}

static void put_decoded(GString *out, const guint8 *b, guint32 n, gboolean inner, const ct_packet *was, gboolean full)
{
  fw_wire w = { .b = b, .n = n, .inner = inner, .full = full, .was = was };

  fw_wire_put(out, &w);
}

/* ---- what it is recognised by ---- */

static guint32 crc32_byte(guint32 crc, guint8 byte)
{
  guint i;

  crc ^= byte;
  for (i = 0; i < 8; i++)
    crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  return crc;
}

guint32 fw_wire_crc(const guint8 *b, guint32 n)
{
  guint32 crc = G_MAXUINT32, i;
  gboolean six = n > 6 && b[0] >> 4 == 6, fragment = six && b[6] == 44;

  for (i = 0; i < n; i++)
    crc = crc32_byte(crc, (six ? i == 7 || (fragment && i >= 44 && i < 48) : i == 8 || i == 10 || i == 11) ? 0 : b[i]);
  return ~crc;
}
