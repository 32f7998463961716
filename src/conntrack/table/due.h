/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is due within one tick, in its order: by deadline, then by id. Internal to src/conntrack. */
#ifndef CT_DUE_H
#define CT_DUE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ct_timer_due {
  int64_t deadline_ns;
  uint64_t id;
  uint32_t number; /* of the entry */
} ct_timer_due;

static inline bool ct_due_is_before(const ct_timer_due *a, const ct_timer_due *b)
{
  return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->id < b->id;
}

/*
 * Puts n items in order. Entries are mostly noted as they come due, so that most of it stands in long runs
 * already: only these are merged. `spare` has room for n items too.
 * => where the items are now: one of the two arrays; the other holds nothing of worth.
 */
ct_timer_due *ct_due_sort(ct_timer_due *due, ct_timer_due *spare, uint32_t n);

/* Whether they are in order as they stand. */
bool ct_due_is_sorted(const ct_timer_due *due, uint32_t n);

#endif
