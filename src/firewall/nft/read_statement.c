/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements: each member of a rule's "expr". What one is not understood in makes the rule unknown, with its words. */
#include <string.h>

#include "firewall/extension.h"
#include "firewall/nft/reader.h"
#include "firewall/nft/targets.h"

/* ---- verdicts ---- */

gboolean fw_nft_read_verdict(fw_nft_reader *r, JsonNode *node, fw_nft_verdict *verdict)
{
  static const struct {
    const char *name;
    fw_nft_verdict_kind kind;
  } kinds[] = {
    { "accept", FW_NFT_ACCEPT }, { "drop", FW_NFT_DROP }, { "continue", FW_NFT_CONTINUE },
    { "return", FW_NFT_RETURN }, { "jump", FW_NFT_JUMP }, { "goto", FW_NFT_GOTO },
  };
  const char *name = NULL;
  JsonNode *value = NULL;
  guint i;

  if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
    name = json_node_get_string(node);
  else if (!fw_nft_only_member(node, &name, &value))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS(kinds); i++)
    if (strcmp(kinds[i].name, name) == 0)
      break;
  if (i == G_N_ELEMENTS(kinds))
    return FALSE;
  verdict->kind = (guint8)kinds[i].kind;
  if (kinds[i].kind != FW_NFT_JUMP && kinds[i].kind != FW_NFT_GOTO)
    return TRUE;
  if (value != NULL && JSON_NODE_HOLDS_OBJECT(value))
    verdict->target = fw_nft_word(r, fw_nft_text(json_node_get_object(value), "target", NULL));
  return verdict->target != NULL;
}

/* ---- match, vmap ---- */

static gboolean read_op(JsonObject *o, const fw_nft_expr *left, const fw_nft_expr *right, fw_nft_statement *s)
{
  static const char *const ops[] = { "==", "!=", "<", ">", "<=", ">=", "in", "!" };
  const char *op = fw_nft_text(o, "op", NULL);
  guint i;

  if (op == NULL) {
    s->op = left->type->bits && right->kind == FW_NFT_VALUE ? FW_NFT_IN : FW_NFT_EQ;
    return TRUE;
  }
  for (i = 0; i < G_N_ELEMENTS(ops); i++)
    if (strcmp(ops[i], op) == 0) {
      s->op = (guint8)i;
      break;
    }
  /* Sets are asked with either. */
  if (s->op == FW_NFT_IN && right->kind != FW_NFT_VALUE)
    s->op = FW_NFT_EQ;
  return i < G_N_ELEMENTS(ops);
}

/* A route's interface that is asked for with true or false is asked whether it is there. */
static void settle_fib(fw_nft_expr *left, JsonNode *right)
{
  if (left->kind != FW_NFT_FIB || left->key == FW_NFT_FIB_TYPE || !JSON_NODE_HOLDS_VALUE(right) ||
      json_node_get_value_type(right) != G_TYPE_BOOLEAN)
    return;
  left->presence = TRUE;
  left->type = fw_nft_type_find("boolean");
  left->n_bytes = 1;
}

/* Of an option that has no name nft writes the same whether its kind is asked for or that it is there at all. */
static void settle_option(fw_nft_expr *e, JsonNode *right)
{
  if (e->kind != FW_NFT_OPTION || e->field->protocol[0] != '\0' || e->n_bits != 8 || e->offset_bits != 0 ||
      !JSON_NODE_HOLDS_VALUE(right) || json_node_get_value_type(right) != G_TYPE_BOOLEAN)
    return;
  e->presence = TRUE;
  e->type = fw_nft_type_find("boolean");
}

