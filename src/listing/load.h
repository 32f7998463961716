/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A listing put into an engine's table, as conntrack -R would put it into a kernel's. */
#ifndef LISTING_LOAD_H
#define LISTING_LOAD_H

#include "conntrack/engine.h"
#include "listing.h"

typedef struct listing_loaded {
  guint64 entries, expects;
  guint64 left_out; /* of both */
  const char *why;  /* of the first that was left out */
  guint32 line;     /* where it stands */
} listing_loaded;

/*
 * The engine's clock stands at the listing's moment. Entries come in the listing's order. A time that is not told is
 * that of the state's timeout; an entry that hardware or a flow table forwards (OFFLOAD) is loaded as one that the
 * kernel tracks.
 */
void listing_load(ct_engine *engine, const listing *l, listing_loaded *loaded);

#endif
