/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libctreplay by its header alone: rules, what they say of packets, and what that does to the table. */
#include <config.h>

#include "library_kit.h"

#include <string.h>

#include "unit.h"

#define RULES                                                               \
  "*filter\n:FORWARD DROP [0:0]\n"                                          \
  "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"               \
  "-A FORWARD -i lan0 -p tcp -m tcp --dport 80 -j MARK --set-mark 7\n"      \
  "-A FORWARD -i lan0 -p tcp -m tcp --dport 80 -j ACCEPT\n"                 \
  "-A FORWARD -p tcp -m tcp --dport 81 -j REJECT --reject-with tcp-reset\n" \
  "-A FORWARD -o wan0 -p tcp -m tcp --dport 82 -j ACCEPT\nCOMMIT\n"

static int load(ctreplay_engine *engine, const char *name, const char *text)
{
  return ctreplay_engine_load_rules(engine, name, text, strlen(text));
}

static ctreplay_ruling ruling_of(ctreplay_engine *engine)
{
  ctreplay_ruling ruling = { .struct_bytes = sizeof(ruling) };

  ck_assert_int_eq(ctreplay_engine_ruling(engine, &ruling), CTREPLAY_OK);
  return ruling;
}

static ctreplay_ruling syn(ctreplay_engine *engine, int64_t time_ns, uint16_t port)
{
  kit_tcp(engine, time_ns, (kit_segment){ 2, 80, SYN, 40000, port, 999, 0, NULL, 0 });
  return ruling_of(engine);
}

static uint64_t entries(ctreplay_engine *engine)
{
  ctreplay_statistics statistics = { .struct_bytes = sizeof(statistics) };

  ck_assert_int_eq(ctreplay_engine_statistics(engine, &statistics), CTREPLAY_OK);
  return statistics.count;
}

