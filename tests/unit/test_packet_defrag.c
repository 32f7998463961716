/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reassembly (spec 9): each rule as a script of fragments and what becomes of each. */
#include <string.h>

#include "fragments.h"

typedef struct step {
  guint offset, length;
  gboolean more;
  ct_reason v4, v6;
} step;

static const struct {
  const char *name;
  step steps[8];          /* up to the first with offset and length 0 and nothing expected */
  guint payload;          /* of the datagram, where the last step completes it */
  guint queues4, queues6; /* that are left */
} scripts[] = {
  { "in order", { { 0, 16, 1, HELD, HELD }, { 16, 16, 1, HELD, HELD }, { 32, 5, 0, WHOLE, WHOLE } }, 37, 0, 0 },
  { "backwards", { { 32, 5, 0, HELD, HELD }, { 16, 16, 1, HELD, HELD }, { 0, 16, 1, WHOLE, WHOLE } }, 37, 0, 0 },
  { "middle last", { { 32, 5, 0, HELD, HELD }, { 0, 16, 1, HELD, HELD }, { 16, 16, 1, WHOLE, WHOLE } }, 37, 0, 0 },
  { "duplicates are harmless",
    { { 0, 16, 1, HELD, HELD }, { 0, 16, 1, DUPLICATE, DUPLICATE }, { 16, 8, 0, WHOLE, WHOLE } },
    24,
    0,
    0 },
  { "contained in a run",
    { { 0, 16, 1, HELD, HELD },
      { 16, 16, 1, HELD, HELD },
      { 8, 16, 1, DUPLICATE, DUPLICATE },
      { 32, 3, 0, WHOLE, WHOLE } },
    35,
    0,
    0 },
  { "equal to two that came backwards: no run, so an overlap",
    { { 24, 8, 1, HELD, HELD }, { 8, 8, 1, HELD, HELD }, { 0, 8, 1, HELD, HELD }, { 0, 16, 1, OVERLAP, OVERLAP } },
    0,
    0,
    0 },
  { "partial overlap, in front",
    { { 16, 16, 1, HELD, HELD }, { 8, 16, 1, OVERLAP, OVERLAP }, { 0, 16, 1, HELD, HELD } },
    0,
    1,
    1 },
  { "partial overlap, at the end",
    { { 0, 16, 1, HELD, HELD }, { 8, 16, 1, OVERLAP, OVERLAP }, { 16, 4, 0, HELD, HELD } },
    0,
    1,
    1 },
  { "around what is there",
    { { 16, 8, 1, HELD, HELD }, { 40, 8, 1, HELD, HELD }, { 8, 24, 1, OVERLAP, OVERLAP } },
    0,
    0,
    0 },
  { "two ends: IPv4 gives up, IPv6 drops the fragment",
    { { 16, 4, 0, HELD, HELD }, { 16, 5, 0, END, END }, { 0, 16, 1, HELD, WHOLE } },
    20,
    1,
    0 },
  { "beyond the end", { { 16, 4, 0, HELD, HELD }, { 24, 8, 1, END, END }, { 0, 16, 1, HELD, WHOLE } }, 20, 1, 0 },
  { "end before what is here",
    { { 16, 8, 1, HELD, HELD }, { 8, 4, 0, END, END }, { 0, 16, 1, HELD, HELD }, { 24, 1, 0, HELD, WHOLE } },
    25,
    1,
    0 },
  { "empty: IPv4 gives up, IPv6 drops the fragment",
    { { 0, 16, 1, HELD, HELD }, { 16, 0, 1, EMPTY, EMPTY }, { 16, 3, 0, HELD, WHOLE } },
    19,
    1,
    0 },
  { "an empty last one still ends it",
    { { 0, 16, 1, HELD, HELD }, { 16, 0, 0, EMPTY, EMPTY }, { 16, 3, 0, HELD, END } },
    0,
    1,
    1 },
};

