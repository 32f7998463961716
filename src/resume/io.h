/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run keeps beside its engine, as bytes and back: each field is described once for both ways. A function of
 * resume_* puts the value that it is pointed to, or gets it; a folder's own keep function calls them in an order of its
 * own (pkt_decoder_keep, fw_firewall_keep, replay_source_keep).
 *
 * Numbers are little-endian. What lies raw (resume_raw) is for a program of the same build on a machine of the same
 * kind, which the file's head says (cli/resume_file.c). What cannot be got becomes 0 and a failure, of which the first
 * is kept; who fills something in looks at io->failed before it is used.
 */
#ifndef RESUME_IO_H
#define RESUME_IO_H

#include <glib.h>
#include <string.h>

typedef struct resume_io {
  GByteArray *out; /* writing; NULL: reading */
  const guint8 *at, *end;
  gboolean failed;
  const char *why; /* a sentence without its full stop */
} resume_io;

static inline gboolean resume_reads(const resume_io *io) { return io->out == NULL; }

static inline void resume_fail(resume_io *io, const char *why)
{
  if (!io->failed)
    io->why = why;
  io->failed = TRUE;
  io->at = io->end;
}

static inline void resume_raw(resume_io *io, gpointer bytes, gsize n)
{
  if (n == 0)
    return;
  if (!resume_reads(io)) {
    g_byte_array_append(io->out, bytes, (guint)n);
  } else if ((gsize)(io->end - io->at) < n) {
    memset(bytes, 0, n);
    resume_fail(io, "it ends within its parts");
  } else {
    memcpy(bytes, io->at, n);
    io->at += n;
  }
}

static inline void resume_u64(resume_io *io, guint64 *value)
{
  guint64 v = GUINT64_TO_LE(*value);

  resume_raw(io, &v, sizeof v);
  *value = GUINT64_FROM_LE(v);
}

static inline void resume_i64(resume_io *io, gint64 *value)
{
  guint64 v = (guint64)*value;

  resume_u64(io, &v);
  *value = (gint64)v;
}

static inline void resume_u32(resume_io *io, guint32 *value)
{
  guint32 v = GUINT32_TO_LE(*value);

  resume_raw(io, &v, sizeof v);
  *value = GUINT32_FROM_LE(v);
}

static inline void resume_u8(resume_io *io, guint8 *value) { resume_raw(io, value, 1); }

static inline void resume_bool(resume_io *io, gboolean *value)
{
  guint8 v = *value != FALSE;

  resume_u8(io, &v);
  *value = v != 0;
}

/* A number of things that take so many bytes each, at least: no more than the bytes can hold. */
static inline guint32 resume_count(resume_io *io, guint32 n, gsize least_bytes)
{
  resume_u32(io, &n);
  if (resume_reads(io) && n > (gsize)(io->end - io->at) / MAX(least_bytes, 1)) {
    resume_fail(io, "it has more of something than there is room for");
    n = 0;
  }
  return n;
}

static inline void resume_byte_array(resume_io *io, GByteArray *bytes)
{
  guint32 n = resume_count(io, bytes->len, 1);

  if (resume_reads(io))
    g_byte_array_set_size(bytes, n);
  resume_raw(io, bytes->data, n);
}

/* Of plain elements. */
static inline void resume_array(resume_io *io, GArray *array)
{
  guint bytes = g_array_get_element_size(array);
  guint32 n = resume_count(io, array->len, bytes);

  if (resume_reads(io))
    g_array_set_size(array, n);
  resume_raw(io, array->data, (gsize)n * bytes);
}

static inline void resume_put_text(resume_io *io, const char *text)
{
  guint32 n = resume_count(io, (guint32)strlen(text), 1);

  resume_raw(io, (gpointer)text, n);
}

/* => to be freed. */
static inline char *resume_get_text(resume_io *io)
{
  guint32 n = resume_count(io, 0, 1);
  char *text = g_malloc0((gsize)n + 1);

  resume_raw(io, text, n);
  return text;
}

#endif
