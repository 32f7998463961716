/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that decide on tracking and on answers: CT, NOTRACK, REJECT, SYNPROXY, TPROXY. */
#include <string.h>

#include "firewall/names.h"
#include "firewall/parse.h"
#include "firewall/save.h"
#include "firewall/target/data.h"

static const guint8 tcp_only[] = { 6, 0 };

/* -- CT, NOTRACK -- */

enum { CT_NOTRACK, CT_HELPER, CT_TIMEOUT, CT_EVENTS, CT_EXP_EVENTS, CT_ZONE, CT_ZONE_ORIG, CT_ZONE_REPLY };

/* In the order in which they are saved. */
static const fw_name events[] = {
  { "new", 0 },    { "related", 1 }, { "destroy", 2 },    { "reply", 3 },   { "assured", 4 }, { "protoinfo", 5 },
  { "helper", 6 }, { "mark", 7 },    { "natseqinfo", 8 }, { "secmark", 9 }, { "label", 10 },  { NULL, 0 },
};

static gboolean add_event(const char *part, gpointer user)
{
  guint32 event;

  if (!fw_name_find(events, part, &event))
    return FALSE;
  *(guint16 *)user |= 1 << event;
  return TRUE;
}

static gboolean parse_zone(fw_parse *p, fw_ct *c, guint8 direction)
{
  guint64 zone = 0;

  c->has_zone = TRUE;
  c->zone_dir = direction;
  c->zone_mark = g_ascii_strcasecmp(p->arg, "mark") == 0;
  if (!c->zone_mark && !fw_read_number(p->arg, NULL, &zone, 0, G_MAXUINT16))
    return fw_parse_bad_value(p, "a zone from 0 to 65535, or mark");
  c->zone = zone;
  return TRUE;
}

static gboolean ct_parse(fw_parse *p)
{
  fw_ct *c = p->data;

  switch (p->option->id) {
  case CT_NOTRACK: c->notrack = TRUE; return TRUE;
  case CT_EVENTS:
    c->has_events = TRUE;
    return fw_each_part(p->arg, ',', add_event, &c->events) ||
           fw_parse_bad_value(p, "events: new,related,destroy,reply,assured,protoinfo,helper,mark,natseqinfo,secmark");
  case CT_EXP_EVENTS:
    c->has_exp_events = TRUE;
    c->exp_events = 1;
    return strcmp(p->arg, "new") == 0 || fw_parse_bad_value(p, "new");
  case CT_ZONE: return parse_zone(p, c, FW_CT_ZONE_BOTH);
  case CT_ZONE_ORIG: return parse_zone(p, c, FW_CT_ZONE_ORIG);
  case CT_ZONE_REPLY: return parse_zone(p, c, FW_CT_ZONE_REPLY);
  default: return TRUE;
  }
}

/* The kernel's: helpers and timeouts are a protocol's own. */
static gboolean ct_check(fw_parse *p)
{
  const fw_ct *c = p->data;
  gboolean protocol = p->tests->protocol != 0 && (p->tests->invert & FW_TEST_PROTOCOL) == 0;

  if (c->helper != NULL && c->helper[0] != '\0' && !protocol)
    return fw_parse_fail(p, "--helper needs -p");
  return c->timeout == NULL || c->timeout[0] == '\0' || protocol || fw_parse_fail(p, "--timeout needs -p");
}

static void save_events(GString *out, const char *option, guint16 bits)
{
  const char *separator = " ";
  const fw_name *e;

  if (bits == 0)
    return;
  g_string_append_printf(out, " --%s", option);
  for (e = events; e->name != NULL; e++)
    if ((bits & 1 << e->number) != 0) {
      g_string_append_printf(out, "%s%s", separator, e->name);
      separator = ",";
    }
}

static void ct_save(const fw_target *t, fw_family family, GString *out)
{
  static const char *const zones[] = { "zone", "zone-orig", "zone-reply" };
  const fw_ct *c = t->data;

  (void)family;
  if (c->notrack)
    g_string_append(out, " --notrack");
  if (c->helper != NULL && c->helper[0] != '\0') {
    g_string_append(out, " --helper ");
    fw_save_bare(out, c->helper);
  }
  if (c->timeout != NULL && c->timeout[0] != '\0') {
    g_string_append(out, " --timeout ");
    fw_save_bare(out, c->timeout);
  }
  save_events(out, "ctevents", c->events);
  save_events(out, "expevents", c->exp_events);
  if (c->zone_mark)
    g_string_append_printf(out, " --%s mark", zones[c->zone_dir]);
  else if (c->zone != 0)
    g_string_append_printf(out, " --%s %u", zones[c->zone_dir], c->zone);
}

