/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "compare.h"

#include <string.h>

#include "print.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

struct verify_compare {
  verify_tolerance tolerance;
  char *truth_name, *got_name;
  GHashTable *left_out;            /* ct_tuple */
  GArray *truth_waiting, *got_waiting; /* verify_event: DESTROYs of the frame before that the other side may still send */
  GArray *used;                    /* gboolean for each of the other side's events: already matched */
  verify_counts counts;
  GString *difference; /* NULL: none */
  guint64 number;      /* of the frame under comparison */
  gint64 time_ns, seen_ns;
};

/* ---- what is let pass: all of it, and nothing anywhere else ---- */

/*
 * The referee's tick is 10 ms: "a listed timeout one tick late". An expectation's deadline is set by its helper, a little after the time that
 * the packet was stamped with, and so at times a tick later than we think. What an expired master leaves behind is collected at some
 * moment from its deadline (collected_ns before the frame) to the frame.
 */
const verify_tolerance verify_tolerance_virtual = {.late_ns = 10000000, .expect_early_ns = 10000000};

/*
 * HZ is 100 or more on every kernel we know, and a deadline is rounded to a tick when it is set and again when it is read: two ticks. What
 * lies between sending and looking is measured (verify_line.seen_ns) and comes on top.
 */
const verify_tolerance verify_tolerance_live = {
    .late_ns = 20000000, .early_ns = 20000000, .edge_ns = 20000000, .destroy_both_ways = TRUE};

const verify_tolerance verify_tolerance_transcripts = {
    .late_ns = 1, .early_ns = NS_PER_S, .edge_ns = 2 * NS_PER_S, .destroy_both_ways = TRUE};

/* A transcript repeats an unchanged entry only where its deadline moved by more than 1.5 s; a listed second is up to one second wide. */
static const gint64 UNLISTED_NS = 1500000000 + NS_PER_S;

static gint64 seconds_floor(gint64 ns) { return ns >= 0 ? ns / NS_PER_S : -((-ns + NS_PER_S - 1) / NS_PER_S); }

static gboolean timeout_fits(verify_compare *c, gint64 truth_s, gint64 got_s, gint64 got_rest_ns, gint64 early_ns)
{
  if (truth_s == got_s)
    return TRUE;
  const gint64 late_ns = c->tolerance.late_ns + (c->seen_ns - c->time_ns);
  if (truth_s < seconds_floor(got_rest_ns - late_ns) || truth_s > seconds_floor(got_rest_ns + early_ns))
    return FALSE;
  c->counts.timeouts_late++;
  return TRUE;
}

/* The truth did not list the entry after this frame: its deadline has not moved far from where it was last listed. */
static gboolean unlisted_timeout_fits(const verify_compare *c, const verify_entry *truth, const verify_entry *got)
{
  const gint64 moved_ns = (c->time_ns + got->rest_ns) - (truth->listed_ns + truth->rest_ns);
  return ABS(moved_ns) <= UNLISTED_NS;
}

static gboolean edge_fits(verify_compare *c, gint64 rest_ns, gint64 uncertain_ns)
{
  if (c->tolerance.edge_ns == 0 || rest_ns > c->tolerance.edge_ns + (c->seen_ns - c->time_ns) ||
      rest_ns < -c->tolerance.edge_ns - uncertain_ns)
    return FALSE;
  c->counts.edges++;
  return TRUE;
}

static gboolean destroy_may_wait(const verify_compare *c, const verify_event *event, gboolean is_truth)
{
  return event->expired && (!is_truth || c->tolerance.destroy_both_ways);
}

/* ---- differences ---- */

static GString *difference_begin(verify_compare *c, const char *what)
{
  c->difference = g_string_new(NULL);
  if (c->number)
    g_string_append_printf(c->difference, "packet %" G_GUINT64_FORMAT " (%.4f s): %s\n", c->number, (double)c->time_ns / 1e9, what);
  else
    g_string_append_printf(c->difference, "at the end: %s\n", what);
  return c->difference;
}

