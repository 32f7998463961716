/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine laid out as a picture: where each state and each line stands. Internal to src/states. */
#ifndef STATES_PICTURE_H
#define STATES_PICTURE_H

#include "states/arcs.h"

enum {
  NODE_WIDTH = 188,
  NODE_LEAST = 46,
  COUNTED_LEAST = 62,
  PORT_STEP = 17,
  GAP = 46,
  LINE_HEIGHT = 15,
  TOP = 86,
  MARGIN = 24,
  CHAR_WIDTH = 7,
  LANE_PADDING = 26,
  ROUND = 9,
  EDGES_MAX = 96,
  LINES_MAX = 12,
  STUB = 46,
  FROM_EVERY_CHARS = 16,
  BUT_CHARS = 5,
  LEGEND_WIDTH = 410,
  NO_LANE = -1
};

/* All ways from one node to another: one line in the picture, with a label of several. */
typedef struct states_edge {
  guint from, to;
  gboolean general;   /* from everywhere */
  gboolean but_first; /* general: not from the first node, which stands for no entry */
  gboolean by_rule;
  guint64 count;
  guint32 inputs; /* a bit for each */
  guint n_lines, label_chars;
  guint32 differ; /* lines that the kernel before had otherwise */
  char lines[LINES_MAX][64];
  gboolean back; /* runs upwards, on the left */
  gint lane;     /* NO_LANE: straight to the next node, or a stub */
  int y1, y2;
} edge;

struct states_drawing {
  emit_text *out;
  const states_machine *m;
  gboolean counted; /* labels have figures, arcs are taken or idle */
  const char *id;   /* the beginning of its parts' names; NULL: they have none */
  guint n_order, order[STATES_NODES_MAX], place[STATES_NODES_MAX]; /* place: where in the order; order: which node */
  int y[STATES_NODES_MAX], height[STATES_NODES_MAX], foot[STATES_NODES_MAX]; /* by node */
  edge edges[EDGES_MAX];
  guint n_edges;
  int lane_x[2][EDGES_MAX]; /* distance from the column's edge, right and left */
  int side_width[2];
  int node_width, node_least;
  int column_x, width, total_height;
};
typedef struct states_drawing picture;

/*
 * The order in which the picture has the states, which is that of a connection's walk; those that it has not come last.
 * order has room for STATES_NODES_MAX. => how many.
 */
guint states_order(const states_machine *machine, guint *order);
/* Fills all but out and id. */
void states_layout(picture *p, const states_machine *machine, gboolean counted);
/* => a new string: what the marks mean; may be empty. */
char *states_compared_text(const states_machine *machine);
/* => a new string: the packets that left a node as it was, in words; may be empty. */
char *states_stays_text(const picture *p, guint node);

#endif
