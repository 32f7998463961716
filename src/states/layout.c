/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine as a picture. The states stand in one column, in the order in which a connection walks through them; arcs
 * that skip states run down on the right, arcs that go back run up on the left, each group in a lane of its own, the
 * first to arrive inside. An input that leads to the same state from everywhere is one short arrow. So no line ever
 * crosses a label, in any table.
 */
#include "states/picture.h"

#include <string.h>

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

char *states_stays_text(const picture *p, guint node)
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

char *states_compared_text(const states_machine *m)
{
  if (m->other == NULL)
    return g_strdup("");
  if (m->has_table != m->other_has_table)
    return g_strdup_printf("%s, the kernel before it, had %s state table", m->other, m->has_table ? "no" : "a");
  if (m->n_differing == 0)
    return g_strdup_printf("no transition differs from %s, the kernel before it", m->other);
  return g_strdup_printf("!: differs from %s, the kernel before it (%u transitions, %u of them not drawn)", m->other,
                         m->n_differing, m->n_undrawn);
}

/* Wide enough for the longest of these lines. */
static int counted_width(const picture *p)
{
  int width = NODE_WIDTH;
  guint i;

  for (i = 0; i < p->m->n_nodes; i++) {
    char *text = states_stays_text(p, i);

    width = MAX(width, (int)g_utf8_strlen(text, -1) * CHAR_WIDTH + 2 * MARGIN / 3);
    g_free(text);
  }
  return width;
}

/* --- edges --- */

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

/* counts: by the side that sent them. */
static void add_line(picture *p, edge *e, const states_way *way, const guint64 counts[2])
{
  const char *arrow = way->dirs[0] && way->dirs[1] ? "\342\207\204" : way->dirs[0] ? "\342\206\222" : "\342\206\220";
  char *line, *end;
  guint dir;

  e->count += counts[0] + counts[1];
  e->by_rule = e->by_rule && way->by_rule;
  e->inputs |= 1u << way->input;
  if (e->n_lines == LINES_MAX)
    return;
  e->differ |= (*way->was != '\0' ? 1u : 0u) << e->n_lines;
  line = e->lines[e->n_lines++];
  end = line + g_snprintf(line, sizeof(e->lines[0]), "%s %s%s", arrow, p->m->inputs[way->input],
                          *way->was != '\0' ? " !" : "");
  /* Where either side may send it, the figure says which did. */
  for (dir = 0; p->counted && dir < 2; dir++)
    if (counts[dir] > 0)
      end += g_snprintf(end, (gulong)(line + sizeof(e->lines[0]) - end), " %s\303\227%" G_GUINT64_FORMAT,
                        !(way->dirs[0] && way->dirs[1]) ? ""
                        : dir == CT_ORIGINAL            ? "\342\206\222"
                                                        : "\342\206\220",
                        counts[dir]);
  e->label_chars = MAX(e->label_chars, (guint)g_utf8_strlen(line, -1));
}

/* The same input from everywhere is told once, with the sum of its counts. */
static void add_general(picture *p, const GArray *ways, const states_way *way)
{
  states_way all = *way;
  gboolean but_first = TRUE;
  edge *e;
  guint i;

  memset(all.counts, 0, sizeof(all.counts));
  for (i = 0; i < ways->len; i++) {
    const states_way *other = &g_array_index(ways, states_way, i);

    if (other->to != way->to || other->input != way->input || other->by_rule)
      continue;
    but_first = but_first && other->from != 0;
    if (other->from == 0)
      continue;
    if (other < way)
      return; /* told already */
    all.was = *other->was != '\0' ? other->was : all.was;
    all.dirs[0] |= other->dirs[0];
    all.dirs[1] |= other->dirs[1];
    all.counts[0] += other->counts[0];
    all.counts[1] += other->counts[1];
  }
  e = find_edge(p, way->from, (guint)way->to, TRUE);
  e->but_first = e->n_lines == 0 ? but_first : e->but_first && but_first;
  add_line(p, e, &all, all.counts);
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
      add_line(p, find_edge(p, way->from, (guint)way->to, FALSE), way, way->counts);
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
      if (!p->edges[i].by_rule && p->edges[i].to == to && !seen[to] &&
          (p->edges[i].general ? node != 0 : p->edges[i].from == node))
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
  /* States to which only rules beside the table lead come last. */
  for (node = 1; node < p->m->n_nodes; node++)
    if (!seen[node] && p->m->nodes[node].entered)
      p->order[p->n_order++] = node;
  for (i = 0; i < p->n_order; i++)
    p->place[p->order[i]] = i;
}

