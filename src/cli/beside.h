/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command that tells of packets knows beside their history: what comes later in the capture, and how large a
 * table would have had to be so far, from a second engine (pressure/room.h) where the table is small and no rules have
 * a say. It completes what the history says of the packet at hand.
 *
 * Life: cli_beside_begin before the first packet; cli_beside_packet after journal_history_packet of each;
 * cli_beside_end.
 */
#ifndef CLI_BESIDE_H
#define CLI_BESIDE_H

#include "run.h"

#include "journal/history.h"
#include "pressure/room.h"

enum {
  BESIDE_TABLE_MOST = 1 << 16, /* larger tables are not played a second time */
  BESIDE_ROOM_MOST = 1 << 18 /* entries in the second engine, at some 200 bytes each; beyond them no number is known */
};

typedef struct cli_beside {
  pressure_room *room; /* NULL: none is played */
} cli_beside;

void cli_beside_begin(cli_beside *beside, const cli_run *run);
void cli_beside_packet(cli_beside *beside, journal_history *history, const replay_seen *seen);
/* Also of one that was never begun, all zero. */
void cli_beside_end(cli_beside *beside);

#endif
