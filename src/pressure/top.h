/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who suffers of a full table: addresses by the packets that were dropped for want of room. They may be any number;
 * counting is exact until there are more addresses than are kept; then the space-saving method of Metwally, Agrawal and
 * El Abbadi (2005) keeps the heavy ones, whose counts are at most `error` too high.
 */
#ifndef PRESSURE_TOP_H
#define PRESSURE_TOP_H

#include <glib.h>

#include "conntrack/tuple.h"
#include "resume/io.h"

enum { PRESSURE_TOP_KEPT = 4096 };

typedef struct pressure_top pressure_top;

typedef struct pressure_top_row {
  ct_addr addr;
  guint8 family;
  guint64 count, error;
} pressure_top_row;

pressure_top *pressure_top_new(void);
void pressure_top_free(pressure_top *top);
void pressure_top_add(pressure_top *top, guint8 family, const ct_addr *addr);

/* All of it as bytes, or from them into an empty one. */
void pressure_top_keep(pressure_top *top, resume_io *io);

/*
 * => the n heaviest, the heaviest first, equal ones by address; n is cut down to what there is. To be freed with
 * g_free.
 */
pressure_top_row *pressure_top_rows(const pressure_top *top, guint *n);

#endif
