/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/written.h"

#include <arpa/inet.h>
#include <string.h>

static void put(ct_written *w, char c)
{
  if (w->n < sizeof(w->text))
    w->text[w->n++] = c;
}

void ct_write_text(ct_written *w, const char *text)
{
  for (; *text != '\0'; text++)
    put(w, *text);
}

void ct_write_number(ct_written *w, uint32_t number)
{
  char digits[10];
  unsigned n = 0;

  do
    digits[n++] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  while (n > 0)
    put(w, digits[--n]);
}

void ct_write_ipv4(ct_written *w, const ct_addr *address, const char *between)
{
  unsigned i;

  for (i = 0; i < 4; i++) {
    if (i > 0)
      ct_write_text(w, between);
    ct_write_number(w, address->bytes[i]);
  }
}

void ct_write_ipv6_full(ct_written *w, const ct_addr *address)
{
  static const char hex[] = "0123456789abcdef";
  unsigned i;

  for (i = 0; i < 16; i++) {
    if (i > 0 && i % 2 == 0)
      put(w, ':');
    put(w, hex[address->bytes[i] >> 4]);
    put(w, hex[address->bytes[i] & 15]);
  }
}

void ct_write_address(ct_written *w, uint8_t family, const ct_addr *address)
{
  char text[INET6_ADDRSTRLEN];

  if (family == CT_IPV4)
    ct_write_ipv4(w, address, ".");
  else if (inet_ntop(AF_INET6, address->bytes, text, sizeof(text)) != NULL)
    ct_write_text(w, text);
}