static gboolean read_match(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  fw_nft_shape shape;

  if (o == NULL || !json_object_has_member(o, "left") || !json_object_has_member(o, "right"))
    return fw_nft_fail(r, "a match without two sides") != NULL;
  s->kind = FW_NFT_DO_MATCH;
  s->left = fw_nft_read_key(r, json_object_get_member(o, "left"), json_object_get_member(o, "right"));
  if (s->left == NULL)
    return FALSE;
  settle_fib(s->left, json_object_get_member(o, "right"));
  settle_option(s->left, json_object_get_member(o, "right"));
  shape = fw_nft_shape_of(s->left);
  s->right = fw_nft_read_right(r, json_object_get_member(o, "right"), &shape);
  if (s->right == NULL)
    return FALSE;
  if (s->left->kind == FW_NFT_FIB && s->right->kind == FW_NFT_VALUE && s->left->key != FW_NFT_FIB_TYPE &&
      s->right->n_bytes == 16 && strcmp((const char *)s->right->value, "0") == 0)
    s->right->value[0] = 0; /* no interface has this number */
  return read_op(o, s->left, s->right, s) || fw_nft_fail(r, "op %s", fw_nft_text(o, "op", "?")) != NULL;
}

static gboolean read_vmap(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  fw_nft_shape shape;

  if (o == NULL || !json_object_has_member(o, "key") || !json_object_has_member(o, "data"))
    return fw_nft_fail(r, "a vmap without key and data") != NULL;
  s->kind = FW_NFT_DO_VMAP;
  s->left = fw_nft_read_key(r, json_object_get_member(o, "key"), json_object_get_member(o, "data"));
  if (s->left == NULL)
    return FALSE;
  shape = fw_nft_shape_of(s->left);
  s->set = fw_nft_read_map(r, json_object_get_member(o, "data"), &shape, NULL);
  return s->set != NULL;
}

/* ---- what counts and limits ---- */

static guint64 seconds_of(const char *per)
{
  static const struct {
    const char *name;
    guint64 s;
  } units[] = { { "second", 1 }, { "minute", 60 }, { "hour", 3600 }, { "day", 86400 }, { "week", 604800 } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(units); i++)
    if (strcmp(units[i].name, per) == 0)
      return units[i].s;
  return 1;
}

static guint64 factor_of(const char *unit)
{
  if (unit == NULL || strcmp(unit, "bytes") == 0)
    return 1;
  return unit[0] == 'k' ? 1024 : unit[0] == 'm' ? 1024 * 1024 : unit[0] == 'g' ? 1024 * 1024 * 1024 : 1;
}

static guint64 scaled(gint64 value, const char *unit)
{
  guint64 factor = factor_of(unit);

  return value < 0 ? 0 : (guint64)value > G_MAXUINT64 / factor ? G_MAXUINT64 : (guint64)value * factor;
}

static const char *interned(const char *text) { return text != NULL ? g_intern_string(text) : NULL; }

void fw_nft_read_limit(JsonObject *o, fw_nft_limit *l)
{
  const char *unit = fw_nft_text(o, "rate_unit", fw_nft_text(o, "unit", NULL)),
             *burst_unit = fw_nft_text(o, "burst_unit", NULL), *per = fw_nft_text(o, "per", "second");

  if (g_strcmp0(unit, "packets") == 0)
    unit = NULL;
  l->bytes = unit != NULL;
  l->rate = scaled(fw_nft_integer(o, "rate", 0), unit);
  l->has_burst = json_object_has_member(o, "burst");
  l->burst = l->bytes ? scaled(fw_nft_integer(o, "burst", 0), burst_unit)
                      : (guint64)MAX(fw_nft_integer(o, "burst", FW_NFT_BURST), 0);
  if (!l->bytes && l->burst == 0)
    l->burst = FW_NFT_BURST;
  l->unit_s = seconds_of(per);
  l->per = interned(per);
  l->rate_unit = interned(unit);
  l->burst_unit = interned(burst_unit);
  l->over = fw_nft_boolean(o, "inv");
}