static const fw_option ct_options[] = {
  FW_OPTION_BARE("notrack", CT_NOTRACK, NONE, 0),
  { .name = "helper",
    .id = CT_HELPER,
    .type = FW_TYPE_STRING,
    .flags = FW_PUT,
    .max = 15,
    .offset = offsetof(fw_ct, helper) },
  { .name = "timeout",
    .id = CT_TIMEOUT,
    .type = FW_TYPE_STRING,
    .flags = FW_PUT,
    .max = 31,
    .offset = offsetof(fw_ct, timeout) },
  FW_OPTION_BARE("ctevents", CT_EVENTS, STRING, 0),
  FW_OPTION_BARE("expevents", CT_EXP_EVENTS, STRING, 0),
  FW_OPTION_BARE("zone-orig", CT_ZONE_ORIG, STRING, 0),
  FW_OPTION_BARE("zone-reply", CT_ZONE_REPLY, STRING, 0),
  FW_OPTION_BARE("zone", CT_ZONE, STRING, 0),
  FW_OPTION_END,
};

const fw_target_ops fw_target_CT = {
  .name = "CT",
  .id = FW_TARGET_ID_CT,
  .size = sizeof(fw_ct),
  .bounds = { .table = "raw" },
  .options = ct_options,
  .parse = ct_parse,
  .check = ct_check,
  .save = ct_save,
};

const fw_target_ops fw_target_NOTRACK = {
  .name = "NOTRACK",
  .id = FW_TARGET_ID_NOTRACK,
  .bounds = { .table = "raw" },
};

/* -- REJECT -- */

typedef struct reject_name {
  const char *name, *other;
  guint8 kind, type, code;
} reject_name;

/* In the order in which a beginning of a name is looked for. */
static const reject_name rejects4[] = {
  { "icmp-net-unreachable", "net-unreach", FW_REJECT_ICMP, 3, 0 },
  { "icmp-host-unreachable", "host-unreach", FW_REJECT_ICMP, 3, 1 },
  { "icmp-proto-unreachable", "proto-unreach", FW_REJECT_ICMP, 3, 2 },
  { "icmp-port-unreachable", "port-unreach", FW_REJECT_ICMP, 3, 3 },
  { "icmp-net-prohibited", "net-prohib", FW_REJECT_ICMP, 3, 9 },
  { "icmp-host-prohibited", "host-prohib", FW_REJECT_ICMP, 3, 10 },
  { "tcp-reset", "tcp-rst", FW_REJECT_TCP_RESET, 0, 0 },
  { "icmp-admin-prohibited", "admin-prohib", FW_REJECT_ICMP, 3, 13 },
};

static const reject_name rejects6[] = {
  { "icmp6-no-route", "no-route", FW_REJECT_ICMP, 1, 0 },
  { "icmp6-adm-prohibited", "adm-prohibited", FW_REJECT_ICMP, 1, 1 },
  { "icmp6-addr-unreachable", "addr-unreach", FW_REJECT_ICMP, 1, 3 },
  { "icmp6-port-unreachable", "port-unreach", FW_REJECT_ICMP, 1, 4 },
  { "tcp-reset", "tcp-reset", FW_REJECT_TCP_RESET, 0, 0 },
  { "icmp6-policy-fail", "policy-fail", FW_REJECT_ICMP, 1, 5 },
  { "icmp6-reject-route", "reject-route", FW_REJECT_ICMP, 1, 6 },
};

#define DEFAULT_REJECT 3

static const reject_name *rejects(fw_family family, guint *n)
{
  *n = family == FW_IPV6 ? G_N_ELEMENTS(rejects6) : G_N_ELEMENTS(rejects4);
  return family == FW_IPV6 ? rejects6 : rejects4;
}

static void put_reject(fw_reject *r, const reject_name *name)
{
  r->with = name->name;
  r->kind = name->kind;
  r->type = name->type;
  r->code = name->code;
}

static void reject_init(void *data, fw_family family)
{
  guint n;

  put_reject(data, &rejects(family, &n)[DEFAULT_REJECT]);
}

static gboolean reject_parse(fw_parse *p)
{
  guint n, i;
  const reject_name *names = rejects(p->family, &n);

  for (i = 0; p->arg[0] != '\0' && i < n; i++)
    if (g_ascii_strncasecmp(names[i].name, p->arg, strlen(p->arg)) == 0 ||
        g_ascii_strncasecmp(names[i].other, p->arg, strlen(p->arg)) == 0) {
      put_reject(p->data, &names[i]);
      return TRUE;
    }
  return fw_parse_bad_value(p, "tcp-reset, icmp-port-unreachable or another of REJECT's answers");
}

