/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The window check (tcp_in_window; G. van Rooij, "Real Stateful TCP Packet Filtering in IP Filter", 2000). For each
 * side s with the other one r, four bounds on a segment:
 *
 *   I    its end is not beyond what r's window allows:            seq <= s.max_end
 *   II   it is not older than the largest window r ever had:      end >= s.end - r.max_window
 *   III  it acknowledges nothing that r did not send:             ack <= r.end
 *   IV   its acknowledgement is not impossibly old:               ack >= r.end - max(s.max_window, 66000)
 *
 * Breaking I or III is INVALID, II or IV is let through without effect since 6.1, and was INVALID before. Spec 5.6,
 * KERNELS K1.4 to K1.8.
 */
#include "conntrack/nat/help.h"
#include "conntrack/proto/tcp_stages.h"

enum { ACK_WINDOW_LEAST = 66000 };

static void start_side(const ct_engine *engine, ct_tcp *tcp, const ct_segment *seg)
{
  ct_tcp_side *s = &tcp->side[seg->dir];

  s->end = s->max_end = seg->end;
  s->max_window = MAX(seg->window, 1);
  ct_tcp_options_read(engine, seg->packet, &tcp->scale[seg->dir], &tcp->flags[seg->dir]);
  /* Scaling holds only where both sides offered it (RFC 7323, 1.3). */
  if ((seg->dir == CT_REPLY || !engine->params.profile->tcp_scales_cleared_by_reply_only) &&
      !(tcp->flags[CT_ORIGINAL] & tcp->flags[CT_REPLY] & CT_TCP_FLAG_WINDOW_SCALE))
    tcp->scale[CT_ORIGINAL] = tcp->scale[CT_REPLY] = 0;
}

/* A side met in the middle: its window is taken from this segment (not scaled in a SYN). */
static void pick_up_side(const ct_engine *engine, ct_tcp *tcp, const ct_segment *seg, uint32_t sack)
{
  ct_tcp_side *s = &tcp->side[seg->dir], *r = &tcp->side[!seg->dir];

  s->end = seg->end;
  s->max_window = MAX((uint32_t)seg->window << tcp->scale[seg->dir], 1);
  s->max_end = seg->end + s->max_window;
  if (r->max_window == 0)
    r->end = r->max_end = sack;
  else if (sack == r->end + 1 && engine->params.profile->tcp_keepalive_ack_bumps_end)
    r->end++; /* the FIN of a connection that was picked up just before */
}

/*
 * Up to 5.15 any segment began its side anew that came before the handshake was over and ran beyond what its side had
 * sent; scales stayed (KERNELS K1.7).
 */
static void start_again(const ct_engine *engine, const ct_entry *entry, ct_tcp *tcp, const ct_segment *seg)
{
  ct_tcp_side *s = &tcp->side[seg->dir];

  if (entry->state != (seg->dir == CT_ORIGINAL ? CT_TCP_SYN_SENT : CT_TCP_SYN_RECV) || !ct_seq_after(seg->end, s->end))
    return;
  s->end = s->max_end = seg->end;
  s->max_window = MAX(seg->window, 1);
  ct_tcp_options_read(engine, seg->packet, &tcp->scale[seg->dir], &tcp->flags[seg->dir]);
}

/* => true where the segment needs no check: a SYN that opens its side and acknowledges nothing. */
static bool meet_side(const ct_engine *engine, const ct_entry *entry, ct_tcp *tcp, const ct_segment *seg, uint32_t sack)
{
  ct_tcp_side *s = &tcp->side[seg->dir];
  bool syn = seg->flags & CT_TCP_SYN;

  if (s->max_window == 0) {
    if (!syn) {
      pick_up_side(engine, tcp, seg, sack);
      return false;
    }
    start_side(engine, tcp, seg);
    return !(seg->flags & CT_TCP_ACK);
  }
  if (!engine->params.profile->tcp_reinit_on_syn_only)
    start_again(engine, entry, tcp, seg);
  else if (syn && ct_seq_after(seg->end, s->end) &&
           (entry->state == CT_TCP_SYN_SENT || entry->state == CT_TCP_SYN_RECV)) {
    /* Another attempt with another initial sequence number. */
    start_side(engine, tcp, seg);
    return seg->dir == CT_REPLY && !(seg->flags & CT_TCP_ACK);
  }
  return false;
}

