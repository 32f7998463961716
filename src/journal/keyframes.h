/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keyframes: the engine written down now and then, in memory, so that any moment is reached by reading the last one
 * before it and tracking what came since.
 *
 * How often: a state costs about as much to read as some packets an entry cost to track, so they stand as far apart as
 * makes both alike, and never closer than KEYFRAMES_PACKETS_LEAST. Where all of them come to more than a bound, every
 * second one goes, and those to come stand twice as far apart: jumps take longer, memory does not grow.
 *
 * Life: keyframes_new; keyframes_offer between packets, in order of the stream; keyframes_find; keyframes_free.
 */
#ifndef JOURNAL_KEYFRAMES_H
#define JOURNAL_KEYFRAMES_H

#include <glib.h>

#include "conntrack/engine.h"

enum { KEYFRAMES_PACKETS_LEAST = 16384, KEYFRAMES_PACKETS_AN_ENTRY = 2 };

typedef struct keyframes keyframes;

/* bytes_most: of all states together; one is always kept, however large. */
keyframes *keyframes_new(gsize bytes_most);
/* NULL is fine. */
void keyframes_free(keyframes *k);

/* Whether the engine's state after packet `number` (0: before the first) would be taken. */
gboolean keyframes_due(const keyframes *k, const ct_engine *engine, guint64 number);
/* Takes it where it is due; beside: bytes that belong to it, owned from now on; NULL: none. */
void keyframes_offer(keyframes *k, const ct_engine *engine, guint64 number, GByteArray *beside);

/*
 * => an engine as it stood after packet *number, the last that was kept at or before what *number asks for; NULL where
 * there is none, or it cannot be read. beside: what was kept with it, NULL where nothing was; valid until the next
 * offer.
 */
ct_engine *keyframes_find(const keyframes *k, guint64 *number, const guint8 **beside, gsize *n_beside);
/* => the number that keyframes_find would give, G_MAXUINT64 where there is none. */
guint64 keyframes_before(const keyframes *k, guint64 number);

/* => the first that is there, G_MAXUINT64 where there is none. */
guint64 keyframes_first(const keyframes *k);

/* Those before packet `number` cannot be gone on from any more. */
void keyframes_forget(keyframes *k, guint64 number);

guint keyframes_count(const keyframes *k);
gsize keyframes_bytes(const keyframes *k);

#endif
