/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What belongs to nftables' rules as data, whoever reads or judges them: their memory, and what is found by its name.
 */
#include "firewall/nft/nft.h"

#include <string.h>

/* ---- memory ---- */

static void set_free(gpointer data)
{
  fw_nft_set *set = data;

  g_array_free(set->elements, TRUE);
  g_free(set->path);
}

fw_nft_ruleset *fw_nft_ruleset_new(void)
{
  fw_nft_ruleset *nft = g_new0(fw_nft_ruleset, 1);

  nft->sets = g_ptr_array_new_with_free_func(set_free);
  return nft;
}

void fw_nft_ruleset_free(fw_nft_ruleset *nft)
{
  if (nft == NULL)
    return;
  g_ptr_array_free(nft->sets, TRUE);
  g_free(nft);
}

void fw_nft_table_free(fw_nft_table *table)
{
  guint i;

  if (table == NULL)
    return;
  for (i = 0; i < table->objects->len; i++)
    g_array_free(((fw_nft_object *)g_ptr_array_index(table->objects, i))->policy, TRUE);
  g_ptr_array_free(table->objects, TRUE);
  g_ptr_array_free(table->sets, TRUE);
}

/* ---- by name ---- */

fw_nft_set *fw_nft_set_find(const fw_table *table, const char *name)
{
  guint i;

  for (i = 0; i < table->nft->sets->len; i++) {
    fw_nft_set *set = g_ptr_array_index(table->nft->sets, i);

    if (strcmp(set->name, name) == 0)
      return set;
  }
  return NULL;
}

fw_nft_object *fw_nft_object_find(const fw_table *table, const char *kind, const char *name)
{
  guint i;

  for (i = 0; i < table->nft->objects->len; i++) {
    fw_nft_object *object = g_ptr_array_index(table->nft->objects, i);

    if (strcmp(object->kind, kind) == 0 && strcmp(object->name, name) == 0)
      return object;
  }
  return NULL;
}

const char *fw_nft_statement_name(fw_nft_statement_kind kind)
{
  static const char *const names[] = {
#define X(name, text) text,
    FW_NFT_STATEMENT_LIST(X)
#undef X
  };

  return names[kind];
}
