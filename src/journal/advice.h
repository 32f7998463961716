/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sysctl would have let a refused packet pass: what was tried beside the replay (whatif.h), and what is sure. */
#ifndef JOURNAL_ADVICE_H
#define JOURNAL_ADVICE_H

#include "whatif.h"

typedef enum journal_helps {
  JOURNAL_HELPS_NOTHING, /* no sysctl, whatever its value */
  JOURNAL_HELPS_UNKNOWN, /* none is known to, and none is ruled out */
  JOURNAL_HELPS_SETTING  /* the setting of this world */
} journal_helps;

typedef struct journal_advice {
  journal_helps helps;
  whatif_world world; /* HELPS_SETTING */
  guint32 seconds;    /* of a timeout */
} journal_advice;

/* Of a packet that was refused or dropped, after tracking and whatif_packet. */
journal_advice journal_advise(const journal *j, const whatif *w, const ct_packet *packet, const ct_result *result);

#endif
