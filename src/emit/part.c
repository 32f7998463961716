/* SPDX-License-Identifier: GPL-2.0-or-later */
/* That something speaks of a part of the captures only. */
#include "emit.h"
#include "formats.h"

char *emit_part_words(const emit_part *part)
{
  GString *words = g_string_new(NULL);

  g_string_append_printf(words, "%" G_GUINT64_FORMAT " packet%s", part->packets, part->packets == 1 ? "" : "s");
  if (part->share >= 0)
    g_string_append_printf(words, ", about %u%% of what was given", (guint)(100 * part->share));
  g_string_append_printf(words, " (%s)", part->why);
  return g_string_free(words, FALSE);
}

void emit_part_put(emit_text *out, const emit_part *part)
{
  char *words = emit_part_words(part);

  emit_text_string(out, words);
  g_free(words);
}

void emit_part_members(emit_text *out, const emit_part *part)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  emit_text_literal(out, ",\"partial\":true,\"packets_read\":");
  emit_text_u64(out, part->packets);
  if (part->share < 0)
    return;
  emit_text_literal(out, ",\"share\":");
  emit_text_string(out, g_ascii_formatd(text, sizeof(text), "%.3f", part->share));
}

void emit_part_json(emit_text *out, const emit_part *part)
{
  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"partial\"");
  emit_part_members(out, part);
  emit_text_literal(out, "}\n");
}

void emit_part_line(emit_text *out, const emit_part *part)
{
  emit_text_literal(out, "Of a part: ");
  emit_part_put(out, part);
  emit_text_literal(out, ".\n");
}
