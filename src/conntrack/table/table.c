/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/table/table.h"

#include <glib.h>
#include <string.h>

#include "conntrack/table/pages.h"

enum {
  FIRST_SLOTS = 1024,
  FIRST_ENTRIES = 1024,
  POPULATE_MANY = 8192, /* below so many entries a few faults do not matter */
  POPULATE_STEP = 1024  /* entries: 128 KiB */
};

/* What ct_table_populate reads, maybe on another thread: an old value does no harm, half of one would. */
#define PUBLISH(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELAXED)
#define GLANCE(place) __atomic_load_n(&(place), __ATOMIC_RELAXED)

/* With slots and slab of the first size, zero. */
static void start_table(ct_table *table, ct_slot *slots, ct_entry *slab)
{
  memset(table, 0, sizeof(*table));
  table->slots = slots;
  table->slot_mask = FIRST_SLOTS - 1;
  table->size = FIRST_ENTRIES;
  table->slab = slab;
  table->top = 1; /* number 0 stands for "none" and is never live */
  table->pairs_top = 1;
}

void ct_table_init(ct_table *table)
{
  start_table(table, ct_pages_new(FIRST_SLOTS, sizeof(ct_slot)), ct_pages_new(FIRST_ENTRIES, sizeof(ct_entry)));
}

void ct_table_clear(ct_table *table)
{
  ct_pages_free(table->slots, (size_t)table->slot_mask + 1, sizeof(ct_slot));
  ct_pages_free(table->slab, table->size, sizeof(ct_entry));
  ct_pages_free(table->pairs, table->pairs_size, sizeof(ct_address_pair));
  ct_pages_free(table->keys, table->keys_size, sizeof(ct_key));
  memset(table, 0, sizeof(*table));
}

void ct_table_empty(ct_table *table)
{
  const ct_table kept = *table;

  if (kept.slot_mask != FIRST_SLOTS - 1 || kept.size != FIRST_ENTRIES || kept.pairs_size > FIRST_ENTRIES) {
    ct_table_clear(table);
    ct_table_init(table);
    return;
  }
  memset(kept.slots, 0, FIRST_SLOTS * sizeof(*kept.slots));
  memset(kept.slab, 0, kept.top * sizeof(*kept.slab));
  start_table(table, kept.slots, kept.slab);
  if (kept.pairs_size != 0)
    memset(kept.pairs, 0, kept.pairs_top * sizeof(*kept.pairs));
  if (kept.keys_size != 0)
    memset(kept.keys, 0, MIN(kept.top, kept.keys_size) * sizeof(*kept.keys));
  table->pairs = kept.pairs;
  table->pairs_size = kept.pairs_size;
  table->keys = kept.keys;
  table->keys_size = kept.keys_size;
}

static uint32_t take_pair(ct_table *table)
{
  uint32_t number = table->free_pair;

  if (number != 0) {
    table->free_pair = table->pairs[number].src.v4;
    return number;
  }
  if (table->pairs_top >= table->pairs_size) {
    uint32_t size = table->pairs_size ? table->pairs_size * 2 : FIRST_ENTRIES;

    table->pairs = ct_pages_grow(table->pairs, table->pairs_size, size, sizeof(ct_address_pair));
    table->pairs_size = size;
  }
  return table->pairs_top++;
}

static __attribute__((noinline)) void grow_keys(ct_table *table)
{
  table->keys = ct_pages_grow(table->keys, table->keys_size, table->size, sizeof(ct_key));
  table->keys_size = table->size;
}

ct_key *ct_table_key(ct_table *table, const ct_entry *entry)
{
  uint32_t number = ct_table_number(table, entry);

  if (G_UNLIKELY(number >= table->keys_size))
    grow_keys(table);
  return &table->keys[number];
}

