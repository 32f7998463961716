/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flows -o sqlite: the run as a database (database/database.h). */
#ifndef CLI_FLOWS_DATABASE_H
#define CLI_FLOWS_DATABASE_H

#include "run.h"

/* UNSAID: notable ones. */
typedef enum cli_kept_packets {
  CLI_PACKETS_UNSAID,
  CLI_PACKETS_NOTABLE,
  CLI_PACKETS_ALL,
  CLI_PACKETS_NONE
} cli_kept_packets;

/* Plays the run into its database. The run is open; cli_run_close is due afterwards. */
void cli_flows_database(cli_run *run, cli_kept_packets packets);

#endif
