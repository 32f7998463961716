/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/state/parts.h"
#include "conntrack/state/tail.h"

bool ct_state_write(const ct_engine *engine, ct_state_sink sink, void *user, ct_state_error *error)
{
  uint8_t *buffer;
  ct_state_io io = { .writing = true, .error = error, .sink = sink, .user = user };
  uint64_t bytes;
  uint32_t sum, end = CT_STATE_END;

  g_assert(engine->packet == NULL && !engine->in_watcher);
  memset(error, 0, sizeof(*error));
  if (engine->keeper != NULL) {
    ct_state_fail(&io, "an engine whose entries are kept by somebody else cannot be written");
    return false;
  }
  io.at = io.buffer = buffer = g_malloc(CT_STATE_IO_BYTES);
  io.end = buffer + CT_STATE_IO_BYTES;
  ct_state_put_head(&io, engine);
  ct_state_io_clock(&io, (ct_engine *)engine); /* which is not changed where it is written */
  ct_state_put_entries(&io, engine);
  ct_state_put_expectations(&io, engine);
  ct_state_put_gre_keys(&io, engine);
  bytes = io.given + (uint64_t)(io.at - io.buffer) + CT_STATE_TAIL_BYTES;
  io_u64(&io, &bytes);
  ct_state_flush(&io);
  sum = io.crc;
  io_u32(&io, &sum);
  io_u32(&io, &end);
  ct_state_flush(&io);
  g_free(buffer);
  return !io.failed;
}
