/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Juniper's routers write: a magic, flags, extensions, on many cards a cookie, then the frame of the card. As far
 * as anybody has documented it, which is what tcpdump prints of it.
 */
#include "packet/link.h"

enum {
  JUNIPER_MLPPP = 130,
  JUNIPER_MLFR = 131,
  JUNIPER_ES = 132,
  JUNIPER_GGSN = 133,
  JUNIPER_MFR = 134,
  JUNIPER_ATM2 = 135,
  JUNIPER_SERVICES = 136,
  JUNIPER_ATM1 = 137,
  JUNIPER_MONITOR = 164,
  JUNIPER_PPPOE = 167,
  JUNIPER_PPPOE_ATM = 168,
  JUNIPER_ETHER = 178,
  JUNIPER_PPP = 179,
  JUNIPER_FRELAY = 180,
  JUNIPER_CHDLC = 181
};

enum { MAGIC = 0x4d4743 /* "MGC" */, FLAG_IN = 0x01, FLAG_NO_LINK = 0x02, FLAG_EXTENSIONS = 0x80 };
/* Cookies of the cards that bundle links begin with what kind of card that is. */
enum {
  COOKIE_LINK_SERVICES = 0x54,
  COOKIE_ADAPTIVE_SERVICES = 0x47,
  COOKIE_ADAPTIVE_BYTES = 8,
  LINK_SERVICES_MORE = 2
};
enum { CONTROL_UI = 0x03 };

/* Extensions are types and lengths one after the other; a type or length of 0 ends them. => FALSE: one runs past their
 * end. */
static gboolean extensions_fit(const guint8 *extensions, guint32 bytes)
{
  enum { TYPE_AND_LENGTH = 2 };

  while (bytes > TYPE_AND_LENGTH && extensions[0] != 0 && extensions[1] != 0) {
    guint32 one = TYPE_AND_LENGTH + (guint32)extensions[1];

    if (one > bytes)
      return FALSE;
    extensions += one;
    bytes -= one;
  }
  return TRUE;
}

