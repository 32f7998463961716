/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The internet checksum (RFC 1071) and SCTP's CRC32c (RFC 9260 appendix A). Sums are taken over the bytes as they lie
 * in memory: one's complement addition does not care about byte order as long as nobody mixes two.
 */
#ifndef CT_CHECKSUM_H
#define CT_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A running sum. Holds up to 2^31 words of 32 bits without loss, far beyond any packet. */
typedef uint64_t ct_sum;

static inline uint16_t ct_sum_fold(ct_sum sum)
{
  sum = (sum & 0xffffffffu) + (sum >> 32);
  sum = (sum & 0xffffffffu) + (sum >> 32);
  sum = (sum & 0xffffu) + (sum >> 16);
  sum = (sum & 0xffffu) + (sum >> 16);
  return (uint16_t)sum;
}

static inline uint64_t ct_sum_word(const uint8_t *bytes)
{
  uint64_t word;

  memcpy(&word, bytes, sizeof(word));
  return word;
}

/* Words that are added up, with their carries, which count as 1 each. */
typedef struct ct_sum_run {
  uint64_t low, carries;
} ct_sum_run;

static inline void ct_sum_add(ct_sum_run *words, uint64_t word)
{
  words->low += word;
  words->carries += words->low < word;
}

static inline ct_sum ct_sum_of(ct_sum_run words)
{
  return (words.low & 0xffffffffu) + (words.low >> 32) + words.carries;
}

/* The last `left` of the 8 bytes before end, fewer than 8, as if they stood alone. */
static inline uint64_t ct_sum_last8(const uint8_t *end, unsigned left)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  return ct_sum_word(end - 8) >> 1 >> (63 - 8 * left);
#else
  return ct_sum_word(end - 8) << 1 << (63 - 8 * left);
#endif
}

/* The same of 16 bytes. */
static inline void ct_sum_add_last16(ct_sum_run *words, const uint8_t *end, unsigned left)
{
  uint64_t first = ct_sum_word(end - 16), second = ct_sum_word(end - 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  unsigned __int128 both = ((unsigned __int128)second << 64 | first) >> 1 >> (127 - 8 * left);
#else
  unsigned __int128 both = ((unsigned __int128)first << 64 | second) << 1 << (127 - 8 * left);
#endif

  ct_sum_add(words, (uint64_t)both);
  ct_sum_add(words, (uint64_t)(both >> 64));
}

/* Fewer than 8 bytes, as if they stood alone. */
static inline uint64_t ct_sum_few(const uint8_t *bytes, size_t n)
{
  uint64_t word = 0;
  size_t i;

  for (i = 0; i < n; i++)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word |= (uint64_t)bytes[i] << (8 * i);
#else
    word |= (uint64_t)bytes[i] << (56 - 8 * i);
#endif
  return word;
}

/*
 * Adds n bytes; a piece that is not the last must have an even n. Lengths are as good as random, and a branch guessed
 * wrong costs more than a word summed: so what is left after steps of 16 bytes is read as part of the last 16, and the
 * rest of these shifted out.
 */
static inline ct_sum ct_sum_bytes(ct_sum sum, const uint8_t *bytes, size_t n)
{
  ct_sum_run words = { 0, 0 };
  const uint8_t *end = bytes + n;

  if (n < 8) {
    ct_sum_add(&words, ct_sum_few(bytes, n));
  } else if (n < 16) {
    ct_sum_add(&words, ct_sum_word(bytes));
    ct_sum_add(&words, ct_sum_last8(end, (unsigned)n - 8));
  } else {
    for (; bytes <= end - 16; bytes += 16) {
      ct_sum_add(&words, ct_sum_word(bytes));
      ct_sum_add(&words, ct_sum_word(bytes + 8));
    }
    ct_sum_add_last16(&words, end, (unsigned)(end - bytes));
  }
  return sum + ct_sum_of(words);
}

/* Adds a 16-bit value given in host order, as if it stood in the packet. */
static inline ct_sum ct_sum_value(ct_sum sum, uint16_t value)
{
  uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };
  uint16_t word;

  memcpy(&word, bytes, sizeof(word));
  return sum + word;
}

/*
 * => CRC32c over an SCTP packet of n >= 12 bytes, its own checksum field taken as zero, as the field should hold it
 * when read as a little-endian number. Uses the processor's instruction where there is one; same value everywhere.
 */
uint32_t ct_crc32c_sctp(const uint8_t *packet, size_t n);
/* The same without the processor's help, for the test that compares both. */
uint32_t ct_crc32c_sctp_portable(const uint8_t *packet, size_t n);

/* CRC32c of bytes that go on after others of the sum crc; 0 at first. */
uint32_t ct_crc32c(uint32_t crc, const uint8_t *bytes, size_t n);

#endif
