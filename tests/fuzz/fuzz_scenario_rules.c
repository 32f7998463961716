/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a scenario whose packets meet the rules that stand in it: refused with a message of one line, or
 * performed, twice with the same outcomes. Rules in files are not there, as what comes through a pipe has none.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "cli/scenario_rules.h"
#include "conntrack/profile/profile.h"
#include "fuzz.h"
#include "scenario/perform.h"

enum { MOST_STEPS = 300 };

/* Of a setting the option's own words quote the value as it stands. */
static void assert_message(const GError *error)
{
  g_assert_nonnull(error);
  if (error->domain == CLI_ERROR)
    return;
  g_assert_true(g_utf8_validate(error->message, -1, NULL));
  for (const char *at = error->message; *at; at++)
    g_assert_false(g_ascii_iscntrl(*at));
}

static void digest_outcome(const scn_outcome *outcome, gpointer user)
{
  GChecksum *sum = user;

  g_assert_nonnull(outcome->expectation);
  g_checksum_update(sum, (const guchar *)outcome->got, -1);
  g_checksum_update(sum, (const guchar *)outcome->expected, -1);
}

/* What a scenario sets of the box around the rules. What would open files is left out. */
static gboolean set_box(const scn_scenario *scenario, cli_options *options, GPtrArray *arguments, GError **error)
{
  static const char *const taken[] = { "local", "route", "iface", "bridge", "assume", "mode", "backend", NULL };

  g_ptr_array_add(arguments, g_strdup("fuzz"));
  for (guint i = 0; i < scenario->settings->len; i++) {
    const scn_setting *s = g_ptr_array_index(scenario->settings, i);

    if (g_strv_contains(taken, s->name))
      g_ptr_array_add(arguments, s->value != NULL ? g_strdup_printf("--%s=%s", s->name, s->value)
                                                  : g_strdup_printf("--%s", s->name));
  }
  g_autofree char **copy = g_memdup2(arguments->pdata, arguments->len * sizeof(char *));

  return cli_options_parse(options, (int)arguments->len, copy, CLI_KERNEL | CLI_RULES, NULL, error);
}

static void perform(const scn_scenario *scenario, const cli_scenario_text *text, GChecksum *sum)
{
  const GPtrArray none = { .len = 0 };
  GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
  scn_firewall rules;
  cli_firewall made = { .firewall = NULL };
  cli_options options;
  scn_run_figures figures;
  ct_params params;
  GError *error = NULL;
  gboolean fine;

  ct_params_init(&params, ct_profile_get(0));
  cli_options_init(&options);
  fine = set_box(scenario, &options, arguments, &error) &&
         cli_scenario_firewall(&made, &rules, text, scenario, &none, &options, &params, &error);
  if (fine)
    fine = scn_scenario_run(scenario, &params, CT_CHECKSUMS_AUTO, made.firewall != NULL ? &rules : NULL, digest_outcome,
                            sum, &figures, &error);
  if (!fine)
    assert_message(error);
  g_clear_error(&error);
  cli_firewall_clear(&made);
  cli_options_clear(&options);
  g_ptr_array_unref(arguments);
}

/* => a digest of all that comes of the text, "" where it is refused. To be freed. */
static char *all_of_it(const char *text, gsize size)
{
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  cli_scenario_text read = { .path = "fuzz", .fd = -1, .rules = g_ptr_array_new() };
  GError *error = NULL;
  scn_scenario *scenario = scn_scenario_parse(text, (gssize)size, "fuzz", &error);
  char *digest;

  if (scenario == NULL)
    assert_message(error);
  else if (scenario->steps->len <= MOST_STEPS)
    perform(scenario, &read, sum);
  g_clear_error(&error);
  digest = g_strdup(scenario ? g_checksum_get_string(sum) : "");
  scn_scenario_free(scenario);
  g_ptr_array_unref(read.rules);
  g_checksum_free(sum);
  return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *first = all_of_it((const char *)data, size), *second = all_of_it((const char *)data, size);

  g_assert_cmpstr(first, ==, second);
  g_free(first);
  g_free(second);
  return 0;
}

