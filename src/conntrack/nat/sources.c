/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries by their original source: one source keeps one mapping towards all destinations (NAT 4, step 1). */
#include "conntrack/nat/internal.h"

enum { FIRST_SLOTS = 256 };

uint32_t ct_nat_source_hash(const ct_tuple *original)
{
  uint64_t end = ct_hash_end(&original->src, original->src_id, original->family);

  return (uint32_t)(ct_hash_words(end, (uint64_t)original->proto << 16 | original->zone) *
                      UINT64_C(0x9e3779b97f4a7c15) >>
                    32);
}

/*
 * An index of slots, one for each hash of a source, over the newest entry that has it. Most sources have one entry, and
 * then nothing else is read or written; those of one hash hang together by their links.
 */
struct ct_nat_link {
  uint32_t next, before; /* older and newer; 0: none */
};

/* => where the hash's slot is, or would be: an empty one. */
static inline uint32_t slot_of(const struct ct_nat *nat, uint32_t hash)
{
  uint32_t at = hash & nat->source_mask;

  while (nat->sources[at].number != 0 && nat->sources[at].hash != hash)
    at = (at + 1) & nat->source_mask;
  return at;
}

static __attribute__((noinline)) void grow_sources(struct ct_nat *nat)
{
  uint32_t n = nat->sources != NULL ? nat->source_mask + 1 : 0, i;
  ct_slot *old = nat->sources;

  nat->source_mask = MAX(n * 2, FIRST_SLOTS) - 1;
  nat->sources = ct_pages_new((size_t)nat->source_mask + 1, sizeof(ct_slot));
  ct_pages_scattered(nat->sources, (size_t)nat->source_mask + 1, sizeof(ct_slot));
  ct_pages_populate(nat->sources, 0, (size_t)nat->source_mask + 1, sizeof(ct_slot));
  for (i = 0; i < n; i++)
    if (old[i].number != 0)
      nat->sources[slot_of(nat, old[i].hash)] = old[i];
  if (n != 0)
    ct_pages_free(old, n, sizeof(ct_slot));
}

static __attribute__((noinline)) void grow_links(struct ct_nat *nat, uint32_t size)
{
  nat->links = ct_pages_grow(nat->links, nat->links_size, size, sizeof(*nat->links));
  nat->links_size = size;
}

void ct_nat_clear_sources(struct ct_nat *nat)
{
  if (nat->sources != NULL)
    ct_pages_free(nat->sources, (size_t)nat->source_mask + 1, sizeof(ct_slot));
  if (nat->links != NULL)
    ct_pages_free(nat->links, nat->links_size, sizeof(*nat->links));
}

void ct_nat_link_hashed(ct_engine *engine, const ct_entry *entry, uint32_t hash)
{
  uint32_t number = ct_table_number(&engine->table, entry), at, next;
  struct ct_nat *nat = engine->nat;

  if (nat->sources == NULL || nat->n_sources * 2 >= nat->source_mask)
    grow_sources(nat);
  if (number >= nat->links_size)
    grow_links(nat, engine->table.size);
  at = slot_of(nat, hash);
  next = nat->sources[at].number;
  if (next != 0)
    nat->links[next].before = number;
  else
    nat->n_sources++;
  nat->links[number] = (struct ct_nat_link){ next, 0 };
  nat->sources[at] = (ct_slot){ hash, number };
  nat->n_linked++;
}

void ct_nat_link_source(ct_engine *engine, const ct_entry *entry)
{
  ct_tuple original;

  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &original);
  ct_nat_link_hashed(engine, entry, ct_nat_source_hash(&original));
}

static void empty_slot(struct ct_nat *nat, uint32_t at)
{
  ct_slot *slots = nat->sources;
  uint32_t mask = nat->source_mask, next;

  /* Close the gap, as in table.c. */
  for (next = (at + 1) & mask; slots[next].number != 0; next = (next + 1) & mask)
    if (((next - slots[next].hash) & mask) >= ((next - at) & mask)) {
      slots[at] = slots[next];
      at = next;
    }
  slots[at] = (ct_slot){ 0, 0 };
  nat->n_sources--;
}

static void unlink_source(struct ct_nat *nat, uint32_t number, const ct_tuple *original)
{
  struct ct_nat_link link = nat->links[number];
  uint32_t at;

  if (link.next != 0)
    nat->links[link.next].before = link.before;
  nat->n_linked--;
  if (link.before != 0) {
    nat->links[link.before].next = link.next;
    return;
  }
  at = slot_of(nat, ct_nat_source_hash(original));
  if (link.next != 0)
    nat->sources[at].number = link.next;
  else
    empty_slot(nat, at);
}

void ct_nat_forget(ct_engine *engine, const ct_entry *entry)
{
  struct ct_nat *nat = engine->nat;
  ct_tuple original;

  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &original);
  if (entry->status & CT_NAT_BITS) {
    nat->ended_id = entry->id;
    nat->ended_status = entry->status;
    nat->ended[CT_ORIGINAL] = original;
    ct_table_tuple(&engine->table, entry, CT_REPLY, &nat->ended[CT_REPLY]);
  } else if (nat->ended_id == entry->id) {
    nat->ended_id = 0; /* a dropped packet's entry had this id before */
  }
  if (entry->status & CT_STATUS_SRC_NAT_DONE)
    unlink_source(nat, ct_table_number(&engine->table, entry), &original);
}

uint32_t ct_nat_same_source(const ct_engine *engine, const ct_tuple *original, uint32_t hash, uint32_t after)
{
  const struct ct_nat *nat = engine->nat;
  uint32_t number;

  if (nat->n_linked == 0)
    return 0;
  for (number = after != 0 ? nat->links[after].next : nat->sources[slot_of(nat, hash)].number; number != 0;
       number = nat->links[number].next) {
    ct_tuple own;

    ct_table_tuple(&engine->table, ct_table_entry(&engine->table, number), CT_ORIGINAL, &own);
    if (own.family == original->family && own.proto == original->proto && own.zone == original->zone &&
        own.src_id == original->src_id && ct_addr_equal(&own.src, &original->src))
      return number;
  }
  return 0;
}

/* Of the tuple that one of IPv4 becomes with that source. */
static inline uint32_t guess_hash(const ct_tuple *tuple, uint32_t source)
{
  const ct_tuple guess = { .src.v4 = source,
                           .dst.v4 = tuple->dst.v4,
                           .src_id = tuple->src_id,
                           .dst_id = tuple->dst_id,
                           .family = CT_IPV4,
                           .proto = tuple->proto,
                           .zone = tuple->zone };

  return ct_tuple_hash(&guess);
}

void ct_nat_prefetch(const ct_engine *engine, const ct_packet *packets, const uint32_t *hints, size_t n)
{
  const struct ct_nat *nat = engine->nat;
  size_t i;

  if (nat->n_linked == 0)
    return;
  for (i = 0; i < n; i++) {
    if (hints[i] != 0 || packets[i].kind != CT_PACKET_TRACK)
      continue;
    ct_pages_fetch(&nat->sources[ct_nat_source_hash(&packets[i].tuple) & nat->source_mask]);
    if (nat->gives != 0 && packets[i].tuple.family == CT_IPV4)
      ct_table_prefetch_slot(&engine->table, guess_hash(&packets[i].tuple, nat->gives));
  }
}

uint64_t ct_nat_memory_bytes(const struct ct_nat *nat)
{
  if (nat == NULL || nat->sources == NULL)
    return 0;
  return ((uint64_t)nat->source_mask + 1) * sizeof(ct_slot) + (uint64_t)nat->links_size * sizeof(*nat->links);
}
