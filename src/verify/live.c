/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel and the engine side by side over one capture. */
#include "verify/live.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "conntrack/read/checksum.h"
#include "verify/lab.h"
#include "verify/limits.h"
#include "verify/transcript_table.h"
#include "verify/transcript_write.h"
#include "verify/engine_side.h"

typedef struct live {
  const verify_live_options *options;
  verify_header header;
  cap_reader *reader;
  cap_batch *batch;
  pkt_decoder *stripper; /* only for where the IP header begins */
  pkt_arena *arena;
  verify_lab *lab;
  verify_engine *run;
  verify_compare *compare;
  verify_table now;      /* the kernel's, after the frame under comparison; only while it is compared */
  verify_limits before;  /* of the machine, when the run began */
  verify_table recorded; /* the table as a reader of the transcript knows it */
  verify_line line, got;
  GArray *entries, *expected; /* the kernel's tables after the frame */
  GByteArray *packet;         /* as it is sent */
  GString *text;
  guint64 number;
  verify_unread unread;
  gint64 last_ts_ns;
  verify_pace pace;
} live;

/* --- sending --- */

static guint32 claimed_length(const guint8 *packet, guint32 bytes)
{
  gboolean six = bytes > 0 && packet[0] >> 4 == 6;

  if (six && bytes >= 6) {
    guint32 payload = (guint32)packet[4] << 8 | packet[5];

    return payload ? payload + 40 : 0;
  }
  return !six && bytes >= 4 ? (guint32)packet[2] << 8 | packet[3] : 0;
}

/*
 * Captures taken on hosts whose card computes sums have wrong ones even in IPv4's header, and those a kernel always
 * judges.
 */
static void header_sum_mend(guint8 *packet, guint32 bytes)
{
  guint32 header = bytes > 0 ? (packet[0] & 15u) * 4 : 0;

  if (header < 20 || header > bytes || packet[0] >> 4 != 4)
    return;
  memset(packet + 10, 0, 2);

  guint16 sum = (guint16)~ct_sum_fold(ct_sum_bytes(0, packet, header));

  memcpy(packet + 10, &sum, 2);
}

/*
 * The IP packet of a frame as it was on the wire: link padding cut off, bytes that the snap length cut put back as
 * zeros. => FALSE: carries none.
 */
static gboolean packet_extract(live *l, const cap_frame *frame, gboolean *padded)
{
  ct_packet ignored;
  pkt_link_info info = { 0 };

  pkt_arena_reset(l->arena);
  pkt_decode(l->stripper, frame, l->number, l->arena, &ignored, &info);
  if (info.l3_offset == 0 && ct_reason_is_of_link((ct_reason)ignored.reason))
    return FALSE;
  if (info.l3_offset >= frame->captured)
    return FALSE;

  const guint8 *data = frame->data + info.l3_offset;
  guint32 bytes = frame->captured - info.l3_offset, wire = frame->wire - info.l3_offset,
          claimed = claimed_length(data, bytes);
  guint32 whole = claimed ? MIN(claimed, wire) : wire;

  g_byte_array_set_size(l->packet, 0);
  g_byte_array_append(l->packet, data, MIN(bytes, whole));
  *padded = whole > bytes;
  if (*padded) {
    g_byte_array_set_size(l->packet, whole);
    memset(l->packet->data + bytes, 0, whole - bytes);
  }
  if (!l->options->checksums)
    header_sum_mend(l->packet->data, l->packet->len);
  return TRUE;
}

/* The capture's own pace, within the limit asked for. */
static void gap_wait(live *l, const cap_frame *frame)
{
  gint64 gap_ns = l->number == 1 ? 0 : CLAMP(frame->ts_ns - l->last_ts_ns, 0, l->options->max_gap_ns);

  l->last_ts_ns = MAX(frame->ts_ns, l->last_ts_ns);

  const struct timespec wait = { .tv_sec = gap_ns / 1000000000, .tv_nsec = gap_ns % 1000000000 };

  if (gap_ns > 0)
    nanosleep(&wait, NULL);
}

/* --- frames --- */

