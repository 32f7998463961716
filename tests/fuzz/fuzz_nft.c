/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftables' JSON, and packets through it. An input that begins with '{' is a document; any other chooses one out of
 * pieces that fit each other, or do not. Refused with a message that begins with the file's name and a line, or read;
 * what is read is written as text and as JSON, packets get a verdict, and what they leave is listed again.
 */
#include <string.h>

#include "firewall/iptables.h"
#include "firewall/nft/text.h"
#include "firewall/rules_json.h"
#include "firewall/walk/firewall.h"
#include "firewall/walk/tell.h"
#include "choices.h"
#include "engines.h"
#include "fuzz.h"

enum { RULES_MOST = 24, STATEMENTS_MOST = 5, PACKETS = 24, PACKETS_FEW = 5, BYTES_MOST = 200 };

static const char *const lefts[] = {
  "{\"ct\":{\"key\":\"state\"}}",
  "{\"ct\":{\"key\":\"mark\"}}",
  "{\"ct\":{\"key\":\"ip saddr\",\"dir\":\"original\"}}",
  "{\"ct\":{\"key\":\"packets\",\"dir\":\"reply\"}}",
  "{\"ct\":{\"key\":\"expiration\"}}",
  "{\"meta\":{\"key\":\"mark\"}}",
  "{\"meta\":{\"key\":\"iifname\"}}",
  "{\"meta\":{\"key\":\"l4proto\"}}",
  "{\"meta\":{\"key\":\"length\"}}",
  "{\"meta\":{\"key\":\"hour\"}}",
  "{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}}",
  "{\"payload\":{\"protocol\":\"tcp\",\"field\":\"flags\"}}",
  "{\"payload\":{\"protocol\":\"th\",\"field\":\"sport\"}}",
  "{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}",
  "{\"payload\":{\"protocol\":\"ip6\",\"field\":\"daddr\"}}",
  "{\"payload\":{\"protocol\":\"icmp\",\"field\":\"id\"}}",
  "{\"payload\":{\"protocol\":\"ether\",\"field\":\"saddr\"}}",
  "{\"payload\":{\"base\":\"th\",\"offset\":13,\"len\":9}}",
  "{\"payload\":{\"base\":\"nh\",\"offset\":500,\"len\":640}}",
  "{\"exthdr\":{\"name\":\"frag\",\"field\":\"id\"}}",
  "{\"exthdr\":{\"name\":\"hbh\"}}",
  "{\"tcp option\":{\"name\":\"maxseg\",\"field\":\"size\"}}",
  "{\"tcp option\":{\"base\":200,\"offset\":8,\"len\":31}}",
  "{\"fib\":{\"result\":\"type\",\"flags\":[\"daddr\"]}}",
  "{\"fib\":{\"result\":\"oif\",\"flags\":[\"saddr\",\"iif\"]}}",
  "{\"numgen\":{\"mode\":\"inc\",\"mod\":3,\"offset\":1}}",
  "{\"jhash\":{\"mod\":4,\"seed\":7,\"expr\":{\"concat\":[{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},"
  "{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}}]}}}",
  "{\"&\":[{\"meta\":{\"key\":\"mark\"}},255]}",
  "{\"&\":[{\"payload\":{\"protocol\":\"tcp\",\"field\":\"flags\"}},[\"syn\",\"ack\"]]}",
  "{\"<<\":[{\"ct\":{\"key\":\"mark\"}},40]}",
  "{\"concat\":[{\"meta\":{\"key\":\"iifname\"}},{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}}]}",
  "{\"concat\":[{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},{\"payload\":{\"protocol\":\"tcp\","
  "\"field\":\"dport\"}}]}",
};
static const char *const rights[] = {
  "1",
  "\"new\"",
  "[\"established\",\"related\"]",
  "80",
  "\"10.0.0.1\"",
  "\"fd00::1\"",
  "\"@s\"",
  "\"@m\"",
  "\"@d\"",
  "\"@no\"",
  "{\"range\":[1,1000]}",
  "{\"range\":[1000,1]}",
  "{\"prefix\":{\"addr\":\"10.0.0.0\",\"len\":8}}",
  "{\"set\":[1,80,{\"range\":[100,200]}]}",
  "{\"set\":[\"10.0.0.1\",{\"prefix\":{\"addr\":\"10.0.0.0\",\"len\":31}}]}",
  "{\"set\":[{\"concat\":[\"lan0\",80]},{\"concat\":[\"w*\",{\"range\":[1,9]}]}]}",
  "\"lan*\"",
  "\"*\"",
  "true",
  "\"tcp\"",
  "{\"|\":[\"syn\",\"ack\"]}",
  "{\"map\":{\"key\":{\"meta\":{\"key\":\"mark\"}},\"data\":\"@v\"}}",
  "{\"|\":[{\"meta\":{\"key\":\"mark\"}},16]}",
  "{\"ct\":{\"key\":\"mark\"}}",
  "\"local\"",
  "18446744073709551615",
  "\"0x123456789abcdef0123456789abcdef0\"",
  "{\"elem\":{\"val\":3}}",
  "[]",
  "{}",
  "null",
};
static const char *const ops[] = { "==", "!=", "<", ">", "<=", ">=", "in", "!" };
static const char *const statements[] = {
  "{\"accept\":null}",
  "{\"drop\":null}",
  "{\"return\":null}",
  "{\"continue\":null}",
  "{\"jump\":{\"target\":\"two\"}}",
  "{\"goto\":{\"target\":\"two\"}}",
  "{\"counter\":{\"packets\":1,\"bytes\":2}}",
  "{\"counter\":\"c\"}",
  "{\"limit\":{\"rate\":3,\"burst\":2,\"per\":\"second\",\"inv\":true}}",
  "{\"limit\":{\"rate\":9,\"rate_unit\":\"kbytes\",\"per\":\"week\"}}",
  "{\"limit\":\"l\"}",
  "{\"quota\":{\"val\":300,\"val_unit\":\"bytes\"}}",
  "{\"ct count\":{\"val\":2,\"inv\":true}}",
  "{\"set\":{\"op\":\"update\",\"elem\":{\"elem\":{\"val\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},"
  "\"timeout\":2}},\"set\":\"@d\",\"stmt\":[{\"ct count\":{\"val\":1}},{\"limit\":{\"rate\":1,\"per\":\"second\"}}]}}",
  "{\"set\":{\"op\":\"add\",\"elem\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"daddr\"}},\"set\":\"@d\"}}",
  "{\"set\":{\"op\":\"delete\",\"elem\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"daddr\"}},\"set\":\"@d\"}}",
  "{\"map\":{\"op\":\"update\",\"elem\":{\"meta\":{\"key\":\"mark\"}},\"data\":{\"ct\":{\"key\":\"mark\"}},"
  "\"map\":\"@v\"}}",
  "{\"vmap\":{\"key\":{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}},\"data\":\"@m\"}}",
  "{\"vmap\":{\"key\":{\"ct\":{\"key\":\"state\"}},\"data\":{\"set\":[[\"new\",{\"continue\":null}],[\"established\","
  "{\"jump\":{\"target\":\"two\"}}]]}}}",
  "{\"meter\":{\"name\":\"x\",\"key\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},\"size\":2,\"stmt\":"
  "{\"counter\":null}}}",
  "{\"log\":{\"prefix\":\"p\",\"flags\":\"all\"}}",
  "{\"notrack\":null}",
  "{\"reject\":null}",
  "{\"reject\":{\"type\":\"tcp reset\"}}",
  "{\"reject\":{\"type\":\"icmpx\",\"expr\":\"admin-prohibited\"}}",
  "{\"masquerade\":null}",
  "{\"dnat\":{\"addr\":\"10.0.0.9\",\"port\":80,\"family\":\"ip\"}}",
  "{\"snat\":{\"family\":\"ip\",\"addr\":{\"map\":{\"key\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},"
  "\"data\":{\"set\":[[\"10.0.0.1\",{\"concat\":[\"10.0.0.7\",9]}]]}}}}}",
  "{\"redirect\":{\"port\":{\"range\":[1,9]}}}",
  "{\"queue\":{\"num\":1,\"flags\":\"bypass\"}}",
  "{\"flow\":{\"op\":\"add\",\"flowtable\":\"@f\"}}",
  "{\"ct helper\":\"h\"}",
  "{\"ct timeout\":\"t\"}",
  "{\"xt\":{\"type\":\"match\",\"name\":\"x\"}}",
};

#define PICK(list, in) (list)[next(in) % G_N_ELEMENTS(list)]

static void put_statement(GString *text, input *in)
{
  guint kind = next(in);

  if (kind % 8 < 4)
    g_string_append_printf(text, "{\"match\":{\"op\":\"%s\",\"left\":%s,\"right\":%s}}", PICK(ops, in), PICK(lefts, in),
                           PICK(rights, in));
  else if (kind % 8 == 4)
    g_string_append_printf(text, "{\"mangle\":{\"key\":%s,\"value\":%s}}", PICK(lefts, in), PICK(rights, in));
  else
    g_string_append(text, PICK(statements, in));
}

static void put_rule(GString *text, input *in, const char *chain)
{
  guint n = next(in) % STATEMENTS_MOST, i;

  g_string_append_printf(text, ",{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"%s\",\"expr\":[", chain);
  for (i = 0; i < n; i++) {
    if (i > 0)
      g_string_append_c(text, ',');
    put_statement(text, in);
  }
  g_string_append(text, "]}}");
}

static char *make_document(input *in)
{
  static const char *const chains[] = { "pre", "fwd", "one", "two", "nat" };
  static const char head[] =
    "{\"nftables\":[{\"table\":{\"family\":\"inet\",\"name\":\"t\"}}"
    ",{\"counter\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"c\",\"packets\":1,\"bytes\":1}}"
    ",{\"limit\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"l\",\"rate\":1,\"per\":\"second\",\"burst\":1}}"
    ",{\"ct helper\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"h\",\"type\":\"ftp\",\"protocol\":\"tcp\"}}"
    ",{\"ct timeout\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"t\",\"protocol\":\"tcp\",\"policy\":"
    "{\"syn_sent\":1,\"established\":4000000000}}}"
    ",{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"s\",\"type\":\"inet_service\",\"flags\":[\"interval\"],"
    "\"elem\":[80,{\"range\":[100,200]},{\"elem\":{\"val\":\"*\",\"counter\":{\"packets\":0,\"bytes\":0}}}]}}"
    ",{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"d\",\"type\":\"ipv4_addr\",\"size\":3,\"timeout\":1,"
    "\"flags\":[\"timeout\",\"dynamic\"],\"elem\":[{\"elem\":{\"val\":\"10.0.0.1\",\"expires\":1}}]}}"
    ",{\"map\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"m\",\"type\":\"inet_service\",\"map\":\"verdict\","
    "\"elem\":[[80,{\"jump\":{\"target\":\"two\"}}],[22,{\"drop\":null}],[1,{\"continue\":null}]]}}"
    ",{\"map\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"v\",\"type\":\"mark\",\"map\":\"mark\",\"elem\":[[1,2]]}"
    "}"
    ",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"pre\",\"type\":\"filter\",\"hook\":\"prerouting\","
    "\"prio\":-300,\"policy\":\"accept\"}}"
    ",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"fwd\",\"type\":\"filter\",\"hook\":\"forward\","
    "\"prio\":0,\"policy\":\"drop\"}}"
    ",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"nat\",\"type\":\"nat\",\"hook\":\"postrouting\","
    "\"prio\":100,\"policy\":\"accept\"}}"
    ",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"one\",\"type\":\"filter\",\"hook\":\"input\","
    "\"prio\":\"mangle\"}}"
    ",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"two\"}}";
  GString *text = g_string_new(head);
  guint n = next(in) % RULES_MOST, i;

  for (i = 0; i < n; i++)
    put_rule(text, in, PICK(chains, in));
  g_string_append(text, "]}");
  return g_string_free(text, FALSE);
}

/* ---- packets ---- */

static guint32 draw(guint32 *state) { return *state = *state * 1664525u + 1013904223u; }

/* An IP header that is sane, as the IP layer makes sure; what follows is anything. */
static guint make_packet(guint32 *random, guint8 *b)
{
  static const guint8 protocols[] = { 6, 17, 1, 58, 6, 47, 132, 6 };
  guint kind = draw(random) >> 8, n = (draw(random) >> 8) % 60, i;
  gboolean six = kind % 5 == 4;
  guint ip = six ? 40 : 20;

  memset(b, 0, ip);
  if (six) {
    b[0] = 0x60;
    b[5] = (guint8)n;
    b[6] = kind & 0x100 ? 6 : kind & 0x200 ? 44 : 58;
    b[7] = 64;
    b[8] = b[24] = 0xfd;
    b[23] = kind >> 3 & 3;
    b[39] = kind >> 5 & 3;
  } else {
    b[0] = 0x45;
    b[3] = (guint8)(20 + n);
    b[8] = 64;
    b[9] = protocols[kind >> 4 & 7];
    b[12] = b[16] = 10;
    b[15] = kind >> 8 & 3;
    b[19] = kind >> 10 & 3;
  }
  for (i = 0; i < n; i++)
    b[ip + i] = (guint8)(i % 2 == 0 && i < 4 ? 0 : draw(random) >> 24);
  if (n >= 4)
    b[ip + 3] = 80;
  return ip + n;
}

static void run_packets(const fw_ruleset *r, guint32 seed, guint n_packets)
{
  const fw_firewall_options options = { .backend = FW_BACKEND_NFT, .record = TRUE, .seed = 1 };
  static fw_box_facts *facts;
  static ct_engine *kept;
  fw_firewall *firewall;
  GString *out = g_string_new(NULL);
  ct_params params;
  ct_engine *engine;
  guint32 random = seed;
  guint i;

  ct_params_init(&params, ct_profile_get(0));
  if (facts == NULL) {
    facts = fw_box_facts_new();
    fw_box_facts_route(facts, "10.0.0.0/8=lan0");
  }
  engine = fuzz_engine_anew(&kept, &params);
  firewall = fw_firewall_new(r, facts, &options);
  for (i = 0; i < n_packets; i++) {
    guint8 bytes[BYTES_MOST];
    ct_packet packet = { .number = i + 1, .time_ns = (gint64)i * 300000000, .data = bytes };
    fw_arrival arrival = { .packet = &packet };
    ct_result result;

    packet.length = packet.captured = make_packet(&random, bytes);
    ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &params);
    fw_firewall_packet(firewall, engine, &arrival, &result);
    g_assert_cmpint(fw_firewall_outcome(firewall)->verdict, <=, FW_VERDICT_UNKNOWN);
    g_string_truncate(out, 0);
    fw_tell_walk(out, firewall);
  }
  g_string_truncate(out, 0);
  fw_tell_counters(out, firewall);
  g_assert_cmpint(out->str[0], ==, '{');
  fw_firewall_free(firewall);
  g_string_free(out, TRUE);
}

