/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who held the table when it was fullest, and who holds it now: entries counted by a key (a source, a network, a
 * port), exactly, as they come and go. What was at the peak is kept as the differences since, so that a change costs
 * the same whether the table grows or not; memory is that of the keys held now or at the peak.
 */
#ifndef PRESSURE_HOLDERS_H
#define PRESSURE_HOLDERS_H

#include <glib.h>

#include "conntrack/tuple.h"

typedef struct pressure_holder_key {
  ct_addr addr;  /* all zero for a port */
  guint8 family; /* CT_IPV4, CT_IPV6; 0 for a port */
  guint8 proto;  /* for a port; else 0 */
  guint16 port;
} pressure_holder_key;

typedef struct pressure_holder {
  pressure_holder_key key;
  guint64 now, peak;
} pressure_holder;

typedef struct pressure_holders pressure_holders;

pressure_holders *pressure_holders_new(void);
void pressure_holders_free(pressure_holders *holders); /* NULL is fine */

/* An entry of that key came, or went that had come. */
void pressure_holders_come(pressure_holders *holders, const pressure_holder_key *key);
void pressure_holders_go(pressure_holders *holders, const pressure_holder_key *key);

/* The most entries there were at once; the first time counts. */
guint64 pressure_holders_peak(const pressure_holders *holders);

/*
 * => the `most` heaviest at the peak, the heaviest first, and behind them those of the `most` heaviest of now that are
 * not among them; equal ones by key. *n is how many. To be freed with g_free.
 */
pressure_holder *pressure_holders_rows(const pressure_holders *holders, guint most, guint *n);

#endif
