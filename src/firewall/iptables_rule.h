/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command of a table taken apart: which it is, and the rule that it holds. */
#ifndef FIREWALL_IPTABLES_RULE_H
#define FIREWALL_IPTABLES_RULE_H

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

/* Reads all words of f->words. => FALSE: error is set. */
gboolean fw_command_parse(fw_command *c);
void fw_command_clear(fw_command *c);

/* Lists of addresses become one rule for each pair of them. each() is given a rule of its own. */
gboolean fw_command_each_rule(fw_command *c, gboolean (*each)(fw_rule *rule, gpointer user), gpointer user);

#endif
