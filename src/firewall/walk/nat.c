/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/nat.h"

#include <string.h>

#include "conntrack/nat/rewrite.h"
#include "firewall/match/data.h"
#include "firewall/target/data.h"
#include "firewall/walk/quick.h"
#include "firewall/walk/settled_way.h"

static ct_engine *engine_of(const fw_firewall *f) { return (ct_engine *)f->program->engine; }

/* -- bytes -- */

/* The packet's bytes become the firewall's own, which may be changed. */
static guint8 *own_bytes(fw_firewall *f, fw_packet *p)
{
  const ct_packet *raw = p->raw;

  if (p == &f->outcome.answer.seen)
    return f->answer_bytes;
  fw_firewall_write(f);
  if (p->raw == &f->sent)
    return f->sent_bytes->data;
  g_byte_array_set_size(f->sent_bytes, raw->length);
  memcpy(f->sent_bytes->data, raw->data, raw->captured);
  memset(f->sent_bytes->data + raw->captured, 0, raw->length - raw->captured);
  f->sent = *raw;
  f->sent.data = f->sent_bytes->data;
  f->sent.captured = raw->length;
  p->raw = &f->sent;
  return f->sent_bytes->data;
}

void fw_nat_write(fw_firewall *f)
{
  const guint n = f->pending.n;
  guint8 *bytes;
  guint i;

  f->pending.n = 0;
  bytes = own_bytes(f, &f->outcome.packet);
  for (i = 0; i < n; i++)
    ct_nat_rewrite(bytes, f->sent.length, f->pending.manip[i], &f->pending.target[i]);
}

/* Its headers are whole and where they are most often: writing them anew cannot fail. */
static inline gboolean can_wait(const fw_firewall *f, const fw_packet *p)
{
  return p == &f->outcome.packet && f->listener == NULL && p->l4 & FW_L4_WHOLE && p->raw->kind == CT_PACKET_TRACK &&
         (p->protocol == CT_PROTO_TCP || p->protocol == CT_PROTO_UDP) && (p->family == FW_IPV4 || p->l4_offset == 40) &&
         f->pending.n < G_N_ELEMENTS(f->pending.manip);
}

static void note_reading(const fw_program *program, fw_packet *p)
{
  p->translated = TRUE;
  p->readings++;
  if (program->asks_types)
    fw_quick_know_types(program, p);
}

/* What rules see of the addresses and ports. */
static void read_again(const fw_program *program, fw_packet *p)
{
  const guint8 *d = p->raw->data;

  if (p->family == FW_IPV6) {
    memcpy(p->source.bytes, d + 8, 16);
    memcpy(p->destination.bytes, d + 24, 16);
  } else {
    memcpy(&p->source.words[0], d + 12, 4);
    memcpy(&p->destination.words[0], d + 16, 4);
  }
  if (p->l4 & FW_L4_PORTS) {
    p->source_port = ct_be16(d + p->l4_offset);
    p->destination_port = ct_be16(d + p->l4_offset + 2);
  }
  note_reading(program, p);
}

/* The same of what is not written yet. */
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
  note_reading(f->program, p);
}

/* Into the IP header; IPv4's sum changes by the difference. */
static void put_length(guint8 *ip, guint32 length)
{
  const guint8 old[2] = { ip[2], ip[3] };

  if (ip[0] >> 4 == 6) {
    ip[4] = (guint8)((length - 40) >> 8);
    ip[5] = (guint8)(length - 40);
    return;
  }
  ip[2] = (guint8)(length >> 8);
  ip[3] = (guint8)length;
  ct_nat_change_sum(ip + 10, old, ip + 2, 2);
}

static guint8 *bytes_for_rules(fw_packet *p, guint32 more, gpointer user)
{
  fw_firewall *f = user;

  if (more == 0)
    return own_bytes(f, p);
  if (p == &f->outcome.answer.seen)
    return NULL;
  own_bytes(f, p);
  g_byte_array_set_size(f->sent_bytes, f->sent_bytes->len + more);
  f->sent.data = f->sent_bytes->data;
  f->sent.length = f->sent.captured = f->sent_bytes->len;
  put_length(f->sent_bytes->data, f->sent_bytes->len);
  return f->sent_bytes->data;
}

void fw_nat_begin(fw_firewall *f)
{
  guint family, hook, i;

  f->sent_bytes = g_byte_array_new();
  f->program->own_bytes = bytes_for_rules;
  f->program->changed = read_again;
  f->program->own_user = f;
  for (family = 0; family < 2; family++)
    for (hook = 0; hook < FW_HOOKS; hook++)
      for (i = 0; i < f->program->hooks[family][hook]->len; i++)
        f->nat_families[family] |= f->program->chains[g_array_index(f->program->hooks[family][hook], guint, i)].nat;
}

