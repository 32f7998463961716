/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry as an object of json's lines. */
#include "formats.h"
#include "json_parts.h"

void emit_json_object(emit_text *out, const emit_options *o, const ct_view *view, guint parts, emit_json_name *name)
{
  emit_text_char(out, '{');
  emit_json_entry_named(out, o, view, parts, name);
  if (parts & EMIT_PART_MARK && view->mark != 0)
    json_number(out, "mark", view->mark);
  if (parts & EMIT_PART_SECMARK && view->secmark != 0)
    json_number(out, "secmark", view->secmark);
  if (view->inferred)
    emit_text_literal(out, ",\"inferred\":true");
  if (view->has_master)
    json_number(out, "master_id", view->master_id);
  if (parts & EMIT_PART_USE)
    json_number(out, "use", view->use);
  emit_text_char(out, '}');
}

guint emit_json_listed_parts(const emit_options *o, const ct_view *view)
{
  return emit_parts_entry(o, view) | EMIT_JSON_DETAILS | EMIT_JSON_MASTER;
}

void emit_json_entry_object(emit_text *out, const emit_options *o, const ct_view *view)
{
  emit_json_name name;

  emit_json_name_begin(&name, NULL);
  emit_json_object(out, o, view, emit_json_listed_parts(o, view), &name);
}
