/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timing wheel against the plainest model there is: an array that is searched for the earliest deadline. */
#include <glib.h>
#include <string.h>

#include "conntrack/table/timer.h"
#include "unit.h"

#define S INT64_C(1000000000)

enum { ENTRIES = 300 };

typedef struct rig {
  ct_timer timer;
  ct_entry slab[ENTRIES + 1];
  uint64_t last_id;
  int64_t now_ns;
  GRand *rand; /* seeded: the same run every time */
} rig;

static rig *rig_new(guint32 seed, int64_t start_ns)
{
  rig *r = g_new0(rig, 1);

  ct_timer_init(&r->timer);
  r->rand = g_rand_new_with_seed(seed);
  r->now_ns = start_ns;
  return r;
}

static void rig_free(rig *r)
{
  ct_timer_clear(&r->timer);
  g_rand_free(r->rand);
  g_free(r);
}

static void start(rig *r, uint32_t number, int64_t timeout_ns)
{
  memset(&r->slab[number], 0, sizeof(r->slab[number]));
  r->slab[number].id = ++r->last_id;
  r->slab[number].deadline_ns = r->now_ns + timeout_ns;
  ct_timer_arm(&r->timer, &r->slab[number], number, r->now_ns);
}

static void refresh(rig *r, uint32_t number, int64_t timeout_ns)
{
  r->slab[number].deadline_ns = r->now_ns + timeout_ns;
  ct_timer_refresh(&r->timer, &r->slab[number], number, r->now_ns);
}

/* => the number of the live entry that is due first by now_ns; 0: none. */
static uint32_t earliest(const rig *r, int64_t now_ns)
{
  uint32_t number, found = 0;

  for (number = 1; number <= ENTRIES; number++) {
    const ct_entry *e = &r->slab[number], *f = &r->slab[found];

    if (e->id == 0 || e->deadline_ns > now_ns)
      continue;
    if (found == 0 || e->deadline_ns < f->deadline_ns || (e->deadline_ns == f->deadline_ns && e->id < f->id))
      found = number;
  }
  return found;
}

static guint advance(rig *r, int64_t now_ns)
{
  guint fired = 0;
  uint32_t expected;

  while ((expected = earliest(r, now_ns)) != 0) {
    ct_entry *entry = ct_timer_pop(&r->timer, r->slab, now_ns);

    ck_assert_ptr_eq(entry, &r->slab[expected]);
    entry->id = 0;
    fired++;
  }
  ck_assert_ptr_null(ct_timer_pop(&r->timer, r->slab, now_ns));
  r->now_ns = now_ns;
  return fired;
}

static int64_t some_timeout(rig *r)
{
  static const int64_t s[] = { 0, 1, 3, 10, 30, 60, 61, 120, 300, 432000, 21474836 };

  return s[g_rand_int_range(r->rand, 0, G_N_ELEMENTS(s))] * S;
}

static int64_t some_gap(rig *r)
{
  switch (g_rand_int_range(r->rand, 0, 8)) {
  case 0: return g_rand_int_range(r->rand, 0, 1000);
  case 1: return g_rand_int_range(r->rand, 0, 200000000);
  case 2: return g_rand_int_range(r->rand, 0, 20) * S;
  case 3: return g_rand_int_range(r->rand, 0, 500) * S;
  case 4: return g_rand_int_range(r->rand, 0, 400) == 0 ? INT64_C(20) * 365 * 86400 * S : 0; /* twenty years */
  default: return g_rand_int_range(r->rand, 0, 2000000);
  }
}

START_TEST(random_order_is_exact)
{
  static const int64_t starts[] = { 0, INT64_C(1700000000) * S, -INT64_C(86400) * S };
  rig *r = rig_new(7 + (guint32)_i, starts[_i]);
  guint fired = 0, i;

  for (i = 0; i < 40000; i++) {
    uint32_t number = (uint32_t)g_rand_int_range(r->rand, 1, ENTRIES + 1);

    if (r->slab[number].id == 0)
      start(r, number, some_timeout(r));
    else if (g_rand_int_range(r->rand, 0, 10) == 0)
      r->slab[number].id = 0; /* ended without the wheel being told */
    else
      refresh(r, number, some_timeout(r));
    if (g_rand_int_range(r->rand, 0, 3) == 0)
      fired += advance(r, r->now_ns + some_gap(r));
    if (i % 5000 == 4999)
      ct_timer_compact(&r->timer, r->slab);
  }
  ck_assert_uint_gt(fired, 1000);
  rig_free(r);
}
END_TEST

