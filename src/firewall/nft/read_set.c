/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets and maps, named and anonymous, and their elements. */
#include <string.h>

#include "firewall/nft/reader.h"

fw_nft_set *fw_nft_set_new(fw_nft_reader *r, const char *name)
{
  fw_nft_set *set = fw_ruleset_take(r->ruleset, sizeof *set);

  set->table = r->table;
  set->name = fw_nft_word(r, name);
  set->elements = g_array_new(FALSE, TRUE, sizeof(fw_nft_element));
  set->number = r->nft->sets->len;
  g_ptr_array_add(r->nft->sets, set);
  return set;
}

static void set_shape(fw_nft_set *set, const fw_nft_shape *key)
{
  guint i;

  set->n_types = key->n;
  for (i = 0; i < key->n; i++) {
    set->types[i] = key->types[i];
    set->widths[i] = key->widths[i];
  }
}

static void set_data_shape(fw_nft_set *set, const fw_nft_shape *data)
{
  guint i;

  set->n_data_types = data->n;
  for (i = 0; i < data->n; i++) {
    set->data_types[i] = data->types[i];
    set->data_widths[i] = data->widths[i];
  }
}

static fw_nft_shape key_shape(const fw_nft_set *set)
{
  fw_nft_shape shape = { .n = set->n_types };

  memcpy(shape.types, set->types, sizeof shape.types);
  memcpy(shape.widths, set->widths, sizeof shape.widths);
  return shape;
}

static fw_nft_shape data_shape(const fw_nft_set *set)
{
  fw_nft_shape shape = { .n = set->n_data_types };

  memcpy(shape.types, set->data_types, sizeof shape.types);
  memcpy(shape.widths, set->data_widths, sizeof shape.widths);
  return shape;
}

/* ---- types ---- */

/* "a . b" => the types; widths 0 where the name does not say. */
static gboolean shape_of_names(fw_nft_reader *r, const char *text, fw_nft_shape *shape)
{
  g_auto(GStrv) names = g_strsplit(text, " . ", FW_NFT_PARTS_MOST + 1);
  guint i;

  shape->n = g_strv_length(names);
  if (shape->n < 1 || shape->n > FW_NFT_PARTS_MOST)
    return FALSE;
  for (i = 0; i < shape->n; i++) {
    const char *name = strcmp(names[i], "time") == 0 ? "ct_expiration" : names[i];

    shape->types[i] = fw_nft_type_find(name);
    if (shape->types[i] == NULL) {
      fw_nft_fail(r, "type %s", names[i]);
      return FALSE;
    }
    shape->widths[i] = shape->types[i]->n_bytes;
  }
  return TRUE;
}

static gboolean shape_of_typeof(fw_nft_reader *r, JsonNode *node, fw_nft_shape *shape)
{
  const fw_nft_expr *e = fw_nft_read_left(r, node);

  if (e == NULL)
    return FALSE;
  *shape = fw_nft_shape_of(e);
  return TRUE;
}

/* "type", ["type", ...], {"typeof": expression}, or an expression by itself. */
static gboolean read_type(fw_nft_reader *r, JsonNode *node, fw_nft_shape *shape)
{
  g_autofree char *joined = NULL;
  const char *name;
  JsonNode *value;

  if (JSON_NODE_HOLDS_OBJECT(node)) {
    if (fw_nft_only_member(node, &name, &value) && strcmp(name, "typeof") == 0)
      return shape_of_typeof(r, value, shape);
    return shape_of_typeof(r, node, shape);
  }
  joined = fw_nft_joined(node, " . ");
  return shape_of_names(r, joined, shape);
}

/* A set "of integers" is as wide as what is looked up in it. */
static gboolean learn(fw_nft_set *set, const fw_nft_shape *key)
{
  guint i;

  if (set->n_types != key->n)
    return FALSE;
  for (i = 0; i < key->n; i++) {
    if (set->widths[i] == 0) {
      set->types[i] = key->types[i];
      set->widths[i] = key->widths[i];
    }
    if (set->widths[i] != key->widths[i])
      return FALSE;
  }
  return TRUE;
}

