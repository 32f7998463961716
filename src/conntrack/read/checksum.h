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

/*
 * Adds n bytes; a piece that is not the last must have an even n. Lengths are as good as random, and a branch guessed
 * wrong costs more than a word summed: so what is left after whole words is read as part of the last 8 bytes, and the
 * rest of these shifted out.
 */
static inline ct_sum ct_sum_bytes(ct_sum sum, const uint8_t *bytes, size_t n)
{
  uint64_t low = 0, high = 0, word;
  uint8_t few[8] = { 0 };
  const uint8_t *end = bytes + n;

  if (n < 8) {
    memcpy(few, bytes, n);
    word = ct_sum_word(few);
    return sum + (word & 0xffffffffu) + (word >> 32);
  }
  for (; end - bytes >= 8; bytes += 8) {
    word = ct_sum_word(bytes);
    low += word & 0xffffffffu;
    high += word >> 32;
  }
  word = ct_sum_word(end - 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  word = word >> 1 >> (63 - 8 * (end - bytes));
#else
  word = word << 1 << (63 - 8 * (end - bytes));
#endif
  return sum + low + high + (word & 0xffffffffu) + (word >> 32);
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
