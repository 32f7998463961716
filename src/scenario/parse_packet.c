/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words that any packet can have: its flow, its payload, its IP header, its faults on purpose. */
#include "scenario/parse.h"

#include <string.h>

#include "capture/capture.h"

enum { MAX_PACKET_BYTES = 65535, INTERFACE_BYTES = 16 };

static gboolean take_sum(scn_parser *p, scn_sum *sum)
{
  if (scn_accept_word(p->c, "bad")) {
    sum->kind = SCN_SUM_WRONG;
    return TRUE;
  }
  sum->kind = SCN_SUM_GIVEN;
  if (scn_accept_word(p->c, "none")) {
    sum->value = 0;
    return TRUE;
  }
  return scn_take_u32(p->c, "bad, none or the checksum's value", &sum->value);
}

static gboolean take_addr_of(scn_parser *p, guint8 family, ct_addr *addr)
{
  guint8 found;

  if (!scn_take_addr(p->c, &found, addr))
    return FALSE;
  return family == 0 || found == family || scn_fail(p->c, "expected an address of the flow's family");
}

static gboolean take_patch(scn_parser *p, scn_ip *ip)
{
  GByteArray *bytes;
  guint32 offset;

  if (!scn_take_u32(p->c, "an offset from the IP header", &offset) ||
      !scn_take_hex(p->c, "bytes in hexadecimal", &bytes))
    return FALSE;
  scn_ip_patch_add(ip, offset, bytes);
  return TRUE;
}

static gboolean take_extension(scn_parser *p, scn_ip *ip)
{
  static const struct {
    const char *word;
    guint8 type;
  } known[] = { { "hop-by-hop", 0 }, { "routing", 43 }, { "fragment", 44 }, { "destination", 60 }, { "ah", 51 } };
  GByteArray *body = NULL;
  guint8 type = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(known) && !scn_accept_word(p->c, known[i].word); i++)
    ;
  if (i < G_N_ELEMENTS(known))
    type = known[i].type;
  else if (!scn_take_u8(p->c, "an extension header (hop-by-hop, routing, fragment, destination, ah or its number)",
                        &type))
    return FALSE;
  if (!scn_take_hex(p->c, "its bytes after the first two in hexadecimal", &body))
    return FALSE;
  scn_ip_extension_add(ip, type, body);
  return TRUE;
}

static gboolean take_new_bytes(scn_parser *p, const char *what, GByteArray **bytes)
{
  if (*bytes != NULL)
    g_byte_array_unref(*bytes);
  *bytes = NULL;
  return scn_take_hex(p->c, what, bytes);
}

static gboolean take_interface(scn_parser *p, scn_ip *ip)
{
  char name[INTERFACE_BYTES];

  for (guint i = 0; i < p->scenario->settings->len; i++) {
    const scn_setting *setting = g_ptr_array_index(p->scenario->settings, i);

    if (strcmp(setting->name, "iface") == 0)
      return scn_fail(p->c, "line %u says iface of all packets already", setting->line);
  }
  if (!scn_take_rest_of_word(p->c, "the name of an interface", name, sizeof(name)))
    return FALSE;
  g_free(ip->iface);
  ip->iface = g_strdup(name);
  return TRUE;
}

/* Attributes of the frame around the packet. *known: whether it was one. */
static gboolean frame_attribute(scn_parser *p, scn_ip *ip, gboolean *known)
{
  *known = TRUE;
  if (scn_accept_word(p->c, "cut")) {
    ip->has_cut = TRUE;
    return scn_take_u32(p->c, "a number of bytes that the capture kept", &ip->cut);
  }
  if (scn_accept_word(p->c, "trailer"))
    return take_new_bytes(p, "bytes in hexadecimal", &ip->trailer);
  if (scn_accept_word(p->c, "in") || scn_accept_word(p->c, "out")) {
    ip->direction = p->c->at[-1] == 'n' ? CAP_DIR_IN : CAP_DIR_OUT;
    return TRUE;
  }
  if (scn_accept_word(p->c, "patch"))
    return take_patch(p, ip);
  if (scn_accept_word(p->c, "iface"))
    return take_interface(p, ip);
  *known = FALSE;
  return TRUE;
}

