/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that write into headers: TOS, DSCP, TTL, HL, ECN, TCPMSS, TCPOPTSTRIP, CHECKSUM. */
#include <string.h>

#include "firewall/names.h"
#include "firewall/parse.h"
#include "firewall/save.h"
#include "firewall/target/data.h"

static const guint8 tcp_only[] = { 6, 0 };

/* -- TOS, DSCP -- */

enum { SET_TOS, AND_TOS, OR_TOS, XOR_TOS };

#define TOS_OPS (1 << SET_TOS | 1 << AND_TOS | 1 << OR_TOS | 1 << XOR_TOS)

static gboolean tos_parse(fw_parse *p)
{
  fw_set_tos *t = p->data;

  switch (p->option->id) {
  case SET_TOS: *t = (fw_set_tos){ p->value.tos[0], p->value.tos[1] }; break;
  case AND_TOS: *t = (fw_set_tos){ 0, ~p->value.u8 }; break;
  case OR_TOS: *t = (fw_set_tos){ p->value.u8, p->value.u8 }; break;
  default: *t = (fw_set_tos){ p->value.u8, 0 }; break;
  }
  return TRUE;
}

static gboolean given_check(fw_parse *p) { return p->given != 0 || fw_parse_fail(p, "expected one of its options"); }

static void tos_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_set_tos *tos = t->data;

  (void)family;
  g_string_append_printf(out, " --set-tos 0x%02x/0x%02x", tos->value, tos->mask);
}

static const fw_option tos_options[] = {
  { .name = "set-tos", .id = SET_TOS, .type = FW_TYPE_TOS, .excluded = TOS_OPS },
  { .name = "and-tos", .id = AND_TOS, .type = FW_TYPE_U8, .excluded = TOS_OPS },
  { .name = "or-tos", .id = OR_TOS, .type = FW_TYPE_U8, .excluded = TOS_OPS },
  { .name = "xor-tos", .id = XOR_TOS, .type = FW_TYPE_U8, .excluded = TOS_OPS },
  FW_OPTION_END,
};

const fw_target_ops fw_target_TOS = {
  .name = "TOS",
  .id = FW_TARGET_ID_TOS,
  .size = sizeof(fw_set_tos),
  .bounds = { .table = "mangle" },
  .options = tos_options,
  .parse = tos_parse,
  .check = given_check,
  .save = tos_save,
};

static gboolean dscp_parse(fw_parse *p)
{
  guint32 class;

  if (p->option->id == 0)
    return TRUE;
  if (!fw_name_find_caseless(fw_dscp_classes, p->arg, &class))
    return fw_parse_bad_value(p, "a class of DSCP: BE, EF, CS0 to CS7, AF11 to AF43");
  ((fw_set_dscp *)p->data)->dscp = class;
  return TRUE;
}

static void dscp_save(const fw_target *t, fw_family family, GString *out)
{
  (void)family;
  g_string_append_printf(out, " --set-dscp 0x%02x", ((const fw_set_dscp *)t->data)->dscp);
}

static const fw_option dscp_options[] = {
  { .name = "set-dscp",
    .id = 0,
    .type = FW_TYPE_U8,
    .flags = FW_PUT,
    .max = 63,
    .offset = offsetof(fw_set_dscp, dscp),
    .excluded = 1 << 1 },
  { .name = "set-dscp-class", .id = 1, .type = FW_TYPE_STRING, .excluded = 1 << 0 },
  FW_OPTION_END,
};

const fw_target_ops fw_target_DSCP = {
  .name = "DSCP",
  .id = FW_TARGET_ID_DSCP,
  .size = sizeof(fw_set_dscp),
  .bounds = { .table = "mangle" },
  .options = dscp_options,
  .parse = dscp_parse,
  .check = given_check,
  .save = dscp_save,
};

/* -- TTL, HL -- */

#define TTL_OPTION(name_, id_, min_)                                                                                   \
  {                                                                                                                    \
    .name = name_, .id = id_, .type = FW_TYPE_U8, .flags = FW_PUT, .min = min_, .offset = offsetof(fw_set_ttl, value), \
    .excluded = 1 << FW_TTL_SET | 1 << FW_TTL_INC | 1 << FW_TTL_DEC                                                    \
  }

static const fw_option ttl_options[] = {
  TTL_OPTION("ttl-set", FW_TTL_SET, 0),
  TTL_OPTION("ttl-inc", FW_TTL_INC, 1),
  TTL_OPTION("ttl-dec", FW_TTL_DEC, 1),
  FW_OPTION_END,
};

