/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packets that scenarios make, read back by the engine's own reader: every header and every checksum must please
 * it. */
#include <config.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "conntrack/read/packet.h"
#include "conntrack/profile/profile.h"
#include "scenario/scenario.h"
#include "unit.h"

enum { MOST = 32 };

typedef struct built {
  guint n;
  ct_packet packet[MOST];
  cap_frame frame[MOST];
  GByteArray *bytes[MOST];
} built;

static gboolean keep(const scn_frame *frame, gpointer user, GError **error)
{
  built *b = user;
  ct_packet *packet = &b->packet[b->n];
  ct_params params;

  (void)error;
  ck_assert_uint_lt(b->n, MOST);
  b->frame[b->n] = frame->frame;
  b->bytes[b->n] = g_byte_array_new();
  if (frame->packet) {
    g_byte_array_append(b->bytes[b->n], frame->packet, frame->packet_bytes);
    *packet = (ct_packet){ .time_ns = frame->frame.ts_ns,
                           .number = b->n + 1,
                           .data = b->bytes[b->n]->data,
                           .length = frame->packet_bytes,
                           .captured = frame->packet_bytes };
    ct_params_init(&params, ct_profile_get(0));
    ct_packet_prepare(packet, CT_CHECKSUMS_VERIFY, &params);
  }
  b->n++;
  return TRUE;
}

static void compile(const char *text, built *b)
{
  GError *error = NULL;
  scn_scenario *scenario = scn_scenario_parse(text, -1, "test", &error);

  memset(b, 0, sizeof(*b));
  ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
  ck_assert_msg(scn_scenario_compile(scenario, keep, b, &error), "%s", error ? error->message : "");
  scn_scenario_free(scenario);
}

static void built_clear(built *b)
{
  for (guint i = 0; i < b->n; i++)
    g_byte_array_unref(b->bytes[i]);
}

static void assert_tracked(const ct_packet *packet)
{
  ck_assert_int_eq(packet->kind, CT_PACKET_TRACK);
  ck_assert_str_eq(ct_reason_word(packet->reason), ct_reason_word(CT_REASON_NONE));
}

START_TEST(test_handshake)
{
  built b;

  compile("flow web: tcp 10.0.0.2:1031 > 10.0.0.9:80 isn 1000,5000\n"
          "+0   > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>\n"
          "+0.1 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,wscale 7>\n"
          "+0.1 > . 1:1(0) ack 1\n"
          "+0   > P. 1:101(100) ack 1\n"
          "+0   < .\n"
          "+0   > F.\n",
          &b);
  ck_assert_uint_eq(b.n, 6);
  for (guint i = 0; i < b.n; i++)
    assert_tracked(&b.packet[i]);
  ck_assert_uint_eq(b.packet[0].l4.tcp.seq, 1000);
  ck_assert_uint_eq(b.packet[0].l4.tcp.window, 64240);
  ck_assert_uint_eq(b.packet[0].l4.tcp.header_bytes, 32);
  ck_assert_uint_eq(b.packet[1].l4.tcp.seq, 5000);
  ck_assert_uint_eq(b.packet[1].l4.tcp.ack, 1001);
  ck_assert_uint_eq(b.packet[1].l4.tcp.flags, CT_TCP_SYN | CT_TCP_ACK);
  ck_assert_uint_eq(b.packet[1].tuple.src_id, 80);
  ck_assert_uint_eq(b.packet[3].l4.tcp.payload_bytes, 100);
  /* What the text left out: numbers go on where the side's last packet ended. */
  ck_assert_uint_eq(b.packet[4].l4.tcp.seq, 5001);
  ck_assert_uint_eq(b.packet[4].l4.tcp.ack, 1101);
  ck_assert_uint_eq(b.packet[5].l4.tcp.seq, 1101);
  ck_assert_int_eq(b.frame[1].ts_ns - b.frame[0].ts_ns, 100000000);
  built_clear(&b);
}
END_TEST

