/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine as a picture. The states stand in one column, in the order in which a connection walks through them; arcs that skip
 * states run down on the right, arcs that go back run up on the left, each group in a lane of its own, short ones inside. What
 * leads to the same state from everywhere is one short arrow. So no line ever crosses a label, whatever table is drawn.
 */
#include <stdlib.h>

#include "machine.h"

enum {
  NODE_WIDTH = 188, NODE_LEAST = 46, COUNTED_LEAST = 62, PORT_STEP = 17, GAP = 46, LINE_HEIGHT = 15, TOP = 86, MARGIN = 24,
  CHAR_WIDTH = 7, LANE_PADDING = 26, ROUND = 9, EDGES_MAX = 96, LINES_MAX = 12, STUB = 46, NO_LANE = -1
};

/* All ways from one node to another: one line in the picture, with a label of several. */
typedef struct edge {
  guint from, to;
  gboolean general; /* from everywhere */
  gboolean by_rule;
  guint64 count;
  guint n_lines, label_chars;
  char lines[LINES_MAX][48];
  gboolean back;    /* runs upwards, on the left */
  gint lane;        /* NO_LANE: straight to the next node, or a stub */
  int y1, y2;
} edge;

typedef struct picture {
  emit_text *out;
  const states_machine *m;
  guint n_order, order[STATES_NODES_MAX], place[STATES_NODES_MAX]; /* place: where in the order; order: which node */
  int y[STATES_NODES_MAX], height[STATES_NODES_MAX];               /* by node */
  edge edges[EDGES_MAX];
  guint n_edges;
  int lane_x[2][EDGES_MAX]; /* distance from the column's edge, right and left */
  int side_width[2];
  int node_width, node_least;
  int column_x, width, total_height;
} picture;

#define put(p, ...) emit_text_format((p)->out, __VA_ARGS__)

/* Packets that left the state as it was. */
static guint64 count_stays(const picture *p, guint node, gint to)
{
  guint64 n = 0;
  guint i;

  for (i = 0; i < p->m->arcs->len; i++) {
    const states_arc *arc = &g_array_index(p->m->arcs, states_arc, i);

    n += arc->from == node && arc->to == to ? arc->count : 0;
  }
  return n;
}

/* => what to say of them; may be empty. */
static char *stays_text(const picture *p, guint node)
{
  guint64 same = count_stays(p, node, (gint)node), ignored = count_stays(p, node, STATES_IGNORE),
          invalid = count_stays(p, node, STATES_INVALID);
  GString *text = g_string_new(NULL);

  if (same > 0)
    g_string_append_printf(text, "stays \303\227%" G_GUINT64_FORMAT, same);
  if (ignored > 0)
    g_string_append_printf(text, "%signored \303\227%" G_GUINT64_FORMAT, text->len > 0 ? ", " : "", ignored);
  if (invalid > 0)
    g_string_append_printf(text, "%sINVALID \303\227%" G_GUINT64_FORMAT, text->len > 0 ? ", " : "", invalid);
  return g_string_free(text, FALSE);
}

/* Wide enough for the longest of these lines. */
static int counted_width(const picture *p)
{
  int width = NODE_WIDTH;
  guint i;

  for (i = 0; i < p->m->n_nodes; i++) {
    char *text = stays_text(p, i);

    width = MAX(width, (int)g_utf8_strlen(text, -1) * CHAR_WIDTH + 2 * MARGIN / 3);
    g_free(text);
  }
  return width;
}

/* --- what is drawn --- */

static edge *find_edge(picture *p, guint from, guint to, gboolean general)
{
  guint i;

  for (i = 0; i < p->n_edges; i++) {
    edge *e = &p->edges[i];

    if (e->to == to && e->general == general && (general || e->from == from))
      return e;
  }
  g_assert(p->n_edges < EDGES_MAX);
  p->edges[p->n_edges] = (edge){ .from = from, .to = to, .general = general, .by_rule = TRUE, .lane = NO_LANE };
  return &p->edges[p->n_edges++];
}

static void add_line(picture *p, edge *e, const states_way *way, guint64 count)
{
  const char *arrow = way->dirs[0] && way->dirs[1] ? "\342\207\204" : way->dirs[0] ? "\342\206\222" : "\342\206\220";
  char *line;

  e->count += count;
  e->by_rule = e->by_rule && way->by_rule;
  if (e->n_lines == LINES_MAX)
    return;
  line = e->lines[e->n_lines++];
  if (p->m->counted && count > 0)
    g_snprintf(line, sizeof(e->lines[0]), "%s %s \303\227%" G_GUINT64_FORMAT, arrow, p->m->inputs[way->input], count);
  else
    g_snprintf(line, sizeof(e->lines[0]), "%s %s", arrow, p->m->inputs[way->input]);
  e->label_chars = MAX(e->label_chars, (guint)g_utf8_strlen(line, -1));
}

