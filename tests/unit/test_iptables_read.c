/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables-save as a language: words, chains, commands, counters, what is unknown, what is refused and where. */
#include <string.h>

#include "firewall/iptables.h"
#include "firewall/save.h"
#include "unit.h"

static fw_ruleset *read_with(const char *text, const fw_read_options *options, GError **error)
{
  fw_ruleset *r = fw_ruleset_new();

  if (!fw_rules_read(r, "f", text, strlen(text), options, error)) {
    fw_ruleset_free(r);
    return NULL;
  }
  fw_rules_finish(r);
  return r;
}

static fw_ruleset *read_ok(const char *text)
{
  const fw_read_options options = { FALSE, FW_IPV4, FW_BACKEND_NFT };
  GError *error = NULL;
  fw_ruleset *r = read_with(text, &options, &error);

  ck_assert_msg(error == NULL, "%s", error != NULL ? error->message : "");
  return r;
}

/* begins: of the message. */
static void refused_as(const char *text, fw_backend backend, const char *begins)
{
  const fw_read_options options = { FALSE, FW_IPV4, backend };
  GError *error = NULL;
  fw_ruleset *r = read_with(text, &options, &error);

  ck_assert_msg(r == NULL, "read, though it should not be:\n%s", text);
  ck_assert_msg(g_str_has_prefix(error->message, begins), "\"%s\" does not begin with \"%s\"", error->message, begins);
  g_clear_error(&error);
}

static void refused(const char *text, const char *begins) { refused_as(text, FW_BACKEND_NFT, begins); }

/* The rules of a chain of table filter as they are saved, one a line. */
static void rules_are(const fw_ruleset *r, const char *chain_name, const char *expected)
{
  const fw_chain *chain = fw_table_chain(fw_ruleset_table(r, FW_IPV4, "filter"), chain_name);
  GString *out = g_string_new(NULL);
  guint i;

  for (i = 0; i < chain->n_rules; i++) {
    fw_save_rule_words(out, chain->rules[i]);
    g_string_append_c(out, '\n');
  }
  ck_assert_str_eq(out->str, expected);
  g_string_free(out, TRUE);
}

static void gives(const char *rules, const char *chain, const char *expected)
{
  char *text = g_strconcat("*filter\n", rules, "COMMIT\n", NULL);
  fw_ruleset *r = read_ok(text);

  rules_are(r, chain, expected);
  fw_ruleset_free(r);
  g_free(text);
}

START_TEST(words_and_quotes)
{
  gives("-A INPUT -m comment --comment \"a \\\"b\\\" \\\\ c'd\" -j DROP\n", "INPUT",
        " -m comment --comment \"a \\\"b\\\" \\\\ c\\'d\" -j DROP\n");
  /* A closing quote ends its word; one may open inside a word. */
  gives("-A INPUT -m comment --comment \"x\"-j DROP\n", "INPUT", " -m comment --comment x -j DROP\n");
  gives("-A INPUT -m comment --comment x\" y\" -j DROP\n", "INPUT", " -m comment --comment \"x y\" -j DROP\n");
  gives(" \t-A\tINPUT  -j   DROP \t\n\n# -A INPUT -j ACCEPT\n", "INPUT", " -j DROP\n");
  gives("-A INPUT -m comment --comment \\n\\ -j DROP\n", "INPUT", " -m comment --comment \"\\\\n\\\\\" -j DROP\n");
}
END_TEST

START_TEST(lists_make_pairs)
{
  gives("-A INPUT -s 1.1.1.1,2.0.0.0/8 -d 3.3.3.3,4.4.4.4 -j DROP\n", "INPUT",
        " -s 1.1.1.1/32 -d 3.3.3.3/32 -j DROP\n -s 1.1.1.1/32 -d 4.4.4.4/32 -j DROP\n"
        " -s 2.0.0.0/8 -d 3.3.3.3/32 -j DROP\n -s 2.0.0.0/8 -d 4.4.4.4/32 -j DROP\n");
  refused("*filter\n-A INPUT ! -s 1.1.1.1,2.2.2.2 -j DROP\nCOMMIT\n", "f:2:15: expected one address behind '!'");
}
END_TEST

