/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where TCP decides; the stages are listed in tcp.h. Spec 5.4, 5.5, 5.7 to 5.9. */
#include "conntrack/proto/tcp.h"

#include <string.h>

/* What an exception to the state table made of a segment. */
typedef enum arc {
  ARC_CHECK_WINDOW = CT_TRACE_ARC_CHECK_WINDOW, /* go on with the window check */
  ARC_ACCEPT = CT_TRACE_ARC_ACCEPT,             /* accepted without it */
  ARC_UNCHANGED = CT_TRACE_ARC_UNCHANGED,       /* let through, nothing changes */
  ARC_INVALID = CT_TRACE_ARC_INVALID,
  ARC_REOPEN = CT_TRACE_ARC_REOPEN /* the entry is over, the segment starts another */
} arc;

static ct_tcp_index classify(uint8_t flags)
{
  if (flags & CT_TCP_RST)
    return CT_TCP_INDEX_RST;
  if (flags & CT_TCP_SYN)
    return flags & CT_TCP_ACK ? CT_TCP_INDEX_SYNACK : CT_TCP_INDEX_SYN;
  if (flags & CT_TCP_FIN)
    return CT_TCP_INDEX_FIN;
  return flags & CT_TCP_ACK ? CT_TCP_INDEX_ACK : CT_TCP_INDEX_NONE;
}

ct_segment ct_tcp_segment_read(const ct_packet *packet, ct_dir dir)
{
  uint8_t flags = packet->l4.tcp.flags;
  /* clang-format off */
  ct_segment seg = { .packet = packet, .dir = dir, .index = classify(flags), .flags = flags,
                     .seq = packet->l4.tcp.seq, .ack = packet->l4.tcp.ack, .window = packet->l4.tcp.window };
  /* clang-format on */

  seg.end = seg.seq + packet->l4.tcp.payload_bytes + ((flags & CT_TCP_SYN) != 0) + ((flags & CT_TCP_FIN) != 0);
  return seg;
}

ct_reason ct_tcp_why_ignored(const ct_segment *seg)
{
  switch (seg->index) {
  case CT_TCP_INDEX_SYN: return CT_REASON_TCP_SYN_IGNORED;
  case CT_TCP_INDEX_SYNACK: return CT_REASON_TCP_SYNACK_IGNORED;
  case CT_TCP_INDEX_ACK: return CT_REASON_TCP_ACK_IGNORED;
  default: return CT_REASON_TCP_IGNORED;
  }
}

void ct_tcp_end_unreplied(ct_engine *engine, ct_entry *entry, uint8_t state, ct_result *result)
{
  result->reason = CT_REASON_TCP_RST_UNREPLIED;
  result->new_state = state;
  ct_core_destroy(engine, entry, CT_REASON_END_RST);
}

/* The first segment of an entry (tcp_new). => false where no connection can start with it. */
static bool begin(const ct_engine *engine, ct_entry *entry, const ct_segment *seg, uint8_t first_state,
                  ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;
  ct_tcp_side *s = &tcp->side[CT_ORIGINAL];

  if (first_state != CT_TCP_SYN_SENT && first_state != CT_TCP_ESTABLISHED) {
    result->reason = CT_REASON_TCP_NEW;
    return false;
  }
  s->end = s->max_end = seg->end;
  s->max_window = MAX(seg->window, 1);
  if (first_state == CT_TCP_SYN_SENT) {
    ct_tcp_options_read(engine, seg->packet, &tcp->scale[CT_ORIGINAL], &tcp->flags[CT_ORIGINAL]);
  } else {
    if (!engine->params.tcp_loose) {
      result->reason = CT_REASON_TCP_NOT_LOOSE;
      return false;
    }
    /* Nothing was heard of the handshake: assume what hurts least. */
    s->max_end += s->max_window;
    tcp->flags[CT_ORIGINAL] = tcp->flags[CT_REPLY] = CT_TCP_FLAG_SACK_PERM | CT_TCP_FLAG_BE_LIBERAL;
    result->reason = CT_REASON_TCP_PICKUP;
  }
  tcp->last_index = CT_TCP_INDEX_NONE;
  return true;
}

/*
 * A SYN/ACK that answers a SYN which was let through: the connection starts over, from what was remembered of that SYN.
 */
