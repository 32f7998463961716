/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firewall did, as JSON: the walk for people's programs, and the members of a referee's transcript. */
#ifndef FIREWALL_WALK_TELL_H
#define FIREWALL_WALK_TELL_H

#include "firewall/walk/firewall.h"

/* Interfaces that a transcript calls by another name: its sides. NULL stands for no such names. */
typedef struct fw_sides {
  const char *lan_name, *wan_name; /* interfaces */
  const guint8 *sent; /* of a datagram in fragments: the one that completed it, an IP packet; NULL: not known */
  guint32 n_sent;
} fw_sides;

/* [{"table":...,"chain":...,"kind":"rule","number":4,"verdict":"accept",...},...]: of the last packet. */
void fw_tell_walk(GString *out, const fw_firewall *firewall);
/* ,"side":...,"fate":...: all that the rules add to a transcript's line, each member with a comma before it. */
void fw_tell_transcript(GString *out, const fw_firewall *firewall, const fw_sides *sides, const ct_packet *packet);
/* {"iptables":["*filter",...],"nft":[...]}: rules and policies as iptables-save -c and nft list ruleset have them. */
void fw_tell_counters(GString *out, fw_firewall *firewall);
/* Those of iptables as text: a family's tables. */
void fw_tell_save(GString *out, fw_firewall *firewall, fw_family family);
/* The same of the table of that name alone; NULL: of all. */
void fw_tell_save_table(GString *out, fw_firewall *firewall, fw_family family, const char *table);

/* Tables of nftables as nft list ruleset prints them, with their counters. */
void fw_tell_nft(GString *out, fw_firewall *firewall);
/*
 * JSON: addresses, ports or id of the last packet as it left, which was translated, and the rules by which its
 * connection is, where this packet met them: {"src":"203.0.113.1","dst":...,"source_rule":"nat:POSTROUTING:rule:1"}.
 */
void fw_tell_leaves(GString *out, const fw_firewall *firewall);

#endif
