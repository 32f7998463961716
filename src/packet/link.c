/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/link.h"

/*
 * Every link type that can be decoded, indexed by its number: DLT_* as libpcap has them on Linux and LINKTYPE_* as
 * files do.
 */
static const struct {
  const char *name, *help;
  pkt_link_fn decode;
} types[] = {
  [0] = { "NULL", "BSD loopback", pkt_link_null },
  [1] = { "EN10MB", "Ethernet", pkt_link_ethernet },
  [9] = { "PPP", "PPP", pkt_link_ppp },
  [12] = { "RAW", "raw IP", pkt_link_by_version },
  [14] = { "RAW", "raw IP of OpenBSD", pkt_link_by_version },
  [50] = { "PPP_SERIAL", "PPP or Cisco HDLC over serial lines", pkt_link_ppp_serial },
  [51] = { "PPP_ETHER", "PPPoE session", pkt_link_pppoe },
  [101] = { "RAW", "raw IP", pkt_link_by_version },
  [104] = { "C_HDLC", "Cisco HDLC", pkt_link_cisco_hdlc },
  [105] = { "IEEE802_11", "802.11", pkt_link_wlan },
  [108] = { "LOOP", "OpenBSD loopback", pkt_link_null },
  [113] = { "LINUX_SLL", "Linux cooked v1", pkt_link_cooked_v1 },
  [119] = { "PRISM_HEADER", "802.11 with Prism header", pkt_link_wlan_prism },
  [127] = { "IEEE802_11_RADIO", "802.11 with radiotap header", pkt_link_wlan_radiotap },
  [163] = { "IEEE802_11_RADIO_AVS", "802.11 with AVS header", pkt_link_wlan_avs },
  [192] = { "PPI", "per-packet information", pkt_link_ppi },
  [204] = { "PPP_WITH_DIR", "PPP with direction", pkt_link_ppp_with_direction },
  [205] = { "C_HDLC_WITH_DIR", "Cisco HDLC with direction", pkt_link_cisco_hdlc_with_direction },
  [228] = { "IPV4", "raw IPv4", pkt_link_ipv4 },
  [229] = { "IPV6", "raw IPv6", pkt_link_ipv6 },
  [239] = { "NFLOG", "Linux netfilter log", pkt_link_nflog },
  [276] = { "LINUX_SLL2", "Linux cooked v2", pkt_link_cooked_v2 },
};

static pkt_link_fn link_find(guint32 type) { return type < G_N_ELEMENTS(types) ? types[type].decode : NULL; }

gboolean pkt_link_supported(guint link) { return link_find(link) != NULL; }

gboolean pkt_link_words(guint link, const char **name, const char **help)
{
  if (link_find(link) == NULL)
    return FALSE;
  *name = types[link].name;
  *help = types[link].help;
  return TRUE;
}

ct_reason pkt_link_inner(pkt_link *link, guint32 type)
{
  pkt_link_fn decode = link_find(type);

  return decode != NULL && decode != pkt_link_ppi ? decode(link) : CT_REASON_NOT_IP;
}

ct_reason pkt_link_decode(const cap_frame *frame, pkt_link *link)
{
  pkt_link_fn decode = link_find(frame->link);

  *link = (pkt_link){ .data = frame->data, .captured = frame->captured, .direction = frame->direction };
  return decode != NULL ? decode(link) : CT_REASON_NOT_IP;
}
