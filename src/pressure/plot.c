/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot.h"

#include "emit/zone.h"

#include <string.h>

enum { WIDTH = 960, LEFT = 84, RIGHT = 24, TOP = 56, PLOT_HEIGHT = 380, AXIS = 74, LEGEND_ROW = 20, MARKS = 40 };

/* Beneath the curves, a strip for each line: strokes up for evictions, down for drops. */
enum { STRIP_ROW = LEGEND_ROW + 26, STRIP_HALF = 10, STROKE_LEAST = 2 };

/* More curves than that, and marks on them can no longer be told apart: the strips have them. */
enum { MARKED_LINES = 3 };

/* Curves that lie on each other take turns: so many pixels each. */
enum { TURN = 9 };

/* Told apart also by those who do not see all colours (Okabe and Ito's set, without the yellow). */
static const char *const colours[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000" };
static const char *const dashes[] = { "", "8 4", "14 4 4 4", "4 3" };

/* In the dark the paper is the report's, and every line light enough to be seen on it. */
static const char style[] =
  "@media screen and "
  "(prefers-color-scheme:dark){.plot{fill:#e4e9ee}.clock{fill:#a5b0bb}.paper{fill:#14181c}.axis{stroke:#a5b0bb}."
  "grid{stroke:#2e3740}.strip{fill:#1f262d}"
  ".c0{stroke:#4aa3e0}.c1{stroke:#ff8a3d}.c2{stroke:#2fc79b}.c3{stroke:#e59ac4}.c4{stroke:#"
  "9fd8f7}.c5{stroke:#f0b73c}.c6{stroke:#fff}"
  ".f0{fill:#4aa3e0}.f1{fill:#ff8a3d}.f2{fill:#2fc79b}.f3{fill:#e59ac4}.f4{fill:#9fd8f7}.f5{"
  "fill:#f0b73c}.f6{fill:#fff}}";

typedef struct plot {
  emit_text *out;
  const plot_line *lines;
  guint n;
  gint64 start_ns;
  double span_s;
  double top, step;                         /* entries at the upper edge, and between two lines */
  guint64 most;                             /* evictions or drops within one step */
  double most_s;                            /* how long that step is */
  gboolean marked, turns, evictions, drops; /* what there is */
  const char *max_name;                     /* of a dotted line that was drawn, the last; NULL: of none */
} plot;

#define put(p, ...) emit_text_format((p)->out, __VA_ARGS__)

static void put_escaped(plot *p, const char *text)
{
  char *escaped = g_markup_escape_text(text, -1);

  emit_text_string(p->out, escaped);
  g_free(escaped);
}

/* 1, 2 or 5 times a power of ten that is not below the value. */
static double round_up(double value)
{
  static const double steps[] = { 1, 2, 5, 10 };
  double power = 1;
  guint i;

  while (power * 10 <= value)
    power *= 10;
  while (power > value && power > 1e-9)
    power /= 10;
  for (i = 0; i < G_N_ELEMENTS(steps); i++)
    if (steps[i] * power >= value)
      return steps[i] * power;
  return 10 * power;
}

static double x_of(const plot *p, double s) { return LEFT + s / p->span_s * (WIDTH - LEFT - RIGHT); }
static double y_of(const plot *p, double entries) { return TOP + PLOT_HEIGHT * (1 - entries / p->top); }

/* The unit in which a span is read best. */
static const char *time_unit(double span_s, double *unit_s)
{
  static const struct {
    const char *name;
    double s;
  } units[] = { { "days", 86400 }, { "hours", 3600 }, { "minutes", 60 }, { "seconds", 1 }, { "milliseconds", 0.001 } };
  guint i;

  for (i = 0; i + 1 < G_N_ELEMENTS(units); i++)
    if (span_s >= 3 * units[i].s)
      break;
  *unit_s = units[i].s;
  return units[i].name;
}

static void frame_plot(plot *p)
{
  gint64 end_ns = G_MININT64;
  double peak = 1;
  guint i, j;

  p->start_ns = G_MAXINT64;
  for (i = 0; i < p->n; i++) {
    const pressure_occupancy *o = p->lines[i].occupancy;

    if (o->step_ns == 0)
      continue;
    p->evictions = p->evictions || o->evictions > 0;
    p->drops = p->drops || o->drops > 0;
    p->start_ns = MIN(p->start_ns, o->start_ns);
    end_ns = MAX(end_ns, o->start_ns + o->step_ns * (gint64)o->n);
    for (j = 0; j < o->n; j++) {
      guint64 most = MAX(o->steps[j].evictions, o->steps[j].drops);

      peak = MAX(peak, (double)o->steps[j].peak);
      if (most > p->most) {
        p->most = most;
        p->most_s = (double)o->step_ns / 1e9;
      }
    }
  }
  p->span_s = end_ns > p->start_ns ? ((double)end_ns - (double)p->start_ns) / 1e9 : 1;
  p->step = MAX(1, round_up(peak / 6)); /* entries are whole */
  for (p->top = p->step; p->top < peak * 1.04;)
    p->top += p->step;
}

/* Into so many seconds after the start, as fine as the steps are: "10:00:05", "10:00:05.250", "01-05 10:00". */
static void put_clock(plot *p, double s, double step_s)
{
  gint64 into_ns = (gint64)(s * 1e9 + 0.5), at_ns;
  emit_date date;

  if (__builtin_add_overflow(p->start_ns, into_ns, &at_ns))
    at_ns = G_MAXINT64;
  date = emit_date_from_ns(emit_zone_ns(at_ns));
  if (p->span_s >= 86400)
    put(p, "%02u-%02u %02u:%02u", date.month, date.day, date.second_of_day / 3600, date.second_of_day / 60 % 60);
  else
    put(p, "%02u:%02u:%02u", date.second_of_day / 3600, date.second_of_day / 60 % 60, date.second_of_day % 60);
  if (step_s < 1 || (step_s < 60 && date.ns >= 1000000))
    put(p, ".%03u", date.ns / 1000000);
}

/* What the two rows of figures beneath the axis are. */
static void name_time(plot *p, const char *unit)
{
  emit_date date = emit_date_from_ns(emit_zone_ns(p->start_ns));

  put(p, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">time since the first packet, %s; beneath, by the clock, ",
      (LEFT + WIDTH - RIGHT) / 2, TOP + PLOT_HEIGHT + 60, unit);
  if (p->span_s < 86400)
    put(p, "from %04" G_GINT64_FORMAT "-%02u-%02u, ", date.year, date.month, date.day);
  else
    put(p, "from %04" G_GINT64_FORMAT ", ", date.year);
  put_escaped(p, emit_zone_word(p->start_ns));
  put(p, "</text>\n");
}

static void draw_axes(plot *p)
{
  double unit_s, step, value, entries;
  const char *unit = time_unit(p->span_s, &unit_s);

  for (entries = 0; entries <= p->top; entries += p->step) {
    double y = y_of(p, entries);

    put(p, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" %s/>\n", LEFT, y, WIDTH - RIGHT, y,
        entries == 0 ? "class=\"axis\" stroke=\"#333\"" : "class=\"grid\" stroke=\"#ddd\"");
    put(p, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 8, y + 4);
    emit_text_u64_grouped(p->out, (guint64)(entries + 0.5));
    put(p, "</text>\n");
  }
  step = round_up(p->span_s / unit_s / 10);
  for (value = 0; value <= p->span_s / unit_s * 1.0001; value += step) {
    double x = x_of(p, value * unit_s);

    put(p, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" class=\"axis\" stroke=\"#333\"/>\n", x, TOP + PLOT_HEIGHT,
        x, TOP + PLOT_HEIGHT + 5);
    put(p, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.10g</text>\n", x, TOP + PLOT_HEIGHT + 20, value);
    if (p->start_ns == G_MAXINT64)
      continue; /* nothing was tracked */
    put(p, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" font-size=\"11\" class=\"clock\" fill=\"#555\">", x,
        TOP + PLOT_HEIGHT + 37);
    put_clock(p, value * unit_s, step * unit_s);
    put(p, "</text>\n");
  }
  name_time(p, unit);
  put(p, "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">entries in the table</text>\n",
      TOP + PLOT_HEIGHT / 2);
}

static const char *line_colour(guint i) { return colours[i % G_N_ELEMENTS(colours)]; }
static guint line_class(guint i) { return i % G_N_ELEMENTS(colours); }
static const char *line_dash(guint i) { return dashes[i / G_N_ELEMENTS(colours) % G_N_ELEMENTS(dashes)]; }

static double step_x(const plot *p, const pressure_occupancy *o, guint step)
{
  return x_of(p, ((double)o->start_ns - (double)p->start_ns + (double)o->step_ns * step) / 1e9);
}

static void draw_marks(plot *p, const plot_line *line, guint i, gboolean drops)
{
  const pressure_occupancy *o = line->occupancy;
  double last = -1e9;
  guint j;

  for (j = 0; j < o->n; j++) {
    double x = step_x(p, o, j), y = y_of(p, (double)o->steps[j].peak);

    /* No closer than the eye can tell apart. */
    if ((drops ? o->steps[j].drops : o->steps[j].evictions) == 0 ||
        x - last < (double)(WIDTH - LEFT - RIGHT) / MARKS / 2)
      continue;
    last = x;
    if (drops)
      put(p, "<path d=\"M%.1f %.1fl8 8m0 -8l-8 8\" class=\"c%u\" stroke=\"%s\" stroke-width=\"2\"/>\n", x - 4, y - 14,
          line_class(i), line_colour(i));
    else
      put(p, "<path d=\"M%.1f %.1fl-4.5 -8h9z\" class=\"f%u\" fill=\"%s\"/>\n", x, y + 12, line_class(i),
          line_colour(i));
  }
}

/* One of so many that would lie on each other: which of them it is. */
typedef struct plot_turn {
  guint rank, of;
} plot_turn;

static plot_turn turn_at_max(const plot *p, guint i)
{
  plot_turn turn = { 0, 1 };
  guint k;

  for (k = 0; k < p->n; k++)
    if (k != i && p->lines[k].max == p->lines[i].max) {
      turn.rank += k < i;
      turn.of++;
    }
  return turn;
}

/* The pixel row that a curve runs in, -1 where it has no such step. */
static int row_at(const plot *p, const pressure_occupancy *o, const pressure_occupancy *like, guint step)
{
  if (step >= o->n || o->step_ns != like->step_ns || o->start_ns != like->start_ns)
    return -1;
  return (int)y_of(p, (double)o->steps[step].peak);
}

static plot_turn turn_at_step(const plot *p, guint i, guint step)
{
  const pressure_occupancy *own = p->lines[i].occupancy;
  int row = row_at(p, own, own, step);
  plot_turn turn = { 0, 1 };
  guint k;

  for (k = 0; k < p->n; k++)
    if (k != i && row_at(p, p->lines[k].occupancy, own, step) == row) {
      turn.rank += k < i;
      turn.of++;
    }
  return turn;
}

static void draw_max(plot *p, guint i)
{
  const plot_line *line = &p->lines[i];
  double y = y_of(p, (double)line->max);
  plot_turn turn = turn_at_max(p, i);

  if (line->max == 0 || (double)line->max > p->top)
    return;
  p->max_name = line->max_name;
  put(p,
      "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" class=\"c%u\" stroke=\"%s\" stroke-dasharray=\"1 %u\" "
      "stroke-dashoffset=\"%d\"/>\n",
      LEFT, y, WIDTH - RIGHT, y, line_class(i), line_colour(i), 5 * turn.of - 1, -5 * (int)turn.rank);
}

/*
 * A step's level, as far as it is this curve's turn. down: the pen draws. => whether it still does at the step's end.
 */
static gboolean draw_level(plot *p, plot_turn turn, double x, double end, double y, gboolean down)
{
  while (x < end) {
    guint place = (guint)((x - LEFT) / TURN + 1e-6);
    double until = turn.of == 1 ? end : MIN(end, LEFT + TURN * (place + 1.0));
    gboolean own = place % turn.of == turn.rank;

    if (own && !down)
      put(p, "M%.1f %.1f", x, y);
    if (own)
      put(p, "H%.1f", until);
    down = own;
    x = until;
  }
  return down;
}

static void draw_curve(plot *p, guint i)
{
  const pressure_occupancy *o = p->lines[i].occupancy;
  gboolean down = FALSE;
  double before = 0;
  guint j;

  put(p, "<path class=\"c%u\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" d=\"",
      line_class(i), line_colour(i), line_dash(i));
  for (j = 0; j < o->n; j++) {
    plot_turn turn = turn_at_step(p, i, j);
    double x = step_x(p, o, j), y = y_of(p, (double)o->steps[j].peak);

    p->turns = p->turns || turn.of > 1;
    if (j > 0 && !down && turn.of == 1) {
      put(p, "M%.1f %.1f", x, before); /* it leaves the others here */
      down = TRUE;
    }
    if (j > 0 && down)
      put(p, "L%.1f %.1f", x, y);
    down = draw_level(p, turn, x, step_x(p, o, j + 1), y, down);
    before = y;
  }
  put(p, "\"/>\n");
}

static void draw_line(plot *p, guint i)
{
  if (p->lines[i].occupancy->step_ns == 0)
    return;
  draw_max(p, i);
  draw_curve(p, i);
  if (!p->marked)
    return;
  draw_marks(p, &p->lines[i], i, FALSE);
  draw_marks(p, &p->lines[i], i, TRUE);
}

/* How long the stroke for so many is: as their share of the most, but never too short to be seen. */
static double stroke(const plot *p, guint64 n)
{
  return n == 0 ? 0 : MAX(STROKE_LEAST, STRIP_HALF * (double)n / (double)p->most);
}

static void draw_strip(plot *p, const pressure_occupancy *o, guint i, int middle)
{
  double width = o->step_ns == 0 ? 1 : MAX(1, step_x(p, o, 1) - step_x(p, o, 0));
  guint j;

  put(p, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"strip\" fill=\"#f4f4f4\"/>\n", LEFT,
      middle - STRIP_HALF, WIDTH - LEFT - RIGHT, 2 * STRIP_HALF);
  put(p, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"axis\" stroke=\"#bbb\"/>\n", LEFT, middle,
      WIDTH - RIGHT, middle);
  put(p, "<path class=\"f%u\" fill=\"%s\" d=\"", line_class(i), line_colour(i));
  for (j = 0; j < o->n; j++)
    if (o->steps[j].evictions + o->steps[j].drops > 0)
      put(p, "M%.1f %.1fh%.1fV%.1fh-%.1fz", step_x(p, o, j), middle - stroke(p, o->steps[j].evictions), width,
          middle + stroke(p, o->steps[j].drops), width);
  put(p, "\"/>\n");
}

/* What the picture's signs mean. => the row of its last line. */
static int draw_key(plot *p, int y)
{
  put(p, "<text x=\"%d\" y=\"%d\">", LEFT, y);
  if (p->max_name != NULL)
    put(p, "dotted: %s.  ", p->max_name);
  if (p->turns)
    put(p, "Colours in turn: curves that coincide.  ");
  if (p->most == 0)
    put(p, "Nothing was evicted, nothing dropped.");
  else if (p->marked)
    put(p, "%s%s%s.  ", p->evictions ? "\342\226\274 evictions" : "", p->evictions && p->drops ? ", " : "",
        p->drops ? "\303\227 drops" : "");
  put(p, "</text>\n");
  if (p->most == 0)
    return y;
  y += LEGEND_ROW;
  put(p, "<text x=\"%d\" y=\"%d\">Strips: evictions up, drops down; the longest stroke is ", LEFT, y);
  emit_text_u64_grouped(p->out, p->most);
  put(p, " in %.3g s</text>\n", p->most_s);
  return y;
}

/* The legend and the strips in one: a line's name and totals, and beneath them when it was that it lost something. */
static void draw_legend(plot *p)
{
  guint i;
  int y = TOP + PLOT_HEIGHT + AXIS + LEGEND_ROW;

  y = draw_key(p, y);
  for (i = 0; i < p->n; i++) {
    const pressure_occupancy *o = p->lines[i].occupancy;

    y += LEGEND_ROW;
    put(p, "<path d=\"M%d %dh28\" class=\"c%u\" stroke=\"%s\" stroke-width=\"3\" stroke-dasharray=\"%s\"/>\n", LEFT,
        y - 4, line_class(i), line_colour(i), line_dash(i));
    put(p, "<text x=\"%d\" y=\"%d\">", LEFT + 36, y);
    put_escaped(p, p->lines[i].label);
    put(p, ": ");
    emit_text_u64_grouped(p->out, o->evictions);
    put(p, " evicted, ");
    emit_text_u64_grouped(p->out, o->drops);
    put(p, " dropped</text>\n");
    if (o->evictions + o->drops == 0)
      continue;
    draw_strip(p, o, i, y + 6 + STRIP_HALF);
    y += STRIP_ROW - LEGEND_ROW;
  }
}

static guint height_of(const plot *p)
{
  guint i, height = TOP + PLOT_HEIGHT + AXIS + (p->most > 0 ? 3 : 2) * LEGEND_ROW;

  for (i = 0; i < p->n; i++)
    height += p->lines[i].occupancy->evictions + p->lines[i].occupancy->drops > 0 ? STRIP_ROW : LEGEND_ROW;
  return height;
}

void pressure_plot(emit_text *out, const char *title, const plot_line *lines, guint n)
{
  plot p = { .out = out, .lines = lines, .n = n, .marked = n <= MARKED_LINES };
  guint i, height;

  frame_plot(&p);
  height = height_of(&p);
  put(&p,
      "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" viewBox=\"0 0 %d %u\" "
      "font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\" role=\"img\">\n",
      WIDTH, height, WIDTH, height);
  put(&p,
      "<style>%s</style>\n<rect class=\"paper\" width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"%d\" "
      "y=\"30\" font-size=\"17\">",
      style, LEFT);
  put_escaped(&p, title);
  put(&p, "</text>\n");
  draw_axes(&p);
  for (i = 0; i < n; i++)
    draw_line(&p, i);
  draw_legend(&p);
  put(&p, "</svg>\n");
}