void fw_nft_read_quota(JsonObject *o, fw_nft_quota *q)
{
  q->bytes = json_object_has_member(o, "bytes") ? scaled(fw_nft_integer(o, "bytes", 0), NULL)
                                                : scaled(fw_nft_integer(o, "val", 0), fw_nft_text(o, "val_unit", NULL));
  q->used = scaled(fw_nft_integer(o, "used", 0), fw_nft_text(o, "used_unit", NULL));
  q->over = fw_nft_boolean(o, "inv");
}

gboolean fw_nft_read_stateful(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;

  s->name = fw_nft_word(r, name);
  s->timeout_s = -1;
  s->state = r->nft->n_states++;
  if (strcmp(name, "counter") == 0) {
    s->kind = FW_NFT_DO_COUNTER;
    if (o != NULL) {
      s->counters.packets = (guint64)MAX(fw_nft_integer(o, "packets", 0), 0);
      s->counters.bytes = (guint64)MAX(fw_nft_integer(o, "bytes", 0), 0);
    }
    return TRUE;
  }
  if (strcmp(name, "last") == 0) {
    s->kind = FW_NFT_DO_LAST;
    return TRUE;
  }
  if (o == NULL)
    return FALSE;
  if (strcmp(name, "limit") == 0) {
    s->kind = FW_NFT_DO_LIMIT;
    fw_nft_read_limit(o, &s->limit);
    return s->limit.rate > 0 || fw_nft_fail(r, "limit without a rate") != NULL;
  }
  if (strcmp(name, "quota") == 0) {
    s->kind = FW_NFT_DO_QUOTA;
    fw_nft_read_quota(o, &s->quota);
    return TRUE;
  }
  if (strcmp(name, "ct count") != 0)
    return FALSE;
  s->kind = FW_NFT_DO_CT_COUNT;
  s->count = (guint32)CLAMP(fw_nft_integer(o, "val", 0), 0, G_MAXUINT32);
  s->over = fw_nft_boolean(o, "inv");
  return TRUE;
}

guint fw_nft_read_inner(fw_nft_reader *r, JsonNode *node, fw_nft_statement **statements)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
  guint n = array != NULL ? MIN(json_array_get_length(array), 16) : 1, i, read = 0;

  *statements = fw_ruleset_take(r->ruleset, MAX(n, 1) * sizeof **statements);
  for (i = 0; i < n; i++) {
    JsonNode *one = array != NULL ? json_array_get_element(array, i) : node, *value;
    const char *name;

    if (fw_nft_only_member(one, &name, &value) && fw_nft_read_stateful(r, name, value, &(*statements)[read]))
      read++;
    else
      fw_nft_fail(r, "a statement for elements that is none of counter, limit, quota, ct count");
  }
  return read;
}

/* Counter, quota, limit, ct helper ... by name, or by a map of names. */
static gboolean read_object_reference(fw_nft_reader *r, const char *kind, JsonNode *value, fw_nft_statement *s)
{
  static const fw_nft_shape names = { .n = 0 };
  JsonObject *o, *map;
  fw_nft_shape key;
  const char *name;

  if (JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) == G_TYPE_STRING) {
    name = json_node_get_string(value);
    s->object = fw_nft_object_find(r->table, kind, name);
    if (s->object == NULL)
      return fw_nft_fail(r, "no %s \"%s\" in this table", kind, name) != NULL;
    return TRUE;
  }
  o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  map = o != NULL ? fw_nft_object_member(o, "map") : NULL;
  if (map == NULL || !json_object_has_member(map, "key") || !json_object_has_member(map, "data"))
    return fw_nft_fail(r, "%s without a name", kind) != NULL;
  s->left = fw_nft_read_key(r, json_object_get_member(map, "key"), json_object_get_member(map, "data"));
  if (s->left == NULL)
    return FALSE;
  key = fw_nft_shape_of(s->left);
  s->set = fw_nft_read_map(r, json_object_get_member(map, "data"), &key, &names);
  return s->set != NULL;
}

