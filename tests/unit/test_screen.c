/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen without a terminal: moments and what they are called, rows, the strip, and what keys lead to. */
#include "replay_record.h"
#include "screen/inside.h"
#include "screen/moment.h"
#include "screen/session.h"
#include "screen_kit.h"

#include <string.h>

enum { LONG = 50000, MEGABYTE = 1 << 20 };

/* ---- moments ---- */

START_TEST(moments_are_read_as_people_write_them)
{
  static const gint64 day = G_GINT64_CONSTANT(1600000000) / 86400 * 86400;
  static const struct {
    const char *text;
    gboolean is_number;
    gint64 value; /* of a time: seconds */
  } cases[] = {
    { "#4711", TRUE, 4711 },
    { "4711", TRUE, 4711 },
    { " #1 ", TRUE, 1 },
    { "+90", FALSE, 1600000090 },
    { "+1m30s", FALSE, 1600000090 },
    { "14:03:05", FALSE, day + 14 * 3600 + 3 * 60 + 5 },
    { "14:03", FALSE, day + 14 * 3600 + 3 * 60 },
    { "00:00:00Z", FALSE, day },
    { "2020-09-13T12:26:40Z", FALSE, 1600000000 },
    { "@1600000001", FALSE, 1600000001 },
  };
  static const char *const none[] = { "",         "x",    "24:00",
                                      "14:60:00", "14:3", "14:03:05x",
                                      "#",        "+",    "99999999999999999999" };
  moment m;

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    ck_assert_msg(moment_parse(cases[i].text, start_ns, start_ns + second_ns, &m), "%s", cases[i].text);
    ck_assert_int_eq(m.is_number, cases[i].is_number);
    if (m.is_number)
      ck_assert_uint_eq(m.number, (guint64)cases[i].value);
    else
      ck_assert_int_eq(m.time_ns, cases[i].value * second_ns);
  }
  for (guint i = 0; i < G_N_ELEMENTS(none); i++)
    ck_assert_msg(!moment_parse(none[i], start_ns, start_ns, &m), "%s", none[i]);
}
END_TEST

/* ---- the canvas ---- */

START_TEST(nothing_raw_gets_onto_a_canvas)
{
  canvas c = { 0 };
  char *text;

  canvas_init(&c, 2, 24, TRUE);
  canvas_put(&c, 0, 0, 24, STYLE_PLAIN, "a\033[2Jb\tc\200d\302\233e\343\201\202f\342\200\256g");
  canvas_put(&c, 1, 20, 24, STYLE_PLAIN, "too long");
  text = canvas_text(&c);
  ck_assert_str_eq(text, "a?[2Jb?c?d?e?f?g\n                    too\n");
  g_free(text);
  canvas_init(&c, 1, 8, FALSE);
  canvas_put(&c, 0, 0, 8, STYLE_PLAIN, "n\303\244h");
  text = canvas_text(&c);
  ck_assert_str_eq(text, "n?h\n");
  g_free(text);
  canvas_clear(&c);
}
END_TEST

/* ---- the strip ---- */

START_TEST(a_strip_keeps_peaks_and_marks)
{
  strip *s = g_new0(strip, 1);
  gint64 i;

  for (i = 0; i < 5000; i++)
    strip_note(s, start_ns + i * second_ns, i == 2500 ? 77 : 5, i == 4000 ? SCREEN_MARK_DROPPED : 0);
  ck_assert_uint_eq(s->peak, 77);
  ck_assert_uint_le(s->n, STRIP_STEPS);
  for (guint width = 10; width < 300; width += 7) {
    guint peak = strip_column_of(s, start_ns + 2500 * second_ns, width),
          drop = strip_column_of(s, start_ns + 4000 * second_ns, width);

    ck_assert_uint_eq(strip_column(s, peak, width).peak, 77);
    ck_assert_uint_eq(strip_column(s, drop, width).marks, SCREEN_MARK_DROPPED);
    ck_assert_uint_eq(strip_column(s, 0, width).peak, 5);
    ck_assert_uint_eq(strip_column_of(s, start_ns - second_ns, width), 0);
    ck_assert_uint_eq(strip_column_of(s, G_MAXINT64, width), width - 1);
  }
  g_free(s);
}
END_TEST

/* ---- going to and fro ---- */