static void side_begin(verify_compare *c, gboolean is_truth)
{
  const char *name = is_truth ? c->truth_name : c->got_name;
  const int width = (int)MAX(strlen(c->truth_name), strlen(c->got_name));
  g_string_append_printf(c->difference, "  %-*s: ", width, name);
}

static gboolean differ_text(verify_compare *c, const char *what, const char *truth, const char *got)
{
  difference_begin(c, what);
  side_begin(c, TRUE);
  g_string_append_printf(c->difference, "%s\n", truth);
  side_begin(c, FALSE);
  g_string_append_printf(c->difference, "%s\n", got);
  return FALSE;
}

/* Either side may be NULL: it has no such thing. */
static gboolean differ_entry(verify_compare *c, const char *field, const verify_entry *truth, const verify_entry *got)
{
  difference_begin(c, field);
  side_begin(c, TRUE);
  if (truth)
    verify_print_entry(c->difference, truth);
  g_string_append(c->difference, truth ? "\n" : "no such entry\n");
  side_begin(c, FALSE);
  if (got) {
    verify_print_entry(c->difference, got);
    g_string_append_printf(c->difference, " (%.4f s left)", (double)got->rest_ns / 1e9);
  }
  g_string_append(c->difference, got ? "\n" : "no such entry\n");
  return FALSE;
}

static gboolean differ_expect(verify_compare *c, const char *field, const verify_expect *truth, const verify_expect *got)
{
  difference_begin(c, field);
  side_begin(c, TRUE);
  if (truth)
    verify_print_expect(c->difference, truth);
  g_string_append(c->difference, truth ? "\n" : "no such expectation\n");
  side_begin(c, FALSE);
  if (got)
    verify_print_expect(c->difference, got);
  g_string_append(c->difference, got ? "\n" : "no such expectation\n");
  return FALSE;
}

/* ---- fields ---- */

static gboolean pair_equal(const guint8 a[2], const guint8 b[2]) { return a[0] == b[0] && a[1] == b[1]; }

