/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Engines that one input leaves to the next: making them is most of what a short input would cost. */
#ifndef TESTS_FUZZ_ENGINES_H
#define TESTS_FUZZ_ENGINES_H

#include "conntrack/engine.h"

/* => *kept, with nothing in it. NULL: made now. */
static inline ct_engine *fuzz_engine_anew(ct_engine **kept, const ct_params *params)
{
  if (*kept == NULL)
    *kept = ct_engine_new(params);
  else
    ct_engine_anew(*kept, params);
  return *kept;
}

#endif