/* Every moment is what playing there gives, wherever one comes from. */
static void check_moments(played *p)
{
  static const guint64 visits[] = { 1, 40000, 39999, 39998, 20, 16384, 16385, 50000, 49000, 3, 2, 1, 30001, 0, 17000 };
  const cursor_watch heard = { .engine = hear_events };
  cursor *c = cursor_new(p->line, played_rewind(p), &heard);

  for (guint i = 0; i < G_N_ELEMENTS(visits); i++) {
    cursor *straight = cursor_new(p->line, played_rewind(p), &heard);
    char *expected, *found;

    cursor_on(straight, (guint)visits[i]);
    ck_assert(cursor_go(c, visits[i]));
    ck_assert_uint_eq(cursor_number(c), visits[i]);
    ck_assert_uint_eq(cursor_number(straight), visits[i]);
    expected = state_sum(cursor_engine(straight));
    found = state_sum(cursor_engine(c));
    ck_assert_str_eq(found, expected);
    g_free(expected);
    g_free(found);
    cursor_free(straight);
  }
  cursor_free(c);
}

static void with_params(ct_params *params) { ct_params_init(params, ct_profile_get(0)); }

START_TEST(any_moment_is_what_playing_gives)
{
  char *path = make_capture(0, LONG, 1, 0);
  const char *captures[] = { path };
  ct_params params;
  played p;

  with_params(&params);
  played_init(&p, &params, CT_CHECKSUMS_IGNORE, captures, 1, MEGABYTE, MEGABYTE);
  ck_assert(!replay_tape_keeps(p.tape));
  ck_assert_uint_ge(keyframes_count(timeline_keyframes(p.line)), 3);
  check_moments(&p);
  played_clear(&p);
  drop(path);
}
END_TEST

START_TEST(so_it_is_with_frames_that_are_kept)
{
  char *first = make_capture(0, 1777, 1, 0), *second = make_capture(1777, LONG, 1, 0);
  const char *captures[] = { first, second };
  ct_params params;
  played p;

  with_params(&params);
  played_init(&p, &params, CT_CHECKSUMS_IGNORE, captures, 2, MEGABYTE, (gsize)MEGABYTE * 100);
  ck_assert(replay_tape_keeps(p.tape));
  ck_assert_uint_eq(replay_tape_first(p.tape), 1);
  check_moments(&p);
  played_clear(&p);
  drop(first);
  drop(second);
}
END_TEST

START_TEST(the_oldest_frames_are_forgotten)
{
  char *first = make_capture(0, 10, 1, 0), *second = make_capture(10, LONG, 1, 0);
  const char *captures[] = { first, second };
  ct_params params;
  played p;
  cursor *c;

  with_params(&params);
  played_init(&p, &params, CT_CHECKSUMS_IGNORE, captures, 2, MEGABYTE, 2 * MEGABYTE);
  ck_assert_uint_gt(replay_tape_first(p.tape), 1);
  ck_assert_uint_lt(replay_tape_bytes(p.tape), 3 * MEGABYTE);
  c = cursor_new(p.line, played_rewind(&p), NULL);
  ck_assert(!cursor_go(c, 5));
  ck_assert(cursor_go(c, LONG));
  ck_assert_uint_eq(cursor_number(c), LONG);
  ck_assert_uint_eq(timeline_marks(p.line, LONG) & SCREEN_MARK_TAKEN, SCREEN_MARK_TAKEN);
  cursor_free(c);
  played_clear(&p);
  drop(first);
  drop(second);
}
END_TEST

START_TEST(keyframes_stay_within_their_bound)
{
  char *path = make_capture(0, 200000, 1, 0);
  const char *captures[] = { path };
  ct_params params;
  played p;

  with_params(&params);
  played_init(&p, &params, CT_CHECKSUMS_IGNORE, captures, 1, 20000, MEGABYTE);
  ck_assert_uint_le(keyframes_bytes(timeline_keyframes(p.line)), 20000);
  ck_assert_uint_lt(keyframes_count(timeline_keyframes(p.line)), 200000 / KEYFRAMES_PACKETS_LEAST);
  ck_assert_uint_eq(keyframes_before(timeline_keyframes(p.line), 100), 0);
  played_clear(&p);
  drop(path);
}
END_TEST

