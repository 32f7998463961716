/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between compare.c, which finds the pairs that belong together, and compare_fields.c, which says whether two of a kind
 * agree.
 */
#ifndef VERIFY_COMPARE_INTERNAL_H
#define VERIFY_COMPARE_INTERNAL_H

#include "verify/compare.h"

struct verify_compare {
  verify_tolerance tolerance;
  char *truth_name, *got_name;
  GHashTable *left_out; /* ct_tuple */
  GArray *truth_waiting,
    *got_waiting; /* verify_event: DESTROYs of the frame before that the other side may still send */
  GArray *used;   /* gboolean for each of the other side's events: already matched */
  verify_counts counts;
  GString *difference; /* NULL: none */
  guint64 number;      /* of the frame under comparison */
  gint64 time_ns, seen_ns;
};

/* --- what is let pass; each counts what it let pass --- */

/*
 * rest_ns: the rest of the other side's timeout, early_ns: how much further the truth may be; count: of those let pass.
 */
gboolean verify_timeout_fits(const verify_compare *c, gint64 truth_s, gint64 got_s, gint64 got_rest_ns, gint64 early_ns,
                             guint64 *count);
gboolean verify_unlisted_timeout_fits(const verify_compare *c, const verify_entry *truth, const verify_entry *got);
/* An entry that one side alone has: so near to its end that both may be right. */
gboolean verify_edge_fits(verify_compare *c, gint64 rest_ns, gint64 uncertain_ns);
/* An event of one side that the other may still send behind the next frame. */
gboolean verify_destroy_may_wait(const verify_compare *c, const verify_event *event, gboolean is_truth);

/* --- differences: kept as text. => FALSE --- */

gboolean verify_differ_text(verify_compare *c, const char *what, const char *truth, const char *got);
/* Either side may be NULL: it has no such thing. */
gboolean verify_differ_entry(verify_compare *c, const char *field, const verify_entry *truth, const verify_entry *got);
gboolean verify_differ_expect(verify_compare *c, const char *field, const verify_expect *truth,
                              const verify_expect *got);

/* --- fields. => the first that differs, or NULL; a is the truth's --- */

const char *verify_entry_difference(verify_compare *c, const verify_entry *a, const verify_entry *b);
const char *verify_event_timeout_difference(verify_compare *c, const verify_entry *a, const verify_entry *b);
/* listed_now: flags change and time goes by without a new listing, so both are only known at the moment of listing. */
const char *verify_expect_difference(verify_compare *c, const verify_expect *a, const verify_expect *b,
                                     gboolean listed_now);
/* Are they about the same? */
gboolean verify_expect_same(const verify_expect *a, const verify_expect *b);

#endif