static __attribute__((noinline)) ct_window broken(const ct_engine *engine, const ct_tcp *tcp, const ct_segment *seg,
                                                  ct_window how, ct_reason reason, ct_bound bound, ct_result *result)
{
  if (tcp->flags[seg->dir] & CT_TCP_FLAG_BE_LIBERAL || engine->params.tcp_be_liberal) {
    /* A connection that is just picked up has no bounds yet: the picking up is what is worth a word. */
    if (result->reason != CT_REASON_TCP_PICKUP) {
      result->bound = bound;
      result->reason = CT_REASON_TCP_LIBERAL;
    }
    return CT_WINDOW_ACCEPT;
  }
  result->bound = bound;
  result->reason = (uint16_t)reason;
  return how;
}

/* What a segment is to keep to. */
typedef struct bounds {
  uint32_t oldest_end, oldest_ack; /* one less than the least that is right */
} bounds;

static bool is_overshoot(const ct_tcp *tcp, const ct_segment *seg, uint32_t sack, bounds b)
{
  const ct_tcp_side *s = &tcp->side[seg->dir], *r = &tcp->side[!seg->dir];

  return r->max_window != 0 && ct_seq_after(seg->end, b.oldest_end) && ct_seq_after(sack, b.oldest_ack) &&
         seg->end - s->max_end + 1 <= r->max_window && ct_seq_before(sack, r->end + 1);
}

static __attribute__((noinline)) ct_window over(const ct_engine *engine, ct_tcp *tcp, const ct_segment *seg,
                                                uint32_t sack, bounds b, ct_result *result)
{
  ct_tcp_side *s = &tcp->side[seg->dir];
  ct_bound bound = { seg->seq, s->max_end, seg->seq - s->max_end };
  uint8_t how = engine->params.profile->tcp_overshoot;
  bool liberal = tcp->flags[seg->dir] & CT_TCP_FLAG_BE_LIBERAL || engine->params.tcp_be_liberal;

  if (how == CT_OVERSHOOT_INVALID || !is_overshoot(tcp, seg, sack, b))
    return broken(engine, tcp, seg, CT_WINDOW_INVALID, CT_REASON_TCP_SEQ_OVER, bound, result);
  /* A little more than allowed, otherwise fine: some stacks do that, and the data may well be taken. */
  if (how == CT_OVERSHOOT_ACCEPTED || !liberal) {
    s->end = seg->end;
    tcp->flags[seg->dir] |= CT_TCP_FLAG_DATA_UNACKNOWLEDGED;
  }
  if (how == CT_OVERSHOOT_NOTED)
    return broken(engine, tcp, seg, CT_WINDOW_INVALID, CT_REASON_TCP_SEQ_OVER, bound, result);
  return broken(engine, tcp, seg, CT_WINDOW_IGNORE, CT_REASON_TCP_OVERSHOOT, bound, result);
}

/*
 * A segment that is older, or acknowledges what is older, than it may: since 6.1 it is let through without effect.
 */
static __attribute__((noinline)) ct_window under(const ct_engine *engine, const ct_tcp *tcp, const ct_segment *seg,
                                                 uint32_t value, uint32_t least, bool of_seq, ct_result *result)
{
  ct_bound bound = { value, least, least - value };

  if (engine->params.profile->tcp_window_three_way)
    return broken(engine, tcp, seg, CT_WINDOW_IGNORE, of_seq ? CT_REASON_TCP_SEQ_UNDER : CT_REASON_TCP_ACK_UNDER, bound,
                  result);
  return broken(engine, tcp, seg, CT_WINDOW_INVALID, of_seq ? CT_REASON_TCP_SEQ_LOW : CT_REASON_TCP_ACK_LOW, bound,
                result);
}

