/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones by where packets were captured (replay_options.zone_by). Internal to src/replay. */
#ifndef REPLAY_ZONES_H
#define REPLAY_ZONES_H

#include "replay.h"

/* Puts a packet into its zone, in both directions; its hash follows. */
void replay_zones_packet(replay_zone_by by, ct_packet *packet, const replay_origin *origin);
void replay_zones_batch(replay_zone_by by, replay_batch *batch);

#endif
