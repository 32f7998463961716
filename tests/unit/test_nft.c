/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftables' rulesets: what is read of their JSON, what is not and where, and how nft would print them. */
#include <check.h>
#include <string.h>

#include "firewall/iptables.h"
#include "firewall/nft/text.h"
#include "unit.h"

#define TABLE "{\"table\":{\"family\":\"inet\",\"name\":\"t\"}}"
#define CHAIN                                                                                                         \
  "{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"c\",\"type\":\"filter\",\"hook\":\"forward\",\"prio\":" \
  "0,"                                                                                                                \
  "\"policy\":\"drop\"}}"
#define RULE(expr) "{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"c\",\"expr\":[" expr "]}}"
#define DOCUMENT(rest) "{\"nftables\":[" TABLE "," CHAIN rest "]}"

static fw_ruleset *read_text(const char *text, GError **error)
{
  const fw_read_options options = { FALSE, FW_IPV4, FW_BACKEND_UNSET };
  fw_ruleset *r = fw_ruleset_new();

  if (fw_rules_read(r, "f", text, strlen(text), &options, error)) {
    fw_rules_finish(r);
    return r;
  }
  fw_ruleset_free(r);
  return NULL;
}

static fw_ruleset *is_read(const char *text)
{
  GError *error = NULL;
  fw_ruleset *r = read_text(text, &error);

  ck_assert_msg(r != NULL, "%s", error != NULL ? error->message : "");
  return r;
}

/* The only rule, as nft prints it. */
static void prints(const char *expr, const char *wanted)
{
  g_autofree char *text = g_strdup_printf(DOCUMENT("," RULE("%s")), expr);
  fw_ruleset *r = is_read(text);
  const fw_table *table = g_ptr_array_index(r->tables, 0);
  g_autoptr(GString) out = g_string_new(NULL);

  ck_assert_uint_eq(r->notes->len, 0);
  fw_nft_text_rule(out, fw_table_chain(table, "c")->rules[0], NULL);
  ck_assert_str_eq(out->str, wanted);
  fw_ruleset_free(r);
}

/* A rule that is unknown, noted with its place. */
static void is_unknown(const char *expr, const char *words)
{
  g_autofree char *text = g_strdup_printf(DOCUMENT("," RULE("%s")), expr);
  fw_ruleset *r = is_read(text);
  const fw_note *note;

  ck_assert_uint_eq(fw_ruleset_unknown_rules(r), 1);
  ck_assert_uint_eq(r->notes->len, 1);
  note = g_ptr_array_index(r->notes, 0);
  ck_assert_msg(strstr(note->words, words) != NULL, "%s", note->words);
  fw_ruleset_free(r);
}

static void refused(const char *text, const char *message)
{
  GError *error = NULL;
  fw_ruleset *r = read_text(text, &error);

  ck_assert_msg(r == NULL, "read, though it should not be: %s", text);
  ck_assert_msg(g_str_has_prefix(error->message, message), "%s", error->message);
  g_clear_error(&error);
}

#define MATCH(op, left, right) "{\"match\":{\"op\":\"" op "\",\"left\":" left ",\"right\":" right "}}"
#define PAYLOAD(p, f) "{\"payload\":{\"protocol\":\"" p "\",\"field\":\"" f "\"}}"
#define CT(key) "{\"ct\":{\"key\":\"" key "\"}}"
#define META(key) "{\"meta\":{\"key\":\"" key "\"}}"

START_TEST(statements)
{
  prints(MATCH("in", CT("state"), "[\"established\",\"related\"]") ",{\"accept\":null}",
         "ct state established,related accept");
  prints(MATCH("==", PAYLOAD("tcp", "dport"), "{\"set\":[80,{\"range\":[8000,8010]}]}") ",{\"counter\":null}",
         "tcp dport { 80, 8000-8010 } counter packets 0 bytes 0");
  prints(MATCH("!=", "{\"&\":[" META("mark") ",255]}", "1"), "meta mark & 0x000000ff != 0x00000001");
  prints(MATCH("==", META("iifname"), "\"wg*\""), "iifname \"wg*\"");
  prints(MATCH("==", "{\"&\":[" PAYLOAD("tcp", "flags") ",[\"syn\",\"ack\"]]}", "\"syn\""), "tcp flags syn / syn,ack");
  prints("{\"mangle\":{\"key\":" META("mark") ",\"value\":" CT("mark") "}}", "meta mark set ct mark");
  prints("{\"limit\":{\"rate\":5,\"burst\":5,\"per\":\"minute\"}}", "limit rate 5/minute");
  prints("{\"dnat\":{\"family\":\"ip6\",\"addr\":\"fd00::1\",\"port\":80}}", "dnat ip6 to [fd00::1]:80");
  prints("{\"dnat\":{\"addr\":{\"prefix\":{\"addr\":\"10.9.8.0\",\"len\":24}},\"flags\":\"netmap\",\"type_flags\":"
         "\"prefix\",\"family\":\"ip\"}}",
         "dnat ip prefix to 10.9.8.0/24");
  prints("{\"snat\":{\"addr\":{\"prefix\":{\"addr\":\"10.9.8.0\",\"len\":24}},\"flags\":[\"netmap\",\"persistent\"],"
         "\"family\":\"ip\"}}",
         "snat ip prefix to 10.9.8.0/24 persistent");
  prints("{\"reject\":{\"type\":\"tcp reset\"}}", "reject with tcp reset");
}
END_TEST

