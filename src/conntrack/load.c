/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/load.h"

#include "conntrack/helper/list.h"
#include "conntrack/master.h"
#include "conntrack/nat/internal.h"
#include "conntrack/proto/proto.h"

enum { KEPT = CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED | CT_STATUS_FIXED_TIMEOUT };
/* conntrack(8) says so of what it loads, since nobody can know the scales of the windows any more. */
enum { LOADED_FLAGS = CT_TCP_FLAG_SACK_PERM | CT_TCP_FLAG_BE_LIBERAL };
enum { DONE = CT_STATUS_SRC_NAT_DONE | CT_STATUS_DST_NAT_DONE };

/* => NULL, or why these are not the two directions of one connection; own_key: the reply is not the inverse. */
static const char *fault_of(const ct_loaded *l, bool *own_key)
{
  const ct_tuple *original = &l->tuple[CT_ORIGINAL], *reply = &l->tuple[CT_REPLY];
  ct_tuple inverse;

  if (original->family != reply->family || original->proto != reply->proto)
    return "its two directions are of two kinds";
  if (ct_tuple_is_icmp_answer(original))
    return "it begins with an answer";
  if (!ct_tuple_invert(reply, &inverse))
    return "nothing answers what it begins with";
  if (ct_tuple_is_icmp(&inverse) && inverse.dst_id != original->dst_id)
    return "its two directions are of two kinds";
  *own_key = original->zone != 0 || reply->zone != 0 || !ct_tuple_equal(&inverse, original);
  return NULL;
}

static bool is_there(const ct_engine *engine, const ct_loaded *l, bool own_key)
{
  ct_tuple back = l->tuple[CT_REPLY];
  ct_dir dir = CT_ORIGINAL;

  if (ct_table_find(&engine->table, &l->tuple[CT_ORIGINAL], ct_tuple_hash(&l->tuple[CT_ORIGINAL]), &dir) != NULL)
    return true;
  /* Where no reply is but the inverse, who has the one tuple has the other. */
  if (!own_key && !engine->table.keyed)
    return false;
  if (ct_tuple_is_icmp(&back)) /* which is found by what it answers */
    ct_tuple_invert(&l->tuple[CT_REPLY], &back);
  dir = CT_REPLY;
  return ct_table_find(&engine->table, &back, ct_tuple_hash(&back), &dir) != NULL;
}

/* Each end that a reply does not come back from, or go back to, has been translated. */
static uint16_t translation_of(const ct_loaded *l)
{
  const ct_tuple *o = &l->tuple[CT_ORIGINAL], *r = &l->tuple[CT_REPLY];
  ct_tuple inverse;
  uint16_t bits = 0;

  ct_tuple_invert(r, &inverse);
  if (!ct_addr_equal(&inverse.src, &o->src) || inverse.src_id != o->src_id)
    bits |= CT_STATUS_SRC_NAT;
  if (!ct_addr_equal(&inverse.dst, &o->dst) || inverse.dst_id != o->dst_id)
    bits |= CT_STATUS_DST_NAT;
  return bits;
}

static void set_counter(ct_counter *counter, uint64_t packets, uint64_t bytes)
{
  *counter = (ct_counter){ .packets_low = (uint32_t)packets,
                           .bytes_low = (uint32_t)bytes,
                           .packets_high = (uint16_t)(packets >> 32),
                           .bytes_high = (uint16_t)(bytes >> 32) };
}

static void set_extension(ct_engine *engine, ct_entry *entry, const ct_loaded *l)
{
  const ct_helper *helper = l->helper != NULL ? ct_helper_find(l->helper) : NULL;
  ct_ext *ext;

  if (helper != NULL && !ct_helper_suits(helper, &l->tuple[CT_ORIGINAL]))
    helper = NULL;
  if (helper == NULL && l->mark == 0 && l->secmark == 0)
    return;
  ext = ct_ext_need(engine, entry);
  ext->mark = l->mark;
  ext->secmark = l->secmark;
  if (helper == NULL)
    return;
  ext->helper = helper;
  if (helper->state_bytes > 0)
    ext->helper_state = g_malloc0(helper->state_bytes);
  entry->status |= CT_STATUS_HELPER;
}

