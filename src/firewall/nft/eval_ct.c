/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ct: what connection tracking says of a packet (RULES 5.2). */
#include <string.h>

#include "firewall/nft/run_internal.h"

enum { MS_PER_NS = 1000000 };

static fw_truth address_value(const ct_view *view, const fw_nft_expr *e, fw_nft_value *v)
{
  const ct_tuple *t = &view->tuple[e->direction == 1];
  const ct_addr *a = e->key == FW_NFT_CT_SADDR ? &t->src : &t->dst;

  if (t->family != e->family)
    return FW_NO;
  v->n = e->n_bytes;
  memcpy(v->bytes, a->bytes, e->n_bytes);
  return FW_YES;
}

static fw_truth amount_value(const ct_view *view, const fw_nft_expr *e, fw_nft_value *v)
{
  guint64 packets = 0, bytes = 0;
  gint d;

  for (d = 0; view->counted && d < 2; d++)
    if (e->direction < 0 || e->direction == d) {
      packets += view->packets[d];
      bytes += view->bytes[d];
    }
  fw_nft_value_number(v,
                      e->key == FW_NFT_CT_PACKETS ? packets
                      : e->key == FW_NFT_CT_BYTES ? bytes
                      : packets > 0               ? bytes / packets
                                                  : 0,
                      8);
  return FW_YES;
}

static fw_truth helper_value(const ct_view *view, fw_nft_value *v)
{
  if (!view->has_master || view->expected_helper == NULL)
    return FW_NO;
  v->n = 16;
  memset(v->bytes, 0, 16);
  memcpy(v->bytes, view->expected_helper, MIN(strlen(view->expected_helper), 15));
  return FW_YES;
}

/* Without a direction it is the one zone that the entry has. */
static guint16 zone_value(const ct_view *view, int direction)
{
  if (direction >= 0)
    return view->tuple[direction].zone;
  return view->tuple[CT_ORIGINAL].zone != 0 ? view->tuple[CT_ORIGINAL].zone : view->tuple[CT_REPLY].zone;
}

/* A value of 128 bits, the highest byte first. */
static void labels_value(const fw_program *program, fw_nft_value *v)
{
  ct_labels labels = { { 0 } };
  guint i;

  if (program->passage != NULL)
    ct_passage_labels(program->engine, program->passage, &labels);
  v->n = 16;
  for (i = 0; i < 16; i++)
    v->bytes[15 - i] = (guint8)(labels.words[i / 4] >> i % 4 * 8);
}

static fw_truth entry_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  const ct_view *view = fw_program_view(program, p);
  const ct_tuple *t = &view->tuple[e->direction == 1];

  switch (e->key) {
  case FW_NFT_CT_STATUS: fw_nft_value_number(v, view->status, 4); return FW_YES;
  case FW_NFT_CT_MARK:
    fw_nft_value_number(v, program->passage != NULL ? ct_passage_mark(program->engine, program->passage) : view->mark,
                        4);
    return FW_YES;
  case FW_NFT_CT_EXPIRATION:
    fw_nft_value_number(
      v, view->status & CT_STATUS_CONFIRMED ? (guint64)MAX(view->timeout_ns, 0) / MS_PER_NS & G_MAXUINT32 : 0, 4);
    return FW_YES;
  case FW_NFT_CT_HELPER: return helper_value(view, v);
  case FW_NFT_CT_L3PROTO: fw_nft_value_number(v, view->tuple[0].family, 1); return FW_YES;
  case FW_NFT_CT_PROTOCOL: fw_nft_value_number(v, view->tuple[0].proto, 1); return FW_YES;
  case FW_NFT_CT_BYTES:
  case FW_NFT_CT_PACKETS:
  case FW_NFT_CT_AVGPKT: return amount_value(view, e, v);
  case FW_NFT_CT_SADDR:
  case FW_NFT_CT_DADDR: return address_value(view, e, v);
  case FW_NFT_CT_PROTO_SRC: fw_nft_value_number(v, t->src_id, 2); return FW_YES;
  case FW_NFT_CT_PROTO_DST: fw_nft_value_number(v, t->dst_id, 2); return FW_YES;
  case FW_NFT_CT_ZONE: fw_nft_value_number(v, zone_value(view, e->direction), 2); return FW_YES;
  case FW_NFT_CT_LABEL: labels_value(program, v); return FW_YES;
  default: return FW_UNKNOWN;
  }
}

fw_truth fw_nft_ct_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  /* The kernel's bits are those of iptables but for UNTRACKED and NEW. */
  static const struct {
    guint16 state;
    guint bit;
  } states[] = { { FW_STATE_INVALID, 1 },
                 { FW_STATE_ESTABLISHED, 2 },
                 { FW_STATE_RELATED, 4 },
                 { FW_STATE_NEW, 8 },
                 { FW_STATE_UNTRACKED, 64 } };
  guint i;

  if (e->key == FW_NFT_CT_STATE) {
    for (i = 0; i + 1 < G_N_ELEMENTS(states) && p->state != states[i].state; i++)
      continue;
    fw_nft_value_number(v, states[i].bit, 4);
    return FW_YES;
  }
  /* Of a template rules see the state alone. */
  if (p->entry == NULL && !p->gone)
    return FW_NO;
  if (e->key == FW_NFT_CT_DIRECTION) {
    fw_nft_value_number(v, p->direction == CT_REPLY, 1);
    return FW_YES;
  }
  return p->gone && fw_program_view(program, p) == NULL ? FW_UNKNOWN : entry_value(program, p, e, v);
}
