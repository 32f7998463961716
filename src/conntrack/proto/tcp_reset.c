/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which resets are believed. A reset whose sequence number is not exactly the next one expected may come from an
 * attacker, and a host that follows RFC 5961 answers it with a challenge ACK instead of closing; so the state must be
 * kept. Spec 5.5, 5.8.
 */
#include "conntrack/proto/tcp_stages.h"

bool ct_tcp_is_closing(const ct_entry *entry)
{
  switch (entry->state) {
  case CT_TCP_FIN_WAIT:
  case CT_TCP_CLOSE_WAIT:
  case CT_TCP_LAST_ACK:
  case CT_TCP_TIME_WAIT:
  case CT_TCP_CLOSE: return true;
  default: return false;
  }
}

/* Is it an answer to something that was let through before: a SYN, or the ACK that challenged it? */
static bool answers_ignored(const ct_engine *engine, const ct_entry *entry, const ct_segment *seg)
{
  const ct_tcp *tcp = &entry->l4.tcp;
  bool other_side = tcp->last_dir != seg->dir || !engine->params.profile->tcp_rst_needs_turn;
  bool answers_syn = entry->status & CT_STATUS_SEEN_REPLY && tcp->last_index == CT_TCP_INDEX_SYN && other_side;
  bool answers_ack = !(entry->status & CT_STATUS_ASSURED) && tcp->last_index == CT_TCP_INDEX_ACK;

  if ((answers_syn || answers_ack) && seg->ack == tcp->last_end)
    return true;
  return engine->params.profile->tcp_rst_answers_challenge_ack && entry->state == CT_TCP_SYN_SENT &&
         tcp->last_index == CT_TCP_INDEX_ACK && tcp->last_dir == CT_REPLY && seg->seq == tcp->last_ack;
}

ct_reset ct_tcp_reset_judge(const ct_engine *engine, const ct_entry *entry, const ct_segment *seg, uint8_t *state,
                            ct_result *result)
{
  const ct_profile *profile = engine->params.profile;
  const ct_tcp *tcp = &entry->l4.tcp;
  const ct_tcp_side *other = &tcp->side[!seg->dir];
  bool established = entry->state == CT_TCP_ESTABLISHED && entry->status & CT_STATUS_ASSURED;

  if (profile->tcp_rst_unchecked_when_closing && ct_tcp_is_closing(entry))
    return CT_RESET_ACCEPT;
  /* Once a SYN was let through, the other side's max_ack may be of an older connection. */
  if (tcp->flags[!seg->dir] & CT_TCP_FLAG_MAXACK_SET &&
      (tcp->last_index != CT_TCP_INDEX_SYN || !profile->tcp_rst_unchecked_after_syn)) {
    if (profile->tcp_rst_seq_zero_to_window && seg->seq == 0 && !established)
      return CT_RESET_CHECK;
    if (ct_seq_before(seg->seq, other->max_ack) && !engine->params.tcp_ignore_invalid_rst) {
      result->reason = CT_REASON_TCP_RST_SEQ;
      result->bound = (ct_bound){ seg->seq, other->max_ack, other->max_ack - seg->seq };
      return CT_RESET_INVALID;
    }
    if (!profile->tcp_rst_exact_match)
      return answers_ignored(engine, entry, seg) ? CT_RESET_ACCEPT : CT_RESET_CHECK;
    if (!established || seg->seq == other->max_ack)
      return CT_RESET_CHECK;
    if (tcp->last_index == CT_TCP_INDEX_ACK && tcp->last_dir == seg->dir && seg->seq == tcp->last_end)
      return CT_RESET_CHECK; /* right behind the data it follows */
    *state = (uint8_t)entry->state;
    result->reason = CT_REASON_TCP_RST_CHALLENGE;
  }
  return answers_ignored(engine, entry, seg) ? CT_RESET_ACCEPT : CT_RESET_CHECK;
}