static gboolean is_reference(JsonNode *value)
{
  return (JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) == G_TYPE_STRING) ||
         (JSON_NODE_HOLDS_OBJECT(value) && fw_nft_object_member(json_node_get_object(value), "map") != NULL);
}

static gboolean read_counting(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s)
{
  if (!is_reference(value))
    return fw_nft_read_stateful(r, name, value, s) || fw_nft_fail(r, "%s", name) != NULL;
  s->kind = strcmp(name, "counter") == 0 ? FW_NFT_DO_COUNTER
            : strcmp(name, "quota") == 0 ? FW_NFT_DO_QUOTA
                                         : FW_NFT_DO_LIMIT;
  return read_object_reference(r, name, value, s);
}

static gboolean read_ct_object(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s)
{
  s->kind = strcmp(name, "ct helper") == 0    ? FW_NFT_DO_CT_HELPER
            : strcmp(name, "ct timeout") == 0 ? FW_NFT_DO_CT_TIMEOUT
                                              : FW_NFT_DO_CT_EXPECTATION;
  return read_object_reference(r, name, value, s);
}

/* ---- others ---- */

static gboolean read_log(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;

  s->kind = FW_NFT_DO_LOG;
  s->group = -1;
  if (o != NULL) {
    s->prefix = fw_nft_word(r, fw_nft_text(o, "prefix", NULL));
    s->level = fw_nft_word(r, fw_nft_text(o, "level", NULL));
    s->group = (gint)fw_nft_integer(o, "group", -1);
    s->snaplen = (guint32)fw_nft_integer(o, "snaplen", 0);
    s->threshold = (guint32)fw_nft_integer(o, "queue-threshold", 0);
    if (json_object_has_member(o, "flags")) {
      g_autofree char *flags = fw_nft_joined(json_object_get_member(o, "flags"), ",");

      s->flags = fw_nft_word(r, flags);
    }
  }
  fw_nft_target_log(r->ruleset, s);
  return TRUE;
}

static gboolean read_reject(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  const char *type = o != NULL ? fw_nft_text(o, "type", NULL) : NULL;
  g_autofree char *number = NULL;
  const char *code = o != NULL ? fw_nft_text(o, "expr", NULL) : NULL;

  s->kind = FW_NFT_DO_REJECT;
  if (code == NULL && o != NULL && fw_nft_integer(o, "expr", -1) >= 0)
    number = g_strdup_printf("%" G_GINT64_FORMAT, fw_nft_integer(o, "expr", -1));
  s->flags = fw_nft_word(r, type);
  s->prefix = fw_nft_word(r, number != NULL ? number : code);
  s->plain =
    type == NULL || (g_strcmp0(s->prefix, "port-unreachable") == 0 && strcmp(type, r->family == 4   ? "icmp"
                                                                                   : r->family == 6 ? "icmpv6"
                                                                                                    : "icmpx") == 0);
  return fw_nft_target_reject(r->ruleset, s, r->family) || fw_nft_fail(r, "reject with %s", type) != NULL;
}

static gboolean read_queue(fw_nft_reader *r, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  fw_nft_shape number = fw_nft_shape_single("integer");

  number.widths[0] = 2;
  s->kind = FW_NFT_DO_QUEUE;
  if (o == NULL)
    return TRUE;
  if (json_object_has_member(o, "num")) {
    s->left = fw_nft_read_right(r, json_object_get_member(o, "num"), &number);
    if (s->left == NULL)
      return FALSE;
  }
  if (json_object_has_member(o, "flags")) {
    g_autofree char *flags = fw_nft_joined(json_object_get_member(o, "flags"), ",");

    s->flags = fw_nft_word(r, flags);
  }
  return TRUE;
}

static void flag_text(const char *text, gpointer user) { g_string_append_printf(user, " %s", text); }

/*
 * What they do depends on sockets, on a handshake with the box, or is done to frames: understood, and unknown for each
 * packet.
 */
