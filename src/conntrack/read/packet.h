/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One IP packet as the engine takes it: plain values, no capture, no file.
 *
 * Life: a decoder fills time_ns, number, data, length, captured, and calls ct_packet_prepare(), which reads
 * the headers once (whole datagrams only: reassembly comes before) and leaves everything the engine needs, so
 * that preparing can run on another thread than tracking and in batches. The bytes at data must live until the engine
 * has seen the packet.
 *
 * captured <= length. Bytes that the snap length cut are read as zeros, as if the packet had been padded.
 */
#ifndef CT_PACKET_H
#define CT_PACKET_H

#include "conntrack/param.h"
#include "conntrack/profile/profile.h"
#include "conntrack/reason.h"
#include "conntrack/tuple.h"

typedef enum ct_packet_kind {
  CT_PACKET_NONE,       /* never reaches conntrack; reason says why; to the engine it is time that passes */
  CT_PACKET_TRACK,      /* look up tuple; reason != NONE: the tracker will refuse it after the lookup */
  CT_PACKET_ICMP_ERROR, /* tuple is the inverse of the embedded packet's; outer_dst the error's destination */
  CT_PACKET_INVALID,    /* INVALID before any lookup; reason says why */
  CT_PACKET_UNTRACKED
} ct_packet_kind;

/* ct_packet.flags */
enum {
  CT_PACKET_ANSWER = 1 << 0,       /* tuple is an ICMP answer's, and has been inverted to the request's */
  CT_PACKET_CUT = 1 << 1,          /* the capture cut it; captured may still equal length where zeros were put back */
  CT_PACKET_GRE_V1 = 1 << 2,       /* src_id (ICMP_ERROR: dst_id) comes from the PPTP key map; hash anew then */
  CT_PACKET_CSUM_BAD = 1 << 3,     /* a checksum was judged wrong (reason is set accordingly) */
  CT_PACKET_CSUM_OFFLOAD = 1 << 4, /* wrong, but as a card would have filled it in: not judged */
  CT_PACKET_CSUM_SKIPPED = 1 << 5, /* could not be judged: bytes are missing */
  CT_PACKET_REASSEMBLED = 1 << 6,
  CT_PACKET_COUNTS_ERROR = 1 << 7 /* INVALID counts as `error`, not `invalid`, in the statistics (spec 7.6) */
};

enum { CT_TCP_FIN = 1, CT_TCP_SYN = 2, CT_TCP_RST = 4, CT_TCP_PSH = 8, CT_TCP_ACK = 16, CT_TCP_URG = 32 };

/* What the options of a TCP header can matter for; decided once, so that the common segment never looks at them. */
typedef enum ct_tcp_options {
  CT_TCP_OPTIONS_NONE,      /* header of 20 bytes */
  CT_TCP_OPTIONS_TIMESTAMP, /* exactly NOP NOP timestamp, 12 bytes */
  CT_TCP_OPTIONS_OTHER      /* at data + l4_offset + 20; ct_packet.l4.tcp.holds and scale say what matters of them */
} ct_tcp_options;

/* l4.tcp.holds */
enum { CT_TCP_HOLDS_SCALE = 1, CT_TCP_HOLDS_SACK_PERM = 2, CT_TCP_HOLDS_SACK = 4 };

typedef struct ct_packet {
  int64_t time_ns;     /* the packet's own timestamp; any origin, the same for all packets of an engine */
  uint64_t number;     /* the frame's number in the stream, from 1 */
  const uint8_t *data; /* the IP header */
  uint32_t length;     /* bytes of the packet on the wire, link padding trimmed off; once reassembled, the datagram's */
  uint32_t captured;   /* of these, how many are at data */
  ct_tuple tuple;      /* as looked up */
  uint32_t hash;       /* ct_tuple_hash(&tuple) */
  uint16_t l4_offset;  /* from data */
  uint8_t kind;        /* ct_packet_kind */
  uint8_t flags;
  uint16_t reason; /* ct_reason */
  uint16_t pad;
  union {
    struct {
      uint32_t seq, ack;
      uint32_t payload_bytes;
      uint16_t window;
      uint8_t flags; /* the six of CT_TCP_* only: ECE, CWR and AE never matter */
      uint8_t header_bytes;
      uint8_t options; /* ct_tcp_options */
      uint8_t
        holds; /* CT_TCP_HOLDS_*: read here, so that who tracks need not fetch the packet's bytes from another core */
      uint8_t scale; /* the window scale option's, at most 14 */
    } tcp;
    struct {
      ct_addr outer_dst; /* CT_PACKET_ICMP_ERROR */
    } icmp;
  } l4;
  uint8_t rest[16]; /* up to two cache lines: in an array that begins on one, none is shared with a neighbour */
} ct_packet;

