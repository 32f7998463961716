/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/trace.h"

#include <arpa/inet.h>
#include <string.h>

#include "firewall/nft/text.h"
#include "firewall/nft/value.h"
#include "firewall/walk/record.h"

enum { TH_BYTES = 20, NH_BYTES = 40, ESP = 50, IGMP = 2 };

/* ---- a header's fields ---- */

typedef enum field_form { FORM_NUMBER, FORM_SYMBOL, FORM_FLAGS, FORM_SKIPPED } field_form;

/* type: whose names a symbol has. Skipped: nft leaves it out. */
typedef struct trace_field {
  const char *name;
  guint8 offset, bytes;
  field_form form;
  const char *type;
} trace_field;

/* What follows the fields is shown as it is. */
typedef struct trace_protocol {
  guint8 number;
  const char *name;
  guint8 n;
  trace_field fields[9];
} trace_protocol;

static const trace_protocol protocols[] = {
  { CT_PROTO_TCP,
    "tcp",
    9,
    { { "sport", 0, 2, FORM_NUMBER, NULL },
      { "dport", 2, 2, FORM_NUMBER, NULL },
      { "sequence", 4, 4, FORM_SKIPPED, NULL },
      { "ackseq", 8, 4, FORM_SKIPPED, NULL },
      { "doff", 12, 1, FORM_SKIPPED, NULL },
      { "flags", 13, 1, FORM_FLAGS, "tcp_flag" },
      { "window", 14, 2, FORM_NUMBER, NULL },
      { "checksum", 16, 2, FORM_SKIPPED, NULL },
      { "urgptr", 18, 2, FORM_SKIPPED, NULL } } },
  { CT_PROTO_UDP,
    "udp",
    4,
    { { "sport", 0, 2, FORM_NUMBER, NULL },
      { "dport", 2, 2, FORM_NUMBER, NULL },
      { "length", 4, 2, FORM_NUMBER, NULL },
      { "checksum", 6, 2, FORM_SKIPPED, NULL } } },
  { CT_PROTO_UDPLITE,
    "udplite",
    4,
    { { "sport", 0, 2, FORM_NUMBER, NULL },
      { "dport", 2, 2, FORM_NUMBER, NULL },
      { "csumcov", 4, 2, FORM_NUMBER, NULL },
      { "checksum", 6, 2, FORM_NUMBER, NULL } } },
  { CT_PROTO_SCTP,
    "sctp",
    4,
    { { "sport", 0, 2, FORM_NUMBER, NULL },
      { "dport", 2, 2, FORM_NUMBER, NULL },
      { "vtag", 4, 4, FORM_NUMBER, NULL },
      { "checksum", 8, 4, FORM_SKIPPED, NULL } } },
  { CT_PROTO_DCCP, "dccp", 2, { { "sport", 0, 2, FORM_NUMBER, NULL }, { "dport", 2, 2, FORM_NUMBER, NULL } } },
  { CT_PROTO_ICMP,
    "icmp",
    5,
    { { "type", 0, 1, FORM_SYMBOL, "icmp_type" },
      { "code", 1, 1, FORM_SYMBOL, "icmp_code" },
      { "checksum", 2, 2, FORM_SKIPPED, NULL },
      { "id", 4, 2, FORM_NUMBER, NULL },
      { "sequence", 6, 2, FORM_NUMBER, NULL } } },
  { CT_PROTO_ICMPV6,
    "icmpv6",
    4,
    { { "type", 0, 1, FORM_SYMBOL, "icmpv6_type" },
      { "code", 1, 1, FORM_SYMBOL, "icmpv6_code" },
      { "checksum", 2, 2, FORM_SKIPPED, NULL },
      { "parameter-problem", 4, 4, FORM_NUMBER, NULL } } },
  { ESP, "esp", 2, { { "spi", 0, 4, FORM_NUMBER, NULL }, { "sequence", 4, 4, FORM_NUMBER, NULL } } },
  { IGMP, "igmp", 2, { { "type", 0, 1, FORM_SYMBOL, "igmp_type" }, { "mrt", 1, 1, FORM_NUMBER, NULL } } },
};

static guint32 number_at(const guint8 *b, guint n)
{
  guint32 v = 0;

  while (n-- > 0)
    v = v << 8 | *b++;
  return v;
}

