/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/routed_end.h"

#include <json-glib/json-glib.h>
#include <netdb.h>
#include <string.h>

#include "emit/emit.h"
#include "firewall/walk/tell.h"

enum { SHOWN_MOST = 20, TIMEOUT_SLACK_S = 2 };

void verify_routed_report_clear(verify_routed_report *r)
{
  g_string_free(r->text, TRUE);
  g_free(r->kernel);
  g_free(r->capture);
  g_free(r->names[0]);
  g_free(r->names[1]);
  g_free(r->changed);
}

void verify_routed_report_print(GString *out, const verify_routed_report *r)
{
  g_string_append_printf(out, "%s, Linux %s, routed by %s and %s: %s\n", r->capture, r->kernel, r->names[0],
                         r->names[1], r->differences == 0 ? "equal" : "DIFFERENT");
  g_string_append_printf(out, "  %" G_GUINT64_FORMAT " packet%s compared, %u entr%s, %u line%s of counters\n",
                         r->packets, r->packets == 1 ? "" : "s", r->entries, r->entries == 1 ? "y" : "ies", r->counters,
                         r->counters == 1 ? "" : "s");
  if (r->before > 0)
    g_string_append_printf(out, "  of these %" G_GUINT64_FORMAT " %s refused, or held back, before any rule\n",
                           r->before, r->before == 1 ? "is" : "are");
  if (r->not_ip + r->own + r->unknown > 0)
    g_string_append_printf(out,
                           "  not compared: %" G_GUINT64_FORMAT " frame%s without a whole IP packet, %" G_GUINT64_FORMAT
                           " packet%s of the box itself, %" G_GUINT64_FORMAT " of which rules say nothing certain\n",
                           r->not_ip, r->not_ip == 1 ? "" : "s", r->own, r->own == 1 ? "" : "s", r->unknown);
  if (r->changed != NULL)
    g_string_append_printf(out, "  during the run %s\n", r->changed);
  if (r->differences > 0)
    g_string_append_printf(out, "%u difference%s:\n%s", r->differences, r->differences == 1 ? "" : "s", r->text->str);
}

void verify_routed_differ(verify_routed_report *r, const char *format, ...)
{
  va_list values;

  if (r->differences++ >= SHOWN_MOST)
    return;
  va_start(values, format);
  g_string_append(r->text, "  ");
  g_string_append_vprintf(r->text, format, values);
  g_string_append_c(r->text, '\n');
  va_end(values);
}

/* ---- lines as sets ---- */

/* Line => GArray of gint64, a value for each time that it stands there. */
static GHashTable *lines_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
}

static void lines_add(GHashTable *lines, const char *line, gint64 value)
{
  GArray *values = g_hash_table_lookup(lines, line);

  if (values == NULL) {
    values = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_hash_table_insert(lines, g_strdup(line), values);
  }
  g_array_append_val(values, value);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those of one that the other has not, or not as often, or with other values. slack: by how much these may differ. */
static guint lines_compare(verify_routed_report *r, GHashTable *kernel, GHashTable *own, const char *what, gint64 slack)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new();
  GHashTableIter iter;
  gpointer line;
  guint i, k, n = 0;

  g_hash_table_iter_init(&iter, kernel);
  while (g_hash_table_iter_next(&iter, &line, NULL))
    g_ptr_array_add(all, line);
  g_hash_table_iter_init(&iter, own);
  while (g_hash_table_iter_next(&iter, &line, NULL))
    if (!g_hash_table_contains(kernel, line))
      g_ptr_array_add(all, line);
  g_ptr_array_sort(all, by_text);
  for (i = 0; i < all->len; i++) {
    const GArray *x = g_hash_table_lookup(kernel, g_ptr_array_index(all, i)),
                 *y = g_hash_table_lookup(own, g_ptr_array_index(all, i));
    guint in_kernel = x != NULL ? x->len : 0, in_own = y != NULL ? y->len : 0;

    n += MAX(in_kernel, in_own);
    if (in_kernel != in_own)
      verify_routed_differ(r, "%s, %s: %s", what, in_kernel > in_own ? "the kernel alone" : "ctreplay alone",
                           (const char *)g_ptr_array_index(all, i));
    for (k = 0; in_kernel == in_own && k < in_own; k++) {
      gint64 a = g_array_index(x, gint64, k), b = g_array_index(y, gint64, k);

      if (ABS(a - b) > slack)
        verify_routed_differ(r, "%s: the kernel has %" G_GINT64_FORMAT " s, ctreplay %" G_GINT64_FORMAT ": %s", what, a,
                             b, (const char *)g_ptr_array_index(all, i));
    }
  }
  return n;
}

