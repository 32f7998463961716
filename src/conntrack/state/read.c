/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/read/checksum.h"
#include "conntrack/state/parts.h"
#include "conntrack/state/tail.h"

/* That all of it is there, and as it was written. => where the parts end. */
static uint8_t *check_tail(ct_state_io *io)
{
  size_t n = (size_t)(io->end - io->start), left = (size_t)(io->end - io->at);
  ct_state_io tail = { .at = io->end - CT_STATE_TAIL_BYTES, .end = io->end, .start = io->start };
  uint64_t bytes = 0;
  uint32_t sum = 0, end = 0;

  if (io->failed || left < CT_STATE_TAIL_BYTES) {
    ct_state_fail(io, "it is cut short");
    return io->end;
  }
  io_u64(&tail, &bytes);
  io_u32(&tail, &sum);
  io_u32(&tail, &end);
  if (end != CT_STATE_END || bytes != n)
    ct_state_fail(io, "it is cut short, or something follows it");
  else if (sum != ct_crc32c(0, io->start, n - sizeof(sum) - sizeof(end)))
    ct_state_fail(io, "it is damaged: its checksum is wrong");
  return io->end - CT_STATE_TAIL_BYTES;
}

static void get_parts(ct_state_io *io, ct_engine *engine, const ct_state_info *info)
{
  ct_state_io_clock(io, engine);
  if (!io->failed &&
      (engine->now_ns != info->now_ns || engine->stats.packets != info->packets || engine->sequence != info->sequence))
    ct_state_fail(io, "its head contradicts its parts");
  ct_state_get_entries(io, engine, info->entries);
  engine->count = engine->table.used + g_hash_table_size(engine->orphaned_masters);
  ct_state_get_expectations(io, engine, info->expectations);
  ct_state_get_gre_keys(io, engine);
  if (!io->failed && io->at != io->end)
    ct_state_fail(io, "it is longer than its parts");
  if (!io->failed)
    ct_state_check_counts(io, engine);
}

ct_engine *ct_state_read(const uint8_t *bytes, size_t n, const ct_params *params, ct_state_error *error)
{
  ct_state_io io = { .at = (uint8_t *)bytes, .end = (uint8_t *)bytes + n, .start = bytes, .error = error };
  ct_state_info info;
  ct_engine *engine;

  memset(error, 0, sizeof(*error));
  ct_state_get_head(&io, &info);
  if (!io.failed)
    io.end = check_tail(&io);
  if (io.failed)
    return NULL;
  engine = ct_engine_new(params);
  ct_state_compare_params(&io, &info.params, &engine->params);
  if (!io.failed)
    get_parts(&io, engine, &info);
  if (io.failed) {
    ct_engine_free(engine);
    return NULL;
  }
  return engine;
}
