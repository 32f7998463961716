/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules_run.h"

#include "firewall/cover.h"
#include "firewall/nft/trace.h"
#include "firewall/save.h"
#include "firewall/walk/log.h"
#include "rules_sources.h"
#include "run.h"
#include "say.h"
#include "emit/zone.h"

typedef struct running {
  cli_run run;
  cli_rules_style style;
  const char *table; /* that is told; NULL: all */
  fw_walk_watcher watcher;
  fw_nft_tracer tracer;
  cli_rules_sources *sources; /* of the text; NULL else */
  GHashTable *never;          /* fw_rule* => the rule that takes all of it, or itself: no packet comes to its chain */
  GString *line;
} running;

gboolean cli_rules_has_table(const fw_ruleset *r, const char *name)
{
  GString *there = g_string_new(NULL);
  gboolean found = name == NULL;
  guint i;

  for (i = 0; i < r->tables->len && !found; i++) {
    const fw_table *table = g_ptr_array_index(r->tables, i);

    found = strcmp(table->name, name) == 0;
    g_string_append_printf(there, "%s%s", there->len > 0 ? ", " : "", table->name);
  }
  /* What a terminal could take for a command is not let through. */
  for (i = 0; i < there->len; i++)
    if (g_ascii_iscntrl(there->str[i]))
      there->str[i] = '?';
  if (!found)
    cli_say("rules --table %s: no table has that name; there %s %s", name, r->tables->len == 1 ? "is" : "are",
            there->len > 0 ? there->str : "none");
  g_string_free(there, TRUE);
  return found;
}

/* ---- lines while packets run ---- */

/* The capture's time, then what the kernel's log has. */
static void put_line(running *r, const fw_packet *p)
{
  emit_text *out = &r->run.output.text;

  emit_text_moment_fixed(out, p->raw->time_ns);
  emit_text_char(out, ' ');
  emit_text_bytes(out, r->line->str, r->line->len);
  emit_text_char(out, '\n');
  g_string_truncate(r->line, 0);
}

static void on_step(const fw_walk_said *said, const fw_packet *p, gpointer user)
{
  running *r = user;

  if (said->chain->table->nft != NULL) {
    if (fw_nft_trace(r->line, &r->tracer, p, said))
      emit_text_bytes(&r->run.output.text, r->line->str, r->line->len);
    g_string_truncate(r->line, 0);
  } else if (fw_log_trace(r->line, p, said)) {
    put_line(r, p);
  }
}

static void on_log(const fw_packet *p, const fw_rule *rule, gpointer user)
{
  running *r = user;

  fw_log_rule(r->line, p, rule);
  put_line(r, p);
}

/* ---- what stands at the end ---- */

static void put_since(emit_text *out, const running *r, gint64 time_ns)
{
  emit_text_seconds(out, emit_time_since(time_ns, r->run.first_ns), 3);
  emit_text_literal(out, " s");
}

static void put_hits(emit_text *out, const running *r, const fw_hits *hits)
{
  emit_text_literal(out, "  # packet ");
  emit_text_u64(out, hits->first_packet);
  emit_text_literal(out, " at ");
  put_since(out, r, hits->first_ns);
  if (hits->packets == 1)
    return;
  emit_text_literal(out, " to packet ");
  emit_text_u64(out, hits->last_packet);
  emit_text_literal(out, " at ");
  put_since(out, r, hits->last_ns);
}

/* What no capture will change. */
static void put_never(running *r, const fw_rule *rule)
{
  const fw_rule *by = g_hash_table_lookup(r->never, rule);

  if (by == rule)
    emit_text_literal(&r->run.output.text, ", and can never be: no packet comes to its chain");
  else if (by != NULL)
    emit_text_format(&r->run.output.text, ", and can never match: line %u takes all of it", by->line);
}

static void find_never(running *r)
{
  const fw_box_facts *facts = r->run.firewall.facts;
  GPtrArray *settled = g_ptr_array_new();
  GArray *never;
  guint i;

  for (i = 0; i < facts->assumptions->len; i++)
    g_ptr_array_add(settled, g_array_index(facts->assumptions, fw_assumption, i).match);
  never = fw_cover_find(r->run.firewall.ruleset, settled);
  r->never = g_hash_table_new(NULL, NULL);
  for (i = 0; i < never->len; i++) {
    const fw_covered *c = &g_array_index(never, fw_covered, i);

    g_hash_table_insert(r->never, (gpointer)c->rule, (gpointer)(c->by != NULL ? c->by : c->rule));
  }
  g_array_free(never, TRUE);
  g_ptr_array_free(settled, TRUE);
}

