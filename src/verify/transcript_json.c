/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of an object, checked for type and range before they are used. */
#include "verify/transcript_json.h"

#include <arpa/inet.h>
#include <string.h>

enum { MAX_DEPTH = 16 };

gboolean verify_json_depth_fits(const char *text, gsize n)
{
  guint depth = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < n; i++) {
    const char c = text[i];

    if (c == '\\' && quoted)
      i++;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '[' || c == '{') && ++depth > MAX_DEPTH)
      return FALSE;
    else if (!quoted && (c == ']' || c == '}') && depth > 0)
      depth--;
  }
  return TRUE;
}

static gboolean broken(const char *name, const char *what, GError **error)
{
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "%s: %s", name, what);
  return FALSE;
}

static gboolean node_integer(JsonNode *node, const char *name, gint64 min, gint64 max, gint64 *value, GError **error)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
    return broken(name, "a whole number is missing", error);
  *value = json_node_get_int(node);
  if (*value < min || *value > max)
    return broken(name, "out of range", error);
  return TRUE;
}

gboolean verify_json_integer(JsonObject *o, const char *name, gint64 min, gint64 max, gint64 *value, GError **error)
{
  return node_integer(json_object_get_member(o, name), name, min, max, value, error);
}

/* => the text, not interned; NULL and error where the node is no string. */
static const char *node_text(JsonNode *node, const char *name, GError **error)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
    broken(name, "a string is missing", error);
    return NULL;
  }
  return json_node_get_string(node);
}

gboolean verify_json_string(JsonObject *o, const char *name, const char **value, GError **error)
{
  const char *text = node_text(json_object_get_member(o, name), name, error);

  if (text == NULL)
    return FALSE;
  *value = g_intern_string(text);
  return TRUE;
}

/* => the array's nodes through *array (NULL where the member is absent and that is fine). */
static gboolean member_array(JsonObject *o, const char *name, gboolean required, JsonArray **array, GError **error)
{
  JsonNode *node = json_object_get_member(o, name);

  *array = NULL;
  if (node == NULL && !required)
    return TRUE;
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY(node))
    return broken(name, "a list is missing", error);
  *array = json_node_get_array(node);
  return TRUE;
}

gboolean verify_json_strings(JsonObject *o, const char *name, GStrv *value, GError **error)
{
  JsonArray *array;

  if (!member_array(o, name, TRUE, &array, error))
    return FALSE;

  guint n = json_array_get_length(array);
  char **strings = g_new0(char *, n + 1);

  for (guint i = 0; i < n; i++) {
    const char *text = node_text(json_array_get_element(array, i), name, error);

    if (text == NULL) {
      g_strfreev(strings); /* NOLINT(clang-analyzer-unix.Malloc): this is what frees them */
      return FALSE;
    }
    strings[i] = g_strdup(text);
  }
  *value = strings;
  return TRUE;
}

gboolean verify_json_class(JsonObject *o, verify_line *line, GError **error)
{
  JsonNode *node = json_object_get_member(o, "cls");

  if (node != NULL && JSON_NODE_HOLDS_NULL(node)) {
    line->cls = CT_CLASS_NONE;
    return TRUE;
  }

  const char *text = node_text(node, "cls", error);

  if (text == NULL)
    return FALSE;
  for (line->cls = CT_CLASS_NEW; line->cls < CT_CLASS_COUNT; line->cls++)
    if (strcmp(text, ct_class_name(line->cls)) == 0)
      break;
  if (line->cls == CT_CLASS_COUNT)
    return broken("cls", "unknown class", error);
  text = node_text(json_object_get_member(o, "dir"), "dir", error);
  if (text == NULL)
    return FALSE;
  if (strlen(text) != 1 || strchr("or-", *text) == NULL)
    return broken("dir", "unknown direction", error);
  line->dir = *text;
  return TRUE;
}

