/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page as a whole. Everything that comes from outside is escaped; pictures stand in it as data, styles and script
 * as text.
 */
#include "collect.h"

#include "pressure/plot.h"
#include "emit/zone.h"

static void put_lines(emit_text *out, const char *const *lines)
{
  for (; *lines != NULL; lines++)
    emit_text_string(out, *lines);
}

/* A picture of its own: neither its styles nor its names mix with the page's. */
static void put_picture(emit_text *out, const emit_text *svg, const char *kind, const char *alt)
{
  char *base64 = g_base64_encode((const guchar *)svg->data, svg->used);

  emit_text_literal(out, "<p class=\"picture ");
  emit_text_string(out, kind);
  emit_text_literal(out, "\"><img alt=\"");
  report_put_escaped(out, alt);
  emit_text_literal(out, "\" src=\"data:image/svg+xml;base64,");
  emit_text_string(out, base64);
  emit_text_literal(out, "\"/></p>\n");
  g_free(base64);
}

/* --- summary --- */

/* Where a figure leads: to a packet by its number, or to what is named. */
typedef struct goal {
  guint64 packet;   /* 0: none */
  const char *name; /* NULL: none */
} goal;

static void put_card(emit_text *out, const char *name, guint64 value, gboolean alarm, goal to)
{
  gboolean links = value > 0 && (to.packet > 0 || to.name != NULL);

  emit_text_string(out, alarm && value > 0 ? "<div class=\"alarm\"><dt>" : "<div><dt>");
  emit_text_string(out, name);
  emit_text_literal(out, "</dt><dd>");
  if (links && to.packet > 0)
    emit_text_format(out, "<a href=\"#p%" G_GUINT64_FORMAT "\">", to.packet);
  else if (links)
    emit_text_format(out, "<a href=\"#%s\">", to.name);
  emit_text_u64_grouped(out, value);
  emit_text_string(out, links ? "</a></dd></div>\n" : "</dd></div>\n");
}

/* => the first packet on the page that is INVALID, or dropped; 0: none is there. */
static guint64 first_shown(const report *r, const guint *rows, guint n, gboolean dropped)
{
  guint64 first = 0;
  guint i, k;

  for (i = 0; i < n + r->strays->len; i++) {
    const report_conn *conn = i < n ? g_ptr_array_index(r->conns, i) : &g_array_index(r->strays, report_conn, i - n);

    for (k = 0; k < (i < n ? rows[i] : 1); k++) {
      const report_row *row = &g_array_index(conn->rows, report_row, k);

      if ((dropped ? row->dropped : row->cls == CT_CLASS_INVALID) && (first == 0 || row->number < first))
        first = row->number;
    }
  }
  return first;
}

static const char *first_evicted(const report *r, guint n, char *name, gsize size)
{
  guint i;

  for (i = 0; i < n; i++) {
    const report_conn *conn = g_ptr_array_index(r->conns, i);

    if (!pressure_is_eviction(conn->end_reason))
      continue;
    g_snprintf(name, size, "conn%" G_GUINT64_FORMAT, conn->id);
    return name;
  }
  return NULL;
}

static void put_cards(emit_text *out, const report *r, const emit_summary *s, const guint *rows, guint n)
{
  const goal nowhere = { 0, NULL };
  char evicted[32];

  emit_text_literal(out, "<dl class=\"cards\">\n");
  put_card(out, "frames", s->frames, FALSE, nowhere);
  put_card(out, "bytes of IP", r->bytes, FALSE, nowhere);
  put_card(out, "connections", s->stats->created, FALSE, (goal){ 0, "h-conns" });
  put_card(out, "most at once", s->stats->peak_count, FALSE, (goal){ 0, "h-time" });
  put_card(out, "in the table at the end", s->entries, FALSE, nowhere);
  put_card(out, "INVALID packets", r->invalid, TRUE, (goal){ first_shown(r, rows, n, FALSE), NULL });
  put_card(out, "dropped by conntrack", r->dropped, TRUE, (goal){ first_shown(r, rows, n, TRUE), NULL });
  if (r->has_rules)
    put_card(out, "dropped by rules", r->by_rules, FALSE, (goal){ 0, r->drops != NULL ? "h-drops" : NULL });
  put_card(out, "evicted", pressure_evictions(s->stats), TRUE,
           (goal){ 0, first_evicted(r, n, evicted, sizeof(evicted)) });
  put_card(out, "never reached tracking", s->tally.not_tracked, FALSE, nowhere);
  emit_text_literal(out, "</dl>\n");
  if (r->invalid > 0)
    emit_text_format(out,
                     "<p class=\"sub\">INVALID packets are counted by their class; <code>conntrack -S</code> has them "
                     "as <code>invalid=%" G_GUINT64_FORMAT "</code> and <code>error=%" G_GUINT64_FORMAT
                     "</code>.</p>\n",
                     s->stats->invalid, s->stats->error);
}

