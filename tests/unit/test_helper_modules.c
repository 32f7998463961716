/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What helpers' modules are loaded with: named, refused, listed, and obeyed. */
#include <string.h>

#include "conntrack/helper/list.h"
#include "conntrack/helper/modules.h"
#include "conntrack/helper/settings.h"
#include "helper_kit.h"
#include "unit.h"

#define CLIENT "10.1.0.2"
#define SERVER "10.2.0.2"

static hk kit;
static void setup(void) { hk_start(&kit); }
static void teardown(void) { hk_stop(&kit); }

static void load(const char *name, const char *value)
{
  ck_assert_msg(ct_params_set_module(&kit.params, name, value) == CT_PARAM_OK, "%s=%s", name, value);
}

static gint64 timeout_s(void)
{
  ct_view view;

  ck_assert(ct_engine_find(kit.engine, kit.result.conn, &view));
  return view.timeout_ns / 1000000000;
}

static const char *helper_of(void)
{
  ct_view view;

  ck_assert(ct_engine_find(kit.engine, kit.result.conn, &view));
  return view.helper;
}

/* ---- as settings ---- */

static const struct {
  const char *profile, *name, *value;
  ct_param_error answer;
} cases[] = {
  { "linux-6.18", "nf_conntrack_sip.sip_direct_media", "0", CT_PARAM_OK },
  { "linux-6.18", "nf-conntrack-sip.sip-direct-media", "0", CT_PARAM_OK },
  { "linux-6.18", "nf_conntrack_ftp.loose", "Y", CT_PARAM_OK },
  { "linux-6.18", "nf_conntrack_ftp.loose", "2", CT_PARAM_RANGE },
  { "linux-6.18", "nf_conntrack_ftp.loose", "maybe", CT_PARAM_NOT_NUMBER },
  { "linux-6.18", "nf_conntrack_sip.sip_direct_media", "y", CT_PARAM_NOT_NUMBER }, /* a number, no switch */
  { "linux-6.18", "nf_conntrack_irc.max_dcc_channels", "255", CT_PARAM_OK },
  { "linux-6.18", "nf_conntrack_irc.max_dcc_channels", "0", CT_PARAM_RANGE },
  { "linux-6.18", "nf_conntrack_irc.max_dcc_channels", "256", CT_PARAM_RANGE },
  { "linux-6.18", "nf_conntrack_irc.dcc_timeout", "", CT_PARAM_NOT_NUMBER },
  { "linux-6.18", "nf_conntrack_irc.dcc_timeout", "99999999999999999999", CT_PARAM_RANGE },
  { "linux-6.18", "nf_conntrack_ftp.ports", "21,2121", CT_PARAM_OK },
  { "linux-6.18", "nf_conntrack_ftp.ports", "1,2,3,4,5,6,7,8", CT_PARAM_OK },
  { "linux-6.18", "nf_conntrack_ftp.ports", "1,2,3,4,5,6,7,8,9", CT_PARAM_RANGE },
  { "linux-6.18", "nf_conntrack_ftp.ports", "21,", CT_PARAM_NOT_NUMBER },
  { "linux-6.18", "nf_conntrack_ftp.ports", "0", CT_PARAM_RANGE },
  { "linux-6.18", "nf_conntrack_ftp.ports", "65536", CT_PARAM_RANGE },
  { "linux-6.18", "nf_conntrack_ftp.ports", "123456789", CT_PARAM_RANGE },
  { "linux-6.18", "nf_conntrack_ftp.nonsense", "1", CT_PARAM_UNKNOWN },
  { "linux-6.18", "nf_conntrack_ftp", "1", CT_PARAM_UNKNOWN },
  { "linux-6.18", "ip_conntrack_ftp.loose", "1", CT_PARAM_UNKNOWN },
  { "linux-2.6", "ip_conntrack_ftp.loose", "1", CT_PARAM_OK },
  { "linux-2.6", "ip_conntrack_sip.sip_timeout", "60", CT_PARAM_OK },
  { "linux-2.6", "ip_conntrack_sip.sip_direct_media", "0", CT_PARAM_UNKNOWN }, /* came later */
  { "linux-2.4", "ip_conntrack_irc.dcc_timeout", "60", CT_PARAM_OK },
  { "linux-2.4", "ip_conntrack_sip.sip_timeout", "60", CT_PARAM_UNKNOWN },
};

