/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What SNPT and DNPT answer to a packet that they drop, since no word of its address can make up for the change. */
#ifndef FIREWALL_WALK_NPT_H
#define FIREWALL_WALK_NPT_H

#include "firewall/target/data.h"
#include "firewall/walk/walk.h"

/* => the error that the kernel sends where that is the last word on a packet; NULL: it is another. */
const fw_reject *fw_npt_refusal(const fw_decision *decision);

#endif