static uint32_t take_number(ct_table *table)
{
  uint32_t number = table->free_entry;

  if (number != 0) {
    table->free_entry = table->slab[number].addr[0];
    ct_table_fetch_entry(table, table->free_entry);
    return number;
  }
  number = table->top;
  if (number >= table->size) {
    g_assert(table->size <= UINT32_MAX / 2);
    PUBLISH(table->slab, ct_pages_grow(table->slab, table->size, (size_t)table->size * 2, sizeof(ct_entry)));
    PUBLISH(table->size, table->size * 2);
  }
  PUBLISH(table->top, number + 1);
  return number;
}

void ct_table_populate(ct_table *table, uint32_t packets)
{
  uint32_t top = GLANCE(table->top), to = MIN(top + packets + POPULATE_STEP, GLANCE(table->size));

  if (top < POPULATE_MANY || to < table->populated + POPULATE_STEP)
    return;
  ct_pages_populate(GLANCE(table->slab), MAX(top, table->populated), to, sizeof(ct_entry));
  table->populated = to;
}

void ct_table_discard(ct_table *table, uint32_t share, uint32_t shares)
{
  size_t top = table->top;

  ct_pages_discard(table->slab, top * share / shares, top * (share + 1) / shares, sizeof(ct_entry));
}

static inline void give_pair(ct_table *table, const ct_entry *entry)
{
  if (entry->traits & CT_ENTRY_IPV6) {
    table->pairs[entry->addr[0]].src.v4 = table->free_pair;
    table->free_pair = entry->addr[0];
  }
}

/* The tuple that a reply is looked up by: of ICMP the request's that it answers. */
static inline void reply_as_asked(const ct_entry *entry, const ct_tuple *reply, ct_tuple *asked)
{
  if (entry->traits & CT_ENTRY_ICMP)
    ct_tuple_invert(reply, asked);
  else
    *asked = *reply;
}

static __attribute__((noinline)) void set_zone(ct_table *table, ct_entry *entry, const ct_tuple *original)
{
  ct_tuple reply;

  ct_tuple_invert(original, &reply);
  entry->traits |= CT_ENTRY_ZONED;
  ct_table_key(table, entry)->zone = original->zone;
  ct_table_set_reply(table, entry, &reply);
}

inline ct_entry *ct_table_take(ct_table *table, const ct_tuple *original)
{
  ct_entry *entry = ct_table_entry(table, take_number(table));

  /* Line by line: for both at once gcc writes "rep stos", which takes longer to start than all of this takes. */
  memset(entry, 0, 64);
  memset((char *)entry + 64, 0, sizeof(*entry) - 64);
  entry->proto = original->proto;
  entry->port[0] = original->src_id;
  entry->port[1] = original->dst_id;
  if (ct_tuple_is_icmp(original))
    entry->traits |= CT_ENTRY_ICMP;
  if (original->family == CT_IPV6) {
    uint32_t pair = take_pair(table);

    entry->traits |= CT_ENTRY_IPV6;
    entry->addr[0] = pair;
    table->pairs[pair].src = original->src;
    table->pairs[pair].dst = original->dst;
  } else {
    entry->addr[0] = original->src.v4;
    entry->addr[1] = original->dst.v4;
  }
  if (G_UNLIKELY(original->zone != 0))
    set_zone(table, entry, original);
  return entry;
}

void ct_table_give(ct_table *table, ct_entry *entry)
{
  give_pair(table, entry);
  table->spelled -= ct_table_is_spelled(entry);
  entry->id = 0;
  entry->status = 0;
  entry->addr[0] = table->free_entry;
  table->free_entry = ct_table_number(table, entry);
}

static void put_slot(ct_slot *slots, uint32_t mask, ct_slot slot)
{
  uint32_t at = slot.hash & mask;

  while (slots[at].number != 0)
    at = (at + 1) & mask;
  slots[at] = slot;
}

/*
 * Before those of the same hash: of several entries that have a tuple the kernel finds the latest, since its chains
 * grow at their heads.
 */
