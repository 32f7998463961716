/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip by zlib, which every machine has. */
#include "capture/gzip.h"

#include <string.h>
#include <zlib.h>

struct cap_gzip {
  z_stream stream;
};

cap_gzip *cap_gzip_new(void)
{
  cap_gzip *g = g_new0(cap_gzip, 1);

  if (inflateInit2(&g->stream, 16 + MAX_WBITS) == Z_OK) /* + 16: a gzip wrapper, nothing else */
    return g;
  g_free(g);
  return NULL;
}

void cap_gzip_free(cap_gzip *g)
{
  if (g == NULL)
    return;
  inflateEnd(&g->stream);
  g_free(g);
}

void cap_gzip_reset(cap_gzip *g) { inflateReset(&g->stream); }

/* zlib tells by sentences alone which check it was. */
static const char *reason_of(const char *message)
{
  if (message != NULL && (strstr(message, "data check") != NULL || strstr(message, "length check") != NULL))
    return CAP_GZIP_SUM;
  return message != NULL && (strstr(message, "header") != NULL || strstr(message, "compression method") != NULL)
           ? CAP_GZIP_WRAPPER
           : CAP_GZIP_DATA;
}

cap_decompress_result cap_gzip_run(cap_gzip *g, cap_decompress_io *io)
{
  z_stream *z = &g->stream;
  guint in_now = (guint)MIN(io->in_bytes, G_MAXUINT), out_now = (guint)MIN(io->out_bytes, G_MAXUINT);
  int result;

  z->next_in = (Bytef *)io->in; /* zlib does not write there; its type is older than const */
  z->avail_in = in_now;
  z->next_out = io->out;
  z->avail_out = out_now;
  result = inflate(z, Z_NO_FLUSH);
  io->in += in_now - z->avail_in;
  io->in_bytes -= in_now - z->avail_in;
  io->out += out_now - z->avail_out;
  io->out_bytes -= out_now - z->avail_out;
  switch (result) {
  case Z_STREAM_END: return CAP_DECOMPRESS_WHOLE;
  case Z_OK:
  case Z_BUF_ERROR: /* no progress without more input or room */ return CAP_DECOMPRESS_MORE;
  default: io->reason = reason_of(z->msg); return CAP_DECOMPRESS_BROKEN;
  }
}