START_TEST(rules_have_their_say)
{
  ctreplay_engine *engine = kit_engine();
  ctreplay_ruling r;

  ck_assert_int_eq(load(engine, "rules", RULES), CTREPLAY_OK);
  ck_assert_ptr_null(ctreplay_engine_rules_note(engine, 0));
  ck_assert_int_eq(ctreplay_engine_set_interface(engine, "wan0"), CTREPLAY_OK);
  r = syn(engine, S, 80);
  ck_assert_uint_eq(r.verdict, CTREPLAY_RULES_DROP);
  ck_assert_str_eq(r.table, "filter");
  ck_assert_str_eq(r.chain, "FORWARD");
  ck_assert_uint_eq(r.rule, 0);
  ck_assert_str_eq(r.rule_text, "");
  ck_assert_uint_eq(r.by_kernel, 0);
  ck_assert_uint_eq(entries(engine), 0);
  ck_assert_int_eq(ctreplay_engine_set_interface(engine, "lan0"), CTREPLAY_OK);
  r = syn(engine, 2 * S, 80);
  ck_assert_uint_eq(r.verdict, CTREPLAY_RULES_ACCEPT);
  ck_assert_uint_eq(r.rule, 3);
  ck_assert_uint_eq(r.line, 5);
  ck_assert_uint_eq(r.mark, 7);
  ck_assert_str_eq(r.file, "rules");
  ck_assert_str_eq(r.rule_text, "-A FORWARD -i lan0 -p tcp -m tcp --dport 80 -j ACCEPT");
  ck_assert_uint_eq(entries(engine), 1);
  r = syn(engine, 3 * S, 81);
  ck_assert_uint_eq(r.verdict, CTREPLAY_RULES_REJECT);
  ck_assert_uint_eq(r.answered, 1);
  r = syn(engine, 4 * S, 82);
  ck_assert_uint_eq(r.verdict, CTREPLAY_RULES_UNKNOWN);
  ck_assert_uint_eq(r.rule, 5);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(the_box_can_be_told)
{
  ctreplay_engine *engine = kit_engine();

  ck_assert_int_eq(ctreplay_engine_set_option(engine, "route", "0.0.0.0/0=wan0"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "route", "nowhere"), CTREPLAY_ERROR_VALUE);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "local", "10.9.0.1/24@lan0"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "local", "10.9.0.1/24@averylonginterfacename"),
                   CTREPLAY_ERROR_VALUE);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "backend", "legacy"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "mode", "observe"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "mode", "both"), CTREPLAY_ERROR_VALUE);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "assume", "owner=yes"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "bridge", ""), CTREPLAY_ERROR_VALUE);
  ck_assert_int_eq(load(engine, "rules", RULES), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "backend", "nft"), CTREPLAY_ERROR_VALUE);
  ck_assert_uint_eq(syn(engine, S, 82).verdict, CTREPLAY_RULES_ACCEPT);
  ck_assert_uint_eq(syn(engine, 2 * S, 83).verdict, CTREPLAY_RULES_DROP);
  ck_assert_uint_eq(entries(engine), 2); /* mode observe: tracking goes on */
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(sets_and_what_is_not_understood)
{
  ctreplay_engine *engine = kit_engine();

  ck_assert_int_eq(load(engine, "rules",
                        "*filter\n-A FORWARD -m geoip --src-cc DE -j DROP\n"
                        "-A FORWARD -m set --match-set s dst -j DROP\nCOMMIT\n"),
                   CTREPLAY_OK);
  ck_assert_str_eq(ctreplay_engine_rules_note(engine, 0), "rules:2: unknown match: geoip --src-cc DE");
  ck_assert_ptr_nonnull(ctreplay_engine_rules_note(engine, 1));
  ck_assert_int_eq(load(engine, "sets", "create s hash:net\nadd s 10.0.0.0/8\n"), CTREPLAY_OK);
  ck_assert_ptr_nonnull(ctreplay_engine_rules_note(engine, 0));
  ck_assert_ptr_null(ctreplay_engine_rules_note(engine, 1));
  /* Whatever geoip says, the packet is dropped. */
  ck_assert_uint_eq(syn(engine, S, 80).verdict, CTREPLAY_RULES_DROP);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(refusals_leave_no_trace)
{
  ctreplay_engine *engine = kit_engine();
  ctreplay_ruling unset = { .struct_bytes = 0 }, ruling = { .struct_bytes = sizeof(ruling) };

  ck_assert_int_eq(ctreplay_engine_ruling(engine, &unset), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_ruling(NULL, &ruling), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_ruling(engine, &ruling), CTREPLAY_ERROR_NOT_FOUND);
  ck_assert_int_eq(ctreplay_engine_load_rules(engine, NULL, "", 0), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_load_rules(engine, "x", NULL, 1), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_load_rules(NULL, "x", "", 0), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(load(engine, "bad", "*filter\n-A FORWARD -p tcp --dport 70000 -j DROP\nCOMMIT\n"),
                   CTREPLAY_ERROR_VALUE);
  ck_assert_ptr_nonnull(strstr(ctreplay_engine_error(engine), "bad:2:"));
  ck_assert_int_eq(load(engine, "good", RULES), CTREPLAY_OK);
  ck_assert_int_eq(load(engine, "bad", "*filter\n-A\n"), CTREPLAY_ERROR_VALUE);
  ck_assert_uint_eq(syn(engine, S, 80).verdict, CTREPLAY_RULES_UNKNOWN); /* by no interface that is known */
  ck_assert_int_eq(load(engine, "late", RULES), CTREPLAY_ERROR_STARTED);
  ctreplay_engine_free(engine);
}
END_TEST

/* It would need json-glib. The program reads such a text. */
START_TEST(nftables_is_refused_with_its_reason)
{
  ctreplay_engine *engine = kit_engine();

  ck_assert_int_eq(
    load(engine, "nft.json", " {\"nftables\":[{\"table\":{\"family\":\"ip\",\"name\":\"t\",\"handle\":1}}]}\n"),
    CTREPLAY_ERROR_VALUE);
  ck_assert_str_eq(ctreplay_engine_error(engine),
                   "nft.json:1:1: this is JSON: libctreplay reads iptables-save and ipset save, not nftables, for "
                   "which the program ctreplay is");
  ck_assert_int_eq(load(engine, "nft.conf", "table ip t {\n}\n"), CTREPLAY_ERROR_VALUE);
  ck_assert_str_eq(ctreplay_engine_error(engine),
                   "nft.conf:1:1: this is nftables' own language: libctreplay reads iptables-save and ipset save, not "
                   "nftables, for which the program ctreplay is");
  ck_assert_int_eq(load(engine, "rules", RULES), CTREPLAY_OK);
  ck_assert_ptr_null(ctreplay_engine_rules_note(engine, 0));
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(without_rules_nothing_is_said)
{
  ctreplay_engine *engine = kit_engine();
  ctreplay_ruling r = syn(engine, S, 80);

  ck_assert_uint_eq(r.verdict, CTREPLAY_RULES_NONE);
  ck_assert_ptr_null(r.table);
  ck_assert_uint_eq(entries(engine), 1);
  ctreplay_engine_free(engine);
}
END_TEST

/* Others' programs were compiled with these. */
START_TEST(numbers_stay)
{
  ck_assert_int_eq(CTREPLAY_RULES_NONE, 0);
  ck_assert_int_eq(CTREPLAY_RULES_ACCEPT, 1);
  ck_assert_int_eq(CTREPLAY_RULES_DROP, 2);
  ck_assert_int_eq(CTREPLAY_RULES_REJECT, 3);
  ck_assert_int_eq(CTREPLAY_RULES_UNKNOWN, 4);
  ck_assert_uint_eq(offsetof(ctreplay_ruling, verdict), sizeof(size_t));
  ck_assert_str_eq(ctreplay_rules_verdict_name(CTREPLAY_RULES_REJECT), "reject");
  ck_assert_str_eq(ctreplay_rules_verdict_name(CTREPLAY_RULES_NONE), "none");
  ck_assert_ptr_null(ctreplay_rules_verdict_name(5));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("library rules");
  TCase *tc = tcase_create("rules");

  tcase_add_test(tc, rules_have_their_say);
  tcase_add_test(tc, the_box_can_be_told);
  tcase_add_test(tc, sets_and_what_is_not_understood);
  tcase_add_test(tc, refusals_leave_no_trace);
  tcase_add_test(tc, nftables_is_refused_with_its_reason);
  tcase_add_test(tc, without_rules_nothing_is_said);
  tcase_add_test(tc, numbers_stay);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
