/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/firewall.h"

#include <string.h>

#include "firewall/match/data.h"
#include "firewall/nft/nft.h"
#include "firewall/walk/answer.h"
#include "firewall/walk/firewall_internal.h"
#include "firewall/walk/ip_options.h"
#include "firewall/walk/loop.h"
#include "firewall/walk/nat.h"
#include "firewall/walk/own.h"
#include "firewall/walk/quick.h"
#include "firewall/walk/settled_way.h"
#include "firewall/walk/straight.h"
#include "firewall/walk/where.h"

/* -- what it is asked -- */

const fw_outcome *fw_firewall_outcome(const fw_firewall *f)
{
  if (f->straight.due)
    fw_straight_tell((fw_firewall *)f);
  fw_firewall_write((fw_firewall *)f);
  return &f->outcome;
}

const fw_outcome *fw_firewall_said(const fw_firewall *f) { return &f->outcome; }
guint32 fw_firewall_mtu(const fw_firewall *f) { return f->facts->mtu_bytes; }
const fw_tally *fw_firewall_tally(const fw_firewall *f) { return &f->tally; }
const fw_record *fw_firewall_record(const fw_firewall *f) { return &f->record; }

/* Whoever looks into the program sees what was counted. */
fw_program *fw_firewall_program(fw_firewall *f)
{
  guint i;

  for (i = 0; f->program->uncounted && i < 2 * FW_WAYS; i++)
    fw_way_count(f->program, f->ways[i / FW_WAYS][i % FW_WAYS]);
  f->program->uncounted = FALSE;
  return f->program;
}

/* -- one hook -- */

/* That a chain of nat has come to its end says less than a nat rule behind it. */
static gboolean is_end_of_nat(const fw_decision *d)
{
  const fw_chain *chain = d->chain;

  return d->rule == NULL &&
         (chain->nft != NULL ? g_strcmp0(chain->nft->type, "nat") == 0 : strcmp(chain->table->name, "nat") == 0);
}

/* A verdict that is unknown is followed as if it were accepted; a drop that is sure makes it sure. */
gboolean fw_firewall_take(fw_firewall *f, const fw_decision *d, const fw_packet *p)
{
  fw_outcome *o = &f->outcome;

  if (G_UNLIKELY(o->verdict == FW_VERDICT_UNKNOWN) && d->verdict != FW_VERDICT_DROP && d->verdict != FW_VERDICT_REJECT)
    return TRUE;
  if (d->translated && o->decision.chain != NULL && !is_end_of_nat(&o->decision))
    return TRUE; /* the last word is the filter's */
  o->verdict = d->verdict;
  o->decision = *d;
  o->hook = p->hook;
  return d->verdict == FW_VERDICT_ACCEPT || d->verdict == FW_VERDICT_UNKNOWN;
}

static gboolean walk_chain(fw_firewall *f, fw_packet *p, guint chain, fw_decision *last)
{
  fw_walk_in_full(f->program, p, chain, f->listener, last);
  if (f->answering)
    return last->verdict != FW_VERDICT_DROP && last->verdict != FW_VERDICT_REJECT;
  return fw_firewall_take(f, last, p);
}

/* Most often a chain's word is the last so far, and is written where that stands. => how many chains have spoken. */
static inline guint walk_at_once(fw_firewall *f, const fw_packet *p, fw_walk_chain *const *chains, guint n)
{
  fw_outcome *o = &f->outcome;
  guint done;

  if (f->answering || f->listener != NULL || o->verdict == FW_VERDICT_UNKNOWN)
    return 0;
  done = fw_walk_at_once(f->program, p, chains, n, &o->decision);
  if (done > 0) {
    o->verdict = o->decision.verdict;
    o->hook = p->hook;
  }
  return done;
}

/* The first one needs the whole walk. */
static gboolean G_GNUC_NO_INLINE walk_rest(fw_firewall *f, fw_packet *p, fw_walk_chain *const *chains, guint n,
                                           fw_decision *last)
{
  guint done;

  for (; n > 0; chains += done, n -= done) {
    if (!walk_chain(f, p, (guint)(*chains++ - f->program->chains), last))
      return FALSE;
    n--;
    done = walk_at_once(f, p, chains, n);
    if (done > 0 && f->outcome.verdict == FW_VERDICT_DROP)
      return FALSE;
  }
  return TRUE;
}

