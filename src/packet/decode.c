/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/packet.h"

#include <string.h>

#include "packet/arena.h"
#include "packet/common.c" /* on purpose: NOLINT(bugprone-suspicious-include) */
#include "packet/defrag.h"
#include "packet/ip.h"
#include "packet/link.h"

enum {
  IPV4_FRAGMENT = 0x3fff, /* more fragments, or an offset */
  PAD_LARGEST = 65575     /* no more than an IPv6 packet can have: jumbograms may claim gigabytes */
};

struct pkt_decoder {
  ct_params params;
  ct_checksums checksums;
  gboolean verify_l3, verify_l4; /* whether sums are judged at all */
  gint64 now_ns;
  defrag_table defrag4, defrag6;
};

static void begin(pkt_decoder *decoder)
{
  const ct_params *params = &decoder->params;

  decoder->now_ns = G_MININT64;
  defrag_table_init(&decoder->defrag4, params->ipfrag_high_thresh, params->ipfrag_time_s,
                    params->profile->fragment_overlap);
  defrag_table_init(&decoder->defrag6, params->frag6_high_thresh, params->frag6_timeout,
                    params->profile->fragment_overlap == CT_FRAGMENTS_SPARE_REPEATED ? CT_FRAGMENTS_SPARE_REPEATED
                                                                                     : CT_FRAGMENTS_DISCARDED);
}

pkt_decoder *pkt_decoder_new(const ct_params *params, ct_checksums checksums)
{
  pkt_decoder *decoder = g_new0(pkt_decoder, 1);

  decoder->params = *params;
  decoder->checksums = checksums;
  decoder->verify_l3 = checksums != CT_CHECKSUMS_IGNORE;
  decoder->verify_l4 = checksums != CT_CHECKSUMS_IGNORE && params->checksum != 0;
  begin(decoder);
  return decoder;
}

void pkt_decoder_resume(pkt_decoder *decoder, gint64 now_ns)
{
  defrag_table_forget(&decoder->defrag4);
  defrag_table_forget(&decoder->defrag6);
  decoder->now_ns = now_ns;
}

gint64 pkt_decoder_now(const pkt_decoder *decoder) { return decoder->now_ns; }

void pkt_decoder_free(pkt_decoder *decoder)
{
  if (decoder == NULL)
    return;
  defrag_table_clear(&decoder->defrag4);
  defrag_table_clear(&decoder->defrag6);
  g_free(decoder);
}

guint64 pkt_decoder_fragment_bytes(const pkt_decoder *decoder)
{
  return decoder->defrag4.charged_bytes + decoder->defrag6.charged_bytes;
}

guint pkt_decoder_fragment_queues(const pkt_decoder *decoder)
{
  return g_hash_table_size(decoder->defrag4.queues) + g_hash_table_size(decoder->defrag6.queues);
}

void pkt_decoder_keep(pkt_decoder *decoder, resume_io *io)
{
  resume_i64(io, &decoder->now_ns);
  defrag_table_keep(&decoder->defrag4, CT_IPV4, decoder->now_ns, io);
  defrag_table_keep(&decoder->defrag6, CT_IPV6, decoder->now_ns, io);
}

/* conntrack never sees it. */
static void packet_refuse(ct_packet *packet, ct_reason reason)
{
  packet->kind = CT_PACKET_NONE;
  packet->reason = (guint16)reason;
  packet->hash = 0;
  packet->l4_offset = 0;
  packet->pad = 0;
  memset(&packet->tuple, 0, sizeof(packet->tuple));
  memset(&packet->l4, 0, sizeof(packet->l4));
}

/*
 * Zeros for the bytes that the snap length cut and the trackers look at: TCP's options, and all of an SCTP packet,
 * whose chunks may be anywhere. Nothing else is read behind the layer-4 header but payloads, and a cut payload is not
 * to be guessed.
 */
static void packet_pad(ct_packet *packet, pkt_arena *arena)
{
  guint32 needed = 0;
  guint8 *padded;

  if (packet->kind != CT_PACKET_TRACK)
    return;
  if (packet->tuple.proto == CT_PROTO_TCP)
    needed = packet->l4_offset + packet->l4.tcp.header_bytes;
  else if (packet->tuple.proto == CT_PROTO_SCTP)
    needed = MIN(packet->length, PAD_LARGEST);
  if (needed <= packet->captured)
    return;
  padded = pkt_arena_take(arena, needed);
  memcpy(padded, packet->data, packet->captured);
  memset(padded + packet->captured, 0, needed - packet->captured);
  packet->data = padded;
  packet->captured = needed;
}

