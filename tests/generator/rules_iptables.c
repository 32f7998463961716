/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rulesets of iptables, of both families. Nothing that the clock or chance decides: limits give a burst and then
 * nothing for an hour.
 */
#include "rules_iptables.h"

#include <string.h>

enum { RULES_MOST = 14 };

/* ---- targets ---- */

static void put_mark_target(ipt_making *m, GString *out)
{
  switch (below(m, 4)) {
  case 0: g_string_append(out, " -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff"); return;
  case 1: g_string_append(out, " -j CONNMARK --restore-mark --nfmask 0x7 --ctmask 0x7"); return;
  default:
    g_string_append_printf(out, " -j %s --set-xmark 0x%x/0x%x", percent(m, 50) ? "MARK" : "CONNMARK", below(m, 8),
                           7 >> below(m, 3));
  }
}

static gboolean put_reject(ipt_making *m, GString *out)
{
  static const char *const four[] = { "icmp-port-unreachable", "icmp-host-prohibited", "icmp-admin-prohibited",
                                      "icmp-net-unreachable", NULL },
                           *const six[] = { "icmp6-port-unreachable", "icmp6-adm-prohibited", "icmp6-no-route", NULL };

  if (m->resets && percent(m, 60)) {
    if (strstr(out->str, " -p ") == NULL)
      g_string_append(out, " -p tcp");
    else if (strstr(out->str, " -p tcp") == NULL || strstr(out->str, "! -p tcp") != NULL)
      return FALSE;
    g_string_append(out, " -j REJECT --reject-with tcp-reset");
    return TRUE;
  }
  g_string_append_printf(out, " -j REJECT --reject-with %s", gen_one_of(m->r, m->six ? six : four));
  return TRUE;
}

static void put_header_target(ipt_making *m, GString *out)
{
  const gboolean any = strstr(out->str, " -p ") == NULL;

  switch (below(m, 7)) {
  case 4:
    if (any)
      g_string_append_printf(out, " -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss %u",
                             500 + below(m, 1000));
    return;
  case 5:
    if (any)
      g_string_append_printf(out, " -p tcp -j TCPOPTSTRIP --strip-options %s", ONE_OF(m, "2,8", "3", "8"));
    return;
  case 6:
    if (any && !m->six)
      g_string_append(out, " -p tcp -j ECN --ecn-tcp-remove");
    return;
  case 0: g_string_append_printf(out, " -j TOS --set-tos 0x%02x/0x%02x", below(m, 64) << 2, 0xfc); return;
  case 1: g_string_append_printf(out, " -j DSCP --set-dscp 0x%02x", below(m, 64)); return;
  case 2:
    if (m->six)
      g_string_append_printf(out, " -j HL --hl-%s", percent(m, 50) ? "set 70" : "inc 1");
    else
      g_string_append_printf(out, " -j TTL --ttl-%s", percent(m, 50) ? "set 70" : "inc 1");
    return;
  default: put_mark_target(m, out);
  }
}

static gboolean put_jump(ipt_making *m, GString *out)
{
  const guint from = m->user < IPT_USER_CHAINS ? m->user + 1 : 0;

  if (from >= IPT_USER_CHAINS || m->table_is_nat)
    return FALSE;
  g_string_append_printf(out, " -%c u%u", percent(m, 80) ? 'j' : 'g', from + below(m, IPT_USER_CHAINS - from));
  return TRUE;
}

static void put_ct(ipt_making *m, GString *out)
{
  const gboolean any = strstr(out->str, " -p ") == NULL;

  switch (below(m, 7)) {
  case 0:
  case 1: g_string_append(out, ONE_OF(m, " -j CT --notrack", " -j NOTRACK")); return;
  case 2:
    if (any) {
      g_string_append(out, ONE_OF(m, " -p udp -m udp --dport 69 -j CT --helper tftp", " -p udp -j CT --helper tftp",
                                  " -p tcp -j CT --helper ftp", " -p udp -j CT --helper tftp --zone 1"));
      return;
    }
    g_string_append(out, " -j CT --ctevents new,destroy");
    return;
  case 3: g_string_append(out, " -j CT --zone mark"); return;
  default: g_string_append_printf(out, " -j CT --zone%s %u", ONE_OF(m, "", "-orig", "-reply"), 1 + below(m, 3));
  }
}

