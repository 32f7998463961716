/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a recording under rules, and what its first one says of the box. */
#include "verify/rules_run.h"

#include <string.h>

#include "conntrack/profile/aliases.h"
#include "conntrack/profile/profile.h"
#include "verify/engine_side.h"
#include "verify/transcript_json.h"

enum { LINE_MOST = 64 << 20, CHUNK_BYTES = 1 << 16, HZ = 250 };

/* ---- the recording ---- */

gboolean verify_rules_broken(const verify_rules_run *r, GError **error, const char *what)
{
  g_set_error(error, VERIFY_ERROR, VERIFY_ERROR_FORMAT, "the transcript, line %" G_GUINT64_FORMAT ": %s",
              r->line_number, what);
  return FALSE;
}

JsonObject *verify_rules_object(JsonParser *parser, const char *text, gsize n)
{
  JsonNode *root;

  if (!verify_json_depth_fits(text, n) || !json_parser_load_from_data(parser, text, (gssize)n, NULL))
    return NULL;
  root = json_parser_get_root(parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
}

/* => NULL: at the end, or verify_rules_broken (error set). */
JsonObject *verify_rules_next_line(verify_rules_run *r, GError **error)
{
  char chunk[CHUNK_BYTES];
  JsonObject *object;

  g_string_truncate(r->line, 0);
  while (r->line->len < LINE_MOST && gzgets(r->truth, chunk, sizeof chunk) != NULL) {
    g_string_append(r->line, chunk);
    if (r->line->len == 0 || r->line->str[r->line->len - 1] == '\n')
      break;
  }
  r->line_number++;
  if (r->line->len == 0)
    return NULL;
  object = verify_rules_object(r->parser, r->line->str, r->line->len);
  if (object == NULL)
    verify_rules_broken(r, error, "not an object of JSON");
  return object;
}

const char *verify_rules_text(JsonObject *o, const char *name, const char *otherwise)
{
  JsonNode *node = json_object_get_member(o, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
           ? json_node_get_string(node)
           : otherwise;
}

/* Calls each for the strings of a list. => FALSE once it did, or where one is none. */
gboolean verify_rules_each_text(JsonObject *o, const char *name,
                                gboolean (*each)(verify_rules_run *r, const char *text), verify_rules_run *r)
{
  JsonNode *node = json_object_get_member(o, name);
  JsonArray *array;
  guint i;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY(node))
    return FALSE;
  array = json_node_get_array(node);
  for (i = 0; i < json_array_get_length(array); i++) {
    JsonNode *item = json_array_get_element(array, i);

    if (!JSON_NODE_HOLDS_VALUE(item) || json_node_get_value_type(item) != G_TYPE_STRING ||
        !each(r, json_node_get_string(item)))
      return FALSE;
  }
  return TRUE;
}

/* ---- what it says ---- */

static gboolean keep_command(verify_rules_run *r, const char *text)
{
  g_ptr_array_add(r->setup, g_strdup(text));
  return TRUE;
}

/* What is not known here has no effect here: if it had one on the kernel, packets will tell. */
gboolean verify_rules_do(verify_rules_run *r, const char *text)
{
  verify_rules_box_do(&r->box, text);
  return TRUE;
}

static gboolean take_lan(verify_rules_run *r, const char *prefix)
{
  g_autofree char *route = g_strdup_printf("%s=%s", prefix, r->lan_name);

  return fw_box_facts_route(r->box.facts, route);
}

/* "ADDRESS@lan" */
static gboolean take_local(verify_rules_run *r, const char *text)
{
  const char *at = strchr(text, '@');
  g_autofree char *local = at == NULL ? g_strdup(text)
                                      : g_strdup_printf("%.*s@%s", (int)(at - text), text,
                                                        strcmp(at, "@lan") == 0 ? r->lan_name : r->wan_name);

  return fw_box_facts_local(r->box.facts, local);
}

static gboolean take_sysctl(verify_rules_run *r, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, "=", 2);

  return words[0] != NULL && words[1] != NULL && ct_params_set(&r->params, words[0], words[1]) == CT_PARAM_OK;
}

/* A size of the machine's table; null where it was left alone. */
static gboolean take_size(JsonObject *o, const char *name, guint32 *size, GError **error)
{
  JsonNode *node = json_object_get_member(o, name);
  gint64 value;

  if (node == NULL || JSON_NODE_HOLDS_NULL(node))
    return TRUE;
  if (!verify_json_integer(o, name, 1, G_MAXINT32, &value, error))
    return FALSE;
  *size = (guint32)value;
  return TRUE;
}

/* What was asked for; the kernel made whole pages of it. */
static gboolean take_buckets(JsonObject *o, ct_params *params, GError **error)
{
  ct_params sized = *params;
  guint32 asked = 0;

  if (!take_size(o, "buckets", &asked, error))
    return FALSE;
  if (asked != 0)
    ct_params_size_by_hashsize(&sized, asked);
  params->buckets = sized.buckets;
  return TRUE;
}

/* ---- ctreplay's own ---- */

static const char own_kernel[] = "ctreplay ";

static gboolean add_text(verify_rules_run *r, const char *text)
{
  g_ptr_array_add(r->texts, g_strdup(text));
  return TRUE;
}

