/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as packets through an engine, whose parts are checked against each other after every one (engine_check).
 * Input: 4 bytes of settings, then packets, each 4 bytes of head (time since the last one, family and cut, 2 of length)
 * and its IP bytes. Properties, beside the engine's own: a result belongs to its entry, one DESTROY follows each NEW,
 * messages are numbered without gaps, and a second engine that is told in advance what comes (prefetch) does the same.
 */
#include <config.h>

#include <string.h>

#include "engine_check.h"
#include "fuzz.h"
#include "packet/packet.h"
#include "scenario/scenario.h"

enum { SETTINGS = 4, HEAD = 4, PACKETS_MOST = 400, SEED_BYTES_MOST = 16000 };

typedef struct side {
  ct_engine *engine;
  GHashTable *live; /* ids between NEW and DESTROY */
  guint64 sequence, digest;
} side;

static void digest(side *s, guint64 value)
{
  s->digest = (s->digest ^ value) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
  s->digest ^= s->digest >> 29;
}

static void on_event(const ct_event *event, void *user)
{
  side *s = user;

  g_assert_cmpuint(event->sequence, ==, ++s->sequence);
  digest(s, (guint64)event->time_ns);
  digest(s, event->type | (guint64)event->bits << 8 | (guint64)event->reason << 24);
  if (event->type == CT_EVENT_NEW) {
    gint64 id = (gint64)event->view->id;

    g_assert_true(g_hash_table_add(s->live, g_memdup2(&id, sizeof(id))));
  } else if (event->type == CT_EVENT_DESTROY) {
    gint64 id = (gint64)event->view->id;

    g_assert_true(g_hash_table_remove(s->live, &id));
  } else if (event->type == CT_EVENT_UPDATE) {
    gint64 id = (gint64)event->view->id;

    g_assert_true(g_hash_table_contains(s->live, &id));
  }
}

static void set_up(ct_params *params, const uint8_t *settings)
{
  static const char *const profiles[] = { "linux-6.18", "linux-6.1", "linux-2.6", "linux-2.4" };
  static const guint maxima[] = { 1, 2, 4, 9, 30, 100, 4096, 0 }, sizes[] = { 1, 2, 4, 8, 16, 64, 256, 1024 };

  ct_params_init(params, ct_profile_find(profiles[settings[0] & 3]));
  params->gc = settings[0] & 4 ? CT_GC_KERNEL : CT_GC_EXACT;
  params->hz = settings[0] & 8 ? 250 : 0;
  params->tcp_be_liberal = settings[0] >> 4 & 1;
  params->tcp_loose = settings[0] >> 5 & 1;
  params->helpers_by_port = (settings[0] & 64) == 0;
  params->max = maxima[settings[1] & 7];
  params->buckets = sizes[settings[1] >> 3 & 7];
  params->expect_max = settings[1] & 64 ? 3 : 50;
  params->hash_seed = settings[2];
  params->ipfrag_high_thresh = params->frag6_high_thresh = 40000;
  ct_params_local_add(params, "10.0.0.2/24");
}

static void side_start(side *s, const ct_params *params)
{
  memset(s, 0, sizeof(*s));
  s->engine = ct_engine_new(params);
  s->live = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  ct_engine_watch(s->engine, G_MAXUINT32, on_event, s);
}

static void side_end(side *s)
{
  ct_engine_free(s->engine);
  g_hash_table_unref(s->live);
}

static void check_result(const side *s, const ct_packet *p, const ct_result *r)
{
  ct_view view;

  g_assert_cmpuint(r->cls, <, CT_CLASS_COUNT);
  g_assert_cmpuint(r->reason, <, CT_REASON_COUNT);
  g_assert_cmpuint(r->dir, <=, CT_REPLY);
  g_assert_true(r->cls != CT_CLASS_INVALID || r->reason != CT_REASON_NONE);
  g_assert_true(r->verdict != CT_VERDICT_DROP || r->reason != CT_REASON_NONE);
  g_assert_true(p->kind == CT_PACKET_TRACK || r->changes == 0);
  if (r->entry == NULL)
    return;
  ct_entry_view(s->engine, r->entry, &view);
  g_assert_cmpuint(view.id, ==, r->conn);
  g_assert_cmpuint(view.state, ==, r->new_state);
}

