/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which fields the two packets of a pair have differently. TTL and checksums are a router's own business. */
#include "across.h"

#include "conntrack/proto/proto.h"
#include "emit/text.h"

#include <string.h>

/* A number in a header. */
typedef struct number {
  const char *name;
  guint8 at, bytes;
  guint32 mask;
  gboolean translation;
} number;

static const number ipv4_numbers[] = { { "TOS", 1, 1, 0xff, FALSE },
                                       { "IP id", 4, 2, 0xffff, FALSE },
                                       { "DF", 6, 1, 0x40, FALSE } };
static const number ipv6_numbers[] = { { "traffic class", 0, 2, 0x0ff0, FALSE },
                                       { "flow label", 0, 4, 0xfffff, FALSE } };
static const number tcp_numbers[] = {
  { "source port", 0, 2, 0xffff, TRUE },          { "destination port", 2, 2, 0xffff, TRUE },
  { "TCP sequence number", 4, 4, ~0u, FALSE },    { "TCP acknowledgement number", 8, 4, ~0u, FALSE },
  { "TCP flags", 12, 2, 0x1ff, FALSE },           { "TCP window", 14, 2, 0xffff, FALSE },
  { "TCP urgent pointer", 18, 2, 0xffff, FALSE },
};
static const number port_numbers[] = { { "source port", 0, 2, 0xffff, TRUE },
                                       { "destination port", 2, 2, 0xffff, TRUE } };
static const number icmp_numbers[] = { { "ICMP type and code", 0, 2, 0xffff, FALSE } };
static const number query_numbers[] = { { "ICMP id", 4, 2, 0xffff, TRUE },
                                        { "ICMP sequence number", 6, 2, 0xffff, FALSE } };

typedef struct comparison {
  const across_sighting *a, *b;
  across_field *fields;
  guint n;
} comparison;

static across_field *add(comparison *c, const char *name, gboolean translation)
{
  across_field *f;

  if (c->n >= ACROSS_FIELDS_MOST)
    return NULL;
  f = &c->fields[c->n++];
  *f = (across_field){ .name = name, .translation = translation };
  return f;
}

static void add_numbers(comparison *c, const char *name, guint64 a, guint64 b, gboolean translation)
{
  across_field *f = add(c, name, translation);

  if (f == NULL)
    return;
  g_snprintf(f->a, sizeof(f->a), "%" G_GUINT64_FORMAT, a);
  g_snprintf(f->b, sizeof(f->b), "%" G_GUINT64_FORMAT, b);
}

static void add_words(comparison *c, const char *name, const char *a, const char *b)
{
  across_field *f = add(c, name, FALSE);

  if (f == NULL)
    return;
  g_strlcpy(f->a, a, sizeof(f->a));
  g_strlcpy(f->b, b, sizeof(f->b));
}

/* => FALSE where the capture has not kept it. */
static gboolean number_at(const across_sighting *s, guint32 at, guint bytes, guint32 mask, guint32 *value)
{
  guint32 so_far = 0;
  guint i;

  if (at + bytes > s->head_bytes)
    return FALSE;
  for (i = 0; i < bytes; i++)
    so_far = so_far << 8 | s->head[at + i];
  *value = so_far & mask;
  if (mask == 0x0ff0)
    *value >>= 4;
  else if (mask == 0x40)
    *value >>= 6;
  return TRUE;
}

static void compare_numbers(comparison *c, const number *numbers, gsize n, gboolean of_l4)
{
  guint32 a, b;
  gsize i;

  for (i = 0; i < n; i++)
    if (number_at(c->a, (of_l4 ? c->a->l4_offset : 0u) + numbers[i].at, numbers[i].bytes, numbers[i].mask, &a) &&
        number_at(c->b, (of_l4 ? c->b->l4_offset : 0u) + numbers[i].at, numbers[i].bytes, numbers[i].mask, &b) &&
        a != b)
      add_numbers(c, numbers[i].name, a, b, numbers[i].translation);
}

static void put_address(char *out, guint8 family, const ct_addr *addr)
{
  emit_text text;

  emit_text_init(&text, -1);
  emit_text_addr(&text, family, addr, FALSE);
  emit_text_char(&text, '\0');
  g_strlcpy(out, text.data, ACROSS_VALUE_BYTES);
  emit_text_clear(&text);
}

static void compare_address(comparison *c, const char *name, const ct_addr *a, const ct_addr *b)
{
  across_field *f = ct_addr_equal(a, b) ? NULL : add(c, name, TRUE);

  if (f == NULL)
    return;
  put_address(f->a, c->a->tuple.family, a);
  put_address(f->b, c->b->tuple.family, b);
}

/* Headers between the fixed one and layer 4. */
static void compare_ip_options(comparison *c, guint32 fixed)
{
  guint32 a = c->a->l4_offset > fixed ? c->a->l4_offset - fixed : 0;
  guint32 b = c->b->l4_offset > fixed ? c->b->l4_offset - fixed : 0;

  if (c->a->l4_offset == 0 || c->b->l4_offset == 0)
    return;
  if (a == b &&
      (fixed + a > MIN(c->a->head_bytes, c->b->head_bytes) || memcmp(c->a->head + fixed, c->b->head + fixed, a) == 0))
    return;
  add_words(c, fixed == 20 ? "IP options" : "IP extension headers", a > 0 ? "there" : "none", b > 0 ? "there" : "none");
}

