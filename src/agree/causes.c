/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why there is a difference, where what is known tells it: the most certain cause first. */
#include "internal.h"

#include <string.h>

#include "conntrack/proto/proto.h"
#include "conntrack/trace.h"

static gboolean said(agree_difference *d, agree_cause cause, const char *format, ...) G_GNUC_PRINTF(3, 4);
static gboolean said(agree_difference *d, agree_cause cause, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  d->cause = cause;
  d->words = g_strdup_vprintf(format, args);
  va_end(args);
  return TRUE;
}

/* What may be so, and may not: it is told, and explains nothing. */
static gboolean perhaps(agree_difference *d)
{
  d->perhaps = TRUE;
  return TRUE;
}

static double seconds(gint64 ns) { return (double)ns / 1e9; }

static const agree_seen *seen_of(const agree *a, const listing_entry *e)
{
  return &a->seen[e - (const listing_entry *)(gpointer)a->there->entries->data];
}

static const char *spelt(const agree *a, guint timeout)
{
  const char *name =
    timeout < CT_TIMEOUT_COUNT ? ct_params_spell_timeout(a->params->profile, (ct_timeout)timeout) : NULL;

  return name != NULL ? name : "a timeout without a sysctl";
}

/* ---- timeouts ---- */

/* Which an entry of the listing runs on in its state; CT_TIMEOUT_COUNT: nobody knows. */
static guint timeout_of(const agree *a, const listing_entry *e)
{
  const ct_proto *proto = ct_proto_tracker(a->params->profile, e->tuple[CT_ORIGINAL].proto);

  if (proto->n_states > 0 && e->has & LISTING_STATE)
    return (guint)proto->first_timeout + e->state;
  switch (e->tuple[CT_ORIGINAL].proto) {
  case CT_PROTO_UDP: return e->status & CT_STATUS_ASSURED ? CT_TIMEOUT_UDP_STREAM : CT_TIMEOUT_UDP;
  case CT_PROTO_ICMP: return CT_TIMEOUT_ICMP;
  case CT_PROTO_ICMPV6: return CT_TIMEOUT_ICMPV6;
  default: return CT_TIMEOUT_COUNT;
  }
}

/* The box's value of it: as its entries say, else as assumed. */
static gint64 value_ns(const agree *a, guint timeout)
{
  const agree_timeout *t = &a->timeouts[timeout];

  return (t->agreeing > 0 && !a->facts.told[timeout] ? (gint64)t->value_s : (gint64)a->params->timeout_s[timeout]) *
         NS_PER_S;
}

static gboolean is_another(const agree *a, guint timeout)
{
  const agree_timeout *t = &a->timeouts[timeout];

  return timeout < CT_TIMEOUT_COUNT && t->agreeing > 0 &&
         ABS((gint64)t->value_s - (gint64)a->params->timeout_s[timeout]) > 1;
}

static gboolean says_timeout(const agree *a, agree_difference *d, guint timeout)
{
  const agree_shift *shift = &a->shift;
  const char *side = shift->shift_s > 0 ? "later" : "earlier";

  if (!is_another(a, timeout))
    return FALSE;
  if (shift->is_sure)
    return said(d, AGREE_MOMENT,
                "the listing is %" G_GINT64_FORMAT " s %s than the moment: timeouts of %u state%s are off by as much",
                ABS(shift->shift_s), side, shift->states, shift->states == 1 ? "" : "s");
  /* What the box has told is not contradicted: packets may be missing, or it knows more of the entry than is listed. */
  if (a->facts.told[timeout])
    return FALSE;
  if (shift->shift_s != 0)
    return said(
      d, AGREE_TIMEOUT,
      "the box gives %u s where %u was assumed: %s; or the listing is %" G_GINT64_FORMAT " s %s than the moment",
      a->timeouts[timeout].value_s, a->params->timeout_s[timeout], spelt(a, timeout), ABS(shift->shift_s), side);
  return said(d, AGREE_TIMEOUT, "the box gives %u s where %u was assumed: %s", a->timeouts[timeout].value_s,
              a->params->timeout_s[timeout], spelt(a, timeout));
}

/* ---- before the capture ---- */

/* By its age there, or by what its timeout says of its last packet. */
static gboolean began_before(const agree *a, const listing_entry *e)
{
  return e->has & LISTING_AGE && a->now_ns - (gint64)MIN(e->age_s, (guint64)G_MAXINT32) * NS_PER_S < a->first_ns;
}

