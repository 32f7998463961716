/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the time goes: the same capture read, then read and decoded, then read, decoded and tracked, on one thread. The
 * difference between two rows is the cost of a stage. Usage: bench_stages FILE [ROUNDS [FIRST_STAGE]]    (for a
 * profiler: bench_stages FILE 1 2 does only the last)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/capture.h"
#include "conntrack/engine.h"
#include "packet/packet.h"

enum { RUN = 32 }; /* as in src/replay/loop.c */

typedef enum stage { READ, DECODE, TRACK, STAGES } stage;

static const char *const stage_names[STAGES] = { "read", "read, decode", "read, decode, track" };
static ct_packet packets[CAP_BATCH_FRAMES];

static double cpu_s(void)
{
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void batch_track(ct_engine *engine, const ct_packet *batch, guint n)
{
  ct_result result;
  guint i;

  ct_engine_populate(engine, n);
  for (i = 0; i < n; i++) {
    if (i % RUN == 0)
      ct_engine_prefetch(engine, batch + i, MIN((guint)RUN, n - i));
    if (batch[i].kind != CT_PACKET_NONE)
      ct_engine_packet(engine, &batch[i], &result);
  }
}

/* => frames; what was held at the end is told through entries and bytes. */
static guint64 run(const char *path, stage upto, const ct_params *params, guint64 *entries, guint64 *bytes)
{
  GError *error = NULL;
  cap_reader *reader = cap_reader_open(path, &error);
  cap_batch *batch = cap_batch_new();
  pkt_arena *arena = pkt_arena_new();
  pkt_decoder *decoder = pkt_decoder_new(params, CT_CHECKSUMS_VERIFY);
  ct_engine *engine = upto == TRACK ? ct_engine_new(params) : NULL;
  guint64 frames = 0;
  guint i;

  if (!reader) {
    fprintf(stderr, "%s\n", error->message);
    exit(3);
  }
  while (cap_reader_next(reader, batch, &error)) {
    if (upto >= DECODE) {
      pkt_arena_reset(arena);
      for (i = 0; i < batch->n; i++)
        pkt_decode(decoder, &batch->frames[i], frames + i + 1, arena, &packets[i], NULL);
    }
    if (engine)
      batch_track(engine, packets, batch->n);
    frames += batch->n;
  }
  if (error) {
    fprintf(stderr, "%s\n", error->message);
    exit(3);
  }
  if (engine) {
    *entries = ct_engine_count(engine);
    *bytes = ct_engine_memory_bytes(engine);
  }
  ct_engine_free(engine);
  pkt_decoder_free(decoder);
  pkt_arena_free(arena);
  cap_batch_free(batch);
  cap_reader_free(reader);
  return frames;
}

int main(int argc, char **argv)
{
  unsigned rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 3, round;
  int first = argc > 3 ? atoi(argv[3]) : READ;
  double best[STAGES] = { 0 };
  guint64 frames = 0, entries = 0, bytes = 0;
  ct_params params;
  int upto;

  if (argc < 2 || rounds < 1 || first < READ || first >= STAGES) {
    fputs("usage: bench_stages FILE [ROUNDS [FIRST_STAGE]]\n", stderr);
    return 2;
  }
  ct_params_init(&params, ct_profile_get(0));
  ct_params_size_by_max(&params, 16 << 20);
  for (round = 0; round < rounds; round++)
    for (upto = first; upto < STAGES; upto++) {
      double start = cpu_s(), took;

      frames = run(argv[1], (stage)upto, &params, &entries, &bytes);
      took = cpu_s() - start;
      if (round == 0 || took < best[upto])
        best[upto] = took;
    }
  for (upto = first; upto < STAGES && frames > 0; upto++)
    printf("%-20s %7.1f ns a packet\n", stage_names[upto], best[upto] / (double)frames * 1e9);
  printf("%llu packets, %llu entries, %.1f bytes each\n", (unsigned long long)frames, (unsigned long long)entries,
         entries ? (double)bytes / (double)entries : 0);
  return 0;
}
