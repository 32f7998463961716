/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's memory and look-ups. */
#include "firewall/ruleset.h"

#include <string.h>

#include "firewall/nft/nft.h"

/* Blocks of plain memory, given out from the front, and one copy of each word. */
#define STORE_BLOCK 65536

typedef struct fw_store {
  GStringChunk *words;
  GPtrArray *blocks;
  gsize used; /* of the last block */
} fw_store;

static const char *const family_names[] = {
#define X(name, text) text,
  FW_FAMILY_LIST(X)
#undef X
};

static const char *const hook_names[] = {
#define X(name, text, kernel) text,
  FW_HOOK_LIST(X)
#undef X
};

static const char *const policy_names[] = {
#define X(name, text) text,
  FW_POLICY_LIST(X)
#undef X
};

static const char *const kind_names[] = {
#define X(name, text) text,
  FW_TARGET_KIND_LIST(X)
#undef X
};

static const char *const note_texts[] = {
#define X(name, text) text,
  FW_NOTE_LIST(X)
#undef X
};

const char *fw_family_name(fw_family family) { return family_names[family]; }

const char *fw_hook_name(fw_hook hook) { return hook_names[hook]; }

const char *fw_policy_name(fw_policy policy) { return policy_names[policy]; }

const char *fw_target_kind_name(fw_target_kind kind) { return kind_names[kind]; }

const char *fw_note_kind_text(fw_note_kind kind) { return note_texts[kind]; }

static void table_free(gpointer data)
{
  fw_table *table = data;
  guint i;

  for (i = 0; i < table->chains->len; i++) {
    fw_chain *chain = g_ptr_array_index(table->chains, i);

    if (chain->reading != NULL)
      g_sequence_free(chain->reading);
    g_free(chain->rules);
  }
  g_ptr_array_free(table->chains, TRUE);
  g_hash_table_destroy(table->by_name);
  fw_nft_table_free(table->nft);
  g_free(table);
}

static void set_free(gpointer data)
{
  fw_set *set = data;

  g_ptr_array_free(set->elements, TRUE);
}

fw_ruleset *fw_ruleset_new(void)
{
  fw_ruleset *r = g_new0(fw_ruleset, 1);

  r->store = g_new0(fw_store, 1);
  r->store->words = g_string_chunk_new(4096);
  r->store->blocks = g_ptr_array_new_with_free_func(g_free);
  r->files = g_ptr_array_new();
  r->tables = g_ptr_array_new_with_free_func(table_free);
  r->sets = g_ptr_array_new_with_free_func(set_free);
  r->notes = g_ptr_array_new();
  r->set_by_name = g_hash_table_new(g_str_hash, g_str_equal);
  return r;
}

void fw_ruleset_free(fw_ruleset *r)
{
  if (r == NULL)
    return;
  g_ptr_array_free(r->files, TRUE);
  g_ptr_array_free(r->tables, TRUE);
  g_ptr_array_free(r->sets, TRUE);
  g_ptr_array_free(r->notes, TRUE);
  g_hash_table_destroy(r->set_by_name);
  fw_nft_ruleset_free(r->nft);
  g_string_chunk_free(r->store->words);
  g_ptr_array_free(r->store->blocks, TRUE);
  g_free(r->store);
  g_free(r);
}

void *fw_ruleset_take(fw_ruleset *r, gsize bytes)
{
  fw_store *store = r->store;
  guint8 *taken;

  bytes = (bytes + 7) & ~(gsize)7;
  if (bytes > STORE_BLOCK / 4) {
    taken = g_malloc0(bytes);
    /* Not the last one: that is given out from. */
    g_ptr_array_insert(store->blocks, 0, taken);
    if (store->blocks->len == 1)
      store->used = STORE_BLOCK;
    return taken;
  }
  if (store->blocks->len == 0 || store->used + bytes > STORE_BLOCK) {
    g_ptr_array_add(store->blocks, g_malloc0(STORE_BLOCK));
    store->used = 0;
  }
  taken = (guint8 *)g_ptr_array_index(store->blocks, store->blocks->len - 1) + store->used;
  store->used += bytes;
  return taken;
}

const char *fw_ruleset_word(fw_ruleset *r, const char *text, gssize length)
{
  const char *word;
  char *copy;

  if (length < 0)
    return g_string_chunk_insert_const(r->store->words, text);
  copy = g_strndup(text, length);
  word = g_string_chunk_insert_const(r->store->words, copy);
  g_free(copy);
  return word;
}

fw_table *fw_ruleset_table(const fw_ruleset *r, fw_family family, const char *name)
{
  guint i;

  for (i = 0; i < r->tables->len; i++) {
    fw_table *table = g_ptr_array_index(r->tables, i);

    if (table->family == family && strcmp(table->name, name) == 0)
      return table;
  }
  return NULL;
}

fw_chain *fw_table_chain(const fw_table *table, const char *name) { return g_hash_table_lookup(table->by_name, name); }

fw_chain *fw_table_hook_chain(const fw_table *table, fw_hook hook)
{
  guint i;

  for (i = 0; i < table->chains->len; i++) {
    fw_chain *chain = g_ptr_array_index(table->chains, i);

    if (chain->hook == hook)
      return chain;
  }
  return NULL;
}

fw_set *fw_ruleset_set(const fw_ruleset *r, const char *name) { return g_hash_table_lookup(r->set_by_name, name); }

guint fw_ruleset_unknown_rules(const fw_ruleset *r)
{
  guint n = 0, t, c, i;

  for (t = 0; t < r->tables->len; t++) {
    const fw_table *table = g_ptr_array_index(r->tables, t);

    for (c = 0; c < table->chains->len; c++) {
      const fw_chain *chain = g_ptr_array_index(table->chains, c);

      for (i = 0; i < chain->n_rules; i++)
        n += chain->rules[i]->unknown;
    }
  }
  return n;
}

static gboolean chain_has_match(const fw_chain *chain, const char *name)
{
  guint i, m;

  for (i = 0; i < chain->n_rules; i++)
    for (m = 0; m < chain->rules[i]->n_matches; m++)
      if (strcmp(chain->rules[i]->matches[m].name, name) == 0)
        return TRUE;
  return FALSE;
}

gboolean fw_ruleset_has_match(const fw_ruleset *r, const char *name)
{
  guint t, c;

  for (t = 0; t < r->tables->len; t++) {
    const fw_table *table = g_ptr_array_index(r->tables, t);

    for (c = 0; c < table->chains->len; c++)
      if (chain_has_match(g_ptr_array_index(table->chains, c), name))
        return TRUE;
  }
  return FALSE;
}
