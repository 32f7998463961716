/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "firewall/nft/text.h"
#include "firewall/nft/value.h"

/* ---- units ---- */

/* The largest unit that divides it. */
static void put_bytes(GString *out, guint64 bytes)
{
  static const char *const units[] = { "bytes", "kbytes", "mbytes" };
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS(units) && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    i++;
  }
  g_string_append_printf(out, "%" G_GUINT64_FORMAT " %s", bytes, units[i]);
}

static void put_limit(GString *out, const fw_nft_limit *l)
{
  g_string_append_printf(out, "limit rate %s", l->over ? "over " : "");
  if (!l->bytes) {
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "/%s", l->rate, l->per);
    if (l->burst != FW_NFT_BURST)
      g_string_append_printf(out, " burst %" G_GUINT64_FORMAT " packets", l->burst);
    return;
  }
  put_bytes(out, l->rate);
  g_string_append_printf(out, "/%s", l->per);
  if (l->burst == 0)
    return;
  g_string_append(out, " burst ");
  put_bytes(out, l->burst);
}

void fw_nft_text_stateful(GString *out, const fw_nft_statement *s, const fw_nft_state *state)
{
  guint64 used;

  switch (s->kind) {
  case FW_NFT_DO_COUNTER:
    g_string_append_printf(out, "counter packets %" G_GUINT64_FORMAT " bytes %" G_GUINT64_FORMAT,
                           state != NULL ? state->a : s->counters.packets,
                           state != NULL ? state->b : s->counters.bytes);
    return;
  case FW_NFT_DO_LIMIT: put_limit(out, &s->limit); return;
  case FW_NFT_DO_QUOTA:
    /* The kernel counts on, and lists no more than there is. */
    used = MIN(state != NULL ? state->a : s->quota.used, s->quota.bytes);
    g_string_append_printf(out, "quota %s", s->quota.over ? "over " : "");
    put_bytes(out, s->quota.bytes);
    if (used > 0) {
      g_string_append(out, " used ");
      put_bytes(out, used);
    }
    return;
  case FW_NFT_DO_CT_COUNT: g_string_append_printf(out, "ct count %s%u", s->over ? "over " : "", s->count); return;
  case FW_NFT_DO_LAST: g_string_append(out, "last used never"); return;
  default: g_string_append(out, fw_nft_statement_name((fw_nft_statement_kind)s->kind)); return;
  }
}

/* ---- match ---- */

static const char *op_text(const fw_nft_statement *s)
{
  static const char *const ops[] = { "", "!= ", "< ", "> ", "<= ", ">= ", "", "! " };
  gboolean flags = s->right->kind == FW_NFT_VALUE && s->right->type->bits && !s->right->piped;

  if (s->op == FW_NFT_EQ && (flags || (s->left->kind == FW_NFT_BINARY && s->right->kind == FW_NFT_VALUE)))
    return "== ";
  return ops[s->op];
}

/* "tcp flags syn / fin,syn,rst,ack": what is compared under a mask of names. */
static gboolean put_masked(GString *out, const fw_nft_statement *s)
{
  const fw_nft_expr *l = s->left;

  if (l->kind != FW_NFT_BINARY || l->op != '&' || l->n_parts != 2 || !l->type->bits ||
      l->parts[1]->kind != FW_NFT_VALUE || s->right->kind != FW_NFT_VALUE || s->op > FW_NFT_NEQ ||
      fw_nft_number_of(s->right->value, s->right->n_bytes) == 0)
    return FALSE;
  fw_nft_text_expr(out, l->parts[0]);
  g_string_append(out, s->op == FW_NFT_NEQ ? " != " : " ");
  fw_nft_text_expr(out, s->right);
  g_string_append(out, " / ");
  fw_nft_text_expr(out, l->parts[1]);
  return TRUE;
}

static void put_match(GString *out, const fw_nft_statement *s)
{
  if (put_masked(out, s))
    return;
  fw_nft_text_expr(out, s->left);
  g_string_append_printf(out, " %s", op_text(s));
  if (s->left->kind == FW_NFT_FIB && s->left->key != FW_NFT_FIB_TYPE && s->right->kind == FW_NFT_VALUE &&
      (s->right->value[0] == 0 || strcmp((const char *)s->right->value, "0") == 0)) {
    g_string_append(out, s->left->presence ? "missing" : s->left->key == FW_NFT_FIB_OIF_NAME ? "\"\"" : "0");
    return;
  }
  fw_nft_text_expr(out, s->right);
}

/* ---- verdicts ---- */

void fw_nft_text_verdict(GString *out, const fw_nft_verdict *v)
{
  static const char *const names[] = { "accept", "drop", "continue", "return", "jump ", "goto ", "queue" };

  g_string_append_printf(out, "%s%s", names[v->kind], v->target != NULL ? v->target : "");
}

