/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements that change something: marks and headers, sets, translations. What is not understood is said, as ever. */
#include <string.h>

#include "firewall/nft/reader.h"
#include "firewall/nft/targets.h"

/* ---- what changes something ---- */

/* Other headers are the packet's own bytes, which rules behind would have to see changed. */
static gboolean can_be_set(const fw_nft_expr *e)
{
  static const char *const fields[] = { "dscp", "ecn", "ttl", "hoplimit" };
  guint i;

  switch (e->kind) {
  case FW_NFT_META:
    return e->key == FW_NFT_META_MARK || e->key == FW_NFT_META_NFTRACE || e->key == FW_NFT_META_PKTTYPE ||
           e->key == FW_NFT_META_PRIORITY || e->key == FW_NFT_META_SECMARK;
  case FW_NFT_CT:
    return e->key == FW_NFT_CT_MARK || e->key == FW_NFT_CT_LABEL || e->key == FW_NFT_CT_ZONE ||
           e->key == FW_NFT_CT_EVENT || e->key == FW_NFT_CT_SECMARK;
  case FW_NFT_OPTION: return !e->presence;
  case FW_NFT_PAYLOAD:
    for (i = 0; e->field != NULL && i < G_N_ELEMENTS(fields); i++)
      if (strcmp(e->field->name, fields[i]) == 0)
        return TRUE;
    return FALSE;
  default: return FALSE;
  }
}

gboolean fw_nft_read_mangle(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  fw_nft_shape shape;

  if (o == NULL || !json_object_has_member(o, "key") || !json_object_has_member(o, "value"))
    return fw_nft_fail(r, "mangle without key and value") != NULL;
  s->kind = FW_NFT_DO_MANGLE;
  s->left = fw_nft_read_left(r, json_object_get_member(o, "key"));
  if (s->left == NULL)
    return FALSE;
  s->unfollowed = !can_be_set(s->left);
  if (s->unfollowed && s->left->kind != FW_NFT_PAYLOAD)
    return fw_nft_fail(r, "what it changes is not followed") != NULL;
  shape = fw_nft_shape_of(s->left);
  s->right = fw_nft_read_right(r, json_object_get_member(o, "value"), &shape);
  if (s->right == NULL)
    return FALSE;
  r->nft->labels |= s->left->kind == FW_NFT_CT && s->left->key == FW_NFT_CT_LABEL;
  return TRUE;
}

static fw_nft_expr *read_set_key(fw_nft_reader *r, JsonNode *node, const fw_nft_set *set, fw_nft_statement *s)
{
  fw_nft_shape shape = { .n = set->n_types };
  fw_nft_expr *e;
  const char *name;
  JsonNode *value;

  memcpy(shape.types, set->types, sizeof shape.types);
  memcpy(shape.widths, set->widths, sizeof shape.widths);
  if (fw_nft_only_member(node, &name, &value) && strcmp(name, "elem") == 0 && JSON_NODE_HOLDS_OBJECT(value)) {
    JsonObject *o = json_node_get_object(value);

    s->timeout_s = fw_nft_integer(o, "timeout", -1);
    if (!json_object_has_member(o, "val"))
      return fw_nft_fail(r, "an element without a value");
    node = json_object_get_member(o, "val");
  }
  if (JSON_NODE_HOLDS_VALUE(node))
    return fw_nft_read_right(r, node, &shape);
  r->key_of = set;
  e = fw_nft_read_left(r, node);
  r->key_of = NULL;
  return e;
}

static gboolean read_set_data(fw_nft_reader *r, JsonNode *node, const fw_nft_set *set, fw_nft_statement *s)
{
  fw_nft_shape shape = { .n = set->n_data_types };

  if (set->verdicts) {
    s->data_verdict = fw_ruleset_take(r->ruleset, sizeof *s->data_verdict);
    return fw_nft_read_verdict(r, node, s->data_verdict) || fw_nft_fail(r, "data that is no verdict") != NULL;
  }
  if (set->data_name != NULL)
    return fw_nft_fail(r, "a map of objects that packets fill") != NULL;
  memcpy(shape.types, set->data_types, sizeof shape.types);
  memcpy(shape.widths, set->data_widths, sizeof shape.widths);
  s->right = fw_nft_read_right(r, node, &shape);
  return s->right != NULL;
}

/* {"op":"add","elem":...,"set":"@name","stmt":[...]}, and the same of maps with "data". */
gboolean fw_nft_read_set_op(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s)
{
  static const char *const ops[] = { "add", "update", "delete" };
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  const char *name = o != NULL ? fw_nft_text(o, "set", fw_nft_text(o, "map", NULL)) : NULL;
  fw_nft_shape shape;
  guint i;

  if (name == NULL || name[0] != '@' || !json_object_has_member(o, "elem"))
    return fw_nft_fail(r, "set without a set and an element") != NULL;
  s->kind = FW_NFT_DO_SET_OP;
  for (i = 0; i < G_N_ELEMENTS(ops); i++)
    if (strcmp(ops[i], fw_nft_text(o, "op", "")) == 0)
      break;
  s->op = (guint8)i;
  s->set = fw_nft_set_find(r->table, name + 1);
  if (i == G_N_ELEMENTS(ops) || s->set == NULL)
    return fw_nft_fail(r, "no set %s in this table", name) != NULL;
  s->left = read_set_key(r, json_object_get_member(o, "elem"), s->set, s);
  if (s->left == NULL)
    return FALSE;
  shape = fw_nft_shape_of(s->left);
  if (fw_nft_set_named(r, name + 1, &shape) == NULL)
    return FALSE;
  s->set->dynamic = TRUE;
  if (s->set->is_map &&
      (!json_object_has_member(o, "data") ? fw_nft_fail(r, "an element of a map without data") == NULL
                                          : !read_set_data(r, json_object_get_member(o, "data"), s->set, s)))
    return FALSE;
  if (json_object_has_member(o, "stmt"))
    s->n_inner = fw_nft_read_inner(r, json_object_get_member(o, "stmt"), &s->inner);
  return r->why->len == 0;
}

