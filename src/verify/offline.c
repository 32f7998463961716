/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A transcript as the truth, and an engine or another transcript beside it. */
#include "verify/offline.h"

#include "packet/link.h"
#include "verify/engine_side.h"
#include "verify/transcript.h"

/* Recordings were seen from 0.6 to 1.2 ms; so fine, since 0.1 ms has decided. */
#define PHASE_STEP_NS G_GINT64_CONSTANT(100000)
#define PHASE_MOST_NS G_GINT64_CONSTANT(9900000)

typedef struct offline {
  verify_transcript *truth;
  verify_table table;
  verify_line line, got;
  verify_compare *compare;
  /* engine */
  verify_engine *run;
  gint64 phase_ns; /* of the ticks of a virtual clock */
  cap_reader *reader;
  cap_batch *batch;
  guint next; /* frame of the batch */
  verify_unread unread;
  gint64 skew_ns; /* of the last frame sent: capture's time less referee's, to place frames that were not sent */
  gint64 sent_ns; /* of the last frame sent, by the referee's clock */
  gint64 idle_ns; /* the same clock, as far as it is known */
  verify_pace pace;
} offline;

static void offline_init(offline *o)
{
  *o = (offline){ 0 };
  verify_table_init(&o->table);
  verify_line_init(&o->line);
  verify_line_init(&o->got);
}

static void offline_clear(offline *o)
{
  verify_transcript_free(o->truth);
  verify_table_clear(&o->table);
  verify_line_clear(&o->line);
  verify_line_clear(&o->got);
  verify_compare_free(o->compare);
  verify_engine_free(o->run);
  cap_reader_free(o->reader);
  cap_batch_free(o->batch);
}

static void report_fill(verify_report *report, const offline *o)
{
  verify_report_fill(report, verify_transcript_header(o->truth), o->compare, &o->unread);
  report->pace = o->pace;
  report->recorded = TRUE;
}

static verify_compare *compare_new(const verify_header *header, const verify_tolerance *tolerance, const char *got_name)
{
  g_autofree char *name = g_strconcat(verify_header_is_own(header) ? "" : "Linux ", header->kernel, NULL);

  return verify_compare_new(tolerance, name, got_name);
}

static const verify_tolerance *tolerance_for(const verify_header *header)
{
  if (verify_header_is_own(header))
    return &verify_tolerance_own;
  return header->virtual_clock ? &verify_tolerance_virtual : &verify_tolerance_live;
}

static void leave_out_listed(verify_compare *compare, const GArray *entries)
{
  for (guint i = 0; i < entries->len; i++) {
    const verify_entry *entry = &g_array_index(entries, verify_entry, i);
    gboolean unknown = entry->has & VERIFY_HAS_HELPER && !verify_engine_has_helper(entry->helper);
    gboolean child = entry->has & VERIFY_HAS_MASTER && verify_compare_leaves_out(compare, &entry->master);

    if (unknown || child)
      verify_compare_leave_out(compare, &entry->orig);
  }
}

/* Reads the whole transcript once to find the flows that a helper had a hand in which the engine does not have. */
static gboolean helper_flows_leave_out(offline *o, const char *transcript, GError **error)
{
  verify_transcript *t = verify_transcript_open(transcript, error);
  verify_line line;
  verify_next next = VERIFY_NEXT_ERROR;

  if (t == NULL)
    return FALSE;
  verify_line_init(&line);
  while ((next = verify_transcript_next(t, &line, error)) == VERIFY_NEXT_LINE)
    leave_out_listed(o->compare, line.listed);
  verify_line_clear(&line);
  verify_transcript_free(t);
  return next == VERIFY_NEXT_END;
}

static gint64 stream_time(const ct_tuple *orig, gint64 time_ns, gint64 edge_ns, void *user)
{
  const offline *o = user;

  return verify_compare_stream_time(o->compare, time_ns, edge_ns, verify_table_assured(&o->table, orig));
}

/*
 * The ticks of ctreplay's own clock are of the capture's time, of which its lines give the distance from the first
 * frame. A capture that cannot be read is found so later.
 */
static gint64 own_phase(offline *o, guint32 hz)
{
  const gint64 tick_ns = VERIFY_NS_PER_S / hz;

  if (!cap_reader_next(o->reader, o->batch, NULL)) {
    o->batch->n = 0;
    return 0;
  }
  return (o->batch->frames[0].ts_ns % tick_ns + tick_ns) % tick_ns;
}