static gboolean reject_check(fw_parse *p)
{
  const fw_reject *r = p->data;

  return r->kind != FW_REJECT_TCP_RESET || (p->tests->protocol == 6 && (p->tests->invert & FW_TEST_PROTOCOL) == 0) ||
         fw_parse_fail(p, "tcp-reset needs -p tcp");
}

static void reject_save(const fw_target *t, fw_family family, GString *out)
{
  (void)family;
  g_string_append_printf(out, " --reject-with %s", ((const fw_reject *)t->data)->with);
}

static const fw_option reject_options[] = { FW_OPTION_BARE("reject-with", 0, STRING, 0), FW_OPTION_END };

const fw_target_ops fw_target_REJECT = {
  .name = "REJECT",
  .id = FW_TARGET_ID_REJECT,
  .size = sizeof(fw_reject),
  .bounds = { .table = "filter", .hooks = 1 << FW_HOOK_INPUT | 1 << FW_HOOK_FORWARD | 1 << FW_HOOK_OUTPUT },
  .options = reject_options,
  .init = reject_init,
  .parse = reject_parse,
  .check = reject_check,
  .save = reject_save,
};

/* -- SYNPROXY -- */

enum { MSS, WSCALE, SACK, TIMESTAMP, PROXY_ECN };

static gboolean synproxy_parse(fw_parse *p)
{
  fw_synproxy *s = p->data;

  if (p->option->id == WSCALE)
    s->wscale = p->value.u32;
  if (p->option->id == MSS)
    s->mss = p->value.u32;
  return TRUE;
}

static void synproxy_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_synproxy *s = t->data;

  (void)family;
  if ((s->given & FW_SYNPROXY_SACK) != 0)
    g_string_append(out, " --sack-perm");
  if ((s->given & FW_SYNPROXY_TIMESTAMP) != 0)
    g_string_append(out, " --timestamp");
  if ((s->given & FW_SYNPROXY_WSCALE) != 0)
    g_string_append_printf(out, " --wscale %u", s->wscale);
  if ((s->given & FW_SYNPROXY_MSS) != 0)
    g_string_append_printf(out, " --mss %u", s->mss);
  if ((s->given & FW_SYNPROXY_ECN) != 0)
    g_string_append(out, " --ecn");
}

static const fw_option synproxy_options[] = {
  FW_OPTION_BARE("sack-perm", SACK, NONE, 0), FW_OPTION_BARE("timestamp", TIMESTAMP, NONE, 0),
  FW_OPTION_BARE("wscale", WSCALE, U32, 0),   FW_OPTION_BARE("mss", MSS, U32, 0),
  FW_OPTION_BARE("ecn", PROXY_ECN, NONE, 0),  FW_OPTION_END,
};

const fw_target_ops fw_target_SYNPROXY = {
  .name = "SYNPROXY",
  .id = FW_TARGET_ID_SYNPROXY,
  .size = sizeof(fw_synproxy),
  .bounds = { .hooks = 1 << FW_HOOK_INPUT | 1 << FW_HOOK_FORWARD, .protocols = tcp_only },
  .given = FW_BITS(fw_synproxy, given),
  .options = synproxy_options,
  .parse = synproxy_parse,
  .save = synproxy_save,
};

/* -- TPROXY -- */

enum { ON_PORT, ON_IP, TPROXY_MARK };

static const guint8 tcp_udp[] = { 6, 17, 0 };

static gboolean tproxy_parse(fw_parse *p)
{
  ((fw_tproxy *)p->data)->has_address |= p->option->id == ON_IP;
  return TRUE;
}

static void tproxy_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_tproxy *x = t->data;

  g_string_append_printf(out, " --on-port %u --on-ip ", x->port);
  fw_save_address(out, family, &x->address);
  g_string_append_printf(out, " --tproxy-mark 0x%x/0x%x", x->mark.value, x->mark.mask);
}

static const fw_option tproxy_options[] = {
  FW_OPTION("on-port", ON_PORT, PORT, FW_REQ | FW_PUT, fw_tproxy, port),
  FW_OPTION("on-ip", ON_IP, ADDRESS, FW_PUT, fw_tproxy, address),
  FW_OPTION("tproxy-mark", TPROXY_MARK, MARK, FW_PUT, fw_tproxy, mark),
  FW_OPTION_END,
};

const fw_target_ops fw_target_TPROXY = {
  .name = "TPROXY",
  .id = FW_TARGET_ID_TPROXY,
  .size = sizeof(fw_tproxy),
  .bounds = { .table = "mangle", .hooks = 1 << FW_HOOK_PREROUTING, .protocols = tcp_udp },
  .options = tproxy_options,
  .parse = tproxy_parse,
  .save = tproxy_save,
};
