/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a reader fills a ruleset: tables, chains and rules in the order of a file, then fw_build_finish, which turns what
 * was read into what the model promises. Only readers include this.
 */
#ifndef FIREWALL_BUILD_H
#define FIREWALL_BUILD_H

#include "firewall/ruleset.h"

#define FW_ERROR fw_error_quark()
GQuark fw_error_quark(void);
typedef enum fw_error { FW_ERROR_SYNTAX, FW_ERROR_BOUND, FW_ERROR_FILE } fw_error;

/* What comes out of a file may not speak to a terminal: for control characters, and bytes that are no UTF-8, '?'. */
void fw_make_harmless(char *text);
/* Fails at a place: "FILE:LINE:COLUMN: what". => FALSE, always. */
gboolean fw_fail(GError **error, const fw_place *place, const char *format, ...) G_GNUC_PRINTF(3, 4);

void fw_note_add(fw_ruleset *ruleset, fw_note_kind kind, const fw_place *place, const char *words);

fw_file *fw_build_file(fw_ruleset *ruleset, const char *name);
/* A new and empty table; one of the same family and name makes room for it. */
fw_table *fw_build_table(fw_ruleset *ruleset, fw_family family, const char *name, const fw_place *place);
/* A new one beside others of that name, which may be of another language. */
fw_table *fw_build_other_table(fw_ruleset *ruleset, fw_family family, const char *name, const fw_place *place);
/* Out of the ruleset, before any is finished; the table is no more. */
void fw_build_leave(fw_ruleset *ruleset, fw_table *table);
/* A user chain. name must not be taken. */
fw_chain *fw_build_chain(fw_table *table, const char *name);
fw_chain *fw_build_hook_chain(fw_table *table, fw_hook hook, gint32 priority);
/* Out of the table, though not yet out of its array: who goes through that while a file is read asks is_there. */
void fw_build_chain_remove(fw_chain *chain);
gboolean fw_build_chain_is_there(const fw_chain *chain);
/* Takes removed chains out of the array. */
void fw_build_compact(fw_table *table);
/* position: from 0; one past the last appends. => FALSE: there is no such place. */
gboolean fw_build_insert(fw_chain *chain, fw_rule *rule, guint position);
void fw_build_append(fw_chain *chain, fw_rule *rule);
gboolean fw_build_delete(fw_chain *chain, guint position);
void fw_build_flush(fw_chain *chain);
guint fw_build_length(const fw_chain *chain);

/* The end of a table, once: rules become arrays. Then the graph of chains may be asked (graph.h). */
void fw_build_table_finish(fw_table *table);
/* The end of a file: numbers its rules and matches. Other files may follow. */
void fw_build_finish(fw_ruleset *ruleset);

#endif
