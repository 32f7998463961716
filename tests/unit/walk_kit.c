/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk_kit.h"

#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "firewall/iptables.h"
#include "firewall/walk/firewall_internal.h"
#include "unit.h"

#define NS_PER_MS G_GINT64_CONSTANT(1000000)

void wk_init(wk_kit *k)
{
  memset(k, 0, sizeof *k);
  k->facts = fw_box_facts_new();
  k->options.backend = FW_BACKEND_LEGACY;
  k->options.no_answer_limit = TRUE;
  k->options.record = TRUE;
  ct_params_init(&k->params, ct_profile_get(0));
  k->params.acct = 1;
  k->params.hz = 250;
  k->now_ns = G_GINT64_CONSTANT(1600000000) * 1000 * NS_PER_MS;
  k->ttl = 64;
  k->in = "eth0";
}

static void read_text(wk_kit *k, const char *name, const char *text)
{
  const fw_read_options none = { FALSE, FW_IPV4, k->options.backend };
  GError *error = NULL;

  if (!fw_rules_read(k->ruleset, name, text, strlen(text), &none, &error))
    ck_abort_msg("%s", error->message);
}

void wk_start(wk_kit *k, const char *rules, const char *sets)
{
  k->ruleset = fw_ruleset_new();
  if (sets != NULL)
    read_text(k, "sets", sets);
  read_text(k, "rules", rules);
  fw_rules_finish(k->ruleset);
  k->firewall = fw_firewall_new(k->ruleset, k->facts, &k->options);
  k->engine = ct_engine_new(&k->params);
}

void wk_stop(wk_kit *k)
{
  fw_firewall_free(k->firewall);
  ct_engine_free(k->engine);
  fw_ruleset_free(k->ruleset);
  fw_box_facts_free(k->facts);
}

static void put16(guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

static void put32(guint8 *at, guint32 value)
{
  put16(at, value >> 16);
  put16(at + 2, value & 0xffff);
}

static fw_verdict pass(wk_kit *k, guint32 length)
{
  ct_packet *packet = &k->packet;
  fw_arrival arrival = { .packet = packet, .in = k->in, .link = k->link ? k->ethernet : NULL };

  *packet =
    (ct_packet){ .time_ns = k->now_ns, .number = ++k->number, .data = k->bytes, .length = length, .captured = length };
  ct_packet_prepare(packet, CT_CHECKSUMS_IGNORE, &k->params);
  fw_firewall_packet(k->firewall, k->engine, &arrival, &k->result);
  k->straight += k->firewall->straight.due != FALSE;
  return fw_firewall_said(k->firewall)->verdict;
}

fw_verdict wk_whole(wk_kit *k, const void *bytes, guint n)
{
  memcpy(k->bytes, bytes, n);
  return pass(k, n);
}

fw_verdict wk_raw(wk_kit *k, const char *from, const char *to, guint8 protocol, const void *bytes, guint n)
{
  guint8 *b = k->bytes;
  gboolean six = strchr(from, ':') != NULL;
  guint ip = six ? 40 : 20;

  memset(b, 0, ip);
  if (six) {
    put32(b, 6U << 28 | (guint32)k->tos << 20);
    put16(b + 4, n);
    b[6] = protocol;
    b[7] = k->ttl;
    ck_assert_int_eq(inet_pton(AF_INET6, from, b + 8), 1);
    ck_assert_int_eq(inet_pton(AF_INET6, to, b + 24), 1);
  } else {
    b[0] = 0x45;
    b[1] = k->tos;
    put16(b + 2, 20 + n);
    put16(b + 4, (guint)k->number);
    b[8] = k->ttl;
    b[9] = protocol;
    ck_assert_int_eq(inet_pton(AF_INET, from, b + 12), 1);
    ck_assert_int_eq(inet_pton(AF_INET, to, b + 16), 1);
  }
  memcpy(b + ip, bytes, n);
  return pass(k, ip + n);
}

fw_verdict wk_segment(wk_kit *k, const char *from, guint16 sport, const char *to, guint16 dport, guint8 flags,
                      guint32 seq, guint32 ack, const void *options, guint n_options)
{
  guint8 t[60] = { 0 };

  put16(t, sport);
  put16(t + 2, dport);
  put32(t + 4, seq);
  put32(t + 8, ack);
  t[12] = (guint8)((20 + n_options) / 4 << 4);
  t[13] = flags;
  put16(t + 14, 8192);
  if (n_options > 0)
    memcpy(t + 20, options, n_options);
  return wk_raw(k, from, to, CT_PROTO_TCP, t, 20 + n_options);
}

fw_verdict wk_tcp(wk_kit *k, const char *from, guint16 sport, const char *to, guint16 dport, guint8 flags)
{
  return wk_segment(k, from, sport, to, dport, flags, 1000, 0, NULL, 0);
}

fw_verdict wk_udp(wk_kit *k, const char *from, guint16 sport, const char *to, guint16 dport, const char *payload)
{
  guint8 u[1024] = { 0 };
  gsize n = strlen(payload);

  put16(u, sport);
  put16(u + 2, dport);
  put16(u + 4, 8 + (guint)n);
  memcpy(u + 8, payload, n);
  return wk_raw(k, from, to, CT_PROTO_UDP, u, 8 + (guint)n);
}

fw_verdict wk_icmp(wk_kit *k, const char *from, const char *to, guint8 type, guint8 code)
{
  guint8 i[12] = { type, code };
  gboolean six = strchr(from, ':') != NULL;

  return wk_raw(k, from, to, six ? CT_PROTO_ICMPV6 : CT_PROTO_ICMP, i, sizeof i);
}

void wk_pass_ms(wk_kit *k, gint64 ms) { k->now_ns += ms * NS_PER_MS; }

static const fw_chain *chain_of(const wk_kit *k, const char *table, const char *chain)
{
  guint i;

  for (i = 0; i < k->ruleset->tables->len; i++) {
    const fw_table *t = g_ptr_array_index(k->ruleset->tables, i);
    const fw_chain *c = strcmp(t->name, table) == 0 ? fw_table_chain(t, chain) : NULL;

    if (c != NULL)
      return c;
  }
  ck_abort_msg("no chain %s %s", table, chain);
}

guint64 wk_hits(const wk_kit *k, const char *table, const char *chain, guint rule)
{
  return fw_firewall_program(k->firewall)->hits[chain_of(k, table, chain)->rules[rule - 1]->serial].counters.packets;
}

guint64 wk_policy(const wk_kit *k, const char *table, const char *chain)
{
  const fw_program *program = fw_firewall_program(k->firewall);
  guint number = GPOINTER_TO_UINT(g_hash_table_lookup(program->chain_of, chain_of(k, table, chain))) - 1;

  return program->chains[number].counters.packets;
}

const char *wk_by(const wk_kit *k)
{
  static char text[128];
  GString *place = g_string_new(NULL);

  fw_decision_place(place, &fw_firewall_outcome(k->firewall)->decision);
  g_strlcpy(text, place->str, sizeof text);
  g_string_free(place, TRUE);
  return text;
}
