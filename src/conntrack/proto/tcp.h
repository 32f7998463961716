/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP's stages, in the order a segment goes through them (spec 5):
 *
 *   tcp.c          classify, begin (first packet), look up the arc, its exceptions, commit, choose the timeout
 *   tcp_reset.c    which resets are believed
 *   tcp_window.c   does the segment fit what both sides have said?
 *   tcp_options.c  window scale, SACK permitted, SACK blocks
 *   tcp_2_6.c      all of it as 2.6.18 did it; tcp_2_4.c the same for 2.4.37
 *
 * Internal to proto/tcp*.c.
 */
#ifndef CT_PROTO_TCP_H
#define CT_PROTO_TCP_H

#include "conntrack/proto/proto.h"
#include "conntrack/trace_internal.h"
#include "conntrack/proto/tables.h"

/* Sequence space: before and after as the kernel has them; at a distance of exactly 2^31 both are true (spec, head). */
static inline bool ct_seq_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool ct_seq_after(uint32_t a, uint32_t b) { return (int32_t)(b - a) < 0; }

/* One segment, read once. */
typedef struct ct_segment {
  const ct_packet *packet;
  ct_dir dir;
  ct_tcp_index index;
  uint8_t flags; /* CT_TCP_* */
  uint32_t seq, ack;
  uint32_t end;    /* sequence number after the last byte, SYN and FIN counted */
  uint16_t window; /* as it stands in the header */
} ct_segment;

ct_segment ct_tcp_segment_read(const ct_packet *packet, ct_dir dir);

/* A reset before any reply: the entry goes at once, in that state; the caller then says GONE. */
void ct_tcp_end_unreplied(ct_engine *engine, ct_entry *entry, uint8_t state, ct_result *result);

/*
 * Once both sides have spoken: ASSURED when the connection is established. The three-way handshake's end, or a
 * pick-up's answer.
 */
static inline void ct_tcp_assure(ct_entry *entry, uint8_t old, uint8_t new, ct_result *result)
{
  if (!(entry->status & CT_STATUS_ASSURED) && new == CT_TCP_ESTABLISHED &&
      (old == CT_TCP_SYN_RECV || old == CT_TCP_ESTABLISHED)) {
    entry->status |= CT_STATUS_ASSURED;
    result->events |= CT_EV_ASSURED;
  }
}

/*
 * The end of every segment that counts: the timeout that it was judged to have runs anew, and the segment is counted.
 */
static inline ct_track ct_tcp_renew(ct_engine *engine, ct_entry *entry, const ct_segment *seg, ct_timeout timeout,
                                    ct_result *result)
{
  entry->l4.tcp.timeout = (uint8_t)timeout;
  ct_core_refresh_acct(engine, entry, seg->dir, seg->packet, ct_core_timeout(engine, timeout), result);
  return CT_TRACK_ACCEPT;
}

typedef enum ct_window {
  CT_WINDOW_ACCEPT,
  CT_WINDOW_IGNORE, /* let through, changes nothing */
  CT_WINDOW_INVALID
} ct_window;

/* tcp_in_window, spec 5.6. result->reason and bound say which bound was broken or waived. */
ct_window ct_tcp_window_check(ct_engine *engine, ct_entry *entry, ct_segment *segment, ct_result *result);

/*
 * Reads the options of a SYN into a side's scale and flags (spec 5.4): window scale (at most 14), SACK permitted.
 * Resets the scale, and the flags but for BE_LIBERAL; a header without options leaves both alone.
 */
void ct_tcp_options_read(const ct_packet *packet, uint8_t *scale, uint8_t *flags);

/* The highest right edge of the SACK blocks that lies after ack; ack where there is none. */
uint32_t ct_tcp_options_sack(const ct_packet *packet, uint32_t ack);

typedef enum ct_reset {
  CT_RESET_CHECK,  /* believed if its window is right */
  CT_RESET_ACCEPT, /* believed without */
  CT_RESET_INVALID /* not believed */
} ct_reset;

/*
 * A reset in a state that it would close (spec 5.5, new = CLOSE). *state may fall back to the old one: a possible
 * challenge ACK.
 */
ct_reset ct_tcp_reset_judge(const ct_engine *engine, const ct_entry *entry, const ct_segment *segment, uint8_t *state,
                            ct_result *result);

/* FIN_WAIT, CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSE: on its way out. */
bool ct_tcp_is_closing(const ct_entry *entry);

#endif