static const fw_option hl_options[] = {
  TTL_OPTION("hl-set", FW_TTL_SET, 0),
  TTL_OPTION("hl-inc", FW_TTL_INC, 1),
  TTL_OPTION("hl-dec", FW_TTL_DEC, 1),
  FW_OPTION_END,
};

static gboolean ttl_parse(fw_parse *p)
{
  ((fw_set_ttl *)p->data)->op = p->option->id;
  return TRUE;
}

static void ttl_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_set_ttl *ttl = t->data;

  (void)family;
  g_string_append_printf(out, " --%s %u", t->ops->options[ttl->op].name, ttl->value);
}

const fw_target_ops fw_target_TTL = {
  .name = "TTL",
  .id = FW_TARGET_ID_TTL,
  .size = sizeof(fw_set_ttl),
  .bounds = { .families = 1 << FW_IPV4, .table = "mangle" },
  .options = ttl_options,
  .parse = ttl_parse,
  .check = given_check,
  .save = ttl_save,
};

const fw_target_ops fw_target_HL = {
  .name = "HL",
  .id = FW_TARGET_ID_HL,
  .size = sizeof(fw_set_ttl),
  .bounds = { .families = 1 << FW_IPV6, .table = "mangle" },
  .options = hl_options,
  .parse = ttl_parse,
  .check = given_check,
  .save = ttl_save,
};

/* -- ECN -- */

enum { REMOVE, SET_CWR, SET_ECE, SET_ECT };

static gboolean ecn_parse(fw_parse *p)
{
  fw_set_ecn *e = p->data;

  switch (p->option->id) {
  case REMOVE: e->given |= FW_SET_ECN_ECE | FW_SET_ECN_CWR; break;
  case SET_CWR: e->given |= FW_SET_ECN_CWR; break;
  case SET_ECE: e->given |= FW_SET_ECN_ECE; break;
  default: e->given |= FW_SET_ECN_ECT; break;
  }
  return TRUE;
}

static gboolean ecn_check(fw_parse *p)
{
  const fw_set_ecn *e = p->data;

  if (p->given == 0)
    return fw_parse_fail(p, "expected one of its options");
  if ((e->given & (FW_SET_ECN_ECE | FW_SET_ECN_CWR)) != 0 &&
      (p->tests->protocol != 6 || (p->tests->invert & FW_TEST_PROTOCOL) != 0))
    return fw_parse_fail(p, "expected -p tcp");
  return TRUE;
}

static void ecn_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_set_ecn *e = t->data;

  (void)family;
  if (e->given == (FW_SET_ECN_ECE | FW_SET_ECN_CWR) && e->ece == 0 && e->cwr == 0) {
    g_string_append(out, " --ecn-tcp-remove");
    return;
  }
  if ((e->given & FW_SET_ECN_ECE) != 0)
    g_string_append_printf(out, " --ecn-tcp-ece %u", e->ece);
  if ((e->given & FW_SET_ECN_CWR) != 0)
    g_string_append_printf(out, " --ecn-tcp-cwr %u", e->cwr);
  if ((e->given & FW_SET_ECN_ECT) != 0)
    g_string_append_printf(out, " --ecn-ip-ect %u", e->ect);
}

static const fw_option ecn_options[] = {
  { .name = "ecn-tcp-remove", .id = REMOVE, .excluded = 1 << SET_CWR | 1 << SET_ECE },
  { .name = "ecn-tcp-cwr",
    .id = SET_CWR,
    .type = FW_TYPE_U8,
    .flags = FW_PUT,
    .max = 1,
    .offset = offsetof(fw_set_ecn, cwr),
    .excluded = 1 << REMOVE },
  { .name = "ecn-tcp-ece",
    .id = SET_ECE,
    .type = FW_TYPE_U8,
    .flags = FW_PUT,
    .max = 1,
    .offset = offsetof(fw_set_ecn, ece),
    .excluded = 1 << REMOVE },
  { .name = "ecn-ip-ect",
    .id = SET_ECT,
    .type = FW_TYPE_U8,
    .flags = FW_PUT,
    .max = 3,
    .offset = offsetof(fw_set_ecn, ect) },
  FW_OPTION_END,
};