/* ---- entries ---- */

/* "ipv4     2 tcp      6 431999 ESTABLISHED src=... use=1": the timeout is the value, references do not count. */
static void add_entry_line(GHashTable *lines, const char *line)
{
  g_auto(GStrv) words = g_strsplit_set(line, " ", -1);
  g_autoptr(GString) rest = g_string_new(NULL);
  gint64 timeout = 0;
  guint i, n = 0;

  for (i = 0; words[i] != NULL; i++) {
    if (*words[i] == '\0')
      continue;
    if (++n == 5)
      timeout = g_ascii_strtoll(words[i], NULL, 10);
    else if (!g_str_has_prefix(words[i], "use="))
      g_string_append_printf(rest, "%s%s", rest->len > 0 ? " " : "", words[i]);
  }
  if (n > 5)
    lines_add(lines, rest->str, timeout);
}

typedef struct own_entries {
  emit_output output;
  emit_text text;
} own_entries;

static void put_entry(const ct_view *view, void *user) { emit_output_entry(&((own_entries *)user)->output, view); }

static void add_entry_lines(GHashTable *lines, const char *text)
{
  g_auto(GStrv) all = g_strsplit(text, "\n", -1);
  guint i;

  for (i = 0; all[i] != NULL; i++)
    add_entry_line(lines, all[i]);
}

static void add_own_entries(GHashTable *lines, ct_engine *engine, const ct_params *params)
{
  const emit_options options = { .profile = params->profile, .show_mark = TRUE };
  own_entries own;
  char *text;

  memset(&own, 0, sizeof own);
  emit_text_init(&own.text, -1);
  emit_output_open(&own.output, emit_format_find("proc"), EMIT_CAN_LIST, &options, &own.text, NULL);
  ct_engine_each(engine, put_entry, &own);
  text = g_strndup(own.text.data, own.text.used);
  add_entry_lines(lines, text);
  g_free(text);
  emit_output_close(&own.output, NULL);
  emit_text_clear(&own.text);
}

gboolean verify_routed_entries(verify_routed_report *r, ct_engine *engine, const ct_params *params, GError **error)
{
  g_autoptr(GHashTable) kernel = lines_new(), own = lines_new();
  g_autofree char *text = NULL;

  if (!g_file_get_contents("/proc/thread-self/net/nf_conntrack", &text, NULL, error)) {
    if (error != NULL && *error != NULL) { /* CONFIG_NF_CONNTRACK_PROCFS */
      (*error)->domain = VERIFY_ERROR;
      (*error)->code = VERIFY_ERROR_MISSING;
    }
    return FALSE;
  }
  add_entry_lines(kernel, text);
  add_own_entries(own, engine, params);
  r->entries = lines_compare(r, kernel, own, "entry", TIMEOUT_SLACK_S);
  return TRUE;
}

/* ---- counters ---- */

/*
 * "*nat :PREROUTING" of a chain that the rules do not declare: iptables-nft makes it when a rule needs it, and it
 * counts nothing before.
 */
