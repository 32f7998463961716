/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/report.h"

#include "packet/link.h"

void verify_unread_count(verify_unread *unread, guint link)
{
  const char *name, *help;

  if (pkt_link_words(link, &name, &help))
    return;
  if (unread->frames++ == 0)
    unread->link = link;
}

static char *nothing_why(const verify_counts *n, const verify_unread *unread)
{
  if (n->packets > 0)
    return NULL;
  if (n->frames == 0)
    return g_strdup("there are no packets");
  if (unread != NULL && unread->frames > 0)
    return g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " frame%s of link type %s, which is not read",
                           unread->frames, n->frames,
                           n->frames == 1        ? " is"
                           : unread->frames == 1 ? "s is"
                                                 : "s are",
                           pkt_link_name(unread->link));
  if (n->left_out > 0)
    return g_strdup_printf("all %" G_GUINT64_FORMAT " packet%s of flows whose helpers are not modelled", n->left_out,
                           n->left_out == 1 ? " is" : "s are");
  return g_strdup_printf("of %" G_GUINT64_FORMAT " frame%s none was sent (not IP for the referee)", n->frames,
                         n->frames == 1 ? "" : "s");
}

void verify_report_fill(verify_report *report, const verify_header *header, const verify_compare *compare,
                        const verify_unread *unread)
{
  const verify_counts *counts = verify_compare_counts(compare);
  const char *difference = verify_compare_difference(compare);

  *report = (verify_report){ .equal = difference == NULL,
                             .counts = *counts,
                             .kernel = g_strdup(header->kernel),
                             .capture = g_strdup(header->capture),
                             .difference = g_strdup(difference),
                             .nothing = difference == NULL ? nothing_why(counts, unread) : NULL };
}

void verify_report_clear(verify_report *report)
{
  g_free(report->kernel);
  g_free(report->capture);
  g_free(report->difference);
  g_free(report->nothing);
  g_free(report->changed);
  *report = (verify_report){ 0 };
}

static const char *s(guint64 n) { return n == 1 ? "" : "s"; }

void verify_counts_print(GString *out, const verify_counts *n)
{
  g_string_append_printf(out,
                         "  %" G_GUINT64_FORMAT " packet%s compared, %" G_GUINT64_FORMAT " field%s (%" G_GUINT64_FORMAT
                         " event%s, %" G_GUINT64_FORMAT " time%s an entry)\n",
                         n->packets, s(n->packets), n->fields, s(n->fields), n->events, s(n->events), n->entries,
                         s(n->entries));
  if (n->not_ip || n->left_out)
    g_string_append_printf(out,
                           "  not compared: %" G_GUINT64_FORMAT " frame%s not sent, %" G_GUINT64_FORMAT
                           " packet%s of flows with helpers\n",
                           n->not_ip, n->not_ip == 1 ? " that was" : "s that were", n->left_out, s(n->left_out));
  if (n->expects_late || n->streams)
    g_string_append_printf(out,
                           "  let pass: %" G_GUINT64_FORMAT " timeout%s of expectations a tick off, %" G_GUINT64_FORMAT
                           " packet%s within a tick of UDP's two seconds\n",
                           n->expects_late, s(n->expects_late), n->streams, s(n->streams));
  if (n->destroys_later || n->timeouts_late || n->edges)
    g_string_append_printf(out,
                           "  let pass: %" G_GUINT64_FORMAT " DESTROY event%s one packet later, %" G_GUINT64_FORMAT
                           " timeout%s listed a tick late, %" G_GUINT64_FORMAT " entr%s\n",
                           n->destroys_later, s(n->destroys_later), n->timeouts_late, s(n->timeouts_late), n->edges,
                           n->edges == 1 ? "y at its deadline" : "ies at their deadline");
}

void verify_pace_frame(verify_pace *pace, gint64 ts_ns, gint64 sent_ns)
{
  if (pace->begun && ts_ns > pace->ts_ns) {
    pace->span_ns += ts_ns - pace->ts_ns;
    pace->longest_gap_ns = MAX(pace->longest_gap_ns, ts_ns - pace->ts_ns);
  }
  if (pace->begun && sent_ns > pace->sent_ns) {
    pace->passed_ns += sent_ns - pace->sent_ns;
    pace->longest_kept_ns = MAX(pace->longest_kept_ns, sent_ns - pace->sent_ns);
  }
  pace->ts_ns = pace->begun ? MAX(pace->ts_ns, ts_ns) : ts_ns;
  pace->sent_ns = sent_ns;
  pace->begun = TRUE;
}

gboolean verify_pace_is_cut(const verify_pace *pace) { return pace->span_ns - pace->passed_ns >= VERIFY_NS_PER_S; }

/* "97", "2.5", "0.020" */
static void seconds_put(GString *out, gint64 ns)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append(out, g_ascii_formatd(text, sizeof(text),
                                       ns >= 10 * VERIFY_NS_PER_S   ? "%.0f"
                                       : ns >= VERIFY_NS_PER_S / 10 ? "%.1f"
                                                                    : "%.3f",
                                       (gdouble)ns / VERIFY_NS_PER_S));
}

/* "equal" is of what was tried: in a capture sent at once nothing has the time to run out. */
static void pace_print(GString *out, const verify_report *report)
{
  const verify_pace *pace = &report->pace;

  if (!verify_pace_is_cut(pace))
    return;
  g_string_append(out, "  gaps not kept (");
  seconds_put(out, pace->span_ns);
  g_string_append(out, " s squeezed into ");
  seconds_put(out, pace->passed_ns);
  g_string_append(out, " s): timeouts ");
  if (pace->longest_kept_ns >= VERIFY_NS_PER_S) {
    g_string_append(out, "of more than ");
    seconds_put(out, pace->longest_kept_ns);
    g_string_append(out, " s ");
  }
  g_string_append_printf(out, "not compared; %s--max-gap %" G_GINT64_FORMAT "\n",
                         report->recorded ? "record with " : "",
                         MIN((pace->longest_gap_ns + VERIFY_NS_PER_S - 1) / VERIFY_NS_PER_S, VERIFY_MAX_GAP_S));
}

void verify_report_print(GString *out, const verify_report *report)
{
  const char *verdict = !report->equal ? "DIFFERENT" : report->nothing != NULL ? "nothing compared: " : "equal";

  g_string_append_printf(out, "%s, %s%s: %s%s\n", report->capture, g_ascii_isdigit(*report->kernel) ? "Linux " : "",
                         report->kernel, verdict, report->equal && report->nothing != NULL ? report->nothing : "");
  verify_counts_print(out, &report->counts);
  pace_print(out, report);
  if (report->phase_ns != 0)
    g_string_append_printf(out, "  the recording's ticks: phase %.2f ms, found by trying\n",
                           (double)report->phase_ns / 1e6);
  if (report->changed != NULL)
    g_string_append_printf(out, "  during the run %s\n", report->changed);
  if (report->difference != NULL)
    g_string_append_printf(out, "first difference:\n%s", report->difference);
}
