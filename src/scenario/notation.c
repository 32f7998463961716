/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/notation.h"

#include <arpa/inet.h>
#include <string.h>

#include "capture/capture.h"
#include "scenario/icmp_names.h"
#include "scenario/sctp_names.h"

void scn_print_addr(GString *out, guint8 family, const ct_addr *addr, gboolean brackets)
{
  char text[INET6_ADDRSTRLEN];

  inet_ntop(family == CT_IPV4 ? AF_INET : AF_INET6, addr->bytes, text, sizeof(text));
  g_string_append_printf(out, family == CT_IPV6 && brackets ? "[%s]" : "%s", text);
}

void scn_print_seconds(GString *out, gint64 ns)
{
  char fraction[16];
  gsize n;

  if (ns < 0)
    g_string_append_c(out, '-');
  g_string_append_printf(out, "%" G_GINT64_FORMAT, ABS(ns) / 1000000000);
  g_snprintf(fraction, sizeof(fraction), ".%09d", (int)(ABS(ns) % 1000000000));
  for (n = strlen(fraction); fraction[n - 1] == '0'; n--)
    ;
  if (n > 1)
    g_string_append_len(out, fraction, (gssize)n);
}

void scn_print_hex(GString *out, const guint8 *data, gsize n)
{
  static const char digits[] = "0123456789abcdef";

  for (gsize i = 0; i < n; i++) {
    g_string_append_c(out, digits[data[i] >> 4]);
    g_string_append_c(out, digits[data[i] & 15]);
  }
}

static gboolean is_fill(const GByteArray *bytes)
{
  for (guint i = 0; i < bytes->len; i++)
    if (bytes->data[i] != 'a' + i % 26)
      return FALSE;
  return TRUE;
}

static gboolean is_text(const GByteArray *bytes)
{
  guint plain = 0;

  for (guint i = 0; i < bytes->len; i++)
    plain +=
      g_ascii_isprint(bytes->data[i]) || bytes->data[i] == '\r' || bytes->data[i] == '\n' || bytes->data[i] == '\t';
  return plain >= bytes->len - bytes->len / 4;
}

static void print_text_byte(GString *out, guint8 byte)
{
  switch (byte) {
  case '\r': g_string_append(out, "\\r"); break;
  case '\n': g_string_append(out, "\\n"); break;
  case '\t': g_string_append(out, "\\t"); break;
  case '"': g_string_append(out, "\\\""); break;
  case '\\': g_string_append(out, "\\\\"); break;
  default:
    if (g_ascii_isprint(byte))
      g_string_append_c(out, (char)byte);
    else
      g_string_append_printf(out, "\\x%02x", byte);
  }
}

static void print_text(GString *out, const guint8 *data, guint n)
{
  g_string_append(out, " data \"");
  for (guint i = 0; i < n; i++) {
    print_text_byte(out, data[i]);
    if (data[i] == '\n' && i + 1 < n)
      g_string_append(out, "\" \\\n  data \"");
  }
  g_string_append_c(out, '"');
}

/* Where the length in parentheses does not say it all. Zeros at the end (a cut packet's unknown bytes, padding) have a
 * short form. */
static void print_payload(GString *out, const GByteArray *payload)
{
  guint n = payload->len;

  if (is_fill(payload))
    return;
  while (n > 0 && payload->data[n - 1] == 0)
    n--;
  if (payload->len - n < 16)
    n = payload->len;
  if (n > 0 && is_text(payload))
    print_text(out, payload->data, n);
  else if (n > 0) {
    g_string_append(out, " hex ");
    scn_print_hex(out, payload->data, n);
  }
  if (n < payload->len)
    g_string_append_printf(out, " zeros %u", payload->len - n);
}

/* Numbers a little below the start are easier to read as such. */
static void print_sequence(GString *out, guint32 v)
{
  if (v > 0x80000000u)
    g_string_append_printf(out, "-%u", 0u - v);
  else
    g_string_append_printf(out, "%u", v);
}

static void print_tcp_option(GString *out, const scn_tcp_option *option)
{
  switch (option->kind) {
  case SCN_TCP_MSS: g_string_append_printf(out, "mss %u", option->a); break;
  case SCN_TCP_WSCALE: g_string_append_printf(out, "wscale %u", option->a); break;
  case SCN_TCP_SACK_OK: g_string_append(out, "sackOK"); break;
  case SCN_TCP_TIMESTAMP: g_string_append_printf(out, "TS val %u ecr %u", option->a, option->b); break;
  case SCN_TCP_SACK:
    g_string_append(out, "sack");
    for (guint i = 0; i < option->blocks; i++) {
      g_string_append_c(out, ' ');
      print_sequence(out, option->edge[i][0]);
      g_string_append_c(out, ':');
      print_sequence(out, option->edge[i][1]);
    }
    break;
  default:
    if (option->raw->len == 1 && option->raw->data[0] <= 1)
      g_string_append(out, option->raw->data[0] ? "nop" : "eol");
    else {
      g_string_append(out, "hex ");
      scn_print_hex(out, option->raw->data, option->raw->len);
    }
  }
}

