/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nat hooks: chains asked for mappings, and packets translated by what their connections have (NAT 2). */
#ifndef FIREWALL_WALK_NAT_H
#define FIREWALL_WALK_NAT_H

#include "firewall/walk/firewall_internal.h"

/* Whether packets of a family meet nat hooks there. */
static inline gboolean fw_nat_hooks(const fw_firewall *f, fw_family family, fw_hook hook)
{
  return f->nat_families[family] && hook != FW_HOOK_FORWARD;
}

/* The engine asks this firewall for what is drawn at random. */
void fw_nat_draws(fw_firewall *f, ct_engine *engine);
/* Before a packet: takes note of how it was seen to leave. */
static inline void fw_nat_learn(fw_firewall *f, ct_engine *engine, const fw_arrival *arrival)
{
  f->arrived = arrival->packet;
  f->left = arrival->left;
  if (G_UNLIKELY(f->left != NULL && !f->learns))
    fw_nat_draws(f, engine);
}
/* Finds out which families have nat chains. */
void fw_nat_begin(fw_firewall *f);
void fw_nat_end(fw_firewall *f);
/*
 * Around the confirm hook: what helpers have written into a packet that goes on, and how far sequence numbers had moved
 * before.
 */
typedef struct fw_nat_moved {
  gboolean any;
  ct_seqadj way[2];
} fw_nat_moved;
void fw_nat_before_confirm(fw_firewall *f, const fw_packet *p, fw_nat_moved *moved);
void fw_nat_confirmed(fw_firewall *f, fw_packet *p, const fw_nat_moved *moved, gboolean goes_on);
/* The entry has been confirmed: whether its payloads stay, though a kernel's would not. */
void fw_nat_note_unwritten(fw_firewall *f, const ct_entry *entry);
/*
 * What the nat hooks of a way do to a packet whose connection is mapped already, or that has none: all at once, where
 * its bytes can wait. => FALSE: the hooks have to be asked one by one.
 */
gboolean fw_nat_is_settled(fw_firewall *f, const fw_packet *p);
/* A masqueraded connection whose packets take another way ends (NAT 13). */
gboolean fw_nat_has_moved(fw_firewall *f, const fw_packet *p, const fw_interface_name *out);
/* Then what one of them does. => whether it has done something. */
gboolean fw_nat_settle(fw_firewall *f, fw_packet *p, ct_nat_manip manip);
/*
 * The whole way of a connection's first packet that is forwarded, where nothing but nat chains stand, and its headers
 * are whole and plain. It may have met some of them when the rest has to be walked: what is done is not done again.
 */
typedef enum fw_nat_first_way { FW_NAT_GOES, FW_NAT_DROPPED, FW_NAT_WALKS } fw_nat_first_way;
fw_nat_first_way fw_nat_first(fw_firewall *f, const fw_arrival *a, fw_packet *p, fw_decision *last);
/* => FALSE: dropped; *last says by whom where a chain did. */
gboolean fw_nat_hook(fw_firewall *f, fw_packet *p, fw_hook hook, fw_decision *last);

#endif
