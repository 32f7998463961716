/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small matches of single fields: ecn, ttl, hl, length, dscp, tos, tcpmss. */
#include "firewall/match/data.h"
#include "firewall/names.h"
#include "firewall/parse.h"
#include "firewall/save.h"

static const guint8 tcp_only[] = { 6, 0 };

/* -- ecn -- */

enum { ECT, ECE, CWR };

static const fw_option ecn_options[] = {
  FW_OPTION_BARE("ecn-tcp-ece", ECE, NONE, FW_INV | FW_SHOW),
  FW_OPTION_BARE("ecn-tcp-cwr", CWR, NONE, FW_INV | FW_SHOW),
  { .name = "ecn-ip-ect",
    .id = ECT,
    .type = FW_TYPE_U8,
    .flags = FW_INV | FW_SAVE,
    .max = 3,
    .offset = offsetof(fw_ecn, ect) },
  FW_OPTION_END,
};

static gboolean ecn_check(fw_parse *p)
{
  if (p->given == 0)
    return fw_parse_fail(p, "expected one of its options");
  if ((p->given & (1 << ECE | 1 << CWR)) != 0 &&
      (p->tests->protocol != 6 || (p->tests->invert & FW_TEST_PROTOCOL) != 0))
    return fw_parse_fail(p, "expected -p tcp");
  return TRUE;
}

const fw_match_ops fw_match_ecn = {
  .name = "ecn",
  .id = FW_MATCH_ecn,
  .size = sizeof(fw_ecn),
  .given = FW_BITS(fw_ecn, given),
  .invert = FW_BITS(fw_ecn, invert),
  .options = ecn_options,
  .check = ecn_check,
};

/* -- ttl, hl -- */

enum { LT, GT, EQ };

#define ONE_OF(name_, id_, flags_)                                                                               \
  {                                                                                                              \
    .name = name_, .id = id_, .type = FW_TYPE_U8, .flags = (flags_) | FW_PUT, .offset = offsetof(fw_ttl, value), \
    .excluded = 1 << LT | 1 << GT | 1 << EQ                                                                      \
  }

static const fw_option ttl_options[] = {
  ONE_OF("ttl-lt", LT, 0), ONE_OF("ttl-gt", GT, 0), ONE_OF("ttl-eq", EQ, FW_INV), ONE_OF("ttl", EQ, 0), FW_OPTION_END,
};

static const fw_option hl_options[] = {
  ONE_OF("hl-lt", LT, 0), ONE_OF("hl-gt", GT, 0), ONE_OF("hl-eq", EQ, FW_INV), ONE_OF("hl", EQ, 0), FW_OPTION_END,
};

static gboolean ttl_parse(fw_parse *p)
{
  static const guint8 compare[] = { [LT] = FW_COMPARE_LT, [GT] = FW_COMPARE_GT, [EQ] = FW_COMPARE_EQ };

  ((fw_ttl *)p->data)->compare = p->invert ? FW_COMPARE_NE : compare[p->option->id];
  return TRUE;
}

static gboolean ttl_check(fw_parse *p) { return p->given != 0 || fw_parse_fail(p, "expected one of its options"); }

static void ttl_save(const fw_match *m, fw_family family, GString *out)
{
  static const char *const words[] = {
    [FW_COMPARE_EQ] = "-eq", [FW_COMPARE_NE] = "-eq", [FW_COMPARE_LT] = "-lt", [FW_COMPARE_GT] = "-gt"
  };
  const fw_ttl *t = m->data;

  (void)family;
  fw_save_invert(out, t->compare == FW_COMPARE_NE);
  g_string_append_printf(out, " --%s%s %u", m->ops->name, words[t->compare], t->value);
}

const fw_match_ops fw_match_ttl = {
  .name = "ttl",
  .id = FW_MATCH_ttl,
  .size = sizeof(fw_ttl),
  .bounds = { .families = 1 << FW_IPV4 },
  .options = ttl_options,
  .parse = ttl_parse,
  .check = ttl_check,
  .save = ttl_save,
};

const fw_match_ops fw_match_hl = {
  .name = "hl",
  .id = FW_MATCH_hl,
  .size = sizeof(fw_ttl),
  .bounds = { .families = 1 << FW_IPV6 },
  .options = hl_options,
  .parse = ttl_parse,
  .check = ttl_check,
  .save = ttl_save,
};

/* -- length, tcpmss -- */

static const fw_option length_options[] = {
  FW_OPTION("length", 0, RANGE16, FW_REQ | FW_INV | FW_SAVE, fw_length, length),
  FW_OPTION_END,
};

const fw_match_ops fw_match_length = {
  .name = "length",
  .id = FW_MATCH_length,
  .size = sizeof(fw_length),
  .invert = FW_BITS(fw_length, invert),
  .options = length_options,
};

static const fw_option tcpmss_options[] = {
  FW_OPTION("mss", 0, RANGE16, FW_REQ | FW_INV | FW_SAVE, fw_tcpmss, mss),
  FW_OPTION_END,
};

const fw_match_ops fw_match_tcpmss = {
  .name = "tcpmss",
  .id = FW_MATCH_tcpmss,
  .size = sizeof(fw_tcpmss),
  .bounds = { .protocols = tcp_only },
  .invert = FW_BITS(fw_tcpmss, invert),
  .options = tcpmss_options,
};

/* -- dscp, tos -- */

enum { DSCP, CLASS };

static const fw_option dscp_options[] = {
  { .name = "dscp",
    .id = DSCP,
    .type = FW_TYPE_U8,
    .flags = FW_INV | FW_PUT,
    .max = 63,
    .offset = offsetof(fw_dscp, dscp),
    .excluded = 1 << CLASS },
  { .name = "dscp-class", .id = CLASS, .type = FW_TYPE_STRING, .flags = FW_INV, .excluded = 1 << DSCP },
  FW_OPTION_END,
};

static gboolean dscp_parse(fw_parse *p)
{
  fw_dscp *d = p->data;
  guint32 class;

  d->invert = p->invert;
  if (p->option->id != CLASS)
    return TRUE;
  if (!fw_name_find_caseless(fw_dscp_classes, p->arg, &class))
    return fw_parse_bad_value(p, "a class of DSCP: BE, EF, CS0 to CS7, AF11 to AF43");
  d->dscp = class;
  return TRUE;
}

static gboolean dscp_check(fw_parse *p) { return p->given != 0 || fw_parse_fail(p, "expected --dscp or --dscp-class"); }

static void dscp_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_dscp *d = m->data;

  (void)family;
  fw_save_invert(out, d->invert);
  g_string_append_printf(out, " --dscp 0x%02x", d->dscp);
}

const fw_match_ops fw_match_dscp = {
  .name = "dscp",
  .id = FW_MATCH_dscp,
  .size = sizeof(fw_dscp),
  .options = dscp_options,
  .parse = dscp_parse,
  .check = dscp_check,
  .save = dscp_save,
};

static const fw_option tos_options[] = {
  FW_OPTION("tos", 0, TOS, FW_REQ | FW_INV | FW_SAVE, fw_tos, value),
  FW_OPTION_END,
};

const fw_match_ops fw_match_tos = {
  .name = "tos",
  .id = FW_MATCH_tos,
  .size = sizeof(fw_tos),
  .invert = FW_BITS(fw_tos, invert),
  .options = tos_options,
};
