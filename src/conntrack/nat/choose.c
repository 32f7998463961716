/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which tuple a mapping gets (NAT 4, 5): get_unique_tuple and what it calls. */
#include "conntrack/nat/internal.h"
#include "conntrack/proto/proto.h"

enum { ATTEMPTS_MOST = 128, ATTEMPTS_LEAST = 16, HARDER_LAST = 32 };

typedef struct choice {
  ct_engine *engine;
  ct_entry *entry;
  ct_nat_manip manip;
  const ct_nat_range *range;
  ct_tuple original; /* the entry's own */
  uint32_t source_hash;
  bool *is_free; /* whether the tuple that was asked about last is nobody's at all */
} choice;

/* --- taken or free --- */

static bool is_own(const choice *c, const ct_entry *other)
{
  ct_tuple tuple;

  ct_table_tuple(&c->engine->table, other, CT_ORIGINAL, &tuple);
  return ct_tuple_equal(&tuple, &c->original);
}

/*
 * The confirmed entry that has the inverse of a tuple, whose hash that is, for one of its own; expired ones that it
 * meets end.
 */
static ct_entry *holder(const choice *c, const ct_tuple *tuple, uint32_t hash, ct_dir *dir)
{
  bool icmp = ct_tuple_is_icmp(tuple);
  ct_tuple reply = *tuple;
  ct_entry *entry;

  if (!icmp)
    ct_tuple_invert(tuple, &reply);
  for (;;) {
    *dir = icmp ? CT_REPLY : CT_ORIGINAL;
    /* With a zone of one direction it has to do with others' replies alone. */
    entry = tuple->zone != c->original.zone ? ct_table_find_as(&c->engine->table, &reply, hash, CT_REPLY)
                                            : ct_table_find(&c->engine->table, &reply, hash, dir);
    if (icmp || tuple->zone != c->original.zone)
      *dir = CT_REPLY;
    if (entry == NULL || !ct_core_is_expired(c->engine, entry))
      return entry;
    ct_core_destroy_at(c->engine, entry, CT_REASON_END_TIMEOUT, entry->deadline_ns);
  }
}

/* nf_conntrack_tuple_taken */
static bool is_taken_as(const choice *c, const ct_tuple *tuple, uint32_t hash)
{
  const ct_entry *entry;
  uint32_t at;
  ct_dir dir;

  /* Most often nothing is where it would be found, and it need not be said what would. */
  if (ct_table_each_first(&c->engine->table, hash, &at) == 0) {
    *c->is_free = true;
    return false;
  }
  entry = holder(c, tuple, hash, &dir);
  *c->is_free = entry == NULL;
  if (entry == NULL || is_own(c, entry))
    return false;
  c->engine->stats.found++;
  return true;
}

static bool is_taken(const choice *c, const ct_tuple *tuple) { return is_taken_as(c, tuple, ct_tuple_hash(tuple)); }

/* A new SYN may take the place of a connection that is over and whose sequence numbers it has left behind. */
static bool gives_way(const choice *c, const ct_entry *old)
{
  uint32_t end = c->entry->l4.tcp.side[CT_ORIGINAL].end;

  return old->state >= CT_TCP_TIME_WAIT && old->status & CT_STATUS_SRC_NAT &&
         !(old->status & (CT_STATUS_FIXED_TIMEOUT | CT_STATUS_DYING)) &&
         (int32_t)(end - old->l4.tcp.side[CT_ORIGINAL].end) > 0;
}

/* nf_nat_used_tuple_harder: of the last attempts of a round. */
static bool is_taken_harder(const choice *c, const ct_tuple *tuple, uint32_t attempts_left)
{
  ct_entry *old;
  ct_dir dir;

  if (attempts_left > HARDER_LAST || tuple->proto != CT_PROTO_TCP || c->entry->state != CT_TCP_SYN_SENT)
    return is_taken(c, tuple);
  old = holder(c, tuple, ct_tuple_hash(tuple), &dir);
  *c->is_free = old == NULL;
  if (old == NULL)
    return false;
  if (dir == CT_ORIGINAL || !gives_way(c, old))
    return true;
  ct_core_destroy(c->engine, old, CT_REASON_END_GAVE_WAY);
  return false;
}

