/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one message of the kernel carries of an entry, and the pieces that several formats print alike. A ctnetlink
 * dump, a NEW, an UPDATE and a DESTROY differ only in which attributes they carry (spec 4.3); a format prints those it
 * is given. Internal to src/emit.
 */
#ifndef EMIT_PARTS_H
#define EMIT_PARTS_H

#include "conntrack/proto/proto.h"
#include "emit.h"

enum {
  EMIT_PART_TIMEOUT = 1 << 0,
  EMIT_PART_STATE = 1 << 1,
  EMIT_PART_COUNTERS = 1 << 2,
  EMIT_PART_MARK = 1 << 3,
  EMIT_PART_SECMARK = 1 << 4,
  EMIT_PART_START = 1 << 5,
  EMIT_PART_STOP = 1 << 6,
  EMIT_PART_HELPER = 1 << 7,
  EMIT_PART_USE = 1 << 8,
  EMIT_PART_LABELS = 1 << 9
};

/* => EMIT_PART_* that a listing's message carries. */
guint emit_parts_entry(const emit_options *o, const ct_view *view);
/* => EMIT_PART_* that an event's message carries; the event has a view. */
guint emit_parts_event(const emit_options *o, const ct_event *event);

/* The moment a view was taken: what a reader's clock said. */
static inline gint64 emit_view_now_ns(const ct_view *view)
{
  return emit_time_since(view->deadline_ns, view->timeout_ns);
}
/* Whole seconds left, cut as the kernel cuts them, never negative. */
static inline guint64 emit_view_seconds(const ct_view *view)
{
  return view->timeout_ns > 0 ? (guint64)view->timeout_ns / 1000000000u : 0;
}
/* Whole seconds a time falls in, downwards also before 1970. */
static inline gint64 emit_floor_seconds(gint64 ns)
{
  return ns >= 0 ? ns / 1000000000 : -((-(ns + 1)) / 1000000000) - 1;
}
/* What conntrack calls delta-time: both moments cut to seconds before they are subtracted. */
gint64 emit_delta_seconds(const ct_view *view, guint parts);

/* libnetfilter_conntrack's name: "ipv4", "ipv6", "unknown". Static. */
const char *emit_family_name(guint8 family);

/* "src=A dst=B " and the protocol's ids, each followed by one blank, as conntrack prints them. */
void emit_tuple(emit_text *out, const ct_profile *profile, const ct_tuple *tuple);
/* "[ASSURED] ", or what takes its place where a flow is offloaded, or nothing. */
void emit_assured(emit_text *out, guint32 status);
/* The ids alone, as conntrack and /proc both print them; nothing where the protocol has none. */
void emit_tuple_ids(emit_text *out, const ct_profile *profile, const ct_tuple *tuple);

/* The mask with what is always exact filled in: destination address, port and protocol. */
ct_tuple emit_expect_mask(const ct_expect_view *expect);
/* FALSE: it has no timeout (FTP's and TFTP's under linux-2.4); its seconds mean nothing and are not printed. */
static inline gboolean emit_expect_ends(const ct_expect_view *expect) { return expect->deadline_ns != G_MAXINT64; }
/* "PERMANENT,INACTIVE " or nothing. */
void emit_expect_flags(emit_text *out, guint32 bits);

/*
 * Calls put for each label that is printed, with its name: as connlabel.conf has it, and a label without one there is
 * not printed, as conntrack does it; without that file its number. => how many there were.
 */
guint emit_labels(emit_text *out, const emit_options *o, const ct_view *view,
                  void (*put)(emit_text *out, const char *name, guint before));

/* NAT 16: the zone of both directions, 0 where they have none in common; "zone-orig=1 " of one alone. */
guint16 emit_zone(const ct_view *view);
void emit_direction_zone(emit_text *out, const ct_view *view, ct_dir dir);

#endif
