/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain main of every fuzz target, for where there is no libFuzzer, and for make check: runs the target on its
 * seeds, on every file named (folders: every file in them), and on mutants of all these, the same ones for the same
 * --seed.
 *
 *   fuzz_NAME [--mutants N] [--seconds S] [--seed N] [--max-bytes N] [FILE|FOLDER...]
 *
 * Without arguments: the corpus that belongs to it, and FUZZ_MUTANTS (environment; default 2000) mutants. The input
 * that makes the target fall over, or keeps it longer than TIMEOUT_S, is left behind as crash-NAME.
 */
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

enum { TIMEOUT_S = 20, SEED_FILE_MAX_BYTES = 1 << 20 };

typedef struct input {
  uint8_t *data;
  size_t size;
} input;

static input *corpus;
static size_t corpus_n, corpus_room;
static uint64_t random_state = 1, runs;
static size_t max_bytes = 64 * 1024;

/* What is being run, for who has to say it while everything falls apart. */
static const uint8_t *volatile running;
static volatile size_t running_size;
static char crash_path[256];

static void keep_crash(void)
{
  const uint8_t *data = running;
  int fd;

  if (data == NULL)
    return;
  running = NULL;
  fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd >= 0 && write(fd, data, running_size) == (ssize_t)running_size && close(fd) == 0 &&
      write(2, "input kept in ", 14) == 14 && write(2, crash_path, strlen(crash_path)) > 0 && write(2, "\n", 1) == 1)
    return;
  _exit(1); /* not even that could be written */
}

static void on_signal(int number)
{
  if (number == SIGALRM && write(2, "takes too long\n", 15) < 0)
    _exit(1);
  keep_crash();
  signal(number, SIG_DFL);
  raise(number);
}

/* The sanitizers exit on their own and only call this. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch_crashes(const char *name)
{
  snprintf(crash_path, sizeof(crash_path), "crash-%s", name);
  signal(SIGALRM, on_signal);
  signal(SIGABRT, on_signal);
  signal(SIGTRAP, on_signal); /* g_error */
  if (__sanitizer_set_death_callback != NULL) {
    __sanitizer_set_death_callback(keep_crash);
  } else {
    signal(SIGSEGV, on_signal);
    signal(SIGBUS, on_signal);
    signal(SIGFPE, on_signal);
    signal(SIGILL, on_signal);
  }
}

static void run(const uint8_t *data, size_t size)
{
  uint8_t *own = malloc(size > 0 ? size : 1); /* of the exact size, so that a sanitizer sees a read past its end */

  if (own == NULL)
    abort();
  if (size > 0)
    memcpy(own, data, size);
  running = own;
  running_size = size;
  alarm(TIMEOUT_S);
  LLVMFuzzerTestOneInput(own, size);
  alarm(0);
  running = NULL;
  free(own);
  runs++;
}

static void add(const void *data, size_t size)
{
  if (corpus_n == corpus_room) {
    corpus_room = corpus_room * 2 + 16;
    input *more = realloc(corpus, corpus_room * sizeof(*corpus));

    if (more == NULL)
      abort();
    corpus = more;
  }
  corpus[corpus_n].data = malloc(size > 0 ? size : 1);
  if (corpus[corpus_n].data == NULL)
    abort();
  if (size > 0)
    memcpy(corpus[corpus_n].data, data, size);
  corpus[corpus_n++].size = size;
}

