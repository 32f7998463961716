/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts that rest on one direction alone: a TCP segment acknowledges its other side, of which the table has never
 * seen a packet. Asymmetric routes and captures of one direction look like that; who saw both judged otherwise.
 */
#ifndef EMIT_ONE_SIDED_H
#define EMIT_ONE_SIDED_H

#include "conntrack/engine.h"

#include <glib.h>

/* A hint before a view is made: whether emit_one_sided can be TRUE of the packet. */
gboolean emit_one_sided_may_be(const ct_packet *packet, const ct_result *result);
/* view: the packet's entry; NULL: none. TRUE of INVALID packets, and of those that are still NEW, for that reason. */
gboolean emit_one_sided(const ct_packet *packet, const ct_result *result, const ct_view *view);

#endif
