/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIP: reading messages, and what the helper does with them. Cases follow what Linux 6.18 was seen to do. */
#include <string.h>

#include "conntrack/helper/sip.h"
#include "helper_kit.h"
#include "unit.h"

#define PHONE "10.1.0.2"
#define PROXY "10.2.0.2:5060"
#define P(port) PHONE ":" #port

static ct_sip_text text_of(const char *s)
{
  return (ct_sip_text){ .text = (const uint8_t *)s, .length = strlen(s), .family = CT_IPV4 };
}

/* ---- reading ---- */

static const struct {
  const char *line;
  int answer; /* ct_sip_answer */
  const char *value;
} contacts[] = {
  { "Contact: <sip:a@10.1.0.2>", CT_SIP_FOUND, "10.1.0.2" },
  { "Contact: <sip:a@10.1.0.2:5062>;expires=5", CT_SIP_FOUND, "10.1.0.2:5062" },
  { "m:<sip:10.1.0.2:5062>", CT_SIP_FOUND, "10.1.0.2:5062" },
  { "mx: <sip:10.1.0.2>", CT_SIP_NONE, NULL },
  { "contact : <SIP:10.1.0.2>", CT_SIP_FOUND, "10.1.0.2" },
  { "Contact:\r\n <sip:10.1.0.2>", CT_SIP_FOUND, "10.1.0.2" },
  { "Contact:\t<sip:10.1.0.2>", CT_SIP_FOUND, "10.1.0.2" },
  { "Contact: <sip:host.example>", CT_SIP_BAD, NULL },
  { "Contact: *", CT_SIP_BAD, NULL },
  { "Contact: <sip:10.1.0.2:80>", CT_SIP_BAD, NULL }, /* no port for signalling */
  { "Contact: <sip:10.1.0.2:>", CT_SIP_BAD, NULL },
  { "Contact: <sip:10.1.0.2:005060>", CT_SIP_BAD, NULL }, /* more than five digits */
  { "Contact: <sip:10.1.0.2:05060>", CT_SIP_FOUND, "10.1.0.2:05060" },
  { "Contact: <sip:10.1.0.2:65536>", CT_SIP_BAD, NULL },
  { "Contacts: <sip:10.1.0.2>", CT_SIP_NONE, NULL },
};

START_TEST(contact_headers)
{
  g_autofree char *message = g_strdup_printf("X\r\n%s\r\n\r\n", contacts[_i].line);
  ct_sip_text t = text_of(message);
  ct_sip_match m;
  ct_sip_answer answer = ct_sip_header_find(&t, 0, CT_SIP_CONTACT, &m);

  ck_assert_msg((int)answer == contacts[_i].answer, "%s: %d", contacts[_i].line, answer);
  if (answer == CT_SIP_FOUND) {
    g_autofree char *value = g_strndup(message + m.at, m.length);

    ck_assert_str_eq(value, contacts[_i].value);
  }
}
END_TEST

START_TEST(contact_lists)
{
  ct_sip_text t =
    text_of("X\r\nContact: <sip:host>, <sip:a@10.1.0.2:5062>;q=1,<sip:10.1.0.3>\r\nContact: <sip:10.1.0.4>\r\n\r\n");
  ct_sip_contacts all = { 0 };
  ct_sip_contact c;

  /* The search for @ goes to the end of the line, past the name and the comma. */
  ck_assert(ct_sip_contact_next(&t, &all, &c));
  ck_assert_uint_eq(c.addr.bytes[3], 2);
  ck_assert_uint_eq(c.port, 5062);
  ck_assert(ct_sip_contact_next(&t, &all, &c));
  ck_assert_uint_eq(c.addr.bytes[3], 3);
  ck_assert_uint_eq(c.port, 5060);
  t = text_of("X\r\nContact: <sip:a@10.1.0.2:5062>;q=1,<sip:10.1.0.3>\r\nm: <sip:10.1.0.4>\r\n\r\n");
  all = (ct_sip_contacts){ 0 };
  for (unsigned i = 2; i <= 4; i++) {
    ck_assert(ct_sip_contact_next(&t, &all, &c));
    ck_assert_uint_eq(c.addr.bytes[3], i);
  }
  ck_assert(!ct_sip_contact_next(&t, &all, &c));
}
END_TEST

