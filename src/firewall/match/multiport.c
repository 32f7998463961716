/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m multiport: up to 15 ports, of which a range takes two. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

enum { SOURCE, DESTINATION, EITHER };

static const char *const side_names[] = { "sports", "dports", "ports" };

static gboolean has_ports(fw_parse *p)
{
  static const guint8 protocols[] = { 6, 17, 136, 132, 33 };

  if ((p->tests->invert & FW_TEST_PROTOCOL) != 0)
    return FALSE;
  return memchr(protocols, p->tests->protocol, sizeof protocols) != NULL;
}

typedef struct reading {
  fw_multiport *m;
  guint slots;
} reading;

static gboolean add_ports(const char *part, gpointer user)
{
  reading *r = user;
  fw_range16 ports;
  guint n;

  if (!fw_read_ports(part, ':', &ports, &n) || part[0] == ':' || part[strlen(part) - 1] == ':')
    return FALSE;
  r->slots += n;
  if (r->slots > FW_MULTIPORT_RANGES || (n == 2 && ports.from == ports.to))
    return FALSE;
  r->m->ports[r->m->n++] = ports;
  return TRUE;
}

static gboolean parse(fw_parse *p)
{
  reading r = { p->data, 0 };

  r.m->side = p->option->id;
  r.m->invert = p->invert;
  if (!has_ports(p))
    return fw_parse_fail(p, "expected -p tcp, udp, udplite, sctp or dccp before it");
  if (p->arg[0] == '\0' || !fw_each_part(p->arg, ',', add_ports, &r))
    return fw_parse_bad_value(p, "up to 15 ports, or ranges a:b that take two places");
  return TRUE;
}

static gboolean check(fw_parse *p)
{
  return p->given != 0 || fw_parse_fail(p, "expected --sports, --dports or --ports");
}

static void save(const fw_match *match, fw_family family, GString *out)
{
  const fw_multiport *m = match->data;
  guint i;

  (void)family;
  fw_save_invert(out, m->invert);
  g_string_append_printf(out, " --%s ", side_names[m->side]);
  for (i = 0; i < m->n; i++) {
    g_string_append_printf(out, "%s%u", i > 0 ? "," : "", m->ports[i].from);
    if (m->ports[i].to != m->ports[i].from)
      g_string_append_printf(out, ":%u", m->ports[i].to);
  }
}

#define ONE(name_, id_)                                                \
  {                                                                    \
    .name = name_, .id = id_, .type = FW_TYPE_STRING, .flags = FW_INV, \
    .excluded = 1 << SOURCE | 1 << DESTINATION | 1 << EITHER           \
  }

static const fw_option options[] = {
  ONE("source-ports", SOURCE), ONE("sports", SOURCE), ONE("destination-ports", DESTINATION),
  ONE("dports", DESTINATION),  ONE("ports", EITHER),  FW_OPTION_END,
};

const fw_match_ops fw_match_multiport = {
  .name = "multiport",
  .id = FW_MATCH_multiport,
  .size = sizeof(fw_multiport),
  .options = options,
  .parse = parse,
  .check = check,
  .save = save,
};
