/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When expectations really go. */
#include "conntrack/expect/wheel.h"

#include "conntrack/engine_internal.h"

static int64_t tick_of(int64_t ns, uint32_t hz)
{
  int64_t s = ns / CT_NS_PER_S, rest = ns % CT_NS_PER_S;

  if (rest < 0) {
    rest += CT_NS_PER_S;
    s--;
  }
  return s * hz + rest * hz / CT_NS_PER_S;
}

static int64_t tick_ns(int64_t tick, uint32_t hz)
{
  int64_t s = tick / hz, rest = tick % hz;

  return s * CT_NS_PER_S + (rest * CT_NS_PER_S + hz - 1) / hz;
}

/*
 * The kernel's timer wheel trades precision for speed: the further away, the coarser the slot (8 times a level), and a
 * timer fires when its slot has passed: 300 s are up to 16.4 s late at 250 Hz (spec 8.1). Only --gc=kernel goes that
 * far; else it is exact.
 */
int64_t ct_expect_fire_moment(const ct_engine *engine, int64_t deadline_ns)
{
  uint32_t hz = engine->params.hz ? engine->params.hz : 250;
  int64_t phase = engine->params.hz_phase_ns, expires, delta;
  unsigned level = 0;

  if (engine->params.gc == CT_GC_EXACT)
    return deadline_ns;
  expires = tick_of(deadline_ns + phase, hz);
  delta = expires - tick_of(engine->now_ns + phase, hz);
  while (level < 8 && delta >= INT64_C(63) << (level * 3))
    level++;
  expires = ((expires >> (level * 3)) + 1) << (level * 3);
  return tick_ns(expires, hz) - phase;
}
