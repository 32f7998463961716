/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stages that a segment goes through beside tcp.c, which has them in their order: options, resets, window. None
 * of them knows another's caller. Internal to proto/tcp*.c.
 */
#ifndef CT_PROTO_TCP_STAGES_H
#define CT_PROTO_TCP_STAGES_H

#include "conntrack/proto/tcp_segment.h"
#include "conntrack/trace_internal.h"

typedef enum ct_window {
  CT_WINDOW_ACCEPT,
  CT_WINDOW_IGNORE, /* let through, changes nothing */
  CT_WINDOW_INVALID
} ct_window;

/* tcp_in_window, spec 5.6. result->reason and bound say which bound was broken or waived. */
ct_window ct_tcp_window_check(ct_engine *engine, ct_entry *entry, ct_segment *segment, ct_result *result);
/*
 * The same of an ACK (CT_TCP_INDEX_ACK) without SACK blocks in an established connection whose numbers nobody adjusts:
 * => false where its side is met for the first time, or a bound is broken; nothing has been changed then.
 */
bool ct_tcp_window_steady(ct_tcp *tcp, const ct_segment *segment);

/*
 * Reads the options of a SYN into a side's scale and flags (spec 5.4): window scale (at most 14), SACK permitted.
 * Resets the scale, and the flags, but for BE_LIBERAL where the profile keeps that; a header without options leaves
 * both alone.
 */
void ct_tcp_options_read(const ct_engine *engine, const ct_packet *packet, uint8_t *scale, uint8_t *flags);

/* The highest right edge of the SACK blocks that lies after ack; ack where there is none. */
uint32_t ct_tcp_options_sack(const ct_packet *packet, uint32_t ack);

typedef enum ct_reset {
  CT_RESET_CHECK,  /* believed if its window is right */
  CT_RESET_ACCEPT, /* believed without */
  CT_RESET_INVALID /* not believed */
} ct_reset;

/*
 * A reset in a state that it would close (spec 5.5, new = CLOSE). *state may fall back to the old one: a possible
 * challenge ACK.
 */
ct_reset ct_tcp_reset_judge(const ct_engine *engine, const ct_entry *entry, const ct_segment *segment, uint8_t *state,
                            ct_result *result);

/* FIN_WAIT, CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSE: on its way out. */
bool ct_tcp_is_closing(const ct_entry *entry);

#endif
