/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of each kernel that no capture tells: what it starts with, and what its rules do. */
#ifndef TRUTH_SWITCHES_KNOWN_H
#define TRUTH_SWITCHES_KNOWN_H

#include <glib.h>

#include "conntrack/profile/profile.h"

/* KERNELS K17: what rules of a kernel do. */
enum { KNOWN_POSTROUTING_HAS_INPUT = 1 << 0, KNOWN_SPARES_OTHER_SUMS = 1 << 1, KNOWN_SPARES_UDP_WITHOUT_SUM = 1 << 2 };
guint known_rules(const ct_params *params);

/* => what tells a profile from its kernel, own, where that is known; static; NULL: nothing does. */
const char *known_wrong(const ct_profile *own, const ct_profile *profile);

#endif
