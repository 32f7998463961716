/* SPDX-License-Identifier: GPL-2.0-or-later */
/* H.323's calls (H.245, Q.931): messages written here, read back; then what the helpers make of them. */
#include <string.h>

#include "conntrack/helper/h323.h"
#include "helper_kit.h"
#include "per_writer.h"
#include "unit.h"

#define PHONE "10.1.0.2"
#define KEEPER "10.2.0.2"

/* ---- H.245 ---- */

/* h2250LogicalChannelParameters: both channels; port 0: not there */
static void h2250(bits *b, guint8 last, guint media, guint control)
{
  put(b, 1, 0);
  put(b, 3, media ? 1 : 0);   /* nonStandard, associatedSessionID, mediaChannel */
  put(b, 2, control ? 1 : 0); /* mediaGuaranteedDelivery, mediaControlChannel */
  put(b, 5, 0);
  u8(b, 1);
  if (media)
    address245(b, last, media);
  if (control)
    address245(b, last, control);
}

static void multiplex_h2250(bits *b, guint extension, guint8 last, guint media, guint control)
{
  bits inner = { .n = 0 };

  put(b, 1, 1);
  put(b, 7, extension);
  h2250(&inner, last, media, control);
  open_type(b, &inner);
}

/* openLogicalChannel: audio g711Ulaw64k forward */
static void open_channel(bits *b, guint8 last, guint media, guint control)
{
  put(b, 1 + 1, 0);
  u16(b, 1);
  put(b, 1 + 1, 0);
  put(b, 1 + 3, 3);
  put(b, 1 + 4, 3);
  u8(b, 19);
  multiplex_h2250(b, 0, last, media, control);
}

/* openLogicalChannel: T.120 on a stack of its own */
static void open_t120(bits *b, guint8 last, guint port)
{
  bits data = { .n = 0 }, inner = { .n = 0 };

  put(b, 1 + 1, 2); /* extended */
  u16(b, 1);
  put(b, 1 + 1, 0);
  put(b, 1 + 3, 4); /* data */
  put(b, 1, 0);
  put(b, 1 + 4, 1); /* t120 */
  put(b, 1, 1);
  put(b, 7, 3); /* separateLANStack */
  zeros(&data, 1);
  open_type(b, &data);
  put(b, 2, 0); /* maxBitRate */
  u8(b, 100);
  multiplex_h2250(b, 1, last, 0, 0); /* none */
  extensions(b, 1, 1);
  put(&inner, 1 + 2, 0);
  put(&inner, 1 + 2, 2); /* localAreaAddress */
  address245(&inner, last, port);
  put(&inner, 1, 0);
  open_type(b, &inner);
}

static void request_olc(bits *b) /* MultimediaSystemControlMessage: request, openLogicalChannel */
{
  put(b, 1 + 2, 0);
  put(b, 1 + 4, 3);
}

