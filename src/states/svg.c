/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The picture as SVG: a file of its own, or a symbol within a page, on which the walk of a connection can be marked. */
#include <stdlib.h>

#include "states/picture.h"

enum { TOP_CUT = TOP - 12, NUMBERS_MAX = 3 };

#define put(p, ...) emit_text_format((p)->out, __VA_ARGS__)

/* Light and dark; on paper always light. No names of the page's own are used. */
static const char style[] =
  ".diagram{font:13px sans-serif}.paper{fill:#fff}.title{font-size:17px;font-weight:bold;fill:#12202d}"
  ".node{fill:#eef4fb;stroke:#1f4e79;stroke-width:1.5}.start{fill:#fff;stroke-dasharray:4 3}"
  ".name{font-weight:bold;fill:#12304d}.time{fill:#345;font-size:12px}"
  ".arc{fill:none;stroke:#345;stroke-width:1.4;marker-end:url(#a)}.taken{stroke:#b34700;stroke-width:2.6;marker-end:"
  "url(#t)}"
  ".idle{stroke:#b8c0c8;marker-end:url(#i)}.rule{stroke-dasharray:5 4;stroke:#b34700;marker-end:url(#t)}"
  ".head-a{fill:#345}.head-t{fill:#b34700}.head-i{fill:#b8c0c8}"
  ".label{fill:#222;font-size:12px;stroke:#fff;stroke-width:4px;paint-order:stroke;stroke-linejoin:round}"
  "text.idle{fill:#6b7680;stroke:#fff}.stays{fill:#7a3000;font-size:11.5px}"
  ".been{fill:none;stroke:#b34700;stroke-width:2.6}.pill{fill:#b34700}.step{fill:#fff;font-size:11.5px;font-weight:"
  "bold;text-anchor:middle}"
  ".differs{fill:#b00020;font-weight:bold}"
  "@media screen and "
  "(prefers-color-scheme:dark){.paper{fill:#14181c}.title{fill:#e4e9ee}.node{fill:#1c2a38;stroke:#7cb8f0}"
  ".start{fill:#14181c}.name{fill:#e1edf8}.time{fill:#b3c4d4}.arc{stroke:#a5b5c5}.taken,.rule{stroke:#ff9e5e}.idle{"
  "stroke:#525e69}"
  ".head-a{fill:#a5b5c5}.head-t{fill:#ff9e5e}.head-i{fill:#525e69}.label{fill:#dde5ec;stroke:#14181c}"
  "text.idle{fill:#97a3ae;stroke:#14181c}.stays{fill:#ffb98a}.been{stroke:#ff9e5e}.pill{fill:#ff9e5e}.step{fill:#"
  "241000}.differs{fill:#ff7b8a}}";

void states_put_style(emit_text *out) { emit_text_string(out, style); }

static const char *edge_class(const picture *p, const edge *e)
{
  if (e->by_rule)
    return "arc rule";
  return !p->counted ? "arc" : e->count > 0 ? "arc taken" : "arc idle";
}

static void draw_label(picture *p, const edge *e, int x, int y, const char *anchor, const char *first)
{
  guint i, n = 0;

  put(p, "<text class=\"label%s\" text-anchor=\"%s\">", p->counted && e->count == 0 ? " idle" : "", anchor);
  if (first != NULL)
    put(p, "<tspan x=\"%d\" y=\"%d\">%s</tspan>", x, y + (int)n++ * LINE_HEIGHT, first);
  for (i = 0; i < e->n_lines; i++)
    put(p, "<tspan%s x=\"%d\" y=\"%d\">%s</tspan>", e->differ >> i & 1 ? " class=\"differs\"" : "", x,
        y + (int)n++ * LINE_HEIGHT, e->lines[i]);
  put(p, "</text>\n");
}

/*
 * A line of the picture; in a page it has a name, and takes its looks from around it, so that a walk can show it in
 * another.
 */
static void begin_path(picture *p, const edge *e)
{
  if (p->id != NULL)
    put(p, "<g class=\"%s\"><path id=\"%s-a%u\" d=\"", edge_class(p, e), p->id, (guint)(e - p->edges));
  else
    put(p, "<path class=\"%s\" d=\"", edge_class(p, e));
}

static void end_path(picture *p) { put(p, p->id != NULL ? "\"/></g>\n" : "\"/>\n"); }

static int middle_of_straight(const picture *p, const edge *e)
{
  return (p->y[e->from] + p->height[e->from] + p->y[e->to]) / 2;
}

