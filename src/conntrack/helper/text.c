/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/text.h"

#include <arpa/inet.h>
#include <string.h>

bool ct_text_same(const uint8_t *text, const char *word, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    if (ct_text_lower(text[i]) != ct_text_lower((uint8_t)word[i]))
      return false;
  return true;
}

bool ct_text_begins(const uint8_t *text, size_t length, const char *word)
{
  size_t n = strlen(word);

  return length >= n && ct_text_same(text, word, n);
}

size_t ct_text_digits(const uint8_t *text, size_t length)
{
  size_t n = 0;

  while (n < length && ct_text_is_digit(text[n]))
    n++;
  return n;
}

size_t ct_text_number(const uint8_t *text, size_t length, uint64_t *value)
{
  size_t i, n = ct_text_digits(text, length);

  *value = 0;
  for (i = 0; i < n; i++)
    *value = *value * 10 + (text[i] - '0');
  return n;
}

static int hex_value(uint8_t c)
{
  if (ct_text_is_digit(c))
    return c - '0';
  c = ct_text_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t ipv4_read(const uint8_t *text, size_t length, ct_addr *addr)
{
  uint8_t bytes[4];
  unsigned part = 0, parts = 0;
  size_t at, start = 0; /* of the part */

  for (at = 0;; at++) {
    uint8_t c = at < length ? text[at] : 0;

    if (ct_text_is_digit(c)) {
      part = part * 10 + (c - '0');
      if (part > 255 || parts == 4)
        return 0;
      continue;
    }
    if (hex_value(c) >= 0 || parts == 4 || at == start)
      return 0;
    start = at + 1;
    bytes[parts++] = (uint8_t)part;
    part = 0;
    if (c != '.')
      break;
  }
  if (parts != 4)
    return 0;
  memset(addr, 0, sizeof(*addr));
  memcpy(addr->bytes, bytes, sizeof(bytes));
  return at;
}

typedef struct ipv6_copy {
  char text[INET6_ADDRSTRLEN];
  size_t n;
} ipv6_copy;

static bool copy_char(ipv6_copy *copy, uint8_t c)
{
  if (copy->n + 1 >= sizeof(copy->text))
    return false;
  copy->text[copy->n++] = (char)c;
  return true;
}

static bool copy_hex(ipv6_copy *copy, unsigned v)
{
  int shift;

  for (shift = 12; shift >= 0; shift -= 4)
    if (!copy_char(copy, (uint8_t) "0123456789abcdef"[v >> shift & 15]))
      return false;
  return true;
}

/* The dotted end of an address, as two groups. */
static bool copy_dotted(ipv6_copy *copy, const uint8_t *text, size_t length)
{
  ct_addr v4;

  return ipv4_read(text, length, &v4) == length && copy_hex(copy, (unsigned)v4.bytes[0] << 8 | v4.bytes[1]) &&
         copy_char(copy, ':') && copy_hex(copy, (unsigned)v4.bytes[2] << 8 | v4.bytes[3]);
}

/*
 * The kernel reads any number of leading zeros in a group, inet_pton does not: they are left out in the copy that it
 * gets.
 */
bool ct_text_ipv6(const uint8_t *text, size_t length, ct_addr *addr)
{
  ipv6_copy copy = { .n = 0 };
  size_t at = 0, group;

  while (at < length) {
    if (text[at] == ':') {
      if (!copy_char(&copy, text[at++]))
        return false;
      continue;
    }
    for (group = at; group < length && text[group] != ':' && text[group] != '.';)
      group++;
    if (group < length && text[group] == '.') {
      if (!copy_dotted(&copy, text + at, length - at))
        return false;
      break;
    }
    while (at + 1 < group && text[at] == '0')
      at++;
    for (; at < group; at++)
      if (hex_value(text[at]) < 0 || !copy_char(&copy, text[at]))
        return false;
  }
  return inet_pton(AF_INET6, copy.text, addr->bytes) == 1;
}

size_t ct_text_address(const uint8_t *text, size_t length, uint8_t family, ct_addr *addr)
{
  size_t n = 0;

  if (family == CT_IPV4)
    return ipv4_read(text, length, addr);
  while (n < length && (hex_value(text[n]) >= 0 || text[n] == ':' || text[n] == '.'))
    n++;
  return n > 0 && ct_text_ipv6(text, n, addr) ? n : 0;
}
