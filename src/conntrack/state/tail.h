/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state's end: 8 bytes of its length, CRC32c of all up to here, 4 bytes that say that it ends. Internal. */
#ifndef CT_STATE_TAIL_H
#define CT_STATE_TAIL_H

#include <stdint.h>

enum { CT_STATE_TAIL_BYTES = 16 };
#define CT_STATE_END UINT32_C(0x2e646e65) /* "end." */

#endif
