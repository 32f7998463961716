/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a run of frames through one decoder. Input: a byte of options, then frames, each 6 bytes of head (link
 * type, seconds since the last one, bytes that the snap length cut, 2 of length, and by how many bits to shift the
 * cut) and its bytes. Properties: packets keep their contract; two decoders agree, one of which takes no short cut; a
 * cut frame reads as if zeros followed; fragments stay within their limits.
 */
#include <string.h>

#include "link_frames.h"
#include "packet_kit.h"
#include "fuzz.h"
#include "packet/packet.h"

enum { HEAD = 6, FRAGMENTS_MAX_BYTES = 40000, FRAGMENT_MAX_COST = 131072 + 256, CUT_MAX_BYTES = 100000 };

static const guint16 links[] = { 1,   0,   9,   12,  50,  51,  101, 104, 105, 108, 113, 119, 127, 163, 192, 204, 205,
                                 228, 229, 239, 276, 189, 8,   11,  15,  107, 130, 131, 132, 133, 134, 135, 136, 137,
                                 149, 164, 167, 168, 178, 179, 180, 181, 182, 197, 206, 242, 258, 281, 282, 284, 285 };

static const struct {
  ct_checksums policy;
  gboolean verify_l4;
  const char *profile;
} modes[] = {
  { CT_CHECKSUMS_IGNORE, FALSE, "linux-6.18" }, { CT_CHECKSUMS_VERIFY, TRUE, "linux-6.18" },
  { CT_CHECKSUMS_AUTO, TRUE, "linux-6.18" },    { CT_CHECKSUMS_AUTO, TRUE, "linux-6.1" },
  { CT_CHECKSUMS_IGNORE, TRUE, "linux-2.6" },   { CT_CHECKSUMS_VERIFY, TRUE, "linux-2.4" },
};

static void check_contract(const ct_packet *p, const cap_frame *frame)
{
  static volatile guint64 touched;
  guint64 sum = 0;

  g_assert_cmpuint(p->kind, <=, CT_PACKET_UNTRACKED);
  g_assert_cmpuint(p->reason, <, CT_REASON_COUNT);
  g_assert_cmpint(p->time_ns, ==, frame->ts_ns);
  g_assert_cmpuint(p->captured, <=, p->length);
  g_assert_true(p->captured == p->length || p->flags & CT_PACKET_CUT);
  for (guint32 i = 0; i < p->captured; i++)
    sum += p->data[i]; /* that they are there */
  touched = sum;
  (void)touched;
  g_assert_cmpuint(p->tuple.zone, ==, 0);
  if (p->kind == CT_PACKET_NONE || p->kind == CT_PACKET_INVALID || p->kind == CT_PACKET_UNTRACKED)
    g_assert_cmpuint(p->reason, !=, CT_REASON_NONE);
  if (p->kind == CT_PACKET_TRACK || p->kind == CT_PACKET_ICMP_ERROR) {
    g_assert_cmpuint(p->hash, ==, ct_tuple_hash(&p->tuple));
    g_assert_false(ct_tuple_is_icmp_answer(&p->tuple));
  }
  if (p->kind == CT_PACKET_TRACK && p->tuple.proto == CT_PROTO_TCP && p->l4.tcp.header_bytes > 0 &&
      p->l4_offset < 0xffff) {
    g_assert_cmpuint(p->l4_offset + p->l4.tcp.header_bytes, <=, p->captured);
    g_assert_cmpuint(p->l4_offset + p->l4.tcp.header_bytes + p->l4.tcp.payload_bytes, ==, p->length);
  }
}

static void check_same(const ct_packet *a, const ct_packet *b)
{
  g_assert_cmpuint(a->kind, ==, b->kind);
  g_assert_cmpuint(a->reason, ==, b->reason);
  g_assert_cmpuint(a->length, ==, b->length);
  g_assert_cmpuint(a->l4_offset, ==, b->l4_offset);
  g_assert_cmpuint(a->hash, ==, b->hash);
  g_assert_true(memcmp(&a->tuple, &b->tuple, sizeof(a->tuple)) == 0);
  g_assert_true(memcmp(&a->l4, &b->l4, sizeof(a->l4)) == 0);
}

static ct_packet decode(pkt_decoder *decoder, const cap_frame *frame, pkt_arena *arena, pkt_link_info *info)
{
  ct_packet p;

  memset(&p, 0xa5, sizeof(p));
  memset(info, 0xa5, sizeof(*info));
  pkt_decode(decoder, frame, 1, arena, &p, info);
  g_assert_cmpuint(info->direction, <=, CAP_DIR_OUT);
  return p;
}

