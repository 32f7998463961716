/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which types of ICMP and ICMPv6 are a request and its answer. Spec 2. The descriptions in icmp.c refer to these pairs.
 * They stand apart so that a tuple can be inverted by who knows no tracker.
 */
#ifndef CT_PROTO_ICMP_ANSWERS_H
#define CT_PROTO_ICMP_ANSWERS_H

#include <stdint.h>

enum { CT_ICMP_ANSWERS = 4, CT_ICMPV6_ANSWERS = 2 };

/* Pairs: the request, and what answers it. */
extern const uint8_t ct_icmp_answers[CT_ICMP_ANSWERS][2];
extern const uint8_t ct_icmpv6_answers[CT_ICMPV6_ANSWERS][2];

#endif