static gboolean counters_equal(const verify_entry *a, const verify_entry *b)
{
  return memcmp(a->packets, b->packets, sizeof a->packets) == 0 && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* X(bit, name, whether truth a and the other b agree). Timeouts are no matter of equality and stand apart. */
#define ENTRY_FIELDS(X)                                                                                                \
  X(VERIFY_HAS_REPLY, "reply tuple", ct_tuple_equal(&a->reply, &b->reply))                                             \
  X(VERIFY_HAS_STATUS, "status", a->status == b->status)                                                               \
  X(VERIFY_HAS_STATE, "state", a->state == b->state)                                                                   \
  X(VERIFY_HAS_WSCALE, "wscale", pair_equal(a->wscale, b->wscale))                                                     \
  X(VERIFY_HAS_TFLAGS, "tflags", pair_equal(a->tflags, b->tflags))                                                     \
  X(VERIFY_HAS_VTAG, "vtag", memcmp(a->vtag, b->vtag, sizeof a->vtag) == 0)                                            \
  X(VERIFY_HAS_COUNTERS, "counters", counters_equal(a, b))                                                             \
  X(VERIFY_HAS_HELPER, "helper", a->helper == b->helper)                                                               \
  X(VERIFY_HAS_MASTER, "master", ct_tuple_equal(&a->master, &b->master))

/* => the first field that differs, or NULL. */
static const char *entry_difference(verify_compare *c, const verify_entry *a, const verify_entry *b)
{
#define X(bit, name, equal)                                                                                            \
  if ((a->has | b->has) & (bit)) {                                                                                     \
    c->counts.fields++;                                                                                                \
    if (!(a->has & b->has & (bit)) || !(equal))                                                                        \
      return name;                                                                                                     \
  }
  ENTRY_FIELDS(X)
#undef X
  return NULL;
}

/* An event's timeout is absent where less than a second is left: 0. */
static const char *event_timeout_difference(verify_compare *c, const verify_entry *a, const verify_entry *b)
{
  c->counts.fields++;
  return timeout_fits(c, a->timeout_s, b->timeout_s, b->rest_ns, c->tolerance.early_ns) ? NULL : "timeout";
}

static gboolean expect_same(const verify_expect *a, const verify_expect *b)
{
  return ct_tuple_equal(&a->tuple, &b->tuple) && ct_tuple_equal(&a->mask, &b->mask);
}

/* with_flags: flags change without a new listing, so they are only known at the moment of listing. */
static const char *expect_difference(verify_compare *c, const verify_expect *a, const verify_expect *b, gboolean listed_now)
{
  c->counts.fields += listed_now ? 5 : 3;
  if (!ct_tuple_equal(&a->master, &b->master))
    return "master";
  if (a->class_number != b->class_number)
    return "class";
  if (a->helper != b->helper)
    return "helper";
  if (listed_now && a->flags != b->flags)
    return "flags";
  if (listed_now && !timeout_fits(c, a->timeout_s, b->timeout_s, b->rest_ns, MAX(c->tolerance.expect_early_ns, b->collected_ns)))
    return "timeout";
  return NULL;
}

/* ---- life ---- */

verify_compare *verify_compare_new(const verify_tolerance *tolerance, const char *truth_name, const char *got_name)
{
  verify_compare *c = g_new0(verify_compare, 1);
  c->tolerance = *tolerance;
  c->truth_name = g_strdup(truth_name);
  c->got_name = g_strdup(got_name);
  c->left_out = g_hash_table_new_full(verify_tuple_hash, verify_tuple_equal, g_free, NULL);
  c->truth_waiting = g_array_new(FALSE, FALSE, sizeof(verify_event));
  c->got_waiting = g_array_new(FALSE, FALSE, sizeof(verify_event));
  c->used = g_array_new(FALSE, TRUE, sizeof(gboolean));
  return c;
}

void verify_compare_free(verify_compare *c)
{
  if (!c)
    return;
  g_free(c->truth_name);
  g_free(c->got_name);
  g_hash_table_unref(c->left_out);
  g_array_unref(c->truth_waiting);
  g_array_unref(c->got_waiting);
  g_array_unref(c->used);
  if (c->difference)
    g_string_free(c->difference, TRUE);
  g_free(c);
}

const verify_counts *verify_compare_counts(const verify_compare *c) { return &c->counts; }
const char *verify_compare_difference(const verify_compare *c) { return c->difference ? c->difference->str : NULL; }

void verify_compare_leave_out(verify_compare *c, const ct_tuple *tuple)
{
  ct_tuple inverse;
  g_hash_table_add(c->left_out, g_memdup2(tuple, sizeof *tuple));
  if (ct_tuple_invert(tuple, &inverse))
    g_hash_table_add(c->left_out, g_memdup2(&inverse, sizeof inverse));
}

gboolean verify_compare_leaves_out(const verify_compare *c, const ct_tuple *tuple)
{
  return g_hash_table_size(c->left_out) > 0 && g_hash_table_contains(c->left_out, tuple);
}

static gboolean event_left_out(const verify_compare *c, const verify_event *event)
{
  if (event->type >= VERIFY_EV_EXP_NEW)
    return verify_compare_leaves_out(c, &event->u.expect.master);
  return verify_compare_leaves_out(c, &event->u.entry.orig);
}

/* ---- the packet ---- */

static gboolean packet_compare(verify_compare *c, const verify_line *truth, const verify_line *got)
{
  c->counts.packets++;
  c->counts.fields += 3;
  if (truth->cls != got->cls)
    return differ_text(c, "class", ct_class_name(truth->cls), ct_class_name(got->cls));
  if (truth->dir != got->dir) {
    const char truth_dir[] = {truth->dir, 0}, got_dir[] = {got->dir, 0};
    return differ_text(c, "direction", truth_dir, got_dir);
  }
  if (truth->forwarded != got->forwarded)
    return differ_text(c, "forwarded", truth->forwarded ? "yes" : "no", got->forwarded ? "yes" : "no");
  return TRUE;
}

/* ---- events ---- */

static gboolean event_same_subject(const verify_event *a, const verify_event *b)
{
  if (a->type != b->type)
    return FALSE;
  if (a->type >= VERIFY_EV_EXP_NEW)
    return expect_same(&a->u.expect, &b->u.expect);
  return ct_tuple_equal(&a->u.entry.orig, &b->u.entry.orig);
}

static gboolean events_agree(verify_compare *c, const verify_event *truth, const verify_event *got)
{
  c->counts.events++;
  if (truth->type >= VERIFY_EV_EXP_NEW) {
    const char *field = expect_difference(c, &truth->u.expect, &got->u.expect, TRUE);
    if (!field)
      return TRUE;
    g_autofree char *what = g_strdup_printf("%s event: %s", verify_event_name(truth->type), field);
    return differ_expect(c, what, &truth->u.expect, &got->u.expect);
  }
  const char *field = entry_difference(c, &truth->u.entry, &got->u.entry);
  if (!field)
    field = event_timeout_difference(c, &truth->u.entry, &got->u.entry);
  if (!field)
    return TRUE;
  g_autofree char *what = g_strdup_printf("%s event: %s", verify_event_name(truth->type), field);
  return differ_entry(c, what, &truth->u.entry, &got->u.entry);
}

static gboolean differ_event(verify_compare *c, const verify_event *event, gboolean is_truth)
{
  g_autofree char *what = g_strdup_printf("%s event on one side only", verify_event_name(event->type));
  if (event->type >= VERIFY_EV_EXP_NEW)
    return differ_expect(c, what, is_truth ? &event->u.expect : NULL, is_truth ? NULL : &event->u.expect);
  return differ_entry(c, what, is_truth ? &event->u.entry : NULL, is_truth ? NULL : &event->u.entry);
}

/* => index in list of an event about the same, or -1. */
static int event_find(const GArray *list, const verify_event *event)
{
  for (guint i = 0; i < list->len; i++)
    if (event_same_subject(&g_array_index(list, verify_event, i), event))
      return (int)i;
  return -1;
}

/* Matches an event against those of the frame before that are still waiting on the other side. => FALSE at a difference. */
static gboolean event_match_waiting(verify_compare *c, const verify_event *event, gboolean is_truth, gboolean *matched)
{
  GArray *waiting = is_truth ? c->got_waiting : c->truth_waiting;
  const int i = event_find(waiting, event);
  *matched = i >= 0;
  if (i < 0)
    return TRUE;
  const verify_event other = g_array_index(waiting, verify_event, i);
  g_array_remove_index(waiting, (guint)i);
  c->counts.destroys_later++;
  return is_truth ? events_agree(c, event, &other) : events_agree(c, &other, event);
}

/* One of the truth's events against the frame's events of the other side. => FALSE at a difference. */
static gboolean event_match_now(verify_compare *c, const verify_event *event, const verify_line *got, gboolean *matched)
{
  *matched = FALSE;
  for (guint i = 0; i < got->events->len && !*matched; i++) {
    const verify_event *other = &g_array_index(got->events, verify_event, i);
    if (g_array_index(c->used, gboolean, i) || !event_same_subject(event, other))
      continue;
    g_array_index(c->used, gboolean, i) = TRUE;
    *matched = TRUE;
    if (!events_agree(c, event, other))
      return FALSE;
  }
  return TRUE;
}

static gboolean truth_events_match(verify_compare *c, const verify_line *truth, const verify_line *got, GArray *unmatched)
{
  for (guint i = 0; i < truth->events->len; i++) {
    const verify_event *event = &g_array_index(truth->events, verify_event, i);
    gboolean matched;
    if (event_left_out(c, event))
      continue;
    if (!event_match_waiting(c, event, TRUE, &matched) || (!matched && !event_match_now(c, event, got, &matched)))
      return FALSE;
    if (matched)
      continue;
    if (!destroy_may_wait(c, event, TRUE))
      return differ_event(c, event, TRUE);
    g_array_append_val(unmatched, *event);
  }
  return TRUE;
}

static gboolean got_events_match(verify_compare *c, const verify_line *got, GArray *unmatched)
{
  for (guint i = 0; i < got->events->len; i++) {
    const verify_event *event = &g_array_index(got->events, verify_event, i);
    gboolean matched;
    if (g_array_index(c->used, gboolean, i) || event_left_out(c, event))
      continue;
    if (!event_match_waiting(c, event, FALSE, &matched))
      return FALSE;
    if (matched)
      continue;
    if (!destroy_may_wait(c, event, FALSE))
      return differ_event(c, event, FALSE);
    g_array_append_val(unmatched, *event);
  }
  return TRUE;
}

/* Whoever waited a whole frame in vain makes the difference. */
static gboolean waiting_settle(verify_compare *c, GArray **waiting, GArray *unmatched, gboolean is_truth)
{
  if ((*waiting)->len > 0)
    return differ_event(c, &g_array_index(*waiting, verify_event, 0), is_truth);
  g_array_unref(*waiting);
  *waiting = g_array_ref(unmatched);
  return TRUE;
}

static gboolean events_compare(verify_compare *c, const verify_line *truth, const verify_line *got)
{
  g_autoptr(GArray) truth_unmatched = g_array_new(FALSE, FALSE, sizeof(verify_event));
  g_autoptr(GArray) got_unmatched = g_array_new(FALSE, FALSE, sizeof(verify_event));
  g_array_set_size(c->used, 0);
  g_array_set_size(c->used, got->events->len);
  return truth_events_match(c, truth, got, truth_unmatched) && got_events_match(c, got, got_unmatched) &&
         waiting_settle(c, &c->truth_waiting, truth_unmatched, TRUE) && waiting_settle(c, &c->got_waiting, got_unmatched, FALSE);
}

/* ---- tables ---- */

static gboolean entry_compare(verify_compare *c, const verify_entry *truth, const verify_entry *got, gboolean listed_now)
{
  const char *field = entry_difference(c, truth, got);
  c->counts.entries++;
  c->counts.fields++;
  const gboolean fits = listed_now ? timeout_fits(c, truth->timeout_s, got->timeout_s, got->rest_ns, c->tolerance.early_ns)
                                   : unlisted_timeout_fits(c, truth, got);
  if (!field && !fits)
    field = "timeout";
  return field ? differ_entry(c, field, truth, got) : TRUE;
}

/* An entry that only the truth has, if there is one beyond the edges. */
static gboolean missing_compare(verify_compare *c, const verify_table *truth, const GArray *got)
{
  g_autoptr(GHashTable) have = g_hash_table_new(verify_tuple_hash, verify_tuple_equal);
  for (guint i = 0; i < got->len; i++)
    g_hash_table_add(have, &g_array_index(got, verify_entry, i).orig);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, truth->entries);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const verify_entry *entry = value;
    if (g_hash_table_contains(have, &entry->orig) || verify_compare_leaves_out(c, &entry->orig))
      continue;
    if (!edge_fits(c, entry->listed_ns + entry->rest_ns - c->time_ns, NS_PER_S))
      return differ_entry(c, "entry on one side only", entry, NULL);
  }
  return TRUE;
}