/* The same input from everywhere is told once, with the sum of its counts. */
static void add_general(picture *p, const GArray *ways, const states_way *way)
{
  guint64 count = 0;
  guint i;

  for (i = 0; i < ways->len; i++) {
    const states_way *other = &g_array_index(ways, states_way, i);

    if (other->to != way->to || other->input != way->input || other->from == 0 || other->by_rule)
      continue;
    if (other < way)
      return; /* told already */
    count += other->counts[0] + other->counts[1];
  }
  add_line(p, find_edge(p, way->from, (guint)way->to, TRUE), way, count);
}

static gboolean is_drawn(const states_machine *m, const states_way *way)
{
  return way->to >= 0 && (guint)way->to != way->from && (way->from == 0 || m->nodes[way->from].entered);
}

static void collect_edges(picture *p, const GArray *ways)
{
  guint i;

  for (i = 0; i < ways->len; i++) {
    const states_way *way = &g_array_index(ways, states_way, i);

    if (states_way_is_general(p->m, ways, way))
      add_general(p, ways, way);
    else if (is_drawn(p->m, way))
      add_line(p, find_edge(p, way->from, (guint)way->to, FALSE), way, way->counts[0] + way->counts[1]);
  }
}

/* --- where --- */

/* Reverse postorder of the walk through the states: an arc points down unless it closes a circle. */
static void visit(picture *p, guint node, gboolean *seen)
{
  guint to, i;

  seen[node] = TRUE;
  for (to = 0; to < p->m->n_nodes; to++)
    for (i = 0; i < p->n_edges; i++)
      if (!p->edges[i].general && !p->edges[i].by_rule && p->edges[i].from == node && p->edges[i].to == to && !seen[to])
        visit(p, to, seen);
  p->order[p->n_order++] = node;
}

static void order_nodes(picture *p)
{
  gboolean seen[STATES_NODES_MAX] = { FALSE };
  guint i, node;

  visit(p, 0, seen);
  for (i = 0; i < p->n_order / 2; i++) {
    guint swap = p->order[i];

    p->order[i] = p->order[p->n_order - 1 - i];
    p->order[p->n_order - 1 - i] = swap;
  }
  /* What only the general arrows lead to comes last. */
  for (node = 1; node < p->m->n_nodes; node++)
    if (!seen[node] && p->m->nodes[node].entered)
      p->order[p->n_order++] = node;
  for (i = 0; i < p->n_order; i++)
    p->place[p->order[i]] = i;
}

static guint upper(const picture *p, const edge *e) { return MIN(p->place[e->from], p->place[e->to]); }
static guint lower(const picture *p, const edge *e) { return MAX(p->place[e->from], p->place[e->to]); }

/* Two edges may share a lane where one ends above the other. */
static gboolean lane_is_free(const picture *p, const edge *wanted, gint lane)
{
  guint i;

  for (i = 0; i < p->n_edges; i++) {
    const edge *e = &p->edges[i];

    if (e->lane == lane && e->back == wanted->back && upper(p, e) < lower(p, wanted) && upper(p, wanted) < lower(p, e))
      return FALSE;
  }
  return TRUE;
}

/* Short edges first, so that they stay inside the long ones. */
static void assign_lanes(picture *p)
{
  guint span, i;

  for (i = 0; i < p->n_edges; i++)
    p->edges[i].back = !p->edges[i].general && p->place[p->edges[i].to] < p->place[p->edges[i].from];
  for (span = 1; span < p->n_order; span++)
    for (i = 0; i < p->n_edges; i++) {
      edge *e = &p->edges[i];
      gint lane = 0;

      if (e->general || lower(p, e) - upper(p, e) != span || (span == 1 && !e->back))
        continue;
      while (!lane_is_free(p, e, lane))
        lane++;
      e->lane = lane;
    }
}

/* The labels between neighbours stand right of the middle; the first lane keeps clear of them. */
static int straight_label_width(const picture *p)
{
  guint i, chars = 0;

  for (i = 0; i < p->n_edges; i++)
    if (p->edges[i].lane == NO_LANE && !p->edges[i].general)
      chars = MAX(chars, p->edges[i].label_chars);
  return (int)chars * CHAR_WIDTH;
}

