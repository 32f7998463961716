/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trials of single sysctls: what a connection's packets so far would have come to, had one of them another value. The
 * packets are remembered, and when one is refused, an engine is fed with all of its connection under each value that
 * could be advised (advisable.h), of a timeout all at which something changes; then, under others: the least, the
 * greatest, and of a timeout what lies behind the longest silences of the connection. So it is known of any sysctl
 * whether it helps alone, where the worlds of whatif.h know of those alone that something pointed at; and which value
 * is the least, where a world knows one that is enough.
 *
 * Not for connections that others reach into: with a helper or a master. It shows in that the packets do not come to
 * what they came to in the replay. Nor for translated ones, those of zones, and those with a timeout policy, which
 * trials_set_apart is told of.
 *
 * Bounded: the first TRIALS_PACKETS_MOST packets are remembered, at about 250 bytes each with what is looked at of
 * them (for a moment, when they are sorted by connections, twice), and TRIALS_OF_ONE_MOST of one connection; beyond
 * that nothing is known. Nor is it once trials were fed with
 * TRIALS_FED_MOST packets, of which each trial counts for 64 more.
 *
 * Life: trials_new; trials_packet after each packet of the engine; trials_find where one was refused; trials_free.
 */
#ifndef JOURNAL_TRIALS_H
#define JOURNAL_TRIALS_H

#include <glib.h>

#include "conntrack/engine.h"

enum { TRIALS_PACKETS_MOST = 1 << 17, TRIALS_OF_ONE_MOST = 1 << 10, TRIALS_FED_MOST = 1 << 24 };

typedef struct trials trials;

typedef enum trials_found {
  TRIALS_UNKNOWN,     /* could not be tried */
  TRIALS_NONE,        /* no sysctl alone, of all that were tried */
  TRIALS_UNADVISABLE, /* only values that nobody should set */
  TRIALS_SETTING
} trials_found;

/* What is asked of the packet. */
typedef enum trials_aim {
  TRIALS_PASSES, /* it is neither INVALID nor dropped */
  TRIALS_FINDS   /* it finds an entry, and does not begin one of its own */
} trials_aim;

typedef struct trials_setting {
  const char *sysctl; /* as the kernel spells it; static */
  guint32 value;
} trials_setting;

/* params: of the engine, copied. */
trials *trials_new(const ct_params *params);
/* NULL is fine. */
void trials_free(trials *t);
/* From now on nothing is tried of what has this tuple, in any zone. */
void trials_set_apart(trials *t, const ct_tuple *tuple);
void trials_packet(trials *t, const ct_packet *packet, const ct_result *result);

/* Of the packet that trials_packet was given last, and that was refused: what alone would have let it pass. Only what
 * is advisable is told. */
trials_found trials_find(trials *t, const ct_packet *packet, const ct_result *result, trials_setting *setting);
/* Whether that packet passes with this one setting; UNKNOWN or NONE where it does not. */
trials_found trials_try(trials *t, const ct_packet *packet, const ct_result *result, const trials_setting *setting);
/*
 * Of that packet: the least value of a timeout, above the one it has, with which it comes to that, and what becomes
 * of it there (its entry is none; there may be NULL). NONE: no value does;
 * UNKNOWN: it could not be tried, or too many would have had to be.
 */
trials_found trials_shortest(trials *t, const ct_packet *packet, const ct_result *result, trials_aim aim,
                             ct_timeout timeout, trials_setting *setting, ct_result *there);

#endif
