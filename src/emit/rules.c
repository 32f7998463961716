/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emit/rules.h"

void emit_rules_words(emit_text *out, const emit_rules *rules)
{
  emit_text_string(out, rules->verdict);
  if (rules->rule[0] != '\0') {
    emit_text_literal(out, " by ");
    emit_text_string(out, rules->rule);
  }
  if (rules->file != NULL) {
    emit_text_literal(out, " (");
    emit_text_string(out, rules->file);
    emit_text_char(out, ':');
    emit_text_u64(out, rules->line);
    emit_text_char(out, ')');
  }
  if (rules->why[0] != '\0') {
    emit_text_literal(out, ": ");
    emit_text_string(out, rules->why);
  }
  if (rules->mark != 0) {
    emit_text_literal(out, ", mark ");
    emit_text_u64(out, rules->mark);
  }
}

static void put_number(emit_text *out, const char *key, guint64 value)
{
  emit_text_format(out, ",\"%s\":%" G_GUINT64_FORMAT, key, value);
}

void emit_rules_member(emit_text *out, const emit_rules *rules)
{
  if (rules == NULL || rules->verdict == NULL)
    return;
  emit_text_literal(out, ",\"rules\":{\"verdict\":\"");
  emit_text_string(out, rules->verdict);
  emit_text_literal(out, "\",\"rule\":");
  emit_text_json_string(out, rules->rule);
  if (rules->file != NULL) {
    emit_text_literal(out, ",\"file\":");
    emit_text_json_string(out, rules->file);
    put_number(out, "line", rules->line);
  }
  if (rules->why[0] != '\0') {
    emit_text_literal(out, ",\"why\":");
    emit_text_json_string(out, rules->why);
  }
  if (rules->answer_to != 0)
    put_number(out, "answer_to", rules->answer_to);
  put_number(out, "mark", rules->mark);
  if (rules->leaves != NULL) {
    emit_text_literal(out, ",\"leaves\":");
    emit_text_string(out, rules->leaves);
  }
  if (rules->walk != NULL) {
    emit_text_literal(out, ",\"walk\":");
    emit_text_string(out, rules->walk);
  }
  emit_text_char(out, '}');
}
