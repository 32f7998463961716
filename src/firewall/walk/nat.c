/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/nat.h"

#include <string.h>

#include "conntrack/nat/rewrite.h"
#include "firewall/walk/nat_bytes.h"
#include "firewall/walk/nat_range.h"
#include "firewall/walk/settled_way.h"

static ct_engine *engine_of(const fw_firewall *f) { return (ct_engine *)f->program->engine; }

void fw_nat_begin(fw_firewall *f)
{
  guint family, hook, i;

  fw_nat_bytes_begin(f);
  for (family = 0; family < 2; family++)
    for (hook = 0; hook < FW_HOOKS; hook++)
      for (i = 0; i < f->program->hooks[family][hook]->len; i++)
        f->nat_families[family] |= f->program->chains[g_array_index(f->program->hooks[family][hook], guint, i)].nat;
}

void fw_nat_end(fw_firewall *f) { fw_nat_bytes_end(f); }

/* -- what is written later -- */

/* Its headers are whole and where they are most often: writing them anew cannot fail. */
static inline gboolean can_wait(const fw_firewall *f, const fw_packet *p)
{
  return p == &f->outcome.packet && f->listener == NULL && p->l4 & FW_L4_WHOLE && p->raw->kind == CT_PACKET_TRACK &&
         (p->protocol == CT_PROTO_TCP || p->protocol == CT_PROTO_UDP) && (p->family == FW_IPV4 || p->l4_offset == 40) &&
         f->pending.n < G_N_ELEMENTS(f->pending.manip);
}

/* What rules see of what is not written yet. */
static void wait(fw_firewall *f, fw_packet *p, ct_nat_manip manip, const ct_tuple *target)
{
  const guint n = f->pending.n++;

  f->pending.manip[n] = manip;
  f->pending.target[n] = *target;
  if (manip == CT_NAT_SRC) {
    memcpy(p->source.bytes, target->src.bytes, sizeof p->source);
    p->source_port = target->src_id;
  } else {
    memcpy(p->destination.bytes, target->dst.bytes, sizeof p->destination);
    p->destination_port = target->dst_id;
  }
  fw_nat_note_reading(f->program, p);
}

/* -- what is learnt from how packets left -- */

static bool drawn(const ct_tuple *original, ct_nat_manip manip, uint16_t *id, void *user)
{
  fw_firewall *f = user;
  ct_tuple own = *original;

  own.zone = 0;
  if (f->left == NULL || f->answering || !ct_tuple_equal(&own, &f->arrived->tuple))
    return false;
  *id = manip == CT_NAT_SRC || ct_tuple_is_icmp(&own) ? f->left->src_id : f->left->dst_id;
  f->tally.learnt++;
  return true;
}

void fw_nat_draws(fw_firewall *f, ct_engine *engine)
{
  f->learns = TRUE;
  ct_engine_nat_draws(engine, drawn, f);
}

/* -- mappings -- */

static gboolean drop(fw_firewall *f, fw_decision *last)
{
  last->verdict = FW_VERDICT_DROP;
  if (!f->answering) {
    f->outcome.verdict = FW_VERDICT_DROP;
    f->outcome.decision = *last;
  }
  return FALSE;
}

static gboolean kernel_drop(fw_firewall *f, fw_decision *last)
{
  if (!f->answering)
    f->outcome.kernel = FW_KERNEL_NAT;
  *last = (fw_decision){ .verdict = FW_VERDICT_DROP };
  return FALSE;
}

/* The box's address on a device, that nobody has said: as the packet was seen to have it. */
static gboolean learn_address(fw_firewall *f, const fw_target *target, ct_nat_manip manip, ct_nat_range *range)
{
  if (f->left == NULL || f->answering || f->left->family != f->arrived->tuple.family ||
      (target->ops->id != FW_TARGET_ID_MASQUERADE && target->ops->id != FW_TARGET_ID_REDIRECT))
    return FALSE;
  range->flags |= CT_NAT_ADDRESSES;
  range->min = range->max = manip == CT_NAT_SRC ? f->left->src : f->left->dst;
  f->tally.learnt++;
  return TRUE;
}

/* A rule asks for a mapping. => FALSE: dropped. */
static gboolean map(fw_firewall *f, fw_packet *p, ct_nat_manip manip, fw_decision *last)
{
  const fw_target *target = &last->rule->target;
  ct_passage *passage = f->program->passage;
  ct_nat_range range = { .flags = 0 };

  switch (fw_nat_range_of(f, p, target, manip, &range)) {
  case FW_NAT_ASKED_NOTHING: return TRUE;
  case FW_NAT_ASKED_DROP:
    if (learn_address(f, target, manip, &range))
      break;
    f->outcome.nat_nowhere = last->rule;
    return drop(f, last);
  case FW_NAT_ASKED_UNKNOWN:
    if (learn_address(f, target, manip, &range))
      break;
    f->outcome.nat_unknown = last->rule;
    return ct_passage_nat_null(engine_of(f), passage, manip) || kernel_drop(f, last);
  default: break;
  }
  if (!ct_passage_nat(engine_of(f), passage, manip, &range))
    return kernel_drop(f, last);
  if (target->ops->id == FW_TARGET_ID_MASQUERADE)
    ct_passage_nat_set_device(engine_of(f), passage, p->out->device);
  if (!f->answering) {
    f->outcome.nat[manip] = last->rule;
    f->tally.mapped++;
    f->outcome.nat_how[manip] = (guint8)ct_engine_nat_how(engine_of(f));
  }
  return TRUE;
}

