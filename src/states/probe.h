/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines of protocols without a table. Internal to src/states. */
#ifndef STATES_PROBE_H
#define STATES_PROBE_H

#include "states/states.h"

/* Fills a machine without a table by asking the engine. */
void states_probe(states_machine *machine, const ct_params *params);

#endif