static void put_symbol(GString *out, const char *type, guint32 value)
{
  const char *name = fw_nft_symbol_name(fw_nft_type_find(type), value);

  if (name != NULL)
    g_string_append_printf(out, "%s ", name);
  else
    g_string_append_printf(out, "%u ", value);
}

/* Bytes as one number, without the zeros before it. */
static void put_raw(GString *out, const char *base, guint offset, const guint8 *b, guint n)
{
  gsize start;
  guint i;

  if (n == 0)
    return;
  g_string_append_printf(out, "@%s,%u,%u 0x", base, offset * 8, n * 8);
  start = out->len;
  for (i = 0; i < n; i++)
    g_string_append_printf(out, "%02x", b[i]);
  while (out->len > start + 1 && out->str[start] == '0')
    g_string_erase(out, (gssize)start, 1);
  g_string_append_c(out, ' ');
}

static void put_field(GString *out, const trace_protocol *proto, const trace_field *f, const guint8 *b)
{
  guint32 value = number_at(b + f->offset, f->bytes);
  const char *name;

  if (f->form == FORM_SKIPPED)
    return;
  g_string_append_printf(out, "%s %s ", proto->name, f->name);
  switch (f->form) {
  case FORM_SYMBOL: put_symbol(out, f->type, value); return;
  case FORM_FLAGS:
    name = fw_nft_symbol_name(fw_nft_type_find(f->type), value);
    if (name != NULL)
      g_string_append_printf(out, "== %s ", name);
    else
      g_string_append_printf(out, "== 0x%x ", value);
    return;
  default: g_string_append_printf(out, "%u ", value); return;
  }
}

/* What the network's header itself calls the next one: nft does not go through the headers of IPv6. */
static guint8 next_of(const fw_packet *p)
{
  guint8 scratch[1];
  const guint8 *b = fw_packet_at(p, p->family == FW_IPV6 ? 6 : 9, 1, scratch);

  return b != NULL ? b[0] : p->protocol;
}

/* Up to 20 bytes behind the header of the network's layer. */
static void put_transport(GString *out, const fw_packet *p)
{
  guint8 scratch[TH_BYTES], bytes[TH_BYTES];
  guint32 n = p->raw->length > p->l4_offset ? MIN(p->raw->length - p->l4_offset, (guint32)TH_BYTES) : 0, have = 0;
  const trace_protocol *proto = NULL;
  const guint8 next = next_of(p);
  guint i, at = 0;

  if (p->broken || p->protocolless)
    return;
  for (; have < n; have++) {
    const guint8 *b = fw_packet_at(p, p->l4_offset + have, 1, scratch);

    if (b == NULL)
      break;
    bytes[have] = b[0];
  }
  for (i = 0; i < G_N_ELEMENTS(protocols) && proto == NULL; i++)
    if (protocols[i].number == next && p->fragment == 0)
      proto = &protocols[i];
  for (i = 0; proto != NULL && i < proto->n; i++) {
    const trace_field *f = &proto->fields[i];

    if ((guint32)f->offset + f->bytes > have)
      return;
    put_field(out, proto, f, bytes);
    at = (guint)f->offset + f->bytes;
  }
  put_raw(out, "th", at, bytes + at, have - at);
}

/* ---- the packet ---- */

static void put_dscp(GString *out, const char *family, guint8 tos)
{
  const char *name = fw_nft_symbol_name(fw_nft_type_find("dscp"), tos >> 2);

  if (name != NULL)
    g_string_append_printf(out, "%s dscp %s ", family, name);
  else
    g_string_append_printf(out, "%s dscp 0x%02x ", family, tos >> 2);
  g_string_append_printf(out, "%s ecn ", family);
  put_symbol(out, "ecn", tos & 3);
}

