/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounded reading of protocol text: every function is given how many bytes there are and reads no more. They accept
 * what the kernel's readers accept, lenient corners included: what a helper takes for an address decides what it
 * expects.
 */
#ifndef CT_HELPER_TEXT_H
#define CT_HELPER_TEXT_H

#include <stddef.h>

#include "conntrack/tuple.h"

static inline bool ct_text_is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
/* The kernel's letters are those of Latin-1: 0xc0 to 0xff but the signs for times and divided by. */
static inline bool ct_text_is_alpha(uint8_t c)
{
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}
static inline uint8_t ct_text_lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }

/* The first n bytes of the word are the first n at text, whatever their case. */
bool ct_text_same(const uint8_t *text, const char *word, size_t n);
/* text begins with the whole word, whatever the case. */
bool ct_text_begins(const uint8_t *text, size_t length, const char *word);
/* => how many digits text begins with. */
size_t ct_text_digits(const uint8_t *text, size_t length);

/*
 * The decimal number text begins with, modulo 2^64 (simple_strtoul).
 * => how many bytes it took; 0 and *value = 0 where there is no digit.
 */
size_t ct_text_number(const uint8_t *text, size_t length, uint64_t *value);

/*
 * An address of the family at the start of text, ended by the first byte that cannot belong to it, or by the end.
 * IPv4: any number of leading zeros; a hexadecimal letter right after it spoils it (in4_pton with no delimiter).
 * => how many bytes it took; 0 where there is none.
 */
size_t ct_text_address(const uint8_t *text, size_t length, uint8_t family, ct_addr *addr);

/* A whole IPv6 address of exactly length bytes. */
bool ct_text_ipv6(const uint8_t *text, size_t length, ct_addr *addr);

#endif
