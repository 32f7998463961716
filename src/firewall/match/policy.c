/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m policy: what IPsec did or will do with a packet. */
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

enum { DIRECTION, POL, STRICT, REQID, SPI, TUNNEL_SRC, TUNNEL_DST, PROTO, MODE, NEXT };

static const struct {
  guint8 number;
  const char *name;
} protocols[] = { { 50, "esp" }, { 51, "ah" }, { 108, "ipcomp" } };

static gboolean choose(fw_parse *p, const char *no, const char *yes, gboolean *value)
{
  *value = strcmp(p->arg, yes) == 0;
  return *value || strcmp(p->arg, no) == 0 || fw_parse_fail(p, "expected %s or %s, found \"%s\"", no, yes, p->arg);
}

/* The bit of an element's field; each may be given once in an element. */
static guint8 field_bit(guint8 id)
{
  switch (id) {
  case REQID: return FW_POLICY_REQID;
  case SPI: return FW_POLICY_SPI;
  case PROTO: return FW_POLICY_PROTO;
  case MODE: return FW_POLICY_MODE;
  case TUNNEL_SRC: return FW_POLICY_SADDR;
  default: return FW_POLICY_DADDR;
  }
}

static gboolean parse_field(fw_parse *p, fw_policy_match *m)
{
  guint8 bit = field_bit(p->option->id);

  if ((m->elements[m->n].given & bit) != 0)
    return fw_parse_fail(p, "given twice");
  m->elements[m->n].given |= bit;
  if (p->invert)
    m->elements[m->n].invert |= bit;
  switch (p->option->id) {
  case REQID: m->elements[m->n].reqid = p->value.u32; return TRUE;
  case SPI: m->elements[m->n].spi = p->value.u32; return TRUE;
  case MODE: return choose(p, "transport", "tunnel", &m->elements[m->n].tunnel);
  case TUNNEL_SRC: memcpy(m->elements[m->n].source, p->value.network, sizeof p->value.network); return TRUE;
  case TUNNEL_DST: memcpy(m->elements[m->n].destination, p->value.network, sizeof p->value.network); return TRUE;
  default:
    m->elements[m->n].proto = p->value.u8;
    return p->value.u8 == 50 || p->value.u8 == 51 || p->value.u8 == 108 || fw_parse_bad_value(p, "ah, esp or ipcomp");
  }
}

static gboolean parse(fw_parse *p)
{
  fw_policy_match *m = p->data;
  gboolean ipsec;

  switch (p->option->id) {
  case DIRECTION: return choose(p, "in", "out", &m->out);
  case POL:
    if (!choose(p, "none", "ipsec", &ipsec))
      return FALSE;
    m->none = !ipsec;
    return TRUE;
  case STRICT: m->strict = TRUE; return TRUE;
  case NEXT: return ++m->n < FW_POLICY_ELEMENTS || fw_parse_fail(p, "expected at most 4 elements");
  default: return parse_field(p, m);
  }
}

static gboolean check(fw_parse *p)
{
  fw_policy_match *m = p->data;
  guint i;

  if ((p->given & 1 << DIRECTION) == 0)
    return fw_parse_fail(p, "expected --dir");
  if (m->none && (m->strict || m->n > 0))
    return fw_parse_fail(p, "--pol none has no --strict and no --next");
  if (!m->none)
    m->n++;
  for (i = 0; i < m->n; i++) {
    gboolean tunnel = m->elements[i].tunnel == ((m->elements[i].invert & FW_POLICY_MODE) == 0);

    if (m->strict && m->elements[i].given == 0)
      return fw_parse_fail(p, "expected an option in each element of --strict");
    if ((m->elements[i].given & (FW_POLICY_SADDR | FW_POLICY_DADDR)) != 0 && !tunnel)
      return fw_parse_fail(p, "--tunnel-src and --tunnel-dst need --mode tunnel");
  }
  return TRUE;
}