/* In a table of one family that is not said; in one of both, it shows whose packet it is. */
static void put_ipv4(GString *out, const fw_packet *p, gboolean both)
{
  guint8 scratch[NH_BYTES];
  const guint8 *b = fw_packet_at(p, 0, 20, scratch);
  char source[INET_ADDRSTRLEN], destination[INET_ADDRSTRLEN];
  guint32 options;

  if (b == NULL)
    return;
  options = MIN((b[0] & 15U) * 4, (guint32)NH_BYTES) - 20;
  inet_ntop(AF_INET, b + 12, source, sizeof source);
  inet_ntop(AF_INET, b + 16, destination, sizeof destination);
  g_string_append_printf(out, "ip saddr %s ip daddr %s ", source, destination);
  put_dscp(out, "ip", b[1]);
  g_string_append_printf(out, "ip ttl %u ip id %u ", b[8], ct_be16(b + 4));
  if (both) {
    g_string_append(out, "ip protocol ");
    put_symbol(out, "inet_proto", b[9]);
  }
  g_string_append_printf(out, "ip length %u ", ct_be16(b + 2));
  b = options > 0 ? fw_packet_at(p, 20, options, scratch) : NULL;
  if (b != NULL)
    put_raw(out, "nh", 20, b, options);
}

static void put_ipv6(GString *out, const fw_packet *p)
{
  guint8 scratch[NH_BYTES];
  const guint8 *b = fw_packet_at(p, 0, NH_BYTES, scratch);
  char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];

  if (b == NULL)
    return;
  inet_ntop(AF_INET6, b + 8, source, sizeof source);
  inet_ntop(AF_INET6, b + 24, destination, sizeof destination);
  g_string_append_printf(out, "ip6 saddr %s ip6 daddr %s ", source, destination);
  put_dscp(out, "ip6", (guint8)(b[0] << 4 | b[1] >> 4));
  g_string_append_printf(out, "ip6 hoplimit %u ip6 flowlabel %u ip6 nexthdr ", b[7], ct_be32(b) & 0xfffff);
  put_symbol(out, "inet_proto", b[6]);
  g_string_append_printf(out, "ip6 length %u ", ct_be16(b + 4));
}

static void put_ether(GString *out, const char *name, const guint8 *b)
{
  g_string_append_printf(out, "ether %s %02x:%02x:%02x:%02x:%02x:%02x ", name, b[0], b[1], b[2], b[3], b[4], b[5]);
}

static void put_packet(GString *out, const fw_packet *p, const fw_chain *chain)
{
  g_string_append(out, "packet: ");
  if (p->in->known && p->in->name[0] != '\0')
    g_string_append_printf(out, "iif \"%s\" ", p->in->name);
  if (p->out->known && p->out->name[0] != '\0')
    g_string_append_printf(out, "oif \"%s\" ", p->out->name);
  if (p->link != NULL && !p->own) {
    put_ether(out, "saddr", p->link + 6);
    put_ether(out, "daddr", p->link);
  }
  if (p->family == FW_IPV6)
    put_ipv6(out, p);
  else
    put_ipv4(out, p, chain->table->family == FW_INET);
  put_transport(out, p);
  g_string_append_c(out, '\n');
}

/* ---- lines ---- */

static void put_head(GString *out, const fw_packet *p, const fw_chain *chain)
{
  g_string_append_printf(out, "trace id %08" G_GINT64_MODIFIER "x %s %s %s ", p->raw->number,
                         fw_family_name(chain->table->family), chain->table->name, chain->name);
}

static void put_end(GString *out, const fw_packet *p, const fw_walk_said *said)
{
  g_autoptr(GString) verdict = g_string_new(NULL);

  fw_recorded_verdict(verdict, said);
  if (said->event == FW_WALK_POLICY) {
    g_string_append_printf(out, "policy %s ", verdict->str);
    if (p->mark != 0)
      g_string_append_printf(out, "meta mark 0x%08x ", p->mark);
  } else {
    const fw_rule *rule = said->step->rule;

    g_string_append(out, "rule ");
    fw_nft_text_rule(out, rule->chain->rules[rule->number - 1], NULL);
    g_string_append_printf(out, " (verdict %s)", verdict->str);
  }
  g_string_append_c(out, '\n');
}

gboolean fw_nft_trace(GString *out, fw_nft_tracer *t, const fw_packet *p, const fw_walk_said *said)
{
  const fw_chain *chain = said->chain;

  if (said->event != FW_WALK_RULE && said->event != FW_WALK_POLICY)
    return FALSE;
  if (chain->hook != FW_HOOK_NONE && (t->packet != p || t->number != p->raw->number || t->base != chain)) {
    *t = (fw_nft_tracer){ p, p->raw->number, chain };
    put_head(out, p, chain);
    put_packet(out, p, chain);
  }
  put_head(out, p, chain);
  put_end(out, p, said);
  return TRUE;
}
