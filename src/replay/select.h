/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which frames of the stream are fed to the engine: a stretch of it, an interface, a direction, a BPF expression.
 * Internal to src/replay.
 */
#ifndef REPLAY_SELECT_H
#define REPLAY_SELECT_H

#include "replay.h"

typedef struct replay_select replay_select;

typedef enum replay_choice { REPLAY_TAKE, REPLAY_LEAVE, REPLAY_PAST_END } replay_choice;

/* => NULL with REPLAY_ERROR_FILTER where the expression does not compile for Ethernet or raw IP. */
replay_select *replay_select_new(const replay_options *options, GError **error);
void replay_select_free(replay_select *select); /* NULL is fine */

/* Whether some frames may be left out, so that each has to be asked for. */
gboolean replay_select_asks(const replay_select *select);

/*
 * number and the frame's time follow the stream; first_ns is the time of its first frame; interface the name of the
 * frame's, or "".
 */
replay_choice replay_select_frame(replay_select *select, const cap_frame *frame, const char *interface, guint64 number,
                                  gint64 first_ns);

/*
 * Remarks for the end: a link type for which the expression does not compile (problem), an interface
 * or direction that no frame had (remark). Owned by the selection; NULL where there is nothing to say.
 */
const char *replay_select_problem(replay_select *select);
const char *replay_select_remark(replay_select *select);

#endif
