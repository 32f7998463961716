/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two kernels, one packet, two answers: by which rule of their switches, as far as what the two sides said tells it.
 * What only follows from an earlier difference is nobody's.
 */
#include <string.h>

#include "conntrack/profile/switches.h"
#include "conntrack/proto/tables.h"
#include "diff.h"

/* What a reason says of a switch that the two have otherwise. */
static const struct {
  ct_reason reason;
  const char *name;
} by_reason[] = {
  { CT_REASON_TCP_OVERSHOOT, "tcp_overshoot" },
  { CT_REASON_TCP_SEQ_UNDER, "tcp_window_three_way" },
  { CT_REASON_TCP_ACK_UNDER, "tcp_window_three_way" },
  { CT_REASON_TCP_SEQ_LOW, "tcp_window_three_way" },
  { CT_REASON_TCP_ACK_LOW, "tcp_window_three_way" },
  { CT_REASON_TCP_SYN_RETRANSMIT, "tcp_syn_repeat_renews" },
  { CT_REASON_TCP_RST_CHALLENGE, "tcp_rst_exact_match" },
  { CT_REASON_TCP_ZERO_WINDOW, "tcp_zero_window_timeout" },
  { CT_REASON_TCP_SIMULTANEOUS, "tcp_simultaneous_open" },
  { CT_REASON_TCP_CHALLENGE_ACK, "tcp_challenge_ack_after_last_ack" },
  { CT_REASON_ICMP_ERROR_ADDRESS, "icmp_error_to_sender" },
  { CT_REASON_MRD_UNTRACKED, "icmpv6_mld2_untracked" },
  { CT_REASON_ICMP_REDIRECT_SHORT, "icmpv6_redirect" },
  { CT_REASON_ICMP_REDIRECT_HOPS, "icmpv6_redirect" },
  { CT_REASON_ICMP_REDIRECT_SOURCE, "icmpv6_redirect" },
  { CT_REASON_ICMP_REDIRECT_OPTION, "icmpv6_redirect" },
  { CT_REASON_ICMP_FAMILY, "trackers_by_l3" },
  { CT_REASON_DCCP_SHORT, "dccp_short_header" },
  { CT_REASON_DCCP_SEQUENCE, "dccp_needs_48_bit_sequence" },
  { CT_REASON_DCCP_NEW, "dccp_table" },
  { CT_REASON_SCTP_INIT_AGAIN, "sctp_repeated_init_renews" },
  { CT_REASON_SCTP_IGNORED, "sctp_heartbeat_mismatch_tolerated" },
  { CT_REASON_SCTP_VTAG, "sctp_tag_rules" },
  { CT_REASON_SCTP_INIT_ACK_TAG, "sctp_init_collision_marks" },
  { CT_REASON_SCTP_CHECKSUM, "sctp_checksum" },
  { CT_REASON_CHAIN_TOO_LONG, "chain_limit" },
};

static const ct_switch *changed(const char *name, const diff_seen *a, const diff_seen *b)
{
  const ct_switch *sw = ct_switch_find(name);

  return sw != NULL && ct_switch_differs(sw, a->params->profile, b->params->profile) ? sw : NULL;
}

static const ct_switch *by_reasons(const diff_seen *a, const diff_seen *b)
{
  const ct_switch *sw;
  guint i;

  if (a->result->reason == b->result->reason)
    return NULL;
  for (i = 0; i < G_N_ELEMENTS(by_reason); i++)
    if ((a->result->reason == by_reason[i].reason || b->result->reason == by_reason[i].reason) &&
        (sw = changed(by_reason[i].name, a, b)) != NULL)
      return sw;
  return NULL;
}

/* A reset that the two judge otherwise: by the state that it meets, and by what was there before it. */
static const ct_switch *by_reset(const diff_seen *a, const diff_seen *b)
{
  const ct_trace *t = a->trace;

  if (a->result->reason == b->result->reason || a->result->old_state != b->result->old_state || t->look_ups == 0 ||
      t->tuple.proto != CT_PROTO_TCP || !(a->packet->l4.tcp.flags & CT_TCP_RST) || !t->has_before)
    return NULL;
  if (a->result->old_state >= CT_TCP_FIN_WAIT && a->result->old_state <= CT_TCP_CLOSE)
    return a->result->reason == CT_REASON_NONE || b->result->reason == CT_REASON_NONE
             ? changed("tcp_rst_unchecked_when_closing", a, b)
             : NULL;
  return (a->result->reason == CT_REASON_TCP_RST_SEQ || b->result->reason == CT_REASON_TCP_RST_SEQ) &&
             t->before.tcp.last_index == CT_TCP_INDEX_SYN
           ? changed("tcp_rst_unchecked_after_syn", a, b)
           : NULL;
}

