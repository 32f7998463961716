/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --as sent, held against recordings of a kernel: what the program writes of a capture under its rules are the packets
 * that left that box, in their order and byte for byte (the recording's CRC, which leaves out the hop limit and the
 * header's checksum; both are checked by themselves), and its answers go to whom the box's went. One TAP result for
 * each recording. The truth is found through CTREPLAY_TRUTH, else in ../shared beside the source tree.
 */
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "capture/capture.h"
#include "conntrack/read/packet.h"

/* Those in which the kernel drew nothing at random, and nothing was done to frames on their way in. */
static const char *const names[] = {
  "connmark",
  "ctstate-nat",
  "dnat",
  "ext-dnat-drop",
  "ftp-active-snat",
  "ftp-passive-dnat",
  "fw-stateful",
  "hairpin",
  "helper-ftp",
  "icmp-error-dnat",
  "icmp-error-snat",
  "invalid-untranslated",
  "irc-snat",
  "local-service",
  "masquerade",
  "netmap",
  "nft-stateful-json",
  "notrack-both",
  "notrack-one",
  "port-reuse-timewait",
  "pptp-snat",
  "redirect",
  "reject-nat",
  "sip-snat",
};

/* What left of one line of the recording. */
typedef struct expected {
  guint64 number;
  gboolean answer;
  guint32 crc;
  char *src, *dst;
} expected;

static void expected_clear(gpointer data)
{
  expected *e = data;

  g_free(e->src);
  g_free(e->dst);
}

static void expect_list(GArray *all, JsonObject *line, const char *member, gboolean answer)
{
  JsonArray *list = json_object_has_member(line, member) ? json_object_get_array_member(line, member) : NULL;
  guint i;

  for (i = 0; list != NULL && i < json_array_get_length(list); i++) {
    JsonObject *frame = json_array_get_object_element(list, i);
    const char *crc = answer ? NULL : json_object_get_string_member(frame, "crc");
    expected e = { .number = (guint64)json_object_get_int_member(line, "n"),
                   .answer = answer,
                   .crc = crc != NULL ? (guint32)g_ascii_strtoull(crc, NULL, 16) : 0,
                   .src = g_strdup(json_object_get_string_member(frame, "src")),
                   .dst = g_strdup(json_object_get_string_member(frame, "dst")) };

    g_array_append_val(all, e);
  }
}

static GArray *read_truth(const char *path)
{
  GArray *all = g_array_new(FALSE, FALSE, sizeof(expected));
  g_autoptr(JsonParser) parser = json_parser_new();
  g_autofree char *line = g_malloc(1 << 22);
  gzFile file = gzopen(path, "rb");

  g_array_set_clear_func(all, expected_clear);
  while (file != NULL && gzgets(file, line, 1 << 22) != NULL) {
    JsonObject *object;

    g_assert_true(json_parser_load_from_data(parser, line, -1, NULL));
    object = json_node_get_object(json_parser_get_root(parser));
    if (!json_object_has_member(object, "n"))
      continue;
    expect_list(all, object, "out", FALSE);
    expect_list(all, object, "self", TRUE);
  }
  if (file != NULL)
    gzclose(file);
  return all;
}

/* ---- what was written ---- */

static guint32 crc_of(const guint8 *packet, guint32 n)
{
  g_autofree guint8 *copy = g_memdup2(packet, n);

  if (copy[0] >> 4 == 4) {
    copy[8] = copy[10] = copy[11] = 0;
  } else {
    copy[7] = 0;
    if (copy[6] == 44)
      memset(copy + 44, 0, 4);
  }
  return (guint32)crc32(0, copy, n);
}

static gboolean header_sum_is_right(const guint8 *b)
{
  guint32 sum = 0, i;

  for (i = 0; i < (b[0] & 15U) * 4; i += 2)
    sum += ct_be16(b + i);
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return sum == 0xffff;
}

static gboolean addresses_are(const guint8 *b, const expected *e)
{
  gboolean six = b[0] >> 4 == 6;
  char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

  inet_ntop(six ? AF_INET6 : AF_INET, b + (six ? 8 : 12), src, sizeof src);
  inet_ntop(six ? AF_INET6 : AF_INET, b + (six ? 24 : 16), dst, sizeof dst);
  return strcmp(src, e->src) == 0 && strcmp(dst, e->dst) == 0;
}

/* => NULL where it is the packet that left. */
static const char *what_is_wrong(const cap_frame *frame, const expected *e)
{
  enum { ETHERNET = 14 };
  const guint8 *ip = frame->data + ETHERNET;

  if (frame->link != 1 || frame->captured < ETHERNET + 20 || frame->captured != frame->wire)
    return "no whole Ethernet frame";
  if (frame->direction != CAP_DIR_OUT)
    return "not called outgoing";
  if (ip[0] >> 4 == 4 && !header_sum_is_right(ip))
    return "the header's checksum is wrong";
  if (!addresses_are(ip, e))
    return "it has other addresses";
  if (!e->answer && crc_of(ip, frame->captured - ETHERNET) != e->crc)
    return "it has other bytes";
  return NULL;
}

static gboolean compare(const char *path, const GArray *all, GString *said)
{
  cap_reader *reader = cap_reader_open(path, NULL);
  cap_batch *batch = cap_batch_new();
  guint at = 0, i;

  while (reader != NULL && said->len == 0 && cap_reader_next(reader, batch, NULL))
    for (i = 0; i < batch->n && said->len == 0; i++, at++) {
      const expected *e = at < all->len ? &g_array_index(all, expected, at) : NULL;
      const char *wrong = e != NULL ? what_is_wrong(&batch->frames[i], e) : "more packets than left";

      if (wrong != NULL)
        g_string_printf(said, "written packet %u, of arrived %" G_GUINT64_FORMAT ": %s", at + 1,
                        e != NULL ? e->number : 0, wrong);
    }
  if (said->len == 0 && at != all->len)
    g_string_printf(said, "%u packets written, %u left", at, all->len);
  cap_batch_free(batch);
  cap_reader_free(reader);
  return said->len == 0;
}

/* ---- one recording ---- */

static void add(GPtrArray *argv, const char *word) { g_ptr_array_add(argv, g_strdup(word)); }

static void add_rules(GPtrArray *argv, const char *folder, const char *name)
{
  static const char *const ends[] = { ".rules", ".rules6", ".nft.json" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(ends); i++) {
    g_autofree char *path = g_strconcat(folder, "/", name, ends[i], NULL);

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
      continue;
    add(argv, "--rules");
    add(argv, path);
  }
}

static gboolean play(const char *folder, const char *name, const char *written)
{
  static const char *const box[] = {
    "-P",       "--as",
    "sent",     "--backend",
    "nft",      "--no-helpers",
    "--sysctl", "nf_conntrack_checksum=0",
    "--local",  "192.168.1.1@lan0",
    "--local",  "203.0.113.1@wan0",
    "--local",  "fd00:1::1@lan0",
    "--local",  "2001:db8:ffff::1@wan0",
    "--route",  "192.168.1.0/24=lan0",
    "--route",  "fd00:1::/64=lan0",
    "--route",  "0.0.0.0/0=wan0",
    "--route",  "::/0=wan0",
    "-W",
  };
  const char *program = g_getenv("CTREPLAY");
  g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *errors = NULL;
  int status = -1;
  guint i;

  add(argv, program != NULL ? program : "./ctreplay");
  for (i = 0; i < G_N_ELEMENTS(box); i++)
    add(argv, box[i]);
  add(argv, written);
  add_rules(argv, folder, name);
  g_ptr_array_add(argv, g_strconcat(folder, "/", name, ".pcap", NULL));
  g_ptr_array_add(argv, NULL);
  if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &errors, &status,
                    NULL) ||
      status != 0)
    printf("# %s: %s\n", name, errors);
  return status == 0;
}

