/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A laboratory: two nameless network namespaces of this process alone, on this machine's own kernel. One injects
 * frames, the other bridges them to a second link with br_netfilter on, so that every IP packet passes conntrack and is
 * confirmed under any addresses.
 *
 *   injecting namespace        tracking namespace
 *   a0 (packet socket) ------- a1 \
 *                                  bridge, br_netfilter, nftables: NFLOG says class and direction
 *   b0 (packet socket) ------- b1 /
 *
 * Or, as a router, no bridge between them: default routes to b0's side, and IP's own checks on the way.
 *
 * Neither has a link or a route to the machine's own network. The namespaces have no name: they end with the process,
 * however it ends. verify_lab_new moves the whole process into the tracking namespace (and, without privilege, into a
 * user namespace) for good, so open files before and start no threads.
 */
#ifndef VERIFY_LAB_H
#define VERIFY_LAB_H

#include "verify/labnet.h"
#include "verify/model.h"

typedef struct verify_lab verify_lab;

/* header: sysctls and helpers to set; "net.netfilter.nf_conntrack_acct=1" is always set. => NULL and error:
 * VERIFY_ERROR_MISSING where this machine lacks something (the message names it), else VERIFY_ERROR_SYSTEM. */
verify_lab *verify_lab_new(const verify_header *header, verify_lab_kind kind, GError **error);
void verify_lab_free(verify_lab *lab);

/*
 * Empties the table, sets more sysctls (may be NULL), starts times again at 0. Fragments that wait for others go on
 * waiting.
 */
gboolean verify_lab_restart(verify_lab *lab, GStrv sysctls, GError **error);

/* Nanoseconds since the laboratory was (re)started; never goes back. */
gint64 verify_lab_now(const verify_lab *lab);

/*
 * Sends an IP packet and fills time, class, direction, forwarded and events (why, where it could not be sent). family:
 * CT_IPV4, CT_IPV6. seen_ns is set by the next look at the table.
 */
gboolean verify_lab_send(verify_lab *lab, guint8 family, const guint8 *packet, gsize bytes, guint64 number,
                         verify_line *line, GError **error);

/*
 * The kernel's tables: verify_entry, verify_expect; timeouts as of line->seen_ns, which is set. Listing makes the
 * kernel collect expired entries.
 */
gboolean verify_lab_table(verify_lab *lab, verify_line *line, GArray *entries, GArray *expected, GError **error);
/* The entry of one tuple of either direction. *found FALSE where there is none (or it has expired). */
gboolean verify_lab_find(verify_lab *lab, const ct_tuple *tuple, verify_line *line, verify_entry *entry,
                         gboolean *found, GError **error);
gboolean verify_lab_stats(verify_lab *lab, GHashTable *stats, GError **error);

/* The frame as it was sent, for the engine: Ethernet and IP packet. Valid until the next send. */
const guint8 *verify_lab_sent(const verify_lab *lab, gsize *bytes);

#endif