static const struct {
  const char *number;
  bool readable;
  uint32_t value;
} numbers[] = {
  { "60", true, 60 },           { "010", true, 10 },
  { "60x", true, 60 },          { "4294967295", true, UINT32_MAX },
  { "4294967296", false, 0 },   { "00000000077", true, 77 },
  { "000000000077", false, 0 }, { "x", false, 0 },
  { "0x20", true, 0 },          { "0", true, 0 },
};

START_TEST(header_numbers)
{
  g_autofree char *message = g_strdup_printf("X\r\nExpires: %s\r\n\r\n", numbers[_i].number);
  ct_sip_text t = text_of(message);
  ct_sip_match m;
  uint32_t value = 99;
  bool readable = ct_sip_header_number(&t, CT_SIP_EXPIRES, &value, &m);

  ck_assert_msg(readable == numbers[_i].readable, "%s", numbers[_i].number);
  ck_assert(!readable || value == numbers[_i].value);
}
END_TEST

START_TEST(messages)
{
  static const struct {
    const char *text;
    int method;
    uint32_t code, cseq;
    bool bad;
  } cases[] = {
    { "INVITE sip:b SIP/2.0\r\nCSeq: 7 INVITE\r\n\r\n", CT_SIP_INVITE, 0, 7, false },
    { "invite sip:b SIP/2.0\r\nCSeq: 0 INVITE\r\n\r\n", CT_SIP_INVITE, 0, 0, false },
    { "INVITE sip:b SIP/2.0\r\nX: 7\r\n\r\n", CT_SIP_INVITE, 0, 0, true },
    { "INVITE sip:b SIP/2.0\r\nCSeq: x\r\n\r\n", CT_SIP_INVITE, 0, 0, true },
    { "INVITE 9\r\nCSeq: x\r\n\r\n", CT_SIP_OTHER, 0, 0, false },
    { "INVITEX b\r\nCSeq: x\r\n\r\n", CT_SIP_OTHER, 0, 0, false },
    { "OPTIONS sip:b SIP/2.0\r\nCSeq: x\r\n\r\n", CT_SIP_OTHER, 0, 0, false },
    { "SIP/2.0 200 OK\r\nCSeq: 7 REGISTER\r\n\r\n", CT_SIP_REGISTER, 200, 7, false },
    { "SIP/2.0 180 x\r\nCSeq: 7 FOO\r\n\r\n", CT_SIP_OTHER, 180, 7, false },
    { "SIP/2.0 xyz x\r\nCSeq: 7 FOO\r\n\r\n", CT_SIP_OTHER, 0, 0, true },
    { "SIP/2.0 200 OK\r\n\r\n", CT_SIP_OTHER, 200, 0, true },
    { "SIP/2.0 20", CT_SIP_OTHER, 0, 0, false },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    ct_sip_text t = text_of(cases[i].text);
    ct_sip_message m;

    ct_sip_message_parse(&t, &m);
    ck_assert_msg(m.bad == cases[i].bad, "%s", cases[i].text);
    ck_assert_msg((int)m.method == cases[i].method && m.code == cases[i].code, "%s", cases[i].text);
    ck_assert_msg(m.bad || m.cseq == cases[i].cseq, "%s", cases[i].text);
  }
}
END_TEST

START_TEST(message_lengths)
{
  ct_sip_text t = text_of("BYE sip:b SIP/2.0\r\nContent-Length: 3\r\n\r\nabcNEXT");

  ck_assert_uint_eq(ct_sip_message_bytes(&t), t.length - 4);
  t = text_of("BYE sip:b SIP/2.0\r\nl:100\r\n\r\nabc");
  ck_assert_uint_gt(ct_sip_message_bytes(&t), t.length);
  t = text_of("BYE sip:b SIP/2.0\r\nContent-Length: 3\r\n");
  ck_assert_uint_eq(ct_sip_message_bytes(&t), 0);
  t = text_of("BYE sip:b SIP/2.0\r\n\r\n");
  ck_assert_uint_eq(ct_sip_message_bytes(&t), 0);
}
END_TEST

