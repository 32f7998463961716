/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rule drops a packet? A ruleset and three packets through libctreplay:
 *
 *   cc -o rules rules.c $(pkg-config --cflags --libs ctreplay) && ./rules
 */
#include <ctreplay.h>

#include <stdio.h>
#include <string.h>

static const char ruleset[] = "*filter\n"
                              ":FORWARD DROP [0:0]\n"
                              "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n"
                              "-A FORWARD -i lan0 -p udp -m udp --dport 53 -j ACCEPT\n"
                              "COMMIT\n";

/* A UDP packet without data, from 10.0.0.from to 10.0.0.to. */
static void udp(uint8_t packet[28], uint8_t from, uint16_t sport, uint8_t to, uint16_t dport)
{
  static const uint8_t start[20] = { 0x45, 0, 0, 28, 0, 0, 0x40, 0, 64, 17 };
  const uint8_t rest[16] = {
    10, 0, 0, from, 10, 0, 0, to, (uint8_t)(sport >> 8), (uint8_t)sport, (uint8_t)(dport >> 8), (uint8_t)dport,
    0,  8, 0, 0
  };
  unsigned i, sum = 0;

  memcpy(packet, start, 12);
  memcpy(packet + 12, rest, 16);
  for (i = 0; i < 20; i += 2)
    sum += (unsigned)packet[i] << 8 | packet[i + 1];
  sum = (sum & 0xffff) + (sum >> 16);
  packet[10] = (uint8_t)(~sum >> 8);
  packet[11] = (uint8_t)~sum;
}

static int feed(ctreplay_engine *engine, const char *interface, int64_t time_ns, const uint8_t packet[28])
{
  ctreplay_result result = { .struct_bytes = sizeof(result) };
  ctreplay_ruling ruling = { .struct_bytes = sizeof(ruling) };

  if (ctreplay_engine_set_interface(engine, interface) != CTREPLAY_OK ||
      ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, time_ns, packet, 28, 28, &result) != CTREPLAY_OK ||
      ctreplay_engine_ruling(engine, &ruling) != CTREPLAY_OK) {
    fprintf(stderr, "%s\n", ctreplay_engine_error(engine));
    return 1;
  }
  printf("%s by %s: %s, by line %u: %s\n", ctreplay_class_name(result.packet_class), interface,
         ctreplay_rules_verdict_name(ruling.verdict), (unsigned)ruling.line,
         ruling.rule > 0 ? ruling.rule_text : "the policy");
  return 0;
}

int main(void)
{
  ctreplay_engine *engine = ctreplay_engine_new(NULL);
  uint8_t query[28], answer[28];
  int failed;

  if (engine == NULL)
    return 1;
  if (ctreplay_engine_load_rules(engine, "rules", ruleset, sizeof(ruleset) - 1) != CTREPLAY_OK) {
    fprintf(stderr, "%s\n", ctreplay_engine_error(engine));
    return 1;
  }
  udp(query, 2, 40000, 53, 53);
  udp(answer, 53, 53, 2, 40000);
  failed = feed(engine, "wan0", 1000000000, query) || feed(engine, "lan0", 2000000000, query) ||
           feed(engine, "wan0", 3000000000, answer);
  ctreplay_engine_free(engine);
  return failed;
}