static gboolean tuple_address(JsonObject *o, const char *name, ct_tuple *tuple, ct_addr *addr, GError **error)
{
  const char *text = node_text(json_object_get_member(o, name), name, error);

  if (text == NULL)
    return FALSE;

  gboolean six = strchr(text, ':') != NULL;
  guint8 family = six ? CT_IPV6 : CT_IPV4;

  if (inet_pton(six ? AF_INET6 : AF_INET, text, addr->bytes) != 1 || (tuple->family && tuple->family != family))
    return broken(name, "not an address", error);
  tuple->family = family;
  return TRUE;
}

static gboolean tuple_number(JsonObject *o, const char *name, guint max, guint *value, GError **error)
{
  gint64 number = 0;

  if (json_object_has_member(o, name) && !verify_json_integer(o, name, 0, max, &number, error))
    return FALSE;
  *value = (guint)number;
  return TRUE;
}

static gboolean node_tuple(JsonNode *node, const char *name, ct_tuple *tuple, GError **error)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node))
    return broken(name, "a tuple is missing", error);

  JsonObject *o = json_node_get_object(node);
  guint sport, dport, id, type, code, proto;

  memset(tuple, 0, sizeof(*tuple));
  if (!tuple_address(o, "src", tuple, &tuple->src, error) || !tuple_address(o, "dst", tuple, &tuple->dst, error) ||
      !tuple_number(o, "proto", 255, &proto, error) || !tuple_number(o, "sport", 65535, &sport, error) ||
      !tuple_number(o, "dport", 65535, &dport, error) || !tuple_number(o, "id", 65535, &id, error) ||
      !tuple_number(o, "type", 255, &type, error) || !tuple_number(o, "code", 255, &code, error))
    return FALSE;
  tuple->proto = (guint8)proto;
  tuple->src_id = (guint16)(ct_tuple_is_icmp(tuple) ? id : sport);
  tuple->dst_id = (guint16)(ct_tuple_is_icmp(tuple) ? type << 8 | code : dport);
  return TRUE;
}

/* Two numbers, one for each direction. */
static gboolean member_pair(JsonObject *o, const char *name, gint64 max, gint64 pair[2], GError **error)
{
  JsonArray *array;

  if (!member_array(o, name, TRUE, &array, error))
    return FALSE;
  if (json_array_get_length(array) != 2)
    return broken(name, "not a pair", error);
  return node_integer(json_array_get_element(array, 0), name, 0, max, &pair[0], error) &&
         node_integer(json_array_get_element(array, 1), name, 0, max, &pair[1], error);
}

static gboolean entry_status(JsonObject *o, verify_entry *entry, GError **error)
{
  JsonArray *array;

  if (!member_array(o, "status", TRUE, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length(array); i++) {
    const char *text = node_text(json_array_get_element(array, i), "status", error);
    guint bit = 0;

    if (text == NULL)
      return FALSE;
    while (bit < 16 && strcmp(ct_status_name(bit), text) != 0)
      bit++;
    if (bit == 16)
      return broken("status", "unknown bit", error);
    entry->status |= 1u << bit;
  }
  return TRUE;
}

static gboolean entry_counters(JsonObject *o, verify_entry *entry, GError **error)
{
  JsonArray *array;

  if (!member_array(o, "counters", TRUE, &array, error))
    return FALSE;
  if (json_array_get_length(array) != 2)
    return broken("counters", "not a pair", error);
  for (guint dir = 0; dir < 2; dir++) {
    JsonNode *node = json_array_get_element(array, dir);
    JsonArray *pair = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    gint64 packets, bytes;

    if (pair == NULL || json_array_get_length(pair) != 2)
      return broken("counters", "not a pair", error);
    if (!node_integer(json_array_get_element(pair, 0), "counters", 0, G_MAXINT64, &packets, error) ||
        !node_integer(json_array_get_element(pair, 1), "counters", 0, G_MAXINT64, &bytes, error))
      return FALSE;
    entry->packets[dir] = (guint64)packets;
    entry->bytes[dir] = (guint64)bytes;
  }
  return TRUE;
}

static gboolean entry_pairs(JsonObject *o, verify_entry *e, GError **error)
{
  static const struct {
    const char *name;
    guint32 has;
    gint64 max;
  } pairs[] = { { "wscale", VERIFY_HAS_WSCALE, 255 },
                { "tflags", VERIFY_HAS_TFLAGS, 255 },
                { "vtag", VERIFY_HAS_VTAG, G_MAXUINT32 } };

  for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
    gint64 pair[2];

    if (!(e->has & pairs[i].has))
      continue;
    if (!member_pair(o, pairs[i].name, pairs[i].max, pair, error))
      return FALSE;
    for (guint dir = 0; dir < 2; dir++) {
      if (pairs[i].has == VERIFY_HAS_WSCALE)
        e->wscale[dir] = (guint8)pair[dir];
      else if (pairs[i].has == VERIFY_HAS_TFLAGS)
        e->tflags[dir] = (guint8)pair[dir];
      else
        e->vtag[dir] = (guint32)pair[dir];
    }
  }
  return TRUE;
}

