/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings: which tuple a connection gets (NAT 4, 5), that each of its two tuples finds it, zones, the state as bytes,
 * and translations written into packets. What rules make of them is held against recordings (tests/truth/rules.c).
 */
#include <arpa/inet.h>
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/nat/internal.h"
#include "conntrack/nat/rewrite.h"
#include "conntrack/state/state.h"
#include "engine_check.h"
#include "unit.h"

static ct_engine *engine;
static guint64 n_packets;
static ct_result result;

static void setup(void)
{
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  params.helpers_by_port = false;
  engine = ct_engine_new(&params);
  ct_engine_nat(engine, CT_IPV4);
  ct_engine_nat(engine, CT_IPV6);
  n_packets = 0;
}

static void teardown(void)
{
  engine_check(engine);
  ct_engine_free(engine);
}

static ct_addr address(const char *text)
{
  ct_addr a = { .words = { 0 } };

  ck_assert_int_eq(inet_pton(strchr(text, ':') != NULL ? AF_INET6 : AF_INET, text, a.bytes), 1);
  return a;
}

static ct_tuple udp(const char *src, guint16 sport, const char *dst, guint16 dport)
{
  ct_tuple t = { .src_id = sport, .dst_id = dport, .proto = CT_PROTO_UDP };

  t.family = strchr(src, ':') != NULL ? CT_IPV6 : CT_IPV4;
  t.src = address(src);
  t.dst = address(dst);
  return t;
}

static ct_nat_range to(const char *from, const char *until, guint8 flags)
{
  ct_nat_range r = { .flags = (uint8_t)(CT_NAT_ADDRESSES | flags) };

  r.min = address(from);
  r.max = address(until);
  return r;
}

/* A packet through both halves, mapped in between; NULL: bound to what it is. => what its entry is then. */
static ct_view pass_in(const ct_template *template, ct_tuple tuple, ct_nat_manip manip, const ct_nat_range *range)
{
  ct_packet p = { .time_ns = G_GINT64_CONSTANT(1700000000000000000) + (gint64)(n_packets + 1) * 1000000,
                  .number = n_packets + 1,
                  .length = 29,
                  .tuple = tuple,
                  .hash = ct_tuple_hash(&tuple),
                  .kind = CT_PACKET_TRACK };
  ct_view view = { .id = 0 };
  ct_passage passage;

  n_packets++;
  ct_engine_arrive(engine, &p, template, &passage);
  for (guint hook = 0; passage.entry != NULL && hook < 2; hook++) {
    ct_nat_manip now = hook == 0 ? CT_NAT_DST : CT_NAT_SRC;

    if (ct_passage_nat_is_done(&passage, now))
      continue;
    if (range != NULL && now == manip)
      ck_assert(ct_passage_nat(engine, &passage, now, range));
    else
      ck_assert(ct_passage_nat_null(engine, &passage, now));
  }
  ct_engine_conclude(engine, &passage, CT_FATE_ACCEPT);
  result = passage.result;
  if (result.entry != NULL)
    ct_entry_view(engine, result.entry, &view);
  engine_check(engine);
  return view;
}

static ct_view pass(ct_tuple tuple, ct_nat_manip manip, const ct_nat_range *range)
{
  return pass_in(NULL, tuple, manip, range);
}

static void check_address(ct_addr is, const char *text)
{
  ct_addr wanted = address(text);

  ck_assert(ct_addr_equal(&is, &wanted));
}
#define IS check_address

