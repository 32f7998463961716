/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries by their original source: one source keeps one mapping towards all destinations (NAT 4, step 1). */
#include "conntrack/nat/internal.h"

enum { FIRST_HEADS = 256 };

uint32_t ct_nat_source_hash(const ct_tuple *original)
{
  uint64_t end = ct_hash_end(&original->src, original->src_id, original->family);

  return (uint32_t)(ct_hash_words(end, (uint64_t)original->proto << 16 | original->zone) *
                      UINT64_C(0x9e3779b97f4a7c15) >>
                    32);
}

static uint32_t *head_of(const struct ct_nat *nat, uint32_t hash) { return &nat->heads[hash & (nat->n_heads - 1)]; }

static void put(struct ct_nat *nat, ct_key *keys, uint32_t number)
{
  ct_key *link = &keys[number];
  uint32_t *head = head_of(nat, link->source_hash);

  link->before = 0;
  link->next = *head;
  if (link->next != 0)
    keys[link->next].before = number;
  *head = number;
}

/* Twice as many chains. Each is taken from its oldest on, so that the newest stays first. */
static void grow(ct_engine *engine)
{
  struct ct_nat *nat = engine->nat;
  ct_key *keys = engine->table.keys;
  uint32_t *old = nat->heads, n = nat->n_heads, i, number, before;

  nat->n_heads = n != 0 ? n * 2 : FIRST_HEADS;
  nat->heads = g_new0(uint32_t, nat->n_heads);
  for (i = 0; i < n; i++) {
    for (number = old[i]; number != 0 && keys[number].next != 0; number = keys[number].next)
      continue;
    for (; number != 0; number = before) {
      before = keys[number].before;
      put(nat, keys, number);
    }
  }
  g_free(old);
}

void ct_nat_link_hashed(ct_engine *engine, const ct_entry *entry, uint32_t hash)
{
  ct_key *key = ct_table_key(&engine->table, entry);
  struct ct_nat *nat = engine->nat;

  if (nat->n_linked >= nat->n_heads)
    grow(engine);
  key->device = 0;
  key->source_hash = hash;
  put(nat, engine->table.keys, ct_table_number(&engine->table, entry));
  nat->n_linked++;
}

void ct_nat_link_source(ct_engine *engine, const ct_entry *entry)
{
  ct_tuple original;

  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &original);
  ct_nat_link_hashed(engine, entry, ct_nat_source_hash(&original));
}

void ct_nat_forget(ct_engine *engine, const ct_entry *entry)
{
  struct ct_nat *nat = engine->nat;
  ct_key *keys = engine->table.keys;
  const ct_key *link;

  if (entry->status & CT_NAT_BITS) {
    nat->ended_id = entry->id;
    nat->ended_status = entry->status;
    ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &nat->ended[CT_ORIGINAL]);
    ct_table_tuple(&engine->table, entry, CT_REPLY, &nat->ended[CT_REPLY]);
  } else if (nat->ended_id == entry->id) {
    nat->ended_id = 0; /* a dropped packet's entry had this id before */
  }
  if (!(entry->status & CT_STATUS_SRC_NAT_DONE))
    return;
  link = &keys[ct_table_number(&engine->table, entry)];
  if (link->next != 0)
    keys[link->next].before = link->before;
  if (link->before != 0)
    keys[link->before].next = link->next;
  else
    *head_of(nat, link->source_hash) = link->next;
  nat->n_linked--;
}

uint32_t ct_nat_same_source(const ct_engine *engine, const ct_tuple *original, uint32_t hash, uint32_t after)
{
  const struct ct_nat *nat = engine->nat;
  const ct_key *keys = engine->table.keys;
  uint32_t number;

  if (nat->n_heads == 0)
    return 0;
  for (number = after != 0 ? keys[after].next : *head_of(nat, hash); number != 0; number = keys[number].next) {
    ct_tuple own;

    if (keys[number].source_hash != hash)
      continue;
    ct_table_tuple(&engine->table, ct_table_entry(&engine->table, number), CT_ORIGINAL, &own);
    if (own.family == original->family && own.proto == original->proto && own.zone == original->zone &&
        own.src_id == original->src_id && ct_addr_equal(&own.src, &original->src))
      return number;
  }
  return 0;
}

void ct_nat_prefetch(const ct_engine *engine, const ct_packet *packets, const uint32_t *hints, size_t n)
{
  const struct ct_nat *nat = engine->nat;
  const uint32_t *heads[CT_PREFETCH_MOST];
  size_t i, n_new = 0;

  if (nat->n_heads == 0)
    return;
  for (i = 0; i < n; i++) {
    if (hints[i] != 0 || packets[i].kind != CT_PACKET_TRACK)
      continue;
    heads[n_new] = head_of(nat, ct_nat_source_hash(&packets[i].tuple));
    ct_pages_fetch(heads[n_new++]);
    if (nat->gives != 0 && packets[i].tuple.family == CT_IPV4) {
      ct_tuple guess = packets[i].tuple;

      guess.src.v4 = nat->gives;
      ct_table_prefetch_slot(&engine->table, ct_tuple_hash(&guess));
    }
  }
  for (i = 0; i < n_new; i++)
    ct_pages_fetch(&engine->table.keys[*heads[i]]);
}

uint64_t ct_nat_memory_bytes(const struct ct_nat *nat)
{
  if (nat == NULL)
    return 0;
  return (uint64_t)nat->n_heads * sizeof(uint32_t);
}
