/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sysctls by all their names, and the sizes of the tables. */
#include <string.h>

#include "conntrack/profile/profile.h"
#include "conntrack/status.h"
#include "unit.h"

static ct_params params_of(const char *profile)
{
  ct_params params;

  ck_assert_ptr_nonnull(ct_profile_find(profile));
  ct_params_init(&params, ct_profile_find(profile));
  ck_assert_str_eq(params.profile->name, profile);
  return params;
}

START_TEST(defaults_are_the_kernels)
{
  ct_params now = params_of("linux-6.18"), old = params_of("linux-2.6"), older = params_of("linux-2.4");

  ck_assert_uint_eq(now.max, 262144);
  ck_assert_uint_eq(now.buckets, 262144);
  ck_assert_uint_eq(now.expect_max, 4096);
  ck_assert_uint_eq(now.acct, 1);
  ck_assert_uint_eq(now.checksum, 1);
  ck_assert_uint_eq(now.tcp_loose, 1);
  ck_assert_uint_eq(now.timeout_s[CT_TIMEOUT_TCP_ESTABLISHED], 432000);
  ck_assert_uint_eq(now.timeout_s[CT_TIMEOUT_TCP_NONE + CT_TCP_LAST_ACK], 30);
  ck_assert_uint_eq(now.timeout_s[CT_TIMEOUT_UDP_STREAM], 120);
  ck_assert_uint_eq(now.timeout_s[CT_TIMEOUT_SCTP_NONE + CT_SCTP_ESTABLISHED], 210);
  ck_assert_uint_eq(now.ipfrag_time_s, 30);
  ck_assert_int_eq(now.gc, CT_GC_EXACT);

  ck_assert_uint_eq(old.max, 8 * old.buckets);
  ck_assert_uint_eq(old.acct, 0);
  ck_assert_uint_eq(old.timeout_s[CT_TIMEOUT_UDP_STREAM], 180);
  ck_assert_uint_eq(old.timeout_s[CT_TIMEOUT_SCTP_ESTABLISHED], 432000);
  ck_assert_int_eq(ct_params_timeout_ns(&old, CT_TIMEOUT_SCTP_SHUTDOWN_SENT), 300000000);
  ck_assert_int_eq(ct_params_timeout_ns(&now, CT_TIMEOUT_SCTP_SHUTDOWN_SENT), INT64_C(3000000000));
  ck_assert_int_gt(ct_params_timeout_ns(&old, CT_TIMEOUT_TCP_UNACK), INT64_C(1000000000) * 432000);

  ck_assert_uint_eq(older.checksum, 0);
  ck_assert_ptr_ne(older.profile->trackers[CT_PROTO_TCP], old.profile->trackers[CT_PROTO_TCP]);
  ck_assert_ptr_null(ct_profile_find("linux-3.0"));
  ck_assert_str_eq(ct_profile_get(0)->name, "linux-6.18");
}
END_TEST

START_TEST(names_are_the_kernels)
{
  static const char *const same[] = {
    "nf_conntrack_udp_timeout",
    "net.netfilter.nf_conntrack_udp_timeout",
    "net/netfilter/nf_conntrack_udp_timeout",
    "/proc/sys/net/netfilter/nf_conntrack_udp_timeout",
  };
  ct_params params = params_of("linux-6.18");
  unsigned i;

  for (i = 0; i < sizeof same / sizeof same[0]; i++) {
    char value[] = { (char)('1' + i), '\0' };

    ck_assert_int_eq(ct_params_set(&params, same[i], value), CT_PARAM_OK);
    ck_assert_uint_eq(params.timeout_s[CT_TIMEOUT_UDP], i + 1);
  }
  ck_assert_int_eq(ct_params_set(&params, "net.nf_conntrack_max", "7"), CT_PARAM_OK);
  ck_assert_uint_eq(params.max, 7);
  ck_assert_int_eq(ct_params_set(&params, "net.netfilter.nf_conntrack_max", "8"), CT_PARAM_OK);
  ck_assert_uint_eq(params.max, 8);
  ck_assert_int_eq(ct_params_set(&params, "net.netfilter.nf_conntrack_tcp_be_liberal", "1"), CT_PARAM_OK);
  ck_assert_uint_eq(params.tcp_be_liberal, 1);
  ck_assert_int_eq(ct_params_set(&params, "net.ipv4.ipfrag_time", "31"), CT_PARAM_OK);
  ck_assert_int_eq(ct_params_set(&params, "net.ipv4.ipfrag_high_thresh", "32"), CT_PARAM_OK);
  ck_assert_int_eq(ct_params_set(&params, "net.ipv4.ipfrag_low_thresh", "33"), CT_PARAM_OK);
  ck_assert_int_eq(ct_params_set(&params, "net.ipv4.ipfrag_max_dist", "34"), CT_PARAM_OK);
  ck_assert_uint_eq(params.ipfrag_time_s, 31);
  ck_assert_uint_eq(params.ipfrag_high_thresh, 32);
  ck_assert_uint_eq(params.ipfrag_low_thresh, 33);
  ck_assert_uint_eq(params.ipfrag_max_dist, 34);
}
END_TEST

