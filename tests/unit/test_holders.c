/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who held the table, at its peak and now: held to counts that are taken anew after every change. */
#include <string.h>

#include "pressure/holders.h"
#include "unit.h"

enum { KEYS = 40, CHANGES = 20000, MOST = 5 };

static pressure_holder_key key_of(guint number)
{
  pressure_holder_key key = { .family = number % 2 ? CT_IPV4 : CT_IPV6 };

  key.addr.bytes[0] = 10;
  key.addr.bytes[3] = (guint8)number;
  return key;
}

/* The figure of the n-th heaviest of them. */
static guint64 heaviest(const guint64 *figures, guint n)
{
  guint64 sorted[KEYS], figure;
  guint i, k;

  memcpy(sorted, figures, sizeof(sorted));
  for (i = 0; i < KEYS; i++)
    for (k = i + 1; k < KEYS; k++)
      if (sorted[k] > sorted[i]) {
        figure = sorted[i];
        sorted[i] = sorted[k];
        sorted[k] = figure;
      }
  return sorted[n];
}

static void check(const pressure_holders *h, const guint64 *now, const guint64 *peak)
{
  guint n, i, k;
  pressure_holder *rows = pressure_holders_rows(h, MOST, &n);
  guint64 most_now = 0;

  for (i = 0; i < n; i++) {
    for (k = 0; k < KEYS; k++) {
      pressure_holder_key key = key_of(k);

      if (memcmp(&key, &rows[i].key, sizeof(key)) == 0)
        break;
    }
    ck_assert_uint_lt(k, KEYS);
    ck_assert_uint_eq(rows[i].now, now[k]);
    ck_assert_uint_eq(rows[i].peak, peak[k]);
    if (i < MOST && rows[i].peak > 0)
      ck_assert_uint_eq(rows[i].peak, heaviest(peak, i));
    most_now = MAX(most_now, rows[i].now);
  }
  ck_assert_uint_eq(most_now, heaviest(now, 0));
  g_free(rows);
}

/* Grows, shrinks and grows beyond, so that the peak is set early, often and never again. */
START_TEST(as_counted_anew)
{
  guint64 now[KEYS] = { 0 }, peak[KEYS] = { 0 }, all = 0, most = 0;
  pressure_holders *h = pressure_holders_new();
  guint random = 1 + (guint)_i, i;

  for (i = 0; i < CHANGES; i++) {
    guint k, phase = i / 1000 % 4;
    pressure_holder_key key;

    random = random * 1103515245 + 12345;
    k = (random >> 16) % KEYS;
    k = k * k / KEYS;
    key = key_of(k);
    if (now[k] > 0 && (random >> 8) % 10 >= (phase == 0 ? 3 : phase == 1 ? 8 : 5)) {
      pressure_holders_go(h, &key);
      now[k]--;
      all--;
    } else {
      pressure_holders_come(h, &key);
      now[k]++;
      if (++all > most) {
        most = all;
        memcpy(peak, now, sizeof(peak));
      }
    }
    ck_assert_uint_eq(pressure_holders_peak(h), most);
    if (i % 50 == 0)
      check(h, now, peak);
  }
  pressure_holders_free(h);
}
END_TEST

START_TEST(nobody)
{
  pressure_holders *h = pressure_holders_new();
  pressure_holder_key key = key_of(1);
  pressure_holder *rows;
  guint n = 7;

  rows = pressure_holders_rows(h, MOST, &n);
  ck_assert_uint_eq(n, 0);
  g_free(rows);
  pressure_holders_come(h, &key);
  pressure_holders_go(h, &key);
  rows = pressure_holders_rows(h, MOST, &n);
  ck_assert_uint_eq(n, 1);
  ck_assert(rows[0].peak == 1 && rows[0].now == 0);
  g_free(rows);
  pressure_holders_free(h);
  pressure_holders_free(NULL);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("holders");
  TCase *tc = tcase_create("holders");

  tcase_add_loop_test(tc, as_counted_anew, 0, 5);
  tcase_add_test(tc, nobody);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
