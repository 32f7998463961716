/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's own limits of its table. They belong to the whole machine, no namespace has its own, so anybody can
 * change them while a comparison runs; what it says would then be of two different kernels.
 */
#ifndef VERIFY_LIMITS_H
#define VERIFY_LIMITS_H

#include <glib.h>

#define VERIFY_LIMITS_FOLDER "/proc/sys/net/netfilter"

typedef struct verify_limits {
  guint64 max, buckets; /* nf_conntrack_max, nf_conntrack_buckets; 0 where they cannot be read */
} verify_limits;

void verify_limits_read(const char *folder, verify_limits *limits);
/* => "nf_conntrack_max changed from 262144 to 1000", both where both did; NULL where neither. Caller frees. */
char *verify_limits_changed(const verify_limits *before, const verify_limits *after);

#endif
