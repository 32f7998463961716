/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/param.h"

#include <string.h>

#include "conntrack/profile/profile.h"

enum { NAME_BYTES = 128 };

/* Every sysctl there is, whatever the profile: timeouts, settings, and IPv4's fragment limits under their one name. */
typedef struct sysctl {
  const char *name;     /* nf_conntrack_udp_timeout; ipfrag_time */
  const char *old_name; /* ip_conntrack_udp_timeout; "ip_conntrack_" alone where there was none */
  const char *help;
  size_t offset; /* of the uint32_t in ct_params */
  uint32_t largest;
  bool is_timeout;
  uint8_t timeout; /* ct_timeout, where it is one */
} sysctl;

static const sysctl sysctls[] = {
#define X(field, suffix, old, value, largest, help) \
  { "nf_conntrack_" suffix, "ip_conntrack_" old, help, offsetof(ct_params, field), largest, false, 0 },
  CT_SETTING_LIST(X)
#undef X
#define X(id, suffix, old, s, help)                                      \
  { "nf_conntrack_" suffix,                                              \
    "ip_conntrack_" old,                                                 \
    help,                                                                \
    offsetof(ct_params, timeout_s) + CT_TIMEOUT_##id * sizeof(uint32_t), \
    CT_TIMEOUT_LARGEST_S,                                                \
    true,                                                                \
    CT_TIMEOUT_##id },
    CT_TIMEOUT_LIST(X)
#undef X
#define WITHOUT_EFFECT(name, field, largest)                                                                  \
  {                                                                                                           \
    name, name, "accepted and without effect: not played here", offsetof(ct_params, field), largest, false, 0 \
  }
      WITHOUT_EFFECT("nf_flowtable_tcp_timeout", flowtable_tcp_timeout_s, CT_TIMEOUT_LARGEST_S),
  WITHOUT_EFFECT("nf_flowtable_udp_timeout", flowtable_udp_timeout_s, CT_TIMEOUT_LARGEST_S),
  WITHOUT_EFFECT("nf_hooks_lwtunnel", hooks_lwtunnel, 1),
#undef WITHOUT_EFFECT
#define IPFRAG(name, field, help)                                     \
  {                                                                   \
    name, name, help, offsetof(ct_params, field), INT32_MAX, false, 0 \
  }
  IPFRAG("ipfrag_time", ipfrag_time_s, "seconds an incomplete IPv4 datagram is held"),
  IPFRAG("ipfrag_low_thresh", ipfrag_low_thresh, "bytes of fragments kept when pruning"),
  IPFRAG("ipfrag_high_thresh", ipfrag_high_thresh, "bytes of fragments held at most"),
  IPFRAG("ipfrag_max_dist", ipfrag_max_dist, "fragments of one source that may overtake one datagram's"),
#undef IPFRAG
};

enum { SYSCTL_COUNT = sizeof sysctls / sizeof sysctls[0] };

/* X-macro rows without a name (states that have no sysctl, settings that came later) end where the prefix ends. */
static bool name_is_bare_prefix(const char *name) { return name[strlen(name) - 1] == '_'; }

static const char *strip(const char *name, const char *prefix)
{
  size_t n = strlen(prefix);

  return strncmp(name, prefix, n) == 0 ? name + n : NULL;
}

/* By what stands behind nf_conntrack_ or ip_conntrack_, or the whole name of another. */
static bool is_missing(const ct_profile *profile, const char *name)
{
  const char *suffix = strip(name, profile->ip_conntrack ? "ip_conntrack_" : "nf_conntrack_");
  const char *const *missing;

  for (missing = profile->missing_sysctls; missing && *missing; missing++)
    if (strip(suffix ? suffix : name, *missing))
      return true;
  return false;
}

/* => the sysctl's name in this profile, NULL where that kernel had none. */
static const char *sysctl_name(const sysctl *s, const ct_profile *profile)
{
  const char *name = profile->ip_conntrack ? s->old_name : s->name;

  return name_is_bare_prefix(name) || is_missing(profile, name) ? NULL : name;
}

const char *ct_params_spell(const ct_profile *profile, const char *name)
{
  size_t i;

  if (!profile->ip_conntrack) /* spelled as it stands there, and asked for once a packet */
    return is_missing(profile, name) ? NULL : name;
  for (i = 0; i < SYSCTL_COUNT; i++)
    if (strcmp(sysctls[i].name, name) == 0)
      return sysctl_name(&sysctls[i], profile);
  return NULL;
}

const char *ct_params_spell_timeout(const ct_profile *profile, ct_timeout timeout)
{
  size_t i;

  for (i = 0; i < SYSCTL_COUNT; i++)
    if (sysctls[i].is_timeout && sysctls[i].timeout == timeout)
      return sysctl_name(&sysctls[i], profile);
  return NULL;
}

/*
 * The part of a full name that sysctls[] has: "net.netfilter.nf_conntrack_max" => "nf_conntrack_max". The kernels had
 * each name in one place, so ip_conntrack_* under net.netfilter is as unknown as it was there.
 */
static const char *name_base(const char *name)
{
  static const struct {
    const char *folder, *begins;
  } places[] = {
    { "net.netfilter.", "nf_conntrack_" },
    { "net.netfilter.", "nf_flowtable_" },
    { "net.netfilter.", "nf_hooks_" },
    { "net.ipv4.netfilter.", "ip_conntrack_" },
    { "net.ipv4.", "ipfrag_" },
  };
  const char *base;
  size_t i;

  if (strcmp(name, "net.nf_conntrack_max") == 0 || strcmp(name, "net.ipv4.ip_conntrack_max") == 0)
    return strrchr(name, '.') + 1;
  for (i = 0; i < sizeof places / sizeof places[0]; i++)
    if ((base = strip(name, places[i].folder)) != NULL && strip(base, places[i].begins))
      return base;
  return strchr(name, '.') ? NULL : name;
}

static const sysctl *sysctl_find(const ct_profile *profile, const char *name)
{
  char dotted[NAME_BYTES];
  const char *base;
  size_t i, n = strlen(name);

  if (n >= sizeof dotted)
    return NULL;
  for (i = 0; i <= n; i++)
    dotted[i] = name[i] == '/' ? '.' : name[i];
  base = strip(dotted, ".proc.sys.");
  base = name_base(base ? base : dotted);
  for (i = 0; base && i < SYSCTL_COUNT; i++) {
    const sysctl *s = &sysctls[i];

    /* Whether this kernel has it is asked of the one alone: it costs more than to compare names. */
    if ((strcmp(profile->ip_conntrack ? s->old_name : s->name, base) == 0 ||
         (profile->ip_conntrack_files && !name_is_bare_prefix(s->old_name) && strcmp(s->old_name, base) == 0)) &&
        sysctl_name(s, profile) != NULL)
      return s;
  }
  return NULL;
}

static ct_param_error number_parse(const char *text, uint64_t largest, uint64_t *number)
{
  bool negative = *text == '-', over = false;
  uint64_t value = 0;

  text += negative;
  if (*text == '\0')
    return CT_PARAM_NOT_NUMBER;
  for (; *text; text++) {
    if (*text < '0' || *text > '9')
      return CT_PARAM_NOT_NUMBER;
    over = over || __builtin_mul_overflow(value, 10, &value) ||
           __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value);
  }
  if (over || value > largest || (negative && value > 0))
    return CT_PARAM_RANGE;
  *number = value;
  return CT_PARAM_OK;
}

