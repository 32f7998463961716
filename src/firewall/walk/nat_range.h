/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a nat rule asks for: addresses and ports from its target, the packet, and the addresses of the box's devices. */
#ifndef FIREWALL_WALK_NAT_RANGE_H
#define FIREWALL_WALK_NAT_RANGE_H

#include "firewall/walk/firewall_internal.h"

/*
 * NOTHING: the packet stays as it is. DROP: the device has no address. UNKNOWN: nobody has said which it has, or the
 * rule works out its own from what is not known.
 */
typedef enum fw_nat_asked {
  FW_NAT_ASKED_RANGE,
  FW_NAT_ASKED_NOTHING,
  FW_NAT_ASKED_DROP,
  FW_NAT_ASKED_UNKNOWN
} fw_nat_asked;

/* Fills *range in, which is empty before. Ports are in it whatever is returned. */
fw_nat_asked fw_nat_range_of(fw_firewall *f, const fw_packet *p, const fw_target *target, ct_nat_manip manip,
                             ct_nat_range *range);

#endif