/* The older form, with a set of its own. */
gboolean fw_nft_read_meter(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  fw_nft_shape shape;
  JsonNode *key;
  guint i;

  if (o == NULL || !json_object_has_member(o, "key") || !json_object_has_member(o, "stmt"))
    return fw_nft_fail(r, "meter without key and statement") != NULL;
  s->kind = FW_NFT_DO_SET_OP;
  s->op = FW_NFT_SET_UPDATE;
  key = json_object_get_member(o, "key");
  if (JSON_NODE_HOLDS_OBJECT(key) && fw_nft_object_member(json_node_get_object(key), "elem") != NULL)
    s->timeout_s = fw_nft_integer(fw_nft_object_member(json_node_get_object(key), "elem"), "timeout", -1);
  s->left = fw_nft_read_left(r, key);
  if (s->left == NULL)
    return FALSE;
  shape = fw_nft_shape_of(s->left);
  s->set = fw_nft_set_new(r, NULL);
  s->set->meter = s->set->dynamic = TRUE;
  s->set->policy = fw_nft_word(r, fw_nft_text(o, "name", NULL));
  s->set->size = (guint32)CLAMP(fw_nft_integer(o, "size", 65535), 0, G_MAXUINT32);
  s->set->n_types = shape.n;
  for (i = 0; i < shape.n; i++) {
    s->set->types[i] = shape.types[i];
    s->set->widths[i] = shape.widths[i];
  }
  s->n_inner = fw_nft_read_inner(r, json_object_get_member(o, "stmt"), &s->inner);
  return r->why->len == 0;
}

/* ---- nat ---- */

/* An address, a range or prefix of them, a map, or a concatenation of address and port. */
static fw_nft_expr *read_nat_address(fw_nft_reader *r, JsonNode *node, guint8 family)
{
  fw_nft_shape one = fw_nft_shape_single(family == 6 ? "ipv6_addr" : "ipv4_addr"), none = one;
  const char *name;
  JsonNode *value;

  if (fw_nft_only_member(node, &name, &value) && strcmp(name, "concat") == 0) {
    fw_nft_shape two = one;

    two.n = 2;
    two.types[1] = fw_nft_type_find("inet_service");
    two.widths[1] = 2;
    return fw_nft_read_right(r, node, &two);
  }
  if (!fw_nft_only_member(node, &name, &value) || strcmp(name, "map") != 0)
    return fw_nft_read_right(r, node, &one);
  if (JSON_NODE_HOLDS_OBJECT(value)) {
    JsonNode *data = json_object_get_member(json_node_get_object(value), "data");

    /* A named map has types of its own; what an anonymous one has shows in its first element. */
    if (data != NULL && JSON_NODE_HOLDS_VALUE(data)) {
      none.widths[0] = 0;
      return fw_nft_read_right(r, node, &none);
    }
    one = fw_nft_nat_shape(data, &one);
  }
  return fw_nft_read_right(r, node, &one);
}

static guint8 nat_family(const fw_nft_reader *r, JsonObject *o)
{
  const char *family = o != NULL ? fw_nft_text(o, "family", NULL) : NULL,
             *addr = o != NULL ? fw_nft_text(o, "addr", NULL) : NULL;

  if (family != NULL)
    return strcmp(family, "ip6") == 0 ? 6 : 4;
  if (r->family != 0)
    return r->family;
  return addr != NULL && strchr(addr, ':') != NULL ? 6 : 4;
}

gboolean fw_nft_read_nat(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  const fw_nft_shape port = fw_nft_shape_single("inet_service");

  s->kind = FW_NFT_DO_NAT;
  s->op = name[0] == 's'   ? FW_NFT_SNAT
          : name[0] == 'd' ? FW_NFT_DNAT
          : name[0] == 'm' ? FW_NFT_MASQUERADE
                           : FW_NFT_REDIRECT;
  if (o != NULL) {
    s->family = json_object_has_member(o, "family") ? nat_family(r, o) : 0;
    s->flags = fw_nft_word(r, fw_nft_text(o, "flags", NULL));
    if (json_object_has_member(o, "flags")) {
      g_autofree char *flags = fw_nft_joined(json_object_get_member(o, "flags"), ",");

      s->flags = fw_nft_word(r, flags);
    }
    if (json_object_has_member(o, "addr")) {
      s->left = read_nat_address(r, json_object_get_member(o, "addr"), nat_family(r, o));
      if (s->left == NULL)
        return FALSE;
    }
    if (json_object_has_member(o, "port")) {
      s->right = fw_nft_read_right(r, json_object_get_member(o, "port"), &port);
      if (s->right == NULL)
        return FALSE;
    }
  }
  fw_nft_target_nat(r->ruleset, s, nat_family(r, o));
  return TRUE;
}
