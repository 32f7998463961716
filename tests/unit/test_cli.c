/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: options and their messages, sizes, the kernel they describe, filters, exit codes. */
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/kernel.h"
#include "unit.h"

enum { ALL = CLI_COMMAND | CLI_INPUT | CLI_KERNEL | CLI_FILTER | CLI_SHOW | CLI_OUTPUT, WORDS_MAX = 16 };

/* Options point into the words, so these live as long as the test. */
static GPtrArray *words_kept;

/* Parses a line of words split at blanks. => NULL where it is fine, else the message; the caller frees. */
static char *parse(cli_options *o, const char *line)
{
  char **argv = g_strsplit(line, " ", WORDS_MAX);
  GError *error = NULL;
  char *message = NULL;

  if (words_kept == NULL)
    words_kept = g_ptr_array_new();
  /* getopt reorders them: the vector itself is kept too. */
  g_ptr_array_add(words_kept, argv);
  cli_options_init(o);
  if (!cli_options_parse(o, (int)g_strv_length(argv), argv, ALL, NULL, &error)) {
    ck_assert(g_error_matches(error, CLI_ERROR, CLI_ERROR_USAGE));
    message = g_strdup(error->message);
    g_error_free(error);
  }
  return message;
}

static char *kernel(const char *line, ct_params *params)
{
  GError *error = NULL;
  char *message;
  cli_options o;

  message = parse(&o, line);
  ck_assert_msg(message == NULL, "%s: %s", line, message);
  if (!cli_kernel_params(&o, params, &error)) {
    message = g_strdup(error->message);
    g_error_free(error);
  }
  cli_options_clear(&o);
  return message;
}