/* ---- others ---- */

static void put_log(GString *out, const fw_nft_statement *s)
{
  g_auto(GStrv) flags = g_strsplit(s->flags != NULL ? s->flags : "", ",", -1);
  gboolean tcp = FALSE;
  guint i;

  g_string_append(out, "log");
  if (s->prefix != NULL)
    g_string_append_printf(out, " prefix \"%s\"", s->prefix);
  if (s->group >= 0)
    g_string_append_printf(out, " group %d", s->group);
  if (s->snaplen > 0)
    g_string_append_printf(out, " snaplen %u", s->snaplen);
  if (s->threshold > 0)
    g_string_append_printf(out, " queue-threshold %u", s->threshold);
  if (s->level != NULL && strcmp(s->level, "warn") != 0)
    g_string_append_printf(out, " level %s", s->level);
  for (i = 0; flags[i] != NULL; i++) {
    if (flags[i][0] == '\0')
      continue;
    if (tcp && g_str_has_prefix(flags[i], "tcp "))
      g_string_append_printf(out, ",%s", flags[i] + strlen("tcp "));
    else
      g_string_append_printf(out, " flags %s", flags[i]);
    tcp = g_str_has_prefix(flags[i], "tcp ");
  }
}

static void put_reject(GString *out, const fw_nft_statement *s)
{
  g_string_append(out, "reject");
  if (s->plain)
    return;
  g_string_append_printf(out, " with %s", s->flags);
  if (s->prefix != NULL)
    g_string_append_printf(out, " %s", s->prefix);
}

/* An IPv6 address with a port stands in brackets. */
static void put_nat_target(GString *out, const fw_nft_statement *s)
{
  gboolean six = s->left != NULL && s->left->type != NULL && strcmp(s->left->type->name, "ipv6_addr") == 0 &&
                 s->left->kind != FW_NFT_MAP;

  if (s->left != NULL && s->right != NULL && six) {
    g_string_append_c(out, '[');
    fw_nft_text_expr(out, s->left);
    g_string_append_c(out, ']');
  } else if (s->left != NULL) {
    fw_nft_text_expr(out, s->left);
  }
  if (s->right != NULL) {
    g_string_append_c(out, ':');
    fw_nft_text_expr(out, s->right);
  }
}

/* The flag netmap is written as "prefix" before "to"; the others stand at the end. => whether it is there. */
static gboolean put_nat_flags(GString *out, const char *flags)
{
  g_auto(GStrv) names = g_strsplit(flags != NULL ? flags : "", ",", -1);
  gboolean netmap = FALSE;
  guint i, n = 0;

  for (i = 0; names[i] != NULL; i++) {
    if (strcmp(names[i], "netmap") == 0)
      netmap = TRUE;
    else
      g_string_append_printf(out, n++ > 0 ? ",%s" : " %s", names[i]);
  }
  return netmap;
}

static void put_nat(GString *out, const fw_nft_statement *s)
{
  static const char *const names[] = { "snat", "dnat", "masquerade", "redirect" };
  g_autoptr(GString) flags = g_string_new(NULL);
  const gboolean netmap = put_nat_flags(flags, s->flags);

  g_string_append(out, names[s->op]);
  if (s->family != 0 && (s->left != NULL || s->right != NULL))
    g_string_append(out, s->family == 6 ? " ip6" : " ip");
  if (s->left != NULL || s->right != NULL) {
    g_string_append(out, netmap ? " prefix to " : " to ");
    put_nat_target(out, s);
  }
  g_string_append(out, flags->str);
}

static void put_key(GString *out, const fw_nft_statement *s)
{
  guint i;

  fw_nft_text_expr(out, s->left);
  if (s->timeout_s >= 0) {
    g_string_append(out, " timeout ");
    fw_nft_seconds_text(out, (guint64)s->timeout_s);
  }
  for (i = 0; i < s->n_inner; i++) {
    g_string_append_c(out, ' ');
    /* What an element begins with, not what it has counted. */
    if (s->inner[i].kind == FW_NFT_DO_COUNTER)
      g_string_append(out, "counter");
    else
      fw_nft_text_stateful(out, &s->inner[i], NULL);
  }
}

static void put_set_op(GString *out, const fw_nft_statement *s)
{
  static const char *const ops[] = { "add", "update", "delete" };

  if (s->set->meter)
    g_string_append_printf(out, "meter %s size %u { ", s->set->policy != NULL ? s->set->policy : "", s->set->size);
  else
    g_string_append_printf(out, "%s @%s { ", ops[s->op], s->set->name);
  put_key(out, s);
  if (s->data_verdict != NULL) {
    g_string_append(out, " : ");
    fw_nft_text_verdict(out, s->data_verdict);
  } else if (s->right != NULL) {
    g_string_append(out, " : ");
    fw_nft_text_expr(out, s->right);
  }
  g_string_append(out, " }");
}