static void put_rule(running *r, const fw_program *program, const fw_walk_chain *c, guint i)
{
  emit_text *out = &r->run.output.text;
  const fw_rule *rule = c->steps[i].rule;
  const fw_hits *hits = &program->hits[rule->serial];

  g_string_printf(r->line, "[%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT "] ", hits->counters.packets,
                  hits->counters.bytes);
  fw_save_rule(r->line, rule);
  emit_text_bytes(out, r->line->str, r->line->len);
  if (hits->packets > 0) {
    put_hits(out, r, hits);
    cli_rules_sources_put(r->sources, out, rule);
  } else {
    emit_text_string(out, i < c->deepest                                   ? "  # never matched"
                          : rule->chain->frames && rule->chain->hooks == 0 ? "  # not followed"
                                                                           : "  # never reached");
    put_never(r, rule);
  }
  if (rule->unknown)
    emit_text_literal(out, "; not understood");
  emit_text_char(out, '\n');
}

static void put_table(running *r, const fw_program *program, const fw_table *table)
{
  emit_text *out = &r->run.output.text;
  guint i, k;

  emit_text_format(out, "*%s  # %s\n", table->name, fw_family_name(table->family));
  for (i = 0; i < program->n_chains; i++) {
    const fw_walk_chain *c = &program->chains[i];

    if (c->chain->table == table)
      emit_text_format(out, ":%s %s [%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT "]\n", c->chain->name,
                       fw_policy_name(c->chain->policy), c->counters.packets, c->counters.bytes);
  }
  for (i = 0; i < program->n_chains; i++)
    for (k = 0; program->chains[i].chain->table == table && k < program->chains[i].n; k++)
      put_rule(r, program, &program->chains[i], k);
  emit_text_literal(out, "COMMIT\n");
}

static void put_end(running *r)
{
  fw_firewall *firewall = r->run.firewall.firewall;
  const fw_program *program = fw_firewall_program(firewall);
  guint i;

  if (r->style == CLI_RULES_SAVE) {
    fw_tell_save_table(r->line, firewall, FW_IPV4, r->table);
    fw_tell_save_table(r->line, firewall, FW_IPV6, r->table);
    emit_text_bytes(&r->run.output.text, r->line->str, r->line->len);
    return;
  }
  if (r->style == CLI_RULES_NFT) {
    fw_tell_nft(r->line, firewall);
    emit_text_bytes(&r->run.output.text, r->line->str, r->line->len);
    return;
  }
  if (r->style != CLI_RULES_TEXT)
    return;
  find_never(r);
  for (i = 0; i < program->ruleset->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(program->ruleset->tables, i);

    if (r->table == NULL || strcmp(table->name, r->table) == 0)
      put_table(r, program, table);
  }
  if (cli_rules_sources_full(r->sources))
    cli_say("note: sources are of the first %d pairs of rule and source", CLI_RULES_SOURCES_MOST);
}

static void play(running *r)
{
  const cli_watch watch = { .user = r };
  fw_program *program = fw_firewall_program(r->run.firewall.firewall);

  if (r->style == CLI_RULES_TEXT)
    r->sources = cli_rules_sources_new(program);
  if (r->style == CLI_RULES_TRACE) {
    r->watcher = (fw_walk_watcher){ on_step, FALSE, r };
    fw_firewall_listen(r->run.firewall.firewall, &r->watcher);
  }
  if (r->style == CLI_RULES_LOG) {
    program->log = on_log;
    program->log_user = r;
  }
  if (cli_run_play(&r->run, &watch))
    put_end(r);
}

cli_exit cli_rules_run(const cli_options *o, cli_rules_style style, const char *table)
{
  running r = { .style = style, .table = table };
  cli_exit code;

  r.line = g_string_new(NULL);
  if (cli_run_open(&r.run, o, 0)) {
    if (cli_rules_has_table(r.run.firewall.ruleset, table))
      play(&r);
    else
      r.run.code = CLI_EXIT_USAGE;
  }
  code = cli_run_close(&r.run);
  g_string_free(r.line, TRUE);
  cli_rules_sources_free(r.sources);
  if (r.never != NULL)
    g_hash_table_destroy(r.never);
  return code;
}