static void print_tcp(GString *out, const scn_packet *packet)
{
  static const char letters[] = "FSRP.UEWA";
  static const guint8 order[] = { 1, 0, 2, 3, 4, 5, 6, 7, 8 }; /* SYN first, as everybody writes it */
  const scn_tcp *tcp = &packet->l4.tcp;

  for (guint i = 0; i < G_N_ELEMENTS(order); i++)
    if (tcp->flags >> order[i] & 1)
      g_string_append_c(out, letters[order[i]]);
  g_string_append(out, tcp->flags ? " " : "none ");
  print_sequence(out, tcp->seq);
  g_string_append_c(out, ':');
  print_sequence(out, tcp->seq + packet->payload->len);
  g_string_append_printf(out, "(%u)", packet->payload->len);
  if (tcp->has_ack) {
    g_string_append(out, " ack ");
    print_sequence(out, tcp->ack);
  }
  g_string_append_printf(out, " win %u", tcp->window);
  if (tcp->urgent)
    g_string_append_printf(out, " urg %u", tcp->urgent);
  for (guint i = 0; tcp->options != NULL && i < tcp->options->len; i++) {
    g_string_append(out, i ? "," : " <");
    print_tcp_option(out, &g_array_index(tcp->options, scn_tcp_option, i));
  }
  if (tcp->options != NULL)
    g_string_append_c(out, '>');
}

static void print_icmp(GString *out, const scn_packet *packet)
{
  const scn_icmp *icmp = &packet->l4.icmp;
  const scn_icmp_name *name = scn_icmp_name_of(packet->flow->family, icmp->type);
  gboolean code = icmp->code != 0;
  guint32 rest = 0;

  if (name == NULL)
    g_string_append_printf(out, "type %u", icmp->type);
  else {
    g_string_append_printf(out, "%s%s%s", name->word, name->second != NULL ? " " : "",
                           name->second != NULL ? name->second : "");
    if (name->codes[0].word != NULL) { /* the language wants one of the words; another code then overrides it */
      guint i = 0;

      while (i + 1 < G_N_ELEMENTS(name->codes) && name->codes[i].word != NULL && name->codes[i].code != icmp->code)
        i++;
      code = name->codes[i].word == NULL || name->codes[i].code != icmp->code;
      g_string_append_printf(out, " %s", name->codes[code ? 0 : i].word);
    }
    rest = name->has_id ? (guint32)packet->flow->id << 16 : 0;
  }
  if (code)
    g_string_append_printf(out, " code %u", icmp->code);
  g_string_append_printf(out, " (%u)", packet->payload->len);
  if (icmp->rest != rest && name != NULL && name->has_id && icmp->rest >> 16 == packet->flow->id)
    g_string_append_printf(out, " seq %u", icmp->rest & 0xffff);
  else if (icmp->rest != rest)
    g_string_append_printf(out, " rest 0x%x", icmp->rest);
}

static void print_chunk(GString *out, scn_chunk *chunk)
{
  const scn_chunk_name *name = scn_chunk_name_of(chunk->type);
  const char *comma = "";

  if (name != NULL)
    g_string_append_printf(out, "%s[", name->word);
  else
    g_string_append_printf(out, "CHUNK %u [", chunk->type);
  if (chunk->flags != (name != NULL ? name->flags : 0)) {
    g_string_append_printf(out, "flgs=%u", chunk->flags);
    comma = ", ";
  }
  for (const scn_chunk_field *field = name != NULL ? name->fields : NULL; field != NULL && field->name != NULL;
       field++) {
    g_string_append_printf(out, "%s%s=%u", comma, field->name, *scn_chunk_value(chunk, field));
    comma = ", ";
  }
  g_string_append_c(out, ']');
  if (chunk->value != NULL && is_fill(chunk->value))
    g_string_append_printf(out, "(%u)", chunk->value->len);
  else if (chunk->value != NULL) {
    g_string_append(out, " hex ");
    scn_print_hex(out, chunk->value->data, chunk->value->len);
  }
}

static void print_sctp(GString *out, const scn_sctp *sctp)
{
  g_string_append(out, "sctp: ");
  for (guint i = 0; sctp->chunks != NULL && i < sctp->chunks->len; i++) {
    g_string_append(out, i ? "; " : "");
    print_chunk(out, g_ptr_array_index(sctp->chunks, i));
  }
  if (sctp->chunks == NULL)
    g_string_append(out, "nothing");
  if (sctp->has_vtag)
    g_string_append_printf(out, " vtag %u", sctp->vtag);
}