static guint upper(const picture *p, const edge *e) { return MIN(p->place[e->from], p->place[e->to]); }
static guint lower(const picture *p, const edge *e) { return MAX(p->place[e->from], p->place[e->to]); }

/* Two edges side by side have lanes of their own; where one ends above the other, they may share one. */
static gboolean are_side_by_side(const picture *p, const edge *a, const edge *b)
{
  return a->back == b->back && upper(p, a) < lower(p, b) && upper(p, b) < lower(p, a);
}

/*
 * The one whose arrow comes first on the way is inside: a long one keeps outside of those that it spans, and where one
 * has to cross another, it crosses where it leaves its state, not at the other's arrow.
 */
static gboolean is_inside(const picture *p, const edge *a, const edge *b)
{
  guint of_a = p->place[a->to], of_b = p->place[b->to];

  if (of_a != of_b)
    return a->back ? of_a > of_b : of_a < of_b;
  return lower(p, a) - upper(p, a) < lower(p, b) - upper(p, b);
}

static edge *next_inside(picture *p, const gboolean *placed)
{
  edge *next = NULL;
  guint i;

  for (i = 0; i < p->n_edges; i++) {
    edge *e = &p->edges[i];

    if (!placed[i] && (next == NULL || e->back > next->back || (e->back == next->back && is_inside(p, e, next))))
      next = e;
  }
  return next;
}

static void assign_lanes(picture *p)
{
  gboolean placed[EDGES_MAX] = { FALSE };
  edge *e;
  guint i;

  for (i = 0; i < p->n_edges; i++) {
    e = &p->edges[i];
    e->back = !e->general && p->place[e->to] < p->place[e->from];
    placed[i] = e->general || (!e->back && lower(p, e) - upper(p, e) == 1);
  }
  while ((e = next_inside(p, placed)) != NULL) {
    gint lane = 0;

    for (i = 0; i < p->n_edges; i++)
      if (p->edges[i].lane != NO_LANE && are_side_by_side(p, &p->edges[i], e))
        lane = MAX(lane, p->edges[i].lane + 1);
    e->lane = lane;
    placed[e - p->edges] = TRUE;
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

static int general_chars(const picture *p, const edge *e)
{
  int heading = FROM_EVERY_CHARS + (e->but_first ? BUT_CHARS + (int)strlen(p->m->nodes[0].name) : 0);

  return MAX(heading, (int)e->label_chars);
}

/* => how far out a line must run so that it passes the words of no arrow from every state. */
static int clear_of_general(const picture *p, const edge *e)
{
  guint i;
  int x = 0;

  for (i = 0; i < p->n_edges; i++) {
    const edge *g = &p->edges[i];

    if (g->general && !e->back && upper(p, e) <= p->place[g->to] && p->place[g->to] < lower(p, e))
      x = MAX(x, STUB + 6 + general_chars(p, g) * CHAR_WIDTH + 6);
  }
  return x;
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
          x = x > STUB - ROUND ? MAX(x, clear_of_general(p, &p->edges[i])) : x;
          chars = MAX(chars, p->edges[i].label_chars);
        }
      p->lane_x[side][lane] = x;
      x += any ? (int)chars * CHAR_WIDTH + LANE_PADDING : 0;
    }
    for (i = 0; i < p->n_edges && side == 0; i++)
      x = p->edges[i].general ? MAX(x, STUB + 6 + general_chars(p, &p->edges[i]) * CHAR_WIDTH) : x;
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
  }
  return n;
}

