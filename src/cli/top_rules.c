/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "top_rules.h"

#include "firewall/walk/words.h"
#include "say.h"

#include <string.h>

/* ---- what the screen asks for ---- */

static gpointer open_one(gpointer user, guint which, const ct_params *params, gboolean records)
{
  top_rules *rules = user;
  cli_firewall *one;

  if (which == TOP_RULES_NONE || rules->sets[which].firewall == NULL)
    return NULL;
  one = g_new0(cli_firewall, 1);
  cli_firewall_fork(one, &rules->sets[which], params, records);
  return one;
}

static void close_one(gpointer firewall)
{
  cli_firewall_clear(firewall);
  g_free(firewall);
}

static void packet(gpointer firewall, ct_engine *engine, const replay_seen *seen, ct_result *result)
{
  cli_firewall *f = firewall;

  f->door.packet(engine, seen, result, f->door.user);
}

static gboolean dropped(gpointer firewall)
{
  cli_firewall *f = firewall;

  return f->door.dropped(f->door.user);
}

static const emit_rules *tell(gpointer firewall, const ct_packet *of) { return cli_firewall_tell(firewall, of); }

static char *walk(gpointer firewall)
{
  GString *words = g_string_new(NULL);

  fw_words_walk(words, ((const cli_firewall *)firewall)->firewall);
  return g_string_free(words, FALSE);
}

static gboolean keep(gpointer firewall, GByteArray *out)
{
  resume_io io = { .out = out };

  fw_firewall_keep(((cli_firewall *)firewall)->firewall, &io);
  return !io.failed;
}

static gboolean restore(gpointer firewall, const guint8 *bytes, gsize n)
{
  resume_io io = { .at = bytes, .end = bytes + n };

  fw_firewall_keep(((cli_firewall *)firewall)->firewall, &io);
  return !io.failed;
}

/* ---- the files ---- */

static gboolean load(cli_firewall *f, const cli_options *o, cli_exit *code)
{
  if (cli_firewall_load(f, o))
    return TRUE;
  *code = f->refusal;
  return FALSE;
}

gboolean top_rules_load(top_rules *rules, const cli_options *o, GPtrArray *other, cli_exit *code)
{
  rules->calls = (screen_rules){ open_one, close_one, packet, dropped, tell, walk, keep, restore, rules };
  rules->other = *o;
  rules->other.rules = other;
  if (!load(&rules->sets[TOP_RULES_GIVEN], o, code))
    return FALSE;
  return other->len == 0 || load(&rules->sets[TOP_RULES_OTHER], &rules->other, code);
}

gboolean top_rules_start(top_rules *rules, const ct_params *params)
{
  guint i;

  for (i = TOP_RULES_GIVEN; i < TOP_RULES_COUNT; i++) {
    cli_firewall *f = &rules->sets[i];
    const char *unkept;

    if (f->o == NULL)
      continue;
    if (!cli_firewall_start(f, params, 0, TRUE))
      return FALSE;
    unkept = f->firewall != NULL ? fw_firewall_unkept(f->firewall) : NULL;
    if (unkept == NULL)
      continue;
    cli_say("top: --rules: they cannot go back in time: %s", unkept);
    return FALSE;
  }
  return TRUE;
}

gboolean top_rules_find(const top_rules *rules, const char *word, guint *which)
{
  static const char *const words[] = { "none", "given", "other" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(word, words[i]) == 0) {
      *which = i;
      return i == TOP_RULES_NONE || rules->sets[i].firewall != NULL;
    }
  return FALSE;
}

gboolean top_rules_are_there(const top_rules *rules)
{
  return rules->sets[TOP_RULES_GIVEN].firewall != NULL || rules->sets[TOP_RULES_OTHER].firewall != NULL;
}

void top_rules_clear(top_rules *rules)
{
  guint i;

  for (i = 0; i < TOP_RULES_COUNT; i++)
    cli_firewall_clear(&rules->sets[i]);
}
