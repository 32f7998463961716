/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as packets through an engine, whose parts are checked against each other (engine_check).
 * Input: 4 bytes of settings, then packets (engine_seeds.h). Properties, beside the engine's own: a result belongs to
 * its entry, one DESTROY follows each NEW, messages are numbered without gaps, and a second engine that is told in
 * advance what comes (prefetch) does the same.
 */
#include <config.h>

#include <string.h>

#include "conntrack/helper/settings.h"
#include "conntrack/nat/rewrite.h"
#include "engine_check.h"
#include "engine_seeds.h"
#include "engines.h"

/*
 * The whole of an engine costs far more to look at than a packet does: after each of the first packets, and then after
 * every sixteenth, and once time has passed and at the end.
 */
enum { SETTINGS = ENGINE_SEEDS_SETTINGS, PACKETS_MOST = 400, CHECKED_FIRST = 8, CHECKED_EVERY = 16 };

typedef struct side {
  ct_engine *engine;
  GHashTable *live; /* ids between NEW and DESTROY */
  guint64 sequence, digest;
} side;

static void digest(side *s, guint64 value)
{
  s->digest = (s->digest ^ value) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
  s->digest ^= s->digest >> 29;
}

static void on_event(const ct_event *event, void *user)
{
  side *s = user;

  g_assert_cmpuint(event->sequence, ==, ++s->sequence);
  digest(s, (guint64)event->time_ns);
  digest(s, event->type | (guint64)event->bits << 8 | (guint64)event->reason << 24);
  if (event->type == CT_EVENT_NEW) {
    gint64 id = (gint64)event->view->id;

    g_assert_true(g_hash_table_add(s->live, g_memdup2(&id, sizeof(id))));
  } else if (event->type == CT_EVENT_DESTROY) {
    gint64 id = (gint64)event->view->id;

    g_assert_true(g_hash_table_remove(s->live, &id));
  } else if (event->type == CT_EVENT_UPDATE) {
    gint64 id = (gint64)event->view->id;

    g_assert_true(g_hash_table_contains(s->live, &id));
  }
}

static void set_up(ct_params *params, const uint8_t *settings)
{
  static const char *const profiles[] = { "linux-6.18", "linux-6.1", "linux-2.6", "linux-2.4" };
  static const guint maxima[] = { 1, 2, 4, 9, 30, 100, 4096, 0 }, sizes[] = { 1, 2, 4, 8, 16, 64, 256, 1024 };

  ct_params_init(params, ct_profile_find(profiles[settings[0] & 3]));
  params->gc = settings[0] & 4 ? CT_GC_KERNEL : CT_GC_EXACT;
  params->hz = settings[0] & 8 ? 250 : 0;
  params->tcp_be_liberal = settings[0] >> 4 & 1;
  params->tcp_loose = settings[0] >> 5 & 1;
  params->helpers_by_port = (settings[0] & 64) == 0;
  params->max = maxima[settings[1] & 7];
  params->buckets = sizes[settings[1] >> 3 & 7];
  params->expect_max = settings[1] & 64 ? 3 : 50;
  params->hash_seed = settings[2];
  params->ipfrag_high_thresh = params->frag6_high_thresh = 40000;
  ct_params_local_add(params, "10.0.0.2/24");
}

static void side_start(side *s, const ct_params *params, ct_engine **kept)
{
  memset(s, 0, sizeof(*s));
  s->engine = fuzz_engine_anew(kept, params);
  s->live = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  ct_engine_watch(s->engine, G_MAXUINT32, on_event, s);
}

static void side_end(side *s) { g_hash_table_unref(s->live); }

