/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs one command often and says what it cost: bench.sh has the plan, this the stop-watch.
 * Usage: bench_run [-c] [-n TIMES] COMMAND [ARG...] [--- COMMAND [ARG...]]
 *
 * With two commands they take turns, so that whatever else the machine does hits both alike. Output goes to /dev/null.
 * For each command one line: median wall and CPU seconds, peak memory in KiB. With two a third line: how far apart the
 * quartiles of the ratios first to second lie, wall and CPU, as shares of the median ratio: the noise. -c: runs the one
 * command once and counts the lines it prints.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMES_MAX = 99 };

typedef struct run {
  double wall_s, cpu_s;
  long peak_kib;
} run;

static double now_s(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double timeval_s(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

static void fail(const char *what)
{
  fprintf(stderr, "bench_run: %s: %s\n", what, strerror(errno));
  exit(1);
}

/* Starts the command with its output going to out. */
static pid_t command_start(char **argv, int out)
{
  pid_t pid = fork();

  if (pid < 0)
    fail("fork");
  if (pid > 0)
    return pid;
  if (dup2(out, STDOUT_FILENO) < 0)
    _exit(126);
  execv(argv[0], argv);
  fail(argv[0]);
  return 0;
}

static run command_measure(char **argv)
{
  int null = open("/dev/null", O_WRONLY), status;
  double start = now_s();
  struct rusage usage;
  pid_t pid;
  run r;

  if (null < 0)
    fail("/dev/null");
  pid = command_start(argv, null);
  if (wait4(pid, &status, 0, &usage) != pid)
    fail("wait4");
  close(null);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "bench_run: %s failed (status %d)\n", argv[0], status);
    exit(1);
  }
  r.wall_s = now_s() - start;
  r.cpu_s = timeval_s(usage.ru_utime) + timeval_s(usage.ru_stime);
  r.peak_kib = usage.ru_maxrss;
  return r;
}

static void command_count(char **argv)
{
  static char buffer[1 << 16];
  unsigned long lines = 0;
  int ends[2], status;
  const char *at;
  ssize_t n;
  pid_t pid;

  if (pipe(ends) != 0)
    fail("pipe");
  if (fcntl(ends[0], F_SETFD, FD_CLOEXEC) != 0)
    fail("pipe");
  pid = command_start(argv, ends[1]);
  close(ends[1]);
  while ((n = read(ends[0], buffer, sizeof buffer)) > 0)
    for (at = buffer; (at = memchr(at, '\n', (size_t)(buffer + n - at))) != NULL; at++)
      lines++;
  if (n < 0 || waitpid(pid, &status, 0) != pid || status != 0)
    fail(argv[0]);
  printf("%lu\n", lines);
}

static int double_order(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static void medians_print(const run *runs, unsigned n)
{
  double wall[TIMES_MAX] = { 0 }, cpu[TIMES_MAX] = { 0 };
  long peak = 0;
  unsigned i;

  for (i = 0; i < n; i++) {
    wall[i] = runs[i].wall_s;
    cpu[i] = runs[i].cpu_s;
    if (runs[i].peak_kib > peak)
      peak = runs[i].peak_kib;
  }
  qsort(wall, n, sizeof wall[0], double_order);
  qsort(cpu, n, sizeof cpu[0], double_order);
  printf("%.6f %.6f %ld\n", wall[n / 2], cpu[n / 2], peak);
}

/* Sorts them. => how far apart the quartiles lie, as a share of the median. */
static double spread(double *ratios, unsigned n)
{
  qsort(ratios, n, sizeof ratios[0], double_order);
  return (ratios[n - 1 - n / 4] - ratios[n / 4]) / ratios[n / 2];
}

static void noise_print(const run *first, const run *second, unsigned n)
{
  double wall[TIMES_MAX] = { 0 }, cpu[TIMES_MAX] = { 0 };
  unsigned i;

  for (i = 0; i < n; i++) {
    wall[i] = first[i].wall_s / second[i].wall_s;
    cpu[i] = first[i].cpu_s / second[i].cpu_s;
  }
  printf("%.4f %.4f\n", spread(wall, n), spread(cpu, n));
}

int main(int argc, char **argv)
{
  run runs[2][TIMES_MAX];
  char **second = NULL;
  unsigned times = 5, i;
  int count = 0, option, at;

  while ((option = getopt(argc, argv, "+cn:")) != -1) {
    if (option == 'c')
      count = 1;
    else if (option == 'n')
      times = (unsigned)atoi(optarg);
    else
      return 2;
  }
  if (optind >= argc || times < 1 || times > TIMES_MAX) {
    fputs("usage: bench_run [-c] [-n TIMES] COMMAND [ARG...] [--- COMMAND [ARG...]]\n", stderr);
    return 2;
  }
  for (at = optind; at < argc; at++)
    if (strcmp(argv[at], "---") == 0) {
      argv[at] = NULL;
      second = argv + at + 1;
      break;
    }
  if (count) {
    command_count(argv + optind);
    return 0;
  }
  for (i = 0; i < times; i++) {
    runs[0][i] = command_measure(argv + optind);
    if (second)
      runs[1][i] = command_measure(second);
  }
  medians_print(runs[0], times);
  if (second) {
    medians_print(runs[1], times);
    noise_print(runs[0], runs[1], times);
  }
  return 0;
}
