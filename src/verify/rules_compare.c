/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/rules_compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MOST = 20, VALUE_MOST = 160, DEPTH_MOST = 16 };

/* send_error: what a socket said. */
const char *const verify_rules_left_out[] = { "send_error", NULL };
/* We do it as well, and need not say so. */
const char *const verify_rules_done_before[] = { "ttl_raised", "untranslated", "padded", "did", NULL };

/* An entry's or expectation's end: DESTROY or gone, on some line. */
typedef struct ending {
  char *what;
  double time_s;
} ending;

struct verify_rules_compare {
  guint64 fields;
  guint differences;
  GString *text;
  GString *where; /* the line */
  const char *path[DEPTH_MOST * 2];
  char numbers[DEPTH_MOST * 2][12];
  guint depth;
  GArray *ends[2]; /* ending: truth, own */
  gboolean drew;
};

static void ending_clear(gpointer data) { g_free(((ending *)data)->what); }

verify_rules_compare *verify_rules_compare_new(void)
{
  verify_rules_compare *c = g_new0(verify_rules_compare, 1);
  guint i;

  c->text = g_string_new(NULL);
  c->where = g_string_new(NULL);
  for (i = 0; i < 2; i++) {
    c->ends[i] = g_array_new(FALSE, FALSE, sizeof(ending));
    g_array_set_clear_func(c->ends[i], ending_clear);
  }
  return c;
}

void verify_rules_compare_free(verify_rules_compare *c)
{
  if (c == NULL)
    return;
  g_string_free(c->text, TRUE);
  g_string_free(c->where, TRUE);
  g_array_unref(c->ends[0]);
  g_array_unref(c->ends[1]);
  g_free(c);
}

guint64 verify_rules_compare_fields(const verify_rules_compare *c) { return c->fields; }
guint verify_rules_compare_differences(const verify_rules_compare *c) { return c->differences; }
const char *verify_rules_compare_text(const verify_rules_compare *c) { return c->text->str; }

void verify_rules_compare_drew(verify_rules_compare *c) { c->drew = TRUE; }

/* ---- words ---- */

static char *text_of(JsonNode *node)
{
  if (node == NULL)
    return g_strdup("nothing");
  return json_to_string(node, FALSE);
}

static void put_value(GString *out, JsonNode *node)
{
  g_autofree char *text = text_of(node);

  g_string_append_len(out, text, (gssize)MIN(strlen(text), VALUE_MOST));
  if (strlen(text) > VALUE_MOST)
    g_string_append(out, "...");
}

static void differ(verify_rules_compare *c, JsonNode *truth, JsonNode *own)
{
  guint i;

  if (c->differences++ >= SHOWN_MOST)
    return;
  g_string_append_printf(c->text, "  %s: ", c->where->str);
  for (i = 0; i < c->depth; i++)
    g_string_append_printf(c->text, "%s%s", i > 0 ? "." : "", c->path[i]);
  g_string_append(c->text, ": the kernel has ");
  put_value(c->text, truth);
  g_string_append(c->text, ", ctreplay ");
  put_value(c->text, own);
  g_string_append_c(c->text, '\n');
}

/* ---- values ---- */

static void compare_nodes(verify_rules_compare *c, const char *name, JsonNode *truth, JsonNode *own);

static gboolean left_out(const char *name)
{
  guint i;

  for (i = 0; verify_rules_left_out[i] != NULL; i++)
    if (strcmp(name, verify_rules_left_out[i]) == 0)
      return TRUE;
  return strcmp(name, "t") == 0;
}

/* How many taken ids the kernel met before it drew the one that was given to us, is not known; we met none. */
static gboolean is_found_on_the_way(const verify_rules_compare *c, const char *name, JsonNode *truth, JsonNode *own)
{
  return c->drew && strcmp(name, "found") == 0 && truth != NULL && own != NULL && JSON_NODE_HOLDS_VALUE(truth) &&
         JSON_NODE_HOLDS_VALUE(own) && json_node_get_int(truth) > json_node_get_int(own);
}