START_TEST(old_names_belong_to_old_kernels)
{
  ct_params now = params_of("linux-6.18"), old = params_of("linux-2.6"), older = params_of("linux-2.4");

  ck_assert_int_eq(ct_params_set(&old, "net.ipv4.netfilter.ip_conntrack_tcp_timeout_established", "5"), CT_PARAM_OK);
  ck_assert_uint_eq(old.timeout_s[CT_TIMEOUT_TCP_ESTABLISHED], 5);
  ck_assert_int_eq(ct_params_set(&old, "net.ipv4.ip_conntrack_max", "6"), CT_PARAM_OK);
  ck_assert_uint_eq(old.max, 6);
  ck_assert_int_eq(ct_params_set(&old, "ip_conntrack_tcp_loose", "0"), CT_PARAM_OK);
  ck_assert_uint_eq(old.tcp_loose, 0);
  ck_assert_int_eq(ct_params_set(&old, "ip_conntrack_sctp_timeout_shutdown_sent", "2"), CT_PARAM_OK);
  ck_assert_int_eq(ct_params_timeout_ns(&old, CT_TIMEOUT_SCTP_SHUTDOWN_SENT), INT64_C(2000000000));
  ck_assert_int_eq(ct_params_set(&old, "nf_conntrack_max", "6"), CT_PARAM_UNKNOWN);
  ck_assert_int_eq(ct_params_set(&old, "ip_conntrack_tcp_timeout_unacknowledged", "6"), CT_PARAM_UNKNOWN);
  ck_assert_int_eq(ct_params_set(&older, "ip_conntrack_udp_timeout", "6"), CT_PARAM_OK);
  ck_assert_int_eq(ct_params_set(&older, "ip_conntrack_tcp_loose", "0"), CT_PARAM_UNKNOWN);
  ck_assert_int_eq(ct_params_set(&now, "ip_conntrack_max", "6"), CT_PARAM_UNKNOWN);
  ck_assert_int_eq(ct_params_set(&now, "net.ipv4.netfilter.ip_conntrack_max", "6"), CT_PARAM_UNKNOWN);
}
END_TEST

