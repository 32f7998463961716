/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --rules and what belongs to it: from the command line to a firewall around the engine, and its words for outputs. */
#ifndef CLI_FIREWALL_H
#define CLI_FIREWALL_H

#include "firewall/walk/tell.h"
#include "leaving.h"
#include "exit.h"
#include "options.h"

typedef struct cli_firewall {
  fw_ruleset *ruleset;
  fw_box_facts *facts;
  fw_firewall *firewall; /* NULL: no rules were given */
  replay_door door;
  const fw_sides *sides; /* names of interfaces in transcripts; NULL: their own */
  cli_exit refusal;      /* where cli_firewall_load was FALSE: what to end with */
  /* private */
  const cli_options *o;
  char **label_names; /* --connlabels; NULL: not given */
  GPtrArray *texts;
  GString *rule, *why, *walk, *leaves, *transcript, *head, *counters;
  emit_rules told;
  gboolean tells_walk, tells_transcript;
  gboolean forked; /* rules and facts are another's */
  cli_leaving leaving;
  gboolean odd;      /* packets are not taken as they were captured, or their interfaces have other names */
  ct_packet arrived; /* the last packet as it arrived, where that is not how it was captured */
  GByteArray *arrived_bytes;
  guint64 undone;                      /* packets whose translation was undone in the capture */
  guint64 looks_inside, looks_outside; /* that look so, and were taken as they stand */
} cli_firewall;

/* The first option given of those that only mean something beside rules, without dashes. => NULL: none was. */
const char *cli_firewall_option(const cli_options *options);
/*
 * Without --rules: => FALSE where an option was given that then says nothing, said. reads: rules are read without being
 * followed, so that --backend has a meaning.
 */
gboolean cli_firewall_is_alone(const cli_options *options, gboolean reads);
/*
 * Reads all files, before anything of ours parses them; nft's own language is read by nft. => FALSE where one cannot be
 * read, said; `refusal` is the exit code.
 */
gboolean cli_firewall_load(cli_firewall *firewall, const cli_options *options);
/*
 * Parses them and makes the firewall; notes are said. => FALSE where one is no ruleset, or the command line asks for
 * what it does not have, said. wants: EMIT_WANTS_; passed: the walk is told with the rules that did not hold.
 */
gboolean cli_firewall_start(cli_firewall *firewall, const ct_params *params, guint wants, gboolean passed);
/*
 * From texts (cli_rules_text; the firewall's from now on) in place of options->rules, ready to run, with the walk and
 * the rules that did not hold. => FALSE and error; cli_firewall_clear is due in any case.
 */
gboolean cli_firewall_take(cli_firewall *firewall, const cli_options *options, GPtrArray *texts,
                           const ct_params *params, GError **error);
/*
 * Another firewall over the same rules, for a kernel of its own: it counts and remembers for itself. Of one without
 * rules it is one without rules. records: the walk of each packet is kept. `from` has to outlive it. cli_firewall_clear
 * is due.
 */
void cli_firewall_fork(cli_firewall *firewall, const cli_firewall *from, const ct_params *params, gboolean records);
void cli_firewall_clear(cli_firewall *firewall);

/* Of the last packet; valid until the next one. NULL without rules. */
const emit_rules *cli_firewall_tell(cli_firewall *firewall, const ct_packet *packet);
/* For a transcript's first and last lines; NULL without rules. */
const char *cli_firewall_head(cli_firewall *firewall);
const char *cli_firewall_counters(cli_firewall *firewall);
/*
 * What a rule or policy has counted of this run: "filter:FORWARD:rule:4", "filter:FORWARD:policy". Where several tables
 * have that name (of both families) they are added up. => FALSE: there is none.
 */
gboolean cli_firewall_counted(const cli_firewall *firewall, const char *place, fw_counters *counters);
/* For firewall.c: the door, and what there is to say of how packets were captured. */
void cli_firewall_open_door(cli_firewall *firewall);
void cli_firewall_say_views(const cli_firewall *firewall);
/* --verdict and --rule: whether the last packet is one of those. */
gboolean cli_firewall_chosen(const cli_firewall *firewall);
/* After the play: what the rules ask for that is not followed. */
void cli_firewall_say_notes(const cli_firewall *firewall);

#endif
