/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP as ip_conntrack of 2.6.18 tracked it, where that differs from today's (tcp.c) in more than its table. Spec 13.2.
 *
 *   - One window test: all four bounds or INVALID. A segment without data is held to the two on acknowledgements only.
 *   - A side is met when its end is 0, and is taken as it comes; after a pick-up tcp_loose packets of each side go
 * unchecked.
 *   - A SYN reopens a closed connection if its side closed it or its sequence number lies behind the old end; else
 * INVALID.
 *   - A SYN/ACK to a SYN that was ignored ends the entry and is dropped: the client has to begin anew.
 *   - Every accepted segment renews the timeout, a repeated SYN too. No timeout for unacknowledged data or a zero
 * window, none of its own for a pick-up; no challenge ACKs, and a reset is believed if it fits the window.
 */
#include "conntrack/proto/tcp.h"

enum { ACK_WINDOW_LEAST = 66000 };

/* The first segment (tcp_new). => false where no connection can start with it. */
static bool begin(const ct_engine *engine, ct_entry *entry, const ct_segment *seg, uint8_t first_state,
                  ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;
  ct_tcp_side *s = &tcp->side[CT_ORIGINAL];

  if (first_state == CT_TCP_INVALID) {
    result->reason = CT_REASON_TCP_NEW;
    return false;
  }
  if (first_state != CT_TCP_SYN_SENT && engine->params.tcp_loose == 0) {
    result->reason = CT_REASON_TCP_NOT_LOOSE;
    return false;
  }
  s->end = s->max_end = seg->end;
  s->max_window = MAX(seg->window, 1);
  tcp->side[CT_REPLY].max_window = 1;
  if (first_state == CT_TCP_SYN_SENT) {
    ct_tcp_options_read(engine, seg->packet, &tcp->scale[CT_ORIGINAL], &tcp->flags[CT_ORIGINAL]);
  } else {
    s->max_end += s->max_window;
    tcp->flags[CT_ORIGINAL] = tcp->flags[CT_REPLY] = CT_TCP_FLAG_SACK_PERM;
    tcp->unchecked[CT_ORIGINAL] = tcp->unchecked[CT_REPLY] = (uint8_t)engine->params.tcp_loose;
    result->reason = CT_REASON_TCP_PICKUP;
  }
  tcp->last_index = CT_TCP_INDEX_NONE;
  return true;
}

/* A side that was not met yet, or a new attempt with a later sequence number. */
static void meet_side(const ct_engine *engine, const ct_entry *entry, ct_tcp *tcp, const ct_segment *seg)
{
  ct_tcp_side *s = &tcp->side[seg->dir];
  bool opens = (seg->flags & (CT_TCP_SYN | CT_TCP_ACK)) == (CT_TCP_SYN | CT_TCP_ACK), first = s->end == 0;
  bool again = (entry->state == CT_TCP_SYN_SENT && seg->dir == CT_ORIGINAL) ||
               (entry->state == CT_TCP_SYN_RECV && seg->dir == CT_REPLY);

  if (!first && !(again && ct_seq_after(seg->end, s->end)))
    return;
  s->end = s->max_end = seg->end;
  s->max_window = MAX(seg->window, 1);
  if (first && !opens) {
    s->max_end += s->max_window;
    return;
  }
  ct_tcp_options_read(engine, seg->packet, &tcp->scale[seg->dir], &tcp->flags[seg->dir]);
  if (first && !(tcp->flags[CT_ORIGINAL] & tcp->flags[CT_REPLY] & CT_TCP_FLAG_WINDOW_SCALE))
    tcp->scale[CT_ORIGINAL] = tcp->scale[CT_REPLY] = 0;
}

/*
 * The four bounds in order. => NONE where all hold, else the reason for the first that does not; *bound has its
 * numbers.
 */
static ct_reason broken_bound(const ct_tcp *tcp, const ct_segment *seg, uint32_t ack, uint32_t sack, ct_bound *bound)
{
  const ct_tcp_side *s = &tcp->side[seg->dir], *r = &tcp->side[!seg->dir];
  uint32_t oldest_end = s->end - r->max_window,
           oldest_ack = r->end - MAX(s->max_window, (uint32_t)ACK_WINDOW_LEAST) + 1;

  if (!ct_seq_before(seg->seq, s->max_end + 1)) {
    *bound = (ct_bound){ seg->seq, s->max_end, seg->seq - s->max_end };
    return CT_REASON_TCP_SEQ_OVER;
  }
  if (!ct_seq_after(seg->end, oldest_end - 1)) {
    *bound = (ct_bound){ seg->end, oldest_end, oldest_end - seg->end };
    return CT_REASON_TCP_SEQ_LOW;
  }
  if (!ct_seq_before(sack, r->end + 1)) {
    *bound = (ct_bound){ sack, r->end, sack - r->end };
    return CT_REASON_TCP_ACK_OVER;
  }
  if (!ct_seq_after(ack, oldest_ack - 1)) {
    *bound = (ct_bound){ ack, oldest_ack, oldest_ack - ack };
    return CT_REASON_TCP_ACK_LOW;
  }
  return CT_REASON_NONE;
}

