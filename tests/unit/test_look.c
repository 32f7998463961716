/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remarks about how a capture was taken. */
#include "replay/copies.h"
#include "replay/look.h"
#include "unit.h"

static replay_look *look;
static guint8 bytes[64];
static ct_packet packet;
static pkt_link_info link_info;
static gint64 now_ns;

/* A TCP segment from and to hosts of 10.0.0.0/24, as it would be decoded. */
static void segment(guint8 from, guint8 to, guint16 sport, guint8 flags, guint32 seq, guint8 ttl)
{
  static const guint8 header[40] = { 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 80 };

  memcpy(bytes, header, sizeof(header));
  bytes[5] = (guint8)seq;
  bytes[8] = ttl;
  bytes[15] = from;
  bytes[19] = to;
  bytes[20] = (guint8)(sport >> 8);
  bytes[21] = (guint8)sport;
  bytes[27] = (guint8)seq;
  bytes[32] = 0x50;
  bytes[33] = flags;
  memset(&packet, 0, sizeof(packet));
  packet.time_ns = now_ns += 100000;
  packet.data = bytes;
  packet.length = packet.captured = 40;
  packet.kind = CT_PACKET_TRACK;
  packet.l4_offset = 20;
  packet.tuple.family = CT_IPV4;
  packet.tuple.proto = CT_PROTO_TCP;
  memcpy(packet.tuple.src.bytes, bytes + 12, 4);
  memcpy(packet.tuple.dst.bytes, bytes + 16, 4);
  packet.tuple.src_id = sport;
  packet.tuple.dst_id = 80;
  packet.hash = ct_tuple_hash(&packet.tuple);
  packet.l4.tcp.flags = flags;
  packet.l4.tcp.seq = seq;
  packet.l4.tcp.header_bytes = 20;
}

static void seen(guint32 ifindex, guint direction, guint32 vlan)
{
  link_info.cooked_ifindex = ifindex;
  link_info.direction = (guint16)direction;
  link_info.vlan = vlan;
  replay_look_packet(look, &packet, &link_info, 0, "any");
}

static void setup(void)
{
  look = replay_look_new();
  memset(&link_info, 0, sizeof(link_info));
  now_ns = 0;
}

static void teardown(void) { replay_look_free(look); }

static gboolean remarks(const char *words)
{
  const char *text;
  guint i;

  for (i = 0; (text = replay_look_remark(look, i)) != NULL; i++)
    if (strstr(text, words) != NULL)
      return TRUE;
  return FALSE;
}

/* Out with another source, in with another destination: inside is interface 2. */
START_TEST(translated)
{
  guint i;

  for (i = 0; i < 10; i++) {
    segment(2, 9, 1000, CT_TCP_ACK, i, 64);
    seen(2, CAP_DIR_IN, 0);
    segment(1, 9, 1000, CT_TCP_ACK, i, 63);
    seen(3, CAP_DIR_OUT, 0);
  }
  ck_assert(remarks("10 of 20 packets are here again with another address"));
  ck_assert(remarks("Give --interface 2, the side inside"));
  ck_assert(!remarks("--direction"));
}
END_TEST

/* The same, but no translation: forwarded, and so each twice. */
START_TEST(forwarded)
{
  guint i;

  for (i = 0; i < 10; i++) {
    segment(2, 9, 1000, CT_TCP_ACK, i, 64);
    seen(2, CAP_DIR_IN, 0);
    segment(2, 9, 1000, CT_TCP_ACK, i, 63);
    seen(3, CAP_DIR_OUT, 0);
  }
  ck_assert(!remarks("another address"));
  ck_assert(remarks("Give --interface IF (2, 3, ...)"));
  ck_assert(!remarks("--direction"));
}
END_TEST

