/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets of address translation: SNAT, DNAT, MASQUERADE, REDIRECT, NETMAP, SNPT, DNPT. */
#include <string.h>

#include "firewall/parse.h"
#include "firewall/save.h"
#include "firewall/target/data.h"

enum { TO, RANDOM, RANDOM_FULLY, PERSISTENT };

static gboolean has_ports(const fw_parse *p)
{
  static const guint8 protocols[] = { 6, 17, 132, 33, 1 };

  return memchr(protocols, p->tests->protocol, sizeof protocols) != NULL;
}

/* "PORT[-PORT[/BASE]]": names only for a single port and for BASE. */
static gboolean read_ports(fw_parse *p, const char *text, fw_nat *n)
{
  const char *end;
  guint64 from, to;

  if (!has_ports(p))
    return fw_parse_fail(p, "expected -p tcp, udp, sctp or dccp for ports");
  n->given |= FW_NAT_PORTS;
  if (!fw_read_number(text, &end, &from, 0, G_MAXUINT16)) {
    n->ports.to = 0;
    if (!fw_read_port(text, &n->ports.from))
      return fw_parse_bad_value(p, "a port or a range of ports");
    n->ports.to = n->ports.from;
    return TRUE;
  }
  to = from;
  if (*end == '-' && !fw_read_number(end + 1, &end, &to, from, G_MAXUINT16))
    return fw_parse_bad_value(p, "a range of ports that goes up, to at most 65535");
  n->ports = (fw_range16){ from, to };
  if (*end == '/' && p->option->id == TO && to != from) {
    n->given |= FW_NAT_PORT_OFFSET;
    return (fw_read_port(end + 1, &n->base) && n->base != 0) || fw_parse_bad_value(p, "a base port from 1 to 65535");
  }
  return *end == '\0' || fw_parse_bad_value(p, "a port or a range of ports");
}

static gboolean read_range(fw_parse *p, char *text, fw_nat *n)
{
  char *dash = strchr(text, '-');

  n->given |= FW_NAT_ADDRESS;
  if (dash != NULL)
    *dash = '\0';
  if (!fw_read_address(text, p->family, &n->from))
    return fw_parse_bad_value(p, "an address or a range of them");
  n->to = n->from;
  return dash == NULL || fw_read_address(dash + 1, p->family, &n->to) || fw_parse_bad_value(p, "a range of addresses");
}

/* "[ADDRESS[-ADDRESS]][:PORTS]"; IPv6 with ports in brackets. */
static gboolean read_to(fw_parse *p, char *text, fw_nat *n)
{
  char *colon, *close;

  if (text[0] == '[') {
    close = strchr(text, ']');
    if (close == NULL || p->family != FW_IPV6)
      return fw_parse_bad_value(p, "an address, with ports behind ':'");
    *close = '\0';
    text++;
    colon = close[1] == ':' ? close + 1 : NULL;
    if (colon == NULL && close[1] != '\0')
      return fw_parse_bad_value(p, "an address, with ports behind ':'");
  } else {
    colon = strchr(text, ':');
    /* More than one: an IPv6 address. */
    if (colon != NULL && strchr(colon + 1, ':') != NULL)
      colon = NULL;
  }
  if (colon != NULL) {
    *colon = '\0';
    if (!read_ports(p, colon + 1, n))
      return FALSE;
  }
  return (text[0] == '\0' && colon != NULL) || read_range(p, text, n);
}

static gboolean parse_to(fw_parse *p)
{
  char *copy;
  gboolean ok;

  if (p->option->id != TO)
    return TRUE;
  copy = g_strdup(p->arg);
  ok = read_to(p, copy, p->data);
  g_free(copy);
  return ok;
}

static gboolean dnat_check(fw_parse *p)
{
  const fw_nat *n = p->data;

  return (n->given & FW_NAT_PORT_OFFSET) == 0 || n->base != 0 || fw_parse_fail(p, "expected a base port");
}

static gboolean parse_ports(fw_parse *p)
{
  fw_nat *n = p->data;

  if (p->option->id != TO)
    return TRUE;
  if (!read_ports(p, p->arg, n))
    return FALSE;
  return (n->given & FW_NAT_PORT_OFFSET) == 0 || fw_parse_bad_value(p, "a port or a range of ports");
}

