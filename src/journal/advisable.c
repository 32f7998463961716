/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advisable.h"

#include <string.h>

enum { LARGER = 2 /* instead of a value: any that is larger than now */ };

gboolean journal_is_advisable(const ct_param_info *info, guint64 value)
{
  static const struct {
    const char *name;
    guint64 value;
  } advisable[] = { { "max", LARGER },       { "tcp_max_retrans", LARGER },
                    { "tcp_be_liberal", 1 }, { "tcp_ignore_invalid_rst", 1 },
                    { "tcp_loose", 1 },      { "dccp_loose", 1 },
                    { "checksum", 0 } };
  const char *name = strstr(info->name, "conntrack_");
  guint i;

  if (value == info->value || name == NULL)
    return FALSE;
  if (info->is_timeout)
    return value > info->value;
  name += strlen("conntrack_");
  for (i = 0; i < G_N_ELEMENTS(advisable); i++)
    if (strcmp(name, advisable[i].name) == 0)
      return advisable[i].value == LARGER ? value > info->value : value == advisable[i].value;
  return FALSE;
}
