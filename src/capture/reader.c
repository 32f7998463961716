/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The base of all kinds of reader. */
#include "capture/reader.h"

cap_reader *cap_reader_new(const cap_reader_ops *ops, gsize size, cap_window *window)
{
  cap_reader *reader = g_malloc0(size);

  reader->ops = ops;
  if (window != NULL) {
    reader->window = *window;
    *window = (cap_window){ 0 };
  }
  return reader;
}

void cap_reader_free(cap_reader *reader)
{
  if (reader == NULL)
    return;
  cap_window_clear(&reader->window);
  g_clear_error(&reader->failed);
  g_clear_pointer(&reader->inner_names, g_hash_table_unref);
  for (guint i = 0; i < reader->interfaces.n; i++)
    g_free(reader->interfaces.pages[i / CAP_INTERFACES_PAGE][i % CAP_INTERFACES_PAGE]);
  for (guint i = 0; i < G_N_ELEMENTS(reader->interfaces.pages); i++)
    g_free(reader->interfaces.pages[i]);
  reader->ops->free(reader);
}

void cap_reader_inflate_ahead(cap_reader *reader)
{
  if (reader->ops->inflate_ahead != NULL)
    reader->ops->inflate_ahead(reader);
  else
    cap_source_inflate_ahead(reader->window.source);
}

gboolean cap_reader_next(cap_reader *reader, cap_batch *batch, GError **error)
{
  cap_batch_clear(batch);
  batch->place = CAP_NO_PLACE;
  if (!reader->ended && reader->failed == NULL)
    reader->ops->fill(reader, batch);
  if (G_UNLIKELY(reader->name_frames != NULL))
    reader->name_frames(reader, batch);
  if (batch->n > 0)
    return TRUE;
  if (reader->ended)
    cap_window_release(&reader->window);
  if (reader->failed != NULL)
    g_propagate_error(error, g_steal_pointer(&reader->failed));
  return FALSE;
}

gboolean cap_reader_seek(cap_reader *reader, guint64 place)
{
  if (reader->ops->seek == NULL || place == CAP_NO_PLACE || !cap_window_seek(&reader->window, place))
    return FALSE;
  g_clear_error(&reader->failed);
  reader->ended = FALSE;
  reader->ops->seek(reader);
  return TRUE;
}

void cap_reader_interrupt(cap_reader *reader)
{
  if (reader->ops->interrupt != NULL)
    reader->ops->interrupt(reader);
  else
    cap_source_interrupt(reader->window.source);
}

void cap_reader_progress(const cap_reader *reader, guint64 *done_bytes, guint64 *total_bytes)
{
  if (reader->ops->progress != NULL)
    reader->ops->progress(reader, done_bytes, total_bytes);
  else
    cap_source_progress(reader->window.source, done_bytes, total_bytes);
}

gboolean cap_reader_reads(const cap_reader *reader, const char *path)
{
  return reader->ops->reads != NULL ? reader->ops->reads(reader, path) : cap_source_reads(reader->window.source, path);
}

guint64 cap_reader_dropped(const cap_reader *reader)
{
  return reader->ops->dropped != NULL ? reader->ops->dropped(reader) : 0;
}

guint cap_reader_interfaces(const cap_reader *reader)
{
  return __atomic_load_n(&reader->interfaces.n, __ATOMIC_ACQUIRE);
}

const char *cap_reader_interface_name(const cap_reader *reader, guint interface)
{
  if (interface >= cap_reader_interfaces(reader))
    return "";
  return reader->interfaces.pages[interface / CAP_INTERFACES_PAGE][interface % CAP_INTERFACES_PAGE];
}

int cap_reader_add_interface(cap_reader *reader, const char *name)
{
  cap_interfaces *all = &reader->interfaces;
  guint number = all->n;

  if (number == CAP_INTERFACES_MAX)
    return -1;
  if (all->pages[number / CAP_INTERFACES_PAGE] == NULL)
    all->pages[number / CAP_INTERFACES_PAGE] = g_new0(char *, CAP_INTERFACES_PAGE);
  all->pages[number / CAP_INTERFACES_PAGE][number % CAP_INTERFACES_PAGE] = g_strdup(name);
  __atomic_store_n(&all->n, number + 1, __ATOMIC_RELEASE);
  return (int)number;
}

cap_writer_kind cap_reader_writer_kind(const cap_reader *reader)
{
  return reader->one_link ? CAP_WRITER_PCAP : CAP_WRITER_PCAPNG;
}

void cap_reader_fail(cap_reader *reader, gsize at, cap_error code, const char *format, ...)
{
  cap_window *w = &reader->window;
  va_list args;

  va_start(args, format);
  g_autofree char *reason = g_strdup_vprintf(format, args);
  va_end(args);
  reader->ended = TRUE;
  g_set_error(&reader->failed, CAP_ERROR, code, "%s: at byte %" G_GUINT64_FORMAT ": %s", cap_source_name(w->source),
              w->chunk_offset + at, reason);
}

gboolean cap_reader_need(cap_reader *reader, gsize need, const char *what)
{
  cap_window *w = &reader->window;

  if (cap_window_have(w) >= need || cap_window_need(w, need, &reader->failed))
    return TRUE;
  reader->ended = TRUE;
  if (reader->failed == NULL && cap_window_have(w) > 0 && !cap_source_interrupted(w->source))
    cap_reader_fail(reader, w->start, CAP_ERROR_CUT,
                    "the file ends inside a %s: %" G_GSIZE_FORMAT " of its %" G_GSIZE_FORMAT " bytes are there", what,
                    cap_window_have(w), need);
  return FALSE;
}

gint64 cap_ts_clamp(__int128 ts_ns) { return (gint64)CLAMP(ts_ns, (__int128)0, (__int128)CAP_TS_MAX_NS); }
