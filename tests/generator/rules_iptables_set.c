/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of ipset, and what random rules ask of them and put into them. */
#include "rules_iptables.h"

#include <string.h>

/* X(name, dimensions) */
#define SET_LIST(X) \
  X(a, 1) X(n, 1) X(p, 2) X(q, 2) X(b, 1) X(c, 1) X(e, 1) X(r, 3) X(l, 1) X(m, 1) X(t, 2) X(f, 2) X(v, 3)

static void put_line(ipt_making *m, const char *four, const char *six)
{
  gen_line_add(m->c, FALSE, m->six, "%s", m->six ? six : four);
  g_array_index(m->c->lines, gen_line, m->c->lines->len - 1).set = TRUE;
}

void ipt_put_sets(ipt_making *m)
{
  static const char *const lines[][2] = {
    { "create a4 hash:ip family inet", "create a6 hash:ip family inet6" },
    { "add a4 10.1.0.2", "add a6 fd01::2" },
    { "add a4 198.51.100.3", "add a6 fd02::3" },
    { "create n4 hash:net family inet", "create n6 hash:net family inet6" },
    { "add n4 10.1.0.0/24", "add n6 fd01::/64" },
    { "add n4 10.1.0.2/31 nomatch", "add n6 fd01::2/127 nomatch" },
    { "add n4 198.51.100.4", "add n6 fd02::4" },
    { "create p4 hash:ip,port family inet", "create p6 hash:ip,port family inet6" },
    { "add p4 10.1.0.2,tcp:80", "add p6 fd01::2,tcp:80" },
    { "add p4 198.51.100.2,udp:53", "add p6 fd02::2,udp:53" },
    { "add p4 198.51.100.3,icmp:8/0", "add p6 fd02::3,icmpv6:128/0" },
    { "create q4 hash:net,port family inet", "create q6 hash:net,port family inet6" },
    { "add q4 198.51.100.0/24,tcp:22", "add q6 fd02::/64,tcp:22" },
    { "add q4 10.1.0.0/24,udp:5060", "add q6 fd01::/64,udp:5060" },
    { "create b4 bitmap:port range 0-1023", "create b6 bitmap:port range 0-1023" },
    { "add b4 22", "add b6 22" },
    { "add b4 80", "add b6 80" },
    { "create c4 hash:ip family inet counters", "create c6 hash:ip family inet6 counters" },
    { "add c4 10.1.0.2", "add c6 fd01::2" },
    { "add c4 198.51.100.2", "add c6 fd02::2" },
    { "create e4 hash:ip family inet maxelem 3", "create e6 hash:ip family inet6 maxelem 3" },
    { "create r4 hash:ip,port,ip family inet", "create r6 hash:ip,port,ip family inet6" },
    { "add r4 10.1.0.3,tcp:443,198.51.100.3", "add r6 fd01::3,tcp:443,fd02::3" },
    { "create m4 hash:net family inet counters", "create m6 hash:net family inet6 counters" },
    { "add m4 10.1.0.2/31 nomatch", "add m6 fd01::2/127 nomatch" },
    { "add m4 198.51.100.0/24", "add m6 fd02::/64" },
    { "create t4 hash:ip,port family inet timeout 3000 counters",
      "create t6 hash:ip,port family inet6 timeout 3000 counters" },
    { "add t4 10.1.0.2,tcp:80", "add t6 fd01::2,tcp:80" },
    { "create f4 hash:net,iface family inet", "create f6 hash:net,iface family inet6" },
    { "add f4 10.1.0.0/30,lan0", "add f6 fd01::/126,lan0" },
    { "add f4 198.51.100.0/24,wan0", "add f6 fd02::/64,wan0" },
    { "add f4 198.51.100.2/31,wan0 nomatch", "add f6 fd02::2/127,wan0 nomatch" },
    { "create v4 hash:ip,port,net family inet", "create v6 hash:ip,port,net family inet6" },
    { "add v4 10.1.0.2,tcp:80,198.51.100.0/24", "add v6 fd01::2,tcp:80,fd02::/64" },
    { "add v4 198.51.100.2,tcp:22,10.1.0.0/31", "add v6 fd02::2,tcp:22,fd01::/126" },
    { "create l4 list:set size 8", "create l6 list:set size 8" },
    { "add l4 e4", "add l6 e6" },
    { "add l4 a4", "add l6 a6" },
  };

  for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
    put_line(m, lines[i][0], lines[i][1]);
}

/* "p4 dst,src": a set, and which of the packet's for each of its dimensions; now and then one too few or too many. */
static void put_set(ipt_making *m, GString *out, const char *names)
{
  static const struct {
    char name;
    guint dimensions;
  } sets[] = {
#define X(name, dimensions) { #name[0], dimensions },
    SET_LIST(X)
#undef X
  };
  const char name = names[below(m, (guint)strlen(names))];
  guint n = 1;

  for (guint i = 0; i < G_N_ELEMENTS(sets); i++)
    if (sets[i].name == name)
      n = sets[i].dimensions;
  if (percent(m, 8))
    n = 1 + below(m, 3);
  g_string_append_printf(out, "%c%c ", name, m->six ? '6' : '4');
  for (guint i = 0; i < n; i++)
    g_string_append_printf(out, "%s%s", i > 0 ? "," : "", percent(m, 50) ? "src" : "dst");
}

void ipt_put_set_match(ipt_making *m, GString *out)
{
  const gboolean counts = percent(m, 20);

  g_string_append_printf(out, " -m set %s--match-set ", no(m));
  put_set(m, out, counts ? "ccmt" : "aanppqbcerlmtffvv");
  if (counts)
    g_string_append_printf(out, " %s %u", ONE_OF(m, "--packets-gt", "--packets-lt", "--packets-eq", "--bytes-gt"),
                           below(m, 9));
  if (percent(m, 10))
    g_string_append(out, " --return-nomatch");
  if (percent(m, 10))
    g_string_append(out, " ! --update-counters");
}

void ipt_put_set_target(ipt_making *m, GString *out)
{
  const gboolean adds = percent(m, 65);

  g_string_append_printf(out, " -j SET --%s-set ", adds ? "add" : "del");
  put_set(m, out, "aapqeeercmmt");
  if (adds && percent(m, 30))
    g_string_append(out, " --exist");
}
