/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translation inferred from a capture that shows packets as they arrived and as they left (NAT 20), without rules: a
 * connection gets the mapping that its first packet was seen to have. Internal to src/replay.
 */
#ifndef REPLAY_INFER_H
#define REPLAY_INFER_H

#include "replay.h"

/*
 * In place of ct_engine_packet. A packet that left, and belongs to a connection that is translated, though nobody has
 * seen it arrive, is not tracked either. Counts in figures.
 */
void replay_infer_packet(ct_engine *engine, const ct_packet *packet, const replay_origin *origin,
                         replay_pairs_figures *figures, ct_result *result);

#endif