static void save_network(GString *out, fw_family family, const fw_policy_match *m, guint i, guint8 bit,
                         const char *option, const fw_address network[2])
{
  if ((m->elements[i].given & bit) == 0)
    return;
  fw_save_invert(out, (m->elements[i].invert & bit) != 0);
  g_string_append_printf(out, " --%s ", option);
  fw_save_address(out, family, &network[0]);
  fw_save_mask(out, family, &network[1]);
}

static void save_element(GString *out, fw_family family, const fw_policy_match *m, guint i)
{
  guint8 given = m->elements[i].given, invert = m->elements[i].invert;
  guint j;

  if ((given & FW_POLICY_REQID) != 0) {
    fw_save_invert(out, (invert & FW_POLICY_REQID) != 0);
    g_string_append_printf(out, " --reqid %u", m->elements[i].reqid);
  }
  if ((given & FW_POLICY_SPI) != 0) {
    fw_save_invert(out, (invert & FW_POLICY_SPI) != 0);
    g_string_append_printf(out, " --spi 0x%x", m->elements[i].spi);
  }
  if ((given & FW_POLICY_PROTO) != 0) {
    fw_save_invert(out, (invert & FW_POLICY_PROTO) != 0);
    for (j = 0; j < G_N_ELEMENTS(protocols); j++)
      if (protocols[j].number == m->elements[i].proto)
        g_string_append_printf(out, " --proto %s", protocols[j].name);
  }
  if ((given & FW_POLICY_MODE) != 0) {
    fw_save_invert(out, (invert & FW_POLICY_MODE) != 0);
    g_string_append_printf(out, " --mode %s", m->elements[i].tunnel ? "tunnel" : "transport");
  }
  save_network(out, family, m, i, FW_POLICY_DADDR, "tunnel-dst", m->elements[i].destination);
  save_network(out, family, m, i, FW_POLICY_SADDR, "tunnel-src", m->elements[i].source);
}

static void save(const fw_match *match, fw_family family, GString *out)
{
  const fw_policy_match *m = match->data;
  guint i;

  g_string_append_printf(out, " --dir %s --pol %s", m->out ? "out" : "in", m->none ? "none" : "ipsec");
  if (m->strict)
    g_string_append(out, " --strict");
  for (i = 0; i < m->n; i++) {
    save_element(out, family, m, i);
    if (i + 1 < m->n)
      g_string_append(out, " --next");
  }
}

static guint8 hooks(const void *data)
{
  return ((const fw_policy_match *)data)->out ? 1 << FW_HOOK_FORWARD | 1 << FW_HOOK_OUTPUT | 1 << FW_HOOK_POSTROUTING
                                              : 1 << FW_HOOK_PREROUTING | 1 << FW_HOOK_INPUT | 1 << FW_HOOK_FORWARD;
}

#define FIELD (FW_INV | FW_OPTION_REPEATABLE)

static const fw_option options[] = {
  FW_OPTION_BARE("dir", DIRECTION, STRING, 0),
  FW_OPTION_BARE("pol", POL, STRING, 0),
  FW_OPTION_BARE("strict", STRICT, NONE, 0),
  FW_OPTION_BARE("reqid", REQID, U32, FIELD),
  FW_OPTION_BARE("spi", SPI, U32, FIELD),
  FW_OPTION_BARE("tunnel-src", TUNNEL_SRC, NETWORK, FIELD),
  FW_OPTION_BARE("tunnel-dst", TUNNEL_DST, NETWORK, FIELD),
  FW_OPTION_BARE("proto", PROTO, PROTOCOL, FIELD),
  FW_OPTION_BARE("mode", MODE, STRING, FIELD),
  { .name = "next", .id = NEXT, .flags = FW_OPTION_REPEATABLE, .needed = 1 << STRICT },
  FW_OPTION_END,
};

const fw_match_ops fw_match_policy = {
  .name = "policy",
  .id = FW_MATCH_policy,
  .size = sizeof(fw_policy_match),
  .options = options,
  .parse = parse,
  .check = check,
  .hooks = hooks,
  .save = save,
};