START_TEST(h245_channels)
{
  static ct_h323_message m;
  bits b = { .n = 0 };

  request_olc(&b);
  open_channel(&b, 2, 5000, 5001);
  ck_assert(ct_h323_h245_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
  ck_assert_uint_eq(m.n, 2);
  ck_assert_uint_eq(m.found[0].kind, CT_H323_MEDIA);
  ck_assert_uint_eq(m.found[0].port, 5000);
  ck_assert_uint_eq(m.found[1].port, 5001);
  b.n = 0;
  request_olc(&b);
  open_channel(&b, 2, 0, 5001);
  ck_assert(ct_h323_h245_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
  ck_assert_uint_eq(m.n, 1);
  b.n = 0;
  request_olc(&b);
  open_t120(&b, 2, 1503);
  ck_assert(ct_h323_h245_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
  ck_assert_uint_eq(m.n, 1);
  ck_assert_uint_eq(m.found[0].kind, CT_H323_T120);
  ck_assert_uint_eq(m.found[0].port, 1503);
  b.n = 0; /* terminalCapabilitySet: ends at once */
  put(&b, 1 + 2, 0);
  put(&b, 1 + 4, 2);
  ck_assert(ct_h323_h245_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
  ck_assert_uint_eq(m.n, 0);
}
END_TEST

/* openLogicalChannelAck with a T.120 address and both channels */
static void open_channel_ack(bits *b, guint8 last, guint t120, guint media, guint control)
{
  bits inner = { .n = 0 }, ack = { .n = 0 };

  put(b, 1 + 2, 1); /* response */
  put(b, 1 + 5, 5);
  put(b, 1 + 1, 2); /* extended, no reverse parameters */
  u16(b, 1);
  extensions(b, 2, 3); /* separateStack, forwardMultiplexAckParameters */
  put(&inner, 1 + 2, 0);
  put(&inner, 1 + 2, 2);
  address245(&inner, last, t120);
  put(&inner, 1, 0);
  even(b);
  open_type(b, &inner);
  put(&ack, 1, 0); /* h2250LogicalChannelAckParameters */
  put(&ack, 1, 0);
  put(&ack, 5, 6); /* mediaChannel, mediaControlChannel */
  address245(&ack, last, media);
  address245(&ack, last, control);
  open_type(b, &ack);
}

START_TEST(h245_acknowledgement)
{
  static ct_h323_message m;
  bits b = { .n = 0 };

  open_channel_ack(&b, 2, 1503, 6000, 6001);
  ck_assert(ct_h323_h245_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
  ck_assert_uint_eq(m.n, 3);
  ck_assert_uint_eq(m.found[0].port, 6000); /* media first, whatever their order in the message */
  ck_assert_uint_eq(m.found[1].port, 6001);
  ck_assert_uint_eq(m.found[2].kind, CT_H323_T120);
}
END_TEST

/* ---- Q.931 ---- */

static gsize q931(guint8 *out, const bits *user_information)
{
  gsize n = (user_information->n + 7) / 8, at = 0;

  out[at++] = 8; /* Q.931, call reference of 2 bytes, SETUP */
  out[at++] = 2;
  out[at++] = 0;
  out[at++] = 1;
  out[at++] = 5;
  out[at++] = 4; /* bearer capability: another element */
  out[at++] = 3;
  memset(out + at, 0x41, 3);
  at += 3;
  out[at++] = 0x7e;
  out[at++] = (guint8)((n + 1) >> 8);
  out[at++] = (guint8)(n + 1);
  out[at++] = 5;
  memcpy(out + at, user_information->at, n);
  return at + n;
}

static gsize tpkt(guint8 *out, const guint8 *message, gsize n)
{
  out[0] = 3;
  out[1] = 0;
  out[2] = (guint8)((n + 4) >> 8);
  out[3] = (guint8)(n + 4);
  memcpy(out + 4, message, n);
  return n + 4;
}

/* Setup with an H.245 address and one channel in fastStart, then a tunnelled H.245 message. */
static void setup_message(bits *b, guint8 last, guint h245_port)
{
  bits fast = { .n = 0 }, channel = { .n = 0 }, control = { .n = 0 }, controls = { .n = 0 };

  put(b, 1 + 1, 0); /* H323-UserInformation */
  put(b, 1 + 1, 2); /* H323-UU-PDU, extended */
  put(b, 1 + 3, 0); /* setup, extended */
  put(b, 1, 1);
  put(b, 7, 0x40); /* h245Address */
  oid(b);
  address(b, last, h245_port);
  endpoint(b);
  put(b, 1, 0); /* activeMC */
  zeros(b, 16);
  put(b, 1 + 2, 0);
  put(b, 1 + 2, 0);
  extensions(b, 8, 1 << 6); /* fastStart */
  u8(&fast, 1);
  open_channel(&channel, last, 5000, 5001);
  open_type(&fast, &channel);
  even(b);
  open_type(b, &fast);
  extensions(b, 3, 1 << 1 | 1 << 2); /* h245Tunneling, h245Control */
  even(b);
  zeros(&control, 1);
  open_type(b, &control);
  control.n = 0;
  request_olc(&control);
  open_channel(&control, last, 5010, 5011);
  u8(&controls, 1);
  open_type(&controls, &control);
  open_type(b, &controls);
}

START_TEST(q931_setup)
{
  static ct_h323_message m;
  guint8 message[1000];
  bits b = { .n = 0 };
  gsize n;

  setup_message(&b, 2, 1300);
  n = q931(message, &b);
  ck_assert(ct_h323_q931_parse(message, n, CT_IPV4, &m));
  ck_assert_uint_eq(m.n, 5);
  ck_assert_uint_eq(m.found[0].kind, CT_H323_H245);
  ck_assert_uint_eq(m.found[0].port, 1300);
  ck_assert_str_eq(m.found[0].made_by, "Setup");
  ck_assert_uint_eq(m.found[1].port, 5000);
  ck_assert_uint_eq(m.found[4].port, 5011);
  message[0] = 9;
  ck_assert(!ct_h323_q931_parse(message, n, CT_IPV4, &m));
  message[0] = 8;
  for (gsize cut = 0; cut < n; cut++) {
    guint8 *copy = g_memdup2(message, cut);

    ck_assert(!ct_h323_q931_parse(copy, cut, CT_IPV4, &m)); /* the element's length is wrong now */
    g_free(copy);
  }
}
END_TEST

START_TEST(q931_forwarding)
{
  static ct_h323_message m;
  guint8 message[1000];

  for (guint forwarded = 0; forwarded < 2; forwarded++) {
    bits b = { .n = 0 }, h245 = { .n = 0 };

    put(&b, 1 + 1, 0);
    put(&b, 1 + 1, 0);
    put(&b, 1 + 3, 6); /* facility, extended */
    put(&b, 1, 1);
    put(&b, 3, 4); /* alternativeAddress */
    oid(&b);
    address(&b, 88, 1720);
    put(&b, 1 + 2, forwarded); /* routeCallToGatekeeper, callForwarded */
    extensions(&b, 7, 1 << 6); /* h245Address */
    address(&h245, 2, 1301);
    even(&b);
    open_type(&b, &h245);
    ck_assert(ct_h323_q931_parse(message, q931(message, &b), CT_IPV4, &m));
    ck_assert_uint_eq(m.n, 1);
    ck_assert_uint_eq(m.found[0].kind, forwarded ? CT_H323_FORWARD : CT_H323_H245);
  }
}
END_TEST

START_TEST(call_from_signal_to_media)
{
  guint8 message[1000], segment[1000];
  bits b = { .n = 0 };
  hk_tcp call, control;
  ct_view view;
  gsize n;
  hk k;

  hk_start(&k);
  hk_tcp_open(&k, &call, PHONE ":4000", KEEPER ":1720");
  setup_message(&b, 2, 1300);
  n = tpkt(segment, message, q931(message, &b));
  hk_tcp_send(&call, 0, segment, n);
  hk_expect_said(
    &k, "+ 10.2.0.2 > 10.1.0.2:1300 tcp 240 Setup\n"
        "+ 10.2.0.2 > 10.1.0.2:5000 udp 240 OpenLogicalChannel\n+ 10.2.0.2 > 10.1.0.2:5001 udp 240 OpenLogicalChannel\n"
        "- 10.2.0.2 > 10.1.0.2:5000 udp replaced\n+ 10.2.0.2 > 10.1.0.2:5000 udp 240 OpenLogicalChannel\n"
        "- 10.2.0.2 > 10.1.0.2:5001 udp replaced\n+ 10.2.0.2 > 10.1.0.2:5001 udp 240 OpenLogicalChannel\n"
        "+ 10.2.0.2 > 10.1.0.2:5010 udp 240 OpenLogicalChannel\n+ 10.2.0.2 > 10.1.0.2:5011 udp 240 OpenLogicalChannel\n"
        "- 10.2.0.2 > 10.1.0.2:5010 udp replaced\n+ 10.2.0.2 > 10.1.0.2:5010 udp 240 OpenLogicalChannel\n"
        "- 10.2.0.2 > 10.1.0.2:5011 udp replaced\n+ 10.2.0.2 > 10.1.0.2:5011 udp 240 OpenLogicalChannel\n");
  hk_tcp_open(&k, &control, KEEPER ":4001", PHONE ":1300");
  ck_assert(ct_engine_find(k.engine, k.result.conn, &view));
  ck_assert_str_eq(view.helper, "H.245");
  hk_expect_said(&k, "- 10.2.0.2 > 10.1.0.2:1300 tcp used\n");
  b.n = 0;
  /* Header and data apart, as NetMeeting sends them. An openLogicalChannel begins with 03 00: it would be taken for a
   * header. */
  open_channel_ack(&b, 2, 0, 5020, 0);
  n = tpkt(segment, b.at, (b.n + 7) / 8);
  hk_tcp_send(&control, 1, segment, 4);
  hk_expect_said(&k, "");
  hk_tcp_send(&control, 1, segment + 4, n - 4);
  hk_expect_said(&k, "+ 10.2.0.2 > 10.1.0.2:5020 udp 240 OpenLogicalChannelAck\n"
                     "+ 10.2.0.2 > 10.1.0.2:5021 udp 240 OpenLogicalChannelAck\n");
  hk_udp_text(&k, KEEPER ":7000", PHONE ":5020", "rtp");
  ck_assert_uint_eq(k.result.cls, CT_CLASS_RELATED);
  hk_stop(&k);
}
END_TEST

START_TEST(segments)
{
  static const guint8 two[] = { 3, 0, 0, 6, 'a', 'b', 3, 0, 0, 5, 'c', 9 };
  static const guint8 lone[] = { 3, 0, 0, 7 };
  const guint8 *data;
  guint16 pending = 0;
  gsize at = 0, n;

  ck_assert(ct_h323_tpkt_next(two, sizeof(two), &pending, &at, &data, &n));
  ck_assert_uint_eq(n, 2);
  ck_assert_uint_eq(data[0], 'a');
  ck_assert(ct_h323_tpkt_next(two, sizeof(two), &pending, &at, &data, &n));
  ck_assert_uint_eq(n, 1);
  ck_assert(!ct_h323_tpkt_next(two, sizeof(two), &pending, &at, &data, &n));
  at = 0;
  ck_assert(!ct_h323_tpkt_next(lone, 4, &pending, &at, &data, &n));
  ck_assert_uint_eq(pending, 3);
  at = 0;
  ck_assert(ct_h323_tpkt_next((const guint8 *)"abc", 3, &pending, &at, &data, &n));
  ck_assert_uint_eq(n, 3);
  ck_assert(!ct_h323_tpkt_next((const guint8 *)"abc", 3, &pending, &at, &data, &n));
  ck_assert_uint_eq(pending, 0);
  at = 0;
  ck_assert(!ct_h323_tpkt_next(two, 5, &pending, &at, &data, &n)); /* longer than what is here */
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("helper_h323");
  TCase *tc = tcase_create("messages");

  tcase_add_test(tc, h245_channels);
  tcase_add_test(tc, h245_acknowledgement);
  tcase_add_test(tc, q931_setup);
  tcase_add_test(tc, q931_forwarding);
  tcase_add_test(tc, call_from_signal_to_media);
  tcase_add_test(tc, segments);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
