/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines and words of iptables-save (RULES 2.1). */
#ifndef FIREWALL_IPTABLES_LEX_H
#define FIREWALL_IPTABLES_LEX_H

#include "firewall/build.h"

#define FW_LINE_MAX 10239
#define FW_WORD_MAX 1023
#define FW_WORDS_MAX 255

typedef struct fw_word {
  const char *text;
  guint column; /* from 1 */
  gboolean quoted;
} fw_word;

/* The words of one line; their texts live until the next one is split. */
typedef struct fw_words {
  guint n;
  fw_word words[FW_WORDS_MAX];
  char text[2 * FW_LINE_MAX];
} fw_words;

/* start: where in the line the words begin. => FALSE: a word or a line is too long. */
gboolean fw_words_split(fw_words *words, const char *line, guint start, const fw_place *place, GError **error);

/* Appends word i and what follows up to end as text that reads back as the same words. */
void fw_words_join(const fw_words *words, guint i, guint end, GString *out);

/* A file as lines. */
typedef struct fw_lines {
  const char *at, *end;
  guint line;      /* of the last one, from 1 */
  gboolean cr;     /* some line ended with a carriage return */
  gboolean no_end; /* the last line had no line feed */
} fw_lines;

/*
 * The next line without its end, into buffer of FW_LINE_MAX + 1 bytes; trailing blanks stay. => FALSE: there is none,
 * or it is too long or holds a byte 0 (error).
 */
gboolean fw_lines_next(fw_lines *lines, const char *file, char *buffer, GError **error);

#endif