static void put_slot_first(ct_slot *slots, uint32_t mask, ct_slot slot)
{
  uint32_t at;

  for (at = slot.hash & mask; slots[at].number != 0; at = (at + 1) & mask) {
    ct_slot there = slots[at];

    if (there.hash != slot.hash)
      continue;
    slots[at] = slot;
    slot = there;
  }
  slots[at] = slot;
}

/*
 * Doubles the index in place: no second one is touched, and none given back. Slots are put anew in the order in which
 * they stand, from behind an empty one on: then whatever lies between a slot's home and itself has been put anew
 * before, and is not going to leave a gap.
 */
static void grow_index(ct_table *table)
{
  uint32_t i, first = 0, n = table->slot_mask + 1, mask = n * 2 - 1;

  g_assert(n <= UINT32_MAX / 4);
  table->slots = ct_pages_grow(table->slots, n, (size_t)n * 2, sizeof(ct_slot));
  ct_pages_scattered(table->slots, (size_t)n * 2, sizeof(ct_slot));
  ct_pages_populate(table->slots, n, (size_t)n * 2, sizeof(ct_slot));
  while (table->slots[first].number != 0)
    first++;
  for (i = 1; i < n; i++) {
    ct_slot *at = &table->slots[(first + i) & (n - 1)], slot = *at;

    if (slot.number == 0)
      continue;
    at->number = 0;
    put_slot(table->slots, mask, slot);
  }
  table->slot_mask = mask;
}

static bool is_crowded(const ct_table *table, uint32_t used)
{
  /*
   * Three quarters full: with linear probing a miss then reads two cache lines at most on average. Where there are
   * second slots, a new connection misses twice and is put twice: half full, then.
   */
  return used + (table->second != 0 ? used : used / 3) >= table->slot_mask;
}

void ct_table_reserve(ct_table *table, uint32_t n)
{
  uint32_t size = table->size;

  while (size <= n && size <= UINT32_MAX / 2)
    size *= 2;
  if (size != table->size) {
    PUBLISH(table->slab, ct_pages_grow(table->slab, table->size, size, sizeof(ct_entry)));
    PUBLISH(table->size, size);
  }
  ct_pages_populate(table->slab, table->top, MIN((size_t)n + 1, size), sizeof(ct_entry));
  while (is_crowded(table, n) && table->slot_mask < UINT32_MAX / 4)
    grow_index(table);
}

void ct_table_looked_up(const ct_table *table, const ct_entry *entry, ct_dir dir, ct_tuple *tuple)
{
  ct_tuple own;

  ct_table_tuple(table, entry, dir, &own);
  if (dir == CT_REPLY)
    reply_as_asked(entry, &own, tuple);
  else
    *tuple = own;
}

static uint32_t entry_hash(const ct_table *table, const ct_entry *entry)
{
  ct_tuple tuple;

  ct_table_tuple(table, entry, CT_ORIGINAL, &tuple);
  return ct_tuple_hash(&tuple);
}

/* One slot serves both tuples where their hashes are the same: mostly, as they are each other's inverse. */
static __attribute__((noinline)) void insert_second(ct_table *table, const ct_entry *entry, uint32_t first)
{
  uint32_t hash;

  if (!ct_table_has_second(table, entry, first, &hash))
    return;
  if (is_crowded(table, table->used + table->second))
    grow_index(table);
  put_slot_first(table->slots, table->slot_mask, (ct_slot){ hash, ct_table_number(table, entry) });
  table->second++;
}

inline void ct_table_insert(ct_table *table, ct_entry *entry, uint32_t hash)
{
  if (is_crowded(table, table->used + table->second))
    grow_index(table);
  table->used++;
  if (G_LIKELY(!(entry->traits & CT_ENTRY_KEYED))) {
    put_slot(table->slots, table->slot_mask, (ct_slot){ hash, ct_table_number(table, entry) });
    return;
  }
  put_slot_first(table->slots, table->slot_mask, (ct_slot){ hash, ct_table_number(table, entry) });
  insert_second(table, entry, hash);
}