static inline gboolean walk_chains(fw_firewall *f, fw_packet *p, fw_walk_chain *const *chains, guint n,
                                   fw_decision *last)
{
  guint done;

  if (n == 0)
    return TRUE;
  fw_firewall_write(f);
  done = walk_at_once(f, p, chains, n);
  if (done > 0 && f->outcome.verdict == FW_VERDICT_DROP)
    return FALSE;
  return G_LIKELY(done == n) || walk_rest(f, p, chains + done, n - done, last);
}

gboolean fw_firewall_before(fw_firewall *f, fw_packet *p, fw_hook hook, fw_decision *last)
{
  const fw_hook_chains *row = fw_settle_row(f, p, hook);

  p->hook = hook;
  return row->n_before == 0 || walk_chains(f, p, row->chains, row->n_before, last);
}

/* But for the chains that have said all they have to. */
static gboolean walk_from_ahead(fw_firewall *f, fw_packet *p, fw_walk_chain *const *chains, guint n, fw_decision *last)
{
  const guint done = MIN(f->ahead, n);

  f->ahead -= done;
  return walk_chains(f, p, chains + done, n - done, last);
}

static gboolean G_GNUC_NO_INLINE behind_with_nat(fw_firewall *f, fw_packet *p, fw_hook hook, fw_decision *last)
{
  const fw_hook_chains *row = fw_settle_row(f, p, hook);

  return walk_from_ahead(f, p, row->chains + row->n_before, row->n_before_nat - row->n_before, last) &&
         fw_nat_hook(f, p, hook, last) &&
         walk_from_ahead(f, p, row->chains + row->n_before_nat, row->n - row->n_before_nat, last);
}

static inline gboolean behind(fw_firewall *f, fw_packet *p, fw_hook hook, fw_decision *last)
{
  const fw_hook_chains *row = fw_settle_row(f, p, hook);
  guint from = row->n_before, done;

  p->hook = hook;
  if (G_UNLIKELY(fw_nat_hooks(f, p->family, hook)))
    return behind_with_nat(f, p, hook, last);
  done = MIN(f->ahead, row->n - from);
  f->ahead -= done;
  from += done;
  return row->n == from || walk_chains(f, p, row->chains + from, row->n - from, last);
}

gboolean fw_firewall_behind(fw_firewall *f, fw_packet *p, fw_hook hook, fw_decision *last)
{
  return behind(f, p, hook, last);
}

/* -- where it comes from and goes to -- */

static inline void set_link(fw_packet *p, const guint8 *link)
{
  p->link = link;
  if (link != NULL && link[0] & 1)
    p->type = memcmp(link, "\xff\xff\xff\xff\xff\xff", 6) == 0 ? 1 : 2;
}

/* Nothing is known of the box, and the packet goes to a host somewhere. */
static inline gboolean passes_through(const fw_firewall *f, const fw_arrival *a, const fw_packet *p)
{
  const guint8 first = p->destination.bytes[0];

  return f->facts->local->len == 0 && f->facts->routes->len == 0 && !f->facts->complete && !f->facts->bridge &&
         f->facts->routing[FW_IPV4] == NULL && !a->sent && p->family == FW_IPV4 && first - 1U < 223 && first != 127;
}

/* Where it comes from and goes to. */
static inline void set_way(fw_firewall *f, const fw_arrival *a, fw_packet *p)
{
  if (G_LIKELY(passes_through(f, a, p))) {
    p->in = fw_where_from(f, a, p);
    p->out = &f->program->nothing;
    f->way_out = &f->program->unknown;
    f->outcome.path = FW_PATH_FORWARD;
  } else {
    fw_where_to(f, a, p);
  }
  set_link(p, p->own ? NULL : a->link);
}

static void G_GNUC_NO_INLINE set_engine(fw_firewall *f, ct_engine *engine)
{
  f->program->engine = engine;
  f->program->postrouting_blind = f->facts->bridge || !ct_engine_params(engine)->profile->postrouting_has_input;
}

