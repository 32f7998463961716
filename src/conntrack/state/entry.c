/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table's entries, in order of creation. Where an entry stands in the slab, in the index and in the wheel shows
 * nowhere, so it is found anew; its place in a chain of the kernel's buckets follows from that order, but for nodes
 * that stand in none.
 */
#include "conntrack/nat/internal.h"
#include "conntrack/proto/proto.h"
#include "conntrack/state/parts.h"

#define BEFORE_MOST_NS (INT64_C(1) << 62)
#define AFTER_MOST_NS ((INT64_C(1) << 32) * CT_NS_PER_S + CT_NS_PER_S) /* the longest time anybody can give */
enum { ENTRY_LEAST_BYTES = 20, AHEAD = 16, RADIX_BITS = 11 };
enum { CHAIN_LONGEST = CT_CHAIN_LEAST + 29 + 1 }; /* what confirmation lets come about */
enum { STATUS_NEVER = CT_STATUS_DYING | CT_STATUS_TEMPLATE };

/* The first byte of an entry. */
enum {
  HAS_IPV6 = 1 << 0,
  HAS_COUNTERS = 1 << 1,
  HAS_EXT = 1 << 2,
  HAS_NODE_LEFT_OUT = 1 << 3, /* by direction, two bits */
  HAS_KEY = 1 << 5,           /* zones, a reply tuple of its own, and the device that it is masqueraded for */
  HAS_INFERRED = 1 << 6,      /* its translation is: it adds nothing */
  HAS_DEVICE = 1 << 7,        /* it is masqueraded for one, and its address is what it was: of those without HAS_KEY */
  HAS_EVERYTHING = 0xff
};

/* ---- what protocols keep ---- */

static void io_l4(ct_state_io *io, const ct_engine *engine, ct_entry *entry)
{
  const ct_proto *proto = ct_proto_of_entry(engine->params.profile, entry);

  if (proto->keep != NULL)
    proto->keep(io, engine, entry);
}

static bool l4_is_sound(const ct_engine *engine, const ct_entry *entry)
{
  const ct_proto *proto = ct_proto_of_entry(engine->params.profile, entry);

  return (entry->state == 0 || entry->state < proto->n_states) && (proto->sound == NULL || proto->sound(entry));
}

/* ---- an entry ---- */

static void io_counter(ct_state_io *io, ct_counter *counter)
{
  const uint64_t most = (UINT64_C(1) << 48) - 1;
  uint64_t packets = ct_counter_packets(counter), bytes = ct_counter_bytes(counter);

  io_varint(io, &packets, most);
  io_varint(io, &bytes, most);
  *counter = (ct_counter){ .packets_low = (uint32_t)packets,
                           .bytes_low = (uint32_t)bytes,
                           .packets_high = (uint16_t)(packets >> 32),
                           .bytes_high = (uint16_t)(bytes >> 32) };
}

/* Behind the tuple. before: the one that was created before it, or all zero. */
static void io_entry(ct_state_io *io, const ct_engine *engine, ct_entry *entry, uint8_t has, const ct_entry *before)
{
  uint64_t id = entry->id - before->id;
  uint8_t state = (uint8_t)entry->state;

  io_varint(io, &id, (UINT64_C(1) << CT_ENTRY_ID_BITS) - 1);
  entry->id = before->id + id;
  io_u16(io, &entry->status);
  io_u8(io, &state);
  entry->state = state;
  io_near64(io, &entry->deadline_ns, engine->now_ns);
  io_near64(io, &entry->created_ns, before->id != 0 ? before->created_ns : engine->now_ns);
  if (has & HAS_COUNTERS) {
    io_counter(io, &entry->counter[CT_ORIGINAL]);
    io_counter(io, &entry->counter[CT_REPLY]);
  }
  io_l4(io, engine, entry);
}

