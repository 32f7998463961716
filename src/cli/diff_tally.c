/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why packets were answered in two ways, counted: the rule that one side named and the other did not; else the cell of
 * the state table, the timeout chosen; else what went before. Equal answers to this are counted, so that a thousand
 * packets read as a few lines.
 */
#include <string.h>

#include "diff.h"
#include "emit/parts.h"
#include "explain/words.h"

enum { WHYS_SHOWN = 16 };

static gboolean is_unnamed(const diff_seen *x) { return x->result->reason == CT_REASON_NONE; }

static void name_class(GString *why, const char *side, const diff_seen *x)
{
  g_string_append_printf(why, "%s %s", side,
                         x->result->verdict == CT_VERDICT_DROP ? "dropped" : ct_class_name((ct_class)x->result->cls));
}

static void name_reason(GString *why, const char *side, const diff_seen *x)
{
  ct_reason reason = (ct_reason)x->result->reason;

  if (why->len > 0)
    g_string_append(why, "; ");
  g_string_append_printf(why, "%s: %s (%s)", side, ct_reason_sentence(reason), ct_reason_word(reason));
}

static const ct_trace_cell *last_cell(const diff_seen *x)
{
  guint n = MIN(x->trace->n_cells, CT_TRACE_CELLS_MAX);

  return n > 0 ? &x->trace->cells[n - 1] : NULL;
}

/* A state as it was reached: "SYN_RECV -> ESTABLISHED". */
static void name_state(GString *why, const char *side, const diff_seen *x)
{
  const ct_trace_cell *cell = last_cell(x);
  guint8 proto = x->trace->tuple.proto;
  const char *state = x->after != NULL ? ct_proto_state_name(x->params->profile, proto, x->after->state) : NULL;

  g_string_append_printf(why, " %s ", side);
  if (cell != NULL)
    g_string_append_printf(why, "%s -> %s", explain_cell_name(x->params->profile, proto, cell->old),
                           explain_cell_name(x->params->profile, proto, cell->cell));
  else if (x->after == NULL)
    g_string_append(why, "no entry");
  else
    g_string_append(why, state != NULL ? state : "an entry");
}

static void name_timeout(GString *why, const char *side, const diff_seen *x)
{
  const char *sysctl = ct_params_spell_timeout(x->params->profile, x->trace->timeout);
  char *seconds;

  if (!(x->result->changes & CT_CHANGE_REFRESHED)) {
    g_string_append_printf(why, " %s not renewed", side);
    return;
  }
  seconds = explain_seconds(ct_params_timeout_ns(x->params, x->trace->timeout));
  g_string_append_printf(why, " %s %s %s", side, sysctl != NULL ? sysctl : "a fixed timeout of", seconds);
  if (x->trace->timeout_why != CT_REASON_NONE)
    g_string_append_printf(why, " (%s)", ct_reason_word(x->trace->timeout_why));
  g_free(seconds);
}

static gboolean same_cell(const diff_seen *a, const diff_seen *b)
{
  return a->trace->n_cells == b->trace->n_cells &&
         (a->trace->n_cells == 0 || memcmp(a->trace->cells, b->trace->cells, sizeof(*a->trace->cells)) == 0);
}

static const char *row_name(const diff_seen *x)
{
  const ct_trace_cell *cell = last_cell(x);

  return cell != NULL ? explain_row_name(x->params->profile, x->trace->tuple.proto, cell->row) : "";
}

static gboolean same_proto(const diff_seen *a, const diff_seen *b)
{
  return a->trace->look_ups > 0 && b->trace->look_ups > 0 && a->trace->tuple.proto == b->trace->tuple.proto;
}

/* Neither side named a rule of its own. */
static void name_unnamed(GString *why, const diff_seen *a, const diff_seen *b, gboolean state_differs,
                         gboolean timeout_differs)
{
  gboolean same_before = a->result->old_state == b->result->old_state;

  if (state_differs && same_before && a->trace->n_cells > 0 && b->trace->n_cells > 0 && !same_cell(a, b)) {
    g_string_append_printf(why, "state table, %s from the %s side:", row_name(a), explain_dir(a->trace->cells[0].dir));
    name_state(why, "A", a);
    g_string_append_c(why, ',');
    name_state(why, "B", b);
  } else if (state_differs && (a->trace->n_cells > 0) != (b->trace->n_cells > 0) && same_proto(a, b)) {
    g_string_append_printf(why, "only %s tracks this protocol by states", a->trace->n_cells > 0 ? "A" : "B");
  } else if (!state_differs && timeout_differs && (a->result->changes | b->result->changes) & CT_CHANGE_REFRESHED &&
             (a->trace->timeout != b->trace->timeout ||
              ct_params_timeout_ns(a->params, a->trace->timeout) !=
                ct_params_timeout_ns(b->params, b->trace->timeout) ||
              (a->result->changes ^ b->result->changes) & CT_CHANGE_REFRESHED)) {
    g_string_append(why, "timeout:");
    name_timeout(why, "A", a);
    g_string_append_c(why, ',');
    name_timeout(why, "B", b);
  } else {
    g_string_append(why, "follows from an earlier difference");
  }
}

