/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The helpers' readers by themselves: what each takes for an announcement, and what it drops, as seen of Linux 6.18. */
#include <arpa/inet.h>
#include <string.h>

#include "conntrack/helper/parse.h"
#include "conntrack/helper/text.h"
#include "unit.h"

#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1

static ct_addr v4(const char *text)
{
  ct_addr a;

  memset(&a, 0, sizeof(a));
  ck_assert_int_eq(inet_pton(AF_INET, text, &a.v4), 1);
  return a;
}

static ct_addr v6(const char *text)
{
  ct_addr a;

  ck_assert_int_eq(inet_pton(AF_INET6, text, a.bytes), 1);
  return a;
}

/* ---- text ---- */

START_TEST(addresses_ipv4)
{
  static const struct {
    const char *text;
    size_t taken; /* 0: none */
  } cases[] = {
    { "10.1.0.2", 8 },   { "10.1.0.2:5060", 8 }, { "10.1.0.2 ", 8 }, { "10.1.0.2g", 8 }, { "0010.1.0.0002", 13 },
    { "10.1.0.2f", 0 },  { "10.1.0", 0 },        { "10.1.0.", 0 },   { "10..0.2", 0 },   { ".1.0.2", 0 },
    { "10.1.0.256", 0 }, { "10.1.0.2.", 0 },     { "", 0 },          { " 10.1.0.2", 0 }, { "10.1.0.2.5", 0 },
  };
  ct_addr addr, want = v4("10.1.0.2");

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    size_t n = ct_text_address((const uint8_t *)cases[i].text, strlen(cases[i].text), CT_IPV4, &addr);

    ck_assert_msg(n == cases[i].taken, "\"%s\": %zu", cases[i].text, n);
    ck_assert(n == 0 || ct_addr_equal(&addr, &want));
  }
}
END_TEST

START_TEST(addresses_ipv6)
{
  static const struct {
    const char *text;
    size_t taken;
  } cases[] = {
    { "fd01::2", 7 },
    { "fd01::2/64", 7 },
    { "fd01::2x", 7 },
    { "fd01::00000000000000000000000000000000000000000000000002", 56 },
    { "FD01:0:0::2", 11 },
    { "fd01::2:", 0 },
    { "fd01::2::", 0 },
    { "fd01:0:0:0:0:0:0:0:2", 0 },
    { "fd01::0.0.0.2", 13 },
    { "fd01::2.", 0 },
    { "", 0 },
    { "x", 0 },
    { "fd01:0:0:0:0:0:000.0.0.2", 24 },
  };
  ct_addr addr, want = v6("fd01::2");

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    size_t n = ct_text_address((const uint8_t *)cases[i].text, strlen(cases[i].text), CT_IPV6, &addr);

    ck_assert_msg(n == cases[i].taken, "\"%s\": %zu", cases[i].text, n);
    ck_assert_msg(n == 0 || ct_addr_equal(&addr, &want), "\"%s\"", cases[i].text);
  }
}
END_TEST

/* No reader may look behind the end: each prefix is given in a block of its own, so that a sanitizer sees it. */
START_TEST(addresses_stay_inside)
{
  const char *texts[] = { "10.1.0.2:5060", "fd01:0:0::2.3.4.5]", "::ffff:10.1.0.2" };

  for (size_t i = 0; i < 3; i++)
    for (size_t n = 0; n <= strlen(texts[i]); n++) {
      uint8_t *copy = malloc(n + 1);
      ct_addr addr;

      memcpy(copy + 1, texts[i], n);
      ck_assert_uint_le(ct_text_address(copy + 1, n, CT_IPV4, &addr), n);
      ck_assert_uint_le(ct_text_address(copy + 1, n, CT_IPV6, &addr), n);
      free(copy);
    }
}
END_TEST

/* ---- FTP ---- */