/* Whether bound II holds nothing: the receiver's window is not known. */
static inline bool has_no_window(const ct_engine *engine, const ct_tcp_side *receiver)
{
  return receiver->max_window == 0 && engine->params.profile->tcp_lower_seq_skipped_without_receiver_window;
}

static bounds bounds_of(const ct_tcp_side *s, const ct_tcp_side *r)
{
  return (bounds){ .oldest_end = s->end - r->max_window - 1,
                   .oldest_ack = r->end - MAX(s->max_window, (uint32_t)ACK_WINDOW_LEAST) - 1 };
}

/*
 * Whether all four hold, as they do for nearly every segment. Each is the sign of a difference, as in ct_seq_before and
 * ct_seq_after, so one branch asks for all.
 */
static inline bool keeps_bounds(const ct_tcp_side *s, const ct_tcp_side *r, const ct_segment *seg, uint32_t sack)
{
  bounds b = bounds_of(s, r);

  return (int32_t)((seg->seq - (s->max_end + 1)) & (sack - (r->end + 1)) & (b.oldest_end - seg->end) &
                   (b.oldest_ack - sack)) < 0;
}

/* Which of them is broken, and what comes of it. Where that is II, and it holds nothing, IV alone is left. */
static __attribute__((noinline)) ct_window judge_bounds(const ct_engine *engine, ct_tcp *tcp, const ct_segment *seg,
                                                        uint32_t sack, bool *clean, ct_result *result)
{
  const ct_tcp_side *s = &tcp->side[seg->dir], *r = &tcp->side[!seg->dir];
  bounds b = bounds_of(s, r);

  *clean = false;
  if (!ct_seq_before(seg->seq, s->max_end + 1))
    return over(engine, tcp, seg, sack, b, result);
  if (!ct_seq_before(sack, r->end + 1))
    return broken(engine, tcp, seg, CT_WINDOW_INVALID, CT_REASON_TCP_ACK_OVER,
                  (ct_bound){ sack, r->end, sack - r->end }, result);
  if (!ct_seq_after(seg->end, b.oldest_end) && !has_no_window(engine, r))
    return under(engine, tcp, seg, seg->end, b.oldest_end + 1, true, result);
  if (!ct_seq_after(sack, b.oldest_ack))
    return under(engine, tcp, seg, sack, b.oldest_ack + 1, false, result);
  *clean = true;
  return CT_WINDOW_ACCEPT;
}

/* Bounds I to IV; *clean tells an ACCEPT with all four kept from a waived one. */
static inline ct_window check_bounds(const ct_engine *engine, ct_tcp *tcp, const ct_segment *seg, uint32_t sack,
                                     bool *clean, ct_result *result)
{
  if (G_UNLIKELY(!keeps_bounds(&tcp->side[seg->dir], &tcp->side[!seg->dir], seg, sack)))
    return judge_bounds(engine, tcp, seg, sack, clean, result);
  *clean = true;
  return CT_WINDOW_ACCEPT;
}

/* What an accepted segment teaches about both sides. */
static inline __attribute__((always_inline)) void learn(ct_tcp *tcp, const ct_segment *seg, uint32_t ack, uint32_t sack)
{
  ct_tcp_side *s = &tcp->side[seg->dir], *r = &tcp->side[!seg->dir];
  uint32_t window = seg->window;

  if (!(seg->flags & CT_TCP_SYN))
    window <<= tcp->scale[seg->dir];
  s->max_window = MAX(s->max_window, window + (sack - ack)); /* a SACK shows that the window was open that far */
  if (ct_seq_after(seg->end, s->end)) {
    s->end = seg->end;
    tcp->flags[seg->dir] |= CT_TCP_FLAG_DATA_UNACKNOWLEDGED;
  }
  if (seg->flags & CT_TCP_ACK) {
    if (!(tcp->flags[seg->dir] & CT_TCP_FLAG_MAXACK_SET)) {
      s->max_ack = ack;
      tcp->flags[seg->dir] |= CT_TCP_FLAG_MAXACK_SET;
    } else if (ct_seq_after(ack, s->max_ack)) {
      s->max_ack = ack;
    }
  }
  if (r->max_window != 0 && ct_seq_after(seg->end, s->max_end))
    r->max_window += seg->end - s->max_end;
  if (ct_seq_after(sack + window, r->max_end - 1))
    r->max_end = sack + window + (window == 0); /* a zero window may be probed with one byte */
  if (ack == r->end)
    tcp->flags[!seg->dir] &= (uint8_t)~CT_TCP_FLAG_DATA_UNACKNOWLEDGED;
}

