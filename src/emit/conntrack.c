/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conntrack(8)'s own lines, as conntrack-tools 1.4.9 with libnetfilter_conntrack 1.1.1 prints them (spec 10.5, 10.6,
 * 10.9, 10.10), times in the zone that is shown. Every field brings its trailing blank; the last one's is taken back,
 * as the library does.
 */
#include "fold.h"
#include "formats.h"
#include "parts.h"
#include "put.h"
#include "zone.h"

/* On a screen that is narrower than a line: where it goes on. */
enum { LINE_INDENT = 10, PACKET_INDENT = 16 };

enum { ENDS_BYTES = 192 }; /* "src=... dst=... sport=... dport=... " and what is copied behind it */

static void end_line(emit_text *out)
{
  /*
   * The blank was the last byte written, so it is still in the buffer: a flush happens only to make room for the next.
   */
  out->used--;
  emit_text_char(out, '\n');
}

static void counters(emit_text *out, const ct_view *view, ct_dir dir)
{
  emit_text_literal(out, "packets=");
  emit_text_u64(out, view->packets[dir]);
  emit_text_literal(out, " bytes=");
  emit_text_u64(out, view->bytes[dir]);
  emit_text_char(out, ' ');
}

static void number(emit_text *out, const char *name, guint64 value)
{
  emit_text_string(out, name);
  emit_text_u64(out, value);
  emit_text_char(out, ' ');
}

static void head(emit_text *out, const emit_options *o, const ct_view *view, guint parts)
{
  const char *state = ct_proto_state_name(o->profile, view->tuple[CT_ORIGINAL].proto, view->state);

  if (o->options & EMIT_EXTENDED) {
    emit_text_pad(out, emit_family_name(view->tuple[CT_ORIGINAL].family), 8);
    number(out, " ", view->tuple[CT_ORIGINAL].family);
  }
  emit_text_pad(out, ct_proto_name(o->profile, view->tuple[CT_ORIGINAL].proto), 8);
  number(out, " ", view->tuple[CT_ORIGINAL].proto);
  if (parts & EMIT_PART_TIMEOUT) {
    emit_text_u64(out, emit_view_seconds(view));
    emit_text_char(out, ' ');
  }
  if (parts & EMIT_PART_STATE && state != NULL) {
    emit_text_string(out, state);
    emit_text_char(out, ' ');
  }
}

static void times(emit_text *out, const emit_options *o, const ct_view *view, guint parts)
{
  number(out, "delta-time=", (guint64)emit_delta_seconds(view, parts));
  if (!(o->options & EMIT_KTIMESTAMP))
    return;
  emit_text_literal(out, "[start=");
  emit_text_ctime(out, emit_zone_ns(view->created_ns));
  emit_text_literal(out, "] ");
  if (parts & EMIT_PART_STOP) {
    emit_text_literal(out, "[stop=");
    emit_text_ctime(out, emit_zone_ns(view->ended_ns));
    emit_text_literal(out, "] ");
  }
}

static void label(emit_text *out, const char *name, guint before)
{
  emit_text_string(out, before == 0 ? "labels=" : ",");
  emit_text_string(out, name);
}

/* What emit_tuple writes, of a tuple whose ids are ports. */
static void ports_tuple(emit_text *out, const put_ends *ends, put_end src, put_end dst)
{
  char *p = put_literal(emit_text_reserve(out, ENDS_BYTES), "src=");

  p = put_literal(put_end_addr(p, ends, src), " dst=");
  p = put_literal(put_end_addr(p, ends, dst), " sport=");
  p = put_literal(put_end_id(p, ends, src), " dport=");
  emit_text_advance(out, put_literal(put_end_id(p, ends, dst), " "));
}

/* The original, and what the reply may be made of, too. => whether that is so */
static gboolean original_tuple(emit_text *out, const emit_options *o, const ct_view *view, put_ends *ends)
{
  const ct_tuple *original = &view->tuple[CT_ORIGINAL];
  const ct_proto *proto = ct_proto_known(o->profile, original->proto);

  if (proto == NULL || proto->ids != CT_IDS_PORTS) {
    emit_tuple(out, o->profile, original);
    return FALSE;
  }
  put_ends_of(ends, original);
  ports_tuple(out, ends, PUT_SRC, PUT_DST);
  return put_is_turned(original, &view->tuple[CT_REPLY]);
}

