/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An entry that somebody has written down, put into the table as ctnetlink puts one there (conntrack -I, -R):
 * confirmed, with its state and the timeout that it is given. What no listing says is as in the kernel then: TCP knows
 * no window of either side, takes those of the next packets, and holds neither side to them; UDP has been a stream for
 * long.
 */
#ifndef CT_LOAD_H
#define CT_LOAD_H

#include "conntrack/engine.h"

typedef struct ct_loaded {
  ct_tuple tuple[2];
  uint32_t status; /* of EXPECTED, SEEN_REPLY, ASSURED, FIXED_TIMEOUT; others are found or left out */
  uint8_t state;
  bool counted;
  uint64_t packets[2], bytes[2];
  int64_t timeout_ns;
  int64_t created_ns; /* not after the clock */
  uint32_t mark, secmark;
  const char *helper; /* NULL: none; one that does not suit is left out */
} ct_loaded;

/* An expectation of an entry that is there, and has its helper. */
typedef struct ct_loaded_expect {
  ct_tuple tuple, mask, master;
  int64_t timeout_ns;
  uint32_t flags, class_number;
} ct_loaded_expect;

/*
 * Between packets, with the clock set (ct_engine_advance). An entry that is translated makes the engine one that
 * translates. No event is sent: whoever listened did so before. => NULL, or why it is not loaded: a sentence without
 * its full stop, static.
 */
const char *ct_engine_load(ct_engine *engine, const ct_loaded *loaded);
/* A hint: an entry with these tuples, original and reply, comes soon. It changes nothing that can be observed. */
void ct_engine_load_soon(const ct_engine *engine, const ct_tuple tuple[2]);
const char *ct_engine_load_expect(ct_engine *engine, const ct_loaded_expect *loaded);

#endif
