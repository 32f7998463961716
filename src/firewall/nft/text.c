/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/text.h"

#include <string.h>

#include "firewall/names.h"
#include "firewall/nft/value.h"

/* ---- priorities ---- */

/* A name, and by how much it is missed, where that is not far. */
void fw_nft_text_priority(GString *out, fw_family family, const char *hook, gint32 priority)
{
  static const struct {
    const char *name, *hook;
    gint32 ip, bridge;
    gboolean in_ip, in_bridge;
  } names[] = { { "raw", NULL, -300, 0, TRUE, FALSE },
                { "mangle", NULL, -150, 0, TRUE, FALSE },
                { "dstnat", "prerouting", -100, -300, TRUE, TRUE },
                { "filter", NULL, 0, -200, TRUE, TRUE },
                { "security", NULL, 50, 0, TRUE, FALSE },
                { "srcnat", "postrouting", 100, 300, TRUE, TRUE },
                { "out", "output", 0, 100, FALSE, TRUE } };
  gboolean bridge = family == FW_BRIDGE;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    gint64 off = (gint64)priority - (bridge ? names[i].bridge : names[i].ip);

    if (!(bridge ? names[i].in_bridge : names[i].in_ip) || (names[i].hook != NULL && strcmp(names[i].hook, hook) != 0))
      continue;
    if ((family == FW_NETDEV || family == FW_ARP) && strcmp(names[i].name, "filter") != 0)
      continue;
    if (off < -10 || off > 10)
      continue;
    g_string_append(out, names[i].name);
    if (off != 0)
      g_string_append_printf(out, off > 0 ? " + %d" : " - %d", (int)ABS(off));
    return;
  }
  g_string_append_printf(out, "%d", priority);
}

/* ---- sets ---- */

static void put_type_name(GString *out, const fw_nft_type *type)
{
  g_string_append(out, strcmp(type->name, "ct_expiration") == 0 ? "time" : type->name);
}

static void put_types(GString *out, const fw_nft_type *const *types, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    if (i > 0)
      g_string_append(out, " . ");
    put_type_name(out, types[i]);
  }
}

static void put_map_type(GString *out, const fw_nft_set *set)
{
  if (!set->is_map)
    return;
  g_string_append(out, " : ");
  if (set->verdicts)
    g_string_append(out, "verdict");
  else if (set->data_name != NULL)
    g_string_append(out, set->data_name);
  else
    put_types(out, set->data_types, set->n_data_types);
}

static void put_set_flags(GString *out, const fw_nft_set *set)
{
  gsize start = out->len;

  /* A timeout says it already. */
  if (set->timeout_s > 0 && !set->flag_constant && !set->flag_dynamic && !set->interval)
    return;
  if (set->flag_constant)
    g_string_append(out, ",constant");
  if (set->flag_dynamic)
    g_string_append(out, ",dynamic");
  if (set->interval)
    g_string_append(out, ",interval");
  if (set->has_timeout)
    g_string_append(out, ",timeout");
  if (out->len == start)
    return;
  g_string_overwrite_len(out, start, " ", 1);
  g_string_insert(out, (gssize)start, "\t\tflags");
  g_string_append_c(out, '\n');
}

static void put_span(GString *out, const char *name, gint64 seconds)
{
  if (seconds <= 0)
    return;
  g_string_append_printf(out, "\t\t%s ", name);
  fw_nft_seconds_text(out, (guint64)seconds);
  g_string_append_c(out, '\n');
}

static void put_set(GString *out, const fw_nft_set *set, const fw_nft_now *now)
{
  guint i;

  g_string_append_printf(out, "\t%s %s {\n\t\ttype ", set->is_map ? "map" : "set", set->name);
  put_types(out, set->types, set->n_types);
  put_map_type(out, set);
  g_string_append_c(out, '\n');
  if (set->size > 0)
    g_string_append_printf(out, "\t\tsize %u\n", set->size);
  put_set_flags(out, set);
  for (i = 0; i < set->n_inner; i++)
    g_string_append_printf(out, "\t\t%s\n", fw_nft_statement_name((fw_nft_statement_kind)set->inner[i].kind));
  put_span(out, "timeout", set->timeout_s);
  put_span(out, "gc-interval", set->gc_s);
  if (set->auto_merge)
    g_string_append(out, "\t\tauto-merge\n");
  if (set->comment != NULL)
    g_string_append_printf(out, "\t\tcomment \"%s\"\n", set->comment);
  if (!set->unknown)
    fw_nft_text_elements(out, set, now);
  g_string_append(out, "\t}\n");
}

/* ---- objects ---- */

static void put_ct_object(GString *out, const fw_nft_object *o)
{
  const char *protocol = fw_nft_symbol_name(fw_nft_type_find("inet_proto"), o->protocol);
  guint i;

  if (o->helper != NULL)
    g_string_append_printf(out, "\t\ttype \"%s\" protocol %s\n", o->helper, protocol != NULL ? protocol : "?");
  else
    g_string_append_printf(out, "\t\tprotocol %s\n", protocol != NULL ? protocol : "?");
  if (strcmp(o->kind, "ct expectation") == 0)
    g_string_append_printf(out, "\t\tdport %u\n", o->expectation_port);
  if (strcmp(o->kind, "ct expectation") == 0) {
    g_string_append(out, "\t\ttimeout ");
    fw_nft_seconds_text(out, o->expectation_timeout / 1000);
    g_string_append_printf(out, "\n\t\tsize %u\n", o->expectation_size);
  }
  if (o->l3_name != NULL)
    g_string_append_printf(out, "\t\tl3proto %s\n", o->l3_name);
  for (i = 0; i < o->policy->len; i++) {
    const fw_nft_timeout *t = &g_array_index(o->policy, fw_nft_timeout, i);

    g_string_append_printf(out, i == 0 ? "\t\tpolicy = { %s : %u" : ", %s : %u", t->state, t->seconds);
  }
  if (o->policy->len > 0)
    g_string_append(out, " }\n");
}