/* Whether two entries of a protocol may meet in one tuple, each the other's reverse (nf_nat_allow_clash). */
static bool may_clash(uint8_t proto)
{
  switch (proto) {
  case CT_PROTO_TCP:
  case CT_PROTO_DCCP:
  case CT_PROTO_SCTP: return false;
  default: return true;
  }
}

/* nf_nat_used_tuple_new */
static bool is_taken_anew(const choice *c, const ct_tuple *tuple)
{
  const ct_entry *other;
  ct_tuple own, reply;
  ct_dir dir = CT_ORIGINAL;

  if (!is_taken(c, tuple))
    return false;
  if (!may_clash(tuple->proto) || ct_tuple_is_icmp(tuple))
    return true;
  other = ct_table_find(&c->engine->table, tuple, ct_tuple_hash(tuple), &dir);
  if (other == NULL || other->status & (CT_NAT_BITS | CT_STATUS_SEQ_ADJUST))
    return true;
  ct_table_tuple(&c->engine->table, other, CT_ORIGINAL, &own);
  ct_table_tuple(&c->engine->table, c->entry, CT_REPLY, &reply);
  if (!ct_tuple_equal(&own, &reply))
    return true;
  ct_table_tuple(&c->engine->table, other, CT_REPLY, &own);
  return !ct_tuple_equal(&own, &c->original);
}

/* --- ranges --- */

static bool id_in_range(const choice *c, const ct_tuple *tuple)
{
  uint16_t id = c->manip == CT_NAT_SRC || ct_tuple_is_icmp(tuple) ? tuple->src_id : tuple->dst_id;

  if (!ct_tuple_is_icmp(tuple) && !ct_nat_has_ids(tuple->proto) && tuple->proto != CT_PROTO_GRE)
    return true;
  return id >= c->range->min_id && id <= c->range->max_id;
}

static bool address_in_range(const ct_nat_range *range, const ct_addr *address)
{
  if (ct_addr_equal(&range->min, &range->max))
    return ct_addr_equal(address, &range->min);
  return memcmp(address->bytes, range->min.bytes, sizeof(*address)) >= 0 &&
         memcmp(address->bytes, range->max.bytes, sizeof(*address)) <= 0;
}

static bool in_range(const choice *c, const ct_tuple *tuple)
{
  if (c->range->flags & CT_NAT_ADDRESSES && !address_in_range(c->range, &tuple->src))
    return false;
  return !(c->range->flags & CT_NAT_IDS) || id_in_range(c, tuple);
}

/* find_appropriate_src: the newest mapping of this source that the range would give, too. */
static bool find_mapping(const choice *c, const ct_tuple *current, ct_tuple *found)
{
  ct_tuple reply;
  uint32_t number = 0;

  while ((number = ct_nat_same_source(c->engine, &c->original, c->source_hash, number)) != 0) {
    const ct_entry *other = ct_table_entry(&c->engine->table, number);

    if (other == c->entry)
      continue;
    ct_table_tuple(&c->engine->table, other, CT_REPLY, &reply);
    ct_tuple_invert(&reply, found);
    found->dst = current->dst;
    found->dst_id = current->dst_id;
    found->zone = current->zone;
    if (in_range(c, found))
      return true;
  }
  return false;
}

/* --- the address --- */

static uint32_t rotated(uint32_t word, unsigned by) { return word << by | word >> (32 - by); }

/* jhash2 of four words, Jenkins' lookup3. */
static uint32_t jhash_of_address(const uint32_t k[4], uint32_t initval)
{
  uint32_t a, b, c;

  a = b = c = UINT32_C(0xdeadbeef) + (4U << 2) + initval;
  a += k[0];
  b += k[1];
  c += k[2];
  a -= c, a ^= rotated(c, 4), c += b;
  b -= a, b ^= rotated(a, 6), a += c;
  c -= b, c ^= rotated(b, 8), b += a;
  a -= c, a ^= rotated(c, 16), c += b;
  b -= a, b ^= rotated(a, 19), a += c;
  c -= b, c ^= rotated(b, 4), b += a;
  a += k[3];
  c ^= b, c -= rotated(b, 14);
  a ^= c, a -= rotated(c, 11);
  b ^= a, b -= rotated(a, 25);
  c ^= b, c -= rotated(b, 16);
  a ^= c, a -= rotated(c, 4);
  b ^= a, b -= rotated(a, 14);
  c ^= b, c -= rotated(b, 24);
  return c;
}

