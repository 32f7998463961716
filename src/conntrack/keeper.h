/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody else who keeps an engine's entries: finds them, counts them, and knows when they end. Trackers, helpers and
 * expectations then work as ever on the entries that they are given, and where they would have the engine find or end
 * one, the engine asks its keeper. An engine without one, which is the rule, spends a test for NULL at each of these
 * places. Internal to src/conntrack.
 */
#ifndef CT_KEEPER_H
#define CT_KEEPER_H

#include "conntrack/table/entry.h"

/* Each is given ct_engine.kept_by as its first argument. */
typedef struct ct_keeper {
  /* As ct_core_find. */
  ct_entry *(*find)(void *kept_by, const ct_tuple *tuple, ct_dir *dir);
  /* A confirmed entry's deadline is earlier now than it was. */
  void (*sooner)(void *kept_by, const ct_entry *entry);
  /* As ct_core_destroy. */
  void (*end)(void *kept_by, ct_entry *entry, ct_reason reason);
  /* A dead master whose last child has gone counts no more. */
  void (*uncount)(void *kept_by);
} ct_keeper;

#endif