static void put_object(GString *out, const fw_nft_object *o, const fw_nft_now *now)
{
  const fw_nft_state *state = now != NULL ? now->state(now->run, o->statement.state) : NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  const char *bare;

  g_string_append_printf(out, "\t%s %s {\n", o->kind, o->name);
  if (o->comment != NULL)
    g_string_append_printf(out, "\t\tcomment \"%s\"\n", o->comment);
  if (g_str_has_prefix(o->kind, "ct ")) {
    put_ct_object(out, o);
  } else if (o->text != NULL) {
    g_string_append_printf(out, "\t\t%s\n", o->text);
  } else {
    /* The object's word stands in its head already. */
    fw_nft_text_stateful(text, &o->statement, state);
    bare = strchr(text->str, ' ');
    g_string_append_printf(out, "\t\t%s\n", bare != NULL ? bare + 1 : text->str);
  }
  g_string_append(out, "\t}\n");
}

/* ---- chains and tables ---- */

static void put_devices(GString *out, const char *devices)
{
  g_auto(GStrv) names = g_strsplit(devices, ",", -1);
  guint i;

  if (names[0] == NULL)
    return;
  if (names[1] == NULL) {
    g_string_append_printf(out, " device \"%s\"", names[0]);
    return;
  }
  g_string_append(out, " devices = {");
  for (i = 0; names[i] != NULL; i++)
    g_string_append_printf(out, "%s \"%s\"", i > 0 ? "," : "", names[i]);
  g_string_append(out, " }");
}

static void put_chain(GString *out, const fw_chain *chain, const fw_nft_now *now)
{
  const fw_nft_chain *n = chain->nft;
  guint i;

  g_string_append_printf(out, "\tchain %s {\n", chain->name);
  if (n->comment != NULL)
    g_string_append_printf(out, "\t\tcomment \"%s\"\n", n->comment);
  if (n->hook != NULL) {
    g_string_append_printf(out, "\t\ttype %s hook %s", n->type, n->hook);
    if (n->device != NULL)
      put_devices(out, n->device);
    g_string_append(out, " priority ");
    fw_nft_text_priority(out, chain->table->family, n->hook, n->priority);
    g_string_append_printf(out, "; policy %s;\n", chain->policy == FW_POLICY_DROP ? "drop" : "accept");
  }
  for (i = 0; i < chain->n_rules; i++) {
    g_string_append(out, "\t\t");
    fw_nft_text_rule(out, chain->rules[i], now);
    g_string_append_c(out, '\n');
  }
  g_string_append(out, "\t}\n");
}

static void put_table_flags(GString *out, const fw_nft_table *t)
{
  gsize start = out->len;

  if (t->dormant)
    g_string_append(out, ",dormant");
  if (t->owner)
    g_string_append(out, ",owner");
  if (t->persist)
    g_string_append(out, ",persist");
  if (out->len == start)
    return;
  g_string_overwrite_len(out, start, " ", 1);
  g_string_insert(out, (gssize)start, "\tflags");
  g_string_append_c(out, '\n');
}

static void between(GString *out, gboolean *any)
{
  if (*any)
    g_string_append_c(out, '\n');
  *any = TRUE;
}

static void put_table(GString *out, const fw_table *table, const fw_nft_now *now)
{
  const fw_nft_table *t = table->nft;
  gboolean any = FALSE;
  guint pass, i;

  g_string_append_printf(out, "table %s %s {\n", fw_family_name(table->family), table->name);
  if (t->comment != NULL)
    g_string_append_printf(out, "\tcomment \"%s\"\n", t->comment);
  put_table_flags(out, t);
  /* Flow tables stand behind sets. */
  for (pass = 0; pass < 3; pass++) {
    for (i = 0; pass != 1 && i < t->objects->len; i++) {
      const fw_nft_object *o = g_ptr_array_index(t->objects, i);

      if ((strcmp(o->kind, "flowtable") == 0) == (pass == 2)) {
        between(out, &any);
        put_object(out, o, now);
      }
    }
    for (i = 0; pass == 1 && i < t->sets->len; i++) {
      between(out, &any);
      put_set(out, g_ptr_array_index(t->sets, i), now);
    }
  }
  for (i = 0; i < table->chains->len; i++) {
    between(out, &any);
    put_chain(out, g_ptr_array_index(table->chains, i), now);
  }
  g_string_append(out, "}\n");
}

void fw_nft_text_ruleset(GString *out, const fw_ruleset *r, const fw_nft_now *now)
{
  guint i;

  for (i = 0; i < r->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(r->tables, i);

    if (table->nft != NULL)
      put_table(out, table, now);
  }
}
