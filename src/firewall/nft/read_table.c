/* SPDX-License-Identifier: GPL-2.0-or-later */
/* {"table":{...}} and {"chain":{...}}: what they are called, where their hooks are, and what becomes of the rest. */
#include <string.h>

#include "firewall/nft/reader.h"

static void take_table_flag(const char *text, gpointer user)
{
  fw_nft_table *table = user;

  table->dormant |= strcmp(text, "dormant") == 0;
  table->owner |= strcmp(text, "owner") == 0;
  table->persist |= strcmp(text, "persist") == 0;
}

fw_table *fw_nft_read_table(fw_nft_reader *r, fw_family family, JsonObject *o)
{
  fw_table *table = fw_build_other_table(r->ruleset, family, fw_nft_text(o, "name", ""), &r->place);

  table->nft = fw_ruleset_take(r->ruleset, sizeof *table->nft);
  table->nft->objects = g_ptr_array_new();
  table->nft->sets = g_ptr_array_new();
  table->nft->comment = fw_nft_word(r, fw_nft_text(o, "comment", NULL));
  if (json_object_has_member(o, "flags"))
    fw_nft_each_text(json_object_get_member(o, "flags"), take_table_flag, table->nft);
  return table;
}

/* Names that stand for priorities; bridges have others. */
static gboolean priority_of(JsonObject *o, fw_family family, gint32 *priority)
{
  static const struct {
    const char *name;
    gint32 ip, bridge;
  } names[] = { { "raw", -300, 0 },    { "mangle", -150, 0 },  { "dstnat", -100, -300 }, { "filter", 0, -200 },
                { "security", 50, 0 }, { "srcnat", 100, 300 }, { "out", 0, 100 } };
  const char *text = fw_nft_text(o, "prio", NULL);
  gint64 number = fw_nft_integer(o, "prio", 0);
  guint i;

  if (text == NULL) {
    *priority = (gint32)CLAMP(number, G_MININT32, G_MAXINT32);
    return number >= G_MININT32 && number <= G_MAXINT32;
  }
  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(names[i].name, text) == 0) {
      *priority = family == FW_BRIDGE ? names[i].bridge : names[i].ip;
      return TRUE;
    }
  return FALSE;
}

static fw_hook hook_of(const char *name)
{
  static const char *const names[] = {
#define X(n, text, kernel) kernel,
    FW_HOOK_LIST(X)
#undef X
  };
  guint i;

  for (i = 0; i < FW_HOOKS; i++)
    if (strcmp(names[i], name) == 0)
      return (fw_hook)i;
  return FW_HOOK_NONE;
}

/* => FALSE: its priority is none. */
static gboolean read_base_chain(fw_nft_reader *r, JsonObject *o, fw_chain *chain)
{
  fw_nft_chain *n = chain->nft;
  g_autofree char *devices = NULL;

  n->type = fw_nft_word(r, fw_nft_text(o, "type", "filter"));
  n->hook = fw_nft_word(r, fw_nft_text(o, "hook", ""));
  n->has_policy = json_object_has_member(o, "policy");
  if (json_object_has_member(o, "dev")) {
    devices = fw_nft_joined(json_object_get_member(o, "dev"), ",");
    n->device = fw_nft_word(r, devices);
  }
  if (!priority_of(o, chain->table->family, &chain->priority))
    return FALSE;
  n->priority = chain->priority;
  chain->policy = strcmp(fw_nft_text(o, "policy", "accept"), "drop") == 0 ? FW_POLICY_DROP : FW_POLICY_ACCEPT;
  chain->declared = TRUE;
  chain->hook = chain->table->family <= FW_INET && !chain->table->nft->dormant ? hook_of(n->hook) : FW_HOOK_NONE;
  chain->frames = chain->hook == FW_HOOK_NONE && !chain->table->nft->dormant;
  if (chain->frames) {
    g_autofree char *words = g_strdup_printf("chain %s of hook %s, family %s, is not followed: it sees frames, not "
                                             "packets of this host's IP layer",
                                             chain->name, n->hook, fw_family_name(chain->table->family));

    fw_nft_note(r, FW_NOTE_INCOMPLETE, words);
  }
  return TRUE;
}

gboolean fw_nft_read_chain(fw_nft_reader *r, fw_table *table, JsonObject *o)
{
  fw_chain *chain = fw_build_chain(table, fw_nft_text(o, "name", ""));

  chain->line = r->place.line;
  chain->nft = fw_ruleset_take(r->ruleset, sizeof *chain->nft);
  chain->nft->comment = fw_nft_word(r, fw_nft_text(o, "comment", NULL));
  return !json_object_has_member(o, "hook") || read_base_chain(r, o, chain);
}
