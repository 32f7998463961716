/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of two rows of times belong together, where nothing but time tells those of a row apart. */
#ifndef ACROSS_ALIGN_H
#define ACROSS_ALIGN_H

#include <glib.h>

enum {
  ACROSS_ALIGN_MOST = 128, /* of each row */
  ACROSS_NOBODY = 255
};

/* What leaving one alone costs where every one that can shall have a partner. */
#define ACROSS_ALIGN_ALL (G_GINT64_CONSTANT(1) << 50)

/*
 * expected: when the partner of each of a's should come; came: when each of b's did; neither is longer than
 * ACROSS_ALIGN_MOST. A pair costs by how much the two are apart, one alone costs alone_ns (at most ACROSS_ALIGN_ALL);
 * pairs do not cross. open: there are more behind both rows, where the last of one of them may have their partners.
 * => partner[i]: its place in b, or ACROSS_NOBODY, so that the sum is the least; of several such ways one that leaves
 * the last alone.
 */
void across_align(const gint64 *expected, guint m, const gint64 *came, guint n, gint64 alone_ns, gboolean open,
                  guint8 *partner);

#endif
