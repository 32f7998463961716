/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers at work in the engine: who gets one, what they expect, what they drop, and what becomes of it. */
#include <string.h>

#include "conntrack/helper/list.h"
#include "conntrack/helper/settings.h"
#include "conntrack/read/packet.h"
#include "helper_kit.h"
#include "unit.h"

#define CLIENT "10.1.0.2"
#define SERVER "10.2.0.2"

static hk kit;
static void setup(void) { hk_start(&kit); }
static void teardown(void) { hk_stop(&kit); }

static void view_get(ct_view *view) { ck_assert(ct_engine_find(kit.engine, kit.result.conn, view)); }

static void ftp_open(hk_tcp *t, hk_end client, hk_end server)
{
  hk_tcp_open(&kit, t, client, server);
  hk_tcp_text(t, 1, "220 hello\r\n");
  hk_tcp_text(t, 0, "USER x\r\n");
  hk_tcp_text(t, 1, "331 password\r\n");
}

/* ---- who gets a helper ---- */

START_TEST(by_standard_port)
{
  hk_tcp t;
  ct_view view;

  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":21");
  view_get(&view);
  ck_assert_str_eq(view.helper, "ftp");
  ck_assert(view.status & CT_STATUS_HELPER);
  hk_udp_text(&kit, CLIENT ":4000", SERVER ":21", "not TCP");
  view_get(&view);
  ck_assert_ptr_null(view.helper);
  hk_udp_text(&kit, SERVER ":21", CLIENT ":4001", "the source port does not count");
  view_get(&view);
  ck_assert_ptr_null(view.helper);
  hk_tcp_open(&kit, &t, "[fd01::2]:4000", "[fd02::2]:6667");
  view_get(&view);
  ck_assert_ptr_null(view.helper); /* IRC's is for IPv4 only */
}
END_TEST

START_TEST(by_settings)
{
  hk_tcp t;
  ct_view view;

  ck_assert_int_eq(ct_params_helper_add(&kit.params, "FTP", 2121), CT_HELPER_OK);
  ck_assert_int_eq(ct_params_helper_parse(&kit.params, "Q.931:1730"), CT_HELPER_OK);
  ck_assert_int_eq(ct_params_helper_disable(&kit.params, "tftp"), CT_HELPER_OK);
  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":2121");
  view_get(&view);
  ck_assert_str_eq(view.helper, "ftp");
  hk_tcp_open(&kit, &t, CLIENT ":4001", SERVER ":1730");
  view_get(&view);
  ck_assert_str_eq(view.helper, "Q.931");
  hk_udp(&kit, CLIENT ":4000", SERVER ":69", "\0\1x", 3);
  view_get(&view);
  ck_assert_ptr_null(view.helper);
}
END_TEST

START_TEST(none_at_all)
{
  ct_view view;

  kit.params.helpers_by_port = false;
  hk_udp(&kit, CLIENT ":4000", SERVER ":69", "\0\1x", 3);
  view_get(&view);
  ck_assert_ptr_null(view.helper);
  hk_expect_said(&kit, "");
}
END_TEST

/* A port that was given counts for itself; a flow to a standard port goes without, which is counted. */
START_TEST(ports_alone)
{
  const ct_stats *stats;
  ct_view view;
  hk_tcp t;

  kit.params.helpers_by_port = false;
  ck_assert_int_eq(ct_params_helper_parse(&kit.params, "ftp:2121"), CT_HELPER_OK);
  ck_assert_int_eq(ct_params_helper_disable(&kit.params, "irc"), CT_HELPER_OK);
  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":2121");
  view_get(&view);
  ck_assert_str_eq(view.helper, "ftp");
  hk_tcp_open(&kit, &t, CLIENT ":4001", SERVER ":21");
  view_get(&view);
  ck_assert_ptr_null(view.helper);
  hk_tcp_open(&kit, &t, CLIENT ":4002", SERVER ":6667");
  hk_tcp_open(&kit, &t, CLIENT ":4003", SERVER ":80");
  hk_udp(&kit, CLIENT ":4004", SERVER ":69", "\0\1x", 3);
  stats = ct_engine_stats(kit.engine);
  ck_assert_uint_eq(stats->unhelped[ct_helper_number("ftp")], 1);
  ck_assert_uint_eq(stats->unhelped[ct_helper_number("tftp")], 1);
  ck_assert_uint_eq(stats->unhelped[ct_helper_number("irc")], 0); /* it was switched off */
}
END_TEST

