/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP segment as the stages hand it on, and the order of sequence numbers. Internal to proto/tcp*.c. */
#ifndef CT_PROTO_TCP_SEGMENT_H
#define CT_PROTO_TCP_SEGMENT_H

#include "conntrack/engine_internal.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"

/* Sequence space: before and after as the kernel has them; at a distance of exactly 2^31 both are true (spec, head). */
static inline bool ct_seq_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool ct_seq_after(uint32_t a, uint32_t b) { return (int32_t)(b - a) < 0; }

/* One segment, read once. */
typedef struct ct_segment {
  const ct_packet *packet;
  ct_dir dir;
  ct_tcp_index index;
  uint8_t flags; /* CT_TCP_* */
  uint32_t seq, ack;
  uint32_t end;    /* sequence number after the last byte, SYN and FIN counted */
  uint16_t window; /* as it stands in the header */
} ct_segment;

#endif
