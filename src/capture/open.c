/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening by content: the first bytes choose the format, or tell of what other kind the file is. */
#include "capture/open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "capture/formats.h"
#include "capture/pktap.h"

/* Asked in this order; then ERF, which has no magic. Files that none of them recognises go to libpcap. */
static const cap_format *const formats[] = { &cap_format_pcap, &cap_format_pcapng, &cap_format_snoop,
                                             &cap_format_netmon };

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
  { 4, "GMBU", "a Microsoft Network Monitor capture of a version other than 2; editcap -F pcap converts it" },
  { 4, "RTSS", "a Microsoft Network Monitor 1 capture; editcap -F pcap converts it" },
  { 4, "XCP\0", "a NetXRay capture; editcap -F pcap converts it" },
  { 8, "TRSNIFF ", "a Sniffer capture; editcap -F pcap converts it" },
  { 3, "BZh", "compressed by bzip2, which is not supported" },
  { 4, "\x04\x22\x4d\x18", "compressed by lz4, which is not supported" },
  { 4, "LZIP", "compressed by lzip, which is not supported" },
  { 4, "PK\3\4", "a zip archive" },
};

static void set_unknown_format(cap_window *w, GError **error)
{
  const guint8 *p = w->chunk->data + w->start;
  gsize n = cap_window_have(w);
  const char *what = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS(strangers) && what == NULL; i++)
    if (n >= strangers[i].n && memcmp(p, strangers[i].magic, strangers[i].n) == 0)
      what = strangers[i].what;
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

  for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
    if (formats[i]->recognises(start, n))
      return formats[i]->open(w, error);

  if (cap_erf_recognises(w))
    return cap_format_erf.open(w, error);

  GError *stranger = NULL;

  set_unknown_format(w, &stranger);

  cap_reader *reader = cap_format_libpcap.open(w, NULL); /* a later libpcap may know more kinds */

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
  if (reader != NULL && reader->one_link && cap_pktap_is(reader->link))
    reader->name_frames = cap_pktap_name;
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

  return fd < 0 ? NULL : open_fd(fd, path, cap_format_libpcap.open, error);
}
