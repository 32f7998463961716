/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records kept until the last one is known: sorted by a field, all of them or the first so many; and counted together
 * by a key. A list of the first N keeps at most 2 N + 1,024 records, one of all of them all; groups keep one for each
 * key.
 */
#ifndef FLOWS_ORDER_H
#define FLOWS_ORDER_H

#include "flows.h"

/* ---- sorted ---- */

typedef struct flows_order flows_order;

/*
 * By that field: numbers, times and spans the largest first, texts and addresses in their order; turned: the other way
 * round. Of equals the lower conn first. top: so many; 0: all.
 */
flows_order *flows_order_new(const emit_field *field, gboolean turned, guint64 top, const emit_row_context *context);
void flows_order_free(flows_order *order); /* NULL is fine */
void flows_order_add(flows_order *order, const flow_record *record);
/* Hands them out in order, and forgets them. */
void flows_order_end(flows_order *order, void (*fn)(const flow_record *record, gpointer user), gpointer user);

/* ---- counted together ---- */

typedef enum flows_key {
  FLOWS_BY_SRC,
  FLOWS_BY_DST,
  FLOWS_BY_NET, /* the source's network */
  FLOWS_BY_DPORT,
  FLOWS_BY_STATE,
  FLOWS_BY_REASON,
  FLOWS_BY_PROTO
} flows_key;

/* Of a key: what its connections come to. Exact. */
typedef struct flows_group {
  const char *key;
  guint64 connections, alive, one_way, evicted, missed; /* missed: connections that somebody missed */
  guint64 packets, bytes, ignored, invalid, dropped;
  gint64 silence_ns;
  gboolean of_moment; /* as they stood at at_ns */
  gint64 at_ns;
} flows_group;
extern const emit_table flows_group_table;

typedef struct flows_groups flows_groups;

/* length: of FLOWS_BY_NET's networks, IPv4's and IPv6's. */
flows_groups *flows_groups_new(flows_key key, const guint8 length[2], const emit_row_context *context);
void flows_groups_free(flows_groups *groups); /* NULL is fine */
void flows_groups_add(flows_groups *groups, const flow_record *record);
/*
 * Puts them in order: the most by a field of flows_group_table first (NULL: connections), of equals by their keys; of
 * these so many (0: all) are handed out then. => the characters of their longest key
 */
guint flows_groups_sort(flows_groups *groups, const emit_field *field, gboolean turned, guint64 top);
/* Hands them out in that order, and forgets them. */
void flows_groups_end(flows_groups *groups, void (*fn)(const flows_group *group, gpointer user), gpointer user);

#endif