/* The vectors of NAT 4, step 2. */
START_TEST(addresses_of_ranges)
{
  static const struct {
    const char *src, *dst, *from, *until, *chosen;
    guint8 flags;
    ct_nat_manip manip;
  } vectors[] = {
    { "192.168.1.20", "198.51.100.7", "203.0.113.10", "203.0.113.17", "203.0.113.15", 0, CT_NAT_SRC },
    { "192.168.1.21", "198.51.100.7", "203.0.113.10", "203.0.113.17", "203.0.113.14", 0, CT_NAT_SRC },
    { "192.168.1.22", "198.51.100.7", "203.0.113.10", "203.0.113.17", "203.0.113.17", 0, CT_NAT_SRC },
    { "192.168.1.10", "8.8.8.8", "203.0.113.10", "203.0.113.17", "203.0.113.17", CT_NAT_PERSISTENT, CT_NAT_SRC },
    { "198.51.100.20", "203.0.113.1", "192.168.1.80", "192.168.1.87", "192.168.1.81", 0, CT_NAT_DST },
    { "fd00:1::17", "2001:db8:7::7", "2001:db8:ffff::10", "2001:db8:ffff::1f", "2001:db8:ffff::17", 0, CT_NAT_SRC },
    { "fd00:1::10", "2001:db8:7::7", "2001:db8:ffff::1:0", "2001:db8:ffff::5:ffff", "2001:db8:ffff::3:781b",
      CT_NAT_PERSISTENT, CT_NAT_SRC },
    { "2001:db8:7::8", "2001:db8:ffff::1", "fd00:1::80", "fd00:1::8f", "fd00:1::8e", 0, CT_NAT_DST },
  };

  for (guint i = 0; i < G_N_ELEMENTS(vectors); i++) {
    ct_nat_range range = to(vectors[i].from, vectors[i].until, vectors[i].flags);
    ct_view v = pass(udp(vectors[i].src, 5000, vectors[i].dst, 53), vectors[i].manip, &range);

    if (vectors[i].manip == CT_NAT_SRC)
      IS(v.tuple[CT_REPLY].dst, vectors[i].chosen);
    else
      IS(v.tuple[CT_REPLY].src, vectors[i].chosen);
  }
}
END_TEST

START_TEST(each_tuple_finds_its_entry)
{
  ct_nat_range range = to("203.0.113.1", "203.0.113.1", 0);
  ct_view v = pass(udp("192.168.1.10", 5000, "8.8.8.8", 53), CT_NAT_SRC, &range);

  ck_assert_uint_eq(v.status & (CT_STATUS_SRC_NAT | CT_STATUS_DST_NAT), CT_STATUS_SRC_NAT);
  ck_assert_uint_eq(v.tuple[CT_REPLY].dst_id, 5000);
  pass(udp("8.8.8.8", 53, "203.0.113.1", 5000), CT_NAT_SRC, NULL);
  ck_assert_uint_eq(result.conn, v.id);
  ck_assert_int_eq(result.cls, CT_CLASS_ESTABLISHED);
  ck_assert_int_eq(result.dir, CT_REPLY);
  /* What comes to the inside address is nobody's answer. */
  pass(udp("8.8.8.8", 53, "192.168.1.10", 5000), CT_NAT_SRC, NULL);
  ck_assert_int_eq(result.cls, CT_CLASS_NEW);
  ck_assert_uint_ne(result.conn, v.id);
}
END_TEST

START_TEST(ports_by_their_class)
{
  static const struct {
    guint16 port, least, most;
  } classes[] = { { 53, 1, 511 }, { 600, 600, 1023 }, { 5000, 1024, 65535 } };
  ct_nat_range range = to("203.0.113.1", "203.0.113.1", 0);

  for (guint i = 0; i < G_N_ELEMENTS(classes); i++) {
    ct_view first = pass(udp("192.168.1.10", classes[i].port, "8.8.8.8", 53), CT_NAT_SRC, &range);
    ct_view second = pass(udp("192.168.1.11", classes[i].port, "8.8.8.8", 53), CT_NAT_SRC, &range), third;

    ck_assert_uint_eq(first.tuple[CT_REPLY].dst_id, classes[i].port);
    ck_assert_uint_ne(second.tuple[CT_REPLY].dst_id, classes[i].port);
    ck_assert_uint_ge(second.tuple[CT_REPLY].dst_id, classes[i].least);
    ck_assert_uint_le(second.tuple[CT_REPLY].dst_id, classes[i].most);
    /* Towards others the source keeps what it has got. */
    third = pass(udp("192.168.1.11", classes[i].port, "9.9.9.9", 53), CT_NAT_SRC, &range);
    ck_assert_uint_eq(third.tuple[CT_REPLY].dst_id, second.tuple[CT_REPLY].dst_id);
  }
}
END_TEST