/* KERNELS K12: who has which beside the usual ones, and with what it starts. */
START_TEST(each_kernel_has_its_own)
{
  static const struct {
    const char *profile, *name;
    int64_t value; /* -1: it has not */
  } cases[] = {
    { "linux-3.10", "nf_conntrack_helper", 1 },
    { "rhel-7", "nf_conntrack_helper", 1 },
    { "linux-4.19", "nf_conntrack_helper", 0 },
    { "linux-5.15", "nf_conntrack_helper", 0 },
    { "linux-6.1", "nf_conntrack_helper", -1 },
    { "linux-6.18", "nf_conntrack_helper", -1 },
    { "rhel-7", "nf_conntrack_events_retry_timeout", 15 },
    { "linux-4.19", "nf_conntrack_events_retry_timeout", -1 },
    { "linux-5.4", "nf_flowtable_tcp_timeout", -1 },
    { "linux-5.10", "nf_flowtable_tcp_timeout", 30 },
    { "linux-6.18", "nf_flowtable_udp_timeout", 30 },
    { "linux-5.10", "nf_hooks_lwtunnel", -1 },
    { "linux-5.15", "nf_hooks_lwtunnel", 0 },
    { "linux-4.19", "nf_conntrack_gre_timeout", -1 },
    { "rhel-8", "nf_conntrack_sctp_timeout_heartbeat_acked", 210 },
    { "linux-5.4", "nf_conntrack_sctp_timeout_heartbeat_acked", -1 },
    { "linux-5.10", "nf_conntrack_tcp_ignore_invalid_rst", -1 },
    { "linux-5.15", "nf_conntrack_tcp_ignore_invalid_rst", 0 },
    { "linux-2.6", "nf_flowtable_tcp_timeout", -1 },
  };
  unsigned i;

  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ct_params params = params_of(cases[i].profile);
    ct_param_info info;
    int64_t value = -1;
    size_t k;

    for (k = 0; ct_params_describe(&params, k, &info); k++)
      if (strcmp(info.name, cases[i].name) == 0)
        value = (int64_t)info.value;
    ck_assert_msg(value == cases[i].value, "%s of %s", cases[i].name, cases[i].profile);
    ck_assert_int_eq(ct_params_set(&params, cases[i].name, "1"), value < 0 ? CT_PARAM_UNKNOWN : CT_PARAM_OK);
  }
}
END_TEST

/* Setting it is what attaches helpers by port; up to 4.7 each name of ip_conntrack was there beside the new one. */
START_TEST(what_old_names_do)
{
  ct_params five = params_of("linux-5.4"), three = params_of("linux-3.10"), four = params_of("linux-4.19");

  ck_assert(!five.helpers_by_port);
  ck_assert_int_eq(ct_params_set(&five, "net.netfilter.nf_conntrack_helper", "1"), CT_PARAM_OK);
  ck_assert(five.helpers_by_port);
  ck_assert(three.helpers_by_port);
  ck_assert_int_eq(ct_params_set(&three, "nf_conntrack_helper", "0"), CT_PARAM_OK);
  ck_assert(!three.helpers_by_port);
  ck_assert_int_eq(ct_params_set(&three, "net.ipv4.ip_conntrack_max", "77"), CT_PARAM_OK);
  ck_assert_uint_eq(three.max, 77);
  ck_assert_int_eq(ct_params_set(&three, "net.ipv4.netfilter.ip_conntrack_udp_timeout", "78"), CT_PARAM_OK);
  ck_assert_uint_eq(three.timeout_s[CT_TIMEOUT_UDP], 78);
  ck_assert_int_eq(ct_params_set(&four, "net.ipv4.ip_conntrack_max", "77"), CT_PARAM_UNKNOWN);
}
END_TEST

START_TEST(refusals_change_nothing)
{
  static const struct {
    const char *name, *value;
    ct_param_error error;
  } cases[] = {
    { "", "1", CT_PARAM_UNKNOWN },
    { "nf_conntrack_", "1", CT_PARAM_UNKNOWN },
    { "nf_conntrack_count", "1", CT_PARAM_UNKNOWN },
    { "net.netfilter.", "1", CT_PARAM_UNKNOWN },
    { "net.ipv4.nf_conntrack_max", "1", CT_PARAM_UNKNOWN },
    { "net.netfilter.ipfrag_time", "1", CT_PARAM_UNKNOWN },
    { "nf_conntrack_udp_timeout_", "1", CT_PARAM_UNKNOWN },
    { "net.netfilter.nf_conntrack_max", "", CT_PARAM_NOT_NUMBER },
    { "nf_conntrack_max", "-", CT_PARAM_NOT_NUMBER },
    { "nf_conntrack_max", "10k", CT_PARAM_NOT_NUMBER },
    { "nf_conntrack_max", " 1", CT_PARAM_NOT_NUMBER },
    { "nf_conntrack_max", "0x10", CT_PARAM_NOT_NUMBER },
    { "nf_conntrack_max", "-1", CT_PARAM_RANGE },
    { "nf_conntrack_max", "2147483648", CT_PARAM_RANGE },
    { "nf_conntrack_max", "4294967297", CT_PARAM_RANGE },
    { "nf_conntrack_max", "99999999999999999999999999", CT_PARAM_RANGE },
    { "nf_conntrack_acct", "2", CT_PARAM_RANGE },
    { "nf_conntrack_udp_timeout", "21474837", CT_PARAM_RANGE },
  };
  static ct_params before, params;
  char long_name[300];
  unsigned i;

  params = params_of("linux-6.18");
  before = params;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
    ck_assert_msg(ct_params_set(&params, cases[i].name, cases[i].value) == cases[i].error, "%s=%s", cases[i].name,
                  cases[i].value);
  memset(long_name, 'n', sizeof long_name - 1);
  long_name[sizeof long_name - 1] = '\0';
  ck_assert_int_eq(ct_params_set(&params, long_name, "1"), CT_PARAM_UNKNOWN);
  ck_assert_int_eq(memcmp(&params, &before, sizeof params), 0);
}
END_TEST

