/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets through rulesets: the first half of the input chooses rules out of words that fit each other, the second is
 * packets. Whatever comes, a verdict has to come of it, counters have to add up, and the engine has to stay whole.
 */
#include <string.h>

#include "firewall/iptables.h"
#include "firewall/walk/firewall.h"
#include "firewall/walk/tell.h"
#include "firewall/walk/words.h"
#include "choices.h"
#include "engines.h"
#include "fuzz.h"

enum { RULES_MOST = 24, PACKETS_MOST = 64, BYTES_MOST = 200 };

static const char *const matches[] = {
  "",
  " -p tcp",
  " -p tcp -m tcp --dport 80",
  " -p tcp -m tcp --tcp-option 2",
  " -p tcp -m tcp ! --syn",
  " -p udp -m udp --sport 0:1023",
  " -p udp -m multiport ! --ports 53,100:200",
  " -p icmp -m icmp --icmp-type 3",
  " -p sctp -m sctp --chunk-types any DATA,INIT",
  " -p dccp -m dccp --dccp-option 3",
  " -p tcp -m tcpmss ! --mss 100:1500",
  " -m conntrack --ctstate NEW,RELATED",
  " -m conntrack --ctstate ESTABLISHED --ctdir REPLY --ctexpire 1:100",
  " -m state ! --state INVALID",
  " -m connmark --mark 1/3",
  " -m mark ! --mark 0x1/0x3",
  " -m limit --limit 7/min",
  " -m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip,dstport --hashlimit-name h",
  " -m hashlimit --hashlimit-above 1kb/s --hashlimit-name b",
  " -m recent --name r --set",
  " -m recent --name r --update --seconds 3 --hitcount 2 --rttl",
  " -m recent --name r ! --remove",
  " -p tcp -m connlimit --connlimit-above 1 --connlimit-mask 16",
  " -m statistic --mode nth --every 3 --packet 1",
  " -m statistic --mode random --probability 0.5",
  " -m quota --quota 500",
  " -m length --length 0:60",
  " -m ttl --ttl-lt 5",
  " -m u32 --u32 \"0>>22&0x3c@0>>16=1:100\"",
  " -m string --algo bm --string ab --from 20",
  " -m bpf --bytecode \"3,48 0 0 9,84 0 0 3,22 0 0 0\"",
  " -m addrtype --dst-type LOCAL,BROADCAST",
  " -m connbytes --connbytes 2:9 --connbytes-dir both --connbytes-mode avgpkt",
  " -m helper ! --helper ftp",
  " -m time --timestart 10:00 --timestop 03:00 --contiguous",
  " -o wan0",
  " ! -i lan0",
  " -s 10.0.0.0/9 ! -d 10.0.0.1/32",
  " -m iprange ! --src-range 10.0.0.1-10.0.0.7",
  " -m set --match-set s src,dst",
};
static const char *const targets[] = {
  "",
  " -j ACCEPT",
  " -j DROP",
  " -j RETURN",
  " -j one",
  " -j two",
  " -g two",
  " -j MARK --set-xmark 0x1/0x3",
  " -j CONNMARK --save-mark",
  " -j CONNMARK --restore-mark",
  " -j SET --add-set s src,dst --exist",
  " -j SET --del-set s src,dst",
  " -j LOG --log-prefix \"x\"",
  " -j REJECT",
};

/* Chains jump downwards only. */
static void put_rule(GString *text, input *in, const char *chain, guint first_target, gboolean rejects)
{
  const char *match = matches[next(in) % G_N_ELEMENTS(matches)], *more = matches[next(in) % G_N_ELEMENTS(matches)];
  guint target = next(in) % (G_N_ELEMENTS(targets) - (rejects ? 0 : 1));

  if (target >= 4 && target < first_target)
    target = 1;
  /* Two that both choose a protocol would be refused. */
  if (strstr(match, " -p ") != NULL || strstr(more, " -p ") != NULL || !g_str_has_prefix(more, " -m ") || match == more)
    more = "";
  g_string_append_printf(text, "-A %s%s%s%s\n", chain, match, more, targets[target]);
}

static char *make_rules(input *in)
{
  GString *text = g_string_new("*mangle\n:PREROUTING ACCEPT\n:one -\n:two -\n");
  guint i, n = next(in) % 8;

  for (i = 0; i < n; i++)
    put_rule(text, in, "two", 7, FALSE);
  g_string_append(text, "COMMIT\n*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n:one -\n:two -\n");
  n = next(in) % RULES_MOST;
  for (i = 0; i < n; i++)
    put_rule(text, in, "FORWARD", 4, TRUE);
  for (i = 0; i < 4; i++)
    put_rule(text, in, "one", 5, TRUE);
  for (i = 0; i < 4; i++)
    put_rule(text, in, "two", 7, TRUE);
  g_string_append(text, "COMMIT\n");
  return g_string_free(text, FALSE);
}

