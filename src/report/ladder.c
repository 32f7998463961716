/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection on the page: its line, its ladder. */
#include "collect.h"

#include <string.h>

#include "conntrack/proto/proto.h"
#include "emit/past.h"
#include "emit/zone.h"

void report_put_escaped(emit_text *out, const char *text)
{
  char *valid = g_utf8_make_valid(text, -1), *escaped = g_markup_escape_text(valid, -1);

  emit_text_string(out, escaped);
  g_free(escaped);
  g_free(valid);
}

static void put_end(emit_text *out, guint8 family, const ct_addr *addr, gboolean has_port, guint16 port)
{
  gboolean brackets = has_port && family == CT_IPV6;

  emit_text_string(out, brackets ? "[" : "");
  emit_text_addr(out, family, addr, FALSE);
  emit_text_string(out, brackets ? "]" : "");
  if (!has_port)
    return;
  emit_text_char(out, ':');
  emit_text_u64(out, port);
}

void report_put_tuple(emit_text *out, const report *r, const ct_tuple *t)
{
  const ct_proto *known = ct_proto_known(r->params->profile, t->proto);
  gboolean ports = ct_proto_has_ports(r->params->profile, t);

  if (known == NULL)
    emit_text_format(out, "protocol %u ", t->proto);
  else
    emit_text_format(out, "%s ", known->name);
  put_end(out, t->family, &t->src, ports, t->src_id);
  emit_text_literal(out, " \342\206\222 ");
  put_end(out, t->family, &t->dst, ports, t->dst_id);
}

static void put_flags(emit_text *out, guint8 flags)
{
  static const struct {
    guint8 bit;
    const char *name;
  } names[] = { { CT_TCP_SYN, "SYN" }, { CT_TCP_FIN, "FIN" }, { CT_TCP_RST, "RST" },
                { CT_TCP_PSH, "PSH" }, { CT_TCP_ACK, "ACK" }, { CT_TCP_URG, "URG" } };
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (flags & names[i].bit) {
      emit_text_string(out, any ? "+" : "");
      emit_text_string(out, names[i].name);
      any = TRUE;
    }
  if (!any)
    emit_text_literal(out, "no flags");
}

static void put_what(emit_text *out, const report_row *row)
{
  if (row->kind == CT_PACKET_ICMP_ERROR) {
    emit_text_literal(out, "ICMP error");
    return;
  }
  if (row->has_tcp) {
    put_flags(out, row->flags);
    emit_text_literal(out, " <small>seq ");
    emit_text_u64(out, row->seq);
    if (row->flags & CT_TCP_ACK) {
      emit_text_literal(out, " ack ");
      emit_text_u64(out, row->ack);
    }
    emit_text_literal(out, "</small>");
    if (row->length == 0)
      return;
    emit_text_char(out, ' ');
  }
  emit_text_u64(out, row->length);
  emit_text_literal(out, " bytes");
}

/* The word for a packet's class; NULL colour class where it is nothing special. */
static const char *class_word(const report_row *row)
{
  return row->dropped ? "dropped" : row->cls == CT_CLASS_NONE ? "-" : ct_class_name(row->cls);
}

/* Protocols without states have one all the same: whether an answer came, and whether it lasted. */
static const char *state_words(const report *r, guint8 proto, guint8 state, guint32 status)
{
  const char *name = ct_proto_state_name(r->params->profile, proto, state);

  if (name != NULL)
    return name;
  return status & CT_STATUS_ASSURED ? "assured" : status & CT_STATUS_SEEN_REPLY ? "replied" : "unreplied";
}

static void put_state(emit_text *out, const report *r, const report_conn *conn, const report_row *row, guint step)
{
  const char *before = ct_proto_state_name(r->params->profile, conn->tuple.proto, row->old_state),
             *after = ct_proto_state_name(r->params->profile, conn->tuple.proto, row->new_state);

  if (conn->id == 0)
    return;
  if (before == NULL || after == NULL) {
    emit_text_string(out, row->has_timeout ? state_words(r, conn->tuple.proto, 0, row->status) : "");
  } else if (row->old_state != row->new_state) {
    emit_text_string(out, before);
    emit_text_literal(out, " \342\206\222 <b>");
    emit_text_string(out, after);
    emit_text_literal(out, "</b>");
  } else {
    emit_text_string(out, after);
  }
  if (step > 0)
    emit_text_format(out, " <span class=\"stepno\"><i class=\"sr\">step </i>%u</span>", step);
}