static inline void clock_set(pkt_decoder *decoder, gint64 ts_ns)
{
  if (G_UNLIKELY(ts_ns <= decoder->now_ns))
    return;
  decoder->now_ns = ts_ns;
  if (G_UNLIKELY(decoder->defrag4.oldest != NULL || decoder->defrag6.oldest != NULL)) {
    defrag_table_expire(&decoder->defrag4, ts_ns);
    defrag_table_expire(&decoder->defrag6, ts_ns);
  }
}

/* The IP layer's checks and reassembly. */
static ct_reason ip_input(pkt_decoder *decoder, guint8 family, pkt_arena *arena, ct_packet *packet)
{
  guint8 scratch[2];
  ct_reason reason;

  if (family == CT_IPV4) {
    reason = pkt_ipv4_check(packet, decoder->checksums);
    if (reason == CT_REASON_NONE && ct_be16(ct_packet_at(packet, 6, 2, scratch)) & IPV4_FRAGMENT)
      reason = defrag_ipv4(&decoder->defrag4, decoder->params.ipfrag_max_dist, decoder->now_ns, arena, packet);
    return reason;
  }
  reason = pkt_ipv6_check(packet);
  if (reason == CT_REASON_NONE && decoder->params.profile->ip_conntrack)
    return CT_REASON_NOT_IPV4;
  return reason == CT_REASON_NONE ? defrag_ipv6(&decoder->defrag6, decoder->now_ns, arena, packet) : reason;
}

/* packet holds time, number and bytes as they came. */
static void ip_decode(pkt_decoder *decoder, guint8 family, pkt_arena *arena, ct_packet *packet)
{
  ct_reason reason;
  guint8 flags;

  clock_set(decoder, packet->time_ns);
  packet->flags = 0;
  reason = ip_input(decoder, family, arena, packet);
  if (reason != CT_REASON_NONE) {
    if (packet->captured < packet->length)
      packet->flags |= CT_PACKET_CUT;
    packet_refuse(packet, reason);
    return;
  }
  flags = packet->flags & (CT_PACKET_CSUM_OFFLOAD | CT_PACKET_CSUM_SKIPPED);
  ct_packet_prepare(packet, decoder->checksums, &decoder->params);
  packet->flags |= flags;
  if (G_UNLIKELY(packet->captured < packet->length))
    packet_pad(packet, arena);
}

void pkt_decode_ip(pkt_decoder *decoder, gint64 ts_ns, guint64 number, guint8 family, const guint8 *data,
                   guint32 captured, guint32 wire, pkt_arena *arena, ct_packet *packet)
{
  packet->time_ns = ts_ns;
  packet->number = number;
  packet->data = data;
  packet->length = wire;
  packet->captured = MIN(captured, wire);
  ip_decode(decoder, family, arena, packet);
}

/* Apart, so that the common frame does not pay for what this one needs of the stack. */
static __attribute__((noinline)) void decode_uncommon(pkt_decoder *decoder, const cap_frame *frame, guint64 number,
                                                      pkt_arena *arena, ct_packet *packet, pkt_link_info *info)
{
  pkt_link link;
  ct_reason reason;
  guint32 wire;

  reason = pkt_link_decode(frame, &link);
  wire = MAX(frame->wire, frame->captured);
  if (info != NULL) {
    info->direction = link.direction;
    info->cooked_ifindex = link.ifindex;
    info->l3_offset = reason == CT_REASON_NONE ? (guint16)MIN(link.at, G_MAXUINT16) : 0;
    info->layers = link.layers;
    info->vlan = link.vlan & 0xffffff;
  }
  packet->time_ns = frame->ts_ns;
  packet->number = number;
  if (reason == CT_REASON_NONE) {
    wire -= link.at;
    wire -= MIN(wire, link.tail);
    packet->data = frame->data + link.at;
    packet->length = wire;
    packet->captured = MIN(frame->captured - link.at, wire);
    ip_decode(decoder, link.family, arena, packet);
    return;
  }
  clock_set(decoder, frame->ts_ns);
  packet->data = frame->data;
  packet->length = wire;
  packet->captured = frame->captured;
  packet->flags = frame->captured < wire ? CT_PACKET_CUT : 0;
  packet_refuse(packet, reason);
}

void pkt_decode(pkt_decoder *decoder, const cap_frame *frame, guint64 number, pkt_arena *arena, ct_packet *packet,
                pkt_link_info *info)
{
  if (G_UNLIKELY(!common_decode(frame, number, decoder->verify_l3, decoder->verify_l4, packet))) {
    decode_uncommon(decoder, frame, number, arena, packet, info);
    return;
  }
  clock_set(decoder, frame->ts_ns);
  if (info != NULL)
    *info = (pkt_link_info){ .direction = frame->direction, .l3_offset = PKT_COMMON_L3_OFFSET };
}
