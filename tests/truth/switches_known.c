/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "switches_known.h"

#include <string.h>

#include "conntrack/engine.h"
#include "conntrack/proto/tables.h"
#include "emit/formats.h"

#define COUNTERS_3_10                                                                                        \
  "searched found new invalid ignore delete delete_list insert insert_failed drop early_drop error search_r" \
  "estart"
#define COUNTERS_4_19 "found invalid ignore insert insert_failed drop early_drop error search_restart"
#define COUNTERS_5_10 "found invalid insert insert_failed drop early_drop error search_restart clash_resolve"
#define COUNTERS_5_15 COUNTERS_5_10 " chaintoolong"

#define INPUT KNOWN_POSTROUTING_HAS_INPUT
#define OTHERS KNOWN_SPARES_OTHER_SUMS

/* KERNELS K1.24, K2, K4, K5, K6, K10 and K17, whatever packets come. */
static const struct known {
  const char *profile;
  guint32 events, udp_stream_s, sctp_established_s, sctp_shutdown_s;
  guint32 buckets[3], max[3]; /* with 8 GiB, 2 GiB and 16 MiB of memory */
  const char *counters;       /* of conntrack -S */
  guint8 after_reset;         /* the state of a connection whose packet a rule has rejected with a reset */
  guint8 rules;               /* known_rules */
} kernels[] = {
  { "linux-3.10",
    1,
    180,
    432000,
    0,
    { 16384, 16384, 512 },
    { 65536, 65536, 2048 },
    COUNTERS_3_10,
    CT_TCP_ESTABLISHED,
    0 },
  { "rhel-7", 1, 180, 432000, 0, { 65536, 16384, 512 }, { 262144, 65536, 2048 }, COUNTERS_3_10, CT_TCP_ESTABLISHED, 0 },
  { "linux-4.19",
    1,
    180,
    432000,
    0,
    { 65536, 16384, 512 },
    { 262144, 65536, 2048 },
    COUNTERS_4_19,
    CT_TCP_ESTABLISHED,
    0 },
  { "rhel-8",
    1,
    120,
    432000,
    0,
    { 65536, 16384, 512 },
    { 262144, 65536, 2048 },
    COUNTERS_4_19,
    CT_TCP_ESTABLISHED,
    INPUT | OTHERS },
  { "linux-5.4",
    1,
    120,
    210,
    3,
    { 65536, 16384, 512 },
    { 262144, 65536, 2048 },
    COUNTERS_4_19,
    CT_TCP_ESTABLISHED,
    OTHERS },
  { "linux-5.10",
    1,
    120,
    210,
    3,
    { 65536, 16384, 512 },
    { 262144, 65536, 2048 },
    COUNTERS_5_10,
    CT_TCP_ESTABLISHED,
    INPUT | OTHERS },
  { "linux-5.15",
    1,
    120,
    210,
    3,
    { 262144, 65536, 1024 },
    { 262144, 65536, 1024 },
    COUNTERS_5_15,
    CT_TCP_CLOSE,
    INPUT | OTHERS },
  { "linux-6.1",
    2,
    120,
    210,
    3,
    { 262144, 65536, 1024 },
    { 262144, 65536, 1024 },
    COUNTERS_5_15,
    CT_TCP_CLOSE,
    INPUT | OTHERS | KNOWN_SPARES_UDP_WITHOUT_SUM },
};

static gboolean sizes_differ(const struct known *k, ct_params *params)
{
  static const guint64 ram_mib[] = { 8192, 2048, 16 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(ram_mib); i++) {
    ct_params_size_by_ram(params, ram_mib[i] << 20);
    if (params->buckets != k->buckets[i] || params->max != k->max[i])
      return TRUE;
  }
  return FALSE;
}

static gboolean counters_differ(const struct known *k, const ct_profile *profile)
{
  g_autofree char *names = g_strjoinv(" ", (char **)(void *)emit_stats_sent(profile));

  return strcmp(names, k->counters) != 0;
}

static void send_tcp(ct_engine *engine, const ct_params *params, guint dir, guint8 flags, guint32 seq, guint32 ack,
                     ct_fate fate, ct_passage *passage)
{
  guint8 bytes[40] = { 0x45, 0, 0, 40, 0, 0, 0, 0, 64, CT_PROTO_TCP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 };
  ct_packet packet = { .number = 1, .data = bytes, .length = sizeof(bytes), .captured = sizeof(bytes) };
  guint i;

  bytes[15] = (guint8)(1 + dir);
  bytes[19] = (guint8)(2 - dir);
  bytes[21] = bytes[15];
  bytes[23] = bytes[19];
  for (i = 0; i < 4; i++) {
    bytes[24 + i] = (guint8)(seq >> (24 - 8 * i));
    bytes[28 + i] = (guint8)(ack >> (24 - 8 * i));
  }
  bytes[32] = 0x50;
  bytes[33] = flags;
  bytes[34] = 0x10;
  packet.time_ns = 1000000000;
  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, params);
  ct_engine_arrive(engine, &packet, NULL, passage);
  ct_engine_conclude(engine, passage, fate);
}

/* A rule rejects a packet of an established connection with a reset (RULES 1.3). => its state then */
static guint8 state_after_reset(const ct_params *params)
{
  enum { SYN = 2, ACK = 16 };
  ct_engine *engine = ct_engine_new(params);
  ct_passage passage;
  ct_view view;

  send_tcp(engine, params, 0, SYN, 1000, 0, CT_FATE_ACCEPT, &passage);
  send_tcp(engine, params, 1, SYN | ACK, 5000, 1001, CT_FATE_ACCEPT, &passage);
  send_tcp(engine, params, 0, ACK, 1001, 5001, CT_FATE_ACCEPT, &passage);
  send_tcp(engine, params, 0, ACK, 1001, 5001, CT_FATE_RESET, &passage);
  ct_entry_view(engine, passage.result.entry, &view);
  ct_engine_free(engine);
  return view.state;
}

const char *known_wrong(const ct_profile *own, const ct_profile *profile)
{
  const struct known *k = NULL;
  ct_params params;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(kernels); i++)
    if (strcmp(kernels[i].profile, own->name) == 0)
      k = &kernels[i];
  if (k == NULL)
    return NULL;
  ct_params_init(&params, profile);
  if (params.events != k->events || params.timeout_s[CT_TIMEOUT_UDP_STREAM] != k->udp_stream_s ||
      params.timeout_s[CT_TIMEOUT_SCTP_ESTABLISHED] != k->sctp_established_s ||
      params.timeout_s[CT_TIMEOUT_SCTP_SHUTDOWN_SENT] != k->sctp_shutdown_s)
    return "the sysctls that it starts with";
  if (state_after_reset(&params) != k->after_reset)
    return "a reset by a rule";
  if (known_rules(&params) != k->rules)
    return "rules";
  if (counters_differ(k, profile))
    return "its counters";
  return sizes_differ(k, &params) ? "the sizes that it starts with" : NULL;
}
