/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page: well-formed, nothing fetched, everything escaped, every connection there, limits kept and said. */
#include <stdio.h>
#include <string.h>

#include "conntrack/profile/profile.h"
#include "report/report.h"
#include "unit.h"

enum { PACKET_BYTES = 28 };

typedef struct fixture {
  ct_params params;
  ct_engine *engine;
  ct_trace trace;
  report *report;
  emit_summary summary;
  emit_text out;
  guint64 number;
} fixture;

static void on_event(const ct_event *event, void *user)
{
  fixture *f = user;

  report_event(f->report, f->engine, event);
}

static void set_up(fixture *f, guint32 max)
{
  memset(f, 0, sizeof(*f));
  ct_params_init(&f->params, ct_profile_get(0));
  f->params.max = max;
  f->params.buckets = 64;
  f->engine = ct_engine_new(&f->params);
  f->report = report_new(&f->params);
  emit_summary_init(&f->summary);
  ct_engine_trace(f->engine, &f->trace);
  ct_engine_watch(f->engine, 1u << CT_EVENT_DESTROY, on_event, f);
}

/* A UDP datagram without data and without a sum; port 0 for INVALID: an ICMP answer to nothing. */
static void send_packet_at(fixture *f, gint64 time_ns, guint32 host, guint16 port)
{
  guint8 bytes[PACKET_BYTES] = { 0x45, 0, 0, PACKET_BYTES, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 1, 0, 53 };
  ct_packet packet = {
    .number = ++f->number, .data = bytes, .length = PACKET_BYTES, .captured = PACKET_BYTES, .time_ns = time_ns
  };
  ct_result result;
  ct_view after;

  bytes[13] = (guint8)(host >> 16);
  bytes[14] = (guint8)(host >> 8);
  bytes[15] = (guint8)host;
  bytes[9] = port != 0 ? 17 : 1;
  bytes[20] = (guint8)(port >> 8);
  bytes[21] = (guint8)port;
  bytes[23] = port != 0 ? 53 : 0;
  bytes[25] = port != 0 ? 8 : 0;
  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &f->params);
  ct_engine_packet(f->engine, &packet, &result);
  if (result.entry != NULL)
    ct_entry_view(f->engine, result.entry, &after);
  emit_tally_packet(&f->summary.tally, &packet, &result);
  report_packet(f->report, f->engine, &packet, &result, &f->trace, result.entry != NULL ? &after : NULL, NULL);
}

static void send_packet(fixture *f, guint32 host, guint16 port)
{
  send_packet_at(f, ((gint64)f->number + 1) * 1000000, host, port);
}

static const char *write_page(fixture *f, const char *title)
{
  f->summary.frames = f->summary.fed = f->number;
  f->summary.params = &f->params;
  f->summary.stats = ct_engine_stats(f->engine);
  f->summary.entries = ct_engine_count(f->engine);
  emit_text_init(&f->out, -1);
  report_write(f->report, &f->out, title, &f->summary);
  emit_text_char(&f->out, '\0');
  return f->out.data;
}

static void tear_down(fixture *f)
{
  emit_text_clear(&f->out);
  report_free(f->report);
  ct_engine_free(f->engine);
}

static guint count_of(const char *page, const char *what)
{
  guint n = 0;

  for (; (page = strstr(page, what)) != NULL; page++)
    n++;
  return n;
}

/* => the first picture of the page, for g_free. */
static char *picture_of(const char *page)
{
  static const char before[] = "data:image/svg+xml;base64,";
  const char *begin = strstr(page, before), *end;
  char *base64, *svg;
  gsize n;

  ck_assert_ptr_nonnull(begin);
  begin += strlen(before);
  end = strchr(begin, '"');
  base64 = g_strndup(begin, (gsize)(end - begin));
  svg = (char *)g_base64_decode(base64, &n);
  svg = g_realloc(svg, n + 1);
  svg[n] = '\0';
  g_free(base64);
  return svg;
}

static void check_page(const char *page)
{
  GMarkupParser parser = { NULL, NULL, NULL, NULL, NULL };
  GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, NULL, NULL);
  GError *error = NULL;
  const char *p;

  g_markup_parse_context_parse(context, page, -1, &error);
  ck_assert_msg(error == NULL, "%s", error != NULL ? error->message : "");
  ck_assert(g_markup_parse_context_end_parse(context, NULL));
  g_markup_parse_context_free(context);
  ck_assert_ptr_null(strstr(page, "http:"));
  ck_assert_ptr_null(strstr(page, "https:"));
  ck_assert_ptr_null(strstr(page, "@import"));
  for (p = page; (p = strstr(p, "url(")) != NULL; p++)
    ck_assert(p[4] == '#');
  ck_assert_ptr_nonnull(strstr(page, "default-src 'none'"));
  for (p = page; (p = strstr(p, "src=\"")) != NULL; p++)
    ck_assert(strncmp(p, "src=\"data:", 10) == 0);
  for (p = page; (p = strstr(p, "href=\"")) != NULL; p++)
    ck_assert(p[6] == '#');
}