static gboolean entries_compare(verify_compare *c, const verify_table *truth, const GArray *got)
{
  guint matched = 0;
  for (guint i = 0; i < got->len; i++) {
    const verify_entry *entry = &g_array_index(got, verify_entry, i);
    const verify_entry *other = verify_table_find(truth, &entry->orig);
    matched += other != NULL;
    if (verify_compare_leaves_out(c, &entry->orig))
      continue;
    if (!other && !edge_fits(c, entry->rest_ns, 0))
      return differ_entry(c, "entry on one side only", NULL, entry);
    if (other && !entry_compare(c, other, entry, other->stamp == c->number))
      return FALSE;
  }
  return matched == g_hash_table_size(truth->entries) || missing_compare(c, truth, got);
}

static gboolean expects_compare(verify_compare *c, const GArray *truth, const GArray *got)
{
  if (g_hash_table_size(c->left_out) > 0)
    return TRUE;
  for (guint i = 0; i < got->len; i++) {
    const verify_expect *x = &g_array_index(got, verify_expect, i), *other = NULL;
    for (guint j = 0; j < truth->len && !other; j++)
      if (expect_same(x, &g_array_index(truth, verify_expect, j)))
        other = &g_array_index(truth, verify_expect, j);
    const char *field = other ? expect_difference(c, other, x, other->stamp == c->number) : "expectation on one side only";
    if (field)
      return differ_expect(c, field, other, x);
  }
  for (guint j = 0; j < truth->len && truth->len != got->len; j++) {
    const verify_expect *x = &g_array_index(truth, verify_expect, j);
    gboolean found = FALSE;
    for (guint i = 0; i < got->len && !found; i++)
      found = expect_same(x, &g_array_index(got, verify_expect, i));
    if (!found)
      return differ_expect(c, "expectation on one side only", x, NULL);
  }
  return TRUE;
}