static gint64 last_packet_ns(const agree *a, const listing_entry *e)
{
  guint timeout = timeout_of(a, e);
  gint64 value;

  if (!(e->has & LISTING_TIMEOUT) || timeout >= CT_TIMEOUT_COUNT)
    return G_MAXINT64;
  value = value_ns(a, timeout);
  return (gint64)e->timeout_s * NS_PER_S > value ? G_MAXINT64 : a->now_ns - (value - e->timeout_s * NS_PER_S);
}

/* What the capture has of it begins so soon that it may have lived before. */
static gboolean may_be_older(const agree *a, const listing_entry *e, const agree_seen *seen)
{
  guint timeout = timeout_of(a, e);

  if (began_before(a, e) || !seen->begins)
    return TRUE;
  if (e->has & LISTING_AGE || e->tuple[CT_ORIGINAL].proto == CT_PROTO_TCP || timeout >= CT_TIMEOUT_COUNT)
    return FALSE;
  return seen->first_ns - a->first_ns < value_ns(a, timeout);
}

/* ---- only there ---- */

static gboolean is_untold(const ct_tuple *t) { return ct_tuple_is_icmp(t) && t->src_id == 0 && t->dst_id == 0; }

/* No packet of it was captured. */
static gboolean explain_unseen(const agree *a, agree_difference *d)
{
  const listing_entry *e = d->there;
  gint64 last_ns = last_packet_ns(a, e);

  if (e->status & CT_STATUS_OFFLOAD)
    return said(d, AGREE_OFFLOADED, "it is offloaded: its packets pass by a flow table, and were not captured");
  if (last_ns < a->first_ns && !a->facts.loaded)
    return said(d, AGREE_BEFORE, "began before the capture: its last packet came %.0f s before the first one",
                seconds(a->first_ns - last_ns));
  if (began_before(a, e) && last_ns == G_MAXINT64 && !a->facts.loaded)
    return said(d, AGREE_BEFORE, "began before the capture, %" G_GUINT64_FORMAT " s before the moment", e->age_s);
  if (last_ns == G_MAXINT64 && !a->facts.loaded)
    return said(d, AGREE_NOT_CAPTURED,
                "no packet of it is in the capture up to then: it is older, it came by an interface that was not "
                "captured, a filter left it out, or the listing is of a later moment");
  return said(d, AGREE_NOT_CAPTURED,
              "no packet of it is in the capture up to then: it came by an interface that was not captured, "
              "a filter left it out, or the listing is of a later moment");
}

static gboolean explain_ended(const agree *a, agree_difference *d, const agree_seen *seen)
{
  gint64 ago_ns = a->now_ns - seen->ended_ns;

  if (seen->ended_why == CT_REASON_END_TIMEOUT) {
    if (says_timeout(a, d, seen->ended_on))
      return TRUE;
    if (seen->ended_on >= CT_TIMEOUT_COUNT || !(d->there->has & LISTING_TIMEOUT) || d->there->timeout_s <= 1)
      return FALSE;
    said(d, AGREE_TIMEOUT, "it ended here %.1f s before by %s: the box gives more than %u s", seconds(ago_ns),
         spelt(a, seen->ended_on), a->params->timeout_s[seen->ended_on]);
    /* Proven where more is listed than was assumed; else packets of it may be missing from the capture. */
    return timeout_of(a, d->there) == seen->ended_on && d->there->timeout_s > a->params->timeout_s[seen->ended_on]
             ? TRUE
             : perhaps(d);
  }
  if (seen->ended_why == CT_REASON_END_EVICTED || seen->ended_why == CT_REASON_END_GC_EVICTED)
    return said(d, AGREE_EVICTED,
                "it was evicted here %.1f s before, as the table was full: %s%s%sthere another had to go, or the "
                "newcomer was dropped",
                seconds(ago_ns), a->facts.told_max ? "" : "the box's ",
                a->facts.told_max ? "" : ct_params_spell(a->params->profile, "nf_conntrack_max"),
                a->facts.told_max ? "" : " is larger, or ");
  return FALSE;
}

/* What is left is listed in whole seconds, also in the listing that the table was loaded from. */
static gboolean ends_now(const agree *a, agree_difference *d, const agree_seen *seen)
{
  const listing_entry *e = d->there;
  gint64 ago_ns = a->now_ns - seen->ended_ns;

  return seen->ended_why == CT_REASON_END_TIMEOUT && e->has & LISTING_TIMEOUT && e->timeout_s <= 1 &&
         ago_ns <= NS_PER_S + a->facts.took_ns &&
         said(d, AGREE_MOMENT, "it ends within the second of the moment: here it ended %.1f s before", seconds(ago_ns));
}

