/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "internal.h"

#include <string.h>

#include "conntrack/proto/proto.h"

const char *agree_cause_word(agree_cause cause)
{
  static const char *const words[] = {
#define X(name, word) word,
    AGREE_CAUSE_LIST(X)
#undef X
  };

  return words[cause];
}

const char *agree_field_word(agree_field field)
{
  static const char *const words[] = {
#define X(name, word) word,
    AGREE_FIELD_LIST(X)
#undef X
  };

  return words[field];
}

/* ---- the play ---- */

static void on_destroy(const ct_event *event, void *user)
{
  agree *a = user;
  guint number = agree_find(a, &event->view->tuple[CT_ORIGINAL]);
  agree_seen *seen;

  if (event->reason == CT_REASON_END_EVICTED || event->reason == CT_REASON_END_GC_EVICTED)
    a->full_ns = event->time_ns;
  if (number == 0)
    return;
  seen = &a->seen[number - 1];
  seen->ended_why = event->reason;
  seen->ended_on = event->view->timeout;
  seen->ended_ns = event->view->ended_ns;
}

agree *agree_new(const listing *there, ct_engine *engine, const agree_facts *facts)
{
  agree *a = g_new0(agree, 1);
  guint n = there->entries->len;

  a->there = there;
  a->engine = engine;
  a->params = ct_engine_params(engine);
  a->facts = *facts;
  a->full_ns = G_MININT64;
  a->seen = g_new0(agree_seen, (gsize)n + 1);
  a->view_of = g_new0(guint, (gsize)n + 1);
  a->views = g_array_new(FALSE, FALSE, sizeof(ct_view));
  a->differences = g_array_new(FALSE, FALSE, sizeof(agree_difference));
  agree_index_entries(a);
  ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, on_destroy, a);
  return a;
}

void agree_free(agree *a)
{
  guint i;

  if (a == NULL)
    return;
  for (i = 0; i < a->differences->len; i++)
    g_free(g_array_index(a->differences, agree_difference, i).words);
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    if (a->implied[i] != NULL)
      g_array_unref(a->implied[i]);
  agree_index_clear(a);
  g_free(a->seen);
  g_free(a->view_of);
  g_free(a->found);
  g_array_unref(a->views);
  g_array_unref(a->differences);
  g_free(a);
}

/* A SYN without ACK, or what has no such beginning. */
static gboolean begins(const ct_packet *packet)
{
  enum { SYN = 2, ACK = 16 };

  return packet->kind == CT_PACKET_TRACK &&
         (packet->tuple.proto != CT_PROTO_TCP || (packet->l4.tcp.flags & (SYN | ACK)) == SYN);
}

/* As the box has it: here it may be another connection's packet. => 1: from its source, 2: to it */
static guint8 side_of(const agree *a, guint number, const ct_tuple *tuple)
{
  const listing_entry *e = &g_array_index(a->there->entries, listing_entry, number - 1);
  ct_tuple behind;

  return ct_tuple_equal(tuple, &e->tuple[CT_ORIGINAL]) ||
             (ct_tuple_invert(&e->tuple[CT_REPLY], &behind) && ct_tuple_equal(tuple, &behind))
           ? 1
           : 2;
}

void agree_packet(agree *a, const ct_packet *packet, const ct_result *result, gboolean dropped)
{
  guint number = packet->kind == CT_PACKET_TRACK ? agree_find(a, &packet->tuple) : 0;
  agree_seen *seen;

  if (result->reason == CT_REASON_TABLE_FULL)
    a->full_ns = packet->time_ns;
  if (number == 0)
    return;
  seen = &a->seen[number - 1];
  if (seen->packets++ == 0) {
    seen->first_ns = packet->time_ns;
    seen->begins = begins(packet);
  }
  seen->last_ns = MAX(seen->last_ns, packet->time_ns);
  seen->sides |= side_of(a, number, &packet->tuple);
  seen->dropped += dropped;
  if (result->cls == CT_CLASS_INVALID || result->verdict == CT_VERDICT_DROP) {
    if (seen->refused++ == 0)
      seen->refused_why = result->reason;
  }
  if (result->entry != NULL)
    seen->ended_why = 0; /* there is one again */
}

/* ---- the moment ---- */

static void keep_view(const ct_view *view, void *user) { g_array_append_vals(((agree *)user)->views, view, 1); }

static guint32 told_status(const listing_entry *e)
{
  return e->has & LISTING_STATUS ? CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED | CT_STATUS_EXPECTED
                                 : CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED;
}

static gboolean counters_differ(const listing_entry *e, const ct_view *v)
{
  return e->has & LISTING_COUNTERS && v->counted &&
         (e->packets[0] != v->packets[0] || e->packets[1] != v->packets[1] || e->bytes[0] != v->bytes[0] ||
          e->bytes[1] != v->bytes[1]);
}

/* By how many seconds the listing has less. */
static gint64 apart_s(const listing_entry *e, const ct_view *v)
{
  gint64 here_s = v->timeout_ns > 0 ? v->timeout_ns / NS_PER_S : 0;

  return e->has & LISTING_TIMEOUT ? here_s - (gint64)e->timeout_s : 0;
}