/* What one side's conntrack never saw, whatever the other made of it. */
static gboolean is_unseen(const diff_seen *x) { return x->result->reason == CT_REASON_NOT_IPV4; }

static void name_why(GString *why, const diff_seen *a, const diff_seen *b)
{
  gboolean state_differs =
    (a->after == NULL) != (b->after == NULL) || (a->after != NULL && a->after->state != b->after->state);
  gboolean timeout_differs = a->after != NULL && b->after != NULL && a->after->timeout_ns != b->after->timeout_ns;

  if (is_unseen(a) != is_unseen(b)) {
    name_reason(why, is_unseen(a) ? "A" : "B", is_unseen(a) ? a : b);
    return;
  }
  if (a->result->cls != b->result->cls || a->result->verdict != b->result->verdict) {
    name_class(why, "A", a);
    name_class(why, ", B", b);
  }
  if (a->result->reason != b->result->reason) {
    if (!is_unnamed(a))
      name_reason(why, "A", a);
    if (!is_unnamed(b))
      name_reason(why, "B", b);
  } else {
    if (why->len > 0)
      g_string_append(why, "; ");
    name_unnamed(why, a, b, state_differs, timeout_differs);
  }
}

GHashTable *cli_diff_tally_new(void) { return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free); }

void cli_diff_tally_count(GHashTable *whys, const char *why)
{
  guint64 *count = g_hash_table_lookup(whys, why);

  if (count == NULL) {
    count = g_new0(guint64, 1);
    g_hash_table_insert(whys, g_strdup(why), count);
  }
  ++*count;
}

void cli_diff_tally(GHashTable *whys, const diff_seen *a, const diff_seen *b)
{
  GString *why = g_string_new(NULL);

  name_why(why, a, b);
  cli_diff_tally_count(whys, why->str);
  g_string_free(why, TRUE);
}

typedef struct counted {
  const char *why;
  guint64 count;
} counted;

/* The most frequent first, else by the words: always the same order. */
static gint compare_counted(gconstpointer a, gconstpointer b)
{
  const counted *x = a, *y = b;

  return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->why, y->why);
}

void cli_diff_tally_put(emit_text *out, GHashTable *whys, const char *unit)
{
  char *heading = g_strdup_printf("why, and in how many %s:\n", unit);

  cli_diff_tally_put_under(out, whys, heading);
  g_free(heading);
}

void cli_diff_tally_put_under(emit_text *out, GHashTable *whys, const char *heading)
{
  GArray *list = g_array_new(FALSE, FALSE, sizeof(counted));
  GHashTableIter iter;
  gpointer why, count;
  guint i;

  g_hash_table_iter_init(&iter, whys);
  while (g_hash_table_iter_next(&iter, &why, &count)) {
    counted item = { why, *(guint64 *)count };

    g_array_append_val(list, item);
  }
  g_array_sort(list, compare_counted);
  if (list->len > 0)
    emit_text_string(out, heading);
  for (i = 0; i < list->len && i < WHYS_SHOWN; i++) {
    const counted *item = &g_array_index(list, counted, i);

    emit_text_literal(out, "  ");
    emit_text_u64_grouped(out, item->count);
    emit_text_literal(out, "  ");
    emit_text_string(out, item->why);
    emit_text_char(out, '\n');
  }
  if (i < list->len) {
    emit_text_literal(out, "  and ");
    emit_text_u64(out, list->len - i);
    emit_text_string(out, list->len - i == 1 ? " reason more\n" : " reasons more\n");
  }
  g_array_unref(list);
}

static void put_setting(emit_text *out, const char *name, guint64 value)
{
  emit_text_literal(out, ", ");
  emit_text_string(out, name);
  emit_text_char(out, '=');
  emit_text_u64(out, value);
}

/* Every sysctl that the two have and hold different values of. */
static void put_settings(emit_text *out, const ct_params *own, const ct_params *other)
{
  ct_param_info x, y;
  gsize i;

  for (i = 0; ct_params_describe(own, i, &x) && ct_params_describe(other, i, &y); i++)
    if (x.value != y.value)
      put_setting(out, x.name, x.value);
}

void cli_diff_side_put(emit_text *out, const char *name, const char *capture, const GPtrArray *rules,
                       const ct_params *own, const ct_params *other)
{
  ct_params defaults;
  guint i;

  emit_text_string(out, name);
  emit_text_literal(out, " is ");
  emit_text_string(out, capture);
  emit_text_literal(out, " under ");
  emit_text_string(out, own->profile->name);
  /* Between profiles almost all may differ: there, what was set is what there is to tell. */
  ct_params_init(&defaults, own->profile);
  put_settings(out, own, own->profile == other->profile ? other : &defaults);
  if (own->gc != other->gc)
    emit_text_string(out, own->gc == CT_GC_KERNEL ? ", --gc=kernel" : ", --gc=exact");
  if (own->hz != other->hz)
    put_setting(out, "--hz", own->hz);
  if (own->hash_seed != other->hash_seed)
    put_setting(out, "--hash-seed", own->hash_seed);
  for (i = 0; rules != NULL && i < rules->len; i++)
    emit_text_format(out, "%s%s", i == 0 ? ", rules " : "+", (const char *)g_ptr_array_index(rules, i));
  emit_text_char(out, '\n');
}
