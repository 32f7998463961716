/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of capture: one file each, and one line in the table of open.c. A format tells its files by their first
 * bytes and makes a reader of them. It knows reader.h and nothing of the other formats, nor of the opening.
 */
#ifndef CAP_FORMATS_H
#define CAP_FORMATS_H

#include "capture/reader.h"

typedef struct cap_format {
  /*
   * Whether this reader is for a file that begins so; n is at least 4. pcap needs its whole header of 24 bytes for a
   * yes. NULL: it is for files that no other format recognises.
   */
  gboolean (*recognises)(const guint8 *start, gsize n);
  /*
   * The window stands at the first byte of the file and holds its magic; it is taken over, also on failure.
   * => NULL and error set on failure.
   */
  cap_reader *(*open)(cap_window *window, GError **error);
} cap_format;

extern const cap_format cap_format_pcap, cap_format_pcapng, cap_format_snoop, cap_format_netmon;
/* ERF has no magic: `recognises` is NULL, and cap_erf_recognises, which may wait for three records, is asked last. */
extern const cap_format cap_format_erf;
gboolean cap_erf_recognises(cap_window *window);
/* Every other kind that libpcap knows; and the referee of our own readers. */
extern const cap_format cap_format_libpcap;

#endif
