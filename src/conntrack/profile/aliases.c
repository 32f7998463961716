/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people call a kernel: by version, by distribution, or as `uname -r` says it. KERNELS K15. */
#include "conntrack/profile/aliases.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static const char near_4_19[] = "4.9 to 4.18 were never read; 4.19 is the nearest, and 4.9 has its way of expiring";
static const char near_3_10[] = "2.6.20 to 3.9 were never read; 3.10 is the nearest that has nf_conntrack";
static const char near_rhel_7[] =
  "3.17 to 4.8 were never read; RHEL 7's, with the trackers of about 4.5, is the nearest";
static const char near_5_4[] = "5.0 to 5.3 were never read; 5.4 is the nearest, as 5.0 brought most of what it has";
static const char near_5_15[] = "5.14 was never read; 5.15 is the nearest, whose rules for resets it has";
static const char near_8[] = "its kernel was read at 8.3; later ones took over more";
static const char near_9_0[] = "its kernel was never read; 5.15 is the nearest for 9.0 and 9.1, 6.6 from 9.4 on";
static const char near_9[] = "its kernel was never read; 6.6 is the nearest from 9.4 on, 5.15 for 9.0 and 9.1";
static const char near_10[] = "its kernel was never read; it is of 6.12";

/* A release whose kernel was read (or has its stable series' rules), and those of which it is only known what is near.
 */
static const ct_profile_alias aliases[] = {
  { "3.10", &ct_profile_linux_3_10, NULL },
  { "4.9", &ct_profile_linux_4_19, near_4_19 },
  { "4.14", &ct_profile_linux_4_19, near_4_19 },
  { "4.18", &ct_profile_linux_4_19, near_4_19 },
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
  { "debian-9", &ct_profile_linux_4_19, near_4_19 },
  { "debian-10", &ct_profile_linux_4_19, NULL },
  { "debian-11", &ct_profile_linux_5_10, NULL },
  { "debian-12", &ct_profile_linux_6_1, NULL },
  { "debian-13", &ct_profile_linux_6_12, NULL },
  { "ubuntu-16.04", &ct_profile_rhel_7, near_rhel_7 },
  { "ubuntu-18.04", &ct_profile_linux_4_19, near_4_19 },
  { "ubuntu-20.04", &ct_profile_linux_5_4, NULL },
  { "ubuntu-22.04", &ct_profile_linux_5_15, NULL },
  { "ubuntu-24.04", &ct_profile_linux_6_8, "read at 6.8.1; later fixes of 24.04 are not in it" },
  { "centos-7", &ct_profile_rhel_7, NULL },
  { "rhel-9.0", &ct_profile_linux_5_15, near_9_0 },
  { "rhel-9.1", &ct_profile_linux_5_15, near_9_0 },
  { "rhel-9", &ct_profile_linux_6_6, near_9 },
  { "rhel-10", &ct_profile_linux_6_12, near_10 },
};

enum { ALIASES = sizeof aliases / sizeof aliases[0] };

const ct_profile_alias *ct_profile_alias_get(unsigned i) { return i < ALIASES ? &aliases[i] : NULL; }

/*
 * Releases by their first two numbers, oldest first: a release is that of the last one that is not later. doubt: what
 * there is to say of the whole stretch up to the next; NULL: a series that was read, and those behind it are near.
 */
static const struct {
  unsigned major, minor;
  const ct_profile *profile;
  const char *doubt;
} series[] = {
  { 2, 4, &ct_profile_linux_2_4, NULL },        { 2, 6, &ct_profile_linux_2_6, NULL },
  { 3, 0, &ct_profile_linux_3_10, near_3_10 },  { 3, 10, &ct_profile_linux_3_10, NULL },
  { 3, 17, &ct_profile_rhel_7, near_rhel_7 },   { 4, 9, &ct_profile_linux_4_19, near_4_19 },
  { 4, 19, &ct_profile_linux_4_19, NULL },      { 5, 0, &ct_profile_linux_5_4, near_5_4 },
  { 5, 4, &ct_profile_linux_5_4, NULL },        { 5, 10, &ct_profile_linux_5_10, NULL },
  { 5, 14, &ct_profile_linux_5_15, near_5_15 }, { 5, 15, &ct_profile_linux_5_15, NULL },
  { 6, 1, &ct_profile_linux_6_1, NULL },        { 6, 6, &ct_profile_linux_6_6, NULL },
  { 6, 8, &ct_profile_linux_6_8, NULL },        { 6, 12, &ct_profile_linux_6_12, NULL },
  { 6, 18, &ct_profile_linux_6_18, NULL },
};

