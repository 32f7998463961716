/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box's own answers, where a capture that was taken on the box holds them (RULES 1.3): what REJECT and the kernel's
 * own errors have sent is remembered for ten milliseconds, and a packet that is the same is that answer. It has gone
 * through the rules when it was made, and is neither tracked nor judged once more.
 */
#ifndef FIREWALL_WALK_OWN_H
#define FIREWALL_WALK_OWN_H

#include "firewall/walk/firewall_internal.h"

/* Ten milliseconds of answers; where there are more, the oldest are forgotten before their time. */
enum { FW_OWN_MOST = 1024 };

void fw_own_clear(fw_own *own);
/* The answer to the packet that has just been concluded, if one was sent. result: that packet's. */
void fw_own_note(fw_firewall *f, const ct_result *result);
/* Whether one may be asked for at all: most captures hold none. */
static inline gboolean fw_own_any(const fw_firewall *f) { return f->own.made > 0; }
/* => whether the packet, whose headers are read into outcome.packet, is one; then outcome and *result are those of it.
 */
gboolean fw_own_packet(fw_firewall *f, ct_engine *engine, const fw_arrival *a, ct_result *result);
/* Those that may still come, as bytes or from them. */
void fw_own_keep(fw_firewall *f, resume_io *io);

#endif
