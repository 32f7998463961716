/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of libctreplay share: packets made by hand, engines that do not verify their sums, and a book of
 * events.
 */
#ifndef TESTS_LIBRARY_KIT_H
#define TESTS_LIBRARY_KIT_H

#include "lib/ctreplay.h"

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16, MS = 1000000 };
static const int64_t S = INT64_C(1000000000);

/* clang-format off */
#define RESULT { .struct_bytes = sizeof(ctreplay_result) }
/* clang-format on */
#define CONNECTION                              \
  {                                             \
    .struct_bytes = sizeof(ctreplay_connection) \
  }
#define STATISTICS                              \
  {                                             \
    .struct_bytes = sizeof(ctreplay_statistics) \
  }

typedef struct kit_segment {
  uint8_t from, to, flags;
  uint16_t from_port, to_port;
  uint32_t seq, ack;
  const char *payload;
  size_t payload_bytes; /* 0: it is a string */
} kit_segment;

/* An IP header from 10.0.0.FROM to 10.0.0.TO in front of what stands behind its 20 bytes. => length, which it says. */
size_t kit_ip_put(uint8_t *p, uint8_t proto, uint8_t from, uint8_t to, size_t length);
/* A whole datagram of 28 bytes. => 28 */
size_t kit_udp_put(uint8_t *p, uint8_t from, uint16_t from_port, uint8_t to, uint16_t to_port);

/* The default profile; checksums are ignored. */
ctreplay_engine *kit_engine(void);
/* One raw IP packet that was captured whole, and what became of it. */
ctreplay_result kit_feed(ctreplay_engine *engine, int64_t time_ns, const uint8_t *packet, size_t length);
ctreplay_result kit_udp(ctreplay_engine *engine, int64_t time_ns, uint8_t from, uint16_t from_port, uint8_t to,
                        uint16_t to_port);
ctreplay_result kit_tcp(ctreplay_engine *engine, int64_t time_ns, kit_segment s);
ctreplay_statistics kit_statistics(ctreplay_engine *engine);

typedef struct kit_log_book {
  ctreplay_engine *engine;
  unsigned by_type[8];
  uint64_t last_sequence;
  int64_t last_time_ns;
  char last_reason[32];
  int found;
} kit_log_book;

/* user: a kit_log_book. Notes the event, and that whoever is told may look, not touch. */
void kit_on_event(const ctreplay_event *event, void *user);

#endif
