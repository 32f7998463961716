/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/state/io.h"

#include "conntrack/read/checksum.h"
#include "conntrack/words.h"

void ct_state_fail(ct_state_io *io, const char *format, ...)
{
  va_list args;

  if (!io->failed && io->error != NULL) {
    io->error->offset = io->writing ? io->given : (uint64_t)(io->at - io->start);
    va_start(args, format);
    ct_words_fill(io->error->text, sizeof(io->error->text), format, args);
    va_end(args);
  }
  io->failed = true;
  if (!io->writing)
    io->at = io->end;
}

void ct_state_fail_short(ct_state_io *io) { ct_state_fail(io, "a part of it ends before its last field"); }

void ct_state_flush(ct_state_io *io)
{
  size_t n = (size_t)(io->at - io->buffer);

  io->crc = ct_crc32c(io->crc, io->buffer, n);
  if (!io->failed && n > 0 && !io->sink(io->buffer, n, io->user))
    ct_state_fail(io, "%s", "");
  io->given += n;
  io->at = io->buffer;
}

void ct_state_put_varint(ct_state_io *io, uint64_t value)
{
  uint8_t *at;

  if ((size_t)(io->end - io->at) < CT_STATE_VARINT_MOST)
    ct_state_flush(io);
  for (at = io->at; value >= 0x80; value >>= 7)
    *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)value;
  io->at = at;
}

uint64_t ct_state_get_varint(ct_state_io *io, uint64_t most)
{
  uint64_t value = 0;
  unsigned shift = 0;
  uint8_t byte;

  do {
    if (io->at == io->end) {
      ct_state_fail_short(io);
      return 0;
    }
    byte = *io->at++;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0)) {
      ct_state_fail(io, "a number is not written as numbers are");
      return 0;
    }
    shift += 7;
  } while (byte & 0x80);
  if (value > most) {
    ct_state_fail(io, "a number is %" G_GUINT64_FORMAT " where at most %" G_GUINT64_FORMAT " is possible", value, most);
    return 0;
  }
  return value;
}
