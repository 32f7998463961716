/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m icmp, -m icmp6: types and codes, by number or name. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

typedef struct icmp_name {
  const char *name;
  guint8 type, from, to;
} icmp_name;

/* clang-format off */
static const icmp_name names4[] = {
  { "any", 255, 0, 255 },
  { "echo-reply", 0, 0, 255 }, { "pong", 0, 0, 255 },
  { "destination-unreachable", 3, 0, 255 },
  { "network-unreachable", 3, 0, 0 }, { "host-unreachable", 3, 1, 1 }, { "protocol-unreachable", 3, 2, 2 },
  { "port-unreachable", 3, 3, 3 }, { "fragmentation-needed", 3, 4, 4 }, { "source-route-failed", 3, 5, 5 },
  { "network-unknown", 3, 6, 6 }, { "host-unknown", 3, 7, 7 }, { "network-prohibited", 3, 9, 9 },
  { "host-prohibited", 3, 10, 10 }, { "TOS-network-unreachable", 3, 11, 11 }, { "TOS-host-unreachable", 3, 12, 12 },
  { "communication-prohibited", 3, 13, 13 }, { "host-precedence-violation", 3, 14, 14 },
  { "precedence-cutoff", 3, 15, 15 },
  { "source-quench", 4, 0, 255 },
  { "redirect", 5, 0, 255 }, { "network-redirect", 5, 0, 0 }, { "host-redirect", 5, 1, 1 },
  { "TOS-network-redirect", 5, 2, 2 }, { "TOS-host-redirect", 5, 3, 3 },
  { "echo-request", 8, 0, 255 }, { "ping", 8, 0, 255 },
  { "router-advertisement", 9, 0, 255 }, { "router-solicitation", 10, 0, 255 },
  { "time-exceeded", 11, 0, 255 }, { "ttl-exceeded", 11, 0, 255 },
  { "ttl-zero-during-transit", 11, 0, 0 }, { "ttl-zero-during-reassembly", 11, 1, 1 },
  { "parameter-problem", 12, 0, 255 }, { "ip-header-bad", 12, 0, 0 }, { "required-option-missing", 12, 1, 1 },
  { "timestamp-request", 13, 0, 255 }, { "timestamp-reply", 14, 0, 255 },
  { "info-request", 15, 0, 255 }, { "info-reply", 16, 0, 255 },
  { "address-mask-request", 17, 0, 255 }, { "address-mask-reply", 18, 0, 255 },
  { NULL, 0, 0, 0 }
};

static const icmp_name names6[] = {
  { "destination-unreachable", 1, 0, 255 },
  { "no-route", 1, 0, 0 }, { "communication-prohibited", 1, 1, 1 }, { "beyond-scope", 1, 2, 2 },
  { "address-unreachable", 1, 3, 3 }, { "port-unreachable", 1, 4, 4 }, { "failed-policy", 1, 5, 5 },
  { "reject-route", 1, 6, 6 },
  { "packet-too-big", 2, 0, 255 },
  { "time-exceeded", 3, 0, 255 }, { "ttl-exceeded", 3, 0, 255 },
  { "ttl-zero-during-transit", 3, 0, 0 }, { "ttl-zero-during-reassembly", 3, 1, 1 },
  { "parameter-problem", 4, 0, 255 }, { "bad-header", 4, 0, 0 }, { "unknown-header-type", 4, 1, 1 },
  { "unknown-option", 4, 2, 2 },
  { "echo-request", 128, 0, 255 }, { "ping", 128, 0, 255 },
  { "echo-reply", 129, 0, 255 }, { "pong", 129, 0, 255 },
  { "mld-listener-query", 130, 0, 255 }, { "mld-listener-report", 131, 0, 255 },
  { "mld-listener-done", 132, 0, 255 }, { "mld-listener-reduction", 132, 0, 255 },
  { "router-solicitation", 133, 0, 255 }, { "router-advertisement", 134, 0, 255 },
  { "neighbour-solicitation", 135, 0, 255 }, { "neighbor-solicitation", 135, 0, 255 },
  { "neighbour-advertisement", 136, 0, 255 }, { "neighbor-advertisement", 136, 0, 255 },
  { "redirect", 137, 0, 255 },
  { NULL, 0, 0, 0 }
};
/* clang-format on */

