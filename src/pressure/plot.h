/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Occupancy over time as an SVG picture that stands by itself: one line per setting, evictions and drops marked, axes,
 * legend.
 */
#ifndef PRESSURE_PLOT_H
#define PRESSURE_PLOT_H

#include "emit/text.h"
#include "occupancy.h"

typedef struct plot_line {
  const char *label;
  const pressure_occupancy *occupancy;
  guint64 max;          /* nf_conntrack_max; 0: no limit */
  const char *max_name; /* as the line's kernel spells it; static */
} plot_line;

/*
 * title names the capture. Lines beyond the colours there are repeat them with other dashes; where curves coincide,
 * their colours alternate.
 */
void pressure_plot(emit_text *out, const char *title, const plot_line *lines, guint n);

#endif