void fw_nat_end(fw_firewall *f) { g_byte_array_unref(f->sent_bytes); }

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

/* -- what a rule asks for -- */

static void set_address(ct_addr *to, const fw_address *from) { memcpy(to->bytes, from->bytes, sizeof *to); }

static guint common_bits(const fw_address *a, const fw_address *b)
{
  guint i;

  for (i = 0; i < 128 && ((a->bytes[i / 8] ^ b->bytes[i / 8]) >> (7 - i % 8) & 1) == 0; i++)
    continue;
  return i;
}

static gboolean is_link_local(const fw_address *a) { return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80; }

/*
 * The address that the box would use on a device towards somebody. IPv4: the first one, but one in whose network the
 * other is goes first. IPv6: of the same scope, and with the longest prefix in common. => NULL: none is known.
 */
static const fw_address *address_on(const fw_firewall *f, fw_family family, const fw_interface_name *device,
                                    const fw_address *towards)
{
  const fw_address *found = NULL;
  guint i, best = 0, value;

  for (i = 0; device->known && i < f->facts->local->len; i++) {
    const fw_network *n = &g_array_index(f->facts->local, fw_network, i);

    if (n->family != family || n->interface == NULL || strcmp(n->interface, device->name) != 0)
      continue;
    if (family == FW_IPV4)
      value = 1 + (n->length < 32 && fw_address_under(towards, &n->address, &n->mask));
    else
      value = 1 + common_bits(&n->address, towards) + (is_link_local(&n->address) == is_link_local(towards) ? 256 : 0);
    if (value > best) {
      best = value;
      found = &n->address;
    }
  }
  return found;
}

/* What a rule comes to. */
typedef enum asked { ASKED_RANGE, ASKED_NOTHING, ASKED_DROP, ASKED_UNKNOWN } asked;

/* Nothing maps to a device without an address. An address that is on no device yet may be on this one. */
static asked without_address(const fw_firewall *f, fw_family family, const fw_interface_name *device)
{
  guint i;

  for (i = 0; i < f->facts->local->len; i++) {
    const fw_network *n = &g_array_index(f->facts->local, fw_network, i);

    if (n->family == family && n->interface == NULL)
      return ASKED_UNKNOWN;
  }
  return device->known && i > 0 ? ASKED_DROP : ASKED_UNKNOWN;
}

static void set_ports(ct_nat_range *range, const fw_nat *n)
{
  if (n->given & FW_NAT_PORTS) {
    range->flags |= CT_NAT_IDS;
    range->min_id = n->ports.from;
    range->max_id = n->ports.to;
  }
  if (n->given & FW_NAT_PORT_OFFSET) {
    range->flags |= CT_NAT_OFFSET;
    range->base_id = n->base;
  }
  if (n->given & (FW_NAT_RANDOM | FW_NAT_RANDOM_FULLY))
    range->flags |= CT_NAT_RANDOM;
  if (n->given & FW_NAT_PERSISTENT)
    range->flags |= CT_NAT_PERSISTENT;
}

static void set_one(ct_nat_range *range, const fw_address *address)
{
  range->flags |= CT_NAT_ADDRESSES;
  set_address(&range->min, address);
  range->max = range->min;
}

static void netmap_range(ct_nat_range *range, const fw_packet *p, const fw_netmap *n, ct_nat_manip manip)
{
  const fw_address *old = manip == CT_NAT_SRC ? &p->source : &p->destination;
  fw_address new;
  guint i;

  for (i = 0; i < 4; i++)
    new.words[i] = (old->words[i] & ~n->mask.words[i]) | (n->address.words[i] & n->mask.words[i]);
  set_one(range, &new);
}

/* Of the box's own packets REDIRECT makes ones to itself. */
static asked redirect_range(const fw_firewall *f, const fw_packet *p, ct_nat_range *range)
{
  static const fw_address loopback[2] = { { .bytes = { 127, 0, 0, 1 } }, { .bytes = { [15] = 1 } } };
  const fw_address *to =
    p->hook == FW_HOOK_OUTPUT ? &loopback[p->family] : address_on(f, p->family, p->in, &p->destination);

  if (to == NULL)
    return without_address(f, p->family, p->in);
  set_one(range, to);
  return ASKED_RANGE;
}

