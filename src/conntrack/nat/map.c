/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings: set up, asked, and taken back (NAT 3, 7, 13). */
#include "conntrack/nat/internal.h"

#include "conntrack/proto/proto.h"

struct ct_nat *ct_nat_need(ct_engine *engine)
{
  if (engine->nat == NULL) {
    engine->nat = g_new0(struct ct_nat, 1);
    engine->nat->payload = g_byte_array_new();
    /* Any value but 0, and each seed another one. */
    engine->nat->random = ct_buckets_stir(UINT64_C(0x9e3779b97f4a7c15), engine->params.hash_seed) | 1;
  }
  return engine->nat;
}

void ct_nat_free(struct ct_nat *nat)
{
  if (nat == NULL)
    return;
  g_byte_array_unref(nat->payload);
  ct_nat_clear_sources(nat);
  g_free(nat);
}

void ct_engine_nat(ct_engine *engine, uint8_t family)
{
  struct ct_nat *nat = engine->nat;

  /* Said of each packet. */
  if (G_LIKELY(nat != NULL && (family == CT_IPV6 ? nat->ipv6 : nat->ipv4)))
    return;
  nat = ct_nat_need(engine);
  *(family == CT_IPV6 ? &nat->ipv6 : &nat->ipv4) = true;
}

void ct_engine_nat_draws(ct_engine *engine, ct_nat_draw_fn draw, void *user)
{
  struct ct_nat *nat = ct_nat_need(engine);

  nat->draw = draw;
  nat->draw_user = user;
}

bool ct_nat_set_up(ct_engine *engine, ct_entry *entry, ct_nat_manip manip, const ct_nat_range *range)
{
  ct_nat_wish wish = { .manip = manip, .range = range };
  ct_tuple reply, current, chosen;

  if (entry->status & CT_STATUS_CONFIRMED)
    return true;
  if (entry->status & ct_nat_done_bit(manip))
    return false;
  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &wish.original);
  current = wish.original;
  if (entry->traits & CT_ENTRY_KEYED) {
    ct_table_tuple(&engine->table, entry, CT_REPLY, &reply);
    ct_tuple_invert(&reply, &current);
  }
  if (manip == CT_NAT_SRC)
    wish.source_hash = ct_nat_source_hash(&wish.original);
  ct_nat_choose(engine, entry, &wish, &current, &chosen);
  if (!ct_tuple_equal(&chosen, &current)) {
    ct_tuple_invert(&chosen, &reply);
    ct_table_set_reply(&engine->table, entry, &reply);
    entry->status |= manip == CT_NAT_SRC ? CT_STATUS_SRC_NAT : CT_STATUS_DST_NAT;
    if (manip == CT_NAT_SRC && chosen.family == CT_IPV4)
      engine->nat->gives = chosen.src.v4;
  }
  if (manip == CT_NAT_SRC)
    ct_nat_link_hashed(engine, entry, wish.source_hash);
  entry->status |= ct_nat_done_bit(manip);
  return true;
}

ct_nat_how ct_engine_nat_how(const ct_engine *engine)
{
  return engine->nat != NULL ? (ct_nat_how)engine->nat->how : CT_NAT_HOW_NONE;
}

const char *ct_nat_how_words(ct_nat_how how)
{
  static const char *const words[] = {
#define X(name, words) words,
    CT_NAT_HOW_LIST(X)
#undef X
  };

  return words[how];
}

bool ct_passage_nat_is_done(const ct_passage *passage, ct_nat_manip manip)
{
  return passage->entry->status & ct_nat_done_bit(manip);
}

bool ct_passage_nat(ct_engine *engine, ct_passage *passage, ct_nat_manip manip, const ct_nat_range *range)
{
  g_assert(engine->packet != NULL && engine->packet == passage->packet && engine->nat != NULL);
  return ct_nat_set_up(engine, passage->entry, manip, range);
}

bool ct_passage_is_sure(const ct_engine *engine, const ct_passage *passage)
{
  return passage->entry->traits & CT_ENTRY_ALONE && passage->entry->ext == 0 && !engine->buckets.active;
}

void ct_passage_nat_inferred(ct_passage *passage) { passage->entry->traits |= CT_ENTRY_INFERRED; }

bool ct_passage_nat_null(ct_engine *engine, ct_passage *passage, ct_nat_manip manip)
{
  ct_nat_range range = { .flags = CT_NAT_ADDRESSES };
  ct_entry *entry = passage->entry;
  ct_tuple reply;

  if (manip == CT_NAT_DST && !(entry->status & (CT_STATUS_CONFIRMED | CT_STATUS_DST_NAT_DONE)) &&
      ct_nat_has_ids(entry->proto)) {
    ct_nat_keep_destination(engine, entry);
    entry->status |= CT_STATUS_DST_NAT_DONE;
    return true;
  }
  ct_table_tuple(&engine->table, passage->entry, CT_REPLY, &reply);
  range.min = range.max = manip == CT_NAT_SRC ? reply.dst : reply.src;
  return ct_passage_nat(engine, passage, manip, &range);
}

/* An entry's direction and a hook share a bit: what SRC changes one way, DST undoes the other way. */
static bool is_changed(uint16_t status, ct_dir dir, ct_nat_manip manip)
{
  return status & ((manip == CT_NAT_SRC) == (dir == CT_ORIGINAL) ? CT_STATUS_SRC_NAT : CT_STATUS_DST_NAT);
}