static gboolean engine_open(offline *o, const ct_profile *profile, const char *capture, GError **error)
{
  ct_params params;
  ct_checksums checksums;

  if (!verify_engine_params_as(profile, verify_transcript_header(o->truth), &params, &checksums, error))
    return FALSE;
  o->reader = cap_reader_open(capture, error);
  if (o->reader == NULL)
    return FALSE;
  o->batch = cap_batch_new();
  o->batch->n = 0;
  if (params.hz != 0)
    params.hz_phase_ns =
      verify_header_is_own(verify_transcript_header(o->truth)) ? own_phase(o, params.hz) : o->phase_ns;
  o->run = verify_engine_new(&params, checksums);
  verify_engine_ask_stream(o->run, stream_time, o);
  return TRUE;
}

/* => the capture's next frame, NULL at its end or (error set) on failure. */
static const cap_frame *frame_next(offline *o, GError **error)
{
  if (o->next >= o->batch->n) {
    o->next = 0;
    if (!cap_reader_next(o->reader, o->batch, error)) {
      o->batch->n = 0;
      return NULL;
    }
  }
  return &o->batch->frames[o->next++];
}

static gboolean engine_frame(offline *o, GError **error)
{
  GError *local = NULL;
  const cap_frame *frame = frame_next(o, &local);

  if (frame == NULL && o->line.why != NULL) {
    /* A broken last record, of which the referee made a frame that it could not send. */
    g_clear_error(&local);
    verify_compare_frame(o->compare, &o->line, &o->table, &o->got, NULL, NULL, NULL);
    return TRUE;
  }
  if (frame == NULL) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_CAPTURE,
                "the capture has no packet %" G_GUINT64_FORMAT ", of which the transcript speaks%s%s", o->line.number,
                local != NULL ? ": " : "", local != NULL ? local->message : "");
    g_clear_error(&local);
    return FALSE;
  }

  const ct_tuple *tuple = NULL;

  if (o->line.why != NULL) {
    /*
     * The referee waited for its time all the same, so entries may have expired by it: seen only in the table at the
     * end.
     */
    o->idle_ns = MAX(o->idle_ns, frame->ts_ns - o->skew_ns);
    verify_unread_count(&o->unread, frame->link);
  } else {
    o->skew_ns = frame->ts_ns - o->line.time_ns;
    o->sent_ns = o->idle_ns = o->line.time_ns;
    verify_pace_frame(&o->pace, frame->ts_ns, o->line.time_ns);
    verify_engine_frame(o->run, frame, o->line.number, o->line.time_ns, &o->got);
    tuple = &verify_engine_packet(o->run)->tuple;
  }
  verify_compare_frame(o->compare, &o->line, &o->table, &o->got, verify_engine_entries(o->run),
                       verify_engine_expected(o->run), tuple);
  return TRUE;
}

/*
 * When the referee took its last look: where it does not say, a clock that follows the capture's has gone on with the
 * frames that were not sent; any other referee may not have waited for them.
 */
static gint64 end_ns(const offline *o)
{
  const verify_end *end = verify_transcript_end(o->truth);

  if (end->time_ns >= 0)
    return end->time_ns;
  return verify_transcript_header(o->truth)->virtual_clock ? o->idle_ns : o->sent_ns;
}

static void engine_end(offline *o)
{
  gint64 time_ns = end_ns(o);

  verify_engine_advance(o->run, time_ns);

  GHashTable *stats = verify_engine_stats(o->run);
  gboolean all = verify_compare_counts(o->compare)->left_out == 0;

  verify_compare_end(o->compare, verify_transcript_end(o->truth), time_ns, verify_engine_entries(o->run),
                     verify_engine_expected(o->run), all ? stats : NULL);
  g_hash_table_unref(stats);
}

static gboolean engine_compare(offline *o, GError **error)
{
  for (;;) {
    verify_next next = verify_transcript_next(o->truth, &o->line, error);

    if (next == VERIFY_NEXT_ERROR)
      return FALSE;
    if (next == VERIFY_NEXT_END)
      break;
    verify_table_apply(&o->table, &o->line);
    if (!engine_frame(o, error))
      return FALSE;
    if (verify_compare_difference(o->compare) != NULL)
      return TRUE;
  }
  engine_end(o);
  return TRUE;
}

/* *ticks: whether the recording's clock has some, whose phase is for us to find. */
static gboolean capture_compare(const ct_profile *profile, const char *capture, const char *transcript, gint64 phase_ns,
                                verify_report *report, gboolean *ticks, GError **error)
{
  offline o;
  gboolean done = FALSE;

  offline_init(&o);
  o.phase_ns = phase_ns;
  o.truth = verify_transcript_open(transcript, error);
  if (o.truth != NULL) {
    const verify_header *header = verify_transcript_header(o.truth);

    *ticks = header->virtual_clock && !verify_header_is_own(header);
    o.compare = compare_new(header, tolerance_for(header), "ctreplay");
    done = helper_flows_leave_out(&o, transcript, error) && engine_open(&o, profile, capture, error) &&
           engine_compare(&o, error);
  }
  if (done)
    report_fill(report, &o);
  offline_clear(&o);
  return done;
}

