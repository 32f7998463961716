/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rules of a long chain a packet has to be asked of at all. Each rule stands in one list: by an address that it
 * asks for, a port, an interface or a protocol, whichever it shares with the fewest others, or with those that ask for
 * none of it. A packet finds the few lists that are its own, and meets the rules in them in their order; all others
 * would have said no, and asking them would have changed nothing (quick.h).
 */
#ifndef FIREWALL_WALK_INDEX_H
#define FIREWALL_WALK_INDEX_H

#include "firewall/walk/program.h"

enum {
  FW_INDEX_LEAST = 32, /* rules: below that it does not pay */
  FW_INDEX_MASKS = 6,  /* different ones, of either address */
  FW_INDEX_LISTS = 2 * FW_INDEX_MASKS + 6
};

typedef struct fw_index fw_index;

/* Where a packet stands in its lists. */
typedef struct fw_index_walk {
  guint n;
  struct {
    const guint32 *at, *end;
  } lists[FW_INDEX_LISTS];
} fw_index_walk;

/* => NULL where it would not pay. The steps are compiled, with their quick fields. */
fw_index *fw_index_new(const fw_step *steps, guint n);
void fw_index_free(fw_index *index); /* NULL is fine */
/* => FALSE: every rule has to be asked, by a packet of which only so much may be (fw_quick_of). */
gboolean fw_index_find(const fw_index *index, const fw_packet *p, guint quick, fw_index_walk *walk);
/* => the first rule at or behind `from`; G_MAXUINT32: none. from may not get smaller. */
guint32 fw_index_next(fw_index_walk *walk, guint32 from);

#endif
