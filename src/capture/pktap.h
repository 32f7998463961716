/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of interfaces that stand inside the frames. */
#ifndef CAP_PKTAP_H
#define CAP_PKTAP_H

#include "capture/reader.h"

/* TRUE where frames of this DLT may name their interface. */
gboolean cap_pktap_is(guint link);

/* Sets interface and direction of the frames that tell them, of a reader whose frames may. */
void cap_pktap_name(cap_reader *reader, cap_batch *batch);

#endif
