/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as what was gathered on a box: as a tar, packed or not; as the text of a file of each kind; and as what the
 * fenced process answers. Properties: twice the same; what is refused has a reason; what is taken has the form in which
 * options take it; and what is kept comes back the same.
 */
#include <string.h>

#include "box/internal.h"
#include "fuzz.h"

enum { BLOCK = 512 };

/* One for each kind, and another for those that come in two forms. */
static const char *const names[] = {
  "uname",     "sysctl",        "meminfo",   "sys/module/nf_conntrack/parameters/hashsize",
  "modules",   "ipset-save",    "date",      "conntrack-L",
  "ip-addr",   "ip-link",       "ip-rule",   "ip-rule6",
  "ip-route6", "iptables-save", "ip-route6", "ip-route",
  "nft.json"
};

/* ---- what is taken ---- */

static void check_list(const GPtrArray *list, char mark)
{
  for (guint i = 0; i < list->len; i++) {
    const char *text = g_ptr_array_index(list, i);

    g_assert_nonnull(text);
    g_assert_nonnull(strchr(text, mark));
    g_assert_null(strchr(text, '\n'));
  }
}

static void check_rules(const box *b)
{
  GPtrArray *rules = box_rules(b);

  for (guint i = 0; i < rules->len; i++) {
    const box_file *f = g_ptr_array_index(rules, i);
    GString *text = box_rules_text(b, f);

    g_assert_cmpuint(text->len, <=, 2 * f->text->len);
    g_assert_true(f->kind == BOX_NFT || text->len == f->text->len);
    g_string_free(text, TRUE);
  }
  g_ptr_array_unref(rules);
}

static void check_box(const box *b)
{
  for (guint i = 0; i < b->files->len; i++) {
    const box_file *f = g_ptr_array_index(b->files, i);

    g_assert_cmpuint(f->kind, <, BOX_KINDS);
    g_assert_true(f->name != NULL && f->says != NULL && strstr(f->says, "(null)") == NULL);
  }
  check_rules(b);
  check_list(b->locals, '@');
  check_list(b->routes, '=');
  check_list(b->modules, '=');
  g_assert_cmpint(b->date_ns, >=, 0);
  g_assert_cmpint(b->listed_ns, >=, 0);
}

static GByteArray *kept(box *b)
{
  GByteArray *bytes = g_byte_array_new();
  resume_io io = { .out = bytes };

  box_keep(b, &io);
  return bytes;
}

/* What comes back is written as the same bytes. */
static void check_kept(box *b)
{
  GByteArray *one = kept(b), *two;
  resume_io io = { .at = one->data, .end = one->data + one->len };
  box *back = box_of_archive("fuzz", g_string_new(NULL));

  box_keep(back, &io);
  g_assert_false(io.failed);
  g_assert_true(io.at == io.end);
  check_box(back);
  two = kept(back);
  g_assert_cmpuint(one->len, ==, two->len);
  if (g_hash_table_size(b->interfaces) < 2) /* which have no order */
    g_assert_cmpint(memcmp(one->data, two->data, one->len), ==, 0);
  g_byte_array_unref(one);
  g_byte_array_unref(two);
  box_free(back);
}

/* bytes are taken. => whether it was understood. */
static gboolean understand(GString *bytes)
{
  GError *error = NULL;
  box *b = box_of_archive("fuzz", bytes);
  gboolean fine = box_understand(b, &error);

  g_assert_true(fine == (error == NULL));
  if (fine) {
    check_box(b);
    check_kept(b);
  } else {
    g_assert_true(g_str_has_prefix(error->message, "fuzz: ") && strstr(error->message, "(null)") == NULL);
  }
  g_clear_error(&error);
  box_free(b);
  return fine;
}

/* ---- the three ---- */

static void put_member(GString *tar, const char *name, const void *data, gsize n)
{
  static const char zeros[BLOCK];
  char head[BLOCK] = "";

  g_strlcpy(head, name, 100);
  g_snprintf(head + 124, 12, "%011" G_GINT64_MODIFIER "o", (guint64)n);
  head[156] = '0';
  memcpy(head + 257, "ustar", 6);
  memcpy(head + 263, "00", 2);
  g_string_append_len(tar, head, BLOCK);
  g_string_append_len(tar, data, (gssize)n);
  if (n % BLOCK != 0)
    g_string_append_len(tar, zeros, (gssize)(BLOCK - n % BLOCK));
}

