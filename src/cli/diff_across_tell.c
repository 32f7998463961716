/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of packets across a firewall, as lines for people and as JSON. */
#include "diff_across.h"

#include "emit/emit.h"
#include "firewall/walk/firewall.h"

static const char *const what_words[ACROSS_WHATS] = { "lost", "added", "changed", "passed" };

/* => FALSE: there are enough lines. */
static gboolean begins(across_teller *t)
{
  if (t->lines >= t->lines_most) {
    t->unshown++;
    return FALSE;
  }
  t->lines++;
  return TRUE;
}

static const char *side_name(guint side) { return side == ACROSS_A ? "A" : "B"; }

static void put_number(emit_text *out, const char *key, guint64 value)
{
  emit_text_format(out, ",\"%s\":%" G_GUINT64_FORMAT, key, value);
}

static void put_text(emit_text *out, const char *key, const char *value)
{
  emit_text_format(out, ",\"%s\":", key);
  if (value != NULL)
    emit_text_json_string(out, value);
  else
    emit_text_literal(out, "null");
}

static void put_seconds(emit_text *out, const char *key, gint64 ns)
{
  emit_text_format(out, ",\"%s\":", key);
  emit_text_seconds(out, ns, 0);
}

/* ---- what rules and tracker say ---- */

char *across_said_words(const across_said *said, const ct_profile *profile, gboolean rules)
{
  char words[CT_REASON_WORDS_BYTES];
  ct_reason reason;

  if (said == NULL)
    return g_strdup("not judged, since it was taken for one that came out");
  reason = (ct_reason)said->reason;
  if (said->words != NULL)
    return g_strdup(said->words);
  if (said->verdict == CT_VERDICT_DROP)
    return g_strdup_printf("conntrack drops it: %s (%s)", ct_reason_words(reason, profile, words),
                           ct_reason_word(reason));
  if (said->cls == CT_CLASS_INVALID)
    return g_strdup_printf("INVALID: %s (%s)%s", ct_reason_words(reason, profile, words), ct_reason_word(reason),
                           rules ? ", which the rules let pass" : "");
  return g_strdup_printf("%s as %s", rules ? "rules and tracker let it pass" : "the tracker lets it pass",
                         ct_class_name((ct_class)said->cls));
}

static void put_said_json(across_teller *t, const across_said *said)
{
  char *words;

  if (said == NULL)
    return;
  words = across_said_words(said, t->profile, t->rules);
  put_text(t->out, "class", ct_class_name((ct_class)said->cls));
  put_text(t->out, "reason", said->reason != CT_REASON_NONE ? ct_reason_word((ct_reason)said->reason) : NULL);
  put_text(t->out, "says", words);
  if (said->member != NULL)
    emit_text_string(t->out, said->member);
  g_free(words);
}

/* ---- lines ---- */

static void put_head_json(across_teller *t, const char *what)
{
  emit_text_literal(t->out, "{\"schema\":1,\"type\":\"across\",\"what\":\"");
  emit_text_string(t->out, what);
  emit_text_char(t->out, '"');
}

static void put_flow_json(across_teller *t, const char *key, const across_sighting *s)
{
  emit_text flow;

  emit_text_init(&flow, -1);
  emit_flow(&flow, t->profile, &s->tuple);
  emit_text_char(&flow, '\0');
  put_text(t->out, key, flow.data);
  emit_text_clear(&flow);
}

static void put_way_json(across_teller *t, const across_sighting *s)
{
  int way = across_way(s);

  put_text(t->out, "way", way > 0 ? "A>B" : way < 0 ? "B>A" : NULL);
}

/* "changed  A>B  #12 > #14  1.234567  tcp ..." */
static void put_head_text(across_teller *t, const char *what, const across_sighting *s, const across_sighting *other)
{
  int way = across_way(s);
  char numbers[64];

  if (other != NULL)
    g_snprintf(numbers, sizeof(numbers), "A#%" G_GUINT64_FORMAT " B#%" G_GUINT64_FORMAT, s->number, other->number);
  else
    g_snprintf(numbers, sizeof(numbers), "%s#%" G_GUINT64_FORMAT, side_name(s->side), s->number);
  emit_text_pad(t->out, what, 10);
  emit_text_char(t->out, ' ');
  emit_text_pad(t->out, way > 0 ? "A>B" : way < 0 ? "B>A" : "?", 4);
  emit_text_pad(t->out, numbers, 14);
  emit_text_char(t->out, ' ');
  emit_text_seconds(t->out, emit_time_since(s->time_ns, t->first_ns), 6);
  emit_text_literal(t->out, "  ");
  emit_flow(t->out, t->profile, &s->tuple);
}

