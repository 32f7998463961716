/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What random rules of iptables translate to. */
#include "rules_iptables.h"

#include <string.h>

/* Ports are only there for some protocols. */
static gboolean has_ports(const GString *rule)
{
  return (strstr(rule->str, " -p tcp") != NULL || strstr(rule->str, " -p udp") != NULL) &&
         strstr(rule->str, "! -p ") == NULL;
}

static void put_source(ipt_making *m, GString *out)
{
  const gboolean ports = has_ports(out) && percent(m, 30);

  if (percent(m, 15)) {
    g_string_append_printf(out, " -j NETMAP --to %s", m->six ? "fd02::10/124" : "198.51.100.16/28");
  } else if (percent(m, 40) && !g_str_equal(m->chain, "INPUT")) {
    g_string_append(out, " -j MASQUERADE");
    if (ports)
      g_string_append_printf(out, " --to-ports %s", ONE_OF(m, "6000", "6000-6003", "1-65535"));
  } else if (ports) {
    g_string_append_printf(out, m->six ? " -j SNAT --to-source [%s]:%s" : " -j SNAT --to-source %s:%s",
                           m->six ? "fd02::14" : "198.51.100.20", ONE_OF(m, "6000", "6000-6003"));
  } else if (m->six) {
    g_string_append_printf(out, " -j SNAT --to-source %s", ONE_OF(m, "fd02::1", "fd02::14", "fd02::15-fd02::18"));
  } else {
    g_string_append_printf(out, " -j SNAT --to-source %s",
                           ONE_OF(m, "198.51.100.1", "198.51.100.20", "198.51.100.21-198.51.100.24"));
  }
}

static void put_destination(ipt_making *m, GString *out)
{
  const gboolean ports = has_ports(out) && percent(m, 40);

  if (percent(m, 15)) {
    g_string_append_printf(out, " -j NETMAP --to %s", m->six ? "fd01::10/124" : "10.1.0.16/28");
  } else if (percent(m, 25)) {
    g_string_append(out, " -j REDIRECT");
    if (ports)
      g_string_append_printf(out, " --to-ports %s", ONE_OF(m, "8080", "7000-7003"));
  } else if (ports) {
    g_string_append_printf(out, m->six ? " -j DNAT --to-destination [%s]:%s" : " -j DNAT --to-destination %s:%s",
                           m->six ? ONE_OF(m, "fd01::9", "fd02::9") : ONE_OF(m, "10.1.0.9", "198.51.100.9"),
                           ONE_OF(m, "8080", "8080-8083"));
  } else if (m->six) {
    g_string_append_printf(out, " -j DNAT --to-destination %s",
                           ONE_OF(m, "fd01::3", "fd01::9", "fd02::9", "fd01::3-fd01::6"));
  } else {
    g_string_append_printf(out, " -j DNAT --to-destination %s",
                           ONE_OF(m, "10.1.0.3", "10.1.0.9", "198.51.100.9", "10.1.0.3-10.1.0.6"));
  }
}

void ipt_put_nat(ipt_making *m, GString *out)
{
  if (g_str_equal(m->chain, "POSTROUTING") || g_str_equal(m->chain, "INPUT"))
    put_source(m, out);
  else
    put_destination(m, out);
}
