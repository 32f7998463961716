/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/read/checksum.h"

/*
 * CRC is linear: the entry of a byte is the sum of its bits' entries, so eight constants make the table. Each is the
 * reflected polynomial 0x82f63b78 shifted through 8 - bit further steps.
 */
#define BIT(b, n, value) (((b) >> (n)&1) ? (value) : 0u)
#define ENTRY(b)                                                                                       \
  (BIT(b, 0, 0xf26b8303u) ^ BIT(b, 1, 0xe13b70f7u) ^ BIT(b, 2, 0xc79a971fu) ^ BIT(b, 3, 0x8ad958cfu) ^ \
   BIT(b, 4, 0x105ec76fu) ^ BIT(b, 5, 0x20bd8edeu) ^ BIT(b, 6, 0x417b1dbcu) ^ BIT(b, 7, 0x82f63b78u))
#define ENTRIES4(b) ENTRY(b), ENTRY((b) + 1), ENTRY((b) + 2), ENTRY((b) + 3)
#define ENTRIES16(b) ENTRIES4(b), ENTRIES4((b) + 4), ENTRIES4((b) + 8), ENTRIES4((b) + 12)
#define ENTRIES64(b) ENTRIES16(b), ENTRIES16((b) + 16), ENTRIES16((b) + 32), ENTRIES16((b) + 48)

static const uint32_t table[256] = { ENTRIES64(0), ENTRIES64(64), ENTRIES64(128), ENTRIES64(192) };

enum { FIELD = 8, FIELD_END = 12 };

static uint32_t update_portable(uint32_t crc, const uint8_t *bytes, size_t n)
{
  for (; n > 0; n--)
    crc = table[(crc ^ *bytes++) & 0xff] ^ crc >> 8;
  return crc;
}

typedef uint32_t (*update_fn)(uint32_t crc, const uint8_t *bytes, size_t n);

static uint32_t sctp(update_fn update, const uint8_t *packet, size_t n)
{
  static const uint8_t zero[FIELD_END - FIELD];
  uint32_t crc = update(0xffffffffu, packet, FIELD);

  crc = update(crc, zero, sizeof(zero));
  return ~update(crc, packet + FIELD_END, n - FIELD_END);
}

uint32_t ct_crc32c_sctp_portable(const uint8_t *packet, size_t n) { return sctp(update_portable, packet, n); }

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("sse4.2"))) static uint32_t update_sse42(uint32_t crc, const uint8_t *bytes, size_t n)
{
  uint64_t wide = crc, word;

  for (; n >= 8; n -= 8, bytes += 8) {
    memcpy(&word, bytes, sizeof(word));
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = (uint32_t)wide;
  for (; n > 0; n--)
    crc = __builtin_ia32_crc32qi(crc, *bytes++);
  return crc;
}

static update_fn fastest(void) { return __builtin_cpu_supports("sse4.2") ? update_sse42 : update_portable; }
#else
static update_fn fastest(void) { return update_portable; }
#endif

uint32_t ct_crc32c_sctp(const uint8_t *packet, size_t n) { return sctp(fastest(), packet, n); }
uint32_t ct_crc32c(uint32_t crc, const uint8_t *bytes, size_t n) { return ~fastest()(~crc, bytes, n); }
