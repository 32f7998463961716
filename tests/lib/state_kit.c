/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state_kit.h"

#include <string.h>

#include "engine_check.h"
#include "scenario/scenario.h"

sk_packets *sk_packets_new(const ct_params *params, guint most)
{
  sk_packets *p = g_new0(sk_packets, 1);

  p->packets = g_array_new(FALSE, FALSE, sizeof(ct_packet));
  p->arena = pkt_arena_new();
  p->decoder = pkt_decoder_new(params, CT_CHECKSUMS_IGNORE);
  p->bytes = g_ptr_array_new_with_free_func(g_free);
  p->most = most;
  return p;
}

void sk_packets_free(sk_packets *p)
{
  g_array_free(p->packets, TRUE);
  g_ptr_array_unref(p->bytes);
  pkt_arena_free(p->arena);
  pkt_decoder_free(p->decoder);
  g_free(p);
}

static void add_frame(sk_packets *p, const cap_frame *frame)
{
  cap_frame own = *frame;
  ct_packet packet;

  own.data = g_memdup2(frame->data, MAX(frame->captured, 1));
  g_ptr_array_add(p->bytes, (gpointer)own.data);
  pkt_decode(p->decoder, &own, p->bytes->len, p->arena, &packet, NULL);
  if (packet.kind != CT_PACKET_NONE)
    g_array_append_val(p->packets, packet);
}

static gboolean add_scenario_frame(const scn_frame *frame, gpointer user, GError **error)
{
  (void)error;
  if (frame->frame.wire != 0)
    add_frame(user, &frame->frame);
  return TRUE;
}

static gboolean load_scenario(sk_packets *p, const char *path)
{
  scn_scenario *scenario = scn_scenario_load(path, NULL);
  gboolean made = scenario != NULL && scn_scenario_compile(scenario, add_scenario_frame, p, NULL);

  scn_scenario_free(scenario);
  return made;
}

static gboolean load_capture(sk_packets *p, const char *path)
{
  cap_reader *reader = cap_reader_open(path, NULL);
  cap_batch *batch;

  if (reader == NULL)
    return FALSE;
  batch = cap_batch_new();
  while (p->packets->len < p->most && cap_reader_next(reader, batch, NULL))
    for (guint i = 0; i < batch->n; i++)
      add_frame(p, &batch->frames[i]);
  cap_batch_free(batch);
  cap_reader_free(reader);
  return TRUE;
}

gboolean sk_packets_load(sk_packets *p, const char *path)
{
  return g_str_has_suffix(path, ".ct") ? load_scenario(p, path) : load_capture(p, path);
}

const ct_packet *sk_packet(const sk_packets *p, guint i) { return &g_array_index(p->packets, ct_packet, i); }

/* ---- sums ---- */

static void add_bytes(guint64 *sum, gconstpointer bytes, gsize n)
{
  const guint8 *at = bytes;

  for (gsize i = 0; i < n; i++)
    *sum = (*sum ^ at[i]) * G_GUINT64_CONSTANT(0x100000001b3);
}

static void add_number(guint64 *sum, guint64 number) { add_bytes(sum, &number, sizeof(number)); }

static const char *add_text(guint64 *sum, const char *text)
{
  add_bytes(sum, text != NULL ? text : "(null)", text != NULL ? strlen(text) + 1 : 7);
  return NULL;
}

/* Views are zeroed before they are filled: without what they point to they can be summed as bytes. */
static void add_view(guint64 *sum, const ct_view *view)
{
  ct_view v;

  memcpy(&v, view, sizeof(v));
  v.helper = add_text(sum, view->helper);
  v.expected_helper = add_text(sum, view->expected_helper);
  v.expected_by = add_text(sum, view->expected_by);
  add_bytes(sum, &v, sizeof(v));
}

static void add_expect(guint64 *sum, const ct_expect_view *view)
{
  ct_expect_view v;

  memcpy(&v, view, sizeof(v));
  v.class_name = add_text(sum, view->class_name);
  v.helper = add_text(sum, view->helper);
  v.made_by = add_text(sum, view->made_by);
  add_bytes(sum, &v, sizeof(v));
}

static void on_event(const ct_event *event, void *user)
{
  guint64 *sum = &((sk_side *)user)->sum;

  add_number(sum, event->type | (guint64)event->bits << 8 | (guint64)event->reason << 24);
  add_number(sum, (guint64)event->time_ns);
  add_number(sum, event->packet);
  add_number(sum, event->sequence);
  if (event->view != NULL)
    add_view(sum, event->view);
  if (event->expect != NULL)
    add_expect(sum, event->expect);
}

void sk_side_start(sk_side *s, ct_engine *engine, guint64 sum)
{
  s->engine = engine;
  s->sum = sum;
  ct_engine_watch(engine, G_MAXUINT32, on_event, s);
}

void sk_side_packet(sk_side *s, const ct_packet *packet)
{
  ct_result r;
  ct_view view;

  ct_engine_packet(s->engine, packet, &r);
  add_number(&s->sum, r.cls | (guint64)r.dir << 8 | (guint64)r.verdict << 16 | (guint64)r.old_state << 24 |
                        (guint64)r.new_state << 32 | (guint64)r.reason << 40);
  add_number(&s->sum, r.conn);
  add_number(&s->sum, r.events | (guint64)r.changes << 16);
  add_number(&s->sum, r.bound.value | (guint64)r.bound.limit << 32);
  add_number(&s->sum, r.bound.over);
  if (r.entry != NULL) {
    ct_entry_view(s->engine, r.entry, &view);
    add_view(&s->sum, &view);
  }
}

void sk_side_free(sk_side *s)
{
  ct_engine_free(s->engine);
  s->engine = NULL;
}

static void show_entry(const ct_view *view, void *user) { add_view(user, view); }
static void show_expect(const ct_expect_view *view, void *user) { add_expect(user, view); }

guint64 sk_shown(const ct_engine *engine)
{
  double mean = ct_engine_mean(engine, 0);
  guint64 sum = 1;

  ct_engine_each(engine, show_entry, &sum);
  ct_engine_each_expect(engine, show_expect, &sum);
  add_bytes(&sum, ct_engine_stats(engine), sizeof(ct_stats));
  add_number(&sum, ct_engine_count(engine));
  add_number(&sum, (guint64)ct_engine_now(engine));
  add_bytes(&sum, &mean, sizeof(mean));
  return sum;
}

/* ---- states ---- */

static bool take(const void *bytes, size_t n, void *user)
{
  g_byte_array_append(user, bytes, (guint)n);
  return true;
}

GByteArray *sk_write(const ct_engine *engine)
{
  GByteArray *bytes = g_byte_array_new();
  ct_state_error error;

  if (!ct_state_write(engine, take, bytes, &error))
    g_error("not written: %s (at %" G_GUINT64_FORMAT ")", error.text, error.offset);
  return bytes;
}

ct_engine *sk_copy(const ct_engine *engine)
{
  GByteArray *bytes = sk_write(engine), *again;
  ct_state_error error;
  ct_engine *copy = ct_state_read(bytes->data, bytes->len, ct_engine_params(engine), &error);

  if (copy == NULL)
    g_error("refused: %s (at %" G_GUINT64_FORMAT " of %u)", error.text, error.offset, bytes->len);
  engine_check(copy);
  again = sk_write(copy);
  g_assert_cmpmem(bytes->data, bytes->len, again->data, again->len);
  g_assert_cmpuint(sk_shown(engine), ==, sk_shown(copy));
  g_byte_array_free(bytes, TRUE);
  g_byte_array_free(again, TRUE);
  return copy;
}
