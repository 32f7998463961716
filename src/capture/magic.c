/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/magic.h"

#include "capture/reader.h"

gboolean cap_magic_is_pcap(guint32 magic)
{
  return magic == CAP_MAGIC_PCAP_USEC || magic == CAP_MAGIC_PCAP_NSEC || magic == CAP_MAGIC_PCAP_PATCHED;
}

gboolean cap_magic_begins_another(const guint8 *at)
{
  guint32 magic = cap_get32(at, FALSE);

  if (magic == CAP_MAGIC_SECTION)
    return cap_get32(at + 8, FALSE) == CAP_MAGIC_BYTE_ORDER || cap_get32(at + 8, TRUE) == CAP_MAGIC_BYTE_ORDER;
  /* Version 2.4 in either byte order, and the two fields that nobody fills in. */
  for (int swap = 0; swap < 2; swap++, magic = GUINT32_SWAP_LE_BE(magic))
    if (cap_magic_is_pcap(magic) && cap_get16(at + 4, swap) == 2 && cap_get16(at + 6, swap) == 4)
      return cap_get64(at + 8, FALSE) == 0;
  return FALSE;
}
