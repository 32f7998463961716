/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of the state table that were used, and the exceptions to them. */
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"
#include "explain/topics.h"

/* As conntrack prints it: max_ack holds a value. */
enum { FLAG_MAXACK_SET = 0x20 };

static void say_cell(explain_teller *t, guint8 proto, const ct_trace_cell *cell)
{
  const ct_profile *profile = t->facts->params->profile;
  const char *row = explain_row_name(profile, proto, cell->row), *old = explain_cell_name(profile, proto, cell->old);

  if (cell->cell == CT_TCP_INVALID)
    explain_say(t, EXPLAIN_TABLE, "%s from the %s side in state %s: INVALID.", row, explain_dir(cell->dir), old);
  else if (cell->cell == CT_TCP_IGNORE)
    explain_say(t, EXPLAIN_TABLE, "%s from the %s side in state %s: ignore, which lets it pass and changes nothing.",
                row, explain_dir(cell->dir), old);
  else
    explain_say(t, EXPLAIN_TABLE, "%s from the %s side in state %s leads to %s.", row, explain_dir(cell->dir), old,
                explain_cell_name(profile, proto, cell->cell));
}

/* Which resets are believed (spec 5.5): the numbers they were held against. */
static void say_reset(explain_teller *t, const ct_trace *trace, const ct_trace_cell *cell)
{
  const ct_tcp_side_view *other = &trace->before.tcp.side[!cell->dir];
  gboolean has_ack = other->flags & FLAG_MAXACK_SET && trace->before.tcp.last_index != CT_TCP_INDEX_SYN;

  if (!trace->has_before)
    return;
  if (trace->arc == CT_TRACE_ARC_ACCEPT && cell->old >= CT_TCP_FIN_WAIT && cell->old <= CT_TCP_CLOSE) {
    explain_say(t, EXPLAIN_EXCEPTION,
                "The connection is being closed already: a reset is believed whatever its numbers are.");
    return;
  }
  if (has_ack)
    explain_say(t, EXPLAIN_EXCEPTION, "The other side has acknowledged up to %u, and the reset has sequence number %u.",
                other->max_ack, t->facts->packet->l4.tcp.seq);
  if (trace->arc == CT_TRACE_ARC_ACCEPT)
    explain_say(t, EXPLAIN_EXCEPTION,
                "It acknowledges something that was let through before, and is believed without a look at its window.");
  else if (t->facts->result->reason == CT_REASON_TCP_RST_CHALLENGE)
    explain_say(t, EXPLAIN_EXCEPTION,
                "That is not exact: the peer may answer with a challenge ACK (RFC 5961), so the state is kept.");
}

/* => NULL: there is more to it than a sentence. */
static const char *exception_words(guint16 reason)
{
  switch (reason) {
  case CT_REASON_TCP_RESYNC:
    return "It answers the SYN that was let through before: the connection starts over, from SYN_SENT to SYN_RECV.";
  case CT_REASON_TCP_REOPEN:
    return "The old connection was closed (a FIN began it, or this side had reset it), so the SYN may take its place.";
  case CT_REASON_TCP_REOPEN_IGNORED:
    return "The old connection was not closed from here, so the SYN is only remembered, until an answer tells whether "
           "it was taken.";
  case CT_REASON_TCP_SYNACK_IGNORED: return "No SYN was let through whose answer this is: it is only remembered.";
  case CT_REASON_TCP_IGNORED: return "Its numbers are remembered, to understand the other side's answer.";
  case CT_REASON_TCP_CHALLENGE_ACK:
    return "It is a challenge ACK (RFC 5961) to a SYN that was let through: the state is kept.";
  default: return NULL;
  }
}

static void say_exception(explain_teller *t, const ct_trace_cell *cell)
{
  const ct_trace *trace = t->facts->trace;
  const char *words = exception_words(t->facts->result->reason);

  if (words != NULL) {
    explain_say(t, EXPLAIN_EXCEPTION, "%s", words);
    return;
  }
  switch (t->facts->result->reason) {
  case CT_REASON_TCP_SYN_IGNORED:
    explain_say(t, EXPLAIN_EXCEPTION,
                "The port may be used again, or the SYN may be forged: it is only remembered. A SYN/ACK that "
                "acknowledges %u will show that a new connection begins; until then packets are held against the old "
                "one's numbers.",
                t->facts->packet->l4.tcp.seq + t->facts->packet->l4.tcp.payload_bytes + 1);
    return;
  case CT_REASON_TCP_ACK_IGNORED:
    explain_say(
      t, EXPLAIN_EXCEPTION,
      "The other side may still have an older connection. The ACK is remembered: a reset with sequence number "
      "%u is an answer to it, and is believed.",
      t->facts->packet->l4.tcp.ack);
    return;
  case CT_REASON_TCP_PICKUP:
    if (t->facts->params->profile->tcp_loose_counts)
      explain_say(t, EXPLAIN_EXCEPTION,
                  "%s is on, so a connection may be picked up in the middle; %u packets of each side go unchecked from "
                  "then on.",
                  explain_sysctl(t, "nf_conntrack_tcp_loose"), t->facts->params->tcp_loose);
    else
      explain_say(t, EXPLAIN_EXCEPTION,
                  "%s is on, so a connection may be picked up in the middle; it is liberal about windows from then on.",
                  explain_sysctl(t, "nf_conntrack_tcp_loose"));
    return;
  default: break;
  }
  if (cell->row == CT_TCP_INDEX_RST && cell->cell == CT_TCP_CLOSE)
    say_reset(t, trace, cell);
  else if (trace->arc == CT_TRACE_ARC_CHECK_WINDOW && trace->arc_new != cell->cell)
    explain_say(t, EXPLAIN_EXCEPTION, "Both sides had sent a SYN: this ends the simultaneous open, in %s.",
                explain_cell_name(t->facts->params->profile, trace->tuple.proto, trace->arc_new));
}

void explain_cells(explain_teller *t)
{
  const ct_trace *trace = t->facts->trace;
  guint8 proto = trace->tuple.proto;
  guint i, n = MIN(trace->n_cells, CT_TRACE_CELLS_MAX);

  for (i = 0; i < n; i++)
    say_cell(t, proto, &trace->cells[i]);
  if (n == 0 && trace->sctp && t->facts->result->cls != CT_CLASS_INVALID && t->facts->result->conn != 0)
    explain_say(t, EXPLAIN_TABLE, "None of its chunks has a row in the state table: the state stays as it is.");
  if (trace->n_cells > n)
    explain_say(t, EXPLAIN_TABLE, "%u more chunks are not told here.", trace->n_cells - n);
  if (ct_proto_tracker(t->facts->params->profile, proto)->shows & CT_SHOWS_WINDOWS && n > 0)
    say_exception(t, &trace->cells[0]);
  if (trace->sctp && t->facts->result->conn != 0)
    explain_say(t, EXPLAIN_TAG,
                trace->my_vtag == 0 && !trace->has_before
                  ? "The packet carries verification tag 0x%08x."
                  : "The packet carries verification tag 0x%08x; known for its direction: 0x%08x.",
                trace->vtag, trace->my_vtag);
}