/* No interface is known: --direction in is good advice only where the router says nothing itself. */
START_TEST(forwarded_somewhere)
{
  guint i, own;

  for (own = 0; own < 2; own++) {
    teardown();
    setup();
    for (i = 0; i < 20; i++) {
      segment(2, 9, 1000, CT_TCP_ACK, i, 64);
      seen(0, CAP_DIR_IN, 0);
      segment(2, 9, 1000, CT_TCP_ACK, i, 63);
      seen(0, CAP_DIR_OUT, 0);
      segment(1, 9, 2000, CT_TCP_ACK, 100 + i, 64);
      if (own)
        seen(0, CAP_DIR_OUT, 0);
    }
    ck_assert(remarks(own ? "--direction in would leave out what this machine itself sends" : "Give --direction in"));
  }
}
END_TEST

START_TEST(merged_with_itself)
{
  guint i;

  for (i = 1; i <= 10; i++) {
    segment(2, 9, 1000, CT_TCP_ACK, i, 64);
    seen(0, CAP_DIR_UNKNOWN, 0);
    seen(0, CAP_DIR_UNKNOWN, 0);
  }
  ck_assert(remarks("10 of 20 packets are here again just as they were"));
}
END_TEST

/* A flow with its requests on one VLAN and its answers on another is one flow. */
START_TEST(vlans)
{
  segment(2, 9, 1000, CT_TCP_ACK, 1, 64);
  seen(0, CAP_DIR_UNKNOWN, 10);
  segment(3, 9, 1000, CT_TCP_ACK, 2, 64);
  seen(0, CAP_DIR_UNKNOWN, 20);
  ck_assert(!remarks("VLAN"));
  teardown();
  setup();
  segment(2, 9, 1000, CT_TCP_ACK, 1, 64);
  seen(0, CAP_DIR_UNKNOWN, 10);
  segment(2, 9, 1000, CT_TCP_ACK, 2, 64);
  seen(0, CAP_DIR_UNKNOWN, 100 << 12 | 20);
  ck_assert(remarks("on VLAN 10 and on VLAN 100.20; all VLANs are taken as one, zone 0"));
  ck_assert(remarks("--bpf 'vlan 10' and --bpf 'vlan 100 and vlan 20'"));
}
END_TEST

static void scan(guint n)
{
  for (guint i = 0; i < n; i++) {
    segment(2, 9, (guint16)(1000 + i), CT_TCP_SYN, 1, 64);
    seen(0, CAP_DIR_UNKNOWN, 0);
  }
}

START_TEST(unanswered)
{
  scan(19);
  ck_assert(!remarks("nobody answered"));
  teardown();
  setup();
  scan(20);
  ck_assert(remarks("20 of 20 TCP conversations are SYNs that nobody answered"));
}
END_TEST

/* A hash is drawn anew for each run: what is said must not depend on whose fall together. */
START_TEST(unanswered_of_one_hash)
{
  guint i;

  for (i = 0; i < 20; i++) {
    segment(2, 9, (guint16)(1000 + i), CT_TCP_SYN, 1, 64);
    packet.hash = 77;
    seen(0, CAP_DIR_UNKNOWN, 0);
  }
  ck_assert(remarks("20 of 20 TCP conversations are SYNs that nobody answered"));
}
END_TEST

/* Where more follows than is looked at, a SYN of just now may be answered yet. */
START_TEST(unanswered_yet)
{
  guint i;

  for (i = 0; i < REPLAY_LOOK_PACKETS - 100; i++) {
    segment(2, 9, 500, CT_TCP_ACK, i, 64);
    packet.time_ns = 0;
    seen(0, CAP_DIR_UNKNOWN, 0);
  }
  scan(100);
  ck_assert(!remarks("nobody answered"));
}
END_TEST

START_TEST(dropped)
{
  replay_look_dropped(look, 7);
  ck_assert(remarks("the capture says itself that 7 packets were lost"));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("look");
  TCase *tcase = tcase_create("remarks");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, translated);
  tcase_add_test(tcase, forwarded);
  tcase_add_test(tcase, forwarded_somewhere);
  tcase_add_test(tcase, merged_with_itself);
  tcase_add_test(tcase, vlans);
  tcase_add_test(tcase, unanswered);
  tcase_add_test(tcase, unanswered_of_one_hash);
  tcase_add_test(tcase, unanswered_yet);
  tcase_add_test(tcase, dropped);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
