/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of lanes as one for the compiler, which inlines across them, as ../hot.c does with those of an engine.
 * They share no static names.
 */
/* Including them is the point: NOLINTBEGIN(bugprone-suspicious-include) */
#include "conntrack/lanes/bins.c"
#include "conntrack/lanes/timing.c"
#include "conntrack/lanes/victims.c"
#include "conntrack/lanes/chains.c"
#include "conntrack/lanes/life.c"
#include "conntrack/lanes/room.c"
#include "conntrack/lanes/lanes.c"
#include "conntrack/lanes/ahead.c"
#include "conntrack/lanes/track.c"
/* NOLINTEND(bugprone-suspicious-include) */
