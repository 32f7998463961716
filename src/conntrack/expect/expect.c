/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What expectations do: they are announced, met, renewed, and end. Where they hang stands in links.h. Spec 8.1. */
#include "conntrack/trace_internal.h"
#include "conntrack/expect/expect.h"

#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/expect/gre_key.h"
#include "conntrack/expect/links.h"
#include "conntrack/expect/wheel.h"
#include "conntrack/master.h"
#include "conntrack/nat/help.h"

const ct_helper ct_expect_by_rule = { .name = NULL };

inline bool ct_expect_any(const ct_engine *engine) { return engine->expects->count > 0; }

/*
 * Where expectations end by a stamp (KERNELS K8), one whose time is over stays until somebody comes by it: it fires
 * never more, is neither met nor listed, but counts.
 */
static bool is_over(const ct_expect *e) { return e->fire_ns == INT64_MAX && e->deadline_ns != INT64_MAX; }

static bool ends_by_stamp(const ct_engine *engine)
{
  return engine->params.profile->expectation_end == CT_EXPECTATION_STAMP;
}

static int64_t fire_moment(const ct_engine *engine, int64_t deadline_ns)
{
  return deadline_ns == INT64_MAX || ends_by_stamp(engine) ? deadline_ns : ct_expect_fire_moment(engine, deadline_ns);
}

/* What is listed as its helper: the master's, but in the kernels that give it to the child, the child's (KERNELS K7).
 */
static const ct_helper *shown_helper(const ct_engine *engine, const ct_expect *e)
{
  return e->spec.child != NULL && engine->params.profile->child_gets_masters_helper ? e->spec.child : e->family->helper;
}

static void view_fill(const ct_engine *engine, const ct_expect *e, int64_t now_ns, ct_expect_view *v)
{
  const ct_expect_spec *s = &e->spec;
  const ct_helper *helper = shown_helper(engine, e);

  memset(v, 0, sizeof(*v));
  v->id = e->id;
  v->tuple = s->tuple;
  v->mask.src = s->mask_src;
  v->mask.src_id = s->mask_src_id;
  memset(v->mask.dst.bytes, 0xff, s->tuple.family == CT_IPV4 ? 4 : 16);
  v->mask.dst_id = 0xffff;
  v->mask.family = s->tuple.family;
  v->mask.proto = s->tuple.proto;
  v->master_id = e->family->id;
  v->master_tuple = e->family->tuple;
  v->deadline_ns = e->deadline_ns;
  v->timeout_ns = is_over(e) ? 0 : e->deadline_ns - now_ns;
  v->flags = s->flags;
  v->class_number = s->class_number;
  v->class_name = helper->classes[s->class_number].name ? helper->classes[s->class_number].name : "";
  v->helper = helper->name;
  v->made_by_packet = e->made_by_packet;
  v->made_by = s->made_by;
  v->translated = s->nat != 0;
  v->nat_dir = s->nat_dir;
  v->saved = s->saved;
  v->saved_id = s->saved_id;
  v->fn = ct_nat_follow_name(s->nat);
}

static void event_send(ct_engine *engine, ct_event_type type, const ct_expect *e, ct_reason reason, int64_t time_ns)
{
  ct_expect_view view;

  if (!ct_event_wanted(engine, type))
    return;
  view_fill(engine, e, time_ns, &view);
  ct_event_expect(engine, type, &view, reason, time_ns);
}

inline int64_t ct_expect_next_deadline(const ct_engine *engine)
{
  const ct_expect_table *t = engine->expects;

  return t->count > 0 ? t->heap[0]->fire_ns : INT64_MAX;
}

/* --- ends --- */

/* Keeps the family, empty as it may be. */
static void remove_at(ct_engine *engine, ct_expect *e, ct_reason reason, int64_t time_ns)
{
  ct_expect_unlink(engine->expects, e);
  event_send(engine, CT_EVENT_EXPECT_DESTROY, e, reason, time_ns);
  engine->stats.expect_delete++;
  g_free(e);
}

void ct_expect_remove(ct_engine *engine, ct_expect *e, ct_reason reason)
{
  ct_expect_family *f = e->family;

  remove_at(engine, e, reason, engine->now_ns);
  ct_expect_family_tidy(engine->expects, f);
}

static void end_by_stamp(ct_engine *engine, ct_expect *e)
{
  event_send(engine, CT_EVENT_EXPECT_OVER, e, CT_REASON_NONE, engine->now_ns);
  e->fire_ns = INT64_MAX;
  ct_expect_resettle(engine->expects, e);
}

/* One that is over leaves where it is found. => true where it did. */
static bool leaves_if_over(ct_engine *engine, ct_expect *e)
{
  if (!is_over(e))
    return false;
  remove_at(engine, e, CT_REASON_END_TIMEOUT, engine->now_ns);
  return true;
}

