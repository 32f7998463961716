/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions on the left: what is read from packets and connections, and what is made of that. */
#include <string.h>

#include "firewall/nft/reader.h"

fw_nft_expr *fw_nft_expr_new(fw_nft_reader *r, fw_nft_expr_kind kind, const fw_nft_type *type, guint n_bytes)
{
  fw_nft_expr *e = fw_ruleset_take(r->ruleset, sizeof *e);

  e->kind = (guint8)kind;
  e->type = type;
  e->n_bytes = (guint16)n_bytes;
  e->n_bits = (guint16)(8 * n_bytes);
  e->direction = -1;
  return e;
}

static fw_nft_expr *expr_named(fw_nft_reader *r, fw_nft_expr_kind kind, const char *type, guint n_bytes)
{
  return fw_nft_expr_new(r, kind, fw_nft_type_find(type), n_bytes);
}

/* ---- shapes ---- */

fw_nft_shape fw_nft_shape_single(const char *type)
{
  fw_nft_shape shape = { .n = 1 };

  shape.types[0] = fw_nft_type_find(type);
  shape.widths[0] = shape.types[0]->n_bytes;
  return shape;
}

fw_nft_shape fw_nft_shape_of(const fw_nft_expr *e)
{
  fw_nft_shape shape = { .n = 1 };
  guint i;

  if (e->kind != FW_NFT_CONCAT) {
    shape.types[0] = e->type;
    shape.widths[0] = e->n_bytes;
    return shape;
  }
  shape.n = e->n_parts;
  for (i = 0; i < e->n_parts; i++) {
    shape.types[i] = e->parts[i]->type;
    shape.widths[i] = e->parts[i]->n_bytes;
  }
  return shape;
}

guint fw_nft_shape_bytes(const fw_nft_shape *shape)
{
  guint n = 0, i;

  if (shape->n == 1)
    return shape->widths[0];
  for (i = 0; i < shape->n; i++)
    n += fw_nft_padded(shape->widths[i]);
  return n;
}

/* ---- headers ---- */

static fw_nft_expr *read_raw_payload(fw_nft_reader *r, JsonObject *o)
{
  static const char *const bases[] = { "ll", "nh", "th", "ih" };
  const char *base = fw_nft_text(o, "base", "");
  gint64 offset = fw_nft_integer(o, "offset", -1), bits = fw_nft_integer(o, "len", 0);
  fw_nft_expr *e;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(bases); i++)
    if (strcmp(bases[i], base) == 0)
      break;
  if (i == G_N_ELEMENTS(bases) || offset < 0 || offset > 8 * 65535 || bits < 1 || bits > 8 * FW_NFT_VALUE_MOST)
    return fw_nft_fail(r, "a raw payload that is none");
  e = expr_named(r, FW_NFT_PAYLOAD, "hex", (guint)(bits + 7) / 8);
  e->n_bits = (guint16)bits;
  e->base = (guint8)i;
  e->offset_bits = (guint32)offset;
  return e;
}

static fw_nft_expr *read_payload(fw_nft_reader *r, JsonObject *o)
{
  const char *protocol = fw_nft_text(o, "protocol", NULL), *name = fw_nft_text(o, "field", "");
  const fw_nft_field *field;
  fw_nft_expr *e;

  if (json_object_has_member(o, "tunnel"))
    return fw_nft_fail(r, "a header inside a tunnel");
  if (protocol == NULL)
    return read_raw_payload(r, o);
  if (strcmp(protocol, "icmp6") == 0)
    protocol = "icmpv6";
  field = fw_nft_payload_find(protocol, name);
  if (field == NULL)
    return fw_nft_fail(r, "payload %s %s", protocol, name);
  e = expr_named(r, FW_NFT_PAYLOAD, field->type, (field->n_bits + 7U) / 8);
  e->field = field;
  e->n_bits = field->n_bits;
  e->base = field->base;
  e->offset_bits = field->offset_bits;
  return e;
}

