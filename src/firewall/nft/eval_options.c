/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values out of the options of IPv4, and out of the chunks of SCTP. */
#include <string.h>

#include "firewall/nft/run_internal.h"

enum { IP_HEADER_BYTES = 20, SCTP_HEADER_BYTES = 12, CHUNK_HEADER_BYTES = 4 };
enum {
  OPTION_END,
  OPTION_NOP,
  OPTION_RR = 7,
  OPTION_TS = 68,
  OPTION_LSRR = 131,
  OPTION_CIPSO = 134,
  OPTION_SSRR = 137,
  OPTION_RA = 148
};

/* ---- options of IPv4 ---- */

/* Where the kinds that can be asked for begin; 0: nowhere. */
typedef struct option_places {
  guint srr, rr, ts, ra;
  gboolean strict;
} option_places;

/* What a source route has to be for the kernel to read it here: not used up so far, and of whole addresses. */
static gboolean take_srr(option_places *found, const guint8 *o, guint n, guint at)
{
  if (found->srr != 0 || n < 7 || o[2] != 4 || (n - 3) % 4 != 0)
    return FALSE;
  found->srr = at;
  found->strict = o[0] == OPTION_SSRR;
  return TRUE;
}

/* A pointer within the option needs room for an address. */
static gboolean take_rr(option_places *found, const guint8 *o, guint n, guint at)
{
  if (found->rr != 0 || n < 3 || o[2] < 4 || (o[2] <= n && o[2] + 3U > n))
    return FALSE;
  found->rr = at;
  return TRUE;
}

static gboolean take_ts(option_places *found, const guint8 *o, guint n, guint at)
{
  guint kind;

  if (found->ts != 0 || n < 4 || o[2] < 5)
    return FALSE;
  kind = o[3] & 15;
  if (o[2] <= n) {
    if (o[2] + ((kind == 1 || kind == 3) ? 7U : 3U) > n)
      return FALSE;
  } else if (kind != 3 && o[3] >> 4 == 15) {
    return FALSE;
  }
  found->ts = at;
  return TRUE;
}

static gboolean take_option(option_places *found, const guint8 *o, guint n, guint at)
{
  switch (o[0]) {
  case OPTION_LSRR:
  case OPTION_SSRR: return take_srr(found, o, n, at);
  case OPTION_RR: return take_rr(found, o, n, at);
  case OPTION_TS: return take_ts(found, o, n, at);
  case OPTION_RA:
    if (n >= 4 && o[2] == 0 && o[3] == 0)
      found->ra = at;
    return n >= 4;
  case OPTION_CIPSO:
    return FALSE; /* of a domain that nobody has set up here, of which the kernel knows none at first */
  default: return TRUE;
  }
}

/* => FALSE: the kernel refuses them, and then none of them is there. */
static gboolean read_options(const guint8 *options, guint n, option_places *found)
{
  guint i, bytes;

  memset(found, 0, sizeof *found);
  for (i = 0; i < n && options[i] != OPTION_END; i += bytes) {
    bytes = 1;
    if (options[i] == OPTION_NOP)
      continue;
    if (n - i < 2 || options[i + 1] < 2 || options[i + 1] > n - i)
      return FALSE;
    bytes = options[i + 1];
    if (!take_option(found, options + i, bytes, IP_HEADER_BYTES + i))
      return FALSE;
  }
  return TRUE;
}

static guint place_of(const option_places *found, guint8 kind)
{
  switch (kind) {
  case OPTION_RR: return found->rr;
  case OPTION_RA: return found->ra;
  default: return found->strict == (kind == OPTION_SSRR) ? found->srr : 0;
  }
}

fw_truth fw_nft_ip_option_value(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  guint8 scratch[40];
  const guint8 *h, *options;
  option_places found;
  guint header, at = 0;

  if (p->family != FW_IPV4)
    return FW_NO;
  h = fw_packet_at(p, 0, 1, scratch);
  header = h != NULL ? (*h & 15) * 4U : 0;
  if (header > IP_HEADER_BYTES) {
    options = fw_packet_at(p, IP_HEADER_BYTES, header - IP_HEADER_BYTES, scratch);
    if (options == NULL)
      return FW_UNKNOWN; /* the capture has cut them */
    if (read_options(options, header - IP_HEADER_BYTES, &found))
      at = place_of(&found, e->field->number);
  }
  if (e->presence) {
    fw_nft_value_number(v, at != 0, 1);
    return FW_YES;
  }
  return at != 0 ? fw_nft_bits_value(p, at, e->offset_bits, e->n_bits, v) : FW_NO;
}

/* ---- chunks of SCTP ---- */

/*
 * Where the first of the kind begins. The search ends at one without a length; one that is shorter than its own header
 * is passed over as the kernel does: by its length, in steps of four bytes. => NO: there is none; UNKNOWN: the capture
 * has cut it.
 */
static fw_truth find_chunk(const fw_packet *p, guint8 kind, guint32 *at, guint *bytes)
{
  guint8 scratch[CHUNK_HEADER_BYTES];

  if (p->broken || p->protocolless || p->fragment != 0 || p->protocol != CT_PROTO_SCTP)
    return FW_NO;
  *at = p->l4_offset + SCTP_HEADER_BYTES;
  do {
    const guint8 *chunk = fw_packet_at(p, *at, CHUNK_HEADER_BYTES, scratch);

    if (chunk == NULL)
      return *at + CHUNK_HEADER_BYTES > p->raw->length ? FW_NO : FW_UNKNOWN;
    *bytes = (guint)(chunk[2] << 8 | chunk[3]);
    if (*bytes == 0)
      return FW_NO;
    if (chunk[0] == kind)
      return FW_YES;
    *at += (*bytes + 3) & ~3U;
  } while (*at < p->raw->length);
  return FW_NO;
}

fw_truth fw_nft_chunk_value(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  guint bytes = 0;
  guint32 at = 0;
  fw_truth found = find_chunk(p, e->field->number, &at, &bytes);

  if (found == FW_UNKNOWN)
    return FW_UNKNOWN;
  if (e->presence) {
    fw_nft_value_number(v, found == FW_YES, 1);
    return FW_YES;
  }
  if (found == FW_NO || (e->offset_bits + e->n_bits + 7) / 8 > bytes || at + bytes > p->raw->length)
    return FW_NO;
  return fw_nft_bits_value(p, at, e->offset_bits, e->n_bits, v);
}