static void put_target(ipt_making *m, GString *out)
{
  if (percent(m, 15))
    return;
  if (percent(m, 20) && put_jump(m, out))
    return;
  if (m->table_is_nat) {
    if (percent(m, 70) && (g_str_has_suffix(m->chain, "ROUTING") || (g_str_equal(m->chain, "INPUT") && percent(m, 30))))
      ipt_put_nat(m, out);
    else
      g_string_append_printf(out, " -j %s", percent(m, 50) ? "ACCEPT" : "RETURN");
    return;
  }
  if (is(m, "raw") && percent(m, 50)) {
    put_ct(m, out);
    return;
  }
  if (m->sets && percent(m, 25)) {
    ipt_put_set_target(m, out);
    return;
  }
  if (is(m, "mangle") && percent(m, 70)) {
    put_header_target(m, out);
    return;
  }
  if (percent(m, 30)) {
    put_mark_target(m, out);
    return;
  }
  if (is(m, "filter") && percent(m, 20) && put_reject(m, out))
    return;
  g_string_append_printf(
    out, " -j %s", gen_one_of(m->r, (const char *const[]){ "ACCEPT", "ACCEPT", "ACCEPT", "DROP", "RETURN", NULL }));
}

/* A match of several protocols cannot stand in raw before tracking: those of conntrack may, and see nothing. */
static void put_rule(ipt_making *m)
{
  g_autoptr(GString) rule = g_string_new(NULL);

  g_string_printf(rule, "-A %s", m->chain);
  if (m->table_is_nat) {
    if (percent(m, 50))
      ipt_put_address(m, rule, percent(m, 50) ? 's' : 'd');
    if (percent(m, 50))
      ipt_put_protocol(m, rule);
  } else {
    ipt_put_matches(m, rule);
  }
  put_target(m, rule);
  gen_line_add(m->c, TRUE, m->six, "%s", rule->str);
}

static void put_table(ipt_making *m, const char *table, const char *const *chains)
{
  static const char *const users[] = { "u0", "u1", "u2" };
  guint i, n;

  m->table = table;
  m->table_is_nat = g_str_equal(table, "nat");
  gen_line_add(m->c, FALSE, m->six, "*%s", table);
  for (i = 0; chains[i] != NULL; i++)
    gen_line_add(m->c, FALSE, m->six, ":%s %s [0:0]", chains[i], is(m, "filter") && percent(m, 25) ? "DROP" : "ACCEPT");
  for (i = 0; !m->table_is_nat && i < IPT_USER_CHAINS; i++)
    gen_line_add(m->c, FALSE, m->six, ":%s - [0:0]", users[i]);
  for (i = 0; chains[i] != NULL; i++) {
    m->chain = chains[i];
    m->user = IPT_USER_CHAINS;
    for (n = below(m, RULES_MOST / (m->table_is_nat ? 3 : is(m, "filter") ? 1 : 2)); n > 0; n--)
      put_rule(m);
  }
  for (i = 0; !m->table_is_nat && i < IPT_USER_CHAINS; i++) {
    m->chain = users[i];
    m->user = i;
    for (n = below(m, 5); n > 0; n--)
      put_rule(m);
  }
  gen_line_add(m->c, FALSE, m->six, "COMMIT");
}

void gen_rules_iptables(gen_case *c, verify_random *random)
{
  static const char *const filter[] = { "INPUT", "FORWARD", "OUTPUT", NULL },
                           *const raw[] = { "PREROUTING", "OUTPUT", NULL }, *const mangle[] = { "PREROUTING",  "INPUT",
                                                                                                "FORWARD",     "OUTPUT",
                                                                                                "POSTROUTING", NULL },
                           *const nat[] = { "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING", NULL };

  for (guint six = 0; six < 2; six++) {
    ipt_making m = { .c = c, .r = random, .six = six != 0 };

    m.resets = percent(&m, 40);
    m.sets = percent(&m, 40);
    if (m.sets)
      ipt_put_sets(&m);

    if (percent(&m, 30))
      put_table(&m, "raw", raw);
    if (percent(&m, 50))
      put_table(&m, "mangle", mangle);
    if (percent(&m, 35))
      put_table(&m, "nat", nat);
    put_table(&m, "filter", filter);
  }
}
