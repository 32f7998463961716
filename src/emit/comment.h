/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet in one line beside the packet itself: for the comments of a capture. */
#ifndef EMIT_COMMENT_H
#define EMIT_COMMENT_H

#include "collect.h"
#include "emit.h"

/*
 * "packet 6, #1, INVALID, ESTABLISHED, 431999 s left -- sequence number beyond ...; nf_...=1 would let it pass":
 * number, connection, class and direction, states, timeout, and all that -P remarks on it. No line's end. events: NULL
 * for none.
 */
void emit_packet_comment(emit_text *out, const emit_options *options, const emit_packet *packet,
                         const emit_collector *events);

#endif
