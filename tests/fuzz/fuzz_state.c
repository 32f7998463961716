/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as an engine's state. They are read as they are, and again with version, dictionary, length and sums put
 * right, so that what lies behind these is reached. Properties: no crash; what is refused has a reason; what is read
 * has parts that agree (engine_check), is written as the same bytes, and can be gone on with: packets of its own
 * connections and of others, time, the end of all, after which nothing is left.
 */
#include <config.h>

#include <string.h>

#include "conntrack/helper/settings.h"
#include "conntrack/read/checksum.h"
#include "engine_check.h"
#include "fuzz.h"
#include "state_kit.h"

enum {
  AT_VERSION = 8,
  AT_HEAD_BYTES = 12,
  AT_DICTIONARY = 16,
  HEAD_LEAST = 76,
  TAIL_BYTES = 16,
  BUCKETS_MOST = 1 << 14,
  TUPLES_MOST = 40,
  PACKET_BYTES = 120
};

/* ---- putting right ---- */

static void put(guint8 *at, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    at[i] = (guint8)(value >> 8 * i);
}

static guint32 get32(const guint8 *at)
{
  return at[0] | (guint32)at[1] << 8 | (guint32)at[2] << 16 | (guint32)at[3] << 24;
}

/* Magic, version and dictionary as this program writes them, from an engine of its own. */
static void put_begins(guint8 *state)
{
  static guint8 begins[24];

  if (begins[0] == 0) {
    ct_engine *engine;
    GByteArray *bytes;
    ct_params params;

    ct_params_init(&params, ct_profile_get(0));
    engine = ct_engine_new(&params);
    bytes = sk_write(engine);
    memcpy(begins, bytes->data, sizeof(begins));
    g_byte_array_free(bytes, TRUE);
    ct_engine_free(engine);
  }
  memcpy(state, begins, AT_HEAD_BYTES);
  memcpy(state + AT_DICTIONARY, begins + AT_DICTIONARY, sizeof(begins) - AT_DICTIONARY);
}

static gboolean put_right(guint8 *state, gsize n)
{
  guint32 head;

  if (n < HEAD_LEAST + TAIL_BYTES)
    return FALSE;
  put_begins(state);
  head = get32(state + AT_HEAD_BYTES);
  if (head < HEAD_LEAST || head > n - TAIL_BYTES)
    return FALSE;
  put(state + head - 4, ct_crc32c(0, state, head - 4), 4);
  put(state + n - 16, n, 8);
  put(state + n - 8, ct_crc32c(0, state, n - 8), 4);
  memcpy(state + n - 4, "end.", 4);
  return TRUE;
}

/* ---- going on ---- */

typedef struct packets {
  ct_tuple tuples[2 * TUPLES_MOST];
  guint n;
  guint64 random, number;
} packets;

static void take_tuples(const ct_view *view, void *user)
{
  packets *p = user;

  if (p->n < 2 * TUPLES_MOST) {
    p->tuples[p->n++] = view->tuple[0];
    p->tuples[p->n++] = view->tuple[1];
  }
}

static void take_expected(const ct_expect_view *view, void *user)
{
  packets *p = user;

  if (p->n < 2 * TUPLES_MOST)
    p->tuples[p->n++] = view->tuple;
}

static guint64 draw(packets *p, guint n)
{
  p->random = p->random * G_GUINT64_CONSTANT(6364136223846793005) + 1442695040888963407;
  return (p->random >> 33) % n;
}

static guint fill_ip(guint8 *ip, const ct_tuple *t)
{
  if (t->family == CT_IPV4) {
    ip[0] = 0x45;
    ip[3] = PACKET_BYTES;
    ip[8] = 64;
    ip[9] = t->proto;
    memcpy(ip + 12, t->src.bytes, 4);
    memcpy(ip + 16, t->dst.bytes, 4);
    return 20;
  }
  ip[0] = 0x60;
  ip[5] = PACKET_BYTES - 40;
  ip[6] = t->proto;
  ip[7] = 64;
  memcpy(ip + 8, t->src.bytes, 16);
  memcpy(ip + 24, t->dst.bytes, 16);
  return 40;
}

static void fill_l4(packets *p, guint8 *l4, const ct_tuple *t)
{
  static const guint8 flags[] = { 2, 0x12, 0x10, 0x18, 0x11, 4, 0x14 };
  static const char *const texts[] = { "227 Entering Passive Mode (10,0,0,21,195,80)\r\n", "PORT 10,0,0,2,4,5\r\n",
                                       "\0\0\0\7\0\0\0\1", "BYE sip:b SIP/2.0\r\nCSeq: 2 BYE\r\n\r\n" };

  for (guint i = 0; i < 60; i++)
    l4[i] = (guint8)draw(p, 256);
  l4[0] = (guint8)(t->src_id >> 8);
  l4[1] = (guint8)t->src_id;
  l4[2] = (guint8)(t->dst_id >> 8);
  l4[3] = (guint8)t->dst_id;
  if (t->proto == CT_PROTO_ICMP || t->proto == CT_PROTO_ICMPV6) {
    memcpy(l4 + 4, l4, 2);
    memcpy(l4, l4 + 2, 2);
  } else if (t->proto == CT_PROTO_TCP) {
    const char *text = texts[draw(p, G_N_ELEMENTS(texts))];

    l4[12] = 5 << 4;
    l4[13] = flags[draw(p, G_N_ELEMENTS(flags))];
    memcpy(l4 + 20, text, strlen(text) + 1);
  } else if (t->proto == CT_PROTO_GRE) {
    memcpy(l4, "\x30\x01\x88\x0b\0\x10", 6);
    put(l4 + 6, (guint64)(t->dst_id >> 8 | (t->dst_id & 0xff) << 8), 2);
  } else if (t->proto == CT_PROTO_SCTP) {
    l4[12] = (guint8)draw(p, 15);
    put(l4 + 14, 20 << 8, 2);
  }
}

