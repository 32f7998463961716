/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expectations written down and made again, for state/. */
#include "conntrack/engine_internal.h"
#include "conntrack/expect/links.h"

struct ct_gre_keys *ct_expect_gre_keys(const ct_engine *engine) { return engine->expects->keys; }

uint32_t ct_expect_count(const ct_engine *engine) { return engine->expects->count; }
uint64_t ct_expect_last_id(const ct_engine *engine) { return engine->expects->last_id; }
void ct_expect_set_last_id(ct_engine *engine, uint64_t last_id) { engine->expects->last_id = last_id; }

void ct_expect_each_record(const ct_engine *engine, void (*fn)(const ct_expect_record *, void *), void *user)
{
  const ct_expect *e;

  for (e = engine->expects->oldest; e != NULL; e = e->newer) {
    const ct_expect_record record = { e->id, e->family->id, e->spec, e->made_by_packet, e->deadline_ns, e->fire_ns };

    fn(&record, user);
  }
}

void ct_expect_restore(ct_engine *engine, const ct_entry *master, const ct_expect_record *record)
{
  ct_expect *e = g_new0(ct_expect, 1);

  e->spec = record->spec;
  e->family = ct_expect_family_need(engine, master);
  e->made_by_packet = record->made_by_packet;
  e->deadline_ns = record->deadline_ns;
  e->fire_ns = record->fire_ns;
  engine->expects->last_id = record->id - 1;
  ct_expect_link(engine->expects, e);
}

unsigned ct_expect_of_class(const ct_engine *engine, const ct_entry *master, unsigned class_number)
{
  const ct_expect_family *f = ct_expect_family_get(engine->expects, master->id);

  return f != NULL ? f->expecting[class_number] : 0;
}
