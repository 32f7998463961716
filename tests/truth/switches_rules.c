/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KERNELS K17 of a profile, by packets through a small firewall. */
#include <string.h>

#include "conntrack/engine.h"
#include "firewall/iptables.h"
#include "firewall/walk/firewall.h"
#include "switches_known.h"

static const char rules[] = "*mangle\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n:in - [0:0]\n"
                            "-A POSTROUTING -j in\n-A in -i lan0 -j MARK --set-mark 1\nCOMMIT\n"
                            "*filter\n:FORWARD ACCEPT\n-A FORWARD -p tcp -j ACCEPT\n-A FORWARD -j REJECT\nCOMMIT\n";

/* A packet from lan0 to elsewhere, with zeros behind its IP header. */
static const fw_outcome *send(fw_firewall *firewall, ct_engine *engine, guint8 protocol)
{
  static guint8 bytes[48] = { 0x45, 0, 0, 48, 0, 0, 0, 0, 64, 0, 0, 0, 10, 1, 0, 2, 10, 2, 0, 2 };
  static ct_packet packet;
  fw_arrival arrival = { .packet = &packet, .in = "lan0" };
  ct_result result;

  bytes[9] = protocol;
  memset(bytes + 20, 0, sizeof bytes - 20);
  if (protocol == CT_PROTO_TCP)
    memcpy(bytes + 20, "\0\1\0\2\0\0\0\0\0\0\0\0\120\2\4\0", 16);
  else if (protocol == CT_PROTO_UDP)
    memcpy(bytes + 20, "\0\1\0\2\0\34", 6);
  else
    bytes[24] = 1;
  packet =
    (ct_packet){ .time_ns = 1000000000, .number = 1, .data = bytes, .length = sizeof bytes, .captured = sizeof bytes };
  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, ct_engine_params(engine));
  fw_firewall_packet(firewall, engine, &arrival, &result);
  return fw_firewall_outcome(firewall);
}

guint known_rules(const ct_params *params)
{
  enum { ESP = 50 };
  const fw_read_options read = { FALSE, FW_IPV4, FW_BACKEND_NFT };
  const fw_firewall_options options = { .backend = FW_BACKEND_NFT, .no_answer_limit = TRUE };
  fw_ruleset *ruleset = fw_ruleset_new();
  fw_box_facts *facts = fw_box_facts_new();
  ct_engine *engine = ct_engine_new(params);
  fw_firewall *firewall;
  guint found = 0;

  g_assert(fw_rules_read(ruleset, "rules", rules, strlen(rules), &read, NULL));
  fw_rules_finish(ruleset);
  g_assert(fw_box_facts_local(facts, "10.1.0.1/24@lan0"));
  firewall = fw_firewall_new(ruleset, facts, &options);
  if (send(firewall, engine, CT_PROTO_TCP)->packet.mark == 1)
    found |= KNOWN_POSTROUTING_HAS_INPUT;
  if (send(firewall, engine, ESP)->answer.sent)
    found |= KNOWN_SPARES_OTHER_SUMS;
  if (send(firewall, engine, CT_PROTO_UDP)->answer.sent)
    found |= KNOWN_SPARES_UDP_WITHOUT_SUM;
  fw_firewall_free(firewall);
  ct_engine_free(engine);
  fw_box_facts_free(facts);
  fw_ruleset_free(ruleset);
  return found;
}
