/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of the state table that were used, what the exceptions made of them, and the window. */
#include "parts.h"

#include "conntrack/proto/tables.h"

/* As in tcp_in_window: acknowledgements may be this old at least. */
enum { ACK_WINDOW_LEAST = 66000 };

/* As conntrack prints them: the side is not held to its bounds; max_ack holds a value. */
enum { FLAG_BE_LIBERAL = 0x08, FLAG_MAXACK_SET = 0x20 };

static void say_cell(explain_teller *t, guint8 proto, const ct_trace_cell *cell)
{
  const char *row = explain_row_name(proto, cell->row), *old = explain_cell_name(proto, cell->old);

  if (cell->cell == CT_TCP_INVALID)
    explain_say(t, EXPLAIN_TABLE, "%s from the %s side in state %s: INVALID.", row, explain_dir(cell->dir), old);
  else if (cell->cell == CT_TCP_IGNORE)
    explain_say(t, EXPLAIN_TABLE, "%s from the %s side in state %s: ignore, which lets it pass and changes nothing.",
                row, explain_dir(cell->dir), old);
  else
    explain_say(t, EXPLAIN_TABLE, "%s from the %s side in state %s leads to %s.", row, explain_dir(cell->dir), old,
                explain_cell_name(proto, cell->cell));
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

static void say_exception(explain_teller *t, const ct_trace_cell *cell)
{
  const ct_trace *trace = t->facts->trace;

  switch (t->facts->result->reason) {
  case CT_REASON_TCP_RESYNC:
    explain_say(
      t, EXPLAIN_EXCEPTION,
      "It answers the SYN that was let through before: the connection starts over, from SYN_SENT to SYN_RECV.");
    return;
  case CT_REASON_TCP_REOPEN:
    explain_say(
      t, EXPLAIN_EXCEPTION,
      "The old connection was closed (a FIN began it, or this side had reset it), so the SYN may take its place.");
    return;
  case CT_REASON_TCP_REOPEN_IGNORED:
    explain_say(t, EXPLAIN_EXCEPTION,
                "The old connection was not closed from here, so the SYN is only remembered, until an answer tells "
                "whether it was taken.");
    return;
  case CT_REASON_TCP_IGNORED:
    explain_say(t, EXPLAIN_EXCEPTION, "Its numbers are remembered, to understand the other side's answer.");
    return;
  case CT_REASON_TCP_CHALLENGE_ACK:
    explain_say(t, EXPLAIN_EXCEPTION,
                "It is a challenge ACK (RFC 5961) to a SYN that was let through: the state is kept.");
    return;
  case CT_REASON_TCP_PICKUP:
    if (t->facts->params->profile->tcp_tracker != NULL)
      explain_say(t, EXPLAIN_EXCEPTION,
                  "ip_conntrack_tcp_loose is on, so a connection may be picked up in the middle; %u packets of each "
                  "side go unchecked from then on.",
                  t->facts->params->tcp_loose);
    else
      explain_say(t, EXPLAIN_EXCEPTION,
                  "nf_conntrack_tcp_loose is on, so a connection may be picked up in the middle; it is liberal about "
                  "windows from then on.");
    return;
  default: break;
  }
  if (cell->row == CT_TCP_INDEX_RST && cell->cell == CT_TCP_CLOSE)
    say_reset(t, trace, cell);
  else if (trace->arc == CT_TRACE_ARC_CHECK_WINDOW && trace->arc_new != cell->cell)
    explain_say(t, EXPLAIN_EXCEPTION, "Both sides had sent a SYN: this ends the simultaneous open, in %s.",
                explain_cell_name(CT_PROTO_TCP, trace->arc_new));
}

void explain_tcp_cells(explain_teller *t)
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
  if (proto == CT_PROTO_TCP && n > 0)
    say_exception(t, &trace->cells[0]);
  if (trace->sctp && t->facts->result->conn != 0)
    explain_say(t, EXPLAIN_TAG,
                trace->my_vtag == 0 && !trace->has_before
                  ? "The packet carries verification tag 0x%08x."
                  : "The packet carries verification tag 0x%08x; known for its direction: 0x%08x.",
                trace->vtag, trace->my_vtag);
}

/* --- the window --- */

static gboolean is_after(guint32 a, guint32 b) { return (gint32)(b - a) < 0; }

static void set_bound(explain_bound *bound, const char *name, const char *what, const char *number, guint32 value,
                      guint32 limit, gboolean upper)
{
  gboolean kept = upper ? is_after(limit + 1, value) : is_after(value, limit - 1);

  *bound = (explain_bound){ name, what, number, value, limit, upper, kept, 0 };
  bound->distance = upper == kept ? limit - value : value - limit;
}