static void put_remark(emit_text *out, const report *r, const report_row *row)
{
  const char *sysctl = ct_reason_sysctl((ct_reason)row->reason, r->params->profile);
  gboolean any = row->reason != CT_REASON_NONE || row->ruled != NULL;

  if (row->ruled != NULL) {
    report_put_escaped(out, row->ruled);
    emit_text_string(out, row->reason != CT_REASON_NONE || row->remark != NULL ? "; " : "");
  }
  if (row->remark != NULL) {
    report_put_escaped(out, row->remark);
    return;
  }
  report_put_escaped(out, ct_reason_sentence((ct_reason)row->reason));
  if ((row->cls == CT_CLASS_INVALID || row->dropped) && *sysctl != '\0') {
    emit_text_literal(out, " (<code>");
    emit_text_string(out, sysctl);
    emit_text_literal(out, "</code>)");
  }
  if (row->assured)
    emit_text_string(out, any ? "; assured" : "assured");
}

void report_put_row_heading(emit_text *out)
{
  emit_text_literal(
    out, "<thead><tr><th scope=\"col\">packet</th><th scope=\"col\">time, s</th><th scope=\"col\" class=\"lane\">"
         "original side \342\207\204 reply side</th><th scope=\"col\">class</th><th scope=\"col\">state</th>"
         "<th scope=\"col\">timeout, s</th><th scope=\"col\">remark</th></tr></thead>\n");
}

void report_put_row(emit_text *out, const report *r, const report_conn *conn, const report_row *row, guint step)
{
  gboolean bad = row->cls == CT_CLASS_INVALID || row->dropped || row->ruled != NULL;

  /* What is wrong can be linked to. */
  if (bad)
    emit_text_format(out, "<tr class=\"bad\" id=\"p%" G_GUINT64_FORMAT "\"><th scope=\"row\">", row->number);
  else
    emit_text_literal(out, "<tr><th scope=\"row\">");
  emit_text_u64(out, row->number);
  emit_text_literal(out, "</th><td class=\"n\">");
  emit_text_seconds(out, emit_time_since(row->time_ns, r->first_ns), 6);
  emit_text_string(out, row->dir == CT_ORIGINAL
                          ? "</td><td class=\"lane o\"><span><i class=\"sr\">original side sends </i>"
                          : "</td><td class=\"lane r\"><span><i class=\"sr\">reply side sends </i>");
  put_what(out, row);
  emit_text_literal(out, "</span></td><td class=\"c\">");
  emit_text_string(out, class_word(row));
  emit_text_literal(out, "</td><td>");
  put_state(out, r, conn, row, step);
  emit_text_literal(out, "</td><td class=\"n\">");
  if (row->has_timeout)
    emit_text_u64(out, row->timeout_s);
  emit_text_literal(out, "</td><td>");
  put_remark(out, r, row);
  emit_text_literal(out, "</td></tr>\n");
}

/* --- the connection --- */

static void put_badge(emit_text *out, const char *kind, const char *text, guint64 n)
{
  emit_text_literal(out, " <span class=\"badge ");
  emit_text_string(out, kind);
  emit_text_literal(out, "\">");
  emit_text_string(out, text);
  if (n > 0) {
    emit_text_char(out, ' ');
    emit_text_u64(out, n);
  }
  emit_text_literal(out, "</span>");
}

static void put_summary_line(emit_text *out, const report *r, const report_conn *conn)
{
  emit_text_literal(out, "<summary><b>#");
  emit_text_u64(out, conn->id);
  emit_text_literal(out, "</b> ");
  report_put_tuple(out, r, &conn->tuple);
  emit_text_literal(out, " <span class=\"state\">");
  emit_text_string(out, state_words(r, conn->tuple.proto, conn->state, conn->status));
  emit_text_literal(out, "</span>");
  if (conn->invalid > 0)
    put_badge(out, "invalid", "INVALID", conn->invalid);
  if (conn->ruled_out > 0)
    put_badge(out, "invalid", "DROPPED BY RULES", conn->ruled_out);
  if (pressure_is_eviction(conn->end_reason))
    put_badge(out, "evicted", "EVICTED", 0);
  if (conn->status & CT_STATUS_EXPECTED)
    put_badge(out, "related", "EXPECTED", 0);
  emit_text_literal(out, "</summary>\n");
}

