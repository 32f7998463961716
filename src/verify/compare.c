/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the pairs that belong together on the two sides, and stops at the first difference. */
#include "verify/compare_internal.h"

/* --- life --- */

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
  if (c == NULL)
    return;
  g_free(c->truth_name);
  g_free(c->got_name);
  g_hash_table_unref(c->left_out);
  g_array_unref(c->truth_waiting);
  g_array_unref(c->got_waiting);
  g_array_unref(c->used);
  if (c->difference != NULL)
    g_string_free(c->difference, TRUE);
  g_free(c);
}

const verify_counts *verify_compare_counts(const verify_compare *c) { return &c->counts; }
const char *verify_compare_difference(const verify_compare *c)
{
  return c->difference != NULL ? c->difference->str : NULL;
}

void verify_compare_leave_out(verify_compare *c, const ct_tuple *tuple)
{
  ct_tuple inverse;

  g_hash_table_add(c->left_out, g_memdup2(tuple, sizeof(*tuple)));
  if (ct_tuple_invert(tuple, &inverse))
    g_hash_table_add(c->left_out, g_memdup2(&inverse, sizeof(inverse)));
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

/* --- the packet --- */

static gboolean packet_compare(verify_compare *c, const verify_line *truth, const verify_line *got)
{
  c->counts.packets++;
  c->counts.fields += 3;
  if (truth->cls != got->cls)
    return verify_differ_text(c, "class", ct_class_name(truth->cls), ct_class_name(got->cls));
  if (truth->dir != got->dir) {
    const char truth_dir[] = { truth->dir, 0 }, got_dir[] = { got->dir, 0 };

    return verify_differ_text(c, "direction", truth_dir, got_dir);
  }
  if (truth->forwarded != got->forwarded)
    return verify_differ_text(c, "forwarded", truth->forwarded ? "yes" : "no", got->forwarded ? "yes" : "no");
  return TRUE;
}

/* --- events --- */

static gboolean event_same_subject(const verify_event *a, const verify_event *b)
{
  if (a->type != b->type)
    return FALSE;
  if (a->type >= VERIFY_EV_EXP_NEW)
    return verify_expect_same(&a->u.expect, &b->u.expect);
  return ct_tuple_equal(&a->u.entry.orig, &b->u.entry.orig);
}

static gboolean events_agree(verify_compare *c, const verify_event *truth, const verify_event *got)
{
  c->counts.events++;
  if (truth->type >= VERIFY_EV_EXP_NEW) {
    const char *field = verify_expect_difference(c, &truth->u.expect, &got->u.expect, TRUE);

    if (field == NULL)
      return TRUE;

    g_autofree char *what = g_strdup_printf("%s event: %s", verify_event_name(truth->type), field);

    return verify_differ_expect(c, what, &truth->u.expect, &got->u.expect);
  }

  const char *field = verify_entry_difference(c, &truth->u.entry, &got->u.entry);

  if (field == NULL)
    field = verify_event_timeout_difference(c, &truth->u.entry, &got->u.entry);
  if (field == NULL)
    return TRUE;

  g_autofree char *what = g_strdup_printf("%s event: %s", verify_event_name(truth->type), field);

  return verify_differ_entry(c, what, &truth->u.entry, &got->u.entry);
}

static gboolean differ_event(verify_compare *c, const verify_event *event, gboolean is_truth)
{
  g_autofree char *what = g_strdup_printf("%s event on one side only", verify_event_name(event->type));

  if (event->type >= VERIFY_EV_EXP_NEW)
    return verify_differ_expect(c, what, is_truth ? &event->u.expect : NULL, is_truth ? NULL : &event->u.expect);
  return verify_differ_entry(c, what, is_truth ? &event->u.entry : NULL, is_truth ? NULL : &event->u.entry);
}

/* => index in list of an event about the same, or -1. */
static int event_find(const GArray *list, const verify_event *event)
{
  for (guint i = 0; i < list->len; i++)
    if (event_same_subject(&g_array_index(list, verify_event, i), event))
      return (int)i;
  return -1;
}

/*
 * Matches an event against those of the frame before that are still waiting on the other side. => FALSE at a
 * difference.
 */
static gboolean event_match_waiting(verify_compare *c, const verify_event *event, gboolean is_truth, gboolean *matched)
{
  GArray *waiting = is_truth ? c->got_waiting : c->truth_waiting;
  int i = event_find(waiting, event);

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

static gboolean truth_events_match(verify_compare *c, const verify_line *truth, const verify_line *got,
                                   GArray *unmatched)
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
    if (!verify_destroy_may_wait(c, event, TRUE))
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
    if (!verify_destroy_may_wait(c, event, FALSE))
      return differ_event(c, event, FALSE);
    g_array_append_val(unmatched, *event);
  }
  return TRUE;
}