static GHashTable *undeclared_of(const fw_ruleset *ruleset, fw_family family)
{
  GHashTable *found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  guint t, c;

  for (t = 0; t < ruleset->tables->len; t++) {
    const fw_table *table = g_ptr_array_index(ruleset->tables, t);

    for (c = 0; table->nft == NULL && table->family == family && c < table->chains->len; c++) {
      const fw_chain *chain = g_ptr_array_index(table->chains, c);

      if (!chain->declared)
        g_hash_table_add(found, g_strdup_printf("*%s :%s", table->name, chain->name));
    }
  }
  return found;
}

static gboolean is_undeclared(GHashTable *undeclared, const char *table, const char *line)
{
  g_autofree char *key = g_strdup_printf("%s %.*s", table, (int)strcspn(line, " "), line);

  return undeclared != NULL && g_hash_table_contains(undeclared, key);
}

/*
 * What one program writes so and another one otherwise: when elements of sets expire, a set of one element as the
 * element, protocols by a number or by the machine's name.
 */
static char *alike(const char *line)
{
  g_autoptr(GRegex) moves = g_regex_new(" expires [0-9a-z]+", 0, 0, NULL),
                    alone = g_regex_new("\\{ ([^{},]+) \\}", 0, 0, NULL),
                    named = g_regex_new(" -p ([a-z0-9-]+)", 0, 0, NULL);
  g_autofree char *still = g_regex_replace_literal(moves, line, -1, 0, "", 0, NULL), *name = NULL;
  g_autoptr(GMatchInfo) found = NULL;
  struct protoent *protocol;

  if (g_str_has_prefix(line, "elements = "))
    return g_steal_pointer(&still);
  if (!g_regex_match(named, still, 0, &found))
    return g_regex_replace(alone, still, -1, 0, "\\1", 0, NULL);
  name = g_match_info_fetch(found, 1);
  protocol = getprotobyname(name);
  if (protocol == NULL)
    return g_steal_pointer(&still);
  g_free(name);
  name = g_strdup_printf(" -p %d", protocol->p_proto);
  return g_regex_replace_literal(named, still, -1, 0, name, 0, NULL);
}

/* Lines that nobody counts by, and of which JSON does not keep all. */
static gboolean is_remark(const char *line)
{
  return *line == '\0' || *line == '#' || *line == '}' || strcmp(line, "COMMIT") == 0 ||
         g_str_has_prefix(line, "flags ") || g_str_has_prefix(line, "comment ");
}

/* Each line behind its table's name; elements of a set are one line. */
static void add_rule_lines(GHashTable *lines, const char *text, GHashTable *undeclared)
{
  g_auto(GStrv) all = g_strsplit(text, "\n", -1);
  g_autofree char *table = g_strdup("");
  g_autoptr(GString) joined = g_string_new(NULL);
  guint i;

  for (i = 0; all[i] != NULL; i++) {
    const char *bare = g_strstrip(all[i]);
    g_autofree char *line = NULL, *same = NULL;

    if (joined->len > 0)
      g_string_append_printf(joined, " %s", bare);
    else if (g_str_has_prefix(bare, "elements = {"))
      g_string_assign(joined, bare);
    if (joined->len > 0 && !g_str_has_suffix(bare, "}"))
      continue;
    if (is_remark(bare) && joined->len == 0)
      continue;
    if (*bare == '*' || g_str_has_prefix(bare, "table ")) {
      g_free(table);
      table = g_strdup(bare);
      continue;
    }
    if (is_undeclared(undeclared, table, bare))
      continue;
    same = alike(joined->len > 0 ? joined->str : bare);
    g_string_truncate(joined, 0);
    line = g_strdup_printf("%s %s", table, same);
    lines_add(lines, line, 0);
  }
}

static gboolean has_iptables(const fw_ruleset *ruleset, fw_family family)
{
  guint i;

  for (i = 0; i < ruleset->tables->len; i++) {
    const fw_table *t = g_ptr_array_index(ruleset->tables, i);

    if (t->nft == NULL && t->family == family)
      return TRUE;
  }
  return FALSE;
}