/* As nft 1.0.6 lists them. */
START_TEST(what_hangs_on_the_machine)
{
  prints(MATCH("==", "{\"socket\":{\"key\":\"transparent\"}}", "1"), "socket transparent 1");
  prints(MATCH("==", "{\"rt\":{\"key\":\"nexthop\",\"family\":\"ip\"}}", "\"10.1.0.9\""), "rt ip nexthop 10.1.0.9");
  prints(MATCH("==", "{\"rt\":{\"key\":\"nexthop\",\"family\":\"ip6\"}}", "\"fd00::9\""), "rt ip6 nexthop fd00::9");
  prints(MATCH("==", "{\"ipsec\":{\"key\":\"saddr\",\"family\":\"ip\",\"dir\":\"in\",\"spnum\":0}}", "\"10.1.0.1\""),
         "ipsec in ip saddr 10.1.0.1");
  prints(MATCH("==", "{\"ipsec\":{\"key\":\"daddr\",\"family\":\"ip6\",\"dir\":\"out\",\"spnum\":2}}", "\"fd00::1\""),
         "ipsec out spnum 2 ip6 daddr fd00::1");
  prints(MATCH("==", "{\"ipsec\":{\"key\":\"reqid\",\"dir\":\"in\",\"spnum\":0}}", "1"), "ipsec in reqid 1");
  prints(MATCH("==", "{\"osf\":{\"key\":\"name\",\"ttl\":\"loose\"}}", "\"Linux\""), "osf ttl loose name \"Linux\"");
  prints(MATCH("==", META("iiftype"), "\"ether\""), "meta iiftype ether");
  prints(MATCH("==", META("iifkind"), "\"veth\""), "meta iifkind \"veth\"");
  prints(MATCH("==", META("oifgroup"), "5"), "oifgroup 5");
  prints("{\"tproxy\":{\"family\":\"ip\",\"addr\":\"127.0.0.1\",\"port\":3128}}", "tproxy ip to 127.0.0.1:3128");
  prints("{\"tproxy\":{\"family\":\"ip6\",\"addr\":\"::1\",\"port\":3128}}", "tproxy ip6 to [::1]:3128");
  prints("{\"tproxy\":{\"port\":3128}}", "tproxy to :3128");
  prints("{\"fwd\":{\"dev\":\"wan0\"}}", "fwd to \"wan0\"");
  prints("{\"fwd\":{\"dev\":\"wan0\",\"family\":\"ip\",\"addr\":\"10.1.0.9\"}}", "fwd ip to 10.1.0.9 device \"wan0\"");
}
END_TEST

START_TEST(what_is_not_understood_has_a_path)
{
  is_unknown("{\"xt\":{\"type\":\"match\",\"name\":\"conntrack\"}}", "nftables[2].rule.expr[0]: xt match conntrack");
  is_unknown("{\"counter\":null}," MATCH("==", PAYLOAD("foo", "bar"), "1"),
             "nftables[2].rule.expr[1]: payload foo bar");
  is_unknown(MATCH("==", PAYLOAD("ip", "saddr"), "\"fd00::1\""), "no value of type ipv4_addr");
  is_unknown(MATCH("==", PAYLOAD("ip", "saddr"), "\"@gone\""), "no set @gone");
  is_unknown("{\"jump\":{\"target\":\"gone\"}}", "gone");
}
END_TEST

START_TEST(documents)
{
  g_autoptr(GString) deep = g_string_new("{\"nftables\":");
  guint i;

  refused("{\"nftables\":[{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"c\"}}]}",
          "f:1:14: nftables[0].chain: expected a table that is there");
  refused("{\"nftables\":[\n {\"table\":7}]}", "f:2:2: nftables[0].table: expected an object");
  refused("{\"nftables\":[", "f:1:");
  refused(DOCUMENT("," RULE("{\"goto\":{\"target\":\"c\"}}")), "f:1:1: jumps of table t go deeper than 15 chains");
  refused("#!/usr/sbin/nft -f\nflush ruleset\n", "f:1:1: nftables' own language");
  refused("# mine\n\ntable inet t {\n}\n", "f:1:1: nftables' own language");
  for (i = 0; i < 70; i++)
    g_string_append_c(deep, '[');
  refused(deep->str, "f:1:");
}
END_TEST

/* What stands behind a verdict is never come to, and no end of the rule. */
START_TEST(nothing_behind_a_verdict)
{
  fw_ruleset *r = is_read(DOCUMENT("," RULE("{\"drop\":null},{\"accept\":null}")));

  ck_assert_int_eq(fw_table_chain(g_ptr_array_index(r->tables, 0), "c")->rules[0]->target.kind, FW_TARGET_DROP);
  fw_ruleset_free(r);
}
END_TEST

START_TEST(priorities_have_names)
{
  static const struct {
    fw_family family;
    const char *hook, *text;
    gint32 priority;
  } cases[] = { { FW_INET, "forward", "filter", 0 },         { FW_INET, "prerouting", "mangle + 5", -145 },
                { FW_IPV4, "prerouting", "dstnat", -100 },   { FW_IPV4, "output", "-100", -100 },
                { FW_IPV6, "postrouting", "srcnat", 100 },   { FW_BRIDGE, "forward", "filter", -200 },
                { FW_NETDEV, "ingress", "filter - 10", -10 } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) out = g_string_new(NULL);

    fw_nft_text_priority(out, cases[i].family, cases[i].hook, cases[i].priority);
    ck_assert_str_eq(out->str, cases[i].text);
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("nft");
  TCase *tc = tcase_create("nft");

  tcase_add_test(tc, statements);
  tcase_add_test(tc, what_hangs_on_the_machine);
  tcase_add_test(tc, what_is_not_understood_has_a_path);
  tcase_add_test(tc, documents);
  tcase_add_test(tc, nothing_behind_a_verdict);
  tcase_add_test(tc, priorities_have_names);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