/* The height that the arrow from every state needs, with its words, below the lines that end at the node. */
static int general_height(const picture *p, guint node)
{
  guint i;

  for (i = 0; i < p->n_edges; i++)
    if (p->edges[i].general && p->edges[i].to == node)
      return (int)(p->edges[i].n_lines + 1) * LINE_HEIGHT + 6;
  return 0;
}

static void place_nodes(picture *p)
{
  int y = TOP;
  guint i;

  for (i = 0; i < p->n_order; i++) {
    guint node = p->order[i], right = count_ports(p, node, FALSE), left = count_ports(p, node, TRUE);

    p->y[node] = y;
    p->foot[node] = general_height(p, node);
    p->height[node] = MAX(p->node_least, (int)left * PORT_STEP + 12);
    p->height[node] = MAX(p->height[node], (right > 0 ? (int)right * PORT_STEP + 12 : 8) + p->foot[node]);
    y += p->height[node] + MAX(GAP, (int)count_lines(p, i) * LINE_HEIGHT + 24);
  }
  p->total_height = y;
}

/* Ends at a node's side, ordered so that lines do not cross: those from above on top, the outer ones beneath the inner
 * ones; then those from below, the outer ones above. */
static int port_rank(const picture *p, const edge *e, guint node)
{
  guint other = e->from == node ? e->to : e->from;

  return p->place[other] < p->place[node] ? -1000 + e->lane : 1000 - e->lane;
}

static void place_ports(picture *p)
{
  guint node_place, i, j;
  gboolean back;

  for (node_place = 0; node_place < p->n_order; node_place++)
    for (back = FALSE; back <= TRUE; back++) {
      guint node = p->order[node_place], n = count_ports(p, node, back);
      int height = p->height[node] - (back ? 0 : p->foot[node]);

      for (i = 0; i < p->n_edges; i++) {
        edge *e = &p->edges[i];
        guint rank = 0;
        int y;

        if (e->lane == NO_LANE || e->back != back || (e->from != node && e->to != node))
          continue;
        for (j = 0; j < p->n_edges; j++) {
          const edge *other = &p->edges[j];

          rank += other != e && other->lane != NO_LANE && other->back == back &&
                  (other->from == node || other->to == node) &&
                  (port_rank(p, other, node) < port_rank(p, e, node) ||
                   (port_rank(p, other, node) == port_rank(p, e, node) && other < e));
        }
        y = p->y[node] + (int)(rank + 1) * height / (int)(n + 1);
        if (e->from == node)
          e->y1 = y;
        else
          e->y2 = y;
      }
    }
}

guint states_order(const states_machine *machine, guint *order)
{
  gboolean told[STATES_NODES_MAX] = { FALSE };
  picture *p = g_new0(picture, 1);
  GArray *ways = states_ways(machine);
  guint i, n;

  p->m = machine;
  collect_edges(p, ways);
  g_array_unref(ways);
  order_nodes(p);
  for (n = 0; n < p->n_order; n++) {
    order[n] = p->order[n];
    told[order[n]] = TRUE;
  }
  for (i = 0; i < machine->n_nodes; i++)
    if (!told[i])
      order[n++] = i;
  g_free(p);
  return n;
}

void states_layout(picture *p, const states_machine *machine, gboolean counted)
{
  GArray *ways = states_ways(machine);
  char *compared = states_compared_text(machine);

  p->m = machine;
  p->counted = counted;
  p->node_width = counted ? counted_width(p) : NODE_WIDTH;
  p->node_least = counted ? COUNTED_LEAST : NODE_LEAST;
  collect_edges(p, ways);
  g_array_unref(ways);
  order_nodes(p);
  assign_lanes(p);
  place_lanes(p);
  place_nodes(p);
  place_ports(p);
  p->column_x = MARGIN + MAX(p->side_width[1], 40);
  p->width = p->column_x + p->node_width + MAX(p->side_width[0], STUB + 150) + MARGIN;
  p->width = MAX(p->width, *compared != '\0' ? 2 * MARGIN + LEGEND_WIDTH + (int)strlen(compared) * CHAR_WIDTH : 420);
  g_free(compared);
}