START_TEST(a_time_between_packets_is_a_moment)
{
  char *path = make_capture(0, 400, 1, 0);
  const char *captures[] = { path };
  ct_params params;
  played p;
  cursor *c;

  with_params(&params);
  played_init(&p, &params, CT_CHECKSUMS_IGNORE, captures, 1, MEGABYTE, MEGABYTE);
  c = cursor_new(p.line, played_rewind(&p), NULL);
  /* A frame each tenth of a second: the 26th at 2.5 s. */
  ck_assert(cursor_go_time(c, start_ns + 255 * second_ns / 100));
  ck_assert_uint_eq(cursor_number(c), 26);
  ck_assert(cursor_is_later(c));
  ck_assert_int_eq(cursor_ns(c), start_ns + 255 * second_ns / 100);
  ck_assert(cursor_go(c, 26));
  ck_assert(!cursor_is_later(c));
  ck_assert_int_eq(cursor_ns(c), start_ns + 25 * second_ns / 10);
  ck_assert(cursor_go_time(c, start_ns));
  ck_assert_uint_eq(cursor_number(c), 1);
  /* An hour behind the end entries have expired. */
  ck_assert(cursor_go_time(c, start_ns + 40 * second_ns));
  ck_assert_uint_gt(ct_engine_count(cursor_engine(c)), 0);
  ck_assert(cursor_go_time(c, start_ns + 10000000 * second_ns));
  ck_assert_uint_eq(ct_engine_count(cursor_engine(c)), 0);
  cursor_free(c);
  played_clear(&p);
  drop(path);
}
END_TEST

/* ---- keys ---- */

typedef struct seen {
  session *s;
  replay_source *source;
  replay_options options;
  canvas c;
  char *path;
} seen;

static int reopen(gpointer user) { return cap_input_open(((seen *)user)->path, NULL); }

static gboolean change(const char *text, ct_params *params, guint *ruleset, gpointer user, GError **error)
{
  (void)ruleset;
  (void)user;
  if (g_str_has_prefix(text, "max=")) {
    params->max = (guint32)g_ascii_strtoull(text + 4, NULL, 10);
    return TRUE;
  }
  g_set_error(error, CAP_ERROR, CAP_ERROR_OPEN, "%s: no such setting", text);
  return FALSE;
}

static void seen_init(seen *v, guint frames)
{
  session_host host = { .capture = "test.pcap",
                        .reopen = reopen,
                        .change = change,
                        .user = v,
                        .checksums = CT_CHECKSUMS_IGNORE,
                        .keyframe_bytes = MEGABYTE,
                        .kept_bytes = MEGABYTE };
  static const char *captures[1];

  memset(v, 0, sizeof(*v));
  v->path = make_capture(0, frames, 1, 0);
  captures[0] = v->path;
  with_params(&host.params);
  replay_options_init(&v->options);
  v->options.captures = captures;
  v->options.n_captures = 1;
  v->options.checksums = CT_CHECKSUMS_IGNORE;
  host.path = v->path;
  host.source = v->source = replay_source_open(&v->options, &host.params, NULL);
  v->s = session_new(&host);
  while (session_work(v->s, 100000))
    continue;
}

static void seen_clear(seen *v)
{
  session_free(v->s);
  replay_source_free(v->source);
  canvas_clear(&v->c);
  drop(v->path);
}

static char *drawn(seen *v, guint height, guint width)
{
  while (session_work(v->s, 100000))
    continue;
  canvas_init(&v->c, height, width, TRUE);
  session_draw(v->s, &v->c);
  while (session_work(v->s, 100000))
    continue;
  canvas_init(&v->c, height, width, TRUE);
  session_draw(v->s, &v->c);
  return canvas_text(&v->c);
}

static char *typed(seen *v, const char *keys)
{
  for (; *keys != '\0'; keys++)
    ck_assert(session_key(v->s, *keys == '\n' ? SESSION_KEY_ENTER : (guint32)*keys));
  while (session_work(v->s, 100000))
    continue;
  canvas_init(&v->c, 24, 80, TRUE);
  session_draw(v->s, &v->c);
  return canvas_text(&v->c);
}

static void check_seen(seen *v, const char *keys, const char *const *parts)
{
  char *text = typed(v, keys);

  for (; *parts != NULL; parts++)
    ck_assert_msg(strstr(text, *parts) != NULL, "after %s there is no \"%s\" in:\n%s", keys, *parts, text);
  g_free(text);
}