guint explain_bounds(const ct_trace *trace, explain_bound *bounds)
{
  const ct_tcp_side_view *s = &trace->sender, *r = &trace->receiver;

  if (trace->window != CT_TRACE_WINDOW_CHECKED)
    return 0;
  set_bound(&bounds[0], "I", "upper bound of the sequence number", "seq", trace->seq, s->max_end, TRUE);
  set_bound(&bounds[1], "II", "lower bound of the sequence number", "end", trace->end, s->end - r->max_window, FALSE);
  set_bound(&bounds[2], "III", "upper bound of the acknowledgement", "ack", trace->sack, r->end, TRUE);
  set_bound(&bounds[3], "IV", "lower bound of the acknowledgement", "ack",
            trace->ack_bound_2_6 ? trace->ack : trace->sack,
            r->end - MAX(s->max_window, (guint32)ACK_WINDOW_LEAST) + trace->ack_bound_2_6, FALSE);
  /* Before the receiver has said anything its window is not known. */
  if (r->max_window == 0)
    bounds[1].kept = TRUE;
  return EXPLAIN_BOUNDS;
}

static void say_bound(explain_teller *t, const explain_bound *bound, const char *limit)
{
  const ct_trace *trace = t->facts->trace;

  if (!bound->upper && bound->number[0] == 'e' && trace->receiver.max_window == 0)
    explain_say(t, EXPLAIN_WINDOW, "Bound II, %s: not known before the receiver has sent anything.", bound->what);
  else
    explain_say(t, EXPLAIN_WINDOW, "Bound %s, %s: %s %u may not be %s %u, %s: %s %u%s.", bound->name, bound->what,
                bound->number, bound->value, bound->upper ? "beyond" : "below", bound->limit, limit,
                bound->kept ? "kept," : "broken by", bound->distance, bound->kept ? " to spare" : "");
}

static void say_scale_and_sack(explain_teller *t)
{
  const ct_trace *trace = t->facts->trace;
  const ct_packet *packet = t->facts->packet;
  guint8 flags = packet->l4.tcp.flags;

  if (!(flags & CT_TCP_ACK) || (flags & CT_TCP_RST && packet->l4.tcp.ack == 0))
    explain_say(t, EXPLAIN_WINDOW,
                "It acknowledges nothing, so the receiver's own end %u stands in for its acknowledgement.", trace->ack);
  else if (trace->sack != trace->ack)
    explain_say(t, EXPLAIN_WINDOW, "It acknowledges %u, and its SACK blocks reach to %u: that is what counts.",
                trace->ack, trace->sack);
  if (flags & CT_TCP_SYN)
    explain_say(t, EXPLAIN_WINDOW, "The window of a SYN is never scaled: it is %u bytes.", packet->l4.tcp.window);
  else if (trace->sender.scale != 0)
    explain_say(t, EXPLAIN_WINDOW, "Its window of %u is scaled by 2 to the %u: %u bytes.", packet->l4.tcp.window,
                trace->sender.scale, (guint32)packet->l4.tcp.window << trace->sender.scale);
}

/* A side met for the first time has no past to be held against: it is taken as it comes. */
static void say_first_of_side(explain_teller *t)
{
  const ct_trace *trace = t->facts->trace;
  const ct_tcp_side_view *s = &trace->sender;

  if (trace->has_before && trace->look_ups == 1 && trace->before.tcp.side[t->facts->result->dir].max_window != 0)
    return;
  if (t->facts->result->cls == CT_CLASS_INVALID) /* its direction is not told */
    return;
  explain_say(t, EXPLAIN_WINDOW,
              "It is the first segment of its side, taken as it comes: sent up to %u, may send up to %u, window %u.",
              s->end, s->max_end, s->max_window);
}

static void say_waived(explain_teller *t, const explain_bound *bounds)
{
  const explain_facts *f = t->facts;

  if (f->result->cls == CT_CLASS_INVALID || (bounds[0].kept && bounds[1].kept && bounds[2].kept && bounds[3].kept))
    return;
  if (f->trace->sender.flags & FLAG_BE_LIBERAL)
    explain_say(t, EXPLAIN_WINDOW,
                "The connection was picked up in the middle, so this side is not held to its bounds.");
  else if (f->params->tcp_be_liberal)
    explain_say(t, EXPLAIN_WINDOW, "nf_conntrack_tcp_be_liberal is on: nobody is held to the bounds.");
}

void explain_window(explain_teller *t)
{
  const ct_trace *trace = t->facts->trace;
  explain_bound bounds[EXPLAIN_BOUNDS];
  char *limit;

  if (trace->window == CT_TRACE_WINDOW_OPENS)
    explain_say(t, EXPLAIN_WINDOW, "The SYN opens its side and acknowledges nothing: there is nothing to check.");
  if (explain_bounds(trace, bounds) == 0)
    return;
  say_first_of_side(t);
  say_scale_and_sack(t);
  say_bound(t, &bounds[0], "the most that the receiver's window has allowed");
  limit = g_strdup_printf("the sender's end %u less the receiver's largest window %u", trace->sender.end,
                          trace->receiver.max_window);
  say_bound(t, &bounds[1], limit);
  g_free(limit);
  say_bound(t, &bounds[2], "the end of what the receiver has sent");
  limit = g_strdup_printf("the receiver's end %u less %u", trace->receiver.end, trace->receiver.end - bounds[3].limit);
  say_bound(t, &bounds[3], limit);
  g_free(limit);
  say_waived(t, bounds);
}