static unsigned sdp(const char *lines, ct_sip_media media[CT_SIP_MEDIA_MAX], bool *bad)
{
  g_autofree char *message = g_strdup_printf("X\r\n\r\nv=0\r\n%s", lines);
  ct_sip_text t = text_of(message);

  return ct_sip_sdp_parse(&t, media, bad);
}

START_TEST(session_descriptions)
{
  ct_sip_media m[CT_SIP_MEDIA_MAX];
  bool bad;

  ck_assert_uint_eq(sdp("c=IN IP4 10.1.0.2\r\nm=audio 4000 RTP\r\nm=video 4002 RTP\r\nc=IN IP4 10.1.0.3\r\nm=image "
                        "4004 t38\r\nm=audio 4006 R\r\n",
                        m, &bad),
                    3);
  ck_assert(!bad);
  ck_assert_uint_eq(m[0].class_number, CT_SIP_AUDIO);
  ck_assert_uint_eq(m[0].addr.bytes[3], 2);
  ck_assert_uint_eq(m[1].class_number, CT_SIP_VIDEO);
  ck_assert_uint_eq(m[1].addr.bytes[3], 3); /* the stream's own connection line */
  ck_assert_uint_eq(m[2].class_number, CT_SIP_IMAGE);
  ck_assert_uint_eq(m[2].port, 4004);
  ck_assert_uint_eq(sdp("c=IN IP4 10.1.0.2\r\nm=audio 0 RTP\r\nm=foo 9 x\r\nm=audio 4000 R\r\n", m, &bad), 1);
  ck_assert_uint_eq(sdp("c=IN IP4 10.1.0.2\r\nm=audio 80 RTP\r\n", m, &bad), 0);
  ck_assert(bad);
  ck_assert_uint_eq(sdp("c=IN IP4 10.1.0.2\r\nm=audio 4000 R\r\nm=audio 70000 R\r\n", m, &bad), 1);
  ck_assert(bad);
  ck_assert_uint_eq(sdp("m=audio 4000 RTP\r\n", m, &bad), 0); /* nowhere an address */
  ck_assert(bad);
  ck_assert_uint_eq(sdp("c=IN IP6 fd01::2\r\nm=audio 4000 RTP\r\n", m, &bad), 0);
  ck_assert(bad);
}
END_TEST

/* ---- doing ---- */

static hk kit;
static void setup(void) { hk_start(&kit); }
static void teardown(void) { hk_stop(&kit); }

#define SDP(addr, port) "v=0\r\nc=IN IP4 " addr "\r\nm=audio " #port " RTP/AVP 0\r\n"
#define INVITE(body) "INVITE sip:b SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n" body
#define BYE "BYE sip:b SIP/2.0\r\nCSeq: 2 BYE\r\n\r\n"

START_TEST(call)
{
  hk_udp_text(&kit, P(5060), PROXY, INVITE(SDP("10.1.0.2", 4001)));
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:4000 udp 180 INVITE\n+ 10.2.0.2 > 10.1.0.2:4001 udp 180 INVITE\n");
  hk_udp_text(&kit, PROXY, P(5060), "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n" SDP("10.2.0.2", 6000));
  hk_expect_said(
    &kit, "+ 10.1.0.2 > 10.2.0.2:6000 udp 180 INVITE response\n+ 10.1.0.2 > 10.2.0.2:6001 udp 180 INVITE response\n");
  hk_udp_text(&kit, "10.2.0.2:6000", P(4000), "rtp");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.2:4000 udp used\n");
  hk_udp_text(&kit, P(5060), PROXY, BYE);
  hk_expect_said(&kit, "- 10.1.0.2 > 10.2.0.2:6001 udp withdrawn\n- 10.1.0.2 > 10.2.0.2:6000 udp withdrawn\n"
                       "- 10.2.0.2 > 10.1.0.2:4001 udp withdrawn\n");
}
END_TEST