static void feed(packets *p, ct_engine *engine)
{
  const ct_params *params = ct_engine_params(engine);
  gint64 now_ns = ct_engine_now(engine) == INT64_MIN ? G_GINT64_CONSTANT(1700000000000000000) : ct_engine_now(engine);

  for (guint i = 0; i < p->n; i++) {
    guint8 ip[PACKET_BYTES] = { 0 };
    const ct_tuple *t = &p->tuples[draw(p, p->n)];
    ct_packet packet = { .time_ns = now_ns + (gint64)(draw(p, 2) * i * 40000000),
                         .number = ++p->number,
                         .data = ip,
                         .length = PACKET_BYTES,
                         .captured = PACKET_BYTES };
    ct_result result;

    fill_l4(p, ip + fill_ip(ip, t), t);
    ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, params);
    if (packet.kind != CT_PACKET_NONE)
      ct_engine_packet(engine, &packet, &result);
  }
}

static void go_on(ct_engine *engine, guint64 seed)
{
  packets p = { .n = 0, .random = seed };
  ct_tuple other = { .family = CT_IPV4, .proto = CT_PROTO_UDP, .src_id = 5, .dst_id = 53 };
  gint64 now_ns = ct_engine_now(engine);

  if (now_ns > G_MAXINT64 / 2 - 86400 * G_GINT64_CONSTANT(1000000000) || now_ns < -(G_MAXINT64 / 2))
    now_ns = 0; /* such as no capture has */
  ct_engine_each(engine, take_tuples, &p);
  ct_engine_each_expect(engine, take_expected, &p);
  p.tuples[p.n < 2 * TUPLES_MOST ? p.n++ : 0] = other;
  feed(&p, engine);
  engine_check(engine);
  ct_engine_free(sk_copy(engine));
  ct_engine_advance(engine, ct_engine_now(engine) + 400 * G_GINT64_CONSTANT(1000000000));
  feed(&p, engine);
  engine_check(engine);
  ct_engine_flush(engine);
  engine_check(engine);
  engine_check_empty(engine);
}

static void check_state(const guint8 *state, gsize n, gboolean further)
{
  ct_state_error error;
  ct_state_info info;
  GByteArray *again;
  ct_engine *engine;

  if (!ct_state_look(state, n, &info, &error)) {
    g_assert_cmpstr(error.text, !=, "");
    return;
  }
  if (info.params.buckets > BUCKETS_MOST)
    return;
  engine = ct_state_read(state, n, &info.params, &error);
  if (engine == NULL) {
    g_assert_cmpstr(error.text, !=, "");
    g_assert_cmpuint(error.offset, <=, n);
    return;
  }
  engine_check(engine);
  again = sk_write(engine);
  g_assert_cmpmem(state, n, again->data, again->len);
  g_byte_array_free(again, TRUE);
  if (further)
    go_on(engine, n);
  ct_engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  guint8 *state = g_memdup2(data, MAX(size, 1));

  check_state(state, size, FALSE);
  if (put_right(state, size))
    check_state(state, size, TRUE);
  g_free(state);
  return 0;
}

/* ---- seeds: engines in the middle of the samples ---- */

static void add_state(fuzz_add_fn add, const ct_engine *engine)
{
  GByteArray *bytes = sk_write(engine);

  if (bytes->len < 16000)
    add(bytes->data, bytes->len);
  g_byte_array_free(bytes, TRUE);
}

static void add_sample(fuzz_add_fn add, const char *path, guint number)
{
  ct_params params;
  sk_packets *p;
  sk_side s;

  ct_params_init(&params, ct_profile_get(number % 5 < 2 ? 0 : number % 4));
  params.gc = number % 3 == 0 ? CT_GC_KERNEL : CT_GC_EXACT;
  params.hz = number % 7 == 0 ? 250 : 0;
  params.max = number % 5 == 0 ? 4 : 100;
  params.buckets = number % 2 == 0 ? 4 : 64;
  params.helpers_by_port = true;
  params.helpers.disabled = 0;
  ct_params_local_add(&params, "10.0.0.2/24");
  p = sk_packets_new(&params, 1000);
  if (sk_packets_load(p, path)) {
    sk_side_start(&s, ct_engine_new(&params), 1);
    for (guint i = 0; i < p->packets->len; i++) {
      sk_side_packet(&s, sk_packet(p, i));
      if (i == p->packets->len / 2 || i + 1 == p->packets->len)
        add_state(add, s.engine);
    }
    sk_side_free(&s);
  }
  sk_packets_free(p);
}

static gint by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void fuzz_seeds(fuzz_add_fn add)
{
  const char *srcdir = g_getenv("srcdir"), *name;
  g_autofree char *folder = g_build_filename(srcdir != NULL ? srcdir : ".", "samples", NULL);
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
    if (g_str_has_suffix(name, ".ct"))
      g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
  if (dir != NULL)
    g_dir_close(dir);
  g_ptr_array_sort(paths, by_name);
  for (guint i = 0; i < paths->len; i++)
    for (guint k = 0; k < 3; k++)
      add_sample(add, g_ptr_array_index(paths, i), i + k * 17);
}