static gboolean learn_data(fw_nft_set *set, const fw_nft_shape *data)
{
  fw_nft_set own = *set;

  /* Where nothing is asked of the data (an address, perhaps with a port), the map's own types say. */
  if (data->n == 1 && data->widths[0] == 0)
    return TRUE;
  memcpy(own.types, set->data_types, sizeof own.types);
  memcpy(own.widths, set->data_widths, sizeof own.widths);
  own.n_types = set->n_data_types;
  if (!learn(&own, data))
    return FALSE;
  memcpy(set->data_types, own.types, sizeof own.types);
  memcpy(set->data_widths, own.widths, sizeof own.widths);
  return TRUE;
}

fw_nft_set *fw_nft_set_named(fw_nft_reader *r, const char *name, const fw_nft_shape *key)
{
  fw_nft_set *set = fw_nft_set_find(r->table, name);

  if (set == NULL)
    return fw_nft_fail(r, "no set @%s in this table", name);
  if (set->unknown)
    return fw_nft_fail(r, "set @%s, which is not understood", name);
  if (!learn(set, key))
    return fw_nft_fail(r, "set @%s has keys of another kind", name);
  return set;
}

/* ---- elements ---- */

static gboolean read_extras(fw_nft_reader *r, JsonObject *o, fw_nft_element *e)
{
  static const char *const stateful[] = { "counter", "limit", "quota", "ct count", "last" };
  guint i, n = 0;

  e->timeout_s = fw_nft_integer(o, "timeout", -1);
  e->expires_s = fw_nft_integer(o, "expires", -1);
  e->comment = fw_nft_word(r, fw_nft_text(o, "comment", NULL));
  for (i = 0; i < G_N_ELEMENTS(stateful); i++)
    n += json_object_has_member(o, stateful[i]);
  if (n == 0)
    return TRUE;
  e->inner = fw_ruleset_take(r->ruleset, n * sizeof *e->inner);
  for (i = 0; i < G_N_ELEMENTS(stateful); i++)
    if (json_object_has_member(o, stateful[i]) &&
        fw_nft_read_stateful(r, stateful[i], json_object_get_member(o, stateful[i]), &e->inner[e->n_inner]))
      e->n_inner++;
  return e->n_inner == n;
}

static gboolean read_key(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape, fw_nft_element *e)
{
  JsonNode *value = node;
  const char *name;

  if (fw_nft_only_member(node, &name, &value) && strcmp(name, "elem") == 0 && JSON_NODE_HOLDS_OBJECT(value)) {
    JsonObject *o = json_node_get_object(value);

    if (!json_object_has_member(o, "val") || !read_extras(r, o, e))
      return fw_nft_fail(r, "an element without a value") != NULL;
    node = json_object_get_member(o, "val");
  }
  e->key = fw_nft_read_right(r, node, shape);
  if (e->key == NULL)
    return FALSE;
  if (e->key->kind == FW_NFT_ANY && shape->n >= 1)
    e->key = NULL;
  else if (e->key->kind == FW_NFT_SET || e->key->kind >= FW_NFT_MAP)
    return fw_nft_fail(r, "an element that is no constant") != NULL;
  return TRUE;
}

static gboolean read_data(fw_nft_reader *r, JsonNode *node, fw_nft_set *set, fw_nft_element *e)
{
  fw_nft_shape shape = data_shape(set);

  if (set->verdicts) {
    e->verdict = fw_ruleset_take(r->ruleset, sizeof *e->verdict);
    return fw_nft_read_verdict(r, node, e->verdict) || fw_nft_fail(r, "an element whose data is no verdict") != NULL;
  }
  if (set->data_name != NULL) {
    e->data = fw_nft_expr_new(r, FW_NFT_OTHER, fw_nft_type_find("string"), 0);
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
      return fw_nft_fail(r, "an element whose data is no name") != NULL;
    e->data->text = fw_nft_word(r, json_node_get_string(node));
    return TRUE;
  }
  e->data = fw_nft_read_right(r, node, &shape);
  return e->data != NULL;
}

/* Between loading and listing a moment has passed, and seconds are shown that are still whole. */
static void take_moment_back(const fw_nft_reader *r, const fw_nft_set *set, fw_nft_element *e)
{
  const gint64 timeout_s = e->timeout_s >= 0 ? e->timeout_s : set->timeout_s;

  if (r->lines == NULL || e->expires_s < 0)
    return;
  e->expires_s++;
  if (e->expires_s >= timeout_s)
    e->expires_s = -1;
}