START_TEST(signalling_stays_an_hour)
{
  ct_view view;

  hk_udp_text(&kit, P(5060), PROXY, "x");
  ck_assert(ct_engine_find(kit.engine, kit.result.conn, &view));
  ck_assert_int_eq(view.timeout_ns / 1000000000, 3600);
  hk_udp_text(&kit, P(5061), PROXY, ""); /* nothing said, nothing gained */
  ck_assert(ct_engine_find(kit.engine, kit.result.conn, &view));
  ck_assert_int_eq(view.timeout_ns / 1000000000, 30);
}
END_TEST

START_TEST(refused_call)
{
  hk_udp_text(&kit, P(5060), PROXY, INVITE(SDP("10.1.0.2", 4000)));
  g_string_truncate(kit.said, 0);
  hk_udp_text(&kit, PROXY, P(5060), "SIP/2.0 486 Busy\r\nCSeq: 3 INVITE\r\n\r\n"); /* not this one */
  hk_expect_said(&kit, "");
  hk_udp_text(&kit, PROXY, P(5060), "SIP/2.0 486 Busy\r\nCSeq: 1 INVITE\r\n\r\n");
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.2:4001 udp withdrawn\n- 10.2.0.2 > 10.1.0.2:4000 udp withdrawn\n");
}
END_TEST

START_TEST(media_of_somebody_else)
{
  hk_udp_text(&kit, P(5060), PROXY, INVITE(SDP("10.1.0.9", 4000)));
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_ACCEPT);
  hk_expect_said(&kit, "");
}
END_TEST

START_TEST(unreadable_is_dropped)
{
  hk_udp_text(&kit, P(5060), PROXY, INVITE(SDP("10.1.0.2", 80)));
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_DROP);
  ck_assert_uint_eq(kit.result.reason, CT_REASON_HELPER_DROP);
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW); /* a rule saw it before the helper did */
  ck_assert_uint_eq(kit.result.conn, 0);           /* and no entry stays */
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
}
END_TEST

START_TEST(two_flows_of_one_call)
{
  hk_udp_text(&kit, P(5060), PROXY, INVITE(SDP("10.1.0.2", 4000)));
  g_string_truncate(kit.said, 0);
  hk_udp_text(&kit, P(5070), PROXY, INVITE(SDP("10.1.0.2", 4000)));
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_ACCEPT);
  hk_expect_said(&kit, "");
}
END_TEST

#define REGISTER(contact, expires) \
  "REGISTER sip:r SIP/2.0\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@" contact ">\r\nExpires: " expires "\r\n\r\n"
#define REGISTERED(contact, expires) \
  "SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@" contact ">;expires=" expires "\r\n\r\n"

START_TEST(registration)
{
  ct_view view;

  hk_udp_text(&kit, P(5060), PROXY, REGISTER("10.1.0.2:5062", "60"));
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:5062 udp 180 permanent inactive REGISTER\n");
  hk_udp_text(&kit, "10.2.0.2:9999", P(5062), "too early");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
  hk_udp_text(&kit, PROXY, P(5060), "SIP/2.0 100 Trying\r\nCSeq: 1 REGISTER\r\n\r\n");
  hk_udp_text(&kit, PROXY, P(5060), REGISTERED("10.1.0.2:5062", "33"));
  hk_expect_said(&kit, "");
  hk_udp_text(&kit, "10.2.0.2:9998", P(5062), INVITE(SDP("10.2.0.2", 7000)));
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  ck_assert(ct_engine_find(kit.engine, kit.result.conn, &view));
  ck_assert_str_eq(view.helper, "sip"); /* given by the expectation: no HELPER bit */
  ck_assert(!(view.status & CT_STATUS_HELPER));
  hk_expect_said(&kit, "+ 10.1.0.2 > 10.2.0.2:7000 udp 180 INVITE\n+ 10.1.0.2 > 10.2.0.2:7001 udp 180 INVITE\n");
  hk_udp_text(&kit, P(5062), "10.2.0.2:9998",
              REGISTER("10.1.0.2:5063", "60")); /* no registration on an expected flow */
  hk_expect_said(&kit, "");
  hk_pass(&kit, 33);
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.2:5062 udp timeout\n");
}
END_TEST

