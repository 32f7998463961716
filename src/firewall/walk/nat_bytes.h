/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet whose bytes are changed: it gets a copy that is the firewall's own, and is read anew. What waits to be
 * written is written by fw_firewall_write (firewall_internal.h).
 */
#ifndef FIREWALL_WALK_NAT_BYTES_H
#define FIREWALL_WALK_NAT_BYTES_H

#include "firewall/walk/firewall_internal.h"
#include "firewall/walk/quick.h"

/* Rules that write into packets do it through the firewall, from here on. To be ended with the other. */
void fw_nat_bytes_begin(fw_firewall *f);
void fw_nat_bytes_end(fw_firewall *f);
/* => the packet's bytes, which may be changed now. What waited is in them. */
guint8 *fw_nat_own_bytes(fw_firewall *f, fw_packet *p);
/* Behind a change of the bytes: what rules see of addresses and ports is read from them again. */
void fw_nat_read_again(const fw_program *program, fw_packet *p);
/* Where what rules see was changed otherwise. */
static inline void fw_nat_note_reading(const fw_program *program, fw_packet *p)
{
  p->translated = TRUE;
  p->readings++;
  if (program->asks_types)
    fw_quick_know_types(program, p);
}

/* The payload of TCP or UDP becomes another, with its lengths and sums. */
void fw_nat_put_payload(fw_firewall *f, fw_packet *p, const guint8 *payload, gsize n);

#endif
