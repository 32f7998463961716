/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay.h"

#include "conntrack/nat/nat.h"

static gboolean is_translated(const ct_view *view)
{
  return ct_tuple_is_translated(&view->tuple[CT_ORIGINAL], &view->tuple[CT_REPLY]);
}

gboolean replay_is_stray(const ct_engine *engine, const ct_packet *packet, const pkt_link_info *link)
{
  ct_tuple inverse;
  ct_view view;
  ct_dir dir;

  if (link->direction != CAP_DIR_OUT || (packet->kind != CT_PACKET_TRACK && packet->kind != CT_PACKET_ICMP_ERROR) ||
      ct_engine_lookup(engine, &packet->tuple, &view, &dir) || !ct_tuple_invert(&packet->tuple, &inverse))
    return FALSE;
  return ct_engine_lookup(engine, &inverse, &view, &dir) && is_translated(&view);
}

static void map(ct_engine *engine, ct_passage *passage, ct_nat_manip manip, const ct_addr *address, guint16 id,
                gboolean has_id)
{
  ct_nat_range range = { .flags = CT_NAT_ADDRESSES, .min = *address, .max = *address };

  if (has_id) {
    range.flags |= CT_NAT_IDS;
    range.min_id = range.max_id = id;
  }
  ct_passage_nat(engine, passage, manip, &range);
}

/* => whether it left as something else than it arrived. */
static gboolean map_as_left(ct_engine *engine, ct_passage *passage, const ct_tuple *left)
{
  const ct_tuple *arrived = &passage->packet->tuple;
  gboolean icmp = ct_tuple_is_icmp(arrived), ids = arrived->proto != CT_PROTO_GRE && left->src_id + left->dst_id != 0;
  gboolean src = !ct_addr_equal(&arrived->src, &left->src) || arrived->src_id != left->src_id;
  gboolean dst = !ct_addr_equal(&arrived->dst, &left->dst) || (!icmp && arrived->dst_id != left->dst_id);

  if (left->family != arrived->family || left->proto != arrived->proto || (!src && !dst))
    return FALSE;
  ct_engine_nat(engine, arrived->family);
  /* An id of ICMP is the source's. */
  if (dst && !ct_passage_nat_is_done(passage, CT_NAT_DST))
    map(engine, passage, CT_NAT_DST, &left->dst, left->dst_id, ids && !icmp);
  if (src && !ct_passage_nat_is_done(passage, CT_NAT_SRC))
    map(engine, passage, CT_NAT_SRC, &left->src, left->src_id, ids);
  ct_passage_nat_inferred(passage);
  return TRUE;
}

static gboolean begins(const ct_passage *passage)
{
  return passage->entry != NULL && passage->is_new && passage->result.verdict != CT_VERDICT_DROP &&
         passage->packet->kind == CT_PACKET_TRACK && !(passage->packet->flags & CT_PACKET_ANSWER);
}

static void pass_time(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  ct_packet copy = *packet;

  copy.kind = CT_PACKET_NONE;
  copy.reason = CT_REASON_COPY;
  ct_engine_packet(engine, &copy, result);
}

void replay_infer_packet(ct_engine *engine, const ct_packet *packet, const replay_origin *origin,
                         replay_pairs_figures *figures, ct_result *result)
{
  const guint8 *payload;
  ct_passage passage;
  gsize n;

  if (origin->left == NULL) {
    if (G_UNLIKELY(figures->inferred > 0 && replay_is_stray(engine, packet, &origin->link))) {
      figures->stray++;
      pass_time(engine, packet, result);
    } else {
      ct_engine_packet(engine, packet, result);
    }
    return;
  }
  ct_engine_arrive(engine, packet, NULL, &passage);
  if (begins(&passage))
    figures->inferred += map_as_left(engine, &passage, &origin->left->tuple);
  ct_engine_conclude(engine, &passage, CT_FATE_ACCEPT);
  ct_engine_take_payload(engine, &payload, &n); /* that is the copy's */
  *result = passage.result;
}
