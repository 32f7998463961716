/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that look random and are the same for the same seed, on every machine. */
#ifndef VERIFY_RANDOM_H
#define VERIFY_RANDOM_H

#include <glib.h>

typedef struct verify_random {
  guint64 state;
} verify_random;

guint64 verify_random_next(verify_random *random);
/* => 0 .. n - 1; n >= 1. */
guint32 verify_random_below(verify_random *random, guint32 n);
/* => TRUE in so many of a hundred cases. */
gboolean verify_random_percent(verify_random *random, guint percent);

#endif
