/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary for a person after a replay: one screen of 80 columns. What the engine's statistics do not have is
 * counted here, packet by packet, or told by whoever replays.
 *
 * Life: emit_summary_init; emit_summary_packet for each frame; fill in the rest; emit_summary_print.
 */
#ifndef EMIT_SUMMARY_H
#define EMIT_SUMMARY_H

#include "conntrack/engine.h"
#include "text.h"

/* Rows of the packet table. X(ID, protocol number, name) */
#define EMIT_SUMMARY_PROTOCOL_LIST(X)  \
  X(TCP, CT_PROTO_TCP, "tcp")          \
  X(UDP, CT_PROTO_UDP, "udp")          \
  X(ICMP, CT_PROTO_ICMP, "icmp")       \
  X(ICMPV6, CT_PROTO_ICMPV6, "icmpv6") \
  X(SCTP, CT_PROTO_SCTP, "sctp")       \
  X(GRE, CT_PROTO_GRE, "gre")          \
  X(UDPLITE, CT_PROTO_UDPLITE, "udplite")

typedef enum emit_summary_protocol {
#define X(id, number, name) EMIT_SUMMARY_##id,
  EMIT_SUMMARY_PROTOCOL_LIST(X)
#undef X
    EMIT_SUMMARY_OTHER,
  EMIT_SUMMARY_PROTOCOLS
} emit_summary_protocol;

/* What pressure did to a table. */
typedef struct emit_pressed {
  guint64 evicted, dropped, peak, entries;
} emit_pressed;

typedef struct emit_summary {
  /* Counted by emit_summary_packet. */
  guint64 packets[EMIT_SUMMARY_PROTOCOLS][CT_CLASS_COUNT]; /* that conntrack saw; CT_CLASS_NONE: dropped by it */
  guint64 not_tracked;                                     /* frames that conntrack never saw */
  guint64 not_tracked_by_reason[CT_REASON_COUNT];
  guint64 bytes; /* of IP packets */
  guint64 cut, checksums_bad, checksums_offload, checksums_skipped;
  gint64 first_ns, last_ns; /* capture time */

  /* Told by the caller. */
  guint64 frames, fed; /* frames read, and those of them that were replayed */
  const ct_params *params;
  const ct_stats *stats;
  guint64 entries;            /* in the table now */
  double mean;                /* entries over the time from the first packet; ct_engine_mean */
  emit_pressed pressed;       /* what became of this run's table */
  const emit_pressed *kernel; /* what would have been under --gc kernel; NULL: not known */
  const char *const *notes;   /* sentences, NULL at the end: what is remarkable about the capture; may be NULL */
} emit_summary;

void emit_summary_init(emit_summary *summary);
/* Counts one frame; result NULL where the engine was not fed it (kind CT_PACKET_NONE). */
void emit_summary_packet(emit_summary *summary, const ct_packet *packet, const ct_result *result);
/* params and stats must be set. Colour is used for what went wrong. */
void emit_summary_print(emit_text *out, const emit_summary *summary, gboolean colour);

#endif
