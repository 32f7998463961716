/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Large arrays that grow: whole pages straight from the system. They begin on a page, so that an entry of two cache lines lies in
 * two and not in three (malloc's header would shift it: 50 ns a packet on many flows); they grow without being copied,
 * and pages that were never touched cost nothing. Internal to src/conntrack.
 */
#ifndef CT_PAGES_H
#define CT_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* => zeroed memory for n > 0 elements. Aborts where there is none, as GLib does. */
void *ct_pages_new(size_t n, size_t element_bytes);
/* From old_n to more elements; the new ones are zero; may move. pages may be NULL where old_n is 0. */
void *ct_pages_grow(void *pages, size_t old_n, size_t n, size_t element_bytes);
/* Whether the system would give them, all at once, now. */
bool ct_pages_affordable(uint64_t n, size_t element_bytes);
void ct_pages_free(void *pages, size_t n, size_t element_bytes);

#endif