static gboolean explain_there(const agree *a, agree_difference *d)
{
  const listing_entry *e = d->there;
  const agree_seen *seen = seen_of(a, e);

  if (is_untold(&e->tuple[CT_ORIGINAL]))
    return said(d, AGREE_UNTOLD, "the listing does not tell its type and number");
  if (ends_now(a, d, seen))
    return TRUE;
  if (seen->packets == 0)
    return explain_unseen(a, d);
  if (seen->dropped == seen->packets)
    return said(d, AGREE_RULE, "a rule dropped its packets here, all %" G_GUINT64_FORMAT, seen->packets);
  if (seen->ended_why != 0 && explain_ended(a, d, seen))
    return TRUE;
  if (e->status & CT_STATUS_OFFLOAD)
    return said(d, AGREE_OFFLOADED, "it is offloaded: its packets pass by a flow table");
  if (seen->refused > 0 && !seen->begins && !a->facts.loaded)
    return said(d, AGREE_BEFORE, "began before the capture, which has it from its middle on: %s",
                ct_reason_word((ct_reason)seen->refused_why));
  if (seen->refused == seen->packets)
    return said(d, AGREE_REFUSED, "its packets were refused here: %s", ct_reason_word((ct_reason)seen->refused_why));
  return FALSE;
}

/* ---- only here ---- */

static gboolean has_family(const agree *a, guint8 family)
{
  guint i;

  for (i = 0; i < a->there->entries->len; i++)
    if (g_array_index(a->there->entries, listing_entry, i).tuple[CT_ORIGINAL].family == family)
      return TRUE;
  return FALSE;
}

/* No listed entry in its state has as much left as it would have with the timeout that was assumed. */
static gboolean is_bounded(const agree *a, const ct_view *v)
{
  const agree_timeout *t = &a->timeouts[v->timeout];

  return !a->facts.told[v->timeout] && t->agreeing == 0 && t->largest_s > 0 && v->idle_ns > t->largest_s * NS_PER_S;
}

/* Rules for translation meet a connection's first packet alone; what they said of it then stays. */
static gboolean explain_translation(const agree *a, agree_difference *d)
{
  const listing_entry *e = d->there;

  if (!a->facts.ruled || a->facts.loaded || !may_be_older(a, e, seen_of(a, e)))
    return FALSE;
  return (began_before(a, e) || perhaps(d)) &&
         said(d, AGREE_BEFORE, "%s before the capture, and is translated as was settled then, not as these rules would",
              began_before(a, e) ? "began" : "may have begun");
}

static gboolean explain_rules(const agree *a, agree_difference *d)
{
  return !a->facts.ruled &&
         said(d, AGREE_NO_RULES, "the box's rules translate or mark it, and none were given (--rules)");
}

/* What OUTPUT translates no capture has as it was before, nor has one of the side that it leaves by what had arrived.
 */
static gboolean explain_behind(const agree *a, agree_difference *d)
{
  const ct_tuple *e = d->there->tuple;
  ct_tuple leaves;

  if (!a->facts.ruled || d->here == NULL || !ct_tuple_invert(&e[CT_REPLY], &leaves) ||
      ct_tuple_equal(&leaves, &e[CT_ORIGINAL]) || !ct_tuple_equal(&leaves, &d->here->tuple[CT_ORIGINAL]))
    return FALSE;
  return said(
    d, AGREE_NOT_CAPTURED,
    "the capture has its packets behind their translation alone, as they leave: the box itself sends them, or "
    "they arrived where was not captured");
}

/* Why it is translated otherwise here; then answers are of another connection here, too. */
static gboolean explain_settled(const agree *a, agree_difference *d)
{
  return explain_rules(a, d) || explain_behind(a, d) || explain_translation(a, d);
}