/* -- the two halves -- */

void fw_firewall_attach(fw_packet *p, const ct_passage *passage)
{
  static const guint16 states[CT_CLASS_COUNT] = {
    [CT_CLASS_NONE] = FW_STATE_INVALID,
    [CT_CLASS_NEW] = FW_STATE_NEW,
    [CT_CLASS_ESTABLISHED] = FW_STATE_ESTABLISHED,
    [CT_CLASS_RELATED] = FW_STATE_RELATED,
    [CT_CLASS_INVALID] = FW_STATE_INVALID,
    [CT_CLASS_UNTRACKED] = FW_STATE_UNTRACKED,
  };
  const ct_result *r = &passage->result;

  p->state = states[r->cls];
  p->direction = r->dir;
  p->has_entry = (p->state & (FW_STATE_NEW | FW_STATE_ESTABLISHED | FW_STATE_RELATED)) != 0;
  p->entry = p->has_entry ? passage->entry : NULL;
  p->gone = p->has_entry && p->entry == NULL;
  p->seen = TRUE;
  p->quick &= (guint16)~FW_QUICK_CONNMARK; /* of another entry, where it is looked at again */
}

/* What a bridge hands to POSTROUTING has no input device there; nor has anything with kernels before 5.5 (KERNELS K17).
 */
static gboolean behind_forward(fw_firewall *f, fw_packet *p, fw_decision *last)
{
  const fw_interface_name *in = p->in;
  gboolean out;

  if (G_LIKELY(!f->program->postrouting_blind))
    return behind(f, p, FW_HOOK_POSTROUTING, last);
  p->in = &f->program->nothing;
  out = behind(f, p, FW_HOOK_POSTROUTING, last);
  p->in = in;
  return out;
}

/* The way of a forwarded packet behind PREROUTING. => FALSE: it was dropped. */
static gboolean forward(fw_firewall *f, fw_packet *p, fw_decision *last)
{
  if (!f->facts->bridge) {
    if (fw_settle_is_for_nobody(p)) {
      f->outcome.kernel = FW_KERNEL_NO_LISTENER;
      return FALSE;
    }
    if (f->way_out->ended != FW_ROUTE_GOES) {
      f->outcome.ended = (fw_route_end)f->way_out->ended;
      f->outcome.kernel = f->outcome.ended == FW_ROUTE_HOST ? FW_KERNEL_HOST : FW_KERNEL_NO_ROUTE;
      return FALSE;
    }
    if (p->ttl <= 1) {
      f->outcome.kernel = FW_KERNEL_TTL;
      return FALSE;
    }
    if (G_UNLIKELY(fw_where_may_be_out_of_scope(p))) {
      f->outcome.kernel = fw_where_out_of_scope(f, p);
      if (f->outcome.kernel != FW_KERNEL_NOTHING)
        return FALSE;
    }
    p->ttl--;
    p->edited = p->routed = TRUE;
  }
  p->out = f->way_out;
  if (!behind(f, p, FW_HOOK_FORWARD, last))
    return FALSE;
  if (G_UNLIKELY(f->ip_options.read))
    fw_ip_options_leave(f, p);
  return behind_forward(f, p, last);
}

/* Rules of routing may ask for what chains have set. */
static inline gboolean asks_routing_again(const fw_firewall *f, const fw_packet *p)
{
  return f->facts->routing[p->family] != NULL && (p->mark != 0 || p->mark_unknown != 0 || p->edited);
}

static gboolean send(fw_firewall *f, fw_packet *p, fw_decision *last)
{
  if (!behind(f, p, FW_HOOK_OUTPUT, last))
    return FALSE;
  if (G_UNLIKELY(p->translated || asks_routing_again(f, p))) {
    fw_where_again(f, p);
    p->out = f->way_out;
  }
  return behind(f, p, FW_HOOK_POSTROUTING, last);
}

