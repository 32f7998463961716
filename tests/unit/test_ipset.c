/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ipset save` as sets. */
#include <string.h>

#include "firewall/iptables.h"
#include "unit.h"

static const fw_read_options options = { FALSE, FW_IPV4, FW_BACKEND_UNSET };

static fw_ruleset *read_ok(const char *text)
{
  fw_ruleset *r = fw_ruleset_new();
  GError *error = NULL;

  fw_rules_read(r, "s", text, strlen(text), &options, &error);
  ck_assert_msg(error == NULL, "%s", error != NULL ? error->message : "");
  fw_rules_finish(r);
  return r;
}

static void refused(const char *text, const char *begins)
{
  fw_ruleset *r = fw_ruleset_new();
  GError *error = NULL;

  ck_assert(!fw_rules_read(r, "s", text, strlen(text), &options, &error));
  ck_assert_msg(g_str_has_prefix(error->message, begins), "%s", error->message);
  g_clear_error(&error);
  fw_ruleset_free(r);
}

static const fw_set_element *element(const fw_ruleset *r, const char *name, guint i)
{
  return g_ptr_array_index(fw_ruleset_set(r, name)->elements, i);
}

START_TEST(kinds)
{
  fw_ruleset *r =
    read_ok("create a hash:ip family inet hashsize 1024 maxelem 10 timeout 60 counters comment\n"
            "add a 1.2.3.4 timeout 5 packets 6 bytes 7 comment \"x y\"\nadd a 10.0.0.0/30\n"
            "create n hash:net family inet6\nadd n fd00::/8 nomatch\n"
            "create p hash:ip,port,net\nadd p 1.1.1.1,udp:53,10.0.0.0/8\nadd p 1.1.1.1,icmp:8/0,0.0.0.0/0\n"
            "create b bitmap:port range 0-1023\nadd b 22-25\n"
            "create m bitmap:ip,mac range 10.0.0.0/24\nadd m 10.0.0.1\nadd m 10.0.0.2,00:11:22:33:44:55\n"
            "create i hash:net,iface\nadd i 10.0.0.0/8,physdev:eth0\n"
            "create l list:set size 8\nadd l a\nadd l p\n");
  const fw_set_element *e = element(r, "a", 0);

  ck_assert_uint_eq(r->notes->len, 0);
  ck_assert_int_eq(e->timeout_s, 5);
  ck_assert_uint_eq(e->counters.packets, 6);
  ck_assert_str_eq(e->comment, "x y");
  e = element(r, "a", 1);
  ck_assert_int_eq(e->timeout_s, 60);
  ck_assert_uint_eq(e->values[0].to.bytes[3], 3);
  ck_assert_uint_eq(fw_ruleset_set(r, "a")->max_elements, 10);
  e = element(r, "n", 0);
  ck_assert(e->nomatch);
  ck_assert_int_eq(e->timeout_s, -1);
  ck_assert_uint_eq(e->values[0].prefix, 8);
  ck_assert_uint_eq(e->values[0].to.bytes[15], 255);
  e = element(r, "p", 0);
  ck_assert_uint_eq(e->values[1].protocol, 17);
  ck_assert_uint_eq(e->values[1].port_from, 53);
  ck_assert_uint_eq(element(r, "p", 1)->values[1].port_to, 0x800);
  ck_assert_uint_eq(element(r, "b", 0)->values[0].port_to, 25);
  ck_assert(element(r, "m", 0)->values[1].any);
  ck_assert_uint_eq(element(r, "m", 1)->values[1].mac[5], 0x55);
  ck_assert(element(r, "i", 0)->values[1].physdev);
  ck_assert_str_eq(element(r, "i", 0)->values[1].iface, "eth0");
  ck_assert_ptr_eq(element(r, "l", 1)->values[0].set, fw_ruleset_set(r, "p"));
  fw_ruleset_free(r);
}
END_TEST

START_TEST(unknown)
{
  fw_ruleset *r = read_ok("create x hash:color\nadd x red\ncreate y hash:ip sparkle 3\nadd y 1.1.1.1\nflush y\n");

  ck_assert_uint_eq(r->notes->len, 3);
  ck_assert(!fw_ruleset_set(r, "x")->known);
  ck_assert(!fw_ruleset_set(r, "y")->known);
  fw_ruleset_free(r);
}
END_TEST

START_TEST(mistakes)
{
  refused("create a hash:ip\nadd b 1.1.1.1\n", "s:2:5: expected the name of a set that stands above");
  refused("create a hash:ip\nadd a 1.1.1\n", "s:2:7:");
  refused("create a hash:ip\nadd a fe80::1\n", "s:2:7: expected an element");
  refused("create a hash:ip,port\nadd a 1.1.1.1\n", "s:2:7: expected an element");
  refused("create a hash:ip\ncreate a hash:net\n", "s:2:8: expected the name of a new set");
  refused("create a hash:ip timeout x\n", "s:1:26: expected a number");
  refused("create l list:set\nadd l l\n", "s:2:7:");
}
END_TEST

START_TEST(rules_find_their_sets)
{
  static const char rules[] = "*filter\n-A INPUT -m set --match-set a src -j DROP\n-A INPUT -m set ! --match-set b "
                              "dst\nCOMMIT\n";
  fw_ruleset *r = fw_ruleset_new();
  const fw_chain *input;
  const fw_note *note;

  ck_assert(fw_rules_read(r, "rules", rules, strlen(rules), &options, NULL));
  ck_assert(fw_rules_read(r, "sets", "create a hash:ip\n", 17, &options, NULL));
  fw_rules_finish(r);
  input = fw_table_chain(fw_ruleset_table(r, FW_IPV4, "filter"), "INPUT");
  ck_assert(!input->rules[0]->unknown);
  ck_assert(input->rules[1]->unknown);
  ck_assert_uint_eq(r->notes->len, 1);
  note = g_ptr_array_index(r->notes, 0);
  ck_assert_int_eq(note->kind, FW_NOTE_NO_SET);
  ck_assert_str_eq(note->words, "b");
  ck_assert_uint_eq(note->place.line, 3);
  fw_ruleset_free(r);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("ipset");
  TCase *tc = tcase_create("sets");

  tcase_add_test(tc, kinds);
  tcase_add_test(tc, unknown);
  tcase_add_test(tc, mistakes);
  tcase_add_test(tc, rules_find_their_sets);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
