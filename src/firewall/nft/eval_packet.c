/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values out of a packet's headers. */
#include <string.h>

#include "firewall/nft/run_internal.h"

enum { LINK_BYTES = 14, READ_MOST = 64, EXTENSION_MOST = 255 };

/* ---- bits ---- */

/* n_bits at a bit's offset within bytes, as a number at the end of the value. */
static void take_bits(const guint8 *bytes, guint skip, guint n_bits, fw_nft_value *v)
{
  guint n = (n_bits + 7) / 8, i;

  v->n = n;
  v->unknown = 0;
  if (skip == 0 && n_bits % 8 == 0) {
    memcpy(v->bytes, bytes, n);
    return;
  }
  memset(v->bytes, 0, n);
  for (i = 0; i < n_bits; i++) {
    guint from = skip + i, to = 8 * n - n_bits + i;

    if (bytes[from / 8] & 0x80 >> from % 8)
      v->bytes[to / 8] |= (guint8)(0x80 >> to % 8);
  }
}

fw_truth fw_nft_bits_value(const fw_packet *p, guint32 base, guint32 offset_bits, guint n_bits, fw_nft_value *v)
{
  guint skip = offset_bits % 8, n = (skip + n_bits + 7) / 8;
  guint8 scratch[READ_MOST];
  const guint8 *b;

  if (n > READ_MOST)
    return FW_UNKNOWN;
  b = fw_packet_at(p, base + offset_bits / 8, n, scratch);
  if (b == NULL)
    return base + offset_bits / 8 + n > p->raw->length ? FW_NO : FW_UNKNOWN; /* the capture has cut it */
  take_bits(b, skip, n_bits, v);
  return FW_YES;
}

/* ---- payload ---- */

static gboolean has_protocol(const fw_packet *p) { return !p->broken && !p->protocolless; }

static fw_truth is_of_type(const fw_packet *p, const fw_nft_field *field)
{
  guint8 scratch[1];
  const guint8 *type = fw_packet_at(p, p->l4_offset, 1, scratch);

  if (type == NULL)
    return FW_NO;
  if (field->needs == FW_NFT_NEEDS_TYPE)
    return fw_truth_of(*type == field->type_number);
  return field->number == CT_PROTO_ICMP ? fw_truth_of(*type == 8 || *type == 0)
                                        : fw_truth_of(*type == 128 || *type == 129);
}

fw_truth fw_nft_field_is_there(const fw_packet *p, const fw_nft_field *field)
{
  switch (field->needs) {
  case FW_NFT_NEEDS_NOTHING: return FW_YES;
  case FW_NFT_NEEDS_ETHER:
    if (p->link != NULL)
      return FW_YES;
    return p->own ? FW_NO : FW_UNKNOWN;
  case FW_NFT_NEEDS_IPV4: return fw_truth_of(p->family == FW_IPV4);
  case FW_NFT_NEEDS_IPV6: return fw_truth_of(p->family == FW_IPV6);
  case FW_NFT_NEEDS_NEVER: return FW_NO;
  default: break;
  }
  if (!has_protocol(p) || p->protocol != field->number)
    return FW_NO;
  if (field->needs == FW_NFT_NEEDS_PROTOCOL)
    return FW_YES;
  return p->fragment != 0 ? FW_NO : is_of_type(p, field);
}

/* The ports and addresses are at hand. */
static gboolean quick(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  if (e->base == FW_NFT_TH && e->n_bits == 16 && p->l4 & FW_L4_PORTS && p->fragment == 0 &&
      (e->offset_bits == 0 || e->offset_bits == 16)) {
    fw_nft_value_number(v, e->offset_bits == 0 ? p->source_port : p->destination_port, 2);
    return TRUE;
  }
  return FALSE;
}

static fw_truth link_bits(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  if (p->link == NULL)
    return p->own ? FW_NO : FW_UNKNOWN;
  if (e->offset_bits + e->n_bits > 8 * LINK_BYTES)
    return FW_UNKNOWN;
  take_bits(p->link + e->offset_bits / 8, e->offset_bits % 8, e->n_bits, v);
  return FW_YES;
}

/* Behind the header of layer 4. */
static fw_truth inner_offset(const fw_packet *p, guint32 *offset)
{
  guint8 scratch[1];
  const guint8 *doff;

  switch (p->protocol) {
  case CT_PROTO_UDP: *offset = p->l4_offset + 8; return FW_YES;
  case CT_PROTO_TCP:
    doff = fw_packet_at(p, p->l4_offset + 12, 1, scratch);
    if (doff == NULL)
      return FW_NO;
    *offset = p->l4_offset + (*doff >> 4) * 4U;
    return FW_YES;
  default: return FW_UNKNOWN;
  }
}

