/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window: its four bounds with the numbers, and why a segment passed that broke one. */
#include "explain/topics.h"

/* As in tcp_in_window: acknowledgements may be this old at least. */
enum { ACK_WINDOW_LEAST = 66000 };

/* As conntrack prints it: the side is not held to its bounds. */
enum { FLAG_BE_LIBERAL = 0x08 };

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
    explain_say(t, EXPLAIN_WINDOW, "%s is on: nobody is held to the bounds.",
                explain_sysctl(t, "nf_conntrack_tcp_be_liberal"));
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