/* The same from the IP header on, where an Ethernet frame has one. */
static ct_packet decode_again(pkt_decoder *decoder, const cap_frame *frame, pkt_arena *arena, const pkt_link_info *like)
{
  guint at = like->l3_offset;
  pkt_link_info info;
  ct_packet p;

  if (frame->link != 1 || at < 2)
    return decode(decoder, frame, arena, &info);
  memset(&p, 0xa5, sizeof(p));
  if (frame->data[at - 2] == 0x08 && frame->data[at - 1] == 0x00)
    pkt_decode_ip(decoder, frame->ts_ns, 1, CT_IPV4, frame->data + at, frame->captured - at, frame->wire - at, arena,
                  &p);
  else
    p = decode(decoder, frame, arena, &info);
  return p;
}

/*
 * What one mode needs, made once: making it for each input took several times as long as the input. What it knew of the
 * one before is forgotten.
 */
typedef struct decoders {
  pkt_decoder *one, *two;           /* of all frames */
  pkt_decoder *as_cut, *with_zeros; /* of one frame each time */
  pkt_arena *arena, *arena_of_cut;
} decoders;

static decoders *decoders_of(guint mode)
{
  static decoders all[G_N_ELEMENTS(modes)];
  decoders *d = &all[mode];
  ct_params params;

  if (d->one != NULL)
    return d;
  ct_params_init(&params, ct_profile_find(modes[mode].profile));
  params.checksum = modes[mode].verify_l4 != FALSE;
  params.ipfrag_high_thresh = params.frag6_high_thresh = FRAGMENTS_MAX_BYTES;
  *d = (decoders){ .one = pkt_decoder_new(&params, modes[mode].policy),
                   .two = pkt_decoder_new(&params, modes[mode].policy),
                   .as_cut = pkt_decoder_new(&params, CT_CHECKSUMS_IGNORE),
                   .with_zeros = pkt_decoder_new(&params, CT_CHECKSUMS_IGNORE),
                   .arena = pkt_arena_new(),
                   .arena_of_cut = pkt_arena_new() };
  return d;
}

static void forget(pkt_decoder *decoder)
{
  pkt_decoder_resume(decoder, G_MININT64);
  g_assert_cmpuint(pkt_decoder_fragment_bytes(decoder), ==, 0);
}

/* The frame alone, cut, and with zeros for what was cut. */
static void check_cut(decoders *d, const cap_frame *frame)
{
  g_autofree guint8 *whole = g_malloc0(frame->wire);
  cap_frame padded = *frame;
  pkt_link_info info;
  ct_packet a, b;

  memcpy(whole, frame->data, frame->captured);
  padded.data = whole;
  padded.captured = frame->wire;
  a = decode(d->as_cut, frame, d->arena_of_cut, &info);
  b = decode(d->with_zeros, &padded, d->arena_of_cut, &info);
  if (!ct_reason_is_of_link((ct_reason)a.reason))
    check_same(&a, &b);
  forget(d->as_cut);
  forget(d->with_zeros);
  pkt_arena_reset(d->arena_of_cut);
}

static void run_frames(const uint8_t *data, size_t size, decoders *d)
{
  gint64 ts_ns = 0;

  while (size > HEAD) {
    cap_frame frame = { .link = links[data[0] % G_N_ELEMENTS(links)] };
    size_t n = MIN(size - HEAD, (size_t)(data[3] << 8 | data[4]));
    g_autofree guint8 *exact = g_memdup2(data + HEAD, MAX(n, 1));
    pkt_link_info info;
    ct_packet a, b;

    ts_ns += data[1] * G_GINT64_CONSTANT(1000000000);
    frame.ts_ns = ts_ns;
    frame.data = exact;
    frame.captured = (guint32)n;
    frame.wire = frame.captured + ((guint32)data[2] << data[5] % 24);
    a = decode(d->one, &frame, d->arena, &info);
    b = decode_again(d->two, &frame, d->arena, &info);
    check_contract(&a, &frame);
    check_same(&a, &b);
    g_assert_cmpuint(a.flags, ==, b.flags);
    if (frame.wire > frame.captured && frame.wire < CUT_MAX_BYTES)
      check_cut(d, &frame);
    g_assert_cmpuint(pkt_decoder_fragment_bytes(d->one), <=, 2 * (FRAGMENTS_MAX_BYTES + FRAGMENT_MAX_COST));
    pkt_arena_reset(d->arena);
    data += HEAD + n;
    size -= HEAD + n;
  }
  forget(d->one);
  forget(d->two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size > 0)
    run_frames(data + 1, size - 1, decoders_of(data[0] % G_N_ELEMENTS(modes)));
  return 0;
}

/* A run of frames in the making. */
static kit_bytes run;

