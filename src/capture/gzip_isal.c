/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip by ISA-L's igzip. */
#include "capture/gzip.h"

#include <isa-l/igzip_lib.h>

/* 85 KiB: it holds the window and what did not fit into the output. */
struct cap_gzip {
  struct inflate_state state;
  guint seen; /* bytes of the member's header up to its flags */
};

enum { FLAGS_AT = 3, FLAGS_RESERVED = 0xe0 };

void cap_gzip_reset(cap_gzip *g)
{
  isal_inflate_reset(&g->state);
  g->seen = 0;
  g->state.crc_flag = ISAL_GZIP; /* header and trailer are its business, too */
}

cap_gzip *cap_gzip_new(void)
{
  cap_gzip *g = g_new0(cap_gzip, 1);

  isal_inflate_init(&g->state);
  cap_gzip_reset(g);
  return g;
}

void cap_gzip_free(cap_gzip *g) { g_free(g); }

static const char *reason_of(int result)
{
  switch (result) {
  case ISAL_INCORRECT_CHECKSUM: return CAP_GZIP_SUM;
  case ISAL_INVALID_WRAPPER:
  case ISAL_UNSUPPORTED_METHOD: return CAP_GZIP_WRAPPER;
  default: return CAP_GZIP_DATA;
  }
}

/* RFC 1952 says that a reader must refuse flags that it does not know; igzip passes them over. */
static gboolean has_strange_flags(cap_gzip *g, const cap_decompress_io *io)
{
  guint at = FLAGS_AT - g->seen;

  if (g->seen > FLAGS_AT)
    return FALSE;
  g->seen += (guint)MIN(io->in_bytes, at + 1);
  return io->in_bytes > at && (io->in[at] & FLAGS_RESERVED) != 0;
}

enum { COPY_LEAST = 3, COPY_MOST = 258, LENGTH_SYMBOL_BEHIND = 254 };

/*
 * A copy whose distance is wrong is counted as made, where igzip decodes fast: bytes that nobody has written. => how
 * many of the output's last bytes that may be. Where the copy was to begin, its symbol stands in two bytes, as it is
 * written before it is known for none. Later bytes may be anything, so the first that looks like it is taken; where
 * none does, a copy of the greatest length: what is left is always good, and the same each time.
 */
static gsize not_written(const cap_gzip *g, const guint8 *end, gsize made)
{
  gsize waiting = (gsize)MAX(g->state.tmp_out_valid - g->state.tmp_out_processed, 0); /* of it, behind the room */
  gsize most = MIN(made, COPY_MOST), length;

  for (length = most; waiting == 0 && length >= COPY_LEAST; length--)
    if (end[-(gssize)length] + 256U * end[1 - (gssize)length] == length + LENGTH_SYMBOL_BEHIND)
      return length;
  return most - MIN(most, waiting);
}

cap_decompress_result cap_gzip_run(cap_gzip *g, cap_decompress_io *io)
{
  struct inflate_state *s = &g->state;
  guint32 in_now = (guint32)MIN(io->in_bytes, G_MAXUINT32), out_now = (guint32)MIN(io->out_bytes, G_MAXUINT32);
  gsize made;
  int result;

  if (has_strange_flags(g, io)) {
    io->reason = CAP_GZIP_WRAPPER;
    return CAP_DECOMPRESS_BROKEN;
  }
  s->next_in = (uint8_t *)io->in; /* not written to */
  s->avail_in = in_now;
  s->next_out = io->out;
  s->avail_out = out_now;
  result = isal_inflate(s);
  /* By its pointers: what it says is left is too little where it fails. */
  made = (gsize)(s->next_out - io->out);
  if (result == ISAL_INVALID_LOOKBACK || result == ISAL_INVALID_SYMBOL)
    made -= not_written(g, s->next_out, made);
  io->in_bytes -= (gsize)(s->next_in - io->in);
  io->in = s->next_in;
  io->out_bytes -= made;
  io->out += made;
  if (result < 0) {
    io->reason = reason_of(result);
    return CAP_DECOMPRESS_BROKEN;
  }
  return s->block_state == ISAL_BLOCK_FINISH ? CAP_DECOMPRESS_WHOLE : CAP_DECOMPRESS_MORE;
}
