/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of rules as texts. They are read with everything else that is opened, before the fence; unpacked and looked at
 * behind it.
 */
#ifndef CLI_RULES_TEXT_H
#define CLI_RULES_TEXT_H

#include <glib.h>

#include "firewall/iptables.h"

typedef struct cli_rules_text {
  char *name; /* for messages */
  GString *text;
  /* Of rules in nft's own language, for which `text` is what nft listed of them; NULL else. */
  GString *source;
  GArray *lines; /* guint: the file's line of each line of source */
  gboolean has_family;
  fw_family family; /* has_family: whose it is, by where it was found; those of ip6tables-save do not all say */
} cli_rules_text;

/* For texts from elsewhere. => cli_rules_text *[], empty, which frees what is added. text is taken, name copied. */
GPtrArray *cli_rules_texts_new(void);
void cli_rules_texts_add(GPtrArray *texts, const char *name, GString *text);
/* The same of a family's iptables-save. */
void cli_rules_texts_add_of(GPtrArray *texts, const char *name, GString *text, fw_family family);
void cli_rules_texts_add_copy(GPtrArray *texts, const cli_rules_text *text);
/*
 * Reads the files (char *; "-" is standard input); what is in nft's own language is loaded and listed by nft. =>
 * cli_rules_text *[], or NULL and error.
 */
GPtrArray *cli_rules_texts_read(const GPtrArray *paths, GError **error);
/* Unpacks what is compressed, and refuses what people give for rules by mistake. => FALSE and error. */
gboolean cli_rules_texts_open(const GPtrArray *texts, GError **error);
/* Adds one to a ruleset, as fw_rules_read does. */
gboolean cli_rules_text_parse(fw_ruleset *ruleset, const cli_rules_text *text, const fw_read_options *options,
                              GError **error);
/* Adds what nft lists of a text in its own language, that of the file `path`, as cli_rules_texts_read finds it. */
gboolean cli_rules_text_list(fw_ruleset *ruleset, const char *path, const GString *text, GError **error);

#endif
