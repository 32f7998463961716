/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What few entries have: a master, a helper and its memory. How many children a master has, living or dead, is counted
 * as they are read, and is not written.
 */
#include "conntrack/master.h"
#include "conntrack/state/parts.h"

enum {
  HAS_MASTER = 1 << 0,
  HAS_HELPER = 1 << 1,
  HAS_MEMORY = 1 << 2,
  HAS_CUT = 1 << 3, /* helper_cut */
  HAS_PENDING = 1 << 4,
  HAS_MARK = 1 << 5,
  HAS_SECMARK = 1 << 6,
  HAS_DEADLINE = 1 << 7, /* helper_deadline_ns */
  HAS_LABELS = 1 << 8,
  HAS_MASKS = 1 << 9,
  HAS_TIMEOUTS = 1 << 10,
  HAS_ZONE_WAY = 1 << 11
};

void ct_state_io_tuple(ct_state_io *io, ct_tuple *tuple)
{
  size_t n;

  io_u8(io, &tuple->family);
  io_u8(io, &tuple->proto);
  if (!io->failed && tuple->family != CT_IPV4 && tuple->family != CT_IPV6)
    ct_state_fail(io, "a tuple is of no IP");
  n = tuple->family == CT_IPV6 ? 16 : 4;
  io_bytes(io, tuple->src.bytes, n);
  io_bytes(io, tuple->dst.bytes, n);
  io_u16(io, &tuple->src_id);
  io_u16(io, &tuple->dst_id);
  io_u16(io, &tuple->zone);
}

void ct_state_io_helper(ct_state_io *io, const ct_helper **helper)
{
  uint64_t number = 0;

  if (io->writing && *helper != NULL)
    number = (uint64_t)ct_helper_number((*helper)->name) + 1;
  io_varint(io, &number, UINT16_MAX);
  if (io->writing)
    return;
  *helper = number != 0 ? ct_helper_get((unsigned)number - 1) : NULL;
  if (number != 0 && *helper == NULL)
    ct_state_fail(io, "it names helper %u, which there is not", (unsigned)number);
}

static void io_master(ct_state_io *io, ct_ext *ext)
{
  const ct_helper *helper = io->writing ? ct_helper_find(ext->expected_helper) : NULL;

  io_var64(io, &ext->master_id);
  ct_state_io_tuple(io, &ext->master_tuple);
  ct_state_io_helper(io, &helper);
  ct_state_io_word(io, &ext->expected_by);
  io_var64(io, &ext->expected_by_packet);
  if (io->writing || io->failed)
    return;
  if (ext->master_id == 0 || helper == NULL || ext->expected_by == NULL)
    ct_state_fail(io, "a child does not say whose");
  else
    ext->expected_helper = helper->name;
}

/* The fields of a memory one by one, each at its place in the helper's struct. */
static void io_memory(ct_state_io *io, const ct_helper *helper, uint8_t *memory)
{
  const char *field;
  size_t at = 0;

  for (field = helper->state_fields; *field != '\0'; field++) {
    size_t n = (size_t)(*field - '0');

    at = (at + n - 1) / n * n;
    g_assert(at + n <= helper->state_bytes);
    if (n == 1)
      io_u8(io, memory + at);
    else if (n == 2)
      io_u16(io, (uint16_t *)(void *)(memory + at));
    else
      io_u32(io, (uint32_t *)(void *)(memory + at));
    at += n;
  }
}

/* Those of its timeouts that are not the settings'. */
static void put_timeouts(ct_state_io *io, const ct_engine *engine, const int64_t *timeout_ns)
{
  uint8_t n = 0;
  unsigned t;

  for (t = 0; t < CT_TIMEOUT_COUNT; t++)
    n += timeout_ns[t] != engine->own_timeout_ns[t];
  io_u8(io, &n);
  for (t = 0; t < CT_TIMEOUT_COUNT; t++)
    if (timeout_ns[t] != engine->own_timeout_ns[t]) {
      int64_t value = timeout_ns[t];
      uint8_t which = (uint8_t)t;

      io_u8(io, &which);
      io_i64(io, &value);
    }
}

static void get_timeouts(ct_state_io *io, ct_engine *engine, ct_ext *ext)
{
  int64_t timeout_ns[CT_TIMEOUT_COUNT];
  uint8_t n = 0, t = 0, least = 0;

  memcpy(timeout_ns, engine->own_timeout_ns, sizeof(timeout_ns));
  io_u8(io, &n);
  for (; n > 0 && !io->failed; n--) {
    io_u8(io, &t);
    if (io->failed || t < least || t >= CT_TIMEOUT_COUNT) {
      ct_state_fail(io, "a connection's own timeouts are in no order");
      return;
    }
    io_i64(io, &timeout_ns[t]);
    if (timeout_ns[t] < 0 || timeout_ns[t] > (int64_t)UINT32_MAX * CT_NS_PER_S ||
        timeout_ns[t] == engine->own_timeout_ns[t])
      ct_state_fail(io, "a connection's own timeout is none that could have been set");
    least = (uint8_t)(t + 1);
  }
  if (!io->failed)
    ext->timeout_ns = ct_engine_policy(engine, timeout_ns);
}

