/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What diff says of the two sides, and at the end: as text, and as lines of JSON. */
#include "conntrack/proto/proto.h"
#include "diff_trial.h"

const char *const diff_words[] = {
#define X(id, word) word,
  DIFF_KIND_LIST(X)
#undef X
    NULL
};

/* ---- text ---- */

static void number(emit_text *out, const char *before, guint64 value, const char *after)
{
  emit_text_string(out, before);
  emit_text_u64_grouped(out, value);
  emit_text_string(out, after);
}

static void figure(diff_run *c, const char *name, guint64 a, guint64 b)
{
  if (a == b)
    return;
  emit_text_literal(&c->output.text, "  ");
  emit_text_pad(&c->output.text, name, 12);
  number(&c->output.text, " A ", a, "");
  number(&c->output.text, "  B ", b, "\n");
}

static void put_sent(emit_text *out, guint64 n, const char *by, const char *other)
{
  if (n == 0)
    return;
  number(out, "", n, n == 1 ? " of them is an answer" : " of them are answers");
  emit_text_format(out,
                   " of the box's own to what %s rejects: under %s the box sends no such packet, and none is judged\n",
                   by, other);
}

static void put_text(diff_run *c)
{
  const ct_stats *a = ct_engine_stats(c->a.engine), *b = ct_engine_stats(c->b.engine);
  emit_text *out = &c->output.text;
  gboolean cut_short = cli_diff_failed(&c->a) || cli_diff_failed(&c->b);
  guint i, n = 0;

  number(out, "", c->packets, c->packets == 1 ? " packet compared" : " packets compared");
  if (cut_short && c->packets == 0)
    emit_text_literal(out, ": there was nothing to compare\n");
  else if (c->differing == 0) {
    emit_text_string(out, cut_short ? " until reading failed" : "");
    emit_text_string(out, c->parting != NULL || cut_short ? "; up to here no difference\n" : ": no difference\n");
  } else {
    number(out, cut_short ? " until reading failed, " : ", ", c->differing,
           c->differing == 1 ? " differs, it is number " : " differ, the first is number ");
    number(out, "", c->first, " (");
    for (i = 0; i < DIFF_KINDS; i++)
      if (c->by_kind[i] > 0) {
        number(out, n++ > 0 ? ", " : "", c->by_kind[i], " ");
        emit_text_string(out, diff_words[i]);
      }
    emit_text_literal(out, ")\n");
    if (c->differing > c->lines) {
      number(out, "shown: ", c->lines, ", the first of each connection and the first that changes its class");
      emit_text_string(out, c->lines >= c->lines_most ? " (--lines N shows more)\n" : "\n");
    }
  }
  for (i = 0; i < G_N_ELEMENTS(c->sent); i++)
    put_sent(out, c->sent[i], i == 0 ? "A" : "B", i == 0 ? "B" : "A");
  if (c->ignored > 0)
    number(out, "ignored in ", c->ignored,
           " packets: bytes that conntrack does not look at (link header, TTL or hop limit, TOS, IP id, flow label, "
           "checksums)\n");
  if (c->two_rulesets)
    cli_diff_rulings_put(out, c->rulings, diff_words);
  cli_diff_tally_put(out, c->whys, "packets");
  cli_diff_trial_put(out, c->trial);
  figure(c, "entries", ct_engine_count(c->a.engine), ct_engine_count(c->b.engine));
  figure(c, "created", a->created, b->created);
  figure(c, "peak", a->peak_count, b->peak_count);
  figure(c, "invalid", a->invalid, b->invalid);
  figure(c, "early_drop", a->early_drop, b->early_drop);
  figure(c, "drop", a->drop, b->drop);
}

static void put_side(diff_run *c, const char *name, const diff_side *own, const diff_side *other)
{
  cli_diff_side_put(&c->output.text, name, own->o.replay.captures[0], c->two_rulesets ? own->o.rules : NULL,
                    &own->params, &other->params);
}

/* ---- JSON ---- */

static void side_json(emit_text *out, const diff_side *s)
{
  guint i;

  emit_text_literal(out, "{\"capture\":");
  emit_text_json_string(out, s->o.replay.captures[0]);
  emit_text_format(out, ",\"kernel\":\"%s\",\"rules\":[", s->params.profile->name);
  for (i = 0; i < s->o.rules->len; i++) {
    emit_text_string(out, i > 0 ? "," : "");
    emit_text_json_string(out, g_ptr_array_index(s->o.rules, i));
  }
  emit_text_literal(out, "]}");
}