/* A connection's first packets ask the chains, until one maps; else the connection is bound to what it is. */
static gboolean ask(fw_firewall *f, fw_packet *p, fw_hook hook, ct_nat_manip manip, fw_decision *last)
{
  const fw_rule *before = f->outcome.nat_perhaps;
  GArray *order = f->program->hooks[p->family][hook];
  guint i;

  fw_firewall_write(f);
  for (i = 0; i < order->len; i++) {
    guint number = g_array_index(order, guint, i);

    if (!f->program->chains[number].nat)
      continue;
    fw_walk(f->program, p, number, f->listener, last);
    if (f->answering ? last->verdict == FW_VERDICT_DROP || last->verdict == FW_VERDICT_REJECT
                     : !fw_firewall_take(f, last, p))
      return FALSE;
    if (last->translated) {
      if (!map(f, p, manip, last))
        return FALSE;
      f->outcome.nat_perhaps = before;
    } else if (last->unknown != NULL && !f->answering) {
      f->outcome.nat_perhaps = last->unknown;
    }
    if (p->entry == NULL || ct_passage_nat_is_done(f->program->passage, manip))
      return TRUE;
  }
  if (!ct_passage_nat_null(engine_of(f), f->program->passage, manip))
    return kernel_drop(f, last);
  if (!f->answering && manip == CT_NAT_SRC && ct_engine_nat_how(engine_of(f)) > CT_NAT_HOW_KEPT)
    f->outcome.nat_how[manip] = (guint8)ct_engine_nat_how(engine_of(f));
  return TRUE;
}

static gboolean rewrite(fw_firewall *f, fw_packet *p, ct_nat_manip manip, fw_decision *last)
{
  ct_tuple target;
  guint8 *bytes;

  if (!ct_passage_nat_target(engine_of(f), f->program->passage, (ct_dir)p->direction, manip, &target))
    return TRUE;
  if (can_wait(f, p)) {
    wait(f, p, manip, &target);
    return TRUE;
  }
  bytes = fw_nat_own_bytes(f, p);
  if (!ct_nat_rewrite(bytes, p->raw->length, manip, &target))
    return kernel_drop(f, last);
  fw_nat_read_again(f->program, p);
  return TRUE;
}

/* NAT 8 */
static gboolean error_hook(fw_firewall *f, fw_packet *p, ct_nat_manip manip, fw_decision *last)
{
  const ct_engine *engine = engine_of(f);
  guint16 status = ct_nat_status(p->entry);
  ct_tuple target, inner;
  gboolean whole = p->raw->captured == p->raw->length;
  bool redirect = false;

  /* Its sum is judged as it is on the wire, where the capture shows all of it. */
  if (whole && !ct_nat_error_is_sound(p->raw->data, p->raw->length, &redirect))
    return kernel_drop(f, last);
  if (redirect && ((status & CT_NAT_BOTH_DONE) != CT_NAT_BOTH_DONE || status & (CT_STATUS_SRC_NAT | CT_STATUS_DST_NAT)))
    return kernel_drop(f, last);
  if (!ct_nat_target(engine, p->entry, (ct_dir)p->direction, manip, &target))
    return TRUE;
  ct_nat_inner_target(engine, p->entry, (ct_dir)p->direction, &inner);
  if (!ct_nat_rewrite_error(fw_nat_own_bytes(f, p), p->raw->length, manip, &inner, &target))
    return kernel_drop(f, last);
  fw_nat_read_again(f->program, p);
  return TRUE;
}

/* What answers a packet that has ended its connection. */
static gboolean error_about_gone(fw_firewall *f, fw_packet *p, ct_nat_manip manip, fw_decision *last)
{
  ct_tuple target, inner;

  if (!ct_passage_nat_target(engine_of(f), f->program->passage, (ct_dir)p->direction, manip, &target) ||
      !ct_tuple_invert(&target, &inner))
    return TRUE;
  if (!ct_nat_rewrite_error(fw_nat_own_bytes(f, p), p->raw->length, manip, &inner, &target))
    return kernel_drop(f, last);
  fw_nat_read_again(f->program, p);
  return TRUE;
}

/* -- the hook -- */

gboolean fw_nat_is_settled(fw_firewall *f, const fw_packet *p)
{
  if (p->raw->kind == CT_PACKET_ICMP_ERROR)
    return FALSE;
  if (!p->gone && (p->entry == NULL || f->program->passage == NULL))
    return TRUE;
  if (!can_wait(f, p))
    return FALSE;
  return p->gone || !(p->state & (FW_STATE_NEW | FW_STATE_RELATED)) ||
         (ct_nat_status(p->entry) & CT_NAT_BOTH_DONE) == CT_NAT_BOTH_DONE;
}

