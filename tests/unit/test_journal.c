/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ended is remembered, the last end of a tuple, of so many as are allowed for. */
#include <glib.h>
#include <string.h>

#include "journal/advisable.h"
#include "journal/history.h"
#include "unit.h"

#define S INT64_C(1000000000)

static ct_params params;

static ct_tuple udp_tuple(guint32 host, guint16 from, guint16 to)
{
  ct_tuple tuple = { .src_id = from, .dst_id = to, .family = CT_IPV4, .proto = CT_PROTO_UDP };

  tuple.src.v4 = host;
  tuple.dst.v4 = 0x0100000a;
  return tuple;
}

static void end_it(journal *j, const ct_tuple *tuple, guint64 conn, gint64 time_ns)
{
  ct_view view = { .id = conn, .timeout = CT_TIMEOUT_UDP, .deadline_ns = time_ns, .created_ns = time_ns - 40 * S };
  ct_event event = { .type = CT_EVENT_DESTROY, .time_ns = time_ns, .reason = CT_REASON_END_TIMEOUT, .view = &view };

  view.tuple[CT_ORIGINAL] = *tuple;
  journal_event(j, &event);
}

START_TEST(the_last_end_of_a_tuple_either_way)
{
  journal *j = journal_new(&params, JOURNAL_ENDS_MOST);
  ct_tuple there = udp_tuple(1, 5, 53), back, other = udp_tuple(1, 6, 53);
  const journal_end *end;

  ct_tuple_invert(&there, &back);
  ck_assert_ptr_null(journal_find(j, &there));
  end_it(j, &there, 1, 100 * S);
  end_it(j, &there, 7, 200 * S);
  end = journal_find(j, &back);
  ck_assert_ptr_nonnull(end);
  ck_assert_uint_eq(end->conn, 7);
  ck_assert_int_eq(end->ended_ns, 200 * S);
  ck_assert_int_eq(end->renewed_ns, 170 * S);
  ck_assert_ptr_null(journal_find(j, &other));
  journal_free(j);
}
END_TEST

START_TEST(the_newest_ends_are_kept)
{
  enum { MOST = 1024, ALL = 5000 };
  journal *j = journal_new(&params, MOST);
  guint i;

  for (i = 0; i < ALL; i++) {
    ct_tuple tuple = udp_tuple(i, 5, 53);

    end_it(j, &tuple, i + 1, i * S);
  }
  ck_assert_uint_eq(journal_forgotten(j), ALL - MOST);
  for (i = 0; i < ALL; i++) {
    ct_tuple tuple = udp_tuple(i, 5, 53);
    const journal_end *end = journal_find(j, &tuple);

    ck_assert_int_eq(end != NULL, i >= ALL - MOST);
    if (end != NULL)
      ck_assert_uint_eq(end->conn, i + 1);
  }
  journal_free(j);
}
END_TEST

static void put16(uint8_t *p, guint v)
{
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static ct_packet udp_packet(uint8_t bytes[28], guint64 number, gint64 time_ns)
{
  ct_packet packet = { .time_ns = time_ns, .number = number, .data = bytes, .length = 28, .captured = 28 };

  memset(bytes, 0, 28);
  bytes[0] = 0x45;
  bytes[3] = 28;
  bytes[9] = CT_PROTO_UDP;
  bytes[15] = 1;
  bytes[19] = 2;
  put16(bytes + 20, 1000);
  put16(bytes + 22, 53);
  put16(bytes + 24, 8);
  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &params);
  return packet;
}

/* => what would have kept a UDP flow of two packets that far apart; 0: nothing ended. */
static guint32 kept_by(gint64 apart_ns)
{
  ct_engine *engine = ct_engine_new(&params);
  journal_history h;
  ct_result result;
  uint8_t bytes[28];
  guint32 seconds = 0;
  guint i;

  journal_history_begin(&h, engine);
  for (i = 0; i < 2; i++) {
    ct_packet packet = udp_packet(bytes, i + 1, 1000 * S + i * apart_ns);

    ct_engine_packet(engine, &packet, &result);
    journal_history_packet(&h, &packet, &result);
    seconds = h.past.end != NULL ? h.past.kept_s : 0;
  }
  ct_engine_free(engine);
  journal_history_end(&h);
  return seconds;
}

