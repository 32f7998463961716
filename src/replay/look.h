/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look at how a capture was taken, over its first packets: does it show each packet twice (in and out of a router;
 * with another address: copies.h), the same flow on two VLANs (vlans.h), only one side of the conversations? A person
 * who replays such a capture ought to know before believing the answer. Internal to src/replay.
 */
#ifndef REPLAY_LOOK_H
#define REPLAY_LOOK_H

#include "replay.h"

enum { REPLAY_LOOK_PACKETS = 20000 };

typedef struct replay_look replay_look;

replay_look *replay_look_new(void);
void replay_look_free(replay_look *look); /* NULL is fine */

/* One packet. To be called for the first REPLAY_LOOK_PACKETS. */
void replay_look_packet(replay_look *look, const ct_packet *packet, const pkt_link_info *link, guint interface,
                        const char *name);

/* How many packets the captures say that they missed. To be called before the first remark is asked for. */
void replay_look_dropped(replay_look *look, guint64 dropped);

/* VLANs have zones of their own: no remark tells of that. */
void replay_look_zoned(replay_look *look);
/* Rules have a say on the packets: what they would do to unanswered SYNs is seen. Before the first remark. */
void replay_look_ruled(replay_look *look);

/* What rules have made of addresses. Before the first remark. */
void replay_look_translated(replay_look *look, replay_translation translation);

/* Copies were found and tracked once: that is told, and no more advice about them. Before the first remark. */
void replay_look_paired(replay_look *look, const replay_pairs_figures *figures);

/* Remarks in a few words, each a sentence with advice; NULL past the last. Owned by the look. */
const char *replay_look_remark(replay_look *look, guint i);

#endif
