/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way back: bytes to AST (unbuild.c, unbuild_sctp.c), AST to notation (print.c). Internal to src/scenario. */
#ifndef SCN_UNBUILD_H
#define SCN_UNBUILD_H

#include "build.h"

/* An IP packet of which `captured` bytes are known and which had `length` on the wire. */
typedef struct scn_bytes {
  const guint8 *data;
  guint captured, length;
  guint8 family;
} scn_bytes;

/* What decides about a packet's flow; ids as in ct_tuple where the protocol has ports or an identifier, else 0. */
gboolean scn_unbuild_tuple(const scn_bytes *bytes, ct_tuple *tuple);

/*
 * The packet of a flow in the direction dir, so that scn_build_packet makes the bytes again; *state is moved on as the
 * builder would.
 * => NULL where the language has no words for it: the caller shows it raw.
 */
scn_packet *scn_unbuild_packet(const scn_bytes *bytes, const scn_flow *flow, ct_dir dir, scn_flow_state *state);

/* SCTP's chunks. => FALSE where they are not whole. */
gboolean scn_unbuild_sctp(const guint8 *l4, guint n, const scn_flow_state *state, ct_dir dir, scn_sctp *sctp);

/* The packet in notation, from the direction on; bytes stands for cut payloads. */
void scn_print_packet(GString *out, const scn_packet *packet);
void scn_print_flow(GString *out, const scn_flow *flow);
void scn_print_addr(GString *out, guint8 family, const ct_addr *addr, gboolean brackets);
/* Seconds with as many decimals as it takes. */
void scn_print_seconds(GString *out, gint64 ns);
void scn_print_hex(GString *out, const guint8 *data, gsize n);
/* cap_direction; nothing where it is not known. */
void scn_print_direction(GString *out, guint8 direction);
void scn_print_link(GString *out, const scn_link *link);

#endif
