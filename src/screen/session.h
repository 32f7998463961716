/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody sees and does: a capture, a moment of it, a view, and keys. Knows neither a terminal nor a clock: keys
 * come as numbers, time as an argument, and what is to be seen goes onto a canvas.
 *
 * Life: session_new; session_work while it has something to do; session_key; session_tick; session_draw; session_free.
 */
#ifndef SCREEN_SESSION_H
#define SCREEN_SESSION_H

#include "canvas.h"
#include "replay/tape.h"
#include "rows.h"
#include "way.h"

/* Keys that are no characters. */
enum {
  SESSION_KEY_UP = 0x110000,
  SESSION_KEY_DOWN,
  SESSION_KEY_LEFT,
  SESSION_KEY_RIGHT,
  SESSION_KEY_PAGE_UP,
  SESSION_KEY_PAGE_DOWN,
  SESSION_KEY_HOME,
  SESSION_KEY_END,
  SESSION_KEY_ENTER,
  SESSION_KEY_ESCAPE,
  SESSION_KEY_ERASE
};

/* What the session needs of those who know files and options; all functions get user. */
typedef struct session_host {
  const char *capture; /* as the title names it */
  ct_params params;
  ct_checksums checksums;
  replay_source *source;
  /* The capture once more, where it is one plain file; -1: it is not. */
  int (*reopen)(gpointer user);
  const char *path;
  /* A choice in conntrack's letters; "": all. => FALSE and a sentence. Then rows_filter's answers follow it. */
  gboolean (*choose)(const char *letters, gpointer user, GError **error);
  rows_filter chosen;
  /*
   * params, changed as a text says ("max=64", "profile=linux-5.10"), and the ruleset's number ("rules=other"). => FALSE
   * and a sentence.
   */
  gboolean (*change)(const char *text, ct_params *params, guint *ruleset, gpointer user, GError **error);
  const screen_rules *rules; /* NULL: there are none */
  guint ruleset;             /* as it was */
  gpointer user;
  gsize keyframe_bytes, kept_bytes;
} session_host;

typedef struct session session;

/* host: copied; what it points at lives as long. */
session *session_new(const session_host *host);
/* NULL is fine. */
void session_free(session *s);

/* Plays on for about so long. => TRUE where there is more to be done at once. */
gboolean session_work(session *s, gint64 budget_us);
/* Time has come to now_us: where the session plays, the moment moves. */
void session_tick(session *s, gint64 now_us);
/* => FALSE: that was the end. */
gboolean session_key(session *s, guint32 key);
/* => FALSE and a sentence where text names no moment. May name one that the first pass has not come to yet. */
gboolean session_go(session *s, const char *text);

/* TRUE where something has changed since the last drawing; it plays, or it waits for its moment. */
gboolean session_is_new(const session *s);
gboolean session_plays(const session *s);
void session_draw(session *s, canvas *c);

#endif
