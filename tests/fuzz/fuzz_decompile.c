/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as frames, made into a scenario. Properties: the scenario parses, everything in it is met, and the frames
 * it compiles to give the same scenario again: no byte of a packet is lost.
 *
 * Input: two bytes of link type (an index), then frames: two bytes of length, two of how much the capture cut off, the
 * bytes.
 */
#include <config.h>

#include <string.h>

#include "conntrack/profile/profile.h"
#include "fuzz.h"
#include "scenario/decompile.h"
#include "scenario/perform.h"

static const guint16 links[] = { 1, 101, 113, 276, 0, 108, 9, 104, 105, 127 };

static void on_outcome(const scn_outcome *outcome, gpointer user)
{
  (void)user;
  if (!outcome->met)
    g_printerr("line %u: %s: expected %s, got %s (%s)\n", outcome->line, outcome->expectation, outcome->expected,
               outcome->got, outcome->packet);
  g_assert_true(outcome->met);
}

static gboolean decompile_frame(const scn_frame *frame, gpointer user, GError **error)
{
  (void)error;
  scn_decompiler_frame(user, &frame->frame, NULL);
  return TRUE;
}

/* What is said about frames without packets: they are not in the second capture. */
static const char *after_remarks(const char *text)
{
  const char *start = strstr(text, "start ");

  return start ? start : "";
}

static void there_and_back(const char *text, const ct_params *params)
{
  GError *error = NULL;
  scn_scenario *scenario = scn_scenario_parse(text, -1, "fuzz", &error);
  scn_decompiler *again = scn_decompiler_new(params, CT_CHECKSUMS_AUTO, NULL);
  scn_run_figures figures;
  char *second;

  g_assert_no_error(error);
  scn_scenario_run(scenario, params, CT_CHECKSUMS_AUTO, NULL, on_outcome, NULL, &figures, &error);
  g_assert_no_error(error);
  scn_scenario_compile(scenario, decompile_frame, again, &error);
  g_assert_no_error(error);
  second = scn_decompiler_text(again, "");
  g_assert_cmpstr(after_remarks(text), ==, after_remarks(second));
  g_free(second);
  scn_decompiler_free(again);
  scn_scenario_free(scenario);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  cap_frame frame = { .ts_ns = G_GINT64_CONSTANT(1767607200000000000) };
  scn_decompiler *decompiler;
  ct_params params;
  char *text;

  if (size < 2)
    return 0;
  ct_params_init(&params, ct_profile_get(0));
  params.helpers_by_port = true;
  decompiler = scn_decompiler_new(&params, CT_CHECKSUMS_AUTO, NULL);
  frame.link = links[data[0] % G_N_ELEMENTS(links)];
  for (size_t at = 2; at + 4 <= size;) {
    gsize n = MIN((gsize)(data[at] << 8 | data[at + 1]), size - at - 4);

    frame.data = data + at + 4;
    frame.captured = (guint32)n;
    frame.wire = frame.captured + (data[at + 2] < 0x80 ? 0 : data[at + 3]);
    frame.ts_ns += data[at + 2] * 1000003;
    scn_decompiler_frame(decompiler, &frame, NULL);
    at += 4 + n;
  }
  text = scn_decompiler_text(decompiler, "");
  there_and_back(text, &params);
  g_free(text);
  scn_decompiler_free(decompiler);
  return 0;
}

static gboolean add_frame(const scn_frame *frame, gpointer user, GError **error)
{
  const guint8 head[4] = { (guint8)(frame->frame.captured >> 8), (guint8)frame->frame.captured, 0, 0 };

  (void)error;
  g_byte_array_append(user, head, sizeof(head));
  g_byte_array_append(user, frame->frame.data, frame->frame.captured);
  return TRUE;
}

void fuzz_seeds(fuzz_add_fn add)
{
  static const char *const words[] = { "ethernet", "raw", "sll",   "sll2 3", "null",
                                       "loop",     "ppp", "chdlc", "wlan",   "radiotap" };
  static const char flows[] =
    "flow t: tcp 10.0.0.1:1 > 10.0.0.2:2\nflow x: tcp [fd00::1]:1 > [fd00::2]:2\nflow u: udp 10.0.0.1:1 > "
    "10.0.0.2:2\n"
    "flow s: sctp 10.0.0.1:1 > 10.0.0.2:2\nflow g: gre 10.0.0.1 > 10.0.0.2 call 1,2\nflow i: icmp 10.0.0.1 > "
    "10.0.0.2 id 9\n"
    "flow l: udplite 10.0.0.1:1 > 10.0.0.2:2\n";
  /* A few packets each: what is tried of a long seed takes long, and most of it is tried over and over. */
  static const char *const packets[] = {
    "+0 t > S <mss 1460,sackOK,nop,wscale 7,TS val 1 ecr 2> as p\n+0 t < S.\n+0 t > P. (20) <nop,nop,sack 1:2 "
    "3:4>\n",
    "+0 x > S\n+0 x > F.\n+0 t > S as p\n+0 t < icmp unreachable port about p\n",
    "+0 u > data \"hello\\r\\n\" ipopt 94040000 tos 16\n+0 u < (9) csum none\nhold h: u > (60)\n+0 fragment h 0:32\n+0 "
    "fragment h 32:\n",
    "+0 s > INIT[tag=1](4)\n+0 s < INIT_ACK[tag=2](5)\n+0 s > DATA[](7); SACK[]\n",
    "+0 g > gre1 seq 1 (4)\n+0 g < gre "
    "key 3 (4)\n+0 i > echo request seq 1 (8)\n+0 l > (20) cov 9\n+0 "
    "raw 4500001400000000403300000a0000010a000002\n",
  };

  for (guint k = 0; k < G_N_ELEMENTS(words) * G_N_ELEMENTS(packets); k++) {
    const guint i = k % G_N_ELEMENTS(words);
    char *text = g_strdup_printf("link %s\n%s%s", words[i], flows, packets[k / G_N_ELEMENTS(words)]);
    scn_scenario *scenario = scn_scenario_parse(text, -1, "seed", NULL);
    GByteArray *bytes = g_byte_array_new();
    const guint8 head[2] = { (guint8)i, 0 };

    g_assert_nonnull(scenario);
    g_byte_array_append(bytes, head, sizeof(head));
    g_assert_true(scn_scenario_compile(scenario, add_frame, bytes, NULL));
    add(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    scn_scenario_free(scenario);
    g_free(text);
  }
}