START_TEST(addresses)
{
  gives("-A INPUT -s 10.1.2.3/255.0.255.0 -d 10/8\n", "INPUT", " -s 10.0.2.0/255.0.255.0 -d 10.0.0.0/8\n");
  gives("-A INPUT -s 0.0.0.0/0 -d 0/0 -p all -i +\n", "INPUT", "\n");
  gives("-A INPUT ! -s 0/0 ! -i +\n", "INPUT", " ! -s 0.0.0.0/0 ! -i +\n");
  refused("*filter\n-A INPUT -s example.org -j DROP\nCOMMIT\n", "f:2:13: expected IPv4 addresses in numbers");
  refused("*filter\n-A INPUT -s 1.2.3.4.5\nCOMMIT\n", "f:2:13: ");
  refused("*filter\n-A INPUT -s 1.2.3.4/33\nCOMMIT\n", "f:2:13: ");
}
END_TEST

START_TEST(forms_of_options)
{
  gives("--append INPUT --source=1.2.3.4 --dst 5.6.7.8 --proto TCP --in-interface eth0 --jump DROP\n", "INPUT",
        " -s 1.2.3.4/32 -d 5.6.7.8/32 -i eth0 -p tcp -j DROP\n");
  gives("-AINPUT -ptcp -s1.2.3.4 -jDROP\n", "INPUT", " -s 1.2.3.4/32 -p tcp -j DROP\n");
  /* '!' stood behind the option before 1.4.3. */
  gives("-A INPUT -s ! 1.2.3.4 -p ! udp -i ! lo -j DROP\n", "INPUT", " ! -s 1.2.3.4/32 ! -i lo ! -p udp -j DROP\n");
  /* And is a name where another option follows, as iptables has it and writes it. */
  gives("-A INPUT -i! -p udp -j DROP\n", "INPUT", " -i ! -p udp -j DROP\n");
  gives("-A INPUT -i ! ! -p udp -j DROP\n", "INPUT", " -i ! ! -p udp -j DROP\n");
  gives("-A INPUT -i ! -p udp -j DROP\n", "INPUT", " -i ! -p udp -j DROP\n");
  gives("-A INPUT -p tcp --dport ! 80 -j DROP\n", "INPUT", " -p tcp -m tcp ! --dport 80 -j DROP\n");
  gives("-A INPUT -m tcp --dport 1 -p 6 -j DROP -f\n", "INPUT", " -p tcp -f -m tcp --dport 1 -j DROP\n");
  /* A beginning that only one option has will do. */
  gives("-A INPUT -p tcp -m tcp --destination-p 22 -m state --sta NEW\n", "INPUT",
        " -p tcp -m tcp --dport 22 -m state --state NEW\n");
  refused("*filter\n-A INPUT -p tcp -m tcp --s 22\nCOMMIT\n", "f:2:24: \"--s\" could be more than one option");
  refused("*filter\n-A INPUT -s 1.2.3.4 -s 1.2.3.4\nCOMMIT\n", "f:2:24: given twice");
  refused("*filter\n-A INPUT ! ! -s 1.2.3.4\nCOMMIT\n", "f:2:12: expected one '!'");
  refused("*filter\n-A INPUT -j DROP !\nCOMMIT\n", "f:2:18: expected an option behind '!'");
  refused("*filter\n-A INPUT x -j DROP\nCOMMIT\n", "f:2:10: expected an option, found \"x\"");
  refused("*filter\n-A INPUT -j\nCOMMIT\n", "f:2:10: expected a value");
}
END_TEST

