/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From when to when entries lived, in the replay and in the worlds beside it: how many there would have been at each
 * moment with another value of one timeout. Internal to src/journal.
 */
#ifndef JOURNAL_LIVES_H
#define JOURNAL_LIVES_H

#include <glib.h>

#include "conntrack/engine.h"

enum { LIVES_REPLAY = -1 }; /* instead of a ct_timeout: the replay itself */

typedef struct lives lives;

/* params: copied. most: lives that are kept; once there are more, lives_count knows nothing. */
lives *lives_new(const ct_params *params, guint most);
/* NULL is fine. */
void lives_free(lives *l);
/* A packet's time. Where it lies more than a second before another's, lives_count knows nothing. */
void lives_time(lives *l, gint64 time_ns);
/*
 * An entry's DESTROY, in the replay or in a timeout's world, where that timeout is own_s; elsewhere: bit by world where
 * its tuple is followed.
 */
void lives_ended(lives *l, int world, guint32 own_s, guint64 elsewhere, const ct_event *event);
/*
 * Entries at the most, and in the mean from the first packet to the last, with that timeout (or LIVES_REPLAY: as it
 * was) at value_s; with_special: it governs the special timeouts of TCP in its state too. => FALSE where some were not
 * kept.
 */
gboolean lives_count(const lives *l, int timeout, guint32 value_s, gboolean with_special, guint64 *peak, double *mean);

#endif
