/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lanes against engines where one thing ends or makes another: helpers, expectations, call ids of PPTP, ends that are
 * only suspected.
 */
#include <glib.h>

#include "lanes_pair.h"
#include "conntrack/lanes/internal.h"
#include "conntrack/profile/profile.h"
#include "packet/packet.h"
#include "scenario/scenario.h"
#include "unit.h"

#define S INT64_C(1000000000)

enum { PACKETS_MOST = 1000 };

/* Of a lane: nf_conntrack_max, buckets, and a timeout where it is not the usual one. */
typedef struct sizing {
  guint max, buckets;
  ct_timeout timeout;
  guint timeout_s; /* 0: all as usual */
} sizing;

typedef struct player {
  lanes_pair *pair;
  pkt_decoder *decoder;
  pkt_arena *arena;
  guint64 n;
  gint64 last_ns;
} player;

static gboolean play_frame(const scn_frame *frame, gpointer user, GError **error)
{
  player *p = user;
  ct_packet packet;

  (void)error;
  if (frame->frame.wire == 0 || frame->packet == NULL)
    return TRUE;
  p->last_ns = frame->frame.ts_ns;
  pkt_decode_ip(p->decoder, p->last_ns, ++p->n, frame->family, frame->packet, (guint32)frame->packet_bytes,
                (guint32)frame->packet_bytes, p->arena, &packet);
  if (packet.kind != CT_PACKET_NONE)
    lanes_pair_packet(p->pair, &packet);
  pkt_arena_reset(p->arena);
  return TRUE;
}

/* => entries that the lanes have at the end, those among them that are only victims. */
static guint play(const char *text, const sizing *sizes, guint n)
{
  g_autofree ct_params *params = g_new0(ct_params, n);
  scn_scenario *scenario;
  GError *error = NULL;
  player p = { .n = 0 };
  guint i, entries;

  for (i = 0; i < n; i++) {
    ct_params_init(&params[i], ct_profile_get(0));
    params[i].helpers_by_port = true;
    params[i].gc = CT_GC_KERNEL;
    params[i].hash_seed = 1;
    params[i].max = sizes[i].max;
    params[i].buckets = sizes[i].buckets;
    if (sizes[i].timeout_s != 0)
      params[i].timeout_s[sizes[i].timeout] = sizes[i].timeout_s;
  }
  p.decoder = pkt_decoder_new(params, CT_CHECKSUMS_IGNORE);
  p.arena = pkt_arena_new();
  p.pair = lanes_pair_new(params, n, PACKETS_MOST);
  scenario = scn_scenario_parse(text, -1, "test", &error);
  ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
  ck_assert(scn_scenario_compile(scenario, play_frame, &p, &error));
  ck_assert_uint_gt(p.n, 3);
  entries = lanes_pair_lanes(p.pair)->engine->table.used;
  lanes_pair_advance(p.pair, p.last_ns + 1000 * S);
  scn_scenario_free(scenario);
  lanes_pair_free(p.pair);
  pkt_arena_free(p.arena);
  pkt_decoder_free(p.decoder);
  return entries;
}

/*
 * A table of one bucket, filled by some UDP flows, some TFTP requests among them, of which those beyond the chain's end
 * are refused.
 */
START_TEST(test_refused_with_helper)
{
  const sizing sizes[] = { { 0, 1, 0, 0 }, { 0, 2, 0, 0 }, { 0, 256, 0, 0 }, { 100, 1, 0, 0 } };
  GString *text = g_string_new(NULL);
  guint i;

  for (i = 0; i < 60; i++)
    g_string_append_printf(text, "flow u%u: udp 10.0.0.1:%u > 10.0.1.1:%d\n", i, 1000 + i, i % 3 == 0 ? 69 : 9);
  for (i = 0; i < 60; i++)
    g_string_append_printf(text, "flow d%u: udp 10.0.1.1:5000 > 10.0.0.1:%u\n", i, 1000 + i);
  for (i = 0; i < 60; i++)
    g_string_append_printf(text, "+0 u%u > hex 0001782e00006f6374657400\n", i);
  for (i = 0; i < 60; i++)
    g_string_append_printf(text, "+0 d%u > (9)\n", i);
  for (i = 0; i < 60; i++)
    g_string_append_printf(text, "+%d u%u > (5)\n", i == 0 ? 31 : 0, i);
  for (i = 0; i < 60; i++)
    g_string_append_printf(text, "+%d d%u > (9)\n", i == 0 ? 40 : 0, i);
  play(text->str, sizes, G_N_ELEMENTS(sizes));
  g_string_free(text, TRUE);
}
END_TEST