static void draw_straight(picture *p, const edge *e)
{
  begin_path(p, e);
  put(p, "M%d %dV%d", p->column_x + p->node_width / 2, p->y[e->from] + p->height[e->from], p->y[e->to] - 3);
  end_path(p);
}

static void draw_straight_label(picture *p, const edge *e)
{
  draw_label(p, e, p->column_x + p->node_width / 2 + 10,
             middle_of_straight(p, e) + 4 - (int)(e->n_lines - 1) * LINE_HEIGHT / 2, "start", NULL);
}

/* Does anything run across the lane between these heights, or end there? */
static gboolean is_crossed(const picture *p, const edge *e, int top, int bottom)
{
  guint i;

  for (i = 0; i < p->n_edges; i++) {
    const edge *other = &p->edges[i];
    int foot = p->y[other->to] + p->height[other->to];

    if (other->general && !e->back && foot > top && foot - p->foot[other->to] < bottom)
      return TRUE;
    if (other == e || other->lane <= e->lane || other->back != e->back)
      continue;
    if ((other->y1 > top && other->y1 < bottom) || (other->y2 > top && other->y2 < bottom))
      return TRUE;
  }
  return FALSE;
}

/* => the height of the label beside its lane: as near to the middle as nothing crosses it. */
static int middle_of_lane(const picture *p, const edge *e)
{
  int half = (int)e->n_lines * LINE_HEIGHT / 2, middle = (e->y1 + e->y2) / 2, away;

  for (away = 0; away < abs(e->y2 - e->y1) / 2 - half; away += 4) {
    int up = (e->y1 + e->y2) / 2 - away, down = (e->y1 + e->y2) / 2 + away;

    middle = !is_crossed(p, e, up - half - 4, up + half + 4) ? up : down;
    if (!is_crossed(p, e, middle - half - 4, middle + half + 4))
      break;
    middle = (e->y1 + e->y2) / 2;
  }
  return middle;
}

static int x_of_lane(const picture *p, const edge *e)
{
  return e->back ? p->column_x - p->lane_x[1][e->lane] : p->column_x + p->node_width + p->lane_x[0][e->lane];
}

static void draw_lane_label(picture *p, const edge *e)
{
  draw_label(p, e, x_of_lane(p, e) + (e->back ? -6 : 6), middle_of_lane(p, e) - (int)e->n_lines * LINE_HEIGHT / 2 + 11,
             e->back ? "end" : "start", NULL);
}

static void draw_lane(picture *p, const edge *e)
{
  int sign = e->back ? -1 : 1, start = e->back ? p->column_x : p->column_x + p->node_width;
  int x = x_of_lane(p, e), down = e->y2 > e->y1 ? 1 : -1;

  begin_path(p, e);
  put(p, "M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d", start, e->y1, x - sign * ROUND, x, e->y1, x, e->y1 + down * ROUND,
      e->y2 - down * ROUND, x, e->y2, x - sign * ROUND, e->y2, start + sign * 3);
  end_path(p);
}

static int middle_of_general(const picture *p, const edge *e)
{
  return p->y[e->to] + p->height[e->to] - p->foot[e->to] / 2 - 4;
}

static void draw_general(picture *p, const edge *e)
{
  int x = p->column_x + p->node_width, y = middle_of_general(p, e);

  begin_path(p, e);
  put(p, "M%d %dH%d", x + STUB, y, x + 3);
  end_path(p);
}

static void draw_general_label(picture *p, const edge *e)
{
  char *above =
    e->but_first ? g_strdup_printf("from every state but %s:", p->m->nodes[0].name) : g_strdup("from every state:");

  draw_label(p, e, p->column_x + p->node_width + STUB + 6,
             middle_of_general(p, e) + 4 - (int)e->n_lines * LINE_HEIGHT / 2, "start", above);
  g_free(above);
}

