/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collect.h"

#include <string.h>

#include "emit/formats.h"
#include "emit/past.h"

/* What emit_packet_remarks begins with. */
#define REMARK_BEFORE "  -- "

static void conn_free(gpointer data)
{
  report_conn *conn = data;

  if (conn->rows != NULL)
    g_array_unref(conn->rows);
  g_free(conn);
}

static void stray_clear(gpointer data)
{
  report_conn *stray = data;

  g_array_unref(stray->rows);
}

report *report_new(const ct_params *params)
{
  report *r = g_new0(report, 1);
  const ct_proto *proto;

  r->params = params;
  r->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
  r->conns = g_ptr_array_new_with_free_func(conn_free);
  r->words = g_string_chunk_new(1024);
  r->hosts = report_hosts_new();
  r->strays = g_array_new(FALSE, TRUE, sizeof(report_conn));
  g_array_set_clear_func(r->strays, stray_clear);
  /* In the same order whatever the kernel: what today's tracks comes first. */
  while (r->n_machines < REPORT_MACHINES_MAX && (proto = states_protocol(ct_profile_get(0), r->n_machines)) != NULL)
    r->machines[r->n_machines++] = states_machine_new(proto->name, params);
  return r;
}

void report_free(report *r)
{
  guint i;

  if (r == NULL)
    return;
  for (i = 0; i < r->n_machines; i++) {
    states_drawing_free(r->drawings[i]);
    states_machine_free(r->machines[i]);
  }
  g_hash_table_destroy(r->by_id);
  g_hash_table_destroy(r->hosts);
  g_ptr_array_unref(r->conns);
  g_array_unref(r->strays);
  g_string_chunk_free(r->words);
  g_free(r->drops);
  g_free(r);
}

gboolean report_conn_is_troubled(const report_conn *conn)
{
  return conn->invalid > 0 || pressure_is_eviction(conn->end_reason);
}

static report_conn *find_conn(const report *r, guint64 id)
{
  gint64 key = (gint64)id;

  return g_hash_table_lookup(r->by_id, &key);
}

/* => the connection's record, made where there is room; NULL where there is none. */
static report_conn *keep_conn(report *r, guint64 id, const ct_view *view, gboolean troubled)
{
  report_conn *conn = find_conn(r, id);

  if (conn != NULL || view == NULL)
    return conn;
  if (r->conns->len >= (troubled ? REPORT_CONNS_KEPT + REPORT_TROUBLED_KEPT : REPORT_CONNS_KEPT))
    return NULL;
  conn = g_new0(report_conn, 1);
  conn->id = id;
  conn->tuple = view->tuple[CT_ORIGINAL];
  conn->first_ns = conn->last_ns = view->created_ns;
  g_ptr_array_add(r->conns, conn);
  g_hash_table_insert(r->by_id, &conn->id, conn);
  return conn;
}

static void note_view(report_conn *conn, const ct_view *view)
{
  conn->state = view->state;
  conn->status = view->status;
  memcpy(conn->packets, view->packets, sizeof(conn->packets));
  memcpy(conn->bytes, view->bytes, sizeof(conn->bytes));
}

/* less: entries that still count and are about to go. */
static void note_count(report *r, const ct_engine *engine, guint less)
{
  const ct_stats *stats = ct_engine_stats(engine);

  pressure_occupancy_note(&r->occupancy, ct_engine_now(engine), ct_engine_count(engine) - less,
                          pressure_evictions(stats), r->dropped);
}

void report_event(report *r, const ct_engine *engine, const ct_event *event)
{
  report_conn *conn;
  gboolean evicted = pressure_is_eviction(event->reason);

  if (event->type != CT_EVENT_DESTROY || event->reason == CT_REASON_END_CAPTURE)
    return;
  /* Between packets ends are all that moves the count. */
  note_count(r, engine, 1);
  conn = keep_conn(r, event->view->id, evicted ? event->view : NULL, evicted);
  if (conn == NULL)
    return;
  note_view(conn, event->view);
  conn->end_reason = event->reason;
  conn->end_timeout = event->view->timeout;
  conn->ended_ns = event->view->ended_ns;
  if (evicted && event->cause != NULL) {
    conn->ended_for = event->packet;
    conn->newcomer = event->cause->tuple;
  }
}