#define CONTROL                                                                                                 \
  "+0 control > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>\n+0.01 control < S. 0:0(0) ack 1 win 65160 <mss " \
  "1460,sackOK,wscale 7>\n"                                                                                     \
  "+0.01 control > . ack 1\n"                                                                                   \
  "+0.01 control > P. hex 009c00011a2b3c4d0001000001000000000000030000000300000000636c69656e74 zeros 58 hex "   \
  "76656e646f72 zeros 58\n"                                                                                     \
  "+0.01 control < P. hex 009c00011a2b3c4d0002000001000100000000030000000300010000736572766572 zeros 58 hex "   \
  "76656e646f72 zeros 58\n"                                                                                     \
  "+0.01 control > P. hex 00a800011a2b3c4d0007000003e800010000012c05f5e10000000003000000030040 zeros 134\n"     \
  "+0.01 control < P. hex 002000011a2b3c4d0008000007d003e80100000005f5e1000040 zeros 6\n"

/* A GRE flow that PPTP knows nothing of, shared by all lanes, while each has keys of its own. */
START_TEST(test_gre_beside_keys)
{
  const sizing sizes[] = { { 0, 256, 0, 0 }, { 100, 512, 0, 0 }, { 5, 64, CT_TIMEOUT_GRE, 1000 }, { 1, 3, 0, 0 } };

  play(
    "flow control: tcp 10.0.0.2:40035 > 10.0.0.47:1723\nflow other: gre 10.0.0.3 > 10.0.0.48 call 0,0\n+0 other > gre1 "
    "seq 0 (8)\n" CONTROL
    "+0.1 other < gre1 seq 0 (8)\n+40 other > gre1 seq 1 (8)\n+70 other > gre1 seq 2 (8)\n+100 other > gre1 seq 3 (8)\n"
    "+200 other > gre1 seq 3 (8)\n",
    sizes, G_N_ELEMENTS(sizes));
}
END_TEST

/*
 * A table that can hold one connection less than PPTP takes: lanes lose the control connection, or the tunnel, and know
 * different keys.
 */
START_TEST(test_gre_keys_differ)
{
  const sizing sizes[] = {
    { 0, 256, 0, 0 }, { 1, 64, 0, 0 }, { 2, 64, 0, 0 }, { 3, 5, CT_TIMEOUT_TCP_ESTABLISHED, 2 }, { 2, 1, 0, 0 }
  };

  play("flow control: tcp 10.0.0.2:40035 > 10.0.0.47:1723\nflow tunnel: gre 10.0.0.2 > 10.0.0.47 call 1000,2000\n"
       "flow a: udp 10.0.0.2:1 > 10.0.0.3:1\nflow b: udp 10.0.0.2:2 > 10.0.0.3:2\n+0 tunnel > gre1 seq 0 (8)\n+0 a > "
       "(1)\n" CONTROL
       "+0 tunnel > gre1 seq 0 (8)\n+0 tunnel < gre1 seq 0 (8)\n+0 a > (1)\n+0 b > (1)\n+1 tunnel > gre1 seq 1 (8)\n"
       "+3 tunnel < gre1 seq 1 (8)\n+0 b < (1)\n+0 control > F. 1000:1000(0) ack 1000\n+0 tunnel > gre1 seq 2 (8)\n+1 "
       "control > R. 1:1(0) ack 1\n"
       "+20 tunnel > gre1 seq 3 (8)\n+0 tunnel < gre1 seq 3 (8)\n+500 tunnel > gre1 seq 4 (8)\n+0 a > (1)\n",
       sizes, G_N_ELEMENTS(sizes));
}
END_TEST

/*
 * A tunnel that nobody expects any more, but whose keys are known, is evicted by others again and again. Its packets go
 * by another tuple than their own, and so miss nobody; but whom they would have belonged to does not pile up under
 * that.
 */
START_TEST(test_gre_evicted_often)
{
  const sizing sizes[] = { { 2, 8, 0, 0 }, { 3, 16, 0, 0 } };
  GString *text = g_string_new(
    "flow control: tcp 10.0.0.2:40035 > 10.0.0.47:1723\nflow tunnel: gre 10.0.0.2 > 10.0.0.47 call 2000,1000\n"
    "flow a: udp 10.0.0.2:1 > 10.0.0.3:1\nflow b: udp 10.0.0.2:2 > 10.0.0.3:2\n" CONTROL "+200 control > . ack 1\n"
    "+150 control > . ack 1\n+1 a > (1)\n");
  guint i;

  for (i = 0; i < 100; i++)
    g_string_append_printf(text, "+0 tunnel > gre1 seq %u (8)\n+0 %c > (1)\n", i, i % 2 == 0 ? 'a' : 'b');
  ck_assert_uint_lt(play(text->str, sizes, G_N_ELEMENTS(sizes)), 20);
  g_string_free(text, TRUE);
}
END_TEST

