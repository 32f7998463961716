/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a live kernel's transcript of the same capture holds, key for key: a header, a line per frame, a last line.
 * Entries and expectations stand on a line only where they differ from the lines before; listed.h says how that is
 * known.
 */
#include "formats.h"
#include "json_parts.h"
#include "listed.h"

/* How far the last line has come. */
typedef enum last_line { NOT_BEGUN, IN_TABLE, IN_EXPECTATIONS, IN_STATISTICS } last_line;

/* Lines of another format, kept as JSON strings for the last line. */
typedef struct listing {
  emit_output output;
  emit_text text;
  GString *lines;
} listing;

typedef struct transcript_private {
  emit_collector *events; /* since the line before */
  emit_listed *listed;
  gboolean begun;          /* a frame has come */
  gint64 first_ns, now_ns; /* of the first frame; the tracker's clock, which a frame from the past does not turn back */
  last_line last;
  gboolean any;   /* in the list that the last line is in */
  gboolean rules; /* with what rules did: the form of a referee of rules */
  listing proc, list;
} transcript_private;

static guint transcript_wants(const emit_options *o, guint what)
{
  (void)o;
  return what == EMIT_CAN_PACKETS ? EMIT_WANTS_END | EMIT_WANTS_FIREWALL : 0;
}

static void listing_open(listing *l, const emit_format *format, const emit_options *o, guint words)
{
  emit_options options = *o;

  options.options = words;
  options.show_mark = TRUE;
  emit_text_init(&l->text, -1);
  l->lines = g_string_new(NULL);
  emit_output_open(&l->output, format, EMIT_CAN_LIST, &options, &l->text, NULL);
}

static void listing_add(listing *l, const ct_view *view)
{
  gsize from = l->text.used;

  emit_output_entry(&l->output, view);
  g_string_append(l->lines, l->lines->len > 0 ? ",\"" : "\"");
  g_string_append_len(l->lines, l->text.data + from, (gssize)(l->text.used - from - 1));
  g_string_append_c(l->lines, '"');
  l->text.used = from;
}

static void listing_close(listing *l, emit_text *out, const char *name)
{
  emit_text_literal(out, ",\"");
  emit_text_string(out, name);
  emit_text_literal(out, "\":[");
  emit_text_string(out, l->lines->str);
  emit_text_char(out, ']');
  l->text.used = 0;
  emit_output_close(&l->output, NULL);
  l->text.used = 0;
  emit_text_clear(&l->text);
  g_string_free(l->lines, TRUE);
}

static void rules_open(emit_output *output)
{
  const emit_options *o = &output->options;
  transcript_private *t = output->priv;
  emit_text *out = output->text;

  emit_text_literal(out, "{\"rules_transcript\":1,\"kernel\":\"ctreplay ");
  emit_text_string(out, o->profile != NULL ? o->profile->name : "");
  emit_text_literal(out, "\",\"capture\":");
  emit_text_json_string(out, o->subject->capture);
  emit_transcript_kernel(out, o->subject);
  emit_text_string(out, o->subject->rules);
  emit_text_literal(out, "}\n");
  listing_open(&t->proc, &emit_format_proc, o, 0);
  listing_open(&t->list, &emit_format_conntrack, o, EMIT_EXTENDED);
}

static gboolean transcript_open(emit_output *output, GError **error)
{
  transcript_private *private = output->priv;
  const emit_options *o = &output->options;
  emit_text *out = output->text;

  (void)error;
  private->events = emit_collector_new();
  private->listed = emit_listed_new();
  private->rules = o->subject != NULL && o->subject->rules != NULL;
  if (private->rules) {
    rules_open(output);
    return TRUE;
  }
  emit_text_literal(out, "{\"transcript\":1,\"kernel\":\"ctreplay ");
  emit_text_string(out, o->profile != NULL ? o->profile->name : "");
  emit_text_literal(out, "\",\"capture\":");
  emit_text_json_string(out, o->subject != NULL ? o->subject->capture : "-");
  emit_transcript_kernel(out, o->subject);
  emit_text_literal(out, ",\"clock\":\"virtual\"}\n");
  return TRUE;
}

static void transcript_note(emit_output *output, const ct_event *event)
{
  emit_collector_event(((transcript_private *)output->priv)->events, event);
}

static void transcript_skip(emit_output *output) { emit_collector_clear(((transcript_private *)output->priv)->events); }

/* Opens a list at its first item, separates the others. */
static void item(emit_text *out, gboolean *any, const char *opening)
{
  if (*any) {
    emit_text_char(out, ',');
    return;
  }
  *any = TRUE;
  emit_text_string(out, opening);
}

static void end_list(emit_text *out, gboolean any)
{
  if (any)
    emit_text_char(out, ']');
}

