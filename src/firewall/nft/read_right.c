/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions on the right: constants of a known shape, sets, ranges, and what may also be read from the packet. */
#include <string.h>

#include "firewall/nft/reader.h"

static fw_nft_expr *of_shape(fw_nft_reader *r, fw_nft_expr_kind kind, const fw_nft_shape *shape)
{
  fw_nft_expr *e = fw_nft_expr_new(r, kind, shape->types[0], shape->widths[0]);

  e->value = fw_ruleset_take(r->ruleset, MAX(shape->widths[0], 1));
  return e;
}

static fw_nft_expr *bad(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  g_autofree char *text = fw_nft_json(node);

  return fw_nft_fail(r, "%s is no value of type %s", text, shape->types[0]->name);
}

static fw_nft_expr *read_scalar(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  fw_nft_expr *e;
  guint16 bits;

  if (shape->n != 1 || shape->widths[0] == 0)
    return bad(r, node, shape);
  e = of_shape(r, FW_NFT_VALUE, shape);
  if (!fw_nft_scalar_read(node, shape->types[0], shape->widths[0], e->value, &bits))
    return bad(r, node, shape);
  if (bits < 8 * shape->widths[0])
    e->kind = FW_NFT_WILDCARD;
  e->n_bits = bits;
  e->numeric = shape->types[0]->bits && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64;
  return e;
}

static fw_nft_expr *read_prefix(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
  gint64 length = o != NULL ? fw_nft_integer(o, "len", -1) : -1;
  guint16 bits;
  fw_nft_expr *e;

  if (o == NULL || !json_object_has_member(o, "addr") || shape->n != 1 || length < 0 || length > 8 * shape->widths[0])
    return bad(r, node, shape);
  e = of_shape(r, FW_NFT_PREFIX, shape);
  if (!fw_nft_scalar_read(json_object_get_member(o, "addr"), shape->types[0], shape->widths[0], e->value, &bits))
    return bad(r, node, shape);
  e->n_bits = (guint16)length;
  return e;
}

static fw_nft_expr *read_range(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  JsonArray *ends = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
  guint16 bits;
  fw_nft_expr *e;

  if (ends == NULL || json_array_get_length(ends) != 2 || shape->n != 1)
    return bad(r, node, shape);
  e = of_shape(r, FW_NFT_RANGE, shape);
  e->value_to = fw_ruleset_take(r->ruleset, MAX(shape->widths[0], 1));
  if (!fw_nft_scalar_read(json_array_get_element(ends, 0), shape->types[0], shape->widths[0], e->value, &bits) ||
      !fw_nft_scalar_read(json_array_get_element(ends, 1), shape->types[0], shape->widths[0], e->value_to, &bits))
    return bad(r, node, shape);
  return e;
}

static fw_nft_expr *read_parts(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
  fw_nft_expr *e;
  guint i;

  if (array == NULL || json_array_get_length(array) != shape->n)
    return fw_nft_fail(r, "a concatenation of other parts than it is compared with");
  e = fw_nft_expr_new(r, FW_NFT_CONCAT, fw_nft_type_find("integer"), fw_nft_shape_bytes(shape));
  e->n_parts = shape->n;
  e->parts = fw_ruleset_take(r->ruleset, e->n_parts * sizeof *e->parts);
  for (i = 0; i < shape->n; i++) {
    fw_nft_shape part = { .types = { shape->types[i] }, .widths = { shape->widths[i] }, .n = 1 };

    e->parts[i] = fw_nft_read_right(r, json_array_get_element(array, i), &part);
    if (e->parts[i] == NULL)
      return NULL;
  }
  return e;
}

/* Bits together: a list, or what '|' and '&' make of constants. */
static fw_nft_expr *read_bits(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape, char op)
{
  JsonArray *array = json_node_get_array(node);
  fw_nft_expr *e;
  guint i, b;

  if (shape->n != 1 || json_array_get_length(array) == 0 || json_array_get_length(array) > 256)
    return bad(r, node, shape);
  e = of_shape(r, FW_NFT_VALUE, shape);
  for (i = 0; i < json_array_get_length(array); i++) {
    fw_nft_expr *one = fw_nft_read_right(r, json_array_get_element(array, i), shape);

    if (one == NULL)
      return NULL;
    if (one->kind != FW_NFT_VALUE)
      return bad(r, node, shape);
    for (b = 0; b < shape->widths[0]; b++)
      e->value[b] = i == 0      ? one->value[b]
                    : op == '&' ? e->value[b] & one->value[b]
                    : op == '^' ? e->value[b] ^ one->value[b]
                                : e->value[b] | one->value[b];
  }
  return e;
}