gboolean verify_compare_frame(verify_compare *c, const verify_line *truth, const verify_table *truth_table, const verify_line *got,
                              const GArray *got_entries, const GArray *got_expected, const ct_tuple *packet_tuple)
{
  if (c->difference)
    return FALSE;
  c->counts.frames++;
  if (truth->why) {
    c->counts.not_ip++;
    return TRUE;
  }
  c->number = truth->number;
  c->time_ns = truth->time_ns;
  c->seen_ns = truth->seen_ns;
  if (packet_tuple && verify_compare_leaves_out(c, packet_tuple))
    c->counts.left_out++;
  else if (!packet_compare(c, truth, got))
    return FALSE;
  return events_compare(c, truth, got) && entries_compare(c, truth_table, got_entries) &&
         expects_compare(c, truth_table->expected, got_expected);
}

static gboolean stats_compare(verify_compare *c, GHashTable *truth, GHashTable *got)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init(&iter, truth);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const guint64 *other = g_hash_table_lookup(got, key), *mine = value;
    if (!other)
      continue;
    c->counts.fields++;
    if (*other == *mine)
      continue;
    g_autofree char *what = g_strdup_printf("statistics: %s", (const char *)key);
    g_autofree char *left = g_strdup_printf("%" G_GUINT64_FORMAT, *mine);
    g_autofree char *right = g_strdup_printf("%" G_GUINT64_FORMAT, *other);
    return differ_text(c, what, left, right);
  }
  return TRUE;
}

gboolean verify_compare_end(verify_compare *c, const verify_end *truth, gint64 time_ns, const GArray *got_entries,
                            const GArray *got_expected, GHashTable *got_stats)
{
  if (c->difference)
    return FALSE;
  verify_table table;
  verify_line line;
  verify_table_init(&table);
  verify_line_init(&line);
  /* Never equal to c->number: when the last look was taken stands nowhere, so no timeout of it counts as listed at a known moment. */
  line.number = G_MAXUINT64;
  g_array_append_vals(line.listed, truth->table->data, truth->table->len);
  g_array_append_vals(line.expected, truth->expected->data, truth->expected->len);
  verify_table_apply(&table, &line);
  c->number = 0;
  c->time_ns = c->seen_ns = time_ns;
  const gboolean equal = entries_compare(c, &table, got_entries) && expects_compare(c, table.expected, got_expected) &&
                         (!got_stats || stats_compare(c, truth->stats, got_stats));
  verify_line_clear(&line);
  verify_table_clear(&table);
  return equal;
}
