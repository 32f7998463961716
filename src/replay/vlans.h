/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does one flow live on two VLANs? A kernel whose zones follow its VLANs has a connection for each; here all is one
 * zone. Internal to src/replay.
 */
#ifndef REPLAY_VLANS_H
#define REPLAY_VLANS_H

#include "replay.h"

enum { REPLAY_VLAN_FLOWS = 1024 }; /* by the upper 10 bits of a hash */

/* All zero at first. */
typedef struct replay_vlans {
  struct {
    guint32 flow, vlan; /* vlan 0: free */
  } flows[REPLAY_VLAN_FLOWS];
  guint32 shared[2]; /* the first two VLANs that a flow was seen on */
  guint n_shared;    /* packets that changed the VLAN of their flow */
} replay_vlans;

/* One packet of a VLAN, as pkt_link_info has it. */
void replay_vlans_packet(replay_vlans *vlans, const ct_packet *packet, guint32 vlan);

/* => what there is to say, to be freed; NULL: nothing. */
char *replay_vlans_remark(const replay_vlans *vlans);

#endif