/* Who attaches by itself: KERNELS K7. */
START_TEST(by_profile)
{
  static const struct {
    const char *profile;
    gboolean by_port;
  } cases[] = { { "linux-6.18", FALSE }, { "linux-6.1", FALSE }, { "linux-2.6", TRUE }, { "linux-2.4", TRUE } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    ct_params params;

    ct_params_init(&params, ct_profile_find(cases[i].profile));
    ck_assert_msg(params.helpers_by_port == cases[i].by_port, "%s", cases[i].profile);
  }
}
END_TEST

START_TEST(kernels_without_pptp)
{
  static const char *const names[] = { "linux-2.6", "linux-2.4" };
  ct_view view;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    hk_tcp t;

    hk_stop(&kit);
    hk_start(&kit);
    ct_params_init(&kit.params, ct_profile_find(names[i]));
    hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":21");
    view_get(&view);
    ck_assert_str_eq(view.helper, "ftp");
    hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":1723");
    view_get(&view);
    ck_assert_ptr_null(view.helper);
  }
}
END_TEST

START_TEST(settings_refused)
{
  ct_params *p = &kit.params;
  ct_helper_info info;
  unsigned i;

  ck_assert_int_eq(ct_params_helper_add(p, "nosuch", 1), CT_HELPER_UNKNOWN);
  ck_assert_int_eq(ct_params_helper_add(p, "ftp", 0), CT_HELPER_FORMAT);
  ck_assert_int_eq(ct_params_helper_parse(p, "ftp"), CT_HELPER_FORMAT);
  ck_assert_int_eq(ct_params_helper_parse(p, "ftp:"), CT_HELPER_FORMAT);
  ck_assert_int_eq(ct_params_helper_parse(p, "ftp:70000"), CT_HELPER_FORMAT);
  ck_assert_int_eq(ct_params_helper_parse(p, "ftp:2x"), CT_HELPER_FORMAT);
  ck_assert_int_eq(ct_params_helper_parse(p, "ft:21"), CT_HELPER_UNKNOWN);
  ck_assert_int_eq(ct_params_helper_disable(p, ""), CT_HELPER_UNKNOWN);
  for (i = 0; i < CT_HELPER_PORTS_MAX; i++)
    ck_assert_int_eq(ct_params_helper_add(p, "ftp", (uint16_t)(2000 + i)), CT_HELPER_OK);
  ck_assert_int_eq(ct_params_helper_add(p, "ftp", 3000), CT_HELPER_MANY);
  ck_assert_int_eq(ct_params_local_add(p, "10.1.0.2/24"), CT_HELPER_OK);
  ck_assert_int_eq(ct_params_local_add(p, "fd01::2"), CT_HELPER_OK);
  ck_assert_uint_eq(p->helpers.local[1].prefix, 128);
  ck_assert_int_eq(ct_params_local_add(p, "10.1.0.2/33"), CT_HELPER_FORMAT);
  ck_assert_int_eq(ct_params_local_add(p, "10.1.0.2/"), CT_HELPER_FORMAT);
  ck_assert_int_eq(ct_params_local_add(p, "host"), CT_HELPER_FORMAT);
  for (i = 0; ct_helper_describe(i, &info); i++) {
    ck_assert_str_ne(info.name, "");
    ck_assert_str_ne(info.help, "");
    ck_assert(info.tcp || info.udp);
    ck_assert(info.ipv4);
  }
  ck_assert_uint_eq(i, 12);
}
END_TEST

/* ---- FTP ---- */

START_TEST(ftp_active)
{
  hk_tcp t, data;
  ct_view view;

  ftp_open(&t, CLIENT ":4000", SERVER ":21");
  hk_tcp_text(&t, 0, "PORT 10,1,0,2,10,1\r\n");
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:2561 tcp 300 PORT\n");
  hk_tcp_open(&kit, &data, SERVER ":20", CLIENT ":2561");
  view_get(&view);
  ck_assert(view.status & CT_STATUS_EXPECTED);
  ck_assert_str_eq(view.expected_helper, "ftp");
  ck_assert_str_eq(view.expected_by, "PORT");
  ck_assert_uint_eq(view.expected_by_packet, 10); /* three, and three lines with their acknowledgements */
  ck_assert_uint_eq(view.master_id, 1);
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.2:2561 tcp used\n");
}
END_TEST

