/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replay loop: a run shows the same whatever threads, batches and files there are; and no more than was chosen. */
#include "replay/replay.h"

#include <string.h>

#include "replay_record.h"

static void with_one_thread(replay_options *o) { o->threads = 1; }
static void with_two_threads(replay_options *o) { o->threads = 2; }
static void with_merge(replay_options *o) { o->merge = TRUE; }

START_TEST(threads_never_show)
{
  char *path = make_capture(0, FRAMES, 1, 0);
  const char *captures[] = { path };
  record r = { .packets = 0 };
  char *one = run_text(captures, 1, with_one_thread, &r), *two = run_text(captures, 1, with_two_threads, NULL);

  ck_assert_uint_eq(r.packets, FRAMES);
  ck_assert_str_eq(one, two);
  ck_assert_ptr_nonnull(strstr(one, "event 2"));
  g_free(one);
  g_free(two);
  drop(path);
}
END_TEST

START_TEST(hash_keys_never_show)
{
  const ct_hash_key before = ct_hash_keyed_with;
  char *path = make_capture(0, FRAMES, 1, 0);
  const char *captures[] = { path };
  char *one = run_text(captures, 1, NULL, NULL), *other;

  ct_hash_set_key(~before.a, before.b * 3);
  other = run_text(captures, 1, NULL, NULL);
  ct_hash_set_key(before.a, before.b);
  ck_assert_str_eq(one, other);
  g_free(one);
  g_free(other);
  drop(path);
}
END_TEST

START_TEST(split_files_are_one_stream)
{
  char *whole = make_capture(0, FRAMES, 1, 0), *first = make_capture(0, 1777, 1, 0),
       *second = make_capture(1777, FRAMES, 1, 0);
  const char *all[] = { whole }, *parts[] = { first, second };
  char *a = run_text(all, 1, NULL, NULL), *b = run_text(parts, 2, NULL, NULL),
       *c = run_text(parts, 2, with_two_threads, NULL);

  ck_assert_str_eq(a, b);
  ck_assert_str_eq(a, c);
  g_free(a);
  g_free(b);
  g_free(c);
  drop(whole);
  drop(first);
  drop(second);
}
END_TEST

START_TEST(merged_files_are_one_stream)
{
  char *whole = make_capture(0, FRAMES, 1, 0), *thirds[3];
  const char *all[] = { whole };
  char *a = run_text(all, 1, NULL, NULL), *b;
  guint i;

  for (i = 0; i < 3; i++)
    thirds[i] = make_capture(0, FRAMES, 3, i);
  b = run_text((const char *const *)thirds, 3, with_merge, NULL);
  ck_assert_str_eq(a, b);
  g_free(a);
  g_free(b);
  for (i = 0; i < 3; i++)
    drop(thirds[i]);
  drop(whole);
}
END_TEST

/* ---- what is fed ---- */

static void from_100_to_200(replay_options *o)
{
  replay_point_parse("#100", &o->start);
  replay_point_parse("#200", &o->end);
}
static void from_10_s_to_20_s(replay_options *o)
{
  replay_point_parse("+10", &o->start);
  replay_point_parse("+20", &o->end);
}
static void from_a_date(replay_options *o) { replay_point_parse("2020-09-13T12:26:50Z", &o->start); }
static void seven_udp_packets(replay_options *o)
{
  o->bpf = "udp port 53";
  o->count = 7;
}
static gboolean skip_even(guint64 number, gpointer user)
{
  (void)user;
  return number % 2 == 0;
}
static gint64 one_second_apart(guint64 number, gint64 ts_ns, gpointer user)
{
  (void)ts_ns;
  (void)user;
  return (gint64)number * second_ns;
}
static void with_hooks(replay_options *o)
{
  o->skip = skip_even;
  o->retime = one_second_apart;
}

START_TEST(selections)
{
  char *path = make_capture(0, FRAMES, 1, 0), *text;
  const char *captures[] = { path };
  record r = { .packets = 0 };

  g_free(run_text(captures, 1, from_100_to_200, &r));
  ck_assert_uint_eq(r.packets, 101);
  ck_assert_uint_eq(r.last_number, 200);

  /* A time as the end is not part of the stretch: +10 to +20 and +20 to +30 do not overlap. */
  r.packets = 0;
  g_free(run_text(captures, 1, from_10_s_to_20_s, &r));
  ck_assert_uint_eq(r.packets, 100);
  ck_assert_uint_eq(r.last_number, 200);

  r.packets = 0;
  g_free(run_text(captures, 1, from_a_date, &r));
  ck_assert_uint_eq(r.packets, FRAMES - 100);

  r.packets = 0;
  g_free(run_text(captures, 1, seven_udp_packets, &r));
  ck_assert_uint_eq(r.packets, 7);
  ck_assert_uint_eq(r.last_number, 1 + 6 * FLOWS + 1);

  r.packets = 0;
  text = run_text(captures, 1, with_hooks, &r);
  ck_assert_uint_eq(r.packets, FRAMES / 2);
  ck_assert(g_str_has_prefix(text, "1 1000000000 "));
  ck_assert_ptr_nonnull(strstr(text, "\n2999 2999000000000 "));
  g_free(text);
  drop(path);
}
END_TEST

START_TEST(moments)
{
  char *path = make_capture(0, 100, 1, 0);
  const char *captures[] = { path };
  record r = { .want = { { .kind = REPLAY_POINT_NUMBER, .value = 10 },
                         { .kind = REPLAY_POINT_OFFSET, .value = 5 * second_ns },
                         { .kind = REPLAY_POINT_OFFSET, .value = 60 * second_ns } } };

  g_free(run_text(captures, 1, NULL, &r));
  ck_assert_uint_eq(r.moments, 3);
  ck_assert_int_eq(r.moment_ns[0], start_ns + 9 * (second_ns / 10));
  ck_assert_int_eq(r.moment_ns[1], start_ns + 5 * second_ns);
  /* Beyond the last packet: time passes without packets. */
  ck_assert_int_eq(r.moment_ns[2], start_ns + 60 * second_ns);
  drop(path);
}
END_TEST

START_TEST(wrong_filter)
{
  const char *captures[] = { "-" };
  replay_options options;
  GError *error = NULL;
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  replay_options_init(&options);
  options.captures = captures;
  options.n_captures = 1;
  options.bpf = "tcp prot 80";
  ck_assert_ptr_null(replay_source_open(&options, &params, &error));
  ck_assert(g_error_matches(error, REPLAY_ERROR, REPLAY_ERROR_FILTER));
  g_error_free(error);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("replay");
  TCase *stream = tcase_create("stream");

  tcase_add_test(stream, threads_never_show);
  tcase_add_test(stream, hash_keys_never_show);
  tcase_add_test(stream, split_files_are_one_stream);
  tcase_add_test(stream, merged_files_are_one_stream);
  tcase_add_test(stream, selections);
  tcase_add_test(stream, moments);
  tcase_add_test(stream, wrong_filter);
  suite_add_tcase(suite, stream);
  return unit_run(suite);
}
