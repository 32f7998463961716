/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include <string.h>

#include "conntrack/load.h"
#include "conntrack/proto/proto.h"

enum { AHEAD = 16 }; /* entries whose places in the table are fetched before their turn */

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

/* That of its state, where the listing has none (of an offloaded entry /proc prints none). */
static gint64 timeout_ns_of(const ct_engine *engine, const listing_entry *e)
{
  const ct_proto *proto = ct_proto_tracker(ct_engine_params(engine)->profile, e->tuple[CT_ORIGINAL].proto);

  if (e->has & LISTING_TIMEOUT)
    return e->timeout_s * NS_PER_S;
  if (proto->n_states > 0)
    return ct_engine_timeouts(engine)[proto->first_timeout + e->state];
  return ct_engine_timeouts(engine)[CT_TIMEOUT_GENERIC];
}

/* The library's XML has no numbers of ICMP: what they were is not known. */
static gboolean is_untold(const ct_tuple *t) { return ct_tuple_is_icmp(t) && t->src_id == 0 && t->dst_id == 0; }

static const char *load_entry(ct_engine *engine, const listing_entry *e)
{
  const gint64 now_ns = ct_engine_now(engine);
  ct_loaded loaded = { .status = e->status,
                       .state = e->state,
                       .counted = (e->has & LISTING_COUNTERS) != 0 || ct_engine_params(engine)->acct != 0,
                       .timeout_ns = timeout_ns_of(engine, e),
                       .created_ns = now_ns,
                       .mark = e->mark,
                       .secmark = e->secmark,
                       .helper = e->helper };

  memcpy(loaded.tuple, e->tuple, sizeof loaded.tuple);
  memcpy(loaded.packets, e->packets, sizeof loaded.packets);
  memcpy(loaded.bytes, e->bytes, sizeof loaded.bytes);
  if (e->has & LISTING_AGE && e->age_s < (guint64)G_MAXINT32)
    loaded.created_ns = now_ns - (gint64)e->age_s * NS_PER_S;
  return is_untold(&e->tuple[CT_ORIGINAL]) ? "the listing does not tell its type and number"
                                           : ct_engine_load(engine, &loaded);
}

static const char *load_expect(ct_engine *engine, const listing_expect *e)
{
  static const guint8 others[] = { CT_PROTO_TCP, CT_PROTO_UDP };
  ct_loaded_expect loaded = { .tuple = e->tuple,
                              .mask = e->mask,
                              .master = e->master,
                              .timeout_ns = e->lasts ? G_MAXINT32 * NS_PER_S : e->timeout_s * NS_PER_S,
                              .flags = e->flags,
                              .class_number = e->class_number };

  const char *why = ct_engine_load_expect(engine, &loaded);
  guint i;

  /* Of which protocol the master is, a listing does not say. */
  for (i = 0; why != NULL && i < G_N_ELEMENTS(others); i++) {
    loaded.master.proto = others[i];
    why = ct_engine_load_expect(engine, &loaded);
  }
  return why;
}

static void count(listing_loaded *loaded, guint64 *fine, const char *why, guint32 line)
{
  if (why == NULL) {
    (*fine)++;
    return;
  }
  if (loaded->left_out++ > 0)
    return;
  loaded->why = why;
  loaded->line = line;
}

void listing_load(ct_engine *engine, const listing *l, listing_loaded *loaded)
{
  guint i;

  memset(loaded, 0, sizeof *loaded);
  for (i = 0; i < l->entries->len; i++) {
    const listing_entry *e = &g_array_index(l->entries, listing_entry, i);

    if (i + AHEAD < l->entries->len)
      ct_engine_load_soon(engine, g_array_index(l->entries, listing_entry, i + AHEAD).tuple);
    count(loaded, &loaded->entries, load_entry(engine, e), e->line);
  }
  for (i = 0; i < l->expects->len; i++) {
    const listing_expect *e = &g_array_index(l->expects, listing_expect, i);

    count(loaded, &loaded->expects, load_expect(engine, e), e->line);
  }
  if (l->alone > 0) {
    count(loaded, &loaded->expects, "it does not tell whose expectation it is, as conntrack -L expect does",
          l->alone_line);
    loaded->left_out += l->alone - 1;
  }
}