static gboolean walk_on(fw_firewall *f, fw_packet *p, fw_decision *last)
{
  if (fw_settle_way(f, p))
    return f->outcome.verdict != FW_VERDICT_DROP;
  if (f->outcome.path == FW_PATH_OUTPUT)
    return send(f, p, last);
  if (!behind(f, p, FW_HOOK_PREROUTING, last))
    return FALSE;
  if (G_UNLIKELY(p->translated || asks_routing_again(f, p)) && !f->facts->bridge)
    fw_where_again(f, p);
  if (fw_settle_is_martian(f, p)) {
    f->outcome.kernel = FW_KERNEL_MARTIAN;
    return FALSE;
  }
  /* What goes to many, and is for nobody here, finds no way before they are read. */
  if (G_UNLIKELY(fw_ip_options_matter(f, p)) && !(f->outcome.path == FW_PATH_FORWARD && fw_settle_is_for_nobody(p)) &&
      !fw_ip_options_receive(f, p))
    return FALSE;
  return f->outcome.path == FW_PATH_INPUT ? behind(f, p, FW_HOOK_INPUT, last) : forward(f, p, last);
}

static void say_kernel(fw_outcome *o, fw_kernel_drop why)
{
  o->verdict = FW_VERDICT_DROP;
  o->kernel = why;
  o->decision = (fw_decision){ .verdict = FW_VERDICT_DROP };
}

static void conclude_nat(fw_firewall *f, const ct_passage *passage, fw_packet *p, const fw_nat_moved *moved,
                         gboolean goes_on)
{
  fw_nat_confirmed(f, p, moved, goes_on);
  if (goes_on && passage->result.changes & CT_CHANGE_CREATED && p->entry != NULL)
    fw_nat_note_unwritten(f, p->entry);
}

/* An answer without an entry is a packet of its own: conntrack sees it when the rejected one has gone. */
static void conclude(fw_firewall *f, ct_engine *engine, ct_passage *passage, fw_packet *p, ct_fate fate)
{
  /* Of who waits to be told it is known that no helper has a word with it (fw_nat_first). */
  const gboolean observe = f->options.mode == FW_MODE_OBSERVE, nat = f->nat_families[p->family] && !f->straight.due;
  fw_nat_moved moved = { .any = FALSE };

  if (G_UNLIKELY(nat))
    fw_nat_before_confirm(f, p, &moved);
  ct_engine_conclude(engine, passage, observe ? CT_FATE_ACCEPT : fate);
  if (G_UNLIKELY(nat))
    conclude_nat(f, passage, p, &moved, fate == CT_FATE_ACCEPT && passage->result.verdict == CT_VERDICT_ACCEPT);
  f->program->passage = NULL;
  f->program->view_of = NULL;
  if (G_LIKELY(fate == CT_FATE_ACCEPT && passage->result.verdict != CT_VERDICT_DROP))
    return;
  if (passage->result.verdict == CT_VERDICT_DROP && f->outcome.verdict != FW_VERDICT_DROP &&
      f->outcome.verdict != FW_VERDICT_REJECT)
    say_kernel(&f->outcome, FW_KERNEL_CONNTRACK);
  if (fw_answer_is_due(f) && !p->has_entry && !observe)
    fw_answer_alone(f, engine, p);
}

static inline void reach_conntrack(fw_firewall *f, ct_engine *engine, fw_family family, const ct_packet *packet,
                                   const ct_template *template, ct_passage *passage)
{
  if (G_UNLIKELY(f->nat_families[family]))
    ct_engine_nat(engine, family == FW_IPV6 ? CT_IPV6 : CT_IPV4);
  if (G_UNLIKELY(f->program->labels))
    ct_engine_labels(engine);
  ct_engine_keep_ended(engine, &f->program->ended);
  ct_engine_arrive(engine, packet, template, passage);
  ct_engine_keep_ended(engine, NULL);
  f->program->view_of = NULL;
}

