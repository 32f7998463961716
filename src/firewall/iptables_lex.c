/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/iptables_lex.h"

#include <string.h>

#include "firewall/save.h"

/* Where the word at hand stands. */
typedef struct splitting {
  fw_words *words;
  guint length; /* of the word so far */
  guint used;   /* of text */
  guint column; /* where the word began */
  gboolean quoted;
} splitting;

static gboolean end_word(splitting *s, const fw_place *place, GError **error)
{
  fw_words *w = s->words;

  if (w->n >= FW_WORDS_MAX)
    return fw_fail(error, place, "expected at most %d words in a line", FW_WORDS_MAX);
  if (s->length > FW_WORD_MAX)
    return fw_fail(error, &(fw_place){ place->file, place->line, s->column }, "expected a word of at most %d bytes",
                   FW_WORD_MAX);
  w->text[s->used + s->length] = '\0';
  w->words[w->n++] = (fw_word){ w->text + s->used, s->column, s->quoted };
  s->used += s->length + 1;
  s->length = 0;
  s->column = 0;
  s->quoted = FALSE;
  return TRUE;
}

static void add(splitting *s, char c, guint column)
{
  if (s->column == 0)
    s->column = column;
  s->words->text[s->used + s->length++] = c;
}

/*
 * The tool's own reading: a quote opens anywhere and its end is the word's; a backslash counts inside quotes only. A
 * quote that never closes ends with the line, and an empty word at the end of a line is none.
 */
gboolean fw_words_split(fw_words *words, const char *line, guint start, const fw_place *place, GError **error)
{
  splitting s = { .words = words };
  gboolean open = FALSE;
  const char *at;

  words->n = 0;
  for (at = line + start; *at != '\0'; at++) {
    guint column = at - line + 1;

    if (open && *at == '\\' && at[1] != '\0') {
      add(&s, *++at, column);
    } else if (open && *at == '"') {
      open = FALSE;
      if (!end_word(&s, place, error))
        return FALSE;
    } else if (open) {
      add(&s, *at, column);
    } else if (*at == '"') {
      open = TRUE;
      s.quoted = TRUE;
      if (s.column == 0)
        s.column = column;
    } else if (*at == ' ' || *at == '\t') {
      if (s.length > 0 && !end_word(&s, place, error))
        return FALSE;
    } else {
      add(&s, *at, column);
    }
  }
  return s.length == 0 || end_word(&s, place, error);
}

void fw_words_join(const fw_words *words, guint i, guint end, GString *out)
{
  for (; i < end; i++) {
    const fw_word *word = &words->words[i];

    if (out->len > 0)
      g_string_append_c(out, ' ');
    if (word->quoted || word->text[0] == '\0' || strpbrk(word->text, " \t\"") != NULL)
      fw_save_quoted(out, word->text);
    else
      g_string_append(out, word->text);
  }
}

gboolean fw_lines_next(fw_lines *lines, const char *file, char *buffer, GError **error)
{
  fw_place place = { file, lines->line + 1, 0 };
  const char *stop;
  gsize length;

  if (lines->at >= lines->end)
    return FALSE;
  stop = memchr(lines->at, '\n', lines->end - lines->at);
  lines->no_end = stop == NULL;
  if (stop == NULL)
    stop = lines->end;
  length = stop - lines->at;
  if (length > FW_LINE_MAX)
    return fw_fail(error, &place, "expected a line of at most %d bytes, found %" G_GSIZE_FORMAT, FW_LINE_MAX, length);
  if (memchr(lines->at, '\0', length) != NULL)
    return fw_fail(error, &place, "expected text, found a byte 0");
  memcpy(buffer, lines->at, length);
  lines->at = stop + (lines->no_end ? 0 : 1);
  lines->line++;
  if (length > 0 && buffer[length - 1] == '\r') {
    lines->cr = TRUE;
    length--;
  }
  buffer[length] = '\0';
  return TRUE;
}
