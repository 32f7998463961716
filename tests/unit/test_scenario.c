/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parser accepts, and what it says where it does not: file, line, column, what was expected. */
#include <config.h>

#include <string.h>

#include "conntrack/reason.h"
#include "scenario/scenario.h"
#include "unit.h"

#define FLOWS                                                                                                        \
  "flow t: tcp 10.0.0.1:1 > 10.0.0.2:2\nflow u: udp 10.0.0.1:1 > 10.0.0.2:2\nflow s: sctp 10.0.0.1:1 > 10.0.0.2:2\n" \
  "flow i: icmp 10.0.0.1 > 10.0.0.2 id 1\n+0 u > (1) as p\n"

START_TEST(test_errors)
{
  static const struct {
    const char *text, *message;
  } faults[] = {
    { "bogus", "f:1:1: expected a time" },
    { "flow tcp 10.0.0.1:1 < 10.0.0.2:2", "f:1:21: expected \">\", found \"<\"" },
    { "flow tcp 10.0.0.1 > 10.0.0.2:2", "f:1:19: expected \":\", found \">\"" },
    { "flow tcp 10.0.0.1:70000 > 10.0.0.2:2", "f:1:19: expected a port of at most 65535" },
    { "flow tcp 10.0.0.1:1 > [fd00::1]:2", "expected an address of the same family" },
    { "flow a: xyz 1.2.3.4 > 5.6.7.8",
      "expected a protocol (tcp, udp, udplite, icmp, sctp, gre, esp, ah or proto N), found \"xyz\"" },
    { "flow raw: udp 1.2.3.4:1 > 5.6.7.8:2", "which is a word of the language" },
    { FLOWS "flow u: udp 10.0.0.1:1 > 10.0.0.2:2", "f:6:6: flow u was declared in line 2 already" },
    { "+0 > S", "expected a flow declared before the first packet" },
    { FLOWS "+0 > S", "f:6:4: expected the name of a flow (there are several)" },
    { FLOWS "+0 x > S", "f:6:4: expected the name of a declared flow, found \"x\"" },
    { FLOWS "+0 t S", "f:6:6: expected \">\" (from the flow's first address) or \"<\"" },
    { FLOWS "+0 t > Q", "f:6:8: expected TCP flags" },
    { FLOWS "+0 t > SS", "expected TCP flags" },
    { FLOWS "+0 t > P. 1:100(100)", "expected 1:101(100), found a range that is not as long as its payload" },
    { FLOWS "+0 t > P. 1:101 ack 1", "f:6:17: expected the payload length in parentheses, found \"ack\"" },
    { FLOWS "+0 t > S <mss>", "expected a segment size, found \">\"" },
    { FLOWS "+0 t > S <bogus 1>", "expected a TCP option" },
    { FLOWS "+0 t > S win 65536", "expected a window of at most 65535" },
    { FLOWS "+0 t > S <sack 1:2 3:4 5:6 7:8 9:10>", "expected at most 4 SACK blocks" },
    { FLOWS "+0 t > S what", "f:6:10: expected an attribute" },
    { FLOWS "+0 u > (10) data \"abc\"", "expected 10 bytes of payload, as the length says, found 3" },
    { FLOWS "+0 u > data \"abc", "expected a closing \"" },
    { FLOWS "+0 u > data \"\\q\"", "expected one of r n t 0" },
    { FLOWS "+0 u > hex 0", "expected bytes in hexadecimal, found \"0\"" },
    { FLOWS "+0 u > hex 00g", "expected bytes in hexadecimal" },
    { FLOWS "+0 u > (70000)", "expected a payload length of at most 65535" },
    { FLOWS "+0 s > BOGUS[]", "expected an SCTP chunk" },
    { FLOWS "+0 s > DATA[tag=1]", "expected a field of this chunk (flgs, len, tsn, sid, ssn, ppid), found \"tag=1]\"" },
    { FLOWS "+0 i > echo reqest", "expected an ICMP message (echo request, echo reply, " },
    { FLOWS "+0 u < icmp unreachable prot", "expected the kind of this ICMP message (net, host, protocol, port, " },
    { FLOWS "+0 u < icmp unreachable port about q", "expected the label of a packet before, found \"q\"" },
    { FLOWS "+0 fragment q 0:8", "expected the label of a packet before" },
    { FLOWS "+0 fragment p 0-8", "expected \":\", found \"-8\"" },
    { FLOWS "+0 send q", "expected the label of a packet before" },
    { FLOWS "+. u > (1)", "expected a time (+0.1, 2.5, +5d)" },
    { FLOWS "+0.1x u > (1)", "expected a time (+0.1, 2.5, +5d)" },
    { FLOWS "@0026-01-01T00:00:00Z u > (1)", "expected a date between 1970 and 2106" },
    { FLOWS "@2026-13-01T00:00:00Z u > (1)", "expected a date as 2026-01-05T10:00:00Z" },
    { FLOWS "=> OLD",
      "expected the packet's class (NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED or none), found \"OLD\"" },
    { FLOWS "=> NEW SYNSENT", "found \"SYNSENT\"; did you mean SYN_SENT?" },
    { FLOWS "=> NEW ASURED", "found \"ASURED\"; did you mean ASSURED?" },
    { FLOWS "=> NEW !ASSUERD", "found \"ASSUERD\"; did you mean ASSURED?" },
    { FLOWS "=> NEW SOMETHING", "expected a state, a timeout" },
    { FLOWS "=> NEW reason bogus", "expected a reason as -P prints it" },
    { FLOWS "expect entry x", "expected the name of a declared flow" },
    { FLOWS "expect stats bogus=1", "expected NAME=VALUE of conntrack -S" },
    { FLOWS "expect count", "expected a number of entries, found the end of the line" },
    { FLOWS "expect something", "expected entry FLOW, no entry FLOW, count N" },
    { FLOWS "sysctl a=1", "settings stand before the first packet" },
    { "sysctl a 1", "expected \"=\", found \"1\"" },
    { "set gc_mode=1", "f:1:5: expected max, hashsize, ram, features" },
    { "link token-ring", "expected a link type (ethernet, raw, null" },
    { "link ethernet vlan 5000", "expected a number of at most 4095" },
    { "repeat 2\n+0 wait", "f:1:9: expected \"end\" after \"repeat\", found the end of the file" },
    { "repeat 2\nflow a: udp 1.2.3.4:1 > 1.2.3.4:2\nend", "flow a was declared in line 2 already" },
    { "repeat 2\nflow a: udp 1.2.3.4:${i-1} > 1.2.3.4:2\nend", "f:2:21: expected ${i+NUMBER} or ${i*NUMBER}" },
    { "=> NEW", "\"=>\" speaks of the packet before, and there is none" },
    { "bo\\\ngus \\\n", "f:1:1: expected a time" },
    { "rules\n*filter", "f:1:6: expected \"end\" after \"rules\", found the end of the file" },
    { "rules \"\"", "f:1:9: expected a file of rules" },
    { "rules a b", "f:1:9: expected the end of the line, found \"b\"" },
    { "repeat 1\nrules x\nend", "f:2:1: rules stand on their own" },
    { FLOWS "rules x", "rules stand before the first packet" },
    { FLOWS "local 10.0.0.1/8", "settings stand before the first packet" },
    { FLOWS "=> NEW by filter", "expected a rule (TABLE:CHAIN:rule:NUMBER or TABLE:CHAIN:policy, as -P names them)" },
    { FLOWS "=> NEW by filter:FORWARD:rule:", "expected a rule (" },
    { FLOWS "=> NEW nfmark", "expected a mark, found the end of the line" },
    { FLOWS "=> NEW labels 128", "expected a label's number or name, or none, of at most 127" },
    { FLOWS "=> NEW labels 1,", "expected a label's number or name, or none," },
    { FLOWS "=> NEW zone 65536", "expected a zone of at most 65535" },
    { FLOWS "=> NEW zone 5/", "expected a zone" },
    { FLOWS "expect rule filter:FORWARD:rule:1", "expected packets N, bytes N or both" },
    { FLOWS "expect rule filter:FORWARD:rule:1 packets", "expected a number of packets" },
  };

  for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
    GError *error = NULL;
    scn_scenario *scenario = scn_scenario_parse(faults[i].text, -1, "f", &error);

    ck_assert_msg(scenario == NULL, "accepted: %s", faults[i].text);
    ck_assert_int_eq(error->code, SCN_ERROR_SYNTAX);
    ck_assert_msg(strstr(error->message, faults[i].message) != NULL, "%s\n  wanted: %s\n  said: %s", faults[i].text,
                  faults[i].message, error->message);
    g_error_free(error);
  }
}
END_TEST

