/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gzip, xz and zstd behind one interface: feed input, take output. Several members or frames in a row are one
 * stream, as their own tools have it. Memory is bounded: a file that wants a larger window than
 * CAP_DECOMPRESS_MEMORY_BYTES is refused.
 */
#ifndef CAP_DECOMPRESS_H
#define CAP_DECOMPRESS_H

#include <glib.h>

/* xz -9 needs 65 MiB, zstd --long 128 MiB. */
#define CAP_DECOMPRESS_MEMORY_BYTES (G_GUINT64_CONSTANT(256) << 20)

typedef struct cap_decompressor cap_decompressor;

/* Bytes that tell: as many as the longest magic has. */
enum { CAP_DECOMPRESS_MAGIC_BYTES = 6 };

/* => NULL where the bytes are not the start of a compressed file. */
cap_decompressor *cap_decompressor_new(const guint8 *start, gsize n);
void cap_decompressor_free(cap_decompressor *d);
const char *cap_decompressor_name(const cap_decompressor *d);

typedef enum {
  CAP_DECOMPRESS_MORE,   /* all input taken or all room used: go on */
  CAP_DECOMPRESS_WHOLE,  /* as MORE, and the input so far is a whole file */
  CAP_DECOMPRESS_BROKEN, /* reason says why; the output before is good */
} cap_decompress_result;

typedef struct cap_decompress_io {
  const guint8 *in; /* moved past the input taken */
  gsize in_bytes;
  guint8 *out; /* moved past the output made */
  gsize out_bytes;
  gboolean end;       /* no input will follow */
  const char *reason; /* why BROKEN; static */
} cap_decompress_io;

/*
 * The result says whether the input could end here. At the end of the file it is called without input and with end
 * set until it makes no more output.
 */
cap_decompress_result cap_decompressor_run(cap_decompressor *d, cap_decompress_io *io);

#endif