void ct_expect_advance(ct_engine *engine, int64_t now_ns)
{
  ct_expect_table *t = engine->expects;

  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what is freed below has left the heap */
  while (t->count > 0 && t->heap[0]->fire_ns <= now_ns) {
    ct_expect_family *f = t->heap[0]->family;

    engine->stats.expect_expired++;
    if (ends_by_stamp(engine)) {
      end_by_stamp(engine, t->heap[0]);
      continue;
    }
    remove_at(engine, t->heap[0], CT_REASON_END_TIMEOUT, t->heap[0]->fire_ns);
    ct_expect_family_tidy(t, f);
  }
}

void ct_expect_renew(ct_engine *engine, ct_expect *e, bool activate, uint32_t timeout_s)
{
  if (activate)
    e->spec.flags &= (uint8_t)~CT_EXPECT_INACTIVE;
  e->deadline_ns = engine->now_ns + timeout_s * CT_NS_PER_S;
  e->fire_ns = fire_moment(engine, e->deadline_ns);
  ct_expect_resettle(engine->expects, e);
}

/* --- matching --- */

static bool addr_equal_masked(const ct_addr *a, const ct_addr *b, const ct_addr *m1, const ct_addr *m2)
{
  return ((a->halves[0] ^ b->halves[0]) & m1->halves[0] & m2->halves[0]) == 0 &&
         ((a->halves[1] ^ b->halves[1]) & m1->halves[1] & m2->halves[1]) == 0;
}

static bool same_destination(const ct_tuple *a, const ct_tuple *b)
{
  return a->dst_id == b->dst_id && a->proto == b->proto && a->zone == b->zone && a->family == b->family &&
         ct_addr_equal(&a->dst, &b->dst);
}

static bool fits(const ct_expect *e, const ct_tuple *t)
{
  const ct_expect_spec *s = &e->spec;

  return !is_over(e) && same_destination(&s->tuple, t) && ((s->tuple.src_id ^ t->src_id) & s->mask_src_id) == 0 &&
         addr_equal_masked(&s->tuple.src, &t->src, &s->mask_src, &s->mask_src);
}

static bool is_same(const ct_expect_spec *a, const ct_expect_spec *b)
{
  return ct_tuple_equal(&a->tuple, &b->tuple) && a->mask_src_id == b->mask_src_id &&
         ct_addr_equal(&a->mask_src, &b->mask_src);
}

/* Two expectations clash where some packet would fit both. */
static bool clashes(const ct_expect_spec *a, const ct_expect_spec *b)
{
  return same_destination(&a->tuple, &b->tuple) &&
         ((a->tuple.src_id ^ b->tuple.src_id) & a->mask_src_id & b->mask_src_id) == 0 &&
         addr_equal_masked(&a->tuple.src, &b->tuple.src, &a->mask_src, &b->mask_src);
}

ct_expect *ct_expect_find(const ct_engine *engine, const ct_tuple *tuple)
{
  ct_expect *e;

  for (e = *ct_expect_chain(engine->expects, tuple); e != NULL; e = e->chain_next)
    if (fits(e, tuple))
      return e;
  return NULL;
}

static void child_adopt(ct_engine *engine, ct_entry *entry, const ct_expect *e)
{
  ct_ext *ext = ct_ext_need(engine, entry);

  entry->status |= CT_STATUS_EXPECTED;
  ext->master_tuple = e->family->tuple;
  ext->expected_helper = e->family->helper->name;
  ext->expected_by = e->spec.made_by;
  ext->expected_by_packet = e->made_by_packet;
  ext->helper = e->spec.child;
  if (ext->helper == NULL && engine->params.profile->child_gets_masters_helper &&
      e->family->helper != &ct_expect_by_rule)
    ext->helper = e->family->helper;
  if (ext->helper != NULL && engine->params.profile->helper_bit_on_every_helped_entry)
    entry->status |= CT_STATUS_HELPER;
  ct_master_adopt(engine, e->family->id, ext);
}

/* A walk through a chain takes those of its destination along that are over. */
static void chain_sweep(ct_engine *engine, const ct_tuple *tuple)
{
  ct_expect *e, *next;

  for (e = *ct_expect_chain(engine->expects, tuple); e != NULL; e = next) {
    ct_expect_family *f = e->family;

    next = e->chain_next;
    if (same_destination(&e->spec.tuple, tuple) && leaves_if_over(engine, e))
      ct_expect_family_tidy(engine->expects, f);
  }
}

/* The other half of a pair that was met. */
static void sibling_end(ct_engine *engine, ct_expect *e)
{
  if (ends_by_stamp(engine))
    end_by_stamp(engine, e);
  else
    ct_expect_remove(engine, e, CT_REASON_END_SIBLING);
}

