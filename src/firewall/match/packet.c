/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands beside the packet: mark, mac, pkttype, physdev, devgroup, realm, addrtype, rpfilter; and iprange. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/names.h"
#include "firewall/parse.h"
#include "firewall/save.h"

/* -- mark, connmark -- */

static const fw_option mark_options[] = {
  FW_OPTION("mark", 0, MARK, FW_REQ | FW_INV | FW_SAVE, fw_mark_test, mark),
  FW_OPTION_END,
};

const fw_match_ops fw_match_mark = {
  .name = "mark",
  .id = FW_MATCH_mark,
  .size = sizeof(fw_mark_test),
  .invert = FW_BITS(fw_mark_test, invert),
  .options = mark_options,
};

const fw_match_ops fw_match_connmark = {
  .name = "connmark",
  .id = FW_MATCH_connmark,
  .size = sizeof(fw_mark_test),
  .invert = FW_BITS(fw_mark_test, invert),
  .options = mark_options,
};

/* -- mac, pkttype -- */

static const fw_option mac_options[] = {
  FW_OPTION("mac-source", 0, MAC, FW_REQ | FW_INV | FW_SAVE, fw_mac, source),
  FW_OPTION_END,
};

const fw_match_ops fw_match_mac = {
  .name = "mac",
  .id = FW_MATCH_mac,
  .size = sizeof(fw_mac),
  .bounds = { .hooks = 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_INPUT | 1 << FW_HOOK_FORWARD },
  .invert = FW_BITS(fw_mac, invert),
  .options = mac_options,
};

static const fw_name packet_types[] = {
  { "unicast", 0 }, { "broadcast", 1 }, { "multicast", 2 }, { "otherhost", 3 },
  { "bcast", 1 },   { "mcast", 2 },     { "host", 0 },      { NULL, 0 },
};

static gboolean pkttype_parse(fw_parse *p)
{
  fw_pkttype *t = p->data;
  guint32 type;

  if (!fw_name_find_caseless(packet_types, p->arg, &type))
    return fw_parse_bad_value(p, "unicast, broadcast, multicast or otherhost");
  t->type = type;
  t->invert = p->invert;
  return TRUE;
}

static void pkttype_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_pkttype *t = m->data;

  (void)family;
  fw_save_invert(out, t->invert);
  g_string_append_printf(out, " --pkt-type %s", fw_name_of(packet_types, t->type));
}

static const fw_option pkttype_options[] = { FW_OPTION_BARE("pkt-type", 0, STRING, FW_REQ | FW_INV), FW_OPTION_END };

const fw_match_ops fw_match_pkttype = {
  .name = "pkttype",
  .id = FW_MATCH_pkttype,
  .size = sizeof(fw_pkttype),
  .options = pkttype_options,
  .parse = pkttype_parse,
  .save = pkttype_save,
};

/* -- physdev -- */

enum { PHYS_IN, PHYS_OUT, PHYS_IS_IN, PHYS_IS_OUT, PHYS_IS_BRIDGED };

static gboolean physdev_parse(fw_parse *p)
{
  fw_physdev *d = p->data;
  fw_interface *i = p->option->id == PHYS_IN ? &d->in : &d->out;

  if (p->option->id > PHYS_OUT || fw_read_interface(p->ruleset, p->arg, i))
    return TRUE;
  return fw_parse_bad_value(p, "an interface's name of at most 15 bytes");
}

static gboolean physdev_check(fw_parse *p) { return p->given != 0 || fw_parse_fail(p, "expected one of its options"); }

static void save_flag(GString *out, guint8 given, guint8 invert, guint bit, const char *option,
                      const fw_interface *interface)
{
  if ((given & 1 << bit) == 0)
    return;
  fw_save_invert(out, (invert & 1 << bit) != 0);
  g_string_append_printf(out, " --%s", option);
  if (interface == NULL)
    return;
  g_string_append_c(out, ' ');
  fw_save_interface(out, interface);
}

static void physdev_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_physdev *d = m->data;

  (void)family;
  save_flag(out, d->given, d->invert, PHYS_IS_IN, "physdev-is-in", NULL);
  save_flag(out, d->given, d->invert, PHYS_IN, "physdev-in", &d->in);
  save_flag(out, d->given, d->invert, PHYS_IS_OUT, "physdev-is-out", NULL);
  save_flag(out, d->given, d->invert, PHYS_OUT, "physdev-out", &d->out);
  save_flag(out, d->given, d->invert, PHYS_IS_BRIDGED, "physdev-is-bridged", NULL);
}