START_TEST(ftp_lines_in_their_place)
{
  hk_tcp t;

  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":21");
  hk_tcp_text(&t, 0, "PORT 10,1,0,2,10,1\r\n"); /* the first line of its direction */
  hk_expect_said(&kit, "");
  hk_tcp_text(&t, 0, "NOOP");
  hk_tcp_text(&t, 0, "\r\n");
  hk_tcp_text(&t, 0, "PORT 10,1,0,2,10,2\r\nPORT 10,1,0,2,10,3\r\n"); /* one line a segment */
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:2562 tcp 300 PORT\n");
  hk_tcp_again(&t, 0, "PORT 10,1,0,2,10,2\r\nPORT 10,1,0,2,10,3\r\n");
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.2:2562 tcp replaced\n+ 10.2.0.2 > 10.1.0.2:2562 tcp 300 PORT\n");
  hk_tcp_text(&t, 0, "PORT 10,1,0,2,10,4\r\n"); /* at most one */
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.2:2562 tcp class-full\n+ 10.2.0.2 > 10.1.0.2:2564 tcp 300 PORT\n");
}
END_TEST

START_TEST(ftp_refuses_what_it_cannot_read)
{
  hk_tcp t;
  ct_view before, after;

  ftp_open(&t, CLIENT ":4000", SERVER ":21");
  view_get(&before);
  hk_tcp_text(&t, 0, "PORT 10,1\r\n");
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_DROP);
  ck_assert_uint_eq(kit.result.reason, CT_REASON_HELPER_DROP);
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_ESTABLISHED);
  view_get(&after);
  ck_assert_uint_eq(after.packets[0], before.packets[0] + 1); /* counted before it was dropped */
  hk_tcp_text(&t, 0, "PORT 10,1,0,9,10,1\r\n"); /* a foreign address is no reason to drop, nor to expect */
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_ACCEPT);
  hk_expect_said(&kit, "");
}
END_TEST

START_TEST(ftp_over_ipv6)
{
  hk_tcp t, data;

  ftp_open(&t, "[fd01::2]:4000", "[fd02::2]:21");
  hk_tcp_text(&t, 1, "229 Entering (|||2600|)\r\n");
  hk_expect_said(&kit, "+ fd01::2 > fd02::2:2600 tcp 300 229\n");
  hk_tcp_open(&kit, &data, "[fd01::2]:4001", "[fd02::2]:2600");
  hk_expect_said(&kit, "- fd01::2 > fd02::2:2600 tcp used\n");
  hk_tcp_text(&t, 0, "EPRT |2|fd01::2|2601|\r\n");
  hk_expect_said(&kit, "+ fd02::2 > fd01::2:2601 tcp 300 EPRT\n");
}
END_TEST

/* A payload that the snap length cut is not guessed at, and said once per flow. */
START_TEST(cut_payloads)
{
  hk_tcp t;

  ftp_open(&t, CLIENT ":4000", SERVER ":21");
  kit.cut = 4;
  hk_tcp_text(&t, 0, "PORT 10,1,0,2,10,1\r\n");
  ck_assert_uint_eq(kit.result.reason, CT_REASON_HELPER_CUT);
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_ACCEPT);
  kit.cut = 4;
  hk_tcp_text(&t, 0, "PORT 10,1,0,2,10,2\r\n");
  ck_assert_uint_ne(kit.result.reason, CT_REASON_HELPER_CUT);
  hk_tcp_text(&t, 0, "PORT 10,1,0,2,10,3\r\n"); /* nobody knows where a line began */
  hk_expect_said(&kit, "");
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->helper_cut, 1);
}
END_TEST

/* An FTP data connection to port 21 is a control connection too. */
START_TEST(child_with_a_helper_by_port)
{
  hk_tcp t, data;
  ct_view view;

  ftp_open(&t, CLIENT ":4000", SERVER ":21");
  hk_tcp_text(&t, 1, "227 (10,2,0,2,0,21)\r\n");
  hk_tcp_open(&kit, &data, CLIENT ":4001", SERVER ":21");
  view_get(&view);
  ck_assert(view.status & CT_STATUS_EXPECTED);
  ck_assert(view.status & CT_STATUS_HELPER);
  ck_assert_str_eq(view.helper, "ftp");
}
END_TEST

/* ---- the others ---- */

START_TEST(tftp_answers_from_anywhere)
{
  hk_udp(&kit, CLIENT ":4000", SERVER ":69", "\0\1file", 6);
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:4000 udp 300 RRQ\n");
  hk_udp(&kit, CLIENT ":4000", SERVER ":69", "\0\1file", 6);
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.2:4000 udp replaced\n+ 10.2.0.2 > 10.1.0.2:4000 udp 300 RRQ\n");
  hk_udp_text(&kit, SERVER ":33000", CLIENT ":4000", "x");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
}
END_TEST

