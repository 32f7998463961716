/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's timer wheel, as far as expectations feel it. Internal to src/conntrack/expect. */
#ifndef CT_EXPECT_WHEEL_H
#define CT_EXPECT_WHEEL_H

#include "conntrack/engine.h"

/* The moment an expectation of that deadline goes: the deadline itself under --gc=exact, else when the wheel gets
 * there. */
int64_t ct_expect_fire_moment(const ct_engine *engine, int64_t deadline_ns);

#endif
