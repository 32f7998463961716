/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stretch of a decompressed stream, where a file is compressed. The stream is cut into the same pieces whoever makes
 * them and whenever: how a library is called has a say in how much of a broken file it gives, and where it says
 * that it broke.
 */
#ifndef CAP_PIECE_H
#define CAP_PIECE_H

#include "capture/chunk.h"

enum {
  /* Kept free before a piece, for the start of a record that it goes on with: for all of a packet, and its head. */
  CAP_PIECE_HEAD_BYTES = 68 * 1024,
  CAP_PIECE_BYTES = 128 * 1024,
  CAP_PIECE_CHUNK_BYTES = CAP_PIECE_HEAD_BYTES + CAP_PIECE_BYTES
};

typedef struct cap_piece {
  cap_chunk *chunk;   /* of CAP_PIECE_CHUNK_BYTES; the piece begins at CAP_PIECE_HEAD_BYTES */
  gsize bytes;        /* 0: the stream has ended */
  guint64 file_bytes; /* of the compressed file that went into the stream up to the end of this piece */
  GError *failed;     /* with bytes 0: why the stream ended; NULL: it is whole, or was interrupted */
} cap_piece;

#endif
