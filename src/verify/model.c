/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/model.h"

#include <string.h>

G_DEFINE_QUARK(verify - error - quark, verify_error)

const char *verify_event_name(verify_event_type type)
{
  static const char *const names[] = { "NEW", "UPDATE", "DESTROY", "EXP_NEW", "EXP_DESTROY" };

  return names[type];
}

void verify_line_init(verify_line *line)
{
  memset(line, 0, sizeof(*line));
  line->events = g_array_new(FALSE, FALSE, sizeof(verify_event));
  line->listed = g_array_new(FALSE, FALSE, sizeof(verify_entry));
  line->gone = g_array_new(FALSE, FALSE, sizeof(ct_tuple));
  line->expected = g_array_new(FALSE, FALSE, sizeof(verify_expect));
  line->expect_gone = g_array_new(FALSE, FALSE, sizeof(ct_tuple));
}

void verify_line_reset(verify_line *line)
{
  verify_line kept = *line;

  memset(line, 0, sizeof(*line));
  line->events = g_array_set_size(kept.events, 0);
  line->listed = g_array_set_size(kept.listed, 0);
  line->gone = g_array_set_size(kept.gone, 0);
  line->expected = g_array_set_size(kept.expected, 0);
  line->expect_gone = g_array_set_size(kept.expect_gone, 0);
}

void verify_line_clear(verify_line *line)
{
  g_array_unref(line->events);
  g_array_unref(line->listed);
  g_array_unref(line->gone);
  g_array_unref(line->expected);
  g_array_unref(line->expect_gone);
}

guint verify_tuple_hash(gconstpointer tuple) { return ct_tuple_hash(tuple); }
gboolean verify_tuple_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }
