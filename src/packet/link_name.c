/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apart from link.c, because this asks libpcap for the names of link types that cannot be decoded. */
#include <pcap/pcap.h>

#include "packet/link.h"

const char *pkt_link_name(guint link)
{
  static __thread char text[128];
  const char *name, *help;

  if (pkt_link_words(link, &name, &help)) {
    g_snprintf(text, sizeof(text), "%s (%s)", name, help);
    return text;
  }
  if (link == CAP_LINK_NOTES)
    return "of no frames, but of notes about the capture,";
  name = pcap_datalink_val_to_name((int)link);
  help = pcap_datalink_val_to_description((int)link);
  if (name != NULL && help != NULL)
    g_snprintf(text, sizeof(text), "%s (%u, %s)", name, link, help);
  else
    g_snprintf(text, sizeof(text), "%u", link);
  return text;
}