START_TEST(rules)
{
  gboolean ipv6 = _i % 2;
  const step *s = scripts[_i / 2].steps;
  ct_packet p = { .reason = HELD };

  for (; s->length > 0 || s->offset > 0; s++) {
    p = send_fragment(ipv6, (fragment){ .offset = s->offset, .length = s->length, .more = s->more, .id = 5 });
    expect(&p, ipv6 ? s->v6 : s->v4, scripts[_i / 2].name);
  }
  if (p.reason == WHOLE)
    expect_whole(&p, ipv6, scripts[_i / 2].payload);
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), ipv6 ? scripts[_i / 2].queues6 : scripts[_i / 2].queues4);
  if (pkt_decoder_fragment_queues(decoder) == 0)
    ck_assert_uint_eq(pkt_decoder_fragment_bytes(decoder), 0);
}
END_TEST

/*
 * Earlier kernels and overlaps (KERNELS K13): v4 is what 3.10 makes of it, v6 what it makes of IPv6 and RHEL 7 of both.
 */
static const struct {
  const char *name;
  step steps[8];
  guint payload; /* of IPv4's datagram under 3.10; 0: it does not complete */
} overlaps[] = {
  { "the same again", { { 0, 16, 1, HELD, HELD }, { 0, 16, 1, HELD, OVERLAP }, { 16, 8, 0, WHOLE, HELD } }, 24 },
  { "within one that is earlier",
    { { 0, 32, 1, HELD, HELD }, { 8, 16, 1, DUPLICATE, OVERLAP }, { 32, 3, 0, WHOLE, HELD } },
    35 },
  { "its head gives way", { { 0, 16, 1, HELD, HELD }, { 8, 16, 1, HELD, OVERLAP }, { 24, 4, 0, WHOLE, HELD } }, 28 },
  { "one behind gives way",
    { { 16, 16, 1, HELD, HELD }, { 8, 16, 1, HELD, OVERLAP }, { 0, 8, 1, HELD, HELD }, { 32, 4, 0, WHOLE, HELD } },
    36 },
  { "one in the middle goes, one at each side is cut",
    { { 0, 16, 1, HELD, HELD },
      { 24, 8, 1, HELD, HELD },
      { 32, 16, 1, HELD, HELD },
      { 8, 32, 1, HELD, OVERLAP },
      { 48, 5, 0, WHOLE, HELD } },
    53 },
  { "an old one goes altogether",
    { { 8, 8, 1, HELD, HELD }, { 16, 8, 0, HELD, HELD }, { 0, 16, 1, WHOLE, OVERLAP } },
    24 },
};

START_TEST(overlaps_before_4_19)
{
  gboolean ipv6 = _i % 2, rhel = _i / 2 % 2;
  const step *s = overlaps[_i / 4].steps;
  ct_packet p = { .reason = HELD };
  ct_params params;

  ct_params_init(&params, ct_profile_find(rhel ? "rhel-7" : "linux-3.10"));
  decoder_replace(&params);
  for (; s->length > 0 || s->offset > 0; s++) {
    p = send_fragment(ipv6, (fragment){ .offset = s->offset, .length = s->length, .more = s->more, .id = 5 });
    expect(&p, ipv6 || rhel ? s->v6 : s->v4, overlaps[_i / 4].name);
  }
  if (p.reason == WHOLE)
    expect_whole(&p, ipv6, overlaps[_i / 4].payload);
  if (pkt_decoder_fragment_queues(decoder) == 0)
    ck_assert_uint_eq(pkt_decoder_fragment_bytes(decoder), 0);
}
END_TEST

