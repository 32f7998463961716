/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of an expression. */
#include <string.h>

#include "firewall/nft/jhash.h"
#include "firewall/nft/run_internal.h"

static fw_truth constant(const fw_nft_expr *e, fw_nft_value *v)
{
  v->n = e->n_bytes;
  v->unknown = 0;
  memcpy(v->bytes, e->value, e->n_bytes);
  return FW_YES;
}

static fw_truth concat_value(fw_program *program, fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  fw_truth truth = FW_YES;
  fw_nft_value part;
  guint at = 0, i;

  memset(v->bytes, 0, e->n_bytes);
  for (i = 0; i < e->n_parts; i++) {
    fw_truth one = fw_nft_value_of(program, p, e->parts[i], &part);

    if (one == FW_NO)
      return FW_NO;
    if (one != FW_YES || part.unknown != 0)
      truth = FW_UNKNOWN;
    else
      memcpy(v->bytes + at, part.bytes, part.n);
    at += fw_nft_padded(e->parts[i]->n_bytes);
  }
  v->n = e->n_bytes;
  v->unknown = 0;
  return truth;
}

static void shift(fw_nft_value *v, gboolean left, guint64 by)
{
  guint64 number = fw_nft_number_of(v->bytes, MIN(v->n, 8));

  number = by >= 8U * v->n ? 0 : left ? number << by : number >> by;
  fw_nft_number_put(number, v->bytes, MIN(v->n, 8));
}

/* An 'and' settles what its mask leaves out; all else keeps what nobody knows. */
static fw_truth combine(fw_nft_value *v, char op, const fw_nft_value *other)
{
  guint i;

  if (op == '<' || op == '>') {
    if (v->unknown != 0 || v->n > 8)
      return FW_UNKNOWN;
    shift(v, op == '<', fw_nft_number_of(other->bytes, MIN(other->n, 8)));
    return FW_YES;
  }
  for (i = 0; i < v->n && i < other->n; i++)
    v->bytes[i] = op == '&'   ? v->bytes[i] & other->bytes[i]
                  : op == '|' ? v->bytes[i] | other->bytes[i]
                              : v->bytes[i] ^ other->bytes[i];
  if (v->unknown != 0 && other->n == 4) {
    guint32 mask = (guint32)fw_nft_number_of(other->bytes, 4);

    v->unknown = op == '&' ? v->unknown & mask : op == '|' ? v->unknown & ~mask : v->unknown;
  }
  v->unknown |= other->unknown;
  return FW_YES;
}

static fw_truth binary_value(fw_program *program, fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  fw_truth truth = fw_nft_value_of(program, p, e->parts[0], v);
  fw_nft_value other;
  guint i;

  for (i = 1; i < e->n_parts && truth == FW_YES; i++) {
    truth = fw_nft_value_of(program, p, e->parts[i], &other);
    if (truth == FW_YES)
      truth = combine(v, e->op, &other);
  }
  return truth;
}

static fw_truth map_value(fw_program *program, fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  fw_nft_value key;
  fw_nft_found found;
  fw_truth truth = fw_nft_value_of(program, p, e->parts[0], &key);

  if (truth == FW_YES)
    truth = fw_nft_live_find(program, e->set, &key, &found);
  if (truth != FW_YES)
    return truth;
  truth = fw_nft_all_stateful(program, p, &found);
  if (truth != FW_YES)
    return truth;
  v->unknown = 0;
  if (found.element != NULL)
    return found.element->data != NULL ? fw_nft_value_of(program, p, found.element->data, v) : FW_UNKNOWN;
  v->n = e->n_bytes;
  memcpy(v->bytes, found.data, e->n_bytes);
  return FW_YES;
}

/* 0, 1, ... and again, for each packet that comes to this rule. */
static fw_truth numgen_value(fw_program *program, const fw_nft_expr *e, fw_nft_value *v)
{
  fw_nft_state *state = &program->nft->states[e->state];

  if (e->random || program->maybe)
    return FW_UNKNOWN;
  fw_nft_value_number(v, (state->a % e->modulus + e->offset) & G_MAXUINT32, 4);
  state->a = (state->a + 1) % e->modulus;
  return FW_YES;
}

/* What lies in the kernel's registers in the order of the wire: all else is in the order of its machine. */
static gboolean is_of_wire(const fw_nft_expr *e)
{
  guint i;

  if (e->kind != FW_NFT_CONCAT)
    return e->kind == FW_NFT_PAYLOAD && e->n_bits % 8 == 0;
  for (i = 0; i < e->n_parts; i++)
    if (!is_of_wire(e->parts[i]))
      return FALSE;
  return TRUE;
}

static fw_truth jhash_value(fw_program *program, fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  fw_nft_value key;
  fw_truth truth;
  guint32 hash;

  if (e->random || !e->has_seed || !is_of_wire(e->parts[0]))
    return FW_UNKNOWN;
  truth = fw_nft_value_of(program, p, e->parts[0], &key);
  if (truth != FW_YES || key.unknown != 0)
    return truth == FW_NO ? FW_NO : FW_UNKNOWN;
  hash = fw_nft_jhash(key.bytes, e->parts[0]->n_bytes, e->seed);
  fw_nft_value_number(v, ((guint64)hash * e->modulus >> 32) + e->offset, 4);
  return FW_YES;
}

fw_truth fw_nft_value_of(fw_program *program, fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  v->unknown = 0;
  switch (e->kind) {
  case FW_NFT_VALUE: return constant(e, v);
  case FW_NFT_CONCAT: return concat_value(program, p, e, v);
  case FW_NFT_BINARY: return binary_value(program, p, e, v);
  case FW_NFT_MAP: return map_value(program, p, e, v);
  case FW_NFT_PAYLOAD: return fw_nft_payload_value(program, p, e, v);
  case FW_NFT_EXTHDR: return fw_nft_exthdr_value(p, e, v);
  case FW_NFT_OPTION: return fw_nft_option_value(p, e, v);
  case FW_NFT_IP_OPTION: return fw_nft_ip_option_value(p, e, v);
  case FW_NFT_CHUNK: return fw_nft_chunk_value(p, e, v);
  case FW_NFT_META: return fw_nft_meta_value(program, p, e, v);
  case FW_NFT_CT: return fw_nft_ct_value(program, p, e, v);
  case FW_NFT_FIB: return fw_nft_fib_value(program, p, e, v);
  case FW_NFT_NUMGEN: return numgen_value(program, e, v);
  case FW_NFT_JHASH: return jhash_value(program, p, e, v);
  default: return FW_UNKNOWN;
  }
}