static void save_ports(GString *out, const fw_nat *n)
{
  g_string_append_printf(out, "%u", n->ports.from);
  if (n->ports.to != n->ports.from)
    g_string_append_printf(out, "-%u", n->ports.to);
  if ((n->given & FW_NAT_PORT_OFFSET) != 0)
    g_string_append_printf(out, "/%u", n->base);
}

static void save_to(GString *out, fw_family family, const fw_nat *n)
{
  gboolean brackets = family == FW_IPV6 && (n->given & FW_NAT_PORTS) != 0;

  if ((n->given & FW_NAT_ADDRESS) != 0) {
    g_string_append(out, brackets ? "[" : "");
    fw_save_address(out, family, &n->from);
    if (memcmp(&n->from, &n->to, sizeof n->from) != 0) {
      g_string_append_c(out, '-');
      fw_save_address(out, family, &n->to);
    }
    g_string_append(out, brackets ? "]" : "");
  }
  if ((n->given & FW_NAT_PORTS) != 0) {
    g_string_append_c(out, ':');
    save_ports(out, n);
  }
}

static void save_flags(GString *out, const fw_nat *n)
{
  if ((n->given & FW_NAT_RANDOM) != 0)
    g_string_append(out, " --random");
  if ((n->given & FW_NAT_RANDOM_FULLY) != 0)
    g_string_append(out, " --random-fully");
  if ((n->given & FW_NAT_PERSISTENT) != 0)
    g_string_append(out, " --persistent");
}

static gboolean parse_flag(fw_parse *p)
{
  static const guint8 bits[] = {
    [RANDOM] = FW_NAT_RANDOM, [RANDOM_FULLY] = FW_NAT_RANDOM_FULLY, [PERSISTENT] = FW_NAT_PERSISTENT
  };

  if (p->option->id != TO)
    ((fw_nat *)p->data)->given |= bits[p->option->id];
  return TRUE;
}

static gboolean nat_parse(fw_parse *p) { return parse_flag(p) && parse_to(p); }

static gboolean port_parse(fw_parse *p) { return parse_flag(p) && parse_ports(p); }

static void snat_save(const fw_target *t, fw_family family, GString *out)
{
  g_string_append_printf(out, " --%s ", t->ops->options[0].name);
  save_to(out, family, t->data);
  save_flags(out, t->data);
}

static void port_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_nat *n = t->data;

  (void)family;
  if ((n->given & FW_NAT_PORTS) != 0) {
    g_string_append(out, " --to-ports ");
    save_ports(out, n);
  }
  save_flags(out, n);
}

static const fw_option snat_options[] = {
  FW_OPTION_BARE("to-source", TO, STRING, FW_REQ),
  FW_OPTION_BARE("random", RANDOM, NONE, 0),
  FW_OPTION_BARE("random-fully", RANDOM_FULLY, NONE, 0),
  FW_OPTION_BARE("persistent", PERSISTENT, NONE, 0),
  FW_OPTION_END,
};

static const fw_option dnat_options[] = {
  FW_OPTION_BARE("to-destination", TO, STRING, FW_REQ),
  FW_OPTION_BARE("random", RANDOM, NONE, 0),
  FW_OPTION_BARE("persistent", PERSISTENT, NONE, 0),
  FW_OPTION_END,
};

static const fw_option masquerade_options[] = {
  FW_OPTION_BARE("to-ports", TO, STRING, 0),
  FW_OPTION_BARE("random", RANDOM, NONE, 0),
  FW_OPTION_BARE("random-fully", RANDOM_FULLY, NONE, 0),
  FW_OPTION_END,
};

static const fw_option redirect_options[] = {
  FW_OPTION_BARE("to-ports", TO, STRING, 0),
  FW_OPTION_BARE("random", RANDOM, NONE, 0),
  FW_OPTION_END,
};

const fw_target_ops fw_target_SNAT = {
  .name = "SNAT",
  .id = FW_TARGET_ID_SNAT,
  .size = sizeof(fw_nat),
  .bounds = { .table = "nat", .hooks = 1 << FW_HOOK_POSTROUTING | 1 << FW_HOOK_INPUT },
  .options = snat_options,
  .parse = nat_parse,
  .save = snat_save,
};

