/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that nearly every packet runs through, as one for the compiler: it inlines across them, which is worth 5 to
 * 10% and needs no link-time optimisation. Each stays a file of its own, with its own header; they share no static
 * names.
 */
#ifdef __clang__
/*
 * It takes functions that are inline here and declared without it in their headers for ones that other files might
 * inline too.
 */
#pragma clang diagnostic ignored "-Wstatic-in-inline"
#endif

/* Including them is the point: NOLINTBEGIN(bugprone-suspicious-include) */
#include "core.c"
#include "engine.c"
#include "event.c"
#include "expect_wheel.c"
#include "ext.c"
#include "life.c"
#include "table.c"
#include "timer.c"
#include "proto/proto.c"
#include "proto/tcp.c"
#include "proto/tcp_options.c"
#include "proto/tcp_reset.c"
#include "proto/tcp_window.c"
#include "proto/udp.c"
#include "expect.c" /* last: its type family is a name of variables elsewhere */
/* NOLINTEND(bugprone-suspicious-include) */