/* Seconds are cut off there and here, so one of them may be the next; and time went on while the box listed. */
static gboolean timeouts_differ(const agree *a, const listing_entry *e, const ct_view *v)
{
  gint64 apart = apart_s(e, v);

  return apart < -1 || apart > 1 + (a->facts.took_ns + NS_PER_S - 1) / NS_PER_S;
}

static void note_alike(agree *a, const listing_entry *e, const ct_view *v)
{
  gint64 apart = apart_s(e, v);

  a->alike++;
  a->second_apart += apart == -1 || apart == 1;
  a->listed_later += apart > 1;
}

static gboolean helpers_differ(const agree *a, const listing_entry *e, const ct_view *v)
{
  if (e->helper != NULL)
    return v->helper == NULL || g_ascii_strcasecmp(e->helper, v->helper) != 0;
  return a->there->any_helper && v->helper != NULL;
}

static guint fields_of(const agree *a, const listing_entry *e, const ct_view *v)
{
  guint fields = 0;

  if (e->has & LISTING_STATE && e->state != v->state)
    fields |= 1u << AGREE_FIELD_STATE;
  if (timeouts_differ(a, e, v))
    fields |= 1u << AGREE_FIELD_TIMEOUT;
  /* An offloaded flow's mark stands in the place of [ASSURED]. */
  if ((e->status ^ v->status) & told_status(e))
    fields |= 1u << AGREE_FIELD_STATUS;
  if (!ct_tuple_equal(&e->tuple[CT_ORIGINAL], &v->tuple[CT_ORIGINAL]))
    fields |= 1u << AGREE_FIELD_ORIGINAL;
  if (!ct_tuple_equal(&e->tuple[CT_REPLY], &v->tuple[CT_REPLY]))
    fields |= 1u << AGREE_FIELD_REPLY;
  if (counters_differ(e, v))
    fields |= 1u << AGREE_FIELD_COUNTERS;
  if (e->has & LISTING_MARK && e->mark != v->mark)
    fields |= 1u << AGREE_FIELD_MARK;
  if (helpers_differ(a, e, v))
    fields |= 1u << AGREE_FIELD_HELPER;
  return fields;
}

static void add(agree *a, agree_kind kind, const listing_entry *e, const ct_view *v, guint fields)
{
  agree_difference d = { .kind = kind, .there = e, .here = v, .fields = fields };

  agree_explain(a, &d);
  g_array_append_val(a->differences, d);
}

static void match(agree *a)
{
  guint i;

  a->found = g_new0(guint8, (gsize)a->views->len + 1);
  for (i = 0; i < a->views->len; i++) {
    guint number = agree_find(a, &g_array_index(a->views, ct_view, i).tuple[CT_ORIGINAL]);

    if (number == 0 || a->view_of[number - 1] != 0)
      continue;
    a->view_of[number - 1] = i + 1;
    a->found[i] = 1;
    a->both++;
  }
}

static const ct_view *view_of(const agree *a, guint entry)
{
  return a->view_of[entry] != 0 ? &g_array_index(a->views, ct_view, a->view_of[entry] - 1) : NULL;
}

static void compare(agree *a)
{
  guint i;

  for (i = 0; i < a->there->entries->len; i++) {
    const listing_entry *e = &g_array_index(a->there->entries, listing_entry, i);
    const ct_view *v = view_of(a, i);
    guint fields = v != NULL ? fields_of(a, e, v) : 0;

    if (v == NULL)
      add(a, AGREE_ONLY_THERE, e, NULL, 0);
    else if (fields != 0)
      add(a, AGREE_DIFFERS, e, v, fields);
    else
      note_alike(a, e, v);
  }
  for (i = 0; i < a->views->len; i++)
    if (!a->found[i])
      add(a, AGREE_ONLY_HERE, NULL, &g_array_index(a->views, ct_view, i), 0);
}

void agree_at(agree *a, gint64 first_ns)
{
  a->now_ns = ct_engine_now(a->engine);
  a->first_ns = first_ns;
  ct_engine_each(a->engine, keep_view, a);
  match(a);
  agree_find_timeouts(a);
  agree_find_shift(a);
  compare(a);
}

guint agree_in_both(const agree *a) { return a->both; }
guint agree_alike(const agree *a) { return a->alike; }
guint agree_second_apart(const agree *a) { return a->second_apart; }
guint agree_listed_later(const agree *a) { return a->listed_later; }
gint64 agree_now(const agree *a) { return a->now_ns; }

const agree_difference *agree_get(const agree *a, guint i)
{
  return i < a->differences->len ? &g_array_index(a->differences, agree_difference, i) : NULL;
}

guint agree_unexplained(const agree *a)
{
  guint n = 0, i;

  for (i = 0; i < a->differences->len; i++) {
    const agree_difference *d = &g_array_index(a->differences, agree_difference, i);

    n += d->cause == AGREE_UNKNOWN || d->perhaps;
  }
  return n;
}

gboolean agree_timeout_of(const agree *a, ct_timeout timeout, agree_timeout *found)
{
  *found = a->timeouts[timeout];
  return !a->facts.told[timeout] && (found->seen > 0 || found->largest_s > 0);
}
