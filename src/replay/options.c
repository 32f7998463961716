/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay.h"

#include <string.h>

G_DEFINE_QUARK(replay - error - quark, replay_error)

void replay_options_init(replay_options *options) { memset(options, 0, sizeof(*options)); }
