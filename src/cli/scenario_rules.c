/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario_rules.h"

#include <string.h>
#include <sys/stat.h>

#include "firewall/save.h"
#include "firewall/walk/words.h"
#include "rules_text.h"

enum { LINK_ETHERNET = 1, ETHERNET_BYTES = 14 };

/* One that the scenario names. */
typedef struct named_rules {
  char *file, *path; /* as written; beside the scenario */
  GPtrArray *texts;  /* cli_rules_text: one; NULL: it could not be read, and error says why */
  GError *error;
} named_rules;

static void named_rules_free(gpointer p)
{
  named_rules *n = p;

  g_free(n->file);
  g_free(n->path);
  if (n->texts != NULL)
    g_ptr_array_unref(n->texts);
  g_clear_error(&n->error);
  g_free(n);
}

/* A scenario may be anybody's: a device or a pipe that it names is not waited for. */
static void named_rules_read(named_rules *n)
{
  g_autoptr(GPtrArray) paths = g_ptr_array_new();
  struct stat status;

  g_ptr_array_add(paths, n->path);
  if (stat(n->path, &status) == 0 && !S_ISREG(status.st_mode))
    g_set_error(&n->error, SCN_ERROR, SCN_ERROR_READ, "%s: no file", n->path);
  else
    n->texts = cli_rules_texts_read(paths, &n->error);
}

static void read_named(cli_scenario_text *s)
{
  g_autofree char *folder = g_path_get_dirname(s->path);
  GPtrArray *files = scn_text_rules(s->text->str, s->text->len);
  guint i;

  for (i = 0; i < files->len; i++) {
    named_rules *n = g_new0(named_rules, 1);
    const char *file = g_ptr_array_index(files, i);

    n->file = g_strdup(file);
    n->path =
      g_path_is_absolute(file) || strcmp(folder, ".") == 0 ? g_strdup(file) : g_build_filename(folder, file, NULL);
    named_rules_read(n);
    g_ptr_array_add(s->rules, n);
  }
  g_ptr_array_unref(files);
}

void cli_scenario_read(cli_scenario_text *s, int fd, const char *path, GError *error)
{
  struct stat status;

  *s = (cli_scenario_text){ .path = path, .fd = fd, .error = error };
  s->rules = g_ptr_array_new_with_free_func(named_rules_free);
  if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return;
  if (cli_scenario_have(s))
    read_named(s);
}

gboolean cli_scenario_have(cli_scenario_text *s)
{
  if (s->fd >= 0)
    s->text = scn_text_read_fd(s->fd, s->path, &s->error);
  s->fd = -1;
  return s->text != NULL;
}

void cli_scenario_read_clear(cli_scenario_text *s)
{
  if (s->text != NULL)
    g_string_free(s->text, TRUE);
  g_clear_error(&s->error);
  g_ptr_array_unref(s->rules);
}

static const named_rules *find_named(const cli_scenario_text *text, const char *file)
{
  guint i;

  for (i = 0; i < text->rules->len; i++) {
    const named_rules *n = g_ptr_array_index(text->rules, i);

    if (strcmp(n->file, file) == 0)
      return n;
  }
  return NULL;
}

/* ---- the firewall ---- */

static void on_packet(ct_engine *engine, const cap_frame *frame, const ct_packet *packet, const char *interface,
                      ct_result *result, gpointer user)
{
  const cli_firewall *f = user;
  fw_arrival arrival = { .packet = packet, .in = interface };

  if (frame->link == LINK_ETHERNET && frame->captured >= ETHERNET_BYTES)
    arrival.link = frame->data;
  fw_firewall_packet(f->firewall, engine, &arrival, result);
}

static const emit_rules *tell(const ct_packet *packet, gpointer user) { return cli_firewall_tell(user, packet); }

static void held_free(gpointer p)
{
  scn_held *h = p;

  g_free(h->place);
  g_free(h->text);
  g_free(h);
}

/* "-A FORWARD -j DROP (edge.rules:12)" */
static char *text_of(const fw_rule *rule)
{
  GString *text = g_string_new(NULL);

  fw_save_rule(text, rule);
  g_string_append_printf(text, " (%s:%u)", rule->chain->table->file, rule->line);
  return g_string_free(text, FALSE);
}

static void add_held(GPtrArray *all, const GString *place, const fw_rule *rule, gboolean decided)
{
  scn_held *h = g_new0(scn_held, 1);

  h->place = scn_rule_spelling(place->str);
  h->text = rule != NULL ? text_of(rule) : g_strdup("");
  h->decided = decided;
  g_ptr_array_add(all, h);
}

static gboolean is_same(const fw_walk_said *said, const fw_decision *d)
{
  return said->step != NULL ? said->step->rule == d->rule : d->rule == NULL && said->chain == d->chain;
}