START_TEST(named_and_refused)
{
  ct_params fresh, params;
  ct_param_error answer;

  ct_params_init(&fresh, ct_profile_find(cases[_i].profile));
  ct_params_init(&params, ct_profile_find(cases[_i].profile));
  answer = ct_params_set_module(&params, cases[_i].name, cases[_i].value);
  ck_assert_msg(answer == cases[_i].answer, "%s=%s: %d", cases[_i].name, cases[_i].value, (int)answer);
  /* What is refused changes nothing; what is taken is another rule. */
  ck_assert_int_eq(ct_params_same_rules(&fresh, &params), answer != CT_PARAM_OK);
}
END_TEST

/* Each is listed with a value that it takes, and is what it is listed as. */
START_TEST(listed)
{
  const ct_profile *profile = ct_profile_get((unsigned)_i);
  ct_params params, other;
  ct_module_info info, again;
  size_t i;

  ct_params_init(&params, profile);
  ct_params_init(&other, profile);
  for (i = 0; ct_params_describe_module(&params, i, &info); i++) {
    ck_assert(g_str_has_prefix(info.name, profile->ip_conntrack ? "ip_conntrack_" : "nf_conntrack_"));
    ck_assert_msg(ct_params_set_module(&other, info.name, "1") == CT_PARAM_OK, "%s", info.name);
    ck_assert(ct_params_describe_module(&other, i, &again));
    ck_assert_str_eq(again.value, "1");
    ck_assert_msg(ct_params_set_module(&other, info.name, info.value) == CT_PARAM_OK, "%s", info.name);
    ck_assert(ct_params_describe_module(&other, i, &again));
    ck_assert_str_eq(again.value, info.value);
  }
  ck_assert_uint_gt(i, 6);
}
END_TEST

/* ---- obeyed ---- */

/* In place of the standard one, where helpers are attached by port at all; loaded again, the ports before are gone. */
START_TEST(ports)
{
  hk_tcp t;

  load("nf_conntrack_ftp.ports", "3121");
  load("nf_conntrack_ftp.ports", "2121,2122");
  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":2122");
  ck_assert_str_eq(helper_of(), "ftp");
  hk_tcp_open(&kit, &t, CLIENT ":4001", SERVER ":21");
  ck_assert_ptr_null(helper_of());
  hk_tcp_open(&kit, &t, CLIENT ":4002", SERVER ":3121");
  ck_assert_ptr_null(helper_of());
  hk_tcp_open(&kit, &t, CLIENT ":4003", SERVER ":6667");
  ck_assert_str_eq(helper_of(), "irc");
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->unhelped[ct_helper_number("ftp")], 0);
}
END_TEST

START_TEST(ports_without_rules)
{
  hk_tcp t;

  kit.params.helpers_by_port = false;
  load("nf_conntrack_ftp.ports", "2121");
  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":2121");
  ck_assert_ptr_null(helper_of());
  hk_tcp_open(&kit, &t, CLIENT ":4001", SERVER ":21");
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->unhelped[ct_helper_number("ftp")], 1);
}
END_TEST

/* The server sends the client's peer elsewhere: expected at the address announced. */
START_TEST(ftp_loose)
{
  hk_tcp t;

  load("nf_conntrack_ftp.loose", "1");
  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":21");
  hk_tcp_text(&t, 0, "USER a\r\n");
  hk_tcp_text(&t, 0, "PORT 10,1,0,9,10,1\r\n");
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.9:2561 tcp 300 PORT\n");
  hk_tcp_text(&t, 0, "PORT 10,1,0,2,10,2\r\n");
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.9:2561 tcp class-full\n+ 10.2.0.2 > 10.1.0.2:2562 tcp 300 PORT\n");
}
END_TEST