/* The tools quote none of these; what could not be read as one word again is. */
START_TEST(names_with_blanks)
{
  gives("-A INPUT -m hashlimit --hashlimit-upto 1/sec --hashlimit-name a.b\n", "INPUT",
        " -m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-name a.b\n");
  gives("-A INPUT -m hashlimit --hashlimit-upto 1/sec --hashlimit-name \"a b\"\n", "INPUT",
        " -m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-name \"a b\"\n");
}
END_TEST

START_TEST(commands)
{
  gives("-A INPUT -j DROP\n-I INPUT -j ACCEPT\n-I INPUT 2 -i a\n-I INPUT 4 -i b\n-D INPUT 1\n", "INPUT",
        " -i a\n -j DROP\n -i b\n");
  gives("-A INPUT -s 1.1.1.1 -j DROP\n-A INPUT -j ACCEPT\n-D INPUT -s 1.1.1.1/32 -j DROP\n", "INPUT", " -j ACCEPT\n");
  gives("-N sub\n-A sub -j DROP\n-A INPUT -j sub\n-F sub\n", "sub", "");
  gives("-N sub\n-X sub\n-N sub\n-A sub\n-P INPUT DROP\n", "sub", "\n");
  refused("*filter\n-I INPUT 2 -j DROP\nCOMMIT\n", "f:2:1: expected a place from 1 to 1");
  refused("*filter\n-D INPUT 1\nCOMMIT\n", "f:2:1: expected a rule from 1 to 0");
  refused("*filter\n-D INPUT -j DROP\nCOMMIT\n", "f:2:1: expected a rule to delete");
  refused("*filter\n-A nosuch -j DROP\nCOMMIT\n", "f:2:1: expected the name of a chain");
  refused("*filter\n-N a\n-A INPUT -j a\n-F INPUT\n-A a -j DROP\n-X a\nCOMMIT\n", "f:6:1: expected an empty chain");
  refused("*filter\n-P INPUT QUEUE\nCOMMIT\n", "f:2:1: expected a policy");
  refused("*filter\n-N LOG\nCOMMIT\n", "f:2:1: expected a chain's name that is no target's");
  refused("*filter\n-j DROP\nCOMMIT\n", "f:2:4: expected a command");
}
END_TEST

START_TEST(chains_and_counters)
{
  fw_ruleset *r = read_ok("*filter\n:INPUT DROP [7:420]\n:sub - [0:0]\n[3:180] -A INPUT -j sub\n"
                          "-A INPUT -c 5 6 -j sub\nCOMMIT\n");
  const fw_table *table = fw_ruleset_table(r, FW_IPV4, "filter");
  const fw_chain *input = fw_table_hook_chain(table, FW_HOOK_INPUT);

  ck_assert_int_eq(input->policy, FW_POLICY_DROP);
  ck_assert_uint_eq(input->counters.packets, 7);
  ck_assert_uint_eq(input->counters.bytes, 420);
  ck_assert(input->declared);
  ck_assert_uint_eq(input->rules[0]->counters.bytes, 180);
  ck_assert_uint_eq(input->rules[1]->counters.packets, 5);
  ck_assert_uint_eq(input->rules[1]->line, 5);
  ck_assert_uint_eq(input->rules[1]->number, 2);
  ck_assert_ptr_eq(input->rules[1]->target.chain, fw_table_chain(table, "sub"));
  /* A built-in chain that is not named is there, empty, and accepts. */
  ck_assert_int_eq(fw_table_hook_chain(table, FW_HOOK_FORWARD)->policy, FW_POLICY_ACCEPT);
  ck_assert(!fw_table_hook_chain(table, FW_HOOK_FORWARD)->declared);
  ck_assert_uint_eq(fw_table_chain(table, "sub")->hooks, 1 << FW_HOOK_INPUT);
  ck_assert_uint_eq(r->n_rules, 2);
  fw_ruleset_free(r);
  refused("*filter\n:INPUT ACCEPT [1]\nCOMMIT\n", "f:2:15: expected counters");
  refused("*filter\n[1:2 -A INPUT\nCOMMIT\n", "f:2:1: expected counters");
  refused("*filter\n:INPUT QUEUE [0:0]\nCOMMIT\n", "f:2:8: expected ACCEPT, DROP or -");
  refused("*filter\n:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa - [0:0]\nCOMMIT\n", "f:2:2: expected a chain's name");
}
END_TEST