static void trace_meeting(const ct_engine *engine, const ct_expect *e)
{
  engine->trace->has_met = true;
  view_fill(engine, e, engine->now_ns, &engine->trace->met);
}

/*
 * The other half of a call that is translated: no inverse of the one that was met, but the same master's. Where the
 * server's packet comes first, the kernel looks for call ids that it has not filled in, and the other half stays.
 */
static void translated_sibling_end(ct_engine *engine, uint64_t master_id, uint8_t dir)
{
  const ct_expect_family *f = ct_expect_family_get(engine->expects, master_id);
  ct_expect *e = NULL;

  if (f == NULL)
    return;
  if (dir == CT_ORIGINAL) {
    for (e = f->newest; e != NULL; e = e->family_next)
      if (e->spec.nat == CT_NAT_FOLLOW_PPTP && e->spec.nat_dir != dir)
        break;
  } else {
    ct_tuple unfilled = f->tuple;

    unfilled.proto = CT_PROTO_GRE;
    unfilled.src_id = unfilled.dst_id = 0;
    e = ct_expect_find(engine, &unfilled);
  }
  if (e != NULL)
    sibling_end(engine, e);
}

bool ct_expect_meet(ct_engine *engine, ct_entry *entry, const ct_tuple *original)
{
  uint64_t master_id;
  ct_expect_spec spec;
  ct_tuple inverse;
  ct_expect *e;
  bool pair;

  if (ends_by_stamp(engine))
    chain_sweep(engine, original);
  for (e = *ct_expect_chain(engine->expects, original); e != NULL; e = e->chain_next)
    if (!(e->spec.flags & CT_EXPECT_INACTIVE) && fits(e, original))
      break;
  if (e == NULL)
    return false;
  CT_TRACE(engine, trace_meeting(engine, e));
  child_adopt(engine, entry, e);
  engine->stats.expect_new++;
  spec = e->spec;
  master_id = e->family->id;
  pair = e->spec.pair && ct_tuple_invert(&e->spec.tuple, &inverse);
  if (!(e->spec.flags & CT_EXPECT_PERMANENT))
    ct_expect_remove(engine, e, CT_REASON_END_USED);
  if (spec.nat == CT_NAT_FOLLOW_PPTP)
    translated_sibling_end(engine, master_id, spec.nat_dir);
  else if (pair && (e = ct_expect_find(engine, &inverse)) != NULL)
    sibling_end(engine, e);
  if (spec.nat != 0)
    ct_nat_follow_expectation(engine, entry, &spec, master_id);
  return true;
}

/* --- announcing --- */

static ct_expect *family_oldest(const ct_expect_family *f, unsigned class_number)
{
  ct_expect *e, *oldest = NULL;

  for (e = f->newest; e != NULL; e = e->family_next)
    if (e->spec.class_number == class_number)
      oldest = e;
  return oldest;
}

static void family_sweep(ct_engine *engine, ct_expect_family *f)
{
  ct_expect *e, *next;

  for (e = f->newest; e != NULL; e = next) {
    next = e->family_next;
    leaves_if_over(engine, e);
  }
}

/* KERNELS K8: whether an expectation that is there is the one that is announced. */
static bool counts_as_same(const ct_profile *profile, const ct_expect *e, const ct_expect_family *f,
                           const ct_expect_spec *spec)
{
  return (e->family == f || (spec->skip_master && profile->expectation_same_of_any_master)) &&
         is_same(&e->spec, spec) && (e->spec.class_number == spec->class_number || !profile->expectations_by_class);
}

/* Spec 8.1 insertion, in the kernel's order: the same or a clash, then the class, then the whole table. */
static ct_expect_answer room_make(ct_engine *engine, ct_expect_family *f, const ct_expect_spec *spec)
{
  const ct_helper_class policy = ct_helper_policy(&engine->params, f->helper, spec->class_number);
  ct_expect_table *t = engine->expects;
  ct_expect *e;

  for (e = *ct_expect_chain(t, &spec->tuple); e != NULL; e = e->chain_next) {
    if (counts_as_same(engine->params.profile, e, f, spec)) {
      if (e->spec.class_number != spec->class_number || e->family != f)
        return CT_EXPECT_ALREADY;
      if (engine->params.profile->expectations_kept) {
        if (e->deadline_ns != INT64_MAX)
          ct_expect_renew(engine, e, false, policy.timeout_s);
        return CT_EXPECT_KEPT;
      }
      remove_at(engine, e, CT_REASON_END_REPLACED, engine->now_ns);
      break;
    }
    if (clashes(&e->spec, spec))
      return CT_EXPECT_BUSY;
  }
  if (policy.max_expected > 0 && f->expecting[spec->class_number] >= policy.max_expected)
    family_sweep(engine, f);
  if (policy.max_expected > 0 && f->expecting[spec->class_number] >= policy.max_expected)
    remove_at(engine, family_oldest(f, spec->class_number), CT_REASON_END_CLASS_FULL, engine->now_ns);
  return t->count >= engine->params.expect_max ? CT_EXPECT_FULL : CT_EXPECT_OK;
}