static void io_key(ct_state_io *io, ct_tuple *tuple, uint8_t has)
{
  size_t n = has & HAS_IPV6 ? 16 : 4;

  io_u8(io, &tuple->proto);
  io_bytes(io, tuple->src.bytes, n);
  io_bytes(io, tuple->dst.bytes, n);
  io_u16(io, &tuple->src_id);
  io_u16(io, &tuple->dst_id);
}

/* What is not the inverse of the original, or in another zone than 0. */
static void io_own_key(ct_state_io *io, ct_tuple tuple[2], uint32_t *device, uint8_t has)
{
  io_u16(io, &tuple[CT_ORIGINAL].zone);
  tuple[CT_REPLY].family = tuple[CT_ORIGINAL].family;
  io_key(io, &tuple[CT_REPLY], has);
  io_u16(io, &tuple[CT_REPLY].zone);
  io_var32(io, device);
}

/* ---- writing ---- */

typedef struct place {
  uint64_t id;
  uint32_t number;
} place;

/* Least significant digits first, and no more digits than the ids differ in. */
static place *in_order(place *places, place *spare, uint32_t n, uint64_t least, uint64_t most)
{
  uint32_t counts[1 << RADIX_BITS], i, sum, digit;
  unsigned shift;

  for (shift = 0; shift < 64 && (most - least) >> shift != 0; shift += RADIX_BITS) {
    place *from = places;

    memset(counts, 0, sizeof(counts));
    for (i = 0; i < n; i++)
      counts[(from[i].id - least) >> shift & (G_N_ELEMENTS(counts) - 1)]++;
    for (i = 0, sum = 0; i < G_N_ELEMENTS(counts); i++) {
      uint32_t count = counts[i];

      counts[i] = sum;
      sum += count;
    }
    for (i = 0; i < n; i++) {
      digit = (uint32_t)((from[i].id - least) >> shift & (G_N_ELEMENTS(counts) - 1));
      spare[counts[digit]++] = from[i];
    }
    places = spare;
    spare = from;
  }
  return places;
}

static void put_entry(ct_state_io *io, const ct_engine *engine, const ct_entry *entry, const ct_entry *before)
{
  uint32_t device = ct_nat_device(engine, entry);
  ct_entry copy = *entry;
  ct_tuple tuple[2];
  uint8_t has = 0;
  int dir;

  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &tuple[CT_ORIGINAL]);
  has |= tuple[CT_ORIGINAL].family == CT_IPV6 ? HAS_IPV6 : 0;
  has |= entry->traits & CT_ENTRY_KEYED ? HAS_KEY : device != 0 ? HAS_DEVICE : 0;
  has |= entry->traits & CT_ENTRY_COUNTED ? HAS_COUNTERS : 0;
  has |= entry->ext != 0 ? HAS_EXT : 0;
  has |= entry->traits & CT_ENTRY_INFERRED ? HAS_INFERRED : 0;
  for (dir = 0; engine->buckets.active && dir < 2; dir++)
    if (ct_buckets_is_left_out(&engine->buckets, ct_table_number(&engine->table, entry) * 2 + (uint32_t)dir))
      has |= (uint8_t)(HAS_NODE_LEFT_OUT << dir);
  io_u8(io, &has);
  io_key(io, &tuple[CT_ORIGINAL], has);
  if (has & HAS_KEY) {
    ct_table_tuple(&engine->table, entry, CT_REPLY, &tuple[CT_REPLY]);
    io_own_key(io, tuple, &device, has);
  } else if (has & HAS_DEVICE) {
    io_var32(io, &device);
  }
  io_entry(io, engine, &copy, has, before);
  if (has & HAS_EXT)
    ct_state_put_ext(io, engine, entry);
}