void across_tell_alone(across_teller *t, const across_sighting *s, across_what what)
{
  const across_said *said = s->said;
  char *words;

  if (!begins(t))
    return;
  if (t->style == DIFF_JSON) {
    put_head_json(t, what_words[what]);
    put_way_json(t, s);
    put_text(t->out, "side", side_name(s->side));
    put_number(t->out, "n", s->number);
    put_seconds(t->out, "t", emit_time_since(s->time_ns, t->first_ns));
    put_flow_json(t, "flow", s);
    put_number(t->out, "len", s->length);
    put_said_json(t, said);
    emit_text_literal(t->out, "}\n");
    return;
  }
  words = across_said_words(said, t->profile, t->rules);
  put_head_text(t, what_words[what], s, NULL);
  emit_text_literal(t->out, ": ");
  emit_text_string(t->out, words);
  emit_text_char(t->out, '\n');
  g_free(words);
}

/* What stands at the head of each line about a pair. */
static void put_pair_json(across_teller *t, const char *what, const across_sighting *a, const across_sighting *b)
{
  put_head_json(t, what);
  put_way_json(t, a);
  put_number(t->out, "a", a->number);
  put_number(t->out, "b", b->number);
  put_seconds(t->out, "t", emit_time_since(a->time_ns, t->first_ns));
  put_flow_json(t, "flow", a);
  put_flow_json(t, "flow_b", b);
  put_seconds(t->out, "delay",
              across_way(a) >= 0 ? emit_time_since(b->time_ns, a->time_ns) : emit_time_since(a->time_ns, b->time_ns));
}

void across_tell_changed(across_teller *t, const across_sighting *a, const across_sighting *b,
                         const across_field *fields, guint n)
{
  guint i;

  if (!begins(t))
    return;
  if (t->style == DIFF_JSON) {
    put_pair_json(t, "changed", a, b);
    emit_text_literal(t->out, ",\"fields\":[");
    for (i = 0; i < n; i++) {
      emit_text_string(t->out, i > 0 ? ",{\"name\":" : "{\"name\":");
      emit_text_json_string(t->out, fields[i].name);
      put_text(t->out, "a", fields[i].a);
      put_text(t->out, "b", fields[i].b);
      emit_text_char(t->out, '}');
    }
    emit_text_literal(t->out, "]}\n");
    return;
  }
  put_head_text(t, "changed", a, b);
  for (i = 0; i < n; i++) {
    emit_text_string(t->out, i > 0 ? ", " : ": ");
    emit_text_string(t->out, fields[i].name);
    /* In the order of its way. */
    emit_text_format(t->out, " %s -> %s", across_way(a) >= 0 ? fields[i].a : fields[i].b,
                     across_way(a) >= 0 ? fields[i].b : fields[i].a);
  }
  emit_text_char(t->out, '\n');
}

void across_tell_passed(across_teller *t, const across_sighting *a, const across_sighting *b, const across_said *said)
{
  char *words;

  if (!begins(t))
    return;
  if (t->style == DIFF_JSON) {
    put_pair_json(t, "passed", a, b);
    put_said_json(t, said);
    emit_text_literal(t->out, "}\n");
    return;
  }
  words = across_said_words(said, t->profile, t->rules);
  put_head_text(t, "passed", a, b);
  emit_text_literal(t->out, ", though it should not: ");
  emit_text_string(t->out, words);
  emit_text_char(t->out, '\n');
  g_free(words);
}

void across_tell_translated(across_teller *t, const across_sighting *a, const across_sighting *b)
{
  gpointer name = a->connection != NULL ? a->connection : b->connection;

  if (name == NULL || !g_hash_table_add(t->translated, name) || !begins(t))
    return;
  if (t->style == DIFF_JSON) {
    put_pair_json(t, "translated", a, b);
    emit_text_literal(t->out, "}\n");
    return;
  }
  put_head_text(t, "translated", a, b);
  emit_text_literal(t->out, " is in B ");
  emit_flow(t->out, t->profile, &b->tuple);
  emit_text_char(t->out, '\n');
}

/* ---- what stands at the end ---- */