/* "1 packet (40 bytes)" */
static void put_counted(emit_text *out, const char *what, guint64 packets, guint64 bytes)
{
  emit_text_u64_grouped(out, packets);
  emit_text_format(out, "%s%s (", what, *what != '\0' && packets != 1 ? "s" : "");
  emit_text_u64_grouped(out, bytes);
  emit_text_string(out, bytes == 1 ? " byte)" : " bytes)");
}

/* ", for packet 34 (tcp 203.0.113.31:1055 -> 10.0.0.80:80)" */
static void put_newcomer(emit_text *out, const report *r, const report_conn *conn)
{
  emit_text_literal(out, ", for packet ");
  emit_text_u64(out, conn->ended_for);
  emit_text_literal(out, " (");
  report_put_tuple(out, r, &conn->newcomer);
  emit_text_char(out, ')');
}

static void put_facts(emit_text *out, const report *r, const report_conn *conn)
{
  emit_text_literal(out, "<p>Began at ");
  emit_text_seconds(out, emit_time_since(conn->first_ns, r->first_ns), 6);
  emit_text_literal(out, " s (");
  emit_text_moment(out, conn->first_ns);
  emit_text_literal(out, "); counted ");
  put_counted(out, " packet", conn->packets[0], conn->bytes[0]);
  emit_text_literal(out, " there and ");
  put_counted(out, "", conn->packets[1], conn->bytes[1]);
  emit_text_literal(out, " back. ");
  if (conn->end_reason == CT_REASON_NONE) {
    emit_text_literal(out, "Still in the table when the capture ended.");
  } else {
    emit_text_literal(out, "Ended at ");
    emit_text_seconds(out, emit_time_since(conn->ended_ns, r->first_ns), 6);
    emit_text_literal(out, " s: ");
    emit_end_words(out, r->params->profile, (ct_reason)conn->end_reason, conn->end_timeout);
    if (conn->ended_for != 0)
      put_newcomer(out, r, conn);
    emit_text_char(out, '.');
  }
  emit_text_literal(out, "</p>\n");
}

static void put_gap(emit_text *out, guint32 skipped)
{
  if (skipped > 0)
    emit_text_format(out, "<tr class=\"gap\"><td colspan=\"7\">%u packet%s left out</td></tr>\n", skipped,
                     skipped == 1 ? " is" : "s are");
}

static void put_ladder(emit_text *out, const report *r, const report_conn *conn, const report_walk *walk, guint n)
{
  guint i, step = 0;

  emit_text_format(
    out,
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Ladder of connection #%" G_GUINT64_FORMAT
    "\"><table class=\"ladder\">",
    conn->id);
  report_put_row_heading(out);
  emit_text_literal(out, "<tbody>");
  for (i = 0; i < n; i++) {
    const report_row *row = &g_array_index(conn->rows, report_row, i);
    gboolean is_step = step < walk->n && walk->rows[step] == i;

    put_gap(out, row->skipped);
    step += is_step;
    report_put_row(out, r, conn, row, is_step ? step : 0);
  }
  emit_text_literal(out, "</tbody></table></div>\n");
}

void report_put_conn(emit_text *out, const report *r, const report_conn *conn, guint n, gboolean open)
{
  guint i, n_rows = conn->rows != NULL ? conn->rows->len : 0;
  guint64 missing = conn->left_out + (n_rows - n);
  report_walk walk;

  for (i = n; i < n_rows; i++)
    missing += g_array_index(conn->rows, report_row, i).skipped;
  report_walk_find(r, conn, &walk);
  emit_text_literal(out, "<details class=\"conn");
  emit_text_string(out, report_conn_is_troubled(conn) ? " troubled" : "");
  emit_text_literal(out, "\" id=\"conn");
  emit_text_u64(out, conn->id);
  emit_text_literal(out, "\">");
  put_summary_line(out, r, conn);
  put_facts(out, r, conn);
  if (n > 0 && conn->rows != NULL)
    put_ladder(out, r, conn, &walk, n);
  if (missing > 0) {
    emit_text_literal(out, "<p class=\"limit\">");
    emit_text_u64_grouped(out, missing);
    emit_text_string(out, missing == 1 ? " more packet is not shown here.</p>\n"
                                       : " more packets are not shown here.</p>\n");
  }
  report_put_walk(out, r, conn, &walk, open);
  emit_text_literal(out, "</details>\n");
}
