/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture played onto a timeline and a tape, and an engine's state as bytes to hold another's against. */
#ifndef TESTS_SCREEN_KIT_H
#define TESTS_SCREEN_KIT_H

#include <unistd.h>

#include "conntrack/state/state.h"
#include "screen/cursor.h"

typedef struct played {
  ct_params params;
  replay_options options;
  replay_source *source;
  replay_tape *tape;
  timeline *line;
  const char *path; /* of a plain capture; NULL: frames are kept */
} played;

static inline replay_rewind *played_rewind(const played *p)
{
  int fd = p->path != NULL ? cap_input_open(p->path, NULL) : -1;

  return replay_rewind_new(p->tape, p->source, fd, p->path != NULL ? p->path : "", &p->params, p->options.checksums);
}

/* params: of the kernel. n == 1: read again from the file, if that is possible. */
static inline void played_init(played *p, const ct_params *params, ct_checksums checksums, const char *const *captures,
                               guint n, gsize keyframe_bytes, gsize kept_bytes)
{
  const replay_batch *batch;

  p->params = *params;
  replay_options_init(&p->options);
  p->options.checksums = checksums;
  p->options.captures = captures;
  p->options.n_captures = n;
  p->path = n == 1 ? captures[0] : NULL;
  p->source = replay_source_open(&p->options, &p->params, NULL);
  p->tape = replay_tape_new(kept_bytes);
  p->line = timeline_new(&p->params, keyframe_bytes);
  while ((batch = replay_source_next(p->source)) != NULL) {
    replay_tape_note(p->tape, batch);
    timeline_take(p->line, batch);
    if (replay_tape_keeps(p->tape) && replay_tape_first(p->tape) > timeline_first(p->line))
      timeline_forget(p->line, replay_tape_first(p->tape));
  }
}

static inline void played_clear(played *p)
{
  timeline_free(p->line);
  replay_tape_free(p->tape);
  replay_source_free(p->source);
}

/* Events have numbers where somebody hears of them, and states tell the latest: all have to be heard, or none. */
static inline void hear_nothing(const ct_event *event, void *user)
{
  (void)event;
  (void)user;
}

static inline void hear_events(ct_engine *engine, gpointer user)
{
  ct_engine_watch(engine, G_MAXUINT32, hear_nothing, user);
}

static inline bool sum_bytes(const void *bytes, size_t n, void *user)
{
  g_checksum_update(user, bytes, (gssize)n);
  return true;
}

/* => what tells two states apart; to be freed. */
static inline char *state_sum(const ct_engine *engine)
{
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA1);
  ct_state_error error;
  char *text = ct_state_write(engine, sum_bytes, sum, &error) ? g_strdup(g_checksum_get_string(sum)) : NULL;

  g_checksum_free(sum);
  return text;
}

#endif
