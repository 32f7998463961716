/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Short texts as helpers write them into payloads: addresses and numbers, without stdio. What has no room is cut. */
#ifndef CT_HELPER_WRITTEN_H
#define CT_HELPER_WRITTEN_H

#include <stddef.h>

#include "conntrack/tuple.h"

typedef struct ct_written {
  char text[96];
  size_t n;
} ct_written;

void ct_write_text(ct_written *w, const char *text);
void ct_write_number(ct_written *w, uint32_t number);
/* Four numbers with something between them. */
void ct_write_ipv4(ct_written *w, const ct_addr *address, const char *between);
/* Eight groups of four digits, none left out. */
void ct_write_ipv6_full(ct_written *w, const ct_addr *address);
/* As people write it; of IPv6 the short form (RFC 5952). */
void ct_write_address(ct_written *w, uint8_t family, const ct_addr *address);

#endif
