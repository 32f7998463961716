/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way back from bytes to AST (unbuild.c, unbuild_sctp.c); notation.h leads on from there. Internal to src/scenario.
 */
#ifndef SCN_UNBUILD_H
#define SCN_UNBUILD_H

#include "scenario/build.h"

/* An IP packet of which `captured` bytes are known and which had `length` on the wire. */
typedef struct scn_bytes {
  const guint8 *data;
  guint captured, length;
  guint8 family;
} scn_bytes;

/* The tuple by which a packet's flow is found; ids as in ct_tuple where the protocol has ports or an identifier, else
 * 0. */
gboolean scn_unbuild_tuple(const scn_bytes *bytes, ct_tuple *tuple);

/*
 * The packet of a flow in the direction dir, so that scn_build_packet makes the bytes again; *state is moved on as the
 * builder would.
 * => NULL where the language has no words for it: the caller shows it raw.
 */
scn_packet *scn_unbuild_packet(const scn_bytes *bytes, const scn_flow *flow, ct_dir dir, scn_flow_state *state);

/* SCTP's chunks. => FALSE where they are not whole. */
gboolean scn_unbuild_sctp(const guint8 *l4, guint n, const scn_flow_state *state, ct_dir dir, scn_sctp *sctp);

#endif