/* What is listed can be set by the name it is listed by, and set values are listed. */
START_TEST(listing_and_setting_agree)
{
  const ct_profile *profile;
  unsigned p, listed[32] = { 0 };

  for (p = 0; (profile = ct_profile_get(p)) != NULL; p++) {
    ct_params params;
    ct_param_info info, again;
    size_t i;

    ct_params_init(&params, profile);
    for (i = 0; ct_params_describe(&params, i, &info); i++) {
      ck_assert_msg(strcmp(info.name, "ipfrag_time") == 0 || strlen(info.name) > strlen("nf_conntrack_"), "%s",
                    info.name);
      ck_assert_msg(ct_params_set(&params, info.name, "1") == CT_PARAM_OK, "%s", info.name);
      ck_assert(ct_params_describe(&params, i, &again));
      ck_assert_str_eq(again.name, info.name);
      ck_assert_msg(again.value == 1, "%s", info.name);
    }
    listed[p] = (unsigned)i;
  }
  ck_assert_uint_eq(listed[0], 15 + 25 + 4 + 3); /* settings, timeouts with a sysctl, IPv4's fragment limits */
  ck_assert_uint_eq(listed[0] + 8, listed[1]);   /* DCCP's seven timeouts, and dccp_loose */
  ck_assert_uint_gt(p, 12);
  ck_assert_uint_gt(listed[p - 3], listed[p - 2]); /* 3.10, 2.6, 2.4 */
  ck_assert_uint_gt(listed[p - 2], listed[p - 1]);
}
END_TEST

START_TEST(sizes_follow_memory)
{
  static const struct {
    const char *profile;
    uint64_t mib;
    uint32_t buckets, max;
  } cases[] = {
    { "linux-2.6", 128, 1024, 8192 },
    { "linux-2.6", 256, 2048, 16384 },
    { "linux-2.6", 1024, 8192, 65536 },
    { "linux-2.6", 4096, 8192, 65536 },
    { "linux-2.6", 1, 16, 128 },
    { "linux-2.4", 128, 1024, 8192 },
    { "linux-6.18", 24 << 10, 262144, 262144 },
    { "linux-6.18", 4096, 65536, 65536 },
    { "linux-6.18", 1024, 8192, 8192 },
    { "linux-6.18", 16, 1024, 1024 },
    { "linux-6.18", 250, 2048, 2048 },
    { "linux-6.1", 2048, 65536, 65536 },
  };
  unsigned i;

  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ct_params params = params_of(cases[i].profile);

    ct_params_size_by_ram(&params, cases[i].mib << 20);
    ck_assert_msg(params.buckets == cases[i].buckets && params.max == cases[i].max,
                  "%s with %u MiB: %u buckets, max %u", cases[i].profile, (unsigned)cases[i].mib, params.buckets,
                  params.max);
  }
}
END_TEST