static void fill(ct_engine *engine, ct_entry *entry, const ct_loaded *l)
{
  const ct_proto *proto;
  int dir;

  entry->status = (uint16_t)(CT_STATUS_CONFIRMED | (l->status & KEPT));
  proto = ct_proto_of_entry(engine->params.profile, entry);
  entry->state = l->state < proto->n_states ? l->state : 0;
  if (proto->number == CT_PROTO_TCP) {
    entry->l4.tcp.timeout = (uint8_t)(proto->first_timeout + entry->state);
    entry->l4.tcp.flags[CT_ORIGINAL] = entry->l4.tcp.flags[CT_REPLY] = LOADED_FLAGS;
  }
  if (proto->number == CT_PROTO_SCTP)
    entry->l4.sctp.timeout = (uint8_t)(proto->first_timeout + entry->state);
  if (l->counted)
    entry->traits |= CT_ENTRY_COUNTED;
  for (dir = 0; l->counted && dir < 2; dir++)
    set_counter(&entry->counter[dir], l->packets[dir], l->bytes[dir]);
  entry->created_ns = MIN(l->created_ns, engine->now_ns);
  entry->deadline_ns = engine->now_ns + l->timeout_ns;
  entry->id = ++engine->last_id;
}

static void translate(ct_engine *engine, ct_entry *entry, const ct_loaded *l, bool own_key)
{
  uint16_t bits = own_key ? translation_of(l) : 0;

  if (own_key)
    ct_table_set_reply(&engine->table, entry, &l->tuple[CT_REPLY]);
  if (bits != 0)
    ct_engine_nat(engine, l->tuple[CT_ORIGINAL].family);
  if (engine->nat == NULL)
    return;
  /* Nobody is asked again how it is to be translated. */
  entry->status |= (uint16_t)(bits | DONE);
  ct_nat_link_source(engine, entry);
}

void ct_engine_load_soon(const ct_engine *engine, const ct_tuple tuple[2])
{
  ct_table_prefetch_slot(&engine->table, ct_tuple_hash(&tuple[CT_ORIGINAL]));
  if (!engine->buckets.active)
    return;
  ct_buckets_prefetch(&engine->buckets, ct_buckets_index(&engine->buckets, &tuple[CT_ORIGINAL]));
  ct_buckets_prefetch(&engine->buckets, ct_buckets_index(&engine->buckets, &tuple[CT_REPLY]));
}

const char *ct_engine_load(ct_engine *engine, const ct_loaded *l)
{
  bool own_key = false;
  const char *fault = fault_of(l, &own_key);
  uint32_t at[2] = { 0, 0 };
  ct_entry *entry;

  if (fault != NULL)
    return fault;
  if (is_there(engine, l, own_key))
    return "another entry has its tuple";
  if (l->timeout_ns <= 0)
    return "its time has run out";
  if (engine->params.max != 0 && engine->count >= engine->params.max)
    return "the table is full";
  ct_core_count_add(engine, 1);
  entry = ct_table_take(&engine->table, &l->tuple[CT_ORIGINAL]);
  fill(engine, entry, l);
  translate(engine, entry, l, own_key);
  set_extension(engine, entry, l);
  ct_table_insert(&engine->table, entry, ct_tuple_hash(&l->tuple[CT_ORIGINAL]));
  if (engine->buckets.active) {
    ct_buckets_of_entry(&engine->buckets, &engine->table, entry, at);
    ct_buckets_insert(&engine->buckets, &engine->table, entry, at);
  }
  if (engine->params.gc == CT_GC_EXACT)
    ct_timer_arm(&engine->timer, entry, ct_table_number(&engine->table, entry), engine->now_ns);
  if (entry->ext != 0)
    ct_ext_own(engine, entry);
  engine->stats.begun++;
  engine->stats.created++;
  ct_core_note_peak(engine);
  return NULL;
}

const char *ct_engine_load_expect(ct_engine *engine, const ct_loaded_expect *l)
{
  ct_dir dir = CT_ORIGINAL;
  ct_entry *master = ct_table_find(&engine->table, &l->master, ct_tuple_hash(&l->master), &dir);
  const ct_ext *ext = master != NULL ? ct_ext_get(engine, master) : NULL;
  ct_expect_record record = { .id = ct_expect_last_id(engine) + 1 };

  if (ext == NULL || ext->helper == NULL)
    return "its master is not there, or has no helper";
  if (l->class_number >= CT_HELPER_CLASSES)
    return "its helper has no such class";
  if (l->tuple.family != l->mask.family || l->timeout_ns < 0)
    return "it cannot be met";
  record.master_id = master->id;
  record.spec = (ct_expect_spec){ .tuple = l->tuple,
                                  .mask_src = l->mask.src,
                                  .mask_src_id = l->mask.src_id,
                                  .class_number = (uint8_t)l->class_number,
                                  .flags = (uint8_t)(l->flags & (CT_EXPECT_PERMANENT | CT_EXPECT_INACTIVE)) };
  record.deadline_ns = record.fire_ns = engine->now_ns + l->timeout_ns;
  ct_expect_restore(engine, master, &record);
  ct_expect_set_last_id(engine, record.id);
  engine->stats.expect_create++;
  engine->stats.expect_peak = MAX(engine->stats.expect_peak, (uint64_t)ct_expect_count(engine));
  return NULL;
}