static gboolean ip_attribute(scn_parser *p, guint8 family, scn_ip *ip, gboolean *known)
{
  scn_cursor *c = p->c;

  *known = TRUE;
  if (scn_accept_word(c, "ttl"))
    return (ip->has_ttl = TRUE) && scn_take_u8(c, "a ttl", &ip->ttl);
  if (scn_accept_word(c, "tos"))
    return (ip->has_tos = TRUE) && scn_take_u8(c, "a tos byte", &ip->tos);
  if (scn_accept_word(c, "ipid"))
    return (ip->has_id = TRUE) && scn_take_u32(c, "an identification", &ip->id);
  if (scn_accept_word(c, "df") || scn_accept_word(c, "nodf")) {
    ip->has_df = TRUE;
    ip->df = !(c->at[-3] == 'o');
    return TRUE;
  }
  if (scn_accept_word(c, "from"))
    return (ip->has_from = TRUE) && take_addr_of(p, family, &ip->from);
  if (scn_accept_word(c, "to"))
    return (ip->has_to = TRUE) && take_addr_of(p, family, &ip->to);
  if (scn_accept_word(c, "iplen"))
    return (ip->has_length = TRUE) && scn_take_u16(c, "a length", &ip->length);
  if (scn_accept_word(c, "ipcsum"))
    return take_sum(p, &ip->sum);
  if (scn_accept_word(c, "ipopt"))
    return take_new_bytes(p, "IPv4 options in hexadecimal", &ip->options) &&
           (ip->options->len <= 40 ||
            scn_fail(c, "expected at most 40 bytes of IPv4 options, found %u", ip->options->len));
  if (scn_accept_word(c, "flowlabel"))
    return (ip->has_flow_label = TRUE) && scn_take_u32(c, "a flow label", &ip->flow_label);
  if (scn_accept_word(c, "ext"))
    return take_extension(p, ip);
  return frame_attribute(p, ip, known);
}

static gboolean append_zeros(scn_parser *p, GByteArray *bytes)
{
  guint begin = bytes->len;
  guint64 n;

  if (!scn_take_u64(p->c, "a number of bytes", MAX_PACKET_BYTES, &n))
    return FALSE;
  g_byte_array_set_size(bytes, begin + (guint)n);
  if (n > 0)
    memset(bytes->data + begin, 0, n);
  return TRUE;
}

/* data "text", hex BYTES and zeros N: appended, but in place of what a bare length stood for; the length must then be
 * theirs. */
static gboolean payload_attribute(scn_parser *p, GByteArray *payload, gsize *claimed, gboolean *given, gboolean *known)
{
  GByteArray *bytes = NULL;
  gboolean fine;

  *known = TRUE;
  if (scn_accept_word(p->c, "data"))
    fine = scn_take_string(p->c, "a text in double quotes", &bytes);
  else if (scn_accept_word(p->c, "hex"))
    fine = scn_take_hex(p->c, "bytes in hexadecimal", &bytes);
  else if (scn_accept_word(p->c, "zeros")) {
    bytes = g_byte_array_new();
    fine = append_zeros(p, bytes);
  } else {
    *known = FALSE;
    return TRUE;
  }
  if (!fine) {
    if (bytes != NULL)
      g_byte_array_unref(bytes);
    return FALSE;
  }
  if (!*given) {
    *claimed = payload->len;
    g_byte_array_set_size(payload, 0);
    *given = TRUE;
  }
  if (payload->len + bytes->len <= MAX_PACKET_BYTES)
    g_byte_array_append(payload, bytes->data, bytes->len);
  else
    scn_fail(p->c, "expected at most %d bytes of payload", MAX_PACKET_BYTES);
  g_byte_array_unref(bytes);
  return p->c->error == NULL;
}

static gboolean own_attribute(scn_parser *p, scn_packet *packet, gboolean *known)
{
  switch (packet->proto) {
  case CT_PROTO_TCP: return scn_parse_tcp_attribute(p, packet, known);
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: return scn_parse_icmp_attribute(p, packet, known);
  case CT_PROTO_SCTP: return scn_parse_sctp_attribute(p, packet, known);
  case CT_PROTO_UDP:
  case CT_PROTO_UDPLITE:
    *known = scn_accept_word(p->c, packet->proto == CT_PROTO_UDP ? "udplen" : "cov");
    packet->has_udp_length |= *known;
    return !*known || scn_take_u16(p->c, "a length", &packet->udp_length);
  default: *known = FALSE; return TRUE;
  }
}

static gboolean one_attribute(scn_parser *p, scn_step *step, gsize *claimed, gboolean *given)
{
  scn_packet *packet = step->packet;
  gboolean known;

  if (!own_attribute(p, packet, &known) || known)
    return known;
  if (!payload_attribute(p, packet->payload, claimed, given, &known) || known)
    return known;
  if (!ip_attribute(p, packet->flow->family, &packet->ip, &known) || known)
    return known;
  if (scn_accept_word(p->c, "csum"))
    return take_sum(p, &packet->sum);
  if (scn_accept_word(p->c, "as") && step->label == NULL) {
    char label[SCN_WORD_BYTES];

    if (!scn_take_word(p->c, "a label for the packet", label, sizeof(label)))
      return FALSE;
    step->label = g_strdup(label);
    return TRUE;
  }
  return scn_wanted(
    p->c,
    "an attribute (data, hex, zeros, ttl, tos, ipid, df, nodf, csum, from, to, as, ...), => or the end of the line");
}

static gboolean parse_attributes(scn_parser *p, scn_step *step)
{
  gsize claimed = 0;
  gboolean given = FALSE;

  while (p->c->error == NULL && !scn_at_end(p->c) && !(scn_peek(p->c) == '=' && p->c->at[1] == '>'))
    if (!one_attribute(p, step, &claimed, &given))
      return FALSE;
  if (given && claimed != 0 && claimed != step->packet->payload->len)
    return scn_fail(p->c, "expected %" G_GSIZE_FORMAT " bytes of payload, as the length says, found %u", claimed,
                    step->packet->payload->len);
  return p->c->error == NULL;
}

