/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transcripts are read strictly, and a comparison sees every single field that differs. */
#include <config.h>

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "verify/limits.h"
#include "verify/report.h"
#include "verify/transcript.h"
#include "verify/transcript_write.h"

#define HEADER                                                                                                        \
  "{\"transcript\":1,\"kernel\":\"6.18.9\",\"capture\":\"a.pcap\",\"sysctl\":[],\"helper\":[],\"clock\":\"virtual\"}" \
  "\n"
#define ORIG "\"orig\":{\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\",\"proto\":6,\"sport\":1000,\"dport\":80}"
#define REPLY "\"reply\":{\"src\":\"10.0.0.2\",\"dst\":\"10.0.0.1\",\"proto\":6,\"sport\":80,\"dport\":1000}"
#define PROTO "\"state\":\"SYN_SENT\",\"wscale\":[7,0],\"tflags\":[3,0]"
#define NEW_EVENT "{" ORIG "," REPLY ",\"status\":[\"CONFIRMED\"]," PROTO ",\"timeout\":120,\"ev\":\"NEW\"}"
#define ENTRY "{" ORIG "," REPLY ",\"status\":[\"CONFIRMED\"]," PROTO ",\"timeout\":120,\"counters\":[[1,60],[0,0]]}"
#define LINE1 \
  "{\"n\":1,\"t\":0.0000,\"fwd\":1,\"cls\":\"NEW\",\"dir\":\"o\",\"ev\":[" NEW_EVENT "],\"ct\":[" ENTRY "]}\n"
#define ICMP "{\"src\":\"fd00::1\",\"dst\":\"fd00::2\",\"proto\":58,\"id\":9,\"type\":128,\"code\":0}"
#define LINE2 "{\"n\":2,\"padded\":1,\"t\":1.5001,\"fwd\":0,\"cls\":null,\"gone\":[" ICMP "]}\n"
#define LINE3 "{\"n\":3,\"t\":4611686017.123456789,\"seen\":4611686017.1235,\"fwd\":0,\"cls\":null}\n"
#define LINE4 "{\"n\":4,\"cls\":null,\"why\":\"not ip\"}\n"
#define DESTROY      \
  "{" ORIG "," REPLY \
  ",\"status\":[\"CONFIRMED\",\"DYING\"],\"state\":\"SYN_SENT\",\"counters\":[[1,60],[0,0]],\"ev\":\"DESTROY\"}"
#define GONE "{\"src\":\"10.0.0.1\",\"dst\":\"10.0.0.2\",\"proto\":6,\"sport\":1000,\"dport\":80}"
#define END "{\"end\":1,\"table\":[" ENTRY "],\"expect\":[],\"stats\":[\"drop=0\",\"invalid=0\"]}\n"

#define END_TIMED \
  "{\"end\":1,\"t\":4611686018.0000,\"seen\":4611686018.0001,\"table\":[],\"expect\":[],\"stats\":[\"drop=0\"]}\n"

static char *file_with(const char *text)
{
  char *path;
  GError *error = NULL;
  const int fd = g_file_open_tmp("ctreplay-verify-XXXXXX", &path, &error);
  ck_assert_msg(fd >= 0, "%s", error ? error->message : "");
  g_close(fd, NULL);
  ck_assert(g_file_set_contents(path, text, -1, NULL));
  return path;
}

/* Reads a whole transcript and prints it again. => the error's text, or NULL. */
static char *read_all(const char *text, GString *printed)
{
  GError *error = NULL;
  g_autofree char *path = file_with(text);
  verify_transcript *t = verify_transcript_open(path, &error);
  verify_line line;
  verify_line_init(&line);
  if (t)
    verify_header_put(printed, verify_transcript_header(t));
  while (t) {
    const verify_next next = verify_transcript_next(t, &line, &error);
    if (next == VERIFY_NEXT_LINE)
      verify_line_put(printed, &line);
    else if (next == VERIFY_NEXT_END)
      verify_end_put(printed, verify_transcript_end(t));
    if (next != VERIFY_NEXT_LINE)
      break;
  }
  verify_line_clear(&line);
  verify_transcript_free(t);
  g_unlink(path);
  char *message = error ? g_strdup(error->message) : NULL;
  g_clear_error(&error);
  return message;
}

