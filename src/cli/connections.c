/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "connections.h"

/* Of all rows together. */
enum { CONNECTIONS_MOST = 1 << 18 };

typedef struct met {
  ct_tuple tuple;
  guint row;
} met;

struct cli_connections {
  GHashTable *met; /* met, a set */
};

static guint met_hash(gconstpointer key)
{
  const met *m = key;

  return ct_tuple_hash(&m->tuple) ^ m->row * 0x9e3779b9U;
}

static gboolean met_equal(gconstpointer a, gconstpointer b)
{
  const met *x = a, *y = b;

  return x->row == y->row && ct_tuple_equal(&x->tuple, &y->tuple);
}

cli_connections *cli_connections_new(void)
{
  cli_connections *c = g_new(cli_connections, 1);

  c->met = g_hash_table_new_full(met_hash, met_equal, g_free, NULL);
  return c;
}

void cli_connections_free(cli_connections *c)
{
  if (c == NULL)
    return;
  g_hash_table_destroy(c->met);
  g_free(c);
}

gboolean cli_connections_full(const cli_connections *c) { return g_hash_table_size(c->met) >= CONNECTIONS_MOST; }

gboolean cli_connections_meet(cli_connections *c, const ct_tuple *tuple, guint row)
{
  met m = { .row = row };

  ct_tuple_key(tuple, &m.tuple);
  if (cli_connections_full(c) || g_hash_table_contains(c->met, &m))
    return FALSE;
  g_hash_table_add(c->met, g_memdup2(&m, sizeof m));
  return TRUE;
}