START_TEST(test_protocols)
{
  built b;

  compile("flow dns: udp 10.0.0.2:40000 > 10.0.0.53:53\n"
          "flow six: udp [fd00::2]:40000 > [fd00::53]:53\n"
          "flow lite: udplite 10.0.0.2:1 > 10.0.0.9:2\n"
          "flow ping: icmp 10.0.0.2 > 10.0.0.9 id 7\n"
          "flow ping6: icmp fd00::2 > fd00::9 id 8\n"
          "flow assoc: sctp 10.0.0.2:1000 > 10.0.0.9:2000 tags 11,22\n"
          "flow tunnel: gre 10.0.0.2 > 10.0.0.9 call 5,6\n"
          "flow esp: proto 50 10.0.0.2 > 10.0.0.9\n"
          "+0 dns > udp (1)\n"
          "+0 six < udp (33)\n"
          "+0 lite > (20)\n"
          "+0 ping > echo request seq 1 (56)\n"
          "+0 ping6 < echo reply seq 1 (55)\n"
          "+0 assoc > sctp: INIT[tag=11, a_rwnd=1500, os=1, is=1, tsn=1]\n"
          "+0 assoc < sctp: DATA[tsn=9](5); SACK[cum_tsn=3] \n"
          "+0 tunnel > gre1 (10)\n"
          "+0 tunnel < gre (10)\n"
          "+0 esp < (31)\n",
          &b);
  ck_assert_uint_eq(b.n, 10);
  for (guint i = 0; i < b.n; i++)
    /* UDP-Lite is right by RFC 3828, which is what the kernel calls wrong (spec 1). */
    if (i != 2)
      assert_tracked(&b.packet[i]);
  ck_assert_int_eq(b.packet[2].reason, CT_REASON_UDPLITE_CHECKSUM);
  ck_assert_uint_eq(b.packet[0].length, 29);
  ck_assert_uint_eq(b.packet[1].tuple.family, CT_IPV6);
  ck_assert_uint_eq(b.packet[3].tuple.src_id, 7);
  ck_assert(b.packet[4].flags & CT_PACKET_ANSWER);
  ck_assert_uint_eq(b.packet[7].tuple.dst_id, 5);
  ck_assert(b.packet[7].flags & CT_PACKET_GRE_V1);
  ck_assert_uint_eq(b.packet[9].tuple.proto, 50);
  built_clear(&b);
}
END_TEST

START_TEST(test_sctp_tags)
{
  built b;
  const guint8 *data;

  compile("flow a: sctp 10.0.0.2:1 > 10.0.0.9:2\n"
          "+0 > INIT[tag=0x11223344]\n"
          "+0 < INIT_ACK[tag=0x55667788](8)\n"
          "+0 > COOKIE_ECHO(8)\n"
          "+0 < COOKIE_ACK[] vtag 1\n",
          &b);
  for (guint i = 0; i < b.n; i++)
    assert_tracked(&b.packet[i]);
  data = b.packet[0].data + 20;
  ck_assert_int_eq(memcmp(data + 4, "\0\0\0\0", 4), 0);
  ck_assert_int_eq(memcmp(data + 16, "\x11\x22\x33\x44", 4), 0);
  ck_assert_int_eq(memcmp(b.packet[1].data + 24, "\x11\x22\x33\x44", 4), 0);
  ck_assert_int_eq(memcmp(b.packet[2].data + 24, "\x55\x66\x77\x88", 4), 0);
  ck_assert_int_eq(memcmp(b.packet[3].data + 24, "\0\0\0\1", 4), 0);
  built_clear(&b);
}
END_TEST

START_TEST(test_icmp_errors)
{
  built b;

  compile("flow dns: udp 10.0.0.2:40000 > 10.0.0.53:53\n"
          "flow six: udp [fd00::2]:1 > [fd00::3]:2\n"
          "+0 dns > udp (30) as query\n"
          "+0 dns < icmp unreachable port about query\n"
          "+0 dns < icmp time-exceeded transit from 10.1.1.1 about query quote 28\n"
          "+0 six > udp (30) as query6\n"
          "+0 six < icmp packet-too-big mtu 1280 about query6\n"
          "+0 dns < icmp unreachable frag_needed mtu 576 about query csum bad\n",
          &b);
  ck_assert_int_eq(b.packet[1].kind, CT_PACKET_ICMP_ERROR);
  ck_assert_uint_eq(b.packet[1].length, 20 + 8 + 20 + 8 + 30);
  ck_assert_int_eq(b.packet[2].kind, CT_PACKET_ICMP_ERROR);
  ck_assert_uint_eq(b.packet[2].length, 20 + 8 + 28);
  ck_assert_int_eq(memcmp(b.packet[2].data + 12, "\x0a\1\1\1", 4), 0);
  ck_assert_int_eq(b.packet[4].kind, CT_PACKET_ICMP_ERROR);
  ck_assert_int_eq(b.packet[5].kind, CT_PACKET_INVALID);
  ck_assert_int_eq(b.packet[5].reason, CT_REASON_ICMP_CHECKSUM);
  built_clear(&b);
}
END_TEST

