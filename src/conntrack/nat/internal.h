/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an engine holds of address translation, for the files of nat/ and the few places that call them. */
#ifndef CT_NAT_INTERNAL_H
#define CT_NAT_INTERNAL_H

#include "conntrack/engine_internal.h"
#include "conntrack/nat/nat.h"

struct ct_nat {
  bool ipv4, ipv6; /* hooks exist */
  uint64_t random;
  uint8_t how; /* ct_nat_how of the last mapping */
  ct_nat_draw_fn draw;
  void *draw_user;
  uint64_t answers_nobody; /* the number of a packet whose tuple was found to be the inverse of nobody's; 0: of none */
  uint32_t gives; /* the IPv4 source that a mapping gave last: a guess at what the next one gives; 0: none yet */
  /* Entries by their original source, those that have SRC_NAT_DONE (NAT 3.4): sources.c. */
  ct_slot *sources;
  uint32_t source_mask, n_sources, n_linked;
  struct ct_nat_link *links; /* by the number of the entry */
  uint32_t links_size;
  GByteArray *payload; /* what a helper has written, where `mangled` */
  bool mangled;
  /* The translated entry that went last: the packet that ended it is translated still. */
  uint64_t ended_id;
  uint16_t ended_status;
  ct_tuple ended[2];
};

enum { CT_NAT_BITS = CT_STATUS_SRC_NAT | CT_STATUS_DST_NAT };

/* Protocols whose ports a mapping may change. */
static inline bool ct_nat_has_ids(uint8_t proto)
{
  return proto == CT_PROTO_TCP || proto == CT_PROTO_UDP || proto == CT_PROTO_UDPLITE || proto == CT_PROTO_SCTP;
}

struct ct_nat *ct_nat_need(ct_engine *engine);
void ct_nat_free(struct ct_nat *nat);
uint64_t ct_nat_memory_bytes(const struct ct_nat *nat);

static inline uint16_t ct_nat_done_bit(ct_nat_manip manip)
{
  return manip == CT_NAT_SRC ? CT_STATUS_SRC_NAT_DONE : CT_STATUS_DST_NAT_DONE;
}

/* 16 bits from the seed. */
uint16_t ct_nat_random(ct_engine *engine);

/* --- sources.c --- */

uint32_t ct_nat_source_hash(const ct_tuple *original);
void ct_nat_clear_sources(struct ct_nat *nat);
/* The entry has got its SRC_NAT_DONE. hash: of its source. */
void ct_nat_link_hashed(ct_engine *engine, const ct_entry *entry, uint32_t hash);
void ct_nat_link_source(ct_engine *engine, const ct_entry *entry);
/* It goes, confirmed or not. */
void ct_nat_forget(ct_engine *engine, const ct_entry *entry);
/*
 * => the newest other entry behind `after` (0: of all) that has the same original source, whose hash that is, protocol
 * and zone; 0: none.
 */
uint32_t ct_nat_same_source(const ct_engine *engine, const ct_tuple *original, uint32_t hash, uint32_t after);

/* Hints: what packets that will make entries, whose hint is 0, are going to ask of their sources. */
void ct_nat_prefetch(const ct_engine *engine, const ct_packet *packets, const uint32_t *hints, size_t n);

/* Where that is a number, of an entry that has its SRC_NAT_DONE. */
void ct_nat_set_device(ct_engine *engine, ct_entry *entry, uint32_t device);

/* --- choose.c --- */

/* A mapping that is to be set up: of an entry with that original tuple, of whose source that is the hash. */
typedef struct ct_nat_wish {
  ct_nat_manip manip;
  const ct_nat_range *range;
  ct_tuple original;
  uint32_t source_hash; /* of CT_NAT_SRC */
} ct_nat_wish;

/* get_unique_tuple: what `current`, which is the inverse of the entry's reply, becomes. */
void ct_nat_choose(ct_engine *engine, ct_entry *entry, const ct_nat_wish *wish, const ct_tuple *current,
                   ct_tuple *chosen);

/* The same of a destination that stays, and whose id nothing but a range could change: all that is left of it. */
void ct_nat_keep_destination(ct_engine *engine, ct_entry *entry);

/* --- map.c --- */

/* nf_nat_setup_info. => false: dropped. */
bool ct_nat_set_up(ct_engine *engine, ct_entry *entry, ct_nat_manip manip, const ct_nat_range *range);

#endif
