/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replay loop: what a run shows must not depend on threads, batches or files; and points in a stream. */
#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <string.h>

#include "packet_kit.h"
#include "replay/look.h"
#include "replay/replay.h"
#include "unit.h"

enum { FRAMES = 3000, FLOWS = 40 };
static const gint64 second_ns = G_GINT64_CONSTANT(1000000000);
static const gint64 start_ns = G_GINT64_CONSTANT(1600000000000000000);

/* ---- captures ---- */

static char *temporary(void)
{
  char *path = NULL;
  int fd = g_file_open_tmp("ctreplay-XXXXXX.pcap", &path, NULL);

  ck_assert(fd >= 0);
  ck_assert(g_close(fd, NULL));
  return path;
}

/*
 * Frame i of a stream of TCP conversations that open, talk, close and begin anew, a UDP flow and frames that are no IP.
 */
static void make_packet(kit_bytes *b, guint i)
{
  static const guint8 flags[] = {
    CT_TCP_SYN, CT_TCP_SYN | CT_TCP_ACK, CT_TCP_ACK, CT_TCP_ACK | CT_TCP_FIN, CT_TCP_ACK | CT_TCP_FIN, CT_TCP_ACK
  };
  static const gboolean back[] = { FALSE, TRUE, FALSE, FALSE, TRUE, FALSE };
  guint flow = i % FLOWS, step = i / FLOWS % 6;

  kit_start(b);
  if (flow == 0) {
    kit_fill(b, 0x11, 30);
    return;
  }
  kit_ipv4(b, flow == 1 ? CT_PROTO_UDP : CT_PROTO_TCP);
  if (back[step])
    kit_swap_addresses(b);
  if (flow == 1)
    kit_udp(b, back[step] ? 53 : 5353, back[step] ? 5353 : 53, 10);
  else
    kit_tcp(b, back[step] ? 80 : (guint16)(1000 + flow), back[step] ? (guint16)(1000 + flow) : 80, flags[step], "");
  kit_finish(b);
}

/* Writes those of the frames 0 to n-1 for which i % modulus == remainder and from <= i. */
static char *make_capture(guint from, guint n, guint modulus, guint remainder)
{
  char *path = temporary();
  cap_writer *writer = cap_writer_open(path, CAP_WRITER_PCAP, NULL);
  guint i;

  ck_assert_ptr_nonnull(writer);
  for (i = from; i < n; i++) {
    kit_bytes b;
    cap_frame frame = { .ts_ns = start_ns + i * (second_ns / 10), .link = DLT_RAW };

    if (i % modulus != remainder)
      continue;
    make_packet(&b, i);
    frame.data = b.at;
    frame.captured = frame.wire = b.n;
    ck_assert(cap_writer_frame(writer, &frame, NULL, NULL));
  }
  ck_assert(cap_writer_close(writer, NULL));
  return path;
}

static void drop(char *path)
{
  g_unlink(path);
  g_free(path);
}

/* ---- runs ---- */

typedef struct record {
  GString *text;
  guint64 packets, last_number;
  guint moments;
  gint64 moment_ns[8];
  replay_point want[8]; /* moments to ask for, in order */
} record;

static void on_packet(const replay_seen *seen, gpointer user)
{
  record *r = user;

  r->packets++;
  r->last_number = seen->packet->number;
  g_string_append_printf(r->text, "%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %u %u %" G_GUINT64_FORMAT " %u-%u %u\n",
                         seen->packet->number, (gint64)seen->frame->ts_ns, seen->result->cls, seen->result->dir,
                         (guint64)seen->result->conn, seen->result->old_state, seen->result->new_state,
                         seen->result->reason);
}

static void on_event(const ct_event *event, void *user)
{
  record *r = user;

  g_string_append_printf(r->text, "event %u %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT "\n", event->type,
                         (gint64)event->time_ns, (guint64)event->view->id);
}

static void on_moment(replay_moments *m, gpointer user)
{
  record *r = user;
  const replay_point *next;

  if (m->by_time || m->by_number)
    r->moment_ns[r->moments++] = m->last_ns;
  next = &r->want[r->moments];
  m->next_number = next->kind == REPLAY_POINT_NUMBER ? (guint64)next->value : G_MAXUINT64;
  m->next_ns = next->kind == REPLAY_POINT_NUMBER || next->kind == REPLAY_POINT_NONE
                 ? G_MAXINT64
                 : replay_point_time_ns(next, m->first_ns);
}

