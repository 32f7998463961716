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
#include "conntrack/proto/tcp_options.c" /* each before who calls it */
#include "conntrack/proto/tcp_window.c"
#include "conntrack/proto/tcp_reset.c"
#include "conntrack/proto/tcp.c"
#include "conntrack/way.c"
#include "conntrack/core.c"
#include "conntrack/clock.c"
#include "conntrack/count.c"
#include "conntrack/create.c"
#include "conntrack/end.c"
#include "conntrack/event.c"
#include "conntrack/expect/expect.c"
#include "conntrack/expect/links.c"
#include "conntrack/expect/wheel.c"
#include "conntrack/ext.c"
#include "conntrack/prefetch.c"
#include "conntrack/renew.c"
#include "conntrack/setup.c"
#include "conntrack/table/table.c"
#include "conntrack/table/reply.c"
#include "conntrack/table/timer.c"
#include "conntrack/proto/proto.c"
#include "conntrack/proto/udp.c"
/* NOLINTEND(bugprone-suspicious-include) */