static void flow(emit_text *out, const emit_options *o, const ct_view *view, guint parts)
{
  gboolean turned;
  put_ends ends;

  head(out, o, view, parts);
  turned = original_tuple(out, o, view, &ends);
  emit_direction_zone(out, view, CT_ORIGINAL);
  if (parts & EMIT_PART_COUNTERS)
    counters(out, view, CT_ORIGINAL);
  if (!(view->status & CT_STATUS_SEEN_REPLY))
    emit_text_literal(out, "[UNREPLIED] ");
  if (turned)
    ports_tuple(out, &ends, PUT_DST, PUT_SRC);
  else
    emit_tuple(out, o->profile, &view->tuple[CT_REPLY]);
  emit_direction_zone(out, view, CT_REPLY);
  if (parts & EMIT_PART_COUNTERS)
    counters(out, view, CT_REPLY);
  emit_assured(out, view->status);
  if (parts & EMIT_PART_MARK)
    number(out, "mark=", view->mark);
  if (parts & EMIT_PART_SECMARK)
    number(out, "secmark=", view->secmark);
  if (emit_zone(view) != 0)
    number(out, "zone=", emit_zone(view));
  if (parts & EMIT_PART_START)
    times(out, o, view, parts);
  if (parts & EMIT_PART_HELPER) {
    emit_text_literal(out, "helper=");
    emit_text_string(out, view->helper);
    emit_text_char(out, ' ');
  }
  if (parts & EMIT_PART_USE)
    number(out, "use=", view->use);
  if (o->options & EMIT_ID)
    number(out, "id=", view->id);
  if (o->options & EMIT_LABELS && parts & EMIT_PART_LABELS && emit_labels(out, o, view, label) > 0)
    emit_text_char(out, ' ');
  end_line(out);
}

static void conntrack_entry(emit_output *output, const ct_view *view)
{
  flow(output->text, &output->options, view, emit_parts_entry(&output->options, view));
}

static void expectation(emit_text *out, const emit_options *o, const ct_expect_view *expect)
{
  const ct_tuple mask = emit_expect_mask(expect);

  if (emit_expect_ends(expect)) {
    emit_text_u64(out, expect->timeout_ns > 0 ? (guint64)expect->timeout_ns / 1000000000u : 0);
    emit_text_char(out, ' ');
  }
  number(out, "proto=", expect->tuple.proto);
  emit_tuple(out, o->profile, &expect->tuple);
  emit_text_literal(out, "mask-src=");
  emit_text_addr(out, expect->tuple.family, &mask.src, FALSE);
  emit_text_literal(out, " mask-dst=");
  emit_text_addr(out, expect->tuple.family, &mask.dst, FALSE);
  emit_text_char(out, ' ');
  emit_tuple_ids(out, o->profile, &mask);
  emit_text_literal(out, "master-src=");
  emit_text_addr(out, expect->master_tuple.family, &expect->master_tuple.src, FALSE);
  emit_text_literal(out, " master-dst=");
  emit_text_addr(out, expect->master_tuple.family, &expect->master_tuple.dst, FALSE);
  emit_text_char(out, ' ');
  emit_tuple_ids(out, o->profile, &expect->master_tuple);
  emit_expect_flags(out, expect->flags);
  number(out, "class=", expect->class_number);
  if (expect->helper != NULL && expect->helper[0] != '\0') {
    emit_text_literal(out, "helper=");
    emit_text_string(out, expect->helper);
    emit_text_char(out, ' ');
  }
  end_line(out);
}

static void conntrack_expect(emit_output *output, const ct_expect_view *expect)
{
  expectation(output->text, &output->options, expect);
}

/* 1.4.9's own padding: eight digits of seconds at least, six of microseconds, and a tab. */
static void stamp(emit_text *out, gint64 time_ns)
{
  gint64 seconds = emit_floor_seconds(time_ns);

  emit_text_char(out, '[');
  if (seconds < 0)
    emit_text_char(out, '-');
  emit_text_u64_zeros(out, seconds < 0 ? -(guint64)seconds : (guint64)seconds, 8);
  emit_text_char(out, '.');
  emit_text_u64_zeros(out, ((guint64)time_ns - (guint64)seconds * 1000000000u) / 1000, 6);
  emit_text_literal(out, "]\t");
}

static void conntrack_event(emit_output *output, const ct_event *event)
{
  static const char tags[CT_EVENT_TYPE_COUNT][11] = {
    [CT_EVENT_NEW] = "    [NEW] ",        [CT_EVENT_UPDATE] = " [UPDATE] ",         [CT_EVENT_DESTROY] = "[DESTROY] ",
    [CT_EVENT_EXPECT_NEW] = "    [NEW] ", [CT_EVENT_EXPECT_DESTROY] = "[DESTROY] ",
  };
  const emit_options *o = &output->options;
  emit_text *out = output->text;

  if (event->type == CT_EVENT_DROP)
    return;
  if (o->options & EMIT_TIMESTAMP)
    stamp(out, event->time_ns);
  emit_text_bytes(out, tags[event->type], 10);
  if (event->expect != NULL)
    expectation(out, o, event->expect);
  else
    flow(out, o, event->view, emit_parts_event(o, event));
}

static void remark_part(emit_output *output, const emit_part *part)
{
  emit_text_literal(output->text, "# of a part: ");
  emit_part_put(output->text, part);
  emit_text_char(output->text, '\n');
}

/* What imitates conntrack(8) stays as that prints it. */
static void conntrack_part(emit_output *output, const emit_part *part)
{
  if (output->what == EMIT_CAN_LOSSES || output->what == EMIT_CAN_STATS)
    remark_part(output, part);
}

