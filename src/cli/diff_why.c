/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why two answers to one packet differ: each side's own account of it (explain), less what both have in common. */
#include "diff.h"

#include <string.h>

#include "emit/parts.h"
#include "explain/explain.h"

enum { ENDS_MOST = 1 << 16 };

typedef struct diff_end {
  ct_tuple key;
  gint64 time_ns;
  ct_reason reason;
} diff_end;

struct diff_ends {
  GHashTable *by_key; /* diff_end, its own key */
};

/* The same for both directions. */
static void key_set(ct_tuple *key, const ct_tuple *tuple)
{
  ct_tuple inverse;

  *key = *tuple;
  if (ct_tuple_invert(tuple, &inverse) && ct_tuple_compare(&inverse, tuple) < 0)
    *key = inverse;
}

static guint key_hash(gconstpointer key) { return ct_tuple_hash(key); }
static gboolean key_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

static void on_destroy(const ct_event *event, void *user)
{
  diff_ends *ends = user;
  diff_end *end;
  ct_tuple key;

  key_set(&key, &event->view->tuple[CT_ORIGINAL]);
  end = g_hash_table_lookup(ends->by_key, &key);
  if (end == NULL) {
    if (g_hash_table_size(ends->by_key) >= ENDS_MOST)
      return;
    end = g_new0(diff_end, 1);
    end->key = key;
    g_hash_table_add(ends->by_key, end);
  }
  end->time_ns = event->time_ns;
  end->reason = (ct_reason)event->reason;
}

diff_ends *cli_diff_ends_new(ct_engine *engine)
{
  diff_ends *ends = g_new0(diff_ends, 1);

  ends->by_key = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
  ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, on_destroy, ends);
  return ends;
}

void cli_diff_ends_free(diff_ends *ends)
{
  if (ends == NULL)
    return;
  g_hash_table_unref(ends->by_key);
  g_free(ends);
}

/*
 * What tells causes apart. The packet is the same, its class stands in the lines above, of a window's bounds the
 * verdict names the one that is broken, and changes and events are effects; so is the timeout where the classes differ
 * already.
 */
static gboolean is_cause(explain_topic topic, gboolean same_class)
{
  switch (topic) {
  case EXPLAIN_LOOK_UP:
  case EXPLAIN_TABLE:
  case EXPLAIN_EXCEPTION:
  case EXPLAIN_TAG:
  case EXPLAIN_VERDICT: return TRUE;
  case EXPLAIN_TIMEOUT: return same_class;
  default: return FALSE;
  }
}

/* A connection's number is that of its engine: no difference by itself. */
static gboolean same_sentence(const explain_sentence *s, const explain_sentence *other)
{
  if (s->topic == EXPLAIN_LOOK_UP && g_str_has_prefix(s->text, "Found: ") && g_str_has_prefix(other->text, "Found: "))
    return TRUE;
  return strcmp(s->text, other->text) == 0;
}

static gboolean said_by(const GPtrArray *sentences, const explain_sentence *s)
{
  guint i;

  for (i = 0; i < sentences->len; i++) {
    const explain_sentence *other = g_ptr_array_index(sentences, i);

    if (other->topic == s->topic && same_sentence(s, other))
      return TRUE;
  }
  return FALSE;
}

static GPtrArray *sentences_of(const diff_seen *seen)
{
  static const ct_trace untracked;
  explain_facts facts = { .params = seen->params,
                          .packet = seen->packet,
                          .result = seen->result,
                          .trace = seen->packet->kind == CT_PACKET_NONE ? &untracked : seen->trace,
                          .after = seen->after,
                          .first_ns = seen->first_ns };

  return explain_sentences(&facts);
}

static void begin_line(emit_text *out, const char *name)
{
  emit_text_literal(out, "   why ");
  emit_text_string(out, name);
  emit_text_literal(out, "  ");
}

/* Nothing was found where the other side found something: what had become of it. */
static void put_end(emit_text *out, const char *name, const diff_seen *seen, const diff_seen *other)
{
  const diff_end *end;
  ct_tuple key;

  if (seen->packet->kind != CT_PACKET_TRACK || other->packet->kind != CT_PACKET_TRACK || seen->trace->has_before ||
      !other->trace->has_before)
    return;
  key_set(&key, &seen->packet->tuple);
  end = g_hash_table_lookup(seen->ends->by_key, &key);
  if (end == NULL)
    return;
  begin_line(out, name);
  emit_text_literal(out, "Its entry had ended at ");
  emit_text_seconds(out, emit_time_since(end->time_ns, seen->first_ns), 6);
  emit_text_literal(out, " s, ");
  emit_text_string(out, ct_reason_sentence(end->reason));
  emit_text_literal(out, ".\n");
}

static void put_side(emit_text *out, const char *name, const GPtrArray *sentences, const GPtrArray *others,
                     gboolean same_class)
{
  guint i;

  for (i = 0; i < sentences->len; i++) {
    const explain_sentence *s = g_ptr_array_index(sentences, i);

    if (!is_cause(s->topic, same_class) || said_by(others, s))
      continue;
    begin_line(out, name);
    emit_text_string(out, s->text);
    emit_text_char(out, '\n');
  }
}

void cli_diff_why(emit_text *out, const diff_seen *a, const diff_seen *b)
{
  GPtrArray *of_a = sentences_of(a), *of_b = sentences_of(b);
  gboolean same_class = a->result->cls == b->result->cls;

  put_end(out, "A", a, b);
  put_side(out, "A", of_a, of_b, same_class);
  put_end(out, "B", b, a);
  put_side(out, "B", of_b, of_a, same_class);
  g_ptr_array_unref(of_a);
  g_ptr_array_unref(of_b);
}