void ct_state_put_entries(ct_state_io *io, const ct_engine *engine)
{
  static const ct_entry none;
  const ct_table *table = &engine->table;
  place *places = g_new(place, (size_t)table->used + 1), *spare, *order = places;
  uint64_t least = UINT64_MAX, most = 0;
  const ct_entry *before = &none;
  uint32_t number, n = 0, i;
  bool sorted = true;

  for (number = 1; number < table->top; number++) {
    const ct_entry *entry = ct_table_entry(table, number);

    if (entry->id == 0 || !(entry->status & CT_STATUS_CONFIRMED))
      continue;
    sorted = sorted && entry->id > most;
    places[n++] = (place){ entry->id, number };
    least = MIN(least, entry->id);
    most = MAX(most, entry->id);
  }
  spare = sorted ? NULL : g_new(place, n);
  if (!sorted)
    order = in_order(places, spare, n, least, most);
  for (i = 0; i < n && !io->failed; i++) {
    const ct_entry *entry = ct_table_entry(table, order[i].number);

    if (i + AHEAD < n)
      ct_table_fetch_entry(table, order[i + AHEAD].number);
    put_entry(io, engine, entry, before);
    before = entry;
  }
  g_free(places);
  g_free(spare);
}

/* ---- reading ---- */

static const char *fault_of(const ct_engine *engine, const ct_entry *entry, const ct_tuple *tuple)
{
  ct_tuple inverse;

  if (entry->id == 0 || entry->id > engine->last_id)
    return "an entry has a number that was not given yet";
  if (!(entry->status & CT_STATUS_CONFIRMED) || entry->status & STATUS_NEVER)
    return "an entry has a status that none in the table has";
  if (ct_tuple_is_icmp_answer(tuple) || !ct_tuple_invert(tuple, &inverse))
    return "an entry is of an ICMP type that begins none";
  if (!l4_is_sound(engine, entry))
    return "an entry is in a state that its protocol does not have";
  if (entry->state != 0 && ct_proto_find(engine->params.profile, tuple->proto, tuple->family) == &ct_proto_generic)
    return "an entry is in a state, and its protocol has no tracker";
  return NULL;
}

static bool times_are_sound(const ct_engine *engine, const ct_entry *entry)
{
  int64_t now_ns = engine->now_ns;
  __int128 left = (__int128)entry->deadline_ns - now_ns, age = (__int128)now_ns - entry->created_ns;

  if (age < -(__int128)BEFORE_MOST_NS || age > BEFORE_MOST_NS || left > AFTER_MOST_NS)
    return false;
  return engine->params.gc == CT_GC_EXACT ? left >= 0 : left >= -(__int128)BEFORE_MOST_NS;
}

/* Entries that are made and stand in no index yet: their places there are on their way to the cache. */
typedef struct waiting {
  uint32_t number, hash, at[2];
  bool left_out[2];
} waiting;

/* Into the kernel's buckets, where the engine has them: behind those that came before. */
static void put_into_buckets(ct_state_io *io, ct_engine *engine, const ct_entry *entry, const waiting *w)
{
  uint32_t most = engine->params.gc == CT_GC_KERNEL ? CHAIN_LONGEST : UINT32_MAX;

  if (!ct_buckets_restore(&engine->buckets, &engine->table, entry, w->at, w->left_out) ||
      ct_buckets_length(&engine->buckets, w->at[0]) > most || ct_buckets_length(&engine->buckets, w->at[1]) > most)
    ct_state_fail(io, "a hash chain is longer than any can be");
}

static bool has_two_zones(const ct_table *table, const ct_entry *entry)
{
  ct_tuple original, reply;

  ct_table_tuple(table, entry, CT_ORIGINAL, &original);
  ct_table_tuple(table, entry, CT_REPLY, &reply);
  return original.zone != reply.zone;
}

