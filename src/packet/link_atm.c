/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP over ATM's AAL5 (RFC 2684): LLC in front, or one protocol a connection, which only its first bytes tell. */
#include "packet/link.h"

enum { CONTROL_UI = 0x03, LLC_SNAP = 0xaaaa03, LLC_ISO = 0xfefe03, LLC_IP = 0x060603, BRIDGED_PAD = 2 };

ct_reason pkt_link_atm(pkt_link *link)
{
  const guint8 *bytes = link->data + link->at;

  if (link->captured - link->at < 3)
    return CT_REASON_LINK_TRUNCATED;
  switch (bytes[0] << 16 | bytes[1] << 8 | bytes[2]) {
  case LLC_SNAP: link->at += 3; return pkt_link_snap(link, BRIDGED_PAD);
  case LLC_ISO: link->at += 3; return pkt_link_nlpid(link);
  case LLC_IP: return pkt_link_llc(link);
  default: break;
  }
  if (bytes[0] == CONTROL_UI) { /* Cisco's way: a control field and no addresses */
    link->at++;
    return pkt_link_nlpid(link);
  }
  return pkt_link_by_version(link);
}