START_TEST(sizes_follow_settings)
{
  ct_params now = params_of("linux-6.18"), old = params_of("linux-2.6");

  ct_params_size_by_max(&now, 1000);
  ck_assert_uint_eq(now.max, 1000);
  ck_assert_uint_eq(now.buckets, 1024);
  ck_assert_uint_eq(now.expect_max, 4096);
  ct_params_size_by_max(&now, 65537);
  ck_assert_uint_eq(now.buckets, 65536 + 512);
  ct_params_size_by_max(&now, 0);
  ck_assert_uint_eq(now.max, 0);
  ck_assert_uint_eq(now.buckets, 65536 + 512); /* nobody sizes a table for no limit */
  ck_assert_uint_eq(ct_profile_buckets_for_max(now.profile, 0), 262144);
  ct_params_size_by_max(&now, INT32_MAX);
  ck_assert_uint_eq(now.max, INT32_MAX);
  ck_assert_uint_le(now.buckets, CT_BUCKETS_MAX);
  ck_assert_uint_eq(now.buckets % 512, 0);
  ct_params_size_by_hashsize(&now, 16384);
  ck_assert_uint_eq(now.buckets, 16384);
  ck_assert_uint_eq(now.max, 131072);
  ck_assert_uint_eq(now.expect_max, 256);
  ct_params_size_by_hashsize(&now, INT32_MAX);
  ck_assert_uint_le(now.buckets, CT_BUCKETS_MAX);
  ck_assert_uint_eq(now.max, now.buckets * 8);

  ct_params_size_by_max(&old, 8192);
  ck_assert_uint_eq(old.buckets, 1024);
  ct_params_size_by_max(&old, 8193);
  ck_assert_uint_eq(old.buckets, 1025);
}
END_TEST

/* => what ct_params_set_machine says of a value, and that a refused one changes nothing. */
static ct_param_error set_machine(ct_params *params, const char *name, const char *value)
{
  const ct_params before = *params;
  ct_param_error error = ct_params_set_machine(params, name, value);

  if (error != CT_PARAM_OK)
    ck_assert_msg(memcmp(params, &before, sizeof before) == 0, "%s %s changed something", name, value);
  return error;
}

START_TEST(machine_has_its_own_settings)
{
  ct_params p = params_of("linux-6.18");

  ck_assert_int_eq(set_machine(&p, "gc", "kernel"), CT_PARAM_OK);
  ck_assert_int_eq(p.gc, CT_GC_KERNEL);
  ck_assert_str_eq(ct_gc_name(p.gc), "kernel");
  ck_assert_int_eq(set_machine(&p, "gc", "kern"), CT_PARAM_NOT_NUMBER);
  ck_assert_int_eq(set_machine(&p, "gc", "exact"), CT_PARAM_OK);
  ck_assert_int_eq(p.gc, CT_GC_EXACT);
  ck_assert_int_eq(set_machine(&p, "hz", "10000"), CT_PARAM_OK);
  ck_assert_uint_eq(p.hz, 10000);
  ck_assert_int_eq(set_machine(&p, "hz", "10001"), CT_PARAM_RANGE);
  ck_assert_int_eq(set_machine(&p, "hz", "-0"), CT_PARAM_NOT_NUMBER);
  ck_assert_int_eq(set_machine(&p, "hz", ""), CT_PARAM_NOT_NUMBER);
  ck_assert_int_eq(set_machine(&p, "hash-seed", "18446744073709551615"), CT_PARAM_OK);
  ck_assert(p.hash_seed == UINT64_MAX);
  ck_assert_int_eq(set_machine(&p, "hash-seed", "18446744073709551616"), CT_PARAM_RANGE);
  ck_assert_int_eq(set_machine(&p, "hash-seed", "1x"), CT_PARAM_NOT_NUMBER);
  ck_assert_int_eq(set_machine(&p, "max", "1"), CT_PARAM_UNKNOWN);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("param");
  TCase *tcase = tcase_create("sysctls");

  tcase_add_test(tcase, defaults_are_the_kernels);
  tcase_add_test(tcase, names_are_the_kernels);
  tcase_add_test(tcase, old_names_belong_to_old_kernels);
  tcase_add_test(tcase, each_kernel_has_its_own);
  tcase_add_test(tcase, what_old_names_do);
  tcase_add_test(tcase, refusals_change_nothing);
  tcase_add_test(tcase, listing_and_setting_agree);
  tcase_add_test(tcase, sizes_follow_memory);
  tcase_add_test(tcase, sizes_follow_settings);
  tcase_add_test(tcase, machine_has_its_own_settings);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
