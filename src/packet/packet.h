/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a frame to a packet that the engine takes: link layers stripped, the IP layer's own checks made, fragments
 * reassembled by the kernel's limits, headers read (ct_packet_prepare). Spec 0.1, 0.2, 1, 9. Knows frames but no files.
 */
#ifndef PKT_PACKET_H
#define PKT_PACKET_H

#include "capture/capture.h"
#include "conntrack/read/packet.h"
#include "conntrack/param.h"
#include "resume/io.h"

typedef struct pkt_decoder pkt_decoder;

/*
 * Memory for bytes that a batch of packets needs beyond its frames (reassembled datagrams, packets padded to their
 * claimed length). Reset with the batch; never shrinks within it, so pointers stay true.
 */
typedef struct pkt_arena pkt_arena;
pkt_arena *pkt_arena_new(void);
void pkt_arena_free(pkt_arena *arena);
void pkt_arena_reset(pkt_arena *arena);
gsize pkt_arena_bytes(const pkt_arena *arena); /* of memory that it holds */

/* The link layers' own words about a frame, beside the packet itself. */
typedef struct pkt_link_info {
  guint16 direction;      /* cap_direction; cooked headers and pcapng know it */
  guint32 cooked_ifindex; /* Linux cooked v2; 0 unknown */
  guint16 l3_offset;      /* of the IP header in the frame; 0 where there is none */
  guint16 layers;         /* how many VLAN, MPLS, PPPoE layers were stripped */
  guint32 vlan;           /* VLAN id; 0 none; the outer of two times 4096 plus the inner */
} pkt_link_info;

/* TRUE where frames of this DLT can be decoded. */
gboolean pkt_link_supported(guint link);
/*
 * What to say after "link type": "EN10MB (Ethernet)", "USB_LINUX_MMAPPED (189, USB with padded Linux header)", "54321".
 * Static or valid until the next call.
 */
const char *pkt_link_name(guint link);

/* params gives fragment limits and nf_conntrack_checksum; copied. */
pkt_decoder *pkt_decoder_new(const ct_params *params, ct_checksums checksums);
void pkt_decoder_free(pkt_decoder *decoder);

/*
 * Decodes one frame. number goes into the packet. The decoder's clock follows the frames' timestamps and never goes
 * back. Always fills *packet; kind CT_PACKET_NONE with a reason where conntrack never sees it. info may be NULL.
 */
void pkt_decode(pkt_decoder *decoder, const cap_frame *frame, guint64 number, pkt_arena *arena, ct_packet *packet,
                pkt_link_info *info);

/*
 * The same from an IP packet that is already stripped. Link decoding leads here, and tests call it.
 * family is the link layer's word (CT_IPV4, CT_IPV6); captured and wire count from the IP header.
 */
void pkt_decode_ip(pkt_decoder *decoder, gint64 ts_ns, guint64 number, guint8 family, const guint8 *data,
                   guint32 captured, guint32 wire, pkt_arena *arena, ct_packet *packet);

/*
 * What a decoder that begins in the middle of a stream has to know: the time of those before, where no fragments wait
 * (pkt_decoder_fragment_queues). What waited in it is forgotten.
 */
void pkt_decoder_resume(pkt_decoder *decoder, gint64 now_ns);
gint64 pkt_decoder_now(const pkt_decoder *decoder); /* G_MININT64 before the first frame */

/* Bytes held in fragment queues now, and how many queues; for figures and bounds. */
guint64 pkt_decoder_fragment_bytes(const pkt_decoder *decoder);
guint pkt_decoder_fragment_queues(const pkt_decoder *decoder);

/* Its clock and the fragments that wait, as bytes, or from them into a new decoder of the same parameters. */
void pkt_decoder_keep(pkt_decoder *decoder, resume_io *io);

#endif
