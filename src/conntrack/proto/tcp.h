/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP's stages, in the order a segment goes through them (spec 5):
 *
 *   tcp.c          classify, begin (first packet), look up the arc, its exceptions, commit, choose the timeout
 *   tcp_reset.c    which resets are believed
 *   tcp_window.c   does the segment fit what both sides have said?
 *   tcp_options.c  window scale, SACK permitted, SACK blocks
 *   tcp_2_6.c      all of it as 2.6.18 did it; tcp_2_4.c the same for 2.4.37
 *   tcp_facts.c    what their descriptions have in common
 *
 * What stands here is tcp.c's own that its older brothers share. Internal to proto/tcp*.c.
 */
#ifndef CT_PROTO_TCP_H
#define CT_PROTO_TCP_H

#include "conntrack/proto/tcp_segment.h"
#include "conntrack/proto/tcp_stages.h"
#include "conntrack/read/packet_check.h"

ct_segment ct_tcp_segment_read(const ct_packet *packet, ct_dir dir);

/* What the table's "ignored" means of that segment. */
ct_reason ct_tcp_why_ignored(const ct_segment *seg);
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

/* tcp_facts.c: for the descriptions. */
extern const char *const ct_tcp_states[CT_TCP_STATE_COUNT];
extern const char *const ct_tcp_inputs[CT_TCP_INDEX_COUNT];
const uint8_t *ct_tcp_table(const ct_profile *profile);
void ct_tcp_view(const ct_engine *engine, const ct_entry *entry, ct_view *view);
void ct_tcp_keep(struct ct_state_io *io, const ct_engine *engine, ct_entry *entry);
bool ct_tcp_sound(const ct_entry *entry);
enum { CT_TCP_SCALE_MOST = 14 }; /* RFC 7323, 2.3 */

/* clang-format off */
#define CT_TCP_FACTS                                                                                                   \
  .name = "tcp", .number = CT_PROTO_TCP, .ids = CT_IDS_PORTS, .shows = CT_SHOWS_WINDOWS, .sum_at = 16, .sum_bytes = 2, \
  .read_ids = ct_ids_read_ports, .check = ct_check_tcp,                                                                \
  .states = ct_tcp_states, .n_states = CT_TCP_STATE_COUNT, .inputs = ct_tcp_inputs, .n_inputs = CT_TCP_INDEX_COUNT,    \
  .table = ct_tcp_table, .first_timeout = CT_TIMEOUT_TCP_NONE, .view = ct_tcp_view, .keep = ct_tcp_keep
/* clang-format on */

#endif