START_TEST(every_connection_is_there)
{
  fixture f;
  const char *page;
  guint i;

  set_up(&f, 0);
  for (i = 0; i < 100; i++)
    send_packet(&f, i, 5000);
  page = write_page(&f, "a capture");
  check_page(page);
  for (i = 1; i <= 100; i++) {
    char id[32];

    g_snprintf(id, sizeof(id), " id=\"conn%u\">", i);
    ck_assert_msg(strstr(page, id) != NULL, "no %s", id);
  }
  ck_assert_ptr_null(strstr(page, "Limits:"));
  tear_down(&f);
}
END_TEST

START_TEST(trouble_comes_first)
{
  fixture f;
  const char *page, *evicted, *fine;
  char *svg;
  guint i;

  set_up(&f, 8);
  for (i = 0; i < 12; i++)
    send_packet(&f, i, 5000);
  send_packet(&f, 99, 0);
  page = write_page(&f, "full");
  check_page(page);
  evicted = strstr(page, "<details class=\"conn troubled\"");
  fine = strstr(page, "<details class=\"conn\"");
  ck_assert_ptr_nonnull(evicted);
  ck_assert_ptr_nonnull(fine);
  ck_assert(evicted < fine);
  ck_assert_ptr_nonnull(strstr(page, ">EVICTED<"));
  ck_assert_ptr_nonnull(strstr(page, "packets without a connection"));
  ck_assert_ptr_nonnull(strstr(page, ct_reason_sentence(CT_REASON_ICMP_NEW)));
  /* The red figures lead to what they count, and who sent most is told. */
  ck_assert_ptr_nonnull(strstr(page, "<dt>INVALID packets</dt><dd><a href=\"#p13\">1</a></dd>"));
  ck_assert_ptr_nonnull(strstr(page, "<tr class=\"bad\" id=\"p13\">"));
  ck_assert_ptr_nonnull(strstr(page, "<dt>evicted</dt><dd><a href=\"#conn"));
  ck_assert_ptr_nonnull(strstr(page, "Who talked most"));
  ck_assert_ptr_nonnull(strstr(page, "<code>invalid=1</code> and <code>error=0</code>"));
  svg = picture_of(page);
  ck_assert_ptr_nonnull(strstr(svg, "dotted: nf_conntrack_max.  \342\226\274 evictions, \303\227 drops.  "));
  g_free(svg);
  tear_down(&f);
}
END_TEST

START_TEST(names_are_escaped)
{
  fixture f;
  const char *page;

  set_up(&f, 0);
  page = write_page(&f, "<script>alert(\"1\")</script>&\377.pcap");
  check_page(page);
  ck_assert_ptr_null(strstr(page, "<script>alert"));
  ck_assert_uint_eq(count_of(page, "<script>"), 1);
  ck_assert_ptr_nonnull(strstr(page, "There are none."));
  tear_down(&f);
}
END_TEST

START_TEST(limits_are_kept_and_said)
{
  fixture f;
  const char *page;
  guint i;

  set_up(&f, 0);
  for (i = 0; i < REPORT_ROWS_PER_CONN + 50; i++)
    send_packet(&f, 1, 5000);
  for (i = 0; i < REPORT_CONNS_SHOWN + 100; i++)
    send_packet(&f, i, 6000);
  for (i = 0; i < REPORT_STRAYS_SHOWN + 100; i++)
    send_packet(&f, i, 0);
  page = write_page(&f, "much");
  check_page(page);
  ck_assert_uint_eq(count_of(page, "<details class=\"conn"), REPORT_CONNS_SHOWN);
  ck_assert_uint_eq(count_of(page, "class=\"limit\""), 3);
  ck_assert_ptr_nonnull(strstr(page, "50 more packets are not shown here."));
  tear_down(&f);
}
END_TEST

