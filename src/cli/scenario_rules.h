/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of a scenario: read before the fence, beside it; and a firewall for who performs it.
 *
 * Life: cli_scenario_read for each file, before anything is parsed; cli_scenario_firewall behind the fence;
 * cli_scenario_read_free.
 */
#ifndef CLI_SCENARIO_RULES_H
#define CLI_SCENARIO_RULES_H

#include "firewall.h"
#include "scenario/ruling.h"
#include "scenario/scenario.h"

/* A scenario's text with the files of rules that it names. */
typedef struct cli_scenario_text {
  const char *path;
  int fd;        /* of what is no file, and is read behind the fence; -1: it has been read */
  GString *text; /* NULL: error says why, or fd is there */
  GError *error;
  GPtrArray *rules; /* the files that it names, each with its text or why there is none */
} cli_scenario_text;

/*
 * path "-" is standard input; fd is closed, now or later. error: why there is no descriptor (fd -1); taken. Of a file
 * all is read; what comes through a pipe is waited for behind the fence, and so cannot name files.
 */
void cli_scenario_read(cli_scenario_text *scenario, int fd, const char *path, GError *error);
/* The text, read now if it was not. => FALSE: error says why. */
gboolean cli_scenario_have(cli_scenario_text *scenario);
void cli_scenario_read_clear(cli_scenario_text *scenario);

/* A firewall that is there, for who performs or writes a scenario; it records walks. */
scn_firewall cli_scenario_rules(cli_firewall *firewall);
/*
 * The rules that the packets meet: those that are forced (cli_rules_text), else the scenario's. made->firewall is NULL
 * where there are none of either. options and made have to outlive rules. => FALSE and error, which names the
 * scenario's line where that is at fault; cli_firewall_clear is due in any case.
 */
gboolean cli_scenario_firewall(cli_firewall *made, scn_firewall *rules, const cli_scenario_text *text,
                               const scn_scenario *scenario, const GPtrArray *forced, const cli_options *options,
                               const ct_params *params, GError **error);

#endif