static void events(emit_text *out, const emit_options *o, const transcript_private *t)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < emit_collector_count(t->events); i++) {
    const ct_event *event = emit_collector_get(t->events, i);

    if (event->type == CT_EVENT_DROP || event->type == CT_EVENT_EXPECT_OVER || event->masked)
      continue;
    item(out, &any, ",\"ev\":[");
    emit_text_char(out, '{');
    if (event->expect != NULL)
      emit_json_expect(out, o, event->expect);
    else
      emit_json_entry(out, o, event->view, emit_json_event_parts(o, event) | (t->rules ? EMIT_JSON_RULES : 0u));
    emit_text_literal(out, ",\"ev\":\"");
    emit_text_string(out, emit_event_name(event->type));
    emit_text_literal(out, "\"}");
  }
  end_list(out, any);
}

static guint entry_parts(const emit_options *o, const ct_view *view)
{
  return emit_parts_entry(o, view) | EMIT_JSON_DETAILS | EMIT_JSON_MASTER;
}

static void entry_if_changed(emit_text *out, const emit_options *o, transcript_private *t, const ct_view *view,
                             gboolean *any)
{
  /* One whose time is over is listed no more, even where it has still to be collected. */
  if (view->timeout_ns <= 0) {
    emit_listed_entry_over(t->listed, view);
    return;
  }
  if (!emit_listed_entry(t->listed, view))
    return;
  item(out, any, ",\"ct\":[");
  emit_text_char(out, '{');
  emit_json_entry(out, o, view, entry_parts(o, view) | (t->rules ? EMIT_JSON_RULES : 0u));
  emit_text_char(out, '}');
}

/* Whether a later event of the line says more about this entry: the last one counts. */
static gboolean last_word(const transcript_private *t, guint i)
{
  const ct_event *event = emit_collector_get(t->events, i);
  guint j;

  for (j = i + 1; j < emit_collector_count(t->events); j++) {
    const ct_event *later = emit_collector_get(t->events, j);

    if (later->view != NULL && later->view->id == event->view->id)
      return FALSE;
  }
  return TRUE;
}

static void changed(emit_text *out, const emit_options *o, transcript_private *t, const ct_view *view)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < emit_collector_count(t->events); i++) {
    const ct_event *event = emit_collector_get(t->events, i);

    if (event->view == NULL || event->type == CT_EVENT_DESTROY || (view != NULL && view->id == event->view->id))
      continue;
    if (last_word(t, i))
      entry_if_changed(out, o, t, event->view, &any);
  }
  if (view != NULL)
    entry_if_changed(out, o, t, view, &any);
  end_list(out, any);
}

static gboolean listed_with(const transcript_private *t, const ct_view *view, const ct_tuple *tuple)
{
  return view != NULL && ct_tuple_equal(&view->tuple[CT_ORIGINAL], tuple) && emit_listed_has(t->listed, view->id);
}

/*
 * A tuple that another entry took over within the same line is still listed, unless that one's time is over already.
 * view: the packet's own entry; NULL: none.
 */
static gboolean taken_over(const transcript_private *t, guint i, const ct_view *view)
{
  const ct_tuple *tuple = &emit_collector_get(t->events, i)->view->tuple[CT_ORIGINAL];
  guint j;

  for (j = i + 1; j < emit_collector_count(t->events); j++)
    if (listed_with(t, emit_collector_get(t->events, j)->view, tuple))
      return TRUE;
  return listed_with(t, view, tuple);
}

/* The list of those that have gone, under way. */
typedef struct goners {
  emit_text *out;
  const emit_options *o;
  gboolean any;
} goners;

static void put_gone(const ct_tuple *tuple, gpointer user)
{
  goners *g = user;

  item(g->out, &g->any, ",\"gone\":[");
  emit_json_tuple_sorted(g->out, g->o, tuple);
}

/* After changed(): what the line lists by then has not gone. */
static void gone(emit_text *out, const emit_options *o, transcript_private *t, const ct_view *view)
{
  goners g = { out, o, FALSE };
  ct_tuple original;
  guint i;

  for (i = 0; i < emit_collector_count(t->events); i++) {
    const ct_event *event = emit_collector_get(t->events, i);

    if (event->type != CT_EVENT_DESTROY || !emit_listed_entry_gone(t->listed, event->view->id) ||
        taken_over(t, i, view))
      continue;
    original = emit_listed_original(event->view);
    put_gone(&original, &g);
  }
  emit_listed_expire(t->listed, o->subject != NULL ? ct_params_on_tick(o->subject->params, t->now_ns) : t->now_ns,
                     put_gone, &g);
  end_list(out, g.any);
}