static void conntrack_stats(emit_output *output, const emit_statistics *statistics)
{
  const char *const *names = emit_stats_sent(output->options.profile);
  emit_text *out = output->text;

  if (statistics->part != NULL)
    remark_part(output, statistics->part);
  emit_text_literal(out, "cpu=0   \t");
  for (; *names != NULL; names++) {
    emit_text_string(out, *names);
    number(out, "=", emit_stats_value(statistics->stats, output->options.profile, *names));
  }
  emit_text_char(out, '\n');
  if (output->options.options & EMIT_EXTENDED)
    emit_stats_extended(out, &output->options, statistics);
}

typedef struct conntrack_private {
  emit_collector *events; /* -P: what happened until the packet that is shown next */
  emit_text *place;       /* of a screen: where lines go once they are folded */
  emit_text lines;        /* and what has been written since */
} conntrack_private;

static guint conntrack_wants(const emit_options *o, guint what)
{
  return what == EMIT_CAN_STATS && o->options & EMIT_EXTENDED ? EMIT_WANTS_PRESSURE : 0;
}

/* On a screen lines are folded between their words; everywhere else they are as conntrack(8) writes them. */
static void fold(emit_output *output, gsize column)
{
  conntrack_private *private = output->priv;
  guint screen = output->options.screen;

  /* Others write lines of this format, too. */
  if (output->format != &emit_format_conntrack || output->text == private->place || private->lines.used == 0)
    return;
  if (column > 0)
    emit_fold_line(private->place, private->lines.data, private->lines.used - 1, column, PACKET_INDENT, screen);
  else
    emit_fold_text(private->place, &private->lines, LINE_INDENT, screen);
  if (column > 0)
    emit_text_char(private->place, '\n');
  private->lines.used = 0;
}

static gboolean conntrack_open(emit_output *output, GError **error)
{
  conntrack_private *private = output->priv;

  (void)error;
  private->place = output->text;
  if (output->options.screen > 0) {
    emit_text_init(&private->lines, -1);
    output->text = &private->lines;
  }
  if (output->what != EMIT_CAN_PACKETS)
    return TRUE;
  private->events = emit_collector_new();
  emit_packet_heading(output->text, &output->options);
  fold(output, 0);
  return TRUE;
}

static void conntrack_note(emit_output *output, const ct_event *event)
{
  emit_collector_event(((conntrack_private *)output->priv)->events, event);
}

static void conntrack_packet(emit_output *output, const emit_packet *packet)
{
  conntrack_private *private = output->priv;
  gsize column = emit_packet_line(output->text, &output->options, packet, private->events);

  fold(output, column);
  emit_collector_clear(private->events);
}

static void conntrack_skip(emit_output *output) { emit_collector_clear(((conntrack_private *)output->priv)->events); }

/* An entry as a part of a longer line. */
static void put_entry(emit_output *output, const ct_view *view)
{
  conntrack_entry(output, view);
  output->text->used--; /* the newline, which was the last byte written */
}

#define FOLDED(name, line, type)                          \
  static void name(emit_output *output, const type *what) \
  {                                                       \
    line(output, what);                                   \
    fold(output, 0);                                      \
  }

FOLDED(folded_entry, conntrack_entry, ct_view)
FOLDED(folded_expect, conntrack_expect, ct_expect_view)
FOLDED(folded_event, conntrack_event, ct_event)
FOLDED(folded_stats, conntrack_stats, emit_statistics)
FOLDED(folded_part, conntrack_part, emit_part)

static void folded_loss(emit_output *output, const emit_loss *loss)
{
  emit_loss_line(output, loss, put_entry);
  fold(output, 0);
}

static void folded_count(emit_output *output, guint64 count, const emit_part *part)
{
  emit_count_line(output, count, part);
  fold(output, 0);
}

static void folded_snapshot(emit_output *output, gint64 time_ns, guint64 packet)
{
  emit_snapshot_line(output, time_ns, packet);
  fold(output, 0);
}

static gboolean conntrack_close(emit_output *output, GError **error)
{
  conntrack_private *private = output->priv;

  (void)error;
  fold(output, 0);
  if (output->text != private->place)
    emit_text_clear(&private->lines);
  output->text = private->place;
  emit_collector_free(private->events);
  return TRUE;
}

const emit_format emit_format_conntrack = {
  .name = "conntrack",
  .help = "as conntrack(8) prints it",
  .can = EMIT_CAN_LIST | EMIT_CAN_EXPECT | EMIT_CAN_EVENTS | EMIT_CAN_EXPECT_EVENTS | EMIT_CAN_PACKETS |
         EMIT_CAN_STATS | EMIT_CAN_COUNT | EMIT_CAN_LOSSES,
  .private_bytes = sizeof(conntrack_private),
  .wants = conntrack_wants,
  .open = conntrack_open,
  .entry = folded_entry,
  .expect = folded_expect,
  .event = folded_event,
  .note = conntrack_note,
  .packet = conntrack_packet,
  .skip = conntrack_skip,
  .stats = folded_stats,
  .count = folded_count,
  .loss = folded_loss,
  .part = folded_part,
  .snapshot = folded_snapshot,
  .close = conntrack_close,
};