/* A word as a little-endian machine has it in a register: kernels of that kind are the ones imitated. */
static uint32_t word_of(const ct_addr *address, unsigned i) { return GUINT32_FROM_LE(address->words[i]); }

/* find_best_ips_proto: no seed is in it, so all such kernels choose alike. */
static void choose_address(const choice *c, ct_tuple *tuple)
{
  const ct_nat_range *range = c->range;
  ct_addr *chosen = c->manip == CT_NAT_SRC ? &tuple->src : &tuple->dst;
  unsigned i, last = tuple->family == CT_IPV6 ? 3 : 0;
  uint32_t k[4], hash, least, distance, word;
  bool whole = false;

  if (!(range->flags & CT_NAT_ADDRESSES))
    return;
  if (ct_addr_equal(&range->min, &range->max)) {
    *chosen = range->min;
    return;
  }
  for (i = 0; i < 4; i++)
    k[i] = word_of(&tuple->src, i);
  hash = jhash_of_address(k, range->flags & CT_NAT_PERSISTENT
                               ? 0
                               : word_of(&tuple->dst, last) ^ (uint32_t)MAX(c->original.zone, tuple->zone));
  for (i = 0; i <= last; i++) {
    least = whole ? 0 : GUINT32_FROM_BE(range->min.words[i]);
    distance = whole ? UINT32_MAX : GUINT32_FROM_BE(range->max.words[i]) - least + 1;
    word = GUINT32_TO_BE(least + (uint32_t)((uint64_t)hash * distance >> 32));
    if (word != range->max.words[i])
      whole = true;
    chosen->words[i] = word;
    if (!(range->flags & CT_NAT_PERSISTENT))
      hash ^= word_of(&tuple->dst, i); /* of a new destination the new word, as it is written in place */
  }
}

/* --- the id --- */

uint16_t ct_nat_random(ct_engine *engine)
{
  struct ct_nat *nat = engine->nat;

  nat->random ^= nat->random << 13;
  nat->random ^= nat->random >> 7;
  nat->random ^= nat->random << 17;
  return (uint16_t)(nat->random >> 32);
}

/* *told: whether the caller of the engine has said what came of it: the id that the search ended with. */
static uint16_t draw(const choice *c, uint32_t least, uint32_t size, bool *told)
{
  const struct ct_nat *nat = c->engine->nat;
  uint16_t id;

  *told =
    nat->draw != NULL && nat->draw(&c->original, c->manip, &id, nat->draw_user) && id >= least && id - least < size;
  return *told ? (uint16_t)(id - least) : ct_nat_random(c->engine);
}

/* Least value and number of values of the id that may be given. => NULL: none may. */
static uint16_t *id_to_change(const choice *c, ct_tuple *tuple, uint32_t *least, uint32_t *size)
{
  uint16_t *id = c->manip == CT_NAT_SRC ? &tuple->src_id : &tuple->dst_id;

  if (ct_tuple_is_icmp(tuple)) {
    id = &tuple->src_id;
    *least = 0;
    *size = 65536;
  } else if (tuple->proto == CT_PROTO_GRE) {
    if (!(c->entry->status & CT_STATUS_EXPECTED))
      return NULL;
    *least = 1;
    *size = 65535;
  } else if (!ct_nat_has_ids(tuple->proto) || (c->manip == CT_NAT_DST && !(c->range->flags & CT_NAT_IDS))) {
    return NULL;
  } else {
    *least = *id >= 1024 ? 1024 : *id >= 512 ? 600 : 1;
    *size = (*id >= 1024 ? 65535 : *id >= 512 ? 1023 : 511) - *least + 1;
  }
  if (c->range->flags & CT_NAT_IDS) {
    *least = MIN(c->range->min_id, c->range->max_id);
    *size = MAX(c->range->min_id, c->range->max_id) - *least + 1U;
  }
  return id;
}

static uint16_t first_offset(const choice *c, uint16_t id, uint32_t least, uint32_t size, bool *told)
{
  *told = false;
  if (c->range->flags & CT_NAT_OFFSET)
    return (uint16_t)(id - c->range->base_id);
  if (!(c->range->flags & CT_NAT_RANDOM) && c->manip == CT_NAT_DST)
    return 0;
  return draw(c, least, size, told);
}

static ct_nat_how how_of(const ct_nat_range *range)
{
  return range->flags & CT_NAT_RANDOM ? CT_NAT_HOW_ASKED
         : range->flags & CT_NAT_IDS  ? CT_NAT_HOW_RANGE
                                      : CT_NAT_HOW_CLASH;
}