/* => whether this is the line's last event about the expectation (known by tuple and mask). */
static gboolean expect_last_word(const transcript_private *t, guint i)
{
  const ct_expect_view *expect = emit_collector_get(t->events, i)->expect;
  guint j;

  for (j = i + 1; j < emit_collector_count(t->events); j++) {
    const ct_expect_view *later = emit_collector_get(t->events, j)->expect;

    if (later != NULL && ct_tuple_equal(&later->tuple, &expect->tuple) && ct_tuple_equal(&later->mask, &expect->mask))
      return FALSE;
  }
  return TRUE;
}

static gboolean is_end_of_expect(const ct_event *event)
{
  return event->type == CT_EVENT_EXPECT_DESTROY || event->type == CT_EVENT_EXPECT_OVER;
}

static void one_expectation(emit_text *out, const emit_options *o, const ct_expect_view *expect, gboolean *any)
{
  item(out, any, ",\"exp\":[");
  emit_text_char(out, '{');
  emit_json_expect(out, o, expect);
  emit_text_char(out, '}');
}

/* changed: ct_expect_view without an event; NULL: none */
static void expectations(emit_text *out, const emit_options *o, transcript_private *t, const GArray *changed)
{
  guint i, n = emit_collector_count(t->events);
  gboolean any = FALSE;

  for (i = 0; i < n; i++) {
    const ct_event *event = emit_collector_get(t->events, i);

    if (event->type != CT_EVENT_EXPECT_NEW || !expect_last_word(t, i) || !emit_listed_expect(t->listed, event->expect))
      continue;
    one_expectation(out, o, event->expect, &any);
  }
  for (i = 0; changed != NULL && i < changed->len; i++)
    one_expectation(out, o, &g_array_index(changed, ct_expect_view, i), &any);
  end_list(out, any);
  any = FALSE;
  for (i = 0; i < n; i++) {
    const ct_event *event = emit_collector_get(t->events, i);

    if (!is_end_of_expect(event) || !expect_last_word(t, i) || !emit_listed_expect_gone(t->listed, event->expect))
      continue;
    item(out, &any, ",\"exp_gone\":[");
    emit_json_tuple(out, o, &event->expect->tuple);
  }
  end_list(out, any);
}

static void class_and_direction(emit_text *out, const ct_result *result)
{
  if (result->cls == CT_CLASS_NONE) {
    emit_text_literal(out, ",\"cls\":null");
    return;
  }
  emit_text_literal(out, ",\"cls\":\"");
  emit_text_string(out, ct_class_name(result->cls));
  emit_text_literal(out, "\",\"dir\":\"");
  if (result->cls == CT_CLASS_INVALID || result->cls == CT_CLASS_UNTRACKED)
    emit_text_char(out, '-');
  else
    emit_text_char(out, result->dir == CT_ORIGINAL ? 'o' : 'r');
  emit_text_char(out, '"');
}

static void clock_take(transcript_private *t, const emit_packet *p)
{
  if (!t->begun)
    t->now_ns = t->first_ns = p->first_ns;
  t->begun = TRUE;
  t->now_ns = MAX(t->now_ns, p->packet->time_ns);
}

static void transcript_packet(emit_output *output, const emit_packet *p)
{
  transcript_private *t = output->priv;
  const emit_options *o = &output->options;
  emit_text *out = output->text;
  const ct_packet *packet = p->packet;

  clock_take(t, p);
  emit_text_literal(out, "{\"n\":");
  emit_text_u64(out, packet->number);
  if (packet->kind == CT_PACKET_NONE && ct_reason_is_of_link((ct_reason)packet->reason)) {
    /* The referee never sent such a frame: what happened meanwhile stands on the next line. */
    emit_text_string(out, t->rules ? ",\"cls\":null,\"fate\":\"none\",\"why\":\"not ip\"}\n"
                                   : ",\"cls\":null,\"why\":\"not ip\"}\n");
    return;
  }
  if (packet->flags & CT_PACKET_CUT)
    emit_text_literal(out, ",\"padded\":1");
  emit_text_literal(out, ",\"t\":");
  emit_text_seconds(out, emit_time_since(t->now_ns, t->first_ns), 1);
  if (t->rules)
    emit_text_string(out, p->rules != NULL && p->rules->transcript != NULL ? p->rules->transcript : "");
  else if (p->result->verdict == CT_VERDICT_ACCEPT)
    emit_text_literal(out, ",\"fwd\":1");
  else
    emit_text_literal(out, ",\"fwd\":0");
  class_and_direction(out, p->result);
  events(out, o, t);
  changed(out, o, t, p->view);
  gone(out, o, t, p->view);
  expectations(out, o, t, p->rules != NULL ? p->rules->expects : NULL);
  emit_text_literal(out, "}\n");
  emit_collector_clear(t->events);
}