static void resynchronise(const ct_engine *engine, ct_tcp *tcp, ct_dir dir)
{
  ct_tcp_side *syn_side = &tcp->side[tcp->last_dir];

  syn_side->end = syn_side->max_end = tcp->last_end;
  syn_side->max_window = MAX(tcp->last_window, 1);
  tcp->scale[tcp->last_dir] = tcp->last_scale;
  tcp->flags[tcp->last_dir] = tcp->last_flags & (uint8_t)~CT_TCP_FLAG_EXP_CHALLENGE_ACK;
  memset(&tcp->side[dir], 0, sizeof(tcp->side[dir]));
  tcp->scale[dir] = 0;
  tcp->flags[dir] &= engine->params.profile->tcp_options_keep_liberal ? CT_TCP_FLAG_BE_LIBERAL : 0;
}

static void remember(const ct_engine *engine, ct_tcp *tcp, const ct_segment *seg, uint8_t state)
{
  tcp->last_index = (uint8_t)seg->index;
  tcp->last_dir = (uint8_t)seg->dir;
  tcp->last_seq = seg->seq;
  tcp->last_end = seg->end;
  tcp->last_window = seg->window;
  if (seg->index == CT_TCP_INDEX_SYN && seg->dir == CT_ORIGINAL) {
    tcp->last_flags = tcp->last_scale = 0;
    ct_tcp_options_read(engine, seg->packet, &tcp->last_scale, &tcp->last_flags);
    if (state == CT_TCP_LAST_ACK && engine->params.profile->tcp_challenge_ack_after_last_ack)
      tcp->last_flags |= CT_TCP_FLAG_EXP_CHALLENGE_ACK; /* RFC 5961: the peer may ask whether that SYN was meant */
  }
  if (state == CT_TCP_SYN_SENT && seg->index == CT_TCP_INDEX_ACK && seg->dir == CT_REPLY &&
      engine->params.profile->tcp_rst_answers_challenge_ack)
    tcp->last_ack = seg->ack;
}

/* Let through, remembered, without effect; or the SYN/ACK that makes an earlier such SYN count. */
static arc ignore(const ct_engine *engine, ct_tcp *tcp, const ct_segment *seg, uint8_t *old, uint8_t *new,
                  ct_reason why, ct_result *result)
{
  if (seg->index == CT_TCP_INDEX_SYNACK && tcp->last_index == CT_TCP_INDEX_SYN && tcp->last_dir != seg->dir &&
      seg->ack == tcp->last_end) {
    *old = CT_TCP_SYN_SENT;
    *new = CT_TCP_SYN_RECV;
    resynchronise(engine, tcp, seg->dir);
    result->reason = CT_REASON_TCP_RESYNC;
    return ARC_CHECK_WINDOW;
  }
  remember(engine, tcp, seg, *old);
  result->reason = (uint16_t)why;
  return ARC_UNCHANGED;
}

/* A SYN on a closed connection. It starts a new one only where the old one was closed properly. */
static arc reopen(const ct_engine *engine, ct_tcp *tcp, const ct_segment *seg, uint8_t *old, uint8_t *new,
                  ct_result *result)
{
  if ((tcp->flags[CT_ORIGINAL] | tcp->flags[CT_REPLY]) & CT_TCP_FLAG_CLOSE_INIT ||
      (tcp->last_dir == seg->dir && tcp->last_index == CT_TCP_INDEX_RST))
    return ARC_REOPEN;
  return ignore(engine, tcp, seg, old, new, CT_REASON_TCP_REOPEN_IGNORED, result);
}

static arc judge_reset(const ct_engine *engine, const ct_entry *entry, const ct_segment *seg, uint8_t *new,
                       ct_result *result)
{
  switch (ct_tcp_reset_judge(engine, entry, seg, new, result)) {
  case CT_RESET_ACCEPT: return ARC_ACCEPT;
  case CT_RESET_INVALID: return ARC_INVALID;
  default: return ARC_CHECK_WINDOW;
  }
}