static void put_classes(emit_text *out, const emit_summary *s)
{
  emit_tally_row row;
  guint i, cls;

  emit_text_literal(out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"names\"><caption class=\"sr\">Packets by "
                         "protocol and class</caption><thead><tr>"
                         "<th scope=\"col\">packets</th>");
  for (cls = 0; cls < CT_CLASS_COUNT; cls++) {
    emit_text_literal(out, "<th scope=\"col\">");
    emit_text_string(out, cls == CT_CLASS_NONE ? "dropped" : ct_class_name((ct_class)cls));
    emit_text_literal(out, "</th>");
  }
  emit_text_literal(out, "</tr></thead><tbody>\n");
  for (i = 0; emit_tally_row_get(&s->tally, s->params->profile, i, &row); i++) {
    if (row.all == 0)
      continue;
    emit_text_literal(out, "<tr><th scope=\"row\">");
    emit_text_string(out, row.name);
    emit_text_literal(out, "</th>");
    for (cls = 0; cls < CT_CLASS_COUNT; cls++) {
      emit_text_literal(out, "<td class=\"n\">");
      emit_text_u64_grouped(out, row.packets[cls]);
      emit_text_literal(out, "</td>");
    }
    emit_text_literal(out, "</tr>\n");
  }
  emit_text_literal(out, "</tbody></table></div>\n");
}

/* => the reason with the highest count that was not told yet; 0: none. */
static guint most_frequent(const guint64 *counts, const gboolean *told)
{
  guint most = 0, i;

  for (i = 1; i < CT_REASON_COUNT; i++)
    if (counts[i] > 0 && !told[i] && (most == 0 || counts[i] > counts[most]))
      most = i;
  return most;
}

/* Reasons with their counts, the most frequent first: why refused, why dropped, why ended. */
static void put_reasons(emit_text *out, const emit_summary *s, const char *title, const guint64 *counts)
{
  gboolean told[CT_REASON_COUNT] = { FALSE }, any = FALSE;
  guint i;

  while ((i = most_frequent(counts, told)) != 0) {
    const char *sysctl = ct_reason_sysctl((ct_reason)i, s->params->profile);

    told[i] = TRUE;
    if (!any) {
      emit_text_literal(out, "<h3>");
      emit_text_string(out, title);
      emit_text_literal(out, "</h3>\n<ul>\n");
    }
    any = TRUE;
    emit_text_literal(out, "<li>");
    emit_text_u64_grouped(out, counts[i]);
    emit_text_literal(out, " \303\227 ");
    report_put_escaped(out, ct_reason_sentence((ct_reason)i));
    if (*sysctl != '\0') {
      emit_text_literal(out, " (<code>");
      emit_text_string(out, sysctl);
      emit_text_literal(out, "</code>)");
    }
    emit_text_literal(out, "</li>\n");
  }
  emit_text_string(out, any ? "</ul>\n" : "");
}

static void put_drops(emit_text *out, const report *r)
{
  if (r->drops == NULL)
    return;
  emit_text_literal(out, "<h3 id=\"h-drops\">Which rules dropped packets</h3>\n<pre class=\"scroll\">");
  report_put_escaped(out, r->drops);
  emit_text_literal(out, "</pre>\n");
}

static void put_summary(emit_text *out, const report *r, const emit_summary *s, const guint *rows, guint n)
{
  emit_text_literal(out, "<section aria-labelledby=\"h-summary\"><h2 id=\"h-summary\">Summary</h2>\n");
  put_cards(out, r, s, rows, n);
  put_classes(out, s);
  put_reasons(out, s, "Why packets were INVALID", s->stats->invalid_by_reason);
  put_reasons(out, s, "Why packets were dropped", s->stats->dropped_by_reason);
  put_drops(out, r);
  put_reasons(out, s, "Why connections ended", s->stats->ended);
  report_hosts_put(out, r);
  emit_text_literal(out, "</section>\n");
}

/* --- pictures --- */

