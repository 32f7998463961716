/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table: a slab of entries and an open-addressing index of 8-byte slots over it. One slot per connection serves
 * both directions, because ct_tuple_hash is the same for a tuple and its inverse. An entry whose reply tuple is another
 * than that has a second slot, under the reply's hash. Growth never touches an entry: the slab is one array of virtual
 * memory that is extended, and so is the index, which is put in order in place.
 *
 * Entry numbers start at 1; pointers to entries are good until the next ct_table_take (which may move the slab).
 * Internal to src/conntrack.
 */
#ifndef CT_TABLE_H
#define CT_TABLE_H

#include "conntrack/table/entry.h"
#include "conntrack/table/pages.h"

typedef struct ct_slot {
  uint32_t hash;
  uint32_t number; /* 0: empty */
} ct_slot;

/* Both addresses of an IPv6 entry, original source first. */
typedef struct ct_address_pair {
  ct_addr src, dst;
} ct_address_pair;

/*
 * What only translation and zones have of an entry, found by the entry's number: one cache line, which can be fetched
 * together with the entry.
 */
typedef struct ct_key {
  ct_tuple reply;      /* where the entry is KEYED, */
  uint32_t reply_hash; /* of the tuple that it is looked up by */
  uint16_t zone;       /* of its original tuple, where it is ZONED */
  uint32_t device;     /* that masquerading has chosen an address of; 0: none */
} ct_key;

_Static_assert(sizeof(ct_key) <= 64, "a key is one cache line");

/*
 * The same in one byte of the entry, for most translations are alike: an IPv4 source becomes one of few addresses, and
 * nothing else changes. Such an entry's key is never touched. Of an entry that is not KEYED an alias says the device
 * alone.
 */
typedef struct ct_alias {
  uint32_t address; /* the reply's destination; network order */
  uint32_t device;
} ct_alias;

/* ct_entry.alias, of an entry that is not KEYED, where there is no room for one more: the device stands in the key. */
enum { CT_ALIAS_IN_KEY = 255 };

typedef struct ct_table {
  ct_slot *slots;
  uint32_t slot_mask;
  uint32_t used;   /* confirmed entries */
  uint32_t second; /* so many of them have a second slot */
  ct_entry *slab;
  uint32_t top;        /* entries 1..top-1 have been in use at some time */
  uint32_t size;       /* entries the slab has room for */
  uint32_t free_entry; /* chain through addr[0] */
  ct_address_pair *pairs;
  uint32_t pairs_top, pairs_size, free_pair; /* chain through src.v4 */
  ct_key *keys;                              /* by the number of the entry; NULL as long as none has one */
  uint32_t keys_size;
  uint32_t spelled;                      /* so many entries have a reply that no alias says */
  ct_alias aliases[CT_ALIAS_IN_KEY + 1]; /* by their numbers, from 1; all zero: free */
  bool keyed;                            /* there was an entry with a reply of its own, */
  bool split;         /* and one whose directions are in two zones: a tuple may be of several entries */
  uint32_t populated; /* entries below it have their memory; belongs to whoever calls ct_table_populate */
} ct_table;

void ct_table_init(ct_table *table);
void ct_table_clear(ct_table *table);
/* Clear and init; memory that has not grown is kept. */
void ct_table_empty(ct_table *table);

static inline ct_entry *ct_table_entry(const ct_table *table, uint32_t number) { return table->slab + number; }
static inline uint32_t ct_table_number(const ct_table *table, const ct_entry *entry)
{
  return (uint32_t)(entry - table->slab);
}

/* Room, with its memory, for so many confirmed entries in all: who knows that they come spares their coming one by one.
 */
void ct_table_reserve(ct_table *table, uint32_t n);

/* A fresh entry for an original tuple: key filled in, the rest zero; not in the index yet. */
ct_entry *ct_table_take(ct_table *table, const ct_tuple *original);
/* The entry's key, for who writes to it: there is room from now on, of zeros at first. */
ct_key *ct_table_key(ct_table *table, const ct_entry *entry);
/* Gives an entry that is not in the index a reply tuple of its own. */
void ct_table_set_reply(ct_table *table, ct_entry *entry, const ct_tuple *reply);
/* Whether its reply stands in its key. */
static inline bool ct_table_is_spelled(const ct_entry *entry)
{
  return entry->traits & CT_ENTRY_KEYED && entry->alias == 0;
}
/* The device that masquerading of the entry has chosen an address of; 0: none. */
void ct_table_set_device(ct_table *table, ct_entry *entry, uint32_t device);
static inline uint32_t ct_table_device(const ct_table *table, const ct_entry *entry)
{
  if (entry->alias != 0 && entry->alias != CT_ALIAS_IN_KEY)
    return table->aliases[entry->alias].device;
  return entry->alias != 0 || entry->traits & CT_ENTRY_KEYED ? table->keys[ct_table_number(table, entry)].device : 0;
}
/* Gives back an entry that is not (or no longer) in the index; its id becomes 0. */
void ct_table_give(ct_table *table, ct_entry *entry);

