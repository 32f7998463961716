/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The replay loop: captures in (one after the other or merged by time), decoded and filtered, through one engine, to
 * a watcher. Reading and decoding may run on a thread of their own; the watcher sees the same either way.
 *
 * Two floors: a replay_source gives batches of decoded packets (sweep feeds them to several engines at once);
 * replay_run takes one source through one engine and calls a watcher.
 */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include <signal.h>

#include "capture/capture.h"
#include "conntrack/engine.h"
#include "packet/packet.h"
#include "point.h"

/* Conntrack's zone of a packet, where no rule gives it one; of two VLAN tags the inner one counts. */
typedef enum replay_zone_by {
  REPLAY_ZONE_NONE, /* 0 */
  REPLAY_ZONE_VLAN,
  REPLAY_ZONE_INTERFACE /* the kernel's number where the capture has it, else the capture's, from 1 */
} replay_zone_by;

/* The captures, and the choice of frames. Plain values; strings belong to the caller and must live as long as the
 * source. */
typedef struct replay_options {
  const char *const *captures; /* paths; "-" is standard input */
  guint n_captures;
  const int *fds;     /* of captures opened before, -1: open the path; NULL: all of them. A prepared source owns them */
  gboolean merge;     /* by time instead of one after the other */
  const char *bpf;    /* pcap-filter(7), or NULL */
  replay_point start; /* from the first frame at or after it */
  replay_point end;   /* until the first frame at or after a time; a numbered frame is the last one */
  guint64 count;      /* frames fed at most; 0: all */
  const char *interface;   /* name or number; NULL: all */
  cap_direction direction; /* CAP_DIR_UNKNOWN: both */
  ct_checksums checksums;
  gboolean ruled;                    /* rules have a say on packets: remarks do not tell what they would do */
  guint zone_by;                     /* replay_zone_by */
  gboolean pairs;                    /* packets that were captured several times on their way are tracked once */
  gboolean holds;                    /* replay_source_keep will be called: what cannot be paired yet waits */
  guint threads;                     /* 1, 2; 0: two where it pays */
  guint keep;                        /* how many of the latest batches stay valid; 0: one */
  const volatile sig_atomic_t *stop; /* not 0: end cleanly; may be NULL */
  /*
   * For a caller that knows better when a frame was sent (a referee's times): gives the time to take instead, by the
   * frame's number. Both may be called on the reading thread. NULL: as captured, all of them.
   */
  gint64 (*retime)(guint64 number, gint64 ts_ns, gpointer user);
  gboolean (*skip)(guint64 number, gpointer user); /* TRUE: as if the frame were not there */
  gpointer hook_user;
} replay_options;

/* Everything off or automatic. */
void replay_options_init(replay_options *options);

/* Where a packet came from: everything known of it beside the packet itself. */
typedef struct replay_origin {
  const cap_frame *frame;
  const char *interface; /* its name; "" where the file has none */
  pkt_link_info link;
  /* With replay_options.pairs. */
  const ct_packet *left; /* the packet as it left, which was captured, too; NULL: it was not, or that is not known */
} replay_origin;

/*
 * Frames with what was decoded of them, in the order of the stream. Numbers count every frame of the stream, also those
 * left out. Frames that never reach conntrack are there too, with kind CT_PACKET_NONE.
 */
typedef struct replay_batch {
  ct_packet packets[CAP_BATCH_FRAMES]; /* n; together, because the engine is given runs of them */
  replay_origin origins[CAP_BATCH_FRAMES];
  guint n;
  gint64 first_ns; /* time of the stream's first frame */
  /* For a tape (tape.h): the frames that these were chosen from, and how decoding stood before them. */
  const cap_batch *frames;
  guint64 frames_from;  /* number of the first of them */
  gint64 decoder_ns;    /* of the decoder's clock; meaningful where it is at rest */
  gboolean at_rest;     /* no fragments waited in it */
  guint32 place;        /* by which its first packet passed (place.h) */
  gboolean tells_place; /* there are several, or directions */
  gsize bytes;          /* of memory behind the frames; buffers that batches share count in each */
} replay_batch;

#define REPLAY_ERROR (replay_error_quark())
GQuark replay_error_quark(void);
typedef enum {
  REPLAY_ERROR_FILTER, /* the BPF expression is wrong: usage */
  REPLAY_ERROR_INPUT   /* a capture could not be read to its end, or not at all */
} replay_error;

typedef struct replay_source replay_source;

/*
 * Opens all captures. params is copied where needed.
 * => NULL with REPLAY_ERROR_FILTER where the filter does not compile. Captures that cannot be opened are no failure
 * here: they are told by replay_source_problem, and the others are read.
 */