static void place_lanes(picture *p)
{
  guint side, i;
  gint lane;

  for (side = 0; side < 2; side++) {
    int x = side == 0 ? MAX(LANE_PADDING, straight_label_width(p) + 24 - p->node_width / 2) : LANE_PADDING;
    gboolean any = TRUE;

    for (lane = 0; any; lane++) {
      guint chars = 0;

      any = FALSE;
      for (i = 0; i < p->n_edges; i++)
        if (p->edges[i].lane == lane && p->edges[i].back == (gboolean)side) {
          any = TRUE;
          chars = MAX(chars, p->edges[i].label_chars);
        }
      p->lane_x[side][lane] = x;
      x += any ? (int)chars * CHAR_WIDTH + LANE_PADDING : 0;
    }
    p->side_width[side] = x;
  }
}

static guint count_lines(const picture *p, guint above)
{
  guint i, n = 0;

  for (i = 0; i < p->n_edges; i++) {
    const edge *e = &p->edges[i];

    if (e->lane == NO_LANE && !e->general && upper(p, e) == above)
      n = MAX(n, e->n_lines);
  }
  return n;
}

/* How many lines end at this side of a node. */
static guint count_ports(const picture *p, guint node, gboolean back)
{
  guint i, n = 0;

  for (i = 0; i < p->n_edges; i++) {
    const edge *e = &p->edges[i];

    n += e->lane != NO_LANE && e->back == back && (e->from == node || e->to == node);
    n += e->general && !back && e->to == node;
  }
  return n;
}

static guint count_general_lines(const picture *p, guint node)
{
  guint i;

  for (i = 0; i < p->n_edges; i++)
    if (p->edges[i].general && p->edges[i].to == node)
      return p->edges[i].n_lines + 1;
  return 0;
}

static void place_nodes(picture *p)
{
  int y = TOP;
  guint i;

  for (i = 0; i < p->n_order; i++) {
    guint node = p->order[i], ports = MAX(count_ports(p, node, FALSE), count_ports(p, node, TRUE));

    p->y[node] = y;
    p->height[node] = MAX(p->node_least, (int)ports * PORT_STEP + 12);
    p->height[node] = MAX(p->height[node], (int)count_general_lines(p, node) * LINE_HEIGHT + 16);
    y += p->height[node] + MAX(GAP, (int)count_lines(p, i) * LINE_HEIGHT + 24);
  }
  p->total_height = y;
}

/* Ends at a node's side, ordered so that lines do not cross: those from above on top, the far ones outermost. */
static int port_rank(const picture *p, const edge *e, guint node)
{
  guint other = e->from == node ? e->to : e->from;
  int distance = (int)p->place[other] - (int)p->place[node];

  return distance < 0 ? -1000 - distance * -1 - (e->lane == NO_LANE ? 0 : e->lane * 20) : 1000 - distance - e->lane * 20;
}

static void place_ports(picture *p)
{
  guint node_place, i, j;
  gboolean back;

  for (node_place = 0; node_place < p->n_order; node_place++)
    for (back = FALSE; back <= TRUE; back++) {
      guint node = p->order[node_place], n = count_ports(p, node, back);

      for (i = 0; i < p->n_edges; i++) {
        edge *e = &p->edges[i];
        guint rank = 0;
        int y;

        if (e->lane == NO_LANE || e->back != back || (e->from != node && e->to != node))
          continue;
        for (j = 0; j < p->n_edges; j++) {
          const edge *other = &p->edges[j];

          rank += other != e && other->lane != NO_LANE && other->back == back && (other->from == node || other->to == node) &&
                  (port_rank(p, other, node) < port_rank(p, e, node) ||
                   (port_rank(p, other, node) == port_rank(p, e, node) && other < e));
        }
        y = p->y[node] + (int)(rank + 1) * p->height[node] / (int)(n + 1);
        if (e->from == node)
          e->y1 = y;
        else
          e->y2 = y;
      }
    }
}

/* --- drawing --- */

static const char *edge_class(const picture *p, const edge *e)
{
  if (e->by_rule)
    return "arc rule";
  return !p->m->counted ? "arc" : e->count > 0 ? "arc taken" : "arc idle";
}

