/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a scenario. Properties: refused with a message that begins with the file's name, or accepted; what is
 * accepted compiles or is refused with such a message; the same text gives the same frames and the same outcomes twice.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "conntrack/profile/profile.h"
#include "fuzz.h"
#include "scenario/perform.h"

enum { MOST_STEPS = 3000 };

static void assert_message(const GError *error)
{
  g_assert_nonnull(error);
  g_assert_true(error->domain == SCN_ERROR && g_str_has_prefix(error->message, "fuzz:"));
  for (const char *at = error->message; *at; at++)
    g_assert_true(g_ascii_isprint(*at));
}

static gboolean digest_frame(const scn_frame *frame, gpointer user, GError **error)
{
  GChecksum *sum = user;

  (void)error;
  g_assert_cmpuint(frame->frame.captured, <=, frame->frame.wire);
  g_checksum_update(sum, (const guchar *)&frame->frame.ts_ns, sizeof(frame->frame.ts_ns));
  g_checksum_update(sum, frame->frame.data, frame->frame.captured);
  return TRUE;
}

static void digest_outcome(const scn_outcome *outcome, gpointer user)
{
  GChecksum *sum = user;

  g_assert_nonnull(outcome->expectation);
  g_assert_true(outcome->met == (*outcome->expected == '\0'));
  g_checksum_update(sum, (const guchar *)outcome->got, -1);
}

/* What the scenario names was known before it was parsed. */
static void assert_rules_known(const scn_scenario *scenario, const char *text, gsize size)
{
  GPtrArray *files = scn_text_rules(text, size);

  for (guint i = 0; scenario != NULL && i < scenario->rules->len; i++) {
    const scn_rules *rules = g_ptr_array_index(scenario->rules, i);

    g_assert_true((rules->file == NULL) != (rules->text == NULL));
    g_assert_true(rules->file == NULL || g_ptr_array_find_with_equal_func(files, rules->file, g_str_equal, NULL));
  }
  g_ptr_array_unref(files);
}

/* => a digest of all that comes of the text, "" where it is refused. To be freed. */
static char *all_of_it(const char *text, gsize size)
{
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  GError *error = NULL;
  scn_scenario *scenario = scn_scenario_parse(text, (gssize)size, "fuzz", &error);
  scn_run_figures figures;
  ct_params params;
  char *digest;

  assert_rules_known(scenario, text, size);
  if (scenario == NULL) {
    assert_message(error);
    g_clear_error(&error);
  } else if (scenario->steps->len <= MOST_STEPS) {
    if (!scn_scenario_compile(scenario, digest_frame, sum, &error))
      assert_message(error);
    g_clear_error(&error);
    ct_params_init(&params, ct_profile_get(0));
    params.helpers_by_port = true;
    if (!scn_scenario_run(scenario, &params, CT_CHECKSUMS_AUTO, NULL, digest_outcome, sum, &figures, &error))
      assert_message(error);
    g_clear_error(&error);
  }
  digest = g_strdup(scenario ? g_checksum_get_string(sum) : "");
  scn_scenario_free(scenario);
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

/* The samples; where they are not found (a lone libFuzzer run), a text with a bit of everything. */
void fuzz_seeds(fuzz_add_fn add)
{
  static const char text[] =
    "sysctl nf_conntrack_max=4\nflow t: tcp 10.0.0.1:1 > 10.0.0.2:2 isn 1,2\nflow s: sctp 10.0.0.1:1 > 10.0.0.2:2 "
    "tags 3,4\n"
    "flow i: icmp fd00::1 > fd00::2 id 9\nflow g: gre 10.0.0.1 > 10.0.0.2 call 1,2\n"
    "+0 t > S 0:0(0) win 5 <mss 1460,sackOK,nop,wscale 7,TS val 1 ecr 2,sack 1:2 3:4> as p => NEW orig SYN_SENT "
    "120s\n"
    "+1ms t < icmp unreachable port about p quote 28 from 10.9.9.9\nisn t 5,6\nhold h: t > P. 1:101(100) ipopt "
    "94040000\n"
    "+0 fragment h 0:40\n+0 fragment h 40: last ttl 3\n+0 send h csum bad\n+0 s > INIT[tag=1](3); CHUNK 7 [flgs=1, "
    "len=9] hex 00\n"
    "link sll2 4\n+0 i > echo request seq 1 (56) ext hop-by-hop 0104 flowlabel 3\n+0 g < gre1 seq 1 ack 2 (4)\n"
    "repeat 3\nflow f$i: udp 1.2.3.4:${i+1} > 1.2.3.4:${i*2}\n+0 f$i > (3) data \"a\\x00b\" patch 9 06 cut 20 "
    "trailer 00\nend\n"
    "+5d\n+0 raw 4500 zeros 30 in\n+0 frame 00\nexpect no entry t\nexpect count 0\nexpect stats drop=1\nexpect list "
    "\"tcp\"\nexpect no event\n";
  const char *srcdir = getenv("srcdir");
  char *folder = g_build_filename(srcdir ? srcdir : ".", "samples", NULL);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;

  add(text, sizeof(text) - 1);
  while (dir && (name = g_dir_read_name(dir)) != NULL) {
    char *path = g_build_filename(folder, name, NULL), *content;
    gsize n;

    if (g_str_has_suffix(name, ".ct") && g_file_get_contents(path, &content, &n, NULL)) {
      add(content, n);
      g_free(content);
    }
    g_free(path);
  }
  if (dir)
    g_dir_close(dir);
  g_free(folder);
}
