/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every word that ctreplay has a meaning for, from the tables that it runs on: `ctreplay help WORD`. */
#ifndef CLI_HELP_WORDS_H
#define CLI_HELP_WORDS_H

#include <glib.h>

typedef struct help_word {
  const char *kind; /* "sysctl", "reason", ... */
  const char *name; /* as it is written: "nf_conntrack_max", "--by" */
  const char *text; /* one line; may be empty */
} help_word;

/* Calls say for all of them. The texts live during the call. */
void cli_help_words(void (*say)(const help_word *word, gpointer user), gpointer user);

#endif