static replay_source *run(const replay_options *options, record *r)
{
  replay_watcher watcher = { .packet = on_packet, .moment = on_moment, .user = r };
  replay_source *source;
  ct_engine *engine;
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  r->text = g_string_new(NULL);
  source = replay_source_open(options, &params, NULL);
  ck_assert_ptr_nonnull(source);
  engine = ct_engine_new(&params);
  ct_engine_watch(engine, 1u << CT_EVENT_NEW | 1u << CT_EVENT_UPDATE | 1u << CT_EVENT_DESTROY, on_event, r);
  replay_run(source, engine, &watcher);
  ct_engine_free(engine);
  return source;
}

/* => the record's text; the caller frees. Fails where a capture was found wanting. */
static char *run_text(const char *const *captures, guint n, void (*change)(replay_options *), record *r)
{
  record own = { .packets = 0 };
  replay_options options;
  replay_source *source;

  r = r != NULL ? r : &own;
  replay_options_init(&options);
  options.captures = captures;
  options.n_captures = n;
  options.checksums = CT_CHECKSUMS_IGNORE;
  if (change != NULL)
    change(&options);
  source = run(&options, r);
  ck_assert_ptr_null(replay_source_problem(source, 0));
  replay_source_free(source);
  return g_string_free(r->text, FALSE);
}

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
  record r = { .want = { { REPLAY_POINT_NUMBER, 10 },
                         { REPLAY_POINT_OFFSET, 5 * second_ns },
                         { REPLAY_POINT_OFFSET, 60 * second_ns } } };

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

/* ---- problems and remarks ---- */

typedef struct scene {
  guint link;
  gboolean twice, one_sided;
  const char *interface;
  cap_direction direction;
} scene;

/* Conversations as a router's "any" shows them (Linux cooked v2): in on 2, out on 3; or one side of them only. */
static char *make_scene(const scene *about)
{
  char *path = temporary();
  cap_writer *writer = cap_writer_open(path, CAP_WRITER_PCAP, NULL);
  guint i, sighting;

  ck_assert_ptr_nonnull(writer);
  for (i = 2; i < 400; i++) {
    kit_bytes b;
    guint step = i / FLOWS % 6;

    if (i % FLOWS < 2 || (about->one_sided && (step == 1 || step == 4)))
      continue;
    make_packet(&b, i);
    for (sighting = 0; sighting <= (guint)about->twice; sighting++) {
      guint8 bytes[2048] = { 0x08, 0x00, 0, 0, 0, 0, 0, (guint8)(2 + sighting), 0, 1, sighting ? 4 : 0, 6 };
      guint head = about->link == DLT_LINUX_SLL2 ? 20 : 0;
      cap_frame frame = { .ts_ns = start_ns + i * 1000, .link = (guint16)about->link, .data = bytes };

      memcpy(bytes + head, b.at, b.n);
      if (sighting > 0)
        bytes[head + 8]--; /* the router took one off the TTL; nobody verifies the sum here */
      frame.captured = frame.wire = head + b.n;
      ck_assert(cap_writer_frame(writer, &frame, NULL, NULL));
    }
  }
  ck_assert(cap_writer_close(writer, NULL));
  return path;
}

/* => what the run says: problem and remark, NULL where nothing; both freed by the caller. */
static void run_scene(const scene *about, char **problem, char **remark, record *r)
{
  char *path = make_scene(about);
  const char *captures[] = { path };
  replay_options options;
  replay_source *source;

  replay_options_init(&options);
  options.captures = captures;
  options.n_captures = 1;
  options.checksums = CT_CHECKSUMS_IGNORE;
  options.interface = about->interface;
  options.direction = about->direction;
  source = run(&options, r);
  *problem = g_strdup(replay_source_problem(source, 0));
  *remark = g_strdup(replay_source_remark(source, 0));
  replay_source_free(source);
  g_string_free(r->text, TRUE);
  drop(path);
}

