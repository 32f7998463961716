/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff_trial.h"
#include "interrupt.h"
#include "kernel.h"

#include <string.h>

#include "conntrack/profile/switches.h"

enum {
  VARIANTS_MOST = 128,
  SEVERAL_SHOWN = 8,
  ENTRY_BYTES = 200,        /* of memory for each, with its share of the tables */
  MEMORY_BYTES = 1 << 30,   /* for the entries of all kernels at once */
  ADDRESSES_MOST = 1 << 16, /* pairs that are remembered */
};

/* A kernel like B, but for one rule that is as A has it. */
typedef struct variant {
  const ct_switch *sw;
  ct_profile profile;
  ct_params params;
  pkt_decoder *decoder; /* NULL: packets are read as B reads them */
  pkt_arena *arena;
  ct_engine *engine;
  cli_firewall firewall;
  replay_pairs_figures pairs;
  ct_packet packet; /* of its own decoder */
  ct_result result;
  ct_view view;
  gboolean has_view;
} variant;

/* Rules that had packets answered in two ways together; one, mostly. */
typedef struct row {
  guint8 has[VARIANTS_MOST]; /* by variant */
  guint n;
  gboolean partly; /* undone it changes the answer, but not into A's */
  guint64 packets;
} row;

struct diff_trial {
  const diff_side *from[2];
  diff_side a, b;
  GArray *variants; /* variant */
  GArray *rows;     /* row, in the order of the variants */
  guint64 others;   /* no rule undone alone changes them */
  guint untried;    /* rules for which there is no memory */
  gboolean played;
  /* What differing packets are of; see concerns() and is_fed(). */
  gboolean of_tcp, of_udp, of_sctp, of_icmp;
  GHashTable *addresses; /* pairs of addresses; NULL: too many */
  gboolean alone;        /* connections have nothing to do with each other, but that addresses are the same */
};

static diff_trial *trial_new(const diff_side *a, const diff_side *b)
{
  diff_trial *t = g_new0(diff_trial, 1);

  t->from[0] = a;
  t->from[1] = b;
  t->a.o = a->o;
  t->b.o = b->o;
  t->a.params = a->params;
  t->b.params = b->params;
  t->a.bare = t->b.bare = TRUE;
  t->variants = g_array_new(FALSE, TRUE, sizeof(variant));
  t->rows = g_array_new(FALSE, TRUE, sizeof(row));
  t->addresses = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  return t;
}

diff_trial *cli_diff_trial_prepare(const diff_side *a, const diff_side *b)
{
  diff_trial *t;

  if (a->params.profile == b->params.profile || replay_source_live(a->source) || replay_source_live(b->source))
    return NULL;
  t = trial_new(a, b);
  if (cli_diff_side_prepare(&t->a, NULL) && cli_diff_side_prepare(&t->b, NULL))
    return t;
  cli_diff_trial_free(t);
  return NULL;
}

static void variant_clear(variant *v)
{
  cli_firewall_clear(&v->firewall);
  ct_engine_free(v->engine);
  if (v->decoder == NULL)
    return;
  pkt_decoder_free(v->decoder);
  pkt_arena_free(v->arena);
}

static void variants_clear(diff_trial *t)
{
  guint i;

  for (i = 0; i < t->variants->len; i++)
    variant_clear(&g_array_index(t->variants, variant, i));
}

void cli_diff_trial_free(diff_trial *t)
{
  if (t == NULL)
    return;
  if (!t->played)
    variants_clear(t);
  cli_diff_side_clear(&t->a);
  cli_diff_side_clear(&t->b);
  g_array_unref(t->variants);
  g_array_unref(t->rows);
  if (t->addresses != NULL)
    g_hash_table_unref(t->addresses);
  g_free(t);
}

/* ---- what is to be tried ---- */

/* The two addresses of a tuple, whichever comes first. */
static GBytes *address_pair(const ct_tuple *tuple)
{
  struct {
    ct_addr addr[2];
    guint8 family;
  } pair;
  guint first = memcmp(&tuple->src, &tuple->dst, sizeof(tuple->src)) > 0;

  memset(&pair, 0, sizeof(pair));
  pair.addr[first] = tuple->src;
  pair.addr[!first] = tuple->dst;
  pair.family = tuple->family;
  return g_bytes_new(&pair, sizeof(pair));
}

