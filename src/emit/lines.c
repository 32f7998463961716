/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that formats share. */
#include "formats.h"
#include "zone.h"

void emit_count_line(emit_output *output, guint64 count, const emit_part *part)
{
  (void)part;
  emit_text_u64(output->text, count);
  emit_text_char(output->text, '\n');
}

void emit_snapshot_line(emit_output *output, gint64 time_ns, guint64 packet)
{
  emit_text *out = output->text;

  emit_text_literal(out, "# at ");
  emit_text_moment(out, time_ns);
  emit_text_literal(out, ", after packet ");
  emit_text_u64(out, packet);
  emit_text_char(out, '\n');
}