static gboolean compare_saved(verify_routed_report *r, verify_box *box, fw_firewall *firewall, fw_family family,
                              GError **error)
{
  const char *const argv[] = { family == FW_IPV6 ? "ip6tables-save" : "iptables-save", "-c", NULL };
  g_autoptr(GHashTable) kernel = lines_new(), own = lines_new(),
                        undeclared = undeclared_of(fw_firewall_program(firewall)->ruleset, family);
  g_autoptr(GString) told = g_string_new(NULL);
  g_autofree char *text = NULL;

  if (!has_iptables(fw_firewall_program(firewall)->ruleset, family))
    return TRUE;
  text = verify_box_ask(box, argv, error);
  if (text == NULL)
    return FALSE;
  fw_tell_save(told, firewall, family);
  add_rule_lines(kernel, text, undeclared);
  add_rule_lines(own, told->str, undeclared);
  r->counters += lines_compare(r, kernel, own, "counters", 0);
  return TRUE;
}

static gboolean compare_listed(verify_routed_report *r, verify_box *box, fw_firewall *firewall, GError **error)
{
  const fw_ruleset *ruleset = fw_firewall_program(firewall)->ruleset;
  g_autoptr(GHashTable) kernel = lines_new(), own = lines_new();
  g_autoptr(GString) told = g_string_new(NULL);
  guint i;

  for (i = 0; i < ruleset->tables->len; i++) {
    const fw_table *t = g_ptr_array_index(ruleset->tables, i);
    const char *const argv[] = { "nft", "list", "table", fw_family_name(t->family), t->name, NULL };
    g_autofree char *text = NULL;

    if (t->nft == NULL)
      continue;
    text = verify_box_ask(box, argv, error);
    if (text == NULL)
      return FALSE;
    add_rule_lines(kernel, text, NULL);
  }
  fw_tell_nft(told, firewall);
  add_rule_lines(own, told->str, NULL);
  r->counters += lines_compare(r, kernel, own, "counters", 0);
  return TRUE;
}

gboolean verify_routed_counters(verify_routed_report *r, verify_box *box, fw_firewall *firewall, GError **error)
{
  return compare_saved(r, box, firewall, FW_IPV4, error) && compare_saved(r, box, firewall, FW_IPV6, error) &&
         compare_listed(r, box, firewall, error);
}

/* ---- nft's list ---- */

/* And what would take them along. */
static gboolean is_ours(JsonNode *item)
{
  GList *members = JSON_NODE_HOLDS_OBJECT(item) ? json_object_get_values(json_node_get_object(item)) : NULL, *l;
  gboolean ours = JSON_NODE_HOLDS_OBJECT(item) && json_object_has_member(json_node_get_object(item), "flush");

  for (l = members; l != NULL; l = l->next) {
    JsonObject *o = JSON_NODE_HOLDS_OBJECT((JsonNode *)l->data) ? json_node_get_object(l->data) : NULL;

    ours = ours ||
           (o != NULL && (g_strcmp0(json_object_get_string_member_with_default(o, "table", ""), "ctreplay_end") == 0 ||
                          g_strcmp0(json_object_get_string_member_with_default(o, "name", ""), "ctreplay_end") == 0));
  }
  g_list_free(members);
  return ours;
}

char *verify_routed_without_ours(const char *listed)
{
  g_autoptr(JsonNode) root = json_from_string(listed, NULL);
  JsonArray *items = root != NULL && JSON_NODE_HOLDS_OBJECT(root)
                       ? json_object_get_array_member(json_node_get_object(root), "nftables")
                       : NULL;
  guint i = items != NULL ? json_array_get_length(items) : 0;

  while (i-- > 0)
    if (is_ours(json_array_get_element(items, i)))
      json_array_remove_element(items, i);
  return root != NULL ? json_to_string(root, FALSE) : g_strdup(listed);
}