static inline __attribute__((always_inline)) void count_repeats(ct_tcp *tcp, const ct_segment *seg, uint32_t ack)
{
  if (seg->index != CT_TCP_INDEX_ACK)
    return;
  if (tcp->last_dir == seg->dir && tcp->last_seq == seg->seq && tcp->last_ack == ack && tcp->last_end == seg->end &&
      tcp->last_window == seg->window) {
    tcp->retrans++; /* wraps after 256, as the kernel's does */
    return;
  }
  tcp->last_dir = (uint8_t)seg->dir;
  tcp->last_seq = seg->seq;
  tcp->last_ack = ack;
  tcp->last_end = seg->end;
  tcp->last_window = seg->window;
  tcp->retrans = 0;
}

inline ct_window ct_tcp_window_check(ct_engine *engine, ct_entry *entry, ct_segment *seg, ct_result *result)
{
  ct_tcp *tcp = &entry->l4.tcp;
  ct_tcp_side *s = &tcp->side[seg->dir], *r = &tcp->side[!seg->dir];
  uint32_t ack = seg->ack, sack = ack;
  ct_window verdict;
  bool clean;

  if (G_UNLIKELY(entry->status & CT_STATUS_SEQ_ADJUST)) {
    uint32_t moved = ct_nat_ack_offset(engine, entry, seg->dir, ack);

    if (tcp->flags[!seg->dir] & CT_TCP_FLAG_SACK_PERM)
      sack = ct_tcp_options_sack(seg->packet, ack);
    ack -= moved;
    sack -= moved;
  } else if (tcp->flags[!seg->dir] & CT_TCP_FLAG_SACK_PERM)
    sack = ct_tcp_options_sack(seg->packet, ack);
  if (meet_side(engine, entry, tcp, seg, sack)) {
    CT_TRACE(engine, ct_trace_note_sides(engine->trace, CT_TRACE_WINDOW_OPENS, tcp, seg->dir));
    return CT_WINDOW_ACCEPT;
  }
  if (!(seg->flags & CT_TCP_ACK) || (seg->flags & CT_TCP_RST && ack == 0))
    ack = sack = r->end; /* acknowledges nothing, or is a reset whose sender did not care */
  if (seg->flags & CT_TCP_RST && seg->seq == 0 && entry->state == CT_TCP_SYN_SENT)
    seg->seq = seg->end = s->end; /* the answer to a SYN acknowledges, it has no sequence number of its own */
  CT_TRACE(engine, ct_trace_note_sides(engine->trace, CT_TRACE_WINDOW_CHECKED, tcp, seg->dir));
  CT_TRACE(engine, ct_trace_note_segment(engine->trace, seg->seq, seg->end, ack, sack));
  verdict = check_bounds(engine, tcp, seg, sack, &clean, result);
  if (!clean)
    return verdict;
  learn(tcp, seg, ack, sack);
  count_repeats(tcp, seg, ack);
  return CT_WINDOW_ACCEPT;
}

inline __attribute__((always_inline)) bool ct_tcp_window_steady(ct_tcp *tcp, const ct_segment *seg)
{
  const ct_tcp_side *s = &tcp->side[seg->dir], *r = &tcp->side[!seg->dir];

  if (s->max_window == 0 || !keeps_bounds(s, r, seg, seg->ack))
    return false;
  learn(tcp, seg, seg->ack, seg->ack);
  count_repeats(tcp, seg, seg->ack);
  return true;
}
