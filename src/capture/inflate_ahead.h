/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that makes the pieces of a decompressed stream before they are asked for. At most CAP_AHEAD_PIECES are
 * ahead.
 *
 * Nothing that anybody is told may depend on how far ahead that is. So a piece carries its place in the file, and the
 * stream's end, or what is wrong with it, is a piece as well: an empty one, met when all before it were taken.
 *
 * Life: cap_ahead_new; cap_ahead_take, from one thread; cap_ahead_free, which waits for the maker to return.
 */
#ifndef CAP_INFLATE_AHEAD_H
#define CAP_INFLATE_AHEAD_H

#include "capture/piece.h"

enum { CAP_AHEAD_PIECES = 4 };

/* Runs on the thread, and fills in all but the chunk. After an empty piece it is not called again. */
typedef void (*cap_ahead_make)(gpointer user, cap_piece *piece);

typedef struct cap_ahead cap_ahead;

/* => NULL where the system grants no thread, or no memory for the pieces. */
cap_ahead *cap_ahead_new(cap_ahead_make make, gpointer user);
void cap_ahead_free(cap_ahead *ahead); /* NULL is fine */
/* The next piece, waiting for it. It comes with a chunk of its own, for which the one that stands in it is taken. */
void cap_ahead_take(cap_ahead *ahead, cap_piece *piece);

#endif