/* Whose bytes are kept: of what is before it the earlier ones, of what is behind it the new one's. */
START_TEST(who_gives_way)
{
  static const guint8 marks[] = { 0x11, 0x22, 0x33, 0x44 };
  static const struct {
    guint offset, length;
    gboolean more;
  } order[] = { { 0, 16, TRUE }, { 24, 16, TRUE }, { 8, 24, TRUE }, { 40, 8, FALSE } };
  static const guint8 expected[] = { 0x11, 0x11, 0x33, 0x33, 0x22, 0x44 }; /* by eight bytes */
  ct_packet p = { .reason = HELD };
  ct_params params;
  guint i;

  ct_params_init(&params, ct_profile_find("linux-3.10"));
  decoder_replace(&params);
  for (i = 0; i < G_N_ELEMENTS(order); i++) {
    const fragment f = {
      .offset = order[i].offset, .length = order[i].length, .more = order[i].more, .id = 6, .proto = 99
    };

    fragment_build(&fragment_bytes, FALSE, &f);
    memset(fragment_bytes.at + 20, marks[i], order[i].length);
    p = send_bytes(&fragment_bytes, 0);
  }
  expect(&p, WHOLE, "who gives way");
  ck_assert_uint_eq(p.length, 20 + 48);
  for (i = 0; i < 48; i++)
    ck_assert_uint_eq(p.data[20 + i], expected[i / 8]);
}
END_TEST

/* Id, source and (IPv4) protocol tell datagrams apart; in IPv6 only the first fragment's next header counts. */
START_TEST(keys)
{
  ct_packet p;

  send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 1 });
  p = send_fragment(_i, (fragment){ .offset = 16, .length = 8, .id = 2 });
  expect(&p, HELD, "id");
  p = send_fragment(_i, (fragment){ .offset = 16, .length = 8, .id = 1, .source = 1 });
  expect(&p, HELD, "source");
  p = send_fragment(_i, (fragment){ .offset = 16, .length = 8, .id = 1, .proto = CT_PROTO_TCP });
  expect(&p, _i ? WHOLE : HELD, "protocol");
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), _i ? 2 : 4);
}
END_TEST

/*
 * Thirty and sixty seconds from the first fragment, whatever came since; expiry at equality; the clock never goes
 * back.
 */
START_TEST(timeouts)
{
  gint64 start = now_ns, timeout = (_i ? 60 : 30) * SECOND;
  ct_packet p;

  send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 1 });
  now_ns = start + timeout - 1;
  send_fragment(_i, (fragment){ .offset = 16, .length = 16, .more = TRUE, .id = 1 });
  p = send_fragment(_i, (fragment){ .offset = 32, .length = 3, .id = 1 });
  expect_whole(&p, _i, 35);

  send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 2 });
  now_ns += timeout;
  p = send_fragment(_i, (fragment){ .offset = 16, .length = 3, .id = 2 });
  expect(&p, HELD, "expired at equality");
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 1);

  now_ns -= 500 * SECOND;
  send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 3 });
  now_ns += 500 * SECOND + timeout - 1;
  p = send_fragment(_i, (fragment){ .offset = 16, .length = 3, .id = 3 });
  expect_whole(&p, _i, 19);
  now_ns = G_MAXINT64;
  send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 3 });
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 1);
}
END_TEST

/* ipfrag_max_dist: the 64th fragment of the same source since is fine, the 65th means that the id was used again. */
START_TEST(max_distance)
{
  guint others = 64 + _i, i;
  ct_params params = *kit_params(FALSE);
  ct_packet p;

  if (_i == 2) /* no limit */
    params.ipfrag_max_dist = 0;
  decoder_replace(&params);
  send_fragment(FALSE, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 1 });
  for (i = 0; i + 1 < others; i++)
    send_fragment(FALSE, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 100 + i });
  for (i = 0; i < 100; i++) /* another source's do not count */
    send_fragment(FALSE, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 100 + i, .source = 7 });
  p = send_fragment(FALSE, (fragment){ .offset = 16, .length = 3, .id = 1 });
  expect(&p, _i == 1 ? HELD : WHOLE, "distance");
  if (_i == 1) { /* started anew with this fragment, and with a new time limit */
    p = send_fragment(FALSE, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 1 });
    expect_whole(&p, FALSE, 19);
  }
}
END_TEST

