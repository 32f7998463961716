/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of captures through an engine with an output: what all commands share. A command opens it, adds what it wants
 * to see, plays, prints what stands at the end, and closes it; the run keeps the exit code.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "commands.h"
#include "pressure/sweep.h"

typedef struct cli_run cli_run;

struct cli_run {
  const cli_options *o;
  ct_params params;
  ct_engine *engine;
  replay_source *source;
  const emit_format *format; /* NULL for a person */
  emit_options emit;
  emit_text out;
  guint what;        /* EMIT_CAN_*; 0 for a person */
  gboolean showing;  /* --show-from has been reached */
  gboolean live;     /* somebody watches: what happens is shown at once */
  gboolean silent;   /* -P -w without -o: no text at all */
  gboolean unwanted; /* nobody takes what is written: the rest need not be played */
  gint64 first_ns;
  cli_exit code;
  /* private */
  int fd;
  int capture_fd; /* of -P -w, for its writer; -1: none */
  gboolean own_fd, played;
  gboolean progress_shown;
  gint64 progress_next_us;
  replay_moments now;    /* as told when the last moment came */
  struct cli_plot *plot; /* NULL: none is wanted */
  replay_source *again;  /* the same captures, opened a second time; NULL: not */
};

/* What a command adds; all may be NULL. */
typedef struct cli_watch {
  void (*packet)(const replay_seen *seen, gpointer user);
  void (*moment)(replay_moments *moments, gpointer user); /* snapshots; --show-from is the run's own */
  void (*idle)(gpointer user);
  gpointer user;
} cli_watch;

/* => FALSE where nothing can be played; run->code says why, and it has been said. cli_run_close is due in any case. */
gboolean cli_run_open(cli_run *run, const cli_options *options, guint what);
/*
 * The same for a person, with the captures opened a second time for cli_run_again: where they are files, and the kernel
 * asked for is one whose collection --gc exact leaves out.
 */
gboolean cli_run_open_twice(cli_run *run, const cli_options *options);
void cli_run_play(cli_run *run, const cli_watch *watch);
/*
 * After the play: the captures once more, through the same kernel under --gc kernel. => FALSE where they could not be
 * opened twice, were not the same the second time, or somebody interrupts; figures are then not to be used.
 */
gboolean cli_run_again(cli_run *run, sweep_figures *figures);
/* The format's last words and the last write; for who needs them before cli_run_close, which does it otherwise. */
void cli_run_finish_output(cli_run *run);
/* Finishes the output, says what was wrong with the captures and what is remarkable about them. => the exit code. */
cli_exit cli_run_close(cli_run *run);

/*
 * --plot: occupancy over time, drawn when the run closes. Opened like any output, before the sandbox; a file that is
 * read, or that -w writes, is refused. => FALSE where it cannot be, said, with run->code.
 */
gboolean cli_plot_open(cli_run *run);
void cli_plot_watch(cli_run *run);                /* once there is an engine */
void cli_plot_begin(cli_run *run);                /* the first packet's time is known: run->first_ns */
void cli_plot_close(cli_run *run);                /* draws and frees; what fails is in run->code */
char *cli_plot_title(const cli_options *options); /* "day.pcap and 3 more: conntrack entries over time"; free it */

/*
 * Says where a kernel makes another number of buckets of a --hashsize: it decides who is evicted, and must not go
 * unseen. hashsize: as given; NULL or "auto": nothing is said.
 */
void cli_say_rounding(const char *hashsize, guint32 buckets);

/* Snapshots by --at and --every: calls show at each. => NULL where neither was given. */
typedef struct cli_snapshots cli_snapshots;
cli_snapshots *cli_snapshots_new(const cli_options *options, void (*show)(const replay_moments *now, gpointer user),
                                 gpointer user);
/* Says what was left out, and frees. */
void cli_snapshots_free(cli_snapshots *snapshots);
void cli_snapshots_moment(cli_snapshots *snapshots, replay_moments *moments, guint64 count);

/* For a transcript's first line: strings, owned, NULL-terminated. */
GPtrArray *cli_transcript_sysctls(const ct_params *params, ct_checksums checksums);
GPtrArray *cli_transcript_helpers(const ct_params *params);

/* The commands. */
cli_exit cli_show_events(const cli_options *options);
cli_exit cli_show_table(const cli_options *options); /* -L, -C, -S */
cli_exit cli_show_packets(const cli_options *options);
cli_exit cli_show_person(const cli_options *options);
cli_exit cli_show_evictions(const cli_options *options);

#endif
