/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What reading alone costs: every frame of a file handed over by our own reader, or with --libpcap by ours through
 * libpcap; --touch also looks at a byte of each. Usage: bench_reader [--libpcap] [--touch] FILE => "packets N, ns a
 * packet of CPU: X"
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "capture/open.h"

static double cpu_ns(void)
{
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
  gboolean libpcap = FALSE, touch = FALSE;
  cap_batch *batch = cap_batch_new();
  guint64 packets = 0, sum = 0;
  GError *error = NULL;
  double start = cpu_ns();
  cap_reader *reader;
  int i;

  for (i = 1; i < argc - 1; i++) {
    libpcap = libpcap || strcmp(argv[i], "--libpcap") == 0;
    touch = touch || strcmp(argv[i], "--touch") == 0;
  }
  if (i != argc - 1) {
    fputs("usage: bench_reader [--libpcap] [--touch] FILE\n", stderr);
    return 2;
  }
  reader = libpcap ? cap_reader_open_libpcap(argv[i], &error) : cap_reader_open(argv[i], &error);
  while (reader != NULL && cap_reader_next(reader, batch, &error)) {
    packets += batch->n;
    for (guint f = 0; touch && f < batch->n; f++)
      sum += batch->frames[f].captured > 23 ? batch->frames[f].data[23] : 0;
  }
  if (error != NULL)
    fprintf(stderr, "%s\n", error->message);
  printf("packets %" G_GUINT64_FORMAT ", ns a packet of CPU: %.1f\n", packets,
         (cpu_ns() - start) / (double)MAX(packets, 1));
  if (touch)
    printf("sum of a byte of each: %" G_GUINT64_FORMAT "\n", sum);
  cap_reader_free(reader);
  cap_batch_free(batch);
  return error != NULL ? 3 : 0;
}
