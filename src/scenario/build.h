/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a packet of the AST to bytes: build_ip.c the IP header and what surrounds it, build_l4.c and build_sctp.c what
 * it carries. Internal to src/scenario. */
#ifndef SCN_BUILD_H
#define SCN_BUILD_H

#include "scenario/ast.h"

/* The state that earlier packets of a flow leave for this one. */
typedef struct scn_flow_state {
  guint32 isn[2];  /* SCTP: tags */
  guint32 next[2]; /* relative number after the highest sent; TCP */
  gboolean started[2];
} scn_flow_state;

/* A packet that was built: whole, and where its parts begin. */
typedef struct scn_built {
  GByteArray *bytes;
  guint8 family;
  guint l4_offset;    /* behind all headers that are repeated in each fragment, and behind the others too */
  guint fragmentable; /* behind the headers that each fragment repeats */
  guint32 id;         /* of its fragments, unless they say otherwise */
} scn_built;

/*
 * Builds a whole IP packet. quoted is the packet that an ICMP error is about, NULL where there is none. state is read
 * and moved on.
 * => FALSE where it does not fit into an IP packet.
 */
gboolean scn_build_packet(const scn_packet *packet, scn_flow_state *state, const scn_built *quoted, scn_built *out);

/* Layer 4 alone: header and payload into out, the checksum's place left 0. */
void scn_build_tcp(const scn_packet *packet, scn_flow_state *state, GByteArray *out);
void scn_build_icmp(const scn_packet *packet, const scn_built *quoted, GByteArray *out);
void scn_build_sctp(const scn_packet *packet, scn_flow_state *state, GByteArray *out);
void scn_build_gre(const scn_packet *packet, GByteArray *out);
void scn_build_udp(const scn_packet *packet, GByteArray *out);

/* A fragment of a built packet; ip's settings over the packet's own. => FALSE where the range is no part of it. */
gboolean scn_build_fragment(const scn_built *whole, guint32 begin, guint32 end, gint more, const scn_ip *ip,
                            const GByteArray *data, scn_built *out);

/* The attributes that act on bytes that are ready: lying length, patches; the IPv4 header checksum last. */
void scn_build_patch(const scn_ip *ip, GByteArray *bytes); /* the patches alone */
void scn_build_finish(const scn_ip *ip, scn_built *built);

void scn_put_u8(GByteArray *out, guint8 v);
void scn_put_u16(GByteArray *out, guint16 v);
void scn_put_u32(GByteArray *out, guint32 v);
void scn_set_u16(GByteArray *out, guint offset, guint16 v);

/* Internet checksum over bytes, on top of a sum begun before (RFC 1071). */
guint32 scn_sum_add(guint32 sum, const guint8 *data, gsize n);
guint16 scn_sum_fold(guint32 sum);
guint32 scn_crc32c(const guint8 *data, gsize n);

/* Wraps an IP packet into the link's frame; dir says which side sends. */
void scn_link_wrap(const scn_link *link, ct_dir dir, const scn_ip *ip, guint8 family, const GByteArray *packet,
                   GByteArray *frame);

#endif
