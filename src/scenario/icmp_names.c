/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/icmp_names.h"

#include "conntrack/tuple.h"

/* clang-format off */
static const scn_icmp_name names4[] = {
  { "echo", "request", 8, TRUE, { { NULL, 0 } } },
  { "echo", "reply", 0, TRUE, { { NULL, 0 } } },
  { "timestamp", "request", 13, TRUE, { { NULL, 0 } } },
  { "timestamp", "reply", 14, TRUE, { { NULL, 0 } } },
  { "information", "request", 15, TRUE, { { NULL, 0 } } },
  { "information", "reply", 16, TRUE, { { NULL, 0 } } },
  { "mask", "request", 17, TRUE, { { NULL, 0 } } },
  { "mask", "reply", 18, TRUE, { { NULL, 0 } } },
  { "unreachable", NULL, 3, FALSE,
    { { "net", 0 }, { "host", 1 }, { "protocol", 2 }, { "port", 3 }, { "frag_needed", 4 }, { "source_route", 5 },
      { "admin", 13 } } },
  { "source-quench", NULL, 4, FALSE, { { NULL, 0 } } },
  { "redirect", NULL, 5, FALSE, { { "net", 0 }, { "host", 1 } } },
  { "time-exceeded", NULL, 11, FALSE, { { "transit", 0 }, { "reassembly", 1 } } },
  { "parameter-problem", NULL, 12, FALSE, { { NULL, 0 } } },
};
/* clang-format on */

static const scn_icmp_name names6[] = {
  { "echo", "request", 128, TRUE, { { NULL, 0 } } },
  { "echo", "reply", 129, TRUE, { { NULL, 0 } } },
  { "unreachable", NULL, 1, FALSE, { { "route", 0 }, { "admin", 1 }, { "scope", 2 }, { "host", 3 }, { "port", 4 } } },
  { "packet-too-big", NULL, 2, FALSE, { { NULL, 0 } } },
  { "time-exceeded", NULL, 3, FALSE, { { "transit", 0 }, { "reassembly", 1 } } },
  { "parameter-problem", NULL, 4, FALSE, { { "header", 0 }, { "next-header", 1 }, { "option", 2 } } },
  { "listener-query", NULL, 130, FALSE, { { NULL, 0 } } },
  { "listener-report", NULL, 131, FALSE, { { NULL, 0 } } },
  { "listener-done", NULL, 132, FALSE, { { NULL, 0 } } },
  { "router-solicitation", NULL, 133, FALSE, { { NULL, 0 } } },
  { "router-advertisement", NULL, 134, FALSE, { { NULL, 0 } } },
  { "neighbour-solicitation", NULL, 135, FALSE, { { NULL, 0 } } },
  { "neighbour-advertisement", NULL, 136, FALSE, { { NULL, 0 } } },
  { "redirect", NULL, 137, FALSE, { { NULL, 0 } } },
  { "information", "request", 139, TRUE, { { NULL, 0 } } },
  { "information", "reply", 140, TRUE, { { NULL, 0 } } },
  { "listener-report2", NULL, 143, FALSE, { { NULL, 0 } } },
};

const scn_icmp_name *scn_icmp_name_get(guint8 family, guint i)
{
  if (family == CT_IPV4)
    return i < G_N_ELEMENTS(names4) ? &names4[i] : NULL;
  return i < G_N_ELEMENTS(names6) ? &names6[i] : NULL;
}

const scn_icmp_name *scn_icmp_name_of(guint8 family, guint8 type)
{
  const scn_icmp_name *name;

  for (guint i = 0; (name = scn_icmp_name_get(family, i)) != NULL; i++)
    if (name->type == type)
      return name;
  return NULL;
}