START_TEST(irc_from_anyone)
{
  hk_tcp t;

  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":6667");
  hk_tcp_text(&t, 0, "PRIVMSG bob :\1DCC SEND file 167837698 3000 100\1\r\n");
  hk_expect_said(&kit, "+ * > 10.1.0.2:3000 tcp 300 DCC SEND\n");
  hk_tcp_text(&t, 1, "PRIVMSG bob :\1DCC SEND file 167837698 3001 100\1\r\n"); /* what the server says does not count */
  hk_expect_said(&kit, "");
}
END_TEST

START_TEST(amanda_and_sane)
{
  ct_view view;
  hk_tcp t;

  hk_udp_text(&kit, CLIENT ":4000", SERVER ":10080", "REQ");
  hk_udp_text(&kit, SERVER ":10080", CLIENT ":4000", "CONNECT DATA 5000 MESG 5001\n");
  hk_expect_said(&kit, "+ 10.1.0.2 > 10.2.0.2:5000 tcp 180 DATA\n+ 10.1.0.2 > 10.2.0.2:5001 tcp 180 MESG\n");
  view_get(&view);
  ck_assert_int_eq(view.timeout_ns / 1000000000, 300);
  hk_tcp_open(&kit, &t, CLIENT ":4001", SERVER ":6566");
  hk_tcp_send(&t, 0, "\0\0\0\7\0\0\0\1", 8);
  hk_tcp_send(&t, 1, "\0\0\0\0\0\0\x0f\xa0", 8);
  hk_expect_said(&kit, "+ 10.1.0.2 > 10.2.0.2:4000 tcp 300 NET_START\n");
}
END_TEST

static void pptp_send(hk_tcp *t, guint dir, guint8 type, const char *body, gsize n)
{
  guint8 m[12 + 160] = { 0, 172, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, type };

  memcpy(m + 12, body, n);
  hk_tcp_send(t, dir, m, sizeof(m));
}

static void pptp_call(hk_tcp *t)
{
  hk_tcp_open(&kit, t, CLIENT ":4000", SERVER ":1723");
  pptp_send(t, 0, 1, "", 0);
  pptp_send(t, 1, 2, "\1\0\1\0", 4);
  pptp_send(t, 0, 7, "\0\x64", 2);
  pptp_send(t, 1, 8, "\0\xc8\0\x64\1", 5);
  hk_expect_said(
    &kit, "+ 10.1.0.2:100 > 10.2.0.2:200 gre 300 call reply\n+ 10.2.0.2:200 > 10.1.0.2:100 gre 300 call reply\n");
}

START_TEST(pptp_tunnel)
{
  hk_tcp t;
  ct_view view;
  guint64 tunnel;

  pptp_call(&t);
  hk_gre(&kit, CLIENT, SERVER, 200);
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  hk_expect_said(&kit, "- 10.1.0.2:100 > 10.2.0.2:200 gre used\n- 10.2.0.2:200 > 10.1.0.2:100 gre sibling-came\n");
  tunnel = kit.result.conn;
  view_get(&view);
  ck_assert_uint_eq(view.tuple[0].src_id, 100);
  ck_assert_uint_eq(view.tuple[0].dst_id, 200);
  ck_assert_int_eq(view.timeout_ns / 1000000000, 30);
  hk_gre(&kit, SERVER, CLIENT, 100); /* the other direction is the same connection */
  ck_assert_uint_eq(kit.result.conn, tunnel);
  ck_assert_uint_eq(kit.result.dir, CT_REPLY);
  pptp_send(&t, 1, 13, "\0\xc8", 2);
  ck_assert(!ct_engine_find(kit.engine, tunnel, &view));
  hk_gre(&kit, CLIENT, SERVER, 200); /* without its keys it is one of two strangers */
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
  view_get(&view);
  ck_assert_uint_eq(view.tuple[0].src_id, 0);
}
END_TEST

START_TEST(pptp_ends_with_its_control_connection)
{
  hk_tcp t;
  ct_view view;
  guint64 tunnel;

  pptp_call(&t);
  hk_gre(&kit, SERVER, CLIENT, 100);
  tunnel = kit.result.conn;
  hk_gre(&kit, CLIENT, SERVER, 200);
  hk_gre(&kit, CLIENT, SERVER, 200); /* assured: 180 s */
  hk_tcp_reset(&t);
  ck_assert(ct_engine_find(kit.engine, tunnel, &view));
  hk_pass(&kit, 11);
  ck_assert(!ct_engine_find(kit.engine, tunnel, &view));
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
}
END_TEST

/* A tunnel, assured, of the call ids that a control connection has before it has any. */
static void tunnel_open(hk *k)
{
  hk_gre(k, CLIENT, SERVER, 0);
  hk_gre(k, SERVER, CLIENT, 0);
  hk_gre(k, CLIENT, SERVER, 0);
}