/* INT64_MAX: it has no timeout. */
static int64_t deadline_of_new(const ct_engine *engine, const ct_expect_family *f, const ct_expect_spec *spec)
{
  if (f->helper == &ct_expect_by_rule)
    return engine->now_ns + spec->timeout_s * CT_NS_PER_S;
  if (engine->params.profile->expectations_timeless && f->helper->once_timeless)
    return INT64_MAX;
  return engine->now_ns + ct_helper_policy(&engine->params, f->helper, spec->class_number).timeout_s * CT_NS_PER_S;
}

ct_expect_answer ct_expect_add(ct_engine *engine, ct_entry *master, const ct_expect_spec *announced, uint64_t packet)
{
  ct_expect_spec zoned = *announced, *spec = &zoned;
  ct_expect_family *f;
  ct_expect_answer answer;
  ct_expect *e;
  ct_tuple own;

  ct_table_tuple(&engine->table, master, CT_ORIGINAL, &own);
  zoned.tuple.zone = own.zone;
  if (ends_by_stamp(engine))
    chain_sweep(engine, &spec->tuple);
  f = ct_expect_family_need(engine, master);
  answer = room_make(engine, f, spec);
  if (answer == CT_EXPECT_KEPT)
    return CT_EXPECT_OK;
  if (answer != CT_EXPECT_OK) {
    engine->stats.expect_refused++;
    ct_expect_family_tidy(engine->expects, f);
    return answer;
  }
  e = g_new0(ct_expect, 1);
  e->spec = *spec;
  e->family = f;
  e->made_by_packet = packet;
  e->deadline_ns = deadline_of_new(engine, f, spec);
  e->fire_ns = fire_moment(engine, e->deadline_ns);
  ct_expect_link(engine->expects, e);
  engine->stats.expect_create++;
  if (engine->expects->count > engine->stats.expect_peak)
    engine->stats.expect_peak = engine->expects->count;
  event_send(engine, CT_EVENT_EXPECT_NEW, e, CT_REASON_NONE, engine->now_ns);
  return CT_EXPECT_OK;
}

/* --- looking --- */

void ct_engine_each_expect(const ct_engine *engine, void (*fn)(const ct_expect_view *view, void *user), void *user)
{
  const ct_expect *e;
  ct_expect_view view;

  for (e = engine->expects->oldest; e != NULL; e = e->newer) {
    if (is_over(e))
      continue;
    view_fill(engine, e, engine->now_ns, &view);
    fn(&view, user);
  }
}

void ct_expect_each_of(ct_engine *engine, const ct_entry *master, bool (*fn)(ct_engine *, ct_expect *, void *),
                       void *user)
{
  ct_expect_family *f = ct_expect_family_get(engine->expects, master->id);
  ct_expect *e, *next;

  for (e = f ? f->newest : NULL; e != NULL; e = next) {
    next = e->family_next;
    if (!fn(engine, e, user))
      return;
  }
}

static bool orphan_remove(ct_engine *engine, ct_expect *e, void *user)
{
  (void)user;
  ct_expect_remove(engine, e, CT_REASON_END_MASTER);
  return true;
}

void ct_expect_end_all(ct_engine *engine, const ct_entry *master)
{
  ct_expect_each_of(engine, master, orphan_remove, NULL);
}

const ct_expect_spec *ct_expect_spec_of(const ct_expect *e) { return &e->spec; }
const ct_tuple *ct_expect_tuple(const ct_expect *e) { return &e->spec.tuple; }
uint8_t ct_expect_class(const ct_expect *e) { return e->spec.class_number; }
uint64_t ct_expect_master(const ct_expect *e) { return e->family->id; }
const ct_helper *ct_expect_helper(const ct_expect *e) { return e->family->helper; }

bool ct_gre_key_any(const ct_engine *engine) { return ct_gre_keys_any(engine->expects->keys); }

uint16_t ct_gre_key_find(const ct_engine *engine, const ct_tuple *tuple)
{
  return ct_gre_keys_find(engine->expects->keys, tuple);
}

bool ct_gre_key_add(ct_engine *engine, uint64_t master_id, ct_dir dir, const ct_tuple *tuple)
{
  return ct_gre_keys_add(engine->expects->keys, master_id, dir, tuple);
}

void ct_gre_key_drop(ct_engine *engine, uint64_t master_id) { ct_gre_keys_drop(engine->expects->keys, master_id); }