static fw_nft_expr *read_field(fw_nft_reader *r, fw_nft_expr_kind kind, const fw_nft_field *field, gboolean presence)
{
  fw_nft_expr *e =
    presence ? expr_named(r, kind, "boolean", 1) : expr_named(r, kind, field->type, (field->n_bits + 7U) / 8);

  e->field = field;
  e->presence = presence;
  e->offset_bits = field->offset_bits;
  if (!presence)
    e->n_bits = field->n_bits;
  return e;
}

static fw_nft_expr *read_exthdr(fw_nft_reader *r, JsonObject *o)
{
  const char *name = fw_nft_text(o, "name", ""), *what = fw_nft_text(o, "field", NULL);
  const fw_nft_field *field = fw_nft_exthdr_find(name, what);

  if (field == NULL)
    return fw_nft_fail(r, "exthdr %s %s", name, what != NULL ? what : "");
  return read_field(r, FW_NFT_EXTHDR, field, what == NULL);
}

/* One that has no name here is known by its number: {"base":n,"offset":...,"len":...}. */
static fw_nft_expr *read_tcp_option(fw_nft_reader *r, JsonObject *o)
{
  const char *name = fw_nft_text(o, "name", NULL), *what = fw_nft_text(o, "field", NULL);
  gint64 number = fw_nft_integer(o, "base", -1), offset = fw_nft_integer(o, "offset", 0),
         bits = fw_nft_integer(o, "len", 0);
  const fw_nft_field *known;
  fw_nft_field *field;

  if (name != NULL) {
    known = fw_nft_tcp_option_find(name, what);
    if (known == NULL)
      return fw_nft_fail(r, "tcp option %s %s", name, what != NULL ? what : "");
    return read_field(r, FW_NFT_OPTION, known, what == NULL);
  }
  if (number < 0 || number > 255 || offset < 0 || offset > 320 || bits < 1 || bits > 320)
    return fw_nft_fail(r, "a raw TCP option that is none");
  field = fw_ruleset_take(r->ruleset, sizeof *field);
  *field = (fw_nft_field){ .protocol = "",
                           .name = "",
                           .number = (guint8)number,
                           .offset_bits = (guint16)offset,
                           .n_bits = (guint16)bits,
                           .type = "integer" };
  return read_field(r, FW_NFT_OPTION, field, FALSE);
}

static fw_nft_expr *read_ip_option(fw_nft_reader *r, JsonObject *o)
{
  const char *name = fw_nft_text(o, "name", ""), *what = fw_nft_text(o, "field", NULL);
  const fw_nft_field *field = fw_nft_ip_option_find(name, what);

  if (field == NULL)
    return fw_nft_fail(r, "ip option %s %s", name, what != NULL ? what : "");
  return read_field(r, FW_NFT_IP_OPTION, field, what == NULL);
}

static fw_nft_expr *read_chunk(fw_nft_reader *r, JsonObject *o)
{
  const char *name = fw_nft_text(o, "name", ""), *what = fw_nft_text(o, "field", NULL);
  const fw_nft_field *field = fw_nft_chunk_find(name, what);

  if (field == NULL)
    return fw_nft_fail(r, "sctp chunk %s %s", name, what != NULL ? what : "");
  return read_field(r, FW_NFT_CHUNK, field, what == NULL);
}

/* ---- meta, ct, fib ---- */

static fw_nft_expr *read_meta(fw_nft_reader *r, JsonNode *node)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
  const char *name = o != NULL ? fw_nft_text(o, "key", "") : json_node_get_string(node);
  int key = fw_nft_key_find(fw_nft_meta_keys, FW_NFT_META_COUNT, name);
  fw_nft_expr *e;

  if (key < 0)
    return fw_nft_fail(r, "meta %s", name);
  e = expr_named(r, FW_NFT_META, fw_nft_meta_keys[key].type, fw_nft_meta_keys[key].n_bytes);
  e->key = (guint8)key;
  return e;
}