const fw_target_ops fw_target_DNAT = {
  .name = "DNAT",
  .id = FW_TARGET_ID_DNAT,
  .size = sizeof(fw_nat),
  .bounds = { .table = "nat", .hooks = 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_OUTPUT },
  .options = dnat_options,
  .parse = nat_parse,
  .check = dnat_check,
  .save = snat_save,
};

const fw_target_ops fw_target_MASQUERADE = {
  .name = "MASQUERADE",
  .id = FW_TARGET_ID_MASQUERADE,
  .size = sizeof(fw_nat),
  .bounds = { .table = "nat", .hooks = 1 << FW_HOOK_POSTROUTING },
  .options = masquerade_options,
  .parse = port_parse,
  .save = port_save,
};

const fw_target_ops fw_target_REDIRECT = {
  .name = "REDIRECT",
  .id = FW_TARGET_ID_REDIRECT,
  .size = sizeof(fw_nat),
  .bounds = { .table = "nat", .hooks = 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_OUTPUT },
  .options = redirect_options,
  .parse = port_parse,
  .save = port_save,
};

/* -- NETMAP -- */

static gboolean netmap_parse(fw_parse *p)
{
  fw_netmap *n = p->data;

  n->address = p->value.network[0];
  n->mask = p->value.network[1];
  return TRUE;
}

static void netmap_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_netmap *n = t->data;

  g_string_append(out, " --to ");
  fw_save_network(out, family, &n->address, &n->mask);
}

static const fw_option netmap_options[] = { FW_OPTION_BARE("to", 0, NETWORK, FW_REQ), FW_OPTION_END };

const fw_target_ops fw_target_NETMAP = {
  .name = "NETMAP",
  .id = FW_TARGET_ID_NETMAP,
  .size = sizeof(fw_netmap),
  .bounds = { .table = "nat" },
  .options = netmap_options,
  .parse = netmap_parse,
  .save = netmap_save,
};

/* -- SNPT, DNPT -- */

enum { SRC_PFX, DST_PFX };

static gboolean npt_parse(fw_parse *p)
{
  fw_npt *n = p->data;
  int length = fw_mask_length(FW_IPV6, &p->value.network[1]);
  guint i;

  /* The checksum is made up for in the 16 bits behind a prefix of 48, or anywhere up to 64. */
  if (length < 0 || length > 64)
    return fw_parse_bad_value(p, "a prefix of at most 64 bits");
  for (i = 0; i < 4; i++)
    if ((p->value.network[0].words[i] & ~p->value.network[1].words[i]) != 0)
      return fw_parse_bad_value(p, "a prefix without bits behind it");
  if (p->option->id == SRC_PFX) {
    n->source = p->value.network[0];
    n->source_prefix = length;
  } else {
    n->destination = p->value.network[0];
    n->destination_prefix = length;
  }
  return TRUE;
}

static void npt_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_npt *n = t->data;

  g_string_append(out, " --src-pfx ");
  fw_save_address(out, family, &n->source);
  g_string_append_printf(out, "/%u --dst-pfx ", n->source_prefix);
  fw_save_address(out, family, &n->destination);
  g_string_append_printf(out, "/%u", n->destination_prefix);
}

static const fw_option npt_options[] = {
  FW_OPTION_BARE("src-pfx", SRC_PFX, NETWORK, FW_REQ),
  FW_OPTION_BARE("dst-pfx", DST_PFX, NETWORK, FW_REQ),
  FW_OPTION_END,
};

const fw_target_ops fw_target_SNPT = {
  .name = "SNPT",
  .id = FW_TARGET_ID_SNPT,
  .size = sizeof(fw_npt),
  .bounds = { .families = 1 << FW_IPV6, .table = "mangle", .hooks = 1 << FW_HOOK_INPUT | 1 << FW_HOOK_POSTROUTING },
  .options = npt_options,
  .parse = npt_parse,
  .save = npt_save,
};

const fw_target_ops fw_target_DNPT = {
  .name = "DNPT",
  .id = FW_TARGET_ID_DNPT,
  .size = sizeof(fw_npt),
  .bounds = { .families = 1 << FW_IPV6, .table = "mangle", .hooks = 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_OUTPUT },
  .options = npt_options,
  .parse = npt_parse,
  .save = npt_save,
};
