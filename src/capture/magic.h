/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first bytes of pcap and pcapng files, which their readers and the writer share. */
#ifndef CAP_MAGIC_H
#define CAP_MAGIC_H

#include <glib.h>

enum {
  CAP_MAGIC_PCAP_USEC = 0xa1b2c3d4,
  CAP_MAGIC_PCAP_NSEC = 0xa1b23c4d,
  /* A. Kuznetsov's libpcap of 1999: 8 bytes more in each record, about the interface */
  CAP_MAGIC_PCAP_PATCHED = 0xa1b2cd34
};

enum {
  CAP_MAGIC_SECTION = 0x0a0d0d0a,   /* the type of pcapng's first block: reads the same in both byte orders */
  CAP_MAGIC_BYTE_ORDER = 0x1a2b3c4d /* behind that block's length */
};

/* In the byte order of this machine. */
gboolean cap_magic_is_pcap(guint32 magic);

/* => TRUE where another pcap or pcapng file begins at these 16 bytes: what cat makes of two captures. */
gboolean cap_magic_begins_another(const guint8 *at);

#endif