static int add_file(const char *path)
{
  static uint8_t buffer[SEED_FILE_MAX_BYTES];
  FILE *file = fopen(path, "rb");
  size_t n;

  if (file == NULL) {
    perror(path);
    return -1;
  }
  n = fread(buffer, 1, sizeof(buffer), file);
  fclose(file);
  add(buffer, n);
  return 0;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* In the order of names, so that the same corpus makes the same mutants. */
static int add_folder(const char *path)
{
  DIR *folder = opendir(path);
  struct dirent *entry;
  char **names = NULL;
  size_t n = 0;
  int result = 0;

  if (folder == NULL) {
    perror(path);
    return -1;
  }
  while ((entry = readdir(folder)) != NULL) {
    if (entry->d_name[0] == '.')
      continue;
    char **more = realloc(names, (n + 1) * sizeof(*names));

    if (more == NULL || (more[n] = strdup(entry->d_name)) == NULL)
      abort();
    names = more;
    n++;
  }
  closedir(folder);
  if (n > 0)
    qsort(names, n, sizeof(*names), by_name);
  for (size_t i = 0; i < n; i++) {
    char file[4096];

    snprintf(file, sizeof(file), "%s/%s", path, names[i]);
    if (add_file(file) < 0)
      result = -1;
    free(names[i]);
  }
  free(names);
  return result;
}

static int add_path(const char *path)
{
  struct stat st;

  if (stat(path, &st) < 0) {
    perror(path);
    return -1;
  }
  return S_ISDIR(st.st_mode) ? add_folder(path) : add_file(path);
}

/* splitmix64 */
static uint64_t random_next(void)
{
  uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static size_t random_below(size_t n) { return n > 0 ? (size_t)(random_next() % n) : 0; }

/* A number of 1, 2 or 4 bytes that lengths and counters trip over, in either byte order. */
static void mutate_number(uint8_t *data, size_t size)
{
  static const uint32_t values[] = { 0,     1,      3,      4,      16,      0x7f,       0x80,       0xff,
                                     0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff };
  size_t width = (size_t)1 << random_below(3), at;
  uint32_t v = values[random_below(sizeof(values) / sizeof(values[0]))];
  int big = (int)random_below(2);

  if (size < width)
    return;
  at = random_below(size - width + 1);
  for (size_t i = 0; i < width; i++)
    data[at + i] = (uint8_t)(v >> 8 * (big ? width - 1 - i : i));
}

/* Takes out, doubles, or replaces a stretch. => the new size; data has room for max_bytes. */
static size_t mutate_stretch(uint8_t *data, size_t size)
{
  size_t at = random_below(size + 1), n = random_below(size - at + 1);
  const input *other = &corpus[random_below(corpus_n)];
  size_t from = random_below(other->size + 1);

  switch (random_below(4)) {
  case 0: /* out */ memmove(data + at, data + at + n, size - at - n); return size - n;
  case 1: /* twice */
    if (size + n > max_bytes)
      return size;
    memmove(data + at + n, data + at, size - at);
    return size + n;
  case 2: /* the rest from another one */
    n = other->size - from;
    n = n < max_bytes - at ? n : max_bytes - at;
    memcpy(data + at, other->data + from, n);
    return at + n;
  default: /* cut */ return at;
  }
}

static size_t mutate(uint8_t *data)
{
  const input *seed = &corpus[random_below(corpus_n)];
  size_t size = seed->size < max_bytes ? seed->size : max_bytes;

  memcpy(data, seed->data, size);
  for (size_t left = 1 + random_below(4); left > 0; left--) {
    switch (random_below(8)) {
    case 0:
    case 1: size = mutate_stretch(data, size); break;
    case 2:
    case 3: mutate_number(data, size); break;
    case 4:
    case 5:
      if (size > 0)
        data[random_below(size)] = (uint8_t)random_next();
      break;
    case 6:
      if (size > 0)
        data[random_below(size)] ^= (uint8_t)(1u << random_below(8));
      break;
    default:
      if (size > 0)
        data[random_below(size)] += random_below(2) ? 1 : 255;
      break;
    }
  }
  return size;
}

static void run_mutants(uint64_t mutants, unsigned seconds)
{
  uint8_t *data = malloc(max_bytes + 1);
  time_t end = time(NULL) + (time_t)seconds;

  if (data == NULL)
    abort();
  for (uint64_t i = 0; i < mutants || (seconds > 0 && time(NULL) < end); i++) {
    size_t size = mutate(data);

    run(data, size);
  }
  free(data);
}

/* This machine may have others to serve: what they take is not counted. Above 0. */
static double cpu_seconds_since(const struct timespec *begun)
{
  struct timespec now;
  double seconds;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  seconds = (double)(now.tv_sec - begun->tv_sec) + (double)(now.tv_nsec - begun->tv_nsec) / 1e9;
  return seconds > 1e-6 ? seconds : 1e-6;
}

/* The corpus in the source tree, where there is one: only what once crashed. */
static int add_own_corpus(const char *name)
{
  const char *srcdir = getenv("srcdir");
  char path[4096];
  struct stat st;

  snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", srcdir != NULL ? srcdir : ".", name);
  return stat(path, &st) < 0 ? 0 : add_folder(path);
}

/* Inputs need the same large blocks one after the other: giving them back to the system costs as much as an input. */
static void keep_memory(void)
{
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, 256 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

int main(int argc, char **argv)
{
  const char *slash = strrchr(argv[0], '/'), *name = slash != NULL ? slash + 1 : argv[0],
             *mutants_wanted = getenv("FUZZ_MUTANTS");
  uint64_t mutants = 0;
  struct timespec begun;
  unsigned seconds = 0;
  int i, failed = 0;

  if (strncmp(name, "lt-", 3) == 0)
    name += 3;
  watch_crashes(name);
  keep_memory();
  for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    unsigned long long value = strtoull(argv[i + 1], NULL, 10);

    if (strcmp(argv[i], "--mutants") == 0)
      mutants = value;
    else if (strcmp(argv[i], "--seconds") == 0)
      seconds = (unsigned)value;
    else if (strcmp(argv[i], "--seed") == 0)
      random_state = value;
    else if (strcmp(argv[i], "--max-bytes") == 0)
      max_bytes = (size_t)value;
    else
      break;
  }
  if (i < argc && argv[i][0] == '-') {
    fprintf(stderr, "usage: %s [--mutants N] [--seconds S] [--seed N] [--max-bytes N] [FILE|FOLDER...]\n", name);
    return 2;
  }
  if (argc == 1)
    mutants = mutants_wanted != NULL ? strtoull(mutants_wanted, NULL, 10) : 2000;
  if (fuzz_seeds != NULL)
    fuzz_seeds(add);
  failed |= add_own_corpus(name) < 0;
  for (; i < argc; i++)
    failed |= add_path(argv[i]) < 0;
  if (corpus_n == 0)
    add("", 0);
  for (size_t c = 0; c < corpus_n; c++)
    run(corpus[c].data, corpus[c].size);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begun);
  run_mutants(mutants, seconds);
  printf("%s: %zu inputs and %llu mutants of them, %.0f a second of CPU, no complaint\n", name, corpus_n,
         (unsigned long long)(runs - corpus_n), (double)(runs - corpus_n) / cpu_seconds_since(&begun));
  for (size_t c = 0; c < corpus_n; c++)
    free(corpus[c].data);
  free(corpus);
  return failed ? 1 : 0;
}