/* The exceptions to the table, each named by the cell it concerns. old and new may be rewritten. */
static arc follow(const ct_engine *engine, ct_entry *entry, const ct_segment *seg, uint8_t *old, uint8_t *new,
                  ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;

  switch (*new) {
  case CT_TCP_INVALID: result->reason = CT_REASON_TCP_STATE; return ARC_INVALID;
  case CT_TCP_IGNORE: return ignore(engine, tcp, seg, old, new, ct_tcp_why_ignored(seg), result);
  case CT_TCP_SYN_SENT:
    if (*old == CT_TCP_TIME_WAIT || *old == CT_TCP_CLOSE)
      return reopen(engine, tcp, seg, old, new, result);
    break;
  case CT_TCP_SYN_SENT2:
    if (engine->params.profile->tcp_simultaneous_open)
      tcp->last_flags |= CT_TCP_FLAG_SIMULTANEOUS_OPEN;
    result->reason = CT_REASON_TCP_SIMULTANEOUS;
    break;
  case CT_TCP_SYN_RECV:
    if (seg->dir == CT_REPLY && seg->index == CT_TCP_INDEX_ACK && tcp->last_flags & CT_TCP_FLAG_SIMULTANEOUS_OPEN)
      *new = CT_TCP_ESTABLISHED;
    break;
  case CT_TCP_TIME_WAIT:
    if (*old == CT_TCP_LAST_ACK && seg->index == CT_TCP_INDEX_ACK && tcp->last_dir != seg->dir &&
        tcp->last_index == CT_TCP_INDEX_SYN && tcp->last_flags & CT_TCP_FLAG_EXP_CHALLENGE_ACK) {
      tcp->last_flags &= (uint8_t)~CT_TCP_FLAG_EXP_CHALLENGE_ACK;
      result->reason = CT_REASON_TCP_CHALLENGE_ACK;
      return ARC_UNCHANGED;
    }
    break;
  case CT_TCP_CLOSE:
    if (seg->index == CT_TCP_INDEX_RST)
      return judge_reset(engine, entry, seg, new, result);
    break;
  default: break;
  }
  return ARC_CHECK_WINDOW;
}

/*
 * FINs and resets outside the window, from both sides in turn: the connection may be over without our understanding it,
 * so it is not kept for days (nf_tcp_handle_invalid, spec 5.7).
 */
static void suspect_end(ct_engine *engine, ct_entry *entry, const ct_segment *seg)
{
  ct_tcp *tcp = &entry->l4.tcp;
  int64_t unack_ns = ct_core_timeout(engine, CT_TIMEOUT_TCP_UNACK), left_ns = entry->deadline_ns - engine->now_ns;
  bool ending = tcp->last_index == CT_TCP_INDEX_FIN || tcp->last_index == CT_TCP_INDEX_RST;

  if (!engine->params.profile->tcp_out_of_window_fin_rst_shorten || !(entry->status & CT_STATUS_ASSURED) ||
      entry->status & CT_STATUS_FIXED_TIMEOUT || (seg->index != CT_TCP_INDEX_RST && seg->index != CT_TCP_INDEX_FIN))
    return;
  if (tcp->last_dir == seg->dir || !ending) {
    tcp->last_index = (uint8_t)seg->index;
    tcp->last_dir = (uint8_t)seg->dir;
  } else if (left_ns >= 120 * CT_NS_PER_S && left_ns > unack_ns) {
    tcp->timeout = CT_TIMEOUT_TCP_UNACK;
    ct_core_refresh(engine, entry, unack_ns);
  }
}