static void add_folder(fuzz_add_fn add, const char *name)
{
  const char *srcdir = getenv("srcdir");
  g_autofree char *folder = g_build_filename(srcdir ? srcdir : ".", name, NULL);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *file;

  while (dir && (file = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(folder, file, NULL), *content = NULL;
    gsize n;

    if (g_str_has_suffix(file, ".ct") && g_file_get_contents(path, &content, &n, NULL) && strstr(content, "rules"))
      add(content, n);
  }
  if (dir)
    g_dir_close(dir);
}

/* Texts with rules of both tools in them; samples, where they are found. */
void fuzz_seeds(fuzz_add_fn add)
{
  static const char *const texts[] = {
    "rules\n*filter\n:FORWARD DROP [0:0]\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:w - [0:0]\n"
    "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
    "-A FORWARD -i lan0 -p tcp -m tcp --dport 443 -m comment --comment \"web\" -j ACCEPT\n"
    "-A FORWARD -p udp -m limit --limit 1/sec -j w\n-A FORWARD -m recent --set --name a -j REJECT\n"
    "-A w -m connlimit --connlimit-above 1 -j DROP\n-A w -j CONNMARK --set-xmark 0x7/0xff\n-A w -m connmark --mark 7\n"
    "COMMIT\n*nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\nend\n"
    "local 192.168.1.1/24@lan0\nlocal 203.0.113.1/24@wan0\nroute 0.0.0.0/0=wan0\n"
    "flow web: tcp 192.168.1.10:40001 > 198.51.100.80:443\nflow dns: udp 192.168.1.10:40002 > 198.51.100.53:53\n"
    "+0 web > S 0:0(0) win 64240 iface lan0 => NEW orig accept by \"web\"\nexpect list \"sport=443\"\n"
    "+0.1 web < S. 0:0(0) ack 1 to 203.0.113.1 => ESTABLISHED reply SYN_RECV accept\n"
    "+0 dns > udp (30) => NEW accept mark 7 by filter:w:rule:2\n+0 dns < (90) iface wan0 => ESTABLISHED reply drop\n"
    "expect rule filter:FORWARD:rule:3 packets 1\n",
    "rules\n{\"nftables\":[{\"table\":{\"family\":\"ip\",\"name\":\"t\"}},{\"set\":{\"family\":\"ip\",\"table\":\"t\","
    "\"name\":\"s\",\"type\":\"ipv4_addr\",\"flags\":\"timeout\",\"timeout\":5}},\n"
    "{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"c\",\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,"
    "\"policy\":\"drop\"}},\n{\"rule\":{\"family\":\"ip\",\"table\":\"t\",\"chain\":\"c\",\"expr\":[{\"set\":{\"op\":"
    "\"update\",\"elem\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},\"set\":\"@s\"}},{\"mangle\":{\"key\":"
    "{\"ct\":{\"key\":\"mark\"}},\"value\":3}},{\"counter\":{\"packets\":0,\"bytes\":0}},{\"accept\":null}]}}]}\nend\n"
    "flow f: udp 10.0.0.1:1 > 10.0.0.2:2\nset mode=observe\n+0 f > (3) => NEW accept\n+1 f < (3) => ESTABLISHED "
    "drop\n+9 f > (3)\n",
    "rules\ncreate a hash:ip family inet\nadd a 10.0.0.1\nend\nrules\n*raw\n:PREROUTING ACCEPT\n"
    "-A PREROUTING -m set --match-set a src -j CT --zone 3\nCOMMIT\nend\nset assume=set=no\nset backend=legacy\n"
    "flow i: icmp 10.0.0.1 > 10.0.0.2 id 7\n+0 i > echo request seq 1 (56) => NEW\n+0 i < echo reply seq 1 (56)\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    add(texts[i], strlen(texts[i]));
  add_folder(add, "samples");
}