_Static_assert(sizeof(ct_packet) == 128, "a packet is two cache lines");

/*
 * How a reassembled datagram came: it leaves a router in such pieces again (NAT 7). Offsets are those of its payload
 * behind the IP header, or IPv6's headers before the fragment header.
 */
typedef struct ct_pieces {
  uint32_t largest_bytes; /* of the fragments, each with its IP header */
  uint8_t keeps_df;       /* IPv4: the largest had DF */
  uint32_t n;
  uint32_t ends[]; /* where the first, the second, ... ends */
} ct_pieces;

/* Of a packet as its decoder gave it, not of a copy: they stand behind its bytes. => NULL: it came whole. */
static inline const ct_pieces *ct_packet_pieces(const ct_packet *packet)
{
  return packet->flags & CT_PACKET_REASSEMBLED
           ? (const ct_pieces *)(const void *)(packet->data + (((size_t)packet->length + 7) & ~(size_t)7))
           : NULL;
}

/* The packet's own protocol: the tuple of an ICMP error is that of the packet inside. */
static inline uint8_t ct_packet_proto(const ct_packet *packet)
{
  if (packet->kind != CT_PACKET_ICMP_ERROR)
    return packet->tuple.proto;
  return packet->tuple.family == CT_IPV4 ? CT_PROTO_ICMP : CT_PROTO_ICMPV6;
}

/* Whether l4.tcp says what its header holds. */
static inline bool ct_packet_has_tcp(const ct_packet *packet)
{
  return packet->kind == CT_PACKET_TRACK && packet->tuple.proto == CT_PROTO_TCP &&
         packet->reason != CT_REASON_TCP_SHORT;
}

typedef enum ct_checksums {
  CT_CHECKSUMS_AUTO,   /* verify, but do not call wrong what looks like offload or is cut */
  CT_CHECKSUMS_VERIFY, /* the kernel's way: every wrong sum counts (a cut packet cannot be judged) */
  CT_CHECKSUMS_IGNORE  /* judge none */
} ct_checksums;

/*
 * => n bytes at offset: in place, or in scratch with zeros for what the capture cut; NULL where the packet has no such
 * bytes (skb_header_pointer). scratch holds n bytes. Every look at a packet that may be cut goes through here.
 */
static inline const uint8_t *ct_packet_at(const ct_packet *packet, uint32_t offset, uint32_t n, uint8_t *scratch)
{
  uint32_t i;

  if ((uint64_t)offset + n <= packet->captured)
    return packet->data + offset;
  if ((uint64_t)offset + n > packet->length)
    return NULL;
  for (i = 0; i < n; i++)
    /* What was captured has data: NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    scratch[i] = offset + i < packet->captured ? packet->data[offset + i] : 0;
  return scratch;
}

static inline uint16_t ct_be16(const uint8_t *bytes) { return (uint16_t)(bytes[0] << 8 | bytes[1]); }
static inline uint32_t ct_be32(const uint8_t *bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/*
 * Fills kind, flags, reason, tuple, hash, l4_offset and l4 from the bytes. data points to a whole IPv4 or IPv6 packet
 * whose IP header was found sane by the IP layer (version, lengths, header checksum); flags may already hold
 * CT_PACKET_REASSEMBLED and CT_PACKET_CUT, which are kept. Of params it takes nf_conntrack_checksum and the profile
 * (which protocols have trackers). Pure: no state but its arguments. Reads no byte beyond data + captured. Rules: spec
 * 1, 1.1, 2.
 *
 * What each kind leaves:
 *   TRACK       tuple, hash; reason where the tracker will refuse it after the lookup; l4.tcp where the header is whole
 *   ICMP_ERROR  tuple (the embedded packet's, inverted), hash, l4.icmp.outer_dst
 *   INVALID     reason; the addresses and protocol in tuple, for messages only
 *   UNTRACKED   as INVALID, dst_id holding ICMPv6 type and code
 */
void ct_packet_prepare(ct_packet *packet, ct_checksums checksums, const ct_params *params);

#endif
