/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vlans.h"

void replay_vlans_packet(replay_vlans *vlans, const ct_packet *packet, guint32 vlan)
{
  const ct_tuple *t = &packet->tuple;
  guint32 flow;
  guint i;

  if (packet->kind != CT_PACKET_TRACK)
    return;
  /* One way of a conversation: where requests have one VLAN and answers another, that is no second connection. */
  flow =
    packet->hash ^
    (t->src.words[0] ^ t->src.words[1] ^ t->src.words[2] ^ t->src.words[3] ^ (guint32)t->src_id << 16) * 0x9e3779b1u;
  i = flow >> 22;
  if (vlans->flows[i].vlan != 0 && vlans->flows[i].flow == flow && vlans->flows[i].vlan != vlan) {
    if (vlans->n_shared++ == 0) {
      vlans->shared[0] = vlans->flows[i].vlan;
      vlans->shared[1] = vlan;
    }
  }
  vlans->flows[i].flow = flow;
  vlans->flows[i].vlan = vlan;
}

/* "10", or "100.10" where one tag stands in another. */
static char *words(guint32 vlan)
{
  if (vlan >> 12 == 0)
    return g_strdup_printf("%u", vlan);
  return g_strdup_printf("%u.%u", vlan >> 12 & 0xfff, vlan & 0xfff);
}

/* The same for pcap-filter(7). */
static char *filter(guint32 vlan)
{
  if (vlan >> 12 == 0)
    return g_strdup_printf("vlan %u", vlan);
  return g_strdup_printf("vlan %u and vlan %u", vlan >> 12 & 0xfff, vlan & 0xfff);
}

char *replay_vlans_remark(const replay_vlans *vlans)
{
  char *a, *b, *only_a, *only_b, *text;

  if (vlans->n_shared == 0)
    return NULL;
  a = words(vlans->shared[0]);
  b = words(vlans->shared[1]);
  only_a = filter(vlans->shared[0]);
  only_b = filter(vlans->shared[1]);
  text =
    g_strdup_printf("the same addresses and ports are on VLAN %s and on VLAN %s; all VLANs are taken as one, zone 0 "
                    "of conntrack. Where zones follow VLANs these are two connections: --zone-by vlan, or one at a "
                    "time with --bpf '%s' and --bpf '%s'",
                    a, b, only_a, only_b);
  g_free(a);
  g_free(b);
  g_free(only_a);
  g_free(only_b);
  return text;
}
