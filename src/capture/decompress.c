/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/decompress.h"

#include "capture/gzip.h"

#include <lzma.h>
#include <string.h>
#include <zstd.h>

typedef struct decompressor_kind {
  const char *name;
  guint8 magic[CAP_DECOMPRESS_MAGIC_BYTES];
  guint8 magic_bytes;
  gboolean (*init)(cap_decompressor *d);
  cap_decompress_result (*run)(cap_decompressor *d, cap_decompress_io *io);
  void (*clear)(cap_decompressor *d);
} decompressor_kind;

struct cap_decompressor {
  const decompressor_kind *kind;
  gboolean whole; /* the input may end here */
  union {
    cap_gzip *gzip;
    lzma_stream lzma;
    struct {
      ZSTD_DCtx *zstd;
      gsize zstd_next;     /* bytes of input that it can take at once */
      gboolean zstd_holds; /* maybe output for which there was no room */
    };
  };
};

static gboolean gzip_init(cap_decompressor *d)
{
  d->gzip = cap_gzip_new();
  return d->gzip != NULL;
}

static void gzip_clear(cap_decompressor *d) { cap_gzip_free(d->gzip); }

static cap_decompress_result gzip_run(cap_decompressor *d, cap_decompress_io *io)
{
  cap_decompress_result result;

  if (d->whole) {
    /* Between members. Files from tapes are padded with zeros, which gzip takes for nothing too. */
    while (io->in_bytes > 0 && *io->in == 0) {
      io->in++;
      io->in_bytes--;
    }
    if (io->in_bytes == 0)
      return CAP_DECOMPRESS_WHOLE;
    if (*io->in != d->kind->magic[0]) {
      io->reason = "bytes follow that are not gzip data";
      return CAP_DECOMPRESS_BROKEN;
    }
    cap_gzip_reset(d->gzip);
    d->whole = FALSE;
  }
  result = cap_gzip_run(d->gzip, io);
  d->whole = result == CAP_DECOMPRESS_WHOLE;
  return result;
}

static gboolean xz_init(cap_decompressor *d)
{
  d->lzma = (lzma_stream)LZMA_STREAM_INIT;
  return lzma_stream_decoder(&d->lzma, CAP_DECOMPRESS_MEMORY_BYTES, LZMA_CONCATENATED) == LZMA_OK;
}

static void xz_clear(cap_decompressor *d) { lzma_end(&d->lzma); }

static const char *xz_reason(lzma_ret result)
{
  switch (result) {
  case LZMA_MEM_ERROR: return "no memory for its dictionary";
  case LZMA_MEMLIMIT_ERROR: return "its dictionary needs more than 256 MiB";
  case LZMA_FORMAT_ERROR: return "bytes follow that are not xz data";
  case LZMA_OPTIONS_ERROR: return "options that liblzma does not know";
  default: return "its data are corrupt";
  }
}

static cap_decompress_result xz_run(cap_decompressor *d, cap_decompress_io *io)
{
  lzma_stream *s = &d->lzma;

  if (d->whole)
    return CAP_DECOMPRESS_WHOLE;
  s->next_in = io->in;
  s->avail_in = io->in_bytes;
  s->next_out = io->out;
  s->avail_out = io->out_bytes;

  lzma_ret result = lzma_code(s, io->end ? LZMA_FINISH : LZMA_RUN);

  io->in = s->next_in;
  io->in_bytes = s->avail_in;
  io->out = s->next_out;
  io->out_bytes = s->avail_out;
  switch (result) {
  case LZMA_STREAM_END: d->whole = TRUE; return CAP_DECOMPRESS_WHOLE;
  case LZMA_OK:
  case LZMA_BUF_ERROR: /* no progress without more input or room */ return CAP_DECOMPRESS_MORE;
  default: io->reason = xz_reason(result); return CAP_DECOMPRESS_BROKEN;
  }
}

enum { ZSTD_FRAME_BEGINS = 5 }; /* what zstd itself wants first */

static gboolean zstd_init(cap_decompressor *d)
{
  d->zstd = ZSTD_createDCtx();
  d->zstd_next = ZSTD_FRAME_BEGINS;
  /* The window is the memory: 2^28 is the largest that stays within the bound. */
  return d->zstd != NULL && !ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, 28));
}

static void zstd_clear(cap_decompressor *d) { ZSTD_freeDCtx(d->zstd); }

static gsize zstd_step(cap_decompressor *d, cap_decompress_io *io, gsize in_most)
{
  ZSTD_inBuffer from = { io->in, MIN(io->in_bytes, in_most), 0 };
  ZSTD_outBuffer to = { io->out, io->out_bytes, 0 };
  gsize left = ZSTD_decompressStream(d->zstd, &to, &from);

  if (ZSTD_isError(left))
    return left;
  io->in += from.pos;
  io->in_bytes -= from.pos;
  io->out += to.pos;
  io->out_bytes -= to.pos;
  d->zstd_holds = left > 0 && io->out_bytes == 0;
  return left;
}

/*
 * A call that fails forgets what it made before, and its places may say that it filled the room with what it never
 * wrote. So they are not believed; each is given no more than it asked for, which is one block, when what it holds has
 * been taken: what comes before a broken block is there already.
 */
static cap_decompress_result zstd_run(cap_decompressor *d, cap_decompress_io *io)
{
  const guint8 *start = io->out;
  gsize left = 0;

  if (d->whole && io->in_bytes == 0)
    return CAP_DECOMPRESS_WHOLE; /* asked again, zstd would say how much of a next frame it wants */
  if (d->zstd_holds)
    left = zstd_step(d, io, 0);
  if (!ZSTD_isError(left) && io->out == start)
    left = zstd_step(d, io, d->zstd_next);
  if (ZSTD_isError(left)) {
    io->reason = ZSTD_getErrorName(left);
    return CAP_DECOMPRESS_BROKEN;
  }
  d->whole = left == 0;
  d->zstd_next = d->whole ? ZSTD_FRAME_BEGINS : left;
  return d->whole ? CAP_DECOMPRESS_WHOLE : CAP_DECOMPRESS_MORE;
}

static const decompressor_kind kinds[] = {
  { "gzip", { 0x1f, 0x8b }, 2, gzip_init, gzip_run, gzip_clear },
  { "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, xz_init, xz_run, xz_clear },
  { "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_init, zstd_run, zstd_clear },
};

cap_decompressor *cap_decompressor_new(const guint8 *start, gsize n)
{
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    const decompressor_kind *kind = &kinds[i];

    if (n < kind->magic_bytes || memcmp(start, kind->magic, kind->magic_bytes) != 0)
      continue;

    cap_decompressor *d = g_new0(cap_decompressor, 1);

    d->kind = kind;
    if (!kind->init(d))
      g_error("no memory for the %s decoder", kind->name); /* as GLib does for any small allocation */
    return d;
  }
  return NULL;
}

void cap_decompressor_free(cap_decompressor *d)
{
  if (d == NULL)
    return;
  d->kind->clear(d);
  g_free(d);
}

const char *cap_decompressor_name(const cap_decompressor *d) { return d->kind->name; }

cap_decompress_result cap_decompressor_run(cap_decompressor *d, cap_decompress_io *io) { return d->kind->run(d, io); }
