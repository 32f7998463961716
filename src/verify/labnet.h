/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The namespaces, links, sysctls and rules of a laboratory (lab.h has the drawing). Internal to src/verify. */
#ifndef VERIFY_LABNET_H
#define VERIFY_LABNET_H

#include "verify/labhost.h"
#include "verify/model.h"

typedef enum { VERIFY_LAB_INJECTING, VERIFY_LAB_TRACKING } verify_lab_side;

/* What joins the two links of the tracking namespace. */
typedef enum {
  VERIFY_LAB_BRIDGE,
  VERIFY_LAB_ROUTER, /* all that comes in by the first goes out by the second */
  VERIFY_LAB_BOX     /* links alone: addresses, routes and rules are the caller's (box.c) */
} verify_lab_kind;

typedef struct verify_labnet {
  verify_lab_kind kind;
  const char *names[2]; /* of the tracking namespace's links: a1 and b1, but of a BOX */
  int side[2];          /* the namespaces; they live as long as a descriptor or a process holds them */
} verify_labnet;

/* Makes both namespaces with their links, all up, and leaves the process in the tracking one. */
gboolean verify_labnet_open(verify_labnet *net, verify_lab_kind kind, GError **error);
/* The same of a BOX, whose links have these names. */
gboolean verify_labnet_open_box(verify_labnet *net, const char *const names[2], GError **error);
gboolean verify_labnet_enter(const verify_labnet *net, verify_lab_side side, GError **error);
/* In the tracking namespace: br_netfilter (for a bridge), sysctls, rules that log class and direction, helpers. */
gboolean verify_labnet_configure(const verify_labnet *net, const verify_header *header, guint log_group,
                                 GError **error);
void verify_labnet_close(verify_labnet *net);

#endif