START_TEST(what_is_read_is_what_is_written)
{
  const char *text = HEADER LINE1 LINE2 LINE3 LINE4 END_TIMED;
  g_autoptr(GString) printed = g_string_new(NULL);
  g_autofree char *message = read_all(text, printed);
  ck_assert_msg(!message, "%s", message);
  ck_assert_str_eq(printed->str, text);
}
END_TEST

static const struct {
  const char *text, *message;
} broken[] = {
  { "", "empty" },
  { "[]\n", "not a JSON object" },
  { "{\"transcript\":2,\"kernel\":\"\",\"capture\":\"\",\"clock\":\"\",\"sysctl\":[],\"helper\":[]}\n", "version 2" },
  { "{\"transcript\":1}\n", "kernel" },
  { HEADER, "cut" },
  { HEADER LINE1, "cut" },
  { HEADER "{\"n\":1,", "line 2" },
  { HEADER "{\"n\":0}\n", "n: out of range" },
  { HEADER "{\"n\":1,\"t\":\"0\"}\n", "t: a number" },
  { HEADER "{\"n\":1,\"t\":-1.0}\n", "t: out of range" },
  { HEADER "{\"n\":1,\"t\":4700000000,\"fwd\":1,\"cls\":null}\n", "t: out of range" },
  { HEADER "{\"n\":1,\"t\":1e3,\"fwd\":1,\"cls\":null}\n", "t: a number with an exponent" },
  { HEADER "{\"n\":1,\"ct\":[{\"t\":1.0}],\"fwd\":1,\"cls\":null}\n", "t: a number" },
  { HEADER "{\"n\":1,\"t\":5.0,\"fwd\":1,\"cls\":null}\n{\"n\":2,\"t\":4.0,\"fwd\":1,\"cls\":null}\n",
    "line 3: t goes back" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":2,\"cls\":null}\n", "fwd: out of range" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":1,\"cls\":\"OLD\"}\n", "cls: unknown class" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":1,\"cls\":\"NEW\",\"dir\":\"x\"}\n", "dir: unknown direction" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":1,\"cls\":null,\"gone\":{}}\n", "gone: a list" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":1,\"cls\":null,\"gone\":[{\"src\":\"10.0.0.1\"}]}\n", "dst: a string" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":1,\"cls\":null,\"gone\":[{\"src\":\"10.0.0.1\",\"dst\":\"::1\",\"proto\":6}]}\n",
    "dst: not an address" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":1,\"cls\":null,\"ev\":[{\"ev\":\"OLD\"}]}\n", "ev: unknown event" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":1,\"cls\":null,\"ct\":[{" ORIG ",\"status\":[\"ODD\"]}]}\n",
    "status: unknown bit" },
  { HEADER "{\"n\":1,\"t\":0.0,\"fwd\":1,\"cls\":null,\"ct\":[{" ORIG ",\"wscale\":[1]}]}\n", "wscale: not a pair" },
  { HEADER "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]\n", "nested too deep" },
};

START_TEST(broken_is_refused)
{
  g_autoptr(GString) printed = g_string_new(NULL);
  g_autofree char *message = read_all(broken[_i].text, printed);
  ck_assert_msg(message && strstr(message, broken[_i].message), "wanted \"%s\", got \"%s\"", broken[_i].message,
                message ? message : "no error");
}
END_TEST

typedef struct side {
  char *path;
  verify_transcript *t;
  verify_table table;
  verify_line line;
  GArray *entries;
} side;

static void side_open(side *s, const char *text)
{
  s->path = file_with(text);
  s->t = verify_transcript_open(s->path, NULL);
  ck_assert_ptr_nonnull(s->t);
  verify_table_init(&s->table);
  verify_line_init(&s->line);
  s->entries = g_array_new(FALSE, FALSE, sizeof(verify_entry));
}

