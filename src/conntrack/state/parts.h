/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a state, in the order in which they stand in it. Each is one description for both ways where it can be
 * (io.h); those that build something as they are read have a function for each. Internal to src/conntrack/state.
 */
#ifndef CT_STATE_PARTS_H
#define CT_STATE_PARTS_H

#include "conntrack/helper/list.h"
#include "conntrack/state/io.h"

/* ---- head.c: what it is, and of which parameters ---- */

/* Puts the head, whose length and sum come last. The buffer is empty. */
void ct_state_put_head(ct_state_io *io, const ct_engine *engine);
/* Gets it, from the start of all bytes; io->at is behind it then. */
void ct_state_get_head(ct_state_io *io, ct_state_info *info);
/* Fails where an engine of these parameters would not go on as the state's. */
void ct_state_compare_params(ct_state_io *io, const ct_params *there, const ct_params *here);

/* ---- params.c ---- */

void ct_state_io_params(ct_state_io *io, ct_params *params);

/* ---- clock.c: clock, numbers given so far, collector, statistics ---- */

void ct_state_io_clock(ct_state_io *io, ct_engine *engine);
/* Numbers have their limits now that the whole is there. */
void ct_state_check_counts(ct_state_io *io, const ct_engine *engine);

/* ---- entry.c, ext.c: the table ---- */

void ct_state_put_entries(ct_state_io *io, const ct_engine *engine);
void ct_state_get_entries(ct_state_io *io, ct_engine *engine, uint64_t n);
/* The extension of an entry that has one; got ones are made. */
void ct_state_put_ext(ct_state_io *io, const ct_engine *engine, const ct_entry *entry);
void ct_state_get_ext(ct_state_io *io, ct_engine *engine, ct_entry *entry);
/* A whole tuple, and the number of a helper plus 1, 0 for none. */
void ct_state_io_tuple(ct_state_io *io, ct_tuple *tuple);
void ct_state_io_helper(ct_state_io *io, const ct_helper **helper);

/* ---- expectation.c: expectations and GRE keys ---- */

void ct_state_put_expectations(ct_state_io *io, const ct_engine *engine);
void ct_state_get_expectations(ct_state_io *io, ct_engine *engine, uint64_t n);
void ct_state_put_gre_keys(ct_state_io *io, const ct_engine *engine);
void ct_state_get_gre_keys(ct_state_io *io, ct_engine *engine);

/* ---- words.c: what announces expectations, by number ---- */

/* By number from 0, NULL past the end. */
const char *ct_state_word(unsigned number);
/* Its number plus 1, 0 for NULL. A word that is not in the list cannot be written. */
void ct_state_io_word(ct_state_io *io, const char **word);

#endif
