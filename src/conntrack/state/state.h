/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine written down and read back: all that decides what it will do and show, as bytes of one format, so that a
 * replay can be resumed and a screen can go back in time (doc/state.md). Cut a replay anywhere, write, read, go on:
 * what comes is what the whole would have given.
 *
 * Not part of a state: who watches (ct_engine_watch), a trace, hints. What the process-wide hash key decides is made
 * anew. Of the parameters, --features belong to who prints and are not compared.
 *
 * Pure, as the engine is: bytes go out through a function of the caller's and come in as memory.
 */
#ifndef CT_STATE_H
#define CT_STATE_H

#include "conntrack/engine.h"

/* Rises with every change of what the bytes mean. Only states of the same version can be read. */
enum { CT_STATE_VERSION = 4 };

/* Why a state was refused: a sentence without its full stop, and where in the bytes. */
typedef struct ct_state_error {
  uint64_t offset;
  char text[232];
} ct_state_error;

/* The next bytes of a state, in order. => false ends the writing. */
typedef bool (*ct_state_sink)(const void *bytes, size_t n, void *user);

/*
 * Writes the engine, which is between packets and stays as it is. Equal engines give equal bytes, however they became
 * so. => false where the sink said so (error->text is then empty), or where the engine is one that cannot be written:
 * one whose entries somebody else keeps (keeper.h).
 */
bool ct_state_write(const ct_engine *engine, ct_state_sink sink, void *user, ct_state_error *error);

/*
 * A new engine that goes on where the written one stood; nobody watches it yet. params: those of the run that goes on,
 * which have to be those of the state. The bytes may come from anybody: what takes them for a state and they are none,
 * or one that no engine can have been in, gets a reason. Memory is bound to n, but for the kernel's buckets, whose
 * number params give (ct_engine_affords).
 * => NULL and *error where it is refused.
 */
ct_engine *ct_state_read(const uint8_t *bytes, size_t n, const ct_params *params, ct_state_error *error);

/* What a state says of itself in its head. */
typedef struct ct_state_info {
  uint32_t version;
  ct_params params; /* fit for ct_engine_new, and for ct_state_read of this state */
  int64_t now_ns;   /* INT64_MIN: no packet yet */
  uint64_t packets; /* that the engine was fed */
  uint64_t entries, expectations;
  uint64_t sequence; /* of the last event */
} ct_state_info;

/* No head is longer. */
enum { CT_STATE_HEAD_MOST = 4096 };

/*
 * Reads the head alone: n may be less than all of the state, as long as CT_STATE_HEAD_MOST bytes of it are there or
 * all.
 * => false and *error where there is none that this program understands.
 */
bool ct_state_look(const uint8_t *bytes, size_t n, ct_state_info *info, ct_state_error *error);

#endif
