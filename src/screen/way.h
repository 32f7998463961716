/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How packets come to an engine: by themselves, or through a firewall of its own, which goes back in time with it.
 * What knows rules stands behind calls that the caller brings.
 */
#ifndef SCREEN_WAY_H
#define SCREEN_WAY_H

#include "replay/replay.h"

struct emit_rules;

/* All functions get what open gave; user is open's. */
typedef struct screen_rules {
  /* A firewall that has seen nothing, over the ruleset of that number. records: its walks are told. NULL: no rules. */
  gpointer (*open)(gpointer user, guint which, const ct_params *params, gboolean records);
  void (*close)(gpointer firewall);
  /* In place of ct_engine_packet. */
  void (*packet)(gpointer firewall, ct_engine *engine, const replay_seen *seen, ct_result *result);
  /* Of the packet that it was given last: whether a rule took it, what became of it, and its walk (to be freed). */
  gboolean (*dropped)(gpointer firewall);
  const struct emit_rules *(*tell)(gpointer firewall, const ct_packet *packet);
  char *(*walk)(gpointer firewall);
  /* What it remembers as bytes, and back. => FALSE where it cannot be. */
  gboolean (*keep)(gpointer firewall, GByteArray *out);
  gboolean (*restore)(gpointer firewall, const guint8 *bytes, gsize n);
  gpointer user;
} screen_rules;

typedef struct way {
  const screen_rules *rules; /* NULL: there are none */
  guint which;
  const ct_params *params;
  gboolean records;
  gpointer firewall;
} way;

/* rules and params outlive it. */
void way_begin(way *w, const screen_rules *rules, guint which, const ct_params *params, gboolean records);
void way_end(way *w);
/* The batch's packet of that index. */
void way_packet(way *w, ct_engine *engine, const replay_batch *batch, guint i, ct_result *result);
/* Of the packet before. */
static inline gboolean way_dropped(const way *w) { return w->firewall != NULL && w->rules->dropped(w->firewall); }
/* => what there is to keep beside an engine, NULL: nothing. */
GByteArray *way_keep(const way *w);
/* A firewall as it was kept, or a fresh one (bytes NULL). */
void way_return(way *w, const guint8 *bytes, gsize n);

#endif