/* A port that is to be drawn is, though nobody else has the packet's own; of its class it stays (NAT 5). */
START_TEST(random_ports_are_drawn)
{
  ct_nat_range kept = to("203.0.113.10", "203.0.113.10", 0), drawn = to("203.0.113.10", "203.0.113.10", CT_NAT_RANDOM);
  guint others = 0;

  for (guint16 port = 5000; port < 5008; port++) {
    ct_view v = pass(udp("192.168.1.20", port, "198.51.100.7", 53), CT_NAT_SRC, &kept);

    ck_assert_uint_eq(v.tuple[CT_REPLY].dst_id, port);
    v = pass(udp("192.168.1.21", port, "198.51.100.8", 53), CT_NAT_SRC, &drawn);
    others += v.tuple[CT_REPLY].dst_id != port;
    ck_assert_uint_ge(v.tuple[CT_REPLY].dst_id, 1024);
  }
  ck_assert_uint_eq(others, 8);
}
END_TEST

START_TEST(one_port_serves_one)
{
  ct_nat_range range = to("203.0.113.1", "203.0.113.1", CT_NAT_IDS);

  range.min_id = range.max_id = 7777;
  ck_assert_uint_eq(pass(udp("192.168.1.10", 1, "8.8.8.8", 53), CT_NAT_SRC, &range).tuple[CT_REPLY].dst_id, 7777);
  pass(udp("192.168.1.11", 1, "8.8.8.8", 53), CT_NAT_SRC, &range);
  ck_assert_int_eq(result.verdict, CT_VERDICT_DROP);
  ck_assert_int_eq(result.reason, CT_REASON_CLASH);
  ck_assert_uint_eq(ct_engine_stats(engine)->insert_failed, 1);
  ck_assert_uint_eq(ct_engine_count(engine), 1);
}
END_TEST

static bool tell(const ct_tuple *original, ct_nat_manip manip, uint16_t *id, void *user)
{
  (void)original;
  *id = *(uint16_t *)user;
  return manip == CT_NAT_DST;
}

/* More ports than are tried, and the told one is where the kernel's search has ended: with several rounds too. */
START_TEST(a_search_that_finds_none_ends_with_what_is_told)
{
  ct_nat_range range = to("192.168.1.80", "192.168.1.80", CT_NAT_IDS | CT_NAT_RANDOM);
  uint16_t told = 7000;
  ct_view v;

  range.min_id = 7000;
  range.max_id = 7299;
  ct_engine_nat_draws(engine, tell, &told);
  for (; told < 7300; told++) {
    v = pass(udp("198.51.100.7", 5000, "203.0.113.1", (guint16)(told - 6000)), CT_NAT_DST, &range);
    ck_assert_uint_eq(v.tuple[CT_REPLY].src_id, told);
    ck_assert(!(v.status & CT_STATUS_SRC_NAT));
  }
  for (told = 7000; told < 7300; told += 299) {
    v = pass(udp("198.51.100.7", 5000, "203.0.113.2", told), CT_NAT_DST, &range);
    ck_assert_uint_eq(v.tuple[CT_REPLY].src_id, told);
    ck_assert(v.status & CT_STATUS_SRC_NAT);
  }
  /* What nobody could have drawn is nobody's word. */
  told = 9;
  v = pass(udp("198.51.100.7", 5000, "203.0.113.3", 53), CT_NAT_DST, &range);
  ck_assert_uint_ge(v.tuple[CT_REPLY].src_id, 7000);
  ck_assert_uint_lt(v.tuple[CT_REPLY].src_id, 7300);
}
END_TEST

START_TEST(binding_to_nothing_changes_ports)
{
  ct_nat_range range = to("192.168.1.80", "192.168.1.80", 0);
  ct_view v;

  pass(udp("198.51.100.7", 5000, "203.0.113.1", 53), CT_NAT_DST, &range);
  v = pass(udp("198.51.100.7", 5000, "203.0.113.2", 53), CT_NAT_DST, &range);
  ck_assert_uint_eq(v.status & (CT_STATUS_SRC_NAT | CT_STATUS_DST_NAT), CT_STATUS_SRC_NAT | CT_STATUS_DST_NAT);
  ck_assert_uint_ne(v.tuple[CT_REPLY].dst_id, 5000);
}
END_TEST

