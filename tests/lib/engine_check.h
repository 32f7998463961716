/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold in an engine between any two packets. For fuzz targets and tests: it walks everything, and the program
 * never does.
 */
#ifndef TESTS_ENGINE_CHECK_H
#define TESTS_ENGINE_CHECK_H

#include "conntrack/engine.h"

/*
 * Aborts (g_assert) where the engine's parts contradict each other: slab, index, count, kernel's buckets, deadlines,
 * expectations, extensions, statistics. Not from within a watcher.
 */
void engine_check(ct_engine *engine);
/* After a flush: aborts where anything is left. */
void engine_check_empty(const ct_engine *engine);

#endif
