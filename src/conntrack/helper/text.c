/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

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

size_t ct_text_number_any(const uint8_t *text, size_t length, uint64_t *value)
{
  size_t at = 0;
  int base = 10, digit;

  if (length >= 3 && text[0] == '0' && ct_text_lower(text[1]) == 'x' && hex_value(text[2]) >= 0) {
    base = 16;
    at = 2;
  } else if (length >= 1 && text[0] == '0') {
    base = 8;
  }
  for (*value = 0; at < length && (digit = hex_value(text[at])) >= 0 && digit < base; at++)
    *value = *value * (uint64_t)base + (uint64_t)digit;
  return at;
}

static size_t ipv4_read(const uint8_t *text, size_t length, ct_addr *addr)
{
  uint8_t bytes[4];
  unsigned part = 0, parts = 0;
  size_t at;

  for (at = 0;; at++) {
    uint8_t c = at < length ? text[at] : 0;

    if (ct_text_is_digit(c)) {
      part = part * 10 + (c - '0');
      if (part > 255 || parts == 4)
        return 0;
      continue;
    }
    if (hex_value(c) >= 0 || parts == 4)
      return 0;
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

bool ct_text_ipv6(const uint8_t *text, size_t length, ct_addr *addr)
{
  char copy[INET6_ADDRSTRLEN];

  if (length >= sizeof(copy) || memchr(text, 0, length) != NULL)
    return false;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return inet_pton(AF_INET6, copy, addr->bytes) == 1;
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
