/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What no header shows: that a program which only links libctreplay has its index keyed. */
#include <config.h>

#include "conntrack/tuple.h"
#include "lib/ctreplay.h"
#include "unit.h"

START_TEST(the_first_engine_draws_the_key)
{
  ct_hash_key fixed = ct_hash_keyed_with, drawn;
  ctreplay_engine *first = ctreplay_engine_new(NULL), *second;

  drawn = ct_hash_keyed_with;
  ck_assert(drawn.a != fixed.a && drawn.b != fixed.b);
  second = ctreplay_engine_new("linux-2.6");
  ck_assert(ct_hash_keyed_with.a == drawn.a &&
            ct_hash_keyed_with.b == drawn.b); /* the first engine's entries lie by it */
  ctreplay_engine_free(first);
  ctreplay_engine_free(second);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("library_key");
  TCase *tests = tcase_create("library_key");

  tcase_add_test(tests, the_first_engine_draws_the_key);
  suite_add_tcase(suite, tests);
  return unit_run(suite);
}