START_TEST(files)
{
  fw_ruleset *r = read_ok("*filter\n-A INPUT -j DROP\nCOMMIT\n*filter\n-A INPUT -j ACCEPT\nCOMMIT\n");

  /* The same table again takes the place of the first one. */
  ck_assert_uint_eq(r->tables->len, 1);
  rules_are(r, "INPUT", " -j ACCEPT\n");
  fw_ruleset_free(r);
  refused("*filter\n-A INPUT\n", "f:2: expected COMMIT");
  refused("*filter\n*nat\nCOMMIT\n", "f:2:1: expected COMMIT before the next table");
  refused("*nosuch\nCOMMIT\n", "f:1:2: expected a table");
  refused("-A INPUT\n", "f:1:1: expected a table");
  refused("iptables -A INPUT -j DROP\n", "f:1:1: expected what iptables-save writes");
  refused("{\"rules\":[]}", "f:1:1: expected {\"nftables\"");
  refused("{\"nftables\":[{\"table\":1}]}", "f:1:14: nftables[0].table: expected an object");
}
END_TEST

START_TEST(family_and_backend)
{
  static const struct {
    const char *text;
    fw_family family;
    fw_backend backend;
  } cases[] = {
    { "# Generated by iptables-save v1.4.21 on Sun\n", FW_IPV4, FW_BACKEND_LEGACY },
    { "# Generated by ip6tables-save v1.8.7 on Sun\n", FW_IPV6, FW_BACKEND_NFT },
    { "# Generated by iptables-nft-save v1.8.9 (nf_tables) on Sun\n", FW_IPV4, FW_BACKEND_NFT },
    { "# Generated by iptables-save v1.8.9 on Sun\n", FW_IPV4, FW_BACKEND_LEGACY },
    { "# Generated by xtables-save v1.8.2 on Sun\n", FW_IPV4, FW_BACKEND_NFT },
    { "*filter\n-A INPUT -s fe80::/10 -j DROP\nCOMMIT\n", FW_IPV6, FW_BACKEND_NFT },
    { "*filter\n-A INPUT -p ipv6-icmp -j DROP\nCOMMIT\n", FW_IPV6, FW_BACKEND_NFT },
    { "*filter\n-A INPUT -s fe80::/10\n-A INPUT -p icmp\n-A FORWARD -p icmp\nCOMMIT\n", FW_IPV6, FW_BACKEND_NFT },
    { "# Generated by ip6tables-save v1.8.2\n*filter\n-A INPUT -s 10.8.0.0/24\nCOMMIT\n", FW_IPV4, FW_BACKEND_NFT },
    { "# Generated by iptables-save v1.8.2\n*filter\n-A INPUT -p ipv6-icmp\nCOMMIT\n", FW_IPV4, FW_BACKEND_NFT },
    { "*filter\n-A INPUT -m mac --mac-source 00:11:22:33:44:55 -j DROP\nCOMMIT\n", FW_IPV4, FW_BACKEND_NFT },
    { "*filter\n-A INPUT -m hl --hl-eq 255 -j DROP\nCOMMIT\n", FW_IPV6, FW_BACKEND_NFT },
    { "*mangle\n-A PREROUTING -j HL --hl-set 64\nCOMMIT\n", FW_IPV6, FW_BACKEND_NFT },
    { "*filter\n-A INPUT -m ttl --ttl-eq 1 -j DROP\nCOMMIT\n", FW_IPV4, FW_BACKEND_NFT },
    { "*filter\n-A INPUT -s ::ffff:192.0.2.1 -j DROP\nCOMMIT\n", FW_IPV6, FW_BACKEND_NFT },
    { "*filter\n-A INPUT -p tcp -j REJECT --reject-with adm-prohibited\nCOMMIT\n", FW_IPV6, FW_BACKEND_NFT },
  };
  const fw_read_options options = { FALSE, FW_IPV4, FW_BACKEND_UNSET };
  fw_ruleset *r = read_with(cases[_i].text, &options, NULL);
  const fw_file *file = g_ptr_array_index(r->files, 0);

  ck_assert_int_eq(file->family, cases[_i].family);
  ck_assert_int_eq(fw_file_backend(file, &options, NULL), cases[_i].backend);
  fw_ruleset_free(r);
}
END_TEST