gboolean verify_offline_as(const ct_profile *profile, gint64 phase_ns, const char *capture, const char *transcript,
                           verify_report *report, GError **error)
{
  gboolean ticks;

  return capture_compare(profile, capture, transcript, phase_ns, report, &ticks, error);
}

/*
 * The phase of a recording's ticks stands nowhere, but a packet that comes within a tick of a deadline tells on which
 * side of it the recording's tick was. So every phase is tried that a recording was seen to have, the nearest to the
 * usual one first, and the one counts with which both agree longest. A difference that no tick explains is there under
 * each of them.
 */
static gboolean phase_find(const char *capture, const char *transcript, guint64 frames, gint64 *phase_ns,
                           GError **error)
{
  gboolean equal = FALSE;

  *phase_ns = VERIFY_PHASE_NS;
  for (guint i = 2; i / 2 * PHASE_STEP_NS <= PHASE_MOST_NS && !equal; i++) {
    gint64 tried_ns = VERIFY_PHASE_NS + (i % 2 ? 1 : -1) * (gint64)(i / 2) * PHASE_STEP_NS;
    verify_report report = { 0 };
    gboolean ticks;

    if (tried_ns < 0 || tried_ns > PHASE_MOST_NS)
      continue;
    if (!capture_compare(NULL, capture, transcript, tried_ns, &report, &ticks, error))
      return FALSE;
    equal = report.equal;
    if (equal || report.counts.frames > frames) {
      frames = report.counts.frames;
      *phase_ns = tried_ns;
    }
    verify_report_clear(&report);
  }
  return TRUE;
}

gboolean verify_offline_capture(const char *capture, const char *transcript, verify_report *report, GError **error)
{
  gboolean ticks = FALSE;
  gint64 phase_ns = VERIFY_PHASE_NS;

  if (!capture_compare(NULL, capture, transcript, VERIFY_PHASE_NS, report, &ticks, error))
    return FALSE;
  if (report->equal || !ticks)
    return TRUE;

  gboolean done = phase_find(capture, transcript, report->counts.frames, &phase_ns, error);

  if (done && phase_ns == VERIFY_PHASE_NS)
    return TRUE;
  verify_report_clear(report);
  done = done && capture_compare(NULL, capture, transcript, phase_ns, report, &ticks, error);
  if (done)
    report->phase_ns = phase_ns;
  return done;
}

static GArray *table_values(const verify_table *table)
{
  GArray *values = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init(&iter, table->entries);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    g_array_append_vals(values, value, 1);
  return values;
}

static gboolean transcripts_compare(offline *o, verify_transcript *other, GError **error)
{
  verify_table table;
  verify_next next, other_next;

  verify_table_init(&table);
  for (;;) {
    next = verify_transcript_next(o->truth, &o->line, error);
    other_next = next == VERIFY_NEXT_ERROR ? next : verify_transcript_next(other, &o->got, error);
    if (next != VERIFY_NEXT_LINE || other_next != VERIFY_NEXT_LINE)
      break;
    verify_table_apply(&o->table, &o->line);
    verify_table_apply(&table, &o->got);

    GArray *values = table_values(&table);
    gboolean equal = verify_compare_frame(o->compare, &o->line, &o->table, &o->got, values, table.expected, NULL);

    g_array_unref(values);
    if (!equal)
      break;
  }
  verify_table_clear(&table);
  if (next == VERIFY_NEXT_ERROR || other_next == VERIFY_NEXT_ERROR)
    return FALSE;
  if (next != other_next) {
    g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_CAPTURE, "the transcripts speak of different numbers of packets");
    return FALSE;
  }
  if (next == VERIFY_NEXT_END) {
    const verify_end *end = verify_transcript_end(other);

    verify_compare_end(o->compare, verify_transcript_end(o->truth), 0, end->table, end->expected, end->stats);
  }
  return TRUE;
}

gboolean verify_offline_transcripts(const char *transcript, const char *other_path, verify_report *report,
                                    GError **error)
{
  offline o;
  gboolean done = FALSE;

  offline_init(&o);
  o.truth = verify_transcript_open(transcript, error);

  verify_transcript *other = o.truth != NULL ? verify_transcript_open(other_path, error) : NULL;

  if (other != NULL) {
    o.compare = compare_new(verify_transcript_header(o.truth), &verify_tolerance_transcripts, other_path);
    done = transcripts_compare(&o, other, error);
  }
  if (done)
    report_fill(report, &o);
  verify_transcript_free(other);
  offline_clear(&o);
  return done;
}
