/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include <glib.h>

#include "lanes_pair.h"
#include "conntrack/refused.h"
#include "pressure/occupancy.h"
#include "pressure/victims.h"

typedef struct alone {
  ct_engine *engine;
  pressure_victims *victims, *expired;
  ct_refused *refused;
  guint64 n_refused, n_invalid;
} alone;

struct lanes_pair {
  ct_lanes *lanes;
  alone *engines;
  guint n;
  gint64 start_ns; /* G_MININT64: not yet */
};

static void on_event(const ct_event *event, void *user)
{
  alone *a = user;

  pressure_victims_event(a->victims, event);
  pressure_victims_event(a->expired, event);
}

lanes_pair *lanes_pair_new(const ct_params *params, guint n, guint packets_most)
{
  lanes_pair *pair = g_new0(lanes_pair, 1);
  g_autofree const ct_params **each = g_new(const ct_params *, n);
  guint32 remembered[CT_LANES_MOST];

  pair->n = n;
  pair->start_ns = G_MININT64;
  pair->engines = g_new0(alone, n);
  for (guint i = 0; i < n; i++) {
    g_assert_true(ct_lanes_fit(&params[0], &params[i]));
    each[i] = &params[i];
    remembered[i] = packets_most + 256; /* which they count by */
    pair->engines[i].engine = ct_engine_new(&params[i]);
    pair->engines[i].victims = pressure_victims_new(params[i].profile, PRESSURE_EVICTED, packets_most, FALSE);
    pair->engines[i].expired = pressure_victims_new(params[i].profile, PRESSURE_EXPIRED, packets_most, FALSE);
    pair->engines[i].refused = ct_refused_new();
    ct_engine_watch(pair->engines[i].engine, 1u << CT_EVENT_DESTROY, on_event, &pair->engines[i]);
  }
  pair->lanes = ct_lanes_new(each, remembered, n, NULL, NULL);
  return pair;
}

void lanes_pair_free(lanes_pair *pair)
{
  for (guint i = 0; i < pair->n; i++) {
    ct_engine_free(pair->engines[i].engine);
    pressure_victims_free(pair->engines[i].victims);
    pressure_victims_free(pair->engines[i].expired);
    ct_refused_free(pair->engines[i].refused);
  }
  ct_lanes_free(pair->lanes);
  g_free(pair->engines);
  g_free(pair);
}

const ct_lanes *lanes_pair_lanes(const lanes_pair *pair) { return pair->lanes; }

static void compare(const lanes_pair *pair)
{
  for (guint i = 0; i < pair->n; i++) {
    const ct_engine *engine = pair->engines[i].engine;
    const ct_stats *stats = ct_engine_stats(engine);
    const ct_lane_stats *lane = ct_lanes_stats(pair->lanes, i);

    g_assert_cmpint(ct_lanes_now(pair->lanes), ==, ct_engine_now(engine));
    g_assert_cmpuint(lane->count, ==, ct_engine_count(engine));
    g_assert_cmpuint(lane->peak, ==, stats->peak_count);
    g_assert_cmpuint(lane->created, ==, stats->created);
    g_assert_cmpuint(lane->expired, ==, stats->ended[CT_REASON_END_TIMEOUT]);
    g_assert_cmpuint(lane->early_drop, ==, stats->early_drop);
    g_assert_cmpuint(lane->gc_evicted, ==, stats->ended[CT_REASON_END_GC_EVICTED]);
    g_assert_cmpuint(lane->drop, ==, stats->drop);
    g_assert_cmpuint(lane->insert_failed, ==, stats->insert_failed);
    g_assert_cmpuint(lane->missed, ==, pressure_victims_missed(pair->engines[i].victims));
    g_assert_cmpuint(lane->cut, ==, pressure_victims_missed(pair->engines[i].expired));
    g_assert_cmpuint(lane->invalid, ==, pair->engines[i].n_invalid);
    g_assert_cmpuint(lane->refused, ==, pair->engines[i].n_refused);
    g_assert_true(ct_lanes_mean(pair->lanes, i, pair->start_ns) == ct_engine_mean(engine, pair->start_ns));
  }
}

void lanes_pair_prefetch(lanes_pair *pair, const ct_packet *packets, guint n)
{
  ct_lanes_prefetch(pair->lanes, packets, n);
}

void lanes_pair_packet(lanes_pair *pair, const ct_packet *packet)
{
  if (pair->start_ns == G_MININT64)
    pair->start_ns = packet->time_ns;
  for (guint i = 0; i < pair->n; i++) {
    alone *a = &pair->engines[i];
    ct_result result;

    ct_engine_packet(a->engine, packet, &result);
    pressure_victims_packet(a->victims, packet, &result, ct_engine_now(a->engine), NULL, NULL);
    pressure_victims_packet(a->expired, packet, &result, ct_engine_now(a->engine), NULL, NULL);
    a->n_invalid += result.cls == CT_CLASS_INVALID;
    if (result.verdict == CT_VERDICT_DROP &&
        (result.reason == CT_REASON_TABLE_FULL || result.reason == CT_REASON_CHAIN_TOO_LONG))
      a->n_refused += ct_refused_note(a->refused, &packet->tuple, packet->hash, 1);
  }
  ct_lanes_packet(pair->lanes, packet);
  compare(pair);
}

void lanes_pair_advance(lanes_pair *pair, gint64 now_ns)
{
  for (guint i = 0; i < pair->n; i++)
    ct_engine_advance(pair->engines[i].engine, now_ns);
  ct_lanes_advance(pair->lanes, now_ns);
  compare(pair);
}