/* Addresses are of the family that they are asked with, else of the table's. */
static fw_nft_expr *read_ct_address(fw_nft_reader *r, fw_nft_ct key, guint8 family)
{
  fw_nft_expr *e;

  if (family == 0)
    family = r->family == 6 ? 10 : r->family == 4 ? 2 : 0;
  if (family == 0)
    return fw_nft_fail(r, "an address of ct whose family is not said");
  e = expr_named(r, FW_NFT_CT, family == 10 ? "ipv6_addr" : "ipv4_addr", family == 10 ? 16 : 4);
  e->key = (guint8)key;
  e->family = family;
  return e;
}

static fw_nft_expr *read_ct(fw_nft_reader *r, JsonNode *node)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
  const char *name = o != NULL ? fw_nft_text(o, "key", "") : json_node_get_string(node);
  const char *direction = o != NULL ? fw_nft_text(o, "dir", NULL) : NULL;
  guint8 family = 0;
  fw_nft_expr *e;
  int key;

  if (g_str_has_prefix(name, "ip ") || g_str_has_prefix(name, "ip6 ")) {
    family = name[2] == '6' ? 10 : 2;
    name = strchr(name, ' ') + 1;
  }
  if (o != NULL && json_object_has_member(o, "family"))
    family = strcmp(fw_nft_text(o, "family", ""), "ip6") == 0 ? 10 : 2;
  key = fw_nft_key_find(fw_nft_ct_keys, FW_NFT_CT_KEYS, name);
  if (key < 0)
    return fw_nft_fail(r, "ct %s", name);
  if (key == FW_NFT_CT_SADDR || key == FW_NFT_CT_DADDR) {
    e = read_ct_address(r, (fw_nft_ct)key, family);
    if (e == NULL)
      return NULL;
  } else {
    e = expr_named(r, FW_NFT_CT, fw_nft_ct_keys[key].type, fw_nft_ct_keys[key].n_bytes);
    e->key = (guint8)key;
  }
  if (direction != NULL)
    e->direction = strcmp(direction, "reply") == 0;
  return e;
}

static void take_fib_flag(const char *text, gpointer user)
{
  static const char *const names[] = { "saddr", "daddr", "mark", "iif", "oif" };
  guint8 *flags = user;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(names[i], text) == 0)
      *flags |= (guint8)(1 << i);
}

static fw_nft_expr *read_fib(fw_nft_reader *r, JsonObject *o)
{
  const char *result = fw_nft_text(o, "result", "");
  fw_nft_expr *e;

  if (strcmp(result, "type") == 0)
    e = expr_named(r, FW_NFT_FIB, "fib_addrtype", 4);
  else if (strcmp(result, "oif") == 0)
    e = expr_named(r, FW_NFT_FIB, "iface_index", 16);
  else if (strcmp(result, "oifname") == 0)
    e = expr_named(r, FW_NFT_FIB, "ifname", 16);
  else if (strcmp(result, "check") == 0)
    e = expr_named(r, FW_NFT_FIB, "boolean", 1);
  else
    return fw_nft_fail(r, "fib %s", result);
  e->key = strcmp(result, "type") == 0      ? FW_NFT_FIB_TYPE
           : strcmp(result, "oifname") == 0 ? FW_NFT_FIB_OIF_NAME
                                            : FW_NFT_FIB_OIF_INDEX;
  e->presence = strcmp(result, "check") == 0;
  if (json_object_has_member(o, "flags"))
    fw_nft_each_text(json_object_get_member(o, "flags"), take_fib_flag, &e->flags);
  if (!(e->flags & (FW_NFT_FIB_SADDR | FW_NFT_FIB_DADDR)))
    return fw_nft_fail(r, "fib without an address");
  return e;
}

/* ---- numbers out of nothing, or of values ---- */

