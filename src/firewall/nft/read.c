/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The document: {"nftables":[...]}. Tables, chains, sets and objects are read first, then the rules, then the elements
 * of sets: what a list names may stand behind what names it, and some types only show where a set is used.
 */
#include <stdio.h>
#include <string.h>

#include "firewall/nft/link.h"
#include "firewall/nft/reader.h"
#include "firewall/nft/scan.h"

enum { NAME_MOST = 255 };
/* A document of which json-glib's tree still fits a machine. */
#define TEXT_MOST ((gsize)256 << 20)

typedef struct reading {
  fw_nft_reader reader;
  JsonArray *list;
  GArray *spots;
  GPtrArray *tables;   /* fw_table of this document */
  GHashTable *counts;  /* of a listing: "FAMILY TABLE CHAIN" => how many rules it has; and how many were met */
  GHashTable *foreign; /* names of tables that another file has in iptables' words */
  GError **error;
} reading;

/* ---- members ---- */

/* A member and what is done with it: "table", "rule", or the same behind "add", "create", "insert". */
typedef struct command {
  const char *verb, *kind;
  JsonObject *what;
} command;

static gboolean fail_here(reading *d, const char *what)
{
  g_autofree char *text = g_strdup_printf("%s: %s", d->reader.path->str, what);

  return fw_fail(d->error, &d->reader.place, "%s", text);
}

static void go_to(reading *d, guint i)
{
  const fw_nft_spot *spot = i < d->spots->len ? &g_array_index(d->spots, fw_nft_spot, i) : NULL;

  d->reader.place.line = spot != NULL ? spot->line : 1;
  d->reader.place.column = spot != NULL ? spot->column : 0;
  g_string_printf(d->reader.path, "nftables[%u]", i);
}

static gboolean is_verb(const char *name)
{
  static const char *const verbs[] = { "add",     "create", "insert", "replace", "delete",
                                       "destroy", "flush",  "list",   "reset",   "rename" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(verbs); i++)
    if (strcmp(verbs[i], name) == 0)
      return TRUE;
  return FALSE;
}

/* => FALSE: no object of one member; said. */
static gboolean command_of(reading *d, guint i, command *c)
{
  JsonNode *node = json_array_get_element(d->list, i), *value;
  const char *name;

  go_to(d, i);
  *c = (command){ .verb = "add", .kind = "" };
  if (!fw_nft_only_member(node, &name, &value))
    return fail_here(d, "expected an object of one member");
  if (is_verb(name)) {
    c->verb = name;
    g_string_append_printf(d->reader.path, ".%s", name);
    if (!fw_nft_only_member(value, &name, &value))
      return fail_here(d, "expected an object of one member");
  }
  c->kind = name;
  g_string_append_printf(d->reader.path, ".%s", name);
  if (JSON_NODE_HOLDS_OBJECT(value))
    c->what = json_node_get_object(value);
  return TRUE;
}

static gboolean adds(const command *c)
{
  return strcmp(c->verb, "add") == 0 || strcmp(c->verb, "create") == 0 || strcmp(c->verb, "insert") == 0;
}

/* ---- places of a listing in the text that was listed ---- */

typedef struct rule_count {
  guint rules, met;
} rule_count;

static char *chain_key(JsonObject *o)
{
  return g_strjoin("\n", fw_nft_text(o, "family", "ip"), fw_nft_text(o, "table", ""), fw_nft_text(o, "chain", ""),
                   NULL);
}

static void count_rules(reading *d)
{
  guint i;

  d->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (i = 0; d->reader.lines != NULL && i < json_array_get_length(d->list); i++) {
    JsonNode *node = json_array_get_element(d->list, i), *value;
    const char *name;
    rule_count *count;
    char *key;

    if (!fw_nft_only_member(node, &name, &value) || strcmp(name, "rule") != 0 || !JSON_NODE_HOLDS_OBJECT(value))
      continue;
    key = chain_key(json_node_get_object(value));
    count = g_hash_table_lookup(d->counts, key);
    if (count != NULL)
      g_free(key);
    else
      g_hash_table_insert(d->counts, key, count = g_new0(rule_count, 1));
    count->rules++;
  }
}

