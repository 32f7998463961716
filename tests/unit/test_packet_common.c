/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The short cut of decoding against the long way: frames as they come, and frames with a few bytes changed so that
 * nearly every check is met from both sides. Each must come out the same to the bit, whichever way it went.
 */
#include "packet/common.h"

#include <string.h>

#include "conntrack/read/checksum.h"
#include "unit.h"

enum { ROUNDS = 200000, FRAME_BYTES = 160 };

static guint64 seed = 20261121;

static guint32 below(guint32 n)
{
  seed = seed * G_GUINT64_CONSTANT(6364136223846793005) + G_GUINT64_CONSTANT(1442695040888963407);
  return (guint32)((seed >> 32) * n >> 32);
}

static guint16 sum_of(guint32 sum, const guint8 *bytes, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    sum += i % 2 == 0 ? (guint32)bytes[i] << 8 : bytes[i];
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)~sum;
}

static void put16(guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

/* A correct frame of TCP or UDP. => its length, padding included. */
static guint frame_make(guint8 *frame)
{
  static const guint8 flag_sets[] = { CT_TCP_SYN,
                                      CT_TCP_SYN | CT_TCP_ACK,
                                      CT_TCP_ACK,
                                      CT_TCP_ACK | CT_TCP_PSH,
                                      CT_TCP_FIN | CT_TCP_ACK,
                                      CT_TCP_RST,
                                      CT_TCP_RST | CT_TCP_ACK,
                                      CT_TCP_ACK | CT_TCP_URG };
  guint8 *ip = frame + 14, *l4 = ip + 20;
  gboolean tcp = below(2) == 0;
  guint i, header = tcp ? 20 + 4 * below(5) : 8, l4_bytes = header + below(60), field = tcp ? 16 : 6;

  for (i = 0; i < FRAME_BYTES; i++)
    frame[i] = (guint8)below(256);
  put16(frame + 12, 0x0800);
  memset(ip, 0, 20);
  ip[0] = 0x45;
  put16(ip + 2, 20 + l4_bytes);
  ip[6] = below(2) ? 0x40 : 0;
  ip[8] = 64;
  ip[9] = tcp ? CT_PROTO_TCP : CT_PROTO_UDP;
  for (i = 12; i < 20; i++)
    ip[i] = (guint8)below(256);
  put16(ip + 10, sum_of(0, ip, 20));
  if (tcp) {
    l4[12] = (guint8)(header / 4 << 4);
    l4[13] = flag_sets[below(sizeof(flag_sets))];
    if (header == 32 && below(2))
      memcpy(l4 + 20, (const guint8[]){ 1, 1, 8, 10 }, 4);
    else if (header >= 32 && below(2))
      memcpy(l4 + 20, (const guint8[]){ 2, 4, 5, 180, 4, 2, 1, 3, 3, (guint8)below(20), 5, 10 }, 12);
  } else {
    put16(l4 + 4, l4_bytes);
  }
  put16(l4 + field, 0);
  put16(l4 + field, sum_of((guint32)ip[9] + l4_bytes + (guint16)~sum_of(0, ip + 12, 8), l4, l4_bytes));
  if (!tcp && below(8) == 0)
    put16(l4 + field, 0);
  return MAX(14 + 20 + l4_bytes, 60) + below(2) * below(8);
}

/*
 * In one frame of two, something that the checks look at. The sums are mostly wrong then, which is why not all are
 * judged.
 */
static void frame_break(guint8 *frame, guint *captured, guint *wire)
{
  guint i, n = below(2) * (1 + below(2));

  for (i = 0; i < n; i++)
    switch (below(6)) {
    case 0: frame[12 + below(2)] = (guint8)below(256); break;
    case 1: frame[14 + below(10)] ^= (guint8)(1u << below(8)); break;
    case 2: frame[34 + below(20)] ^= (guint8)(1u << below(8)); break;
    case 3: frame[34 + 12 + below(2)] = (guint8)below(256); break;
    case 4: *captured = 14 + below(*captured - 14); break;
    default: *wire = *captured + below(3); break;
    }
  *wire = MAX(*wire, *captured);
}

static void both_ways(ct_checksums checksums, gboolean verify)
{
  guint8 frame[FRAME_BYTES];
  guint64 i, shortened = 0;
  ct_params params;
  pkt_decoder *decoder, *referee;
  pkt_arena *arena = pkt_arena_new();

  ct_params_init(&params, ct_profile_get(0));
  params.checksum = verify;
  decoder = pkt_decoder_new(&params, checksums);
  referee = pkt_decoder_new(&params, checksums);
  for (i = 1; i <= ROUNDS; i++) {
    guint captured = frame_make(frame), wire = captured;
    cap_frame f = { .ts_ns = (gint64)i, .data = frame, .link = 1 };
    ct_packet got, want, alone;

    frame_break(frame, &captured, &wire);
    f.captured = captured;
    f.wire = wire;
    memset(&got, 0, sizeof(got));
    memset(&want, 0, sizeof(want));
    shortened +=
      pkt_common_decode(&f, i, checksums != CT_CHECKSUMS_IGNORE, checksums != CT_CHECKSUMS_IGNORE && verify, &alone);
    pkt_decode(decoder, &f, i, arena, &got, NULL);
    if (frame[12] != 0x08 || frame[13] != 0x00)
      continue; /* another link layer: the long way in any case */
    pkt_decode_ip(referee, f.ts_ns, i, CT_IPV4, frame + 14, captured - 14, wire - 14, arena, &want);
    ck_assert_msg(got.kind == want.kind && got.reason == want.reason && got.flags == want.flags &&
                    got.length == want.length && got.captured == want.captured && got.hash == want.hash &&
                    got.l4_offset == want.l4_offset,
                  "frame %u: kind %u %u, reason %s %s", (guint)i, got.kind, want.kind,
                  ct_reason_word((ct_reason)got.reason), ct_reason_word((ct_reason)want.reason));
    got.data = want.data = NULL; /* an arena's, where bytes were missing */
    ck_assert_msg(memcmp(&got, &want, sizeof(got)) == 0, "frame %u", (guint)i);
  }
  ck_assert_uint_gt(shortened, ROUNDS / 3);
  ck_assert_uint_lt(shortened, ROUNDS);
  pkt_decoder_free(decoder);
  pkt_decoder_free(referee);
  pkt_arena_free(arena);
}

START_TEST(judging_all_sums) { both_ways(CT_CHECKSUMS_VERIFY, TRUE); }
END_TEST

START_TEST(judging_by_sysctl)
{
  both_ways(CT_CHECKSUMS_VERIFY, FALSE);
  both_ways(CT_CHECKSUMS_AUTO, TRUE);
}
END_TEST

START_TEST(judging_no_sum) { both_ways(CT_CHECKSUMS_IGNORE, TRUE); }
END_TEST

START_TEST(sums_of_every_length)
{
  guint8 bytes[100];
  guint from, n, i;

  for (i = 0; i < sizeof(bytes); i++)
    bytes[i] = (guint8)below(256);
  for (from = 0; from < 9; from++)
    for (n = 0; n + from <= sizeof(bytes); n++) {
      guint16 value = ct_sum_fold(ct_sum_bytes(0, bytes + from, n)), want = (guint16)~sum_of(0, bytes + from, n);

      ck_assert_msg(GUINT16_FROM_BE(value) == want || (value == 0 && want == 0), "%u bytes from %u", n, from);
    }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("packet_common");
  TCase *tcase = tcase_create("both ways");

  tcase_add_test(tcase, judging_all_sums);
  tcase_add_test(tcase, judging_by_sysctl);
  tcase_add_test(tcase, judging_no_sum);
  tcase_add_test(tcase, sums_of_every_length);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