static fw_nft_expr *read_numgen(fw_nft_reader *r, JsonObject *o)
{
  gint64 modulus = fw_nft_integer(o, "mod", 0), offset = fw_nft_integer(o, "offset", 0);
  fw_nft_expr *e = expr_named(r, FW_NFT_NUMGEN, "integer", 4);

  if (modulus < 1 || modulus > G_MAXUINT32 || offset < 0 || offset > G_MAXUINT32)
    return fw_nft_fail(r, "numgen without a modulus");
  e->modulus = (guint32)modulus;
  e->offset = (guint32)offset;
  e->random = strcmp(fw_nft_text(o, "mode", ""), "inc") != 0;
  e->state = r->nft->n_states++;
  return e;
}

static fw_nft_expr *read_hash(fw_nft_reader *r, JsonObject *o, gboolean symmetric)
{
  gint64 modulus = fw_nft_integer(o, "mod", 0), offset = fw_nft_integer(o, "offset", 0),
         seed = fw_nft_integer(o, "seed", -1);
  fw_nft_expr *e = expr_named(r, FW_NFT_JHASH, "integer", 4);

  if (modulus < 1 || modulus > G_MAXUINT32 || offset < 0 || offset > G_MAXUINT32 || seed > G_MAXUINT32)
    return fw_nft_fail(r, "a hash without a modulus");
  e->modulus = (guint32)modulus;
  e->offset = (guint32)offset;
  e->has_seed = seed >= 0;
  e->seed = seed >= 0 ? (guint32)seed : 0;
  e->random = symmetric;
  if (symmetric)
    return e;
  e->parts = fw_ruleset_take(r->ruleset, sizeof *e->parts);
  e->n_parts = 1;
  e->parts[0] = json_object_has_member(o, "expr") ? fw_nft_read_left(r, json_object_get_member(o, "expr")) : NULL;
  return e->parts[0] != NULL ? e : fw_nft_fail(r, "jhash of nothing");
}

/* "ipsec in spnum 1 ip saddr", "rt ip6 nexthop", "osf ttl loose name": the words before the key. */
static void put_other_words(GString *text, const char *name, JsonObject *o)
{
  const char *family = fw_nft_text(o, "family", NULL), *ttl = fw_nft_text(o, "ttl", NULL);
  const gint64 spnum = fw_nft_integer(o, "spnum", 0);

  if (strcmp(name, "ipsec") == 0)
    g_string_append_printf(text, " %s", fw_nft_text(o, "dir", "in"));
  if (spnum > 0)
    g_string_append_printf(text, " spnum %" G_GINT64_FORMAT, spnum);
  if (ttl != NULL)
    g_string_append_printf(text, " ttl %s", ttl);
  if (family != NULL)
    g_string_append_printf(text, " %s", family);
}

/* What depends on the machine alone: it keeps its words, and is unknown. */
static fw_nft_expr *read_other(fw_nft_reader *r, const char *name, JsonObject *o)
{
  /* family NULL: it has none, or it does not matter */
  static const struct {
    const char *name, *key, *family, *type;
    guint bytes;
  } known[] = {
    { "rt", "classid", NULL, "realm", 4 },          { "rt", "mtu", NULL, "integer", 2 },
    { "rt", "ipsec", NULL, "boolean", 1 },          { "rt", "nexthop", "ip", "ipv4_addr", 4 },
    { "rt", "nexthop", "ip6", "ipv6_addr", 16 },    { "socket", "transparent", NULL, "integer", 1 },
    { "socket", "mark", NULL, "mark", 4 },          { "socket", "wildcard", NULL, "integer", 1 },
    { "socket", "cgroupv2", NULL, "cgroupsv2", 8 }, { "osf", "name", NULL, "string", 16 },
    { "osf", "version", NULL, "string", 16 },       { "ipsec", "reqid", NULL, "integer", 4 },
    { "ipsec", "spi", NULL, "integer", 4 },         { "ipsec", "saddr", "ip", "ipv4_addr", 4 },
    { "ipsec", "saddr", "ip6", "ipv6_addr", 16 },   { "ipsec", "daddr", "ip", "ipv4_addr", 4 },
    { "ipsec", "daddr", "ip6", "ipv6_addr", 16 },
  };
  const char *key = fw_nft_text(o, "key", ""), *family = fw_nft_text(o, "family", NULL);
  GString *text = g_string_new(name);
  fw_nft_expr *e = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(known) && e == NULL; i++)
    if (strcmp(known[i].name, name) == 0 && strcmp(known[i].key, key) == 0 &&
        (known[i].family == NULL || g_strcmp0(known[i].family, family) == 0))
      e = expr_named(r, FW_NFT_OTHER, known[i].type, known[i].bytes);
  if (e != NULL) {
    put_other_words(text, name, o);
    g_string_append_printf(text, " %s", key);
    e->text = fw_nft_word(r, text->str);
  }
  g_string_free(text, TRUE);
  return e != NULL ? e : fw_nft_fail(r, "%s %s", name, key);
}