static void put_occupancy(emit_text *out, const report *r, const emit_summary *s)
{
  plot_line line = { r->params->profile->name, &r->occupancy, s->params->max,
                     ct_params_spell(r->params->profile, "nf_conntrack_max") };
  char *alt;
  emit_text svg, words;

  emit_text_literal(out, "<section aria-labelledby=\"h-time\"><h2 id=\"h-time\">The table over time</h2>\n");
  if (r->occupancy.step_ns == 0) {
    emit_text_literal(out, "<p>No packet reached connection tracking.</p></section>\n");
    return;
  }
  emit_text_init(&svg, -1);
  pressure_plot(&svg, "Connection tracking entries", &line, 1);
  emit_text_init(&words, -1);
  emit_text_literal(&words, "Entries in the table over time: ");
  emit_text_u64_grouped(&words, s->stats->peak_count);
  emit_text_literal(&words, " at most, ");
  emit_text_u64_grouped(&words, s->entries);
  emit_text_literal(&words, " at the end; room for ");
  emit_text_u64_grouped(&words, s->params->max);
  emit_text_char(&words, '.');
  alt = g_strndup(words.data, words.used);
  emit_text_clear(&words);
  put_picture(out, &svg, "plot", alt);
  emit_text_literal(out, "<p class=\"sub\">");
  report_put_escaped(out, alt);
  emit_text_literal(out, "</p></section>\n");
  g_free(alt);
  emit_text_clear(&svg);
}

static void put_machines(emit_text *out, const report *r)
{
  guint i;

  for (i = 0; i < r->n_machines; i++) {
    const states_machine *m = r->machines[i];
    char *alt;
    emit_text svg;

    if (m->packets == 0)
      continue;
    alt = g_strdup_printf("The states of %s and the arcs that %" G_GUINT64_FORMAT " packet%s of this capture took.",
                          m->protocol, m->packets, m->packets == 1 ? "" : "s");
    emit_text_init(&svg, -1);
    states_put_svg(&svg, m);
    emit_text_literal(out, "<details><summary>");
    report_put_escaped(out, alt);
    emit_text_literal(out, "</summary>\n");
    put_picture(out, &svg, "machine", alt);
    svg.used = 0;
    states_put_text(&svg, m);
    emit_text_char(&svg, '\0');
    emit_text_literal(out, "<details><summary>The same as text</summary><pre class=\"scroll\">");
    report_put_escaped(out, svg.data);
    emit_text_literal(out, "</pre></details></details>\n");
    emit_text_clear(&svg);
    g_free(alt);
  }
}

/* --- lists --- */

static gint trouble_of(const report_conn *conn) { return conn->invalid > 0 ? 2 : report_conn_is_troubled(conn); }

/* INVALID ones first, then evicted ones; otherwise as they began. */
static gint compare_conns(gconstpointer a, gconstpointer b)
{
  const report_conn *one = *(const report_conn *const *)a, *other = *(const report_conn *const *)b;
  gint trouble = trouble_of(other) - trouble_of(one);

  return trouble != 0 ? trouble : (one->id > other->id) - (one->id < other->id);
}

static void put_tools(emit_text *out)
{
  emit_text_literal(
    out,
    "<div class=\"tools\" id=\"tools\" role=\"search\" hidden=\"\"><label for=\"search\">Search (key /)</label> "
    "<input type=\"search\" id=\"search\" placeholder=\"address, port, state, #number\" autocomplete=\"off\"/> "
    "<label><input type=\"checkbox\" id=\"only\"/> only INVALID and evicted</label> "
    "<button type=\"button\" id=\"open\">open all</button> <button type=\"button\" id=\"close\">close all</button> "
    "<span id=\"found\" role=\"status\" aria-live=\"polite\"></span></div>\n");
}

/* The diagrams, once: every walk shows them again. */
static void put_drawings(emit_text *out, report *r)
{
  static const char *const ids[REPORT_MACHINES_MAX] = { "m0", "m1", "m2",  "m3",  "m4",  "m5",  "m6",  "m7",
                                                        "m8", "m9", "m10", "m11", "m12", "m13", "m14", "m15" };
  guint i;

  for (i = 0; i < r->n_machines; i++)
    if (r->machines[i]->packets > 0 && r->drawings[i] == NULL)
      r->drawings[i] = states_drawing_new(r->machines[i], ids[i]);
  states_put_defs(out, r->drawings, r->n_machines);
}

/* How many rows of each connection are on the page: those before get more, each some. To be freed. */
static guint *plan_rows(report *r, guint n)
{
  guint *rows = g_new0(guint, n + 1), left = REPORT_ROWS_SHOWN, i;

  g_ptr_array_sort(r->conns, compare_conns);
  for (i = 0; i < n; i++) {
    const report_conn *conn = g_ptr_array_index(r->conns, i);

    rows[i] = MIN(conn->rows != NULL ? conn->rows->len : 0, left - (n - 1 - i) * REPORT_ROWS_SURE);
    left -= rows[i];
  }
  return rows;
}

