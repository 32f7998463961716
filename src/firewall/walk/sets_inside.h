/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a set of ipset is while packets run, for those who ask it and those who change it. */
#ifndef FIREWALL_WALK_SETS_INSIDE_H
#define FIREWALL_WALK_SETS_INSIDE_H

#include "firewall/walk/memory.h"
#include "firewall/walk/sets.h"

#define FW_SET_NS_PER_S G_GINT64_CONSTANT(1000000000)

/* What a packet, or an element, is looked for by: all parts beside each other, addresses under the class's masks. */
typedef struct fw_set_part_key {
  fw_address address; /* an interface's name stands here too, a MAC address, a mark */
  guint16 port;
  guint8 protocol, set;
  guint32 length; /* of an address: of its network; else 0 */
} fw_set_part_key;

/* As many parts as the set has dimensions. */
typedef struct fw_set_key {
  fw_set_part_key parts[FW_SET_DIMENSIONS];
} fw_set_key;

typedef struct fw_set_entry {
  fw_counters counters;
  gint64 expires_ns; /* G_MAXINT64: never */
  gboolean nomatch;
  guint32 zero;
} fw_set_entry;

/* Elements whose networks are equally long in each part. */
typedef struct fw_set_class {
  guint8 length[FW_SET_DIMENSIONS];
  fw_address mask[FW_SET_DIMENSIONS];
  guint rank; /* the sum of lengths: the most specific first */
  guint32 n;
} fw_set_class;

struct fw_live_set {
  const fw_set *set;
  fw_memory elements;
  GArray *classes;    /* fw_set_class, by falling rank */
  GPtrArray *members; /* fw_live_set*, of list:set */
  gint64 oldest_ns;   /* no element expires before */
};

static inline guint fw_set_full_length(const fw_set *set) { return set->family == FW_IPV6 ? 128 : 32; }
static inline gboolean fw_set_has_address(fw_set_part part) { return part == FW_SET_IP || part == FW_SET_NET; }

static inline void fw_set_mask(fw_address *address, const fw_address *mask)
{
  guint i;

  for (i = 0; i < 4; i++)
    address->words[i] &= mask->words[i];
}

static inline void fw_set_expires(fw_live_set *s, fw_set_entry *v, gint64 at_ns)
{
  v->expires_ns = at_ns;
  s->oldest_ns = MIN(s->oldest_ns, at_ns);
}

/* One element more, or fewer, whose networks are so long. */
void fw_set_class_count(fw_live_set *s, const guint8 length[FW_SET_DIMENSIONS], gint by);
/* What a packet is looked for by: the fields that ref names. */
fw_truth fw_set_key_of(const fw_set *set, const fw_packet *p, const fw_set_ref *ref, fw_set_key *key);

#endif
