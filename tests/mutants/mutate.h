/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures spoilt on purpose: cut, flipped, lied about, with records doubled and swapped and clocks thrown about. The
 * same number gives the same mutant of the same captures, on every machine.
 */
#ifndef TESTS_MUTATE_H
#define TESTS_MUTATE_H

#include <glib.h>

/* What was done to a mutant, as bits. */
/* clang-format off */
#define MUTATE_LIST(X)                                                                                                 \
  X(CUT, "cut") X(FLIP, "flipped") X(PACKET, "packet bytes changed") X(LENGTH, "length lied about")                    \
  X(DOUBLE, "records doubled") X(SWAP, "records swapped") X(DROP, "record taken out") X(TIME, "clock thrown")          \
  X(COMPRESS, "compressed") X(COMPRESSED_SPOILT, "spoilt once compressed")
/* clang-format on */
enum {
#define X(id, word) MUTATE_##id##_BIT,
  MUTATE_LIST(X)
#undef X
    MUTATE_COUNT
};
enum {
#define X(id, word) MUTATE_##id = 1 << MUTATE_##id##_BIT,
  MUTATE_LIST(X)
#undef X
};

/* splitmix64 */
typedef struct mutate_random {
  guint64 state;
} mutate_random;
guint64 mutate_random_next(mutate_random *random);
/* => 0 .. n - 1; 0 where n is 0. */
gsize mutate_random_below(mutate_random *random, gsize n);

/*
 * => a piece of the capture that is one itself: its header and some records on end, or all of it where it is no larger
 * than most_bytes or of a kind whose records are not known here. Owned by the caller.
 */
GByteArray *mutate_piece(mutate_random *random, const guint8 *data, gsize n, gsize most_bytes);

/* Spoils it in one to four ways, or only cuts it. => MUTATE_* of what was done. */
guint mutate(mutate_random *random, GByteArray *capture);
void mutate_cut(mutate_random *random, GByteArray *capture);

/* => "cut, flipped". Owned by the caller. */
char *mutate_describe(guint done);

#endif