const fw_target_ops fw_target_ECN = {
  .name = "ECN",
  .id = FW_TARGET_ID_ECN,
  .size = sizeof(fw_set_ecn),
  .bounds = { .families = 1 << FW_IPV4, .table = "mangle" },
  .options = ecn_options,
  .parse = ecn_parse,
  .check = ecn_check,
  .save = ecn_save,
};

/* -- TCPMSS, TCPOPTSTRIP, CHECKSUM -- */

static gboolean tcpmss_parse(fw_parse *p)
{
  fw_set_tcpmss *m = p->data;

  if (p->option->id == 1)
    m->clamp = TRUE;
  else if (m->mss > G_MAXUINT16 - (p->family == FW_IPV6 ? 40 : 20))
    return fw_parse_bad_value(p, "a size that leaves room for the IP header");
  return TRUE;
}

/* The MTU is that of the way out. */
static guint8 tcpmss_hooks(const void *data)
{
  return ((const fw_set_tcpmss *)data)->clamp ? 1 << FW_HOOK_FORWARD | 1 << FW_HOOK_OUTPUT | 1 << FW_HOOK_POSTROUTING
                                              : 0;
}

static void tcpmss_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_set_tcpmss *m = t->data;

  (void)family;
  if (m->clamp)
    g_string_append(out, " --clamp-mss-to-pmtu");
  else
    g_string_append_printf(out, " --set-mss %u", m->mss);
}

static const fw_option tcpmss_options[] = {
  FW_OPTION("set-mss", 0, U16, FW_PUT, fw_set_tcpmss, mss),
  FW_OPTION_BARE("clamp-mss-to-pmtu", 1, NONE, 0),
  FW_OPTION_END,
};

const fw_target_ops fw_target_TCPMSS = {
  .name = "TCPMSS",
  .id = FW_TARGET_ID_TCPMSS,
  .size = sizeof(fw_set_tcpmss),
  .bounds = { .protocols = tcp_only },
  .options = tcpmss_options,
  .parse = tcpmss_parse,
  .check = given_check,
  .hooks = tcpmss_hooks,
  .save = tcpmss_save,
};

static const fw_name option_names[] = {
  { "wscale", 3 }, { "mss", 2 }, { "sack-permitted", 4 }, { "sack", 5 }, { "timestamp", 8 }, { "md5", 19 }, { NULL, 0 },
};

static gboolean add_option(const char *part, gpointer user)
{
  fw_tcpoptstrip *s = user;
  guint32 named;
  guint64 option;

  if (fw_name_find(option_names, part, &named))
    option = named;
  else if (!fw_read_number(part, NULL, &option, 2, 255))
    return FALSE;
  if ((s->options[option / 32] & (guint32)1 << option % 32) != 0)
    return FALSE;
  s->options[option / 32] |= (guint32)1 << option % 32;
  return TRUE;
}

static gboolean strip_parse(fw_parse *p)
{
  return fw_each_part(p->arg, ',', add_option, p->data) ||
         fw_parse_bad_value(p, "TCP options from 2 on, each once, by number or name");
}

static void strip_save(const fw_target *t, fw_family family, GString *out)
{
  const fw_tcpoptstrip *s = t->data;
  const char *separator = " --strip-options ";
  guint i;

  (void)family;
  for (i = 0; i < 256; i++)
    if ((s->options[i / 32] & (guint32)1 << i % 32) != 0) {
      g_string_append_printf(out, "%s%u", separator, i);
      separator = ",";
    }
}

static const fw_option strip_options[] = { FW_OPTION_BARE("strip-options", 0, STRING, 0), FW_OPTION_END };

const fw_target_ops fw_target_TCPOPTSTRIP = {
  .name = "TCPOPTSTRIP",
  .id = FW_TARGET_ID_TCPOPTSTRIP,
  .size = sizeof(fw_tcpoptstrip),
  .bounds = { .table = "mangle", .protocols = tcp_only },
  .options = strip_options,
  .parse = strip_parse,
  .save = strip_save,
};

static void checksum_save(const fw_target *t, fw_family family, GString *out)
{
  (void)t;
  (void)family;
  g_string_append(out, " --checksum-fill");
}

static const fw_option checksum_options[] = { FW_OPTION_BARE("checksum-fill", 0, NONE, FW_REQ), FW_OPTION_END };

const fw_target_ops fw_target_CHECKSUM = {
  .name = "CHECKSUM",
  .id = FW_TARGET_ID_CHECKSUM,
  .bounds = { .table = "mangle" },
  .harmless = TRUE,
  .options = checksum_options,
  .save = checksum_save,
};