START_TEST(commands_and_captures)
{
  static const struct {
    const char *line;
    char command;
    cli_table table;
    guint captures;
  } cases[] = {
    { "ctreplay a.pcap", 0, CLI_TABLE_CONNTRACK, 1 },
    { "ctreplay -L a.pcap b.pcap", 'L', CLI_TABLE_CONNTRACK, 2 },
    { "ctreplay -L expect a.pcap", 'L', CLI_TABLE_EXPECT, 1 },
    { "ctreplay -L conntrack -o id a.pcap", 'L', CLI_TABLE_CONNTRACK, 1 },
    { "ctreplay -L dying a.pcap", 'L', CLI_TABLE_DYING, 1 },
    { "ctreplay -E expect -", 'E', CLI_TABLE_EXPECT, 1 },
    { "ctreplay a.pcap -E -e NEW,DESTROY", 'E', CLI_TABLE_CONNTRACK, 1 },
    /* Only the word right after the letter is a table. */
    { "ctreplay -L ./expect", 'L', CLI_TABLE_CONNTRACK, 1 },
    { "ctreplay -S a.pcap expect", 'S', CLI_TABLE_CONNTRACK, 2 },
    { "ctreplay --dump a.pcap", 'L', CLI_TABLE_CONNTRACK, 1 },
    { "ctreplay -P -- -E", 'P', CLI_TABLE_CONNTRACK, 1 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    cli_options o;
    char *message = parse(&o, cases[i].line);

    ck_assert_msg(message == NULL, "%s: %s", cases[i].line, message);
    ck_assert_msg(o.command == cases[i].command && o.table == cases[i].table && o.captures->len == cases[i].captures,
                  "%s", cases[i].line);
    cli_options_clear(&o);
  }
}
END_TEST

START_TEST(wrong_lines)
{
  /* What is wrong, and what would be right. */
  static const char *const cases[][2] = {
    { "ctreplay -L -E x", "one command at a time" },
    { "ctreplay -Efoo x", "conntrack or expect" },
    { "ctreplay -E dying x", "conntrack or expect" },
    { "ctreplay -X x", "no such option" },
    { "ctreplay --xyzzy x", "no such option" },
    { "ctreplay --at", "POINT" },
    { "ctreplay -w", "give N" },
    { "ctreplay --merge=1 x", "takes no argument" },
    { "ctreplay --start tomorrow x", "+seconds" },
    { "ctreplay --count 0 x", "number of packets" },
    { "ctreplay --count -1 x", "number of packets" },
    { "ctreplay --direction up x", "in or out" },
    { "ctreplay --checksums maybe x", "auto, verify or ignore" },
    { "ctreplay --threads 3 x", "1 or 2" },
    { "ctreplay --every 0 x", "span of time" },
    { "ctreplay --class OLD x", "ESTABLISHED" },
    { "ctreplay --reason because x", "list reasons" },
    { "ctreplay -e SOME x", "UPDATES" },
    { "ctreplay -o yaml x", "list formats" },
    { "ctreplay -o json,xml x", "one format" },
    { "ctreplay --color=purple x", "always" },
    { "ctreplay -s 10.0.0.300 x", "IPv4 or IPv6 address" },
    { "ctreplay -s 10.0.0.0/33 x", "LENGTH" },
    { "ctreplay -s 2001:db8::/129 x", "LENGTH" },
    { "ctreplay --sport 65536 x", "65535" },
    { "ctreplay -p tpc x", "tcp" },
    { "ctreplay --state OPENED x", "SYN_SENT" },
    { "ctreplay -u ASURED x", "ASSURED" },
    { "ctreplay -f inet x", "ipv4 or ipv6" },
    { "ctreplay -m 1/x x", "number" },
    { "ctreplay --lines many x", "all" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    cli_options o;
    char *message = parse(&o, cases[i][0]);

    ck_assert_msg(message != NULL, "%s was taken", cases[i][0]);
    ck_assert_msg(strstr(message, cases[i][1]) != NULL && strchr(message, '\n') == NULL, "%s: %s", cases[i][0],
                  message);
    g_free(message);
    cli_options_clear(&o);
  }
}
END_TEST

START_TEST(formats_and_reasons)
{
  cli_options o;

  ck_assert_ptr_null(parse(&o, "ctreplay -E -o timestamp,id -o json x --class INVALID,none --reason tcp-*,not-ip"));
  ck_assert_str_eq(o.format->name, "json");
  ck_assert_uint_eq(o.format_options, EMIT_TIMESTAMP | EMIT_ID);
  ck_assert_uint_eq(o.classes, 1u << CT_CLASS_INVALID | 1u << CT_CLASS_NONE);
  ck_assert(o.any_reason && o.reasons[CT_REASON_TCP_STATE] && o.reasons[CT_REASON_NOT_IP] &&
            !o.reasons[CT_REASON_ICMP_TYPE]);
  cli_options_clear(&o);
}
END_TEST

START_TEST(sizes)
{
  static const struct {
    const char *text;
    gboolean good;
    guint64 size;
  } cases[] = {
    { "0", TRUE, 0 },        { "65536", TRUE, 65536 },   { "1k", TRUE, 1024 }, { "4K", TRUE, 4096 },
    { "1M", TRUE, 1048576 }, { "1g", TRUE, 1073741824 }, { "2G", FALSE, 0 },   { "", FALSE, 0 },
    { "k", FALSE, 0 },       { "-1", FALSE, 0 },         { "1kk", FALSE, 0 },  { "99999999999999999999999", FALSE, 0 },
    { "0x10", FALSE, 0 },    { " 1", FALSE, 0 },         { "1 k", FALSE, 0 },  { "18446744073709551615G", FALSE, 0 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    guint64 size = 0;

    ck_assert_msg(cli_size_parse(cases[i].text, G_MAXINT32, &size) == cases[i].good, "%s", cases[i].text);
    if (cases[i].good)
      ck_assert_uint_eq(size, cases[i].size);
  }
}
END_TEST

START_TEST(kernels)
{
  ct_params params;

  ck_assert_ptr_null(kernel("ctreplay x", &params));
  ck_assert_str_eq(params.profile->name, "linux-6.18");
  ck_assert_uint_eq(params.max, 262144);
  ck_assert_uint_eq(params.acct, 1);

  /* The profile's meaning holds wherever it stands. */
  ck_assert_ptr_null(kernel("ctreplay --ram 128M --profile linux-2.6 x", &params));
  ck_assert_uint_eq(params.max, 8192);
  ck_assert_ptr_null(kernel("ctreplay --profile linux-2.6 --ram 256M x", &params));
  ck_assert_uint_eq(params.max, 16384);

  ck_assert_ptr_null(kernel("ctreplay --max 1k x", &params));
  ck_assert_uint_eq(params.max, 1024);
  ck_assert_uint_eq(params.buckets, ct_profile_buckets_for_max(params.profile, 1024));
  ck_assert_ptr_null(kernel("ctreplay --max 1000 --hashsize 4096 x", &params));
  ck_assert_uint_eq(params.max, 1000);
  ck_assert_uint_eq(params.buckets, 4096);
  ck_assert_ptr_null(kernel("ctreplay --hashsize 16k x", &params));
  ck_assert_uint_eq(params.buckets, 16384);
  ck_assert_uint_eq(params.max, 16384 * params.profile->max_per_bucket);
  ck_assert_ptr_null(kernel("ctreplay --max 0 x", &params));
  ck_assert_uint_eq(params.max, 0);

  ck_assert_ptr_null(
    kernel("ctreplay --sysctl net.netfilter.nf_conntrack_udp_timeout=7 --sysctl nf_conntrack_acct=0 x", &params));
  ck_assert_uint_eq(params.timeout_s[CT_TIMEOUT_UDP], 7);
  ck_assert_uint_eq(params.acct, 0);
  ck_assert_ptr_null(kernel("ctreplay --features acct,mark,secmark --profile linux-2.6 x", &params));
  ck_assert(params.acct == 1 && params.features_mark && params.features_secmark);
  ck_assert_ptr_null(kernel("ctreplay --gc kernel --hz 250 --hash-seed 77 --no-helpers x", &params));
  ck_assert(params.gc == CT_GC_KERNEL && params.hz == 250 && params.hash_seed == 77 && !params.helpers_by_port);
  ck_assert_ptr_null(kernel("ctreplay x", &params));
  ck_assert(!params.helpers_by_port);
  ck_assert_ptr_null(kernel("ctreplay --profile linux-2.6 x", &params));
  ck_assert(params.helpers_by_port);
  ck_assert_ptr_null(kernel("ctreplay --no-helpers --helper ftp:21 --helpers x", &params));
  ck_assert(params.helpers_by_port && params.helpers.n_ports == 1);
  ck_assert_ptr_null(kernel("ctreplay --helpers --profile linux-2.4 --no-helpers x", &params));
  ck_assert(!params.helpers_by_port);
}
END_TEST

START_TEST(wrong_kernels)
{
  static const char *const cases[][2] = {
    { "ctreplay --profile linux-9 x", "list profiles" },
    { "ctreplay --max lots x", "65536" },
    { "ctreplay --max 4G x", "65536" },
    { "ctreplay --hashsize 0 x", "buckets" },
    { "ctreplay --ram 1 x", "128M" },
    { "ctreplay --features colour x", "secmark" },
    { "ctreplay --gc never x", "exact or kernel" },
    { "ctreplay --hz fast x", "250" },
    { "ctreplay --hash-seed x x", "number" },
    { "ctreplay --sysctl nf_conntrack_nonsense=1 x", "list sysctls" },
    { "ctreplay --sysctl established=1 x", "nf_conntrack_tcp_timeout_established" },
    { "ctreplay --sysctl nf_conntrack_acct=yes x", "number" },
    { "ctreplay --sysctl nf_conntrack_acct=2 x", "range" },
    { "ctreplay --sysctl /nonexistent/file x", "/nonexistent/file" },
    { "ctreplay --max 5 --sysctl nf_conntrack_max=5 x", "--max 5 and --sysctl nf_conntrack_max=5: give one" },
    { "ctreplay --sysctl net.nf_conntrack_max=6 --max 5 x", "give one" },
    { "ctreplay --profile linux-2.4 --sysctl net/ipv4/ip_conntrack_max=6 --max 5 x", "give one" },
    { "ctreplay --hashsize 5 --sysctl net.netfilter.nf_conntrack_buckets=6 x", "--hashsize 5 and" },
    { "ctreplay --helper nosuch:21 x", "list helpers" },
    { "ctreplay --no-helper nosuch x", "list helpers" },
    { "ctreplay --local here x", "ADDRESS" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    ct_params params;
    char *message = kernel(cases[i][0], &params);

    ck_assert_msg(message != NULL, "%s was taken", cases[i][0]);
    ck_assert_msg(strstr(message, cases[i][1]) != NULL && strchr(message, '\n') == NULL, "%s: %s", cases[i][0],
                  message);
    g_free(message);
  }
}
END_TEST

/* The command line with "--sysctl FILE" behind it. => what the file does, or the message. */
static char *with_file_and(const char *text, const char *arguments, ct_params *params)
{
  char *path = NULL, *line, *message;
  int fd = g_file_open_tmp("ctreplay-XXXXXX.conf", &path, NULL);

  ck_assert(fd >= 0);
  g_close(fd, NULL);
  ck_assert(g_file_set_contents(path, text, -1, NULL));
  line = g_strdup_printf("ctreplay %s --sysctl %s x", arguments, path);
  message = kernel(line, params);
  g_unlink(path);
  g_free(line);
  g_free(path);
  return message;
}

static char *with_file(const char *text, ct_params *params) { return with_file_and(text, "--hz 0", params); }

START_TEST(sysctl_files)
{
  ct_params params;
  char *message;

  ck_assert_ptr_null(
    with_file("# a machine's\n; file\n\nnet.ipv4.ip_forward = 1\n net/netfilter/nf_conntrack_udp_timeout = 11 \n"
              "-net.netfilter.nf_conntrack_gone = 1\nnet.netfilter.nf_conntrack_tcp_loose=0",
              &params));
  ck_assert_uint_eq(params.timeout_s[CT_TIMEOUT_UDP], 11);
  ck_assert_uint_eq(params.tcp_loose, 0);
  message = with_file("\n\nnet.netfilter.nf_conntrack_udp_timeout = soon\n", &params);
  ck_assert_ptr_nonnull(message);
  ck_assert_ptr_nonnull(strstr(message, ":3: "));
  g_free(message);
  message = with_file("net.netfilter.nf_conntrack_max\n", &params);
  ck_assert_ptr_nonnull(message);
  ck_assert_ptr_nonnull(strstr(message, ":1: "));
  g_free(message);
}
END_TEST

/* What this kernel does not have is left out; what is wrong is all said, in one line. */
START_TEST(sysctl_files_in_part)
{
  GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
  GError *error = NULL;
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  ck_assert(cli_kernel_sysctl_text(&params, "r.conf",
                                   "net.netfilter.nf_conntrack_gone = 1\nnet.netfilter.nf_conntrack_udp_timeout = 11\n"
                                   "-net.netfilter.nf_conntrack_missing = 1\nnet.netfilter.nf_conntrack_flown = 1\n",
                                   notes, &error));
  ck_assert_uint_eq(params.timeout_s[CT_TIMEOUT_UDP], 11);
  ck_assert_uint_eq(notes->len, 2);
  ck_assert_ptr_nonnull(
    strstr(g_ptr_array_index(notes, 0), "r.conf:1: linux-6.18 has no sysctl net.netfilter.nf_conntrack_gone"));
  ck_assert_ptr_nonnull(strstr(g_ptr_array_index(notes, 1), "r.conf:4: "));
  ck_assert(
    !cli_kernel_sysctl_text(&params, "r.conf",
                            "net.netfilter.nf_conntrack_udp_timeout = soon\nnet.netfilter.nf_conntrack_max\n"
                            "net.netfilter.nf_conntrack_acct = 7\nnet.netfilter.nf_conntrack_udp_timeout = 12\n",
                            notes, &error));
  ck_assert_str_eq(
    error->message,
    "r.conf:1: net.netfilter.nf_conntrack_udp_timeout = soon: give a number; r.conf:2: give NAME = VALUE; "
    "r.conf:3: net.netfilter.nf_conntrack_acct = 7: out of its range, 0 to 1");
  g_error_free(error);
  g_ptr_array_unref(notes);
}
END_TEST

/* The command line has the last word over a file; a file over what is only derived from the command line. */
START_TEST(sysctl_files_and_arguments)
{
  static const char file[] = "net.netfilter.nf_conntrack_max = 100\nnet.netfilter.nf_conntrack_buckets = 32\n"
                             "net.netfilter.nf_conntrack_udp_timeout = 11\n";
  static const struct {
    const char *arguments;
    guint max, buckets, udp_timeout_s;
  } cases[] = {
    { "--hz 0", 100, 32, 11 },
    { "--max 64k", 65536, 32, 11 },
    { "--max 0", 0, 32, 11 },
    { "--hashsize 4096", 100, 4096, 11 },
    { "--hashsize auto --max 7", 7, 32, 11 },
    { "--max 7 --hashsize 4096", 7, 4096, 11 },
    { "--ram 1G", 100, 32, 11 },
    { "--sysctl nf_conntrack_max=9", 9, 32, 11 },
    { "--sysctl net/netfilter/nf_conntrack_udp_timeout=12 --max 7", 7, 32, 12 },
    { "--sysctl net.nf_conntrack_max=9 --hashsize 2048", 9, 2048, 11 },
    { "--sysctl nf_conntrack_buckets=64 --max 7", 7, 64, 11 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    ct_params params;

    ck_assert_ptr_null(with_file_and(file, cases[i].arguments, &params));
    ck_assert_msg(params.max == cases[i].max && params.buckets == cases[i].buckets &&
                    params.timeout_s[CT_TIMEOUT_UDP] == cases[i].udp_timeout_s,
                  "%s: max %u, buckets %u, udp_timeout %u", cases[i].arguments, params.max, params.buckets,
                  params.timeout_s[CT_TIMEOUT_UDP]);
  }
}
END_TEST

/* A connection from 10.1.2.3:1234 to 192.0.2.80:80, answered and assured. */
static ct_view example(void)
{
  ct_view v;

  memset(&v, 0, sizeof(v));
  v.tuple[0].family = CT_IPV4;
  v.tuple[0].proto = CT_PROTO_TCP;
  inet_pton(AF_INET, "10.1.2.3", v.tuple[0].src.bytes);
  inet_pton(AF_INET, "192.0.2.80", v.tuple[0].dst.bytes);
  v.tuple[0].src_id = 1234;
  v.tuple[0].dst_id = 80;
  ck_assert(ct_tuple_invert(&v.tuple[0], &v.tuple[1]));
  v.status = CT_STATUS_SEEN_REPLY | CT_STATUS_ASSURED | CT_STATUS_CONFIRMED;
  v.state = CT_TCP_ESTABLISHED;
  v.mark = 0x12;
  return v;
}

START_TEST(filters)
{
  static const struct {
    const char *line;
    gboolean holds;
  } cases[] = {
    { "", TRUE },
    { "-s 10.1.2.3", TRUE },
    { "-s 10.1.2.4", FALSE },
    { "-s 10.1.0.0/16", TRUE },
    { "-s 10.1.2.0/255.255.255.0", TRUE },
    { "-s 10.2.0.0/16", FALSE },
    { "-s 0.0.0.0/0", TRUE },
    { "-s ::/0", FALSE },
    { "--mask-src 255.0.0.0 -s 10.9.9.9", TRUE },
    { "-d 192.0.2.80 --dport 80", TRUE },
    { "-d 192.0.2.80 --dport 81", FALSE },
    { "--sport 1234", TRUE },
    { "--orig-port-src 1235", FALSE },
    { "-r 192.0.2.80 -q 10.1.2.3", TRUE },
    { "-r 10.1.2.3", FALSE },
    { "--reply-port-src 80 --reply-port-dst 1234", TRUE },
    { "--reply-port-src 1234", FALSE },
    { "-p tcp", TRUE },
    { "-p 6 -f ipv4", TRUE },
    { "-p udp", FALSE },
    { "-f ipv6", FALSE },
    { "--state ESTABLISHED", TRUE },
    { "--state established", TRUE },
    { "--state CLOSE", FALSE },
    { "-u ASSURED,SEEN_REPLY", TRUE },
    { "-u EXPECTED", FALSE },
    { "-u UNREPLIED", FALSE },
    { "-m 0x12", TRUE },
    { "-m 2/2", TRUE },
    { "-m 1/1", FALSE },
    { "-c 0", TRUE },
    { "-c 1", FALSE },
    { "--icmp-type 8", FALSE },
  };
  ct_view view = example();
  guint i;

  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    char *line = g_strdup_printf("ctreplay x%s%s", *cases[i].line != '\0' ? " " : "", cases[i].line);
    cli_options o;

    ck_assert_ptr_null(parse(&o, line));
    ck_assert_msg(cli_filter_entry(&o.filter, &view) == cases[i].holds, "%s", cases[i].line);
    cli_options_clear(&o);
    g_free(line);
  }
}
END_TEST

START_TEST(filters_of_packets)
{
  ct_packet packet;
  ct_view view = example();
  cli_options o;

  memset(&packet, 0, sizeof(packet));
  packet.kind = CT_PACKET_TRACK;
  packet.tuple = view.tuple[0];
  ck_assert_ptr_null(parse(&o, "ctreplay -s 10.1.2.3 -p tcp x"));
  ck_assert(cli_filter_packet(&o.filter, &packet));
  packet.kind = CT_PACKET_NONE;
  ck_assert(!cli_filter_packet(&o.filter, &packet));
  cli_options_clear(&o);
  /* A packet without an entry has no state. */
  packet.kind = CT_PACKET_TRACK;
  ck_assert_ptr_null(parse(&o, "ctreplay --state ESTABLISHED x"));
  ck_assert(!cli_filter_packet(&o.filter, &packet));
  cli_options_clear(&o);
}
END_TEST

START_TEST(filters_of_icmp)
{
  ct_view view = example();
  cli_options o;

  view.tuple[0].proto = CT_PROTO_ICMP;
  view.tuple[0].src_id = 77;
  view.tuple[0].dst_id = 8 << 8;
  ck_assert_ptr_null(parse(&o, "ctreplay --icmp-type 8 --icmp-code 0 --icmp-id 77 x"));
  ck_assert(cli_filter_entry(&o.filter, &view));
  view.tuple[0].src_id = 78;
  ck_assert(!cli_filter_entry(&o.filter, &view));
  cli_options_clear(&o);
  ck_assert_ptr_null(parse(&o, "ctreplay --sport 78 x"));
  ck_assert(!cli_filter_entry(&o.filter, &view));
  cli_options_clear(&o);
}
END_TEST

START_TEST(exit_codes)
{
  ck_assert_int_eq(cli_exit_graver(CLI_EXIT_OK, CLI_EXIT_DIFFERENT), 1);
  ck_assert_int_eq(cli_exit_graver(CLI_EXIT_INPUT, CLI_EXIT_INTERRUPTED), 3);
  ck_assert_int_eq(cli_exit_graver(CLI_EXIT_OUTPUT, CLI_EXIT_INPUT), 4);
  ck_assert_int_eq(cli_exit_graver(CLI_EXIT_SKIP, CLI_EXIT_DIFFERENT), 1);
  ck_assert_int_eq(cli_exit_graver(CLI_EXIT_SKIP, CLI_EXIT_OK), 77);
  ck_assert_int_eq(cli_exit_graver(CLI_EXIT_INTERRUPTED, CLI_EXIT_OK), 130);
}
END_TEST

typedef struct typed {
  gboolean flag;
  const char *text;
  GPtrArray *list;
  guint8 byte;
  guint64 wide, packets;
  gint64 lines, span_ns, seconds_ns;
  guint choice;
} typed;

static const cli_choice colours[] = { { "red", 3 }, { "blue", 5 }, { NULL, 0 } };
static const cli_option typed_options[] = {
  { "flag", 'x', NULL, CLI_OWN, CLI_FLAG(typed, flag) },
  { "text", 0, "WORD", CLI_OWN, CLI_TEXT(typed, text) },
  { "list", 0, "WORD", CLI_OWN, CLI_LIST(typed, list) },
  { "byte", 0, "N", CLI_OWN, CLI_NUMBER(typed, byte, 1, 255, "1 to 255") },
  { "wide", 0, "N", CLI_OWN, CLI_NUMBER(typed, wide, 0, G_MAXUINT64, "a number") },
  { "packets", 0, "N", CLI_OWN, CLI_SIZE(typed, packets, 2, 4096, "2 to 4k") },
  { "rows", 0, "N|all", CLI_OWN, CLI_SIZE_OR_ALL(typed, lines, 100) },
  { "span", 0, "SPAN", CLI_OWN, CLI_SPAN(typed, span_ns, 1000, "a span") },
  { "seconds", 0, "S", CLI_OWN, CLI_SECONDS(typed, seconds_ns, 60, "seconds") },
  { "choice", 0, "red|blue", CLI_OWN, CLI_CHOICE(typed, choice, colours, "red or blue"), .called = "paint -c" },
  { "keep", 0, "FILE", CLI_OWN, CLI_TEXT(typed, text) },
  { "store", 'y', "FILE", CLI_OWN, .renamed = "--keep" },
  { NULL, 'z', NULL, CLI_OWN, .renamed = "-x" },
  { "later", 'q', NULL, CLI_OWN, .absent = "waits for rain" },
  { .name = NULL },
};

/* => NULL, or the message; to be freed. */
static char *parse_typed(typed *values, const char *line)
{
  char **argv = g_strsplit(line, " ", WORDS_MAX);
  GError *error = NULL;
  char *message = NULL;
  cli_options o;

  g_ptr_array_add(words_kept, argv);
  cli_options_init(&o);
  o.own = values;
  if (!cli_options_parse(&o, (int)g_strv_length(argv), argv, CLI_OWN, typed_options, &error)) {
    message = g_strdup(error->message);
    g_error_free(error);
  }
  cli_options_clear(&o);
  return message;
}

/* Each kind goes to its field, whatever the field's width, and to no other. */
START_TEST(typed_values)
{
  typed v;

  memset(&v, 0, sizeof(v));
  v.list = g_ptr_array_new();
  if (words_kept == NULL)
    words_kept = g_ptr_array_new();
  ck_assert_ptr_null(parse_typed(&v, "t -x --text a --text b --list c --list d --byte 255 --wide 18446744073709551615 "
                                     "--choice blue"));
  ck_assert(v.flag && v.byte == 255 && v.wide == G_MAXUINT64 && v.choice == 5);
  ck_assert_str_eq(v.text, "b");
  ck_assert_uint_eq(v.list->len, 2);
  ck_assert_str_eq(g_ptr_array_index(v.list, 1), "d");
  ck_assert(v.packets == 0 && v.lines == 0 && v.span_ns == 0 && v.seconds_ns == 0);
  ck_assert_ptr_null(parse_typed(&v, "t --packets 4k --rows 7 --span 1.5s --seconds 0.25"));
  ck_assert(v.packets == 4096 && v.lines == 7 && v.span_ns == 1500000000 && v.seconds_ns == 250000000);
  ck_assert_ptr_null(parse_typed(&v, "t --rows all"));
  ck_assert(v.lines == G_MAXINT64 && v.packets == 4096);
  g_ptr_array_unref(v.list);
}
END_TEST

START_TEST(typed_refusals)
{
  static const char *const cases[][2] = {
    { "t --byte 256", "--byte 256: give 1 to 255" },
    { "t --byte 0", "--byte 0: give 1 to 255" },
    { "t --wide -1", "--wide -1: give a number" },
    { "t --packets 1", "--packets 1: give 2 to 4k" },
    { "t --packets 5k", "--packets 5k: give 2 to 4k" },
    { "t --rows 101", "--rows 101: give a number or all" },
    { "t --span 0", "--span 0: give a span" },
    { "t --seconds 61", "--seconds 61: give seconds" },
    { "t --seconds nan", "--seconds nan: give seconds" },
    { "t --choice re", "paint -c re: give red or blue" },
    { "t --store f", "--store: now it is --keep" },
    { "t --store", "--store: now it is --keep" },
    { "t --store=f", "--store: now it is --keep" },
    { "t -y", "--store: now it is --keep" },
    { "t -z", "-z: now it is -x" },
    { "t -q 1", "--later: waits for rain" },
    { "t --later=1", "--later: waits for rain" },
  };
  guint i;

  if (words_kept == NULL)
    words_kept = g_ptr_array_new();
  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    typed v = { .byte = 0 };
    char *message = parse_typed(&v, cases[i][0]);

    ck_assert_str_eq(message, cases[i][1]);
    ck_assert(v.byte == 0 && v.packets == 0 && v.lines == 0 && v.choice == 0 && v.text == NULL);
    g_free(message);
  }
}
END_TEST

/* No letter and no name twice, or getopt would quietly take the first. */
START_TEST(option_table)
{
  const cli_option *a, *b;
  guint i, j;

  for (i = 0; (a = cli_option_get(i)) != NULL; i++)
    for (j = i + 1; (b = cli_option_get(j)) != NULL; j++) {
      ck_assert(g_strcmp0(a->name, b->name) != 0 || a->name == NULL);
      ck_assert_msg(a->letter == 0 || a->letter != b->letter, "%s and %s", a->name, b->name);
    }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("cli");
  TCase *line = tcase_create("line"), *shown = tcase_create("shown");

  tcase_add_test(line, commands_and_captures);
  tcase_add_test(line, wrong_lines);
  tcase_add_test(line, formats_and_reasons);
  tcase_add_test(line, sizes);
  tcase_add_test(line, kernels);
  tcase_add_test(line, wrong_kernels);
  tcase_add_test(line, sysctl_files);
  tcase_add_test(line, sysctl_files_in_part);
  tcase_add_test(line, sysctl_files_and_arguments);
  tcase_add_test(line, typed_values);
  tcase_add_test(line, typed_refusals);
  tcase_add_test(line, option_table);
  tcase_add_test(shown, filters);
  tcase_add_test(shown, filters_of_packets);
  tcase_add_test(shown, filters_of_icmp);
  tcase_add_test(shown, exit_codes);
  suite_add_tcase(suite, line);
  suite_add_tcase(suite, shown);
  return unit_run(suite);
}
