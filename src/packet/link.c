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
  [8] = { "SLIP", "SLIP", pkt_link_slip },
  [9] = { "PPP", "PPP", pkt_link_ppp },
  [11] = { "ATM_RFC1483", "LLC or IP over ATM", pkt_link_atm },
  [12] = { "RAW", "raw IP", pkt_link_by_version },
  [14] = { "RAW", "raw IP of OpenBSD", pkt_link_by_version },
  [15] = { "SLIP_BSDOS", "SLIP of BSD/OS", pkt_link_slip_bsdos },
  [50] = { "PPP_SERIAL", "PPP or Cisco HDLC over serial lines", pkt_link_ppp_serial },
  [51] = { "PPP_ETHER", "PPPoE session", pkt_link_pppoe },
  [101] = { "RAW", "raw IP", pkt_link_by_version },
  [104] = { "C_HDLC", "Cisco HDLC", pkt_link_cisco_hdlc },
  [105] = { "IEEE802_11", "802.11", pkt_link_wlan },
  [107] = { "FRELAY", "Frame Relay", pkt_link_frame_relay },
  [108] = { "LOOP", "OpenBSD loopback", pkt_link_null },
  [113] = { "LINUX_SLL", "Linux cooked v1", pkt_link_cooked_v1 },
  [119] = { "PRISM_HEADER", "802.11 with Prism header", pkt_link_wlan_prism },
  [127] = { "IEEE802_11_RADIO", "802.11 with radiotap header", pkt_link_wlan_radiotap },
  [130] = { "JUNIPER_MLPPP", "Juniper multilink PPP", pkt_link_juniper },
  [131] = { "JUNIPER_MLFR", "Juniper multilink Frame Relay, FRF.15", pkt_link_juniper },
  [132] = { "JUNIPER_ES", "Juniper encryption services", pkt_link_juniper },
  [133] = { "JUNIPER_GGSN", "Juniper GGSN", pkt_link_juniper },
  [134] = { "JUNIPER_MFR", "Juniper multilink Frame Relay, FRF.16", pkt_link_juniper },
  [135] = { "JUNIPER_ATM2", "Juniper ATM2", pkt_link_juniper },
  [136] = { "JUNIPER_SERVICES", "Juniper adaptive services", pkt_link_juniper },
  [137] = { "JUNIPER_ATM1", "Juniper ATM1", pkt_link_juniper },
  [149] = { "PKTAP", "Apple PKTAP under USER2", pkt_link_pktap },
  [163] = { "IEEE802_11_RADIO_AVS", "802.11 with AVS header", pkt_link_wlan_avs },
  [164] = { "JUNIPER_MONITOR", "Juniper passive monitoring", pkt_link_juniper },
  [167] = { "JUNIPER_PPPOE", "Juniper PPPoE", pkt_link_juniper },
  [168] = { "JUNIPER_PPPOE_ATM", "Juniper PPPoE over ATM", pkt_link_juniper },
  [178] = { "JUNIPER_ETHER", "Juniper Ethernet", pkt_link_juniper },
  [179] = { "JUNIPER_PPP", "Juniper PPP", pkt_link_juniper },
  [180] = { "JUNIPER_FRELAY", "Juniper Frame Relay", pkt_link_juniper },
  [181] = { "JUNIPER_CHDLC", "Juniper Cisco HDLC", pkt_link_juniper },
  [182] = { "MFR", "multilink Frame Relay, FRF.16", pkt_link_multilink_frame_relay },
  [192] = { "PPI", "per-packet information", pkt_link_ppi },
  [197] = { "ERF", "Endace records", pkt_link_erf },
  [204] = { "PPP_WITH_DIR", "PPP with direction", pkt_link_ppp_with_direction },
  [205] = { "C_HDLC_WITH_DIR", "Cisco HDLC with direction", pkt_link_cisco_hdlc_with_direction },
  [206] = { "FRELAY_WITH_DIR", "Frame Relay with direction", pkt_link_frame_relay_with_direction },
  [228] = { "IPV4", "raw IPv4", pkt_link_ipv4 },
  [229] = { "IPV6", "raw IPv6", pkt_link_ipv6 },
  [239] = { "NFLOG", "Linux netfilter log", pkt_link_nflog },
  [242] = { "IPOIB", "IP over InfiniBand", pkt_link_ipoib },
  [258] = { "PKTAP", "Apple PKTAP", pkt_link_pktap },
  [276] = { "LINUX_SLL2", "Linux cooked v2", pkt_link_cooked_v2 },
  [281] = { "DSA_TAG_BRCM", "Ethernet with Broadcom switch tag", pkt_link_broadcom },
  [282] = { "DSA_TAG_BRCM_PREPEND", "Ethernet behind Broadcom switch tag", pkt_link_broadcom_prepended },
  [284] = { "DSA_TAG_DSA", "Ethernet with Marvell DSA tag", pkt_link_dsa },
  [285] = { "DSA_TAG_EDSA", "Ethernet with Marvell EDSA tag", pkt_link_edsa },
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

  if (decode == NULL)
    return CT_REASON_LINK_UNSUPPORTED;
  if (link->inside)
    return CT_REASON_NOT_IP;
  link->inside = TRUE;
  link->type = (guint16)type;
  return decode(link);
}

ct_reason pkt_link_decode(const cap_frame *frame, pkt_link *link)
{
  pkt_link_fn decode = link_find(frame->link);

  *link = (pkt_link){ .data = frame->data,
                      .captured = frame->captured,
                      .wire = MAX(frame->wire, frame->captured),
                      .type = frame->link,
                      .direction = frame->direction };
  return decode != NULL ? decode(link) : CT_REASON_LINK_UNSUPPORTED;
}