START_TEST(both_families_in_one_line_each)
{
  gives("--ipv4 -A INPUT -j DROP\n--ipv6 -A INPUT -s fe80::1 -j ACCEPT\n-A INPUT -s 1.1.1.1\n", "INPUT",
        " -j DROP\n -s 1.1.1.1/32\n");
}
END_TEST

START_TEST(unknown_keeps_its_text)
{
  fw_ruleset *r = read_ok("*filter\n-A INPUT -m geoip ! --src-cc \"D E\",FR -p tcp -j NOSUCH --level 3\n"
                          "-A INPUT -m limit --limit 1/s --burst-of 3 -j DROP\n-A INPUT -j LOG --log-colour red\n"
                          "-A INPUT -j nochain\n-A INPUT -j ACCOUNT --tname mynet\n-Z INPUT\nCOMMIT\n");
  const fw_chain *input = fw_table_chain(fw_ruleset_table(r, FW_IPV4, "filter"), "INPUT");
  static const struct {
    fw_note_kind kind;
    guint line;
    const char *words;
  } notes[] = {
    { FW_NOTE_MATCH, 2, "geoip ! --src-cc \"D E\" ,FR" },
    { FW_NOTE_OPTION, 3, "--burst-of 3" },
    { FW_NOTE_OPTION, 4, "--log-colour red" },
    { FW_NOTE_COMMAND, 7, "-Z INPUT" },
    { FW_NOTE_TARGET, 2, "-j NOSUCH --level 3" },
    { FW_NOTE_CHAIN, 5, "-j nochain" },
  };
  guint i;

  rules_are(r, "INPUT",
            " -p tcp -m geoip ! --src-cc \"D E\" ,FR -j NOSUCH --level 3\n"
            " -m limit --limit 1/s --burst-of 3 -j DROP\n -j LOG --log-colour red\n -j nochain\n"
            " -j ACCOUNT --tname mynet\n");
  ck_assert_uint_eq(r->notes->len, G_N_ELEMENTS(notes));
  for (i = 0; i < G_N_ELEMENTS(notes); i++) {
    const fw_note *note = g_ptr_array_index(r->notes, i);

    ck_assert_int_eq(note->kind, notes[i].kind);
    ck_assert_uint_eq(note->place.line, notes[i].line);
    ck_assert_str_eq(note->words, notes[i].words);
  }
  for (i = 0; i < 4; i++)
    ck_assert(input->rules[i]->unknown);
  ck_assert(!input->rules[4]->unknown);
  ck_assert_uint_eq(fw_ruleset_unknown_rules(r), 4);
  fw_ruleset_free(r);
  /* What no extension could be meant by is a mistake. */
  refused("*filter\n-A INPUT -p tcp --multiport\nCOMMIT\n", "f:2:17: expected an option of the rule");
}
END_TEST