static void run_frame(guint8 link_index, guint8 cut, const char *link_hex, const kit_bytes *ip)
{
  static kit_bytes frame;

  kit_start(&frame);
  kit_add_hex(&frame, link_hex);
  kit_add(&frame, ip->at, ip->n);
  kit_add(&run, (guint8[]){ link_index, 1, cut }, 3);
  kit_add16(&run, frame.n - cut);
  kit_fill(&run, 0, 1);
  kit_add(&run, frame.at, frame.n - cut);
}

static void seed(fuzz_add_fn add, guint8 mode, guint8 link_index, const char *link_hex, gboolean ipv6)
{
  static kit_bytes ip;

  kit_start(&run);
  kit_fill(&run, mode, 1);
  for (guint i = 0; i < 5; i++) {
    if (ipv6)
      kit_ipv6(&ip, i == 0 ? CT_PROTO_TCP : i == 1 ? CT_PROTO_ICMPV6 : i == 2 ? 60 : 44);
    else
      kit_ipv4(&ip, i == 0 ? CT_PROTO_TCP : i == 1 ? CT_PROTO_ICMP : i == 2 ? CT_PROTO_SCTP : CT_PROTO_UDP);
    if (i == 0) {
      kit_tcp(&ip, 1234, 80, CT_TCP_SYN, "020405b4 0402080a 00000001 00000000 01030307");
    } else if (i == 1) {
      kit_icmp_error(&ip, ipv6);
      kit_add_hex(&ip, "04d20050 00000001");
    } else if (i == 2) {
      kit_add_hex(&ip, ipv6 ? "8400 010400000000" : "");
      kit_add_hex(&ip, "0bb80050 00000001 00000000 01000014 00000001 00001000 00010001 00000001");
    } else if (ipv6) {
      kit_add_hex(&ip, i == 3 ? "1100 0001 00000007 00350036 00100000" : "1100 0008 00000007 0102030405060708");
    } else {
      kit_set16(&ip, 6, i == 3 ? 0x2000 : 1);
      kit_add_hex(&ip, i == 3 ? "00350036 00100000" : "0102030405060708");
    }
    kit_finish(&ip);
    run_frame(link_index, i == 0 ? 4 : 0, link_hex, &ip);
  }
  add(run.at, run.n);
}

static guint8 link_index(guint link)
{
  guint8 i = 0;

  while (links[i] != link)
    i++;
  return i;
}

/* Each kind of frame of link_frames.h, except those whose number is not among `links`. */
static void seed_link_frames(fuzz_add_fn add)
{
  for (guint i = 0; i < G_N_ELEMENTS(link_frames); i++)
    if (link_frames[i].link != 14 && link_frames[i].family != 0)
      seed(add, (guint8)(i % 3), link_index(link_frames[i].link), link_frames[i].header, link_frames[i].family == 6);
}

void fuzz_seeds(fuzz_add_fn add)
{
  seed_link_frames(add);
  static const struct {
    guint8 link_index;
    const char *hex4, *hex6;
  } wrappings[] = {
    { 0, "020000000002 020000000001 0800", "020000000002 020000000001 88a8 0001 8100 0002 86dd" },
    { 0, "020000000002 020000000001 8847 00010040 00011140", "020000000002 020000000001 8864 1100 0001 0040 0057" },
    { 0, "020000000002 020000000001 0040 aaaa03 000000 0800", "020000000002 020000000001 8848 00011140" },
    { 1, "02000000", "0000001e" },
    { 2, "ff03 0021", "0057" },
    { 6, "", "" },
    { 8, "8802 0000 020000000001 020000000002 020000000003 1000 0000 aaaa03 000000 0800",
      "0803 0000 020000000001 020000000002 020000000003 1000 020000000004 aaaa03 000000 86dd" },
    { 10, "0004 0001 0006 0200000000010000 0800", "0000 0001 0006 0200000000010000 8100 0001 86dd" },
    { 12,
      "0000 1100 03000000 0000000000000000 30 0801 0000 020000000001 020000000002 020000000003 1000 aaaa03 000000 0800",
      "0000 0800 00000000 0801 0000 020000000001 020000000002 020000000003 1000 aaaa03 000000 86dd" },
    { 14, "0000 0800 65000000", "0000 0800 01000000 020000000002 020000000001 86dd" },
    { 19, "02 00 0001 0500 0a00 00000000 1c00 0900", "0a 00 0001 0008 000a 00000007 002c 0009" },
    { 20, "0800 0000 00000007 0001 00 06 0200000000010000", "86dd 0000 00000007 0001 04 06 0200000000010000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS(wrappings); i++) {
    seed(add, (guint8)(i % G_N_ELEMENTS(modes)), wrappings[i].link_index, wrappings[i].hex4, FALSE);
    seed(add, (guint8)(i % 3), wrappings[i].link_index, wrappings[i].hex6, TRUE);
  }
}
