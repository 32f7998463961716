/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fuzz target is: a file fuzz_NAME.c with LLVMFuzzerTestOneInput, which returns 0 and aborts (g_assert)
 * where a property does not hold. Linked with libFuzzer (configure --enable-libfuzzer) that drives it; else with
 * fuzz_main.c, which replays a corpus and mutates it.
 *
 * To add a target: tests/fuzz/fuzz_NAME.c; three lines in local.mk; inputs that once crashed go to
 * tests/fuzz/corpus/fuzz_NAME/, where they stay.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A target may define this to hand over inputs to start from, made by itself. Text and bytes alike; copied.
 */
typedef void (*fuzz_add_fn)(const void *data, size_t size);
void fuzz_seeds(fuzz_add_fn add) __attribute__((weak));

/*
 * For properties that cost far more than the rest of a target: TRUE for one in n of all inputs, always the same ones.
 * which: sets properties apart from each other.
 */
static inline int fuzz_one_in(unsigned n, unsigned which, const uint8_t *data, size_t size)
{
  uint32_t sum = 2166136261u + which * 16777619u;

  for (size_t i = 0; i < size; i++)
    sum = (sum ^ data[i]) * 16777619u;
  sum ^= sum >> 15;
  return (sum * 0x2c1b3c6du >> 8) % n == 0;
}

#endif