START_TEST(remarks)
{
  static const struct {
    scene scene;
    const char *problem, *remark; /* words in them */
    gboolean all;                 /* every frame is fed */
  } cases[] = {
    { { DLT_RAW, FALSE, FALSE, NULL, 0 }, NULL, NULL, TRUE },
    { { DLT_LINUX_SLL2, FALSE, FALSE, NULL, 0 }, NULL, NULL, TRUE },
    { { DLT_LINUX_SLL2, TRUE, FALSE, NULL, 0 }, NULL, "--interface", TRUE },
    { { DLT_LINUX_SLL2, TRUE, FALSE, "2", 0 }, NULL, NULL, FALSE },
    { { DLT_LINUX_SLL2, TRUE, FALSE, NULL, CAP_DIR_OUT }, NULL, NULL, FALSE },
    { { DLT_LINUX_SLL2, TRUE, FALSE, "eth9", 0 }, NULL, "there are: 2, 3", FALSE },
    { { DLT_RAW, FALSE, FALSE, NULL, CAP_DIR_IN }, NULL, "--direction", FALSE },
    { { DLT_RAW, FALSE, TRUE, NULL, 0 }, NULL, "only one side", TRUE },
    { { DLT_USB_LINUX, FALSE, FALSE, NULL, 0 }, "USB_LINUX", NULL, TRUE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    record r = { .packets = 0 };
    char *problem, *remark;
    const scene *s = &cases[i].scene;
    guint frames = s->one_sided ? 0 : 380 * (s->twice ? 2 : 1);

    run_scene(s, &problem, &remark, &r);
    ck_assert_msg(cases[i].problem == NULL ? problem == NULL
                                           : problem != NULL && strstr(problem, cases[i].problem) != NULL,
                  "case %u: %s", i, problem);
    ck_assert_msg(cases[i].remark == NULL ? remark == NULL : remark != NULL && strstr(remark, cases[i].remark) != NULL,
                  "case %u: %s", i, remark);
    if (!s->one_sided)
      ck_assert_msg(cases[i].all == (r.packets == frames), "case %u: %u of %u", i, (guint)r.packets, frames);
    g_free(problem);
    g_free(remark);
  }
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
  char *good = make_capture(0, 100, 1, 0);
  const char *captures[] = { "/nonexistent.pcap", good };
  record r = { .packets = 0 };
  replay_options options;
  replay_source *source;

  replay_options_init(&options);
  options.captures = captures;
  options.n_captures = 2;
  source = run(&options, &r);
  ck_assert_ptr_nonnull(strstr(replay_source_problem(source, 0), "/nonexistent.pcap"));
  ck_assert_ptr_null(replay_source_problem(source, 1));
  ck_assert_uint_eq(r.packets, 100);
  replay_source_free(source);
  g_string_free(r.text, TRUE);
  drop(good);
}
END_TEST

/* Names come from the capture: nothing of them may reach a terminal that is more than text. */
START_TEST(names_of_interfaces)
{
  char *plain = replay_place_name("eth0", 3), *none = replay_place_name("", 3),
       *evil = replay_place_name("\033[2Jx\n\xff", 3);

  ck_assert_str_eq(plain, "eth0");
  ck_assert_str_eq(none, "3");
  ck_assert_str_eq(evil, "?[2Jx??");
  g_free(plain);
  g_free(none);
  g_free(evil);
}
END_TEST

/* ---- points ---- */

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
  Suite *suite = suite_create("replay");
  TCase *stream = tcase_create("stream"), *point = tcase_create("point");

  tcase_add_test(stream, threads_never_show);
  tcase_add_test(stream, hash_keys_never_show);
  tcase_add_test(stream, split_files_are_one_stream);
  tcase_add_test(stream, merged_files_are_one_stream);
  tcase_add_test(stream, selections);
  tcase_add_test(stream, moments);
  tcase_add_test(stream, wrong_filter);
  tcase_add_test(stream, remarks);
  tcase_add_test(stream, names_of_interfaces);
  tcase_add_test(stream, files_that_cannot_be_read);
  tcase_add_test(point, points);
  tcase_add_test(point, durations);
  suite_add_tcase(suite, stream);
  suite_add_tcase(suite, point);
  return unit_run(suite);
}