ct_param_error ct_params_set(ct_params *params, const char *name, const char *value)
{
  const sysctl *s = sysctl_find(params->profile, name);
  uint64_t read = 0;
  ct_param_error error;
  uint32_t number;

  if (!s)
    return CT_PARAM_UNKNOWN;
  error = number_parse(value, s->largest, &read);
  if (error != CT_PARAM_OK)
    return error;
  number = (uint32_t)read;
  memcpy((char *)params + s->offset, &number, sizeof number);
  if (s->is_timeout)
    params->timeout_ms[s->timeout] = 0;
  if (s->offset == offsetof(ct_params, helper))
    params->helpers_by_port = number != 0;
  return CT_PARAM_OK;
}

uint64_t ct_params_largest(const ct_params *params, const char *name)
{
  const sysctl *s = sysctl_find(params->profile, name);

  return s ? s->largest : 0;
}

const char *ct_gc_name(ct_gc gc) { return gc == CT_GC_EXACT ? "exact" : "kernel"; }

static ct_param_error set_gc(ct_params *params, const char *value)
{
  ct_gc gc;

  for (gc = CT_GC_EXACT; gc <= CT_GC_KERNEL; gc++)
    if (strcmp(value, ct_gc_name(gc)) == 0) {
      params->gc = gc;
      return CT_PARAM_OK;
    }
  return CT_PARAM_NOT_NUMBER;
}

ct_param_error ct_params_set_machine(ct_params *params, const char *name, const char *value)
{
  bool is_hz = strcmp(name, "hz") == 0;
  ct_param_error error;
  uint64_t number;

  if (strcmp(name, "gc") == 0)
    return set_gc(params, value);
  if (!is_hz && strcmp(name, "hash-seed") != 0)
    return CT_PARAM_UNKNOWN;
  if (*value == '-')
    return CT_PARAM_NOT_NUMBER;
  error = number_parse(value, is_hz ? CT_HZ_MOST : UINT64_MAX, &number);
  if (error == CT_PARAM_OK && is_hz)
    params->hz = (uint32_t)number;
  else if (error == CT_PARAM_OK)
    params->hash_seed = number;
  return error;
}

bool ct_params_describe(const ct_params *params, size_t i, ct_param_info *info)
{
  uint32_t number;
  size_t at;

  for (at = 0; at < SYSCTL_COUNT; at++) {
    const char *name = sysctl_name(&sysctls[at], params->profile);

    if (!name || i-- > 0)
      continue;
    memcpy(&number, (const char *)params + sysctls[at].offset, sizeof number);
    *info =
      (ct_param_info){ .name = name, .help = sysctls[at].help, .value = number, .is_timeout = sysctls[at].is_timeout };
    return true;
  }
  return false;
}
