/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sentences as paragraphs for people, or with the facts behind them as a line of JSON for tools (doc/formats.md).
 */
#include <string.h>

#include "conntrack/proto/proto.h"
#include "emit/parts.h"
#include "emit/past.h"
#include "emit/rules.h"
#include "explain/explain.h"
#include "explain/words.h"

enum { WIDTH = 100, WIDTH_LEAST = 40, INDENT = 15 };

static const struct {
  const char *name, *heading;
} topics[] = {
#define X(id, name, heading) [EXPLAIN_##id] = { name, heading },
  EXPLAIN_TOPIC_LIST(X)
#undef X
};

/* --- text --- */

/* Words until the line is full, then the next line. */
static void put_wrapped(emit_text *out, const char *text, gsize column, gsize width)
{
  while (*text != '\0') {
    gsize n = strcspn(text, " ");

    if (column + 1 + n > width && column > INDENT) {
      emit_text_char(out, '\n');
      emit_text_pad(out, "", INDENT);
      column = INDENT;
    } else if (column > INDENT) {
      emit_text_char(out, ' ');
      column++;
    }
    emit_text_bytes(out, text, n);
    column += n;
    text += n + (text[n] == ' ');
  }
  emit_text_char(out, '\n');
}

void explain_text(emit_text *out, const explain_facts *f)
{
  GPtrArray *sentences = explain_sentences(f);
  explain_topic last = EXPLAIN_PACKET;
  gsize width = f->columns > 0 ? CLAMP(f->columns, WIDTH_LEAST, WIDTH) : WIDTH;
  guint i;

  emit_text_literal(out, "Packet ");
  emit_text_u64(out, f->packet->number);
  emit_text_literal(out, ", ");
  emit_text_seconds(out, emit_time_since(f->packet->time_ns, f->first_ns), 6);
  emit_text_literal(out, " s");
  if (f->result->conn != 0) {
    emit_text_literal(out, ", connection #");
    emit_text_u64(out, f->result->conn);
  }
  emit_text_literal(out, ":\n");
  emit_text_pad(out, "", INDENT);
  for (i = 0; i < sentences->len; i++) {
    const explain_sentence *s = g_ptr_array_index(sentences, i);

    if (s->topic == EXPLAIN_PACKET) {
      put_wrapped(out, s->text, INDENT, width);
      continue;
    }
    emit_text_literal(out, "  ");
    emit_text_pad(out, s->topic != last ? topics[s->topic].heading : "", INDENT - 2);
    last = s->topic;
    put_wrapped(out, s->text, INDENT, width);
  }
  g_ptr_array_unref(sentences);
}

/* --- JSON --- */

static void put_key(emit_text *out, const char *key)
{
  emit_text_char(out, ',');
  emit_text_json_string(out, key);
  emit_text_char(out, ':');
}

static void put_name(emit_text *out, const char *key, const char *value)
{
  if (value == NULL)
    return;
  put_key(out, key);
  emit_text_json_string(out, value);
}

static void put_number(emit_text *out, const char *key, guint64 value)
{
  put_key(out, key);
  emit_text_u64(out, value);
}

static void put_cells(emit_text *out, const ct_profile *profile, const ct_trace *trace)
{
  guint8 proto = trace->tuple.proto;
  guint i;

  put_key(out, "cells");
  emit_text_char(out, '[');
  for (i = 0; i < trace->n_cells && i < CT_TRACE_CELLS_MAX; i++) {
    const ct_trace_cell *cell = &trace->cells[i];

    emit_text_string(out, i > 0 ? ",{\"dir\":" : "{\"dir\":");
    emit_text_json_string(out, explain_dir(cell->dir));
    put_name(out, "row", explain_row_name(profile, proto, cell->row));
    put_name(out, "state", explain_cell_name(profile, proto, cell->old));
    put_name(out, "cell", explain_cell_name(profile, proto, cell->cell));
    emit_text_char(out, '}');
  }
  emit_text_char(out, ']');
}

