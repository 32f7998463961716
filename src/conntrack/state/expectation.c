/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expectations in order of creation, from which their chains and families follow, and PPTP's keys. */
#include "conntrack/expect/gre_key.h"
#include "conntrack/helper/list.h"
#include "conntrack/master.h"
#include "conntrack/nat/help.h"
#include "conntrack/state/parts.h"

#define AFTER_MOST_NS ((INT64_C(1) << 32) * CT_NS_PER_S) /* a registration's, whose seconds have 32 bits */
#define LATE_MOST_NS (AFTER_MOST_NS / 4)                 /* the kernel's wheel is an eighth late at most, or a tick */

/* A byte. */
enum { IS_TIMELESS = 1 << 0, SKIPS_MASTER = 1 << 1, IS_PAIR = 1 << 2, IS_OVER = 1 << 3, IS_EVERYTHING = 15 };

/* Its time has passed, but nobody has come by it yet (KERNELS K8, expectations that end by a stamp). */
static bool is_over(const ct_expect_record *r) { return r->fire_ns == INT64_MAX && r->deadline_ns != INT64_MAX; }

static void io_record(ct_state_io *io, const ct_engine *engine, ct_expect_record *r, uint64_t before_id)
{
  ct_expect_spec *s = &r->spec;
  uint64_t id = r->id - before_id, late = (uint64_t)r->fire_ns - (uint64_t)r->deadline_ns;
  uint8_t is = (uint8_t)((r->deadline_ns == INT64_MAX ? IS_TIMELESS : 0) | (s->skip_master ? SKIPS_MASTER : 0) |
                         (s->pair ? IS_PAIR : 0) | (is_over(r) ? IS_OVER : 0));

  io_varint(io, &id, UINT64_MAX);
  r->id = before_id + id;
  io_var64(io, &r->master_id);
  ct_state_io_tuple(io, &s->tuple);
  io_bytes(io, s->mask_src.bytes, s->tuple.family == CT_IPV6 ? 16 : 4);
  io_u16(io, &s->mask_src_id);
  io_u8(io, &s->class_number);
  io_u8(io, &s->flags);
  ct_state_io_helper(io, &s->child);
  ct_state_io_word(io, &s->made_by);
  io_var64(io, &r->made_by_packet);
  io_u8(io, &is);
  io_u8(io, &s->nat);
  if (s->nat != 0) {
    io_u8(io, &s->nat_dir);
    io_bytes(io, s->saved.bytes, sizeof(s->saved.bytes));
    io_u16(io, &s->saved_id);
  }
  if (s->nat >= CT_NAT_FOLLOW_COUNT || s->nat_dir > CT_REPLY)
    ct_state_fail(io, "an expectation is translated in a way that there is not");
  s->skip_master = is & SKIPS_MASTER;
  s->pair = is & IS_PAIR;
  if (is & ~IS_EVERYTHING)
    ct_state_fail(io, "an expectation is of a kind that there is not");
  if (is & IS_TIMELESS) {
    r->deadline_ns = r->fire_ns = INT64_MAX;
    return;
  }
  io_near64(io, &r->deadline_ns, engine->now_ns);
  if (is & IS_OVER) {
    r->fire_ns = INT64_MAX;
    return;
  }
  io_varint(io, &late, LATE_MOST_NS);
  r->fire_ns = (int64_t)((uint64_t)r->deadline_ns + late);
  if (r->deadline_ns == INT64_MAX)
    ct_state_fail(io, "an expectation ends at no moment");
}

typedef struct writer {
  ct_state_io *io;
  const ct_engine *engine;
  uint64_t n;
} writer;

static void put_record(const ct_expect_record *record, void *user)
{
  writer *w = user;
  ct_expect_record copy = *record;

  io_record(w->io, w->engine, &copy, w->n);
  w->n = record->id;
}

void ct_state_put_expectations(ct_state_io *io, const ct_engine *engine)
{
  writer w = { io, engine, 0 };

  ct_expect_each_record(engine, put_record, &w);
}

/* ---- reading ---- */

static const char *times_fault(const ct_engine *engine, const ct_expect_record *r, const ct_helper *helper)
{
  __int128 left = (__int128)r->deadline_ns - engine->now_ns;

  if (r->deadline_ns == INT64_MAX)
    return engine->params.profile->expectations_timeless && helper->once_timeless
             ? NULL
             : "an expectation has no end, and its kind has one";
  if (is_over(r) && engine->params.profile->expectation_end == CT_EXPECTATION_STAMP && left <= AFTER_MOST_NS)
    return NULL;
  if (left > AFTER_MOST_NS || left < -(__int128)LATE_MOST_NS || r->fire_ns <= engine->now_ns ||
      (engine->params.gc == CT_GC_EXACT && r->fire_ns != r->deadline_ns))
    return "an expectation ends at an impossible moment";
  return NULL;
}

