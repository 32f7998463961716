/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening a capture. The part for programs stands in capture.h. */
#ifndef CAP_OPEN_H
#define CAP_OPEN_H

#include "capture/capture.h"

/* As cap_reader_open, but through libpcap for every kind: the referee of our own readers. */
cap_reader *cap_reader_open_libpcap(const char *path, GError **error);

#endif