void ct_table_prefetch_removal(const ct_table *table, const ct_entry *entry)
{
  ct_table_prefetch_slot(table, entry_hash(table, entry));
}

static inline void remove_slot(ct_table *table, uint32_t number, uint32_t hash)
{
  uint32_t mask = table->slot_mask, at = hash & mask, next;

  while (table->slots[at].number != number) {
    g_assert(table->slots[at].number != 0);
    at = (at + 1) & mask;
  }
  /* Close the gap: whatever stands further on because this slot was taken moves up. */
  for (next = (at + 1) & mask; table->slots[next].number != 0; next = (next + 1) & mask) {
    uint32_t home = table->slots[next].hash & mask;

    if (((next - home) & mask) >= ((next - at) & mask)) {
      table->slots[at] = table->slots[next];
      at = next;
    }
  }
  table->slots[at] = (ct_slot){ 0, 0 };
}

static __attribute__((noinline)) void remove_second(ct_table *table, const ct_entry *entry, uint32_t first)
{
  uint32_t hash;

  if (!ct_table_has_second(table, entry, first, &hash))
    return;
  remove_slot(table, ct_table_number(table, entry), hash);
  table->second--;
}

void ct_table_remove(ct_table *table, ct_entry *entry)
{
  const uint32_t hash = entry_hash(table, entry);

  remove_slot(table, ct_table_number(table, entry), hash);
  table->used--;
  if (G_UNLIKELY(entry->traits & CT_ENTRY_KEYED))
    remove_second(table, entry, hash);
}

static inline uint64_t both(uint32_t a, uint32_t b) { return (uint64_t)a << 32 | b; }

/* Both directions compared without a branch between them: which of them it is, nobody can foresee. */
static inline bool match_v4(const ct_entry *entry, const ct_tuple *tuple, ct_dir *dir)
{
  uint64_t addresses = both(entry->addr[0], entry->addr[1]);
  uint32_t ids = (uint32_t)entry->port[0] << 16 | entry->port[1];
  bool reply = (addresses == both(tuple->dst.v4, tuple->src.v4)) &
               (ids == ((uint32_t)tuple->dst_id << 16 | tuple->src_id)) & !(entry->traits & CT_ENTRY_ICMP);
  bool original =
    (addresses == both(tuple->src.v4, tuple->dst.v4)) & (ids == ((uint32_t)tuple->src_id << 16 | tuple->dst_id));

  *dir = reply ? CT_REPLY : CT_ORIGINAL;
  return (reply | original) & (tuple->zone == 0);
}

static bool match_v6(const ct_table *table, const ct_entry *entry, const ct_tuple *tuple, ct_dir *dir)
{
  const ct_address_pair *pair = &table->pairs[entry->addr[0]];

  if (tuple->zone != 0)
    return false;
  if (!(entry->traits & CT_ENTRY_ICMP) && entry->port[0] == tuple->dst_id && entry->port[1] == tuple->src_id &&
      ct_addr_equal(&pair->src, &tuple->dst) && ct_addr_equal(&pair->dst, &tuple->src)) {
    *dir = CT_REPLY;
    return true;
  }
  *dir = CT_ORIGINAL;
  return entry->port[0] == tuple->src_id && entry->port[1] == tuple->dst_id && ct_addr_equal(&pair->src, &tuple->src) &&
         ct_addr_equal(&pair->dst, &tuple->dst);
}

/* Of an entry that is KEYED, and of the tuple's family and protocol. */
static inline bool match_original(const ct_table *table, const ct_entry *entry, const ct_tuple *tuple)
{
  const ct_address_pair *pair;

  if (entry->port[0] != tuple->src_id || entry->port[1] != tuple->dst_id ||
      tuple->zone != (entry->traits & CT_ENTRY_ZONED ? table->keys[ct_table_number(table, entry)].zone : 0))
    return false;
  if (!(entry->traits & CT_ENTRY_IPV6))
    return entry->addr[0] == tuple->src.v4 && entry->addr[1] == tuple->dst.v4;
  pair = &table->pairs[entry->addr[0]];
  return ct_addr_equal(&pair->src, &tuple->src) && ct_addr_equal(&pair->dst, &tuple->dst);
}

