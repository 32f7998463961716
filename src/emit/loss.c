/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --evictions: who had to go, who was missed later, and who was dropped; a line as it happens. */
#include "evicted.h"
#include "formats.h"
#include "parts.h"

enum { TAG_WIDTH = 11 };

static void put_age(emit_text *out, const emit_loss *loss)
{
  char text[32];

  g_snprintf(text, sizeof(text), "%.3f", (double)(loss->evicted_ns - loss->view->created_ns) / 1e9);
  emit_text_string(out, text);
}

static void head(emit_text *out, const emit_loss *loss, gint64 time_ns, const char *tag)
{
  char text[32];

  g_snprintf(text, sizeof(text), "%12.6f ", (double)(time_ns - loss->first_ns) / 1e9);
  emit_text_string(out, text);
  emit_text_pad(out, tag, -TAG_WIDTH);
  emit_text_char(out, ' ');
}

static void evicted(emit_text *out, const emit_options *o, const emit_loss *loss)
{
  emit_text_literal(out, " age ");
  put_age(out, loss);
  if (loss->by_packet == 0) {
    emit_text_literal(out, " s, by ");
  } else {
    emit_text_literal(out, " s, for packet ");
    emit_text_u64(out, loss->by_packet);
    emit_text_literal(out, " by ");
  }
  emit_evicted_words(out, o->profile, loss->max, loss->reason, loss->view);
  emit_text_char(out, '\n');
}

static void missed(emit_text *out, const emit_loss *loss)
{
  const ct_result *result = loss->result;

  emit_text_literal(out, " by packet ");
  emit_text_u64(out, loss->packet->number);
  emit_text_literal(out, ", now ");
  emit_text_string(out, result->verdict == CT_VERDICT_DROP ? "dropped" : ct_class_name((ct_class)result->cls));
  if (loss->dropped_by != NULL) {
    emit_text_literal(out, ", and dropped by ");
    emit_text_string(out, loss->dropped_by->rule);
    if (loss->dropped_by->file != NULL)
      emit_text_format(out, " (%s:%u)", loss->dropped_by->file, loss->dropped_by->line);
  }
  emit_text_char(out, '\n');
}

static void dropped(emit_text *out, const emit_options *o, const emit_loss *loss)
{
  emit_text_literal(out, "packet ");
  emit_text_u64(out, loss->packet->number);
  emit_text_char(out, ' ');
  emit_packet_flow(out, o->profile, loss->packet);
  emit_text_literal(out, " (");
  emit_text_string(out, ct_reason_sentence((ct_reason)loss->result->reason));
  if (loss->result->reason == CT_REASON_TABLE_FULL)
    emit_text_format(out, " at %" G_GUINT64_FORMAT ": %s that may go", loss->max, emit_searched_words(o->profile));
  emit_text_literal(out, ")\n");
}

void emit_loss_line(emit_output *output, const emit_loss *loss, void (*put)(emit_output *output, const ct_view *view))
{
  emit_text *out = output->text;

  switch (loss->kind) {
  case EMIT_LOSS_EVICTED:
    head(out, loss, loss->evicted_ns, "[EVICTED]");
    put(output, loss->view);
    evicted(out, &output->options, loss);
    break;
  case EMIT_LOSS_MISSED:
    head(out, loss, loss->packet->time_ns, "[MISSED]");
    put(output, loss->view);
    missed(out, loss);
    break;
  case EMIT_LOSS_DROPPED:
    head(out, loss, loss->packet->time_ns, "[DROPPED]");
    dropped(out, &output->options, loss);
    break;
  }
}

void emit_json_loss(emit_output *output, const emit_loss *loss)
{
  gboolean is_missed = loss->kind == EMIT_LOSS_MISSED;
  emit_text *out = output->text;

  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"");
  emit_text_string(out, is_missed ? "missed" : "evicted");
  emit_text_literal(out, "\",\"time\":\"");
  emit_text_time(out, is_missed ? loss->packet->time_ns : loss->evicted_ns);
  emit_text_literal(out, "\",\"conn\":");
  emit_text_u64(out, loss->view->id);
  emit_text_literal(out, ",\"age\":");
  put_age(out, loss);
  emit_text_literal(out, ",\"reason\":\"");
  emit_text_string(out, ct_reason_word(loss->reason));
  emit_text_literal(out, "\",\"max\":");
  emit_text_u64(out, loss->max);
  emit_text_literal(out, ",\"entry\":");
  emit_json_entry_object(out, &output->options, loss->view);
  if (is_missed) {
    emit_text_literal(out, ",\"packet\":");
    emit_text_u64(out, loss->packet->number);
    emit_text_literal(out, ",\"class\":\"");
    emit_text_string(out, ct_class_name((ct_class)loss->result->cls));
    emit_text_char(out, '"');
    if (loss->dropped_by != NULL) {
      emit_text_literal(out, ",\"dropped_by\":");
      emit_text_json_string(out, loss->dropped_by->rule);
    }
  } else if (loss->by_packet != 0) {
    emit_text_literal(out, ",\"by\":");
    emit_text_u64(out, loss->by_packet);
  }
  emit_text_literal(out, "}\n");
}