static void member(verify_rules_compare *c, const char *name, JsonNode *truth, JsonNode *own)
{
  if (own == NULL && strcmp(name, "crc") == 0)
    return; /* of what holds a number drawn at random none is told */
  if (left_out(name) || is_found_on_the_way(c, name, truth, own) || c->depth >= DEPTH_MOST)
    return;
  c->path[c->depth++] = name;
  if (truth == NULL || own == NULL) {
    c->fields++;
    differ(c, truth, own);
  } else {
    compare_nodes(c, name, truth, own);
  }
  c->depth--;
}

static void compare_objects(verify_rules_compare *c, JsonObject *truth, JsonObject *own)
{
  GList *names = json_object_get_members(truth), *l;

  for (l = names; l != NULL; l = l->next)
    member(c, l->data, json_object_get_member(truth, l->data), json_object_get_member(own, l->data));
  g_list_free(names);
  names = json_object_get_members(own);
  for (l = names; l != NULL; l = l->next)
    if (!json_object_has_member(truth, l->data))
      member(c, l->data, NULL, json_object_get_member(own, l->data));
  g_list_free(names);
}

static gboolean is_set(const char *name)
{
  static const char *const sets[] = { "table", "ct", "gone", "exp", "exp_gone", "expect", "proc", "list", NULL };
  guint i;

  for (i = 0; sets[i] != NULL; i++)
    if (strcmp(name, sets[i]) == 0)
      return TRUE;
  return FALSE;
}

/* A tuple as a key: its members in order of their names. */
static void put_sorted(GString *out, JsonNode *node)
{
  GList *names, *l;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node)) {
    g_autofree char *text = text_of(node);

    g_string_append(out, text);
    return;
  }
  names = g_list_sort(json_object_get_members(json_node_get_object(node)), (GCompareFunc)strcmp);
  for (l = names; l != NULL; l = l->next) {
    g_string_append_printf(out, "%s=", (const char *)l->data);
    put_sorted(out, json_object_get_member(json_node_get_object(node), l->data));
    g_string_append_c(out, ' ');
  }
  g_list_free(names);
}

/* A line of a listing without its timeout, the fifth word. */
static char *without_timeout(const char *line)
{
  g_auto(GStrv) words = g_regex_split_simple(" +", line, 0, 0);

  if (g_strv_length(words) > 5) {
    g_free(words[4]);
    words[4] = g_strdup("T");
  }
  return g_strjoinv(" ", words);
}

typedef struct keyed {
  char *key;
  JsonNode *node;
} keyed;

static void keyed_clear(gpointer data) { g_free(((keyed *)data)->key); }

static gint by_key(gconstpointer a, gconstpointer b)
{
  return strcmp(((const keyed *)a)->key, ((const keyed *)b)->key);
}

static GArray *keyed_of(JsonArray *array, gboolean sorted)
{
  GArray *items = g_array_new(FALSE, FALSE, sizeof(keyed));
  guint i;

  g_array_set_clear_func(items, keyed_clear);
  for (i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i), *part = node;
    keyed item = { NULL, node };

    if (sorted && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING) {
      item.key = without_timeout(json_node_get_string(node));
    } else {
      GString *key = g_string_new(NULL);

      if (JSON_NODE_HOLDS_OBJECT(node)) {
        JsonObject *o = json_node_get_object(node);

        part = json_object_has_member(o, "orig")    ? json_object_get_member(o, "orig")
               : json_object_has_member(o, "tuple") ? json_object_get_member(o, "tuple")
                                                    : node;
      }
      put_sorted(key, part);
      item.key = g_string_free(key, FALSE);
    }
    g_array_append_val(items, item);
  }
  if (sorted)
    g_array_sort(items, by_key);
  return items;
}