#define SEES(keys, ...) check_seen(&v, keys, (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(keys_lead_through_time)
{
  seen v;

  seen_init(&v, 400);
  SEES("", "packet 1 of 400 ", "+0.000000 s", "2020-09-13 12:26:40.000 UTC", "test.pcap");
  SEES("l", "packet 2 of 400 ", "+0.100000 s");
  SEES("lll", "packet 5 of 400 ");
  SEES("h", "packet 4 of 400 ");
  SEES(">", "packet 14 of 400 ", "+1.300000 s");
  SEES("<", "packet 4 of 400 ");
  SEES("G", "packet 400 of 400 ");
  SEES("l", "this is the last packet");
  SEES("g", "packet 1 of 400 ");
  SEES(":+2.55\n", "packet 26 of 400 ", "later, at +2.550000 s");
  SEES("h", "packet 26 of 400 ", "+2.500000 s");
  SEES(":#17\n", "packet 17 of 400 ");
  SEES(":12:26:43\n", "packet 31 of 400 ");
  SEES("#100\n", "packet 100 of 400 ");
  SEES(":soon\n", "soon is no moment", "packet 100 of 400 ");
  SEES(":#1000\n", "there is no packet 1000; this is the last one", "packet 400 of 400 ");
  SEES("gd", "no drop after this moment", "packet 1 of 400 ");
  SEES("gc", "packet 2 of 400 ");
  SEES("c", "packet 3 of 400 ");
  SEES("C", "packet 2 of 400 ");
  seen_clear(&v);
}
END_TEST

/* The rest of the keys, each by what it does. */
START_TEST(every_key_does_what_help_says)
{
  seen v;

  seen_init(&v, 400);
  SEES("]", "later, at +60.000000 s");
  SEES("[", "packet 1 of 400 ");
  SEES("G", "packet 400 of 400 ");
  SEES("gs", "packet 3 of 400 ", "SYN_SENT");
  SEES("GS", "packet ");
  SEES("g.", "packet 2 of 400 ");
  SEES("g..", "packet 3 of 400 ");
  SEES(",", "packet 2 of 400 ");
  SEES("gi", "packet ", "INVALID");
  SEES("GI", "packet ", "INVALID");
  SEES("ge", "no eviction after this moment");
  SEES("GE", "no eviction before this moment");
  SEES("GD", "no drop before this moment");
  SEES("x", "expected now", "none");
  SEES("q", "packet 400 of 400 ");
  SEES("O", "sorted by bytes, from the highest");
  SEES("o", "sorted by conn, from the lowest");
  SEES("/10.0.0\nnN", "packet 400 of 400 ");
  SEES("+1\n", "packet 11 of 400 ");
  SEES("1", "plays 1");
  SEES("3", "plays 60");
  SEES(" ", "packet 11 of 400 ");
  seen_clear(&v);
}
END_TEST

START_TEST(playing_moves_with_the_clock)
{
  seen v;

  seen_init(&v, 400);
  session_tick(v.s, 1000000);
  SEES("2", "plays 10");
  session_tick(v.s, 1100000); /* a tenth of a second, ten times as fast */
  SEES("", "packet 11 of 400 ", "+1.000000 s");
  SEES(" ", "packet 11 of 400 ");
  session_tick(v.s, 9000000);
  SEES("", "packet 11 of 400 ");
  ck_assert(!session_plays(v.s));
  SEES("4", "plays 600");
  session_tick(v.s, 9500000);
  SEES("", "packet 400 of 400 ", "the end of the capture");
  ck_assert(!session_plays(v.s));
  seen_clear(&v);
}
END_TEST

START_TEST(the_table_is_chosen_sorted_and_counted)
{
  seen v;

  seen_init(&v, 400);
  SEES("G", "39 of 262,144 entries (0%), peak 39", "tcp 38  udp 1", "conn");
  SEES("fudp\n", "1 chosen: udp", "udp  assured");
  SEES("f\025\n", "tcp 38  udp 1");
  SEES("o", "source\342\226\264");
  SEES("r", "source\342\226\276");
  SEES("a", "sources", "entries\342\226\276", "unreplied");
  SEES("aaaa", "states", "udp assured");
  SEES("a", "source\342\226\276");
  SEES("/.1039\n", "10.0.0.1.1039");
  SEES("/nowhere\n", "nowhere is not here");
  seen_clear(&v);
}
END_TEST

START_TEST(changes_are_marked)
{
  seen v;

  seen_init(&v, 400);
  SEES("#41\nl", "packet 42 of 400 ", "* 10.0.0.1.5353");
  SEES("gl", "+ 10.0.0.1.5353");
  SEES("l", "  10.0.0.1.5353", "+ 10.0.0.1.1002");
  seen_clear(&v);
}
END_TEST

