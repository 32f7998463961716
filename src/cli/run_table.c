/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run_table.h"

#include <string.h>

#include "box_fenced.h"
#include "capture/unpack.h"
#include "firewall/iptables.h"
#include "listing/load.h"
#include "say.h"

enum { UNPACKED_MOST = 1 << 30 };

struct cli_listed {
  GString *text;
  replay_point at;
  listing *list;
  gboolean begun;
};

/* ---- reading ---- */

/* What conntrack printed of both families, or else what /proc had; then what is expected. */
static void tables_of_box(const box *b, GString *text)
{
  static const box_kind kinds[] = { BOX_TABLE, BOX_EXPECT };
  guint i, k;

  for (k = 0; k < G_N_ELEMENTS(kinds); k++)
    for (i = 0; i < b->files->len; i++) {
      const box_file *f = g_ptr_array_index(b->files, i);

      if (f->kind != kinds[k] || (box_printed(b, kinds[k]) != NULL && !box_is_printed(f)))
        continue;
      g_string_append_len(text, f->text->str, (gssize)f->text->len);
      if (text->len > 0 && text->str[text->len - 1] != '\n')
        g_string_append_c(text, '\n');
    }
}

static gboolean load_box(const char *path, gboolean fence, GString *text, cli_listed_when *when, GError **error)
{
  box *b = cli_box_read(path, fence, error);

  if (b == NULL)
    return FALSE;
  tables_of_box(b, text);
  *when = (cli_listed_when){ b->date_ns, b->listed_ns };
  box_free(b);
  return TRUE;
}

gboolean cli_listing_bytes(const char *option, const char *path, gboolean fence, GString *text, cli_listed_when *when,
                           cli_exit *code)
{
  GError *error = NULL;

  *when = (cli_listed_when){ 0, 0 };
  if (box_is(path) ? load_box(path, fence, text, when, &error) : fw_rules_load(path, text, &error))
    return TRUE;
  cli_say("%s%s%s", option, *option != '\0' ? " " : "", error->message);
  g_error_free(error);
  *code = CLI_EXIT_INPUT;
  return FALSE;
}

listing *cli_listing_parse(const char *option, const char *path, GString *text, const ct_profile *profile)
{
  const char *name = strcmp(path, "-") == 0 ? "standard input" : path, *reason;
  GError *error = NULL;
  listing *list;

  if (!cap_unpack(text, UNPACKED_MOST, &reason)) {
    cli_say("%s%s%s: %s", option, *option != '\0' ? " " : "", name, reason);
    return NULL;
  }
  list = listing_read(name, text->str, text->len, profile, &error);
  if (list == NULL) {
    cli_say("%s%s%s", option, *option != '\0' ? " " : "", error->message);
    g_error_free(error);
  }
  return list;
}

/* What comes before the moment is in the listing already. */
static void begin_at(replay_options *replay, const replay_point *at)
{
  if (at->kind == REPLAY_POINT_NONE || replay->start.kind != REPLAY_POINT_NONE)
    return;
  replay->start = *at;
  if (at->kind == REPLAY_POINT_NUMBER)
    replay->start.value++;
}

gboolean cli_table_open(cli_run *run, replay_options *replay)
{
  const cli_options *o = run->o;
  struct cli_listed *t;
  cli_listed_when when;

  if (o->listed == NULL) {
    if (o->listed_at.kind != REPLAY_POINT_NONE)
      cli_say("--table-at: says nothing without --table FILE");
    return o->listed_at.kind == REPLAY_POINT_NONE;
  }
  if (o->load_state != NULL) {
    cli_say("--table and --load-state: the table comes from one of them");
    return FALSE;
  }
  t = run->listed = g_new0(struct cli_listed, 1);
  t->text = g_string_new(NULL);
  if (!cli_listing_bytes("--table", o->listed, !o->no_sandbox, t->text, &when, &run->code))
    return FALSE;
  t->at = o->listed_at;
  if (t->at.kind == REPLAY_POINT_NONE && when.from_ns != 0)
    t->at = (replay_point){ .kind = REPLAY_POINT_TIME, .value = when.from_ns, .is_zoned = TRUE };
  begin_at(replay, &t->at);
  return TRUE;
}

gboolean cli_table_parse(cli_run *run)
{
  struct cli_listed *t = run->listed;

  if (t == NULL)
    return TRUE;
  t->list = cli_listing_parse("--table", run->o->listed, t->text, run->params.profile);
  g_string_free(g_steal_pointer(&t->text), TRUE);
  if (t->list == NULL)
    run->code = CLI_EXIT_INPUT;
  return t->list != NULL;
}

/* ---- loading ---- */

static void say_left_out(const cli_run *run, const listing_loaded *loaded)
{
  if (loaded->left_out > 0)
    cli_say("note: --table %s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
            " were not loaded, the first of them line %u: %s",
            run->o->listed, loaded->left_out, loaded->left_out + loaded->entries + loaded->expects, loaded->line,
            loaded->why);
}

void cli_table_begin(cli_run *run, const replay_moments *moments)
{
  struct cli_listed *t = run->listed;
  const replay_point *at = t != NULL ? &t->at : NULL;
  listing_loaded loaded;

  if (t == NULL || t->begun)
    return;
  t->begun = TRUE;
  ct_engine_advance(run->engine, at->kind == REPLAY_POINT_NONE || at->kind == REPLAY_POINT_NUMBER
                                   ? moments->upcoming_ns
                                   : replay_point_time_ns(at, moments->first_ns));
  listing_load(run->engine, t->list, &loaded);
  say_left_out(run, &loaded);
  listing_free(g_steal_pointer(&t->list));
}

void cli_table_close(cli_run *run)
{
  if (run->listed == NULL)
    return;
  if (run->listed->text != NULL)
    g_string_free(run->listed->text, TRUE);
  listing_free(run->listed->list);
  g_free(run->listed);
  run->listed = NULL;
}