START_TEST(test_faults_on_purpose)
{
  static const struct {
    const char *packet;
    ct_reason reason;
  } faults[] = {
    { "tcp > S csum bad", CT_REASON_TCP_CHECKSUM },
    { "tcp > S doff 4", CT_REASON_TCP_SHORT },
    { "tcp > SF", CT_REASON_TCP_FLAGS },
    { "udp > (10) csum bad", CT_REASON_UDP_CHECKSUM },
    { "udp > (10) udplen 7", CT_REASON_UDP_LENGTH },
    { "sctp > INIT[] csum bad", CT_REASON_SCTP_CHECKSUM },
    { "udp > (10) csum none", CT_REASON_NONE },
    { "udp > (10) ipopt 94040000", CT_REASON_NONE },
    { "sctp > COOKIE_ACK[len=0]", CT_REASON_NONE },
    { "tcp > none", CT_REASON_TCP_FLAGS },
  };

  for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
    char *text = g_strdup_printf("flow tcp 10.0.0.1:1 > 10.0.0.2:2\nflow udp 10.0.0.1:1 > 10.0.0.2:2\n"
                                 "flow sctp 10.0.0.1:1 > 10.0.0.2:2\n+0 %s\n",
                                 faults[i].packet);
    built b;

    compile(text, &b);
    ck_assert_str_eq(ct_reason_word(b.packet[0].reason), ct_reason_word(faults[i].reason));
    built_clear(&b);
    g_free(text);
  }
}
END_TEST

/* A packet put together from its fragments is the packet. */
START_TEST(test_fragments)
{
  built b;
  guint8 whole[2048];
  guint n = 20;

  compile("flow u: udp 10.0.0.1:1 > 10.0.0.2:2\n"
          "hold big: > udp (100)\n"
          "+0 fragment big 0:40\n+0 fragment big 40:80\n+0 fragment big 80:\n+0 send big\n",
          &b);
  ck_assert_uint_eq(b.n, 4);
  memcpy(whole, b.packet[0].data, 20);
  for (guint i = 0; i < 3; i++) {
    guint16 field = (guint16)(b.packet[i].data[6] << 8 | b.packet[i].data[7]);

    ck_assert_uint_eq(field & 0x1fff, 5 * i);
    ck_assert_uint_eq(field & 0x2000, i < 2 ? 0x2000 : 0);
    ck_assert_uint_eq(b.packet[i].data[5], 1);
    memcpy(whole + n, b.packet[i].data + 20, b.packet[i].length - 20);
    n += b.packet[i].length - 20;
  }
  ck_assert_uint_eq(n, b.packet[3].length);
  ck_assert_int_eq(memcmp(whole + 20, b.packet[3].data + 20, n - 20), 0);
  assert_tracked(&b.packet[3]);
  built_clear(&b);
}
END_TEST

START_TEST(test_fragments6)
{
  built b;

  compile("flow u: udp [fd00::1]:1 > [fd00::2]:2\n"
          "hold big: > udp (100) ext hop-by-hop 01040000 ipid 77\n"
          "+0 fragment big 0:40\n+0 fragment big 40:\n+0 send big\n",
          &b);
  ck_assert_uint_eq(b.packet[0].data[6], 0);
  ck_assert_uint_eq(b.packet[0].data[40], 44);
  ck_assert_uint_eq(b.packet[0].data[48], 17);
  ck_assert_uint_eq(b.packet[0].data[51], 1);
  ck_assert_uint_eq(b.packet[1].data[50], 0);
  ck_assert_uint_eq(b.packet[1].data[51], 40);
  ck_assert_uint_eq(b.packet[1].data[55], 77);
  ck_assert_uint_eq(b.packet[1].length, 48 + 8 + 68);
  assert_tracked(&b.packet[2]);
  built_clear(&b);
}
END_TEST

START_TEST(test_links)
{
  static const struct {
    const char *link;
    guint dlt, header;
  } links[] = { { "ethernet", 1, 14 },
                { "ethernet vlan 5", 1, 18 },
                { "ethernet qinq 7 vlan 5", 1, 22 },
                { "ethernet pppoe 9", 1, 22 },
                { "ethernet mpls 3 mpls 4", 1, 22 },
                { "raw", 101, 0 },
                { "null", 0, 4 },
                { "loop", 108, 4 },
                { "ppp", 9, 4 },
                { "chdlc", 104, 4 },
                { "sll", 113, 16 },
                { "sll2 3", 276, 20 },
                { "wlan", 105, 32 },
                { "radiotap", 127, 40 } };

  for (guint i = 0; i < G_N_ELEMENTS(links); i++) {
    char *text = g_strdup_printf("link %s\nflow udp 10.0.0.1:1 > 10.0.0.2:2\n+0 > (4)\n+0 > (4) trailer 0000 cut 20\n",
                                 links[i].link);
    built b;

    compile(text, &b);
    ck_assert_uint_eq(b.frame[0].link, links[i].dlt);
    ck_assert_uint_eq(b.frame[0].wire, links[i].header + 32);
    ck_assert_uint_eq(b.frame[1].wire, links[i].header + 34);
    ck_assert_uint_eq(b.frame[1].captured, 20);
    built_clear(&b);
    g_free(text);
  }
}
END_TEST