gboolean fw_nat_settle(fw_firewall *f, fw_packet *p, ct_nat_manip manip)
{
  ct_tuple target;

  if ((!p->gone && p->entry == NULL) || f->program->passage == NULL ||
      !ct_passage_nat_target(engine_of(f), f->program->passage, (ct_dir)p->direction, manip, &target))
    return FALSE;
  wait(f, p, manip, &target);
  return TRUE;
}

gboolean fw_nat_has_moved(fw_firewall *f, const fw_packet *p, const fw_interface_name *out)
{
  guint32 device;

  if (p->entry == NULL || p->direction != CT_ORIGINAL)
    return FALSE;
  device = ct_nat_device(engine_of(f), p->entry);
  return device != 0 && out->known && device != out->device;
}

fw_nat_first_way fw_nat_first(fw_firewall *f, const fw_arrival *a, fw_packet *p, fw_decision *last)
{
  ct_passage *passage = f->program->passage;

  if (f->outcome.path != FW_PATH_FORWARD || p->entry == NULL || f->program->postrouting_blind || !can_wait(f, p) ||
      fw_settle_is_martian(f, p) || !fw_settle_is_forwarded(f, p) || ct_nat_status(p->entry) & CT_NAT_BOTH_DONE)
    return FW_NAT_WALKS;
  p->hook = FW_HOOK_PREROUTING;
  if (f->program->hooks[FW_IPV4][FW_HOOK_PREROUTING]->len == 0
        ? !ct_passage_nat_null(engine_of(f), passage, CT_NAT_DST) && !kernel_drop(f, last)
        : !ask(f, p, FW_HOOK_PREROUTING, CT_NAT_DST, last))
    return FW_NAT_DROPPED;
  f->program->view_of = NULL;
  if (ct_nat_status(p->entry) & CT_STATUS_DST_NAT)
    return FW_NAT_WALKS;
  fw_settle_gone(f, p, FW_HOOK_POSTROUTING);
  if (!ask(f, p, FW_HOOK_POSTROUTING, CT_NAT_SRC, last))
    return FW_NAT_DROPPED;
  f->program->view_of = NULL;
  if (ct_passage_is_sure(engine_of(f), passage))
    f->straight = (fw_straight){ TRUE, CT_ORIGINAL, CT_CLASS_NEW, *a, passage->entry };
  else
    fw_nat_settle(f, p, CT_NAT_SRC);
  return FW_NAT_GOES;
}

gboolean fw_nat_hook(fw_firewall *f, fw_packet *p, fw_hook hook, fw_decision *last)
{
  ct_nat_manip manip = hook == FW_HOOK_PREROUTING || hook == FW_HOOK_OUTPUT ? CT_NAT_DST : CT_NAT_SRC;
  ct_passage *passage = f->program->passage;

  /* Without a passage: what answers an answer whose own passage is over. */
  if (passage == NULL)
    return TRUE;
  if (p->gone)
    return p->raw->kind == CT_PACKET_ICMP_ERROR ? error_about_gone(f, p, manip, last) : rewrite(f, p, manip, last);
  if (p->entry == NULL)
    return TRUE;
  if (p->raw->kind == CT_PACKET_ICMP_ERROR)
    return error_hook(f, p, manip, last);
  if (p->state & (FW_STATE_NEW | FW_STATE_RELATED) && !ct_passage_nat_is_done(passage, manip)) {
    gboolean goes_on = ask(f, p, hook, manip, last);

    f->program->view_of = NULL; /* the reply's tuple and the status are others now */
    if (!goes_on)
      return FALSE;
  } else if (hook == FW_HOOK_POSTROUTING && fw_nat_has_moved(f, p, p->out)) {
    ct_passage_nat_end(engine_of(f), passage);
    p->entry = NULL;
    return kernel_drop(f, last);
  }
  return rewrite(f, p, manip, last);
}

/* -- the confirm hook -- */

void fw_nat_before_confirm(fw_firewall *f, const fw_packet *p, fw_nat_moved *moved)
{
  moved->any = p->entry != NULL && p->protocol == CT_PROTO_TCP && p->raw->kind == CT_PACKET_TRACK &&
               ct_nat_seqadj(engine_of(f), p->entry, (ct_dir)p->direction, moved->way);
}

void fw_nat_note_unwritten(fw_firewall *f, const ct_entry *entry)
{
  const char *helper, *module = ct_nat_unwritten(engine_of(f), entry, &helper);

  if (module == NULL)
    return;
  if (f->tally.unwritten++ == 0) {
    f->tally.unwritten_helper = helper;
    f->tally.unwritten_module = module;
  }
}

void fw_nat_confirmed(fw_firewall *f, fw_packet *p, const fw_nat_moved *moved, gboolean goes_on)
{
  const guint8 *payload;
  gsize n;

  if (ct_engine_take_payload(engine_of(f), &payload, &n) && goes_on)
    fw_nat_put_payload(f, p, payload, n);
  if (moved->any && goes_on && !ct_nat_adjust(fw_nat_own_bytes(f, p), p->raw->length, moved->way))
    f->outcome.kernel = FW_KERNEL_NAT;
}
