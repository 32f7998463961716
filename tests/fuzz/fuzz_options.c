/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a command line, a word a line, or (after a line "sysctl") as a sysctl.conf. Properties: refused with one
 * line of why, or accepted with values an engine can be made of; a filter that was accepted can be asked.
 */
#include <string.h>

#include "cli/kernel.h"
#include "cli/modules.h"
#include "engines.h"
#include "fuzz.h"

enum { WORDS_MOST = 48 };

static void check_error(gboolean fine, GError *error)
{
  g_assert_true(fine == (error == NULL));
  if (error != NULL) {
    g_assert_true(error->domain == CLI_ERROR && *error->message != '\0');
    g_assert_null(strchr(error->message, '\n'));
    g_error_free(error);
  }
}

static void check_params(const ct_params *params)
{
  static ct_engine *kept;

  g_assert_nonnull(params->profile);
  g_assert_cmpuint(params->max, <=, G_MAXINT32);
  g_assert_cmpuint(params->buckets, <=, G_MAXINT32);
  /* The kernel's buckets are laid out at once: only sizes that do not fill the fuzzer's memory. */
  if (params->buckets > 1 << 16 || params->max > 1 << 20)
    return;
  ct_engine_advance(fuzz_engine_anew(&kept, params), 0);
}

static void try_sysctls(const char *text)
{
  GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
  GError *error = NULL;
  ct_params params;
  gboolean fine;

  ct_params_init(&params, ct_profile_get(0));
  fine = cli_kernel_sysctl_text(&params, "fuzz", text, notes, &error);
  check_error(fine, error);
  check_params(&params);
  error = NULL;
  fine = cli_modules_text(&params, "fuzz", text, notes, &error);
  g_ptr_array_unref(notes);
  check_error(fine, error);
  check_params(&params);
}

/* A file's name must not be followed from here. */
static gboolean names_a_file(const cli_options *o)
{
  guint i;

  for (i = 0; i < o->sysctls->len; i++)
    if (strchr(g_ptr_array_index(o->sysctls, i), '=') == NULL)
      return TRUE;
  for (i = 0; i < o->modules->len; i++)
    if (strchr(g_ptr_array_index(o->modules, i), '=') == NULL)
      return TRUE;
  return FALSE;
}

static void ask_filter(const cli_options *o)
{
  ct_packet packet;
  ct_view view;

  memset(&packet, 0, sizeof(packet));
  memset(&view, 0, sizeof(view));
  view.tuple[0].family = packet.tuple.family = CT_IPV4;
  view.tuple[0].proto = packet.tuple.proto = CT_PROTO_TCP;
  packet.kind = CT_PACKET_TRACK;
  cli_filter_entry(&o->filter, &view);
  cli_filter_packet(&o->filter, &packet);
}

static void try_words(char **words)
{
  const guint groups = CLI_COMMAND | CLI_INPUT | CLI_KERNEL | CLI_FILTER | CLI_SHOW | CLI_OUTPUT;
  guint n = MIN(g_strv_length(words), WORDS_MOST);
  char **argv = g_new0(char *, n + 2);
  char name[] = "ctreplay";
  GError *error = NULL;
  cli_options o;
  ct_params params;
  gboolean fine;

  argv[0] = name;
  memcpy(argv + 1, words, n * sizeof(*words));
  cli_options_init(&o);
  fine = cli_options_parse(&o, (int)n + 1, argv, groups, NULL, &error);
  check_error(fine, error);
  if (fine && !names_a_file(&o)) {
    error = NULL;
    ask_filter(&o);
    fine = cli_kernel_params(&o, &params, &error);
    check_error(fine, error);
    if (fine)
      check_params(&params);
  }
  cli_options_clear(&o);
  g_free(argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = g_strndup((const char *)data, size);

  if (g_str_has_prefix(text, "sysctl\n")) {
    try_sysctls(text + strlen("sysctl\n"));
  } else {
    char **words = g_strsplit(text, "\n", -1);

    try_words(words);
    g_strfreev(words);
  }
  g_free(text);
  return 0;
}

void fuzz_seeds(fuzz_add_fn add)
{
  static const char *const seeds[] = {
    "-L\nexpect\n-o\njson,timestamp\nx.pcap",
    "-E\n-e\nNEW,DESTROY\n-s\n10.0.0.0/8\n--dport\n80\n-p\ntcp\nx",
    "-P\n--class\nINVALID\n--reason\ntcp-*\n--start\n+1h30m\n--end\n#100\n--count\n7\nx",
    "-C\n--every\n5m\n--at\n2026-11-21T10:00:00.5Z\n--at\n@1600000000.25\nx",
    "--max\n64k\n--hashsize\n16384\n--profile\nlinux-2.6\n--features\nacct,mark\n--ram\n128M\nx",
    "--sysctl\nnf_conntrack_udp_timeout=60\n--sysctl=net/netfilter/nf_conntrack_max=4096\n--gc\nkernel\nx",
    "--module\nnf_conntrack_ftp.ports=21,2121\n--module\nnf-conntrack-sip.sip_direct_media=0\n--helpers\nx",
    "--helper\nftp:2121\n--no-helper\nsip\n--local\n192.0.2.1/24\n-s\n2001:db8::/32\n-m\n0x1/0xff\nx",
    "sysctl\n# comment\n-net.netfilter.nf_conntrack_gone=1\nnet.netfilter.nf_conntrack_max=1000\n",
  };
  size_t i;

  for (i = 0; i < G_N_ELEMENTS(seeds); i++)
    add(seeds[i], strlen(seeds[i]));
}
