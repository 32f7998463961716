/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "part.h"
#include "interrupt.h"

/* A share that is as good as all says nothing of what a capture that was cut has lost. */
static const double NEARLY_ALL = 0.995;

static double share_of(replay_source *source, guint64 packets)
{
  replay_progress p;
  double share;

  replay_source_progress(source, &p);
  if (p.total_bytes == 0 || p.frames == 0)
    return -1;
  share = (double)MIN(p.done_bytes, p.total_bytes) / (double)p.total_bytes;
  if (packets < p.frames) /* others were read ahead */
    share *= (double)packets / (double)p.frames;
  return share < NEARLY_ALL ? share : -1;
}

gboolean cli_part_of(replay_source *source, guint64 packets, gboolean gone, emit_part *part)
{
  part->packets = packets;
  part->share = share_of(source, packets);
  if (cli_stop != 0)
    part->why = "interrupted";
  else if (gone)
    part->why = "nobody wanted more of it";
  else if (replay_source_problem(source, 0) != NULL)
    part->why = "a capture could not be read to its end";
  else
    return FALSE;
  return TRUE;
}
