/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a text in nft's own language, beside what nft listed of another: where things stand is a line of the
 * text or none, twice the same; the listing is read with those lines, and each of its rules has a place in the text.
 */
#include <string.h>

#include "firewall/iptables.h"
#include "firewall/nft/nft.h"
#include "fuzz.h"

/* The listing is always the same, and reading it is most of the work. */
enum { RULES_ASKED = 6, READ_ONE_IN = 8 };

static const char *const families[] = { "ip", "ip6", "inet", "netdev", "" },
                         *const names[] = { "t", "x", "filter", "" },
                         *const kinds[] = { "table", "chain", "set", "counter" };

/* Of a ruleset with a bit of all that has a place. */
static const char listing[] =
  "{\"nftables\":[{\"metainfo\":{\"version\":\"1.0.6\",\"json_schema_version\":1}},"
  "{\"table\":{\"family\":\"inet\",\"name\":\"t\",\"handle\":1}},"
  "{\"counter\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"n\",\"handle\":1,\"packets\":0,\"bytes\":0}},"
  "{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"s\",\"type\":\"inet_service\",\"handle\":2,"
  "\"flags\":[\"timeout\"],\"elem\":[{\"elem\":{\"val\":22,\"timeout\":60,\"expires\":59}},80]}},"
  "{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"c\",\"handle\":3,\"type\":\"filter\",\"hook\":"
  "\"forward\","
  "\"prio\":0,\"policy\":\"drop\"}},"
  "{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"d\",\"handle\":4}},"
  "{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"c\",\"handle\":5,\"expr\":[{\"match\":{\"op\":\"==\","
  "\"left\":{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}},\"right\":\"@s\"}},{\"jump\":{\"target\":\"d\"}}]}"
  "},"
  "{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"c\",\"handle\":6,\"expr\":[{\"nonsense\":null}]}},"
  "{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"d\",\"handle\":7,\"expr\":[{\"counter\":\"n\"},"
  "{\"accept\":null}]}}]}";

static guint ask(const fw_nft_lines *lines, guint most)
{
  guint digest = 0;

  for (guint f = 0; f < G_N_ELEMENTS(families); f++)
    for (guint n = 0; n < G_N_ELEMENTS(names); n++) {
      for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
        guint line = fw_nft_lines_of(lines, kinds[k], families[f], names[n], k == 0 ? NULL : "c");

        g_assert_cmpuint(line, <=, most);
        digest = digest * 31 + line;
      }
      for (guint i = 0; i < RULES_ASKED; i++) {
        guint line = fw_nft_lines_of_rule(lines, families[f], names[n], "c", i, RULES_ASKED);

        g_assert_cmpuint(line, <=, most);
        digest = digest * 31 + line;
      }
    }
  return digest;
}

static void read_with(const fw_nft_lines *lines, guint most)
{
  fw_ruleset *ruleset = fw_ruleset_new();
  GError *error = NULL;

  g_assert_true(fw_nft_read_listed(ruleset, "fuzz", listing, sizeof listing - 1, lines, &error));
  fw_rules_finish(ruleset);
  for (guint t = 0; t < ruleset->tables->len; t++) {
    const fw_table *table = g_ptr_array_index(ruleset->tables, t);

    for (guint c = 0; c < table->chains->len; c++) {
      const fw_chain *chain = g_ptr_array_index(table->chains, c);

      for (guint i = 0; i < chain->n_rules; i++)
        g_assert_cmpuint(chain->rules[i]->line, <=, most);
    }
  }
  fw_ruleset_free(ruleset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  guint n = 1, digests[2];
  GArray *other = g_array_new(FALSE, FALSE, sizeof(guint));

  for (size_t i = 0; i < size; i++)
    n += text[i] == '\n';
  /* Some lines are another file's. */
  for (guint i = 0; i < n; i++) {
    guint name = i % 7 == 6 ? 0 : i + 1;

    g_array_append_val(other, name);
  }
  fw_nft_looks_like(text, size);
  fw_nft_looks_like_text(text, size);
  for (guint i = 0; i < 2; i++) {
    fw_nft_lines *lines = fw_nft_lines_new(text, size, NULL);

    digests[i] = ask(lines, n);
    if (i == 0 && fuzz_one_in(READ_ONE_IN, 0, data, size))
      read_with(lines, n);
    fw_nft_lines_free(lines);
  }
  g_assert_cmpuint(digests[0], ==, digests[1]);
  fw_nft_lines *named = fw_nft_lines_new(text, size, other);
  ask(named, n);
  if (fuzz_one_in(READ_ONE_IN, 1, data, size))
    read_with(named, n);
  fw_nft_lines_free(named);
  g_array_free(other, TRUE);
  return 0;
}

void fuzz_seeds(fuzz_add_fn add)
{
  static const char *const texts[] = {
    "#!/usr/sbin/nft -f\nflush ruleset\ndefine lan = { 10.0.0.0/8, 192.168.0.0/16 }\ntable inet t {\n counter n { }\n"
    " set s { type inet_service; flags timeout; elements = { 22 timeout 1m,\n 80 } }\n chain c {\n"
    "  type filter hook forward priority filter; policy drop; comment \"a { } ; b\"\n  # accept\n"
    "  tcp dport @s jump d\n  udp dport 3 accept; drop\n  ip saddr \\\n   1.2.3.4 drop comment \"# } {\"\n"
    "  ct state vmap { established : accept,\n   new : jump d }\n }\n chain d {\n  counter name n accept\n }\n}\n",
    "add table inet t\nadd chain inet t c { type filter hook input priority 0; policy drop; }\nadd rule inet t c "
    "accept\n"
    "insert rule inet t c drop\nadd rule inet t c index 0 counter\nreplace rule inet t c handle 4 drop\n"
    "delete rule inet t c handle 4\ndelete table inet t\nflush table inet t\ndestroy chain inet t c\n",
    "table t {\n chain c {\n  accept\n }\n}\ntable ip x { chain c { drop; }; chain d { return\n} }\ninclude "
    "\"a/*.nft\"\n",
    "table netdev t { chain c { type filter hook ingress devices = { eth0, eth1 } priority 0; } }\n"
    "map m { typeof ip saddr : verdict\n elements = { 1.2.3.4 : jump c } }\n\"unended\ntable \\\n ip6 \\\n x {\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    add(texts[i], strlen(texts[i]));
}
