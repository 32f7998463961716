/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command while its words are taken apart, and the word at hand. Between the files that do so. */
#ifndef FIREWALL_IPTABLES_WORDS_H
#define FIREWALL_IPTABLES_WORDS_H

#include <string.h>

#include "firewall/iptables_file.h"

#define FW_MATCHES_MAX 128

/* A match while its options come in. */
typedef struct fw_loading {
  fw_match match;
  fw_parse parse;
  gboolean unknown; /* some of its words were not understood: it is kept as text as a whole */
} fw_loading;

/* Words that belong to loading[owner], or to the target (-1): [from, to). */
typedef struct fw_owned {
  int owner;
  guint from, to;
} fw_owned;

typedef struct fw_command {
  fw_iptables_file *f;
  GError **error;
  guint at; /* the word to look at next */
  gboolean invert;
  gboolean other_family; /* --ipv4 in IPv6 or the other way: the line is another restore's */
  /* What is to be done. */
  gboolean has_command;
  fw_builtin command;
  const char *chain, *second; /* second: -P's policy, -E's new name */
  gboolean has_number;
  guint number;
  /* The rule. */
  fw_tests tests;
  const char *sources, *destinations; /* lists, as written */
  guint source_column, destination_column;
  gboolean has_counters;
  fw_counters counters;
  GArray *loading; /* fw_loading */
  fw_target target;
  fw_parse target_parse;
  gboolean target_unknown;
  gboolean target_given;
  gboolean protocol_loaded;  /* its match was loaded without -m */
  gboolean target_is_latest; /* of what was loaded by name */
  gboolean named;            /* something was loaded by name */
  /* Tables of options, the last loaded one last; slot i belongs to loading[owner[i]], or to the target. */
  guint n_tables;
  const fw_option *tables[FW_MATCHES_MAX + 1];
  int owner[FW_MATCHES_MAX + 1]; /* -1: the target */
  guint n_owned;
  fw_owned owned[FW_WORDS_MAX];
} fw_command;

static inline const char *fw_command_word(const fw_command *c, guint i) { return c->f->words.words[i].text; }
/* Whether there is a word to look at. */
static inline gboolean fw_command_more(const fw_command *c) { return c->at < c->f->words.n; }
static inline gboolean fw_command_is_bang(const fw_command *c, guint i)
{
  return strcmp(fw_command_word(c, i), "!") == 0;
}
/* A word that could be an argument: neither an option nor a '!'. */
static inline gboolean fw_command_has_argument(const fw_command *c)
{
  return fw_command_more(c) && fw_command_word(c, c->at)[0] != '-' && fw_command_word(c, c->at)[0] != '!';
}
static inline fw_place fw_command_place(const fw_command *c, guint i)
{
  fw_place place = c->f->place;

  place.column = c->f->words.words[i].column;
  return place;
}

/* Fails at the word before `at`, the last one that was taken. => FALSE */
gboolean fw_command_fail(const fw_command *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
