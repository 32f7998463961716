/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where expectations hang: chains by destination for matching (newest first, as the kernel's hash chains), a list in
 * order of creation for listings, a heap by the moment each ends, and a record for each master ("family") while it
 * expects something. The table owns all of these; entries are named by id, never pointed to. What expectations do
 * stands in expect.c. Internal to src/conntrack/expect.
 */
#ifndef CT_EXPECT_LINKS_H
#define CT_EXPECT_LINKS_H

#include <glib.h>

#include "conntrack/expect/expect.h"
#include "conntrack/helper/helper.h"

typedef struct ct_expect_family ct_expect_family;

struct ct_expect {
  uint64_t id;
  ct_expect_spec spec;
  ct_expect_family *family;
  uint64_t made_by_packet;
  int64_t deadline_ns; /* nominal: what listings show the rest of */
  int64_t fire_ns;     /* when it really goes */
  uint32_t heap_at;
  ct_expect *chain_next;
  ct_expect *family_next; /* older */
  ct_expect *older, *newer;
};

/* A master, while it expects something. */
struct ct_expect_family {
  uint64_t id; /* of the master */
  ct_tuple tuple;
  const ct_helper *helper;
  ct_expect *newest;
  uint16_t expecting[CT_HELPER_CLASSES];
};

struct ct_expect_table {
  ct_expect **chains;
  uint32_t n_chains; /* a power of two */
  uint32_t count;
  uint64_t last_id;
  ct_expect *oldest, *newest;
  ct_expect **heap;
  uint32_t heap_size;
  GHashTable *families;     /* master id => ct_expect_family */
  struct ct_gre_keys *keys; /* gre_key.h */
};

/* The first of those that a packet of this tuple could meet; chain_next leads on. */
ct_expect **ct_expect_chain(const ct_expect_table *table, const ct_tuple *tuple);

/* NULL where the master expects nothing. */
ct_expect_family *ct_expect_family_get(const ct_expect_table *table, uint64_t master_id);
/* Made where there is none; the master has a helper. */
ct_expect_family *ct_expect_family_need(ct_engine *engine, const ct_entry *master);
/* Frees it where it is empty. */
void ct_expect_family_tidy(ct_expect_table *table, ct_expect_family *family);

/* In: it is filled but for its id, which is the next one from now on, and its links. */
void ct_expect_link(ct_expect_table *table, ct_expect *expect);
/* Out of everything but its memory. Its family may be empty then. */
void ct_expect_unlink(ct_expect_table *table, ct_expect *expect);
/* Its fire_ns has changed. */
void ct_expect_resettle(ct_expect_table *table, ct_expect *expect);

#endif
