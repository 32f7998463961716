/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into JSON of which nothing is certain. */
#include <string.h>

#include "firewall/nft/reader.h"

enum { SHOWN_MOST = 120 };

const char *fw_nft_text(JsonObject *o, const char *name, const char *otherwise)
{
  JsonNode *node = json_object_get_member(o, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
           ? json_node_get_string(node)
           : otherwise;
}

gint64 fw_nft_integer(JsonObject *o, const char *name, gint64 otherwise)
{
  JsonNode *node = json_object_get_member(o, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64
           ? json_node_get_int(node)
           : otherwise;
}

gboolean fw_nft_boolean(JsonObject *o, const char *name)
{
  JsonNode *node = json_object_get_member(o, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean(node);
}

JsonObject *fw_nft_object_member(JsonObject *o, const char *name)
{
  JsonNode *node = json_object_get_member(o, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

void fw_nft_each_text(JsonNode *node, void (*each)(const char *text, gpointer user), gpointer user)
{
  guint i;

  if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
    each(json_node_get_string(node), user);
  for (i = 0; JSON_NODE_HOLDS_ARRAY(node) && i < json_array_get_length(json_node_get_array(node)); i++) {
    JsonNode *one = json_array_get_element(json_node_get_array(node), i);

    if (JSON_NODE_HOLDS_VALUE(one) && json_node_get_value_type(one) == G_TYPE_STRING)
      each(json_node_get_string(one), user);
  }
}

typedef struct joining {
  GString *out;
  const char *separator;
} joining;

static void join(const char *text, gpointer user)
{
  joining *j = user;

  g_string_append_printf(j->out, "%s%s", j->out->len > 0 ? j->separator : "", text);
}

char *fw_nft_joined(JsonNode *node, const char *separator)
{
  joining j = { g_string_new(NULL), separator };

  fw_nft_each_text(node, join, &j);
  return g_string_free(j.out, FALSE);
}

gboolean fw_nft_only_member(JsonNode *node, const char **name, JsonNode **value)
{
  JsonObjectIter iter;
  JsonObject *o;

  if (!JSON_NODE_HOLDS_OBJECT(node))
    return FALSE;
  o = json_node_get_object(node);
  if (json_object_get_size(o) != 1)
    return FALSE;
  json_object_iter_init(&iter, o);
  return json_object_iter_next(&iter, name, value);
}

char *fw_nft_json(JsonNode *node)
{
  char *text = json_to_string(node, FALSE);

  if (strlen(text) > SHOWN_MOST) {
    char *end = g_utf8_find_prev_char(text, text + SHOWN_MOST - 3);

    memcpy(end != NULL ? end : text, "...", sizeof("..."));
  }
  return text;
}

gboolean fw_nft_scalar_read(JsonNode *node, const fw_nft_type *type, guint n_bytes, guint8 *value, guint16 *n_bits)
{
  if (!JSON_NODE_HOLDS_VALUE(node) || n_bytes == 0 || n_bytes > FW_NFT_VALUE_MOST)
    return FALSE;
  *n_bits = (guint16)(8 * n_bytes);
  switch (json_node_get_value_type(node)) {
  case G_TYPE_INT64: return fw_nft_number_read(json_node_get_int(node), type, n_bytes, value);
  case G_TYPE_BOOLEAN: return fw_nft_number_put(json_node_get_boolean(node), value, n_bytes);
  case G_TYPE_STRING: return fw_nft_text_read(json_node_get_string(node), type, n_bytes, value, n_bits);
  default: return FALSE;
  }
}

const char *fw_nft_word(fw_nft_reader *r, const char *text)
{
  return text != NULL ? fw_ruleset_word(r->ruleset, text, -1) : NULL;
}

void *fw_nft_fail(fw_nft_reader *r, const char *format, ...)
{
  va_list args;

  if (r->why->len > 0)
    return NULL;
  va_start(args, format);
  g_string_append_vprintf(r->why, format, args);
  va_end(args);
  return NULL;
}

void fw_nft_note(fw_nft_reader *r, fw_note_kind kind, const char *words)
{
  g_autofree char *text = g_strdup_printf("%s: %s", r->path->str, words);

  fw_note_add(r->ruleset, kind, &r->place, text);
}
