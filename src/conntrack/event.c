/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/engine_internal.h"
#include "conntrack/master.h"

static void watch(ct_engine *engine, uint32_t mask, ct_event_fn fn, void *user)
{
  g_assert(engine->n_watchers < CT_WATCHERS_MAX);
  engine->watchers[engine->n_watchers++] = (ct_watcher){ fn, user, mask };
  engine->watched |= mask;
}

void ct_engine_watch(ct_engine *engine, uint32_t mask, ct_event_fn fn, void *user)
{
  watch(engine, mask & ((1u << CT_EVENT_TYPE_COUNT) - 1), fn, user);
}

void ct_engine_watch_over(ct_engine *engine, ct_event_fn fn, void *user)
{
  watch(engine, 1u << CT_EVENT_EXPECT_OVER, fn, user);
}

static void deliver(ct_engine *engine, ct_event *event)
{
  uint32_t i;

  event->sequence = event->type < CT_EVENT_TYPE_COUNT ? ++engine->sequence : 0;
  event->packet = engine->packet ? engine->packet->number : 0;
  event->cause = engine->packet;
  engine->in_watcher = true;
  for (i = 0; i < engine->n_watchers; i++)
    if (engine->watchers[i].mask >> event->type & 1)
      engine->watchers[i].fn(event, engine->watchers[i].user);
  engine->in_watcher = false;
}

/* With nf_conntrack_events=0 only those are sent that a mask names. */
static bool is_left_out(const ct_engine *engine, const ct_ext *ext, uint16_t bits, uint16_t mask)
{
  return ext != NULL && ext->masked ? !(bits & mask) : engine->params.events == 0;
}

/* A message with one bit of the mask has all its bits (nf_ct_deliver_cached_events). */
static bool is_masked(const ct_engine *engine, const ct_entry *entry, uint16_t bits)
{
  const ct_ext *ext = ct_ext_get(engine, entry);

  return is_left_out(engine, ext, bits, ext != NULL ? ext->event_mask : 0);
}

/* Its master's mask counts. */
static bool is_expect_masked(const ct_engine *engine, ct_event_type type, uint64_t master_id)
{
  const ct_entry *master = ct_master_find(engine, master_id);
  const ct_ext *ext = master != NULL ? ct_ext_get(engine, master) : NULL;

  return is_left_out(engine, ext, type == CT_EVENT_EXPECT_NEW ? CT_EXPECT_EVENT_NEW : CT_EXPECT_EVENT_DESTROY,
                     ext != NULL ? ext->expect_mask : 0);
}

void ct_event_entry(ct_engine *engine, ct_event_type type, const ct_entry *entry, uint16_t bits, ct_reason reason,
                    int64_t time_ns)
{
  ct_view view;
  ct_event event = { .type = type, .time_ns = time_ns, .bits = bits, .reason = (uint16_t)reason, .view = &view };

  if (!ct_event_wanted(engine, type))
    return;
  ct_entry_view(engine, entry, &view);
  event.masked = is_masked(engine, entry, bits);
  view.ended_ns = type == CT_EVENT_DESTROY ? time_ns : 0;
  deliver(engine, &event);
}

void ct_event_expect(ct_engine *engine, ct_event_type type, const ct_expect_view *expect, ct_reason reason,
                     int64_t time_ns)
{
  ct_event event = { .type = type, .time_ns = time_ns, .reason = (uint16_t)reason, .expect = expect };

  if (!ct_event_wanted(engine, type))
    return;
  event.masked = is_expect_masked(engine, type, expect->master_id);
  deliver(engine, &event);
}

void ct_event_drop(ct_engine *engine, ct_reason reason)
{
  ct_event event = { .type = CT_EVENT_DROP, .time_ns = engine->now_ns, .reason = (uint16_t)reason };

  if (ct_event_wanted(engine, CT_EVENT_DROP))
    deliver(engine, &event);
}