static void note_tuple(diff_trial *t, const ct_tuple *tuple)
{
  t->of_tcp |= tuple->proto == CT_PROTO_TCP;
  t->of_udp |= tuple->proto == CT_PROTO_UDP || tuple->proto == CT_PROTO_UDPLITE;
  t->of_sctp |= tuple->proto == CT_PROTO_SCTP;
  if (t->addresses == NULL)
    return;
  g_hash_table_add(t->addresses, address_pair(tuple));
  if (g_hash_table_size(t->addresses) >= ADDRESSES_MOST)
    g_clear_pointer(&t->addresses, g_hash_table_unref);
}

void cli_diff_trial_note(diff_trial *t, const diff_side *a, const diff_side *b)
{
  guint8 proto = ct_packet_proto(b->packet);

  t->of_icmp |= b->packet->kind == CT_PACKET_ICMP_ERROR || proto == CT_PROTO_ICMP || proto == CT_PROTO_ICMPV6;
  note_tuple(t, &a->packet->tuple);
  note_tuple(t, &b->packet->tuple);
}

/* Whether what becomes of a packet depends on nobody but those with its addresses. */
static gboolean is_alone(const diff_side *side)
{
  const ct_stats *s = ct_engine_stats(side->engine);

  return side->firewall.firewall == NULL && replay_source_pairs(side->source) == NULL &&
         side->params.gc == CT_GC_EXACT && s->early_drop == 0 && s->drop == 0 && s->insert_failed == 0 &&
         s->chaintoolong == 0 && s->expect_new == 0;
}

/* Whether a rule can have a part in what differs. */
static gboolean concerns(const diff_trial *t, const ct_switch *sw)
{
  if (strcmp(sw->topic, "Statistics") == 0 || strcmp(sw->topic, "Events") == 0)
    return FALSE;
  if (!t->alone)
    return TRUE;
  if (g_str_has_prefix(sw->topic, "TCP"))
    return t->of_tcp;
  if (strcmp(sw->topic, "UDP") == 0)
    return t->of_udp;
  return strcmp(sw->topic, "SCTP") != 0 || t->of_sctp;
}

/* Rules of which a packet's own reading can depend: all but those of what happens later. */
static gboolean is_read_by(const ct_switch *sw)
{
  static const char *const later[] = { "TCP windows", "TCP resets", "TCP timeouts",
                                       "UDP",         "Helpers",    "Full tables and expiry",
                                       NULL };

  return !g_strv_contains(later, sw->topic);
}

static void variant_add(diff_trial *t, const ct_switch *sw)
{
  const diff_side *a = t->from[0], *b = t->from[1];
  variant *v;

  g_array_set_size(t->variants, t->variants->len + 1);
  v = &g_array_index(t->variants, variant, t->variants->len - 1);
  v->sw = sw;
  v->profile = *b->params.profile;
  ct_switch_take(sw, &v->profile, a->params.profile);
  v->params = b->params;
  ct_params_follow(&v->params, &v->profile);
  if (b->o.sysctls->len == 0)
    cli_kernel_sizes(&b->o, &v->params);
}

/* As many as there is memory for. */
static void choose_variants(diff_trial *t)
{
  guint64 peak = MAX(ct_engine_stats(t->from[0]->engine)->peak_count, ct_engine_stats(t->from[1]->engine)->peak_count);
  const ct_profile *a = t->from[0]->params.profile, *b = t->from[1]->params.profile;
  guint most = (guint)MIN(VARIANTS_MOST, MEMORY_BYTES / ENTRY_BYTES / MAX(peak, 1)), i;
  const ct_switch *sw;

  t->alone = t->addresses != NULL && is_alone(t->from[0]) && is_alone(t->from[1]);
  for (i = 0; (sw = ct_switch_get(i)) != NULL; i++) {
    if (!ct_switch_differs(sw, a, b) || !concerns(t, sw))
      continue;
    if (t->variants->len >= most)
      t->untried++;
    else
      variant_add(t, sw);
  }
}

/* Their profiles stay where they are from here on. */
static void start_variants(diff_trial *t)
{
  const diff_side *b = t->from[1];
  guint i;

  for (i = 0; i < t->variants->len; i++) {
    variant *v = &g_array_index(t->variants, variant, i);

    v->params.profile = &v->profile;
    v->engine = ct_engine_new(&v->params);
    cli_firewall_fork(&v->firewall, &b->firewall, &v->params, FALSE);
    /* What the source made of a packet beyond reading it, copies and zones, no decoder knows. */
    if (!is_read_by(v->sw) || replay_source_pairs(t->b.source) != NULL ||
        replay_source_zone_by(t->b.source) != REPLAY_ZONE_NONE)
      continue;
    v->decoder = pkt_decoder_new(&v->params, b->o.replay.checksums);
    v->arena = pkt_arena_new();
  }
}