static gboolean has_one_address(const fw_firewall *f, const fw_interface_name *device)
{
  guint i, n = 0;

  for (i = 0; i < f->facts->local->len; i++) {
    const fw_network *network = &g_array_index(f->facts->local, fw_network, i);

    n += network->family == FW_IPV4 && g_strcmp0(network->interface, device->name) == 0;
  }
  return n == 1;
}

/* address_on for masquerading: most devices have one address, which need not be looked for each time. */
static const fw_address *masquerades_as(fw_firewall *f, const fw_packet *p)
{
  fw_one_address *one = &f->masquerades_as;
  const fw_address *found;

  if (p->family == FW_IPV4 && one->device == p->out && one->changes == f->facts->changes)
    return one->address;
  found = address_on(f, p->family, p->out, &p->destination);
  if (p->family == FW_IPV4 && found != NULL && has_one_address(f, p->out))
    *one = (fw_one_address){ p->out, found, f->facts->changes };
  return found;
}

static asked masquerade_range(fw_firewall *f, const fw_packet *p, ct_nat_range *range)
{
  static const fw_address any;
  const fw_address *from = masquerades_as(f, p);

  if (p->family == FW_IPV4 && memcmp(&p->source, &any, sizeof any) == 0)
    return ASKED_NOTHING;
  if (from == NULL)
    return without_address(f, p->family, p->out);
  set_one(range, from);
  return ASKED_RANGE;
}

static asked range_of(fw_firewall *f, const fw_packet *p, const fw_target *target, ct_nat_manip manip,
                      ct_nat_range *range)
{
  const fw_nat *n = target->data;

  if (target->ops->id == FW_TARGET_ID_NETMAP) {
    netmap_range(range, p, target->data, manip);
    return ASKED_RANGE;
  }
  set_ports(range, n);
  switch (target->ops->id) {
  case FW_TARGET_ID_MASQUERADE: return masquerade_range(f, p, range);
  case FW_TARGET_ID_REDIRECT: return redirect_range(f, p, range);
  default:
    if (n->given & FW_NAT_COMPUTED)
      return ASKED_UNKNOWN;
    if (n->given & FW_NAT_ADDRESS) {
      range->flags |= CT_NAT_ADDRESSES;
      set_address(&range->min, &n->from);
      set_address(&range->max, &n->to);
    }
    return ASKED_RANGE;
  }
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

  switch (range_of(f, p, target, manip, &range)) {
  case ASKED_NOTHING: return TRUE;
  case ASKED_DROP:
    if (learn_address(f, target, manip, &range))
      break;
    f->outcome.nat_nowhere = last->rule;
    return drop(f, last);
  case ASKED_UNKNOWN:
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
  bytes = own_bytes(f, p);
  if (!ct_nat_rewrite(bytes, p->raw->length, manip, &target))
    return kernel_drop(f, last);
  read_again(f->program, p);
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
  if (!ct_nat_rewrite_error(own_bytes(f, p), p->raw->length, manip, &inner, &target))
    return kernel_drop(f, last);
  read_again(f->program, p);
  return TRUE;
}

/* What answers a packet that has ended its connection. */
static gboolean error_about_gone(fw_firewall *f, fw_packet *p, ct_nat_manip manip, fw_decision *last)
{
  ct_tuple target, inner;

  if (!ct_passage_nat_target(engine_of(f), f->program->passage, (ct_dir)p->direction, manip, &target) ||
      !ct_tuple_invert(&target, &inner))
    return TRUE;
  if (!ct_nat_rewrite_error(own_bytes(f, p), p->raw->length, manip, &inner, &target))
    return kernel_drop(f, last);
  read_again(f->program, p);
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

static void put_payload(fw_firewall *f, fw_packet *p, const guint8 *payload, gsize n)
{
  guint32 offset = p->l4_offset + 8;

  own_bytes(f, p);
  if (p->protocol == CT_PROTO_TCP)
    offset = p->l4_offset + (f->sent_bytes->data[p->l4_offset + 12] >> 4) * 4U;
  g_byte_array_set_size(f->sent_bytes, offset);
  g_byte_array_append(f->sent_bytes, payload, (guint)n);
  f->sent.data = f->sent_bytes->data;
  f->sent.length = f->sent.captured = f->sent_bytes->len;
  ct_nat_mend(f->sent_bytes->data, f->sent_bytes->len, p->l4_offset);
  p->translated = TRUE;
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
    put_payload(f, p, payload, n);
  if (moved->any && goes_on && !ct_nat_adjust(own_bytes(f, p), p->raw->length, moved->way))
    f->outcome.kernel = FW_KERNEL_NAT;
}
