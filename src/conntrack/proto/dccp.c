/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DCCP, which kernels up to 6.16 tracked. What their tracker refuses is refused (packet_check.c judges the header); its state machine is not
 * modelled: a well-formed packet is tracked as of any other protocol, which doc/fidelity.md names as a known difference.
 */
#include "conntrack/proto.h"

enum { DCCP_HEADER = 12 };

static ct_track dccp_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  /* Too short for a header is not called INVALID but dropped: the one tracker that does so (6.1.192). */
  if (packet->length < packet->l4_offset + (uint32_t)DCCP_HEADER) {
    result->reason = CT_REASON_DCCP_SHORT;
    return CT_TRACK_DROP;
  }
  return ct_proto_generic.packet(engine, entry, dir, packet, result);
}

static ct_timeout dccp_timeout(const ct_entry *entry) { return ct_proto_generic.timeout(entry); }

const ct_proto ct_proto_dccp = { .name = "dccp", .number = CT_PROTO_DCCP, .packet = dccp_packet, .timeout = dccp_timeout };
