/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the chains of a whole way say of a packet by its protocol, its class and its interfaces alone. Most packets of a
 * capture share these with many others, and most rulesets let pass what is ESTABLISHED before they ask for more: then
 * all that is left to do for a packet is to count it.
 */
#ifndef FIREWALL_WALK_SETTLED_H
#define FIREWALL_WALK_SETTLED_H

#include "firewall/walk/program.h"
#include "firewall/walk/walk.h"

/* The chains that a packet meets one after the other on one side of conntrack, but those of table nat. */
typedef enum fw_way_id {
  FW_WAY_BEFORE_IN, /* before conntrack, of what comes in */
  FW_WAY_BEFORE_OUT,
  FW_WAY_INPUT,
  FW_WAY_FORWARD,
  FW_WAY_OUTPUT,
  FW_WAYS
} fw_way_id;

typedef struct fw_way fw_way;

/* What packets of one kind are told: so much of it as needs nothing else of them. */
typedef struct fw_settled {
  const fw_interface_name *in, *out; /* NULL: of no kind yet */
  guint64 kind;
  guint n;        /* the first so many chains say it: */
  guint n_passed; /* of these, by their policy */
  guint n_held;   /* and by a rule */
  gboolean whole; /* and nobody has more to say */
  fw_hook spoke;  /* where the last of them stands */
  fw_hook left;   /* and where a packet is that is told all: at the end of its way, or where it was dropped */
  /* Packets that were told, and are not counted yet where they belong; while some wait, the kind is open. */
  gboolean open;
  fw_counters waiting;
  gint64 last_ns;
  guint64 last_packet;
  fw_decision decision; /* of the last chain */
  fw_counters **passed;
  const fw_rule **held;
} fw_settled;

/* rows: by hook. => NULL, of the ways before conntrack alone: no chains stand there. */
fw_way *fw_way_new(const fw_hook_chains *rows, fw_way_id id);
void fw_way_free(fw_way *way); /* NULL is fine */
/* Counts what waits in it where it belongs. NULL: nothing does. */
void fw_way_count(fw_program *program, fw_way *way);
/*
 * Of a packet at the beginning of a way, that would leave by `out`. It counts for the chains that have spoken, and for
 * their rules; after fw_way_count one can see it. A packet that is dropped is told all.
 */
const fw_settled *fw_way_settle(fw_program *program, fw_way *way, const fw_packet *p, const fw_interface_name *out);

#endif
