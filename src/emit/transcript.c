/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a live kernel's transcript of the same capture holds, key for key: a header, a line per frame, a last line.
 * Entries and expectations stand on a line only where they differ from the lines before; collect.h says how that is
 * known.
 */
#include "formats.h"
#include "json_parts.h"

static void list_of_strings(emit_text *out, const char *const *strings)
{
  guint i;

  emit_text_char(out, '[');
  for (i = 0; strings != NULL && strings[i] != NULL; i++) {
    if (i > 0)
      emit_text_char(out, ',');
    emit_text_json_string(out, strings[i]);
  }
  emit_text_char(out, ']');
}

static void transcript_begin(emit_text *out, const emit_options *o, guint what)
{
  (void)what;
  emit_text_literal(out, "{\"transcript\":1,\"kernel\":\"ctreplay ");
  emit_text_string(out, o->profile != NULL ? o->profile->name : "");
  emit_text_literal(out, "\",\"capture\":");
  emit_text_json_string(out, o->capture != NULL ? o->capture : "-");
  emit_text_literal(out, ",\"sysctl\":");
  list_of_strings(out, o->sysctls);
  emit_text_literal(out, ",\"helper\":");
  list_of_strings(out, o->helpers);
  emit_text_literal(out, ",\"clock\":\"virtual\"}\n");
}

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

static void events(emit_text *out, const emit_options *o)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < emit_collector_count(o->collector); i++) {
    const ct_event *event = emit_collector_get(o->collector, i);

    if (event->type == CT_EVENT_DROP)
      continue;
    item(out, &any, ",\"ev\":[");
    emit_text_char(out, '{');
    if (event->expect != NULL)
      emit_json_expect(out, o, event->expect);
    else
      emit_json_entry(out, o, event->view, emit_json_event_parts(o, event));
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

static void entry_if_changed(emit_text *out, const emit_options *o, const ct_view *view, gboolean *any)
{
  if (!emit_collector_list(o->collector, view))
    return;
  item(out, any, ",\"ct\":[");
  emit_text_char(out, '{');
  emit_json_entry(out, o, view, entry_parts(o, view));
  emit_text_char(out, '}');
}

/* Whether a later event of the line says more about this entry: the last one counts. */
static gboolean last_word(const emit_options *o, guint i)
{
  const ct_event *event = emit_collector_get(o->collector, i);
  guint j;

  for (j = i + 1; j < emit_collector_count(o->collector); j++) {
    const ct_event *later = emit_collector_get(o->collector, j);

    if (later->view != NULL && later->view->id == event->view->id)
      return FALSE;
  }
  return TRUE;
}

static void changed(emit_text *out, const emit_options *o, const ct_view *view)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < emit_collector_count(o->collector); i++) {
    const ct_event *event = emit_collector_get(o->collector, i);

    if (event->view == NULL || event->type == CT_EVENT_DESTROY || (view != NULL && view->id == event->view->id))
      continue;
    if (last_word(o, i))
      entry_if_changed(out, o, event->view, &any);
  }
  if (view != NULL)
    entry_if_changed(out, o, view, &any);
  end_list(out, any);
}

/* A tuple that another entry took over within the same line is still listed. */
static gboolean taken_over(const emit_options *o, guint i)
{
  const ct_tuple *tuple = &emit_collector_get(o->collector, i)->view->tuple[CT_ORIGINAL];
  gboolean taken = FALSE;
  guint j;

  for (j = i + 1; j < emit_collector_count(o->collector); j++) {
    const ct_event *later = emit_collector_get(o->collector, j);

    if (later->view != NULL && ct_tuple_equal(&later->view->tuple[CT_ORIGINAL], tuple))
      taken = later->type != CT_EVENT_DESTROY;
  }
  return taken;
}

static void gone(emit_text *out, const emit_options *o)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < emit_collector_count(o->collector); i++) {
    const ct_event *event = emit_collector_get(o->collector, i);

    if (event->type != CT_EVENT_DESTROY || !emit_collector_unlist(o->collector, event->view->id) || taken_over(o, i))
      continue;
    item(out, &any, ",\"gone\":[");
    emit_json_tuple_sorted(out, o, &event->view->tuple[CT_ORIGINAL]);
  }
  end_list(out, any);
}