static void number(emit_text *out, const char *before, guint64 value, const char *after)
{
  emit_text_string(out, before);
  emit_text_u64_grouped(out, value);
  emit_text_string(out, after);
}

/* "12 of A and 3 of B"; nothing where both are 0. */
static void both(emit_text *out, const guint64 n[2], const char *words)
{
  if (n[0] == 0 && n[1] == 0)
    return;
  number(out, "not compared: ", n[0], " of A");
  number(out, " and ", n[1], " of B, ");
  emit_text_string(out, words);
  emit_text_char(out, '\n');
}

static gboolean is_fine(const across_tally *y)
{
  guint i;

  for (i = 0; i < ACROSS_WHATS; i++)
    if (y->what[i] > 0)
      return FALSE;
  return TRUE;
}

static void tell_counts(emit_text *out, const across_tally *y)
{
  number(out, "", y->pairs, y->pairs == 1 ? " packet paired" : " packets paired");
  if (is_fine(y) && y->pairs == 0) {
    emit_text_literal(out, ": there was nothing to compare\n");
  } else if (is_fine(y)) {
    emit_text_literal(out, ": no difference\n");
  } else {
    number(out, ", ", y->what[ACROSS_WHAT_LOST], " lost (");
    number(out, "", y->lost[0], " A>B, ");
    number(out, "", y->lost[1], " B>A), ");
    number(out, "", y->what[ACROSS_WHAT_ADDED], " added (");
    number(out, "", y->added[0], " in A, ");
    number(out, "", y->added[1], " in B), ");
    number(out, "", y->what[ACROSS_WHAT_CHANGED], " changed");
    if (y->what[ACROSS_WHAT_PASSED] > 0)
      number(out, ", ", y->what[ACROSS_WHAT_PASSED], " passed that should not");
    emit_text_char(out, '\n');
  }
  both(out, y->skipped, "that are no whole IP packets");
  both(out, y->fragments, "fragments: the datagrams that they make up are");
  both(out, y->stays, "alone, of addresses that no router forwards");
  both(out, y->own, "alone, to or from the box itself");
  both(out, y->beyond, "later than the other capture could be read");
  if (y->after[0] > 0)
    number(out, "of those lost ", y->after[0],
           y->after[0] == 1 ? " of A is later than B's last packet: that capture may have ended\n"
                            : " of A are later than B's last packet: that capture may have ended\n");
  if (y->after[1] > 0)
    number(out, "of those lost ", y->after[1],
           y->after[1] == 1 ? " of B is later than A's last packet: that capture may have ended\n"
                            : " of B are later than A's last packet: that capture may have ended\n");
}

static void tell_delays(emit_text *out, const across_tally *y, guint way)
{
  const across_delays *d = &y->delays[way];
  gboolean exact;
  gint64 median = across_delays_median(d, &exact);

  if (d->pairs == 0)
    return;
  emit_text_string(out, way == 0 ? "delay A>B: least " : "delay B>A: least ");
  emit_text_seconds(out, d->least_ns, 6);
  emit_text_string(out, exact ? " s, median " : " s, median (of some) ");
  emit_text_seconds(out, median, 6);
  emit_text_literal(out, " s, most ");
  emit_text_seconds(out, d->most_ns, 6);
  emit_text_format(out, " s (%s#%" G_GUINT64_FORMAT ")", way == 0 ? "A" : "B", d->longest_packet);
  number(out, ", of ", d->pairs, " pairs\n");
}

/* Clocks apart show as packets that came out before they had come in. */
static gboolean clocks_differ(const across_tally *y)
{
  return (y->delays[0].pairs > 0 && y->delays[0].least_ns < 0) || (y->delays[1].pairs > 0 && y->delays[1].least_ns < 0);
}

static void tell_clocks(emit_text *out, const across_tally *y)
{
  const across_delays *to = &y->delays[0], *back = &y->delays[1];

  if (!clocks_differ(y))
    return;
  emit_text_literal(out, "the clocks of A and B differ");
  if (to->pairs > 0 && back->pairs > 0) {
    emit_text_literal(out, ", B's is about ");
    emit_text_seconds(out, to->least_ns / 2 - back->least_ns / 2, 6);
    emit_text_literal(out, " s ahead if both ways take as long");
  }
  emit_text_literal(out, ": delays are off by that, and packets may have been judged in the wrong order\n");
}

