/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "library_kit.h"

#include <string.h>

#include "unit.h"

/* ---- packets without sums: the engines here do not verify them ---- */

size_t kit_ip_put(uint8_t *p, uint8_t proto, uint8_t from, uint8_t to, size_t length)
{
  const uint8_t head[20] = {
    0x45, 0, (uint8_t)(length >> 8), (uint8_t)length, 0, 7, 0x40, 0, 64, proto, 0, 0, 10, 0, 0, from, 10, 0, 0, to
  };

  memcpy(p, head, sizeof(head));
  return length;
}

static void ports_put(uint8_t *p, uint16_t from, uint16_t to)
{
  p[20] = (uint8_t)(from >> 8);
  p[21] = (uint8_t)from;
  p[22] = (uint8_t)(to >> 8);
  p[23] = (uint8_t)to;
}

size_t kit_udp_put(uint8_t *p, uint8_t from, uint16_t from_port, uint8_t to, uint16_t to_port)
{
  memset(p, 0, 28);
  ports_put(p, from_port, to_port);
  p[25] = 8;
  return kit_ip_put(p, 17, from, to, 28);
}

static void be32_put(uint8_t *p, uint32_t value)
{
  p[0] = (uint8_t)(value >> 24);
  p[1] = (uint8_t)(value >> 16);
  p[2] = (uint8_t)(value >> 8);
  p[3] = (uint8_t)value;
}

static size_t tcp_put(uint8_t *p, const kit_segment *s)
{
  size_t payload = s->payload_bytes > 0 || s->payload == NULL ? s->payload_bytes : strlen(s->payload);

  memset(p, 0, 40);
  ports_put(p, s->from_port, s->to_port);
  be32_put(p + 24, s->seq);
  be32_put(p + 28, s->ack);
  p[32] = 5 << 4;
  p[33] = s->flags;
  p[34] = 0x20;
  if (payload > 0)
    memcpy(p + 40, s->payload, payload);
  return kit_ip_put(p, 6, s->from, s->to, 40 + payload);
}

ctreplay_engine *kit_engine(void)
{
  ctreplay_engine *engine = ctreplay_engine_new(NULL);

  ck_assert_ptr_nonnull(engine);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "checksums", "ignore"), CTREPLAY_OK);
  return engine;
}

ctreplay_result kit_feed(ctreplay_engine *engine, int64_t time_ns, const uint8_t *packet, size_t length)
{
  ctreplay_result result = RESULT;

  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, time_ns, packet, length, length, &result),
                   CTREPLAY_OK);
  return result;
}

ctreplay_result kit_udp(ctreplay_engine *engine, int64_t time_ns, uint8_t from, uint16_t from_port, uint8_t to,
                        uint16_t to_port)
{
  uint8_t packet[28];

  return kit_feed(engine, time_ns, packet, kit_udp_put(packet, from, from_port, to, to_port));
}

ctreplay_result kit_tcp(ctreplay_engine *engine, int64_t time_ns, kit_segment s)
{
  uint8_t packet[300];

  return kit_feed(engine, time_ns, packet, tcp_put(packet, &s));
}

ctreplay_statistics kit_statistics(ctreplay_engine *engine)
{
  ctreplay_statistics statistics = STATISTICS;

  ck_assert_int_eq(ctreplay_engine_statistics(engine, &statistics), CTREPLAY_OK);
  return statistics;
}

/* ---- events ---- */

void kit_on_event(const ctreplay_event *event, void *user)
{
  kit_log_book *book = user;
  ctreplay_connection connection = CONNECTION;
  ctreplay_result result = RESULT;
  uint8_t packet[28] = { 0x45 };

  ck_assert_uint_lt(event->type, 6);
  ck_assert_uint_eq(event->struct_bytes, sizeof(*event));
  ck_assert_uint_gt(event->sequence, book->last_sequence);
  book->by_type[event->type]++;
  book->last_sequence = event->sequence;
  book->last_time_ns = event->time_ns;
  book->last_reason[0] = '\0';
  if (event->reason != NULL)
    strncat(book->last_reason, event->reason, sizeof(book->last_reason) - 1);
  ck_assert_int_eq(event->connection != NULL, event->type <= CTREPLAY_EVENT_DESTROY);
  if (event->type == CTREPLAY_EVENT_NEW) {
    ck_assert_uint_eq(event->connection->struct_bytes, sizeof(connection));
    book->found += ctreplay_engine_find(book->engine, event->connection->id, &connection) == CTREPLAY_OK;
  }
  /* It may look, not touch. */
  ck_assert_int_eq(ctreplay_engine_packet(book->engine, CTREPLAY_LINK_RAW, event->time_ns, packet, 28, 28, &result),
                   CTREPLAY_ERROR_BUSY);
  ck_assert_int_eq(ctreplay_engine_advance(book->engine, event->time_ns), CTREPLAY_ERROR_BUSY);
  ck_assert_int_eq(ctreplay_engine_flush(book->engine), CTREPLAY_ERROR_BUSY);
  ck_assert_int_eq(ctreplay_engine_watch(book->engine, ~0u, kit_on_event, user), CTREPLAY_ERROR_BUSY);
  ctreplay_engine_free(book->engine);
}