enum { SERIES = sizeof series / sizeof series[0] };

/*
 * Of a series that was read, its sublevel (KERNELS, "What was read"). Stable updates change rules; distributions follow
 * them, under numbers of their own.
 */
#define READ_AT(release) \
  "its rules are those of " release ": what updates of the series changed between the two is not undone"
static const struct {
  const ct_profile *profile;
  unsigned long sublevel;
  const char *doubt;
} read_at[] = {
  { &ct_profile_linux_3_10, 108, READ_AT("3.10.108") }, { &ct_profile_linux_4_19, 222, READ_AT("4.19.222") },
  { &ct_profile_linux_5_4, 301, READ_AT("5.4.301") },   { &ct_profile_linux_5_10, 265, READ_AT("5.10.265") },
  { &ct_profile_linux_5_15, 215, READ_AT("5.15.215") }, { &ct_profile_linux_6_1, 192, READ_AT("6.1.192") },
  { &ct_profile_linux_6_6, 150, READ_AT("6.6.150") },   { &ct_profile_linux_6_8, 1, READ_AT("6.8.1") },
  { &ct_profile_linux_6_12, 94, READ_AT("6.12.94") },   { &ct_profile_linux_6_18, 44, READ_AT("6.18.44") },
};

/* sublevel: behind the second number, ".41"; there may be none. Distributions call theirs .0-18, whatever it is of. */
static const char *doubt_of_sublevel(const ct_profile *profile, const char *sublevel)
{
  unsigned long number;
  char *end;
  unsigned i;

  if (sublevel[0] != '.' || !g_ascii_isdigit(sublevel[1]))
    return NULL;
  number = strtoul(sublevel + 1, &end, 10);
  for (i = 0; i < sizeof read_at / sizeof read_at[0]; i++)
    if (read_at[i].profile == profile)
      return number == read_at[i].sublevel || (number == 0 && *end == '-') ? NULL : read_at[i].doubt;
  return NULL;
}

/* The first 2.6 whose connections nf_conntrack tracks, IPv4's with their NAT. */
enum { NF_CONNTRACK_2_6 = 20 };

static const char nearest[] = "that series was never read; this is the nearest before it";
static const char older[] = "that series was never read; this is the oldest of its kind";

/* 8.3 has the 240th build of its 4.18.0. */
enum { RHEL_8_3_BUILD = 240 };
/* 9.2 has the 284th build of its 5.14.0; the ones before are near 5.15. */
enum { RHEL_9_2_BUILD = 284 };

/* "9.1", "9", "8.6", "10": the kernel of that release, or NULL. */
static const ct_profile *red_hat_release(const char *release, const char **doubt)
{
  char *end;
  unsigned long major = strtoul(release, &end, 10), minor = 0;
  bool has_minor = *end == '.' && g_ascii_isdigit(end[1]);

  if (has_minor)
    minor = strtoul(end + 1, &end, 10);
  if (!g_ascii_isdigit(release[0]) || *end != '\0')
    return NULL;
  switch (major) {
  case 6: *doubt = near_3_10; return &ct_profile_linux_3_10;
  case 7: return &ct_profile_rhel_7;
  case 8: *doubt = has_minor && minor != 3 ? near_8 : NULL; return &ct_profile_rhel_8;
  case 9:
    *doubt = has_minor && minor < 2 ? near_9_0 : near_9;
    return has_minor && minor < 2 ? &ct_profile_linux_5_15 : &ct_profile_linux_6_6;
  case 10: *doubt = near_10; return &ct_profile_linux_6_12;
  default: return NULL;
  }
}