static void check_result(const side *s, const ct_packet *p, const ct_result *r)
{
  ct_view view;

  g_assert_cmpuint(r->cls, <, CT_CLASS_COUNT);
  g_assert_cmpuint(r->reason, <, CT_REASON_COUNT);
  g_assert_cmpuint(r->dir, <=, CT_REPLY);
  g_assert_true(r->cls != CT_CLASS_INVALID || r->reason != CT_REASON_NONE);
  g_assert_true(r->verdict != CT_VERDICT_DROP || r->reason != CT_REASON_NONE);
  g_assert_true(p->kind == CT_PACKET_TRACK || r->changes == 0);
  if (r->entry == NULL)
    return;
  ct_entry_view(s->engine, r->entry, &view);
  g_assert_cmpuint(view.id, ==, r->conn);
  g_assert_cmpuint(view.state, ==, r->new_state);
}

static guint64 ended(const ct_engine *engine)
{
  guint64 sum = 0;

  for (guint i = 0; i < CT_REASON_COUNT; i++)
    sum += ct_engine_stats(engine)->ended[i];
  return sum;
}

/* The same in two halves, with a fate. */
static void side_halves(side *s, const ct_packet *p, ct_fate fate, ct_result *r)
{
  ct_passage passage;

  ct_engine_arrive(s->engine, p, NULL, &passage);
  ct_engine_conclude(s->engine, &passage, fate);
  *r = passage.result;
}

/* Any, but that only TCP itself is answered by a reset: an ICMP error about a connection is not. */
static ct_fate fate_of(const ct_packet *p, guint n)
{
  static const ct_fate fates[] = { CT_FATE_ACCEPT, CT_FATE_ACCEPT, CT_FATE_ACCEPT, CT_FATE_DROP, CT_FATE_RESET };
  ct_fate fate = fates[(p->hash + n) % G_N_ELEMENTS(fates)];

  return fate == CT_FATE_RESET && p->kind != CT_PACKET_TRACK ? CT_FATE_DROP : fate;
}

/*
 * The same with nat hooks, whose rules the packet's own bytes choose: few addresses and few ports, so that they run
 * out. The translation is written into a copy, which is thrown away. Some packets are in zones, of one direction or of
 * both, and some come in again, as what a box sends to itself does.
 */
static void side_translated(side *s, const ct_packet *p, guint n, ct_result *r)
{
  g_autofree guint8 *copy = g_memdup2(p->data, p->captured);
  guint32 choice = p->hash ^ n * 0x9e3779b9u;
  const ct_template zoned = { .zone = (uint16_t)(choice >> 26 & 1 ? choice >> 24 & 3 : 0),
                              .zone_dirs = (uint8_t)(1 + (choice >> 27) % 3) };
  ct_passage passage;

  ct_engine_nat(s->engine, p->tuple.family);
  ct_engine_arrive(s->engine, p, zoned.zone != 0 ? &zoned : NULL, &passage);
  for (guint hook = 0; passage.entry != NULL && hook < 2; hook++, choice >>= 8) {
    ct_nat_manip manip = hook == 0 ? CT_NAT_DST : CT_NAT_SRC;
    ct_nat_range range = { .flags = (uint8_t)(choice & 31), .min_id = (uint16_t)(choice & 0x700) };
    ct_tuple target;

    range.max_id = (uint16_t)(range.min_id + (choice & 3));
    range.min = range.max = choice & 32 ? p->tuple.dst : p->tuple.src;
    range.max.bytes[3] |= 3;
    if (p->kind == CT_PACKET_TRACK && !ct_passage_nat_is_done(&passage, manip))
      g_assert_true(choice & 64 ? ct_passage_nat_null(s->engine, &passage, manip)
                                : ct_passage_nat(s->engine, &passage, manip, &range));
    if (p->captured < p->length ||
        !ct_passage_nat_target(s->engine, &passage, (ct_dir)passage.result.dir, manip, &target))
      continue;
    if (p->kind == CT_PACKET_ICMP_ERROR) {
      ct_tuple inner;

      ct_nat_inner_target(s->engine, passage.entry, (ct_dir)passage.result.dir, &inner);
      ct_nat_rewrite_error(copy, p->length, manip, &inner, &target);
    } else {
      ct_nat_rewrite(copy, p->length, manip, &target);
    }
  }
  ct_engine_conclude(s->engine, &passage, choice & 15 ? CT_FATE_ACCEPT : CT_FATE_DROP);
  *r = passage.result;
  if ((choice & 15) == 1 && passage.result.verdict == CT_VERDICT_ACCEPT) {
    ct_engine_return(s->engine, p, &passage);
    ct_engine_conclude(s->engine, &passage, choice & 16 ? CT_FATE_ACCEPT : CT_FATE_DROP);
  }
}