/* => to be freed; NULL: a list that is none of texts. */
static GStrv texts_of(verify_rules_run *r, JsonObject *o, const char *name)
{
  GStrv texts = NULL;

  r->texts = g_ptr_array_new_with_free_func(g_free);
  if (verify_rules_each_text(o, name, add_text, r)) {
    g_ptr_array_add(r->texts, NULL);
    texts = (GStrv)g_ptr_array_steal(r->texts, NULL);
  }
  g_ptr_array_unref(r->texts);
  return texts;
}

static gboolean take_own_local(verify_rules_run *r, const char *text) { return fw_box_facts_local(r->box.facts, text); }

static gboolean take_own_route(verify_rules_run *r, const char *text) { return fw_box_facts_route(r->box.facts, text); }

/* Of -P -o transcript: no sides, but interfaces by their names; what the box is, as the options said it. */
static gboolean read_own_head(verify_rules_run *r, JsonObject *o, GError **error)
{
  g_auto(GStrv) sysctls = texts_of(r, o, "sysctl"), helpers = texts_of(r, o, "helper"),
                machine = texts_of(r, o, "machine");
  const verify_header header = {
    .kernel = r->report->kernel, .virtual_clock = TRUE, .sysctls = sysctls, .helpers = helpers, .machine = machine
  };

  r->own = TRUE;
  if (sysctls == NULL || helpers == NULL || machine == NULL || !verify_rules_each_text(o, "local", take_own_local, r) ||
      !verify_rules_each_text(o, "route", take_own_route, r))
    return verify_rules_broken(r, error, "an address, an interface or a setting that is not known here");
  return verify_engine_params(&header, &r->params, &r->checksums, error);
}

/* What our side's first line has to say for itself to be compared with: all but what it says on its own. */
static void keep_head(verify_rules_run *r, JsonObject *o)
{
  static const char *const ours[] = { "rules_transcript", "kernel", "capture", "sysctl", "helper", "machine", NULL };
  GList *names = json_object_get_members(o), *at;

  r->head = g_string_new(NULL);
  for (at = names; at != NULL; at = at->next) {
    g_autofree char *value = json_to_string(json_object_get_member(o, at->data), FALSE);
    g_autofree char *name = g_strescape(at->data, NULL);

    if (!g_strv_contains(ours, at->data))
      g_string_append_printf(r->head, ",\"%s\":%s", name, value);
  }
  g_list_free(names);
}

/* ---- the first line ---- */

static const ct_profile *profile_of(const char *kernel)
{
  const ct_profile *profile =
    g_str_has_prefix(kernel, own_kernel) ? ct_profile_named(kernel + strlen(own_kernel), NULL) : NULL;

  return profile != NULL ? profile : ct_profile_get(0);
}

gboolean verify_rules_read_head(verify_rules_run *r, GError **error)
{
  g_autofree char *four = NULL, *six = NULL;
  JsonObject *o = verify_rules_next_line(r, error);
  gint64 hz;

  if (o == NULL)
    return r->line->len == 0 ? verify_rules_broken(r, error, "nothing is in it") : FALSE;
  if (!json_object_has_member(o, "rules_transcript"))
    return verify_rules_broken(r, error, "not a transcript of rules");
  r->report->kernel = g_strdup(verify_rules_text(o, "kernel", "?"));
  r->report->capture = g_strdup(verify_rules_text(o, "capture", "?"));
  keep_head(r, o);
  if (g_str_has_prefix(r->report->kernel, own_kernel) && !json_object_has_member(o, "lan"))
    return read_own_head(r, o, error);
  r->lan_name = g_strdup(verify_rules_text(o, "lan_name", "lan0"));
  r->wan_name = g_strdup(verify_rules_text(o, "wan_name", "wan0"));
  r->sides = (fw_sides){ .lan_name = r->lan_name, .wan_name = r->wan_name };
  four = g_strdup_printf("0.0.0.0/0=%s", r->wan_name);
  six = g_strdup_printf("::/0=%s", r->wan_name);
  ct_params_init(&r->params, profile_of(r->report->kernel));
  r->params.acct = 1;
  r->box.facts->complete = TRUE;
  r->params.helpers_by_port = false;
  r->params.hz = HZ;
  if (!take_size(o, "table_max", &r->params.max, error) || !take_buckets(o, &r->params, error))
    return FALSE;
  if (json_object_has_member(o, "mtu")) {
    if (!verify_json_integer(o, "mtu", 0, G_MAXUINT16, &hz, error))
      return FALSE;
    r->box.facts->mtu_bytes = (guint32)hz;
  }
  if (json_object_has_member(o, "hz")) {
    if (!verify_json_integer(o, "hz", 1, 10000, &hz, error))
      return FALSE;
    r->params.hz = (guint32)hz;
  }
  if (!verify_rules_each_text(o, "lan", take_lan, r) || !verify_rules_each_text(o, "local", take_local, r) ||
      !verify_rules_each_text(o, "sysctl", take_sysctl, r) || !fw_box_facts_route(r->box.facts, four) ||
      !fw_box_facts_route(r->box.facts, six))
    return verify_rules_broken(r, error, "an address, an interface or a sysctl that is not known here");
  r->checksums = r->params.checksum ? CT_CHECKSUMS_VERIFY : CT_CHECKSUMS_IGNORE;
  return (verify_rules_each_text(o, "before", verify_rules_do, r) &&
          verify_rules_each_text(o, "setup", keep_command, r)) ||
         verify_rules_broken(r, error, "commands that are no texts");
}