START_TEST(test_time)
{
  built b;

  compile("start 2026-02-03T04:05:06.5Z\nflow udp 10.0.0.1:1 > 10.0.0.2:2\n"
          "+0 > (4)\n+1.000000001 > (4)\n10 > (4)\n+5d\n+1ms > (4)\n-2 > (4)\n@2026-03-01T00:00:00Z > (4)\n"
          "+.01 > (4)\n",
          &b);
  ck_assert_int_eq(b.frame[0].ts_ns, G_GINT64_CONSTANT(1770091506500000000));
  ck_assert_int_eq(b.frame[1].ts_ns - b.frame[0].ts_ns, 1000000001);
  ck_assert_int_eq(b.frame[2].ts_ns - b.frame[0].ts_ns, G_GINT64_CONSTANT(10000000000));
  ck_assert_int_eq(b.frame[3].ts_ns - b.frame[2].ts_ns, G_GINT64_CONSTANT(432000001000000));
  ck_assert_int_eq(b.frame[4].ts_ns - b.frame[3].ts_ns, G_GINT64_CONSTANT(-2000000000));
  ck_assert_int_eq(b.frame[5].ts_ns, G_GINT64_CONSTANT(1772323200000000000));
  ck_assert_int_eq(b.frame[6].ts_ns - b.frame[5].ts_ns, 10000000);
  built_clear(&b);
}
END_TEST

START_TEST(test_repeat)
{
  built b;

  compile("repeat 3\nflow f$i: udp 10.0.0.1:${i+1000} > 10.0.0.2:${i*10}\n+1 f$i > (4)\nend\n", &b);
  ck_assert_uint_eq(b.n, 3);
  ck_assert_uint_eq(b.packet[2].tuple.src_id, 1002);
  ck_assert_uint_eq(b.packet[2].tuple.dst_id, 20);
  built_clear(&b);
}
END_TEST

START_TEST(test_isn_and_sack)
{
  built b;
  const guint8 *options;

  compile("flow t: tcp 10.0.0.1:1 > 10.0.0.2:2 isn 100,4294967290\n"
          "+0 > S\n+0 < S.\n+0 > . <nop,nop,sack 11:21 31:41>\nisn t 7,8\n+0 > S\n",
          &b);
  ck_assert_uint_eq(b.packet[1].l4.tcp.seq, 4294967290u);
  ck_assert_uint_eq(b.packet[2].l4.tcp.ack, 4294967291u);
  options = b.packet[2].data + 40;
  ck_assert_int_eq(memcmp(options, "\1\1\5\x12\0\0\0\5\0\0\0\xf\0\0\0\x19\0\0\0\x23", 20), 0);
  ck_assert_uint_eq(b.packet[3].l4.tcp.seq, 7);
  built_clear(&b);
}
END_TEST

/* What stood in a file stays there where the scenario cannot be made into a capture; a device is a file too. */
START_TEST(test_write_touches_nothing_in_vain)
{
  char *path = NULL, *content = NULL;
  GError *error = NULL;
  int fd = g_file_open_tmp("scenario-XXXXXX", &path, NULL);
  scn_scenario *scenario = scn_scenario_parse(
    "flow udp 1.2.3.4:5 > 6.7.8.9:10\nhold h: > (8)\n+0 send h\n+0 fragment h 0:99\n", -1, "test", &error);

  ck_assert(scenario != NULL && fd >= 0);
  close(fd);
  ck_assert(g_file_set_contents(path, "mine", -1, NULL));
  ck_assert(!scn_scenario_write(scenario, path, &error));
  ck_assert_int_eq(error->code, SCN_ERROR_BUILD);
  ck_assert(g_file_get_contents(path, &content, NULL, NULL));
  ck_assert_str_eq(content, "mine");
  g_unlink(path);
  g_free(content);
  g_free(path);
  g_error_free(error);
  scn_scenario_free(scenario);
}
END_TEST

static Suite *suite(void)
{
  Suite *s = suite_create("scenario_build");
  TCase *t = tcase_create("build");

  tcase_add_test(t, test_handshake);
  tcase_add_test(t, test_protocols);
  tcase_add_test(t, test_sctp_tags);
  tcase_add_test(t, test_icmp_errors);
  tcase_add_test(t, test_faults_on_purpose);
  tcase_add_test(t, test_fragments);
  tcase_add_test(t, test_fragments6);
  tcase_add_test(t, test_links);
  tcase_add_test(t, test_time);
  tcase_add_test(t, test_repeat);
  tcase_add_test(t, test_isn_and_sack);
  tcase_add_test(t, test_write_touches_nothing_in_vain);
  suite_add_tcase(s, t);
  return s;
}

int main(void) { return unit_run(suite()); }
