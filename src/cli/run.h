/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of captures through an engine with an output: what the commands share that show one replay. A command opens
 * it, adds what it wants to see, plays, prints what stands at the end, and closes it; the run keeps the exit code.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "columns.h"
#include "firewall.h"
#include "output.h"
#include "pressure_figures.h"
#include "progress.h"
#include "replay/replay.h"

typedef struct cli_run {
  const cli_options *o;
  ct_params params;
  ct_engine *engine;
  replay_source *source;
  cli_firewall firewall;
  cli_output output;
  const emit_format *format; /* NULL for a person */
  emit_options emit;
  emit_columns columns; /* what is shown comes as rows of these; n 0: it does not */
  emit_output shown;    /* of the format, while it is open: between the play's begin and the output's end */
  guint what;           /* EMIT_CAN_*; 0 for a person */
  gboolean showing;     /* --show-from has been reached */
  gboolean live;        /* somebody watches: what happens is shown at once */
  gboolean silent;      /* -P -W without -o: no text at all */
  gboolean unwanted;    /* nobody takes what is written: the rest need not be played */
  gint64 first_ns;
  /* What is remembered of packets, for --save-state; NULL: nothing. Not owned. */
  struct journal_history *history;
  struct emit_asked *asked;
  GByteArray *remembered; /* the same from --load-state, as bytes; NULL: none */
  cli_pressure *pressure; /* told of each packet, and freed with the run; NULL: nobody asks for them */
  /* That it is of a part of the captures: stands in what was shown; needs no line on standard error. */
  gboolean part_told, part_said;
  int database_fd; /* of -o sqlite -W: the file, for whoever writes it; -1: none. Closed with the run */
  int capture_fd;  /* of -P -W, for its writer; -1: none */
  cli_exit code;
  gboolean played;
  guint screen;                /* columns of the terminal; 0: there is none */
  struct cli_nothing *nothing; /* what there was for the command's own choices (nothing.h); NULL: nobody counted */
  /* private */
  emit_subject subject;
  char *capture; /* the subject's name of it */
  cli_progress progress;
  replay_moments now;        /* as told when the last moment came */
  struct cli_plot *plot;     /* NULL: none is wanted */
  struct cli_listed *listed; /* what --table says; NULL: there is none */
  struct cli_resume *resume; /* NULL: neither --load-state nor --save-state */
  replay_source *again;      /* the same captures, opened a second time; NULL: not */
} cli_run;

/* What a command adds; all may be NULL. */
typedef struct cli_watch {
  void (*packet)(const replay_seen *seen, gpointer user);
  void (*moment)(replay_moments *moments, gpointer user); /* snapshots; --show-from is the run's own */
  void (*idle)(gpointer user);
  gboolean ahead; /* packets know what comes next; of a run without a format, of packets or of flows */
  gpointer user;
} cli_watch;

/* => FALSE where nothing can be played; run->code says why, and it has been said. cli_run_close is due in any case. */
gboolean cli_run_open(cli_run *run, const cli_options *options, guint what);
/*
 * The same for a person, with the captures opened a second time for cli_run_again (run_again.h): where they are files,
 * and the kernel asked for is one whose collection --gc exact leaves out.
 */
gboolean cli_run_open_twice(cli_run *run, const cli_options *options);
/*
 * Whether a second engine, with a larger table, would be given the same packets: no rules have a say in what becomes an
 * entry, and the first has begun empty.
 */
gboolean cli_run_may_have_room(const cli_run *run);
/* => FALSE where the format cannot begin; run->code says so, and it has been said. */
gboolean cli_run_play(cli_run *run, const cli_watch *watch);
/* The format's last words and the last write; for what needs them before cli_run_close, which does it otherwise. */
void cli_run_finish_output(cli_run *run);
/*
 * Finishes the output, says what was wrong with the captures, what is remarkable about them, and of how much of them
 * was told. => the exit code.
 */
cli_exit cli_run_close(cli_run *run);

#endif