START_TEST(what_would_have_kept_it_is_exact)
{
  ck_assert_uint_eq(kept_by(30 * S - 1), 0);
  ck_assert_uint_eq(kept_by(30 * S), 31); /* expiry at equality comes first */
  ck_assert_uint_eq(kept_by(31 * S - 1), 31);
  ck_assert_uint_eq(kept_by(31 * S), 32);
}
END_TEST

/* A TCP packet of one connection; back: from its server. */
static void tcp_packet(ct_packet *packet, uint8_t bytes[40], guint64 number, gboolean back, uint8_t flags)
{
  *packet = (ct_packet){
    .time_ns = 1000 * S + (gint64)number * S, .number = number, .data = bytes, .length = 40, .captured = 40
  };
  memset(bytes, 0, 40);
  bytes[0] = 0x45;
  bytes[3] = 40;
  bytes[9] = CT_PROTO_TCP;
  bytes[back ? 19 : 15] = 1;
  bytes[back ? 15 : 19] = 2;
  put16(bytes + (back ? 22 : 20), 1000);
  put16(bytes + (back ? 20 : 22), 80);
  bytes[27] = bytes[31] = 1;
  bytes[32] = 0x50;
  bytes[33] = flags;
  ct_packet_prepare(packet, CT_CHECKSUMS_IGNORE, &params);
}

/* => the advice about an ACK behind n SYNs that nobody answered. */
static journal_advice behind_syns(guint n)
{
  ct_engine *engine = ct_engine_new(&params);
  journal_history h;
  ct_result result;
  uint8_t bytes[40];
  ct_packet packet;
  journal_advice advice;
  guint i;

  journal_history_begin(&h, engine);
  journal_history_try(&h, engine);
  for (i = 0; i <= n; i++) {
    tcp_packet(&packet, bytes, i + 1, FALSE, i < n ? CT_TCP_SYN : CT_TCP_ACK);
    packet.time_ns = 1000 * S + i;
    ct_engine_packet(engine, &packet, &result);
    journal_history_packet(&h, &packet, &result);
  }
  ck_assert_int_eq(result.cls, CT_CLASS_INVALID);
  advice = h.advice;
  ct_engine_free(engine);
  journal_history_end(&h);
  return advice;
}

/* => what is advised of an ACK behind a SYN, with n packets of others between; one: all of them of one connection. */
static journal_helps behind_others(guint n, gboolean one)
{
  ct_engine *engine = ct_engine_new(&params);
  journal_history h;
  ct_result result;
  uint8_t bytes[40];
  ct_packet packet;
  journal_helps helps;
  guint i;

  journal_history_begin(&h, engine);
  journal_history_try(&h, engine);
  for (i = 0; i < n + 2; i++) {
    if (i == 0 || i == n + 1) {
      tcp_packet(&packet, bytes, i + 1, FALSE, i == 0 ? CT_TCP_SYN : CT_TCP_ACK);
    } else {
      packet = udp_packet(bytes, i + 1, 0);
      bytes[13] = one ? 0 : (uint8_t)(i >> 16);
      put16(bytes + 20, one ? 1 : i & 0xffff);
      ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &params);
    }
    packet.time_ns = 1000 * S + i;
    ct_engine_packet(engine, &packet, &result);
    journal_history_packet(&h, &packet, &result);
  }
  ck_assert_int_eq(result.cls, CT_CLASS_INVALID);
  helps = h.advice.helps;
  ct_engine_free(engine);
  journal_history_end(&h);
  return helps;
}

static gboolean may_advise(const char *sysctl, guint64 now, gboolean is_timeout, guint64 value)
{
  ct_param_info info = { .name = sysctl, .value = now, .is_timeout = is_timeout };

  return journal_is_advisable(&info, value);
}