static void draw_node(picture *p, guint node)
{
  const states_node *n = &p->m->nodes[node];
  int x = p->column_x + p->node_width / 2, y = p->y[node] + p->height[node] / 2;
  char *stays = p->counted ? states_stays_text(p, node) : g_strdup("");
  int lines = 1 + (n->timeout_ns != 0);
  char seconds[32];

  y -= *stays != '\0' ? 8 : 0;
  if (p->id != NULL)
    put(p, "<g class=\"node%s\"><rect id=\"%s-n%u\"", node == 0 ? " start" : "", p->id, node);
  else
    put(p, "<rect class=\"node%s\"", node == 0 ? " start" : "");
  put(p, " x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"9\"/>%s\n", p->column_x, p->y[node], p->node_width,
      p->height[node], p->id != NULL ? "</g>" : "");
  put(p, "<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, y + 5 - (lines - 1) * 8,
      n->name);
  if (n->timeout_ns != 0) {
    g_snprintf(seconds, sizeof(seconds), "%g s", (double)n->timeout_ns / 1e9);
    if (n->timeout_ns % 1000000000 == 0)
      g_snprintf(seconds, sizeof(seconds), "%" G_GINT64_FORMAT " s%s", n->timeout_ns / 1000000000,
                 n->was_ns != 0 ? " !" : "");
    put(p, "<text class=\"time\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, y + 14, seconds);
  }
  if (*stays != '\0')
    put(p, "<text class=\"stays\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, y + 31, stays);
  g_free(stays);
}

/* --- a file of its own --- */

static void draw_marker(emit_text *out, const char *name, guint size)
{
  emit_text_format(out,
                   "<marker id=\"%s\" markerWidth=\"%u\" markerHeight=\"%u\" refX=\"6\" refY=\"%u\" orient=\"auto\" "
                   "markerUnits=\"userSpaceOnUse\"><path class=\"head-%s\" d=\"M0 0L%u %uL0 %uz\"/></marker>",
                   name, size + 1, size + 1, size / 2, name, size, size / 2, size);
}

static void draw_markers(emit_text *out)
{
  draw_marker(out, "a", 8);
  draw_marker(out, "t", 10);
  draw_marker(out, "i", 8);
}

static void draw_head(picture *p)
{
  const states_machine *m = p->m;
  char *title = g_strdup_printf("States of %s in %s", m->protocol, m->profile), *compared = states_compared_text(m);

  put(p,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"diagram\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
      "role=\"img\">\n"
      "<title>%s</title>\n<style>%s</style>\n<defs>",
      p->width, p->total_height, p->width, p->total_height, title, style);
  draw_markers(p->out);
  put(p,
      "</defs>\n<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n<text class=\"title\" x=\"%d\" "
      "y=\"30\">%s</text>\n",
      MARGIN, title);
  put(p,
      "<text class=\"label\" x=\"%d\" y=\"50\">\342\206\222 sent by the original side, \342\206\220 by the reply side, "
      "\342\207\204 by either%s%s</text>\n",
      MARGIN, *compared != '\0' ? "; " : "", compared);
  if (p->counted)
    put(p,
        "<text class=\"label\" x=\"%d\" y=\"68\">%" G_GUINT64_FORMAT " packet%s; thick: arcs they took; "
        "dashed: a rule beside the table</text>\n",
        MARGIN, m->packets, m->packets == 1 ? "" : "s");
  g_free(compared);
  g_free(title);
}

static void draw_all(picture *p)
{
  guint i;

  for (i = 0; i < p->n_order; i++)
    draw_node(p, p->order[i]);
  for (i = 0; i < p->n_edges; i++) {
    const edge *e = &p->edges[i];

    if (e->general)
      draw_general(p, e);
    else if (e->lane == NO_LANE)
      draw_straight(p, e);
    else
      draw_lane(p, e);
  }
  for (i = 0; i < p->n_edges; i++) {
    const edge *e = &p->edges[i];

    if (e->general)
      draw_general_label(p, e);
    else if (e->lane == NO_LANE)
      draw_straight_label(p, e);
    else
      draw_lane_label(p, e);
  }
}

void states_put_svg(emit_text *out, const states_machine *machine)
{
  picture *p = g_new0(picture, 1);

  p->out = out;
  states_layout(p, machine, machine->counted);
  draw_head(p);
  draw_all(p);
  put(p, "</svg>\n");
  g_free(p);
}

/* --- within a page --- */

states_drawing *states_drawing_new(const states_machine *machine, const char *id)
{
  picture *p = g_new0(picture, 1);

  p->id = id;
  states_layout(p, machine, FALSE);
  return p;
}

void states_drawing_free(states_drawing *drawing) { g_free(drawing); }

void states_put_defs(emit_text *out, states_drawing *const *drawings, guint n)
{
  guint i;

  emit_text_literal(out, "<svg class=\"diagram defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>");
  draw_markers(out);
  for (i = 0; i < n; i++) {
    if (drawings[i] == NULL)
      continue;
    emit_text_format(out, "\n<g id=\"%s\">\n", drawings[i]->id);
    drawings[i]->out = out;
    draw_all(drawings[i]);
    emit_text_literal(out, "</g>");
  }
  emit_text_literal(out, "</defs></svg>\n");
}

/*
 * => the edge of a step: its very own, the general one of its input, or the best there is; -1 where nothing leads
 * there.
 */
static gint find_step(const picture *p, const states_step *step)
{
  gint best = -1;
  guint i, best_worth = 0;

  for (i = 0; i < p->n_edges; i++) {
    const edge *e = &p->edges[i];
    gboolean input = step->input < STATES_INPUTS_MAX && e->inputs & 1u << step->input;
    guint worth = (e->general ? 1u : 2u) + (input ? 2u : 0u);

    if (e->to == step->to && (e->general || e->from == step->from) && worth > best_worth) {
      best = (gint)i;
      best_worth = worth;
    }
  }
  return best;
}

/* Numbers on a line, in a pill that grows away from the line's words. */
static void draw_pill(emit_text *out, const picture *p, const edge *e, const char *numbers)
{
  int width = MAX(17, (int)g_utf8_strlen(numbers, -1) * CHAR_WIDTH + 10), x, y;

  if (e->general) {
    x = p->column_x + p->node_width + STUB - 2 - width;
    y = middle_of_general(p, e);
  } else if (e->lane == NO_LANE) {
    x = p->column_x + p->node_width / 2 + 8 - width;
    y = middle_of_straight(p, e) - 2;
  } else {
    x = e->back ? x_of_lane(p, e) - 5 : x_of_lane(p, e) + 5 - width;
    y = middle_of_lane(p, e);
  }
  emit_text_format(out,
                   "<rect class=\"pill\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"17\" rx=\"8\"/>"
                   "<text class=\"step\" x=\"%d\" y=\"%d\">%s</text>",
                   x, y - 8, width, x + width / 2, y + 5, numbers);
}

/* "1, 4, ..": more would not fit beside the line. */
static char *step_numbers(const gint *edges, guint n, gint wanted)
{
  GString *text = g_string_new(NULL);
  guint i, told = 0;

  for (i = 0; i < n; i++) {
    if (edges[i] != wanted)
      continue;
    if (++told <= NUMBERS_MAX)
      g_string_append_printf(text, "%s%u", told > 1 ? "," : "", i + 1);
  }
  if (told > NUMBERS_MAX)
    g_string_append(text, ",\342\200\246");
  return g_string_free(text, FALSE);
}

static void draw_been(emit_text *out, const picture *p, const states_step *steps, guint n)
{
  gboolean been[STATES_NODES_MAX] = { FALSE };
  guint i;

  for (i = 0; i < n; i++)
    been[steps[i].from] = been[steps[i].to] = TRUE;
  emit_text_literal(out, "<g class=\"been\">");
  for (i = 0; i < p->m->n_nodes; i++)
    if (been[i] && (i == 0 || p->m->nodes[i].entered))
      emit_text_format(out, "<use href=\"#%s-n%u\"/>", p->id, i);
  emit_text_literal(out, "</g>");
}

void states_put_walk(emit_text *out, const states_drawing *p, const states_step *steps, guint n, const char *words)
{
  gint *edges = g_new(gint, n + 1);
  guint i;
  gint edge_number;

  emit_text_format(
    out,
    "<svg class=\"diagram\" width=\"%d\" height=\"%d\" viewBox=\"0 %d %d %d\" role=\"img\" aria-label=\"%s\">"
    "<use href=\"#%s\"/>",
    p->width, p->total_height - TOP_CUT, TOP_CUT, p->width, p->total_height - TOP_CUT, words, p->id);
  draw_been(out, p, steps, n);
  for (i = 0; i < n; i++)
    edges[i] = find_step(p, &steps[i]);
  emit_text_literal(out, "<g class=\"arc taken\">");
  for (edge_number = 0; edge_number < (gint)p->n_edges; edge_number++)
    for (i = 0; i < n; i++)
      if (edges[i] == edge_number) {
        emit_text_format(out, "<use href=\"#%s-a%d\"/>", p->id, edge_number);
        break;
      }
  emit_text_literal(out, "</g>");
  for (edge_number = 0; edge_number < (gint)p->n_edges; edge_number++) {
    char *numbers = step_numbers(edges, n, edge_number);

    if (*numbers != '\0')
      draw_pill(out, p, &p->edges[edge_number], numbers);
    g_free(numbers);
  }
  emit_text_literal(out, "</svg>\n");
  g_free(edges);
}
