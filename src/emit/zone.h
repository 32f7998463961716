/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time zone in which people are shown when something was: UTC, unless somebody asks for another. A setting of the
 * whole process, made before anything is shown and never after. What programs read stays in UTC.
 */
#ifndef EMIT_ZONE_H
#define EMIT_ZONE_H

#include "text.h"

/*
 * "UTC", "local" (the machine's, or what TZ says), "Europe/Berlin", "+02:00". Reads the zone's file, if it has one,
 * now. => FALSE where there is no such zone; the one before stays.
 */
gboolean emit_zone_set(const char *name);
/* => seconds east of UTC at a time. */
gint64 emit_zone_east_s(gint64 time_ns);
/* => a time as its zone's clocks show it, for emit_date_from_ns; saturates. */
gint64 emit_zone_ns(gint64 time_ns);
/* => "UTC", "CEST" or "+02": valid until the zone is set anew. */
const char *emit_zone_word(gint64 time_ns);
/* TRUE where another zone than UTC was asked for. */
gboolean emit_zone_is_set(void);

/* RFC 3339 in that zone: as emit_text_time, with +02:00 for Z where it is not UTC. */
void emit_text_moment(emit_text *out, gint64 time_ns);
/* The same with six decimals, cut: 27 characters in UTC, else 32. */
void emit_text_moment_fixed(emit_text *out, gint64 time_ns);

#endif
