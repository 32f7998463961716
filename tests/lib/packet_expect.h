/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of ct_packet_prepare say all the time. */
#ifndef TESTS_PACKET_EXPECT_H
#define TESTS_PACKET_EXPECT_H

#include <check.h>

#include "packet_kit.h"

/* Finishes a packet and prepares it, no sums judged. */
static inline ct_packet expect_prepared(kit_bytes *b)
{
  kit_finish(b);
  return kit_prepare(b, CT_CHECKSUMS_IGNORE, FALSE);
}

static inline void expect(const ct_packet *p, ct_packet_kind kind, ct_reason reason, const char *what)
{
  ck_assert_msg(p->kind == kind && p->reason == reason, "%s: kind %d, reason %s; expected %d, %s", what, p->kind,
                ct_reason_word(p->reason), kind, ct_reason_word(reason));
}

#endif
