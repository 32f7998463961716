/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jumps to and fro in a capture: each moment is, to the byte of the engine's state, what playing there gives, and it is
 * told how long that took, of this process's own time: others may be busy beside it. Usage: screen_jumps CAPTURE [JUMPS
 * [MAX [MILLISECONDS]]]; with MILLISECONDS, a jump that takes longer fails; no JUMPS (0): the first pass only.
 */
#include "screen_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { JUMPS = 40, MEGABYTES = 512 };

typedef struct jump {
  guint64 number;
  char *sum;
} jump;

static int by_number(gconstpointer a, gconstpointer b)
{
  guint64 one = ((const jump *)a)->number, two = ((const jump *)b)->number;

  return one < two ? -1 : one > two;
}

static int by_double(gconstpointer a, gconstpointer b)
{
  double one = *(const double *)a, two = *(const double *)b;

  return one < two ? -1 : one > two;
}

/* What playing straight on gives at each of them. */
static void play(const played *p, jump *jumps, guint n)
{
  replay_rewind *rewind = played_rewind(p);
  ct_engine *engine = ct_engine_new(&p->params);
  const replay_batch *batch;
  guint at = 0, i;

  hear_events(engine, NULL);
  replay_rewind_seek(rewind, 1);
  while ((batch = replay_rewind_next(rewind)) != NULL)
    for (i = 0; i < batch->n; i++) {
      ct_result result;

      ct_engine_packet(engine, &batch->packets[i], &result);
      for (; at < n && jumps[at].number == batch->packets[i].number; at++)
        jumps[at].sum = state_sum(engine);
    }
  ct_engine_free(engine);
  replay_rewind_free(rewind);
}

static double own_ms(void)
{
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static guint64 drawn(guint64 *seed, guint64 below)
{
  *seed = *seed * G_GUINT64_CONSTANT(6364136223846793005) + G_GUINT64_CONSTANT(1442695040888963407);
  return (*seed >> 33) % below;
}

int main(int argc, char **argv)
{
  guint n = argc > 2 ? (guint)atoi(argv[2]) : JUMPS, i, wrong = 0;
  double limit_ms = argc > 4 ? atof(argv[4]) : 0, *took;
  guint64 seed = 1;
  ct_params params;
  gint64 begun_us;
  jump *jumps;
  const cursor_watch heard = { .engine = hear_events };
  cursor *c;
  played p;

  if (argc < 2) {
    fprintf(stderr, "usage: screen_jumps CAPTURE [JUMPS [MAX [MILLISECONDS]]]\n");
    return 2;
  }
  ct_params_init(&params, ct_profile_get(0));
  if (argc > 3 && atoi(argv[3]) > 0)
    params.max = (guint32)atoi(argv[3]);
  begun_us = g_get_monotonic_time();
  played_init(&p, &params, CT_CHECKSUMS_AUTO, (const char *const[]){ argv[1] }, 1, (gsize)MEGABYTES << 20,
              (gsize)MEGABYTES << 20);
  printf("first pass: %" G_GUINT64_FORMAT " packets in %.2f s; %u keyframes of %.1f MB, tape %.1f MB\n",
         timeline_last(p.line), (double)(g_get_monotonic_time() - begun_us) / 1e6,
         keyframes_count(timeline_keyframes(p.line)), (double)keyframes_bytes(timeline_keyframes(p.line)) / 1e6,
         (double)replay_tape_bytes(p.tape) / 1e6);
  if (timeline_last(p.line) == 0 || n == 0)
    return 0;
  jumps = g_new0(jump, n);
  took = g_new0(double, n);
  for (i = 0; i < n; i++)
    jumps[i].number = timeline_previous(p.line, 2 + drawn(&seed, timeline_last(p.line)), SCREEN_MARK_TAKEN);
  qsort(jumps, n, sizeof(jump), by_number);
  play(&p, jumps, n);
  for (i = n; i > 1; i--) {
    guint other = (guint)drawn(&seed, i);
    jump kept = jumps[i - 1];

    jumps[i - 1] = jumps[other];
    jumps[other] = kept;
  }
  c = cursor_new(p.line, played_rewind(&p), &heard);
  for (i = 0; i < n; i++) {
    g_autofree char *sum = NULL;
    double begun_ms = own_ms();

    cursor_go(c, jumps[i].number);
    took[i] = own_ms() - begun_ms;
    sum = state_sum(cursor_engine(c));
    if (jumps[i].number != 0 && g_strcmp0(sum, jumps[i].sum) != 0) {
      printf("packet %" G_GUINT64_FORMAT ": not what playing there gives\n", jumps[i].number);
      wrong++;
    }
  }
  qsort(took, n, sizeof(double), by_double);
  printf("%u jumps, %u wrong: median %.1f ms, longest %.1f ms; %" G_GUINT64_FORMAT " entries at the end\n", n, wrong,
         took[n / 2], took[n - 1], ct_engine_count(cursor_engine(c)));
  cursor_free(c);
  for (i = 0; i < n; i++)
    g_free(jumps[i].sum);
  g_free(jumps);
  if (limit_ms > 0 && took[n - 1] > limit_ms) {
    printf("longer than %.0f ms\n", limit_ms);
    wrong++;
  }
  g_free(took);
  played_clear(&p);
  return wrong > 0;
}