static guint64 ended(const ct_engine *engine)
{
  guint64 sum = 0;

  for (guint i = 0; i < CT_REASON_COUNT; i++)
    sum += ct_engine_stats(engine)->ended[i];
  return sum;
}

static void side_packet(side *s, const ct_packet *p)
{
  ct_result r;

  ct_engine_packet(s->engine, p, &r);
  check_result(s, p, &r);
  engine_check(s->engine);
  g_assert_cmpuint(g_hash_table_size(s->live), ==, ct_engine_stats(s->engine)->created - ended(s->engine));
  digest(s, r.cls | (guint64)r.dir << 8 | (guint64)r.verdict << 16 | (guint64)r.old_state << 24 |
                (guint64)r.new_state << 32 | (guint64)r.reason << 40);
  digest(s, r.conn);
  digest(s, r.events | (guint64)r.changes << 16);
}

/* Mostly little, sometimes more than any timeout, sometimes back. */
static gint64 step_ns(guint8 code)
{
  static const gint64 units[] = { 1000, 1000000, 100000000, 1000000000, 30 * G_GINT64_CONSTANT(1000000000),
                                  3600 * G_GINT64_CONSTANT(1000000000), 86400 * G_GINT64_CONSTANT(1000000000),
                                  -G_GINT64_CONSTANT(1000000000) };

  return units[code & 7] * (code >> 3);
}

/* Nothing may stay behind: no entry, nor what belonged to one. */
static void side_flush(side *s)
{
  ct_engine_flush(s->engine);
  engine_check(s->engine);
  g_assert_cmpuint(ct_engine_count(s->engine), ==, 0);
  g_assert_cmpuint(g_hash_table_size(s->live), ==, 0);
  engine_check_empty(s->engine);
}