void ct_table_insert(ct_table *table, ct_entry *entry, uint32_t hash);
/* The entry must be in the index. */
void ct_table_remove(ct_table *table, ct_entry *entry);

/*
 * The entry of a tuple in either direction, NULL where there is none. An ICMP tuple has to be a request's, and *dir
 * says beforehand whether the packet is one (ORIGINAL) or an answer (REPLY): that tells the two tuples of a translated
 * entry apart; of others *dir is ORIGINAL in either case. A tuple that is its own inverse is found as a REPLY, as in
 * the kernel, whose buckets have the reply's node first.
 */
ct_entry *ct_table_find(const ct_table *table, const ct_tuple *tuple, uint32_t hash, ct_dir *dir);
/*
 * The same of one direction: the entry whose tuple of `wanted` this is, the latest where several have it. An ICMP tuple
 * is a request's there, too. Of tuples with zones an entry's two may be in two of them.
 */
ct_entry *ct_table_find_as(const ct_table *table, const ct_tuple *tuple, uint32_t hash, ct_dir wanted);
/* As ct_table_find from a hint, which may be any entry's number: NULL where that is not the one, although there may be
 * one. */
ct_entry *ct_table_find_hinted(const ct_table *table, const ct_tuple *tuple, uint32_t hint, ct_dir *dir);

/*
 * All entries whose hash this is, where a keeper gives a tuple more than one: the first, and those after it, of
 * which *at keeps the place; 0 at the end. Removing one ends the walk. Then whether it is the tuple's, as in
 * ct_table_find.
 */
static inline uint32_t ct_table_each_next(const ct_table *table, uint32_t hash, uint32_t *at)
{
  for (;;) {
    ct_slot slot = table->slots[*at];

    if (slot.number == 0)
      return 0;
    *at = (*at + 1) & table->slot_mask;
    if (slot.hash == hash)
      return slot.number;
  }
}
static inline uint32_t ct_table_each_first(const ct_table *table, uint32_t hash, uint32_t *at)
{
  *at = hash & table->slot_mask;
  return ct_table_each_next(table, hash, at);
}
bool ct_table_is_of(const ct_table *table, uint32_t number, const ct_tuple *tuple, ct_dir *dir);

/* Hints: the slot, then (when that has arrived) the entry. */
static inline void ct_table_prefetch_slot(const ct_table *table, uint32_t hash)
{
  ct_pages_fetch(&table->slots[hash & table->slot_mask]);
}
static inline void ct_table_fetch_entry(const ct_table *table, uint32_t number)
{
  const char *entry = (const char *)ct_table_entry(table, number);

  ct_pages_fetch(entry);
  ct_pages_fetch(entry + 64);
  /* Where few entries need theirs, fetching all keys costs more than it saves. */
  if (__builtin_expect(table->spelled > table->used / 8, 0))
    ct_pages_fetch(table->keys + number);
}
void ct_table_prefetch_removal(const ct_table *table, const ct_entry *entry);
/*
 * => its number, a hint for ct_table_find_hinted; 0: none. n_new counts the packets so far of which no entry was found:
 * theirs will be made.
 */
uint32_t ct_table_prefetch_entry(const ct_table *table, uint32_t hash, uint32_t *n_new);

/*
 * Has memory ready for the entries of so many packets to come, once there are many. One thread at a time, which need
 * not be the one that uses the table.
 */
void ct_table_populate(ct_table *table, uint32_t packets);

/* Gives one share of the entries' memory back, which is all that may be done with the table then but to clear it. */
void ct_table_discard(ct_table *table, uint32_t share, uint32_t shares);

/* The entry's tuples. */
void ct_table_tuple(const ct_table *table, const ct_entry *entry, ct_dir dir, ct_tuple *tuple);
/* The tuple that a direction is looked up by: of ICMP the request's that it answers. */
void ct_table_looked_up(const ct_table *table, const ct_entry *entry, ct_dir dir, ct_tuple *tuple);
/* Whether there ever was an entry with a reply of its own. */
static inline bool ct_table_has_keys(const ct_table *table) { return table->keyed; }
/* Whether the entry, whose original tuple has that hash, has a second slot, and the hash that it stands under. */
static inline bool ct_table_has_second(const ct_table *table, const ct_entry *entry, uint32_t hash, uint32_t *second)
{
  if (!(entry->traits & CT_ENTRY_KEYED))
    return false;
  if (entry->alias != 0) {
    const ct_tuple reply = { .src.v4 = entry->addr[1],
                             .dst.v4 = table->aliases[entry->alias].address,
                             .src_id = entry->port[1],
                             .dst_id = entry->port[0],
                             .family = CT_IPV4,
                             .proto = entry->proto };

    *second = ct_tuple_hash(&reply);
  } else {
    *second = table->keys[ct_table_number(table, entry)].reply_hash;
  }
  return *second != hash;
}

/* The numbers of all confirmed entries in order of creation; to be freed with g_free. */
uint32_t *ct_table_in_order(const ct_table *table, uint32_t *n);

uint64_t ct_table_memory_bytes(const ct_table *table);

#endif
