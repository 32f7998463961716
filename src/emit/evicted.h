/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why an entry had to go, or nobody could: the rules of a full table (spec 7.2, 7.3; RULES of older kernels in
 * KERNELS). */
#ifndef EMIT_EVICTED_H
#define EMIT_EVICTED_H

#include "emit.h"

/* "early_drop, as the table held its 4 entries: not ASSURED, in the first of ...": of an entry that was evicted. */
void emit_evicted_words(emit_text *out, const ct_profile *profile, guint64 max, ct_reason reason, const ct_view *view);
/* "the eight buckets from its own hold nothing": which entries were looked through in vain. Static. */
const char *emit_searched_words(const ct_profile *profile);

#endif