START_TEST(confirmed_entries_stay)
{
  ct_nat_range range = to("203.0.113.1", "203.0.113.1", 0);
  ct_tuple t = udp("192.168.1.10", 5000, "8.8.8.8", 53);
  ct_packet p = { .time_ns = G_GINT64_CONSTANT(1700000000000000000),
                  .number = 1,
                  .length = 29,
                  .tuple = t,
                  .hash = ct_tuple_hash(&t),
                  .kind = CT_PACKET_TRACK };
  ct_view v;

  ct_engine_packet(engine, &p, &result); /* before there were rules */
  v = pass(t, CT_NAT_SRC, &range);
  ck_assert_uint_eq(v.id, 1);
  ck_assert_uint_eq(v.status, CT_STATUS_CONFIRMED);
  IS(v.tuple[CT_REPLY].dst, "192.168.1.10");
}
END_TEST

START_TEST(zones_keep_apart)
{
  ct_template one = { .zone = 1, .zone_dirs = 3 }, two = { .zone = 2, .zone_dirs = 1 };
  ct_tuple t = udp("192.168.1.10", 5000, "8.8.8.8", 53), back = udp("8.8.8.8", 53, "192.168.1.10", 5000);
  guint64 first = pass_in(&one, t, CT_NAT_SRC, NULL).id, second = pass_in(&two, t, CT_NAT_SRC, NULL).id;

  ck_assert_uint_ne(first, second);
  ck_assert_uint_eq(pass_in(&one, back, CT_NAT_SRC, NULL).id, first);
  ck_assert_uint_eq(pass_in(NULL, back, CT_NAT_SRC, NULL).id, second); /* its answers come in zone 0 */
  ck_assert_uint_eq(pass_in(&two, t, CT_NAT_SRC, NULL).id, second);
}
END_TEST

static bool keep(const void *bytes, size_t n, void *user)
{
  g_byte_array_append(user, bytes, (guint)n);
  return true;
}

START_TEST(states_hold_mappings)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new(), again = g_byte_array_new();
  ct_template zone = { .zone = 7, .zone_dirs = 2 };
  ct_nat_range range = to("203.0.113.1", "203.0.113.4", 0);
  ct_state_error error;
  ct_engine *other;

  for (guint16 i = 0; i < 40; i++)
    pass_in(i % 5 == 0 ? &zone : NULL, udp("192.168.1.10", 5000, "8.8.8.8", (guint16)(53 + i)), CT_NAT_SRC,
            i % 3 == 0 ? NULL : &range);
  pass(udp("fd00::1", 5000, "2001:db8::1", 53), CT_NAT_SRC, NULL);
  ck_assert(ct_state_write(engine, keep, bytes, &error));
  other = ct_state_read(bytes->data, bytes->len, ct_engine_params(engine), &error);
  ck_assert_msg(other != NULL, "%s", error.text);
  engine_check(other);
  ck_assert(ct_state_write(other, keep, again, &error));
  ck_assert_uint_eq(bytes->len, again->len);
  ck_assert_mem_eq(bytes->data, again->data, bytes->len);
  ct_engine_free(engine);
  engine = other;
  /* It goes on as it would have: the source's newest mapping is followed. */
  ck_assert_uint_eq(pass(udp("192.168.1.10", 5000, "9.9.9.9", 9), CT_NAT_SRC, &range).status & CT_STATUS_SRC_NAT,
                    CT_STATUS_SRC_NAT);
}
END_TEST

/* What the router sends itself is masqueraded to the address that it has: its entry has no other tuple, and a device.
 */
START_TEST(states_hold_devices)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  ct_nat_range own = to("203.0.113.1", "203.0.113.1", 0);
  ct_tuple t = udp("203.0.113.1", 5000, "8.8.8.8", 53);
  ct_addr address = own.min;
  ct_state_error error;
  ct_engine *other;
  ct_dir dir;

  ck_assert_uint_eq(pass(t, CT_NAT_SRC, &own).status & CT_STATUS_SRC_NAT, 0);
  ct_nat_set_device(engine, ct_table_find(&engine->table, &t, ct_tuple_hash(&t), &dir), 9);
  ck_assert(ct_state_write(engine, keep, bytes, &error));
  other = ct_state_read(bytes->data, bytes->len, ct_engine_params(engine), &error);
  ck_assert_msg(other != NULL, "%s", error.text);
  ct_engine_free(engine);
  engine = other;
  ck_assert_uint_eq(ct_engine_count(engine), 1);
  ct_engine_nat_address_gone(engine, 9, &address);
  ck_assert_uint_eq(ct_engine_count(engine), 0);
}
END_TEST

