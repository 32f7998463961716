/* SPDX-License-Identifier: GPL-2.0-or-later */
/* H.323's registrations (RAS): messages written here, read back; then what the helper makes of them. */
#include <string.h>

#include "conntrack/helper/h323.h"
#include "conntrack/helper/modules.h"
#include "helper_kit.h"
#include "per_writer.h"
#include "unit.h"

#define PHONE "10.1.0.2"
#define KEEPER "10.2.0.2"

static void ras_choice(bits *b, guint number) { put(b, 1 + 5, number); }

/* registrationRequest with two signalling addresses; ttl 0: none */
static void rrq(bits *b, guint8 first, guint port, guint32 ttl)
{
  bits inner = { .n = 0 };

  ras_choice(b, 3);
  put(b, 1, ttl != 0);
  put(b, 3, 0);
  u16(b, 1);
  oid(b);
  put(b, 1, 1); /* discoveryComplete */
  u8(b, 2);
  address(b, 99, 1720);
  address(b, first, port);
  u8(b, 1);
  address(b, first, 1719);
  endpoint(b);
  vendor(b);
  if (ttl == 0)
    return;
  extensions(b, 4, 1 << 1 | 1 << 2); /* timeToLive, tokens */
  put(&inner, 2, 1);
  u16(&inner, ttl - 1);
  even(b);
  open_type(b, &inner);
  inner.n = 0;
  zeros(&inner, 3);
  open_type(b, &inner);
}