/* An INVALID packet has no direction of its own; its source tells. */
static guint8 row_dir(const report_conn *conn, const ct_packet *packet, const ct_result *result)
{
  if (result->cls != CT_CLASS_INVALID)
    return result->dir;
  return ct_addr_equal(&packet->tuple.src, &conn->tuple.src) && packet->tuple.src_id == conn->tuple.src_id ? CT_ORIGINAL
                                                                                                           : CT_REPLY;
}

/* Of several chunks the one that moved the state counts. */
static guint8 row_input(const ct_trace *trace)
{
  guint i, n = MIN(trace->n_cells, CT_TRACE_CELLS_MAX);

  for (i = 0; i + 1 < n && trace->cells[i].cell == trace->cells[i].old; i++) {}
  return n > 0 ? trace->cells[i].row : 0;
}

static report_row make_row(const report *r, const report_conn *conn, const ct_packet *packet, const ct_result *result,
                           const ct_trace *trace, const ct_view *after)
{
  /* clang-format off */
  report_row row = { .number = packet->number, .time_ns = packet->time_ns, .reason = result->reason,
                     .dir = row_dir(conn, packet, result), .cls = result->cls, .old_state = result->old_state,
                     .new_state = result->new_state, .kind = packet->kind, .length = packet->length };
  /* clang-format on */

  row.input = row_input(trace);
  row.dropped = result->verdict == CT_VERDICT_DROP;
  row.ruled = r->ruled;
  row.assured = (result->events & CT_EV_ASSURED) != 0;
  row.has_timeout = after != NULL;
  row.status = after != NULL ? (guint16)after->status : 0;
  row.timeout_s =
    after != NULL && after->timeout_ns > 0 ? (guint32)MIN(after->timeout_ns / 1000000000, G_MAXUINT32) : 0;
  row.has_tcp = ct_packet_has_tcp(packet);
  if (row.has_tcp) {
    row.flags = packet->l4.tcp.flags;
    row.seq = packet->l4.tcp.seq;
    row.ack = packet->l4.tcp.ack;
    row.length = packet->l4.tcp.payload_bytes;
  }
  return row;
}

/*
 * => what -P says of a packet that is worth it, with its figures, what it would have belonged to, and what would have
 * let it pass; NULL: its reason says all.
 */
static const char *remark_of(report *r, const ct_packet *packet, const ct_result *result, const ct_view *after,
                             journal_history *history)
{
  gboolean refused = result->cls == CT_CLASS_INVALID || result->verdict == CT_VERDICT_DROP;
  emit_options options = { .profile = r->params->profile };
  emit_packet shown = { .packet = packet, .result = result, .view = after, .first_ns = r->first_ns };
  const char *kept = NULL;
  emit_text words;

  if (history == NULL || r->remarks >= REPORT_REMARKS_KEPT || (!refused && !emit_past_is_known(&history->past)))
    return NULL;
  if (r->remarks < REPORT_TRIED)
    journal_history_shorten(history, packet, result);
  shown.past = &history->past;
  shown.advice = &history->advice;
  shown.sides = &history->sides;
  emit_text_init(&words, -1);
  emit_packet_remarks(&words, &options, &shown, NULL);
  if (words.used > strlen(REMARK_BEFORE)) {
    kept = g_string_chunk_insert_len(r->words, words.data + strlen(REMARK_BEFORE),
                                     (gssize)(words.used - strlen(REMARK_BEFORE)));
    r->remarks++;
  }
  emit_text_clear(&words);
  return kept;
}

static void note_stray(report *r, const ct_packet *packet, const ct_result *result, const ct_trace *trace,
                       journal_history *history)
{
  report_conn stray = { .tuple = packet->tuple };
  report_row row;

  r->strays_seen++;
  if (r->strays->len >= REPORT_STRAYS_SHOWN)
    return;
  row = make_row(r, &stray, packet, result, trace, NULL);
  row.remark = remark_of(r, packet, result, NULL, history);
  stray.rows = g_array_new(FALSE, FALSE, sizeof(report_row));
  g_array_append_val(stray.rows, row);
  g_array_append_val(r->strays, stray);
}

