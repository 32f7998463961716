/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why two answers to one packet differ: each side's own account of it (explain), less what both have in common. */
#include "diff.h"

#include <string.h>

#include "emit/parts.h"
#include "emit/past.h"
#include "explain/explain.h"

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
                          .history = seen->history,
                          .first_ns = seen->first_ns };

  return explain_sentences(&facts);
}

static void begin_line(emit_text *out, const char *name)
{
  emit_text_literal(out, "   why ");
  emit_text_string(out, name);
  emit_text_literal(out, "  ");
}

/*
 * Nothing was found where the other side found something: what had become of it, where the packet is the first of its
 * own connection and so is not told what it would have belonged to.
 */
static void put_end(emit_text *out, const char *name, const diff_seen *seen, const diff_seen *other)
{
  const journal_end *end;

  if (seen->packet->kind != CT_PACKET_TRACK || other->packet->kind != CT_PACKET_TRACK || seen->trace->has_before ||
      !other->trace->has_before || seen->history->past.end != NULL)
    return;
  end = journal_find(seen->history->ends, &seen->packet->tuple);
  if (end == NULL)
    return;
  begin_line(out, name);
  emit_text_literal(out, "The entry of these addresses had ended at ");
  emit_text_seconds(out, emit_time_since(end->ended_ns, seen->first_ns), 6);
  emit_text_literal(out, " s: ");
  emit_end_words(out, seen->params->profile, (ct_reason)end->reason, end->timeout);
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
