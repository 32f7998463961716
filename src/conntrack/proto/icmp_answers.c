/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/proto/icmp_answers.h"

const uint8_t ct_icmp_answers[CT_ICMP_ANSWERS][2] = { { 8, 0 }, { 13, 14 }, { 15, 16 }, { 17, 18 } };
const uint8_t ct_icmpv6_answers[CT_ICMPV6_ANSWERS][2] = { { 128, 129 }, { 139, 140 } };