/* gre1 [call N] [seq N] [ack N] (LEN), gre [protocol N] [key N] (LEN) */
static gboolean parse_gre(scn_parser *p, scn_packet *packet)
{
  scn_gre *gre = &packet->l4.gre;

  if (scn_accept_word(p->c, "gre1"))
    gre->version = 1;
  else
    scn_accept_word(p->c, "gre");
  gre->protocol = gre->version == 1 ? 0x880b : 0x0800;
  for (;;) {
    if (scn_accept_word(p->c, "protocol"))
      scn_take_u16(p->c, "a protocol number", &gre->protocol);
    else if (scn_accept_word(p->c, "key"))
      gre->has_key = scn_take_u32(p->c, "a key", &gre->key);
    else if (scn_accept_word(p->c, "call"))
      gre->has_call = scn_take_u16(p->c, "a call id", &gre->call);
    else if (scn_accept_word(p->c, "seq"))
      gre->has_seq = scn_take_u32(p->c, "a sequence number", &gre->seq);
    else if (scn_accept_word(p->c, "ack"))
      gre->has_ack = scn_take_u32(p->c, "an acknowledgement", &gre->ack);
    else
      return scn_parse_length(p, packet->payload);
  }
}

static gboolean parse_layer4(scn_parser *p, scn_packet *packet)
{
  switch (packet->proto) {
  case CT_PROTO_TCP: return scn_parse_tcp(p, packet);
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: return scn_parse_icmp(p, packet);
  case CT_PROTO_SCTP: return scn_parse_sctp(p, packet);
  case CT_PROTO_GRE: return parse_gre(p, packet);
  case CT_PROTO_UDP: scn_accept_word(p->c, "udp"); return scn_parse_length(p, packet->payload);
  case CT_PROTO_UDPLITE: scn_accept_word(p->c, "udplite"); return scn_parse_length(p, packet->payload);
  default: return scn_parse_length(p, packet->payload);
  }
}

gboolean scn_parse_packet(scn_parser *p, scn_step *step)
{
  scn_packet *packet;
  const scn_flow *flow;
  char next = scn_peek(p->c);

  if (next == '<' || next == '>') {
    if (p->scenario->flows->len != 1)
      return scn_wanted(p->c, p->scenario->flows->len ? "the name of a flow (there are several)"
                                                      : "a flow declared before the first packet");
    flow = g_ptr_array_index(p->scenario->flows, 0);
  } else if (!scn_parse_flow_name(p, &flow))
    return FALSE;
  step->packet = packet = scn_packet_new();
  packet->flow = flow;
  packet->proto = flow->proto;
  if (scn_accept(p->c, "<"))
    packet->dir = CT_REPLY;
  else if (!scn_accept(p->c, ">"))
    return scn_wanted(p->c, "\">\" (from the flow's first address) or \"<\" (from its second)");
  if (scn_accept_word(p->c, "icmp"))
    packet->proto = flow->family == CT_IPV4 ? CT_PROTO_ICMP : CT_PROTO_ICMPV6;
  return parse_layer4(p, packet) && parse_attributes(p, step);
}

static gboolean take_range(scn_parser *p, scn_step *step)
{
  if (!scn_take_u32(p->c, "the first byte of the fragment", &step->fragment.begin) || !scn_need(p->c, ":"))
    return FALSE;
  step->fragment.end = G_MAXUINT32;
  return !g_ascii_isdigit(scn_peek(p->c)) || scn_take_u32(p->c, "the byte after the fragment", &step->fragment.end);
}

gboolean scn_parse_fragment(scn_parser *p, scn_step *step)
{
  scn_packet *packet = scn_scenario_labelled(p->scenario, step->label)->packet;

  if (!take_range(p, step))
    return FALSE;
  while (p->c->error == NULL && !scn_at_end(p->c) && scn_peek(p->c) != '=') {
    gboolean known;

    if (scn_accept_word(p->c, "more"))
      step->fragment.more = 1;
    else if (scn_accept_word(p->c, "last"))
      step->fragment.more = 0;
    else if (scn_accept_word(p->c, "hex")) {
      if (!take_new_bytes(p, "bytes in hexadecimal", &step->fragment.data))
        return FALSE;
    } else if (!ip_attribute(p, packet->flow->family, &step->fragment.ip, &known) || !known)
      return scn_wanted(p->c, "more, last, hex BYTES, an attribute of the IP header, => or the end of the line");
  }
  return p->c->error == NULL;
}

gboolean scn_parse_frame_attributes(scn_parser *p, scn_step *step)
{
  while (p->c->error == NULL && !scn_at_end(p->c) && scn_peek(p->c) != '=') {
    gboolean known = scn_accept_word(p->c, "zeros");

    if (known ? !append_zeros(p, step->bytes) : !frame_attribute(p, &step->frame, &known) || !known)
      return scn_wanted(p->c, "zeros N, cut N, trailer BYTES, patch OFFSET BYTES, in, out, => or the end of the line");
  }
  return p->c->error == NULL;
}