static guint line_of_rule(reading *d, JsonObject *o)
{
  g_autofree char *key = chain_key(o);
  rule_count *count = g_hash_table_lookup(d->counts, key);

  return count == NULL
           ? 0
           : fw_nft_lines_of_rule(d->reader.lines, fw_nft_text(o, "family", "ip"), fw_nft_text(o, "table", ""),
                                  fw_nft_text(o, "chain", ""), count->met++, count->rules);
}

/* rules: they are counted as they come by, so only then. */
static void go_to_source(reading *d, const command *c, gboolean rules)
{
  guint line = 0;

  if (d->reader.lines == NULL || c->what == NULL)
    return;
  if (strcmp(c->kind, "rule") != 0)
    line = fw_nft_lines_of(d->reader.lines, c->kind, fw_nft_text(c->what, "family", "ip"),
                           fw_nft_text(c->what, strcmp(c->kind, "table") == 0 ? "name" : "table", ""),
                           strcmp(c->kind, "table") == 0 ? NULL : fw_nft_text(c->what, "name", ""));
  else if (rules)
    line = line_of_rule(d, c->what);
  d->reader.place.line = MAX(line, 1);
  d->reader.place.column = 0;
}

/* ---- tables and chains ---- */

static gboolean family_of(const char *name, fw_family *family)
{
  guint i;

  for (i = FW_IPV4; i <= FW_ARP; i++)
    if (strcmp(fw_family_name((fw_family)i), name) == 0) {
      *family = (fw_family)i;
      return TRUE;
    }
  return FALSE;
}

static fw_table *table_named(const reading *d, JsonObject *o, const char *member)
{
  const char *name = fw_nft_text(o, member, "");
  fw_family family;
  guint i;

  if (!family_of(fw_nft_text(o, "family", "ip"), &family))
    return NULL;
  for (i = 0; i < d->tables->len; i++) {
    fw_table *table = g_ptr_array_index(d->tables, i);

    if (table->family == family && strcmp(table->name, name) == 0)
      return table;
  }
  return NULL;
}

static gboolean name_fits(const char *name) { return *name != '\0' && strlen(name) <= NAME_MOST; }

static gboolean read_table(reading *d, JsonObject *o)
{
  const char *name = fw_nft_text(o, "name", "");
  fw_family family;

  if (!family_of(fw_nft_text(o, "family", "ip"), &family) || !name_fits(name))
    return fail_here(d, "expected a family and a name");
  if (table_named(d, o, "name") != NULL)
    return TRUE;
  g_ptr_array_add(d->tables, fw_nft_read_table(&d->reader, family, o));
  return TRUE;
}

static gboolean read_chain(reading *d, JsonObject *o)
{
  fw_table *table = table_named(d, o, "table");
  const char *name = fw_nft_text(o, "name", "");

  if (table == NULL || !name_fits(name))
    return fail_here(d, "expected a table that is there, and a name");
  if (fw_table_chain(table, name) != NULL)
    return TRUE;
  if (!fw_nft_read_chain(&d->reader, table, o))
    return fail_here(d, "expected a priority");
  return TRUE;
}

/* ---- the first time through ---- */

