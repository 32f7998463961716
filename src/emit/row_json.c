/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row as json's line: flat, what is not known left out. */
#include "formats.h"
#include "row.h"

void emit_row_json(emit_text *out, const emit_columns *columns, const emit_row_context *context, const void *record)
{
  guint i;

  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"");
  emit_text_string(out, columns->table->name);
  emit_text_char(out, '"');
  for (i = 0; i < columns->n; i++) {
    const emit_field *field = columns->column[i];
    emit_value value;

    value.known = FALSE;
    field->get(context, record, &value);
    if (!value.known)
      continue;
    emit_text_literal(out, ",\"");
    emit_text_string(out, field->name);
    emit_text_literal(out, "\":");
    if (field->kind == EMIT_KIND_TEXT) {
      emit_text_json_string(out, value.of.text);
    } else if (field->kind == EMIT_KIND_FLAG) {
      emit_text_string(out, value.of.number != 0 ? "true" : "false");
    } else if (field->kind == EMIT_KIND_TIME) {
      /* Readers that know six decimals for a time take nine for text. */
      emit_text_char(out, '"');
      emit_text_time_decimals(out, value.of.ns, 6);
      emit_text_char(out, '"');
    } else if (field->kind == EMIT_KIND_ADDRESS) {
      emit_text_char(out, '"');
      emit_value_put(out, field->kind, &value);
      emit_text_char(out, '"');
    } else {
      emit_value_put(out, field->kind, &value);
    }
  }
  emit_text_literal(out, "}\n");
}