static const guint8 icmp_only[] = { 1, 0 };
static const guint8 icmp6_only[] = { 58, 0 };

/* "a" or "a:b", up to 255. => where reading stopped; NULL: no number. */
static const char *read_range(const char *text, guint64 range[2])
{
  const char *end;

  if (!fw_read_number(text, &end, &range[0], 0, 255))
    return NULL;
  range[1] = range[0];
  if (*end == ':' && !fw_read_number(end + 1, &end, &range[1], 0, 255))
    return NULL;
  return end;
}

/* The beginning of a name will do, if it is nobody else's. => n: how many there are. */
static const icmp_name *find_name(const icmp_name *names, const char *text, guint *n)
{
  const icmp_name *found = NULL;

  *n = 0;
  for (; text[0] != '\0' && names->name != NULL; names++)
    if (g_ascii_strncasecmp(names->name, text, strlen(text)) == 0) {
      found = names;
      (*n)++;
    }
  return found;
}

static gboolean parse_type(fw_parse *p, const icmp_name *names)
{
  fw_icmp *icmp = p->data;
  guint n;
  const icmp_name *name = find_name(names, p->arg, &n);
  guint64 type[2], code[2] = { 0, 255 };
  const char *end;

  icmp->invert = p->invert;
  if (n > 1)
    return fw_parse_bad_value(p, "a name that only one type has");
  if (name != NULL) {
    icmp->type = name->type;
    icmp->code_from = name->from;
    icmp->code_to = name->to;
    return TRUE;
  }
  end = read_range(p->arg, type);
  if (end != NULL && *end == '/')
    end = read_range(end + 1, code);
  if (end == NULL || *end != '\0' || type[0] != type[1])
    return fw_parse_bad_value(p, "a type, a type/code, or a type's name");
  icmp->type = type[0];
  icmp->code_from = code[0];
  icmp->code_to = code[1];
  return TRUE;
}

static gboolean parse4(fw_parse *p) { return parse_type(p, names4); }

static gboolean parse6(fw_parse *p) { return parse_type(p, names6); }

static void save_type(GString *out, const fw_icmp *icmp)
{
  g_string_append_printf(out, " %u", icmp->type);
  if (icmp->code_from != 0 || icmp->code_to != 255)
    g_string_append_printf(out, "/%u", icmp->code_from);
}

static void save4(const fw_match *m, fw_family family, GString *out)
{
  const fw_icmp *icmp = m->data;

  (void)family;
  fw_save_invert(out, icmp->invert);
  g_string_append(out, " --icmp-type");
  if (icmp->type == 255 && icmp->code_from == 0 && icmp->code_to == 255)
    g_string_append(out, " any");
  else
    save_type(out, icmp);
}

static void save6(const fw_match *m, fw_family family, GString *out)
{
  const fw_icmp *icmp = m->data;

  (void)family;
  fw_save_invert(out, icmp->invert);
  g_string_append(out, " --icmpv6-type");
  save_type(out, icmp);
}

static const fw_option options4[] = { FW_OPTION_BARE("icmp-type", 0, STRING, FW_REQ | FW_INV), FW_OPTION_END };
static const fw_option options6[] = { FW_OPTION_BARE("icmpv6-type", 0, STRING, FW_REQ | FW_INV), FW_OPTION_END };

const fw_match_ops fw_match_icmp = {
  .name = "icmp",
  .id = FW_MATCH_icmp,
  .size = sizeof(fw_icmp),
  .bounds = { .families = 1 << FW_IPV4, .protocols = icmp_only },
  .options = options4,
  .parse = parse4,
  .save = save4,
};

const fw_match_ops fw_match_icmp6 = {
  .name = "icmp6",
  .id = FW_MATCH_icmp6,
  .size = sizeof(fw_icmp),
  .bounds = { .families = 1 << FW_IPV6, .protocols = icmp6_only },
  .options = options6,
  .parse = parse6,
  .save = save6,
};