/* An element, or [element, data] of a map. */
static gboolean read_element(fw_nft_reader *r, JsonNode *node, fw_nft_set *set)
{
  fw_nft_element e = { .timeout_s = -1, .expires_s = -1 };
  const fw_nft_shape shape = key_shape(set);
  JsonArray *pair;

  if (set->is_map) {
    pair = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    if (pair == NULL || json_array_get_length(pair) != 2)
      return fw_nft_fail(r, "an element of a map without data") != NULL;
    if (!read_key(r, json_array_get_element(pair, 0), &shape, &e) ||
        !read_data(r, json_array_get_element(pair, 1), set, &e))
      return FALSE;
  } else if (!read_key(r, node, &shape, &e)) {
    return FALSE;
  }
  take_moment_back(r, set, &e);
  g_array_append_val(set->elements, e);
  return TRUE;
}

static gboolean read_all(fw_nft_reader *r, JsonArray *elements, fw_nft_set *set)
{
  guint i;

  for (i = 0; i < json_array_get_length(elements); i++)
    if (!read_element(r, json_array_get_element(elements, i), set))
      return FALSE;
  return TRUE;
}

void fw_nft_read_elements(fw_nft_reader *r, fw_nft_set *set)
{
  gsize before = r->path->len;
  JsonNode *node = set->node;
  guint i;

  if (node == NULL)
    return;
  set->node = NULL;
  r->table = set->table;
  g_string_assign(r->path, set->path);
  g_string_append(r->path, ".elem");
  for (i = 0; i < set->n_types; i++)
    if (set->widths[i] == 0 && !set->unknown)
      set->unknown = TRUE; /* nobody looks anything up in it: there is nothing to understand */
  g_string_truncate(r->why, 0);
  if (!set->unknown) {
    gboolean ok = JSON_NODE_HOLDS_ARRAY(node) && read_all(r, json_node_get_array(node), set);

    if (!ok) {
      if (r->why->len == 0)
        g_string_assign(r->why, "no list of elements");
      set->unknown = TRUE;
      fw_nft_note(r, FW_NOTE_SET, r->why->str);
    }
  }
  g_string_truncate(r->path, before);
}

fw_nft_set *fw_nft_read_anonymous(fw_nft_reader *r, JsonArray *elements, const fw_nft_shape *key)
{
  fw_nft_set *set = fw_nft_set_new(r, NULL);

  set_shape(set, key);
  return read_all(r, elements, set) ? set : NULL;
}

fw_nft_shape fw_nft_nat_shape(JsonNode *data, const fw_nft_shape *one)
{
  fw_nft_shape shape = *one;
  JsonNode *list = data, *first, *value;
  JsonArray *pair;
  const char *name;

  if (data != NULL && fw_nft_only_member(data, &name, &value) && strcmp(name, "set") == 0)
    list = value;
  if (list == NULL || !JSON_NODE_HOLDS_ARRAY(list) || json_array_get_length(json_node_get_array(list)) == 0)
    return shape;
  first = json_array_get_element(json_node_get_array(list), 0);
  pair = JSON_NODE_HOLDS_ARRAY(first) ? json_node_get_array(first) : NULL;
  if (pair == NULL || json_array_get_length(pair) != 2 ||
      !fw_nft_only_member(json_array_get_element(pair, 1), &name, &value) || strcmp(name, "concat") != 0)
    return shape;
  shape.n = 2;
  shape.types[1] = fw_nft_type_find("inet_service");
  shape.widths[1] = 2;
  return shape;
}