static void tell_hops(emit_text *out, const across_tally *y)
{
  guint i;

  for (i = 1; i < 256; i++)
    if (y->hops[i] > 0) {
      emit_text_format(out, "TTL lower by %u", i);
      number(out, " in ", y->hops[i], " pairs\n");
    }
  if (y->more_ttl > 0)
    number(out, "TTL higher in ", y->more_ttl, " pairs\n");
}

static void tell_end_text(across_teller *t, const across_tally *y, const across_figures *f)
{
  emit_text *out = t->out;

  if (t->unshown > 0) {
    number(out, "shown: ", t->lines, "");
    number(out, " of ", t->lines + t->unshown, " (--lines N shows more)\n");
  }
  tell_counts(out, y);
  number(out, "connections: ", f->connections, "");
  number(out, ", ", f->only[ACROSS_A], " of them in A alone, ");
  number(out, "", f->only[ACROSS_B], " in B alone, ");
  number(out, "", f->translated, " translated\n");
  tell_delays(out, y, 0);
  tell_delays(out, y, 1);
  tell_clocks(out, y);
  tell_hops(out, y);
  cli_diff_tally_put_under(out, y->whys, "what is said of lost packets, and of how many:\n");
  cli_diff_tally_put_under(out, y->fields, "what was changed, and in how many packets:\n");
}

/* ---- the same as JSON ---- */

static void put_both_json(emit_text *out, const char *key, const guint64 n[2])
{
  emit_text_format(out, ",\"%s\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]", key, n[0], n[1]);
}

static gint compare_words(gconstpointer a, gconstpointer b)
{
  return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

/* By the words, so that it is always the same order. */
static void put_table_json(emit_text *out, const char *key, GHashTable *table)
{
  guint n, i;
  gpointer *keys = g_hash_table_get_keys_as_array(table, &n);

  qsort(keys, n, sizeof(*keys), compare_words);
  emit_text_format(out, ",\"%s\":{", key);
  for (i = 0; i < n; i++) {
    if (i > 0)
      emit_text_char(out, ',');
    emit_text_json_string(out, keys[i]);
    emit_text_char(out, ':');
    emit_text_u64(out, *(guint64 *)g_hash_table_lookup(table, keys[i]));
  }
  emit_text_char(out, '}');
  g_free(keys);
}

static void put_delays_json(emit_text *out, const char *key, const across_delays *d)
{
  gboolean exact;
  gint64 median = across_delays_median(d, &exact);

  emit_text_format(out, ",\"%s\":{\"pairs\":%" G_GUINT64_FORMAT, key, d->pairs);
  if (d->pairs > 0) {
    put_seconds(out, "min", d->least_ns);
    put_seconds(out, "median", median);
    emit_text_string(out, exact ? ",\"exact\":true" : ",\"exact\":false");
    put_seconds(out, "max", d->most_ns);
    put_number(out, "max_n", d->longest_packet);
  }
  emit_text_char(out, '}');
}

static void tell_end_json(across_teller *t, const across_tally *y, const across_figures *f)
{
  emit_text *out = t->out;
  guint i;

  emit_text_literal(out, "{\"schema\":1,\"type\":\"across_summary\"");
  put_number(out, "pairs", y->pairs);
  for (i = 0; i < ACROSS_WHATS; i++)
    put_number(out, what_words[i], y->what[i]);
  put_both_json(out, "lost_ab_ba", y->lost);
  put_both_json(out, "added_in", y->added);
  put_both_json(out, "not_ip", y->skipped);
  put_both_json(out, "fragments", y->fragments);
  put_both_json(out, "unforwardable", y->stays);
  put_both_json(out, "own", y->own);
  put_both_json(out, "beyond", y->beyond);
  put_both_json(out, "lost_after_other", y->after);
  put_number(out, "connections", f->connections);
  put_both_json(out, "connections_alone", f->only);
  put_number(out, "connections_translated", f->translated);
  put_delays_json(out, "delay_ab", &y->delays[0]);
  put_delays_json(out, "delay_ba", &y->delays[1]);
  emit_text_string(out, clocks_differ(y) ? ",\"clocks_differ\":true" : ",\"clocks_differ\":false");
  put_table_json(out, "lost_why", y->whys);
  put_table_json(out, "changed_fields", y->fields);
  put_number(out, "unshown", t->unshown);
  emit_text_literal(out, "}\n");
}

void across_tell_end(across_teller *t, const across_tally *y, const across_figures *f)
{
  if (t->style == DIFF_JSON)
    tell_end_json(t, y, f);
  else
    tell_end_text(t, y, f);
}
