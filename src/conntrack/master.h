/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Masters and their children (spec 3.3, 7.2, 8.1). A child names its master by its id, a master knows how many children
 * it has, and a dead master counts for as long as one of them lives. Internal to src/conntrack.
 */
#ifndef CT_MASTER_H
#define CT_MASTER_H

#include "conntrack/ext.h"

/* => the entry of that id that has an extension (every master has one), or NULL. */
ct_entry *ct_master_find(const ct_engine *engine, uint64_t id);

/* A new entry is the child of this one from now on: it inherits its marks. The master may be gone already. */
void ct_master_adopt(ct_engine *engine, uint64_t master_id, ct_ext *child);

/* A child that there has been is there again (state/): its master, living or dead, counts it. */
void ct_master_child_back(ct_engine *engine, uint64_t master_id);

/* A child of this master has gone: a dead master that had only this one stops counting. */
void ct_master_child_gone(ct_engine *engine, uint64_t master_id);

/* The master is dead, and so many of its children live: it counts on. */
void ct_master_orphan(ct_engine *engine, uint64_t master_id, uint32_t children);

#endif