static const struct {
  const char *line;
  uint8_t dir;
  uint8_t parsed; /* ct_parse */
  uint16_t port;
  const char *addr; /* NULL: the sender's */
} ftp4[] = {
  { "PORT 10,1,0,2,10,1\r\n", CT_ORIGINAL, CT_PARSE_FOUND, 2561, NULL },
  { "port 10,1,0,2,10,2\r\n", CT_ORIGINAL, CT_PARSE_FOUND, 2562, NULL },
  { "PORT  10,1,0,2,10,3\r\n", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "PORTx 10,1,0,2,10,4\r\n", CT_ORIGINAL, CT_PARSE_FOUND, 2564, NULL },
  { "PORT 10,1,0,2,10,5", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "PORT 10,1,0,2,10\r\n", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "POR", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "PORT", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "PORT\r\n", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "PORT 10,9,0,2,10,6\r\n", CT_ORIGINAL, CT_PARSE_FOUND, 2566, "10.9.0.2" },
  { "PORT 10,1,0,2,266,7\r\n", CT_ORIGINAL, CT_PARSE_FOUND, 2567, NULL }, /* parts are not range checked */
  { "EPRT |1|10.1.0.2|2570|\r\n", CT_ORIGINAL, CT_PARSE_FOUND, 2570, NULL },
  { "eprt !1!10.1.0.2!2571!\r\n", CT_ORIGINAL, CT_PARSE_FOUND, 2571, NULL },
  { "EPRT |2|fd01::2|2572|\r\n", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL }, /* not this family */
  { "EPRT |1|10.1.0.2|0|\r\n", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "EPRT |1|10.1.0.2|2573", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "EPRT 11110.1.0.2|2574|", CT_ORIGINAL, CT_PARSE_PARTIAL, 0, NULL },
  { "NOOP\r\n", CT_ORIGINAL, CT_PARSE_NOTHING, 0, NULL },
  { "227 Entering Passive Mode (10,1,0,2,10,7)\r\n", CT_ORIGINAL, CT_PARSE_NOTHING, 0, NULL },
  { "227 Entering Passive Mode (10,1,0,2,10,7)\r\n", CT_REPLY, CT_PARSE_FOUND, 2567, NULL },
  { "227 =10,1,0,2,10,8x", CT_REPLY, CT_PARSE_FOUND, 2568, NULL },
  { "227 10,1,0,2,10,9", CT_REPLY, CT_PARSE_PARTIAL, 0, NULL }, /* no character after it */
  { "227 nothing\r\n", CT_REPLY, CT_PARSE_PARTIAL, 0, NULL },
  { "227-nothing\r\n", CT_REPLY, CT_PARSE_NOTHING, 0, NULL },
  { "22", CT_REPLY, CT_PARSE_PARTIAL, 0, NULL },
  { "229 Entering (|||2600|)\r\n", CT_REPLY, CT_PARSE_FOUND, 2600, NULL },
  { "229 |||2600|\r\n", CT_REPLY, CT_PARSE_PARTIAL, 0, NULL },
  { "229 (||2600|)\r\n", CT_REPLY, CT_PARSE_PARTIAL, 0, NULL },
  { "229 (|||0|)\r\n", CT_REPLY, CT_PARSE_PARTIAL, 0, NULL },
  { "PORT 10,1,0,2,10,1\r\n", CT_REPLY, CT_PARSE_NOTHING, 0, NULL },
};

START_TEST(ftp_lines)
{
  ct_ftp_found found = { .addr = v4("10.1.0.2") };
  ct_addr want = v4(ftp4[_i].addr ? ftp4[_i].addr : "10.1.0.2");
  const char *line = ftp4[_i].line;
  ct_parse parsed = ct_ftp_parse((const uint8_t *)line, strlen(line), (ct_dir)ftp4[_i].dir, CT_IPV4, false, &found);

  ck_assert_msg(parsed == ftp4[_i].parsed, "%s", line);
  if (parsed != CT_PARSE_FOUND)
    return;
  ck_assert_msg(found.port == ftp4[_i].port, "%s: %u", line, found.port);
  ck_assert_msg(ct_addr_equal(&found.addr, &want), "%s", line);
}
END_TEST

