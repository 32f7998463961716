/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two kernels have otherwise, in words. */
#ifndef CLI_LIST_CHANGES_H
#define CLI_LIST_CHANGES_H

#include <glib.h>

#include "conntrack/profile/profile.h"

/* One thing that kernels did in turn; NULL: as the one before, or of linux_2_4: nothing of the kind. */
typedef struct list_era {
  const char *topic;
  const char *linux_2_4, *linux_2_6, *linux_3_10; /* sentences without their full stops */
} list_era;

extern const list_era list_eras[]; /* ends with NULL for topic */

/* Tells it on standard output. */
void cli_list_changes(const ct_profile *a, const ct_profile *b);

#endif