static void put_flow_json(emit_text *out, const diff_side *s)
{
  emit_text flow;
  char *words;

  emit_text_init(&flow, -1);
  emit_packet_flow(&flow, s->params.profile, s->packet);
  words = g_strndup(flow.data, flow.used);
  emit_text_json_string(out, words);
  g_free(words);
  emit_text_clear(&flow);
}

/* What became of the packet, and of its entry. */
static void packet_side_json(emit_text *out, const diff_side *s)
{
  const char *state =
    s->has_view ? ct_proto_state_name(s->params.profile, s->view.tuple[0].proto, s->view.state) : NULL;

  cli_diff_ruling_json(out, &s->ruling);
  if (!s->has_view)
    return;
  out->used--; /* the object goes on */
  if (state != NULL)
    emit_text_format(out, ",\"state\":\"%s\"", state);
  emit_text_format(out, ",\"timeout\":%" G_GINT64_FORMAT ",\"mark\":%u}", s->view.timeout_ns / 1000000000,
                   s->view.mark);
}

void cli_diff_put_packet_json(diff_run *c, guint differs)
{
  emit_text *out = &c->output.text;

  emit_text_format(out, "{\"schema\":1,\"type\":\"packet\",\"n\":%" G_GUINT64_FORMAT ",\"t\":", c->a.packet->number);
  emit_text_seconds(out, emit_time_since(c->a.frame->ts_ns, c->a.first_ns), 9);
  emit_text_literal(out, ",\"flow\":");
  put_flow_json(out, &c->a);
  emit_text_literal(out, ",\"differs\":");
  cli_diff_words_json(out, diff_words, differs);
  emit_text_literal(out, ",\"a\":");
  packet_side_json(out, &c->a);
  emit_text_literal(out, ",\"b\":");
  packet_side_json(out, &c->b);
  emit_text_literal(out, "}\n");
}

static void pair_json(emit_text *out, const char *name, guint64 a, guint64 b)
{
  emit_text_format(out, ",\"%s\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]", name, a, b);
}

static void put_json(diff_run *c)
{
  const ct_stats *a = ct_engine_stats(c->a.engine), *b = ct_engine_stats(c->b.engine);
  gboolean same = c->differing == 0 && c->parting == NULL && !cli_diff_failed(&c->a) && !cli_diff_failed(&c->b);
  emit_text *out = &c->output.text;
  guint i, n = 0;

  cli_diff_rulings_json(out, c->rulings, diff_words);
  cli_diff_trial_json(out, c->trial);
  emit_text_format(out,
                   "{\"schema\":1,\"type\":\"summary\",\"same\":%s,\"packets\":%" G_GUINT64_FORMAT
                   ",\"differing\":%" G_GUINT64_FORMAT ",\"ignored\":%" G_GUINT64_FORMAT,
                   same ? "true" : "false", c->packets, c->differing, c->ignored);
  if (c->first > 0)
    emit_text_format(out, ",\"first\":%" G_GUINT64_FORMAT, c->first);
  emit_text_literal(out, ",\"by\":{");
  for (i = 0; i < DIFF_KINDS; i++)
    if (c->by_kind[i] > 0)
      emit_text_format(out, "%s\"%s\":%" G_GUINT64_FORMAT, n++ > 0 ? "," : "", diff_words[i], c->by_kind[i]);
  emit_text_char(out, '}');
  if (c->parting != NULL) {
    emit_text_literal(out, ",\"parted\":");
    emit_text_json_string(out, c->parting);
  }
  pair_json(out, "entries", ct_engine_count(c->a.engine), ct_engine_count(c->b.engine));
  pair_json(out, "created", a->created, b->created);
  pair_json(out, "invalid", a->invalid, b->invalid);
  pair_json(out, "own_answers", c->sent[0], c->sent[1]);
  emit_text_literal(out, "}\n");
}

/* ---- both ---- */

void cli_diff_put_sides(diff_run *c)
{
  emit_text *out = &c->output.text;

  if (!c->json) {
    put_side(c, "A", &c->a, &c->b);
    put_side(c, "B", &c->b, &c->a);
    return;
  }
  emit_text_literal(out, "{\"schema\":1,\"type\":\"sides\",\"a\":");
  side_json(out, &c->a);
  emit_text_literal(out, ",\"b\":");
  side_json(out, &c->b);
  emit_text_literal(out, "}\n");
}

void cli_diff_put_summary(diff_run *c)
{
  if (c->json)
    put_json(c);
  else
    put_text(c);
}
