/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people call a kernel: by version, by distribution, or as `uname -r` says it. KERNELS K15. */
#include "conntrack/profile/aliases.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* A release whose kernel was read (or has its stable series' rules), and those of which it is only known what is near.
 */
static const ct_profile_alias aliases[] = {
  { "3.10", &ct_profile_linux_3_10, NULL },
  { "4.18", &ct_profile_linux_4_19, "4.18 itself was never read; 4.19 is the nearest" },
  { "4.19", &ct_profile_linux_4_19, NULL },
  { "5.4", &ct_profile_linux_5_4, NULL },
  { "5.10", &ct_profile_linux_5_10, NULL },
  { "5.15", &ct_profile_linux_5_15, NULL },
  { "6.1", &ct_profile_linux_6_1, NULL },
  { "6.6", &ct_profile_linux_6_6, NULL },
  { "6.8", &ct_profile_linux_6_8, NULL },
  { "6.12", &ct_profile_linux_6_12, NULL },
  { "6.18", &ct_profile_linux_6_18, NULL },
  { "2.4", &ct_profile_linux_2_4, NULL },
  { "2.6", &ct_profile_linux_2_6, NULL },
  { "debian-10", &ct_profile_linux_4_19, NULL },
  { "debian-11", &ct_profile_linux_5_10, NULL },
  { "debian-12", &ct_profile_linux_6_1, NULL },
  { "debian-13", &ct_profile_linux_6_12, NULL },
  { "ubuntu-20.04", &ct_profile_linux_5_4, NULL },
  { "ubuntu-22.04", &ct_profile_linux_5_15, NULL },
  { "ubuntu-24.04", &ct_profile_linux_6_8, "read at 6.8.1; later fixes of 24.04 are not in it" },
  { "centos-7", &ct_profile_rhel_7, NULL },
  { "rhel-9", &ct_profile_linux_6_6,
    "its kernel was never read; 6.6 is the nearest from 9.4 on, 5.15 for 9.0 and 9.1" },
  { "rhel-10", &ct_profile_linux_6_12, "its kernel was never read; it is of 6.12" },
};

enum { ALIASES = sizeof aliases / sizeof aliases[0] };

const ct_profile_alias *ct_profile_alias_get(unsigned i) { return i < ALIASES ? &aliases[i] : NULL; }

/* Releases by their first two numbers, oldest first: a release is that of the last one that is not later. */
static const struct {
  unsigned major, minor;
  const ct_profile *profile;
} series[] = {
  { 2, 4, &ct_profile_linux_2_4 },   { 2, 6, &ct_profile_linux_2_6 },   { 3, 10, &ct_profile_linux_3_10 },
  { 4, 19, &ct_profile_linux_4_19 }, { 5, 4, &ct_profile_linux_5_4 },   { 5, 10, &ct_profile_linux_5_10 },
  { 5, 15, &ct_profile_linux_5_15 }, { 6, 1, &ct_profile_linux_6_1 },   { 6, 6, &ct_profile_linux_6_6 },
  { 6, 8, &ct_profile_linux_6_8 },   { 6, 12, &ct_profile_linux_6_12 }, { 6, 18, &ct_profile_linux_6_18 },
};

enum { SERIES = sizeof series / sizeof series[0] };

static const char nearest[] = "that series was never read; this is the nearest before it";
static const char older[] = "that series was never read; this is the oldest of its kind";

/* RHEL's kernels are not what their version numbers say: "4.18.0-553.el8.x86_64". */
static const ct_profile *red_hat(const char *release, const char **doubt)
{
  const char *el = release;

  while ((el = strchr(el, '.')) != NULL && strncmp(el, ".el", 3) != 0)
    el++;

  if (el == NULL)
    return NULL;
  switch (el[3]) {
  case '7': return &ct_profile_rhel_7;
  case '8': return &ct_profile_rhel_8;
  case '9': *doubt = "RHEL 9's kernel was never read; this is the nearest from 9.4 on"; return &ct_profile_linux_6_6;
  case '1': *doubt = "RHEL 10's kernel was never read; it is of this series"; return &ct_profile_linux_6_12;
  default: return NULL;
  }
}

static const ct_profile *by_release(const char *release, const char **doubt)
{
  const ct_profile *found = red_hat(release, doubt);
  unsigned long major, minor;
  unsigned i, at = SERIES;
  char *end;

  if (found != NULL)
    return found;
  major = strtoul(release, &end, 10);
  if (!g_ascii_isdigit(release[0]) || end[0] != '.' || !g_ascii_isdigit(end[1]))
    return NULL;
  minor = strtoul(end + 1, &end, 10);
  if (*end != '\0' && strchr(".-+_", *end) == NULL)
    return NULL;
  for (i = 0; i < SERIES; i++)
    if (series[i].major < major || (series[i].major == major && series[i].minor <= minor))
      at = i;
  if (at == SERIES) {
    *doubt = older;
    return series[0].profile;
  }
  if (series[at].major != major || series[at].minor != minor)
    *doubt = nearest;
  return series[at].profile;
}

const ct_profile *ct_profile_named(const char *name, const char **doubt)
{
  const ct_profile *found = ct_profile_find(name);
  const char *none = NULL;
  unsigned i;

  if (doubt == NULL)
    doubt = &none;
  *doubt = NULL;
  if (found != NULL)
    return found;
  for (i = 0; i < ALIASES; i++)
    if (strcmp(aliases[i].name, name) == 0) {
      *doubt = aliases[i].doubt;
      return aliases[i].profile;
    }
  return by_release(name, doubt);
}
