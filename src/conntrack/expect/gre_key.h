/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPTP's call ids. A GRE version 1 header carries only the receiver's call id; the sender's was read on the control
 * connection and is looked up here, so that both directions of a call have one tuple and its inverse (spec 2). At most
 * two keys a control connection; few exist at any time, and who has none pays nothing. Internal to src/conntrack.
 */
#ifndef CT_GRE_KEY_H
#define CT_GRE_KEY_H

#include "conntrack/tuple.h"

typedef struct ct_gre_keys ct_gre_keys;

ct_gre_keys *ct_gre_keys_new(void);
/* NULL is fine. */
void ct_gre_keys_free(ct_gre_keys *keys);

bool ct_gre_keys_any(const ct_gre_keys *keys);
/* Whether there was ever one. */
bool ct_gre_keys_any_ever(const ct_gre_keys *keys);
/* => the source key of the first one added with this source, destination and dst_id; 0 where there is none. */
uint16_t ct_gre_keys_find(const ct_gre_keys *keys, const ct_tuple *tuple);
/* => false where the master has another key for that direction already. */
bool ct_gre_keys_add(ct_gre_keys *keys, uint64_t master_id, ct_dir dir, const ct_tuple *tuple);
bool ct_gre_keys_has(const ct_gre_keys *keys, uint64_t master_id, ct_dir dir);
/* All keys in the order in which they were added: added so to others, they are found alike. */
typedef void (*ct_gre_keys_fn)(uint64_t master_id, ct_dir dir, const ct_tuple *tuple, void *user);
void ct_gre_keys_each(const ct_gre_keys *keys, ct_gre_keys_fn fn, void *user);
void ct_gre_keys_drop(ct_gre_keys *keys, uint64_t master_id);

#endif