static void print_gre(GString *out, const scn_packet *packet)
{
  const scn_gre *gre = &packet->l4.gre;

  g_string_append(out, gre->version == 1 ? "gre1" : "gre");
  if (gre->protocol != (gre->version == 1 ? 0x880b : 0x0800))
    g_string_append_printf(out, " protocol 0x%x", gre->protocol);
  if (gre->has_key)
    g_string_append_printf(out, " key %u", gre->key);
  if (gre->has_call)
    g_string_append_printf(out, " call %u", gre->call);
  if (gre->has_seq)
    g_string_append_printf(out, " seq %u", gre->seq);
  if (gre->has_ack)
    g_string_append_printf(out, " ack %u", gre->ack);
  g_string_append_printf(out, " (%u)", packet->payload->len);
}

void scn_print_direction(GString *out, guint8 direction)
{
  g_string_append(out, direction == CAP_DIR_IN ? " in" : direction == CAP_DIR_OUT ? " out" : "");
}

static void print_ip(GString *out, const scn_ip *ip)
{
  if (ip->has_ttl)
    g_string_append_printf(out, " ttl %u", ip->ttl);
  if (ip->has_tos)
    g_string_append_printf(out, " tos 0x%x", ip->tos);
  if (ip->has_id)
    g_string_append_printf(out, " ipid %u", ip->id);
  if (ip->has_df)
    g_string_append(out, ip->df ? " df" : " nodf");
  if (ip->has_flow_label)
    g_string_append_printf(out, " flowlabel 0x%x", ip->flow_label);
  if (ip->options != NULL) {
    g_string_append(out, " ipopt ");
    scn_print_hex(out, ip->options->data, ip->options->len);
  }
  if (ip->sum.kind == SCN_SUM_GIVEN)
    g_string_append_printf(out, " ipcsum 0x%x", ip->sum.value);
  if (ip->has_cut)
    g_string_append_printf(out, " cut %u", ip->cut);
  scn_print_direction(out, ip->direction);
}

void scn_print_packet(GString *out, const scn_packet *packet)
{
  g_string_append(out, packet->dir == CT_ORIGINAL ? "> " : "< ");
  switch (packet->proto) {
  case CT_PROTO_TCP: print_tcp(out, packet); break;
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: print_icmp(out, packet); break;
  case CT_PROTO_SCTP: print_sctp(out, &packet->l4.sctp); break;
  case CT_PROTO_GRE: print_gre(out, packet); break;
  case CT_PROTO_UDP: g_string_append_printf(out, "udp (%u)", packet->payload->len); break;
  default: g_string_append_printf(out, "(%u)", packet->payload->len);
  }
  if (packet->has_udp_length)
    g_string_append_printf(out, packet->proto == CT_PROTO_UDP ? " udplen %u" : " cov %u", packet->udp_length);
  print_payload(out, packet->payload);
  print_ip(out, &packet->ip);
  if (packet->sum.kind == SCN_SUM_GIVEN)
    g_string_append_printf(out, " csum 0x%x", packet->sum.value);
}

void scn_print_flow(GString *out, const scn_flow *flow)
{
  const char *word = scn_proto_word(flow->proto);
  gboolean ports = scn_proto_has_ports(flow->proto);

  g_string_append_printf(out, "flow %s: ", flow->name);
  if (word != NULL)
    g_string_append_printf(out, "%s ", word);
  else
    g_string_append_printf(out, "proto %u ", flow->proto);
  for (guint side = 0; side < 2; side++) {
    g_string_append(out, side ? " > " : "");
    scn_print_addr(out, flow->family, &flow->addr[side], ports);
    if (ports)
      g_string_append_printf(out, ":%u", flow->port[side]);
  }
  if (flow->proto == CT_PROTO_TCP)
    g_string_append_printf(out, " isn %u,%u", flow->isn[0], flow->isn[1]);
  if (flow->proto == CT_PROTO_SCTP)
    g_string_append_printf(out, " tags %u,%u", flow->isn[0], flow->isn[1]);
  if ((flow->proto == CT_PROTO_ICMP || flow->proto == CT_PROTO_ICMPV6) && flow->id)
    g_string_append_printf(out, " id %u", flow->id);
  g_string_append_c(out, '\n');
}

void scn_print_link(GString *out, const scn_link *link)
{
  static const struct {
    guint16 dlt;
    const char *word;
  } known[] = { { 1, "ethernet" }, { 9, "ppp" },   { 101, "raw" },      { 104, "chdlc" }, { 105, "wlan" },
                { 108, "loop" },   { 113, "sll" }, { 127, "radiotap" }, { 0, "null" },    { 276, "sll2" } };
  static const char *const layers[] = {
    [SCN_LAYER_VLAN] = "vlan", [SCN_LAYER_QINQ] = "qinq", [SCN_LAYER_MPLS] = "mpls", [SCN_LAYER_PPPOE] = "pppoe"
  };

  for (guint i = 0; i < G_N_ELEMENTS(known); i++)
    if (known[i].dlt == link->dlt)
      g_string_append_printf(out, "link %s", known[i].word);
  if (link->dlt == 276)
    g_string_append_printf(out, " %u", link->ifindex);
  for (guint i = 0; i < link->layers; i++)
    g_string_append_printf(out, " %s %u", layers[link->layer[i].kind], link->layer[i].value);
  g_string_append_c(out, '\n');
}