/* match_v4 of an entry that has an alias. */
static inline bool match_alias(const ct_table *table, const ct_entry *entry, const ct_tuple *tuple, ct_dir *dir)
{
  uint64_t addresses = both(entry->addr[0], entry->addr[1]);
  uint64_t answers = both(table->aliases[entry->alias].address, entry->addr[1]);
  uint32_t ids = (uint32_t)entry->port[0] << 16 | entry->port[1];
  bool reply =
    (answers == both(tuple->dst.v4, tuple->src.v4)) & (ids == ((uint32_t)tuple->dst_id << 16 | tuple->src_id));
  bool original =
    (addresses == both(tuple->src.v4, tuple->dst.v4)) & (ids == ((uint32_t)tuple->src_id << 16 | tuple->dst_id));

  *dir = reply ? CT_REPLY : CT_ORIGINAL;
  return (reply | original) & (tuple->zone == 0);
}

/* *dir: of an ICMP tuple, whether it is a request's or an answer's. */
static bool match_key(const ct_table *table, const ct_entry *entry, const ct_tuple *tuple, ct_dir *dir)
{
  const ct_key *key = &table->keys[ct_table_number(table, entry)];
  ct_dir asked = *dir;
  ct_tuple answer;

  if (entry->traits & CT_ENTRY_ICMP) {
    if (asked == CT_ORIGINAL)
      return match_original(table, entry, tuple);
    return ct_tuple_invert(tuple, &answer) && ct_tuple_equal(&answer, &key->reply);
  }
  *dir = CT_REPLY;
  if (ct_tuple_equal(tuple, &key->reply))
    return true;
  *dir = CT_ORIGINAL;
  return match_original(table, entry, tuple);
}

/* Of an entry that is KEYED. */
static __attribute__((noinline)) bool match_mapped(const ct_table *table, const ct_entry *entry, const ct_tuple *tuple,
                                                   ct_dir *dir)
{
  return entry->alias != 0 ? match_alias(table, entry, tuple, dir) : match_key(table, entry, tuple, dir);
}

static inline bool is_of(const ct_table *table, const ct_entry *entry, const ct_tuple *tuple, ct_dir *dir)
{
  unsigned kind = entry->traits & (CT_ENTRY_IPV6 | CT_ENTRY_KEYED),
           family = tuple->family == CT_IPV4 ? 0 : CT_ENTRY_IPV6;

  if (entry->proto != tuple->proto)
    return false;
  if (kind != family)
    return kind == (family | CT_ENTRY_KEYED) && match_mapped(table, entry, tuple, dir);
  return tuple->family == CT_IPV4 ? match_v4(entry, tuple, dir) : match_v6(table, entry, tuple, dir);
}

bool ct_table_is_of(const ct_table *table, uint32_t number, const ct_tuple *tuple, ct_dir *dir)
{
  return is_of(table, ct_table_entry(table, number), tuple, dir);
}

inline ct_entry *ct_table_find_hinted(const ct_table *table, const ct_tuple *tuple, uint32_t hint, ct_dir *dir)
{
  ct_entry *entry = ct_table_entry(table, hint);

  return entry->status & CT_STATUS_CONFIRMED && is_of(table, entry, tuple, dir) ? entry : NULL;
}

inline ct_entry *ct_table_find(const ct_table *table, const ct_tuple *tuple, uint32_t hash, ct_dir *dir)
{
  ct_dir asked = *dir;
  uint32_t at;

  for (at = hash & table->slot_mask; table->slots[at].number != 0; at = (at + 1) & table->slot_mask) {
    ct_entry *entry;

    if (table->slots[at].hash != hash)
      continue;
    entry = ct_table_entry(table, table->slots[at].number);
    if (is_of(table, entry, tuple, dir))
      return entry;
    *dir = asked;
  }
  return NULL;
}

