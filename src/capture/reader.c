/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening by content, and what all kinds of reader have in common. */
#include "capture/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_QUARK(cap - error - quark, cap_error)

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
  for (guint i = 0; i < reader->interfaces.n; i++)
    g_free(reader->interfaces.pages[i / CAP_INTERFACES_PAGE][i % CAP_INTERFACES_PAGE]);
  for (guint i = 0; i < G_N_ELEMENTS(reader->interfaces.pages); i++)
    g_free(reader->interfaces.pages[i]);
  reader->ops->free(reader);
}

gboolean cap_reader_next(cap_reader *reader, cap_batch *batch, GError **error)
{
  cap_batch_clear(batch);
  if (!reader->ended && reader->failed == NULL)
    reader->ops->fill(reader, batch);
  if (batch->n > 0)
    return TRUE;
  if (reader->ended)
    cap_window_release(&reader->window);
  if (reader->failed != NULL)
    g_propagate_error(error, g_steal_pointer(&reader->failed));
  return FALSE;
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

int cap_input_open(const char *path, GError **error)
{
  if (strcmp(path, "-") == 0)
    return STDIN_FILENO;

  int fd = open(path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    g_set_error(error, CAP_ERROR, CAP_ERROR_OPEN, "%s: cannot be opened: %s", path, g_strerror(errno));
  return fd;
}

/* Files people mistake for captures, or captures of tools that neither we nor libpcap read. */
static const struct {
  guint8 n;
  const char *magic, *what;
} strangers[] = {
  { 4, "GMBU", "a Microsoft Network Monitor 2 capture; editcap -F pcap converts it" },
  { 4, "RTSS", "a Microsoft Network Monitor 1 capture; editcap -F pcap converts it" },
  { 4, "XCP\0", "a NetXRay capture; editcap -F pcap converts it" },
  { 8, "TRSNIFF ", "a Sniffer capture; editcap -F pcap converts it" },
  { 3, "BZh", "compressed by bzip2, which is not supported" },
  { 4, "\x04\x22\x4d\x18", "compressed by lz4, which is not supported" },
  { 4, "LZIP", "compressed by lzip, which is not supported" },
  { 4, "PK\3\4", "a zip archive" },
};

/*
 * ERF (Endace) has no magic. Its records begin with a little-endian time, a type, flags, and a big-endian record
 * length that includes the 16 bytes of header, and is followed by a loss counter and the wire length.
 */
static gboolean looks_like_erf(const guint8 *p, gsize n)
{
  guint rlen, wlen, type;

  if (n < 16)
    return FALSE;
  type = p[8] & 0x7f;
  rlen = (guint)p[10] << 8 | p[11];
  wlen = (guint)p[14] << 8 | p[15];
  return type >= 1 && type <= 27 && rlen >= 16 && wlen > 0 && wlen <= rlen + 65535u && p[12] == 0 && p[13] == 0 &&
         rlen >= MIN(wlen, 64);
}

static void set_unknown_format(cap_window *w, GError **error)
{
  const guint8 *p = w->chunk->data + w->start;
  gsize n = cap_window_have(w);
  const char *what = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS(strangers) && what == NULL; i++)
    if (n >= strangers[i].n && memcmp(p, strangers[i].magic, strangers[i].n) == 0)
      what = strangers[i].what;
  if (what == NULL && looks_like_erf(p, n))
    what = "what looks like an ERF capture (Endace); editcap -F pcap converts it";
  if (what != NULL)
    g_set_error(error, CAP_ERROR, CAP_ERROR_FORMAT, "%s: this is %s", cap_source_name(w->source), what);
  else
    g_set_error(error, CAP_ERROR, CAP_ERROR_FORMAT,
                "%s: no capture file of a known kind (begins with %02x %02x %02x %02x)", cap_source_name(w->source),
                p[0], p[1], p[2], p[3]);
}

/* => FALSE where the file is too short to be anything. Gets enough to tell the kind. */
static gboolean get_magic(cap_window *w, GError **error)
{
  GError *failed = NULL;

  if (cap_window_need(w, 24, &failed) || (failed == NULL && cap_window_have(w) >= 4))
    return TRUE;
  if (failed != NULL)
    g_propagate_error(error, failed);
  else if (cap_source_interrupted(w->source))
    g_set_error(error, CAP_ERROR, CAP_ERROR_OPEN, "%s: interrupted before its first bytes came",
                cap_source_name(w->source));
  else if (cap_window_have(w) == 0)
    g_set_error(error, CAP_ERROR, CAP_ERROR_FORMAT, "%s: empty, no capture", cap_source_name(w->source));
  else
    g_set_error(error, CAP_ERROR, CAP_ERROR_FORMAT, "%s: too short for any capture", cap_source_name(w->source));
  return FALSE;
}

static cap_reader *open_by_content(cap_window *w, GError **error)
{
  const guint8 *start = w->chunk->data + w->start;
  gsize n = cap_window_have(w);

  if (cap_pcap_recognises(start, n))
    return cap_pcap_open(w, error);
  if (cap_pcapng_recognises(start, n))
    return cap_pcapng_open(w, error);
  if (cap_snoop_recognises(start, n))
    return cap_snoop_open(w, error);

  GError *stranger = NULL;

  set_unknown_format(w, &stranger);

  cap_reader *reader = cap_libpcap_open(w, NULL); /* a later libpcap may know more kinds */

  if (reader == NULL)
    g_propagate_error(error, stranger);
  else
    g_error_free(stranger);
  return reader;
}

static cap_reader *open_fd(int fd, const char *path, cap_reader *(*open_window)(cap_window *, GError **),
                           GError **error)
{
  cap_source *source = cap_source_new(fd, strcmp(path, "-") == 0 ? "standard input" : path, error);
  cap_reader *reader = NULL;
  cap_window window;

  if (source == NULL)
    return NULL;
  cap_window_init(&window, source);
  if (get_magic(&window, error))
    reader = open_window(&window, error);
  if (reader != NULL)
    cap_source_opened(reader->window.source);
  cap_window_clear(&window); /* nothing is left of it where the reader took it over */
  return reader;
}

cap_reader *cap_reader_open_fd(int fd, const char *path, GError **error)
{
  return open_fd(fd, path, open_by_content, error);
}

cap_reader *cap_reader_open(const char *path, GError **error)
{
  int fd = cap_input_open(path, error);

  return fd < 0 ? NULL : cap_reader_open_fd(fd, path, error);
}

cap_reader *cap_reader_open_libpcap(const char *path, GError **error)
{
  int fd = cap_input_open(path, error);

  return fd < 0 ? NULL : open_fd(fd, path, cap_libpcap_open, error);
}
