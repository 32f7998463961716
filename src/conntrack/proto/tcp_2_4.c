/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP as ip_conntrack of 2.4.37 tracked it: by its table alone. Sequence numbers matter once, for ASSURED: the client's
 * segment that leaves SYN_RECV has to acknowledge the SYN/ACK. Any segment with a flag may open an entry. Spec 13.1.
 */
#include "conntrack/proto/tcp.h"

/* => true where the segment makes the handshake whole. */
static bool completes(const ct_tcp *tcp, const ct_segment *seg, uint8_t old)
{
  return old == CT_TCP_SYN_RECV && seg->dir == CT_ORIGINAL && (seg->flags & (CT_TCP_SYN | CT_TCP_ACK)) == CT_TCP_ACK &&
         seg->ack == tcp->handshake_ack;
}

static ct_track tcp_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  ct_segment seg = ct_tcp_segment_read(packet, dir);
  uint8_t old = (uint8_t)entry->state, new = engine->params.profile->tcp_table[dir][seg.index][old];
  bool first = !(entry->status & CT_STATUS_CONFIRMED);
  ct_tcp *tcp = &entry->l4.tcp;

  CT_TRACE(engine, ct_trace_note_cell(engine->trace, dir, (uint8_t)seg.index, old, new));
  CT_TRACE(engine, ct_trace_note_arc(engine->trace, new == CT_TCP_INVALID ? CT_TRACE_ARC_INVALID : CT_TRACE_ARC_ACCEPT,
                                     old, new));
  if (new == CT_TCP_INVALID) {
    result->reason = first ? CT_REASON_TCP_NEW : CT_REASON_TCP_STATE;
    return CT_TRACK_INVALID;
  }
  if (old == CT_TCP_SYN_SENT && dir == CT_REPLY && seg.index == CT_TCP_INDEX_SYNACK)
    tcp->handshake_ack = seg.seq + 1;
  entry->state = new;
  if (new != old)
    result->events |= CT_EV_PROTOINFO;
  tcp->timeout = (uint8_t)(CT_TIMEOUT_TCP_NONE + new);
  if (seg.index == CT_TCP_INDEX_RST && !(entry->status & CT_STATUS_SEEN_REPLY)) {
    if (!first) {
      ct_tcp_end_unreplied(engine, entry, new, result);
      return CT_TRACK_GONE;
    }
    result->reason = CT_REASON_TCP_RST_UNREPLIED;
    ct_core_refresh(engine, entry, 0); /* it had no timer to be ended with: it is put into the table, and is over */
    return CT_TRACK_ACCEPT;
  }
  if (completes(tcp, &seg, old) && !(entry->status & CT_STATUS_ASSURED)) {
    entry->status |= CT_STATUS_ASSURED;
    result->events |= CT_EV_ASSURED;
  }
  if (first && seg.index != CT_TCP_INDEX_SYN)
    result->reason = CT_REASON_TCP_PICKUP_ANY;
  ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, (ct_timeout)tcp->timeout), result);
  return CT_TRACK_ACCEPT;
}

static ct_timeout tcp_timeout(const ct_entry *entry) { return (ct_timeout)entry->l4.tcp.timeout; }

const ct_proto ct_proto_tcp_2_4 = { CT_TCP_FACTS, .sound = ct_tcp_sound, .packet = tcp_packet, .timeout = tcp_timeout };