static void learn(ct_tcp *tcp, const ct_segment *seg, uint32_t ack, uint32_t sack)
{
  ct_tcp_side *s = &tcp->side[seg->dir], *r = &tcp->side[!seg->dir];
  uint32_t window = seg->flags & CT_TCP_SYN ? seg->window : (uint32_t)seg->window << tcp->scale[seg->dir];

  s->max_window = MAX(s->max_window, window + (sack - ack));
  if (ct_seq_after(seg->end, s->end))
    s->end = seg->end;
  if (ct_seq_after(seg->end, s->max_end))
    r->max_window += seg->end - s->max_end;
  if (ct_seq_after(sack + window, r->max_end - 1))
    r->max_end = sack + window + (window == 0);
  if (seg->index == CT_TCP_INDEX_ACK) {
    /* The window of a repeated ACK may change. */
    if (tcp->last_dir == seg->dir && tcp->last_seq == seg->seq && tcp->last_ack == ack && tcp->last_end == seg->end) {
      tcp->retrans++;
    } else {
      tcp->last_dir = (uint8_t)seg->dir;
      tcp->last_seq = seg->seq;
      tcp->last_ack = ack;
      tcp->last_end = seg->end;
      tcp->retrans = 0;
    }
  }
  if (tcp->unchecked[seg->dir] > 0)
    tcp->unchecked[seg->dir]--;
}

/* => false: INVALID. */
static bool in_window(ct_engine *engine, ct_entry *entry, ct_segment *seg, ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;
  uint32_t ack = seg->ack, sack = ack;
  ct_bound bound = { 0, 0, 0 };
  ct_reason broken;

  if (tcp->flags[!seg->dir] & CT_TCP_FLAG_SACK_PERM)
    sack = ct_tcp_options_sack(seg->packet, ack);
  meet_side(engine, entry, tcp, seg);
  if (!(seg->flags & CT_TCP_ACK) || (seg->flags & CT_TCP_RST && ack == 0))
    ack = sack = tcp->side[!seg->dir].end;
  if (seg->seq == seg->end && (!(seg->flags & CT_TCP_RST) || (seg->seq == 0 && entry->state == CT_TCP_SYN_SENT)))
    seg->seq = seg->end = tcp->side[seg->dir].end; /* no data: only what it acknowledges counts */
  CT_TRACE(engine, ct_trace_note_sides(engine->trace, CT_TRACE_WINDOW_CHECKED, tcp, seg->dir));
  CT_TRACE(engine, ct_trace_note_segment(engine->trace, seg->seq, seg->end, ack, sack));
  CT_TRACE(engine, engine->trace->ack_bound_2_6 = true);
  broken = broken_bound(tcp, seg, ack, sack, &bound);
  if (broken == CT_REASON_NONE || tcp->unchecked[0] > 0 || tcp->unchecked[1] > 0) {
    if (broken != CT_REASON_NONE && result->reason == CT_REASON_NONE) {
      result->reason = CT_REASON_TCP_UNCHECKED;
      result->bound = bound;
    }
    learn(tcp, seg, ack, sack);
    return true;
  }
  result->bound = bound;
  result->reason = (uint16_t)(engine->params.tcp_be_liberal ? CT_REASON_TCP_LIBERAL : broken);
  return engine->params.tcp_be_liberal;
}

/* The SYN/ACK to a SYN that was let through: the peers are in step and we are not. */
static bool is_out_of_sync(const ct_tcp *tcp, const ct_segment *seg)
{
  return seg->index == CT_TCP_INDEX_SYNACK && tcp->last_index == CT_TCP_INDEX_SYN && tcp->last_dir != seg->dir &&
         seg->ack == tcp->last_end;
}

static ct_track ignore(ct_engine *engine, ct_entry *entry, const ct_segment *seg, ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;

  CT_TRACE(engine, engine->trace->arc = CT_TRACE_ARC_UNCHANGED);
  if (is_out_of_sync(tcp, seg)) {
    ct_core_destroy(engine, entry, CT_REASON_END_OUT_OF_SYNC);
    result->reason = CT_REASON_TCP_OUT_OF_SYNC;
    return CT_TRACK_DROP;
  }
  tcp->last_index = (uint8_t)seg->index;
  tcp->last_dir = (uint8_t)seg->dir;
  tcp->last_seq = seg->seq;
  tcp->last_end = seg->end;
  result->reason = (uint16_t)ct_tcp_why_ignored(seg);
  return CT_TRACK_ACCEPT;
}

