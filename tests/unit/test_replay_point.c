/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in a stream, and durations, as text. */
#include "replay/point.h"

#include <string.h>

#include "unit.h"

START_TEST(points)
{
  static const struct {
    const char *text;
    gboolean good;
    replay_point_kind kind;
    gint64 value;
  } cases[] = {
    { "#17", TRUE, REPLAY_POINT_NUMBER, 17 },
    { "#0", FALSE, 0, 0 },
    { "#", FALSE, 0, 0 },
    { "#1x", FALSE, 0, 0 },
    { "+2.5", TRUE, REPLAY_POINT_OFFSET, 2500000000 },
    { "+1h30m", TRUE, REPLAY_POINT_OFFSET, 5400 * G_GINT64_CONSTANT(1000000000) },
    { "+", FALSE, 0, 0 },
    { "@1600000000.123456789", TRUE, REPLAY_POINT_TIME, G_GINT64_CONSTANT(1600000000123456789) },
    { "@99999999999999999999", FALSE, 0, 0 },
    { "1970-01-01", TRUE, REPLAY_POINT_TIME, 0 },
    { "2020-09-13T12:26:40Z", TRUE, REPLAY_POINT_TIME, G_GINT64_CONSTANT(1600000000000000000) },
    { "2020-09-13 12:26:40.5", TRUE, REPLAY_POINT_TIME, G_GINT64_CONSTANT(1600000000500000000) },
    { "2020-09-13T12:26", TRUE, REPLAY_POINT_TIME, G_GINT64_CONSTANT(1599999960000000000) },
    { "2020-02-30", FALSE, 0, 0 },
    { "2020-09-13T25:00", FALSE, 0, 0 },
    { "2020-09-13T12:26:40ZZ", FALSE, 0, 0 },
    { "9999-01-01", FALSE, 0, 0 },
    { "14:03:05", TRUE, REPLAY_POINT_CLOCK, 50585 * G_GINT64_CONSTANT(1000000000) },
    { "00:00:00.25Z", TRUE, REPLAY_POINT_CLOCK, 250000000 },
    { "14:03", TRUE, REPLAY_POINT_CLOCK, 50580 * G_GINT64_CONSTANT(1000000000) },
    { "24:00", FALSE, 0, 0 },
    { "14:60", FALSE, 0, 0 },
    { "14:03:05x", FALSE, 0, 0 },
    { "14:3", FALSE, 0, 0 },
    { "yesterday", FALSE, 0, 0 },
    { "", FALSE, 0, 0 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    replay_point point;
    gboolean good = replay_point_parse(cases[i].text, &point);

    ck_assert_msg(good == cases[i].good, "%s", cases[i].text);
    if (good)
      ck_assert_msg(point.kind == cases[i].kind && point.value == cases[i].value, "%s: %" G_GINT64_FORMAT,
                    cases[i].text, point.value);
  }
}
END_TEST

static gint64 two_hours_east_in_summer(gint64 time_ns)
{
  return time_ns < G_GINT64_CONSTANT(1603587600000000000) ? 7200 : 3600; /* until 2020-10-25T01:00Z */
}

/* What is written without a zone is of the one that was chosen; the first frame is of 2020-09-13 12:26:40.5 UTC. */
START_TEST(times_have_zones)
{
  static const gint64 first_ns = G_GINT64_CONSTANT(1600000000500000000), second_ns = 1000000000;
  static const struct {
    const char *text;
    gint64 s; /* since 1970 */
  } cases[] = {
    { "2020-09-13T12:26:40Z", 1600000000 },
    { "2020-09-13T14:26:40+02:00", 1600000000 },
    { "2020-09-13T10:56:40-0130", 1600000000 },
    { "2020-09-13 14:26:40", 1600000000 },
    { "2020-11-01T01:00", 1604188800 },
    { "2020-10-25T02:30", 1603589400 },
    { "14:26:41", 1600000001 },
    { "12:26:41Z", 1600000001 },
    { "13:26:41+01", 1600000001 },
    { "00:00", 1600034400 - 0 },
    { "@1600000000", 1600000000 },
  };
  static const char *const none[] = { "2020-09-13T12:26:40+", "2020-09-13T12:26:40+2", "12:26+16:00", "12:26 CET" };
  replay_point point;
  guint i;

  replay_points_zone(two_hours_east_in_summer);
  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    ck_assert_msg(replay_point_parse(cases[i].text, &point), "%s", cases[i].text);
    ck_assert_msg(replay_point_time_ns(&point, first_ns) == cases[i].s * second_ns, "%s: %" G_GINT64_FORMAT,
                  cases[i].text, replay_point_time_ns(&point, first_ns));
  }
  for (i = 0; i < G_N_ELEMENTS(none); i++)
    ck_assert_msg(!replay_point_parse(none[i], &point), "%s", none[i]);
  replay_points_zone(NULL);
}
END_TEST

/* The first frame is of 2020-09-13 12:26:40.5. */
START_TEST(times_of_day_are_the_first_in_the_stream)
{
  static const gint64 first_ns = G_GINT64_CONSTANT(1600000000500000000), second_ns = 1000000000;
  static const struct {
    const char *text;
    gint64 since_s; /* 1600000000 */
  } cases[] = {
    { "12:26:40", 0 },     { "12:26:41", 1 },     { "12:27", 20 },
    { "23:59:59", 41599 }, { "12:26:39", 86399 }, { "00:00", 41600 },
  };
  replay_point point;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    ck_assert(replay_point_parse(cases[i].text, &point));
    ck_assert_msg(replay_point_time_ns(&point, first_ns) == (1600000000 + cases[i].since_s) * second_ns, "%s",
                  cases[i].text);
  }
  ck_assert(replay_point_parse("12:00", &point));
  ck_assert_int_eq(replay_point_time_ns(&point, -12 * 3600 * second_ns), -12 * 3600 * second_ns);
}
END_TEST

START_TEST(durations)
{
  static const struct {
    const char *text;
    gint64 ns; /* -1: none */
  } cases[] = {
    { "90", 90000000000 },
    { "0.000000001", 1 },
    { "250ms", 250000000 },
    { "1d", 86400 * G_GINT64_CONSTANT(1000000000) },
    { "1m30s", 90000000000 },
    { "1h30", -1 },
    { "s", -1 },
    { "1y", -1 },
    { "", -1 },
    { "-5", -1 },
    { "999999999999999d", -1 },
    { "1..5", -1 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    gint64 ns = -1;

    if (!replay_duration_parse(cases[i].text, &ns))
      ns = -1;
    ck_assert_msg(ns == cases[i].ns, "%s: %" G_GINT64_FORMAT, cases[i].text, ns);
  }
  ck_assert_int_eq(replay_time_add(G_MAXINT64, 1), G_MAXINT64);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("replay-point");
  TCase *point = tcase_create("point");

  tcase_add_test(point, points);
  tcase_add_test(point, times_have_zones);
  tcase_add_test(point, times_of_day_are_the_first_in_the_stream);
  tcase_add_test(point, durations);
  suite_add_tcase(suite, point);
  return unit_run(suite);
}