ct_entry *ct_table_find_as(const ct_table *table, const ct_tuple *tuple, uint32_t hash, ct_dir wanted)
{
  uint32_t at, number;

  for (number = ct_table_each_first(table, hash, &at); number != 0; number = ct_table_each_next(table, hash, &at)) {
    ct_entry *entry = ct_table_entry(table, number);
    ct_tuple own;

    ct_table_looked_up(table, entry, wanted, &own);
    if (ct_tuple_equal(&own, tuple))
      return entry;
  }
  return NULL;
}

inline uint32_t ct_table_prefetch_entry(const ct_table *table, uint32_t hash, uint32_t *n_new)
{
  uint32_t at, tries;

  for (at = hash & table->slot_mask, tries = 0; table->slots[at].number != 0; tries++) {
    if (table->slots[at].hash == hash) {
      ct_table_fetch_entry(table, table->slots[at].number);
      return table->slots[at].number;
    }
    if (tries == 4)
      return 0;
    at = (at + 1) & table->slot_mask;
  }
  if (table->free_entry == 0)
    ct_table_fetch_entry(table, table->top + *n_new);
  (*n_new)++;
  return 0;
}

void ct_table_tuple(const ct_table *table, const ct_entry *entry, ct_dir dir, ct_tuple *tuple)
{
  ct_tuple original;

  if (dir == CT_REPLY && ct_table_is_spelled(entry)) {
    *tuple = table->keys[ct_table_number(table, entry)].reply;
    return;
  }
  memset(&original, 0, sizeof(original));
  original.proto = entry->proto;
  original.src_id = entry->port[0];
  original.dst_id = entry->port[1];
  if (G_UNLIKELY(entry->traits & CT_ENTRY_ZONED))
    original.zone = table->keys[ct_table_number(table, entry)].zone;
  if (entry->traits & CT_ENTRY_IPV6) {
    original.family = CT_IPV6;
    original.src = table->pairs[entry->addr[0]].src;
    original.dst = table->pairs[entry->addr[0]].dst;
  } else {
    original.family = CT_IPV4;
    original.src.v4 = entry->addr[0];
    original.dst.v4 = entry->addr[1];
  }
  if (dir == CT_ORIGINAL) {
    *tuple = original;
    return;
  }
  ct_tuple_invert(&original, tuple);
  if (entry->traits & CT_ENTRY_KEYED)
    tuple->dst.v4 = table->aliases[entry->alias].address;
}

static int compare_id(gconstpointer a, gconstpointer b, gpointer user)
{
  const ct_table *table = user;
  uint64_t ia = ct_table_entry(table, *(const uint32_t *)a)->id, ib = ct_table_entry(table, *(const uint32_t *)b)->id;

  return ia < ib ? -1 : ia > ib;
}

uint32_t *ct_table_in_order(const ct_table *table, uint32_t *n)
{
  uint32_t number, *order = g_new(uint32_t, table->used + 1);
  bool sorted = true;

  for (number = 1, *n = 0; number < table->top; number++) {
    const ct_entry *entry = ct_table_entry(table, number);

    if (entry->id == 0 || !(entry->status & CT_STATUS_CONFIRMED))
      continue;
    sorted = sorted && (*n == 0 || ct_table_entry(table, order[*n - 1])->id < entry->id);
    order[(*n)++] = number;
  }
  if (!sorted)
    g_qsort_with_data(order, (gint)*n, sizeof(*order), compare_id, (gpointer)table);
  return order;
}

uint64_t ct_table_memory_bytes(const ct_table *table)
{
  return (uint64_t)table->top * sizeof(ct_entry) + (uint64_t)table->pairs_top * sizeof(ct_address_pair) +
         (uint64_t)MIN(table->top, table->keys_size) * sizeof(ct_key) +
         ((uint64_t)table->slot_mask + 1) * sizeof(ct_slot);
}