static void check(const char *folder, const char *name, guint number)
{
  g_autofree char *truth = g_strconcat(folder, "/", name, ".jsonl.gz", NULL);
  g_autofree char *written = g_strdup_printf("%s/ctreplay-sent-%u-%d.pcapng", g_get_tmp_dir(), number, (int)getpid());
  g_autoptr(GArray) all = read_truth(truth);
  GString *said = g_string_new(NULL);
  gboolean fine = play(folder, name, written) && all->len > 0 && compare(written, all, said);

  printf("%sok %u - %s: %u packets left\n", fine ? "" : "not ", number, name, all->len);
  if (said->len > 0)
    printf("# %s\n", said->str);
  g_string_free(said, TRUE);
  g_unlink(written);
}

int main(void)
{
  const char *set = g_getenv("CTREPLAY_TRUTH");
  g_autofree char *folder = g_build_filename(set != NULL && *set != '\0' ? set : TRUTH_DEFAULT, "rules", NULL);
  guint i, number = 0;

  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *capture = g_strconcat(folder, "/", names[i], ".pcap", NULL);

    if (g_file_test(capture, G_FILE_TEST_EXISTS))
      check(folder, names[i], ++number);
  }
  if (number == 0)
    printf("ok %u - as sent # SKIP no recordings in %s (CTREPLAY_TRUTH)\n", ++number, folder);
  printf("1..%u\n", number);
  return 0;
}
