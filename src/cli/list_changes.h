/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_LIST_CHANGES_H
#define CLI_LIST_CHANGES_H

#include <glib.h>

#include "conntrack/profile/profile.h"

/* Prints what kernel b does otherwise than kernel a, as a page for people. */
void cli_list_changes(const ct_profile *a, const ct_profile *b);

#endif
