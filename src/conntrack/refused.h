/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections that were refused: a packet that would have begun one found no room, in the table or in a chain. Such a
 * packet comes again and again, and is one connection. For up to 32 kernels at once, a bit each.
 *
 * Bounded: the newest CT_REFUSED_MOST are remembered (at 56 bytes each). One that was forgotten and comes back counts
 * again.
 */
#ifndef CT_REFUSED_H
#define CT_REFUSED_H

#include "conntrack/tuple.h"

enum { CT_REFUSED_MOST = 1 << 18 };

typedef struct ct_refused ct_refused;

ct_refused *ct_refused_new(void);
/* NULL is fine. */
void ct_refused_free(ct_refused *refused);
/*
 * These kernels refuse a packet; hash is ct_tuple_hash of its tuple.
 * => those of them that have not refused its connection before
 */
uint32_t ct_refused_note(ct_refused *refused, const ct_tuple *tuple, uint32_t hash, uint32_t kernels);

/* Those that are remembered, from the oldest on; noted in that order they make the same. */
void ct_refused_each(const ct_refused *refused, void (*each)(const ct_tuple *key, uint32_t kernels, void *user),
                     void *user);

#endif
