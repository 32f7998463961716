/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A routed box under rules, on this machine's own kernel: two nameless namespaces, the box's with two interfaces, and
 * packets that are sent to it from either side (lab.h). Routes, next hops and addresses are fixed, so that nothing is
 * ever asked for. What the box itself takes in ends there, behind all rules: no port answers.
 *
 * Programs do what they are for: ip(8), nft(8), iptables-restore(8) and its kin. verify_box_new moves the process into
 * the box's namespace for good.
 */
#ifndef VERIFY_BOX_H
#define VERIFY_BOX_H

#include "firewall/walk/facts.h"
#include "verify/model.h"

typedef struct verify_box verify_box;

/* What came of a packet. */
typedef struct verify_box_fate {
  guint out[2];     /* IP packets that came out by either interface */
  gboolean arrived; /* the box itself has taken it in; by verify_box_arrived */
} verify_box_fate;

/*
 * facts: addresses and routes; names: the two interfaces that they name. => NULL and error: VERIFY_ERROR_MISSING where
 * this machine lacks something, which the message names.
 */
verify_box *verify_box_new(const fw_box_facts *facts, const char *const names[2], GError **error);
void verify_box_free(verify_box *box);

typedef enum verify_box_language {
  VERIFY_BOX_IPTABLES,
  VERIFY_BOX_IP6TABLES,
  VERIFY_BOX_IPSET,
  VERIFY_BOX_NFT_JSON,
  VERIFY_BOX_NFT
} verify_box_language;
/* Loads rules with their counters. name: for messages. */
gboolean verify_box_load(verify_box *box, verify_box_language language, const char *name, const char *text,
                         GError **error);
/* Behind the last rules: connection tracking is on from here, and the clock at 0. */
gboolean verify_box_start(verify_box *box, GError **error);

/* Nanoseconds since the start. */
gint64 verify_box_now(const verify_box *box);
/* Sends an IP packet to the box's interface 0 or 1, and waits for all that comes of it. */
gboolean verify_box_send(verify_box *box, guint side, guint8 family, const guint8 *packet, gsize bytes,
                         verify_box_fate *fate, GError **error);
/* Whether the box has taken in any packet since it was asked last. */
gboolean verify_box_arrived(verify_box *box, gboolean *arrived, GError **error);
/* The kernel's entries: verify_entry. */
gboolean verify_box_entries(verify_box *box, GArray *entries, GError **error);

/* What a program prints in the box's namespace, to be freed. argv ends with NULL; argv[0] is looked for. */
char *verify_box_ask(verify_box *box, const char *const *argv, GError **error);

#endif
