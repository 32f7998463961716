/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "beside.h"

#include "replay/ahead.h"

void cli_beside_begin(cli_beside *beside, const cli_run *run)
{
  guint64 max = run->params.max;

  beside->room = NULL;
  if (max > 0 && max <= BESIDE_TABLE_MOST && cli_run_may_have_room(run))
    beside->room = pressure_room_new(&run->params, BESIDE_ROOM_MOST);
}

void cli_beside_packet(cli_beside *beside, journal_history *history, const replay_seen *seen)
{
  if (history->sides.unopened)
    history->sides.syn = replay_ahead_syn(seen);
  if (beside->room == NULL)
    return;
  pressure_room_packet(beside->room, seen);
  if (history->past.room_keeps)
    history->past.room_max = pressure_room_needed(beside->room);
  if (history->advice.helps == JOURNAL_HELPS_SETTING && history->advice.world == WHATIF_MAX)
    history->advice.setting.value = (guint32)pressure_room_needed(beside->room);
}

void cli_beside_end(cli_beside *beside)
{
  pressure_room_free(beside->room);
  beside->room = NULL;
}
