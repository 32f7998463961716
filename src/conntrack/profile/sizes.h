/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What profiles share in sizing their tables from a machine's memory. Spec 7.1, 13.1. */
#ifndef CT_PROFILE_SIZES_H
#define CT_PROFILE_SIZES_H

#include <stdint.h>

#define CT_MIB (UINT64_C(1) << 20)
#define CT_GIB (UINT64_C(1) << 30)

/* A 16384th of memory for the hash table, at 8 bytes a bucket (a pointer on 64 bits, a list head on 32). */
static inline uint32_t ct_buckets_by_share(uint64_t ram_bytes) { return (uint32_t)(ram_bytes / 16384 / 8); }

uint32_t ct_buckets_ip_conntrack(uint64_t ram_bytes); /* 2.4 and 2.6; linux_2_6.c */

#endif