static void pass(fw_firewall *f, ct_engine *engine, const fw_arrival *a, ct_passage *passage, fw_packet *p,
                 gboolean straight, ct_result *result)
{
  fw_nat_first_way first = FW_NAT_WALKS;
  ct_fate fate = CT_FATE_ACCEPT;
  fw_decision last;

  f->program->passage = passage;
  if (passage->result.verdict == CT_VERDICT_DROP) {
    say_kernel(&f->outcome, FW_KERNEL_CONNTRACK);
  } else {
    fw_firewall_attach(p, passage);
    if (G_UNLIKELY(straight) && p->state == FW_STATE_NEW)
      first = fw_nat_first(f, a, p, &last);
    if (first == FW_NAT_DROPPED || (first == FW_NAT_WALKS && !walk_on(f, p, &last))) {
      fate = CT_FATE_DROP;
      if (f->outcome.kernel != FW_KERNEL_NOTHING)
        say_kernel(&f->outcome, f->outcome.kernel);
      if (fw_answer_is_due(f) && p->has_entry)
        fate = fw_answer_attached(f, p);
      /* What answers the answer goes the packet's own way, and confirms its entry where that is new. */
      if (G_UNLIKELY(fate >= CT_FATE_ANSWERED && passage->entry != NULL && passage->is_new && f->outcome.answer.sent &&
                     f->outcome.answer.dir == CT_ORIGINAL && f->outcome.path != FW_PATH_OUTPUT))
        fate = CT_FATE_ACCEPT;
      f->outcome.answered = fate >= CT_FATE_ANSWERED && passage->entry != NULL && !passage->is_new;
      f->outcome.reset = fate == CT_FATE_RESET && f->outcome.answered;
    }
  }
  conclude(f, engine, passage, p, fate);
  *result = passage->result;
  if (G_UNLIKELY(f->outcome.path == FW_PATH_OUTPUT) && fate == CT_FATE_ACCEPT && result->verdict == CT_VERDICT_ACCEPT &&
      fw_loop_is_due(f, p))
    fw_loop_packet(f, engine, passage, p);
}

void fw_firewall_pass_again(fw_firewall *f, const fw_arrival *a, ct_passage *passage)
{
  fw_packet *p = &f->outcome.packet;

  fw_packet_read(p, a->packet);
  set_way(f, a, p);
  fw_firewall_attach(p, passage);
  f->program->passage = passage;
  fw_settle_way(f, p);
  f->program->passage = NULL;
}

void fw_firewall_pass_time(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  ct_packet none = *packet;

  none.kind = CT_PACKET_NONE;
  ct_engine_packet(engine, &none, result);
  result->reason = CT_REASON_NONE;
}

/* The IP layer drops it before any hook. */
static void G_GNUC_NO_INLINE refuse(fw_firewall *f, ct_engine *engine, const fw_arrival *a, ct_result *result)
{
  f->outcome.path = FW_PATH_NONE;
  fw_firewall_pass_time(engine, a->packet, result);
  result->reason = CT_REASON_IP_ADDRESS;
}

/* The chains before conntrack. => FALSE: dropped. */
static inline gboolean arrive(fw_firewall *f, fw_packet *p, fw_decision *last)
{
  fw_way *way = f->ways[p->family][p->own ? FW_WAY_BEFORE_OUT : FW_WAY_BEFORE_IN];
  const fw_hook_chains *row;
  const fw_settled *said;

  p->hook = p->own ? FW_HOOK_OUTPUT : FW_HOOK_PREROUTING;
  if (way == NULL)
    return TRUE;
  if (f->listener != NULL)
    return fw_firewall_before(f, p, p->hook, last);
  said = fw_way_settle(f->program, way, p, p->out);
  fw_settle_take(f, said);
  if (G_LIKELY(said->whole))
    return f->outcome.verdict != FW_VERDICT_DROP;
  row = fw_settle_row(f, p, p->hook);
  return walk_chains(f, p, row->chains + said->n, row->n_before - said->n, last);
}