START_TEST(ftp_lines_ipv6)
{
  ct_ftp_found found = { .addr = v6("fd01::2") };
  ct_addr other = v6("fd01::3");

  ck_assert(ct_ftp_parse(BYTES("EPRT |2|fd01::3|2610|\r\n"), CT_ORIGINAL, CT_IPV6, false, &found) == CT_PARSE_FOUND);
  ck_assert(ct_addr_equal(&found.addr, &other));
  ck_assert_uint_eq(found.port, 2610);
  ck_assert_str_eq(found.command, "EPRT");
  ck_assert(ct_ftp_parse(BYTES("EPRT |1|10.1.0.2|2611|\r\n"), CT_ORIGINAL, CT_IPV6, false, &found) == CT_PARSE_PARTIAL);
  ck_assert(ct_ftp_parse(BYTES("EPRT |2|fd01::2%eth0|2612|\r\n"), CT_ORIGINAL, CT_IPV6, false, &found) ==
            CT_PARSE_PARTIAL);
  ck_assert(ct_ftp_parse(BYTES("229 (|||2613|)\r\n"), CT_REPLY, CT_IPV6, false, &found) == CT_PARSE_FOUND);
  ck_assert_uint_eq(found.port, 2613);
}
END_TEST

/* ---- TFTP, IRC, SANE, Amanda ---- */

START_TEST(tftp_requests)
{
  ck_assert_str_eq(ct_tftp_parse(BYTES("\0\1file")), "RRQ");
  ck_assert_str_eq(ct_tftp_parse(BYTES("\0\2")), "WRQ");
  ck_assert_ptr_null(ct_tftp_parse(BYTES("\0\3\0\1")));
  ck_assert_ptr_null(ct_tftp_parse(BYTES("\1\1")));
  ck_assert_ptr_null(ct_tftp_parse(BYTES("\0")));
}
END_TEST

/* 10.1.0.2 is 167837698. */
static const struct {
  const char *line;
  uint16_t port; /* 0: no offer */
} irc[] = {
  { "PRIVMSG bob :\1DCC SEND file 167837698 3000 100\1\r\n", 3000 },
  { "privmsg bob :\1DCC CHAT chat 167837698 3001\1\r\n", 3001 },
  { "\r\n PRIVMSG bob :\1DCC TSEND f 167837698   3002\1\n", 3002 },
  { "PRIVMSG bob :\1DCC SEND f 167903234 3003\1\r\n", 3003 }, /* the server's own, 10.2.0.2 */
  { "PRIVMSG bob :\1DCC SEND f 167837699 3004\1\r\n", 0 },    /* somebody else's */
  { "PRIVMSG bob :\1DCC SEND f 167837698 0\1\r\n", 0 },
  { "PRIVMSG bob :\1DCC send f 167837698 3005\1\r\n", 0 },
  { "PRIVMSG bob :\1DCC XSEND f 167837698 3006\1\r\n", 0 },
  { "PRIVMSG bob :look \1DCC SEND f 167837698 3007\1\r\n", 0 }, /* not at the start of the message (CVE-2022-2663) */
  { "NOTICE bob :\1DCC SEND f 167837698 3008\1\r\n", 0 },
  { "PRIVMSG bob :\1DCC SEND f 167837698 3009\1", 0 }, /* no end of line */
  { "PRIVMSG bob :\1DCC SEND f 10.1.0.2 3010 xxxxxx\1\r\n", 0 },
  { "  PRIVMSG", 0 },
};

START_TEST(irc_offers)
{
  const ct_irc_rules rules = { v4("10.1.0.2").v4, v4("10.2.0.2").v4, 4095, false, false };
  ct_irc_found offer = { 0 };
  const char *line = irc[_i].line;
  bool found = ct_irc_parse((const uint8_t *)line, strlen(line), &rules, &offer);

  ck_assert_msg(found == (irc[_i].port != 0), "%s", line);
  ck_assert_msg(!found || offer.port == irc[_i].port, "%s: %u", line, offer.port);
}
END_TEST

