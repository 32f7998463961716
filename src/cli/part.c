/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "part.h"
#include "interrupt.h"
#include "say.h"

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
  else if (replay_source_links_are_the_problem(source))
    part->why = "of the others the link type cannot be decoded";
  else if (replay_source_problem(source, 0) != NULL)
    part->why = "a capture could not be read to its end";
  else
    return FALSE;
  return TRUE;
}

gboolean cli_part_of_run(cli_run *run, emit_part *part)
{
  gboolean enough = run->unwanted || run->output.text.error != 0;

  return run->played && (cli_stop != 0 || !enough) &&
         cli_part_of(run->source, ct_engine_stats(run->engine)->packets, FALSE, part);
}

void cli_part_end(cli_run *run)
{
  emit_part part;

  if (!run->part_told && cli_part_of_run(run, &part))
    emit_output_part(&run->shown, &part);
}

void cli_part_say(cli_run *run)
{
  emit_part part;
  char *words;

  if (run->part_said || !cli_part_of_run(run, &part))
    return;
  words = emit_part_words(&part);
  cli_say("of a part: %s", words);
  g_free(words);
}
