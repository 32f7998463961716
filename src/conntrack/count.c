/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many entries the kernel would count: now, at most, and in the mean. */
#include "conntrack/engine_internal.h"

void ct_core_count_add(ct_engine *engine, int delta)
{
  unsigned __int128 area = (unsigned __int128)engine->stats.count_ns_hi << 64 | engine->stats.count_ns_lo;

  if (engine->count_since_ns < engine->now_ns) {
    area += (unsigned __int128)engine->count * (uint64_t)(engine->now_ns - engine->count_since_ns);
    engine->stats.count_ns_hi = (uint64_t)(area >> 64);
    engine->stats.count_ns_lo = (uint64_t)area;
  }
  engine->count_since_ns = engine->now_ns;
  engine->count = (uint64_t)((int64_t)engine->count + delta);
}

inline void ct_core_note_peak(ct_engine *engine)
{
  if (engine->count > engine->stats.peak_count) {
    engine->stats.peak_count = engine->count;
    engine->stats.peak_time_ns = engine->now_ns;
  }
}

uint64_t ct_engine_count(const ct_engine *engine) { return engine->count; }

double ct_engine_mean(const ct_engine *engine, int64_t since_ns)
{
  unsigned __int128 area = (unsigned __int128)engine->stats.count_ns_hi << 64 | engine->stats.count_ns_lo;

  if (engine->now_ns <= since_ns)
    return (double)engine->count;
  area += (unsigned __int128)engine->count * ((uint64_t)engine->now_ns - (uint64_t)engine->count_since_ns);
  return (double)area / (double)((uint64_t)engine->now_ns - (uint64_t)since_ns);
}
