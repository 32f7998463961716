/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of reading iptables-save: what lines and rules share. */
#ifndef FIREWALL_IPTABLES_FILE_H
#define FIREWALL_IPTABLES_FILE_H

#include "firewall/iptables.h"
#include "firewall/iptables_lex.h"
#include "firewall/parse.h"

/* More rules than this are not read: a line may stand for a quarter of a million of them. */
#define FW_RULES_MAX (2 * 1024 * 1024)
/* Rules that deletions by equality may look at, in one file. */
#define FW_COMPARISONS_MAX 200000000

typedef struct fw_iptables_file {
  fw_ruleset *ruleset;
  fw_file *file;
  fw_family family;
  fw_backend backend;
  fw_table *table;  /* between '*' and COMMIT */
  fw_place place;   /* of the line at hand */
  guint rules;      /* so far */
  guint64 compared; /* by -D */
  fw_words words;
  char line[FW_LINE_MAX + 1];
} fw_iptables_file;

/* One line of a table that is a command; counters: "[p:b]" stood before it. */
gboolean fw_iptables_command(fw_iptables_file *f, const fw_counters *counters, GError **error);

/* A family from what a text holds, its banner first. said: by banner. */
fw_family fw_iptables_guess_family(const char *text, gsize length, gboolean *said);
/* What banners in '#' lines say. */
void fw_iptables_banner(fw_file *file, const char *line);

#define FW_CHAIN_NAME_MAX 28
/* => FALSE: no name of a chain. */
gboolean fw_iptables_chain_name(const char *name, const fw_place *place, GError **error);

/* One rule's words, taken apart by an option at a time. */
typedef enum fw_builtin {
  FW_BUILTIN_APPEND,
  FW_BUILTIN_CHECK,
  FW_BUILTIN_DELETE,
  FW_BUILTIN_INSERT,
  FW_BUILTIN_REPLACE,
  FW_BUILTIN_LIST,
  FW_BUILTIN_FLUSH,
  FW_BUILTIN_ZERO,
  FW_BUILTIN_NEW,
  FW_BUILTIN_DELETE_CHAIN,
  FW_BUILTIN_RENAME,
  FW_BUILTIN_POLICY,
  FW_BUILTIN_LAST_COMMAND = FW_BUILTIN_POLICY,
  FW_BUILTIN_SOURCE,
  FW_BUILTIN_DESTINATION,
  FW_BUILTIN_PROTOCOL,
  FW_BUILTIN_IN,
  FW_BUILTIN_OUT,
  FW_BUILTIN_JUMP,
  FW_BUILTIN_GOTO,
  FW_BUILTIN_MATCH,
  FW_BUILTIN_FRAGMENT,
  FW_BUILTIN_COUNTERS,
  FW_BUILTIN_TABLE,
  FW_BUILTIN_IPV4,
  FW_BUILTIN_IPV6,
  FW_BUILTIN_QUIET,  /* without a meaning here: -v, -w */
  FW_BUILTIN_ILLEGAL /* of other commands: -n, -x, ... */
} fw_builtin;

typedef struct fw_builtin_option {
  const char *name; /* long; NULL ends the table */
  char letter;      /* 0: none */
  guint8 id;        /* fw_builtin */
  gboolean has_value;
} fw_builtin_option;

extern const fw_builtin_option fw_builtin_options[];
const fw_builtin_option *fw_builtin_by_letter(char letter);
/* Exact. */
const fw_builtin_option *fw_builtin_by_name(const char *name, gsize length);

/* Which option a word means, among the built-in ones and those of the extensions that a rule has loaded. */
typedef struct fw_found_option {
  const fw_builtin_option *builtin;
  const fw_option *option;
  guint slot; /* of option: which of the tables */
  gboolean ambiguous;
} fw_found_option;

/* tables: n of them, the last one loaded is asked first. name without its dashes. => FALSE: none means it. */
gboolean fw_option_find(const fw_option *const *tables, guint n, const char *name, gsize length,
                        fw_found_option *found);

#endif
