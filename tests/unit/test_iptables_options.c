/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of extensions: what each accepts and how it is written back, what it refuses. */
#include <string.h>

#include "firewall/extension.h"
#include "firewall/iptables.h"
#include "firewall/match/data.h"
#include "firewall/save.h"
#include "unit.h"

typedef struct option_case {
  const char *chain; /* "TABLE CHAIN", with "6 " before it for IPv6 */
  const char *rule;
  const char *saved; /* NULL: refused; "=": as written */
} option_case;

/* clang-format off */
static const option_case cases[] = {
  { "filter INPUT", "-p tcp -m tcp --sport 1:2 ! --dport ssh --syn", "-p tcp -m tcp --sport 1:2 ! --dport 22 --tcp-flags FIN,SYN,RST,ACK SYN" },
  { "filter INPUT", "-p tcp -m tcp --dport 1 --dport 2", NULL },
  { "filter INPUT", "-p tcp -m tcp --dport 70000", NULL },
  { "filter INPUT", "-p tcp -m tcp --tcp-flags SYN,FOO SYN", NULL },
  { "filter INPUT", "-p tcp -m tcp --tcp-flags SYN", NULL },
  { "filter INPUT", "-p tcp -m tcp --tcp-flags ALL NONE", "-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE" },
  { "filter INPUT", "-p tcp -m tcp ! --tcp-option 8", "=" },
  { "filter INPUT", "-p udp -m tcp --dport 1", NULL },
  { "filter INPUT", "-p udp --sport 53", "-p udp -m udp --sport 53" },
  { "filter INPUT", "-p icmp --icmp-type ping", "-p icmp -m icmp --icmp-type 8" },
  { "filter INPUT", "-p icmp --icmp-type 3/1", "-p icmp -m icmp --icmp-type 3/1" },
  { "filter INPUT", "-p icmp --icmp-type time", NULL },
  { "filter INPUT", "-p icmp --icmp-type 256", NULL },
  { "6 filter INPUT", "-p icmpv6 --icmpv6-type neighbour-sol", "-p ipv6-icmp -m icmp6 --icmpv6-type 135" },
  { "filter INPUT", "-p sctp --chunk-types only DATA:Be,ABORT:T", "-p sctp -m sctp --chunk-types only DATA:Be,ABORT:T" },
  { "filter INPUT", "-p sctp --chunk-types any ABORT:X", NULL },
  { "filter INPUT", "-p tcp -m multiport ! --dports 1,2:3,http", "-p tcp -m multiport ! --dports 1,2:3,80" },
  { "filter INPUT", "-p tcp -m multiport --ports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15:16", NULL },
  { "filter INPUT", "-m multiport --ports 1", NULL },
  { "filter INPUT", "-p ah -m ah ! --ahspi :", "-p ah -m ah ! --ahspi 0:4294967295" },
  { "6 filter INPUT", "-m ah --ahspi 5 --ahlen 3 --ahres", "=" },
  { "filter INPUT", "-m ttl ! --ttl-eq 64", "=" },
  { "filter INPUT", "-m ttl --ttl-lt 64 --ttl-gt 3", NULL },
  { "6 filter INPUT", "-m frag --fragmore --fraglast", NULL },
  { "6 filter INPUT", "-m rt --rt-type 0 --rt-0-addrs ::1,::2 --rt-0-not-strict", "=" },
  { "6 filter INPUT", "-m rt --rt-0-res", NULL },
  { "6 filter INPUT", "-m hbh --hbh-opts 1:2,5", "=" },
  { "6 filter INPUT", "-p mh --mh-type bu:be", "-p mobility-header -m mh --mh-type 5:7" },
  { "6 filter INPUT", "-m ipv6header --header frag,route --soft", "-m ipv6header --header ipv6-route,ipv6-frag --soft" },
  { "filter INPUT", "-m iprange --src-range 1.1.1.1-1.1.1.9 ! --dst-range 2.2.2.2-2.2.2.3", "=" },
  { "filter INPUT", "-m iprange --src-range 1.1.1.1-x", NULL },
  { "filter INPUT", "-m length --length 100:", "-m length --length 100:65535" },
  { "filter INPUT", "-m length --length 5:4", NULL },
  { "filter INPUT", "-m dscp --dscp-class ef", "-m dscp --dscp 0x2e" },
  { "filter INPUT", "-m tos --tos Minimize-Cost", "-m tos --tos 0x02/0x3f" },
  { "filter INPUT", "-m u32 --u32 \"0 >> 22 & 0x3C @ 4 = 1:5 , 7 && 6&0xff=0\"", "-m u32 --u32 \"0x0>>0x16&0x3c@0x4=0x1:0x5,0x7&&0x6&0xff=0x0\"" },
  { "filter INPUT", "-m u32 --u32 \"0=\"", NULL },
  { "filter INPUT", "-m string --hex-string \"ab|63 0d|\" --algo kmp --to 90 --icase", "-m string --hex-string \"|6162630d|\" --algo kmp --to 90 --icase" },
  { "filter INPUT", "-m string --hex-string \"|6|\" --algo bm", NULL },
  { "filter INPUT", "-m string --string \"a\" --hex-string \"|61|\" --algo bm", NULL },
  { "filter INPUT", "-m bpf --bytecode \"2,6 0 0 1,6 0 0 0\"", "=" },
  { "filter INPUT", "-m bpf --bytecode \"3,6 0 0 1\"", NULL },
  { "filter INPUT", "-m mark ! --mark 0x1/0xff", "=" },
  { "filter INPUT", "-m mac --mac-source 00:11:22:aA:bb:CC", "-m mac --mac-source 00:11:22:aa:bb:cc" },
  { "filter OUTPUT", "-m mac --mac-source 00:11:22:aa:bb:cc", NULL },
  { "filter INPUT", "-m pkttype --pkt-type mcast", "-m pkttype --pkt-type multicast" },
  { "filter FORWARD", "-m physdev --physdev-is-bridged ! --physdev-in eth+", "-m physdev ! --physdev-in eth+ --physdev-is-bridged" },
  { "filter INPUT", "-m addrtype ! --src-type local,broad", "-m addrtype ! --src-type LOCAL,BROADCAST" },
  { "filter INPUT", "-m addrtype --dst-type LOCAL --limit-iface-out", NULL },
  { "filter OUTPUT", "-m owner --uid-owner 10-20 ! --gid-owner root", "-m owner --uid-owner 10-20 ! --gid-owner 0" },
  { "filter OUTPUT", "-m owner --uid-owner someone", "=" },
  { "filter INPUT", "-m policy --dir in --pol none --strict", NULL },
  { "filter INPUT", "-m policy --dir out --pol ipsec", NULL },
  { "mangle PREROUTING", "-m rpfilter --loose --invert", "=" },
  { "filter INPUT", "-m time --timestart 8:00 --timestop 17:30:01 --weekdays 1,Tue --kerneltz", "-m time --timestart 08:00:00 --timestop 17:30:01 --weekdays Mon,Tue --datestop 2038-01-19T03:14:07 --kerneltz" },
  { "filter INPUT", "-m time --datestart 2026-02-29T25", NULL },
  { "filter INPUT", "-m time --monthdays 32", NULL },
  { "filter INPUT", "-m state ! --state EST,REL", "-m state ! --state RELATED,ESTABLISHED" },
  { "filter INPUT", "-m state --state SNAT", NULL },
  { "filter INPUT", "-m conntrack --ctstatus EXPECTED,CONFIRMED --ctdir REPLY ! --ctorigsrc 1.2.3.4/24 --ctexpire 1:5", "-m conntrack ! --ctorigsrc 1.2.3.4/24 --ctstatus EXPECTED,CONFIRMED --ctexpire 1:5 --ctdir REPLY" },
  { "filter INPUT", "-m conntrack ! --ctdir REPLY", NULL },
  { "filter INPUT", "-m conntrack --ctproto 0", NULL },
  { "filter INPUT", "-m connbytes ! --connbytes 5:10 --connbytes-mode avgpkt --connbytes-dir both", "=" },
  { "filter INPUT", "-m connlimit --connlimit-upto 3 --connlimit-mask 255.255.0.0 --connlimit-daddr", "-m connlimit --connlimit-upto 3 --connlimit-mask 16 --connlimit-daddr" },
  { "filter INPUT", "-m limit --limit 600/minute --limit-burst 7", "-m limit --limit 10/sec --limit-burst 7" },
  { "filter INPUT", "-m limit --limit 20000/sec", NULL },
  { "filter INPUT", "-m limit --limit 5/fortnight", NULL },
  { "filter INPUT", "-m hashlimit --hashlimit 3/hour --hashlimit-mode srcip,dstport --hashlimit-name a", "-m hashlimit --hashlimit-upto 3/hour --hashlimit-burst 5 --hashlimit-mode srcip,dstport --hashlimit-name a" },
  { "filter INPUT", "-m hashlimit --hashlimit-above 512kb/s --hashlimit-burst 1mb --hashlimit-name b --hashlimit-srcmask 24", "=" },
  { "filter INPUT", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-mode x --hashlimit-name c", NULL },
  { "filter INPUT", "-m recent ! --rcheck --seconds 60 --reap --hitcount 3 --rttl --name x --rdest", "-m recent ! --rcheck --seconds 60 --reap --hitcount 3 --rttl --name x --mask 255.255.255.255 --rdest" },
  { "filter INPUT", "-m recent --set --update", NULL },
  { "filter INPUT", "-m recent --rcheck --reap", NULL },
  { "filter INPUT", "-m statistic --mode nth --every 3 --packet 1", "=" },
  { "filter INPUT", "-m statistic --mode random --probability 0.3", "-m statistic --mode random --probability 0.29999999981" },
  { "filter INPUT", "-m state --state NEW -m state --state RELATED", "=" },
  { "filter INPUT", "-m mark --mark 1 -m connmark --mark 2", "-m mark --mark 0x1 -m connmark --mark 0x2" },
  { "filter INPUT", "-j LOG --log-level info --log-prefix \"x: \" --log-uid", "-j LOG --log-prefix \"x: \" --log-level 6 --log-uid" },
  { "filter INPUT", "-j LOG --log-level warning", "-j LOG" },
  { "filter INPUT", "-j NFLOG --nflog-group 3 --nflog-prefix abc --nflog-size 60", "-j NFLOG --nflog-prefix abc --nflog-group 3 --nflog-size 60" },
  { "filter INPUT", "-p tcp -j REJECT --reject-with tcp-rst", "-p tcp -j REJECT --reject-with tcp-reset" },
  { "filter INPUT", "-j REJECT --reject-with tcp-reset", NULL },
  { "6 filter INPUT", "-j REJECT", "-j REJECT --reject-with icmp6-port-unreachable" },
  { "raw PREROUTING", "-j NOTRACK", "=" },
  { "raw PREROUTING", "-p tcp -j CT --helper ftp --zone-orig 5 --ctevents destroy,new", "-p tcp -j CT --helper ftp --ctevents new,destroy --zone-orig 5" },
  { "raw PREROUTING", "-j CT --helper ftp", NULL },
  { "raw PREROUTING", "-j CT --zone mark", "=" },
  { "filter INPUT", "-j CT --notrack", NULL },
  { "mangle INPUT", "-j MARK --set-mark 1/2", "-j MARK --set-xmark 0x1/0x3" },
  { "mangle INPUT", "-j MARK --and-mark 0xf0", "-j MARK --set-xmark 0x0/0xffffff0f" },
  { "mangle INPUT", "-j MARK --or-mark 1 --xor-mark 2", NULL },
  { "mangle INPUT", "-j CONNMARK --save-mark --mask 0xff", "-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff" },
  { "mangle INPUT", "-j TOS --and-tos 0x10", "-j TOS --set-tos 0x00/0xef" },
  { "mangle INPUT", "-j TTL --ttl-inc 0", NULL },
  { "mangle FORWARD", "-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu", "=" },
  { "mangle INPUT", "-j TCPMSS --set-mss 1400", NULL },
  { "nat PREROUTING", "-p tcp -j DNAT --to-destination 1.1.1.1-1.1.1.5:80-90/85 --persistent", "=" },
  { "nat PREROUTING", "-p tcp -j DNAT --to-destination :8080", "=" },
  { "nat PREROUTING", "-p tcp -j DNAT --to-dest 1.1.1.1:http", "-p tcp -j DNAT --to-destination 1.1.1.1:80" },
  { "6 nat PREROUTING", "-p udp -j DNAT --to-destination [fd00::1]:53", "=" },
  { "nat POSTROUTING", "-j SNAT --to-source 1.1.1.1:80", NULL },
  { "nat POSTROUTING", "-p tcp -j MASQUERADE --to-port 1024-2000 --random", "-p tcp -j MASQUERADE --to-ports 1024-2000 --random" },
  { "nat PREROUTING", "-p tcp -j REDIRECT --to-ports 9-8", NULL },
  { "nat PREROUTING", "-j NETMAP --to 10.0.0.0/255.255.0.0", "-j NETMAP --to 10.0.0.0/16" },
  { "filter INPUT", "-j NFQUEUE --queue-balance 1:3 --queue-bypass", "=" },
  { "filter INPUT", "-p tcp -j SYNPROXY --mss 1460 --sack-perm", "-p tcp -j SYNPROXY --sack-perm --mss 1460" },
  { "mangle PREROUTING", "-p udp -j TPROXY --on-port 5 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1", "=" },
  { "filter INPUT", "-j TEE --gateway 10.0.0.1", "=" },
  { "mangle INPUT", "-j CLASSIFY --set-class 1:10", NULL },
  { "mangle POSTROUTING", "-j CLASSIFY --set-class 1:10", "-j CLASSIFY --set-class 0001:0010" },
};
/* clang-format on */

static const char *const first_words[] = { "raw", "mangle", "nat", "filter", "security" };

/* => NULL: refused. */
static fw_ruleset *read_case(const option_case *c, fw_family *family, char **chain)
{
  gboolean six = g_str_has_prefix(c->chain, "6 ");
  char **words = g_strsplit(c->chain + (six ? 2 : 0), " ", 2);
  char *text = g_strdup_printf("*%s\n-A %s %s\nCOMMIT\n", words[0], words[1], c->rule);
  fw_read_options options = { TRUE, six ? FW_IPV6 : FW_IPV4, FW_BACKEND_NFT };
  fw_ruleset *r = fw_ruleset_new();

  *family = options.family;
  *chain = g_strdup(words[1]);
  ck_assert(g_strv_contains(
    (const char *const[]){ first_words[0], first_words[1], first_words[2], first_words[3], first_words[4], NULL },
    words[0]));
  if (!fw_rules_read(r, "f", text, strlen(text), &options, NULL)) {
    fw_ruleset_free(r);
    r = NULL;
  } else {
    fw_rules_finish(r);
  }
  g_strfreev(words);
  g_free(text);
  return r;
}

START_TEST(option_cases)
{
  const option_case *c = &cases[_i];
  GString *out = g_string_new(NULL);
  fw_family family;
  char *chain;
  fw_ruleset *r = read_case(c, &family, &chain);
  const fw_table *table;

  if (c->saved == NULL) {
    ck_assert_msg(r == NULL, "%s: accepted", c->rule);
  } else {
    ck_assert_msg(r != NULL, "%s: refused", c->rule);
    ck_assert_msg(r->notes->len == 0, "%s: not understood", c->rule);
    table = g_ptr_array_index(r->tables, 0);
    fw_save_rule_words(out, fw_table_chain(table, chain)->rules[0]);
    ck_assert_str_eq(out->str + 1, strcmp(c->saved, "=") == 0 ? c->rule : c->saved);
  }
  fw_ruleset_free(r);
  g_string_free(out, TRUE);
  g_free(chain);
}
END_TEST

/* What evaluation reads: the parsed values themselves. */
START_TEST(parsed_values)
{
  static const option_case c = {
    "filter INPUT",
    "-s 10.1.2.3/8 -p tcp -m tcp ! --sport 5:6 -m limit --limit 7/min -m set --match-set s src,dst "
    "-j CONNMARK --or-mark 8",
    NULL
  };
  fw_family family;
  char *chain;
  fw_ruleset *r = read_case(&c, &family, &chain);
  const fw_rule *rule = fw_table_chain(g_ptr_array_index(r->tables, 0), "INPUT")->rules[0];
  const fw_tcp *tcp = rule->matches[0].data;
  const fw_limit *limit = rule->matches[1].data;
  const fw_set_match *set = rule->matches[2].data;

  ck_assert_uint_eq(rule->tests->source.bytes[0], 10);
  ck_assert_uint_eq(rule->tests->source.bytes[1], 0);
  ck_assert_uint_eq(rule->tests->source_mask.bytes[0], 255);
  ck_assert_uint_eq(rule->tests->given, FW_TEST_SOURCE | FW_TEST_PROTOCOL);
  ck_assert_uint_eq(tcp->given, FW_TCP_SPORT);
  ck_assert_uint_eq(tcp->invert, FW_TCP_SPORT);
  ck_assert_uint_eq(tcp->sport.from, 5);
  ck_assert_uint_eq(tcp->dport.to, 65535);
  ck_assert_uint_eq(limit->avg, 85714);
  ck_assert_uint_eq(limit->burst, 5);
  ck_assert_uint_eq(set->ref.n, 2);
  ck_assert_uint_eq(set->ref.source, 1);
  ck_assert_ptr_null(set->ref.set);
  ck_assert(rule->unknown); /* there is no such set */
  ck_assert_int_eq(rule->target.kind, FW_TARGET_EXTENSION);
  ck_assert_int_eq(rule->target.ops->id, FW_TARGET_ID_CONNMARK);
  fw_ruleset_free(r);
  g_free(chain);
}
END_TEST

/* A table whose ids or offsets are wrong would put values elsewhere. */
START_TEST(tables_are_sound)
{
  static const char *const names[] = {
#define X(name) #name,
    FW_MATCH_LIST(X)
#undef X
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    const char *name = strcmp(names[i], "ah6") == 0 ? "ah" : names[i];
    const fw_match_ops *ops = fw_match_find(name, FW_IPV4);
    const fw_option *o;

    if (ops == NULL || strcmp(names[i], "ah6") == 0)
      ops = fw_match_find(name, FW_IPV6);
    ck_assert_msg(ops != NULL, "%s is not found", names[i]);
    ck_assert_uint_eq(ops->id, i);
    ck_assert(ops->given.offset + ops->given.size <= ops->size || ops->size == 0);
    for (o = ops->options; o != NULL && o->name != NULL; o++) {
      ck_assert_uint_lt(o->id, 32);
      ck_assert_msg((o->flags & FW_OPTION_PUT) == 0 || o->offset < ops->size, "%s --%s", ops->name, o->name);
    }
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("iptables_options");
  TCase *tc = tcase_create("extensions");

  tcase_add_loop_test(tc, option_cases, 0, G_N_ELEMENTS(cases));
  tcase_add_test(tc, parsed_values);
  tcase_add_test(tc, tables_are_sound);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