/* A look-up comes by a dead PPTP control connection, whose end takes what was looked up along. */
START_TEST(test_found_and_ended)
{
  const sizing sizes[][2] = {
    { { 0, 1, CT_TIMEOUT_TCP_FIN_WAIT, 10 }, { 0, 1, CT_TIMEOUT_TCP_FIN_WAIT, 10 } },
    { { 0, 1, CT_TIMEOUT_TCP_FIN_WAIT, 10 }, { 0, 4, CT_TIMEOUT_TCP_FIN_WAIT, 10 } },
    { { 5, 1, CT_TIMEOUT_TCP_FIN_WAIT, 10 }, { 0, 1, CT_TIMEOUT_TCP_FIN_WAIT, 10 } },
    { { 5, 1, 0, 0 }, { 0, 1, CT_TIMEOUT_TCP_FIN_WAIT, 10 } },
  };

  play(
    "flow g: gre 10.0.0.1 > 10.0.0.2 call 0,0\nflow p: tcp 10.0.0.1:4000 > 10.0.0.2:1723\n"
    "+0 g > gre1 seq 0 (8)\n+0 g < gre1 seq 0 (8)\n+0 g > gre1 seq 1 (8)\n+0 p > S 0:0(0) win 64240\n+0 p < S. 0:0(0) "
    "ack 1 win 64240\n"
    "+0 p > . ack 1\n+0 p > F. 1:1(0) ack 1\n+11 g > gre1 seq 2 (8)\n+5 g > gre1 seq 3 (8)\n+100 g > gre1 seq 4 (8)\n",
    sizes[_i], 2);
}
END_TEST

/*
 * FINs outside the window from both sides in turn shorten the time that is left, if that is long: which depends on how
 * much is left.
 */
START_TEST(test_suspected_end)
{
  const sizing sizes[] = { { 0, 256, 0, 0 },
                           { 0, 256, CT_TIMEOUT_TCP_ESTABLISHED, 310 },
                           { 0, 64, CT_TIMEOUT_TCP_ESTABLISHED, 400 },
                           { 2, 64, CT_TIMEOUT_TCP_ESTABLISHED, 301 } };

  play(
    "flow t: tcp 10.0.0.1:4000 > 10.0.0.2:80\n+0 t > S 0:0(0) win 1000\n+0 t < S. 0:0(0) ack 1 win 1000\n+0 t > . ack "
    "1 win 1000\n"
    "+0 t < . ack 1 win 1000\n+5 t > F. 900000:900000(0) ack 1 win 1000\n+1 t < F. 900000:900000(0) ack 1 win 1000\n"
    "+15 t > R. 900000:900000(0) ack 1 win 1000\n+1 t < F. 900000:900000(0) ack 1 win 1000\n+288 t > . ack 1 win 1000\n"
    "+20 t > . ack 1 win 1000\n+100 t < . ack 1 win 1000\n+500 t > . ack 1 win 1000\n",
    sizes, G_N_ELEMENTS(sizes));
}
END_TEST

/* FTP, whose master goes in one lane before its child, and in another after it. */
START_TEST(test_masters_and_children)
{
  const sizing sizes[] = { { 0, 256, 0, 0 },
                           { 2, 16, 0, 0 },
                           { 1, 5, 0, 0 },
                           { 0, 4, CT_TIMEOUT_TCP_ESTABLISHED, 3 },
                           { 0, 256, CT_TIMEOUT_TCP_SYN_SENT, 1 },
                           { 3, 1, CT_TIMEOUT_TCP_CLOSE, 1 } };

  play("flow c: tcp 10.0.0.1:4000 > 10.0.0.2:21\nflow d: tcp 10.0.0.2:20 > 10.0.0.1:5001\nflow x: udp 10.0.0.1:7 > "
       "10.0.0.2:7\n"
       "+0 c > S 0:0(0) win 64240\n+0 c < S. 0:0(0) ack 1 win 64240\n+0 c > . ack 1\n"
       "+0 c > P. data \"PORT 10,0,0,1,19,137\\r\\n\"\n+0.1 d > S 0:0(0) win 64240\n+0 x > (1)\n+0.1 d < S. 0:0(0) ack "
       "1 win 64240\n"
       "+4 d > . ack 1\n+0 c < . ack 100\n+1 x > (1)\n+0 c > R. 1:1(0) ack 1\n+0 d > F. 1:1(0) ack 1\n+11 d < . ack "
       "2\n+0 x > (1)\n"
       "+200 x > (1)\n+0 d > S 5000:5000(0) win 64240\n",
       sizes, G_N_ELEMENTS(sizes));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("lanes-helped");
  TCase *tcase = tcase_create("lanes-helped");

  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_refused_with_helper);
  tcase_add_test(tcase, test_gre_beside_keys);
  tcase_add_test(tcase, test_gre_keys_differ);
  tcase_add_test(tcase, test_gre_evicted_often);
  tcase_add_loop_test(tcase, test_found_and_ended, 0, 4);
  tcase_add_test(tcase, test_suspected_end);
  tcase_add_test(tcase, test_masters_and_children);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