static void run_packets(const uint8_t *data, size_t size, const ct_params *params)
{
  pkt_decoder *decoder = pkt_decoder_new(params, CT_CHECKSUMS_IGNORE);
  pkt_arena *arena = pkt_arena_new();
  side a, b;
  gint64 now_ns = G_GINT64_CONSTANT(1700000000000000000);
  guint n = 0;

  side_start(&a, params);
  side_start(&b, params);
  while (size > HEAD && n++ < PACKETS_MOST) {
    guint32 length = MIN((guint32)(data[2] << 8 | data[3]), (guint32)(size - HEAD));
    guint32 captured = data[1] & 2 ? length / 2 : length;
    g_autofree guint8 *exact = g_memdup2(data + HEAD, MAX(captured, 1));
    ct_packet p;

    now_ns += step_ns(data[0]);
    pkt_decode_ip(decoder, now_ns, n, data[1] & 1 ? CT_IPV6 : CT_IPV4, exact, captured, length, arena, &p);
    if (p.kind != CT_PACKET_NONE) {
      side_packet(&a, &p);
      ct_engine_prefetch(b.engine, &p, 1);
      side_packet(&b, &p);
      g_assert_cmpuint(a.digest, ==, b.digest);
    }
    pkt_arena_reset(arena);
    data += HEAD + length;
    size -= HEAD + length;
  }
  ct_engine_advance(a.engine, now_ns + 30 * 86400 * G_GINT64_CONSTANT(1000000000));
  engine_check(a.engine);
  side_flush(&a);
  side_flush(&b);
  side_end(&a);
  side_end(&b);
  pkt_arena_free(arena);
  pkt_decoder_free(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  ct_params params;

  if (size < SETTINGS)
    return 0;
  set_up(&params, data);
  run_packets(data + SETTINGS, size - SETTINGS, &params);
  return 0;
}

/* ---- seeds: the samples' packets ---- */

static gboolean add_frame(const scn_frame *frame, gpointer user, GError **error)
{
  GByteArray *input = user;
  guint8 head[HEAD] = { 1 << 3 | 2, frame->family == CT_IPV6, (guint8)(frame->packet_bytes >> 8), (guint8)frame->packet_bytes };

  (void)error;
  if (frame->frame.wire == 0 || frame->packet == NULL || frame->packet_bytes > 2000 || input->len > SEED_BYTES_MOST)
    return TRUE;
  g_byte_array_append(input, head, sizeof(head));
  g_byte_array_append(input, frame->packet, frame->packet_bytes);
  return TRUE;
}

static void add_set(fuzz_add_fn add, const char *text, gssize n, const guint8 settings[SETTINGS])
{
  scn_scenario *scenario = scn_scenario_parse(text, n, "seed", NULL);
  GByteArray *input = g_byte_array_new();

  if (scenario != NULL) {
    g_byte_array_append(input, settings, SETTINGS);
    if (scn_scenario_compile(scenario, add_frame, input, NULL) && input->len > SETTINGS)
      add(input->data, input->len);
  }
  g_byte_array_free(input, TRUE);
  scn_scenario_free(scenario);
}

/* What a helper does, under each gc, with room for all of it. */
static void add_scenario(fuzz_add_fn add, const char *text, gssize n, guint number)
{
  guint8 settings[SETTINGS] = { (guint8)(number * 37), (guint8)(number * 11 + 4), 0, 0 };

  add_set(add, text, n, settings);
  settings[1] = 5 | 3 << 3;
  for (guint gc = 0; gc <= 4 && strstr(text, "helper pptp"); gc += 4) {
    settings[0] = (guint8)(32 | gc);
    add_set(add, text, n, settings);
  }
}

/* A table filled by what may not go, but for a PPTP control connection that is ending, which takes a tunnel along. */
static void add_crowd(fuzz_add_fn add, guint gc, guint8 hash_seed)
{
  const guint8 settings[SETTINGS] = { (guint8)(32 | gc), 5 | 3 << 3, hash_seed, 0 };
  GString *text = g_string_new("flow g: gre 10.0.0.1 > 10.0.0.2 call 0,0\nflow p: tcp 10.0.0.1:4000 > 10.0.0.2:1723\n"
                               "+0 g > gre1 seq 0 (8)\n+0 g < gre1 seq 0 (8)\n+0 g > gre1 seq 1 (8)\n"
                               "+0 p > S 0:0(0) win 64240\n+0 p < S. 0:0(0) ack 1 win 64240\n+0 p > . ack 1\n+0 p > F. 1:1(0) ack 1\n");

  for (guint i = 0; i < 99; i++)
    g_string_append_printf(text, "flow t%u: tcp 10.0.0.1:%u > 10.0.0.2:80\n+0 t%u > . ack 1 win 500\n+0 t%u < . ack 1 win 500\n"
                           "+0 t%u > . ack 1 win 500\n", i, 5000 + i, i, i, i);
  add_set(add, text->str, (gssize)text->len, settings);
  g_string_free(text, TRUE);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

void fuzz_seeds(fuzz_add_fn add)
{
  static const char text[] =
      "flow t: tcp 10.0.0.1:1 > 10.0.0.2:21 isn 1,2\n+0 t > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>\n"
      "+0 t < S. 0:0(0) ack 1 win 64240 <mss 1460,sackOK,wscale 7>\n+0 t > . 1:1(0) ack 1 win 500\n"
      "+1 t > F. 1:1(0) ack 1 win 500\n+0 t < R. 1:1(0) ack 2 win 0\n"
      "flow u: udp 10.0.0.1:1 > 10.0.0.3:53\n+0 u > (5)\n+0 u < (9)\n";
  const char *srcdir = g_getenv("srcdir"), *name;
  char *folder = g_build_filename(srcdir ? srcdir : ".", "samples", NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);

  add_scenario(add, text, -1, 0);
  for (guint8 hash_seed = 0; hash_seed < 8; hash_seed++)
    add_crowd(add, hash_seed & 4, hash_seed);
  while (dir && (name = g_dir_read_name(dir)) != NULL)
    if (g_str_has_suffix(name, ".ct"))
      g_ptr_array_add(names, g_build_filename(folder, name, NULL));
  g_ptr_array_sort(names, by_name);
  for (guint i = 0; i < names->len; i++) {
    char *content;
    gsize n;

    if (g_file_get_contents(g_ptr_array_index(names, i), &content, &n, NULL)) {
      add_scenario(add, content, (gssize)n, i + 1);
      g_free(content);
    }
  }
  if (dir)
    g_dir_close(dir);
  g_ptr_array_unref(names);
  g_free(folder);
}