static gboolean is_object(const char *kind)
{
  static const char *const kinds[] = { "counter",        "quota",   "limit",    "ct helper", "ct timeout",
                                       "ct expectation", "secmark", "synproxy", "flowtable", "tunnel" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (strcmp(kinds[i], kind) == 0)
      return TRUE;
  return FALSE;
}

static void set_family(fw_nft_reader *r, fw_table *table)
{
  r->table = table;
  r->family = table->family == FW_IPV4 ? 4 : table->family == FW_IPV6 ? 6 : 0;
}

static gboolean read_definition(reading *d, const command *c)
{
  fw_table *table;

  if (strcmp(c->kind, "table") == 0)
    return read_table(d, c->what);
  if (strcmp(c->kind, "chain") == 0)
    return read_chain(d, c->what);
  if (strcmp(c->kind, "set") != 0 && strcmp(c->kind, "map") != 0 && !is_object(c->kind))
    return TRUE;
  table = table_named(d, c->what, "table");
  if (table == NULL || !name_fits(fw_nft_text(c->what, "name", "")))
    return fail_here(d, "expected a table that is there, and a name");
  set_family(&d->reader, table);
  if (is_object(c->kind))
    return fw_nft_read_object(&d->reader, c->kind, c->what);
  if (fw_nft_set_find(table, fw_nft_text(c->what, "name", "")) != NULL)
    return TRUE;
  return fw_nft_read_set(&d->reader, c->what, c->kind[0] == 'm');
}

static gboolean read_definitions(reading *d)
{
  command c;
  guint i;

  for (i = 0; i < json_array_get_length(d->list); i++) {
    if (!command_of(d, i, &c))
      return FALSE;
    if (c.what == NULL && adds(&c))
      return fail_here(d, "expected an object");
    go_to_source(d, &c, FALSE);
    if (adds(&c) && !read_definition(d, &c))
      return FALSE;
  }
  return TRUE;
}

/* ---- rules ---- */

static gboolean read_rule(reading *d, const command *c)
{
  fw_table *table = table_named(d, c->what, "table");
  fw_chain *chain = table != NULL ? fw_table_chain(table, fw_nft_text(c->what, "chain", "")) : NULL;
  JsonNode *list = json_object_get_member(c->what, "expr");
  gint64 index = fw_nft_integer(c->what, "index", -1);
  fw_rule *rule;

  if (chain == NULL)
    return fail_here(d, "expected a table and a chain that are there");
  if (list == NULL || !JSON_NODE_HOLDS_ARRAY(list) || json_array_get_length(json_node_get_array(list)) > 4096)
    return fail_here(d, "expected a list \"expr\" of at most 4096 statements");
  set_family(&d->reader, table);
  rule = fw_nft_read_rule(&d->reader, chain, c->what, json_node_get_array(list));
  if (strcmp(c->verb, "insert") == 0)
    fw_build_insert(chain, rule, index >= 0 && index < fw_build_length(chain) ? (guint)index : 0);
  else if (index >= 0 && index < fw_build_length(chain))
    fw_build_insert(chain, rule, (guint)index + 1);
  else
    fw_build_append(chain, rule);
  return TRUE;
}

/* {"element":{"family","table","name","elem":[...]}} */
static void read_elements_command(reading *d, const command *c)
{
  fw_table *table = table_named(d, c->what, "table");
  fw_nft_set *set = table != NULL ? fw_nft_set_find(table, fw_nft_text(c->what, "name", "")) : NULL;

  if (set == NULL || !json_object_has_member(c->what, "elem")) {
    fw_nft_note(&d->reader, FW_NOTE_NO_SET, "elements of a set that is not there");
    return;
  }
  if (set->node != NULL)
    fw_nft_read_elements(&d->reader, set);
  set->node = json_object_get_member(c->what, "elem");
  g_free(set->path);
  set->path = g_strdup(d->reader.path->str);
}

static gboolean read_rules(reading *d)
{
  gboolean begun = FALSE;
  command c;
  guint i;

  for (i = 0; i < json_array_get_length(d->list); i++) {
    if (!command_of(d, i, &c))
      return FALSE;
    go_to_source(d, &c, TRUE);
    if (!adds(&c)) {
      /* Emptying what is empty. */
      if (strcmp(c.kind, "ruleset") != 0 && (begun || strcmp(c.verb, "flush") != 0))
        fw_nft_note(&d->reader, FW_NOTE_COMMAND, c.verb);
      continue;
    }
    begun |= strcmp(c.kind, "rule") == 0;
    if (strcmp(c.kind, "rule") == 0 && !read_rule(d, &c))
      return FALSE;
    if (strcmp(c.kind, "element") == 0)
      read_elements_command(d, &c);
  }
  return TRUE;
}

static void read_elements(reading *d)
{
  guint i, k;

  for (i = 0; i < d->tables->len; i++) {
    fw_table *table = g_ptr_array_index(d->tables, i);

    set_family(&d->reader, table);
    for (k = 0; k < table->nft->sets->len; k++)
      fw_nft_read_elements(&d->reader, g_ptr_array_index(table->nft->sets, k));
  }
}

/* ---- the document ---- */

/* A table of iptables-nft that another file tells in its own words: that one says more. */
static void leave_foreign(reading *d)
{
  fw_ruleset *r = d->reader.ruleset;
  guint i, k;

  for (i = 0; i < d->tables->len; i++) {
    fw_table *table = g_ptr_array_index(d->tables, i);

    for (k = 0; table->nft->xt && k < r->tables->len; k++) {
      const fw_table *other = g_ptr_array_index(r->tables, k);

      if (other->nft == NULL && other->family == table->family && strcmp(other->name, table->name) == 0) {
        fw_build_leave(r, table);
        break;
      }
    }
  }
}

static gboolean read_list(reading *d)
{
  guint i;

  if (!read_definitions(d) || !read_rules(d))
    return FALSE;
  read_elements(d);
  leave_foreign(d);
  for (i = 0; i < d->tables->len; i++) {
    fw_table *table = g_ptr_array_index(d->tables, i);

    fw_build_table_finish(table);
    if (!fw_nft_link(d->reader.ruleset, table, d->error))
      return FALSE;
  }
  return TRUE;
}

static gboolean parse_failed(const fw_place *place, const GError *parse, GError **error)
{
  fw_place at = { place->file, 1, 1 };
  const char *what = strstr(parse->message, ": ");
  guint line, column;

  if (sscanf(parse->message, "<data>:%u:%u", &line, &column) == 2) {
    at.line = MAX(line, 1);
    at.column = MAX(column, 1);
  }
  return fw_fail(error, &at, "no JSON: %s", what != NULL ? what + 2 : parse->message);
}

static gboolean take_document(reading *d, JsonParser *parser)
{
  JsonNode *root = json_parser_get_root(parser), *list = NULL;
  fw_place start = { d->reader.place.file, 1, 1 };

  if (root != NULL && JSON_NODE_HOLDS_OBJECT(root))
    list = json_object_get_member(json_node_get_object(root), "nftables");
  if (list == NULL || !JSON_NODE_HOLDS_ARRAY(list))
    return fw_fail(d->error, &start, "expected {\"nftables\": [...]}, as nft -j list ruleset writes it");
  d->list = json_node_get_array(list);
  count_rules(d);
  return read_list(d);
}

static gboolean check_text(reading *d, const char *text, gsize length)
{
  fw_place at = { d->reader.place.file, 1, 1 };
  fw_nft_spot deep;

  if (length > TEXT_MOST)
    return fw_fail(d->error, &at, "longer than 256 MiB");
  if (!fw_nft_scan(text, length, FW_NFT_DEPTH_MOST, d->spots, &deep)) {
    at.line = deep.line;
    at.column = deep.column;
    return fw_fail(d->error, &at, "nests deeper than %d brackets", FW_NFT_DEPTH_MOST);
  }
  return TRUE;
}

gboolean fw_nft_read(fw_ruleset *r, const char *name, const char *text, gsize length, GError **error)
{
  return fw_nft_read_listed(r, name, text, length, NULL, error);
}

gboolean fw_nft_read_listed(fw_ruleset *r, const char *name, const char *text, gsize length, const fw_nft_lines *lines,
                            GError **error)
{
  g_autoptr(JsonParser) parser = json_parser_new();
  fw_file *file = fw_build_file(r, name);
  reading d = { .error = error };
  GError *parse = NULL;
  gboolean ok = FALSE;

  file->nft = TRUE;
  file->family = FW_INET;
  if (r->nft == NULL)
    r->nft = fw_nft_ruleset_new();
  d.reader = (fw_nft_reader){ .ruleset = r, .nft = r->nft, .place = { file->name, 1, 1 }, .lines = lines };
  d.reader.path = g_string_new(NULL);
  d.reader.why = g_string_new(NULL);
  d.spots = g_array_new(FALSE, FALSE, sizeof(fw_nft_spot));
  d.tables = g_ptr_array_new();
  if (check_text(&d, text, length)) {
    if (json_parser_load_from_data(parser, text, (gssize)length, &parse))
      ok = take_document(&d, parser);
    else
      ok = parse_failed(&d.reader.place, parse, error);
  }
  g_clear_error(&parse);
  if (d.counts != NULL)
    g_hash_table_destroy(d.counts);
  g_string_free(d.reader.path, TRUE);
  g_string_free(d.reader.why, TRUE);
  g_array_free(d.spots, TRUE);
  g_ptr_array_free(d.tables, TRUE);
  return ok;
}

gboolean fw_nft_refuse_text(const char *name, GError **error)
{
  const fw_place start = { name, 1, 1 };

  return fw_fail(
    error, &start,
    "nftables' own language: give its JSON, which root gets by  unshare -n sh -c 'nft -f %s && nft -j list "
    "ruleset'",
    name);
}
