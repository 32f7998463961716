/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of extensions, and the names that they go by. */
#include "firewall/extension.h"

#include <string.h>

#define X(name) extern const fw_match_ops fw_match_##name;
FW_MATCH_LIST(X)
#undef X
#define X(name) extern const fw_target_ops fw_target_##name;
FW_TARGET_LIST(X)
#undef X

static const fw_match_ops *const matches[] = {
#define X(name) &fw_match_##name,
  FW_MATCH_LIST(X)
#undef X
};

static const fw_target_ops *const targets[] = {
#define X(name) &fw_target_##name,
  FW_TARGET_LIST(X)
#undef X
};

/* Names that are another's. */
static const struct {
  const char *name, *real;
} match_aliases[] = {
  { "icmpv6", "icmp6" },
  { "ipv6-icmp", "icmp6" },
  { "mobility-header", "mh" },
  { "ipv6-mh", "mh" },
};

static gboolean in_family(const fw_bounds *bounds, fw_family family)
{
  return bounds->families == 0 || (bounds->families & 1 << family) != 0;
}

const fw_match_ops *fw_match_get(guint i) { return i < G_N_ELEMENTS(matches) ? matches[i] : NULL; }
const fw_target_ops *fw_target_get(guint i) { return i < G_N_ELEMENTS(targets) ? targets[i] : NULL; }

const fw_match_ops *fw_match_find(const char *name, fw_family family)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(match_aliases); i++)
    if (strcmp(match_aliases[i].name, name) == 0)
      name = match_aliases[i].real;
  for (i = 0; i < G_N_ELEMENTS(matches); i++)
    if (strcmp(matches[i]->name, name) == 0 && in_family(&matches[i]->bounds, family))
      return matches[i];
  return NULL;
}

const fw_target_ops *fw_target_find(const char *name, fw_family family)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(targets); i++)
    if (strcmp(targets[i]->name, name) == 0 && in_family(&targets[i]->bounds, family))
      return targets[i];
  return NULL;
}

const fw_match_ops *fw_match_of_protocol(guint8 protocol, fw_family family)
{
  static const struct {
    guint8 protocol;
    const char *name;
  } loads[] = { { 6, "tcp" },   { 17, "udp" }, { 1, "icmp" }, { 58, "icmp6" }, { 132, "sctp" },
                { 33, "dccp" }, { 51, "ah" },  { 50, "esp" }, { 135, "mh" },   { 108, "ipcomp" } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(loads); i++)
    if (loads[i].protocol == protocol)
      return fw_match_find(loads[i].name, family);
  return NULL;
}