/* Which timeout applies (spec 5.8); each of the special ones only ever shortens. */
static inline __attribute__((always_inline)) ct_timeout choose_timeout(const ct_engine *engine, const ct_tcp *tcp,
                                                                       const ct_segment *seg, uint8_t state,
                                                                       ct_result *result)
{
  ct_timeout timeout = (ct_timeout)(CT_TIMEOUT_TCP_NONE + state);
  int64_t timeout_ns = ct_core_timeout(engine, timeout);
  ct_reason timeout_why = CT_REASON_NONE;

  if (tcp->retrans >= engine->params.tcp_max_retrans && timeout_ns > ct_core_timeout(engine, CT_TIMEOUT_TCP_RETRANS)) {
    timeout = CT_TIMEOUT_TCP_RETRANS;
    timeout_why = CT_REASON_TCP_RETRANS;
  } else if (seg->index == CT_TCP_INDEX_RST && engine->params.profile->tcp_rst_close_timeout) {
    timeout = CT_TIMEOUT_TCP_CLOSE;
  } else if ((tcp->flags[0] | tcp->flags[1]) & CT_TCP_FLAG_DATA_UNACKNOWLEDGED &&
             timeout_ns > ct_core_timeout(engine, CT_TIMEOUT_TCP_UNACK)) {
    timeout = CT_TIMEOUT_TCP_UNACK;
    timeout_why = CT_REASON_TCP_UNACKED;
  } else if (tcp->last_window == 0 && engine->params.profile->tcp_zero_window_timeout &&
             timeout_ns > ct_core_timeout(engine, CT_TIMEOUT_TCP_RETRANS)) {
    timeout = CT_TIMEOUT_TCP_RETRANS;
    timeout_why = CT_REASON_TCP_ZERO_WINDOW;
  }
  CT_TRACE(engine, engine->trace->timeout_why = timeout_why);
  if (result->reason == CT_REASON_NONE)
    result->reason = (uint16_t)timeout_why;
  return timeout;
}

/* Picked up, and nobody has answered: that is why the timeout is that of unacknowledged data, whatever else holds. */
static void unanswered(const ct_engine *engine, ct_result *result)
{
  CT_TRACE(engine, engine->trace->timeout_why = CT_REASON_NONE);
  if (result->reason == CT_REASON_TCP_RETRANS || result->reason == CT_REASON_TCP_ZERO_WINDOW)
    result->reason = CT_REASON_NONE;
}

/* The segment counts: state, timeout, ASSURED, or the end of an entry that nobody ever answered. */
static ct_track commit(ct_engine *engine, ct_entry *entry, const ct_segment *seg, uint8_t old, uint8_t new,
                       ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;
  ct_timeout timeout;

  tcp->last_index = (uint8_t)seg->index;
  tcp->last_dir = (uint8_t)seg->dir;
  if (new != old) {
    result->events |= CT_EV_PROTOINFO;
    if (new == CT_TCP_FIN_WAIT)
      tcp->flags[seg->dir] |= CT_TCP_FLAG_CLOSE_INIT;
  }
  entry->state = new;
  timeout = choose_timeout(engine, tcp, seg, new, result);
  if (!(entry->status & CT_STATUS_SEEN_REPLY)) {
    if (seg->flags & CT_TCP_RST) {
      /* Refused before it began: nothing will follow (spec 5.9). The kernel counts the packet, but renews nothing. */
      if (entry->traits & CT_ENTRY_COUNTED)
        ct_counter_add(&entry->counter[seg->dir], seg->packet->length);
      ct_tcp_end_unreplied(engine, entry, new, result);
      return CT_TRACK_GONE;
    }
    if (seg->index == CT_TCP_INDEX_SYN && old == CT_TCP_SYN_SENT && !engine->params.profile->tcp_syn_repeat_renews) {
      if (new != CT_TCP_SYN_SENT2)
        result->reason = CT_REASON_TCP_SYN_RETRANSMIT;
      return CT_TRACK_ACCEPT;
    }
    if (new == CT_TCP_ESTABLISHED && ct_core_timeout(engine, timeout) > ct_core_timeout(engine, CT_TIMEOUT_TCP_UNACK)) {
      timeout = CT_TIMEOUT_TCP_UNACK;
      unanswered(engine, result);
    }
  } else {
    ct_tcp_assure(entry, old, new, result);
  }
  return ct_tcp_renew(engine, entry, seg, timeout, result);
}

/*
 * The segment that most are: data or an acknowledgement amid an established connection, within both windows. All that
 * the long way would do with it, and nothing that it would only ask; that the state stays, test_tables holds of each
 * table. => false where it is another kind of segment: nothing has been changed then.
 */
