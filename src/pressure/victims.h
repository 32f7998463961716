/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who was evicted, and was it missed? A memory of the entries that had to go while they still had time to live. A
 * packet that finds no entry but would have found such a victim's is a miss: the eviction broke somebody, or at least
 * made conntrack forget what it knew.
 *
 * Or: who expired, and was cut? The same of entries that ended by their timeout. A packet that finds no entry and goes
 * on with such a connection (ct_packet_goes_on) cuts it; the first packet that finds none, whichever it is, ends its
 * being remembered.
 *
 * Bounded: only the newest victims are followed, as many as were allowed for.
 */
#ifndef PRESSURE_VICTIMS_H
#define PRESSURE_VICTIMS_H

#include <glib.h>

#include "conntrack/engine.h"
#include "resume/io.h"

typedef struct pressure_victims pressure_victims;

/* So many are followed of a table of this nf_conntrack_max: as many as it holds, within limits. */
enum { PRESSURE_FOLLOWED_LEAST = 1 << 18, PRESSURE_FOLLOWED_MOST = 1 << 20 };
static inline guint pressure_victims_followed(guint64 max)
{
  return (guint)CLAMP(max, PRESSURE_FOLLOWED_LEAST, PRESSURE_FOLLOWED_MOST);
}

/* Which ends are followed. */
typedef enum pressure_ends { PRESSURE_EVICTED, PRESSURE_EXPIRED } pressure_ends;

typedef struct pressure_victim {
  ct_tuple key; /* its tuple in the form it is looked up by */
  gint64 evicted_ns, deadline_ns;
  guint64 by_packet; /* the packet that pushed it out; 0: the collector did */
  ct_reason reason;  /* CT_REASON_END_EVICTED, CT_REASON_END_GC_EVICTED; or CT_REASON_END_TIMEOUT */
  guint8 state;      /* of its protocol */
  guint32 hash;      /* of the key */
  ct_view *view;     /* as it was evicted; NULL where views are not kept */
} pressure_victim;

/* Told when a victim is missed: by this packet, with this class. Once per victim. */
typedef void (*pressure_missed_fn)(const pressure_victim *victim, const ct_packet *packet, const ct_result *result,
                                   gpointer user);

/* profile: the kernel's, whose rules say which packets belong to anybody. with_views: to tell who was missed; without,
 * they are only counted, in a tenth of the memory. */
pressure_victims *pressure_victims_new(const ct_profile *profile, pressure_ends ends, guint most, gboolean with_views);
void pressure_victims_free(pressure_victims *victims);

/*
 * A DESTROY event; others than the ends that are followed are passed over. => the victim, valid until the next call;
 * NULL where it is none.
 */
const pressure_victim *pressure_victims_event(pressure_victims *victims, const ct_event *event);

/*
 * A packet after tracking, and the engine's clock then. missed may be NULL. Cheap where nobody is followed and where
 * the packet found its entry.
 * => TRUE where it missed a victim.
 */
gboolean pressure_victims_packet(pressure_victims *victims, const ct_packet *packet, const ct_result *result,
                                 gint64 now_ns, pressure_missed_fn missed, gpointer user);

guint64 pressure_victims_count(const pressure_victims *victims);  /* evicted, or expired, so far */
guint64 pressure_victims_missed(const pressure_victims *victims); /* of these, missed, or cut */
/* Some had to be forgotten to make room for newer ones: more may have been missed. */
gboolean pressure_victims_forgot(const pressure_victims *victims);

/* All of it as bytes, or from them into a new one of the same bounds, without views. */
void pressure_victims_keep(pressure_victims *victims, resume_io *io);

#endif
