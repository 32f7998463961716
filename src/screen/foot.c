/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands below: what became of the moment's packet, and what can be typed, or is being, or has been said. */
#include "inside.h"

#include "emit/formats.h"
#include "emit/parts.h"
#include "emit/rules.h"

#include <string.h>

/* A line of any length, which is folded onto the screen then. */
enum { WIDE = 2048, FOLDED_MOST = 3, ROWS_ROOMY = 18 };

/* ---- the packet ---- */

/* "; drop by filter:FORWARD:rule:4 (rules.v4:12)" */
static guint draw_ruling(const way *w, const ct_packet *packet, canvas *c, guint at)
{
  const emit_rules *rules = w->firewall != NULL ? w->rules->tell(w->firewall, packet) : NULL;
  emit_text out;

  if (rules == NULL || rules->verdict == NULL)
    return at;
  emit_text_init(&out, -1);
  emit_rules_words(&out, rules);
  emit_text_char(&out, '\0');
  at = canvas_format(c, 0, at, way_dropped(w) ? STYLE_BAD : STYLE_DIM, "; %s", out.data);
  emit_text_clear(&out);
  return at;
}

/* "; evicts #7 tcp 10.0.0.3.1024 > 10.0.0.80.80 and 2 more" */
static guint draw_evicted(const session *s, canvas *c, guint at)
{
  const session_evicted *e = s->other_at != NULL ? &s->other_evicted : &s->evicted;
  emit_text out;

  if (e->packet == 0 || e->packet != cursor_number(session_cursor(s)))
    return at;
  emit_text_init(&out, -1);
  emit_flow(&out, timeline_params(session_line(s))->profile, &e->tuple);
  if (e->n > 1)
    emit_text_format(&out, " and %u more", e->n - 1);
  emit_text_char(&out, '\0');
  at = canvas_format(c, 0, at, STYLE_EVICTED, "; evicts #%" G_GUINT64_FORMAT " %s", e->id, out.data);
  emit_text_clear(&out);
  return at;
}

/* => columns. */
static guint put_packet(const session *s, canvas *c)
{
  const ct_params *params = timeline_params(session_line(s));
  const ct_result *result;
  const ct_packet *packet = cursor_packet(session_cursor(s), &result);
  const way *w = cursor_way(session_cursor(s));
  guint8 style = STYLE_PLAIN;
  emit_text out;
  guint at;

  if (packet == NULL)
    return 0;
  if (result->verdict == CT_VERDICT_DROP || result->cls == CT_CLASS_INVALID || way_dropped(w))
    style = STYLE_BAD;
  emit_text_init(&out, -1);
  emit_packet_flow(&out, params->profile, packet);
  emit_text_char(&out, '\0');
  at = canvas_format(c, 0, 0, style, "%s  %s",
                     result->verdict == CT_VERDICT_DROP ? "dropped"
                     : result->cls == CT_CLASS_NONE     ? "not tracked"
                                                        : ct_class_name(result->cls),
                     out.data);
  emit_text_clear(&out);
  if (result->reason != CT_REASON_NONE)
    at = canvas_format(c, 0, at, style, ": %s", ct_reason_sentence((ct_reason)result->reason));
  at = draw_evicted(s, c, at);
  return draw_ruling(w, packet, c, at);
}

/* ---- the last line ---- */

static const char *hints(const session *s)
{
  switch (session_seen(s)) {
  case VIEW_TABLE: return "?:help  hl:packet  <>:second  idesc:next  Enter:connection  p:packet  q:quit";
  case VIEW_EXPECTS:
  case VIEW_CONNECTION: return "jk PgDn gG:move  Enter:this packet  /:search  ?:help  q:back";
  case VIEW_PACKET: return "jk PgDn gG:move  hl:packet  idesc:next  /:search  ?:help  q:back";
  default: return "jk PgDn gG:move  /:search  q:back";
  }
}

/* As many as there is room for; the last one, which leads out, always. */
static void draw_hints(const session *s, canvas *c)
{
  g_auto(GStrv) words = g_strsplit(hints(s), "  ", -1);
  guint n = g_strv_length(words), last = n - 1, i, at = 0,
        end = c->columns - MIN((guint)strlen(words[last]), c->columns);

  for (i = 0; i < last; i++)
    if (at + strlen(words[i]) + 2 <= end)
      at = 2 + canvas_put(c, c->rows - 1, at, c->columns, STYLE_DIM, words[i]);
  canvas_put(c, c->rows - 1, at, c->columns, STYLE_DIM, words[last]);
}

static void draw_prompt(const session *s, canvas *c)
{
  static const char *const prompts[] = { "", "go to (+90, 14:03:05, #4711): ", "choose (-p tcp, or text): ", "/",
                                         "what if (max=64, profile=linux-5.10, rules=none): " };
  static const char *const brief[] = { "", "go to: ", "choose: ", "/", "what if: " };
  guint row = c->rows - 1, at;
  gsize n = strlen(s->typed);
  const char *prompt = strlen(prompts[s->prompt]) + n < c->columns ? prompts[s->prompt] : brief[s->prompt];
  gsize room = c->columns - strlen(prompt) - 1;

  at = canvas_put(c, row, 0, c->columns, STYLE_KEY, prompt);
  /* The end is where it is typed. */
  at = canvas_put(c, row, at, c->columns, STYLE_PLAIN, s->typed + (n > room ? n - room : 0));
  canvas_char(c, row, at, STYLE_PLAIN | STYLE_REVERSE, ' ');
}

/* => rows that it took. */
static guint draw_last(const session *s, canvas *c, canvas *wide, guint most)
{
  guint n, height;

  if (s->prompt == PROMPT_NONE && s->message != NULL) {
    n = canvas_put(wide, 0, 0, WIDE, STYLE_KEY, s->message);
    height = canvas_folded(wide, n, c->columns, most);
    canvas_fold(c, c->rows - height, height, 0, wide, n);
    return height;
  }
  if (s->prompt != PROMPT_NONE)
    draw_prompt(s, c);
  else
    draw_hints(s, c);
  return 1;
}

guint session_draw_foot(const session *s, canvas *c, gboolean packet)
{
  guint most = c->rows >= ROWS_ROOMY ? FOLDED_MOST : 1, row, height, n;
  canvas wide = { 0 };

  canvas_init(&wide, 1, WIDE, c->utf8);
  row = c->rows - draw_last(s, c, &wide, most);
  if (packet) {
    canvas_init(&wide, 1, WIDE, c->utf8);
    n = put_packet(s, &wide);
    height = canvas_folded(&wide, n, c->columns - 1, most);
    row -= height;
    canvas_fold(c, row, height, 1, &wide, n);
  }
  canvas_clear(&wide);
  return row;
}