static void record_flush(live *l)
{
  if (l->options->record != NULL)
    emit_text_bytes(l->options->record, l->text->str, l->text->len);
  g_string_truncate(l->text, 0);
}

/*
 * Everything was listed just now, so every timeout is judged: unlike in a transcript, where only those are that were
 * listed again.
 */
static void table_of_now(const live *l, verify_table *table)
{
  verify_line all = { .number = l->number };

  verify_line_init(&all);
  all.number = l->number;
  verify_table_init(table);
  g_array_append_vals(all.listed, l->entries->data, l->entries->len);
  g_array_append_vals(all.expected, l->expected->data, l->expected->len);
  verify_table_apply(table, &all);
  verify_line_clear(&all);
}

static gint64 stream_time(const ct_tuple *orig, gint64 time_ns, gint64 edge_ns, void *user)
{
  const live *l = user;

  return verify_compare_stream_time(l->compare, time_ns, edge_ns, verify_table_assured(&l->now, orig));
}

static void frame_compare(live *l)
{
  gsize bytes;
  const guint8 *sent = verify_lab_sent(l->lab, &bytes);
  const cap_frame frame = { .data = sent,
                            .captured = (guint32)bytes,
                            .wire = (guint32)bytes,
                            .link = 1 /* Ethernet */ };

  table_of_now(l, &l->now);
  verify_engine_frame(l->run, &frame, l->number, l->line.time_ns, &l->got);
  verify_compare_frame(l->compare, &l->line, &l->now, &l->got, verify_engine_entries(l->run),
                       verify_engine_expected(l->run), NULL);
  verify_table_clear(&l->now);
}

static gboolean frame_live(live *l, const cap_frame *frame, GError **error)
{
  gboolean padded = FALSE;
  gboolean has_packet;
  const char *why;

  l->number++;
  gap_wait(l, frame);
  has_packet = packet_extract(l, frame, &padded);
  why = has_packet ? verify_bridge_alone_judges(l->packet->data, l->packet->len) : "not ip";
  if (why == NULL) {
    guint8 family = l->packet->len > 0 && l->packet->data[0] >> 4 == 6 ? CT_IPV6 : CT_IPV4;

    if (!verify_lab_send(l->lab, family, l->packet->data, l->packet->len, l->number, &l->line, error))
      return FALSE;
    l->line.padded = padded;
    verify_pace_frame(&l->pace, frame->ts_ns, l->line.time_ns);
  } else {
    verify_line_reset(&l->line);
    l->line.number = l->number;
    l->line.why = g_intern_static_string(why);
    if (!has_packet)
      verify_unread_count(&l->unread, frame->link);
  }
  if (l->line.why == NULL) {
    if (!verify_lab_table(l->lab, &l->line, l->entries, l->expected, error))
      return FALSE;
    frame_compare(l);
    verify_table_observe(&l->recorded, &l->line, l->entries, l->expected);
  } else {
    verify_compare_frame(l->compare, &l->line, &l->recorded, &l->got, NULL, NULL, NULL);
  }
  verify_line_put(l->text, &l->line);
  record_flush(l);
  return TRUE;
}

static gboolean frames_live(live *l, GError **error)
{
  GError *local = NULL;

  while (cap_reader_next(l->reader, l->batch, &local))
    for (guint i = 0; i < l->batch->n; i++) {
      if ((l->options->stop != NULL && *l->options->stop) || (l->options->count && l->number >= l->options->count))
        return TRUE;
      if (!frame_live(l, &l->batch->frames[i], error))
        return FALSE;
      if (verify_compare_difference(l->compare) != NULL && l->options->record == NULL)
        return TRUE;
    }
  if (local != NULL)
    g_propagate_error(error, local);
  return local == NULL;
}