static void put_queue(GString *out, const fw_nft_statement *s)
{
  g_string_append(out, "queue");
  if (s->flags != NULL && s->flags[0] != '\0')
    g_string_append_printf(out, " flags %s", s->flags);
  if (s->left != NULL) {
    g_string_append(out, " to ");
    fw_nft_text_expr(out, s->left);
  }
}

/* counter name "x", limit name "x", ct helper set "x", or the same by a map. */
static void put_object(GString *out, const char *words, const fw_nft_statement *s)
{
  g_string_append_printf(out, "%s ", words);
  if (s->object != NULL) {
    fw_nft_quoted(out, s->object->name);
    return;
  }
  fw_nft_text_expr(out, s->left);
  g_string_append(out, " map ");
  if (s->set->name != NULL)
    g_string_append_printf(out, "@%s", s->set->name);
  else
    fw_nft_text_set(out, s->set, NULL);
}

static void put_counting(GString *out, const fw_nft_statement *s, const fw_nft_now *now)
{
  g_autofree char *words = NULL;

  if (s->object == NULL && s->set == NULL) {
    fw_nft_text_stateful(out, s, now != NULL ? now->state(now->run, s->state) : NULL);
    return;
  }
  words = g_strdup_printf("%s name", fw_nft_statement_name((fw_nft_statement_kind)s->kind));
  put_object(out, words, s);
}

static void put_ignored(GString *out, const fw_nft_statement *s)
{
  if (s->extra != NULL) {
    g_string_append(out, s->extra);
    return;
  }
  g_string_append(out, s->name);
  if (s->left == NULL)
    return;
  g_string_append(out, strcmp(s->name, "dup") == 0 ? " to " : " ");
  fw_nft_text_expr(out, s->left);
  if (s->right != NULL) {
    g_string_append(out, " device ");
    fw_nft_text_expr(out, s->right);
  }
}

void fw_nft_text_statement(GString *out, const fw_nft_statement *s, const fw_nft_now *now)
{
  switch (s->kind) {
  case FW_NFT_DO_MATCH: put_match(out, s); return;
  case FW_NFT_DO_VMAP:
    fw_nft_text_expr(out, s->left);
    g_string_append(out, " vmap ");
    if (s->set->name != NULL)
      g_string_append_printf(out, "@%s", s->set->name);
    else
      fw_nft_text_set(out, s->set, now);
    return;
  case FW_NFT_DO_VERDICT: fw_nft_text_verdict(out, &s->verdict); return;
  case FW_NFT_DO_COUNTER:
  case FW_NFT_DO_LIMIT:
  case FW_NFT_DO_QUOTA:
  case FW_NFT_DO_CT_COUNT:
  case FW_NFT_DO_LAST: put_counting(out, s, now); return;
  case FW_NFT_DO_MANGLE:
    fw_nft_text_expr(out, s->left);
    g_string_append(out, " set ");
    fw_nft_text_expr(out, s->right);
    return;
  case FW_NFT_DO_LOG: put_log(out, s); return;
  case FW_NFT_DO_REJECT: put_reject(out, s); return;
  case FW_NFT_DO_NOTRACK: g_string_append(out, "notrack"); return;
  case FW_NFT_DO_SET_OP: put_set_op(out, s); return;
  case FW_NFT_DO_CT_HELPER: put_object(out, "ct helper set", s); return;
  case FW_NFT_DO_CT_TIMEOUT: put_object(out, "ct timeout set", s); return;
  case FW_NFT_DO_CT_EXPECTATION: put_object(out, "ct expectation set", s); return;
  case FW_NFT_DO_NAT: put_nat(out, s); return;
  case FW_NFT_DO_QUEUE: put_queue(out, s); return;
  case FW_NFT_DO_UNDECIDED:
    if (s->object != NULL || s->set != NULL) {
      put_object(out, "synproxy name", s);
      return;
    }
    g_string_append(out, s->extra);
    return;
  case FW_NFT_DO_FLOW:
  case FW_NFT_DO_STRIP:
  case FW_NFT_DO_IGNORED: put_ignored(out, s); return;
  default: g_string_append_printf(out, "/* %s */", s->text != NULL ? s->text : s->name); return;
  }
}

void fw_nft_text_rule(GString *out, const fw_rule *rule, const fw_nft_now *now)
{
  guint i;

  for (i = 0; i < rule->nft->n; i++) {
    if (i > 0)
      g_string_append_c(out, ' ');
    fw_nft_text_statement(out, &rule->nft->statements[i], now);
  }
  if (rule->nft->comment != NULL)
    g_string_append_printf(out, "%scomment \"%s\"", rule->nft->n > 0 ? " " : "", rule->nft->comment);
}