/* "rocky-9.3", "alma-8": the same kernels under other names. */
static const ct_profile *red_hat_clone(const char *name, const char **doubt)
{
  static const char *const clones[] = {
    "rhel-", "rocky-", "alma-", "almalinux-", "centos-stream-", "centos-", "oracle-"
  };
  unsigned i;

  for (i = 0; i < sizeof clones / sizeof clones[0]; i++)
    if (g_str_has_prefix(name, clones[i]))
      return red_hat_release(name + strlen(clones[i]), doubt);
  return NULL;
}

/* RHEL's kernels are not what their version numbers say: "4.18.0-553.el8.x86_64", "5.14.0-70.13.1.el9_0.x86_64". */
static const ct_profile *red_hat(const char *release, const char **doubt)
{
  static const struct {
    const char *release, *base;
  } bases[] = { { "7", "3.10.0-" }, { "8", "4.18.0-" }, { "9", "5.14.0-" }, { "10", "6.12.0-" } };
  const char *el = strstr(release, ".el"), *build = strchr(release, '-');
  bool of_red_hat = false;
  unsigned i;

  if (el == NULL || !g_ascii_isdigit(el[3]))
    return NULL;
  /* Others build kernels of their own for the same systems: Oracle's UEK (5.15.0-206.el8uek), ELRepo. */
  for (i = 0; i < sizeof bases / sizeof bases[0]; i++)
    of_red_hat = of_red_hat || (strtoul(el + 3, NULL, 10) == strtoul(bases[i].release, NULL, 10) &&
                                g_str_has_prefix(release, bases[i].base));
  if (!of_red_hat)
    return NULL;
  switch (strtoul(el + 3, NULL, 10)) {
  case 7: return red_hat_release("7", doubt);
  case 8:
    return red_hat_release(build != NULL && strtoul(build + 1, NULL, 10) == RHEL_8_3_BUILD ? "8.3" : "8.10", doubt);
  case 9:
    return red_hat_release(build != NULL && build < el && strtoul(build + 1, NULL, 10) < RHEL_9_2_BUILD ? "9.1" : "9",
                           doubt);
  case 10: return red_hat_release("10", doubt);
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
  if (major == 2 && minor == 6 && *end == '.' && strtoul(end + 1, NULL, 10) >= NF_CONNTRACK_2_6) {
    *doubt = near_3_10;
    return &ct_profile_linux_3_10;
  }
  if (series[at].doubt != NULL)
    *doubt = series[at].doubt;
  else if (series[at].major != major || series[at].minor != minor)
    *doubt = nearest;
  else
    *doubt = doubt_of_sublevel(series[at].profile, end);
  return series[at].profile;
}

/* "ubuntu-22.04.3", "debian-12.5" */
static bool is_point_release(const char *name, const char *release)
{
  size_t n = strlen(release);

  return (g_str_has_prefix(release, "debian-") || g_str_has_prefix(release, "ubuntu-")) &&
         strncmp(name, release, n) == 0 && name[n] == '.' && name[n + 1] != '\0' &&
         strspn(name + n + 1, "0123456789") == strlen(name + n + 1);
}

const ct_profile *ct_profile_named(const char *name, const char **doubt)
{
  const ct_profile *found = ct_profile_find(name);
  const char *none = NULL;
  unsigned i;

  if (doubt == NULL)
    doubt = &none;
  *doubt = NULL;
  if (found != NULL) {
    *doubt = found == &ct_profile_rhel_8 ? near_8 : NULL; /* no release is named */
    return found;
  }
  for (i = 0; i < ALIASES; i++)
    if (strcmp(aliases[i].name, name) == 0 || is_point_release(name, aliases[i].name)) {
      *doubt = aliases[i].doubt;
      return aliases[i].profile;
    }
  found = red_hat_clone(name, doubt);
  return found != NULL ? found : by_release(name, doubt);
}