static void as_files(const uint8_t *data, size_t size)
{
  GString *tar = g_string_new(NULL);

  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    put_member(tar, names[i], data, size);
  g_assert_true(understand(tar));
}

static void as_answer(const uint8_t *data, size_t size)
{
  resume_io io = { .at = data, .end = data + size };
  box *b = box_of_archive("fuzz", g_string_new(NULL));

  box_keep(b, &io);
  for (guint i = 0; i < b->files->len; i++)
    g_assert_nonnull(((const box_file *)g_ptr_array_index(b->files, i))->says);
  box_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const gboolean once = understand(g_string_new_len((const char *)data, (gssize)size));

  g_assert_true(understand(g_string_new_len((const char *)data, (gssize)size)) == once);
  as_files(data, size);
  as_answer(data, size);
  return 0;
}

void fuzz_seeds(fuzz_add_fn add)
{
  static const char *const seeds[] = {
    "Linux box 6.1.0-18-amd64 #1 SMP x86_64 GNU/Linux\n",
    "net.netfilter.nf_conntrack_max = 4096\nnet.ipv4.ipfrag_time = 30\nkernel.x = 1\n",
    "MemTotal:        8123456 kB\n",
    "nf_conntrack.hashsize=8192\nnf_conntrack_ftp.ports=21,2121\nnf_conntrack.acct=1\n",
    "1767607200.123456789 +0100 CET\n1767607201.5 +0100 CET\n",
    "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i eth0 -j ACCEPT\nCOMMIT\n",
    "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}, {\"table\": {\"family\": \"ip\", \"name\": \"nat\"}}, "
    "{\"chain\": {\"family\": \"inet\", \"table\": \"f\\\"}\"}}]}\n",
    "2: eth0@if5: <BROADCAST> mtu 1500\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 192.0.2.1/24 "
    "brd 192.0.2.255 scope global eth0\n    inet6 2001:db8::1/64 scope global\n",
    "[{\"ifindex\":2,\"ifname\":\"eth0\",\"addr_info\":[{\"family\":\"inet\",\"local\":\"192.0.2.1\",\"prefixlen\":24}]"
    "}"
    "]\n",
    "default via 192.0.2.254 dev eth0 proto static\n192.0.2.0/24 dev eth0 proto kernel scope link\nlocal 192.0.2.1 dev "
    "eth0 table local\n10.0.0.0/8 dev eth1 table 100\nunreachable 10.9.0.0/16\n",
    "[{\"type\":\"unicast\",\"dst\":\"default\",\"gateway\":\"192.0.2.254\",\"dev\":\"eth0\",\"flags\":[]},{\"dst\":"
    "\"2001:db8::/64\",\"dev\":\"eth1\",\"table\":\"main\"}]\n",
    "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n100:\tfrom 10.0.0.0/8 lookup 7\n",
    "[{\"priority\":0,\"src\":\"all\",\"table\":\"local\"},{\"priority\":9,\"src\":\"all\",\"table\":\"7\"}]\n",
  };
  static const guint8 gzip[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 }, xz[] = { 0xfd, '7', 'z', 'X', 'Z', 0 },
                      zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
  GString *tar = g_string_new(NULL);
  box *b;

  for (guint i = 0; i < G_N_ELEMENTS(seeds); i++)
    add(seeds[i], strlen(seeds[i]));
  for (guint i = 0; i < 5; i++)
    put_member(tar, i == 0 ? "long/uname" : names[i], seeds[i], strlen(seeds[i]));
  put_member(tar, "../../ip-addr", seeds[7], strlen(seeds[7]));
  add(tar->str, tar->len);
  tar->str[156] = 'L';
  add(tar->str, tar->len);
  tar->str[156] = 'x';
  memcpy(tar->str + BLOCK, "20 path=a/long/name\n", 20);
  add(tar->str, tar->len);
  add(gzip, sizeof gzip);
  add(xz, sizeof xz);
  add(zstd, sizeof zstd);
  b = box_of_archive("fuzz", tar);
  if (box_understand(b, NULL)) {
    GByteArray *bytes = kept(b);

    add(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
  }
  box_free(b);
}