START_TEST(ecn_marks)
{
  guint first, second;

  for (first = 0; first < 4; first++)
    for (second = 0; second < 4; second++) {
      gboolean bad = (first == 0) != (second == 0);
      ct_packet p;

      send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 1, .ecn = (guint8)first });
      p = send_fragment(_i, (fragment){ .offset = 16, .length = 3, .id = 1, .ecn = (guint8)second });
      expect(&p, bad ? CT_REASON_FRAGMENT_ECN : WHOLE, "ECN");
      ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 0);
    }
}
END_TEST

/* IPv4 cuts a fragment that is not the last down to whole eights; IPv6 lets it go on alone and forgets the rest. */
START_TEST(not_in_eights)
{
  ct_packet p;

  p = send_fragment(FALSE, (fragment){ .offset = 0, .length = 23, .more = TRUE, .id = 1 });
  expect(&p, HELD, "cut");
  p = send_fragment(FALSE, (fragment){ .offset = 16, .length = 3, .id = 1 });
  expect_whole(&p, FALSE, 19);
  p = send_fragment(FALSE, (fragment){ .offset = 0, .length = 7, .more = TRUE, .id = 1 });
  expect(&p, EMPTY, "cut to nothing");

  send_fragment(TRUE, (fragment){ .offset = 16, .length = 3, .id = 1 });
  p = send_fragment(TRUE, (fragment){ .offset = 0, .length = 23, .more = TRUE, .id = 1 });
  ck_assert_int_eq(p.kind, CT_PACKET_TRACK);
  ck_assert_int_eq(p.flags, 0);
  ck_assert_int_eq(p.l4_offset, 48);
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 0);
  p = send_fragment(TRUE, (fragment){ .offset = 8, .length = 23, .more = TRUE, .id = 1 });
  ck_assert_int_eq(p.kind, CT_PACKET_INVALID);
  ck_assert_int_eq(p.reason, CT_REASON_IP_FRAGMENT);
}
END_TEST

START_TEST(sizes)
{
  ct_packet p;

  /* The largest there is, and one byte more. */
  send_fragment(FALSE, (fragment){ .offset = 0, .length = 65504, .more = TRUE, .id = 1 });
  p = send_fragment(FALSE, (fragment){ .offset = 65504, .length = 11, .id = 1 });
  expect_whole(&p, FALSE, 65515);
  send_fragment(FALSE, (fragment){ .offset = 0, .length = 65504, .more = TRUE, .id = 1 });
  p = send_fragment(FALSE, (fragment){ .offset = 65504, .length = 12, .id = 1 });
  expect(&p, CT_REASON_FRAGMENT_TOO_BIG, "65536");
  /* IPv6 refuses at the fragment, and keeps the queue. */
  send_fragment(TRUE, (fragment){ .offset = 0, .length = 65504, .more = TRUE, .id = 1 });
  p = send_fragment(TRUE, (fragment){ .offset = 65504, .length = 32, .id = 1 });
  expect(&p, CT_REASON_FRAGMENT_TOO_BIG, "65536");
  p = send_fragment(TRUE, (fragment){ .offset = 65504, .length = 31, .id = 1 });
  expect_whole(&p, TRUE, 65535);
}
END_TEST

/* Over the threshold every fragment is refused, also one that would complete a datagram; time makes room. */
START_TEST(memory)
{
  ct_params params = *kit_params(FALSE);
  guint id = 0, held = 0;
  ct_packet p;

  params.ipfrag_high_thresh = params.frag6_high_thresh = 20000;
  decoder_replace(&params);
  do {
    id++;
    p = send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = id });
    held += p.reason == HELD;
  } while (p.reason == HELD && id < 1000);
  expect(&p, CT_REASON_FRAGMENT_MEMORY, "full");
  ck_assert_uint_eq(held, 20000 / (208 + 768) + 1); /* as long as it was not over before */
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), held);
  ck_assert_uint_eq(pkt_decoder_fragment_bytes(decoder), held * (208 + 768));
  p = send_fragment(_i, (fragment){ .offset = 16, .length = 3, .id = 1 });
  expect(&p, CT_REASON_FRAGMENT_MEMORY, "completing");
  now_ns += 60 * SECOND;
  p = send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 1 });
  expect(&p, HELD, "room");
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 1);

  params.ipfrag_high_thresh = params.frag6_high_thresh = 0;
  decoder_replace(&params);
  p = send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 1 });
  expect(&p, CT_REASON_FRAGMENT_MEMORY, "none at all");
}
END_TEST

