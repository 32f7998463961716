/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_kit.h"

#include <glib/gstdio.h>
#include <lzma.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

kit_file kit_file_new(gboolean big) { return (kit_file){ g_byte_array_new(), big }; }

void kit_file_clear(kit_file *f)
{
  g_byte_array_unref(f->bytes);
  f->bytes = NULL;
}

void kit_put16(kit_file *f, guint16 v)
{
  v = f->big ? GUINT16_TO_BE(v) : GUINT16_TO_LE(v);
  kit_put_bytes(f, &v, sizeof(v));
}

void kit_put32(kit_file *f, guint32 v)
{
  v = f->big ? GUINT32_TO_BE(v) : GUINT32_TO_LE(v);
  kit_put_bytes(f, &v, sizeof(v));
}

void kit_put_bytes(kit_file *f, const void *data, gsize n) { g_byte_array_append(f->bytes, data, (guint)n); }

static guint8 frame_byte(guint seed, gsize i) { return (guint8)(seed * 31 + i * 7 + (i >> 8)); }

void kit_put_frame(kit_file *f, guint seed, gsize n)
{
  guint at = f->bytes->len;

  g_byte_array_set_size(f->bytes, at + (guint)n);
  for (gsize i = 0; i < n; i++)
    f->bytes->data[at + i] = frame_byte(seed, i);
}

void kit_pcap_header(kit_file *f, guint32 magic, guint minor, guint32 snaplen, guint32 linktype)
{
  kit_put32(f, magic);
  kit_put16(f, 2);
  kit_put16(f, (guint16)minor);
  kit_put32(f, 0);
  kit_put32(f, 0);
  kit_put32(f, snaplen);
  kit_put32(f, linktype);
}

void kit_pcap_record(kit_file *f, guint32 s, guint32 fraction, guint32 captured, guint32 wire, guint seed)
{
  kit_put32(f, s);
  kit_put32(f, fraction);
  kit_put32(f, captured);
  kit_put32(f, wire);
  kit_put_frame(f, seed, captured);
}

gsize kit_block_begin(kit_file *f, guint32 type)
{
  gsize begin = f->bytes->len;

  kit_put32(f, type);
  kit_put32(f, 0);
  return begin;
}

static void pad(kit_file *f)
{
  while (f->bytes->len % 4 != 0)
    kit_put_bytes(f, "", 1);
}

void kit_block_end(kit_file *f, gsize begin)
{
  kit_file length = kit_file_new(f->big);

  pad(f);
  kit_put32(&length, (guint32)(f->bytes->len + 4 - begin));
  kit_put_bytes(f, length.bytes->data, 4);
  memcpy(f->bytes->data + begin + 4, length.bytes->data, 4);
  kit_file_clear(&length);
}

void kit_option(kit_file *f, guint code, const void *value, gsize n)
{
  kit_put16(f, (guint16)code);
  kit_put16(f, (guint16)n);
  kit_put_bytes(f, value, n);
  pad(f);
}

void kit_section(kit_file *f)
{
  gsize begin = kit_block_begin(f, 0x0a0d0d0a);

  kit_put32(f, 0x1a2b3c4d);
  kit_put16(f, 1);
  kit_put16(f, 0);
  kit_put32(f, 0xffffffff);
  kit_put32(f, 0xffffffff);
  kit_block_end(f, begin);
}

void kit_interface(kit_file *f, guint linktype, const char *name, int tsresol)
{
  gsize begin = kit_block_begin(f, 1);
  guint8 resolution = (guint8)tsresol;

  kit_put16(f, (guint16)linktype);
  kit_put16(f, 0);
  kit_put32(f, 0);
  if (name != NULL)
    kit_option(f, 2, name, strlen(name));
  if (tsresol >= 0)
    kit_option(f, 9, &resolution, 1);
  if (name != NULL || tsresol >= 0)
    kit_option(f, 0, NULL, 0);
  kit_block_end(f, begin);
}

void kit_packet(kit_file *f, guint32 interface, guint64 ticks, guint32 captured, guint32 wire, guint seed, int flags)
{
  gsize begin = kit_block_begin(f, 6);

  kit_put32(f, interface);
  kit_put32(f, (guint32)(ticks >> 32));
  kit_put32(f, (guint32)ticks);
  kit_put32(f, captured);
  kit_put32(f, wire);
  kit_put_frame(f, seed, captured);
  pad(f);
  if (flags >= 0) {
    kit_option(f, 1, "a comment", 9);
    kit_put16(f, 2);
    kit_put16(f, 4);
    kit_put32(f, (guint32)flags);
    kit_option(f, 0, NULL, 0);
  }
  kit_block_end(f, begin);
}

