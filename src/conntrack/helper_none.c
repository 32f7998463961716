/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine without helpers and expectations: nobody expects anything. Gives way to expect.c and helper.c. */
#include "engine_internal.h"
#include "helper.h"

ct_expect_table *ct_expect_table_new(void) { return NULL; }
void ct_expect_table_free(ct_expect_table *table) { (void)table; }
bool ct_expect_any(const ct_engine *engine) { return engine->expects != NULL; }
bool ct_expect_meet(ct_engine *engine, ct_entry *entry, const ct_tuple *original, const ct_packet *packet)
{
  (void)engine, (void)entry, (void)original, (void)packet;
  return false;
}
void ct_expect_master_gone(ct_engine *engine, ct_entry *entry) { (void)engine, (void)entry; }
int64_t ct_expect_next_deadline(const ct_engine *engine)
{
  (void)engine;
  return INT64_MAX;
}
void ct_expect_advance(ct_engine *engine, int64_t now_ns) { (void)engine, (void)now_ns; }
void ct_expect_each(const ct_engine *engine, void (*fn)(const ct_expect_view *, void *), void *user)
{
  (void)engine, (void)fn, (void)user;
}
bool ct_gre_key_any(const ct_engine *engine) { return engine->gre_keys != NULL; }
uint16_t ct_gre_key_find(const ct_engine *engine, const ct_tuple *tuple)
{
  (void)engine, (void)tuple;
  return 0;
}
void ct_helper_attach(ct_engine *engine, ct_entry *entry, const ct_tuple *original)
{
  (void)engine, (void)entry, (void)original;
}
ct_verdict ct_helper_run(ct_engine *engine, ct_entry *entry, ct_dir dir, ct_class cls, const ct_packet *packet,
                         ct_reason *reason)
{
  (void)engine, (void)entry, (void)dir, (void)cls, (void)packet, (void)reason;
  return CT_VERDICT_ACCEPT;
}