bool ct_nat_target(const ct_engine *engine, const ct_entry *entry, ct_dir dir, ct_nat_manip manip, ct_tuple *target)
{
  ct_tuple other;

  if (!is_changed(entry->status, dir, manip))
    return false;
  ct_table_tuple(&engine->table, entry, dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL, &other);
  ct_tuple_invert(&other, target);
  return true;
}

bool ct_passage_nat_target(const ct_engine *engine, const ct_passage *passage, ct_dir dir, ct_nat_manip manip,
                           ct_tuple *target)
{
  const struct ct_nat *nat = engine->nat;

  if (passage->entry != NULL)
    return ct_nat_target(engine, passage->entry, dir, manip, target);
  if (nat == NULL || passage->result.conn == 0 || nat->ended_id != passage->result.conn ||
      !is_changed(nat->ended_status, dir, manip))
    return false;
  ct_tuple_invert(&nat->ended[dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL], target);
  return true;
}

static __attribute__((noinline)) uint32_t mapped_destination(const ct_engine *engine, const ct_entry *entry)
{
  ct_tuple reply;

  ct_table_tuple(&engine->table, entry, CT_REPLY, &reply);
  return reply.src.v4;
}

bool ct_passage_nat_goes(const ct_engine *engine, const ct_passage *passage, uint32_t *to, uint32_t *device)
{
  const unsigned whole = CT_NAT_BOTH_DONE | CT_STATUS_HELPER | CT_STATUS_SEQ_ADJUST;
  const ct_entry *entry = passage->entry;

  if (entry == NULL || passage->result.cls != CT_CLASS_ESTABLISHED || entry->traits & CT_ENTRY_IPV6 ||
      (entry->status & whole) != CT_NAT_BOTH_DONE)
    return false;
  *to = passage->packet->tuple.dst.v4;
  *device = 0;
  if (passage->result.dir == CT_REPLY) {
    if (entry->status & CT_STATUS_SRC_NAT)
      *to = entry->addr[0];
    return true;
  }
  if (entry->status & CT_STATUS_DST_NAT)
    *to = mapped_destination(engine, entry);
  *device = ct_table_device(&engine->table, entry);
  return true;
}

void ct_nat_inner_target(const ct_engine *engine, const ct_entry *entry, ct_dir dir, ct_tuple *target)
{
  ct_table_tuple(&engine->table, entry, dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL, target);
}

bool ct_nat_is_undone(const ct_engine *engine, const ct_packet *packet)
{
  const ct_entry *entry;
  ct_tuple inverse, reply;
  ct_dir dir = CT_ORIGINAL;

  if (!ct_table_has_keys(&engine->table) || !ct_tuple_invert(&packet->tuple, &inverse) ||
      (engine->nat != NULL && engine->nat->answers_nobody == packet->number && packet->number != 0))
    return false;
  entry = ct_table_find(&engine->table, &inverse, packet->hash, &dir);
  if (entry == NULL || dir != CT_ORIGINAL || !(entry->traits & CT_ENTRY_KEYED) || entry->id == 0 ||
      ct_core_is_expired(engine, entry))
    return false;
  ct_table_tuple(&engine->table, entry, CT_REPLY, &reply);
  return ct_tuple_is_translated(&inverse, &reply);
}

uint16_t ct_nat_status(const ct_entry *entry) { return entry->status; }

uint32_t ct_nat_device(const ct_engine *engine, const ct_entry *entry)
{
  return engine->nat != NULL && entry->status & CT_STATUS_SRC_NAT_DONE ? ct_table_device(&engine->table, entry) : 0;
}

void ct_nat_set_device(ct_engine *engine, ct_entry *entry, uint32_t device)
{
  if (device != 0 && entry->status & CT_STATUS_SRC_NAT_DONE)
    ct_table_set_device(&engine->table, entry, device);
}

void ct_passage_nat_set_device(ct_engine *engine, ct_passage *passage, uint32_t device)
{
  ct_nat_set_device(engine, passage->entry, device);
}

void ct_engine_nat_address_gone(ct_engine *engine, uint32_t device, const ct_addr *address)
{
  uint32_t n, i, *order;

  g_assert(engine->packet == NULL && !engine->in_watcher);
  order = ct_table_in_order(&engine->table, &n);
  for (i = 0; device != 0 && i < n; i++) {
    ct_entry *entry = ct_table_entry(&engine->table, order[i]);
    ct_tuple reply;

    if (entry->id == 0 || ct_nat_device(engine, entry) != device)
      continue;
    ct_table_tuple(&engine->table, entry, CT_REPLY, &reply);
    if (address == NULL || ct_addr_equal(&reply.dst, address))
      ct_core_destroy(engine, entry, CT_REASON_END_DEVICE);
  }
  g_free(order);
}

void ct_passage_nat_end(ct_engine *engine, ct_passage *passage)
{
  /* As the kernel ends it by nf_ct_kill_acct: the packet counts once more. */
  if (passage->entry->traits & CT_ENTRY_COUNTED)
    ct_counter_add(&passage->entry->counter[CT_ORIGINAL], passage->packet->length);
  ct_core_destroy(engine, passage->entry, CT_REASON_END_DEVICE);
  passage->entry = NULL;
  passage->result.entry = NULL;
}