/* ---- the target ---- */

static void show(const fw_ruleset *r)
{
  const fw_read_options options = { FALSE, FW_IPV4, FW_BACKEND_NFT };
  GString *out = g_string_new(NULL);

  fw_nft_text_ruleset(out, r, NULL);
  g_string_truncate(out, 0);
  fw_rules_json(out, r, &options);
  g_assert_true(g_str_has_suffix(out->str, "]}\n"));
  g_string_free(out, TRUE);
}

static void try_document(const char *text, gsize size, guint32 seed)
{
  fw_ruleset *r = fw_ruleset_new();
  GError *error = NULL;

  if (fw_nft_read(r, "fuzz", text, size, &error)) {
    fw_rules_finish(r);
    show(r);
    run_packets(r, seed, seed % 8 == 0 ? PACKETS : PACKETS_FEW);
  } else {
    g_assert_nonnull(error);
    g_assert_true(g_str_has_prefix(error->message, "fuzz:"));
    g_assert_true(g_ascii_isdigit(error->message[5]));
    g_clear_error(&error);
  }
  fw_ruleset_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  input in = { data, size };
  guint32 seed = 1;
  char *text;
  gsize i;

  for (i = 0; i < size; i++)
    seed = seed * 31 + data[i];
  if (size > 0 && data[0] == '{') {
    try_document((const char *)data, size, seed);
    return 0;
  }
  text = make_document(&in);
  try_document(text, strlen(text), seed);
  g_free(text);
  return 0;
}

void fuzz_seeds(fuzz_add_fn add)
{
  guint8 bytes[400];
  guint32 random = 7;
  guint i, k;
  char *text;

  for (k = 0; k < 24; k++) {
    input in = { bytes, sizeof bytes };

    for (i = 0; i < sizeof bytes; i++)
      bytes[i] = (guint8)(draw(&random) >> 24);
    /* Few rules, of which more can be tried; some with as many as there may be. */
    bytes[0] = (guint8)(k % 8 == 0 ? 23 : 1 + k % 4);
    add(bytes, k % 8 == 0 ? sizeof bytes : 16 + 16 * (gsize)bytes[0]);
    text = make_document(&in);
    if (k < 6)
      add(text, strlen(text));
    g_free(text);
  }
}