START_TEST(irc)
{
  hk_tcp t;

  load("nf_conntrack_irc.max_dcc_channels", "1");
  load("nf_conntrack_irc.dcc_timeout", "60");
  hk_tcp_open(&kit, &t, CLIENT ":4000", SERVER ":6667");
  hk_tcp_text(&t, 0, "PRIVMSG bob :\1DCC SEND file 167837698 3000 100\1\r\n");
  hk_expect_said(&kit, "+ * > 10.1.0.2:3000 tcp 60 DCC SEND\n");
  hk_tcp_text(&t, 0, "PRIVMSG bob :\1DCC SEND file 167837698 3001 100\1\r\n");
  hk_expect_said(&kit, "- * > 10.1.0.2:3000 tcp class-full\n+ * > 10.1.0.2:3001 tcp 60 DCC SEND\n");
  hk_pass(&kit, 60);
  hk_expect_said(&kit, "- * > 10.1.0.2:3001 tcp timeout\n");
}
END_TEST

#define INVITE(addr) \
  "INVITE sip:b SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nc=IN IP4 " addr "\r\nm=audio 4000 RTP/AVP 0\r\n"
#define REGISTER "REGISTER sip:r SIP/2.0\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@10.1.0.2:5062>\r\nExpires: 60\r\n\r\n"

START_TEST(sip_media)
{
  load("nf_conntrack_sip.sip_direct_media", "0");
  hk_udp_text(&kit, CLIENT ":5060", SERVER ":5060", INVITE("10.1.0.9"));
  hk_expect_said(&kit, "+ * > 10.1.0.9:4000 udp 180 INVITE\n+ * > 10.1.0.9:4001 udp 180 INVITE\n");
  hk_udp_text(&kit, "10.9.9.9:7000", "10.1.0.9:4000", "rtp");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
}
END_TEST

START_TEST(sip_signalling)
{
  load("nf_conntrack_sip.sip_direct_signalling", "0");
  load("nf_conntrack_sip.sip_timeout", "90");
  hk_udp_text(&kit, CLIENT ":5060", SERVER ":5060", REGISTER);
  hk_expect_said(&kit, "+ * > 10.1.0.2:5062 udp 180 permanent inactive REGISTER\n");
  ck_assert_int_eq(timeout_s(), 90);
}
END_TEST

START_TEST(amanda)
{
  load("nf_conntrack_amanda.master_timeout", "77");
  hk_udp_text(&kit, CLIENT ":4000", SERVER ":10080", "REQ");
  hk_udp_text(&kit, SERVER ":10080", CLIENT ":4000", "CONNECT DATA 5000\n");
  hk_expect_said(&kit, "+ 10.1.0.2 > 10.2.0.2:5000 tcp 180 DATA\n");
  ck_assert_int_eq(timeout_s(), 77);
}
END_TEST

START_TEST(broadcasts)
{
  load("nf_conntrack_netbios_ns.timeout", "9");
  load("nf_conntrack_snmp.timeout", "8");
  ck_assert_int_eq(ct_params_local_add(&kit.params, "10.1.0.2/24"), CT_HELPER_OK);
  hk_udp_text(&kit, CLIENT ":4000", "10.1.0.255:137", "who");
  ck_assert_int_eq(timeout_s(), 9);
  hk_udp_text(&kit, CLIENT ":4000", "10.1.0.255:161", "who");
  ck_assert_int_eq(timeout_s(), 8);
  g_string_truncate(kit.said, 0);
  hk_pass(&kit, 8);
  hk_expect_said(&kit, "- 10.1.0.255:161 > 10.1.0.2:4000 udp master-gone\n");
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("helper_modules");
  TCase *tc = tcase_create("settings");
  guint profiles = 0;

  while (ct_profile_get(profiles) != NULL)
    profiles++;
  tcase_add_loop_test(tc, named_and_refused, 0, (int)G_N_ELEMENTS(cases));
  tcase_add_loop_test(tc, listed, 0, (int)profiles);
  suite_add_tcase(suite, tc);
  tc = tcase_create("obeyed");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, ports);
  tcase_add_test(tc, ports_without_rules);
  tcase_add_test(tc, ftp_loose);
  tcase_add_test(tc, irc);
  tcase_add_test(tc, sip_media);
  tcase_add_test(tc, sip_signalling);
  tcase_add_test(tc, amanda);
  tcase_add_test(tc, broadcasts);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