/* The box has its packets as those of a connection that is another one here: answers that fit no entry begin one. */
static gboolean explain_second(const agree *a, agree_difference *d)
{
  const guint number = agree_find(a, &d->here->tuple[CT_ORIGINAL]);
  const listing_entry *e = number > 0 ? &g_array_index(a->there->entries, listing_entry, number - 1) : NULL;
  agree_difference other = { .there = e };

  if (e == NULL || !explain_settled(a, &other))
    return FALSE;
  g_free(other.words);
  d->perhaps = other.perhaps;
  if (other.cause == AGREE_NO_RULES)
    return said(d, AGREE_NO_RULES,
                "on the box its packets are those of line %u, which rules translate, and none were given (--rules)",
                e->line);
  return said(d, AGREE_BEFORE,
              "on the box its packets are those of line %u, which %s before the capture, and is translated otherwise",
              e->line, other.perhaps ? "may have begun" : "began");
}

static gboolean explain_here(const agree *a, agree_difference *d)
{
  const ct_view *v = d->here;

  if (explain_second(a, d))
    return TRUE;

  if (a->now_ns - v->created_ns <= NS_PER_S)
    return said(d, AGREE_MOMENT, "it began within the second of the moment");
  if (v->timeout_ns <= NS_PER_S + a->facts.took_ns)
    return said(d, AGREE_MOMENT, "it ends within the second of the moment%s",
                v->timeout_ns <= NS_PER_S ? "" : ", or while the box listed");
  if (!has_family(a, v->tuple[CT_ORIGINAL].family))
    return said(d, AGREE_UNTOLD, "the listing has no entry of %s: conntrack -L lists one family where it is asked so",
                v->tuple[CT_ORIGINAL].family == CT_IPV6 ? "IPv6" : "IPv4");
  if (v->timeout < CT_TIMEOUT_COUNT && is_another(a, v->timeout) && v->idle_ns + NS_PER_S > value_ns(a, v->timeout))
    return says_timeout(a, d, v->timeout);
  if (v->timeout < CT_TIMEOUT_COUNT && is_bounded(a, v))
    return perhaps(d) &&
           said(d, AGREE_TIMEOUT,
                "the box lists no more than %u s in that state, and it has been silent for %.0f: %s may be less than "
                "the %u s assumed",
                a->timeouts[v->timeout].largest_s, seconds(v->idle_ns), spelt(a, v->timeout),
                a->params->timeout_s[v->timeout]);
  if (a->full_ns >= v->created_ns && !(v->status & CT_STATUS_ASSURED))
    return perhaps(d) && said(d, AGREE_EVICTED,
                              "the table was full: on the box it may have been dropped, or evicted; whom a newcomer "
                              "finds to evict depends on the hash, whose seed the box alone knows");
  if (!a->facts.ruled && !(v->status & CT_STATUS_SEEN_REPLY))
    return perhaps(d) && said(d, AGREE_NO_RULES,
                              "it was never answered: a rule of the box may have dropped it, and no rules were "
                              "given (--rules)");
  return FALSE;
}

/* ---- in both ---- */

enum {
  BY_HISTORY = 1 << AGREE_FIELD_STATE | 1 << AGREE_FIELD_TIMEOUT | 1 << AGREE_FIELD_STATUS | 1 << AGREE_FIELD_COUNTERS
};

static gboolean box_has_more(const agree_difference *d)
{
  const listing_entry *e = d->there;
  const ct_view *v = d->here;

  return e->packets[0] >= v->packets[0] && e->packets[1] >= v->packets[1] && e->bytes[0] >= v->bytes[0] &&
         e->bytes[1] >= v->bytes[1];
}

/* What the box has of the other side was not captured. */
static gboolean is_one_sided(const agree_difference *d, const agree_seen *seen)
{
  const listing_entry *e = d->there;

  if (seen->sides == 0 || seen->sides == 3)
    return FALSE;
  return e->has & LISTING_COUNTERS ? (e->packets[0] > 0 && e->packets[1] > 0) : (e->status & CT_STATUS_SEEN_REPLY) != 0;
}

static gboolean explain_helper(agree_difference *d)
{
  const listing_entry *e = d->there;

  if (e->helper == NULL)
    return said(d, AGREE_HELPER, "the box has given it no helper, and here it has %s (--no-helper)", d->here->helper);
  if (d->here->helper != NULL)
    return FALSE;
  return said(d, AGREE_HELPER, "the box has given it the helper %s (--helper, or the rule that does)", e->helper);
}

/* Whether this entry is one of those that say what the box's timeout is. */
static gboolean explain_timeout(const agree *a, agree_difference *d)
{
  const ct_view *v = d->here;
  gint64 implied_s;

  if (v->timeout >= CT_TIMEOUT_COUNT)
    return said(d, AGREE_HELPER, "its helper has set its timeout");
  implied_s = d->there->timeout_s + v->idle_ns / NS_PER_S;
  return ABS(implied_s - (gint64)a->timeouts[v->timeout].value_s) <= 2 && says_timeout(a, d, v->timeout);
}

