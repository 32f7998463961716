/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements that remember: counter, limit, quota, ct count (RULES 5.2, 3.5). */
#include <string.h>

#include "firewall/nft/run_internal.h"

/* ---- starts ---- */

static guint64 unit_ns(const fw_nft_limit *l) { return l->unit_s * (guint64)FW_NFT_NS_PER_S; }

/* In nanoseconds, as the kernel has it. */
static guint64 full(const fw_nft_limit *l)
{
  if (l->rate == 0)
    return 0;
  return l->bytes ? unit_ns(l) * (l->rate + l->burst) / l->rate : unit_ns(l) / l->rate * l->burst;
}

static guint64 new_count(fw_nft_run *run)
{
  fw_nft_count *count;
  guint32 number;

  if (run->free_counts->len > 0) {
    number = g_array_index(run->free_counts, guint32, run->free_counts->len - 1);
    g_array_set_size(run->free_counts, run->free_counts->len - 1);
    return number + 1;
  }
  count = g_new0(fw_nft_count, 1);
  count->members = g_array_new(FALSE, FALSE, sizeof(fw_counted));
  g_ptr_array_add(run->counts, count);
  return run->counts->len;
}

void fw_nft_count_free(gpointer data)
{
  fw_nft_count *count = data;

  g_array_free(count->members, TRUE);
  g_free(count);
}

void fw_nft_state_start(fw_program *program, const fw_nft_statement *s, fw_nft_state *state)
{
  *state = (fw_nft_state){ 0, 0 };
  switch (s->kind) {
  case FW_NFT_DO_COUNTER: *state = (fw_nft_state){ s->counters.packets, s->counters.bytes }; return;
  case FW_NFT_DO_LIMIT: *state = (fw_nft_state){ full(&s->limit), (guint64)program->now_ns }; return;
  case FW_NFT_DO_QUOTA: state->a = s->quota.used; return;
  case FW_NFT_DO_CT_COUNT: state->a = new_count(program->nft); return;
  default: return;
  }
}

void fw_nft_state_end(fw_nft_run *run, const fw_nft_statement *s, fw_nft_state *state)
{
  guint32 number = (guint32)(state->a - 1);
  fw_nft_count *count;

  if (s->kind != FW_NFT_DO_CT_COUNT || state->a == 0)
    return;
  count = g_ptr_array_index(run->counts, number);
  g_array_set_size(count->members, 0);
  count->walked = 0;
  g_array_append_val(run->free_counts, number);
  state->a = 0;
}

/* ---- limit, quota ---- */

static gboolean has_tokens(const fw_program *program, const fw_packet *p, const fw_nft_limit *l, fw_nft_state *state)
{
  guint64 cost, tokens = state->a + ((guint64)program->now_ns - state->b), most = full(l);

  if (l->rate == 0)
    return FALSE;
  cost = l->bytes ? unit_ns(l) * p->raw->length / l->rate : unit_ns(l) / l->rate;
  tokens = MIN(tokens, most);
  state->b = (guint64)program->now_ns;
  state->a = tokens >= cost ? tokens - cost : tokens;
  return tokens >= cost;
}

/* ---- ct count ---- */

/* From the oldest on, removes what is over, and ends at the wanted one. => TRUE: it met that. */
static gboolean walk_count(const fw_program *program, fw_nft_count *count, const fw_counted *wanted)
{
  guint kept = 0, i, n = count->members->len;
  gboolean met = FALSE;

  for (i = 0; i < n; i++) {
    const fw_counted one = g_array_index(count->members, fw_counted, i);

    if (met || !fw_count_is_over(program, &one, wanted, &met))
      g_array_index(count->members, fw_counted, kept++) = one;
  }
  g_array_set_size(count->members, kept);
  if (!met)
    count->walked = program->jiffies;
  return met;
}

static fw_truth count_holds(fw_program *program, const fw_packet *p, const fw_nft_statement *s, fw_nft_state *state)
{
  fw_nft_count *count;
  fw_counted counted;
  fw_count_status status;

  if (p->gone && fw_program_view(program, p) == NULL)
    return FW_UNKNOWN;
  if (!fw_count_packet(program, p, &counted, &status))
    return FW_HOTDROP;
  count = g_ptr_array_index(program->nft->counts, state->a - 1);
  if (status == FW_COUNT_ASSURED) {
    if (count->walked != program->jiffies)
      walk_count(program, count, NULL);
  } else if (!fw_count_walks(status, count->walked, program->jiffies) || !walk_count(program, count, &counted)) {
    g_array_append_val(count->members, counted);
  }
  return fw_truth_of((count->members->len > s->count) == (s->over != 0));
}

/* ---- all ---- */

fw_truth fw_nft_stateful(fw_program *program, fw_packet *p, const fw_nft_statement *s, fw_nft_state *state)
{
  switch (s->kind) {
  case FW_NFT_DO_COUNTER:
    if (!program->maybe) {
      state->a++;
      state->b += p->raw->length;
    }
    return FW_YES;
  case FW_NFT_DO_LIMIT:
    return program->maybe ? FW_UNKNOWN : fw_truth_of(has_tokens(program, p, &s->limit, state) != s->limit.over);
  case FW_NFT_DO_QUOTA:
    if (program->maybe)
      return FW_UNKNOWN;
    state->a += p->raw->length;
    return fw_truth_of((state->a > s->quota.bytes) == s->quota.over);
  case FW_NFT_DO_CT_COUNT: return program->maybe ? FW_UNKNOWN : count_holds(program, p, s, state);
  default: return FW_YES;
  }
}

fw_truth fw_nft_all_stateful(fw_program *program, fw_packet *p, const fw_nft_found *found)
{
  guint i;

  for (i = 0; i < found->n_inner; i++) {
    fw_truth truth = fw_nft_stateful(program, p, &found->inner[i], &found->states[i]);

    if (truth != FW_YES)
      return truth;
  }
  return FW_YES;
}
