/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a firewall remembers, kept over a resume: the moment at which its rules were loaded, counters and hits, what
 * stateful matches and sets hold. The ruleset is not part of it; the caller has to see that it is the same.
 */
#include "firewall/nft/run.h"
#include "firewall/walk/own.h"
#include "firewall/walk/sets.h"
#include "firewall/walk/tests.h"

/* ---- what cannot be kept ---- */

static gboolean is_kept(const fw_nft_statement *s)
{
  return s->kind != FW_NFT_DO_SET_OP && s->kind != FW_NFT_DO_CT_COUNT && s->kind != FW_NFT_DO_CT_TIMEOUT;
}

static gboolean rules_are_kept(const fw_table *table)
{
  guint i, k, m;

  for (i = 0; i < table->chains->len; i++) {
    const fw_chain *chain = g_ptr_array_index(table->chains, i);

    for (k = 0; k < chain->n_rules; k++)
      for (m = 0; m < chain->rules[k]->nft->n; m++)
        if (!is_kept(&chain->rules[k]->nft->statements[m]))
          return FALSE;
  }
  return TRUE;
}

static gboolean elements_are_kept(const fw_nft_set *set)
{
  guint i;

  if (set->n_inner > 0 || set->timeout_s > 0)
    return FALSE;
  for (i = 0; i < set->elements->len; i++) {
    const fw_nft_element *e = &g_array_index(set->elements, fw_nft_element, i);

    if (e->n_inner > 0 || e->timeout_s > 0 || e->expires_s >= 0)
      return FALSE;
  }
  return TRUE;
}

const char *fw_firewall_unkept(const fw_firewall *f)
{
  const fw_ruleset *ruleset = f->program->ruleset;
  guint i;

  if (ruleset->nft == NULL)
    return NULL;
  for (i = 0; i < ruleset->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(ruleset->tables, i);

    if (table->nft != NULL && !rules_are_kept(table))
      return "rules of nftables that put elements into sets, count connections (ct count) or set timeouts (ct timeout)";
  }
  for (i = 0; i < ruleset->nft->sets->len; i++)
    if (!elements_are_kept(g_ptr_array_index(ruleset->nft->sets, i)))
      return "sets of nftables whose elements count or expire";
  return NULL;
}

/* ---- what is kept ---- */

static void keep_counters(fw_counters *c, resume_io *io)
{
  guint64 packets = c->packets, bytes = c->bytes;

  resume_u64(io, &packets);
  resume_u64(io, &bytes);
  c->packets = packets;
  c->bytes = bytes;
}

static void keep_hits(fw_program *program, resume_io *io)
{
  guint32 n = resume_count(io, program->ruleset->n_rules, 8), i;

  if (n != program->ruleset->n_rules)
    resume_fail(io, "it has another number of rules");
  for (i = 0; i <= n && !io->failed; i++) {
    fw_hits *h = &program->hits[i];

    keep_counters(&h->counters, io);
    resume_u64(io, &h->packets);
    resume_i64(io, &h->first_ns);
    resume_i64(io, &h->last_ns);
    resume_u64(io, &h->first_packet);
    resume_u64(io, &h->last_packet);
  }
  for (i = 0; i < program->n_chains; i++) {
    fw_walk_chain *c = &program->chains[i];
    guint32 deepest = c->deepest;

    keep_counters(&c->counters, io);
    resume_u32(io, &deepest);
    c->deepest = MIN(deepest, c->n);
  }
}

/* Each once, also of what several rules share. */
static void keep_tests(fw_program *program, resume_io *io)
{
  GHashTable *kept = g_hash_table_new(NULL, NULL);
  guint i;

  for (i = 0; i < program->ruleset->n_matches; i++) {
    const fw_test *test = &program->tests[i];
    const fw_test_ops *ops =
      test->match != NULL && test->match->ops != NULL ? fw_test_ops_of(test->match->ops->id) : NULL;

    if (ops != NULL && ops->keep != NULL && test->state != NULL && g_hash_table_add(kept, test->state))
      ops->keep(test->state, io);
  }
  g_hash_table_destroy(kept);
}

static void keep_nft(fw_program *program, resume_io *io)
{
  guint32 n = program->ruleset->nft->n_states, i;

  if (resume_count(io, n, 16) != n)
    resume_fail(io, "it has other statements of nftables");
  for (i = 0; i < n && !io->failed; i++) {
    fw_nft_state *s = fw_nft_run_state(program, i);

    resume_u64(io, &s->a);
    resume_u64(io, &s->b);
  }
}

/* The rules are loaded at the moment at which they were, and the clock goes to where it stood. */
static void keep_clock(fw_program *program, resume_io *io)
{
  gint64 loaded_ns = program->loaded_ns, now_ns = program->now_ns;
  const gint64 furthest_ns = G_GINT64_CONSTANT(1) << 62;

  resume_i64(io, &loaded_ns);
  resume_i64(io, &now_ns);
  if (!resume_reads(io) || io->failed)
    return;
  if (loaded_ns < -furthest_ns || loaded_ns > furthest_ns || now_ns < -furthest_ns || now_ns > furthest_ns) {
    resume_fail(io, "its rules were loaded at an impossible moment");
    return;
  }
  fw_program_tick(program, loaded_ns);
  fw_program_tick(program, now_ns);
}

static void keep_program(fw_program *program, resume_io *io)
{
  keep_clock(program, io);
  if (io->failed)
    return;
  resume_u64(io, &program->random);
  if (program->random == 0)
    resume_fail(io, "what its rules draw at random would be 0 for ever");
  resume_bool(io, &program->backend_decides);
  resume_bool(io, &program->offloads);
  keep_hits(program, io);
  keep_tests(program, io);
  fw_live_sets_keep(program, io);
  if (program->nft != NULL)
    keep_nft(program, io);
}

static void keep_name(const char **name, resume_io *io)
{
  if (resume_reads(io)) {
    char *text = resume_get_text(io);

    *name = g_intern_string(text);
    g_free(text);
  } else {
    resume_put_text(io, *name);
  }
}

static void keep_tally(fw_tally *tally, resume_io *io)
{
  resume_u64(io, &tally->unknown);
  resume_u64(io, &tally->nat_unknown);
  resume_u64(io, &tally->nat_perhaps);
  resume_u64(io, &tally->mapped);
  resume_u64(io, &tally->unwritten);
  if (tally->unwritten > 0) {
    keep_name(&tally->unwritten_helper, io);
    keep_name(&tally->unwritten_module, io);
  }
}

void fw_firewall_keep(fw_firewall *f, resume_io *io)
{
  gboolean loaded = f->program->loaded;

  resume_bool(io, &loaded);
  if (loaded)
    keep_program(fw_firewall_program(f), io);
  keep_tally(&f->tally, io);
  fw_memory_keep(&f->peers, io);
  fw_own_keep(f, io);
}