replay_source *replay_source_open(const replay_options *options, const ct_params *params, GError **error);
/*
 * The same in two steps, for a program that opens all files, and fences itself in, before it looks at the first byte of
 * a capture: prepare opens the captures, start reads their headers and sets the reading thread going. Between them only
 * _readable, _live, _reads, _problem, _keep, _figures and _free may be called.
 */
replay_source *replay_source_prepare(const replay_options *options, const ct_params *params, GError **error);
void replay_source_start(replay_source *source);
/* NULL is fine. Stops the reading thread. */
void replay_source_free(replay_source *source);

/*
 * => the next batch, with n >= 1, valid until the next call (or the keep-th next one); NULL at the end.
 * replay_source_ready: TRUE where the next call will not wait, as far as one can tell.
 */
const replay_batch *replay_source_next(replay_source *source);
/*
 * Gives back, before their time, all batches that were handed out. For a caller that keeps many, and sees by their
 * bytes that it is enough.
 */
void replay_source_release(replay_source *source);
gboolean replay_source_ready(replay_source *source);
/* TRUE where packets come as they happen (a pipe, a terminal), not from a file. */
gboolean replay_source_live(const replay_source *source);
/* TRUE where a thread of its own reads. */
gboolean replay_source_threaded(const replay_source *source);

/*
 * Numbers, figures and fragments that wait, as bytes; or from them into a source that has been prepared and not yet
 * started: its frames come behind those of before, in an engine that goes on as well. Writing: the source has ended,
 * and all that it gave has been tracked.
 */
void replay_source_keep(replay_source *source, resume_io *io);
/* How many frames there were before those of this source, by replay_source_keep; 0: none. */
guint64 replay_source_before(const replay_source *source);
/*
 * With replay_options.holds, after the end: packets that were read last and not given, since the capture ends before it
 * shows how they left. replay_source_keep writes them, and a source that goes on begins with them.
 */
guint64 replay_source_held(const replay_source *source);

/*
 * Says which engine the packets go to, so that its memory can be made ready beside the reading (ct_engine_populate). To
 * be taken back with NULL before the engine is freed.
 */
void replay_source_serve(replay_source *source, ct_engine *engine);

/* FALSE where not one capture could be opened: there is nothing to come, and nothing to show. */
gboolean replay_source_readable(const replay_source *source);

/*
 * Makes the source end soon, even where it waits for a pipe. May be called from a signal handler and from any thread.
 */
void replay_source_interrupt(replay_source *source);

/* The name of a frame's interface ("" where it has none), by the number of a batch's frame. */
const char *replay_source_interface(const replay_source *source, guint32 interface);

/* The kind of file that holds every frame of this source; for cap_writer_open. */
cap_writer_kind replay_source_writer_kind(const replay_source *source);

/* TRUE where path is one of the captures that are read: nothing must be written there. */
gboolean replay_source_reads(const replay_source *source, const char *path);

/*
 * Messages so far about captures that could not be read (file and reason), oldest first; NULL past the last. Call after
 * the end.
 */
const char *replay_source_problem(replay_source *source, guint i);
/* TRUE where all of these are about link types that nothing here decodes: the captures themselves were read whole. */
gboolean replay_source_links_are_the_problem(replay_source *source);

/*
 * What rules have made of the addresses of connections, all in all. Where they have translated some, an answer has
 * other addresses than what it answers, and which conversations show only one side is no remark any more.
 */
typedef enum replay_translation {
  REPLAY_TRANSLATION_UNTOLD,
  REPLAY_TRANSLATION_NONE,    /* all connections are as they stand in the capture */
  REPLAY_TRANSLATION_UNKNOWN, /* none is known to be, but of a nat rule nobody knows whether, or to what, it maps */
  REPLAY_TRANSLATION_SOME
} replay_translation;
/* Before the first remark is asked for. */
void replay_source_translated(replay_source *source, replay_translation translation);

/*
 * Remarks about the captures that somebody should know (frames seen twice, one-sided, ...); NULL past the last. Call
 * after the end.
 */
const char *replay_source_remark(replay_source *source, guint i);

/* What replay_options.pairs has found; complete after the end. */
typedef struct replay_pairs_figures {
  guint64 packets;    /* that were looked at */
  guint64 left;       /* of these, as they left: copies of one that arrived */
  guint64 translated; /* of these, with another address, port or id */
  guint64 again;      /* just as they were, at another place */
  guint64 inferred;   /* connections whose translation was taken from a copy */
  guint64 stray;      /* left without having been seen to arrive, and were tracked neither */
} replay_pairs_figures;
/* => NULL where nothing was to be paired. The loop counts in it what it infers. */
replay_pairs_figures *replay_source_pairs(replay_source *source);
/* replay_options.zone_by. */
replay_zone_by replay_source_zone_by(const replay_source *source);