static scn_scenario *parse(const char *text)
{
  GError *error = NULL;
  scn_scenario *scenario = scn_scenario_parse(text, -1, "f", &error);

  ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
  return scenario;
}

static const scn_check *last_check(const scn_scenario *scenario)
{
  return ((const scn_step *)g_ptr_array_index(scenario->steps, scenario->steps->len - 1))->check;
}

START_TEST(test_checks)
{
  scn_scenario *scenario;
  const scn_check *check;

  scenario = parse(FLOWS "+1 t > S => NEW orig SYN_SENT 120s UNREPLIED !ASSURED packets 1/0 reason tcp-reopen");
  check = last_check(scenario);
  ck_assert_int_eq(check->about, SCN_ABOUT_PACKET);
  ck_assert_int_eq(check->cls, CT_CLASS_NEW);
  ck_assert_str_eq(check->state, "SYN_SENT");
  ck_assert_int_eq(check->timeout_ns, G_GINT64_CONSTANT(120000000000));
  ck_assert(!check->timeout_exact);
  ck_assert_uint_eq(check->status_off, CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED);
  ck_assert_uint_eq(check->packets[0], 1);
  ck_assert_int_eq(check->reason, CT_REASON_TCP_REOPEN);
  scn_scenario_free(scenario);

  scenario = parse(FLOWS "expect entry t ESTABLISHED 119.5s ASSURED bytes 10/20 helper none master u");
  check = last_check(scenario);
  ck_assert_int_eq(check->about, SCN_ABOUT_ENTRY);
  ck_assert_str_eq(check->flow->name, "t");
  ck_assert_str_eq(check->state, "ESTABLISHED");
  ck_assert(check->timeout_exact);
  ck_assert_str_eq(check->helper, "");
  ck_assert_str_eq(check->master->name, "u");
  scn_scenario_free(scenario);

  scenario = parse(FLOWS "expect no event");
  ck_assert(last_check(scenario)->absent && !last_check(scenario)->text);
  scn_scenario_free(scenario);

  scenario = parse(FLOWS "expect list \"tcp      6 119 SYN_SENT\"");
  ck_assert_str_eq(last_check(scenario)->text, "tcp 6 119 SYN_SENT");
  scn_scenario_free(scenario);

  scenario = parse(FLOWS "expect stats drop=1 early_drop=2 # and no more");
  ck_assert_uint_eq(last_check(scenario)->stats->len, 2);
  ck_assert_uint_eq(g_array_index(last_check(scenario)->stats, scn_stat, 1).value, 2);
  scn_scenario_free(scenario);
}
END_TEST