/* Bytes that the snap length took from a fragment are zeros in the datagram, which counts as cut. */
START_TEST(cut_fragments)
{
  guint header = _i ? 40 : 20, i;
  ct_packet p;

  send_fragment(_i, (fragment){ .offset = 0, .length = 16, .more = TRUE, .id = 1, .cut = 3 });
  p = send_fragment(_i, (fragment){ .offset = 16, .length = 16, .id = 1 });
  expect(&p, WHOLE, "cut");
  ck_assert(p.flags & CT_PACKET_CUT);
  ck_assert_uint_eq(p.length, header + 32);
  for (i = 8; i < 32; i++)
    ck_assert_int_eq(p.data[header + i], i >= 13 && i < 16 ? 0 : pattern(i));
}
END_TEST

/* Datagrams of a batch stay where they are until its arena is reset; then the memory serves the next. */
START_TEST(arena_life)
{
  guint round, i;
  ct_packet p[10];

  for (round = 0; round < 3; round++) {
    for (i = 0; i < G_N_ELEMENTS(p); i++) {
      send_fragment(FALSE, (fragment){ .offset = 0, .length = 60000, .more = TRUE, .id = i });
      p[i] = send_fragment(FALSE, (fragment){ .offset = 60000, .length = 8 + i, .id = i });
    }
    for (i = 0; i < G_N_ELEMENTS(p); i++)
      expect_whole(&p[i], FALSE, 60008 + i);
    pkt_arena_reset(arena);
  }
  pkt_arena_free(NULL);
  pkt_decoder_free(NULL);
}
END_TEST

/* Many small ones: the largest number of pieces a datagram can have, in three orders. */
START_TEST(many_pieces)
{
  enum { PIECES = 8000 };
  ct_params params = *kit_params(FALSE);
  guint i;
  ct_packet p = { .reason = HELD };

  params.ipfrag_high_thresh = params.frag6_high_thresh = 100000000;
  decoder_replace(&params);
  for (i = 0; i < PIECES; i++) {
    guint at = _i == 0 ? i : _i == 1 ? PIECES - 1 - i : i * 3793 % PIECES;

    ck_assert_int_eq(p.reason, HELD);
    p = send_fragment(FALSE, (fragment){ .offset = at * 8, .length = 8, .more = at + 1 < PIECES, .id = 1 });
  }
  expect_whole(&p, FALSE, PIECES * 8);
  ck_assert_uint_eq(pkt_decoder_fragment_bytes(decoder), 0);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("packet_defrag");
  TCase *c = tcase_create("defrag");

  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_loop_test(c, rules, 0, 2 * G_N_ELEMENTS(scripts));
  tcase_add_loop_test(c, overlaps_before_4_19, 0, 4 * G_N_ELEMENTS(overlaps));
  tcase_add_test(c, who_gives_way);
  tcase_add_loop_test(c, keys, 0, 2);
  tcase_add_loop_test(c, timeouts, 0, 2);
  tcase_add_loop_test(c, max_distance, 0, 3);
  tcase_add_loop_test(c, ecn_marks, 0, 2);
  tcase_add_test(c, not_in_eights);
  tcase_add_test(c, sizes);
  tcase_add_loop_test(c, memory, 0, 2);
  tcase_add_loop_test(c, cut_fragments, 0, 2);
  tcase_add_test(c, arena_life);
  tcase_add_loop_test(c, many_pieces, 0, 3);
  suite_add_tcase(suite, c);
  return unit_run(suite);
}
