/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of each kernel that no capture tells: what it starts with, and what a firewall's answer does to it. */
#ifndef TRUTH_SWITCHES_KNOWN_H
#define TRUTH_SWITCHES_KNOWN_H

#include <glib.h>

#include "conntrack/profile/profile.h"

/* => what tells a profile from its kernel, own, where that is known; static; NULL: nothing does. */
const char *known_wrong(const ct_profile *own, const ct_profile *profile);

#endif