START_TEST(expiry_is_at_equality)
{
  rig *r = rig_new(1, 5 * S);

  start(r, 1, 30 * S);
  ck_assert_ptr_null(ct_timer_pop(&r->timer, r->slab, 35 * S - 1));
  ck_assert_ptr_eq(ct_timer_pop(&r->timer, r->slab, 35 * S), &r->slab[1]);
  rig_free(r);
}
END_TEST

START_TEST(equal_deadlines_go_in_order_of_creation)
{
  rig *r = rig_new(1, 0);
  uint32_t number;

  for (number = ENTRIES; number > 0; number--)
    start(r, number, 10 * S);
  for (number = ENTRIES; number > 0; number--) {
    ct_entry *entry = ct_timer_pop(&r->timer, r->slab, 10 * S);

    ck_assert_ptr_eq(entry, &r->slab[number]);
    entry->id = 0;
  }
  rig_free(r);
}
END_TEST

START_TEST(notes_stay_bounded)
{
  rig *r = rig_new(1, 0);
  guint i;

  /* One entry, started and ended a million times in the same moment: compaction keeps the notes few. */
  for (i = 0; i < 1000000; i++) {
    start(r, 1, 60 * S);
    if (ct_timer_is_wasteful(&r->timer, 1))
      ct_timer_compact(&r->timer, r->slab);
  }
  ck_assert_uint_lt(ct_timer_memory_bytes(&r->timer), 2u << 20);
  rig_free(r);
}
END_TEST

/* The plain order to hold the merging one against. */
static int compare_due(const void *pa, const void *pb)
{
  const ct_timer_due *a = pa, *b = pb;

  if (a->deadline_ns != b->deadline_ns)
    return a->deadline_ns < b->deadline_ns ? -1 : 1;
  return a->id < b->id ? -1 : a->id > b->id;
}

/* Runs of any length, some of them backwards; deadlines collide often, then the ids tell. */
static void draw_due(GRand *rand, ct_timer_due *due, guint n)
{
  gint64 deadline_ns = 0, step_ns = 0;
  guint i;

  for (i = 0; i < n; i++) {
    if (i == 0 || g_rand_int_range(rand, 0, 9) == 0) {
      deadline_ns = g_rand_int_range(rand, 0, 50);
      step_ns = g_rand_int_range(rand, -1, 3);
    }
    deadline_ns += step_ns;
    due[i] = (ct_timer_due){ .deadline_ns = deadline_ns, .id = g_rand_int_range(rand, 1, 400), .number = i };
  }
}

START_TEST(what_is_due_is_sorted)
{
  GRand *rand = g_rand_new_with_seed(23);
  ct_timer_due due[300], spare[300], model[300];
  guint round, i;

  for (round = 0; round < 3000; round++) {
    guint n = (guint)g_rand_int_range(rand, 0, 300);
    const ct_timer_due *sorted;
    gboolean in_order = TRUE;

    draw_due(rand, due, n);
    memcpy(model, due, n * sizeof *due);
    qsort(model, n, sizeof *model, compare_due);
    for (i = 1; i < n; i++)
      in_order = in_order && compare_due(&due[i - 1], &due[i]) <= 0;
    ck_assert(ct_due_is_sorted(due, n) == in_order);
    sorted = ct_due_sort(due, spare, n);
    for (i = 0; i < n; i++)
      ck_assert(sorted[i].deadline_ns == model[i].deadline_ns && sorted[i].id == model[i].id);
  }
  g_rand_free(rand);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("timer");
  TCase *tc = tcase_create("wheel");

  tcase_add_loop_test(tc, random_order_is_exact, 0, 3);
  tcase_add_test(tc, expiry_is_at_equality);
  tcase_add_test(tc, equal_deadlines_go_in_order_of_creation);
  tcase_add_test(tc, notes_stay_bounded);
  tcase_add_test(tc, what_is_due_is_sorted);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