static ct_reason extensions_take(pkt_link *link)
{
  const guint8 *length = pkt_link_take(link, 2), *extensions;

  if (length == NULL || (extensions = pkt_link_take(link, ct_be16(length))) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  return extensions_fit(extensions, ct_be16(length)) ? CT_REASON_NONE : CT_REASON_NOT_IP;
}

/* => NONE with the header taken; *bare: what follows is an IP packet, the link's header having been stripped. */
static ct_reason header_take(pkt_link *link, gboolean *bare)
{
  const guint8 *header = pkt_link_take(link, 4);
  ct_reason reason;

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  if (ct_be32(header) >> 8 != MAGIC)
    return CT_REASON_NOT_IP;
  link->direction = header[3] & FLAG_IN ? CAP_DIR_IN : CAP_DIR_OUT;
  if (header[3] & FLAG_EXTENSIONS && (reason = extensions_take(link)) != CT_REASON_NONE)
    return reason;
  *bare = (header[3] & FLAG_NO_LINK) != 0;
  return *bare && pkt_link_take(link, 4) == NULL ? CT_REASON_LINK_TRUNCATED : CT_REASON_NONE;
}

static guint32 cookie_bytes(guint type)
{
  switch (type) {
  case JUNIPER_MLPPP:
  case JUNIPER_MLFR: return 2;
  case JUNIPER_MFR:
  case JUNIPER_ATM1: return 4;
  case JUNIPER_GGSN:
  case JUNIPER_ATM2:
  case JUNIPER_SERVICES:
  case JUNIPER_MONITOR: return 8;
  default: return 0;
  }
}

enum { PROTOCOL = 0x70, PROTOCOL_IPV4 = 0x00, PROTOCOL_IPV6 = 0x10, PROTOCOL_MPLS = 0x20, PROTOCOL_ISO = 0x30 };

/* Adaptive services cards: the cookie tells the protocol. */
static ct_reason by_services_cookie(pkt_link *link, const guint8 *cookie)
{
  switch (cookie[5] & PROTOCOL) {
  case PROTOCOL_IPV4: return pkt_link_ipv4(link);
  case PROTOCOL_IPV6: return pkt_link_ipv6(link);
  case PROTOCOL_MPLS: return pkt_link_mpls(link);
  default: return CT_REASON_NOT_IP;
  }
}

/* A control field, and the NLPID. */
static ct_reason ui_and_nlpid(pkt_link *link)
{
  const guint8 *control = pkt_link_take(link, 1);

  if (control == NULL)
    return CT_REASON_LINK_TRUNCATED;
  return control[0] == CONTROL_UI ? pkt_link_nlpid(link) : CT_REASON_NOT_IP;
}

/*
 * On the way to the routing engine IPv4 stands for PPP, as IPv4 itself would come there without a cookie; and so does a
 * protocol that is none of the four.
 */
static gboolean cookie_tells_protocol(const guint8 *cookie)
{
  enum { TO_ROUTING_ENGINE = 0x0c };

  return cookie[0] == COOKIE_ADAPTIVE_SERVICES &&
         (cookie[4] != TO_ROUTING_ENGINE || (cookie[5] & PROTOCOL) != PROTOCOL_IPV4) &&
         (cookie[5] & PROTOCOL) <= PROTOCOL_ISO;
}

/* The cards that bundle links: PPP or Frame Relay frames, of the bundle with a cookie, of a link in it without. */
static ct_reason bundle(pkt_link *link)
{
  enum { FRAGMENT_ENDS = 0xc0 };
  guint32 bytes = cookie_bytes(link->type);
  const guint8 *cookie;

  if (link->at >= link->captured)
    return CT_REASON_LINK_TRUNCATED;
  cookie = link->data + link->at;
  if (cookie[0] == COOKIE_ADAPTIVE_SERVICES)
    bytes = COOKIE_ADAPTIVE_BYTES;
  else if (cookie[0] == COOKIE_LINK_SERVICES)
    bytes += LINK_SERVICES_MORE;
  else if (link->type == JUNIPER_MFR && (cookie[0] & FRAGMENT_ENDS) == FRAGMENT_ENDS)
    return pkt_link_multilink_frame_relay(link);
  if (pkt_link_take(link, bytes) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  if (link->type == JUNIPER_MLPPP)
    return cookie_tells_protocol(cookie) ? by_services_cookie(link, cookie) : pkt_link_ppp(link);
  if (cookie[0] == COOKIE_ADAPTIVE_SERVICES)
    return link->type == JUNIPER_MFR ? by_services_cookie(link, cookie) : CT_REASON_NOT_IP;
  return ui_and_nlpid(link);
}

/* Encryption cards: 16 bytes about the tunnel in front of a packet that got one protection. What has two is no packet.
 */
static ct_reason encryption(pkt_link *link)
{
  enum { KIND = 3, ABOUT = 16, ESP_AUTHENTICATED = 3, AH = 4, ESP_ENCRYPTED = 5 };
  const guint8 *about = pkt_link_take(link, ABOUT);

  if (about == NULL)
    return CT_REASON_LINK_TRUNCATED;
  switch (about[KIND]) {
  case ESP_AUTHENTICATED:
  case AH:
  case ESP_ENCRYPTED: return pkt_link_by_version(link);
  default: return CT_REASON_NOT_IP;
  }
}

static ct_reason atm2(pkt_link *link, const guint8 *cookie)
{
  enum { NO_PACKET = 0x70, GAP_COUNT = 0x3f, PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281 };
  const guint8 *bytes = link->data + link->at;

  if (cookie[7] & NO_PACKET) /* cells, and cells about the link */
    return CT_REASON_NOT_IP;
  if (link->captured - link->at < 3)
    return CT_REASON_LINK_TRUNCATED;
  if ((bytes[0] != 0xaa && bytes[0] != 0xfe) || bytes[1] != bytes[0] || bytes[2] != CONTROL_UI) {
    if (link->direction == CAP_DIR_OUT && ct_be32(cookie) & GAP_COUNT)
      return pkt_link_ethernet(link);
    if (ct_be16(bytes) == PPP_IPV4 || ct_be16(bytes) == PPP_IPV6 || ct_be16(bytes) == PPP_MPLS)
      return pkt_link_ppp(link);
  }
  return pkt_link_atm(link);
}

static ct_reason with_cookie(pkt_link *link)
{
  enum { ATM1_CELL = 0x80, GGSN_PROTOCOL = 2, GGSN_IPV4 = 2, GGSN_IPV6 = 6 };
  const guint8 *cookie = pkt_link_take(link, cookie_bytes(link->type));

  if (cookie == NULL)
    return CT_REASON_LINK_TRUNCATED;
  switch (link->type) {
  case JUNIPER_ATM1: return cookie[0] != ATM1_CELL ? pkt_link_atm(link) : CT_REASON_NOT_IP;
  case JUNIPER_ATM2: return atm2(link, cookie);
  case JUNIPER_GGSN:
    if (cookie[GGSN_PROTOCOL] == GGSN_IPV4)
      return pkt_link_ipv4(link);
    return cookie[GGSN_PROTOCOL] == GGSN_IPV6 ? pkt_link_ipv6(link) : CT_REASON_NOT_IP;
  default: return pkt_link_by_version(link);
  }
}

ct_reason pkt_link_juniper(pkt_link *link)
{
  gboolean bare = FALSE;
  ct_reason reason = header_take(link, &bare);
  const guint8 *type;

  if (reason != CT_REASON_NONE)
    return reason;
  if (bare)
    return pkt_link_by_version(link);
  switch (link->type) {
  case JUNIPER_PPPOE:
  case JUNIPER_ETHER: return pkt_link_ethernet(link);
  case JUNIPER_PPP: return pkt_link_ppp(link);
  case JUNIPER_FRELAY: return pkt_link_frame_relay(link);
  case JUNIPER_CHDLC: return pkt_link_cisco_hdlc(link);
  case JUNIPER_MLPPP:
  case JUNIPER_MLFR:
  case JUNIPER_MFR: return bundle(link);
  case JUNIPER_ES: return encryption(link);
  case JUNIPER_PPPOE_ATM:
    type = pkt_link_take(link, 2);
    return type != NULL ? pkt_link_ethertype(link, ct_be16(type)) : CT_REASON_LINK_TRUNCATED;
  default: return with_cookie(link);
  }
}