START_TEST(test_settings)
{
  scn_scenario *scenario = parse("# comment\n// another\nprofile linux-2.6\nsysctl net.netfilter.nf_conntrack_acct=0 # "
                                 "off\nmax 4\nhashsize 8\nset gc=kernel\n");

  ck_assert_str_eq(scenario->profile, "linux-2.6");
  ck_assert_str_eq(((scn_setting *)g_ptr_array_index(scenario->sysctls, 0))->value, "0");
  ck_assert_uint_eq(scenario->settings->len, 3);
  ck_assert_str_eq(((scn_setting *)g_ptr_array_index(scenario->settings, 0))->name, "max");
  scn_scenario_free(scenario);
}
END_TEST

START_TEST(test_rules)
{
  const char *names[CT_LABELS] = { NULL };
  static const char text[] = "rules a.rules # one\nrules \"b c\"\nrules\n *raw # no comment\n\\\n:rules\nend # of it\n"
                             "local 10.0.0.1/8@lan0\nroute 0.0.0.0/0=wan0\n" FLOWS
                             "=> NEW accept by a:b:rule:1 by \"c  d\" hit a:b:policy:7 nfmark 0x10\n";
  scn_scenario *scenario = parse(text);
  const scn_check *check = last_check(scenario);
  const scn_rules *rules = g_ptr_array_index(scenario->rules, 0);
  GPtrArray *files = scn_text_rules(text, sizeof(text) - 1);

  ck_assert_uint_eq(scenario->rules->len, 3);
  ck_assert_str_eq(rules->file, "a.rules");
  rules = g_ptr_array_index(scenario->rules, 1);
  ck_assert_str_eq(rules->file, "b c");
  ck_assert_uint_eq(rules->line, 2);
  rules = g_ptr_array_index(scenario->rules, 2);
  ck_assert(rules->file == NULL);
  ck_assert_str_eq(rules->text, "\n\n\n *raw # no comment\n\\\n:rules\n");
  ck_assert_uint_eq(files->len, 2);
  ck_assert_str_eq(g_ptr_array_index(files, 1), "b c");
  ck_assert_uint_eq(scenario->settings->len, 2);
  ck_assert_str_eq(check->verdict, "accept");
  ck_assert_str_eq(check->by.place, "a:b:rule:1");
  ck_assert_str_eq(check->by.text, "c d");
  ck_assert_str_eq(check->hit.place, "a:b:policy");
  ck_assert_uint_eq(check->nfmark, 16);
  g_ptr_array_unref(files);
  scn_scenario_free(scenario);

  scenario = parse(FLOWS "=> NEW labels 3,35 zone 5/0");
  ck_assert_uint_eq(last_check(scenario)->labels.words[0], 1 << 3);
  ck_assert_uint_eq(last_check(scenario)->labels.words[1], 1 << 3);
  ck_assert_uint_eq(last_check(scenario)->zone[0], 5);
  ck_assert_uint_eq(last_check(scenario)->zone[1], 0);
  scn_scenario_free(scenario);

  names[3] = "mail";
  scenario = parse(FLOWS "=> NEW labels mail,35");
  ck_assert_uint_eq(last_check(scenario)->labels.words[0], 0); /* until it is said which that is */
  ck_assert(scn_scenario_name_labels(scenario, names, NULL));
  ck_assert_uint_eq(last_check(scenario)->labels.words[0], 1 << 3);
  ck_assert_uint_eq(last_check(scenario)->labels.words[1], 1 << 3);
  ck_assert(!scn_scenario_name_labels(scenario, NULL, NULL));
  scn_scenario_free(scenario);

  scenario = parse(FLOWS "expect rule a:b:rule:1 bytes 7");
  ck_assert_uint_eq(last_check(scenario)->fields, SCN_CHECK_BYTES);
  ck_assert_uint_eq(last_check(scenario)->bytes[0], 7);
  scn_scenario_free(scenario);
}
END_TEST

