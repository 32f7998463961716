/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink as the live comparison needs it: requests that wait for their answer, and ctnetlink's attributes as the model
 * of transcript.h. Built on libmnl. Internal to src/verify.
 */
#ifndef VERIFY_NETLINK_H
#define VERIFY_NETLINK_H

#include <libmnl/libmnl.h>

#include "verify/model.h"

enum { NETLINK_BUFFER_BYTES = 1 << 18 };

typedef struct verify_netlink {
  struct mnl_socket *socket;
  char *buffer; /* NETLINK_BUFFER_BYTES: the messages received last */
  guint32 sequence;
} verify_netlink;

/* bus: NETLINK_ROUTE, NETLINK_NETFILTER. The socket belongs to the network namespace the caller is in. */
gboolean verify_netlink_open(verify_netlink *nl, int bus, GError **error);
void verify_netlink_close(verify_netlink *nl);

/* Sends a request and waits: each answer goes to fn until the kernel says done or acknowledges. what is for the
 * message of a failure.
 * => 0, or the errno the kernel answered with (error set too, where it is not NULL). */
int verify_netlink_talk(verify_netlink *nl, struct nlmsghdr *request, mnl_cb_t fn, void *user, const char *what,
                        GError **error);
/*
 * Everything that has arrived, without waiting. => how many messages went to fn, or -1 and error (messages were lost).
 */
int verify_netlink_drain(verify_netlink *nl, mnl_cb_t fn, void *user, GError **error);

/* A request to nfnetlink: subsystem, message, flags, family; the caller adds attributes. */
struct nlmsghdr *verify_netlink_request(char *buffer, guint subsystem, guint message, guint flags, guint8 family,
                                        guint16 resource);

/* A ctnetlink message as an event (a listing's NEW too). FALSE where it is no conntrack or expectation message. */
gboolean verify_netlink_event(const struct nlmsghdr *message, verify_event *event);
/* A tuple as CTA_TUPLE_ORIG. */
void verify_netlink_put_tuple(struct nlmsghdr *request, const ct_tuple *tuple);
/* Adds one CPU's row of conntrack -S to the sums. */
void verify_netlink_stats(const struct nlmsghdr *message, GHashTable *stats);

#endif