static const fw_option physdev_options[] = {
  FW_OPTION_BARE("physdev-in", PHYS_IN, STRING, FW_INV),
  FW_OPTION_BARE("physdev-out", PHYS_OUT, STRING, FW_INV),
  FW_OPTION_BARE("physdev-is-in", PHYS_IS_IN, NONE, FW_INV),
  FW_OPTION_BARE("physdev-is-out", PHYS_IS_OUT, NONE, FW_INV),
  FW_OPTION_BARE("physdev-is-bridged", PHYS_IS_BRIDGED, NONE, FW_INV),
  FW_OPTION_END,
};

const fw_match_ops fw_match_physdev = {
  .name = "physdev",
  .id = FW_MATCH_physdev,
  .size = sizeof(fw_physdev),
  .given = FW_BITS(fw_physdev, given),
  .invert = FW_BITS(fw_physdev, invert),
  .options = physdev_options,
  .parse = physdev_parse,
  .check = physdev_check,
  .save = physdev_save,
};

/* -- devgroup, realm -- */

enum { GROUP_SOURCE, GROUP_DESTINATION };

static const fw_option devgroup_options[] = {
  FW_OPTION("src-group", GROUP_SOURCE, MARK, FW_INV | FW_SAVE, fw_devgroup, source),
  FW_OPTION("dst-group", GROUP_DESTINATION, MARK, FW_INV | FW_SAVE, fw_devgroup, destination),
  FW_OPTION_END,
};

static gboolean given_check(fw_parse *p) { return p->given != 0 || fw_parse_fail(p, "expected one of its options"); }

const fw_match_ops fw_match_devgroup = {
  .name = "devgroup",
  .id = FW_MATCH_devgroup,
  .size = sizeof(fw_devgroup),
  .given = FW_BITS(fw_devgroup, given),
  .invert = FW_BITS(fw_devgroup, invert),
  .options = devgroup_options,
  .check = given_check,
};

static const fw_option realm_options[] = {
  FW_OPTION("realm", 0, MARK, FW_REQ | FW_INV | FW_SAVE, fw_realm, id),
  FW_OPTION_END,
};

const fw_match_ops fw_match_realm = {
  .name = "realm",
  .id = FW_MATCH_realm,
  .size = sizeof(fw_realm),
  .bounds = { .families = 1 << FW_IPV4,
              .hooks = 1 << FW_HOOK_INPUT | 1 << FW_HOOK_FORWARD | 1 << FW_HOOK_OUTPUT | 1 << FW_HOOK_POSTROUTING },
  .invert = FW_BITS(fw_realm, invert),
  .options = realm_options,
};

/* -- addrtype -- */

enum { TYPE_SOURCE, TYPE_DESTINATION, LIMIT_IN, LIMIT_OUT };

static const char *const address_types[] = { "UNSPEC",   "UNICAST",   "LOCAL",     "BROADCAST",
                                             "ANYCAST",  "MULTICAST", "BLACKHOLE", "UNREACHABLE",
                                             "PROHIBIT", "THROW",     "NAT",       "XRESOLVE" };

/* The beginning of a name will do; the first one in this order has it. */
static gboolean add_type(const char *part, gpointer user)
{
  guint i;

  for (i = 0; part[0] != '\0' && i < G_N_ELEMENTS(address_types); i++)
    if (g_ascii_strncasecmp(part, address_types[i], strlen(part)) == 0) {
      *(guint16 *)user |= 1 << i;
      return TRUE;
    }
  return FALSE;
}

static gboolean addrtype_parse(fw_parse *p)
{
  fw_addrtype *a = p->data;
  guint16 *types = p->option->id == TYPE_SOURCE ? &a->source : &a->destination;

  if (p->option->id > TYPE_DESTINATION || fw_each_part(p->arg, ',', add_type, types))
    return TRUE;
  return fw_parse_bad_value(p, "types of addresses: LOCAL, UNICAST, BROADCAST, MULTICAST, ...");
}

static gboolean addrtype_check(fw_parse *p)
{
  if ((p->given & (1 << TYPE_SOURCE | 1 << TYPE_DESTINATION)) == 0)
    return fw_parse_fail(p, "expected --src-type or --dst-type");
  return TRUE;
}

/* --limit-iface-in asks for a device that came in, so the places without one are excluded; and the other way round. */
static guint8 addrtype_hooks(const void *data)
{
  const fw_addrtype *a = data;

  if ((a->given & FW_ADDRTYPE_LIMIT_IN) != 0)
    return 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_INPUT | 1 << FW_HOOK_FORWARD;
  if ((a->given & FW_ADDRTYPE_LIMIT_OUT) != 0)
    return 1 << FW_HOOK_OUTPUT | 1 << FW_HOOK_POSTROUTING | 1 << FW_HOOK_FORWARD;
  return 0;
}

static void save_types(GString *out, const fw_addrtype *a, guint8 bit, const char *option, guint16 types)
{
  const char *separator = " ";
  guint i;

  if ((a->given & bit) == 0)
    return;
  fw_save_invert(out, (a->invert & bit) != 0);
  g_string_append_printf(out, " --%s", option);
  for (i = 0; i < G_N_ELEMENTS(address_types); i++)
    if ((types & 1 << i) != 0) {
      g_string_append_printf(out, "%s%s", separator, address_types[i]);
      separator = ",";
    }
}

