/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/table/due.h"

#include <string.h>

/* => behind the last item of the run that begins at `from`; n where that is the end. */
static uint32_t end_of_run(const ct_timer_due *due, uint32_t from, uint32_t n)
{
  uint32_t at = from;

  while (at < n && (at == from || !ct_due_is_before(&due[at], &due[at - 1])))
    at++;
  return at;
}

bool ct_due_is_sorted(const ct_timer_due *due, uint32_t n) { return end_of_run(due, 0, n) == n; }

/* Two neighbouring runs, [from, middle) and [middle, end), become one of the same place. */
static void merge(const ct_timer_due *due, ct_timer_due *to, uint32_t from, uint32_t middle, uint32_t end)
{
  uint32_t a = from, b = middle, at = from;

  while (a < middle && b < end)
    to[at++] = ct_due_is_before(&due[b], &due[a]) ? due[b++] : due[a++];
  memcpy(&to[at], &due[a], (middle - a) * sizeof(*to));
  memcpy(&to[at + middle - a], &due[b], (end - b) * sizeof(*to));
}

/* Each two runs to one. => how many there are then. */
static uint32_t halve_runs(const ct_timer_due *due, ct_timer_due *to, uint32_t n)
{
  uint32_t from, middle, end, runs = 0;

  for (from = 0; from < n; from = end, runs++) {
    middle = end_of_run(due, from, n);
    end = end_of_run(due, middle, n);
    merge(due, to, from, middle, end);
  }
  return runs;
}

ct_timer_due *ct_due_sort(ct_timer_due *due, ct_timer_due *spare, uint32_t n)
{
  uint32_t runs;

  do {
    ct_timer_due *sorted = spare;

    runs = halve_runs(due, sorted, n);
    spare = due;
    due = sorted;
  } while (runs > 1);
  return due;
}