/*
 * Whether a packet that goes out is one of a translated connection as it left, which nobody has seen arrive: the
 * inverse of one of its tuples. So is an ICMP error about a packet of one, as that arrived: the box itself has sent it,
 * and a kernel does not look for its connection, but gives it that of the packet (nf_ct_attach).
 */
gboolean replay_is_stray(const ct_engine *engine, const ct_packet *packet, const pkt_link_info *link);

/*
 * In place of ct_engine_packet, for who has no rules: a connection gets the translation that its first packet was seen
 * to have (NAT 20). A stray packet is not tracked. Counts in figures.
 */
void replay_infer_packet(ct_engine *engine, const ct_packet *packet, const replay_origin *origin,
                         replay_pairs_figures *figures, ct_result *result);

/* For a progress bar: bytes read and to be read (0 where unknown), frames so far. May be called at any time. */
typedef struct replay_progress {
  guint64 done_bytes, total_bytes, frames;
} replay_progress;
void replay_source_progress(replay_source *source, replay_progress *progress);

/* Figures about the stream, complete after the end. */
typedef struct replay_figures {
  guint64 frames; /* read */
  guint64 fed;    /* of these, decoded and handed on */
  guint64 bad_checksums, offload_checksums, unjudged_checksums;
  gint64 first_ns, last_ns; /* times of the first and the latest frame fed; 0 where there was none */
} replay_figures;
void replay_source_figures(replay_source *source, replay_figures *figures);

typedef struct replay_ahead replay_ahead;

/* One packet after the engine has seen it. result->cls is CT_CLASS_NONE where conntrack never did. */
typedef struct replay_seen {
  const cap_frame *frame;
  const ct_packet *packet;
  const pkt_link_info *link;
  const char *interface;
  const ct_result *result;
  const ct_packet *left;       /* as replay_origin has it */
  replay_pairs_figures *pairs; /* NULL: nothing is paired */
  const replay_ahead *ahead;   /* what comes next (ahead.h); NULL: nobody looks */
} replay_seen;

/*
 * Moments at which the watcher wants to be called between packets: with the engine's clock at the moment, everything up
 * to and including it done, nothing after it.
 */
typedef struct replay_moments {
  /* Told. */
  gint64 first_ns;     /* the stream's first frame */
  gint64 upcoming_ns;  /* the next packet's time; G_MAXINT64 after the last one */
  guint64 last_number; /* of the last packet tracked; 0 before the first */
  gint64 last_ns;      /* its time, or the clock where time went on without packets */
  gboolean ended;      /* there are no more packets: a time that is asked for now is reached by letting time pass */
  /* Which of the two below has come; neither: the first call, and the first after the end. */
  gboolean by_time, by_number;
  /* Asked for; both are as before when the call comes. G_MAXINT64, G_MAXUINT64: none. */
  gint64 next_ns;      /* after the last packet at or before it */
  guint64 next_number; /* after the packet of this number, or the last one before it */
} replay_moments;

/*
 * In place of ct_engine_packet: somebody who has a say on a packet's way (a firewall). Fills *seen->result.
 */
typedef struct replay_door {
  void (*packet)(ct_engine *engine, const replay_seen *seen, ct_result *result, gpointer user);
  /* Whether it has dropped the packet that it was given last, and not conntrack. */
  gboolean (*dropped)(gpointer user);
  gpointer user;
  /* What it remembers, as bytes and back. May be NULL. */
  void (*keep)(resume_io *io, gpointer user);
} replay_door;

typedef struct replay_watcher {
  const replay_door *door; /* NULL: packets go to the engine itself */
  /* NULL: nobody asks for single packets, and the loop is the faster for it. */
  void (*packet)(const replay_seen *seen, gpointer user);
  /* Its packets know what comes next. Of a source that keeps two batches; one that is live gives no more than one. */
  gboolean ahead;
  /* Nothing is waiting to be read: a good moment to flush. May be NULL. */
  void (*idle)(gpointer user);
  /* From time to time, for a progress bar. May be NULL. */
  void (*tick)(gpointer user);
  /* => FALSE ends the replay, for a reader that has gone. Asked between batches. May be NULL. */
  gboolean (*wanted)(gpointer user);
  /* May be NULL. */
  void (*moment)(replay_moments *moments, gpointer user);
  gpointer user;
} replay_watcher;

/*
 * Runs the source to its end (or until stopped) through the engine. Does not flush the engine's table.
 */
void replay_run(replay_source *source, ct_engine *engine, const replay_watcher *watcher);

#endif
