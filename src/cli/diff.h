/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two ways to compare share. Internal to ctreplay diff. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "conntrack/trace.h"
#include "journal/history.h"
#include "options.h"
#include "output.h"
#include "sandbox.h"

/* What an input starts as. */
typedef enum diff_kind { DIFF_UNREADABLE, DIFF_EMPTY, DIFF_SAVED /* a line of -o json */, DIFF_CAPTURE } diff_kind;
/*
 * A pipe that has a path can be opened only once, and waits for who writes it: of two, both are to be opened before
 * either is looked at, since one may write both. => its descriptor; -1: path is something else ("-" too), or cannot be
 * opened, which is said later.
 */
int cli_diff_open(const char *path);
/*
 * path "-" is standard input; opened: what cli_diff_open gave. Waits for a pipe's first byte, and takes nothing away.
 */
diff_kind cli_diff_kind(const char *path, int opened);

/*
 * Compares two files of JSON lines, line by line, member by member; shows so many lines that differ. opened:
 * descriptors, which are closed, or -1 where the path is to be opened. fence: enter the sandbox once both are open. =>
 * exit code.
 */
cli_exit cli_diff_saved(const char *const path[2], const int opened[2], guint64 lines_most, gboolean fence);

/*
 * What of the options is for which side: of an option with two values, or given twice, each has one; of two captures
 * too. chunk keeps new strings. => FALSE and error where there are more than two. The sysctls and the rules of both are
 * to be freed either way.
 */
gboolean cli_diff_sides(const cli_options *o, cli_options *a, cli_options *b, GStringChunk *chunk, GError **error);

/*
 * Where two packets differ, in words ("TCP window, byte 34 of the IP packet is 250 against 251"), to be freed with
 * g_free; NULL where conntrack sees no difference: it does not look at link headers, TTL or hop limit, TOS, IP id and
 * flow label, and of checksums only at whether they are right.
 */
char *cli_diff_packet(const ct_packet *a, const ct_packet *b);

/* One side's packet, as the engine saw it. */
typedef struct diff_seen {
  const ct_params *params;
  const ct_packet *packet;
  const ct_result *result;
  const ct_trace *trace;
  const ct_view *after; /* NULL: no entry */
  const journal_history *history;
  gint64 first_ns;
} diff_seen;

/* Why the two answers to one packet differ: of what explain says of each, what it does not say of the other. */
void cli_diff_why(emit_text *out, const diff_seen *a, const diff_seen *b);

/* Words => guint64, to be freed with g_hash_table_unref. */
GHashTable *cli_diff_tally_new(void);
void cli_diff_tally_count(GHashTable *whys, const char *why);
/* Counts why the two answers, which differ, do so. */
void cli_diff_tally(GHashTable *whys, const diff_seen *a, const diff_seen *b);
/* The counted ones, the most frequent first. unit: "packets" or "lines". */
void cli_diff_tally_put(emit_text *out, GHashTable *whys, const char *unit);
/* The same under another heading; nothing where there are none. */
void cli_diff_tally_put_under(emit_text *out, GHashTable *whys, const char *heading);

/*
 * "A is x.pcap under linux-6.18, nf_conntrack_udp_timeout=30, rules x.rules": with what differs from the other side's.
 * rules: files; NULL: not told.
 */
void cli_diff_side_put(emit_text *out, const char *name, const char *capture, const GPtrArray *rules,
                       const ct_params *own, const ct_params *other);

#endif
