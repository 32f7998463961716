/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One capture, many kernels: the capture is read and decoded once, and every packet goes through a runner
 * (sweep_runner.h) for the settings that differ in size and timeouts alone, or for a single one. Runners share nothing,
 * so they are spread over threads; the figures are the same for any number of these.
 */
#ifndef PRESSURE_SWEEP_H
#define PRESSURE_SWEEP_H

#include "occupancy.h"
#include "replay/replay.h"

typedef struct sweep_setting {
  char *label; /* what is special about it: "max=4096 tcp_timeout_established=600" */
  ct_params params;
  /*
   * A firewall with a say on each packet, of this setting alone; NULL: none. Rules look at single packets of single
   * kernels, so that such a setting has a whole engine.
   */
  const replay_door *door;
} sweep_setting;

typedef struct sweep_figures {
  guint64 peak, created, expired, dropped, insert_failed;
  guint64 evicted, early_drop; /* in all, and of these by a packet that found the table full */
  guint64 refused;             /* connections of which packets were dropped so */
  guint64 missed;              /* evicted connections that a later packet belonged to */
  guint64 cut;                 /* expired ones that a later packet belonged to */
  guint64 invalid;             /* packets */
  guint64 by_rules;            /* packets that rules dropped */
  guint64 clashed;             /* packets that were dropped since their tuple had become another's (reason clash) */
  gboolean forgot;             /* more may have been missed or cut: some had to be forgotten */
  guint64 final_count;
  double mean;          /* entries, over the capture's time */
  guint64 kernel_bytes; /* what the kernel needs for the peak: hash table, entries with their extensions */
  gboolean lossless;    /* sweep_judge */
  pressure_occupancy occupancy;
} sweep_figures;

/* Rough sizes of the kernel's own memory (6.18, x86-64): an entry with counters and events, a bucket. */
enum { SWEEP_KERNEL_ENTRY_BYTES = 384, SWEEP_KERNEL_BUCKET_BYTES = 8 };

/* What a sweep needs of its source beside what the caller wants. To be called before replay_source_open. */
void sweep_options(replay_options *options);

/*
 * Runs the source through n settings with that many threads (1 or more). Settings that can go together do, which is the
 * least work; parts above 1 deals them out to so many all the same, which takes less time and more work. figures has
 * room for n and is filled, but for lossless. progress is called now and then; may be NULL. The source's problems and
 * remarks are the caller's to ask for.
 * => packets that went through
 */
guint64 sweep_run(replay_source *source, const sweep_setting *settings, guint n, guint threads, guint parts,
                  sweep_figures *figures, void (*progress)(gpointer user), gpointer user);

/*
 * A sweep that goes on where another stood, and can be gone on with. Each setting then has an engine of its own: the
 * figures are the same. A part that fails says so in its io, and nothing is run then.
 */
typedef struct sweep_keeping {
  resume_io *load; /* NULL: it begins */
  resume_io *save; /* NULL: it ends */
} sweep_keeping;
/* sweep_run with that: load is read before the first packet, save is written behind the last. */
guint64 sweep_run_on(replay_source *source, const sweep_setting *settings, guint n, guint threads,
                     const sweep_keeping *keeping, sweep_figures *figures);

/*
 * What the figures say together. A setting loses nothing (its figures' lossless) where nobody was evicted and no packet
 * dropped for want of room, and where no other setting of which that is true cuts fewer connections, or has fewer
 * INVALID packets or clashes: these few are nobody's doing here. Of a single setting, where there are none of these.
 */
typedef struct sweep_judgement {
  gboolean tracked;                                 /* some packet began a connection, or would have */
  gboolean any_roomy;                               /* some setting neither evicted nor dropped */
  gboolean any_lossless;                            /* some setting loses nothing */
  guint64 cut, invalid, clashed;                    /* the fewest, of those that neither evicted nor dropped */
  guint least;                                      /* the least setting that loses nothing; n: none */
  guint fewest_cut, fewest_invalid, fewest_clashed; /* where any_roomy: the first with so few */
} sweep_judgement;

/* Fills lossless. Settings of one kernel; of several, what is the least of all means nothing. */
sweep_judgement sweep_judge(const sweep_setting *settings, sweep_figures *figures, guint n);

/*
 * The least setting of one kernel's that loses nothing, once lossless is filled: that with the smallest
 * nf_conntrack_max (0, no limit, is the largest, and none where others have one), then with the smaller of the first
 * timeout that differs, then the first. => n: none
 */
guint sweep_least(const sweep_setting *settings, const sweep_figures *figures, guint n);

#endif
