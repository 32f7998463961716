/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a record that somebody keeps. */
#include "flows.h"

void flow_record_copy(flow_record *to, const flow_record *from)
{
  *to = *from;
  to->states = g_memdup2(from->states, from->n_states * sizeof(*from->states));
}

void flow_record_clear(flow_record *record)
{
  g_free((gpointer)record->states);
  record->states = NULL;
  record->n_states = 0;
}
