/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules_sources.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct rule_source {
  const fw_rule *rule;
  fw_address address;
  guint64 packets;
} rule_source;

struct cli_rules_sources {
  GHashTable *pairs; /* rule_source, its own key */
  GPtrArray *sorted; /* by rule, then the heaviest first; NULL while packets are counted */
  gboolean full;
};

static guint pair_hash(gconstpointer data)
{
  const rule_source *s = data;
  guint32 h = s->rule->serial * 0x9e3779b1u;
  guint i;

  for (i = 0; i < 4; i++)
    h = (h ^ s->address.words[i]) * 0x85ebca6bu ^ h >> 15;
  return h;
}

static gboolean pair_equal(gconstpointer a, gconstpointer b)
{
  const rule_source *x = a, *y = b;

  return x->rule == y->rule && memcmp(&x->address, &y->address, sizeof x->address) == 0;
}

static void on_counted(const fw_packet *p, const fw_rule *rule, gpointer user)
{
  cli_rules_sources *s = user;
  rule_source wanted = { rule, p->source, 1 }, *found = g_hash_table_lookup(s->pairs, &wanted);

  if (found != NULL)
    found->packets++;
  else if (g_hash_table_size(s->pairs) < CLI_RULES_SOURCES_MOST)
    g_hash_table_add(s->pairs, g_memdup2(&wanted, sizeof wanted));
  else
    s->full = TRUE;
}

cli_rules_sources *cli_rules_sources_new(fw_program *program)
{
  cli_rules_sources *s = g_new0(cli_rules_sources, 1);

  s->pairs = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
  program->counted = on_counted;
  program->counted_user = s;
  return s;
}

void cli_rules_sources_free(cli_rules_sources *s)
{
  if (s == NULL)
    return;
  if (s->sorted != NULL)
    g_ptr_array_free(s->sorted, TRUE);
  g_hash_table_destroy(s->pairs);
  g_free(s);
}

gboolean cli_rules_sources_full(const cli_rules_sources *s) { return s->full; }

static gint by_rule_and_weight(gconstpointer a, gconstpointer b)
{
  const rule_source *x = *(const rule_source *const *)a, *y = *(const rule_source *const *)b;

  if (x->rule->serial != y->rule->serial)
    return x->rule->serial < y->rule->serial ? -1 : 1;
  if (x->packets != y->packets)
    return x->packets > y->packets ? -1 : 1;
  return memcmp(&x->address, &y->address, sizeof x->address);
}

static void sort(cli_rules_sources *s)
{
  GHashTableIter iter;
  gpointer pair;

  if (s->sorted != NULL)
    return;
  s->sorted = g_ptr_array_sized_new(g_hash_table_size(s->pairs));
  g_hash_table_iter_init(&iter, s->pairs);
  while (g_hash_table_iter_next(&iter, &pair, NULL))
    g_ptr_array_add(s->sorted, pair);
  g_ptr_array_sort(s->sorted, by_rule_and_weight);
}

/* => the first of a rule; the length: there is none. */
static guint first_of(const cli_rules_sources *s, const fw_rule *rule)
{
  guint from = 0, to = s->sorted->len;

  while (from < to) {
    guint middle = from + (to - from) / 2;
    const rule_source *at = g_ptr_array_index(s->sorted, middle);

    if (at->rule->serial < rule->serial)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

void cli_rules_sources_put(cli_rules_sources *s, emit_text *out, const fw_rule *rule)
{
  int family = rule->chain->table->family == FW_IPV6 ? AF_INET6 : AF_INET;
  char text[INET6_ADDRSTRLEN];
  guint i, n = 0;

  sort(s);
  for (i = first_of(s, rule); i < s->sorted->len; i++, n++) {
    const rule_source *at = g_ptr_array_index(s->sorted, i);

    if (at->rule != rule)
      break;
    if (n >= CLI_RULES_SOURCES_SHOWN)
      continue;
    inet_ntop(family, at->address.bytes, text, sizeof text);
    emit_text_format(out, "%s%s (%" G_GUINT64_FORMAT ")", n == 0 ? "; from " : ", ", text, at->packets);
  }
  if (n > CLI_RULES_SOURCES_SHOWN)
    emit_text_format(out, " and %u more", n - CLI_RULES_SOURCES_SHOWN);
}
