/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libctreplay by its header alone: settings, and the words for its numbers. Nothing else of this tree is included. */
#include <config.h>

#include "library_kit.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "unit.h"

START_TEST(engines_come_by_their_profile)
{
  static const char *const aliases[] = { "5.15", "debian-12", "rocky-9", "5.15.0-91-generic" };
  unsigned i;

  ck_assert_str_eq(ctreplay_profile_name(0), "linux-6.18");
  for (i = 0; ctreplay_profile_name(i) != NULL; i++) {
    ctreplay_engine *engine = ctreplay_engine_new(ctreplay_profile_name(i));

    ck_assert_ptr_nonnull(engine);
    ctreplay_engine_free(engine);
  }
  ck_assert_uint_ge(i, 4);
  for (i = 0; i < sizeof aliases / sizeof aliases[0]; i++) { /* as the command line takes them */
    ctreplay_engine *engine = ctreplay_engine_new(aliases[i]);

    ck_assert_ptr_nonnull(engine);
    ctreplay_engine_free(engine);
  }
  ck_assert_ptr_null(ctreplay_engine_new("linux-9.99"));
  ctreplay_engine_free(NULL);
}
END_TEST

START_TEST(sysctls_are_set_by_their_names)
{
  ctreplay_engine *engine = kit_engine();
  uint64_t value = 0;
  unsigned i;

  ck_assert_str_eq(ctreplay_engine_error(engine), "");
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "net.netfilter.nf_conntrack_udp_timeout", "7"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_udp_timeout", &value), CTREPLAY_OK);
  ck_assert_uint_eq(value, 7);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "net/ipv4/ipfrag_time", &value), CTREPLAY_OK);
  ck_assert_uint_eq(value, 30);
  ck_assert_int_eq(kit_udp(engine, S, 2, 40000, 53, 53).timeout_ns / S, 7);
  for (i = 0; ctreplay_engine_sysctl_name(engine, i) != NULL; i++)
    ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, ctreplay_engine_sysctl_name(engine, i), &value), CTREPLAY_OK);
  ck_assert_uint_ge(i, 30);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(wrong_settings_change_nothing_and_say_why)
{
  ctreplay_engine *engine = kit_engine();
  uint64_t value = 0;

  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeot", "7"), CTREPLAY_ERROR_UNKNOWN);
  ck_assert_str_eq(ctreplay_engine_error(engine), "nf_conntrack_udp_timeot: linux-6.18 has no such sysctl");
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeout", "7s"), CTREPLAY_ERROR_VALUE);
  ck_assert_str_eq(ctreplay_engine_error(engine), "nf_conntrack_udp_timeout: 7s is no number");
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_acct", "2"), CTREPLAY_ERROR_VALUE);
  ck_assert_str_eq(ctreplay_engine_error(engine), "nf_conntrack_acct: 2 is out of range, 0 to 1");
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, NULL, "7"), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeout", NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_set_sysctl(NULL, "nf_conntrack_udp_timeout", "7"), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_nothing", &value), CTREPLAY_ERROR_UNKNOWN);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "net.ipv4.nf_conntrack_udp_timeout", &value),
                   CTREPLAY_ERROR_UNKNOWN);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_udp_timeout", NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_udp_timeout", &value), CTREPLAY_OK);
  ck_assert_uint_eq(value, 30);
  ck_assert_ptr_null(ctreplay_engine_sysctl_name(NULL, 0));
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(options_are_those_of_the_command_line)
{
  static const struct {
    const char *name, *value;
    int code;
  } tries[] = {
    { "max", "8", CTREPLAY_OK },
    { "max", "-1", CTREPLAY_ERROR_VALUE },
    { "max", "0", CTREPLAY_OK },
    { "hashsize", "2048", CTREPLAY_OK },
    { "hashsize", "0", CTREPLAY_ERROR_VALUE },
    { "gc", "kernel", CTREPLAY_OK },
    { "gc", "ker", CTREPLAY_ERROR_VALUE },
    { "hz", "1000", CTREPLAY_OK },
    { "hz", "10001", CTREPLAY_ERROR_VALUE },
    { "hash-seed", "18446744073709551615", CTREPLAY_OK },
    { "hash-seed", "18446744073709551616", CTREPLAY_ERROR_VALUE },
    { "checksums", "verify", CTREPLAY_OK },
    { "checksums", "never", CTREPLAY_ERROR_VALUE },
    { "helper", "ftp:2121", CTREPLAY_OK },
    { "helper", "ftp", CTREPLAY_ERROR_VALUE },
    { "helper", "gopher:70", CTREPLAY_ERROR_UNKNOWN },
    { "helper", "all", CTREPLAY_OK },
    { "module", "nf_conntrack_sip.sip_direct_media=0", CTREPLAY_OK },
    { "module", "nf_conntrack_sip.nonsense=0", CTREPLAY_ERROR_UNKNOWN },
    { "module", "nf_conntrack_sip.sip_direct_media=x", CTREPLAY_ERROR_VALUE },
    { "module", "nf_conntrack_sip.sip_direct_media", CTREPLAY_ERROR_VALUE },
    { "no-helper", "sip", CTREPLAY_OK },
    { "no-helper", "gopher", CTREPLAY_ERROR_UNKNOWN },
    { "no-helper", "all", CTREPLAY_OK },
    { "local", "192.0.2.1/24", CTREPLAY_OK },
    { "local", "here", CTREPLAY_ERROR_VALUE },
    { "colour", "always", CTREPLAY_ERROR_UNKNOWN },
  };
  ctreplay_engine *engine = kit_engine();
  uint64_t value = 0;
  size_t i;

  for (i = 0; i < sizeof tries / sizeof tries[0]; i++)
    ck_assert_msg(ctreplay_engine_set_option(engine, tries[i].name, tries[i].value) == tries[i].code, "%s %s: %s",
                  tries[i].name, tries[i].value, ctreplay_engine_error(engine));
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_buckets", &value), CTREPLAY_OK);
  ck_assert_uint_eq(value, 2048);
  for (i = 0; i < 64; i++)
    if (ctreplay_engine_set_option(engine, "local", "192.0.2.1/24") != CTREPLAY_OK)
      break;
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "local", "192.0.2.1/24"), CTREPLAY_ERROR_MANY);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(what_no_machine_has_memory_for_is_refused)
{
  struct rlimit all = { 0 }, less;
  ctreplay_engine *engine = kit_engine();
  int hashsize, max, sysctl;
  uint64_t buckets = 0;

  ck_assert_int_eq(getrlimit(RLIMIT_AS, &all), 0);
  less = all;
  less.rlim_cur = 1 << 30;
  ck_assert_int_eq(setrlimit(RLIMIT_AS, &less), 0);
  hashsize = ctreplay_engine_set_option(engine, "hashsize", "260000000");
  max = ctreplay_engine_set_option(engine, "max", "2000000000");
  sysctl = ctreplay_engine_set_sysctl(engine, "nf_conntrack_buckets", "260000000");
  ck_assert_int_eq(setrlimit(RLIMIT_AS, &all), 0);
  ck_assert_int_eq(hashsize, CTREPLAY_ERROR_VALUE);
  ck_assert_int_eq(max, CTREPLAY_ERROR_VALUE);
  ck_assert_int_eq(sysctl, CTREPLAY_ERROR_VALUE);
  ck_assert_str_eq(ctreplay_engine_error(engine), "nf_conntrack_buckets: there is no memory for 260000000 buckets");
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_buckets", &buckets), CTREPLAY_OK);
  ck_assert_uint_eq(buckets, 262144);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(settings_end_where_packets_begin)
{
  ctreplay_engine *engine = kit_engine();

  kit_udp(engine, S, 2, 40000, 53, 53);
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeout", "7"), CTREPLAY_ERROR_STARTED);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "max", "7"), CTREPLAY_ERROR_STARTED);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(numbers_have_words)
{
  int error;

  ck_assert_str_eq(ctreplay_class_name(CTREPLAY_CLASS_UNTRACKED), "UNTRACKED");
  ck_assert_ptr_null(ctreplay_class_name(6));
  ck_assert_str_eq(ctreplay_state_name(132, 1), "CLOSED");
  ck_assert_ptr_null(ctreplay_state_name(17, 0));
  ck_assert_ptr_null(ctreplay_state_name(6 + 256, 1));
  ck_assert_str_eq(ctreplay_status_name(CTREPLAY_STATUS_ASSURED), "ASSURED");
  ck_assert_str_eq(ctreplay_status_name(1u << 15), "HW_OFFLOAD");
  ck_assert_ptr_null(ctreplay_status_name(0));
  ck_assert_ptr_null(ctreplay_status_name(3));
  ck_assert_ptr_null(ctreplay_status_name(1u << 16));
  ck_assert_str_eq(ctreplay_event_name(CTREPLAY_EVENT_EXPECT_DESTROY), "EXPECT_DESTROY");
  ck_assert_ptr_null(ctreplay_event_name(6));
  ck_assert_str_eq(ctreplay_version(), PACKAGE_VERSION);
  for (error = CTREPLAY_OK; error >= CTREPLAY_ERROR_NOT_FOUND; error--)
    ck_assert_str_ne(ctreplay_error_text(error), "unknown error");
  ck_assert_str_eq(ctreplay_error_text(error), "unknown error");
  ck_assert_str_eq(ctreplay_error_text(1), "unknown error");
  ck_assert_str_ne(ctreplay_engine_error(NULL), "");
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("library");
  TCase *tests = tcase_create("library");

  tcase_add_test(tests, engines_come_by_their_profile);
  tcase_add_test(tests, sysctls_are_set_by_their_names);
  tcase_add_test(tests, wrong_settings_change_nothing_and_say_why);
  tcase_add_test(tests, options_are_those_of_the_command_line);
  if (getenv("SANITIZED") == NULL) /* the sanitizers need address space of their own */
    tcase_add_test(tests, what_no_machine_has_memory_for_is_refused);
  tcase_add_test(tests, settings_end_where_packets_begin);
  tcase_add_test(tests, numbers_have_words);
  suite_add_tcase(suite, tests);
  return unit_run(suite);
}
