/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Performing a scenario: its packets through decoder and engine, its expectations against the outcome. No files, no
 * printing: the caller is told of each expectation in turn.
 */
#ifndef SCN_PERFORM_H
#define SCN_PERFORM_H

#include "conntrack/engine.h"
#include "scenario/ruling.h"
#include "scenario/scenario.h"

/* One expectation that was checked. Strings are valid until the callback returns. */
typedef struct scn_outcome {
  guint line;
  gboolean met;
  const char *expectation; /* as the text has it */
  /* Where it was not met: */
  const char *expected; /* the expectation, only the parts that differ; one a line */
  const char *got;      /* the same parts as they are */
  const char *packet;   /* the packet before, as -P shows it; "" where there was none */
  const char *why; /* where the expectation is one of a packet: what explain says of it, a sentence a line; else "" */
  const char *related; /* what else helps: the events of the step, the lines of the table; "" nothing */
} scn_outcome;

typedef void (*scn_outcome_fn)(const scn_outcome *outcome, gpointer user);

typedef struct scn_run_figures {
  guint packets, checks, failed;
} scn_run_figures;

/*
 * params are what the scenario's settings make of the profile; the caller applies them (scenario->profile, sysctls,
 * settings, rules). firewall: NULL without rules. figures is filled in any case.
 * => FALSE and error (SCN_ERROR_BUILD) at the first step that cannot be made into a packet.
 */
gboolean scn_scenario_run(const scn_scenario *scenario, const ct_params *params, ct_checksums checksums,
                          const scn_firewall *firewall, scn_outcome_fn fn, gpointer user, scn_run_figures *figures,
                          GError **error);

#endif