/* An event that waited a whole frame in vain makes the difference. */
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
         waiting_settle(c, &c->truth_waiting, truth_unmatched, TRUE) &&
         waiting_settle(c, &c->got_waiting, got_unmatched, FALSE);
}

/* --- tables --- */

static gboolean entry_compare(verify_compare *c, const verify_entry *truth, const verify_entry *got,
                              gboolean listed_now)
{
  const char *field = verify_entry_difference(c, truth, got);

  c->counts.entries++;
  c->counts.fields++;

  gboolean fits = listed_now ? verify_timeout_fits(c, truth->timeout_s, got->timeout_s, got->rest_ns,
                                                   c->tolerance.early_ns, &c->counts.timeouts_late)
                             : verify_unlisted_timeout_fits(c, truth, got);

  if (field == NULL && !fits)
    field = "timeout";
  return field != NULL ? verify_differ_entry(c, field, truth, got) : TRUE;
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
    if (!verify_edge_fits(c, entry->listed_ns + entry->rest_ns - c->time_ns, VERIFY_NS_PER_S))
      return verify_differ_entry(c, "entry on one side only", entry, NULL);
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
    if (other == NULL && !verify_edge_fits(c, entry->rest_ns, 0))
      return verify_differ_entry(c, "entry on one side only", NULL, entry);
    if (other != NULL && !entry_compare(c, other, entry, other->stamp == c->number))
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

    for (guint j = 0; j < truth->len && other == NULL; j++)
      if (verify_expect_same(x, &g_array_index(truth, verify_expect, j)))
        other = &g_array_index(truth, verify_expect, j);

    const char *field =
      other != NULL ? verify_expect_difference(c, other, x, other->stamp == c->number) : "expectation on one side only";

    if (field != NULL)
      return verify_differ_expect(c, field, other, x);
  }
  for (guint j = 0; j < truth->len && truth->len != got->len; j++) {
    const verify_expect *x = &g_array_index(truth, verify_expect, j);
    gboolean found = FALSE;

    for (guint i = 0; i < got->len && !found; i++)
      found = verify_expect_same(x, &g_array_index(got, verify_expect, i));
    if (!found)
      return verify_differ_expect(c, "expectation on one side only", x, NULL);
  }
  return TRUE;
}

gboolean verify_compare_frame(verify_compare *c, const verify_line *truth, const verify_table *truth_table,
                              const verify_line *got, const GArray *got_entries, const GArray *got_expected,
                              const ct_tuple *packet_tuple)
{
  if (c->difference != NULL)
    return FALSE;
  c->counts.frames++;
  if (truth->why != NULL) {
    c->counts.not_ip++;
    return TRUE;
  }
  c->number = truth->number;
  c->time_ns = truth->time_ns;
  c->seen_ns = truth->seen_ns;
  if (packet_tuple != NULL && verify_compare_leaves_out(c, packet_tuple))
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

    /* search_restart is the chance that memory was used again under a walk: no rule of the kernel's. */
    if (other == NULL || strcmp(key, "search_restart") == 0)
      continue;
    c->counts.fields++;
    if (*other == *mine)
      continue;

    g_autofree char *what = g_strdup_printf("statistics: %s", (const char *)key);
    g_autofree char *left = g_strdup_printf("%" G_GUINT64_FORMAT, *mine);
    g_autofree char *right = g_strdup_printf("%" G_GUINT64_FORMAT, *other);

    return verify_differ_text(c, what, left, right);
  }
  return TRUE;
}

gboolean verify_compare_end(verify_compare *c, const verify_end *truth, gint64 time_ns, const GArray *got_entries,
                            const GArray *got_expected, GHashTable *got_stats)
{
  if (c->difference != NULL)
    return FALSE;

  verify_table table;
  verify_line line;

  verify_table_init(&table);
  verify_line_init(&line);
  c->number = 0;
  c->time_ns = time_ns;
  c->seen_ns = truth->time_ns >= 0 ? MAX(truth->seen_ns, time_ns) : time_ns;
  /* Equal to c->number where the moment of the last look is known: only then its timeouts count as listed just now. */
  line.number = truth->time_ns >= 0 ? c->number : G_MAXUINT64;
  g_array_append_vals(line.listed, truth->table->data, truth->table->len);
  g_array_append_vals(line.expected, truth->expected->data, truth->expected->len);
  for (guint i = 0; i < line.listed->len; i++)
    g_array_index(line.listed, verify_entry, i).listed_ns = time_ns;
  for (guint i = 0; i < line.expected->len; i++)
    g_array_index(line.expected, verify_expect, i).listed_ns = time_ns;
  verify_table_apply(&table, &line);

  gboolean equal = entries_compare(c, &table, got_entries) && expects_compare(c, table.expected, got_expected) &&
                   (got_stats == NULL || stats_compare(c, truth->stats, got_stats));

  verify_line_clear(&line);
  verify_table_clear(&table);
  return equal;
}