/* Of a packet that is not accepted, only the last word counts. */
static GPtrArray *held(gpointer user)
{
  const cli_firewall *f = user;
  const fw_outcome *o = fw_firewall_outcome(f->firewall);
  const fw_record *record = fw_firewall_record(f->firewall);
  GPtrArray *all = g_ptr_array_new_with_free_func(held_free);
  GString *place = g_string_new(NULL);
  guint i;

  for (i = 0; i < record->lines->len; i++) {
    const fw_recorded *line = &g_array_index(record->lines, fw_recorded, i);
    const fw_walk_said *said = &line->said;

    if (line->answer || said->maybe || !fw_recorded_held(said))
      continue;
    g_string_truncate(place, 0);
    fw_recorded_place(place, said);
    add_held(all, place, said->step != NULL ? said->step->rule : NULL,
             o->verdict == FW_VERDICT_ACCEPT ? fw_recorded_ends(said) : is_same(said, &o->decision));
  }
  if (o->verdict == FW_VERDICT_UNKNOWN && o->decision.unknown != NULL) {
    g_string_truncate(place, 0);
    fw_decision_place(place, &o->decision);
    add_held(all, place, o->decision.unknown, TRUE);
  }
  g_string_free(place, TRUE);
  return all;
}

static void put_walk(GString *out, gpointer user) { fw_words_walk(out, ((const cli_firewall *)user)->firewall); }

static gboolean counted(const char *place, guint64 *packets, guint64 *bytes, gpointer user)
{
  fw_counters counters;

  if (!cli_firewall_counted(user, place, &counters))
    return FALSE;
  *packets = counters.packets;
  *bytes = counters.bytes;
  return TRUE;
}

static void add_copies(GPtrArray *to, const GPtrArray *texts)
{
  guint i;

  for (i = 0; i < texts->len; i++)
    cli_rules_texts_add_copy(to, g_ptr_array_index(texts, i));
}

/* => NULL and error where a file could not be read. */
static GPtrArray *texts_of(const cli_scenario_text *text, const scn_scenario *scenario, GError **error)
{
  GPtrArray *texts = cli_rules_texts_new();
  guint i;

  for (i = 0; i < scenario->rules->len; i++) {
    const scn_rules *rules = g_ptr_array_index(scenario->rules, i);
    const named_rules *named = rules->file != NULL ? find_named(text, rules->file) : NULL;

    if (rules->file == NULL) {
      cli_rules_texts_add(texts, scenario->file, g_string_new(rules->text));
    } else if (named != NULL && named->texts != NULL) {
      add_copies(texts, named->texts);
    } else {
      if (named != NULL)
        g_propagate_error(error, g_error_copy(named->error));
      else
        g_set_error_literal(error, SCN_ERROR, SCN_ERROR_READ,
                            "of what comes through a pipe are not looked for: give --rules FILE");
      g_prefix_error(error, "%s:%u: rules ", scenario->file, rules->line);
      g_ptr_array_unref(texts);
      return NULL;
    }
  }
  return texts;
}

scn_firewall cli_scenario_rules(cli_firewall *firewall)
{
  return (scn_firewall){ on_packet, tell, held, put_walk, counted, firewall };
}

/* Whose fault it is: the line of the setting that the message names, or of the rules that it is about. */
static void place_fault(GError **error, const cli_scenario_text *text, const scn_scenario *scenario)
{
  guint i;

  for (i = 0; i < scenario->settings->len; i++) {
    const scn_setting *s = g_ptr_array_index(scenario->settings, i);
    g_autofree char *option = g_strdup_printf("--%s %s: ", s->name, s->value);
    g_autofree char *pair = g_strdup_printf("--%s %s", s->name, s->value);

    if (g_str_has_prefix((*error)->message, option) || g_str_has_prefix((*error)->message, pair)) {
      g_prefix_error(error, "%s:%u: ", scenario->file, s->line);
      return;
    }
  }
  for (i = 0; i < scenario->rules->len; i++) {
    const scn_rules *rules = g_ptr_array_index(scenario->rules, i);
    const named_rules *named = rules->file != NULL ? find_named(text, rules->file) : NULL;

    if (named != NULL && g_str_has_prefix((*error)->message, named->path)) {
      g_prefix_error(error, "%s:%u: ", scenario->file, rules->line);
      return;
    }
  }
}

/* Rules that the command line gave are its fault, as everywhere. */
static void blame_command_line(GError **error)
{
  GError *mine = g_error_new_literal(CLI_ERROR, CLI_ERROR_USAGE, (*error)->message);

  g_clear_error(error);
  *error = mine;
}

gboolean cli_scenario_firewall(cli_firewall *made, scn_firewall *rules, const cli_scenario_text *text,
                               const scn_scenario *scenario, const GPtrArray *forced, const cli_options *options,
                               const ct_params *params, GError **error)
{
  gboolean by_command = forced->len > 0;
  GError *fault = NULL;
  GPtrArray *texts;

  memset(made, 0, sizeof *made);
  if (!by_command && scenario->rules->len == 0)
    return TRUE;
  texts = by_command ? cli_rules_texts_new() : texts_of(text, scenario, error);
  if (texts == NULL)
    return FALSE;
  if (by_command)
    add_copies(texts, forced);
  if (!cli_firewall_take(made, options, texts, params, &fault)) {
    if (by_command)
      blame_command_line(&fault);
    place_fault(&fault, text, scenario);
    g_propagate_error(error, fault);
    return FALSE;
  }
  *rules = cli_scenario_rules(made);
  return TRUE;
}
