/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean write_frame(const scn_frame *frame, gpointer user, GError **error)
{
  return cap_writer_frame(user, &frame->frame, NULL, error);
}

gboolean scn_scenario_write(const scn_scenario *scenario, const char *path, GError **error)
{
  cap_writer *writer = cap_writer_open(path, error);
  gboolean fine;

  if (!writer)
    return FALSE;
  fine = scn_scenario_compile(scenario, write_frame, writer, error);
  if (!cap_writer_close(writer, fine ? error : NULL))
    fine = FALSE;
  if (!fine && strcmp(path, "-") != 0)
    g_unlink(path);
  return fine;
}
