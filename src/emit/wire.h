/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a packet's own headers say, for people: the engine's tuple is what is looked up, which for ICMP answers and
 * errors is not what stands in the packet. Reads no byte that was not captured. Internal to src/emit.
 */
#ifndef EMIT_WIRE_H
#define EMIT_WIRE_H

#include "conntrack/read/packet.h"

typedef struct emit_wire {
  uint8_t family; /* 0: no IP header to speak of */
  uint8_t proto;
  bool has_proto; /* proto is known */
  bool has_ports, has_icmp, has_tcp;
  ct_addr src, dst;
  uint16_t sport, dport;
  uint8_t icmp_type, icmp_code;
  uint16_t icmp_id;
  uint8_t tcp_flags; /* the header's byte, ECE and CWR included */
} emit_wire;

/* profile: whose protocols there are beside those of the list. */
void emit_wire_read(const ct_packet *packet, const ct_profile *profile, emit_wire *wire);

/* "S.", "FP.", ... as tcpdump spells TCP flags, "none" where there are none. => text, which holds at least 10 bytes. */
const char *emit_tcp_flags(uint8_t flags, char *text);

#endif