START_TEST(a_connection_and_a_packet_are_told)
{
  seen v;

  seen_init(&v, 400);
  SEES("G/.1002\n\n", "connection #2  tcp  ", "original > < reply", "SYN ---------->  SYN_SENT         120 s",
       "INVALID          116 s");
  SEES("}", "packet");
  SEES("{j\n", "packet ", "Look-up", "It was looked up as tcp from");
  SEES("q", "connection #2", "original > < reply");
  SEES("G\n", "Look-up");
  SEES("q?", "Time");
  SEES("q", "connection #2", "original > < reply");
  SEES("q", "packet 400 of 400 ");
  SEES("glp", "packet 2", "Look-up", "NEW: nobody has answered yet");
  SEES("q?", "Space", "What if");
  SEES("q", "packet 2 of 400 ");
  ck_assert(!session_key(v.s, 'q'));
  seen_clear(&v);
}
END_TEST

/* What there is no room for is said, and can be come to. */
START_TEST(a_page_is_read_to_its_end)
{
  seen v;
  char *wide;

  seen_init(&v, 400);
  SEES("gllp", "Look-up", "more below (");
  SEES("G", "the end; more above (", "Changes");
  SEES("k", "more below (1 line), and above (");
  SEES("g", "Look-up", "more below (");
  SEES("}", "the end; more above (");
  SEES("g/changes\n", "Changes", "above (");
  SEES("?", "Time", "more below (");
  SEES("G", "the end; more above (", "rows new, changed, gone");
  SEES("q", "Changes");
  /* What is searched may not have been told yet. */
  ck_assert(session_key(v.s, 'q'));
  SEES("p/changes\n", "Changes", "above (");
  /* From packet to packet. */
  SEES("gl", "packet 4\n", "Look-up");
  SEES("hh", "packet 2\n", "Look-up");
  SEES("l", "packet 3\n", "Look-up");
  SEES("hhh", "this is the first packet", "packet 1\n");
  SEES("ll", "packet 3\n");
  /* Another width: told anew. */
  wide = drawn(&v, 40, 200);
  ck_assert_ptr_nonnull(strstr(wide, "It was looked up as tcp from 10.0.0.1 port 1002 to 10.0.0.2 port 80.\n"));
  ck_assert_ptr_null(strstr(wide, "more below"));
  g_free(wide);
  seen_clear(&v);
}
END_TEST

/* However narrow, columns do not touch, and what is cut is marked. */
START_TEST(a_narrow_screen_has_fewer_columns)
{
  seen v;
  char *text;

  seen_init(&v, 400);
  g_free(typed(&v, "G"));
  text = drawn(&v, 24, 60);
  ck_assert_ptr_nonnull(strstr(text, "\n  source          destination     prot state       timeout\n"));
  ck_assert_ptr_nonnull(strstr(text, "  10.0.0.1.5353   10.0.0.2.53     udp  assured "));
  g_free(text);
  g_free(typed(&v, "aaaa"));
  text = drawn(&v, 24, 60);
  ck_assert_msg(strstr(text, "\n  ports  ") != NULL && strstr(text, "  packets    bytes unreplied\n") != NULL, "%s",
                text);
  g_free(text);
  g_free(typed(&v, "aa?"));
  text = drawn(&v, 24, 60);
  ck_assert_ptr_nonnull(strstr(text, "e E  evict~\n"));
  g_free(text);
  seen_clear(&v);
}
END_TEST

START_TEST(help_is_no_wider_than_a_screen)
{
  for (guint i = 0; i < help_lines(); i++)
    ck_assert_msg(strlen(help_line(i)) <= 79, "%s", help_line(i));
}
END_TEST

/* A line too long for the screen is broken between words, and where it is cut that is marked. */
START_TEST(a_long_line_is_folded)
{
  static const char words[] = "one two three four five six";
  static const struct {
    guint columns, most, n;
    const char *text;
  } cases[] = {
    { 10, 9, 3, "one two\nthree four\nfive six\n" },
    { 10, 2, 2, "one two\nthree ~\n" },
    { 40, 3, 1, "one two three four five six\n" },
    { 3, 9, 9, "one\ntwo\nthr\nee\nfou\nr\nfiv\ne\nsix\n" },
    { 10, 1, 1, "one two ~\n" },
  };
  canvas wide = { 0 }, c = { 0 };

  canvas_init(&wide, 1, 64, TRUE);
  canvas_put(&wide, 0, 0, 64, STYLE_PLAIN, words);
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    guint n = canvas_folded(&wide, strlen(words), cases[i].columns, cases[i].most);
    char *text;

    canvas_init(&c, n, cases[i].columns, TRUE);
    canvas_fold(&c, 0, n, 0, &wide, strlen(words));
    text = canvas_text(&c);
    ck_assert_uint_eq(n, cases[i].n);
    ck_assert_str_eq(text, cases[i].text);
    g_free(text);
  }
  canvas_clear(&wide);
  canvas_clear(&c);
}
END_TEST