/* Nothing is known of the packet yet. */
static inline void begin(fw_firewall *f, const ct_packet *packet)
{
  fw_outcome *o = &f->outcome;

  o->arrived_bytes = packet->length;
  o->pieces = ct_packet_pieces(packet);
  if (f->straight.due && f->straight.cls == CT_CLASS_ESTABLISHED && !f->options.record) {
    /* The one before went straight, and nobody has looked: it has changed these and nothing else. */
    f->straight.due = FALSE;
    o->path = FW_PATH_NONE;
    o->verdict = FW_VERDICT_NONE;
    return;
  }
  f->straight.due = FALSE;
  if (f->options.record)
    g_array_set_size(f->record.lines, 0);
  f->pending.n = 0;
  f->ip_options.read = FALSE;
  o->path = FW_PATH_NONE;
  o->verdict = FW_VERDICT_NONE;
  o->decision = (fw_decision){ .verdict = FW_VERDICT_NONE };
  o->kernel = FW_KERNEL_NOTHING;
  o->before_conntrack = FALSE;
  o->answered = o->reset = o->looped = FALSE;
  o->nat[0] = o->nat[1] = o->nat_unknown = o->nat_nowhere = o->nat_perhaps = NULL;
  o->nat_how[0] = o->nat_how[1] = CT_NAT_HOW_NONE;
  o->answer.sent = o->answer.looped = o->answer.delivered = o->answer.unplaced = FALSE;
  o->answer.why_not = NULL;
  o->answer_to = 0;
}

/* A chain before conntrack has dropped it. */
static void G_GNUC_NO_INLINE end_before(fw_firewall *f, ct_engine *engine, const fw_arrival *a, ct_result *result)
{
  f->outcome.before_conntrack = TRUE;
  if (f->options.mode == FW_MODE_OBSERVE) {
    ct_engine_packet(engine, a->packet, result);
    return;
  }
  fw_firewall_pass_time(engine, a->packet, result);
  if (f->outcome.verdict == FW_VERDICT_REJECT) {
    fw_answer_alone(f, engine, &f->outcome.packet);
    fw_own_note(f, result);
  }
}

static inline void count_unknown(fw_firewall *f)
{
  const fw_outcome *o = &f->outcome;

  if (G_UNLIKELY(o->verdict == FW_VERDICT_UNKNOWN))
    f->tally.unknown++;
  if (G_UNLIKELY(o->nat_unknown != NULL))
    f->tally.nat_unknown++;
  else if (G_UNLIKELY(o->nat_perhaps != NULL))
    f->tally.nat_perhaps++;
}

void fw_firewall_packet(fw_firewall *f, ct_engine *engine, const fw_arrival *a, ct_result *result)
{
  fw_packet *p = &f->outcome.packet;
  fw_outcome *o = &f->outcome;
  ct_passage passage;
  fw_decision last;
  gboolean straight;

  begin(f, a->packet);
  fw_program_set_time(f->program, a->packet->time_ns);
  if (a->packet->kind == CT_PACKET_NONE) {
    p->own = a->sent;
    p->in = a->in != NULL && *a->in != '\0' ? fw_program_interface(f->program, a->in) : &f->program->unknown;
    ct_engine_packet(engine, a->packet, result);
    return;
  }
  fw_nat_learn(f, engine, a);
  if (G_UNLIKELY(f->program->engine != engine))
    set_engine(f, engine);
  straight = G_LIKELY(!fw_own_any(f)) && fw_straight_may(f, a);
  if (straight) {
    reach_conntrack(f, engine, FW_IPV4, a->packet, NULL, &passage);
    if (fw_straight_go(f, engine, a, &passage, result))
      return;
  }
  fw_packet_read(p, a->packet);
  if (G_UNLIKELY(fw_own_any(f)) && fw_own_packet(f, engine, a, result))
    return;
  set_way(f, a, p);
  if (G_UNLIKELY(fw_where_may_be_refused(p)) && !f->facts->bridge && fw_where_is_refused(p)) {
    refuse(f, engine, a, result);
    return;
  }
  f->template = (ct_template){ .untracked = false };
  fw_program_template(f->program, &f->template);
  f->program->passage = NULL;
  f->program->traced = FALSE;
  if (!straight && !arrive(f, p, &last)) {
    end_before(f, engine, a, result);
    return;
  }
  if (!straight) {
    fw_program_template_ends(f->program, p);
    reach_conntrack(f, engine, p->family, a->packet, f->template.untracked || p->has_entry ? &f->template : NULL,
                    &passage);
  }
  pass(f, engine, a, &passage, p, straight, result);
  if (G_UNLIKELY(fw_answer_is_due(f)))
    fw_own_note(f, result);
  if (o->verdict == FW_VERDICT_NONE)
    o->verdict = FW_VERDICT_ACCEPT;
  count_unknown(f);
}