fw_nft_set *fw_nft_read_map(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *key, const fw_nft_shape *data)
{
  const char *name = NULL;
  JsonNode *value = node;
  fw_nft_set *set;

  if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING &&
      json_node_get_string(node)[0] == '@') {
    set = fw_nft_set_named(r, json_node_get_string(node) + 1, key);
    if (set == NULL)
      return NULL;
    if (!set->is_map || set->verdicts != (data == NULL))
      return fw_nft_fail(r, "@%s is no map of that kind", set->name);
    if (data != NULL && data->n == 0 && set->data_name == NULL)
      return fw_nft_fail(r, "@%s has no objects as data", set->name);
    if (data != NULL && set->data_name == NULL && !learn_data(set, data))
      return fw_nft_fail(r, "@%s has data of another kind", set->name);
    return set;
  }
  if (fw_nft_only_member(node, &name, &value) && strcmp(name, "set") != 0)
    return fw_nft_fail(r, "%s where a map is expected", name);
  if (!JSON_NODE_HOLDS_ARRAY(value))
    return fw_nft_fail(r, "a map without elements");
  set = fw_nft_set_new(r, NULL);
  set_shape(set, key);
  set->is_map = TRUE;
  set->verdicts = data == NULL;
  if (data != NULL && data->n == 0)
    set->data_name = "object";
  else if (data != NULL)
    set_data_shape(set, data);
  return read_all(r, json_node_get_array(value), set) ? set : NULL;
}

/* ---- named ones ---- */

static void take_flag(const char *text, gpointer user)
{
  fw_nft_set *set = user;

  set->interval |= strcmp(text, "interval") == 0;
  set->flag_dynamic |= strcmp(text, "dynamic") == 0;
  set->flag_constant |= strcmp(text, "constant") == 0;
  set->has_timeout |= strcmp(text, "timeout") == 0;
}

static gboolean is_object_kind(const char *name)
{
  static const char *const kinds[] = { "counter",        "quota",   "limit",    "ct helper", "ct timeout",
                                       "ct expectation", "secmark", "synproxy", "tunnel" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (strcmp(kinds[i], name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean read_map_type(fw_nft_reader *r, JsonObject *o, fw_nft_set *set)
{
  JsonNode *node = json_object_get_member(o, "map");
  g_autofree char *name = NULL;
  fw_nft_shape data;

  if (node == NULL)
    return fw_nft_fail(r, "a map without the type of its data") != NULL;
  name = JSON_NODE_HOLDS_OBJECT(node) ? g_strdup("") : fw_nft_joined(node, " . ");
  if (strcmp(name, "verdict") == 0) {
    set->verdicts = TRUE;
    return TRUE;
  }
  if (is_object_kind(name)) {
    set->data_name = fw_nft_word(r, name);
    return TRUE;
  }
  if (!read_type(r, node, &data))
    return FALSE;
  set_data_shape(set, &data);
  return TRUE;
}

static gboolean read_head(fw_nft_reader *r, JsonObject *o, fw_nft_set *set)
{
  fw_nft_shape key;

  if (!json_object_has_member(o, "type"))
    return fw_nft_fail(r, "a set without a type") != NULL;
  if (!read_type(r, json_object_get_member(o, "type"), &key))
    return FALSE;
  set_shape(set, &key);
  return !set->is_map || read_map_type(r, o, set);
}

gboolean fw_nft_read_set(fw_nft_reader *r, JsonObject *o, gboolean is_map)
{
  fw_nft_set *set = fw_nft_set_new(r, fw_nft_text(o, "name", ""));

  set->is_map = is_map;
  set->timeout_s = fw_nft_integer(o, "timeout", 0);
  set->gc_s = fw_nft_integer(o, "gc-interval", 0);
  set->size = (guint32)CLAMP(fw_nft_integer(o, "size", 0), 0, G_MAXUINT32);
  set->policy = fw_nft_word(r, fw_nft_text(o, "policy", NULL));
  set->comment = fw_nft_word(r, fw_nft_text(o, "comment", NULL));
  set->auto_merge = fw_nft_boolean(o, "auto-merge");
  if (json_object_has_member(o, "flags"))
    fw_nft_each_text(json_object_get_member(o, "flags"), take_flag, set);
  g_string_truncate(r->why, 0);
  if (json_object_has_member(o, "stmt"))
    set->n_inner = fw_nft_read_inner(r, json_object_get_member(o, "stmt"), &set->inner);
  if (!read_head(r, o, set)) {
    set->unknown = TRUE;
    fw_nft_note(r, FW_NOTE_SET, r->why->str);
  }
  set->node = json_object_get_member(o, "elem");
  set->path = g_strdup(r->path->str);
  g_ptr_array_add(r->table->nft->sets, set);
  return TRUE;
}
