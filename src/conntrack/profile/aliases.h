/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles by the names that people have for their kernels. */
#ifndef CT_PROFILE_ALIASES_H
#define CT_PROFILE_ALIASES_H

#include "conntrack/profile/profile.h"

typedef struct ct_profile_alias {
  const char *name; /* "debian-12" */
  const ct_profile *profile;
  const char *doubt; /* why it may not be quite that; NULL: it is */
} ct_profile_alias;

/* The i-th; NULL past the end. */
const ct_profile_alias *ct_profile_alias_get(unsigned i);

/*
 * By a profile's name, an alias, or a kernel's release ("5.15.0-91-generic", "4.18.0-553.el8.x86_64"). *doubt, which
 * may be NULL: why it may not be quite that, else NULL. => NULL where the name says nothing.
 */
const ct_profile *ct_profile_named(const char *name, const char **doubt);

#endif