static void io_ext(ct_state_io *io, const ct_entry *entry, ct_ext *ext, uint16_t has)
{
  unsigned i;
  int dir;

  if (has & HAS_MASTER)
    io_master(io, ext);
  if (has & HAS_HELPER)
    ct_state_io_helper(io, &ext->helper);
  if (has & HAS_PENDING)
    io_u16(io, &ext->pending_events);
  if (has & HAS_MARK)
    io_u32(io, &ext->mark);
  if (has & HAS_SECMARK)
    io_u32(io, &ext->secmark);
  if (entry->status & CT_STATUS_SEQ_ADJUST)
    for (dir = 0; dir < 2; dir++) {
      io_u32(io, &ext->seqadj[dir].position);
      io_u32(io, (uint32_t *)&ext->seqadj[dir].before);
      io_u32(io, (uint32_t *)&ext->seqadj[dir].after);
    }
  for (i = 0; has & HAS_LABELS && i < G_N_ELEMENTS(ext->labels.words); i++)
    io_u32(io, &ext->labels.words[i]);
  if (has & HAS_MASKS) {
    io_u16(io, &ext->event_mask);
    io_u16(io, &ext->expect_mask);
    ext->masked = true;
  }
  if (has & HAS_ZONE_WAY) {
    io_u8(io, &ext->zone_way);
    if (!io->failed && ext->zone_way > 1 << CT_REPLY)
      ct_state_fail(io, "a zone is of no one direction");
  }
  if (has & HAS_DEADLINE)
    io_near64(io, &ext->helper_deadline_ns, entry->deadline_ns);
}

static uint16_t parts_of(const ct_ext *ext)
{
  return (uint16_t)((ext->master_id != 0 ? HAS_MASTER : 0) | (ext->helper != NULL ? HAS_HELPER : 0) |
                    (ext->helper_state != NULL ? HAS_MEMORY : 0) | (ext->helper_cut ? HAS_CUT : 0) |
                    (ext->pending_events != 0 ? HAS_PENDING : 0) | (ext->mark != 0 ? HAS_MARK : 0) |
                    (ext->secmark != 0 ? HAS_SECMARK : 0) | (ext->helper_deadline_ns != 0 ? HAS_DEADLINE : 0) |
                    (ct_labels_any(&ext->labels) ? HAS_LABELS : 0) | (ext->masked ? HAS_MASKS : 0) |
                    (ext->timeout_ns != NULL ? HAS_TIMEOUTS : 0) | (ext->zone_way != 0 ? HAS_ZONE_WAY : 0));
}

void ct_state_put_ext(ct_state_io *io, const ct_engine *engine, const ct_entry *entry)
{
  const ct_ext *ext = ct_ext_get(engine, entry);
  uint16_t has = parts_of(ext);
  ct_ext copy = *ext;

  io_u16(io, &has);
  io_ext(io, entry, &copy, has);
  if (has & HAS_TIMEOUTS)
    put_timeouts(io, engine, ext->timeout_ns);
  if (has & HAS_MEMORY)
    io_memory(io, ext->helper, ext->helper_state);
}

static void get_memory(ct_state_io *io, ct_ext *ext)
{
  if (ext->helper == NULL || ext->helper->state_bytes == 0) {
    ct_state_fail(io, "there is a memory of no helper");
    return;
  }
  ext->helper_state = g_malloc0(ext->helper->state_bytes);
  io_memory(io, ext->helper, ext->helper_state);
  if (!io->failed && ext->helper->state_is_sound != NULL && !ext->helper->state_is_sound(ext->helper_state))
    ct_state_fail(io, "the helper %s remembers what cannot have been", ext->helper->name);
}

/* Which is another one, older than it, in the table or not. */
static void find_master(ct_state_io *io, ct_engine *engine, const ct_entry *child, const ct_ext *ext)
{
  const ct_entry *master = ct_master_find(engine, ext->master_id);
  ct_tuple tuple = ext->master_tuple;

  if (master != NULL)
    ct_table_tuple(&engine->table, master, CT_ORIGINAL, &tuple);
  if (ext->master_id >= child->id)
    ct_state_fail(io, "a child is older than its master");
  else if (!ct_tuple_equal(&tuple, &ext->master_tuple))
    ct_state_fail(io, "a child's master is another connection");
  else
    ct_master_child_back(engine, ext->master_id);
}

void ct_state_get_ext(ct_state_io *io, ct_engine *engine, ct_entry *entry)
{
  ct_ext *ext = ct_ext_need(engine, entry);
  uint16_t has = 0;

  io_u16(io, &has);
  io_ext(io, entry, ext, has);
  if (!io->failed && has & HAS_TIMEOUTS)
    get_timeouts(io, engine, ext);
  if (!io->failed && has & HAS_MEMORY)
    get_memory(io, ext);
  ext->helper_cut = has & HAS_CUT;
  if (io->failed)
    return;
  if (has & HAS_LABELS && (engine->labels_from == 0 || entry->id < engine->labels_from))
    ct_state_fail(io, "an entry has labels from before there were any");
  if (parts_of(ext) != has)
    ct_state_fail(io, "an extension has an empty part");
  else if (!(has & HAS_MASTER) != !(entry->status & CT_STATUS_EXPECTED) ||
           (entry->status & CT_STATUS_HELPER && ext->helper == NULL))
    ct_state_fail(io, "an entry's status contradicts its extension");
  else if (has & HAS_MASTER)
    find_master(io, engine, entry, ext);
}