static void put_conns(emit_text *out, report *r, const emit_summary *s, const guint *rows, guint n)
{
  guint i;

  emit_text_literal(
    out, "<section aria-labelledby=\"h-conns\"><h2 id=\"h-conns\">Connections</h2>\n<p class=\"sub\">INVALID and "
         "evicted ones come first. "
         "Each opens to its ladder, every packet with its class, state and timeout, and to its walk through the "
         "diagram of states. "
         "There \342\206\222 is what the original side sends, \342\206\220 the reply side, \342\207\204 either; "
         "the numbers are its steps, one after the other.</p>\n");
  if (s->stats->created > n) {
    emit_text_literal(out, "<p class=\"limit\" id=\"part\">Limits: ");
    emit_text_u64_grouped(out, n);
    emit_text_literal(out, " of ");
    emit_text_u64_grouped(out, s->stats->created);
    emit_text_literal(out, " connections are on this page, with ");
    emit_text_u64_grouped(out, REPORT_ROWS_SHOWN);
    emit_text_literal(out,
                      " packets at most, so that it still opens; the search and \"only INVALID and evicted\" look "
                      "through these. <code>ctreplay -P</code> shows all; <code>--bpf</code>, <code>--start</code> "
                      "and <code>--end</code> choose a part for a page of its own.</p>\n");
  }
  put_tools(out);
  put_drawings(out, r);
  for (i = 0; i < n; i++)
    report_put_conn(out, r, g_ptr_array_index(r->conns, i), rows[i], n <= REPORT_OPEN_MAX);
  if (n == 0)
    emit_text_literal(out, "<p>There are none.</p>\n");
  emit_text_literal(out, "</section>\n");
}

static void put_strays(emit_text *out, const report *r)
{
  guint i;

  if (r->strays_seen == 0)
    return;
  emit_text_literal(out, "<section aria-labelledby=\"h-strays\"><h2 id=\"h-strays\">INVALID and dropped packets "
                         "without a connection</h2>\n");
  if (r->strays_seen > r->strays->len) {
    emit_text_literal(out, "<p class=\"limit\">Limits: the first ");
    emit_text_u64(out, r->strays->len);
    emit_text_literal(out, " of ");
    emit_text_u64(out, r->strays_seen);
    emit_text_literal(out, ".</p>\n");
  }
  emit_text_literal(out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"ladder\">");
  report_put_row_heading(out);
  for (i = 0; i < r->strays->len; i++) {
    const report_conn *stray = &g_array_index(r->strays, report_conn, i);

    emit_text_literal(out, "<tbody><tr><th scope=\"rowgroup\" colspan=\"7\">");
    report_put_tuple(out, r, &stray->tuple);
    emit_text_literal(out, "</th></tr>\n");
    report_put_row(out, r, stray, &g_array_index(stray->rows, report_row, 0), 0);
    emit_text_literal(out, "</tbody>");
  }
  emit_text_literal(out, "</table></div></section>\n");
}

static void put_head(emit_text *out, const char *title, const emit_summary *s)
{
  emit_text_literal(
    out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
         "script-src 'unsafe-inline'; img-src data:\"/>\n<title>");
  report_put_escaped(out, title);
  emit_text_literal(out, " - ctreplay</title>\n<style>\n");
  put_lines(out, report_css);
  states_put_style(out);
  emit_text_literal(
    out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#h-conns\">To the connections</a>\n<header><h1>");
  report_put_escaped(out, title);
  emit_text_literal(out, "</h1>\n<p class=\"sub\">What Linux's connection tracking (");
  emit_text_string(out, s->params->profile->name);
  emit_text_literal(out, ", ");
  emit_text_string(out, ct_params_spell(s->params->profile, "nf_conntrack_max"));
  emit_text_char(out, ' ');
  emit_text_u64_grouped(out, s->params->max);
  emit_text_literal(out, ") makes of this capture");
  if (s->frames > 0) {
    emit_text_literal(out, ", which begins at ");
    emit_text_moment(out, s->tally.first_ns);
    if (s->tally.last_ns >= s->tally.first_ns) {
      emit_text_literal(out, " and ends at ");
      emit_text_moment(out, s->tally.last_ns);
      emit_text_literal(out, ", ");
      emit_text_span(out, emit_time_since(s->tally.last_ns, s->tally.first_ns));
      emit_text_literal(out, " later");
    }
  }
  emit_text_literal(out, ". Times count from the first packet.</p></header>\n<main>\n");
}

void report_write(report *r, emit_text *out, const char *title, const emit_summary *summary)
{
  guint n = MIN(r->conns->len, REPORT_CONNS_SHOWN);
  g_autofree guint *rows = plan_rows(r, n);

  put_head(out, title, summary);
  put_summary(out, r, summary, rows, n);
  put_occupancy(out, r, summary);
  put_machines(out, r);
  put_strays(out, r);
  put_conns(out, r, summary, rows, n);
  emit_text_literal(out, "</main>\n<footer><p class=\"sub\">Made by ctreplay. This page fetches nothing and works "
                         "where there is no network.</p></footer>\n"
                         "<script>\n");
  put_lines(out, report_js);
  emit_text_literal(out, "</script>\n</body>\n</html>\n");
}
