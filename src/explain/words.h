/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for addresses, tuples, times, directions and cells, as every explanation has them. */
#ifndef EXPLAIN_WORDS_H
#define EXPLAIN_WORDS_H

#include <glib.h>

#include "conntrack/profile/profile.h"

/* => new strings: "10.0.0.1"; "tcp from 10.0.0.1 port 40000 to 192.0.2.80 port 80"; "432000 s", "0.3 s". */
char *explain_addr_words(guint8 family, const ct_addr *addr);
char *explain_tuple_words(const ct_profile *profile, const ct_tuple *tuple);
char *explain_seconds(gint64 ns);
/* TCP's flags, CT_TCP_*: "SYN+ACK", "no flags". */
char *explain_flag_words(guint8 flags);

/*
 * => static strings: "original" or "reply"; a cell's state, or "ignore", "INVALID"; a row's name in the protocol's
 * table, "syn", ... or "init", ...
 */
const char *explain_dir(guint dir);
const char *explain_cell_name(const ct_profile *profile, guint8 proto, guint cell);
const char *explain_row_name(const ct_profile *profile, guint8 proto, guint row);

#endif
