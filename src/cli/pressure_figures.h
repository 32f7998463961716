/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who fills the table, for -S in its longer forms. */
#ifndef CLI_PRESSURE_FIGURES_H
#define CLI_PRESSURE_FIGURES_H

#include "emit/emit.h"
#include "replay/replay.h"

typedef struct cli_pressure cli_pressure;

cli_pressure *cli_pressure_new(void);
void cli_pressure_free(cli_pressure *pressure); /* NULL is fine */

/* A packet after tracking: dropped ones are counted. */
void cli_pressure_packet(cli_pressure *pressure, const replay_seen *seen);

/* Who was dropped so far, as bytes, or from them into new ones. */
void cli_pressure_keep(cli_pressure *pressure, resume_io *io);

/* The figures as the engine stands now; first_ns is the stream's first time. Valid until the next call. */
const emit_pressure *cli_pressure_take(cli_pressure *pressure, const ct_engine *engine, gint64 first_ns);

#endif
