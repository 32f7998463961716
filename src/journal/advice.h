/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sysctl would have let a refused packet pass: what was tried beside the replay (whatif.h), and what is sure. */
#ifndef JOURNAL_ADVICE_H
#define JOURNAL_ADVICE_H

#include "trials.h"
#include "whatif.h"

typedef enum journal_helps {
  JOURNAL_HELPS_NOTHING,     /* no sysctl, whatever its value */
  JOURNAL_HELPS_NONE_TRIED,  /* none alone, with any of the values that were tried */
  JOURNAL_HELPS_UNADVISABLE, /* only what nobody should set (advisable.h), of all that were tried */
  JOURNAL_HELPS_UNKNOWN,     /* none is known to, and none is ruled out */
  JOURNAL_HELPS_SETTING
} journal_helps;

typedef struct journal_advice {
  journal_helps helps;
  trials_setting setting; /* HELPS_SETTING: advisable, and of a timeout the least value, where trials could tell */
  whatif_world world;     /* in which it was tried; WHATIF_WORLDS: by a trial of its own */
} journal_advice;

/*
 * Of a packet that was refused or dropped, after tracking, whatif_packet and trials_packet; t may be NULL: then more
 * stays unknown, and what depends on several settings at once may not be seen.
 */
journal_advice journal_advise(const journal *j, const whatif *w, trials *t, const ct_packet *packet,
                              const ct_result *result);

#endif
