/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/profile/profile.h"

#include <string.h>

/* The default first, then back in time. */
static const ct_profile *const profiles[] = {
  &ct_profile_linux_6_18, &ct_profile_linux_6_12, &ct_profile_linux_6_8, &ct_profile_linux_6_6, &ct_profile_linux_6_1,
  &ct_profile_linux_5_15, &ct_profile_linux_5_10, &ct_profile_linux_5_4, &ct_profile_rhel_8,    &ct_profile_linux_4_19,
  &ct_profile_rhel_7,     &ct_profile_linux_3_10, &ct_profile_linux_2_6, &ct_profile_linux_2_4,
};

enum { PROFILE_COUNT = sizeof profiles / sizeof profiles[0] };

const ct_profile *ct_profile_get(unsigned i) { return i < PROFILE_COUNT ? profiles[i] : NULL; }

const ct_profile *ct_profile_find(const char *name)
{
  unsigned i;

  for (i = 0; i < PROFILE_COUNT; i++)
    if (strcmp(profiles[i]->name, name) == 0)
      return profiles[i];
  return NULL;
}