static const char *fault_of(const ct_engine *engine, const ct_entry *master, const ct_expect_record *r,
                            uint64_t before_id, uint64_t last_id)
{
  const ct_helper *helper = master != NULL ? ct_ext_get(engine, master)->helper : NULL;
  const ct_expect_spec *s = &r->spec;
  ct_helper_class policy;

  if (r->id <= before_id || r->id > last_id)
    return "expectations are not numbered in their order";
  if (master != NULL && helper == NULL && s->made_by != NULL && strcmp(s->made_by, CT_EXPECT_BY_RULE) == 0 &&
      s->class_number == 0)
    helper = &ct_expect_by_rule;
  if (helper == NULL)
    return "an expectation has no master, or one without a helper";
  if (helper != &ct_expect_by_rule &&
      (s->class_number >= CT_HELPER_CLASSES || helper->classes[s->class_number].timeout_s == 0))
    return "an expectation is of a class that its helper does not have";
  policy = ct_helper_policy(&engine->params, helper, s->class_number);
  if (policy.max_expected != 0 && ct_expect_of_class(engine, master, s->class_number) >= policy.max_expected)
    return "a master expects more than its helper allows";
  if (s->flags & ~(CT_EXPECT_PERMANENT | CT_EXPECT_INACTIVE) || s->made_by == NULL)
    return "an expectation is of a kind that there is not";
  if (ct_expect_count(engine) >= engine->params.expect_max)
    return "there are more expectations than expect_max";
  return times_fault(engine, r, helper);
}

static uint64_t spec_hash(const ct_expect_spec *s)
{
  return ct_hash_words(ct_hash_words(s->mask_src.halves[0] ^ s->tuple.src.halves[0], s->mask_src.halves[1]),
                       (uint64_t)ct_tuple_hash(&s->tuple) << 16 | s->mask_src_id);
}
static guint hash_record(gconstpointer record) { return (guint)spec_hash(&((const ct_expect_record *)record)->spec); }
static gboolean same_record(gconstpointer a, gconstpointer b)
{
  const ct_expect_spec *sa = &((const ct_expect_record *)a)->spec, *sb = &((const ct_expect_record *)b)->spec;

  return ct_tuple_equal(&sa->tuple, &sb->tuple) && ct_addr_equal(&sa->mask_src, &sb->mask_src) &&
         sa->mask_src_id == sb->mask_src_id;
}

void ct_state_get_expectations(ct_state_io *io, ct_engine *engine, uint64_t n)
{
  GHashTable *seen = g_hash_table_new_full(hash_record, same_record, g_free, NULL);
  uint64_t i, before_id = 0, last_id = ct_expect_last_id(engine);

  for (i = 0; i < n && !io->failed; i++) {
    ct_expect_record r;
    ct_entry *master;
    const char *fault;

    memset(&r, 0, sizeof(r));
    io_record(io, engine, &r, before_id);
    if (io->failed)
      break;
    master = ct_master_find(engine, r.master_id);
    fault = fault_of(engine, master, &r, before_id, last_id);
    if (fault == NULL && !g_hash_table_add(seen, g_memdup2(&r, sizeof(r))))
      fault = "the same is expected twice";
    if (fault == NULL)
      ct_expect_restore(engine, master, &r);
    else
      ct_state_fail(io, "%s", fault);
    before_id = r.id;
  }
  ct_expect_set_last_id(engine, last_id);
  g_hash_table_unref(seen);
}

/* ---- GRE keys ---- */

static void io_key(ct_state_io *io, uint64_t *master_id, uint8_t *dir, ct_tuple *tuple)
{
  io_var64(io, master_id);
  io_u8(io, dir);
  ct_state_io_tuple(io, tuple);
}

static void count_key(uint64_t master_id, ct_dir dir, const ct_tuple *tuple, void *user)
{
  (void)master_id;
  (void)dir;
  (void)tuple;
  ((writer *)user)->n++;
}

static void put_key(uint64_t master_id, ct_dir dir, const ct_tuple *tuple, void *user)
{
  uint8_t direction = (uint8_t)dir;
  ct_tuple copy = *tuple;

  io_key(((writer *)user)->io, &master_id, &direction, &copy);
}

void ct_state_put_gre_keys(ct_state_io *io, const ct_engine *engine)
{
  writer w = { io, engine, 0 };

  ct_gre_keys_each(ct_expect_gre_keys(engine), count_key, &w);
  io_var64(io, &w.n);
  ct_gre_keys_each(ct_expect_gre_keys(engine), put_key, &w);
}

void ct_state_get_gre_keys(ct_state_io *io, ct_engine *engine)
{
  uint64_t i, n = 0;

  io_var64(io, &n);
  for (i = 0; i < n && !io->failed; i++) {
    ct_entry *master;
    uint64_t master_id = 0;
    ct_tuple tuple;
    uint8_t dir = 0;

    memset(&tuple, 0, sizeof(tuple));
    io_key(io, &master_id, &dir, &tuple);
    if (io->failed)
      return;
    master = ct_master_find(engine, master_id);
    if (dir > CT_REPLY || master == NULL || ct_ext_get(engine, master)->helper != &ct_helper_pptp ||
        tuple.proto != CT_PROTO_GRE)
      ct_state_fail(io, "a call's key belongs to no PPTP connection");
    else if (ct_gre_keys_has(ct_expect_gre_keys(engine), master_id, (ct_dir)dir))
      ct_state_fail(io, "a PPTP connection has two keys for one direction");
    else
      ct_gre_key_add(engine, master_id, (ct_dir)dir, &tuple);
  }
}