START_TEST(ras_registration)
{
  static ct_h323_message m;
  bits b = { .n = 0 };

  rrq(&b, 2, 1720, 600);
  ck_assert(ct_h323_ras_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
  ck_assert_uint_eq(m.ras, CT_H323_RRQ);
  ck_assert_uint_eq(m.n, 2);
  ck_assert_uint_eq(m.found[0].kind, CT_H323_SIGNAL);
  ck_assert_uint_eq(m.found[0].addr.bytes[3], 99);
  ck_assert_uint_eq(m.found[1].addr.bytes[3], 2);
  ck_assert_uint_eq(m.found[1].port, 1720);
  ck_assert(m.has_time_to_live);
  ck_assert_uint_eq(m.time_to_live_s, 600);
  for (gsize n = 0; n < 40; n++) { /* cut anywhere in the root: unreadable, and nothing behind the end is touched */
    guint8 *copy = g_memdup2(b.at, n);

    ck_assert(!ct_h323_ras_parse(copy, n, CT_IPV4, &m));
    g_free(copy);
  }
}
END_TEST

/* Without gkrouted_only anybody may call; a registration that does not say how long it lasts has the module's time. */
START_TEST(ras_modules)
{
  bits b = { .n = 0 };
  ct_view view;
  hk k;

  hk_start(&k);
  ck_assert_int_eq(ct_params_set_module(&k.params, "nf_conntrack_h323.gkrouted_only", "0"), CT_PARAM_OK);
  ck_assert_int_eq(ct_params_set_module(&k.params, "nf_conntrack_h323.default_rrq_ttl", "222"), CT_PARAM_OK);
  rrq(&b, 2, 1720, 0);
  hk_udp(&k, PHONE ":1719", KEEPER ":1719", b.at, (b.n + 7) / 8);
  hk_expect_said(&k, "+ * > 10.1.0.2:1720 tcp 240 permanent RRQ\n");
  b.n = 0; /* registrationConfirm */
  ras_choice(&b, 4);
  put(&b, 1 + 3, 0);
  u16(&b, 1);
  oid(&b);
  u8(&b, 0);
  bmp(&b, 4);
  hk_udp(&k, KEEPER ":1719", PHONE ":1719", b.at, (b.n + 7) / 8);
  ck_assert(ct_engine_find(k.engine, k.result.conn, &view));
  ck_assert_int_eq(view.timeout_ns / 1000000000, 222);
  hk_stop(&k);
}
END_TEST

START_TEST(ras_helper)
{
  bits b = { .n = 0 };
  ct_view view;
  hk k;

  hk_start(&k);
  rrq(&b, 2, 1720, 600);
  hk_udp(&k, PHONE ":1719", KEEPER ":1719", b.at, (b.n + 7) / 8);
  hk_expect_said(&k, "+ 10.2.0.2 > 10.1.0.2:1720 tcp 240 permanent RRQ\n");
  b.n = 0; /* registrationConfirm */
  ras_choice(&b, 4);
  put(&b, 1 + 3, 0);
  u16(&b, 1);
  oid(&b);
  u8(&b, 0);
  bmp(&b, 4);
  hk_udp(&k, KEEPER ":1719", PHONE ":1719", b.at, (b.n + 7) / 8);
  ck_assert(ct_engine_find(k.engine, k.result.conn, &view));
  ck_assert_int_eq(view.timeout_ns / 1000000000, 600);
  b.n = 0; /* admissionConfirm: call 10.1.0.77 */
  ras_choice(&b, 10);
  put(&b, 1 + 2, 0);
  u16(&b, 2);
  put(&b, 2, 1);
  u16(&b, 640); /* bandWidth */
  put(&b, 1 + 1, 0);
  address(&b, 77, 1720);
  hk_udp(&k, KEEPER ":1719", PHONE ":1719", b.at, (b.n + 7) / 8);
  hk_expect_said(&k, "+ 10.1.0.2 > 10.1.0.77:1720 tcp 240 permanent ACF\n");
  b.n = 0; /* unregistrationRequest */
  ras_choice(&b, 6);
  put(&b, 1 + 3, 0);
  u16(&b, 3);
  u8(&b, 1);
  address(&b, 2, 1720);
  hk_udp(&k, PHONE ":1719", KEEPER ":1719", b.at, (b.n + 7) / 8);
  hk_expect_said(&k, "- 10.1.0.2 > 10.1.0.77:1720 tcp withdrawn\n- 10.2.0.2 > 10.1.0.2:1720 tcp withdrawn\n");
  ck_assert(ct_engine_find(k.engine, k.result.conn, &view));
  ck_assert_int_eq(view.timeout_ns / 1000000000, 30);
  hk_stop(&k);
}
END_TEST

START_TEST(ras_confirms)
{
  static ct_h323_message m;
  bits b = { .n = 0 };

  ras_choice(&b, 1); /* gatekeeperConfirm with an identifier */
  put(&b, 1, 0);
  put(&b, 2, 1);
  u16(&b, 1);
  oid(&b);
  bmp(&b, 5);
  address(&b, 8, 1718);
  ck_assert(ct_h323_ras_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
  ck_assert_uint_eq(m.ras, CT_H323_GCF);
  ck_assert_uint_eq(m.n, 1);
  ck_assert_uint_eq(m.found[0].kind, CT_H323_RAS);
  ck_assert_uint_eq(m.found[0].port, 1718);
  ck_assert(ct_h323_ras_parse(b.at, (b.n + 7) / 8, CT_IPV6, &m));
  ck_assert_uint_eq(m.n, 0); /* an address of the other family */
  b.n = 0;                   /* locationConfirm */
  ras_choice(&b, 19);
  put(&b, 1 + 1, 0);
  u16(&b, 1);
  address6(&b, 9, 1720);
  address6(&b, 10, 1719);
  ck_assert(ct_h323_ras_parse(b.at, (b.n + 7) / 8, CT_IPV6, &m));
  ck_assert_uint_eq(m.ras, CT_H323_LCF);
  ck_assert_uint_eq(m.n, 1); /* the RAS address does not count */
  ck_assert_uint_eq(m.found[0].addr.bytes[15], 9);
  b.n = 0; /* infoRequest: of no interest, but readable */
  ras_choice(&b, 21);
  ck_assert(ct_h323_ras_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
  ck_assert_uint_eq(m.n, 0);
  b.n = 0; /* no such message */
  ras_choice(&b, 30);
  zeros(&b, 10);
  ck_assert(!ct_h323_ras_parse(b.at, (b.n + 7) / 8, CT_IPV4, &m));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("helper-ras");
  TCase *tc = tcase_create("messages");

  tcase_add_test(tc, ras_registration);
  tcase_add_test(tc, ras_helper);
  tcase_add_test(tc, ras_modules);
  tcase_add_test(tc, ras_confirms);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