static gboolean read_undecided(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
  GString *text = g_string_new(name);
  gboolean ok = TRUE;

  s->kind = FW_NFT_DO_UNDECIDED;
  if (is_reference(value)) {
    ok = read_object_reference(r, name, value, s);
  } else if (o != NULL && strcmp(name, "tproxy") == 0) {
    const char *family = fw_nft_text(o, "family", NULL), *addr = fw_nft_text(o, "addr", NULL);

    if (!JSON_NODE_HOLDS_OBJECT(value) || (json_object_has_member(o, "addr") && addr == NULL) ||
        (json_object_has_member(o, "port") && fw_nft_integer(o, "port", -1) < 0))
      ok = fw_nft_fail(r, "%s to what a map says", name) != NULL;
    if (family != NULL)
      g_string_append_printf(text, " %s", family);
    g_string_append_printf(text, addr != NULL && strchr(addr, ':') != NULL ? " to [%s]" : " to %s",
                           addr != NULL ? addr : "");
    if (json_object_has_member(o, "port"))
      g_string_append_printf(text, ":%" G_GINT64_FORMAT, fw_nft_integer(o, "port", 0));
  } else if (o != NULL && strcmp(name, "fwd") == 0) {
    const char *family = fw_nft_text(o, "family", NULL), *addr = fw_nft_text(o, "addr", NULL),
               *device = fw_nft_text(o, "dev", NULL);

    if (device == NULL || (json_object_has_member(o, "addr") && addr == NULL))
      ok = fw_nft_fail(r, "%s to what a map says", name) != NULL;
    else if (addr != NULL)
      g_string_append_printf(text, " %s to %s device \"%s\"", family != NULL ? family : "ip", addr, device);
    else
      g_string_append_printf(text, " to \"%s\"", device);
  } else if (o != NULL) {
    if (json_object_has_member(o, "mss"))
      g_string_append_printf(text, " mss %" G_GINT64_FORMAT, fw_nft_integer(o, "mss", 0));
    if (json_object_has_member(o, "wscale"))
      g_string_append_printf(text, " wscale %" G_GINT64_FORMAT, fw_nft_integer(o, "wscale", 0));
    if (json_object_has_member(o, "flags"))
      fw_nft_each_text(json_object_get_member(o, "flags"), flag_text, text);
  }
  s->extra = fw_nft_word(r, text->str);
  g_string_free(text, TRUE);
  return ok;
}

/* Goes on, and nothing that a replay could see comes of it: the words are kept. */
static gboolean read_ignored(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;

  s->kind = FW_NFT_DO_IGNORED;
  if (strcmp(name, "flow") == 0) {
    g_autofree char *text = g_strdup_printf("flow add %s", o != NULL ? fw_nft_text(o, "flowtable", "@?") : "@?");

    s->kind = FW_NFT_DO_FLOW;
    s->extra = fw_nft_word(r, text);
    r->nft->offloads = TRUE;
    return TRUE;
  }
  if (o != NULL && strcmp(name, "dup") == 0 && json_object_has_member(o, "addr")) {
    fw_nft_shape shape = fw_nft_shape_single(r->family == 6 ? "ipv6_addr" : r->family == 4 ? "ipv4_addr" : "ifname");
    fw_nft_shape device = fw_nft_shape_single("iface_index");

    s->left = fw_nft_read_right(r, json_object_get_member(o, "addr"), &shape);
    if (s->left == NULL)
      return FALSE;
    if (json_object_has_member(o, "dev")) {
      s->right = fw_nft_read_right(r, json_object_get_member(o, "dev"), &device);
      if (s->right == NULL)
        return FALSE;
    }
    return TRUE;
  }
  if (o != NULL && (strcmp(name, "reset") == 0 || strcmp(name, "optstrip") == 0)) {
    JsonNode *one;
    const char *option;

    if (fw_nft_only_member(value, &option, &one)) {
      s->kind = FW_NFT_DO_STRIP;
      s->left = fw_nft_read_left(r, value);
      return s->left != NULL;
    }
  }
  return fw_nft_fail(r, "%s", name) != NULL;
}