START_TEST(a_long_message_is_read_whole)
{
  seen v;

  seen_init(&v, 400);
  SEES("wa_name_that_goes_on_for_quite_some_time_and_then_for_some_more_time_until_the_end\n", "no such setting");
  SEES("wa_name_that_goes_on_for_quite_some_time_and_then_for_some_more_time_until_the_end", "time_until_the_end");
  seen_clear(&v);
}
END_TEST

/* No mark hides another one. */
START_TEST(marks_stand_one_below_the_other)
{
  seen v;
  char *text, **rows_seen;
  guint both = 0, i;

  seen_init(&v, 400);
  text = typed(&v, "wmax=4\n");
  rows_seen = g_strsplit(text, "\n", -1);
  /* Under the title, four rows and the two of the what-if: the strip, and the marks. */
  for (i = 0; i < strlen(rows_seen[8]); i++)
    both += rows_seen[8][i] == 'E' || rows_seen[8][i] == 'I';
  ck_assert_msg(both > 0, "%s", text);
  ck_assert_ptr_nonnull(strchr(rows_seen[7], 'D'));
  g_strfreev(rows_seen);
  g_free(text);
  /* On a low screen the gravest has the only row. */
  text = drawn(&v, 14, 80);
  rows_seen = g_strsplit(text, "\n", -1);
  ck_assert_ptr_nonnull(strchr(rows_seen[5], 'D'));
  ck_assert_ptr_nonnull(strstr(rows_seen[6], "source"));
  g_strfreev(rows_seen);
  g_free(text);
  seen_clear(&v);
}
END_TEST

START_TEST(another_kernel_is_asked)
{
  seen v;

  seen_init(&v, 400);
  SEES("Gwmax=4\n", "what if max=4", "linux-6.18, max 4", "of 4 entries", "by now   dropped 0 -> ",
       "in all   dropped 0 -> ", "entries 39 -> 4", "peak 39 -> 4", "not so");
  /* Wherever one looks: what was told of the other kernel goes with it. */
  SEES("p", "Look-up");
  SEES("W", "Look-up", "max 262,144");
  SEES("wmax=4\n", "Look-up", "what if max=4");
  SEES("q\n", "original > < reply");
  SEES("W", "packet 400 of 400 ", "max 262,144");
  SEES("wmax=4\n", "what if max=4");
  SEES("gd", "dropped");
  SEES("W", "max 262,144");
  SEES("wnonsense\n", "nonsense: no such setting");
  seen_clear(&v);
}
END_TEST

static Suite *screen_suite(void)
{
  Suite *suite = suite_create("screen");
  TCase *tc = tcase_create("screen");

  tcase_set_timeout(tc, 120);
  tcase_add_test(tc, moments_are_read_as_people_write_them);
  tcase_add_test(tc, nothing_raw_gets_onto_a_canvas);
  tcase_add_test(tc, a_strip_keeps_peaks_and_marks);
  tcase_add_test(tc, any_moment_is_what_playing_gives);
  tcase_add_test(tc, so_it_is_with_frames_that_are_kept);
  tcase_add_test(tc, the_oldest_frames_are_forgotten);
  tcase_add_test(tc, keyframes_stay_within_their_bound);
  tcase_add_test(tc, a_time_between_packets_is_a_moment);
  tcase_add_test(tc, keys_lead_through_time);
  tcase_add_test(tc, every_key_does_what_help_says);
  tcase_add_test(tc, playing_moves_with_the_clock);
  tcase_add_test(tc, the_table_is_chosen_sorted_and_counted);
  tcase_add_test(tc, changes_are_marked);
  tcase_add_test(tc, a_connection_and_a_packet_are_told);
  tcase_add_test(tc, another_kernel_is_asked);
  tcase_add_test(tc, a_page_is_read_to_its_end);
  tcase_add_test(tc, a_narrow_screen_has_fewer_columns);
  tcase_add_test(tc, help_is_no_wider_than_a_screen);
  tcase_add_test(tc, a_long_line_is_folded);
  tcase_add_test(tc, a_long_message_is_read_whole);
  tcase_add_test(tc, marks_stand_one_below_the_other);
  suite_add_tcase(suite, tc);
  return suite;
}

int main(void) { return unit_run(screen_suite()); }