static inline __attribute__((always_inline)) bool go_on(ct_engine *engine, ct_entry *entry, ct_dir dir,
                                                        const ct_packet *packet, ct_result *result)
{
  enum {
    ASKED = CT_STATUS_CONFIRMED | CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED | CT_STATUS_SEQ_ADJUST,
    USUAL = CT_STATUS_CONFIRMED | CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED
  };
  const uint32_t seq = packet->l4.tcp.seq;
  /* clang-format off */
  const ct_segment seg = { .packet = packet, .dir = dir, .index = CT_TCP_INDEX_ACK, .flags = CT_TCP_ACK,
                           .seq = seq, .ack = packet->l4.tcp.ack, .end = seq + packet->l4.tcp.payload_bytes,
                           .window = packet->l4.tcp.window };
  /* clang-format on */

  if ((packet->l4.tcp.flags & (CT_TCP_SYN | CT_TCP_ACK | CT_TCP_FIN | CT_TCP_RST)) != CT_TCP_ACK ||
      entry->state != CT_TCP_ESTABLISHED || (entry->status & ASKED) != USUAL ||
      packet->l4.tcp.holds & CT_TCP_HOLDS_SACK || G_UNLIKELY(engine->trace != NULL) ||
      !ct_tcp_window_steady(&entry->l4.tcp, &seg))
    return false;
  entry->l4.tcp.last_index = CT_TCP_INDEX_ACK;
  ct_tcp_renew(engine, entry, &seg, choose_timeout(engine, &entry->l4.tcp, &seg, CT_TCP_ESTABLISHED, result), result);
  return true;
}

static __attribute__((noinline)) ct_track take_long_way(ct_engine *engine, ct_entry *entry, ct_dir dir,
                                                        const ct_packet *packet, ct_result *result)
{
  ct_segment seg = ct_tcp_segment_read(packet, dir);
  uint8_t old = (uint8_t)entry->state, new = engine->params.profile->tcp_table[dir][seg.index][old];
  ct_window window;
  arc way;

  CT_TRACE(engine, ct_trace_note_cell(engine->trace, dir, (uint8_t)seg.index, old, new));
  if (!(entry->status & CT_STATUS_CONFIRMED) && !begin(engine, entry, &seg, new, result))
    return CT_TRACK_INVALID;
  way = follow(engine, entry, &seg, &old, &new, result);
  CT_TRACE(engine, ct_trace_note_arc(engine->trace, (ct_trace_arc)way, old, new));
  switch (way) {
  case ARC_INVALID: return CT_TRACK_INVALID;
  case ARC_UNCHANGED: return CT_TRACK_ACCEPT;
  case ARC_REOPEN:
    ct_core_destroy(engine, entry, CT_REASON_END_REOPENED);
    result->changes |= CT_CHANGE_REOPENED;
    result->reason = CT_REASON_TCP_REOPEN;
    return CT_TRACK_REPEAT;
  case ARC_ACCEPT: break;
  case ARC_CHECK_WINDOW:
    window = ct_tcp_window_check(engine, entry, &seg, result);
    if (window == CT_WINDOW_INVALID)
      suspect_end(engine, entry, &seg);
    if (window != CT_WINDOW_ACCEPT)
      return window == CT_WINDOW_INVALID ? CT_TRACK_INVALID : CT_TRACK_ACCEPT;
    break;
  }
  return commit(engine, entry, &seg, old, new, result);
}

/*
 * A SYN that makes its entry, which holds nothing yet. Every bound of its own window it has just set itself, and of the
 * other side it says how far that may send. The rest is as in go_on.
 */
static __attribute__((noinline)) ct_track begin_with_syn(ct_engine *engine, ct_entry *entry, const ct_packet *packet,
                                                         ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;
  ct_tcp_side *s = &tcp->side[CT_ORIGINAL];
  const ct_segment seg = { .packet = packet, .dir = CT_ORIGINAL, .index = CT_TCP_INDEX_SYN };
  const uint32_t window = packet->l4.tcp.window;

  s->end = s->max_end = packet->l4.tcp.seq + packet->l4.tcp.payload_bytes + 1;
  s->max_window = MAX(window, 1);
  ct_tcp_options_read(engine, packet, &tcp->scale[CT_ORIGINAL], &tcp->flags[CT_ORIGINAL]);
  tcp->side[CT_REPLY].max_end = MAX(window, 1); /* a zero window may be probed with one byte */
  tcp->last_index = CT_TCP_INDEX_SYN;
  entry->state = CT_TCP_SYN_SENT;
  result->events |= CT_EV_PROTOINFO;
  return ct_tcp_renew(engine, entry, &seg, choose_timeout(engine, tcp, &seg, CT_TCP_SYN_SENT, result), result);
}

