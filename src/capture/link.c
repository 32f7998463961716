/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link.h"

#include <pcap/dlt.h>

#ifndef DLT_FR
#define DLT_FR 107
#endif

/* LINKTYPE_ values (draft-ietf-opsawg-pcaplinktype) that are not their DLT_ on Linux. */
static const struct {
  guint16 linktype, dlt;
} renumbered[] = {
  { 50, DLT_PPP_SERIAL },  { 51, DLT_PPP_ETHER },  { 100, DLT_ATM_RFC1483 }, { 101, DLT_RAW },
  { 102, DLT_SLIP_BSDOS }, { 103, DLT_PPP_BSDOS }, { 104, DLT_C_HDLC },      { 106, DLT_ATM_CLIP },
  { 107, DLT_FR },         { 246, DLT_PFSYNC },    { 258, DLT_PKTAP },
};

guint cap_link_from_file(guint linktype)
{
  for (gsize i = 0; i < G_N_ELEMENTS(renumbered); i++)
    if (renumbered[i].linktype == linktype)
      return renumbered[i].dlt;
  return linktype;
}

guint cap_link_to_file(guint dlt)
{
  for (gsize i = 0; i < G_N_ELEMENTS(renumbered); i++)
    if (renumbered[i].dlt == dlt)
      return renumbered[i].linktype;
  return dlt;
}

guint32 cap_link_max_captured(guint dlt)
{
  switch (dlt) {
  case DLT_DBUS: return 128u << 20;
  case DLT_EBHSCR: return 8u << 20;
  case DLT_USBPCAP: return 1u << 20;
  default: return 256u << 10;
  }
}

gboolean cap_link_has_host_order(guint dlt)
{
  return dlt == DLT_USB_LINUX || dlt == DLT_USB_LINUX_MMAPPED || dlt == DLT_NFLOG || dlt == DLT_PFLOG ||
         dlt == DLT_PKTAP;
}