static void addrtype_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_addrtype *a = m->data;

  save_types(out, a, FW_ADDRTYPE_SOURCE, "src-type", a->source);
  save_types(out, a, FW_ADDRTYPE_DESTINATION, "dst-type", a->destination);
  fw_save_options(out, family, m->ops->options, m->ops->given, m->ops->invert, a);
}

static const fw_option addrtype_options[] = {
  FW_OPTION_BARE("src-type", TYPE_SOURCE, STRING, FW_INV),
  FW_OPTION_BARE("dst-type", TYPE_DESTINATION, STRING, FW_INV),
  { .name = "limit-iface-in", .id = LIMIT_IN, .flags = FW_SHOW, .excluded = 1 << LIMIT_OUT },
  { .name = "limit-iface-out", .id = LIMIT_OUT, .flags = FW_SHOW, .excluded = 1 << LIMIT_IN },
  FW_OPTION_END,
};

const fw_match_ops fw_match_addrtype = {
  .name = "addrtype",
  .id = FW_MATCH_addrtype,
  .size = sizeof(fw_addrtype),
  .given = FW_BITS(fw_addrtype, given),
  .invert = FW_BITS(fw_addrtype, invert),
  .options = addrtype_options,
  .parse = addrtype_parse,
  .check = addrtype_check,
  .hooks = addrtype_hooks,
  .save = addrtype_save,
};

/* -- rpfilter -- */

static const fw_option rpfilter_options[] = {
  FW_OPTION_BARE("loose", 0, NONE, FW_SHOW),
  FW_OPTION_BARE("validmark", 1, NONE, FW_SHOW),
  FW_OPTION_BARE("accept-local", 2, NONE, FW_SHOW),
  FW_OPTION_BARE("invert", 3, NONE, FW_SHOW),
  FW_OPTION_END,
};

static gboolean rpfilter_check(fw_parse *p)
{
  return strcmp(p->table, "raw") == 0 || strcmp(p->table, "mangle") == 0 ||
         fw_parse_fail(p, "is for tables raw and mangle only");
}

const fw_match_ops fw_match_rpfilter = {
  .name = "rpfilter",
  .id = FW_MATCH_rpfilter,
  .size = sizeof(fw_rpfilter),
  .bounds = { .hooks = 1 << FW_HOOK_PREROUTING },
  .given = FW_BITS(fw_rpfilter, given),
  .options = rpfilter_options,
  .check = rpfilter_check,
};

/* -- iprange -- */

enum { RANGE_SOURCE, RANGE_DESTINATION };

static gboolean read_range(const char *text, fw_family family, fw_address range[2])
{
  char **ends = g_strsplit(text, "-", 2);
  gboolean ok = ends[0] != NULL && fw_read_address(ends[0], family, &range[0]);

  range[1] = range[0];
  if (ok && ends[1] != NULL)
    ok = fw_read_address(ends[1], family, &range[1]);
  g_strfreev(ends);
  return ok;
}

static gboolean iprange_parse(fw_parse *p)
{
  fw_iprange *r = p->data;

  if (read_range(p->arg, p->family, p->option->id == RANGE_SOURCE ? r->source : r->destination))
    return TRUE;
  return fw_parse_bad_value(p, "a range of addresses FIRST-LAST");
}

static void save_range(GString *out, fw_family family, const fw_iprange *r, guint8 bit, const char *option,
                       const fw_address range[2])
{
  if ((r->given & bit) == 0)
    return;
  fw_save_invert(out, (r->invert & bit) != 0);
  g_string_append_printf(out, " --%s ", option);
  fw_save_address(out, family, &range[0]);
  g_string_append_c(out, '-');
  fw_save_address(out, family, &range[1]);
}

static void iprange_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_iprange *r = m->data;

  save_range(out, family, r, FW_IPRANGE_SOURCE, "src-range", r->source);
  save_range(out, family, r, FW_IPRANGE_DESTINATION, "dst-range", r->destination);
}

static const fw_option iprange_options[] = {
  FW_OPTION_BARE("src-range", RANGE_SOURCE, STRING, FW_INV),
  FW_OPTION_BARE("dst-range", RANGE_DESTINATION, STRING, FW_INV),
  FW_OPTION_END,
};

const fw_match_ops fw_match_iprange = {
  .name = "iprange",
  .id = FW_MATCH_iprange,
  .size = sizeof(fw_iprange),
  .given = FW_BITS(fw_iprange, given),
  .invert = FW_BITS(fw_iprange, invert),
  .options = iprange_options,
  .parse = iprange_parse,
  .check = given_check,
  .save = iprange_save,
};