/* => whether this is the line's last event about the expectation (known by tuple and mask). */
static gboolean expect_last_word(const emit_options *o, guint i)
{
  const ct_expect_view *expect = emit_collector_get(o->collector, i)->expect;
  guint j;

  for (j = i + 1; j < emit_collector_count(o->collector); j++) {
    const ct_expect_view *later = emit_collector_get(o->collector, j)->expect;

    if (later != NULL && ct_tuple_equal(&later->tuple, &expect->tuple) && ct_tuple_equal(&later->mask, &expect->mask))
      return FALSE;
  }
  return TRUE;
}

static void expectations(emit_text *out, const emit_options *o)
{
  guint i, n = emit_collector_count(o->collector);
  gboolean any = FALSE;

  for (i = 0; i < n; i++) {
    const ct_event *event = emit_collector_get(o->collector, i);

    if (event->type != CT_EVENT_EXPECT_NEW || !expect_last_word(o, i) ||
        !emit_collector_list_expect(o->collector, event->expect))
      continue;
    item(out, &any, ",\"exp\":[");
    emit_text_char(out, '{');
    emit_json_expect(out, o, event->expect);
    emit_text_char(out, '}');
  }
  end_list(out, any);
  any = FALSE;
  for (i = 0; i < n; i++) {
    const ct_event *event = emit_collector_get(o->collector, i);

    if (event->type != CT_EVENT_EXPECT_DESTROY || !expect_last_word(o, i) ||
        !emit_collector_unlist_expect(o->collector, event->expect))
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

static void transcript_packet(emit_text *out, const emit_options *o, const emit_packet *p)
{
  const ct_packet *packet = p->packet;

  emit_text_literal(out, "{\"n\":");
  emit_text_u64(out, packet->number);
  if (packet->kind == CT_PACKET_NONE &&
      (packet->reason == CT_REASON_NOT_IP || packet->reason == CT_REASON_LINK_TRUNCATED)) {
    /* The referee never sent such a frame: what happened meanwhile stands on the next line. */
    emit_text_literal(out, ",\"cls\":null,\"why\":\"not ip\"}\n");
    return;
  }
  if (packet->flags & CT_PACKET_CUT)
    emit_text_literal(out, ",\"padded\":1");
  emit_text_literal(out, ",\"t\":");
  emit_text_seconds(out, emit_time_since(packet->time_ns, p->first_ns), 1);
  if (p->result->verdict == CT_VERDICT_ACCEPT)
    emit_text_literal(out, ",\"fwd\":1");
  else
    emit_text_literal(out, ",\"fwd\":0");
  class_and_direction(out, p->result);
  events(out, o);
  changed(out, o, p->view);
  gone(out, o);
  expectations(out, o);
  emit_text_literal(out, "}\n");
  emit_collector_clear(o->collector);
}

/* The words of conntrack -S, split at blanks. */
static void stats_words(emit_text *out, const ct_stats *stats)
{
  guint i;

  emit_text_literal(out, "\"cpu=0\"");
  for (i = 0; i < EMIT_STATS_COLUMNS; i++) {
    emit_text_literal(out, ",\"");
    emit_text_string(out, emit_stats_columns[i].name);
    emit_text_char(out, '=');
    emit_text_u64(out, G_STRUCT_MEMBER(guint64, stats, emit_stats_columns[i].offset));
    emit_text_char(out, '"');
  }
}

static void transcript_end(emit_text *out, const emit_options *o, guint what)
{
  static const emit_tables empty;
  const emit_tables *tables = o->tables != NULL ? o->tables : &empty;
  guint i;

  (void)what;
  emit_text_literal(out, "{\"end\":1,\"table\":[");
  for (i = 0; i < tables->n_entries; i++) {
    const ct_view *view = &tables->entries[i];

    emit_text_string(out, i > 0 ? ",{" : "{");
    emit_json_entry(out, o, view, entry_parts(o, view) | EMIT_JSON_ID);
    emit_text_char(out, '}');
  }
  emit_text_literal(out, "],\"expect\":[");
  for (i = 0; i < tables->n_expects; i++) {
    emit_text_string(out, i > 0 ? ",{" : "{");
    emit_json_expect(out, o, &tables->expects[i]);
    emit_text_char(out, '}');
  }
  emit_text_literal(out, "],\"stats\":[");
  if (tables->stats != NULL)
    stats_words(out, tables->stats);
  emit_text_literal(out, "]}\n");
}

const emit_format emit_format_transcript = {
  .name = "transcript",
  .help = "what a live kernel's recording of the capture would hold, for comparing runs",
  .can = EMIT_CAN_PACKETS,
  .collects = TRUE,
  .begin = transcript_begin,
  .packet = transcript_packet,
  .end = transcript_end,
};