START_TEST(what_may_be_advised)
{
  ck_assert(may_advise("nf_conntrack_udp_timeout", 30, TRUE, 31));
  ck_assert(!may_advise("nf_conntrack_udp_timeout", 30, TRUE, 30));
  ck_assert(!may_advise("nf_conntrack_udp_timeout", 30, TRUE, 0));
  ck_assert(may_advise("ip_conntrack_tcp_be_liberal", 0, FALSE, 1));
  ck_assert(!may_advise("nf_conntrack_tcp_be_liberal", 1, FALSE, 0));
  ck_assert(may_advise("nf_conntrack_tcp_loose", 0, FALSE, 1));
  ck_assert(!may_advise("nf_conntrack_tcp_loose", 1, FALSE, 0));
  ck_assert(!may_advise("nf_conntrack_tcp_loose", 1, FALSE, 255));
  ck_assert(!may_advise("nf_conntrack_dccp_loose", 1, FALSE, 0));
  ck_assert(may_advise("nf_conntrack_checksum", 1, FALSE, 0));
  ck_assert(!may_advise("nf_conntrack_checksum", 0, FALSE, 1));
  ck_assert(may_advise("nf_conntrack_tcp_max_retrans", 3, FALSE, 5));
  ck_assert(!may_advise("nf_conntrack_tcp_max_retrans", 3, FALSE, 0));
  ck_assert(!may_advise("nf_conntrack_log_invalid", 0, FALSE, 255));
}
END_TEST

START_TEST(sysctls_are_tried_one_by_one)
{
  journal_advice advice = behind_syns(1);

  /* Where the SYN left no entry, the ACK is picked up: with a timeout of 0, which nobody should set. Nothing else does
   * it. */
  ck_assert_int_eq(advice.helps, JOURNAL_HELPS_UNADVISABLE);
  ck_assert_int_eq(behind_syns(TRIALS_OF_ONE_MOST - 1).helps, JOURNAL_HELPS_UNADVISABLE);
  ck_assert_int_eq(behind_syns(TRIALS_OF_ONE_MOST).helps, JOURNAL_HELPS_UNKNOWN);
}
END_TEST

/* So many packets are remembered, whosoever they are; but of one connection no more than may be of one. */
START_TEST(so_many_packets_are_remembered)
{
  ck_assert_int_eq(behind_others(TRIALS_PACKETS_MOST - 2, FALSE), JOURNAL_HELPS_UNADVISABLE);
  ck_assert_int_eq(behind_others(TRIALS_PACKETS_MOST - 1, FALSE), JOURNAL_HELPS_UNKNOWN);
  ck_assert_int_eq(behind_others(TRIALS_PACKETS_MOST + 5, TRUE), JOURNAL_HELPS_UNADVISABLE);
}
END_TEST

/* A SYN and ACK that nothing came before: no value of anything makes an entry of it. */
START_TEST(what_nothing_helps_is_told_apart)
{
  ct_engine *engine = ct_engine_new(&params);
  journal_history h;
  ct_result result;
  uint8_t bytes[40];
  ct_packet packet;
  guint i;

  journal_history_begin(&h, engine);
  journal_history_try(&h, engine);
  for (i = 0; i < 2; i++) {
    tcp_packet(&packet, bytes, 1, FALSE, CT_TCP_SYN | CT_TCP_ACK);
    ct_engine_packet(engine, &packet, &result);
    journal_history_packet(&h, &packet, &result);
    ck_assert_int_eq(h.advice.helps, JOURNAL_HELPS_NOTHING);
  }
  /* A SYN, and one and ACK of the same side: the entry of the first refuses it, and without that it begins none. */
  for (i = 0; i < 2; i++) {
    tcp_packet(&packet, bytes, 2 + i, FALSE, i == 0 ? CT_TCP_SYN : CT_TCP_SYN | CT_TCP_ACK);
    ct_engine_packet(engine, &packet, &result);
    journal_history_packet(&h, &packet, &result);
  }
  ck_assert_int_eq(result.cls, CT_CLASS_INVALID);
  ck_assert_int_eq(h.advice.helps, JOURNAL_HELPS_NONE_TRIED);
  ct_engine_free(engine);
  journal_history_end(&h);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("journal");
  TCase *tcase = tcase_create("ends");

  ct_params_init(&params, ct_profile_get(0));
  tcase_add_test(tcase, the_last_end_of_a_tuple_either_way);
  tcase_add_test(tcase, the_newest_ends_are_kept);
  tcase_add_test(tcase, what_would_have_kept_it_is_exact);
  tcase_add_test(tcase, what_may_be_advised);
  tcase_add_test(tcase, sysctls_are_tried_one_by_one);
  tcase_add_test(tcase, so_many_packets_are_remembered);
  tcase_add_test(tcase, what_nothing_helps_is_told_apart);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