fw_truth fw_nft_payload_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  guint32 offset = 0;
  fw_truth truth = e->field != NULL ? fw_nft_field_is_there(p, e->field) : FW_YES;

  (void)program;
  if (truth != FW_YES)
    return truth;
  switch (e->base) {
  case FW_NFT_LL: return link_bits(p, e, v);
  case FW_NFT_NH: return fw_nft_bits_value(p, 0, e->offset_bits, e->n_bits, v);
  default: break;
  }
  if (!has_protocol(p) || p->fragment != 0)
    return FW_NO;
  if (e->base == FW_NFT_IH) {
    truth = inner_offset(p, &offset);
    return truth == FW_YES ? fw_nft_bits_value(p, offset, e->offset_bits, e->n_bits, v) : truth;
  }
  if (quick(p, e, v))
    return FW_YES;
  return fw_nft_bits_value(p, p->l4_offset, e->offset_bits, e->n_bits, v);
}

/* ---- extension headers of IPv6 ---- */

static gboolean is_extension(guint8 next) { return next == 0 || next == 43 || next == 44 || next == 51 || next == 60; }

/* => where a header begins; 0: there is none. */
static guint32 find_extension(const fw_packet *p, guint8 wanted)
{
  guint8 scratch[2], next;
  guint32 at = 40;
  const guint8 *h = fw_packet_at(p, 6, 1, scratch);
  guint i;

  if (h == NULL)
    return 0;
  next = *h;
  for (i = 0; i < EXTENSION_MOST; i++) {
    if (next == wanted)
      return at;
    if (!is_extension(next))
      return 0;
    h = fw_packet_at(p, at, 2, scratch);
    if (h == NULL)
      return 0;
    at += next == 44 ? 8U : next == 51 ? (h[1] + 2U) << 2 : (h[1] + 1U) << 3;
    next = h[0];
  }
  return 0;
}

/* Kinds of routing headers have fields of their own. */
static gboolean is_routing_kind(const fw_packet *p, const fw_nft_field *field, guint32 at)
{
  guint8 scratch[1];
  const guint8 *type;

  if (field->number != 43 || strcmp(field->protocol, "rt") == 0)
    return TRUE;
  type = fw_packet_at(p, at + 2, 1, scratch);
  return type != NULL && *type == (strcmp(field->protocol, "srh") == 0 ? 4 : 0);
}

fw_truth fw_nft_exthdr_value(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  guint32 at;

  if (p->family != FW_IPV6)
    return FW_NO;
  at = find_extension(p, e->field->number);
  if (at != 0 && !is_routing_kind(p, e->field, at))
    at = 0;
  if (e->presence) {
    fw_nft_value_number(v, at != 0, 1);
    return FW_YES;
  }
  return at != 0 ? fw_nft_bits_value(p, at, e->offset_bits, e->n_bits, v) : FW_NO;
}

/* ---- options of TCP ---- */

/*
 * As the kernel looks: the first of the kind counts, if it ends within the header and has room for what is asked; an
 * end of the list ends nothing, and the last byte is not looked at. => NULL: there is none.
 */
static const guint8 *find_option(const guint8 *options, guint n, guint8 kind, guint asked_bytes)
{
  guint i, bytes;

  for (i = 0; i + 1 < n; i += bytes) {
    bytes = options[i] <= 1 || options[i + 1] == 0 ? 1 : options[i + 1];
    if (options[i] == kind)
      return i + bytes <= n && asked_bytes <= bytes ? options + i : NULL;
  }
  return NULL;
}

fw_truth fw_nft_option_value(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  guint8 scratch[20], room[40];
  const guint8 *h = NULL, *options, *found = NULL;
  guint header = 0, asked = e->presence ? 1 : (e->offset_bits + e->n_bits + 7) / 8;

  if (has_protocol(p) && p->protocol == CT_PROTO_TCP && p->fragment == 0)
    h = fw_packet_at(p, p->l4_offset, 20, scratch);
  if (h != NULL)
    header = (h[12] >> 4) * 4U;
  if (header > 20) {
    options = fw_packet_at(p, p->l4_offset + 20, header - 20, room);
    if (options == NULL && p->l4_offset + header <= p->raw->length)
      return FW_UNKNOWN;
    if (options != NULL)
      found = find_option(options, header - 20, e->field->number, asked);
  }
  if (e->presence) {
    fw_nft_value_number(v, found != NULL, 1);
    return FW_YES;
  }
  if (found == NULL)
    return FW_NO;
  take_bits(found + e->offset_bits / 8, e->offset_bits % 8, e->n_bits, v);
  return FW_YES;
}
