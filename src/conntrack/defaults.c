/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel starts with: the defaults of its version, and tables sized as it sizes them. Spec 7.1, 13.1. And
 * whether two kernels are alike but for that size.
 */
#include "conntrack/helper/modules.h"
#include "conntrack/profile/profile.h"

/* ---- sizes ---- */

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

/* ---- the whole ---- */

static void set_ms(ct_params *params, ct_timeout timeout, uint32_t ms)
{
  params->timeout_s[timeout] = ms / 1000;
  params->timeout_ms[timeout] = (uint16_t)(ms % 1000);
}

/* A machine with so much memory that more would not matter. */
static void size_as_everybody(ct_params *params)
{
  if (!params->profile->ip_conntrack)
    ct_params_size_by_ram(params, UINT64_C(1) << 40);
}

void ct_params_init(ct_params *params, const ct_profile *profile)
{
  static const ct_params defaults = {
#define X(field, suffix, old, value, largest, help) .field = value,
    CT_SETTING_LIST(X)
#undef X
    .timeout_s = {
#define X(id, suffix, old, s, help) [CT_TIMEOUT_##id] = s,
      CT_TIMEOUT_LIST(X)
#undef X
    },
    .ipfrag_time_s = 30,
    .ipfrag_high_thresh = 4 << 20,
    .ipfrag_low_thresh = 3 << 20,
    .ipfrag_max_dist = 64,
    .flowtable_tcp_timeout_s = 30,
    .flowtable_udp_timeout_s = 30,
    .gc = CT_GC_EXACT,
    .features_mark = true,
  };

  *params = defaults;
  params->profile = profile;
  params->helpers_by_port = profile->helpers_by_port;
  params->helper = profile->helpers_by_port;
  params->events = profile->events_default;
  params->timeout_s[CT_TIMEOUT_UDP_STREAM] = profile->udp_stream_timeout_s;
  params->timeout_s[CT_TIMEOUT_SCTP_ESTABLISHED] = profile->sctp_established_s;
  set_ms(params, CT_TIMEOUT_SCTP_SHUTDOWN_SENT, profile->sctp_shutdown_ms);
  set_ms(params, CT_TIMEOUT_SCTP_SHUTDOWN_RECD, profile->sctp_shutdown_ms);
  size_as_everybody(params);
  ct_params_init_modules(params);
  if (profile->defaults)
    profile->defaults(params);
}

void ct_params_follow(ct_params *params, const ct_profile *profile)
{
  ct_params own, new;
  unsigned i;

  ct_params_init(&own, params->profile);
  ct_params_init(&new, profile);
  params->profile = profile;
#define X(field, suffix, old, value, largest, help) \
  if (params->field == own.field)                   \
    params->field = new.field;
  CT_SETTING_LIST(X)
#undef X
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    if (params->timeout_s[i] == own.timeout_s[i] && params->timeout_ms[i] == own.timeout_ms[i]) {
      params->timeout_s[i] = new.timeout_s[i];
      params->timeout_ms[i] = new.timeout_ms[i];
    }
  if (params->helpers_by_port == own.helpers_by_port)
    params->helpers_by_port = new.helpers_by_port;
}

static bool same_helpers(const ct_helper_settings *a, const ct_helper_settings *b)
{
  unsigned i;

  if (a->disabled != b->disabled || a->moved != b->moved || a->n_ports != b->n_ports || a->n_local != b->n_local)
    return false;
  for (i = 0; i < a->n_ports; i++)
    if (a->ports[i].port != b->ports[i].port || a->ports[i].helper != b->ports[i].helper ||
        a->ports[i].by_module != b->ports[i].by_module)
      return false;
  for (i = 0; i < a->n_local; i++)
    if (!ct_addr_equal(&a->local[i].addr, &b->local[i].addr) || a->local[i].family != b->local[i].family ||
        a->local[i].prefix != b->local[i].prefix)
      return false;
  return true;
}

bool ct_params_same_rules(const ct_params *a, const ct_params *b)
{
  ct_params sized = *a;

  sized.max = b->max;
  sized.buckets = b->buckets;
#define X(field, name, old, value, largest, help) \
  if (sized.field != b->field)                    \
    return false;
  CT_SETTING_LIST(X)
#undef X
  return a->profile == b->profile && a->ipfrag_time_s == b->ipfrag_time_s &&
         a->ipfrag_high_thresh == b->ipfrag_high_thresh && a->ipfrag_low_thresh == b->ipfrag_low_thresh &&
         a->ipfrag_max_dist == b->ipfrag_max_dist && a->hash_seed == b->hash_seed && a->gc == b->gc && a->hz == b->hz &&
         a->hz_phase_ns == b->hz_phase_ns && a->helpers_by_port == b->helpers_by_port &&
         same_helpers(&a->helpers, &b->helpers) && ct_params_same_modules(a, b);
}
