/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inputs that are packets, for fuzz targets of engines: how they are read, and the samples as such. */
#include <config.h>

#include <string.h>

#include "engine_seeds.h"
#include "scenario/scenario.h"

enum { SETTINGS = ENGINE_SEEDS_SETTINGS, HEAD = 4, SEED_BYTES_MOST = 1500 };

/* Mostly little, now and then more than any timeout (5 days), sometimes back. */
static gint64 step_ns(guint8 code, gint64 now_ns)
{
  /* clang-format off */
  static const gint64 units[] = { 1000, 1000000, 100000000, 1000000000, 30 * G_GINT64_CONSTANT(1000000000),
                                  3600 * G_GINT64_CONSTANT(1000000000), 86400 * G_GINT64_CONSTANT(1000000000),
                                  -G_GINT64_CONSTANT(1000000000) };
  /* clang-format on */

  /* The kernel's collector runs 1,440 times a day: so days pass only until the longest timeout has been. */
  if (units[code & 7] >= units[5] && now_ns > ENGINE_SEEDS_START_NS + 6 * units[6])
    return units[1] * (code >> 3);
  return units[code & 7] * (code >> 3);
}

gboolean engine_seeds_next(const uint8_t **data, size_t *size, gint64 *now_ns, guint number, pkt_decoder *decoder,
                           pkt_arena *arena, guint8 **bytes, ct_packet *packet)
{
  const uint8_t *at = *data;
  guint32 length, captured;

  if (*size <= HEAD)
    return FALSE;
  length = MIN((guint32)(at[2] << 8 | at[3]), (guint32)(*size - HEAD));
  captured = at[1] & 2 ? length / 2 : length;
  *bytes = g_memdup2(at + HEAD, MAX(captured, 1));
  *now_ns += step_ns(at[0], *now_ns);
  pkt_decode_ip(decoder, *now_ns, number, at[1] & 1 ? CT_IPV6 : CT_IPV4, *bytes, captured, length, arena, packet);
  *data += HEAD + length;
  *size -= HEAD + length;
  return TRUE;
}

/* ---- seeds: the samples' packets ---- */

static gboolean add_frame(const scn_frame *frame, gpointer user, GError **error)
{
  GByteArray *input = user;
  guint8 head[HEAD] = { 1 << 3 | 2, frame->family == CT_IPV6, (guint8)(frame->packet_bytes >> 8),
                        (guint8)frame->packet_bytes };

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
static void add_crowd(fuzz_add_fn add, guint gc, guint8 hash_seed, gboolean large)
{
  /* Tables of 100 and of 30. */
  const guint8 settings[SETTINGS] = { (guint8)(32 | gc), (large ? 5 : 4) | 3 << 3, hash_seed, 0 };
  GString *text = g_string_new(
    "flow g: gre 10.0.0.1 > 10.0.0.2 call 0,0\nflow p: tcp 10.0.0.1:4000 > 10.0.0.2:1723\n"
    "+0 g > gre1 seq 0 (8)\n+0 g < gre1 seq 0 (8)\n+0 g > gre1 seq 1 (8)\n"
    "+0 p > S 0:0(0) win 64240\n+0 p < S. 0:0(0) ack 1 win 64240\n+0 p > . ack 1\n+0 p > F. 1:1(0) ack 1\n");

  for (guint i = 0; i < (large ? 99 : 29); i++)
    g_string_append_printf(
      text,
      "flow t%u: tcp 10.0.0.1:%u > 10.0.0.2:80\n+0 t%u > . ack 1 win 500\n+0 t%u < . ack 1 win 500\n"
      "+0 t%u > . ack 1 win 500\n",
      i, 5000 + i, i, i, i);
  add_set(add, text->str, (gssize)text->len, settings);
  g_string_free(text, TRUE);
}

static gint by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

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
    add_crowd(add, hash_seed & 4, hash_seed, hash_seed % 4 == 3);
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