/* An IP header that is sane, as the IP layer makes sure; what follows is anything. */
static guint make_packet(input *in, guint8 *b)
{
  static const guint8 protocols[] = { 6, 17, 1, 132, 33, 47, 50, 6 };
  guint kind = next(in), n = next(in) % 60, i;
  gboolean six = kind % 8 == 7;
  guint ip = six ? 40 : 20;

  memset(b, 0, ip);
  if (six) {
    b[0] = 0x60;
    b[5] = (guint8)n;
    b[6] = kind & 0x80 ? next(in) : 58;
    b[7] = next(in);
    b[8] = b[24] = 0xfd;
    b[23] = next(in) % 4;
    b[39] = next(in) % 4;
  } else {
    b[0] = 0x45;
    b[1] = next(in);
    b[3] = (guint8)(20 + n);
    b[8] = next(in);
    b[9] = kind & 0x80 ? next(in) : protocols[kind % 8];
    b[12] = b[16] = 10;
    b[15] = next(in) % 4;
    b[19] = next(in) % 8 == 0 ? 255 : next(in) % 4;
  }
  for (i = 0; i < n; i++)
    b[ip + i] = i < 4 ? next(in) % 4 : next(in);
  return ip + n;
}

static guint64 hits_of(const fw_program *program)
{
  guint64 sum = 0;
  guint i;

  for (i = 0; i < program->ruleset->n_rules; i++)
    sum += program->hits[i].packets;
  return sum;
}

static void check(const fw_firewall *f, ct_engine *engine, const ct_packet *packet)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  GString *text = g_string_new(NULL);

  g_assert(o->verdict != FW_VERDICT_NONE);
  g_assert(o->verdict != FW_VERDICT_REJECT || o->decision.rule != NULL);
  /* By a rule, or of what dies of its TTL. */
  g_assert(!o->answer.sent || o->verdict == FW_VERDICT_REJECT || o->kernel == FW_KERNEL_TTL ||
           o->kernel == FW_KERNEL_NO_ROUTE);
  fw_tell_walk(text, f);
  fw_tell_transcript(text, f, NULL, packet);
  fw_words_walk(text, f);
  g_string_free(text, TRUE);
  g_assert(ct_engine_count(engine) <= ct_engine_stats(engine)->packets);
}

static void run(fw_firewall *f, ct_engine *engine, input *in)
{
  guint8 bytes[BYTES_MOST];
  gint64 now_ns = G_GINT64_CONSTANT(1600000000000000000);
  guint64 before, number;

  for (number = 1; number <= PACKETS_MOST && in->left > 0; number++) {
    ct_packet packet = { .time_ns = now_ns, .number = number, .data = bytes };
    fw_arrival arrival = { .packet = &packet, .in = next(in) & 1 ? "lan0" : NULL };
    ct_result result;

    now_ns += (gint64)next(in) * 7000000 - 20000000;
    packet.length = packet.captured = make_packet(in, bytes);
    ct_packet_prepare(&packet, CT_CHECKSUMS_AUTO, ct_engine_params(engine));
    before = hits_of(fw_firewall_program(f));
    fw_firewall_packet(f, engine, &arrival, &result);
    g_assert(hits_of(fw_firewall_program(f)) >= before);
    check(f, engine, &packet);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char sets[] = "create s hash:ip,port family inet timeout 3\n";
  const fw_read_options none = { FALSE, FW_IPV4, FW_BACKEND_UNSET };
  input in = { data, size };
  fw_firewall_options options = { .record = TRUE, .record_passed = TRUE };
  fw_ruleset *ruleset = fw_ruleset_new();
  fw_box_facts *facts = fw_box_facts_new();
  fw_firewall *f;
  g_autofree char *rules = NULL;
  static ct_engine *kept;
  ct_engine *engine;
  ct_params params;

  options.backend = next(&in) & 1 ? FW_BACKEND_NFT : FW_BACKEND_LEGACY;
  options.mode = next(&in) % 4 == 0 ? FW_MODE_OBSERVE : FW_MODE_FAITHFUL;
  rules = make_rules(&in);
  g_assert(fw_rules_read(ruleset, "sets", sets, strlen(sets), &none, NULL));
  if (fw_rules_read(ruleset, "rules", rules, strlen(rules), &none, NULL)) {
    fw_rules_finish(ruleset);
    if (next(&in) & 1)
      g_assert(fw_box_facts_local(facts, "10.0.0.1/24@lan0") && fw_box_facts_route(facts, "10.0.0.2/31=wan0"));
    ct_params_init(&params, ct_profile_get(0));
    params.acct = 1;
    f = fw_firewall_new(ruleset, facts, &options);
    engine = fuzz_engine_anew(&kept, &params);
    run(f, engine, &in);
    fw_firewall_free(f);
  }
  fw_ruleset_free(ruleset);
  fw_box_facts_free(facts);
  return 0;
}

/*
 * Random bytes from a small generator: the input is its own grammar. Most are for few packets, of which more can be
 * tried; every eighth is for as many as there may be.
 */
void fuzz_seeds(fuzz_add_fn add)
{
  guint8 bytes[1600];
  guint32 state = 12345;
  guint seed, i, n;

  for (seed = 0; seed < 48; seed++) {
    n = seed % 8 == 0 ? sizeof bytes : 120 + 40 * (seed % 8);
    for (i = 0; i < n; i++) {
      state = state * 1664525 + 1013904223;
      bytes[i] = (guint8)(state >> 24);
    }
    add(bytes, n);
  }
}