static gboolean is_text(JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Elements of a set: in no order, and how long they still live is the machine's clock. */
static char *sorted_elements(const char *text)
{
  g_auto(GStrv) parts = NULL;
  g_autofree char *bare = NULL, *flat = NULL;
  GRegex *expires = g_regex_new(" expires [0-9a-z]+", 0, 0, NULL), *gaps = g_regex_new(",\\s+", 0, 0, NULL);

  bare = g_regex_replace_literal(expires, text, -1, 0, "", 0, NULL);
  flat = g_regex_replace_literal(gaps, bare, -1, 0, ",", 0, NULL);
  g_regex_unref(expires);
  g_regex_unref(gaps);
  parts = g_strsplit(flat, ",", -1);
  qsort(parts, g_strv_length(parts), sizeof *parts, by_text);
  return g_strjoinv(",", parts);
}

static void without_word(char *text, const char *word)
{
  char *at = strstr(text, word);

  if (at != NULL)
    memmove(at, at + strlen(word), strlen(at + strlen(word)) + 1);
}

/*
 * Lines of `nft -a list ruleset`, elements of a set joined to one line; without handles, which are the machine's
 * running numbers, and without flags of sets and the word interval of a map's type, of which JSON does not have all.
 */
static GPtrArray *nft_lines(JsonArray *array)
{
  static const char begin[] = "\t\telements = { ";
  GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
  GString *joined = NULL;
  guint i;

  for (i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    const char *line = is_text(node) ? json_node_get_string(node) : "", *handle = strstr(line, " # handle ");

    if (joined == NULL && g_str_has_prefix(line, "\t\tflags "))
      continue;
    if (joined == NULL && g_str_has_prefix(line, begin))
      joined = g_string_new(NULL);
    if (joined == NULL) {
      char *bare = handle != NULL ? g_strndup(line, (gsize)(handle - line)) : g_strdup(line);

      if (g_str_has_prefix(bare, "\t\ttype "))
        without_word(bare, "interval ");
      g_ptr_array_add(lines, bare);
      continue;
    }
    g_string_append(joined, g_str_has_prefix(line, begin) ? line + strlen(begin) : line);
    if (g_str_has_suffix(line, " }")) {
      g_string_truncate(joined, joined->len - 2);
      g_ptr_array_add(lines, sorted_elements(joined->str));
      g_string_free(joined, TRUE);
      joined = NULL;
    }
  }
  if (joined != NULL)
    g_ptr_array_add(lines, g_string_free(joined, FALSE));
  return lines;
}

static void compare_nft(verify_rules_compare *c, JsonNode *truth, JsonNode *own)
{
  g_autoptr(GPtrArray) a = nft_lines(json_node_get_array(truth)), b = nft_lines(json_node_get_array(own));
  guint i;

  for (i = 0; i < MAX(a->len, b->len); i++) {
    const char *x = i < a->len ? g_ptr_array_index(a, i) : "", *y = i < b->len ? g_ptr_array_index(b, i) : "";

    c->fields++;
    if (strcmp(x, y) == 0)
      continue;
    {
      g_autoptr(JsonNode) kernel = json_node_init_string(json_node_alloc(), x);
      g_autoptr(JsonNode) ours = json_node_init_string(json_node_alloc(), y);

      differ(c, kernel, ours);
    }
  }
}

static void compare_arrays(verify_rules_compare *c, const char *name, JsonNode *truth, JsonNode *own)
{
  gboolean set = is_set(name);
  GArray *a = keyed_of(json_node_get_array(truth), set), *b = keyed_of(json_node_get_array(own), set);
  guint i;

  if (a->len != b->len) {
    c->fields++;
    differ(c, truth, own);
  }
  for (i = 0; a->len == b->len && i < a->len; i++) {
    const keyed *x = &g_array_index(a, keyed, i), *y = &g_array_index(b, keyed, i);

    g_snprintf(c->numbers[c->depth], sizeof c->numbers[0], "%u", i);
    c->path[c->depth] = c->numbers[c->depth];
    c->depth++;
    if (set && is_text(x->node) && is_text(y->node)) {
      c->fields++;
      if (strcmp(x->key, y->key) != 0)
        differ(c, x->node, y->node);
    } else {
      compare_nodes(c, name, x->node, y->node);
    }
    c->depth--;
  }
  g_array_unref(a);
  g_array_unref(b);
}

/* HZ is 250, and the referee's clock is real: a listed timeout may be one second off. */
static gboolean same_value(const char *name, JsonNode *truth, JsonNode *own)
{
  if (strcmp(name, "timeout") == 0 && !is_text(truth) && !is_text(own))
    return llabs(json_node_get_int(truth) - json_node_get_int(own)) <= 1;
  return json_node_equal(truth, own);
}

static void compare_nodes(verify_rules_compare *c, const char *name, JsonNode *truth, JsonNode *own)
{
  if (JSON_NODE_TYPE(truth) != JSON_NODE_TYPE(own) || c->depth >= DEPTH_MOST) {
    c->fields++;
    differ(c, truth, own);
    return;
  }
  if (JSON_NODE_HOLDS_OBJECT(truth)) {
    compare_objects(c, json_node_get_object(truth), json_node_get_object(own));
  } else if (JSON_NODE_HOLDS_ARRAY(truth) && strcmp(name, "nft") == 0) {
    compare_nft(c, truth, own);
  } else if (JSON_NODE_HOLDS_ARRAY(truth)) {
    compare_arrays(c, name, truth, own);
  } else {
    c->fields++;
    if (!JSON_NODE_HOLDS_NULL(truth) && !same_value(name, truth, own))
      differ(c, truth, own);
  }
}

/* ---- ends ---- */

static void add_end(verify_rules_compare *c, guint side, const char *kind, JsonNode *tuple, JsonObject *event,
                    double time_s)
{
  static const char *const also[] = { "state", "counters", NULL };
  GString *what = g_string_new(kind);
  ending end;
  guint i;

  g_string_append_c(what, ' ');
  put_sorted(what, tuple);
  for (i = 0; event != NULL && also[i] != NULL; i++)
    if (json_object_has_member(event, also[i]))
      put_sorted(what, json_object_get_member(event, also[i]));
  end = (ending){ g_string_free(what, FALSE), time_s };
  g_array_append_val(c->ends[side], end);
}

/* Takes what tells of ends out of a line. */
static void take_ends(verify_rules_compare *c, guint side, JsonObject *line)
{
  double time_s = json_object_has_member(line, "t") ? json_object_get_double_member(line, "t") : 0;
  JsonArray *events, *rest;
  guint i;

  if (json_object_has_member(line, "gone")) {
    JsonArray *gone = json_object_get_array_member(line, "gone");

    for (i = 0; i < json_array_get_length(gone); i++)
      add_end(c, side, "gone", json_array_get_element(gone, i), NULL, time_s);
    json_object_remove_member(line, "gone");
  }
  if (!json_object_has_member(line, "ev"))
    return;
  events = json_object_get_array_member(line, "ev");
  rest = json_array_new();
  for (i = 0; i < json_array_get_length(events); i++) {
    JsonObject *event = json_array_get_object_element(events, i);

    if (g_strcmp0(json_object_get_string_member(event, "ev"), "DESTROY") == 0)
      add_end(c, side, "DESTROY", json_object_get_member(event, "orig"), event, time_s);
    else
      json_array_add_element(rest, json_node_copy(json_array_get_element(events, i)));
  }
  if (json_array_get_length(rest) > 0) {
    json_object_set_array_member(line, "ev", rest);
  } else {
    json_array_unref(rest);
    json_object_remove_member(line, "ev");
  }
}

static gint by_what(gconstpointer a, gconstpointer b)
{
  const ending *x = a, *y = b;
  gint order = strcmp(x->what, y->what);

  return order != 0 ? order : x->time_s < y->time_s ? -1 : x->time_s > y->time_s ? 1 : 0;
}

static void say_end(verify_rules_compare *c, const char *who, const ending *end)
{
  if (c->differences++ < SHOWN_MOST)
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the line before was checked */
    g_string_append_printf(c->text, "  only %s, at %.4f s: %s\n", who, end->time_s, end->what);
}

void verify_rules_compare_end(verify_rules_compare *c)
{
  guint i = 0, k = 0;

  g_array_sort(c->ends[0], by_what);
  g_array_sort(c->ends[1], by_what);
  while (i < c->ends[0]->len || k < c->ends[1]->len) {
    const ending *x = i < c->ends[0]->len ? &g_array_index(c->ends[0], ending, i) : NULL;
    const ending *y = k < c->ends[1]->len ? &g_array_index(c->ends[1], ending, k) : NULL;
    gint order = x == NULL ? 1 : y == NULL ? -1 : strcmp(x->what, y->what);

    c->fields++;
    if (order < 0)
      say_end(c, "the kernel", x);
    else if (order > 0)
      say_end(c, "ctreplay", y);
    else if (fabs(x->time_s - y->time_s) > 0.3)
      say_end(c, "the kernel", x);
    i += order <= 0;
    k += order >= 0;
  }
}

static gint by_first_line(gconstpointer a, gconstpointer b)
{
  return strcmp(json_array_get_string_element(*(JsonArray *const *)a, 0),
                json_array_get_string_element(*(JsonArray *const *)b, 0));
}

/* Tables are printed in an order that says nothing. */
static void sort_tables(JsonObject *counters, const char *name)
{
  GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)json_array_unref);
  JsonArray *lines = json_object_get_array_member(counters, name), *sorted = json_array_new();
  guint i, k;

  for (i = 0; i < json_array_get_length(lines); i++) {
    const char *line = json_array_get_string_element(lines, i);

    if (*line == '*' || tables->len == 0)
      g_ptr_array_add(tables, json_array_new());
    json_array_add_string_element(g_ptr_array_index(tables, tables->len - 1), line);
  }
  g_ptr_array_sort(tables, by_first_line);
  for (i = 0; i < tables->len; i++)
    for (k = 0; k < json_array_get_length(g_ptr_array_index(tables, i)); k++)
      json_array_add_string_element(sorted, json_array_get_string_element(g_ptr_array_index(tables, i), k));
  json_object_set_array_member(counters, name, sorted);
  g_ptr_array_unref(tables);
}

