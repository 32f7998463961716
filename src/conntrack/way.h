/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a packet does to one entry, whoever keeps it: the engine itself (core.c) or a keeper in its place (keeper.h).
 * The functions stand in the order in which a packet needs them. Looking an entry up, counting it, and putting it into
 * a table is the business of whoever keeps it. Internal to src/conntrack.
 */
#ifndef CT_WAY_H
#define CT_WAY_H

#include "conntrack/engine_internal.h"
#include "conntrack/helper/helping.h"
#include "conntrack/proto/proto.h"

/*
 * The tuple as it stands in the packet: an ICMP answer is looked up by its request's, but is a tuple of its own to the
 * kernel. => tuple or own
 */
static inline const ct_tuple *ct_way_own_tuple(const ct_packet *packet, const ct_tuple *tuple, ct_tuple *own)
{
  if (!(packet->flags & CT_PACKET_ANSWER))
    return tuple;
  ct_tuple_invert(tuple, own);
  return own;
}

/*
 * A GRE version 1 packet carries one call id of two: the other is what a helper has read (spec 2). => true where the
 * packet goes by *keyed, not by the tuple that stands in it.
 */
static inline bool ct_way_gre_key(const ct_engine *engine, const ct_packet *packet, ct_tuple *keyed)
{
  if (!(packet->flags & CT_PACKET_GRE_V1) || !ct_gre_key_any(engine))
    return false;
  *keyed = packet->tuple;
  keyed->src_id = ct_gre_key_find(engine, &packet->tuple);
  return keyed->src_id != packet->tuple.src_id;
}

/* What a new entry begins with; and whoever expected it is met. */
void ct_way_open(ct_engine *engine, ct_entry *entry, const ct_tuple *original, ct_result *result);

/*
 * Has the tracker judge a packet of an entry, known in that direction or new; result gets its class, connection and old
 * state too.
 */
ct_track ct_way_judge(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result);

/* The tracker has accepted it: a new entry gets its id and its helper, and up to 4.18 is met now ... */
void ct_way_begin(ct_engine *engine, ct_entry *entry, const ct_packet *packet, const ct_template *template,
                  ct_result *result);
/* ... and an old one may have been answered. */
static inline void ct_way_note_reply(ct_entry *entry, ct_result *result)
{
  if (result->dir != CT_REPLY || entry->status & CT_STATUS_SEEN_REPLY)
    return;
  entry->status |= CT_STATUS_SEEN_REPLY;
  result->events |= CT_EV_REPLY;
}

/*
 * An ICMP error about a packet of an entry, known in that direction: it changes nothing of the entry. => false where it
 * is not the entry's after all, since it went to the wrong host (spec 1.1).
 */
bool ct_way_relate(const ct_engine *engine, ct_dir dir, const ct_packet *packet, ct_result *result);

/* Whether a helper is shown the packet. */
static inline bool ct_way_is_helped(const ct_engine *engine, const ct_entry *entry, const ct_result *result)
{
  const ct_ext *ext = ct_ext_get(engine, entry);

  return ext != NULL && ext->helper != NULL && (result->cls != CT_CLASS_RELATED || result->dir == CT_ORIGINAL);
}

/* At the confirm hook, where a helper is shown the packet. => false where the helper refuses it; result says so. */
bool ct_way_help(ct_engine *engine, ct_entry *entry, const ct_packet *packet, ct_result *result);

/* The entry is going into its table. */
static inline void ct_way_confirm(ct_entry *entry, const ct_packet *packet)
{
  entry->status |= CT_STATUS_CONFIRMED;
  entry->created_ns = packet->time_ns;
}

#endif