static gboolean node_entry(JsonNode *node, const char *name, gint64 time_ns, verify_entry *e, GError **error)
{
  static const struct {
    const char *name;
    guint32 has;
  } members[] = { { "reply", VERIFY_HAS_REPLY },       { "status", VERIFY_HAS_STATUS },
                  { "state", VERIFY_HAS_STATE },       { "timeout", VERIFY_HAS_TIMEOUT },
                  { "counters", VERIFY_HAS_COUNTERS }, { "wscale", VERIFY_HAS_WSCALE },
                  { "tflags", VERIFY_HAS_TFLAGS },     { "vtag", VERIFY_HAS_VTAG },
                  { "helper", VERIFY_HAS_HELPER },     { "master", VERIFY_HAS_MASTER } };

  if (!JSON_NODE_HOLDS_OBJECT(node))
    return broken(name, "an entry is missing", error);

  JsonObject *o = json_node_get_object(node);

  memset(e, 0, sizeof(*e));
  e->listed_ns = time_ns;
  for (guint i = 0; i < G_N_ELEMENTS(members); i++)
    if (json_object_has_member(o, members[i].name))
      e->has |= members[i].has;
  if (!node_tuple(json_object_get_member(o, "orig"), "orig", &e->orig, error))
    return FALSE;
  if ((e->has & VERIFY_HAS_REPLY) && !node_tuple(json_object_get_member(o, "reply"), "reply", &e->reply, error))
    return FALSE;
  if ((e->has & VERIFY_HAS_MASTER) && !node_tuple(json_object_get_member(o, "master"), "master", &e->master, error))
    return FALSE;
  if ((e->has & VERIFY_HAS_STATUS) && !entry_status(o, e, error))
    return FALSE;
  if ((e->has & VERIFY_HAS_STATE) && !verify_json_string(o, "state", &e->state, error))
    return FALSE;
  if ((e->has & VERIFY_HAS_HELPER) && !verify_json_string(o, "helper", &e->helper, error))
    return FALSE;
  if ((e->has & VERIFY_HAS_TIMEOUT) && !verify_json_integer(o, "timeout", 0, G_MAXUINT32, &e->timeout_s, error))
    return FALSE;
  e->rest_ns = e->timeout_s * G_GINT64_CONSTANT(1000000000);
  if ((e->has & VERIFY_HAS_COUNTERS) && !entry_counters(o, e, error))
    return FALSE;
  return entry_pairs(o, e, error);
}

