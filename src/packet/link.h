/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Link layers: how far into a frame the IP header begins. A new link type is a function here and a line in link.c's
 * list; the layers that several of them lead to (ethertypes, PPP protocols) have functions of their own. Only for
 * src/packet.
 */
#ifndef PKT_LINK_H
#define PKT_LINK_H

#include "packet/packet.h"

/* A frame being unwrapped. Functions move at forward and never read beyond captured. */
typedef struct pkt_link {
  const guint8 *data;
  guint32 captured;
  guint32 wire; /* the frame's own length; captured or more */
  guint32 at;   /* where the next layer begins; the IP header once family is set */
  guint32 tail; /* bytes at the frame's end that are the link's own (FCS) */
  guint32 ifindex;
  guint16 type;      /* the link type that is being decoded, for decoders of several */
  guint32 vlan;      /* of the tags met, 12 bits each, the last in the lowest */
  guint16 direction; /* cap_direction */
  guint16 layers;
  gboolean in_llc, inside; /* inside a frame of another type */
  guint8 family;           /* CT_IPV4, CT_IPV6: as the link says, not the packet */
} pkt_link;

/* => NONE with at and family set, or LINK_TRUNCATED, LINK_UNSUPPORTED, NOT_IP. */
typedef ct_reason (*pkt_link_fn)(pkt_link *link);

/* => the next n bytes, at moved beyond them; NULL where the frame ends before. */
static inline const guint8 *pkt_link_take(pkt_link *link, guint32 n)
{
  const guint8 *bytes = link->data + link->at;

  if (n > link->captured - link->at)
    return NULL;
  link->at += n;
  return bytes;
}

/* Takes the byte that tells the direction in front of serial lines' frames; 0 is "in". */
static inline gboolean pkt_link_direction(pkt_link *link)
{
  const guint8 *direction = pkt_link_take(link, 1);

  if (direction == NULL)
    return FALSE;
  link->direction = direction[0] == 0 ? CAP_DIR_IN : CAP_DIR_OUT;
  return TRUE;
}

static inline guint16 pkt_le16(const guint8 *bytes) { return (guint16)(bytes[1] << 8 | bytes[0]); }
static inline guint32 pkt_le32(const guint8 *bytes) { return (guint32)pkt_le16(bytes + 2) << 16 | pkt_le16(bytes); }
static inline guint32 pkt_32(const guint8 *bytes, gboolean little) { return little ? pkt_le32(bytes) : ct_be32(bytes); }

/*
 * The layers that can follow: an ethertype (or an 802.3 length, which means LLC), a PPP protocol field, an LLC header,
 * MPLS labels, an IP header.
 */
ct_reason pkt_link_ethertype(pkt_link *link, guint16 type);
ct_reason pkt_link_ppp_protocol(pkt_link *link);
ct_reason pkt_link_llc(pkt_link *link);
ct_reason pkt_link_mpls(pkt_link *link);
ct_reason pkt_link_by_version(pkt_link *link);
/* An NLPID and what it stands for; a SNAP header, in front of a bridged frame so many bytes of padding. */
ct_reason pkt_link_nlpid(pkt_link *link);
ct_reason pkt_link_snap(pkt_link *link, guint32 bridged_pad);
/* PPP, Cisco HDLC or Frame Relay, by the first bytes: serial lines do not say. */
ct_reason pkt_link_hdlc(pkt_link *link);
/* A frame of another link type inside this one (PPI, PKTAP); one level deep. */
ct_reason pkt_link_inner(pkt_link *link, guint32 type);

/* One for each link type, or for several that differ by link->type: what link.c's list calls. */
ct_reason pkt_link_ethernet(pkt_link *link);
ct_reason pkt_link_cooked_v1(pkt_link *link);
ct_reason pkt_link_cooked_v2(pkt_link *link);
ct_reason pkt_link_ipv4(pkt_link *link);
ct_reason pkt_link_ipv6(pkt_link *link);
ct_reason pkt_link_null(pkt_link *link);
ct_reason pkt_link_nflog(pkt_link *link);
ct_reason pkt_link_ppp(pkt_link *link);
ct_reason pkt_link_ppp_serial(pkt_link *link);
ct_reason pkt_link_ppp_with_direction(pkt_link *link);
ct_reason pkt_link_pppoe(pkt_link *link);
ct_reason pkt_link_cisco_hdlc(pkt_link *link);
ct_reason pkt_link_cisco_hdlc_with_direction(pkt_link *link);
ct_reason pkt_link_wlan(pkt_link *link);
ct_reason pkt_link_wlan_radiotap(pkt_link *link);
ct_reason pkt_link_wlan_prism(pkt_link *link);
ct_reason pkt_link_wlan_avs(pkt_link *link);
ct_reason pkt_link_ppi(pkt_link *link);
ct_reason pkt_link_atm(pkt_link *link);
ct_reason pkt_link_frame_relay(pkt_link *link);
ct_reason pkt_link_frame_relay_with_direction(pkt_link *link);
ct_reason pkt_link_multilink_frame_relay(pkt_link *link);
ct_reason pkt_link_slip(pkt_link *link);
ct_reason pkt_link_slip_bsdos(pkt_link *link);
ct_reason pkt_link_juniper(pkt_link *link);
ct_reason pkt_link_pktap(pkt_link *link);
ct_reason pkt_link_ipoib(pkt_link *link);
ct_reason pkt_link_dsa(pkt_link *link);
ct_reason pkt_link_edsa(pkt_link *link);
ct_reason pkt_link_broadcom(pkt_link *link);
ct_reason pkt_link_broadcom_prepended(pkt_link *link);
ct_reason pkt_link_erf(pkt_link *link);

/* => TRUE with the words for a link type that can be decoded ("EN10MB", "Ethernet"); static. */
gboolean pkt_link_words(guint link, const char **name, const char **help);

/* Unwraps a frame of any type. */
ct_reason pkt_link_decode(const cap_frame *frame, pkt_link *link);

#endif