static void sort_counters(JsonObject *line)
{
  static const char *const names[] = { "iptables", "ip6tables" };
  JsonNode *node = json_object_get_member(line, "counters");
  guint i;

  for (i = 0; node != NULL && JSON_NODE_HOLDS_OBJECT(node) && i < G_N_ELEMENTS(names); i++) {
    JsonNode *lines = json_object_get_member(json_node_get_object(node), names[i]);

    if (lines != NULL && JSON_NODE_HOLDS_ARRAY(lines))
      sort_tables(json_node_get_object(node), names[i]);
  }
}

void verify_rules_compare_line(verify_rules_compare *c, JsonObject *truth, JsonObject *own)
{
  guint i;

  if (json_object_has_member(truth, "n"))
    g_string_printf(c->where, "packet %" G_GINT64_FORMAT, json_object_get_int_member(truth, "n"));
  else
    g_string_assign(c->where, "the end");
  for (i = 0; verify_rules_done_before[i] != NULL; i++)
    if (!json_object_has_member(own, verify_rules_done_before[i]))
      json_object_remove_member(truth, verify_rules_done_before[i]);
  sort_counters(truth);
  sort_counters(own);
  take_ends(c, 0, truth);
  take_ends(c, 1, own);
  compare_objects(c, truth, own);
}
