/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that makes a stream's bytes before they are asked for: decompressing costs as much as all else that reading
 * is. At most CAP_AHEAD_BYTES wait to be taken. What the maker says of the stream's end is told where the bytes before
 * it have been taken, as if there were no thread.
 *
 * Life: cap_ahead_new; cap_ahead_read, from one thread; cap_ahead_free, which waits for the maker to return.
 */
#ifndef CAP_INFLATE_AHEAD_H
#define CAP_INFLATE_AHEAD_H

#include <glib.h>

enum { CAP_AHEAD_PIECE_BYTES = 128 * 1024, CAP_AHEAD_PIECES = 4 };
#define CAP_AHEAD_BYTES (CAP_AHEAD_PIECES * CAP_AHEAD_PIECE_BYTES)

/* Runs on the thread: => bytes made, 0 at the end, -1 and error; after one of these it is not called again. */
typedef gssize (*cap_ahead_make)(gpointer user, guint8 *to, gsize size, GError **error);

typedef struct cap_ahead cap_ahead;

/* => NULL where the system grants no thread. */
cap_ahead *cap_ahead_new(cap_ahead_make make, gpointer user);
void cap_ahead_free(cap_ahead *ahead); /* NULL is fine */
/* As make, waiting for at least one byte. */
gssize cap_ahead_read(cap_ahead *ahead, guint8 *to, gsize size, GError **error);

#endif