START_TEST(sane_answers)
{
  uint8_t armed = 0;
  uint16_t port = 0;

  ck_assert(!ct_sane_parse(BYTES("\0\0\0\0\0\0\x0f\xa0"), CT_REPLY, &armed, &port)); /* nobody asked */
  ck_assert(!ct_sane_parse(BYTES("\0\0\0\7\0\0\0\1"), CT_ORIGINAL, &armed, &port));
  ck_assert(ct_sane_parse(BYTES("\0\0\0\0\0\0\x0f\xa0"), CT_REPLY, &armed, &port));
  ck_assert_uint_eq(port, 4000);
  ck_assert(!ct_sane_parse(BYTES("\0\0\0\0\0\0\x0f\xa0"), CT_REPLY, &armed, &port)); /* one answer only */
  ct_sane_parse(BYTES("\0\0\0\7\0\0\0\1"), CT_ORIGINAL, &armed, &port);
  ck_assert(!ct_sane_parse(BYTES("\0\0\0\1\0\0\x0f\xa0"), CT_REPLY, &armed, &port)); /* refused */
  ck_assert(!ct_sane_parse(BYTES("\0\0\0\0\0\0\x0f\xa0"), CT_REPLY, &armed, &port));
  ct_sane_parse(BYTES("\0\0\0\7\0\0\0\1"), CT_ORIGINAL, &armed, &port);
  ct_sane_parse(BYTES("\0\0\0\6\0\0\0\1"), CT_ORIGINAL, &armed, &port); /* another request */
  ck_assert(!ct_sane_parse(BYTES("\0\0\0\0\0\0\x0f\xa0"), CT_REPLY, &armed, &port));
  ct_sane_parse(BYTES("\0\0\0\7\0\0\0\1"), CT_ORIGINAL, &armed, &port);
  ck_assert(!ct_sane_parse(BYTES("\0\0\0\0\0\0\x0f"), CT_REPLY, &armed, &port));
}
END_TEST

START_TEST(amanda_streams)
{
  ct_amanda_found f[4];

  ck_assert_uint_eq(ct_amanda_parse(BYTES("REP x\nCONNECT DATA 5000 MESG 5001 INDEX 5002\nOPTIONS ;\n"), true, f), 3);
  ck_assert_str_eq(f[2].stream, "INDEX");
  ck_assert_uint_eq(f[2].port, 5002);
  ck_assert_uint_eq(ct_amanda_parse(BYTES("CONNECT STATE 5003 DATA 5004\n"), true, f), 2);
  ck_assert_uint_eq(f[0].port, 5004); /* in the order DATA, MESG, INDEX, STATE */
  ck_assert_uint_eq(ct_amanda_parse(BYTES("CONNECT DATA 5005"), true, f), 0);      /* no end of line */
  ck_assert_uint_eq(ct_amanda_parse(BYTES("CONNECT x\nDATA 5006\n"), true, f), 0); /* in another line */
  ck_assert_uint_eq(ct_amanda_parse(BYTES("CONNECT DATA 0 MESG 5007\n"), true, f), 0);
  ck_assert_uint_eq(ct_amanda_parse(BYTES("CONNECT DATA 123456 MESG 5008\n"), true, f), 2); /* five digits are read */
  ck_assert_uint_eq(f[0].port, 12345);
  ck_assert_uint_eq(ct_amanda_parse(BYTES(""), true, f), 0);
}
END_TEST

/* ---- PPTP ---- */

static size_t pptp_message(uint8_t *m, uint8_t type, const char *body, size_t n)
{
  memset(m, 0, 256);
  m[3] = 1;
  memcpy(m + 4, "\x1a\x2b\x3c\x4d", 4);
  m[9] = type;
  memcpy(m + 12, body, n);
  return 12 + 208;
}

static ct_pptp_action pptp(ct_pptp_session *s, ct_dir dir, uint8_t type, const char *body, size_t n)
{
  uint8_t m[256];
  size_t length = pptp_message(m, type, body, n);

  return ct_pptp_parse(s, m, length, dir);
}
#define PPTP(s, dir, type, body) pptp(s, dir, type, body, sizeof(body) - 1)

