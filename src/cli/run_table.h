/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --table and --table-at: a run whose table is, at a moment, what a listing says. */
#ifndef CLI_RUN_TABLE_H
#define CLI_RUN_TABLE_H

#include "listing/listing.h"
#include "run.h"

/* When a gathered box's table was being listed; 0: not told. */
typedef struct cli_listed_when {
  gint64 from_ns, until_ns;
} cli_listed_when;

/* Of a file, however it is packed, or of a box that was gathered; option is for messages that name it. fence: see
 * cli_box_read. => FALSE, said, with the exit code in *code. */
gboolean cli_listing_bytes(const char *option, const char *path, gboolean fence, GString *text, cli_listed_when *when,
                           cli_exit *code);
/* Unpacks and reads it: behind the fence. => NULL, said. */
listing *cli_listing_parse(const char *option, const char *path, GString *text, const ct_profile *profile);

/*
 * Before the fence and before the captures are opened: reads the file; packets before the moment are left out.
 * => FALSE where that cannot be, said, with run->code.
 */
gboolean cli_table_open(cli_run *run, replay_options *replay);
/* Behind the fence. => FALSE: it is no listing, said, with run->code. */
gboolean cli_table_parse(cli_run *run);
/* Once, when the first packet's time is known, or the stream has ended without one. */
void cli_table_begin(cli_run *run, const replay_moments *moments);
void cli_table_close(cli_run *run);

#endif