/* The packets of a long connection that are worth a row. */
static gboolean is_notable(const report_row *row)
{
  return row->cls == CT_CLASS_INVALID || row->dropped || row->ruled != NULL || row->assured ||
         row->old_state != row->new_state;
}

static void note_row(report *r, report_conn *conn, report_row *row)
{
  gboolean notable = is_notable(row);

  if (conn->rows == NULL)
    conn->rows = g_array_new(FALSE, FALSE, sizeof(report_row));
  if (conn->rows->len >= (guint)REPORT_ROWS_PER_CONN + (notable ? REPORT_NOTABLE_PER_CONN : 0) ||
      r->rows >= (guint64)REPORT_ROWS_KEPT + (notable ? REPORT_NOTABLE_KEPT : 0)) {
    conn->left_out++;
    return;
  }
  row->skipped = (guint32)MIN(conn->left_out, G_MAXUINT32);
  conn->left_out = 0;
  g_array_append_val(conn->rows, *row);
  r->rows++;
}

static void note_conn(report *r, const ct_packet *packet, const ct_result *result, const ct_trace *trace,
                      const ct_view *after, journal_history *history)
{
  gboolean invalid = result->cls == CT_CLASS_INVALID;
  report_conn *conn = keep_conn(r, result->conn, after, invalid);
  report_row row;

  r->conns_seen = MAX(r->conns_seen, result->conn);
  if (conn == NULL)
    return;
  conn->invalid += invalid;
  conn->ruled_out += r->ruled_out;
  conn->last_ns = MAX(conn->last_ns, packet->time_ns);
  if (after != NULL)
    note_view(conn, after);
  row = make_row(r, conn, packet, result, trace, after);
  row.remark = remark_of(r, packet, result, after, history);
  note_row(r, conn, &row);
}

void report_rules(report *r, const emit_rules *rules)
{
  gboolean accepted = rules->verdict == NULL || strcmp(rules->verdict, "accept") == 0;
  char *words;

  r->has_rules = TRUE;
  if (accepted)
    return;
  words = *rules->rule != '\0' ? g_strdup_printf("%s by %s", rules->verdict, rules->rule)
                               : g_strdup_printf("%s: %s", rules->verdict, rules->why);
  r->ruled = g_string_chunk_insert_const(r->words, words);
  r->ruled_out = *rules->rule != '\0' && strcmp(rules->verdict, "unknown") != 0;
  r->by_rules += r->ruled_out;
  g_free(words);
}

void report_drops(report *r, const char *lines)
{
  g_free(r->drops);
  r->drops = g_strdup(lines);
}

static void note_packet(report *r, const ct_packet *packet, const ct_result *result, const ct_trace *trace,
                        const ct_view *after, journal_history *history)
{
  if (result->conn != 0)
    note_conn(r, packet, result, trace, after, history);
  else if (result->cls == CT_CLASS_INVALID || result->verdict == CT_VERDICT_DROP || r->ruled_out)
    note_stray(r, packet, result, trace, history);
}

void report_packet(report *r, const ct_engine *engine, const ct_packet *packet, const ct_result *result,
                   const ct_trace *trace, const ct_view *after, journal_history *history)
{
  guint i;

  if (!r->begun)
    r->first_ns = packet->time_ns;
  r->begun = TRUE;
  r->dropped += result->verdict == CT_VERDICT_DROP;
  if (packet->kind != CT_PACKET_NONE || r->occupancy.step_ns != 0)
    note_count(r, engine, 0);
  if (packet->kind == CT_PACKET_NONE)
    return;
  for (i = 0; i < r->n_machines; i++)
    states_machine_count(r->machines[i], packet, result, trace, after);
  r->invalid += result->cls == CT_CLASS_INVALID;
  report_hosts_note(r, packet, result);
  note_packet(r, packet, result, trace, after, history);
  r->ruled = NULL;
  r->ruled_out = FALSE;
}
