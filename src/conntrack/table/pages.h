/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Large arrays that grow: whole pages straight from the system. They begin on a page, so that an entry of two cache
 * lines lies in two and not in three (malloc's header would shift it: 50 ns a packet on many flows); they grow without
 * being copied, and pages that were never touched cost nothing. Internal to src/conntrack.
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

/*
 * Has the system give the pages of elements from..to-1 their memory now, in one call instead of a fault for each page.
 * What they hold stays. Only a hint: nothing is lost where it cannot be done, also where the pages have just moved
 * away, so that another thread may call it.
 */
void ct_pages_populate(void *pages, size_t from, size_t to, size_t element_bytes);

/*
 * Of an array that is going to be used all over, and that nobody foresees where: the system may give it pages so large
 * that finding each costs little. Only a hint.
 */
void ct_pages_scattered(void *pages, size_t n, size_t element_bytes);

/*
 * Gives the memory of elements from..to-1 back to the system, but for pages that others share; what they held is lost.
 * Another thread may call it.
 */
void ct_pages_discard(void *pages, size_t from, size_t to, size_t element_bytes);

/*
 * A line that will soon be written to. gcc takes a function that consists of hints for one without effect and drops the
 * calls to it: hence the empty statement, which says that there is one.
 */
static inline void ct_pages_fetch(const void *line)
{
  __builtin_prefetch(line, 1);
  __asm__ volatile("");
}

#endif