START_TEST(registration_refused_or_ended)
{
  hk_udp_text(&kit, P(5060), PROXY, REGISTER("10.1.0.2:5062", "60"));
  hk_udp_text(&kit, PROXY, P(5060), "SIP/2.0 401 Unauthorized\r\nCSeq: 1 REGISTER\r\n\r\n");
  hk_expect_said(
    &kit, "+ 10.2.0.2 > 10.1.0.2:5062 udp 180 permanent inactive REGISTER\n- 10.2.0.2 > 10.1.0.2:5062 udp withdrawn\n");
  hk_udp_text(&kit, P(5060), PROXY, REGISTER("10.1.0.2:5062", "0"));
  hk_udp_text(&kit, P(5060), PROXY, REGISTER("10.1.0.3:5062", "60")); /* not for others */
  hk_expect_said(&kit, "");
}
END_TEST

START_TEST(over_tcp)
{
  hk_tcp t;
  const char *two = "BYE sip:b SIP/2.0\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n"
                    "INVITE sip:b SIP/2.0\r\nCSeq: 3 INVITE\r\nContent-Length: 50\r\n\r\n" SDP("10.1.0.2", 4010) "  ";

  hk_tcp_open(&kit, &t, P(40000), PROXY);
  hk_tcp_text(&t, 0, two);
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:4010 udp 180 INVITE\n+ 10.2.0.2 > 10.1.0.2:4011 udp 180 INVITE\n");
  hk_tcp_text(&t, 0, "INVITE sip:b SIP/2.0\r\nCSeq: x\r\nContent-Length: 50\r\n\r\ncut"); /* not whole: not looked at */
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_ACCEPT);
  hk_tcp_text(&t, 0, "INVITE sip:b SIP/2.0\r\nCSeq: x\r\nContent-Length: 0\r\n\r\n");
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_DROP);
}
END_TEST

START_TEST(over_ipv6)
{
  hk_udp_text(&kit, "[fd01::2]:5060", "[fd02::2]:5060", INVITE("v=0\r\nc=IN IP6 fd01::2\r\nm=audio 4000 R\r\n"));
  hk_expect_said(&kit, "+ fd02::2 > fd01::2:4000 udp 180 INVITE\n+ fd02::2 > fd01::2:4001 udp 180 INVITE\n");
  hk_udp_text(&kit, "[fd01::2]:5061", "[fd02::2]:5060", REGISTER("[fd01::2]:5062", "60"));
  hk_expect_said(&kit, "+ fd02::2 > fd01::2:5062 udp 180 permanent inactive REGISTER\n");
  hk_udp_text(&kit, "[fd01::2]:5063", "[fd02::2]:5060", REGISTER("fd01::2", "60")); /* without brackets */
  hk_expect_said(&kit, "");
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("helper_sip");
  TCase *reading = tcase_create("reading"), *doing = tcase_create("doing");

  tcase_add_loop_test(reading, contact_headers, 0, sizeof(contacts) / sizeof(contacts[0]));
  tcase_add_test(reading, contact_lists);
  tcase_add_loop_test(reading, header_numbers, 0, sizeof(numbers) / sizeof(numbers[0]));
  tcase_add_test(reading, messages);
  tcase_add_test(reading, message_lengths);
  tcase_add_test(reading, session_descriptions);
  suite_add_tcase(suite, reading);
  tcase_add_checked_fixture(doing, setup, teardown);
  tcase_add_test(doing, call);
  tcase_add_test(doing, signalling_stays_an_hour);
  tcase_add_test(doing, refused_call);
  tcase_add_test(doing, media_of_somebody_else);
  tcase_add_test(doing, unreadable_is_dropped);
  tcase_add_test(doing, two_flows_of_one_call);
  tcase_add_test(doing, registration);
  tcase_add_test(doing, registration_refused_or_ended);
  tcase_add_test(doing, over_tcp);
  tcase_add_test(doing, over_ipv6);
  suite_add_tcase(suite, doing);
  return unit_run(suite);
}
