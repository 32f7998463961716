/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/targets.h"

#include <string.h>

#include "firewall/target/data.h"
#include "firewall/extension.h"

static void set_target(fw_ruleset *ruleset, fw_target *target, const char *name, fw_family family, gsize bytes)
{
  target->kind = FW_TARGET_EXTENSION;
  target->name = name;
  target->ops = fw_target_find(name, family);
  target->data = fw_ruleset_take(ruleset, bytes);
}

/* ---- reject ---- */

/* ICMP of IPv4, of IPv6 by a code that stands for both. */
static const struct {
  guint8 four_code, six_code;
} both[] = { { 0, 0 }, { 3, 4 }, { 1, 3 }, { 13, 1 } };

static gboolean code_of(const char *text, const char *type, guint8 *code)
{
  guint32 value;
  char *end;

  if (text == NULL)
    return FALSE;
  if (fw_nft_symbol_find(fw_nft_type_find(type), text, &value)) {
    *code = (guint8)value;
    return TRUE;
  }
  value = (guint32)g_ascii_strtoull(text, &end, 0);
  *code = (guint8)value;
  return *end == '\0' && end != text && value <= 255;
}

/* data[0] is the answer to IPv4, data[1] to IPv6. */
gboolean fw_nft_target_reject(fw_ruleset *ruleset, fw_nft_statement *s, guint8 family)
{
  const char *type = s->flags != NULL ? s->flags : family == 4 ? "icmp" : family == 6 ? "icmpv6" : "icmpx";
  const char *code = s->prefix != NULL ? s->prefix : "port-unreachable";
  fw_reject *answers;
  guint8 number = 0;

  set_target(ruleset, &s->target, "REJECT", FW_IPV4, 2 * sizeof *answers);
  answers = s->target.data;
  answers[0].with = answers[1].with = type;
  answers[0].kind = answers[1].kind = strcmp(type, "tcp reset") == 0 ? FW_REJECT_TCP_RESET : FW_REJECT_ICMP;
  answers[0].type = 3;
  answers[1].type = 1;
  s->family = strcmp(type, "icmp") == 0 ? 4 : strcmp(type, "icmpv6") == 0 ? 6 : 0;
  if (answers[0].kind == FW_REJECT_TCP_RESET)
    return TRUE;
  if (strcmp(type, "icmpx") == 0) {
    if (!code_of(code, "icmpx_code", &number) || number >= G_N_ELEMENTS(both))
      return FALSE;
    answers[0].code = both[number].four_code;
    answers[1].code = both[number].six_code;
    return TRUE;
  }
  if (s->family == 0 || !code_of(code, s->family == 4 ? "icmp_code" : "icmpv6_code", &number))
    return FALSE;
  answers[0].code = answers[1].code = number;
  return TRUE;
}

/* ---- log ---- */

static guint8 level_of(const char *name)
{
  static const char *const names[] = { "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug" };
  guint i;

  for (i = 0; name != NULL && i < G_N_ELEMENTS(names); i++)
    if (strcmp(names[i], name) == 0)
      return (guint8)i;
  return 4;
}

void fw_nft_target_log(fw_ruleset *ruleset, fw_nft_statement *s)
{
  static const struct {
    const char *name;
    guint8 bit;
  } flags[] = { { "tcp sequence", FW_LOG_TCP_SEQUENCE },
                { "tcp options", FW_LOG_TCP_OPTIONS },
                { "ip options", FW_LOG_IP_OPTIONS },
                { "skuid", FW_LOG_UID },
                { "ether", FW_LOG_MAC } };
  fw_log *log;
  guint i;

  set_target(ruleset, &s->target, s->group >= 0 ? "NFLOG" : "LOG", FW_IPV4, sizeof(fw_nflog) + sizeof(fw_log));
  if (s->group >= 0)
    return;
  log = s->target.data;
  log->prefix = s->prefix != NULL ? s->prefix : "";
  log->level = level_of(s->level);
  for (i = 0; s->flags != NULL && i < G_N_ELEMENTS(flags); i++)
    if (strstr(s->flags, flags[i].name) != NULL || strcmp(s->flags, "all") == 0)
      log->flags |= flags[i].bit;
}

/* ---- nat ---- */

static void constant_address(const fw_nft_expr *e, fw_nat *nat)
{
  guint n = e->n_bytes, i;

  if (e->kind != FW_NFT_VALUE && e->kind != FW_NFT_RANGE && e->kind != FW_NFT_PREFIX)
    return;
  nat->given |= FW_NAT_ADDRESS;
  memcpy(nat->from.bytes, e->value, n);
  memcpy(nat->to.bytes, e->kind == FW_NFT_RANGE ? e->value_to : e->value, n);
  for (i = e->n_bits; e->kind == FW_NFT_PREFIX && i < 8 * n; i++) {
    nat->from.bytes[i / 8] &= (guint8) ~(0x80 >> i % 8);
    nat->to.bytes[i / 8] |= (guint8)(0x80 >> i % 8);
  }
}

static void constant_port(const fw_nft_expr *e, fw_nat *nat)
{
  if (e->kind != FW_NFT_VALUE && e->kind != FW_NFT_RANGE)
    return;
  nat->given |= FW_NAT_PORTS;
  nat->ports.from = (guint16)fw_nft_number_of(e->value, 2);
  nat->ports.to = (guint16)fw_nft_number_of(e->kind == FW_NFT_RANGE ? e->value_to : e->value, 2);
}

void fw_nft_target_nat(fw_ruleset *ruleset, fw_nft_statement *s, guint8 family)
{
  static const char *const names[] = { "SNAT", "DNAT", "MASQUERADE", "REDIRECT" };
  fw_nat *nat;

  s->target_family = family;
  set_target(ruleset, &s->target, names[s->op], family == 6 ? FW_IPV6 : FW_IPV4, sizeof *nat);
  nat = s->target.data;
  if (s->left != NULL && s->left->kind == FW_NFT_CONCAT) {
    constant_address(s->left->parts[0], nat);
    constant_port(s->left->parts[1], nat);
  } else if (s->left != NULL) {
    constant_address(s->left, nat);
  }
  if (s->right != NULL)
    constant_port(s->right, nat);
  if (s->left != NULL && (nat->given & FW_NAT_ADDRESS) == 0)
    nat->given |= FW_NAT_COMPUTED;
  if (s->flags == NULL)
    return;
  nat->given |= strstr(s->flags, "fully-random") != NULL ? FW_NAT_RANDOM_FULLY
                : strstr(s->flags, "random") != NULL     ? FW_NAT_RANDOM
                                                         : 0;
  nat->given |= strstr(s->flags, "persistent") != NULL ? FW_NAT_PERSISTENT : 0;
}
