/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats.h"

static const emit_format *const formats[] = {
#define X(id) &emit_format_##id,
  EMIT_FORMAT_LIST(X)
#undef X
};

const emit_format *emit_format_get(guint i) { return i < G_N_ELEMENTS(formats) ? formats[i] : NULL; }

const emit_format *emit_format_find(const char *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(formats); i++)
    if (strcmp(formats[i]->name, name) == 0)
      return formats[i];
  return NULL;
}

gboolean emit_format_lists_both(const emit_format *format, const emit_options *o)
{
  return format == &emit_format_ip_conntrack && o->profile != NULL && o->profile->listing_2_4;
}

void emit_count_line(emit_text *out, const emit_options *o, guint64 count)
{
  (void)o;
  emit_text_u64(out, count);
  emit_text_char(out, '\n');
}

void emit_snapshot_line(emit_text *out, const emit_options *o, gint64 time_ns, guint64 packet)
{
  (void)o;
  emit_text_literal(out, "# at ");
  emit_text_time(out, time_ns);
  emit_text_literal(out, ", after packet ");
  emit_text_u64(out, packet);
  emit_text_char(out, '\n');
}