/* The diagram is drawn once, the walks are marked on it and listed. */
START_TEST(walks_are_marked_and_listed)
{
  fixture f;
  const char *page;
  guint i;

  set_up(&f, 0);
  for (i = 0; i < 20; i++)
    send_packet(&f, 1, 5000);
  send_packet(&f, 2, 5001);
  page = write_page(&f, "walks");
  check_page(page);
  /* One step each: no entry to unreplied; the diagram itself stands there once. */
  ck_assert_uint_eq(count_of(page, "<g id=\"m2\">"), 1);
  ck_assert_uint_eq(count_of(page, "<use href=\"#m2\"/>"), 2);
  ck_assert_uint_eq(count_of(page, "<rect class=\"pill\""), 2);
  ck_assert_uint_eq(count_of(page, "<b>no entry \342\206\222 unreplied</b>"), 2);
  tear_down(&f);
}
END_TEST

/* => the line's height above the axis at x, in entries; -1 where there is no line. */
static double entries_at(const char *svg, double x, double entry_px)
{
  const char *path = strstr(svg, "d=\"M");
  double from, y, to;

  ck_assert_ptr_nonnull(path);
  for (path += 4; sscanf(path, "%lf %lfH%lf", &from, &y, &to) == 3; path += strcspn(path, "L\"") + 1)
    if (x >= from && x < to)
      return (436 - y) / entry_px;
  return -1;
}

/*
 * Three entries that live 30 seconds, and nothing for an hour: the line falls when they end, not with the next packet.
 */
START_TEST(the_line_falls_at_the_deadlines)
{
  const double minute_px = (960 - 84 - 24) / 60.0, entry_px = 380 / 4.0;
  fixture f;
  const char *page;
  char *svg;
  guint i;

  set_up(&f, 0);
  for (i = 0; i < 3; i++)
    send_packet_at(&f, (gint64)i * 100000000, i, 5000);
  send_packet_at(&f, G_GINT64_CONSTANT(3600) * 1000000000, 9, 5000);
  page = write_page(&f, "an hour");
  ck_assert_ptr_nonnull(strstr(page, "3 at most, 1 at the end"));
  svg = picture_of(page);
  ck_assert_ptr_null(strstr(svg, "nf_conntrack_max"));
  ck_assert_ptr_null(strstr(svg, " evictions"));
  ck_assert_ptr_null(strstr(svg, " drops"));
  ck_assert_double_eq_tol(entries_at(svg, 84 + 0.25 * minute_px, entry_px), 3, 0.1);
  for (i = 1; i < 60; i++)
    ck_assert_double_eq_tol(entries_at(svg, 84 + i * minute_px, entry_px), 0, 0.1);
  ck_assert_double_eq_tol(entries_at(svg, 960 - 24 - 0.5, entry_px), 1, 0.1);
  g_free(svg);
  tear_down(&f);
}
END_TEST

/* Of many reasons the most frequent one comes first, whatever its place in the list. */
START_TEST(reasons_are_sorted)
{
  static const guint64 counts[] = { 1, 3, 2 };
  const ct_reason reasons[] = { CT_REASON_TCP_FLAGS, CT_REASON_TCP_SEQ_OVER, CT_REASON_ICMP_NEW };
  const char *at[G_N_ELEMENTS(reasons)], *page;
  ct_stats stats;
  fixture f;
  guint i;

  set_up(&f, 0);
  send_packet(&f, 1, 5000);
  stats = *ct_engine_stats(f.engine);
  for (i = 0; i < G_N_ELEMENTS(reasons); i++)
    stats.invalid_by_reason[reasons[i]] = counts[i] * 1000;
  f.summary.frames = f.summary.fed = f.number;
  f.summary.params = &f.params;
  f.summary.stats = &stats;
  emit_text_init(&f.out, -1);
  report_write(f.report, &f.out, "reasons", &f.summary);
  emit_text_char(&f.out, '\0');
  page = f.out.data;
  for (i = 0; i < G_N_ELEMENTS(reasons); i++) {
    g_autofree char *escaped = g_markup_escape_text(ct_reason_sentence(reasons[i]), -1);

    at[i] = strstr(page, escaped);
    ck_assert_ptr_nonnull(at[i]);
  }
  ck_assert(at[1] < at[2] && at[2] < at[0]);
  ck_assert_ptr_nonnull(strstr(page, "<li>3,000 \303\227 "));
  tear_down(&f);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("report");
  TCase *tcase = tcase_create("report");

  tcase_add_test(tcase, every_connection_is_there);
  tcase_add_test(tcase, trouble_comes_first);
  tcase_add_test(tcase, names_are_escaped);
  tcase_add_test(tcase, reasons_are_sorted);
  tcase_add_test(tcase, walks_are_marked_and_listed);
  tcase_add_test(tcase, the_line_falls_at_the_deadlines);
  tcase_add_test(tcase, limits_are_kept_and_said);
  suite_add_tcase(suite, tcase);
  return suite;
}

int main(void) { return unit_run(make_suite()); }
