/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "room.h"

#include "occupancy.h"

struct pressure_room {
  ct_engine *engine;
  replay_pairs_figures pairs;
  guint64 refused_most; /* the most entries there were while one was begun that was not to stay */
};

pressure_room *pressure_room_new(const ct_params *params, guint64 most)
{
  pressure_room *room = g_new0(pressure_room, 1);
  ct_params roomy = *params;

  roomy.max = most;
  room->engine = ct_engine_new(&roomy);
  return room;
}

void pressure_room_free(pressure_room *room)
{
  if (room == NULL)
    return;
  ct_engine_free(room->engine);
  g_free(room);
}

void pressure_room_packet(pressure_room *room, const replay_seen *seen)
{
  const replay_origin origin = { .frame = seen->frame, .link = *seen->link, .left = seen->left };
  ct_result result;

  if (seen->pairs != NULL)
    replay_infer_packet(room->engine, seen->packet, &origin, &room->pairs, &result);
  else
    ct_engine_packet(room->engine, seen->packet, &result);
  /* An entry was begun and forgotten: it needed its place all the same (spec 3.3). */
  if (seen->packet->kind == CT_PACKET_TRACK && result.conn == 0)
    room->refused_most = MAX(room->refused_most, ct_engine_count(room->engine) + 1);
}

guint64 pressure_room_needed(const pressure_room *room)
{
  const ct_stats *stats = ct_engine_stats(room->engine);

  if (pressure_evictions(stats) > 0 || stats->dropped_by_reason[CT_REASON_TABLE_FULL] > 0)
    return 0;
  return MAX(stats->peak_count, room->refused_most);
}