START_TEST(pptp_outgoing_call)
{
  ct_pptp_session s = { 0 };

  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x64\1") == CT_PPTP_NOTHING); /* no session yet */
  ck_assert(PPTP(&s, CT_ORIGINAL, 1, "") == CT_PPTP_NOTHING);
  ck_assert(PPTP(&s, CT_REPLY, 2, "\1\0\1\0") == CT_PPTP_NOTHING);
  ck_assert(PPTP(&s, CT_ORIGINAL, 7, "\0\x64") == CT_PPTP_NOTHING);
  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x65\1") == CT_PPTP_NOTHING); /* another call's */
  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x64\1") == CT_PPTP_EXPECT);
  ck_assert_uint_eq(s.pns_id, 100);
  ck_assert_uint_eq(s.pac_id, 200);
  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x64\1") == CT_PPTP_EXPECT); /* repeated */
  ck_assert(PPTP(&s, CT_REPLY, 13, "\0\xc8") == CT_PPTP_END);
  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x64\1") == CT_PPTP_NOTHING);
}
END_TEST

START_TEST(pptp_incoming_call)
{
  ct_pptp_session s = { 0 };

  PPTP(&s, CT_ORIGINAL, 1, "");
  PPTP(&s, CT_REPLY, 2, "\1\0\1\0");
  ck_assert(PPTP(&s, CT_REPLY, 9, "\0\xdc") == CT_PPTP_NOTHING);
  ck_assert(PPTP(&s, CT_REPLY, 11, "\0\x78") == CT_PPTP_NOTHING); /* not answered yet */
  ck_assert(PPTP(&s, CT_ORIGINAL, 10, "\0\x78\0\xdc\1") == CT_PPTP_NOTHING);
  ck_assert(PPTP(&s, CT_REPLY, 11, "\0\x78") == CT_PPTP_EXPECT);
  ck_assert_uint_eq(s.pns_id, 120);
  ck_assert_uint_eq(s.pac_id, 220);
}
END_TEST

START_TEST(pptp_refusals)
{
  ct_pptp_session s = { 0 };
  uint8_t m[256];
  size_t n;

  n = pptp_message(m, 1, "", 0);
  m[4] = 0; /* not the cookie */
  ct_pptp_parse(&s, m, n, CT_ORIGINAL);
  PPTP(&s, CT_REPLY, 2, "\1\0\1\0");
  PPTP(&s, CT_ORIGINAL, 7, "\0\x64");
  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x64\1") == CT_PPTP_NOTHING);
  PPTP(&s, CT_ORIGINAL, 1, "");
  PPTP(&s, CT_REPLY, 2, "\1\0\1\0");
  n = pptp_message(m, 7, "\0\x64", 2);
  ct_pptp_parse(&s, m, 12 + 155, CT_ORIGINAL); /* a byte short */
  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x64\1") == CT_PPTP_NOTHING);
  ct_pptp_parse(&s, m, 12 + 156, CT_ORIGINAL);
  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x64\2") == CT_PPTP_NOTHING); /* refused */
  ck_assert(PPTP(&s, CT_REPLY, 8, "\0\xc8\0\x64\1") == CT_PPTP_NOTHING);
  for (n = 0; n < 12; n++)
    ck_assert(ct_pptp_parse(&s, m, n, CT_ORIGINAL) == CT_PPTP_NOTHING);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("helper_parse");
  TCase *tc = tcase_create("readers");

  tcase_add_test(tc, addresses_ipv4);
  tcase_add_test(tc, addresses_ipv6);
  tcase_add_test(tc, addresses_stay_inside);
  tcase_add_loop_test(tc, ftp_lines, 0, sizeof(ftp4) / sizeof(ftp4[0]));
  tcase_add_test(tc, ftp_lines_ipv6);
  tcase_add_test(tc, tftp_requests);
  tcase_add_loop_test(tc, irc_offers, 0, sizeof(irc) / sizeof(irc[0]));
  tcase_add_test(tc, sane_answers);
  tcase_add_test(tc, amanda_streams);
  tcase_add_test(tc, pptp_outgoing_call);
  tcase_add_test(tc, pptp_incoming_call);
  tcase_add_test(tc, pptp_refusals);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