static guint16 sum_of(const guint8 *bytes, guint n, guint32 sum)
{
  for (guint i = 0; i < n; i += 2)
    sum += (guint32)bytes[i] << 8 | (i + 1 < n ? bytes[i + 1] : 0u);
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)sum;
}

START_TEST(sums_follow)
{
  guint8 p[] = { 0x45, 0, 0, 31, 0,    1,    0, 0,  64, 17, 0, 0, 192, 168, 1,  10,
                 8,    8, 8, 8,  0x13, 0x88, 0, 53, 0,  11, 0, 0, 'a', 'b', 'c' };
  ct_tuple target = udp("203.0.113.1", 6000, "9.9.9.9", 54);
  guint16 sum = (guint16)~sum_of(p, 20, 0);

  p[10] = (guint8)(sum >> 8);
  p[11] = (guint8)sum;
  sum = (guint16)~sum_of(p + 12, sizeof p - 12, 17 + 11);
  p[26] = (guint8)(sum >> 8);
  p[27] = (guint8)sum;
  ck_assert(ct_nat_rewrite(p, sizeof p, CT_NAT_SRC, &target));
  ck_assert_uint_eq(p[12] << 8 | p[13], 203 << 8);
  ck_assert_uint_eq(p[20] << 8 | p[21], 6000);
  ck_assert_uint_eq(p[22] << 8 | p[23], 53);
  ck_assert(ct_nat_rewrite(p, sizeof p, CT_NAT_DST, &target));
  ck_assert_uint_eq(p[22] << 8 | p[23], 54);
  ck_assert_uint_eq(sum_of(p, 20, 0), 0xffff);
  ck_assert_uint_eq(sum_of(p + 12, sizeof p - 12, 17 + 11), 0xffff);
  p[26] = p[27] = 0; /* none stays none */
  ck_assert(ct_nat_rewrite(p, sizeof p, CT_NAT_SRC, &target));
  ck_assert_uint_eq(p[26] << 8 | p[27], 0);
}
END_TEST

/* A header that ends within the packet: whatever it says, only its own bytes are looked at. */
START_TEST(short_packets)
{
  ct_tuple target = udp("203.0.113.1", 6000, "9.9.9.9", 54);
  guint8 whole[80];

  for (guint n = 0; n <= sizeof whole; n++)
    for (guint first = 0; first < 2; first++)
      for (guint proto = 0; proto < 256; proto++) {
        g_autofree guint8 *p = g_malloc0(n + 1);
        bool redirect;

        if (n > 9)
          p[first == 0 ? 9 : 6] = (guint8)proto;
        p[0] = first == 0 ? 0x45 : 0x60;
        if (n < (first == 0 ? 20u : 40u))
          continue;
        ct_nat_rewrite(p, n, CT_NAT_SRC, &target);
        ct_nat_rewrite_error(p, n, CT_NAT_DST, &target, &target);
        ct_nat_error_is_sound(p, n, &redirect);
      }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("nat");
  TCase *tests = tcase_create("mappings");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, addresses_of_ranges);
  tcase_add_test(tests, each_tuple_finds_its_entry);
  tcase_add_test(tests, ports_by_their_class);
  tcase_add_test(tests, random_ports_are_drawn);
  tcase_add_test(tests, a_search_that_finds_none_ends_with_what_is_told);
  tcase_add_test(tests, one_port_serves_one);
  tcase_add_test(tests, binding_to_nothing_changes_ports);
  tcase_add_test(tests, confirmed_entries_stay);
  tcase_add_test(tests, zones_keep_apart);
  tcase_add_test(tests, states_hold_mappings);
  tcase_add_test(tests, states_hold_devices);
  tcase_add_test(tests, sums_follow);
  tcase_add_test(tests, short_packets);
  suite_add_tcase(suite, tests);
  return unit_run(suite);
}
