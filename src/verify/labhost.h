/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a laboratory sets of the kernel under it. Internal to src/verify. */
#ifndef VERIFY_LABHOST_H
#define VERIFY_LABHOST_H

#include "verify/model.h"

/* This machine lacks what, by an errno. => FALSE and error. */
gboolean verify_lab_missing(GError **error, const char *what, int code);
/* Writes a small file of /proc. => 0 or errno. */
int verify_lab_write(const char *path, const char *text);
/*
 * "net.netfilter.nf_conntrack_acct=1", where the process is; with slashes instead, dots are kept. A missing file or a
 * refusal is an error: the comparison would be about something else.
 */
gboolean verify_labnet_sysctl(const char *setting, GError **error);

#endif