/* ---- playing ---- */

static gboolean is_fed(const diff_trial *t, const ct_packet *packet)
{
  GBytes *pair;
  gboolean fed;

  if (!t->alone || packet->kind != CT_PACKET_TRACK)
    return TRUE;
  pair = address_pair(&packet->tuple);
  fed = g_hash_table_contains(t->addresses, pair);
  g_bytes_unref(pair);
  return fed;
}

static void variant_track(diff_trial *t, variant *v, gboolean fed)
{
  const replay_origin *origin = t->b.origin;
  const ct_packet *packet = t->b.packet;

  if (v->decoder != NULL) {
    pkt_arena_reset(v->arena);
    pkt_decode(v->decoder, origin->frame, packet->number, v->arena, &v->packet, NULL);
    packet = &v->packet;
  }
  if (!fed)
    return;
  cli_diff_track(v->engine, &v->firewall, packet, origin, replay_source_pairs(t->b.source) != NULL ? &v->pairs : NULL,
                 &v->result);
  v->has_view = v->result.entry != NULL;
  if (v->has_view)
    ct_entry_view(v->engine, v->result.entry, &v->view);
}

static guint differs_from(const variant *v, const diff_side *side)
{
  return cli_diff_differences(&side->result, side->has_view ? &side->view : NULL, &v->result,
                              v->has_view ? &v->view : NULL);
}

static row *row_of(diff_trial *t, const row *wanted)
{
  guint i;

  for (i = 0; i < t->rows->len; i++) {
    row *r = &g_array_index(t->rows, row, i);

    if (r->partly == wanted->partly && memcmp(r->has, wanted->has, sizeof(r->has)) == 0)
      return r;
  }
  g_array_append_vals(t->rows, wanted, 1);
  return &g_array_index(t->rows, row, t->rows->len - 1);
}

/* Those that undone give A's answer; where there are none, those that undone change B's. */
static void blame(diff_trial *t, guint found)
{
  row undone, changed;
  guint i;

  memset(&undone, 0, sizeof(undone));
  memset(&changed, 0, sizeof(changed));
  for (i = 0; i < t->variants->len; i++) {
    const variant *v = &g_array_index(t->variants, variant, i);

    if (!(differs_from(v, &t->b) & found))
      continue;
    changed.has[i] = 1;
    changed.n++;
    if (differs_from(v, &t->a) & found)
      continue;
    undone.has[i] = 1;
    undone.n++;
  }
  changed.partly = TRUE;
  if (changed.n == 0)
    t->others++;
  else
    row_of(t, undone.n > 0 ? &undone : &changed)->packets++;
}

static void play(diff_trial *t, const diff_run *run)
{
  guint64 packets;
  guint i;

  for (packets = 0; packets < run->packets && cli_stop == 0; packets++) {
    guint found;
    gboolean fed;

    if (!cli_diff_side_next(&t->a) || !cli_diff_side_next(&t->b))
      return;
    fed = is_fed(t, t->b.packet) || is_fed(t, t->a.packet);
    for (i = 0; i < t->variants->len; i++)
      variant_track(t, &g_array_index(t->variants, variant, i), fed);
    found = cli_diff_differences(&t->a.result, t->a.has_view ? &t->a.view : NULL, &t->b.result,
                                 t->b.has_view ? &t->b.view : NULL) &
            run->only;
    if (found != 0)
      blame(t, found);
  }
}

/* Whether the row's packets are one rule's alone. */
static gboolean is_of_one(const row *r) { return r->n == 1 && !r->partly; }

/* Those of one rule, in the rules' order; then the others, the most frequent first. */
static gint compare_rows(gconstpointer a, gconstpointer b)
{
  const row *x = a, *y = b;

  if (is_of_one(x) != is_of_one(y))
    return is_of_one(x) ? -1 : 1;
  if (!is_of_one(x) && x->packets != y->packets)
    return x->packets < y->packets ? 1 : -1;
  return -memcmp(x->has, y->has, sizeof(x->has));
}

