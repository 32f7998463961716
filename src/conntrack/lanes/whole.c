/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of lanes as one for the compiler, which inlines across them, as ../whole.c does with those of an engine.
 * They share no static names.
 */
/* Including them is the point: NOLINTBEGIN(bugprone-suspicious-include) */
#include "bins.c"
#include "timing.c"
#include "victims.c"
#include "life.c"
#include "room.c"
#include "lanes.c"
#include "ahead.c"
#include "track.c"
/* NOLINTEND(bugprone-suspicious-include) */