static void side_close(side *s)
{
  verify_transcript_free(s->t);
  verify_table_clear(&s->table);
  verify_line_clear(&s->line);
  g_array_unref(s->entries);
  g_unlink(s->path);
  g_free(s->path);
}

static verify_next side_next(side *s)
{
  GError *error = NULL;
  const verify_next next = verify_transcript_next(s->t, &s->line, &error);
  ck_assert_msg(!error, "%s", error ? error->message : "");
  verify_table_apply(&s->table, &s->line);
  g_array_set_size(s->entries, 0);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, s->table.entries);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    g_array_append_vals(s->entries, value, 1);
  return next;
}

/* => the first difference between two texts that both stand between HEADER and END, or NULL. */
static char *differ(const char *truth_text, const char *got_text, verify_counts *counts)
{
  g_autofree char *truth_all = g_strconcat(HEADER, truth_text, END, NULL);
  g_autofree char *got_all = g_strconcat(HEADER, got_text, END, NULL);
  side truth, got;
  side_open(&truth, truth_all);
  side_open(&got, got_all);
  verify_compare *c = verify_compare_new(&verify_tolerance_virtual, "truth", "got");
  while (side_next(&truth) == VERIFY_NEXT_LINE) {
    ck_assert_int_eq(side_next(&got), VERIFY_NEXT_LINE);
    if (!verify_compare_frame(c, &truth.line, &truth.table, &got.line, got.entries, got.table.expected, NULL))
      break;
  }
  char *difference = g_strdup(verify_compare_difference(c));
  *counts = *verify_compare_counts(c);
  verify_compare_free(c);
  side_close(&truth);
  side_close(&got);
  return difference;
}