static void draw_label(picture *p, const edge *e, int x, int y, const char *anchor, const char *first)
{
  guint i, n = 0;

  put(p, "<text class=\"label%s\" text-anchor=\"%s\">", p->m->counted && e->count == 0 ? " idle" : "", anchor);
  if (first != NULL)
    put(p, "<tspan x=\"%d\" y=\"%d\">%s</tspan>", x, y + (int)n++ * LINE_HEIGHT, first);
  for (i = 0; i < e->n_lines; i++)
    put(p, "<tspan x=\"%d\" y=\"%d\">%s</tspan>", x, y + (int)n++ * LINE_HEIGHT, e->lines[i]);
  put(p, "</text>\n");
}

static void draw_straight(picture *p, const edge *e)
{
  int x = p->column_x + p->node_width / 2, y1 = p->y[e->from] + p->height[e->from], y2 = p->y[e->to];

  put(p, "<path class=\"%s\" d=\"M%d %dV%d\"/>\n", edge_class(p, e), x, y1, y2 - 3);
}

static void draw_straight_label(picture *p, const edge *e)
{
  int middle = (p->y[e->from] + p->height[e->from] + p->y[e->to]) / 2;

  draw_label(p, e, p->column_x + p->node_width / 2 + 10, middle + 4 - (int)(e->n_lines - 1) * LINE_HEIGHT / 2, "start", NULL);
}

/* Does anything run across the lane between these heights, or end there? */
static gboolean is_crossed(const picture *p, const edge *e, int top, int bottom)
{
  guint i;

  for (i = 0; i < p->n_edges; i++) {
    const edge *other = &p->edges[i];
    int general_y = p->y[other->to] + p->height[other->to] / 2;

    if (other->general && !e->back && general_y + 20 > top && general_y - 24 < bottom)
      return TRUE;
    if (other == e || other->lane <= e->lane || other->back != e->back)
      continue;
    if ((other->y1 > top && other->y1 < bottom) || (other->y2 > top && other->y2 < bottom))
      return TRUE;
  }
  return FALSE;
}

/* Beside its lane, as near to the middle as nothing crosses it. */
static void draw_lane_label(picture *p, const edge *e)
{
  int x = e->back ? p->column_x - p->lane_x[1][e->lane] - 6 : p->column_x + p->node_width + p->lane_x[0][e->lane] + 6;
  int half = (int)e->n_lines * LINE_HEIGHT / 2, middle = (e->y1 + e->y2) / 2, away;

  for (away = 0; away < abs(e->y2 - e->y1) / 3; away += 4) {
    int up = (e->y1 + e->y2) / 2 - away, down = (e->y1 + e->y2) / 2 + away;

    middle = !is_crossed(p, e, up - half - 4, up + half + 4) ? up : down;
    if (!is_crossed(p, e, middle - half - 4, middle + half + 4))
      break;
    middle = (e->y1 + e->y2) / 2;
  }
  draw_label(p, e, x, middle - half + 11, e->back ? "end" : "start", NULL);
}

static void draw_lane(picture *p, const edge *e)
{
  int sign = e->back ? -1 : 1, start = e->back ? p->column_x : p->column_x + p->node_width;
  int x = start + sign * p->lane_x[e->back][e->lane], down = e->y2 > e->y1 ? 1 : -1;

  put(p, "<path class=\"%s\" d=\"M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d\"/>\n", edge_class(p, e), start, e->y1, x - sign * ROUND,
      x, e->y1, x, e->y1 + down * ROUND, e->y2 - down * ROUND, x, e->y2, x - sign * ROUND, e->y2, start + sign * 3);
}

static void draw_general(picture *p, const edge *e)
{
  int x = p->column_x + p->node_width, y = p->y[e->to] + p->height[e->to] / 2;

  put(p, "<path class=\"%s\" d=\"M%d %dH%d\"/>\n", edge_class(p, e), x + STUB, y, x + 3);
  draw_label(p, e, x + STUB + 6, y + 4 - (int)e->n_lines * LINE_HEIGHT / 2, "start", "from every state:");
}

