/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The extensions of a rule as its words name them: matches and the target, loaded, given their options, and closed;
 * words that nobody understands go to the one that was named last (RULES 2.4). Between the files that take a command
 * apart.
 */
#ifndef FIREWALL_IPTABLES_LOAD_H
#define FIREWALL_IPTABLES_LOAD_H

#include "firewall/iptables_words.h"

/* -m NAME; name is the word before `at`. */
gboolean fw_command_take_match(fw_command *c, const char *name);
/* -j NAME, -g NAME. */
gboolean fw_command_take_target(fw_command *c, const char *name, gboolean is_goto);
/* The match of -p loads by itself for an option that only it knows; *loaded: it has. */
gboolean fw_command_load_protocol(fw_command *c, const char *name, gsize length, gboolean *loaded);

/* An option of what was loaded, with its value. from: the word of its '!', or its own; column: its own. */
gboolean fw_command_take_option(fw_command *c, const fw_found_option *found, const char *value, guint from,
                                guint column);
/* An option that nothing knows: it may belong to whatever was loaded by name last. from: its '!', or itself. */
gboolean fw_command_take_unknown(fw_command *c, guint from, guint option);

/* After the last word. */
gboolean fw_command_end_extensions(fw_command *c);

#endif
