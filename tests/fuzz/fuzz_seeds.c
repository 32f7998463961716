/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Under libFuzzer: the inputs that a target makes to start from (fuzz_seeds, fuzz.h) as files. With FUZZ_SEEDS_TO in
 * the environment the target writes them into that folder, which is there, and ends; a seed's name is its number.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char *folder;
static unsigned written;

static void write_seed(const void *data, size_t size)
{
  char path[4096];
  FILE *file;

  snprintf(path, sizeof(path), "%s/seed-%04u", folder, written++);
  file = fopen(path, "wb");
  if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
    perror(path);
    exit(1);
  }
}

/* What libFuzzer calls before anything else. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  folder = getenv("FUZZ_SEEDS_TO");
  if (folder == NULL)
    return 0;
  if (fuzz_seeds != NULL)
    fuzz_seeds(write_seed);
  exit(0);
}
