/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The namespaces, links, sysctls and rules of a laboratory (lab.h has the drawing). Internal to src/verify. */
#ifndef VERIFY_LABNET_H
#define VERIFY_LABNET_H

#include "verify/model.h"

typedef enum { VERIFY_LAB_INJECTING, VERIFY_LAB_TRACKING } verify_lab_side;

/* What joins the two links of the tracking namespace. */
typedef enum { VERIFY_LAB_BRIDGE, VERIFY_LAB_ROUTER } verify_lab_kind;

typedef struct verify_labnet {
  verify_lab_kind kind;
  int side[2]; /* the namespaces; they live as long as a descriptor or a process holds them */
} verify_labnet;

/* Makes both namespaces with their links, all up, and leaves the process in the tracking one. */
gboolean verify_labnet_open(verify_labnet *net, verify_lab_kind kind, GError **error);
gboolean verify_labnet_enter(const verify_labnet *net, verify_lab_side side, GError **error);
/* In the tracking namespace: br_netfilter (for a bridge), sysctls, rules that log class and direction, helpers. */
gboolean verify_labnet_configure(const verify_labnet *net, const verify_header *header, guint log_group,
                                 GError **error);
/*
 * "net.netfilter.nf_conntrack_acct=1", where the process is. A missing file or a refusal is an error: the comparison
 * would be about something else.
 */
gboolean verify_labnet_sysctl(const char *setting, GError **error);
void verify_labnet_close(verify_labnet *net);

#endif
