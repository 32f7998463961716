/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine's statistics do not have of a replay, counted frame by frame: packets by protocol and class, frames
 * that were not tracked, what was wrong with frames, and from when to when they are.
 *
 * Life: emit_tally_init; emit_tally_packet for each frame; its fields, and emit_tally_row_get, are there to be read;
 * emit_tally_clear.
 */
#ifndef EMIT_TALLY_H
#define EMIT_TALLY_H

#include <glib.h>

#include "conntrack/engine.h"
#include "journal/history.h"

enum { EMIT_ONE_SIDED_MOST = 65536 };

/* A connection with packets whose verdict rests on one direction alone (one_sided.h). */
typedef struct emit_one_sided_conn {
  guint64 conn;
  guint64 packets[2]; /* INVALID, and still NEW, for that */
  guint64 beyond;     /* packets that were INVALID because they acknowledge what was not seen */
  gboolean waits;     /* for its SYN/ACK: its other side came without one */
  gboolean
    no_syn; /* it was picked up where packets had been refused that its SYN, which is not here, would have let pass */
  gboolean came, refused; /* its other side came after them; something of it had been refused before one of them */
} emit_one_sided_conn;

/* Packets without an entry, of one tuple, whose connection nothing began (journal_sides.unopened). */
typedef struct emit_unopened {
  ct_tuple key;   /* journal_key */
  ct_tuple tuple; /* of the first */
  guint64 packets;
  gboolean both; /* of both directions */
  gboolean syn;  /* their SYN came later, and was refused itself */
} emit_unopened;

typedef struct emit_tally {
  /* That conntrack saw, by protocol number; CT_CLASS_NONE: dropped by it. */
  guint64 packets[256][CT_CLASS_COUNT];
  guint64 not_tracked; /* frames that conntrack never saw */
  guint64 not_tracked_by_reason[CT_REASON_COUNT];
  GHashTable *one_sided_conns; /* emit_one_sided_conn, at most EMIT_ONE_SIDED_MOST; NULL: none */
  GHashTable *unopened;        /* emit_unopened, its own key, as many; NULL: none. Goes to the connection that begins */
  guint64 cut, checksums_bad, checksums_offload, checksums_skipped;
  gint64 first_ns, last_ns; /* capture time; the first is after the last where no frame was counted */
  /* Counted by emit_tally_helped, if that was ever called. */
  gboolean helped_known;
  guint64 helped[CT_REASON_COUNT];
} emit_tally;

/* A protocol by its name, or the others together. */
typedef struct emit_tally_row {
  const char *name;
  guint64 packets[CT_CLASS_COUNT], all;
} emit_tally_row;

void emit_tally_init(emit_tally *tally);
/* Counts one frame; result NULL where the engine was not fed it (kind CT_PACKET_NONE). */
void emit_tally_packet(emit_tally *tally, const ct_packet *packet, const ct_result *result);
/*
 * Of each packet that was refused or dropped: whether the setting that its reason names would have let it pass. Where
 * nobody knows and so nobody calls it, the setting is told of all.
 */
void emit_tally_helped(emit_tally *tally, ct_reason reason, gboolean helped);
/*
 * Counts the frame once more where its verdict rests on one direction alone. view: of its entry; NULL: none. After
 * emit_tally_packet of each frame that the engine was fed.
 */
void emit_tally_sides(emit_tally *tally, const ct_packet *packet, const ct_result *result, const ct_view *view,
                      const journal_sides *sides);
/* Frees what was counted, not the tally. */
void emit_tally_clear(emit_tally *tally);
/* => the i-th protocol of the profile, which may have no packets, or in the last row the others; FALSE past it. */
gboolean emit_tally_row_get(const emit_tally *tally, const ct_profile *profile, guint i, emit_tally_row *row);

#endif