static void side_check(side *s, const ct_packet *p, guint n, const ct_result *r)
{
  check_result(s, p, r);
  if (n <= CHECKED_FIRST || n % CHECKED_EVERY == 0)
    engine_check(s->engine);
  g_assert_cmpuint(g_hash_table_size(s->live), ==, ct_engine_stats(s->engine)->created - ended(s->engine));
  digest(s, r->cls | (guint64)r->dir << 8 | (guint64)r->verdict << 16 | (guint64)r->old_state << 24 |
              (guint64)r->new_state << 32 | (guint64)r->reason << 40);
  digest(s, r->conn);
  digest(s, r->events | (guint64)r->changes << 16);
}

/* Nothing may stay behind: no entry, nor what belonged to one. */
static void side_flush(side *s)
{
  ct_engine_flush(s->engine);
  engine_check(s->engine);
  g_assert_cmpuint(ct_engine_count(s->engine), ==, 0);
  g_assert_cmpuint(g_hash_table_size(s->live), ==, 0);
  engine_check_empty(s->engine);
}

static void run_packets(const uint8_t *data, size_t size, const ct_params *params)
{
  static ct_engine *kept[4];
  static pkt_arena *arena;
  pkt_decoder *decoder = pkt_decoder_new(params, CT_CHECKSUMS_IGNORE);
  side whole, halves, ruled; /* the same twice; and a firewall that drops what its hash says */
  side translated;
  gint64 now_ns = ENGINE_SEEDS_START_NS;
  guint n = 0;

  if (arena == NULL)
    arena = pkt_arena_new();
  side_start(&whole, params, &kept[0]);
  side_start(&halves, params, &kept[1]);
  side_start(&ruled, params, &kept[2]);
  side_start(&translated, params, &kept[3]);
  while (n++ < PACKETS_MOST) {
    g_autofree guint8 *bytes = NULL;
    ct_packet p;
    ct_result r;

    if (!engine_seeds_next(&data, &size, &now_ns, n, decoder, arena, &bytes, &p))
      break;
    ct_engine_packet(whole.engine, &p, &r);
    side_check(&whole, &p, n, &r);
    ct_engine_prefetch(halves.engine, &p, 1);
    side_halves(&halves, &p, CT_FATE_ACCEPT, &r);
    side_check(&halves, &p, n, &r);
    g_assert_cmpuint(whole.digest, ==, halves.digest);
    side_halves(&ruled, &p, fate_of(&p, n), &r);
    side_check(&ruled, &p, n, &r);
    side_translated(&translated, &p, n, &r);
    side_check(&translated, &p, n, &r);
    pkt_arena_reset(arena);
  }
  ct_engine_advance(whole.engine,
                    now_ns + (params->gc == CT_GC_KERNEL ? 1 : 6 * 24) * 3600 * G_GINT64_CONSTANT(1000000000));
  engine_check(whole.engine);
  side_flush(&whole);
  side_flush(&halves);
  side_flush(&ruled);
  side_flush(&translated);
  side_end(&whole);
  side_end(&halves);
  side_end(&ruled);
  side_end(&translated);
  pkt_arena_reset(arena);
  pkt_decoder_free(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  ct_params params;

  if (size < SETTINGS)
    return 0;
  set_up(&params, data);
  run_packets(data + SETTINGS, size - SETTINGS, &params);
  return 0;
}