/* ---- what is made of others ---- */

/* A part that is a constant has the type that the set has there. */
static fw_nft_expr *read_part(fw_nft_reader *r, JsonNode *node, const fw_nft_set *set, guint i)
{
  fw_nft_shape one = { .n = 1 };

  if (set == NULL || i >= set->n_types || set->widths[i] == 0 || !JSON_NODE_HOLDS_VALUE(node))
    return fw_nft_read_left(r, node);
  one.types[0] = set->types[i];
  one.widths[0] = set->widths[i];
  return fw_nft_read_right(r, node, &one);
}

static fw_nft_expr *read_concat(fw_nft_reader *r, JsonNode *node)
{
  const fw_nft_set *set = r->key_of;
  JsonArray *array;
  fw_nft_expr *e;
  guint i, n_bytes = 0;

  r->key_of = NULL;

  if (!JSON_NODE_HOLDS_ARRAY(node))
    return fw_nft_fail(r, "a concatenation of nothing");
  array = json_node_get_array(node);
  if (json_array_get_length(array) < 1 || json_array_get_length(array) > FW_NFT_PARTS_MOST)
    return fw_nft_fail(r, "a concatenation of more than %d parts", FW_NFT_PARTS_MOST);
  e = fw_nft_expr_new(r, FW_NFT_CONCAT, fw_nft_type_find("integer"), 0);
  e->n_parts = json_array_get_length(array);
  e->parts = fw_ruleset_take(r->ruleset, e->n_parts * sizeof *e->parts);
  for (i = 0; i < e->n_parts; i++) {
    e->parts[i] = read_part(r, json_array_get_element(array, i), set, i);
    if (e->parts[i] == NULL)
      return NULL;
    n_bytes += fw_nft_padded(e->parts[i]->n_bytes);
  }
  if (n_bytes > FW_NFT_VALUE_MOST)
    return fw_nft_fail(r, "a concatenation of more than %d bytes", FW_NFT_VALUE_MOST);
  e->n_bytes = (guint16)n_bytes;
  return e;
}