static inline bool is_first_syn(const ct_engine *engine, const ct_entry *entry, const ct_packet *packet)
{
  return (packet->l4.tcp.flags & (CT_TCP_SYN | CT_TCP_ACK | CT_TCP_FIN | CT_TCP_RST)) == CT_TCP_SYN &&
         !(entry->status & (CT_STATUS_CONFIRMED | CT_STATUS_SEQ_ADJUST)) && G_LIKELY(engine->trace == NULL);
}

inline __attribute__((always_inline)) ct_track ct_tcp_packet(ct_engine *engine, ct_entry *entry, ct_dir dir,
                                                             const ct_packet *packet, ct_result *result)
{
  if (go_on(engine, entry, dir, packet, result))
    return CT_TRACK_ACCEPT;
  return is_first_syn(engine, entry, packet) ? begin_with_syn(engine, entry, packet, result)
                                             : take_long_way(engine, entry, dir, packet, result);
}

/* nf_conntrack_tcp_set_closing, spec 5.9. */
void ct_tcp_close(ct_engine *engine, ct_entry *entry, ct_result *result)
{
  bool was_closed = entry->state == CT_TCP_CLOSE;

  entry->state = result->new_state = CT_TCP_CLOSE;
  if (result->old_state != CT_TCP_CLOSE)
    result->changes |= CT_CHANGE_STATE;
  if (was_closed || entry->status & CT_STATUS_FIXED_TIMEOUT)
    return;
  entry->l4.tcp.timeout = CT_TIMEOUT_TCP_CLOSE;
  ct_core_refresh(engine, entry, ct_core_timeout(engine, CT_TIMEOUT_TCP_CLOSE));
  result->changes |= CT_CHANGE_REFRESHED;
  result->events |= CT_EV_PROTOINFO;
}

static ct_timeout tcp_timeout(const ct_entry *entry) { return (ct_timeout)entry->l4.tcp.timeout; }

/* --- how timeouts entered --- */

#define CHOICES ((UINT64_C(1) << (CT_TIMEOUT_TCP_UNACK + 1)) - (UINT64_C(1) << CT_TIMEOUT_TCP_NONE))

/* choose_timeout and commit hold each timeout against those of retransmissions and of unacknowledged data. */
static bool tcp_chooses_alike(const int64_t *a, const int64_t *b)
{
  unsigned t;

  for (t = CT_TIMEOUT_TCP_NONE; t <= CT_TIMEOUT_TCP_UNACK; t++)
    if ((a[t] > a[CT_TIMEOUT_TCP_RETRANS]) != (b[t] > b[CT_TIMEOUT_TCP_RETRANS]) ||
        (a[t] > a[CT_TIMEOUT_TCP_UNACK]) != (b[t] > b[CT_TIMEOUT_TCP_UNACK]))
      return false;
  return true;
}

/* Only suspect_end asks how much time is left, whichever timeout that is the rest of. */
static uint64_t tcp_asked(const ct_entry *entry, const ct_packet *packet, ct_track verdict)
{
  (void)entry;
  return verdict == CT_TRACK_INVALID && packet->l4.tcp.flags & (CT_TCP_FIN | CT_TCP_RST) ? CHOICES : 0;
}

/* It closes, or its data wait to be acknowledged. */
static bool tcp_shortens(const ct_packet *packet)
{
  return packet->l4.tcp.flags & (CT_TCP_FIN | CT_TCP_RST) || packet->l4.tcp.payload_bytes != 0;
}

static const ct_timing tcp_timing = {
  .choices = CHOICES, .chooses_alike = tcp_chooses_alike, .asked = tcp_asked, .shortens = tcp_shortens
};

/* Here last_scale is a scale; older kernels' trackers keep something else there. */
static bool tcp_sound(const ct_entry *entry)
{
  return ct_tcp_sound(entry) && entry->l4.tcp.last_scale <= CT_TCP_SCALE_MOST;
}

const ct_proto ct_proto_tcp = {
  CT_TCP_FACTS,           .sound = tcp_sound,   .packet = ct_tcp_packet, .may_evict = ct_tcp_is_closing,
  .timeout = tcp_timeout, .timing = &tcp_timing
};
