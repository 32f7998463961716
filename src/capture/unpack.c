/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/unpack.h"

#include "capture/decompress.h"

enum { OUT_BYTES = 1 << 16 };

/* => why it is no whole file, or NULL. */
static const char *unpack(cap_decompressor *d, const GString *packed, gsize most, GString *out)
{
  cap_decompress_io io = { .in = (const guint8 *)packed->str, .in_bytes = packed->len };
  guint8 *buffer = g_malloc(OUT_BYTES);
  cap_decompress_result result;
  const char *reason = NULL;
  gsize made, left;

  do {
    left = io.in_bytes;
    io.out = buffer;
    io.out_bytes = OUT_BYTES;
    io.end = left == 0;
    result = cap_decompressor_run(d, &io);
    made = OUT_BYTES - io.out_bytes;
    if (result == CAP_DECOMPRESS_BROKEN)
      reason = io.reason;
    else if (out->len + made > most)
      reason = "unpacked it is too long";
    else
      g_string_append_len(out, (const char *)buffer, (gssize)made);
  } while (reason == NULL && (made > 0 || io.in_bytes < left));
  if (reason == NULL && result != CAP_DECOMPRESS_WHOLE)
    reason = "it is cut";
  g_free(buffer);
  return reason;
}

gboolean cap_unpack(GString *bytes, gsize most, const char **reason)
{
  cap_decompressor *d = cap_decompressor_new((const guint8 *)bytes->str, bytes->len);
  GString *out;

  if (d == NULL)
    return TRUE;
  out = g_string_new(NULL);
  *reason = unpack(d, bytes, most, out);
  cap_decompressor_free(d);
  g_string_truncate(bytes, 0);
  g_string_append_len(bytes, out->str, (gssize)out->len);
  g_string_free(out, TRUE);
  return *reason == NULL;
}