static gboolean node_expect(JsonNode *node, const char *name, gint64 time_ns, verify_expect *x, GError **error)
{
  gint64 class_number = 0, flags = 0;

  if (!JSON_NODE_HOLDS_OBJECT(node))
    return broken(name, "an expectation is missing", error);

  JsonObject *o = json_node_get_object(node);

  memset(x, 0, sizeof(*x));
  x->listed_ns = time_ns;
  x->helper = "";
  if (!node_tuple(json_object_get_member(o, "tuple"), "tuple", &x->tuple, error) ||
      !node_tuple(json_object_get_member(o, "mask"), "mask", &x->mask, error) ||
      !node_tuple(json_object_get_member(o, "master"), "master", &x->master, error))
    return FALSE;
  /* The kernel writes seconds left as 32 bits; an expectation that outlived its time, by the timer wheel, shows a
   * negative number. */
  if (json_object_has_member(o, "timeout")) {
    if (!verify_json_integer(o, "timeout", G_MININT32, G_MAXUINT32, &x->timeout_s, error))
      return FALSE;
  } else {
    x->timeless = TRUE;
  }
  x->timeout_s = (gint32)(guint32)x->timeout_s;
  x->rest_ns = x->timeout_s * G_GINT64_CONSTANT(1000000000);
  if (json_object_has_member(o, "class") && !verify_json_integer(o, "class", 0, G_MAXUINT32, &class_number, error))
    return FALSE;
  if (json_object_has_member(o, "flags") && !verify_json_integer(o, "flags", 0, G_MAXUINT32, &flags, error))
    return FALSE;
  if (json_object_has_member(o, "helper") && !verify_json_string(o, "helper", &x->helper, error))
    return FALSE;
  x->class_number = (guint32)class_number;
  x->flags = (guint32)flags;
  return TRUE;
}

gboolean verify_json_entries(JsonObject *o, const char *name, gint64 time_ns, GArray *entries, GError **error)
{
  JsonArray *array;

  if (!member_array(o, name, FALSE, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
    verify_entry entry;

    if (!node_entry(json_array_get_element(array, i), name, time_ns, &entry, error))
      return FALSE;
    g_array_append_val(entries, entry);
  }
  return TRUE;
}

gboolean verify_json_expects(JsonObject *o, const char *name, gint64 time_ns, GArray *expects, GError **error)
{
  JsonArray *array;

  if (!member_array(o, name, FALSE, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
    verify_expect expect;

    if (!node_expect(json_array_get_element(array, i), name, time_ns, &expect, error))
      return FALSE;
    g_array_append_val(expects, expect);
  }
  return TRUE;
}

gboolean verify_json_tuples(JsonObject *o, const char *name, GArray *tuples, GError **error)
{
  JsonArray *array;

  if (!member_array(o, name, FALSE, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
    ct_tuple tuple;

    if (!node_tuple(json_array_get_element(array, i), name, &tuple, error))
      return FALSE;
    g_array_append_val(tuples, tuple);
  }
  return TRUE;
}

static gboolean event_type_find(const char *text, verify_event_type *type)
{
  for (guint i = VERIFY_EV_NEW; i <= VERIFY_EV_EXP_DESTROY; i++)
    if (strcmp(text, verify_event_name((verify_event_type)i)) == 0) {
      *type = (verify_event_type)i;
      return TRUE;
    }
  return FALSE;
}

gboolean verify_json_events(JsonObject *o, const char *name, gint64 time_ns, GArray *events, GError **error)
{
  JsonArray *array;

  if (!member_array(o, name, FALSE, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    verify_event event = { 0 };
    const char *text = JSON_NODE_HOLDS_OBJECT(node)
                         ? node_text(json_object_get_member(json_node_get_object(node), "ev"), "ev", error)
                         : NULL;

    if (text == NULL || !event_type_find(text, &event.type))
      return error != NULL && *error != NULL ? FALSE : broken(name, "unknown event", error);

    gboolean expect = event.type >= VERIFY_EV_EXP_NEW;

    if (!(expect ? node_expect(node, name, time_ns, &event.u.expect, error)
                 : node_entry(node, name, time_ns, &event.u.entry, error)))
      return FALSE;
    /* A DESTROY carries the time left where at least a second was left: without it, time had run out. */
    event.expired = event.type == VERIFY_EV_EXP_DESTROY ||
                    (event.type == VERIFY_EV_DESTROY && !(event.u.entry.has & VERIFY_HAS_TIMEOUT));
    g_array_append_val(events, event);
  }
  return TRUE;
}