static char *replaced(const char *text, const char *from, const char *to)
{
  const char *at = strstr(text, from);
  ck_assert_ptr_nonnull(at);
  return g_strdup_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* An IPv6 packet of 80 bytes: a header chain as given behind 40 bytes that claim payload. */
static gboolean bridge_judges(guint8 first, guint payload, const char *hex)
{
  guint8 bytes[80] = { 0x60, 0, 0, 0, (guint8)(payload >> 8), (guint8)payload, first, 64 };
  guint at, byte;

  for (at = 40; *hex != '\0'; hex += 2) {
    ck_assert_int_eq(sscanf(hex, "%2x", &byte), 1);
    bytes[at++] = (guint8)byte;
  }
  return verify_bridge_alone_judges(bytes, sizeof(bytes)) != NULL;
}

/* A referee that is a bridge is not sent what it alone would judge. */
START_TEST(bridges_are_spared)
{
  static const guint8 ipv4[40] = { 0x45, 0, 0, 40 };

  ck_assert(bridge_judges(44, 40, "0000000000000001"));  /* hop-by-hop behind an atomic fragment header */
  ck_assert(bridge_judges(44, 40, "0000000100000001"));  /* behind a first one */
  ck_assert(!bridge_judges(44, 40, "0000000900000001")); /* a later one has payload there */
  ck_assert(!bridge_judges(44, 40, "1100000000000001")); /* UDP */
  ck_assert(bridge_judges(60, 40,
                          "2c00000000000000"
                          "0000000000000001"));         /* options, fragment, hop-by-hop */
  ck_assert(!bridge_judges(0, 40, "1100010400000000")); /* in its place, whole */
  ck_assert(bridge_judges(0, 8, "1101010c00000000"));   /* past the payload */
  ck_assert(!bridge_judges(17, 40, "0035003500280000"));
  ck_assert_ptr_null(verify_bridge_alone_judges(ipv4, sizeof(ipv4)));
  ck_assert_ptr_null(verify_bridge_alone_judges((const guint8 *)"\x60", 1));
}
END_TEST

START_TEST(equal_runs_are_equal)
{
  verify_counts counts;
  g_autofree char *difference = differ(LINE1 LINE2 LINE4, LINE1 LINE2 LINE4, &counts);
  ck_assert_msg(!difference, "%s", difference);
  ck_assert_uint_eq(counts.packets, 2);
  ck_assert_uint_eq(counts.not_ip, 1);
  ck_assert_uint_eq(counts.events, 1);
  ck_assert_uint_eq(counts.entries, 2);
}
END_TEST

/* One change each in a line that otherwise agrees, and what the difference must be called. */
static const struct {
  const char *from, *to, *what;
} changes[] = {
  { "\"cls\":\"NEW\"", "\"cls\":\"ESTABLISHED\"", "): class" },
  { "\"dir\":\"o\"", "\"dir\":\"r\"", "): direction" },
  { "\"fwd\":1", "\"fwd\":0", "): forwarded" },
  { NEW_EVENT, "", "NEW event on one side only" },
  { "\"ev\":\"NEW\"", "\"ev\":\"UPDATE\"", "event on one side only" },
  { "\"timeout\":120,\"ev\"", "\"timeout\":122,\"ev\"", "NEW event: timeout" },
  { "\"timeout\":120,\"counters\"", "\"timeout\":119,\"counters\"", "): timeout" },
  { "\"timeout\":120,\"counters\"", "\"timeout\":122,\"counters\"", "): timeout" },
  { "[[1,60],[0,0]]", "[[1,61],[0,0]]", "): counters" },
  { "[[1,60],[0,0]]", "[[1,60],[1,0]]", "): counters" },
  { "\"ct\":[{" ORIG "," REPLY ",\"status\":[\"CONFIRMED\"]",
    "\"ct\":[{" ORIG "," REPLY ",\"status\":[\"CONFIRMED\",\"ASSURED\"]", "): status" },
  { "\"status\":[\"CONFIRMED\"]", "\"status\":[\"ASSURED\"]", "NEW event: status" },
  { "\"state\":\"SYN_SENT\"", "\"state\":\"SYN_RECV\"", "NEW event: state" },
  { PROTO ",", "", "NEW event: state" },
  { "\"wscale\":[7,0]", "\"wscale\":[7,1]", "NEW event: wscale" },
  { "\"tflags\":[3,0]", "\"tflags\":[3,16]", "NEW event: tflags" },
  { ",\"counters\":[[1,60],[0,0]]", "", "): counters" },
  { "\"counters\"", "\"helper\":\"ftp\",\"counters\"", "): helper" },
  { "\"counters\"", "\"master\":" GONE ",\"counters\"", "): master" },
  { "\"counters\"", "\"vtag\":[1,2],\"counters\"", "): vtag" },
  { ",\"ct\":[" ENTRY "]", "", "entry on one side only" },
};

START_TEST(every_difference_is_seen)
{
  verify_counts counts;
  g_autofree char *changed = replaced(LINE1, changes[_i].from, changes[_i].to);
  g_autofree char *there = differ(LINE1, changed, &counts);
  ck_assert_msg(there && strstr(there, changes[_i].what), "wanted \"%s\", got \"%s\"", changes[_i].what,
                there ? there : "equal");
  ck_assert(g_str_has_prefix(there, "packet 1 "));
  /* a timeout one lower is what the other side may list: see timeout_a_tick_late */
  g_autofree char *back = differ(changed, LINE1, &counts);
  if (!strstr(changes[_i].to, "119"))
    ck_assert_msg(back && strstr(back, changes[_i].what), "wanted \"%s\", got \"%s\"", changes[_i].what,
                  back ? back : "equal");
}
END_TEST

START_TEST(timeout_a_tick_late)
{
  verify_counts counts;
  g_autofree char *late = replaced(LINE1, "\"timeout\":120,\"counters\"", "\"timeout\":119,\"counters\"");
  g_autofree char *difference = differ(late, LINE1, &counts);
  ck_assert_msg(!difference, "%s", difference);
  ck_assert_uint_eq(counts.timeouts_late, 1);
}
END_TEST

#define LATER1 "{\"n\":2,\"t\":120.0000,\"fwd\":1,\"cls\":\"INVALID\",\"dir\":\"-\",%s\"gone\":[" GONE "]}\n"
#define LATER(n, t) "{\"n\":" n ",\"t\":" t ",\"fwd\":1,\"cls\":\"INVALID\",\"dir\":\"-\"%s}\n"

START_TEST(destroy_a_packet_later)
{
  verify_counts counts;
  const char *event_comma = "\"ev\":[" DESTROY "],", *comma_event = ",\"ev\":[" DESTROY "]";
  g_autofree char *at_once = g_strdup_printf(LINE1 LATER1 LATER("3", "121.0") LATER("4", "122.0"), event_comma, "", "");
  g_autofree char *next = g_strdup_printf(LINE1 LATER1 LATER("3", "121.0") LATER("4", "122.0"), "", comma_event, "");
  g_autofree char *after = g_strdup_printf(LINE1 LATER1 LATER("3", "121.0") LATER("4", "122.0"), "", "", comma_event);
  g_autofree char *fine = differ(next, at_once, &counts);
  ck_assert_msg(!fine, "%s", fine);
  ck_assert_uint_eq(counts.destroys_later, 1);
  g_autofree char *too_late = differ(after, at_once, &counts);
  ck_assert_msg(too_late && strstr(too_late, "DESTROY event on one side only"), "%s", too_late);
  g_autofree char *too_early = differ(at_once, next, &counts);
  ck_assert_msg(too_early && strstr(too_early, "DESTROY event on one side only"), "%s", too_early);
  g_autofree char *state = replaced(next, "\"DYING\"],\"state\":\"SYN_SENT\"", "\"DYING\"],\"state\":\"CLOSE\"");
  g_autofree char *other_state = differ(state, at_once, &counts);
  ck_assert_msg(other_state && strstr(other_state, "DESTROY event: state"), "%s", other_state);
}
END_TEST

START_TEST(unlisted_deadline_is_held)
{
  /* Same counters, but the other run's entry was renewed by 3 s without the truth listing it. */
  const char *truth = LINE1 "{\"n\":2,\"t\":3.0000,\"fwd\":1,\"cls\":\"INVALID\",\"dir\":\"-\"}\n";
  const char *renewed = LINE1 "{\"n\":2,\"t\":3.0000,\"fwd\":1,\"cls\":\"INVALID\",\"dir\":\"-\",\"ct\":[" ENTRY "]}\n";
  verify_counts counts;
  g_autofree char *difference = differ(truth, renewed, &counts);
  ck_assert_msg(difference && strstr(difference, "packet 2 (3.0000 s): timeout"), "%s",
                difference ? difference : "equal");
}
END_TEST

START_TEST(left_out_flows_do_not_count)
{
  g_autofree char *truth_all = g_strconcat(HEADER, LINE1, END, NULL);
  g_autofree char *changed = replaced(LINE1, "\"cls\":\"NEW\"", "\"cls\":\"RELATED\"");
  g_autofree char *got_all = g_strconcat(HEADER, changed, END, NULL);
  side truth, got;
  side_open(&truth, truth_all);
  side_open(&got, got_all);
  verify_compare *c = verify_compare_new(&verify_tolerance_virtual, "truth", "got");
  side_next(&truth);
  side_next(&got);
  const ct_tuple tuple = g_array_index(truth.entries, verify_entry, 0).orig;
  verify_compare_leave_out(c, &tuple);
  g_array_set_size(got.entries, 0);
  ck_assert(verify_compare_frame(c, &truth.line, &truth.table, &got.line, got.entries, got.table.expected, &tuple));
  ck_assert_uint_eq(verify_compare_counts(c)->left_out, 1);
  ck_assert_uint_eq(verify_compare_counts(c)->packets, 0);
  verify_compare_free(c);
  side_close(&truth);
  side_close(&got);
}
END_TEST

/* A capture of 97 s in which nothing could run out says so beside "equal", and how to let it run. */
START_TEST(squeezed_gaps_are_told)
{
  const gint64 s = VERIFY_NS_PER_S;
  /* clang-format off */
  static const struct {
    gint64 ts_ms[3], sent_ms[3];
    const char *words; /* NULL: nothing is said */
  } cases[] = {
    { { 5000, 66100, 102000 }, { 0, 100, 200 },
      "gaps not kept (97 s squeezed into 0.2 s): timeouts not compared; --max-gap 62\n" },
    { { 0, 61100, 97000 }, { 0, 2500, 5000 },
      "gaps not kept (97 s squeezed into 5.0 s): timeouts of more than 2.5 s not compared; --max-gap 62\n" },
    { { 0, 61100, 97000 }, { 3, 61103, 97004 }, NULL },
    { { 0, 500, 900 }, { 0, 1, 2 }, NULL },
    { { 97000, 0, 500 }, { 0, 1, 2 }, NULL },
  };
  /* clang-format on */

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    verify_report report = { .equal = TRUE, .kernel = (char *)"6.18", .capture = (char *)"x.pcap" };
    GString *out = g_string_new(NULL);

    for (guint k = 0; k < 3; k++)
      verify_pace_frame(&report.pace, cases[i].ts_ms[k] * (s / 1000), cases[i].sent_ms[k] * (s / 1000));
    verify_report_print(out, &report);
    if (cases[i].words != NULL)
      ck_assert_msg(strstr(out->str, cases[i].words) != NULL, "%u: %s", i, out->str);
    else
      ck_assert_msg(strstr(out->str, "gaps") == NULL, "%u: %s", i, out->str);
    g_string_free(out, TRUE);
  }
}
END_TEST