/*
 * nf_nat_l4proto_unique_tuple. Gives up with the last id that it tried. Where an id is told, the search of each round
 * begins with it, and it is the last one of who gives up.
 */
static void choose_id(const choice *c, ct_tuple *tuple)
{
  uint32_t least, size, attempts, i;
  uint16_t *id = id_to_change(c, tuple, &least, &size), offset, first;
  bool told;

  if (id == NULL)
    return;
  c->engine->nat->how = (uint8_t)how_of(c->range);
  first = offset = first_offset(c, *id, least, size, &told);
  for (attempts = MIN(size, ATTEMPTS_MOST);; attempts /= 2) {
    for (i = 0; i < attempts; i++, offset++) {
      *id = (uint16_t)(least + offset % size);
      if (!is_taken_harder(c, tuple, attempts - i))
        return;
    }
    if (attempts >= size || attempts < ATTEMPTS_LEAST) {
      c->engine->nat->how = CT_NAT_HOW_FULL;
      if (told)
        *id = (uint16_t)(least + first);
      return;
    }
    first = offset = draw(c, least, size, &told);
  }
}

/* --- all of it --- */

static bool keeps_id(const choice *c, const ct_tuple *tuple)
{
  const ct_nat_range *range = c->range;

  if (range->flags & CT_NAT_RANDOM)
    return false;
  if (!(range->flags & CT_NAT_IDS))
    return !is_taken(c, tuple);
  return !(range->flags & CT_NAT_OFFSET) && id_in_range(c, tuple) &&
         (range->min_id == range->max_id || !is_taken(c, tuple));
}

static void choose(const choice *c, const ct_tuple *current, ct_tuple *chosen)
{
  const ct_nat_range *range = c->range;

  *chosen = *current;
  if (c->manip == CT_NAT_SRC && !(range->flags & CT_NAT_RANDOM)) {
    if (in_range(c, current)) {
      if (!is_taken_anew(c, current))
        return;
    } else if (find_mapping(c, current, chosen) && !is_taken(c, chosen)) {
      c->engine->nat->how = CT_NAT_HOW_FOLLOWED;
      return;
    }
  }
  *chosen = *current;
  choose_address(c, chosen);
  if (!keeps_id(c, chosen))
    choose_id(c, chosen);
  else if (range->flags & CT_NAT_IDS && range->min_id == range->max_id)
    c->engine->nat->how = CT_NAT_HOW_RANGE; /* and nobody has looked whether it is free */
}

/*
 * Where the tuple that was chosen is nobody's, the confirm hook need not ask again: the original one was looked up when
 * the packet arrived, and no other entry is made until this one is. But a tuple in two zones is looked up otherwise.
 */
static void note_alone(const choice *c)
{
  if (*c->is_free && c->manip == CT_NAT_SRC && ct_nat_has_ids(c->original.proto) && !c->engine->table.split)
    c->entry->traits |= CT_ENTRY_ALONE;
  else
    c->entry->traits &= (uint8_t)~CT_ENTRY_ALONE;
}

void ct_nat_choose(ct_engine *engine, ct_entry *entry, const ct_nat_wish *wish, const ct_tuple *current,
                   ct_tuple *chosen)
{
  bool is_free = false;
  const choice c = { engine, entry, wish->manip, wish->range, wish->original, wish->source_hash, &is_free };

  engine->nat->how = CT_NAT_HOW_KEPT;
  choose(&c, current, chosen);
  note_alone(&c);
}

void ct_nat_keep_destination(ct_engine *engine, ct_entry *entry)
{
  const ct_packet *packet = engine->packet;
  bool is_free;
  choice c = { .engine = engine, .entry = entry, .manip = CT_NAT_DST, .is_free = &is_free };
  ct_tuple reply, current;

  engine->nat->how = CT_NAT_HOW_KEPT;
  if (entry->traits & CT_ENTRY_KEYED) {
    ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &c.original);
    ct_table_tuple(&engine->table, entry, CT_REPLY, &reply);
    ct_tuple_invert(&reply, &current);
    is_taken(&c, &current);
    return;
  }
  c.original = packet->tuple; /* it is of no zone, and the entry's first */
  is_taken_as(&c, &c.original, packet->hash);
  if (is_free)
    engine->nat->answers_nobody = packet->number;
}