static ct_track reopen(ct_engine *engine, ct_entry *entry, const ct_segment *seg, ct_result *result)
{
  const ct_tcp *tcp = &entry->l4.tcp;

  if (!(tcp->flags[seg->dir] & CT_TCP_FLAG_CLOSE_INIT) && !ct_seq_after(seg->seq, tcp->side[seg->dir].end)) {
    CT_TRACE(engine, engine->trace->arc = CT_TRACE_ARC_INVALID);
    result->reason = CT_REASON_TCP_REOPEN_INVALID;
    return CT_TRACK_INVALID;
  }
  CT_TRACE(engine, engine->trace->arc = CT_TRACE_ARC_REOPEN);
  ct_core_destroy(engine, entry, CT_REASON_END_REOPENED);
  result->changes |= CT_CHANGE_REOPENED;
  result->reason = CT_REASON_TCP_REOPEN;
  return CT_TRACK_REPEAT;
}

/* A reset that acknowledges something ignored is believed without a look at its window. */
static bool answers_ignored(const ct_entry *entry, const ct_segment *seg)
{
  const ct_tcp *tcp = &entry->l4.tcp;

  return seg->index == CT_TCP_INDEX_RST && seg->ack == tcp->last_end &&
         ((entry->status & CT_STATUS_SEEN_REPLY && tcp->last_index == CT_TCP_INDEX_SYN) ||
          (!(entry->status & CT_STATUS_ASSURED) && tcp->last_index == CT_TCP_INDEX_ACK));
}

static ct_track commit(ct_engine *engine, ct_entry *entry, const ct_segment *seg, uint8_t old, uint8_t new,
                       ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;
  ct_timeout timeout = (ct_timeout)(CT_TIMEOUT_TCP_NONE + new);

  tcp->last_index = (uint8_t)seg->index;
  entry->state = new;
  if (new != old) {
    result->events |= CT_EV_PROTOINFO;
    if (new == CT_TCP_FIN_WAIT || new == CT_TCP_CLOSE)
      tcp->flags[seg->dir] |= CT_TCP_FLAG_CLOSE_INIT;
  }
  if (tcp->retrans >= engine->params.tcp_max_retrans &&
      ct_core_timeout(engine, timeout) > ct_core_timeout(engine, CT_TIMEOUT_TCP_RETRANS)) {
    timeout = CT_TIMEOUT_TCP_RETRANS;
    CT_TRACE(engine, engine->trace->timeout_why = CT_REASON_TCP_RETRANS);
    if (result->reason == CT_REASON_NONE)
      result->reason = CT_REASON_TCP_RETRANS;
  }
  if (!(entry->status & CT_STATUS_SEEN_REPLY)) {
    if (seg->flags & CT_TCP_RST) {
      entry->status |=
        seg->dir == CT_REPLY ? CT_STATUS_SEEN_REPLY : 0; /* DESTROY was sent when the packet let go of the entry */
      ct_tcp_end_unreplied(engine, entry, new, result);
      return CT_TRACK_GONE;
    }
  } else {
    ct_tcp_assure(entry, old, new, result);
  }
  return ct_tcp_renew(engine, entry, seg, timeout, result);
}

static ct_track tcp_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  ct_segment seg = ct_tcp_segment_read(packet, dir);
  uint8_t old = (uint8_t)entry->state, new = engine->params.profile->tcp_table[dir][seg.index][old];

  CT_TRACE(engine, ct_trace_note_cell(engine->trace, dir, (uint8_t)seg.index, old, new));
  if (!(entry->status & CT_STATUS_CONFIRMED) && !begin(engine, entry, &seg, new, result))
    return CT_TRACK_INVALID;
  CT_TRACE(engine, ct_trace_note_arc(engine->trace, CT_TRACE_ARC_CHECK_WINDOW, old, new));
  if (new == CT_TCP_IGNORE)
    return ignore(engine, entry, &seg, result);
  if (new == CT_TCP_INVALID) {
    CT_TRACE(engine, engine->trace->arc = CT_TRACE_ARC_INVALID);
    result->reason = CT_REASON_TCP_STATE;
    return CT_TRACK_INVALID;
  }
  if (new == CT_TCP_SYN_SENT && (old == CT_TCP_TIME_WAIT || old == CT_TCP_CLOSE))
    return reopen(engine, entry, &seg, result);
  if (new == CT_TCP_CLOSE && answers_ignored(entry, &seg))
    CT_TRACE(engine, engine->trace->arc = CT_TRACE_ARC_ACCEPT);
  else if (!in_window(engine, entry, &seg, result))
    return CT_TRACK_INVALID;
  return commit(engine, entry, &seg, old, new, result);
}

static ct_timeout tcp_timeout(const ct_entry *entry) { return (ct_timeout)entry->l4.tcp.timeout; }

const ct_proto ct_proto_tcp_2_6 = { CT_TCP_FACTS, .sound = ct_tcp_sound, .packet = tcp_packet, .timeout = tcp_timeout };