static gboolean read_xt(fw_nft_reader *r, JsonNode *value)
{
  JsonObject *o = JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;

  r->table->nft->xt = TRUE;
  return fw_nft_fail(r,
                     "xt %s %s: nft does not tell what iptables' extensions ask for; give the output of "
                     "iptables-save or ip6tables-save for this table",
                     o != NULL ? fw_nft_text(o, "type", "match") : "match",
                     o != NULL ? fw_nft_text(o, "name", "?") : "?") != NULL;
}

static gboolean read_named(fw_nft_reader *r, const char *name, JsonNode *value, fw_nft_statement *s)
{
  if (strcmp(name, "match") == 0)
    return read_match(r, value, s);
  if (strcmp(name, "vmap") == 0)
    return read_vmap(r, value, s);
  if (strcmp(name, "counter") == 0 || strcmp(name, "quota") == 0 || strcmp(name, "limit") == 0)
    return read_counting(r, name, value, s);
  if (strcmp(name, "ct count") == 0 || strcmp(name, "last") == 0)
    return fw_nft_read_stateful(r, name, value, s);
  if (strcmp(name, "ct helper") == 0 || strcmp(name, "ct timeout") == 0 || strcmp(name, "ct expectation") == 0)
    return read_ct_object(r, name, value, s);
  if (strcmp(name, "mangle") == 0)
    return fw_nft_read_mangle(r, value, s);
  if (strcmp(name, "set") == 0 || strcmp(name, "map") == 0)
    return fw_nft_read_set_op(r, value, s);
  if (strcmp(name, "meter") == 0)
    return fw_nft_read_meter(r, value, s);
  if (strcmp(name, "snat") == 0 || strcmp(name, "dnat") == 0 || strcmp(name, "masquerade") == 0 ||
      strcmp(name, "redirect") == 0)
    return fw_nft_read_nat(r, name, value, s);
  if (strcmp(name, "log") == 0)
    return read_log(r, value, s);
  if (strcmp(name, "reject") == 0)
    return read_reject(r, value, s);
  if (strcmp(name, "queue") == 0)
    return read_queue(r, value, s);
  if (strcmp(name, "notrack") == 0) {
    s->kind = FW_NFT_DO_NOTRACK;
    return TRUE;
  }
  if (strcmp(name, "xt") == 0)
    return read_xt(r, value);
  if (strcmp(name, "synproxy") == 0 || strcmp(name, "tproxy") == 0 || strcmp(name, "fwd") == 0)
    return read_undecided(r, name, value, s);
  return read_ignored(r, name, value, s);
}

void fw_nft_read_statement(fw_nft_reader *r, JsonNode *node, fw_nft_statement *s)
{
  const char *name = NULL;
  JsonNode *value = NULL;

  *s = (fw_nft_statement){ .timeout_s = -1, .group = -1, .state = r->nft->n_states++ };
  g_string_truncate(r->why, 0);
  if (fw_nft_read_verdict(r, node, &s->verdict)) {
    s->kind = FW_NFT_DO_VERDICT;
    s->name = "verdict";
    return;
  }
  if (!fw_nft_only_member(node, &name, &value)) {
    fw_nft_fail(r, "a statement that is no object of one member");
  } else {
    s->name = fw_nft_word(r, name);
    if (read_named(r, name, value, s) && r->why->len == 0)
      return;
  }
  if (r->why->len == 0)
    fw_nft_fail(r, "%s", name);
  s->kind = FW_NFT_DO_UNKNOWN;
  s->text = fw_nft_word(r, r->why->str);
  if (s->name == NULL)
    s->name = "?";
}