/* Every prefix of a text, and the text with each byte in turn replaced, is either accepted or refused; never more than
 * that. */
START_TEST(test_cut_and_broken)
{
  static const char text[] =
    "rules x\nrules\n*raw\nend\niface a\n" FLOWS "+0 t > S. 0:0(0) ack 1 win 5 <mss 1460,sack 1:2,TS val 1 ecr 2> => "
    "NEW SYN_SENT 120s drop by a:b:rule:1 hit \"c\"\n"
    "hold h: i > echo request seq 1 (56) ttl 3 ext ah 00\n+1 fragment h 0:8 more\n@2026-01-01T00:00:00.5Z raw 45\n"
    "repeat 2\n+0 s > INIT[tag=${i+1}](3); DATA[flgs=1, len=4]\nend\nexpect event \"x\\x41\"\n";
  char copy[sizeof(text)];

  for (gsize i = 0; i < sizeof(text); i++)
    scn_scenario_free(scn_scenario_parse(text, (gssize)i, "f", NULL));
  for (gsize i = 0; i + 1 < sizeof(text); i++)
    for (guint k = 0; k < 8; k++) {
      memcpy(copy, text, sizeof(text));
      copy[i] = "\"\\0:\n(\xff "[k];
      scn_scenario_free(scn_scenario_parse(copy, -1, "f", NULL));
    }
}
END_TEST

static Suite *suite(void)
{
  Suite *s = suite_create("scenario");
  TCase *t = tcase_create("parse");

  tcase_add_test(t, test_errors);
  tcase_add_test(t, test_checks);
  tcase_add_test(t, test_settings);
  tcase_add_test(t, test_rules);
  tcase_add_test(t, test_cut_and_broken);
  suite_add_tcase(s, t);
  return s;
}

int main(void) { return unit_run(suite()); }