static GByteArray *gzip(const guint8 *data, gsize n)
{
  GByteArray *out = g_byte_array_new();
  z_stream z = { 0 };

  g_byte_array_set_size(out, (guint)(n + n / 100 + 1000));
  g_assert_cmpint(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  z.next_in = (Bytef *)data;
  z.avail_in = (guint)n;
  z.next_out = out->data;
  z.avail_out = out->len;
  g_assert_cmpint(deflate(&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size(out, (guint)z.total_out);
  deflateEnd(&z);
  return out;
}

static GByteArray *xz(const guint8 *data, gsize n)
{
  GByteArray *out = g_byte_array_new();
  gsize made = 0;

  g_byte_array_set_size(out, (guint)lzma_stream_buffer_bound(n));
  g_assert_cmpint(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, data, n, out->data, &made, out->len), ==, LZMA_OK);
  g_byte_array_set_size(out, (guint)made);
  return out;
}

static GByteArray *zstd(const guint8 *data, gsize n)
{
  GByteArray *out = g_byte_array_new();
  ZSTD_CCtx *c = ZSTD_createCCtx();
  gsize made;

  g_byte_array_set_size(out, (guint)ZSTD_compressBound(n));
  ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
  made = ZSTD_compress2(c, out->data, out->len, data, n);
  g_assert_false(ZSTD_isError(made));
  ZSTD_freeCCtx(c);
  g_byte_array_set_size(out, (guint)made);
  return out;
}

static const struct {
  const char *name;
  GByteArray *(*compress)(const guint8 *data, gsize n);
} compressions[KIT_COMPRESSIONS] = { { "gzip", gzip }, { "xz", xz }, { "zstd", zstd } };

GByteArray *kit_compress(kit_compression kind, const void *data, gsize n)
{
  return compressions[kind].compress(data, n);
}

const char *kit_compression_name(kit_compression kind) { return compressions[kind].name; }

char *kit_save(const void *data, gsize n)
{
  GError *error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp("ctreplay-test-XXXXXX", &path, &error);

  g_assert_no_error(error);
  for (gsize done = 0; done < n;) {
    gssize now = write(fd, (const guint8 *)data + done, n - done);

    g_assert_cmpint(now, >, 0);
    done += (gsize)now;
  }
  close(fd);
  return path;
}

void kit_remove(char *path)
{
  g_unlink(path);
  g_free(path);
}

static void frame_clear(gpointer frame) { g_free((gpointer)((cap_frame *)frame)->data); }

kit_result *kit_read(cap_reader *reader, GError *error)
{
  kit_result *r = g_new0(kit_result, 1);
  cap_batch *batch = cap_batch_new();

  r->frames = g_array_new(FALSE, FALSE, sizeof(cap_frame));
  g_array_set_clear_func(r->frames, frame_clear);
  r->names = g_ptr_array_new_with_free_func(g_free);
  r->error = error;
  r->errors = error != NULL;
  while (reader != NULL) {
    GError *failed = NULL;
    gboolean more = cap_reader_next(reader, batch, &failed);

    r->batches += more;
    for (guint i = 0; more && i < batch->n; i++) {
      cap_frame f = batch->frames[i];

      g_assert_cmpuint(f.captured, <=, f.wire);
      g_assert_cmpuint(f.interface, <, cap_reader_interfaces(reader));
      f.data = g_memdup2(f.data, f.captured);
      g_array_append_val(r->frames, f);
      g_ptr_array_add(r->names, g_strdup(cap_reader_interface_name(reader, f.interface)));
    }
    if (failed != NULL) {
      g_assert_false(more);
      r->errors++;
      if (r->error == NULL)
        r->error = failed;
      else
        g_error_free(failed);
    } else if (!more) {
      break;
    }
  }
  cap_reader_free(reader);
  cap_batch_free(batch);
  return r;
}

kit_result *kit_read_path(const char *path)
{
  GError *error = NULL;
  cap_reader *reader = cap_reader_open(path, &error);

  g_assert_true((reader == NULL) == (error != NULL));
  return kit_read(reader, error);
}

kit_result *kit_read_file(const kit_file *f)
{
  char *path = kit_save(f->bytes->data, f->bytes->len);
  kit_result *r = kit_read_path(path);

  kit_remove(path);
  return r;
}

void kit_result_free(kit_result *r)
{
  g_array_unref(r->frames);
  g_ptr_array_unref(r->names);
  g_clear_error(&r->error);
  g_free(r);
}

const cap_frame *kit_frame(const kit_result *r, guint i)
{
  g_assert_cmpuint(i, <, r->frames->len);
  return &g_array_index(r->frames, cap_frame, i);
}

gboolean kit_frame_is(const cap_frame *f, guint seed, gsize n)
{
  if (f->captured != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (f->data[i] != frame_byte(seed, i))
      return FALSE;
  return TRUE;
}

char *kit_frames_differ(const kit_result *a, const kit_result *b)
{
  for (guint i = 0; i < MIN(a->frames->len, b->frames->len); i++) {
    const cap_frame *fa = kit_frame(a, i), *fb = kit_frame(b, i);

    if (fa->ts_ns != fb->ts_ns)
      return g_strdup_printf("frame %u: time %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, i + 1, fa->ts_ns, fb->ts_ns);
    if (fa->captured != fb->captured || fa->wire != fb->wire || fa->link != fb->link)
      return g_strdup_printf("frame %u: captured %u, wire %u, link %u and %u, %u, %u", i + 1, fa->captured, fa->wire,
                             fa->link, fb->captured, fb->wire, fb->link);
    if (fa->captured > 0 && memcmp(fa->data, fb->data, fa->captured) != 0)
      return g_strdup_printf("frame %u: other bytes", i + 1);
  }
  return a->frames->len == b->frames->len ? NULL : g_strdup_printf("%u and %u frames", a->frames->len, b->frames->len);
}

static int compare_paths(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

GPtrArray *kit_truth_captures(void)
{
  const char *truth = g_getenv("CTREPLAY_TRUTH"), *srcdir = g_getenv("srcdir");
  g_autofree char *folder = truth != NULL
                              ? g_build_filename(truth, "captures", NULL)
                              : g_build_filename(srcdir != NULL ? srcdir : ".", "..", "shared", "captures", NULL);
  GDir *dir = g_dir_open(folder, 0, NULL);
  GPtrArray *paths;

  if (dir == NULL)
    return NULL;
  paths = g_ptr_array_new_with_free_func(g_free);
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
    if (!g_str_has_suffix(name, ".md") && !g_str_has_suffix(name, ".tsv"))
      g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
  g_dir_close(dir);
  g_ptr_array_sort(paths, compare_paths);
  return paths;
}
