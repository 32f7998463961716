/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state's head: that it is one, of which format, from which engine, and how much of it there is. */
#include "conntrack/read/checksum.h"
#include "conntrack/state/parts.h"

enum { AT_HEAD_BYTES = 12, HEAD_LEAST = 72, SUM_BYTES = 4 };
/* A byte that is no text, so that nobody takes it for one; and what transfers as text change. */
static const uint8_t magic[8] = { 0xc7, 'S', 'T', 'A', 'T', 'E', '\r', '\n' };

/* FNV-1a, ends of strings included. */
static uint64_t mix(uint64_t hash, const char *text)
{
  do
    hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
  while (*text++ != '\0');
  return hash;
}

/*
 * Lists whose places stand in a state for what is there: reasons, timeouts, settings, statistics, helpers with their
 * memories, words. Whoever changes one makes it another format, without having to think of it.
 */
static uint64_t dictionary(void)
{
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  unsigned i;

  for (i = 0; i < CT_REASON_COUNT; i++)
    hash = mix(hash, ct_reason_word((ct_reason)i));
#define X(id, name, old, s, help) hash = mix(hash, #id);
  CT_TIMEOUT_LIST(X)
#undef X
#define X(field, name, old, value, largest, help) hash = mix(hash, #field);
  CT_SETTING_LIST(X)
#undef X
#define X(field, module, name, helper, kind, usual, least, largest, old, help) hash = mix(hash, #field);
  CT_MODULE_LIST(X)
#undef X
#define X(name) hash = mix(hash, #name);
  CT_STAT_LIST(X)
  CT_TCP_STATE_LIST(X)
  CT_SCTP_STATE_LIST(X)
  CT_DCCP_STATE_LIST(X)
#undef X
  for (i = 0; ct_helper_get(i) != NULL; i++) {
    const ct_helper *helper = ct_helper_get(i);

    hash = mix(mix(hash, helper->name), helper->state_fields != NULL ? helper->state_fields : "");
  }
  for (i = 0; ct_state_word(i) != NULL; i++)
    hash = mix(hash, ct_state_word(i));
  return hash;
}

static void io_figures(ct_state_io *io, ct_state_info *info)
{
  io_i64(io, &info->now_ns);
  io_u64(io, &info->packets);
  io_u64(io, &info->entries);
  io_u64(io, &info->expectations);
  io_u64(io, &info->sequence);
}

void ct_state_put_head(ct_state_io *io, const ct_engine *engine)
{
  ct_state_info info = { .version = CT_STATE_VERSION,
                         .params = engine->params,
                         .now_ns = engine->now_ns,
                         .packets = engine->stats.packets,
                         .entries = engine->table.used,
                         .expectations = ct_expect_count(engine),
                         .sequence = engine->sequence };
  uint32_t bytes = 0, sum;
  uint64_t words = dictionary();
  uint8_t *end;

  io_bytes(io, (void *)magic, sizeof(magic));
  io_u32(io, &info.version);
  io_u32(io, &bytes);
  io_u64(io, &words);
  io_figures(io, &info);
  ct_state_io_params(io, &info.params);
  bytes = (uint32_t)(io->at - io->buffer) + SUM_BYTES;
  g_assert(bytes <= CT_STATE_HEAD_MOST);
  end = io->at;
  io->at = io->buffer + AT_HEAD_BYTES;
  io_u32(io, &bytes);
  io->at = end;
  sum = ct_crc32c(0, io->buffer, bytes - SUM_BYTES);
  io_u32(io, &sum);
}

/* => what is summed, behind which the sum stands; 0 where there is no head. */
static size_t head_length(ct_state_io *io, ct_state_info *info)
{
  uint8_t begins[sizeof(magic)] = { 0 };
  uint32_t bytes = 0;

  if (io->end - io->at < HEAD_LEAST || memcmp(io->at, magic, sizeof(magic)) != 0) {
    size_t n = MIN((size_t)(io->end - io->at), sizeof(magic));

    ct_state_fail(io,
                  n > 0 && memcmp(io->at, magic, n) == 0 ? "it ends within its head" : "it is no state of an engine");
    return 0;
  }
  io_bytes(io, begins, sizeof(begins));
  io_u32(io, &info->version);
  if (info->version != CT_STATE_VERSION) {
    ct_state_fail(io, "it is of version %u of the format, and this program reads version %u", info->version,
                  (unsigned)CT_STATE_VERSION);
    return 0;
  }
  io_u32(io, &bytes);
  if (bytes < HEAD_LEAST + SUM_BYTES || bytes > CT_STATE_HEAD_MOST) {
    ct_state_fail(io, "its head is damaged");
    return 0;
  }
  if (bytes > (size_t)(io->end - io->start)) {
    ct_state_fail(io, "it ends within its head");
    return 0;
  }
  return bytes - SUM_BYTES;
}

void ct_state_get_head(ct_state_io *io, ct_state_info *info)
{
  uint8_t *end = io->end;
  uint64_t words = 0;
  uint32_t sum;
  size_t n;

  memset(info, 0, sizeof(*info));
  n = head_length(io, info);
  if (n == 0)
    return;
  io->end = (uint8_t *)io->start + n;
  io_u64(io, &words);
  io_figures(io, info);
  memcpy(&sum, io->end, sizeof(sum));
  if (GUINT32_FROM_LE(sum) != ct_crc32c(0, io->start, n))
    ct_state_fail(io, "its head is damaged");
  else if (words != dictionary())
    ct_state_fail(io, "it was written by a program that knows other protocols or reasons than this one");
  else
    ct_state_io_params(io, &info->params);
  if (!io->failed && io->at != io->end)
    ct_state_fail(io, "its head is longer than its parts");
  io->at += SUM_BYTES;
  io->end = end;
  if (io->failed)
    io->at = end;
}

bool ct_state_look(const uint8_t *bytes, size_t n, ct_state_info *info, ct_state_error *error)
{
  ct_state_io io = { .at = (uint8_t *)bytes, .end = (uint8_t *)bytes + n, .start = bytes, .error = error };

  memset(error, 0, sizeof(*error));
  ct_state_get_head(&io, info);
  return !io.failed;
}