START_TEST(loops_and_depth)
{
  GString *deep = g_string_new("*filter\n");
  guint i;

  refused("*filter\n:a - [0:0]\n:b - [0:0]\n-A INPUT -j a\n-A a -j b\n-A b -g a\nCOMMIT\n",
          "f:6: this jump closes a loop");
  /* A loop that nothing reaches is loaded. */
  gives(":a - [0:0]\n:b - [0:0]\n-A a -j b\n-A b -j a\n", "a", " -j b\n");
  refused("*filter\n-A INPUT -j INPUT\nCOMMIT\n", "f:2: expected a chain that is not built in");
  refused("*filter\n:a - [0:0]\n-A INPUT -j a --foo\nCOMMIT\n", "f:3: expected no option");
  for (i = 0; i < 16; i++)
    g_string_append_printf(deep, ":c%u - [0:0]\n", i);
  g_string_append(deep, "-A INPUT -j c0\n");
  for (i = 0; i < 15; i++)
    g_string_append_printf(deep, "-A c%u -j c%u\n", i, i + 1);
  g_string_append(deep, "COMMIT\n");
  refused(deep->str, "f:33: this jump goes deeper");
  g_string_free(deep, TRUE);
}
END_TEST

/* Far deeper than any stack of calls. */
START_TEST(deep_chains_of_legacy)
{
  enum { DEPTH = 100000 };
  const fw_read_options options = { FALSE, FW_IPV4, FW_BACKEND_LEGACY };
  GString *deep = g_string_new("*filter\n");
  fw_ruleset *r;
  guint i;

  for (i = 0; i < DEPTH; i++)
    g_string_append_printf(deep, ":c%u - [0:0]\n", i);
  g_string_append(deep, "-A INPUT -j c0\n");
  for (i = 0; i + 1 < DEPTH; i++)
    g_string_append_printf(deep, "-A c%u -j c%u\n", i, i + 1);
  g_string_append(deep, "COMMIT\n");
  r = read_with(deep->str, &options, NULL);
  ck_assert_ptr_nonnull(r);
  ck_assert_uint_eq(fw_table_chain(fw_ruleset_table(r, FW_IPV4, "filter"), "c99999")->hooks, 1 << FW_HOOK_INPUT);
  fw_ruleset_free(r);
  g_string_free(deep, TRUE);
}
END_TEST

START_TEST(places)
{
  refused("*nat\n-A INPUT -j DNAT --to-destination 1.1.1.1\nCOMMIT\n", "f:2: DNAT cannot be reached from INPUT");
  refused("*nat\n:s - [0:0]\n-A OUTPUT -j s\n-A s -j MASQUERADE\nCOMMIT\n",
          "f:4: MASQUERADE cannot be reached from OUTPUT");
  gives(":s - [0:0]\n-A s -m owner --uid-owner 0\n-A OUTPUT -j s\n", "s", " -m owner --uid-owner 0\n");
  refused("*filter\n-A INPUT -m owner --uid-owner 0\nCOMMIT\n", "f:2: owner cannot be reached from INPUT");
  refused("*mangle\n-A FORWARD -j REJECT\nCOMMIT\n", "f:2:15: REJECT is for table filter only");
  refused("*nat\n-A OUTPUT -j DROP\nCOMMIT\n", "f:2:14: table nat is not for filtering");
  refused("*filter\n-A INPUT -o eth0\nCOMMIT\n", "f:2:13: -o cannot stand in INPUT");
  refused("*filter\n-A OUTPUT -i eth0\nCOMMIT\n", "f:2:14: -i cannot stand in OUTPUT");
}
END_TEST