static void place_entries(ct_state_io *io, ct_engine *engine, const waiting *all, unsigned n)
{
  unsigned i;

  for (i = 0; i < n && !io->failed; i++) {
    ct_entry *entry = ct_table_entry(&engine->table, all[i].number);
    ct_tuple tuple;
    ct_dir dir;

    for (dir = CT_ORIGINAL; dir <= CT_REPLY; dir++) {
      const ct_entry *other;
      ct_dir found = dir;
      uint32_t hash;

      if (dir == CT_REPLY && !(entry->traits & CT_ENTRY_KEYED))
        break;
      ct_table_looked_up(&engine->table, entry, dir, &tuple);
      hash = dir == CT_ORIGINAL ? all[i].hash : ct_tuple_hash(&tuple);
      other = ct_table_find(&engine->table, &tuple, hash, &found);
      /* Directions of two zones have to do with the same direction of others alone (create.c). */
      if (other != NULL && ((!has_two_zones(&engine->table, other) && !has_two_zones(&engine->table, entry)) ||
                            ct_table_find_as(&engine->table, &tuple, hash, dir) != NULL))
        ct_state_fail(io, "two entries are of one connection");
    }
    ct_table_insert(&engine->table, entry, all[i].hash);
    if (engine->buckets.active)
      put_into_buckets(io, engine, entry, &all[i]);
  }
}

static void wait_for_place(ct_state_io *io, const ct_engine *engine, const ct_entry *entry, const ct_tuple *tuple,
                           uint8_t has, waiting *w)
{
  int dir;

  memset(w, 0, sizeof(*w));
  w->number = ct_table_number(&engine->table, entry);
  w->hash = ct_tuple_hash(tuple);
  w->left_out[CT_ORIGINAL] = has & HAS_NODE_LEFT_OUT;
  w->left_out[CT_REPLY] = has & HAS_NODE_LEFT_OUT << 1;
  ct_table_prefetch_slot(&engine->table, w->hash);
  if ((w->left_out[0] || w->left_out[1]) && (!engine->buckets.active || engine->params.gc == CT_GC_KERNEL))
    ct_state_fail(io, "an entry was left out of buckets that leave none out");
  if (!engine->buckets.active)
    return;
  ct_buckets_of_entry(&engine->buckets, &engine->table, entry, w->at);
  for (dir = 0; dir < 2; dir++)
    ct_buckets_prefetch(&engine->buckets, w->at[dir]);
}

/* A reply is of the original's protocol and kind; what is its inverse in zone 0 is not written. */
static const char *fault_of_key(const ct_engine *engine, const ct_entry *entry, const ct_tuple tuple[2], uint8_t has)
{
  const uint16_t bits = CT_NAT_BITS | CT_NAT_BOTH_DONE;
  ct_tuple inverse;

  if (entry->status & bits && engine->nat == NULL)
    return "an entry is translated where nothing translates";
  if (!(has & HAS_KEY))
    return entry->status & CT_NAT_BITS ? "an entry is translated, and does not say to what" : NULL;
  if (tuple[CT_REPLY].proto != tuple[CT_ORIGINAL].proto || !ct_tuple_invert(&tuple[CT_REPLY], &inverse))
    return "an entry's two directions are of two kinds";
  if (ct_tuple_is_icmp(&inverse) && inverse.dst_id != tuple[CT_ORIGINAL].dst_id)
    return "an entry's two directions are of two kinds";
  inverse.zone = tuple[CT_REPLY].zone | tuple[CT_ORIGINAL].zone;
  if (inverse.zone == 0 && ct_tuple_equal(&inverse, &tuple[CT_ORIGINAL]))
    return "an entry has two keys that are one";
  return NULL;
}