void cli_diff_trial_run(diff_trial *t, const diff_run *run)
{
  if (run->differing == 0 || cli_stop != 0)
    return;
  choose_variants(t);
  cli_firewall_fork(&t->a.firewall, &run->a.firewall, &t->a.params, FALSE);
  cli_firewall_fork(&t->b.firewall, &run->b.firewall, &t->b.params, FALSE);
  start_variants(t);
  replay_source_start(t->a.source);
  replay_source_start(t->b.source);
  cli_interrupts_catch(t->a.source, t->b.source);
  play(t, run);
  cli_interrupts_release();
  variants_clear(t);
  t->played = TRUE;
  g_array_sort(t->rows, compare_rows);
}

/* ---- telling ---- */

static const ct_switch *rule_of(const diff_trial *t, guint i) { return g_array_index(t->variants, variant, i).sw; }

static void put_one(emit_text *out, const diff_trial *t, const ct_switch *sw)
{
  char says[256];
  guint i;

  for (i = 0; i < 2; i++) {
    const ct_profile *profile = t->from[i]->params.profile;

    emit_text_string(out, i > 0 ? "; " : "");
    emit_text_string(out, profile->name);
    emit_text_literal(out, ": ");
    emit_text_string(out, ct_switch_say(sw, profile, says, sizeof(says)));
  }
  emit_text_literal(out, " (");
  emit_text_string(out, sw->rule);
  emit_text_literal(out, ")\n");
}

static void put_count(emit_text *out, guint64 packets)
{
  emit_text_literal(out, "  ");
  emit_text_u64_grouped(out, packets);
  emit_text_literal(out, "  ");
}

/* "by several rules at once: K1.4 tcp_window_three_way, K1.6 tcp_overshoot" */
static void put_several(emit_text *out, const diff_trial *t, const row *r)
{
  guint i, n = 0;

  emit_text_string(out, "by several rules at once: ");
  for (i = 0; i < t->variants->len; i++)
    if (r->has[i])
      emit_text_format(out, "%s%s %s", n++ > 0 ? ", " : "", rule_of(t, i)->rule, rule_of(t, i)->name);
  emit_text_string(out, r->n == 1 ? ", and what it hides\n" : "\n");
}

static void put_rows(emit_text *out, const diff_trial *t)
{
  guint64 more = 0;
  guint i, several = 0;

  for (i = 0; i < t->rows->len; i++) {
    const row *r = &g_array_index(t->rows, row, i);
    guint k;

    if (!is_of_one(r) && several++ >= SEVERAL_SHOWN) {
      more += r->packets;
      continue;
    }
    put_count(out, r->packets);
    for (k = 0; is_of_one(r) && !r->has[k]; k++) {}
    if (is_of_one(r))
      put_one(out, t, rule_of(t, k));
    else
      put_several(out, t, r);
  }
  if (more == 0)
    return;
  put_count(out, more);
  emit_text_literal(out, "by other rules at once\n");
}

void cli_diff_trial_put(emit_text *out, const diff_trial *t)
{
  if (t == NULL || !t->played || t->rows->len + t->others + t->untried == 0)
    return;
  emit_text_literal(out,
                    "by the rules that differ between the two kernels, each undone alone, and in how many packets:\n");
  put_rows(out, t);
  if (t->others > 0) {
    put_count(out, t->others);
    emit_text_literal(out, "by none of them alone: undoing one changes nothing\n");
  }
  if (t->untried > 0)
    emit_text_format(out, "  %u more rule%s not tried: there is no memory for so many kernels' connections\n",
                     t->untried, t->untried == 1 ? " was" : "s were");
}

void cli_diff_trial_json(emit_text *out, const diff_trial *t)
{
  guint i, k, n;

  for (i = 0; t != NULL && t->played && i < t->rows->len; i++) {
    const row *r = &g_array_index(t->rows, row, i);

    emit_text_format(out, "{\"schema\":1,\"type\":\"rule\",\"packets\":%" G_GUINT64_FORMAT ",\"rules\":[", r->packets);
    for (k = n = 0; k < t->variants->len; k++)
      if (r->has[k])
        emit_text_format(out, "%s{\"rule\":\"%s\",\"switch\":\"%s\"}", n++ > 0 ? "," : "", rule_of(t, k)->rule,
                         rule_of(t, k)->name);
    emit_text_format(out, "],\"undoes\":%s}\n", r->partly ? "false" : "true");
  }
}