/*
 * A full table of which nothing may go but a control connection that is ending: the collector takes that, and its
 * tunnel goes along.
 */
static void collector_meets_pptp(guint64 hash_seed, gboolean tunnel_first)
{
  const ct_stats *stats;
  hk_tcp t;
  guint i;
  hk k;

  hk_start(&k);
  k.params.gc = CT_GC_KERNEL;
  k.params.buckets = 8;
  k.params.max = 100;
  k.params.hash_seed = hash_seed;
  if (tunnel_first)
    tunnel_open(&k);
  hk_tcp_open(&k, &t, CLIENT ":4000", SERVER ":1723");
  hk_tcp_finish(&t, 0);
  if (!tunnel_first)
    tunnel_open(&k);
  for (i = 0; i < 98; i++) {
    char client[32];

    g_snprintf(client, sizeof(client), CLIENT ":%u", 5000 + i);
    hk_tcp_open(&k, &t, client, SERVER ":80");
  }
  hk_tcp_open(&k, &t, CLIENT ":9999", SERVER ":80");
  ck_assert_uint_eq(ct_engine_count(k.engine), 100);
  hk_pass(&k, 61);
  stats = ct_engine_stats(k.engine);
  ck_assert_uint_eq(stats->ended[CT_REASON_END_GC_EVICTED], 1);
  ck_assert_uint_eq(stats->ended[CT_REASON_END_HELPER], 1);
  ck_assert_uint_eq(ct_engine_count(k.engine), 98);
  hk_stop(&k);
}

START_TEST(the_collector_goes_on_where_a_tunnel_went_along)
{
  guint64 seed;

  /* Where in its bucket each stands is the seed's choice. */
  for (seed = 0; seed < 16; seed++) {
    collector_meets_pptp(seed, TRUE);
    collector_meets_pptp(seed, FALSE);
  }
}
END_TEST

START_TEST(broadcasts_of_the_host_itself)
{
  ct_view view;

  ck_assert_int_eq(ct_params_local_add(&kit.params, "10.1.0.2/24"), CT_HELPER_OK);
  hk_udp_text(&kit, "10.1.0.9:137", "10.1.0.255:137", "not ours");
  hk_udp_text(&kit, CLIENT ":4000", SERVER ":137", "not a broadcast");
  hk_udp_text(&kit, CLIENT ":4000", "10.1.255.255:137", "not our network's");
  hk_expect_said(&kit, "");
  hk_udp_text(&kit, CLIENT ":137", "10.1.0.255:137", "who is BOB");
  hk_expect_said(&kit, "+ 10.1.0.255:137 > 10.1.0.2:137 udp 3 permanent broadcast\n");
  view_get(&view);
  ck_assert_int_eq(view.timeout_ns / 1000000000, 3);
  hk_udp_text(&kit, "10.1.0.77:137", CLIENT ":137", "I am");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  hk_udp_text(&kit, "10.1.0.78:137", CLIENT ":137", "I am, too");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  hk_udp_text(&kit, "10.1.0.79:138", CLIENT ":137", "from another port");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
  hk_udp_text(&kit, "10.1.1.77:137", CLIENT ":137", "from another network");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
  hk_udp_text(&kit, CLIENT ":5000", "10.1.0.255:161", "snmp");
  view_get(&view);
  ck_assert_int_eq(view.timeout_ns / 1000000000, 30);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("helper_flow");
  TCase *tc = tcase_create("engine");

  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, by_standard_port);
  tcase_add_test(tc, by_settings);
  tcase_add_test(tc, none_at_all);
  tcase_add_test(tc, ports_alone);
  tcase_add_test(tc, by_profile);
  tcase_add_test(tc, kernels_without_pptp);
  tcase_add_test(tc, settings_refused);
  tcase_add_test(tc, ftp_active);
  tcase_add_test(tc, ftp_lines_in_their_place);
  tcase_add_test(tc, ftp_refuses_what_it_cannot_read);
  tcase_add_test(tc, ftp_over_ipv6);
  tcase_add_test(tc, cut_payloads);
  tcase_add_test(tc, child_with_a_helper_by_port);
  tcase_add_test(tc, tftp_answers_from_anywhere);
  tcase_add_test(tc, irc_from_anyone);
  tcase_add_test(tc, amanda_and_sane);
  tcase_add_test(tc, pptp_tunnel);
  tcase_add_test(tc, pptp_ends_with_its_control_connection);
  tcase_add_test(tc, the_collector_goes_on_where_a_tunnel_went_along);
  tcase_add_test(tc, broadcasts_of_the_host_itself);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
