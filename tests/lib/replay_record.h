/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of conversations as a capture, and a run of the replay loop whose every word is kept. */
#ifndef TESTS_REPLAY_RECORD_H
#define TESTS_REPLAY_RECORD_H

#include <glib/gstdio.h>
#include <pcap/pcap.h>

#include "packet_kit.h"
#include "replay/replay.h"
#include "unit.h"

enum { FRAMES = 3000, FLOWS = 40 };
static const gint64 second_ns = G_GINT64_CONSTANT(1000000000);
static const gint64 start_ns = G_GINT64_CONSTANT(1600000000000000000);

/* ---- captures ---- */

static inline char *temporary(void)
{
  char *path = NULL;
  int fd = g_file_open_tmp("ctreplay-XXXXXX.pcap", &path, NULL);

  ck_assert(fd >= 0);
  ck_assert(g_close(fd, NULL));
  return path;
}

/*
 * Frame i of a stream of TCP conversations that open, talk, close and begin anew, a UDP flow and frames that are no IP.
 */
static inline void make_packet(kit_bytes *b, guint i)
{
  static const guint8 flags[] = {
    CT_TCP_SYN, CT_TCP_SYN | CT_TCP_ACK, CT_TCP_ACK, CT_TCP_ACK | CT_TCP_FIN, CT_TCP_ACK | CT_TCP_FIN, CT_TCP_ACK
  };
  static const gboolean back[] = { FALSE, TRUE, FALSE, FALSE, TRUE, FALSE };
  guint flow = i % FLOWS, step = i / FLOWS % 6;

  kit_start(b);
  if (flow == 0) {
    kit_fill(b, 0x11, 30);
    return;
  }
  kit_ipv4(b, flow == 1 ? CT_PROTO_UDP : CT_PROTO_TCP);
  if (back[step])
    kit_swap_addresses(b);
  if (flow == 1)
    kit_udp(b, back[step] ? 53 : 5353, back[step] ? 5353 : 53, 10);
  else
    kit_tcp(b, back[step] ? 80 : (guint16)(1000 + flow), back[step] ? (guint16)(1000 + flow) : 80, flags[step], "");
  kit_finish(b);
}

/* Writes those of the frames 0 to n-1 for which i % modulus == remainder and from <= i. */
static inline char *make_capture(guint from, guint n, guint modulus, guint remainder)
{
  char *path = temporary();
  cap_writer *writer = cap_writer_open(path, CAP_WRITER_PCAP, NULL);
  guint i;

  ck_assert_ptr_nonnull(writer);
  for (i = from; i < n; i++) {
    kit_bytes b;
    cap_frame frame = { .ts_ns = start_ns + i * (second_ns / 10), .link = DLT_RAW };

    if (i % modulus != remainder)
      continue;
    make_packet(&b, i);
    frame.data = b.at;
    frame.captured = frame.wire = b.n;
    ck_assert(cap_writer_frame(writer, &frame, NULL, NULL));
  }
  ck_assert(cap_writer_close(writer, NULL));
  return path;
}

static inline void drop(char *path)
{
  g_unlink(path);
  g_free(path);
}

/* ---- runs ---- */

typedef struct record {
  GString *text;
  guint64 packets, last_number;
  guint moments;
  gint64 moment_ns[8];
  replay_point want[8]; /* moments to ask for, in order */
} record;

static inline void on_packet(const replay_seen *seen, gpointer user)
{
  record *r = user;

  r->packets++;
  r->last_number = seen->packet->number;
  g_string_append_printf(r->text, "%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %u %u %" G_GUINT64_FORMAT " %u-%u %u\n",
                         seen->packet->number, (gint64)seen->frame->ts_ns, seen->result->cls, seen->result->dir,
                         (guint64)seen->result->conn, seen->result->old_state, seen->result->new_state,
                         seen->result->reason);
}

static inline void on_event(const ct_event *event, void *user)
{
  record *r = user;

  g_string_append_printf(r->text, "event %u %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT "\n", event->type,
                         (gint64)event->time_ns, (guint64)event->view->id);
}

static inline void on_moment(replay_moments *m, gpointer user)
{
  record *r = user;
  const replay_point *next;

  if (m->by_time || m->by_number)
    r->moment_ns[r->moments++] = m->last_ns;
  next = &r->want[r->moments];
  m->next_number = next->kind == REPLAY_POINT_NUMBER ? (guint64)next->value : G_MAXUINT64;
  m->next_ns = next->kind == REPLAY_POINT_NUMBER || next->kind == REPLAY_POINT_NONE
                 ? G_MAXINT64
                 : replay_point_time_ns(next, m->first_ns);
}

static inline replay_source *run(const replay_options *options, record *r)
{
  replay_watcher watcher = { .packet = on_packet, .moment = on_moment, .user = r };
  replay_source *source;
  ct_engine *engine;
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  r->text = g_string_new(NULL);
  source = replay_source_open(options, &params, NULL);
  ck_assert_ptr_nonnull(source);
  engine = ct_engine_new(&params);
  ct_engine_watch(engine, 1u << CT_EVENT_NEW | 1u << CT_EVENT_UPDATE | 1u << CT_EVENT_DESTROY, on_event, r);
  replay_run(source, engine, &watcher);
  ct_engine_free(engine);
  return source;
}

/* => the record's text; the caller frees. Fails where a capture was found wanting. */
static inline char *run_text(const char *const *captures, guint n, void (*change)(replay_options *), record *r)
{
  record own = { .packets = 0 };
  replay_options options;
  replay_source *source;

  r = r != NULL ? r : &own;
  replay_options_init(&options);
  options.captures = captures;
  options.n_captures = n;
  options.checksums = CT_CHECKSUMS_IGNORE;
  if (change != NULL)
    change(&options);
  source = run(&options, r);
  ck_assert_ptr_null(replay_source_problem(source, 0));
  replay_source_free(source);
  return g_string_free(r->text, FALSE);
}

#endif
