/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as packets through lanes and through an engine for each (lanes_pair.h). The settings choose the kernels:
 * sizes that run full, bins that buckets straddle, timeouts that differ.
 */
#include <config.h>

#include "conntrack/helper/settings.h"
#include "engine_seeds.h"
#include "lanes_pair.h"

/*
 * The clock of a kernel's collector ticks all the time that passes, which is most of the work: hours are for some, days
 * are for a few.
 */
enum {
  PACKETS_MOST = 150,
  LANES = 8,
  RUN = 4,
  MINUTES = 10,
  SOME = 7,
  MINUTES_OF_SOME = 2 * 60,
  FEW = 31,
  MINUTES_OF_FEW = 6 * 24 * 60
};

static void set_up(ct_params *base, const uint8_t *settings)
{
  ct_params_init(base, ct_profile_find(settings[0] & 1 ? "linux-6.1" : "linux-6.18"));
  base->gc = CT_GC_KERNEL;
  base->hz = settings[0] & 8 ? 250 : 0;
  base->tcp_be_liberal = settings[0] >> 4 & 1;
  base->tcp_loose = settings[0] >> 5 & 1;
  base->helpers_by_port = (settings[0] & 64) == 0;
  base->expect_max = settings[1] & 64 ? 3 : 50;
  base->hash_seed = settings[2] | (guint64)settings[3] << 40;
  ct_params_local_add(base, "10.0.0.2/24");
}

static void vary(ct_params *params, guint lane, const uint8_t *settings)
{
  static const guint maxima[] = { 1, 2, 3, 5, 8, 30, 100, 0 }, sizes[] = { 1, 2, 3, 5, 8, 16, 100, 256 };
  static const guint established[] = { 432000, 1, 301, 300 }, udp[] = { 30, 1 }, unacknowledged[] = { 300, 2, 500000 };

  params->max = maxima[(lane + settings[1]) & 7];
  params->buckets = sizes[(lane * 3 + (settings[1] >> 3)) & 7];
  if (settings[0] & 2) {
    params->timeout_s[CT_TIMEOUT_TCP_ESTABLISHED] = established[lane & 3];
    params->timeout_s[CT_TIMEOUT_TCP_SYN_SENT] = lane % 3 == 0 ? 1 : 120;
  }
  if (settings[0] & 4) {
    params->timeout_s[CT_TIMEOUT_UDP] = udp[lane & 1];
    params->timeout_s[CT_TIMEOUT_TCP_UNACK] = unacknowledged[lane % 3];
    params->timeout_s[CT_TIMEOUT_GENERIC] = lane % 2 == 0 ? 0 : 600;
  }
}

/* Hints that come true, hints that do not, and none. */
static void run_packets(const uint8_t *data, size_t size, const ct_params *params, guint minutes)
{
  pkt_decoder *decoder = pkt_decoder_new(params, CT_CHECKSUMS_IGNORE);
  pkt_arena *arena = pkt_arena_new();
  lanes_pair *pair = lanes_pair_new(params, LANES, PACKETS_MOST);
  gint64 now_ns = ENGINE_SEEDS_START_NS, most_ns = minutes * 60 * G_GINT64_CONSTANT(1000000000);

  for (guint n = 1; n < PACKETS_MOST; n++) {
    g_autofree guint8 *bytes = NULL;
    ct_packet p;

    if (!engine_seeds_next(&data, &size, &now_ns, n, decoder, arena, &bytes, &p) ||
        now_ns - ENGINE_SEEDS_START_NS > 2 * most_ns)
      break;
    if (n % RUN != 0)
      lanes_pair_prefetch(pair, &p, 1);
    lanes_pair_packet(pair, &p);
    pkt_arena_reset(arena);
  }
  lanes_pair_advance(pair, now_ns + most_ns);
  lanes_pair_free(pair);
  pkt_arena_free(arena);
  pkt_decoder_free(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  ct_params params[LANES];

  if (size < ENGINE_SEEDS_SETTINGS)
    return 0;
  for (guint i = 0; i < LANES; i++) {
    set_up(&params[i], data);
    vary(&params[i], i, data);
  }
  run_packets(data + ENGINE_SEEDS_SETTINGS, size - ENGINE_SEEDS_SETTINGS, params,
              (data[2] & FEW) == FEW     ? MINUTES_OF_FEW
              : (data[2] & SOME) == SOME ? MINUTES_OF_SOME
                                         : MINUTES);
  return 0;
}
