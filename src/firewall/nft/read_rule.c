/* SPDX-License-Identifier: GPL-2.0-or-later */
/* {"rule":{...}}: its statements one by one, and how it goes on behind them. */
#include <string.h>

#include "firewall/nft/reader.h"
#include "firewall/nft/text.h"

/* How it goes on: its last statement, or a vmap, whose verdict only a packet knows. */
static void set_target(fw_rule *rule, fw_nft_statement *s)
{
  static const fw_target_kind kinds[] = {
    [FW_NFT_ACCEPT] = FW_TARGET_ACCEPT, [FW_NFT_DROP] = FW_TARGET_DROP, [FW_NFT_CONTINUE] = FW_TARGET_NONE,
    [FW_NFT_RETURN] = FW_TARGET_RETURN, [FW_NFT_JUMP] = FW_TARGET_JUMP, [FW_NFT_GOTO] = FW_TARGET_GOTO,
  };

  switch (s->kind) {
  case FW_NFT_DO_VERDICT:
    rule->target.kind = kinds[s->verdict.kind];
    rule->target.name = s->verdict.target != NULL ? s->verdict.target : fw_target_kind_name(rule->target.kind);
    rule->target.is_goto = s->verdict.kind == FW_NFT_GOTO;
    return;
  case FW_NFT_DO_VMAP:
    rule->target.kind = FW_TARGET_UNKNOWN;
    rule->target.name = "vmap";
    return;
  case FW_NFT_DO_REJECT:
  case FW_NFT_DO_NAT: rule->target = s->target; return;
  case FW_NFT_DO_QUEUE: rule->target = (fw_target){ .kind = FW_TARGET_QUEUE, .name = "queue" }; return;
  case FW_NFT_DO_UNDECIDED:
  case FW_NFT_DO_UNKNOWN:
    rule->target.kind = FW_TARGET_UNKNOWN;
    rule->target.name = s->name;
    return;
  default: return;
  }
}

/* What it asks for, as nft prints it: "ct state", "meta skuid". */
static const char *name_of(fw_nft_reader *r, const fw_nft_statement *s)
{
  g_autoptr(GString) name = NULL;

  if (s->kind != FW_NFT_DO_MATCH && s->kind != FW_NFT_DO_VMAP)
    return s->name;
  name = g_string_new(NULL);
  fw_nft_text_expr(name, s->left);
  return fw_nft_word(r, name->str);
}

/* Nothing behind it is ever come to. */
static gboolean is_end(const fw_nft_statement *s)
{
  return (s->kind == FW_NFT_DO_VERDICT && s->verdict.kind != FW_NFT_CONTINUE) || s->kind == FW_NFT_DO_REJECT ||
         s->kind == FW_NFT_DO_NAT || s->kind == FW_NFT_DO_QUEUE;
}

static void read_statements(fw_nft_reader *r, fw_rule *rule, JsonArray *list)
{
  fw_nft_rule *n = rule->nft;
  gsize before = r->path->len;
  gboolean ended = FALSE;
  guint i;

  n->n = json_array_get_length(list);
  n->statements = fw_ruleset_take(r->ruleset, MAX(n->n, 1) * sizeof *n->statements);
  rule->n_matches = (guint16)n->n;
  rule->matches = fw_ruleset_take(r->ruleset, MAX(n->n, 1) * sizeof *rule->matches);
  for (i = 0; i < n->n; i++) {
    fw_nft_statement *s = &n->statements[i];

    g_string_append_printf(r->path, ".expr[%u]", i);
    fw_nft_read_statement(r, json_array_get_element(list, i), s);
    rule->matches[i].name = name_of(r, s);
    if (s->kind == FW_NFT_DO_UNKNOWN) {
      rule->unknown = TRUE;
      fw_nft_note(r, strcmp(s->name, "match") == 0 ? FW_NOTE_MATCH : FW_NOTE_TARGET, s->text);
    }
    if (!ended)
      set_target(rule, s);
    ended |= is_end(s);
    g_string_truncate(r->path, before);
  }
}

fw_rule *fw_nft_read_rule(fw_nft_reader *r, fw_chain *chain, JsonObject *o, JsonArray *list)
{
  fw_rule *rule = fw_ruleset_take(r->ruleset, sizeof *rule);

  rule->nft = fw_ruleset_take(r->ruleset, sizeof *rule->nft);
  rule->line = r->place.line;
  rule->nft->handle = (guint64)fw_nft_integer(o, "handle", 0);
  rule->nft->comment = fw_nft_word(r, fw_nft_text(o, "comment", NULL));
  rule->chain = chain;
  read_statements(r, rule, list);
  return rule;
}