static gboolean is_constant(JsonNode *node)
{
  const char *name;
  JsonNode *value;
  guint i;

  if (JSON_NODE_HOLDS_VALUE(node))
    return TRUE;
  if (fw_nft_only_member(node, &name, &value))
    return strlen(name) == 1 && strchr("|&^", name[0]) != NULL && is_constant(value);
  if (!JSON_NODE_HOLDS_ARRAY(node))
    return FALSE;
  for (i = 0; i < json_array_get_length(json_node_get_array(node)); i++)
    if (!is_constant(json_array_get_element(json_node_get_array(node), i)))
      return FALSE;
  return TRUE;
}

static fw_nft_expr *read_map(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
  fw_nft_shape key;
  fw_nft_expr *e;

  if (o == NULL || !json_object_has_member(o, "key") || !json_object_has_member(o, "data"))
    return fw_nft_fail(r, "a map without key and data");
  e = fw_nft_expr_new(r, FW_NFT_MAP, shape->types[0], fw_nft_shape_bytes(shape));
  e->n_parts = 1;
  e->parts = fw_ruleset_take(r->ruleset, sizeof *e->parts);
  e->parts[0] = fw_nft_read_key(r, json_object_get_member(o, "key"), json_object_get_member(o, "data"));
  if (e->parts[0] == NULL)
    return NULL;
  key = fw_nft_shape_of(e->parts[0]);
  e->set = fw_nft_read_map(r, json_object_get_member(o, "data"), &key, shape);
  return e->set != NULL ? e : NULL;
}

static fw_nft_expr *read_set(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  g_autoptr(JsonArray) one = NULL;
  fw_nft_expr *e = fw_nft_expr_new(r, FW_NFT_SET, shape->types[0], fw_nft_shape_bytes(shape));

  if (JSON_NODE_HOLDS_ARRAY(node)) {
    one = json_array_ref(json_node_get_array(node));
  } else {
    one = json_array_new();
    json_array_add_element(one, json_node_copy(node));
  }
  e->set = fw_nft_read_anonymous(r, one, shape);
  return e->set != NULL ? e : NULL;
}

static fw_nft_expr *read_object(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  const char *name;
  JsonNode *value;

  if (!fw_nft_only_member(node, &name, &value))
    return bad(r, node, shape);
  if (strcmp(name, "prefix") == 0)
    return read_prefix(r, value, shape);
  if (strcmp(name, "range") == 0)
    return read_range(r, value, shape);
  if (strcmp(name, "set") == 0)
    return read_set(r, value, shape);
  if (strcmp(name, "map") == 0)
    return read_map(r, value, shape);
  if (strcmp(name, "concat") == 0 && shape->n > 1)
    return read_parts(r, value, shape);
  if (strcmp(name, "elem") == 0 && JSON_NODE_HOLDS_OBJECT(value) &&
      json_object_has_member(json_node_get_object(value), "val"))
    return fw_nft_read_right(r, json_object_get_member(json_node_get_object(value), "val"), shape);
  if (strlen(name) == 1 && strchr("|&^", name[0]) != NULL && JSON_NODE_HOLDS_ARRAY(value) && is_constant(value)) {
    fw_nft_expr *e = read_bits(r, value, shape, name[0]);

    if (e != NULL)
      e->piped = name[0] == '|' && e->type->bits;
    return e;
  }
  return fw_nft_read_left(r, node);
}

fw_nft_expr *fw_nft_read_right(fw_nft_reader *r, JsonNode *node, const fw_nft_shape *shape)
{
  fw_nft_expr *e;
  const char *text;

  if (JSON_NODE_HOLDS_OBJECT(node))
    return read_object(r, node, shape);
  if (JSON_NODE_HOLDS_ARRAY(node))
    return read_bits(r, node, shape, '|');
  if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING) {
    text = json_node_get_string(node);
    if (text[0] == '@' && text[1] != '\0') {
      e = fw_nft_expr_new(r, FW_NFT_SET, shape->types[0], fw_nft_shape_bytes(shape));
      e->set = fw_nft_set_named(r, text + 1, shape);
      return e->set != NULL ? e : NULL;
    }
    if (strcmp(text, "*") == 0)
      return fw_nft_expr_new(r, FW_NFT_ANY, shape->types[0], fw_nft_shape_bytes(shape));
  }
  return read_scalar(r, node, shape);
}