static gboolean runs_on(const diff_seen *x, ct_timeout timeout)
{
  return x->result->changes & CT_CHANGE_REFRESHED && x->trace->timeout == timeout;
}

/* Both accept it without a word, and end in another state or with another timeout. */
static const ct_switch *by_outcome(const diff_seen *a, const diff_seen *b)
{
  const ct_trace *x = a->trace, *y = b->trace;

  if (x->look_ups == 0 || y->look_ups == 0 || x->tuple.proto != y->tuple.proto)
    return NULL;
  switch (x->tuple.proto) {
  case CT_PROTO_UDP:
    if (runs_on(a, CT_TIMEOUT_UDP_STREAM) != runs_on(b, CT_TIMEOUT_UDP_STREAM))
      return changed("udp_stream_two_seconds", a, b);
    return runs_on(a, CT_TIMEOUT_UDP_STREAM) ? changed("udp_stream_timeout_s", a, b) : NULL;
  case CT_PROTO_SCTP:
    if (x->n_cells > 0 && y->n_cells > 0 && x->cells[0].old == y->cells[0].old && x->cells[0].cell != y->cells[0].cell)
      return changed("sctp_table", a, b);
    return runs_on(a, CT_TIMEOUT_SCTP_ESTABLISHED) ? changed("sctp_established_s", a, b) : NULL;
  case CT_PROTO_TCP:
    return a->packet->l4.tcp.flags & CT_TCP_RST && runs_on(a, CT_TIMEOUT_TCP_CLOSE) != runs_on(b, CT_TIMEOUT_TCP_CLOSE)
             ? changed("tcp_rst_close_timeout", a, b)
             : NULL;
  case CT_PROTO_DCCP: return changed("trackers", a, b);
  case CT_PROTO_GRE:
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: return changed("trackers_by_l3", a, b);
  default: return NULL;
  }
}

static guint64 *count_of(diff_rules *rules, const ct_switch *sw)
{
  guint i;

  for (i = 0; ct_switch_get(i) != sw; i++) {}
  g_assert(i < G_N_ELEMENTS(rules->packets));
  return &rules->packets[i];
}

void cli_diff_rule(diff_rules *rules, const diff_seen *a, const diff_seen *b)
{
  const ct_profile *x = a->params->profile, *y = b->params->profile;
  const ct_switch *sw;

  if (x == y || x->ip_conntrack || y->ip_conntrack)
    return;
  sw = by_reset(a, b);
  if (sw == NULL)
    sw = by_reasons(a, b);
  if (sw == NULL && a->result->reason == b->result->reason && a->result->old_state == b->result->old_state)
    sw = by_outcome(a, b);
  ++*(sw != NULL ? count_of(rules, sw) : &rules->others);
}

void cli_diff_rules_put(emit_text *out, const diff_rules *rules, const ct_profile *a, const ct_profile *b)
{
  const ct_switch *sw;
  gboolean any = FALSE;
  char says[256];
  guint i;

  for (i = 0; (sw = ct_switch_get(i)) != NULL; i++) {
    if (rules->packets[i] == 0)
      continue;
    emit_text_string(out, any ? "" : "by the rules that differ between the two kernels, and in how many packets:\n");
    any = TRUE;
    emit_text_literal(out, "  ");
    emit_text_u64_grouped(out, rules->packets[i]);
    emit_text_literal(out, "  ");
    emit_text_string(out, a->name);
    emit_text_literal(out, ": ");
    emit_text_string(out, ct_switch_say(sw, a, says, sizeof(says)));
    emit_text_literal(out, "; ");
    emit_text_string(out, b->name);
    emit_text_literal(out, ": ");
    emit_text_string(out, ct_switch_say(sw, b, says, sizeof(says)));
    emit_text_literal(out, " (");
    emit_text_string(out, sw->rule);
    emit_text_literal(out, ")\n");
  }
  if (!any || rules->others == 0)
    return;
  emit_text_literal(out, "  ");
  emit_text_u64_grouped(out, rules->others);
  emit_text_literal(
    out, "  differ otherwise: they follow from an earlier difference, or one packet does not tell the rule\n");
}
