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

/* The kernel allocates whole pages, and uses all of them. */
static uint32_t buckets_fit(const ct_profile *profile, uint64_t buckets)
{
  uint32_t step = profile->buckets_step;

  if (buckets < profile->buckets_least)
    buckets = profile->buckets_least;
  buckets = (buckets + step - 1) / step * step;
  return buckets > CT_BUCKETS_MAX ? CT_BUCKETS_MAX / step * step : (uint32_t)buckets;
}

static uint32_t max_for_buckets(uint32_t buckets, uint32_t per_bucket)
{
  return buckets > INT32_MAX / per_bucket ? INT32_MAX : buckets * per_bucket;
}

/* Four expectations a bucket of their own table, which has one for 256 of the entries'. */
static void expect_max_derive(ct_params *params, uint32_t buckets)
{
  if (!params->profile->ip_conntrack)
    params->expect_max = (buckets < 256 ? 1 : buckets / 256) * 4;
}

uint32_t ct_profile_buckets_for_max(const ct_profile *profile, uint32_t max)
{
  ct_params defaults;

  if (max == 0) { /* unlimited: nobody sized the table for it */
    ct_params_init(&defaults, profile);
    return defaults.buckets;
  }
  return buckets_fit(profile, max / profile->auto_max_per_bucket + (max % profile->auto_max_per_bucket != 0));
}

void ct_params_size_by_ram(ct_params *params, uint64_t ram_bytes)
{
  uint32_t buckets = params->profile->buckets_for_ram(ram_bytes);

  params->buckets = buckets_fit(params->profile, buckets);
  params->max = max_for_buckets(params->buckets, params->profile->auto_max_per_bucket);
  expect_max_derive(params, buckets);
}

void ct_params_size_by_max(ct_params *params, uint32_t max)
{
  params->max = max;
  if (max != 0) /* unlimited: nobody sized the table for it */
    params->buckets = ct_profile_buckets_for_max(params->profile, max);
}

void ct_params_size_by_hashsize(ct_params *params, uint32_t buckets)
{
  params->buckets = buckets_fit(params->profile, buckets);
  params->max = max_for_buckets(params->buckets, params->profile->max_per_bucket);
  expect_max_derive(params, buckets);
}
