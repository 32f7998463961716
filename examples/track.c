/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracks packets of one's own and prints what happens: cc track.c $(pkg-config --cflags --libs ctreplay) && ./a.out
 * The packets are those of two DNS queries, of which one is answered. ctreplay.h says what the functions promise.
 */
#include <arpa/inet.h>
#include <ctreplay.h>
#include <stdio.h>

static void on_event(const ctreplay_event *event, void *user)
{
  const ctreplay_connection *c = event->connection;
  char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

  (void)user;
  printf("  %9.3f s  %-7s #%d %s:%u > %s:%u%s%s\n", (double)event->time_ns / 1e9, ctreplay_event_name(event->type),
         (int)c->id, inet_ntop(AF_INET, c->tuple[0].source, from, sizeof(from)), c->tuple[0].source_id,
         inet_ntop(AF_INET, c->tuple[0].destination, to, sizeof(to)), c->tuple[0].destination_id,
         event->reason ? ", " : "", event->reason ? event->reason : "");
}

static int on_entry(const ctreplay_connection *c, void *user)
{
  (void)user;
  printf("in the table: #%d, %d s left, %d+%d packets\n", (int)c->id, (int)(c->timeout_ns / 1000000000),
         (int)c->packets[0], (int)c->packets[1]);
  return 0;
}

/*
 * An IPv4 packet with an empty UDP datagram, from 10.0.0.client to 10.0.0.server; no checksums, so they are not to be
 * verified.
 */
static void track(ctreplay_engine *engine, int64_t time_ms, int client, int client_port, int server, int server_port)
{
  /* clang-format off */
  unsigned char packet[28] = { 0x45, 0, 0, 28, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, (unsigned char)client, 10,
    0, 0, (unsigned char)server, (unsigned char)(client_port >> 8), (unsigned char)client_port, (unsigned
    char)(server_port >> 8), (unsigned char)server_port, 0, 8 };
  /* clang-format on */
  ctreplay_result result = { .struct_bytes = sizeof(result) };

  if (ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, time_ms * 1000000, packet, sizeof(packet), sizeof(packet),
                             &result) != CTREPLAY_OK)
    fprintf(stderr, "%s\n", ctreplay_engine_error(engine));
  else
    printf("packet %d: %s, %s, %d s left%s%s\n", (int)result.packet, ctreplay_class_name(result.packet_class),
           result.direction == CTREPLAY_REPLY ? "reply" : "original", (int)(result.timeout_ns / 1000000000),
           result.reason ? ": " : "", result.reason_text);
}

int main(void)
{
  ctreplay_engine *engine = ctreplay_engine_new("linux-6.18");

  if (engine == NULL || ctreplay_engine_set_option(engine, "checksums", "ignore") != CTREPLAY_OK ||
      ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeout", "10") != CTREPLAY_OK)
    return 1;
  ctreplay_engine_watch(engine, 1u << CTREPLAY_EVENT_NEW | 1u << CTREPLAY_EVENT_UPDATE | 1u << CTREPLAY_EVENT_DESTROY,
                        on_event, NULL);
  track(engine, 0, 2, 40000, 53, 53);
  track(engine, 20, 53, 53, 2, 40000);
  track(engine, 4000, 2, 40001, 53, 53);
  ctreplay_engine_advance(engine, INT64_C(11000000000));
  ctreplay_engine_each(engine, on_entry, NULL);
  ctreplay_engine_flush(engine);
  ctreplay_engine_free(engine);
  return 0;
}
