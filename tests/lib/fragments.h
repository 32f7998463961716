/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fragments of datagrams whose every byte is known, sent to a decoder of the test's own. */
#ifndef TESTS_FRAGMENTS_H
#define TESTS_FRAGMENTS_H

#include <string.h>

#include "packet/packet.h"
#include "packet_kit.h"
#include "unit.h"

#define SECOND G_GINT64_CONSTANT(1000000000)

/* What a fragment is to lead to, for both families where one is enough. */
#define HELD CT_REASON_FRAGMENT_HELD
#define WHOLE CT_REASON_NONE
#define DUPLICATE CT_REASON_FRAGMENT_DUPLICATE
#define OVERLAP CT_REASON_FRAGMENT_OVERLAP
#define END CT_REASON_FRAGMENT_END
#define EMPTY CT_REASON_FRAGMENT_EMPTY

static pkt_decoder *decoder;
static pkt_arena *arena;
static gint64 now_ns;
static kit_bytes fragment_bytes;

/* Everything about a fragment that the scripts vary. */
typedef struct fragment {
  guint offset, length;
  gboolean more;
  guint id;
  guint8 ecn, source, proto;
  guint cut; /* bytes that the snap length took */
} fragment;

static inline void setup(void)
{
  decoder = pkt_decoder_new(kit_params(FALSE), CT_CHECKSUMS_VERIFY);
  arena = pkt_arena_new();
  now_ns = 1000 * SECOND;
}

static inline void teardown(void)
{
  pkt_decoder_free(decoder);
  pkt_arena_free(arena);
}

static inline void decoder_replace(const ct_params *params)
{
  pkt_decoder_free(decoder);
  decoder = pkt_decoder_new(params, CT_CHECKSUMS_VERIFY);
}

/* The datagram's byte at an offset: fragments that agree about it make one datagram. Its start serves as UDP header. */
static inline guint8 pattern(guint offset)
{
  return offset == 4 ? 0 : offset == 5 ? 8 : offset == 6 || offset == 7 ? 0 : (guint8)(offset * 7 + (offset >> 8));
}

static inline void fragment_build(kit_bytes *b, gboolean ipv6, const fragment *f)
{
  guint i;

  if (ipv6) {
    kit_ipv6(b, 44);
    b->at[1] = (guint8)(f->ecn << 4);
    b->at[23] = (guint8)(1 + f->source);
    kit_add16(b, f->proto << 8);
    kit_add16(b, f->offset | f->more);
    kit_add32(b, f->id);
  } else {
    kit_ipv4(b, f->proto);
    b->at[1] = f->ecn;
    b->at[15] = (guint8)(1 + f->source);
    kit_set16(b, 4, f->id);
    kit_set16(b, 6, (f->more ? 0x2000 : 0) | f->offset / 8);
  }
  for (i = 0; i < f->length; i++)
    kit_fill(b, pattern(f->offset + i), 1);
  kit_finish(b);
}

static inline ct_packet send_bytes(const kit_bytes *b, guint cut)
{
  ct_packet p;

  memset(&p, 0xa5, sizeof(p));
  pkt_decode_ip(decoder, now_ns, 1, b->at[0] >> 4 == 6 ? CT_IPV6 : CT_IPV4, b->at, b->n - cut, b->n, arena, &p);
  return p;
}

static inline ct_packet send_fragment(gboolean ipv6, fragment f)
{
  if (f.proto == 0)
    f.proto = CT_PROTO_UDP;
  fragment_build(&fragment_bytes, ipv6, &f);
  return send_bytes(&fragment_bytes, f.cut);
}

static inline void expect(const ct_packet *p, ct_reason reason, const char *what)
{
  ck_assert_msg(p->reason == reason, "%s: %s, expected %s", what, ct_reason_word(p->reason), ct_reason_word(reason));
  ck_assert_int_eq(p->kind == CT_PACKET_NONE, reason != WHOLE);
}

/* The datagram is payload bytes of the pattern under a sane header. */
static inline void expect_whole(const ct_packet *p, gboolean ipv6, guint payload)
{
  guint header = ipv6 ? 40 : 20, i;
  kit_bytes again;

  expect(p, WHOLE, "whole");
  ck_assert_int_eq(p->kind, CT_PACKET_TRACK);
  ck_assert(p->flags & CT_PACKET_REASSEMBLED);
  ck_assert_uint_eq(p->length, header + payload);
  ck_assert_uint_eq(p->captured, header + payload);
  ck_assert_int_eq(p->l4_offset, header);
  ck_assert_int_eq(p->tuple.src_id, pattern(0) << 8 | pattern(1));
  for (i = 0; i < payload && p->data[header + i] == pattern(i);)
    i++;
  ck_assert_uint_eq(i, payload); /* else the first byte that is wrong */
  kit_start(&again);             /* lengths and sum as the builder would set them */
  kit_add(&again, p->data, p->length);
  kit_finish(&again);
  ck_assert_mem_eq(again.at, p->data, header);
  if (!ipv6)
    ck_assert_mem_eq(p->data + 6, "\0\0", 2);
}

#endif