START_TEST(limits_that_change_are_said)
{
  g_autofree char *folder = g_dir_make_tmp("ctreplay-limits-XXXXXX", NULL);
  g_autofree char *max = g_build_filename(folder, "nf_conntrack_max", NULL);
  g_autofree char *buckets = g_build_filename(folder, "nf_conntrack_buckets", NULL);
  verify_limits before, after;
  ck_assert(g_file_set_contents(max, "262144\n", -1, NULL));
  ck_assert(g_file_set_contents(buckets, "65536\n", -1, NULL));
  verify_limits_read(folder, &before);
  ck_assert_uint_eq(before.max, 262144);
  ck_assert_uint_eq(before.buckets, 65536);
  verify_limits_read(folder, &after);
  ck_assert_ptr_null(verify_limits_changed(&before, &after));
  ck_assert(g_file_set_contents(max, "1000\n", -1, NULL));
  verify_limits_read(folder, &after);
  g_autofree char *one = verify_limits_changed(&before, &after);
  ck_assert_str_eq(one, "nf_conntrack_max changed from 262144 to 1000");
  ck_assert(g_file_set_contents(buckets, "512\n", -1, NULL));
  verify_limits_read(folder, &after);
  g_autofree char *both = verify_limits_changed(&before, &after);
  ck_assert_str_eq(both,
                   "nf_conntrack_max changed from 262144 to 1000, nf_conntrack_buckets changed from 65536 to 512");
  /* What was loaded only by the run itself has not changed. */
  ck_assert_ptr_null(verify_limits_changed(&(verify_limits){ 0 }, &after));
  g_unlink(max);
  g_unlink(buckets);
  g_rmdir(folder);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("verify");
  TCase *tc = tcase_create("transcripts");
  tcase_add_test(tc, what_is_read_is_what_is_written);
  tcase_add_test(tc, limits_that_change_are_said);
  tcase_add_loop_test(tc, broken_is_refused, 0, (int)G_N_ELEMENTS(broken));
  suite_add_tcase(suite, tc);
  tc = tcase_create("compare");
  tcase_add_test(tc, bridges_are_spared);
  tcase_add_test(tc, equal_runs_are_equal);
  tcase_add_loop_test(tc, every_difference_is_seen, 0, (int)G_N_ELEMENTS(changes));
  tcase_add_test(tc, timeout_a_tick_late);
  tcase_add_test(tc, destroy_a_packet_later);
  tcase_add_test(tc, unlisted_deadline_is_held);
  tcase_add_test(tc, left_out_flows_do_not_count);
  tcase_add_test(tc, squeezed_gaps_are_told);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
