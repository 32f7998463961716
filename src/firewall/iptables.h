/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading iptables-save, ip6tables-save, `ipset save`, and by nft/nft.h nftables' JSON, into a ruleset. */
#ifndef FIREWALL_IPTABLES_H
#define FIREWALL_IPTABLES_H

#include "firewall/ruleset.h"

typedef struct fw_read_options {
  gboolean has_family;
  fw_family family;   /* has_family: of iptables files, whatever they look like */
  fw_backend backend; /* UNSET: by the banner */
} fw_read_options;

/*
 * Adds a file to a ruleset; what it is shows in its content. Names of tables that are there already make room for the
 * new ones. After the last file: fw_rules_finish. => FALSE: unreadable; the error is "NAME:LINE:COLUMN: what was
 * expected", and the ruleset is only good for freeing.
 */
gboolean fw_rules_read(fw_ruleset *ruleset, const char *name, const char *text, gsize length,
                       const fw_read_options *options, GError **error);
/* The same of a file that is opened and read here; "-" is standard input. */
gboolean fw_rules_read_file(fw_ruleset *ruleset, const char *path, const fw_read_options *options, GError **error);
/* Only the text of a file, at most 1 GiB. */
gboolean fw_rules_load(const char *path, GString *text, GError **error);
/* Numbers rules and matches, and finds the sets that they name. */
void fw_rules_finish(fw_ruleset *ruleset);

/* What fw_rules_read chooses between. */
gboolean fw_iptables_read(fw_ruleset *ruleset, const char *name, const char *text, gsize length,
                          const fw_read_options *options, GError **error);
gboolean fw_ipset_read(fw_ruleset *ruleset, const char *name, const char *text, gsize length, GError **error);

/* Finds the sets that matches and targets name; those that are not there are noted, once for each rule. */
void fw_sets_find(fw_ruleset *ruleset);

/* The half of iptables that a file's rules are judged by: as forced, by its banner, or by its version. said: by which.
 */
fw_backend fw_file_backend(const fw_file *file, const fw_read_options *options, const char **said);

#endif
