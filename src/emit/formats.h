/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The formats there are, and the lines that formats share. Adding a format: a file, a line in this list, a line in
 * local.mk. Internal to src/emit.
 */
#ifndef EMIT_FORMATS_H
#define EMIT_FORMATS_H

#include "collect.h"
#include "emit.h"

/* In the order in which help lists them; the first is the default. */
#define EMIT_FORMAT_LIST(X) \
  X(conntrack) X(text) X(csv) X(tsv) X(sqlite) X(xml) X(save) X(json) X(proc) X(ip_conntrack) X(transcript)

#define X(id) extern const emit_format emit_format_##id;
EMIT_FORMAT_LIST(X)
#undef X

/*
 * -P for people: the heading above the columns, and a packet's line with what happened around it (events; NULL:
 * nothing).
 */
void emit_packet_heading(emit_text *out, const emit_options *o);
/* => the bytes of the line before the packet itself, where nothing was flushed in between. */
gsize emit_packet_line(emit_text *out, const emit_options *o, const emit_packet *packet, const emit_collector *events);
/* "  -- why; and what else": what the line says behind the packet; nothing where there is nothing to say. */
void emit_packet_remarks(emit_text *out, const emit_options *o, const emit_packet *packet,
                         const emit_collector *events);
/*
 * On which side of its bound the number is for which a reason stands: "beyond", "below", ...; NULL where there is no
 * bound.
 */
const char *emit_reason_side(ct_reason reason);
/* " would let it pass"; ruled: what rules would make of it then is not known. Static. */
const char *emit_would_pass(gboolean ruled);
/*
 * "nf_conntrack_tcp_be_liberal=1 would let it pass": what to set against a refusal or a drop; nothing where nothing
 * helps. ruled: rules have the last word on packets. => whether there is something.
 */
gboolean emit_reason_hint(emit_text *out, const ct_profile *profile, ct_reason reason, gboolean ruled);
/* -C */
void emit_count_line(emit_output *output, guint64 count, const emit_part *part);
/* The line above a snapshot, for formats made of plain lines. */
void emit_snapshot_line(emit_output *output, gint64 time_ns, guint64 packet);
/* A loss's line around the entry, which put writes without a line's end. */
void emit_loss_line(emit_output *output, const emit_loss *loss, void (*put)(emit_output *output, const ct_view *view));
/* The columns of conntrack -S in its order; all are guint64 in ct_stats. */
typedef struct emit_stats_column {
  const char *name;
  gsize offset;
} emit_stats_column;
enum { EMIT_STATS_COLUMNS = 10 };
extern const emit_stats_column emit_stats_columns[EMIT_STATS_COLUMNS];
/* The names of the counters that -S shows under a profile's kernel, in their order; ends with NULL. */
enum { EMIT_STATS_SENT_MOST = 13 };
const char *const *emit_stats_sent(const ct_profile *profile);
/* Such a counter's value: 0 for what is not known here, or is counted no more. */
guint64 emit_stats_value(const ct_stats *stats, const ct_profile *profile, const char *name);
/* The file of counters in /proc/net/stat: nf_conntrack, and ip_conntrack. */
void emit_stats_file(emit_output *output, const emit_statistics *statistics);
void emit_stats_file_ip_conntrack(emit_output *output, const emit_statistics *statistics);
/* Which timeout, in short: "udp", "tcp_established", "tcp_retrans", ... => text. */
enum { EMIT_TIMEOUT_NAME_BYTES = 32 };
const char *emit_timeout_name(ct_timeout timeout, char *text);
/* JSON: ,"expired_by_timeout":{"udp":2,...} */
void emit_timeouts_object(emit_text *out, const ct_stats *stats);
/* What -S -o extended says below the kernel's own line. */
void emit_stats_extended(emit_text *out, const emit_options *o, const emit_statistics *statistics);
/* JSON: ,"mean":...,"sources_held":[...],... ; nothing where pressure is NULL. */
void emit_pressure_members(emit_text *out, const emit_options *o, const emit_pressure *pressure);
/* An entry as the object that json's lines hold under "entry", for lines of other types. */
void emit_json_entry_object(emit_text *out, const emit_options *o, const ct_view *view);
/* The version of json's lines. */
#define EMIT_JSON_SCHEMA "1"
/* json's line of a row. */
struct emit_row_context;
void emit_row_json(emit_text *out, const struct emit_columns *columns, const struct emit_row_context *context,
                   const void *record);
/* json's line of a loss: evicted or missed. */
void emit_json_loss(emit_output *output, const emit_loss *loss);
/* What a transcript's first line says of the kernel: ,"sysctl":[...],"helper":[...]; empty lists where it is NULL. */
void emit_transcript_kernel(emit_text *out, const emit_subject *subject);

#endif