/* What a message quotes cannot speak to a terminal. */
START_TEST(messages_are_harmless)
{
  fw_ruleset *r;
  const fw_note *note;

  refused("*filter\n:FORWARD ACCEPT\n-A FORWARD -m ttl --ttl-eq \033[31m\nCOMMIT\n",
          "f:3:19: ttl: --ttl-eq: expected a number from 0 to 255, found \"?[31m\"");
  refused("*filter\n:FORWARD ACCEPT\n-A FORWARD -p a\033\233\377b\177\303\244\nCOMMIT\n",
          "f:3:15: expected a protocol's number or name, found \"a???b?\303\244\"");
  r = read_ok("*filter\n:FORWARD ACCEPT\n-A FORWARD -m a\033b -j DROP\nCOMMIT\n");
  ck_assert_uint_eq(r->notes->len, 1);
  note = g_ptr_array_index(r->notes, 0);
  ck_assert(strstr(note->words, "a?b") != NULL && strchr(note->words, '\033') == NULL);
  fw_ruleset_free(r);
}
END_TEST

START_TEST(legacy_is_stricter)
{
  refused_as("*filter\n-A INPUT ! -p tcp -m tcp\nCOMMIT\n", FW_BACKEND_LEGACY, "f:2:1: tcp: expected -p tcp");
  gives("-A INPUT ! -p tcp -m tcp --dport 80\n", "INPUT", " ! -p tcp -m tcp --dport 80\n");
  gives("-A INPUT ! -p udp -m udp --sport 80\n", "INPUT", " ! -p udp -m udp --sport 80\n");
  /* Through its compatibility layer it asks as well (1.8.9). */
  refused_as("*filter\n-A INPUT ! -p tcp -m tcp\nCOMMIT\n", FW_BACKEND_NFT, "f:2:1: tcp: expected -p tcp");
  refused_as("*filter\n-A INPUT ! -p tcp -m tcp --dport 1 --tcp-option 5\nCOMMIT\n", FW_BACKEND_NFT,
             "f:2:1: tcp: expected -p tcp");
  refused_as("*filter\n-A INPUT ! -p sctp -m sctp --dport 1\nCOMMIT\n", FW_BACKEND_NFT,
             "f:2:1: sctp: expected -p sctp");
  refused_as("*filter\n:a - [0:0]\n:a - [0:0]\nCOMMIT\n", FW_BACKEND_LEGACY, "f:3:2: expected a new chain");
}
END_TEST

START_TEST(limits)
{
  GString *text = g_string_new("*filter\n-A INPUT -m comment --comment ");
  guint i;

  for (i = 0; i < 1100; i++)
    g_string_append_c(text, 'x');
  g_string_append(text, "\nCOMMIT\n");
  refused(text->str, "f:2:31: expected a word of at most 1023 bytes");
  g_string_assign(text, "*filter\n-A INPUT ");
  for (i = 0; i < 11000; i++)
    g_string_append_c(text, ' ');
  g_string_append(text, "\nCOMMIT\n");
  refused(text->str, "f:2: expected a line of at most 10239 bytes");
  g_string_assign(text, "*filter\n-A INPUT");
  for (i = 0; i < 300; i++)
    g_string_append(text, " -m tcp");
  g_string_append(text, " -p tcp\nCOMMIT\n");
  refused(text->str, "f:2:1: expected at most 255 words");
  g_string_free(text, TRUE);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("iptables_read");
  TCase *tc = tcase_create("language");

  tcase_add_test(tc, words_and_quotes);
  tcase_add_test(tc, lists_make_pairs);
  tcase_add_test(tc, addresses);
  tcase_add_test(tc, forms_of_options);
  tcase_add_test(tc, names_with_blanks);
  tcase_add_test(tc, commands);
  tcase_add_test(tc, chains_and_counters);
  tcase_add_test(tc, files);
  tcase_add_loop_test(tc, family_and_backend, 0, 16);
  tcase_add_test(tc, both_families_in_one_line_each);
  tcase_add_test(tc, unknown_keeps_its_text);
  tcase_add_test(tc, loops_and_depth);
  tcase_add_test(tc, deep_chains_of_legacy);
  tcase_add_test(tc, places);
  tcase_add_test(tc, messages_are_harmless);
  tcase_add_test(tc, legacy_is_stricter);
  tcase_add_test(tc, limits);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
