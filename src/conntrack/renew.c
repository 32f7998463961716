/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry goes on: its deadline anew, a packet counted. */
#include "conntrack/engine_internal.h"

/* A timer that would fire less than a second later is left alone; one that is to fire earlier is set (KERNELS K6). */
static bool gains_too_little(const ct_engine *engine, const ct_entry *entry, int64_t timeout_ns)
{
  int64_t gain_ns = engine->now_ns + timeout_ns - entry->deadline_ns;

  return entry->status & CT_STATUS_CONFIRMED && gain_ns >= 0 && gain_ns < CT_NS_PER_S;
}

/* A deadline that came nearer, where somebody else than the wheel has to be told. */
static __attribute__((noinline)) void tell_sooner(ct_engine *engine, ct_entry *entry)
{
  if (engine->keeper != NULL)
    engine->keeper->sooner(engine->kept_by, entry);
  else if (engine->params.gc == CT_GC_KERNEL)
    ct_buckets_sooner(&engine->buckets, &engine->table, entry);
}

inline void ct_core_refresh(ct_engine *engine, ct_entry *entry, int64_t timeout_ns)
{
  int64_t before_ns = entry->deadline_ns;

  if (entry->status & CT_STATUS_FIXED_TIMEOUT)
    return;
  if (G_UNLIKELY(engine->params.profile->refresh_skips_a_second) && gains_too_little(engine, entry, timeout_ns))
    return;
  entry->deadline_ns = engine->now_ns + timeout_ns;
  if (!(entry->status & CT_STATUS_CONFIRMED))
    return;
  /* Whether it came nearer is as good as random, and the wheel need not know: so it is asked last. */
  if (G_LIKELY(engine->params.gc == CT_GC_EXACT))
    ct_timer_refresh(&engine->timer, entry, ct_table_number(&engine->table, entry), engine->now_ns);
  if (G_UNLIKELY((engine->keeper != NULL || engine->params.gc == CT_GC_KERNEL) && entry->deadline_ns < before_ns))
    tell_sooner(engine, entry);
}

inline void ct_core_refresh_acct(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet,
                                 int64_t timeout_ns, ct_result *result)
{
  ct_core_refresh(engine, entry, timeout_ns);
  result->changes |= CT_CHANGE_REFRESHED;
  if (entry->traits & CT_ENTRY_COUNTED) {
    ct_counter_add(&entry->counter[dir], packet->length);
    result->changes |= CT_CHANGE_COUNTED;
  }
}