static void put_bounds(emit_text *out, const ct_trace *trace)
{
  explain_bound bounds[EXPLAIN_BOUNDS];
  guint i, n = explain_bounds(trace, bounds);

  if (n == 0)
    return;
  put_key(out, "bounds");
  emit_text_char(out, '[');
  for (i = 0; i < n; i++) {
    emit_text_string(out, i > 0 ? ",{\"bound\":" : "{\"bound\":");
    emit_text_json_string(out, bounds[i].name);
    put_name(out, "number", bounds[i].number);
    put_number(out, "value", bounds[i].value);
    put_number(out, bounds[i].upper ? "most" : "least", bounds[i].limit);
    emit_text_string(out, bounds[i].kept ? ",\"kept\":true" : ",\"kept\":false");
    put_number(out, bounds[i].kept ? "spare" : "by", bounds[i].distance);
    emit_text_char(out, '}');
  }
  emit_text_char(out, ']');
}

static void put_result(emit_text *out, const explain_facts *f)
{
  const ct_result *result = f->result;
  ct_reason reason = (ct_reason)result->reason;
  const ct_profile *profile = f->params->profile;
  char *rule;

  put_name(out, "class", result->cls == CT_CLASS_NONE ? "none" : ct_class_name(result->cls));
  if (result->conn != 0)
    put_number(out, "conn", result->conn);
  if (result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_ESTABLISHED || result->cls == CT_CLASS_RELATED)
    put_name(out, "dir", explain_dir(result->dir));
  if (f->rules != NULL && f->rules->verdict != NULL)
    put_name(out, "verdict", f->rules->verdict);
  else if (result->verdict == CT_VERDICT_DROP)
    put_name(out, "verdict", "drop");
  if (reason != CT_REASON_NONE) {
    put_name(out, "reason", ct_reason_word(reason));
    rule = explain_rule_words(reason, profile);
    put_name(out, "rule", rule);
    g_free(rule);
    put_name(out, "sysctl", *ct_reason_sysctl(reason, profile) != '\0' ? ct_reason_sysctl(reason, profile) : NULL);
  }
  if (f->history != NULL && emit_past_is_known(&f->history->past))
    emit_past_member(out, f->params->profile, &f->history->past);
  if (f->history != NULL && f->history->advice.helps == JOURNAL_HELPS_SETTING)
    emit_advice_member(out, &f->history->advice);
  if (f->after != NULL) {
    put_name(out, "state", ct_proto_state_name(profile, f->after->tuple[0].proto, f->after->state));
    put_key(out, "timeout");
    emit_text_seconds(out, f->after->timeout_ns, 0);
  }
  if (result->changes & CT_CHANGE_REFRESHED && f->after != NULL)
    put_name(out, "timeout_by", ct_params_spell_timeout(profile, f->trace->timeout));
}

void explain_json(emit_text *out, const explain_facts *f)
{
  GPtrArray *sentences = explain_sentences(f);
  guint i;

  emit_text_literal(out, "{\"schema\":1,\"explain\":");
  emit_text_u64(out, f->packet->number);
  put_key(out, "t");
  emit_text_seconds(out, emit_time_since(f->packet->time_ns, f->first_ns), 6);
  put_result(out, f);
  if (f->trace->look_ups > 0)
    emit_text_string(out, f->trace->has_before ? ",\"found\":true" : ",\"found\":false");
  if (f->trace->n_cells > 0)
    put_cells(out, f->params->profile, f->trace);
  put_bounds(out, f->trace);
  emit_rules_member(out, f->rules);
  put_key(out, "sentences");
  emit_text_char(out, '[');
  for (i = 0; i < sentences->len; i++) {
    const explain_sentence *s = g_ptr_array_index(sentences, i);

    emit_text_string(out, i > 0 ? ",{\"topic\":" : "{\"topic\":");
    emit_text_json_string(out, topics[s->topic].name);
    put_name(out, "text", s->text);
    emit_text_char(out, '}');
  }
  emit_text_literal(out, "]}\n");
  g_ptr_array_unref(sentences);
}
