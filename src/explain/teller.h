/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topics' voice. Internal to src/explain. */
#ifndef EXPLAIN_TELLER_H
#define EXPLAIN_TELLER_H

#include "explain/explain.h"

typedef struct explain_teller {
  const explain_facts *facts;
  GPtrArray *sentences; /* explain_sentence *, in the order in which they were said */
} explain_teller;

/* Adds a sentence under a topic. */
void explain_say(explain_teller *t, explain_topic topic, const char *format, ...) G_GNUC_PRINTF(3, 4);

/*
 * A sysctl by today's name as the facts' kernel spells it. Only of what that kernel has: nothing is said of a setting
 * that is not there. Static.
 */
const char *explain_sysctl(const explain_teller *t, const char *name);

#endif