static gboolean end_live(live *l, GError **error)
{
  verify_line last;
  verify_end end = { .table = l->entries, .expected = l->expected };

  verify_line_init(&last);
  last.time_ns = verify_lab_now(l->lab);
  end.stats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

  gboolean fine =
    verify_lab_table(l->lab, &last, l->entries, l->expected, error) && verify_lab_stats(l->lab, end.stats, error);

  if (fine) {
    end.time_ns = last.time_ns;
    end.seen_ns = last.seen_ns;
    verify_engine_advance(l->run, last.time_ns);

    GHashTable *stats = verify_engine_stats(l->run);

    verify_compare_end(l->compare, &end, last.time_ns, verify_engine_entries(l->run), verify_engine_expected(l->run),
                       stats);
    g_hash_table_unref(stats);
    verify_end_put(l->text, &end);
    record_flush(l);
  }
  g_hash_table_unref(end.stats);
  verify_line_clear(&last);
  return fine;
}

/* --- life --- */

static void header_fill(live *l, const char *capture, const char *kernel)
{
  const verify_live_options *o = l->options;
  GPtrArray *sysctls = g_ptr_array_new();
  g_autofree char *name = g_path_get_basename(capture);

  if (!o->checksums)
    g_ptr_array_add(sysctls, g_strdup("net.netfilter.nf_conntrack_checksum=0"));
  for (guint i = 0; o->sysctls != NULL && o->sysctls[i] != NULL; i++)
    g_ptr_array_add(sysctls, g_strdup(o->sysctls[i]));
  g_ptr_array_add(sysctls, NULL);
  l->header.sysctls = (GStrv)g_ptr_array_free(sysctls, FALSE);
  l->header.helpers = g_strdupv(o->helpers);
  l->header.kernel = g_intern_string(kernel);
  l->header.capture = g_intern_string(name);
}

static gboolean live_open(live *l, const char *capture, GError **error)
{
  ct_params params;
  ct_checksums checksums;
  struct utsname machine;

  uname(&machine);
  verify_limits_read(VERIFY_LIMITS_FOLDER, &l->before);
  header_fill(l, capture, machine.release);
  l->reader = cap_reader_open(capture, error);
  if (l->reader == NULL || !verify_engine_params(&l->header, &params, &checksums, error))
    return FALSE;
  l->lab = verify_lab_new(&l->header, VERIFY_LAB_BRIDGE, error);
  if (l->lab == NULL)
    return FALSE;

  g_autofree char *name = g_strdup_printf("Linux %s", machine.release);

  l->run = verify_engine_new(&params, checksums);
  verify_engine_ask_stream(l->run, stream_time, l);
  l->stripper = pkt_decoder_new(&params, checksums);
  l->compare = verify_compare_new(&verify_tolerance_live, name, "ctreplay");
  verify_header_put(l->text, &l->header);
  record_flush(l);
  return TRUE;
}

static void live_clear(live *l)
{
  verify_lab_free(l->lab);
  verify_engine_free(l->run);
  verify_compare_free(l->compare);
  cap_reader_free(l->reader);
  cap_batch_free(l->batch);
  pkt_decoder_free(l->stripper);
  pkt_arena_free(l->arena);
  verify_table_clear(&l->recorded);
  verify_line_clear(&l->line);
  verify_line_clear(&l->got);
  g_array_unref(l->entries);
  g_array_unref(l->expected);
  g_byte_array_unref(l->packet);
  g_string_free(l->text, TRUE);
  g_strfreev(l->header.sysctls);
  g_strfreev(l->header.helpers);
}

gboolean verify_live_capture(const char *capture, const verify_live_options *options, verify_report *report,
                             GError **error)
{
  live l = { .options = options };

  l.batch = cap_batch_new();
  l.arena = pkt_arena_new();
  l.entries = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  l.expected = g_array_new(FALSE, FALSE, sizeof(verify_expect));
  l.packet = g_byte_array_new();
  l.text = g_string_new(NULL);
  verify_table_init(&l.recorded);
  verify_line_init(&l.line);
  verify_line_init(&l.got);

  gboolean done = live_open(&l, capture, error) && frames_live(&l, error) && end_live(&l, error);

  if (done) {
    verify_limits after;

    verify_limits_read(VERIFY_LIMITS_FOLDER, &after);
    verify_report_fill(report, &l.header, l.compare, &l.unread);
    report->pace = l.pace;
    report->changed = verify_limits_changed(&l.before, &after);
  }
  live_clear(&l);
  return done;
}