static void draw_stays(picture *p, guint node, int x, int y)
{
  char *text = stays_text(p, node);

  if (*text != '\0')
    put(p, "<text class=\"stays\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, y, text);
  g_free(text);
}

static void draw_node(picture *p, guint node)
{
  const states_node *n = &p->m->nodes[node];
  int x = p->column_x + p->node_width / 2, y = p->y[node] + p->height[node] / 2 - (p->m->counted ? 8 : 0);
  int lines = 1 + (n->timeout_ns != 0);
  char seconds[32];

  put(p, "<rect class=\"node%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"9\"/>\n", node == 0 ? " start" : "", p->column_x,
      p->y[node], p->node_width, p->height[node]);
  put(p, "<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, y + 5 - (lines - 1) * 8, n->name);
  if (n->timeout_ns != 0) {
    g_snprintf(seconds, sizeof(seconds), "%g s", (double)n->timeout_ns / 1e9);
    if (n->timeout_ns % 1000000000 == 0)
      g_snprintf(seconds, sizeof(seconds), "%" G_GINT64_FORMAT " s", n->timeout_ns / 1000000000);
    put(p, "<text class=\"time\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, y + 14, seconds);
  }
  if (p->m->counted)
    draw_stays(p, node, x, y + 31);
}

static void draw_head(picture *p)
{
  const states_machine *m = p->m;
  char *title = g_strdup_printf("States of %s in %s", m->protocol, m->profile);

  put(p, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
         "font-family=\"sans-serif\" font-size=\"13\">\n<title>%s</title>\n", p->width, p->total_height, p->width, p->total_height, title);
  put(p, "<style>.node{fill:#eef4fb;stroke:#1f4e79;stroke-width:1.5}.start{fill:#fff;stroke-dasharray:4 3}"
         ".name{font-weight:bold;fill:#12304d}.time{fill:#345;font-size:12px}.arc{fill:none;stroke:#345;stroke-width:1.4;marker-end:url(#a)}"
         ".taken{stroke:#b34700;stroke-width:2.6;marker-end:url(#t)}.idle{stroke:#b8c0c8;fill:none;marker-end:url(#i)}"
         ".rule{stroke-dasharray:5 4;stroke:#b34700;marker-end:url(#t)}.label{fill:#222;font-size:12px;stroke:#fff;stroke-width:4px;paint-order:stroke;stroke-linejoin:round}text.idle{fill:#6b7680;stroke:#fff}"
         ".stays{fill:#7a3000;font-size:11.5px}</style>\n");
  put(p, "<defs>");
  put(p, "<marker id=\"a\" markerWidth=\"9\" markerHeight=\"9\" refX=\"6\" refY=\"4\" orient=\"auto\" markerUnits=\"userSpaceOnUse\">"
         "<path d=\"M0 0L8 4L0 8z\" fill=\"#345\"/></marker>");
  put(p, "<marker id=\"t\" markerWidth=\"10\" markerHeight=\"10\" refX=\"6\" refY=\"5\" orient=\"auto\" markerUnits=\"userSpaceOnUse\">"
         "<path d=\"M0 0L10 5L0 10z\" fill=\"#b34700\"/></marker>");
  put(p, "<marker id=\"i\" markerWidth=\"9\" markerHeight=\"9\" refX=\"6\" refY=\"4\" orient=\"auto\" markerUnits=\"userSpaceOnUse\">"
         "<path d=\"M0 0L8 4L0 8z\" fill=\"#b8c0c8\"/></marker></defs>\n");
  put(p, "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"%d\" y=\"30\" font-size=\"17\" font-weight=\"bold\">%s</text>\n",
      MARGIN, title);
  put(p, "<text class=\"label\" x=\"%d\" y=\"50\">\342\206\222 sent by the original side, \342\206\220 by the reply side, "
         "\342\207\204 by either</text>\n", MARGIN);
  if (m->counted)
    put(p, "<text class=\"label\" x=\"%d\" y=\"68\">%" G_GUINT64_FORMAT " packets; thick: arcs they took; "
         "dashed: a rule beside the table</text>\n", MARGIN,
        m->packets);
  g_free(title);
}

static void layout(picture *p)
{
  GArray *ways = states_ways(p->m);

  collect_edges(p, ways);
  g_array_unref(ways);
  order_nodes(p);
  assign_lanes(p);
  place_lanes(p);
  place_nodes(p);
  place_ports(p);
  p->column_x = MARGIN + MAX(p->side_width[1], 40);
  p->width = p->column_x + p->node_width + MAX(p->side_width[0], STUB + 150) + MARGIN;
  p->width = MAX(p->width, 420);
}

void states_put_svg(emit_text *out, const states_machine *machine)
{
  picture *p = g_new0(picture, 1);
  guint i;

  p->out = out;
  p->m = machine;
  p->node_width = machine->counted ? counted_width(p) : NODE_WIDTH;
  p->node_least = machine->counted ? COUNTED_LEAST : NODE_LEAST;
  layout(p);
  draw_head(p);
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
  for (i = 0; i < p->n_edges; i++)
    if (p->edges[i].lane != NO_LANE)
      draw_lane_label(p, &p->edges[i]);
    else if (!p->edges[i].general)
      draw_straight_label(p, &p->edges[i]);
  put(p, "</svg>\n");
  g_free(p);
}