/* ---- TCP options ---- */

enum { OPTIONS_MOST = 40, KIND_END = 0, KIND_NOP = 1 };

typedef struct option {
  const guint8 *data; /* NULL: it is not there */
  guint8 bytes;
} option;

/* The first of each kind. */
static void read_options(const across_sighting *s, option found[256])
{
  guint32 at = s->l4_offset + 20u, end;

  memset(found, 0, 256 * sizeof(*found));
  if (at > s->head_bytes)
    return;
  end = MIN(s->l4_offset + (s->head[s->l4_offset + 12] >> 4) * 4u, s->head_bytes);
  while (at + 1 < end && s->head[at] != KIND_END) {
    guint8 kind = s->head[at], bytes;

    if (kind == KIND_NOP) {
      at++;
      continue;
    }
    bytes = s->head[at + 1];
    if (bytes < 2 || at + bytes > end)
      return;
    if (found[kind].data == NULL)
      found[kind] = (option){ s->head + at + 2, (guint8)(bytes - 2) };
    at += bytes;
  }
}

static const char *option_name(guint kind)
{
  switch (kind) {
  case 2: return "TCP MSS";
  case 3: return "TCP window scale";
  case 4: return "TCP SACK permitted";
  case 5: return "TCP SACK";
  case 8: return "TCP timestamps";
  case 19: return "TCP MD5 signature";
  case 34: return "TCP fast open";
  default: return "TCP option";
  }
}

static void put_option(char *out, const option *o)
{
  guint64 value = 0;
  guint i;

  if (o->data == NULL) {
    g_strlcpy(out, "none", ACROSS_VALUE_BYTES);
  } else if (o->bytes == 0) {
    g_strlcpy(out, "there", ACROSS_VALUE_BYTES);
  } else if (o->bytes <= 8) {
    for (i = 0; i < o->bytes; i++)
      value = value << 8 | o->data[i];
    g_snprintf(out, ACROSS_VALUE_BYTES, "%" G_GUINT64_FORMAT, value);
  } else {
    g_snprintf(out, ACROSS_VALUE_BYTES, "%u bytes", o->bytes);
  }
}

static gboolean same_option(const option *a, const option *b)
{
  if (a->data == NULL || b->data == NULL)
    return a->data == b->data;
  return a->bytes == b->bytes && memcmp(a->data, b->data, a->bytes) == 0;
}

static void compare_tcp_options(comparison *c)
{
  option a[256], b[256];
  guint kind;

  read_options(c->a, a);
  read_options(c->b, b);
  for (kind = 2; kind < 256; kind++) {
    across_field *f;

    if (same_option(&a[kind], &b[kind]))
      continue;
    f = add(c, option_name(kind), FALSE);
    if (f == NULL)
      return;
    put_option(f->a, &a[kind]);
    put_option(f->b, &b[kind]);
  }
}

/* ---- all of it ---- */

static void compare_l4(comparison *c)
{
  guint8 proto = c->a->proto;

  if (c->a->l4_offset == 0 || c->b->l4_offset == 0)
    return;
  if (proto == CT_PROTO_TCP) {
    compare_numbers(c, tcp_numbers, G_N_ELEMENTS(tcp_numbers), TRUE);
    compare_tcp_options(c);
  } else if (proto == CT_PROTO_ICMP || proto == CT_PROTO_ICMPV6) {
    compare_numbers(c, icmp_numbers, G_N_ELEMENTS(icmp_numbers), TRUE);
    if (c->a->tuple.src_id != 0 || c->b->tuple.src_id != 0)
      compare_numbers(c, query_numbers, G_N_ELEMENTS(query_numbers), TRUE);
  } else if (ct_proto_has_ports(NULL, &c->a->tuple)) {
    compare_numbers(c, port_numbers, G_N_ELEMENTS(port_numbers), TRUE);
  }
}

/* What an ICMP error quotes is translated with it. Of packets that were cut at two lengths nobody can say. */
static void compare_payload(comparison *c)
{
  const across_sighting *a = c->a, *b = c->b;

  if (a->icmp_error || b->icmp_error)
    return;
  if (a->payload_bytes != b->payload_bytes)
    add_numbers(c, "payload length", a->payload_bytes, b->payload_bytes, FALSE);
  else if (a->captured - a->payload_at == b->captured - b->payload_at && a->payload != b->payload)
    add_words(c, "payload", "one", "another");
}

guint across_fields(const across_sighting *a, const across_sighting *b, across_field fields[ACROSS_FIELDS_MOST])
{
  comparison c = { a, b, fields, 0 };
  gboolean v4 = a->tuple.family == CT_IPV4;

  if (v4)
    compare_numbers(&c, ipv4_numbers, G_N_ELEMENTS(ipv4_numbers), FALSE);
  else
    compare_numbers(&c, ipv6_numbers, G_N_ELEMENTS(ipv6_numbers), FALSE);
  compare_address(&c, "source address", &a->tuple.src, &b->tuple.src);
  compare_address(&c, "destination address", &a->tuple.dst, &b->tuple.dst);
  compare_ip_options(&c, v4 ? 20 : 40);
  compare_l4(&c);
  compare_payload(&c);
  if (a->csum_bad != b->csum_bad)
    add_words(&c, "checksum", a->csum_bad ? "wrong" : "right", b->csum_bad ? "wrong" : "right");
  return c.n;
}
