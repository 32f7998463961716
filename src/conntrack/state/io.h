/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of a state, each described once for both ways: a function of io_* puts the value that it is pointed to, or
 * gets it. Numbers are little-endian; varints have seven bits a byte, the lowest first, and no more bytes than they
 * need. Differences wrap around, so any value can stand after any other.
 *
 * What cannot be got becomes 0 and a failure, of which the first is kept; who fills something in looks at io->failed
 * before it is used. Internal to src/conntrack/state.
 */
#ifndef CT_STATE_IO_H
#define CT_STATE_IO_H

#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/state/state.h"

enum { CT_STATE_IO_BYTES = 64 * 1024, CT_STATE_VARINT_MOST = 10 };

typedef struct ct_state_io {
  bool writing, failed;
  uint8_t *at, *end; /* room left, or bytes left, which are then only read */
  ct_state_error *error;
  const uint8_t *start; /* reading: of all bytes */
  /* writing: */
  ct_state_sink sink;
  void *user;
  uint64_t given; /* bytes that the sink has got */
  uint32_t crc;   /* of these */
  uint8_t *buffer;
} ct_state_io;

/* The first failure counts; format as printf's, of %s, %u, %lu and %llu. */
void ct_state_fail(ct_state_io *io, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Nothing was got where something had to be. */
void ct_state_fail_short(ct_state_io *io);
/* Gives the buffer to the sink. */
void ct_state_flush(ct_state_io *io);

/* => n bytes at io->at, to be put to or got from; NULL where there are none. n is far below CT_STATE_IO_BYTES. */
static inline uint8_t *io_take(ct_state_io *io, size_t n)
{
  uint8_t *at;

  if (G_UNLIKELY((size_t)(io->end - io->at) < n)) {
    if (!io->writing) {
      ct_state_fail_short(io);
      return NULL;
    }
    ct_state_flush(io);
  }
  at = io->at;
  io->at += n;
  return at;
}

static inline void io_bytes(ct_state_io *io, void *bytes, size_t n)
{
  uint8_t *at = io_take(io, n);

  if (at == NULL)
    memset(bytes, 0, n);
  else if (io->writing)
    memcpy(at, bytes, n);
  else
    memcpy(bytes, at, n);
}

#define CT_STATE_IO_FIXED(bits)                                                     \
  static inline void io_u##bits(ct_state_io *io, uint##bits##_t *value)             \
  {                                                                                 \
    uint8_t *at = io_take(io, bits / 8);                                            \
    uint##bits##_t v = 0;                                                           \
    unsigned i;                                                                     \
                                                                                    \
    if (io->writing)                                                                \
      for (i = 0; i < bits / 8; i++)                                                \
        at[i] = (uint8_t)(*value >> 8 * i);                                         \
    else {                                                                          \
      for (i = 0; at != NULL && i < bits / 8; i++)                                  \
        v = (uint##bits##_t)(v | (uint##bits##_t)((uint##bits##_t)at[i] << 8 * i)); \
      *value = v;                                                                   \
    }                                                                               \
  }
CT_STATE_IO_FIXED(8)
CT_STATE_IO_FIXED(16)
CT_STATE_IO_FIXED(32)
CT_STATE_IO_FIXED(64)
#undef CT_STATE_IO_FIXED

static inline void io_i64(ct_state_io *io, int64_t *value)
{
  uint64_t v = (uint64_t)*value;

  io_u64(io, &v);
  *value = (int64_t)v;
}

void ct_state_put_varint(ct_state_io *io, uint64_t value);
/* => a value up to most; 0 and a failure where there is none. */
uint64_t ct_state_get_varint(ct_state_io *io, uint64_t most);

static inline void io_varint(ct_state_io *io, uint64_t *value, uint64_t most)
{
  if (!io->writing)
    *value =
      G_LIKELY(io->at < io->end && *io->at < 0x80 && *io->at <= most) ? *io->at++ : ct_state_get_varint(io, most);
  else if (G_LIKELY(*value < 0x80 && io->at < io->end))
    *io->at++ = (uint8_t)*value; /* not NULL, being before the end: NOLINT(clang-analyzer-core.NullDereference) */
  else
    ct_state_put_varint(io, *value);
}

static inline void io_var64(ct_state_io *io, uint64_t *value) { io_varint(io, value, UINT64_MAX); }

static inline void io_var32(ct_state_io *io, uint32_t *value)
{
  uint64_t v = *value;

  io_varint(io, &v, UINT32_MAX);
  *value = (uint32_t)v;
}

static inline void io_var16(ct_state_io *io, uint16_t *value)
{
  uint64_t v = *value;

  io_varint(io, &v, UINT16_MAX);
  *value = (uint16_t)v;
}

/* A moment near another. */
static inline void io_near64(ct_state_io *io, int64_t *value, int64_t base)
{
  uint64_t d = (uint64_t)*value - (uint64_t)base, zigzag = d << 1 ^ -(d >> 63);

  io_varint(io, &zigzag, UINT64_MAX);
  *value = (int64_t)((uint64_t)base + (zigzag >> 1 ^ -(zigzag & 1)));
}

/* A number of sequence space near another, or seldom before it. */
static inline void io_near32(ct_state_io *io, uint32_t *value, uint32_t base)
{
  uint32_t d = *value - base;
  uint64_t zigzag = (uint32_t)(d << 1 ^ -(d >> 31));

  io_varint(io, &zigzag, UINT32_MAX);
  *value = base + (uint32_t)((uint32_t)zigzag >> 1 ^ -((uint32_t)zigzag & 1));
}
static inline void io_after32(ct_state_io *io, uint32_t *value, uint32_t base)
{
  uint32_t d = *value - base;

  io_var32(io, &d);
  *value = base + d;
}

#endif