/* Gets the tuple and the fields, and finds them possible behind the entry before. */
static void get_fields(ct_state_io *io, const ct_engine *engine, ct_tuple tuple[2], uint32_t *device, ct_entry *read,
                       uint8_t *has, const ct_entry *before)
{
  const char *fault;

  memset(read, 0, sizeof(*read));
  memset(tuple, 0, 2 * sizeof(*tuple));
  io_u8(io, has);
  if (*has & ~HAS_EVERYTHING)
    ct_state_fail(io, "an entry has a part that none has");
  tuple->family = *has & HAS_IPV6 ? CT_IPV6 : CT_IPV4;
  io_key(io, tuple, *has);
  read->proto = tuple->proto;
  read->traits = *has & HAS_IPV6 ? CT_ENTRY_IPV6 : 0;
  if (*has & HAS_KEY)
    io_own_key(io, tuple, device, *has);
  else if (*has & HAS_DEVICE)
    io_var32(io, device);
  io_entry(io, engine, read, *has, before);
  if (io->failed)
    return;
  fault = read->id <= before->id           ? "two entries have one number"
          : !times_are_sound(engine, read) ? "an entry lives from or until an impossible moment"
                                           : fault_of(engine, read, tuple);
  if (fault == NULL)
    fault = fault_of_key(engine, read, tuple, *has);
  if (fault == NULL && *has & HAS_DEVICE &&
      (*has & HAS_KEY || *device == 0 || engine->nat == NULL || !(read->status & CT_STATUS_SRC_NAT_DONE)))
    fault = "an entry has a device that nothing masquerades for";
  if (fault != NULL)
    ct_state_fail(io, "%s", fault);
}

static void get_entry(ct_state_io *io, ct_engine *engine, ct_entry *before, waiting *w)
{
  ct_entry read, *entry;
  uint32_t device = 0;
  ct_tuple tuple[2];
  uint8_t has = 0;

  get_fields(io, engine, tuple, &device, &read, &has, before);
  if (io->failed)
    return;
  *before = read;
  entry = ct_table_take(&engine->table, &tuple[CT_ORIGINAL]);
  if (has & HAS_KEY)
    ct_table_set_reply(&engine->table, entry, &tuple[CT_REPLY]);
  entry->status = read.status;
  entry->state = read.state;
  entry->id = read.id;
  entry->deadline_ns = read.deadline_ns;
  entry->created_ns = read.created_ns;
  entry->l4 = read.l4;
  memcpy(entry->counter, read.counter, sizeof(entry->counter));
  if (has & HAS_INFERRED)
    entry->traits |= CT_ENTRY_INFERRED;
  if (has & HAS_COUNTERS)
    entry->traits |= CT_ENTRY_COUNTED;
  if (entry->status & CT_STATUS_SRC_NAT_DONE)
    ct_nat_link_source(engine, entry);
  ct_nat_set_device(engine, entry, device);
  wait_for_place(io, engine, entry, &tuple[CT_ORIGINAL], has, w);
  if (has & HAS_EXT)
    ct_state_get_ext(io, engine, entry);
  else if (entry->status & (CT_STATUS_EXPECTED | CT_STATUS_HELPER | CT_STATUS_SEQ_ADJUST))
    ct_state_fail(io, "an entry has a master or a helper, and nothing says which");
}

void ct_state_get_entries(ct_state_io *io, ct_engine *engine, uint64_t n)
{
  waiting some[AHEAD];
  unsigned n_waiting = 0;
  ct_entry before;
  uint64_t i;

  memset(&before, 0, sizeof(before));
  /* Whatever the head says, there are no more than the bytes can hold. */
  ct_table_reserve(&engine->table, (uint32_t)MIN(MIN(n, (uint64_t)(io->end - io->at) / ENTRY_LEAST_BYTES), INT32_MAX));
  for (i = 0; i < n && !io->failed; i++) {
    get_entry(io, engine, &before, &some[n_waiting++]);
    if (n_waiting == AHEAD || i + 1 == n) {
      place_entries(io, engine, some, n_waiting);
      n_waiting = 0;
    }
  }
  if (!io->failed && engine->params.gc == CT_GC_EXACT && engine->table.top > 1)
    ct_timer_arm_all(&engine->timer, engine->table.slab, 1, engine->table.top, engine->now_ns);
}