/* The first part is read from the packet; the others are of its kind, or numbers of bits. */
static fw_nft_expr *read_binary(fw_nft_reader *r, const char *name, JsonNode *node)
{
  gboolean shift = name[0] == '<' || name[0] == '>';
  JsonArray *array;
  fw_nft_shape shape;
  fw_nft_expr *e;
  guint i;

  if (!JSON_NODE_HOLDS_ARRAY(node) || json_array_get_length(json_node_get_array(node)) < 2 ||
      json_array_get_length(json_node_get_array(node)) > 64)
    return fw_nft_fail(r, "%s without two sides", name);
  array = json_node_get_array(node);
  e = fw_nft_expr_new(r, FW_NFT_BINARY, NULL, 0);
  e->op = name[0];
  e->n_parts = json_array_get_length(array);
  e->parts = fw_ruleset_take(r->ruleset, e->n_parts * sizeof *e->parts);
  e->parts[0] = fw_nft_read_left(r, json_array_get_element(array, 0));
  if (e->parts[0] == NULL)
    return NULL;
  shape = fw_nft_shape_of(e->parts[0]);
  if (shape.n != 1)
    return fw_nft_fail(r, "%s of a concatenation", name);
  e->type = shape.types[0];
  e->n_bytes = shape.widths[0];
  e->n_bits = e->parts[0]->n_bits;
  for (i = 1; i < e->n_parts; i++) {
    fw_nft_shape number = fw_nft_shape_single("integer");

    number.widths[0] = 4;
    e->parts[i] = fw_nft_read_right(r, json_array_get_element(array, i), shift ? &number : &shape);
    if (e->parts[i] == NULL)
      return NULL;
    if (e->parts[i]->kind == FW_NFT_SET || e->parts[i]->kind == FW_NFT_RANGE || e->parts[i]->kind == FW_NFT_PREFIX)
      return fw_nft_fail(r, "%s with a set", name);
  }
  return e;
}

static fw_nft_expr *read_left_of(fw_nft_reader *r, const char *name, JsonNode *value)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;

  if (strcmp(name, "concat") == 0)
    return read_concat(r, value);
  if (strcmp(name, "&") == 0 || strcmp(name, "|") == 0 || strcmp(name, "^") == 0 || strcmp(name, "<<") == 0 ||
      strcmp(name, ">>") == 0)
    return read_binary(r, name, value);
  if ((strcmp(name, "meta") == 0 || strcmp(name, "ct") == 0) &&
      (o != NULL || (JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) == G_TYPE_STRING)))
    return name[0] == 'm' ? read_meta(r, value) : read_ct(r, value);
  if (o == NULL)
    return fw_nft_fail(r, "%s", name);
  if (strcmp(name, "payload") == 0)
    return read_payload(r, o);
  if (strcmp(name, "exthdr") == 0)
    return read_exthdr(r, o);
  if (strcmp(name, "tcp option") == 0)
    return read_tcp_option(r, o);
  if (strcmp(name, "ip option") == 0)
    return read_ip_option(r, o);
  if (strcmp(name, "sctp chunk") == 0)
    return read_chunk(r, o);
  if (strcmp(name, "fib") == 0)
    return read_fib(r, o);
  if (strcmp(name, "numgen") == 0)
    return read_numgen(r, o);
  if (strcmp(name, "jhash") == 0 || strcmp(name, "symhash") == 0)
    return read_hash(r, o, name[0] == 's');
  return read_other(r, name, o);
}

fw_nft_expr *fw_nft_read_key(fw_nft_reader *r, JsonNode *node, JsonNode *data)
{
  const char *name =
    JSON_NODE_HOLDS_VALUE(data) && json_node_get_value_type(data) == G_TYPE_STRING ? json_node_get_string(data) : "";
  fw_nft_expr *e;

  r->key_of = name[0] == '@' ? fw_nft_set_find(r->table, name + 1) : NULL;
  e = fw_nft_read_left(r, node);
  r->key_of = NULL;
  return e;
}

fw_nft_expr *fw_nft_read_left(fw_nft_reader *r, JsonNode *node)
{
  const char *name;
  JsonNode *value;

  if (!fw_nft_only_member(node, &name, &value)) {
    g_autofree char *text = fw_nft_json(node);

    return fw_nft_fail(r, "%s where something of the packet is expected", text);
  }
  if (strcmp(name, "elem") == 0 && JSON_NODE_HOLDS_OBJECT(value) &&
      json_object_has_member(json_node_get_object(value), "val"))
    return fw_nft_read_left(r, json_object_get_member(json_node_get_object(value), "val"));
  return read_left_of(r, name, value);
}
