/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

#include <string.h>

#include "conntrack/proto/proto.h"

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static void addresses(const ct_packet *packet, emit_wire *wire)
{
  const uint8_t *p = packet->data;

  if (p[0] >> 4 == 4 && packet->captured >= 20) {
    wire->family = CT_IPV4;
    memcpy(wire->src.bytes, p + 12, 4);
    memcpy(wire->dst.bytes, p + 16, 4);
    wire->proto = p[9];
    wire->has_proto = true;
  } else if (p[0] >> 4 == 6 && packet->captured >= 40) {
    wire->family = CT_IPV6;
    memcpy(wire->src.bytes, p + 8, 16);
    memcpy(wire->dst.bytes, p + 24, 16);
    /* Behind extension headers only who walked them knows the protocol. */
    wire->has_proto = packet->l4_offset != 0;
    wire->proto = ct_packet_proto(packet);
  }
}

void emit_wire_read(const ct_packet *packet, const ct_profile *profile, emit_wire *wire)
{
  const ct_proto *known;
  const uint8_t *l4;
  uint32_t left;

  memset(wire, 0, sizeof(*wire));
  if (packet->data == NULL || packet->captured == 0 ||
      (packet->kind == CT_PACKET_NONE && ct_reason_is_of_link((ct_reason)packet->reason)))
    return;
  addresses(packet, wire);
  if (wire->family == 0 || !wire->has_proto || packet->l4_offset == 0 || packet->l4_offset >= packet->captured)
    return;
  l4 = packet->data + packet->l4_offset;
  left = packet->captured - packet->l4_offset;
  known = ct_proto_known(profile, wire->proto);
  if (known == NULL)
    return;
  if (known->shows & CT_SHOWS_WINDOWS) { /* TCP, then: its flags */
    wire->has_tcp = left >= 14;
    wire->tcp_flags = left >= 14 ? l4[13] : 0;
  }
  if (known->ids == CT_IDS_PORTS) {
    wire->has_ports = left >= 4;
    wire->sport = left >= 4 ? be16(l4) : 0;
    wire->dport = left >= 4 ? be16(l4 + 2) : 0;
  } else if (known->ids == CT_IDS_ICMP) {
    wire->has_icmp = left >= 2;
    wire->icmp_type = left >= 2 ? l4[0] : 0;
    wire->icmp_code = left >= 2 ? l4[1] : 0;
    wire->icmp_id = left >= 6 ? be16(l4 + 4) : 0;
  }
}

const char *emit_tcp_flags(uint8_t flags, char *text)
{
  static const char letters[] = "FSRP.UEW";
  char *p = text;
  unsigned i;

  for (i = 0; i < 8; i++)
    if (flags & 1u << i)
      *p++ = letters[i];
  *p = '\0';
  return p == text ? "none" : text;
}
