/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The base of all readers. A reader of one kind embeds cap_reader, gives it its ops and fills batches; errors it
 * leaves in `failed`, where cap_reader_next finds them once the frames before are delivered.
 */
#ifndef CAP_READER_H
#define CAP_READER_H

#include "capture/capture.h"
#include "capture/window.h"

/*
 * Names by number. Grows while another thread looks names up: entries never move, and the count is raised last.
 */
enum { CAP_INTERFACES_MAX = 65536, CAP_INTERFACES_PAGE = 256 };
typedef struct cap_interfaces {
  guint n; /* atomic */
  char **pages[CAP_INTERFACES_MAX / CAP_INTERFACES_PAGE];
} cap_interfaces;

typedef struct cap_reader_ops {
  /* Adds frames to an empty batch; sets ended, or failed, or both, where there are no more. */
  void (*fill)(cap_reader *reader, cap_batch *batch);
  void (*free)(cap_reader *reader);
  /* NULL: those of the window */
  void (*interrupt)(cap_reader *reader);
  void (*inflate_ahead)(cap_reader *reader);
  void (*progress)(const cap_reader *reader, guint64 *done_bytes, guint64 *total_bytes);
  gboolean (*reads)(const cap_reader *reader, const char *path);
  guint64 (*dropped)(const cap_reader *reader); /* NULL: nothing is said of it */
  /* NULL: it cannot go back. The window stands at the place already: what has to be known there. */
  void (*seek)(cap_reader *reader);
} cap_reader_ops;

struct cap_reader {
  const cap_reader_ops *ops;
  cap_window window; /* of those that read a file */
  GError *failed;
  gboolean ended;
  gboolean one_link; /* all frames are of the type `link`, and have no interface names */
  guint16 link;
  /* Sets interface and direction of the frames that tell them themselves (pktap.h); NULL: none of them can. */
  void (*name_frames)(cap_reader *reader, cap_batch *batch);
  GHashTable *inner_names;
  cap_interfaces interfaces;
};

/* size is that of the embedding struct. Takes the window over. */
cap_reader *cap_reader_new(const cap_reader_ops *ops, gsize size, cap_window *window);

/* => the number, or -1 where there are CAP_INTERFACES_MAX already. */
int cap_reader_add_interface(cap_reader *reader, const char *name);

/* Sets failed and ended: "FILE: at byte OFFSET: ...", offset counted from the window's chunk_offset + at. */
void cap_reader_fail(cap_reader *reader, gsize at, cap_error code, const char *format, ...) G_GNUC_PRINTF(4, 5);

/*
 * For a reader that found less than a record in the window: gets need bytes, or sets failed and ended. The end of the
 * file is an end where the window is empty, and a cut ("what" names the record) where it is not. => TRUE when there.
 */
gboolean cap_reader_need(cap_reader *reader, gsize need, const char *what);

/* Seconds and a fraction below one second or not, as a frame's time: clamped to 0 .. CAP_TS_MAX_NS. */
gint64 cap_ts_clamp(__int128 ts_ns);

static inline guint32 cap_get32(const guint8 *p, gboolean swap)
{
  guint32 v;

  __builtin_memcpy(&v, p, sizeof(v));
  return swap ? GUINT32_SWAP_LE_BE(v) : v;
}

static inline guint16 cap_get16(const guint8 *p, gboolean swap)
{
  guint16 v;

  __builtin_memcpy(&v, p, sizeof(v));
  return swap ? GUINT16_SWAP_LE_BE(v) : v;
}

static inline guint64 cap_get64(const guint8 *p, gboolean swap)
{
  guint64 v;

  __builtin_memcpy(&v, p, sizeof(v));
  return swap ? GUINT64_SWAP_LE_BE(v) : v;
}

#endif