/*
 * A listing does not tell when UDP's entry becomes a stream, two seconds after it began: one that is here, with packets
 * of less than that, has been loaded.
 */
static gboolean explain_young(const agree *a, agree_difference *d)
{
  const agree_seen *seen = seen_of(a, d->there);

  if (!a->facts.loaded || d->here->tuple[CT_ORIGINAL].proto != CT_PROTO_UDP ||
      seen->last_ns - seen->first_ns >= 2 * NS_PER_S || !(d->here->status & CT_STATUS_ASSURED) ||
      d->there->status & CT_STATUS_ASSURED)
    return FALSE;
  return said(d, AGREE_UNTOLD,
              "the listing that the table was loaded from does not tell when it becomes a stream: on the box it was "
              "none yet");
}

/* What all fields that packets move may differ by. */
static gboolean explain_history(const agree *a, agree_difference *d)
{
  const listing_entry *e = d->there;
  const agree_seen *seen = seen_of(a, e);

  if (e->status & CT_STATUS_OFFLOAD)
    return said(d, AGREE_OFFLOADED, "it is offloaded: its packets pass by a flow table, which keeps its own time");
  if (is_one_sided(d, seen))
    return said(d, AGREE_ONE_SIDED, "the capture has one direction of it alone");
  if (a->facts.loaded || !may_be_older(a, e, seen) || (e->has & LISTING_COUNTERS && !box_has_more(d)))
    return FALSE;
  if (began_before(a, e) || !seen->begins)
    return said(d, AGREE_BEFORE, "began before the capture");
  return perhaps(d) && said(d, AGREE_BEFORE, "may have begun before the capture");
}

/* Answers alone, as those to what the box itself sends in a capture of what comes in, begin an entry of their own. */
static gboolean explain_reversed(const agree *a, agree_difference *d)
{
  return ct_tuple_equal(&d->there->tuple[CT_REPLY], &d->here->tuple[CT_ORIGINAL]) &&
         is_one_sided(d, seen_of(a, d->there)) &&
         said(d, AGREE_ONE_SIDED, "the capture has one direction of it alone, that of the answers");
}

/* Each of these explains some fields; all that differ have to be explained. */
static void explain_both(const agree *a, agree_difference *d)
{
  const guint helper = 1u << AGREE_FIELD_HELPER, timeout = 1u << AGREE_FIELD_TIMEOUT;
  const guint stream = timeout | 1u << AGREE_FIELD_STATUS;
  const guint translated = 1u << AGREE_FIELD_ORIGINAL | 1u << AGREE_FIELD_REPLY;
  const guint ruled = translated | 1u << AGREE_FIELD_MARK;
  guint left = d->fields;
  agree_difference one = *d;
  GString *words = g_string_new(NULL);

#define EXPLAIN(fields, by)                                                         \
  if (left & (fields) && (by)) {                                                    \
    d->cause = d->cause != AGREE_UNKNOWN ? d->cause : one.cause;                    \
    d->perhaps |= one.perhaps;                                                      \
    if (!g_str_has_prefix(words->str, one.words)) /* it has been said */            \
      g_string_append_printf(words, "%s%s", words->len > 0 ? "; " : "", one.words); \
    g_clear_pointer(&one.words, g_free);                                            \
    left &= ~(guint)(fields);                                                       \
  }
  EXPLAIN(translated | BY_HISTORY, d->fields & translated && explain_reversed(a, &one))
  EXPLAIN(helper, explain_helper(&one))
  EXPLAIN(ruled, explain_rules(a, &one))
  EXPLAIN(translated, explain_settled(a, &one))
  EXPLAIN(stream, explain_young(a, &one))
  EXPLAIN(timeout, explain_timeout(a, &one))
  EXPLAIN(BY_HISTORY, (d->fields & translated && explain_settled(a, &one)) || explain_history(a, &one))
#undef EXPLAIN
  if (left != 0)
    d->cause = AGREE_UNKNOWN;
  d->words = g_string_free(words, words->len == 0);
}

void agree_explain(agree *a, agree_difference *d)
{
  switch (d->kind) {
  case AGREE_ONLY_THERE: explain_there(a, d); break;
  case AGREE_ONLY_HERE: explain_here(a, d); break;
  default: explain_both(a, d); break;
  }
}