/* ---- the last line: table, expectations, statistics, in this order, each possibly empty ---- */

/*
 * A frame that was shown nowhere may have let time go on: an entry's view knows. The referee of rules does not tell of
 * it.
 */
static void moment_of_end(emit_text *out, const transcript_private *t)
{
  if (t->begun && !t->rules) {
    emit_text_literal(out, ",\"t\":");
    emit_text_seconds(out, emit_time_since(t->now_ns, t->first_ns), 1);
  }
  emit_text_literal(out, ",\"table\":[");
}

/* Closes the lists before this one, and opens it. */
static void reach(emit_output *output, last_line list)
{
  static const char *const openings[] = {
    [IN_TABLE] = "{\"end\":1", [IN_EXPECTATIONS] = "],\"expect\":[", [IN_STATISTICS] = "],\"stats\":"
  };
  transcript_private *t = output->priv;

  while (t->last < list) {
    emit_text_string(output->text, openings[++t->last]);
    if (t->last == IN_TABLE)
      moment_of_end(output->text, t);
    else if (t->last == IN_STATISTICS)
      emit_text_char(output->text, t->rules ? '{' : '[');
    t->any = FALSE;
  }
}

static void begin_item(emit_output *output, last_line list)
{
  transcript_private *t = output->priv;

  reach(output, list);
  emit_text_string(output->text, t->any ? ",{" : "{");
  t->any = TRUE;
}

static void transcript_entry(emit_output *output, const ct_view *view)
{
  const emit_options *o = &output->options;
  transcript_private *t = output->priv;

  t->now_ns = MAX(t->now_ns, emit_view_now_ns(view));
  begin_item(output, IN_TABLE);
  emit_json_entry(output->text, o, view, entry_parts(o, view) | (t->rules ? EMIT_JSON_RULES : EMIT_JSON_ID));
  if (t->rules) {
    listing_add(&t->proc, view);
    listing_add(&t->list, view);
  }
  emit_text_char(output->text, '}');
}

static void transcript_expect(emit_output *output, const ct_expect_view *expect)
{
  begin_item(output, IN_EXPECTATIONS);
  emit_json_expect(output->text, &output->options, expect);
  emit_text_char(output->text, '}');
}

static void rules_stats(emit_output *output, const emit_statistics *statistics)
{
  transcript_private *t = output->priv;
  emit_text *out = output->text;
  guint i;

  for (i = 0; i < EMIT_STATS_COLUMNS; i++) {
    emit_text_string(out, i > 0 ? ",\"" : "\"");
    emit_text_string(out, emit_stats_columns[i].name);
    emit_text_literal(out, "\":");
    emit_text_u64(out, G_STRUCT_MEMBER(guint64, statistics->stats, emit_stats_columns[i].offset));
  }
  emit_text_char(out, '}');
  listing_close(&t->proc, out, "proc");
  listing_close(&t->list, out, "list");
  if (statistics->rules != NULL) {
    emit_text_literal(out, ",\"counters\":");
    emit_text_string(out, statistics->rules);
  }
  emit_text_literal(out, "}\n");
}

/* The words of conntrack -S, split at blanks. */
static void transcript_stats(emit_output *output, const emit_statistics *statistics)
{
  emit_text *out = output->text;
  guint i;

  reach(output, IN_STATISTICS);
  if (((transcript_private *)output->priv)->rules) {
    rules_stats(output, statistics);
    return;
  }
  emit_text_literal(out, "\"cpu=0\"");
  for (i = 0; i < EMIT_STATS_COLUMNS; i++) {
    emit_text_literal(out, ",\"");
    emit_text_string(out, emit_stats_columns[i].name);
    emit_text_char(out, '=');
    emit_text_u64(out, G_STRUCT_MEMBER(guint64, statistics->stats, emit_stats_columns[i].offset));
    emit_text_char(out, '"');
  }
}

static gboolean transcript_close(emit_output *output, GError **error)
{
  transcript_private *private = output->priv;

  (void)error;
  if (!private->rules) {
    reach(output, IN_STATISTICS);
    emit_text_literal(output->text, "]}\n");
  }
  emit_collector_free(private->events);
  emit_listed_free(private->listed);
  return TRUE;
}

const emit_format emit_format_transcript = {
  .name = "transcript",
  .help = "what a live kernel's recording of the capture would hold, for comparing runs",
  .can = EMIT_CAN_PACKETS,
  .private_bytes = sizeof(transcript_private),
  .wants = transcript_wants,
  .open = transcript_open,
  .entry = transcript_entry,
  .expect = transcript_expect,
  .note = transcript_note,
  .packet = transcript_packet,
  .skip = transcript_skip,
  .stats = transcript_stats,
  .close = transcript_close,
};
