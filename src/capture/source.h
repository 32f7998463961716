/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a capture's bytes come from: a descriptor, plain or through a decompressor chosen by content. Never waits
 * for more than there is: a read returns as soon as it has at least one byte.
 */
#ifndef CAP_SOURCE_H
#define CAP_SOURCE_H

#include <glib.h>

typedef struct cap_source cap_source;
struct cap_piece;

/* Owns fd, also on failure. The first bytes are read here, to see whether they are compressed. name is for messages. */
cap_source *cap_source_new(int fd, const char *name, GError **error);
void cap_source_free(cap_source *source);
/*
 * Until this is called, a signal that interrupts a wait interrupts the source: its opener has nothing to
 * interrupt yet.
 */
void cap_source_opened(cap_source *source);

/*
 * => bytes read (decompressed), 0 at the end or after cap_source_interrupt, -1 and error. Where compressed data is
 * cut or damaged, all that could be decoded has been returned before. Not where the source is in pieces.
 */
gssize cap_source_read(cap_source *source, guint8 *to, gsize size, GError **error);

/* TRUE where the bytes come in pieces (piece.h), by cap_source_piece alone: a compressed file. */
gboolean cap_source_in_pieces(const cap_source *source);
/*
 * The next piece. piece->chunk is one that nobody looks at; what stands there afterwards, maybe another one, is the
 * caller's. => its bytes, 0 at the end or after cap_source_interrupt, -1 and error.
 */
gssize cap_source_piece(cap_source *source, struct cap_piece *piece, GError **error);
/* From now on pieces are made ahead, on a thread of their own, where there are any. They are the same. */
void cap_source_inflate_ahead(cap_source *source);

/* TRUE where any of its bytes can be read again: a plain file. */
gboolean cap_source_seekable(const cap_source *source);
/*
 * Goes on at an offset of the stream; from now on others may use the place of the descriptor. => FALSE where it cannot.
 */
gboolean cap_source_seek(cap_source *source, guint64 offset);

/* From a signal handler or another thread: a waiting read returns, every later one says "end". */
void cap_source_interrupt(cap_source *source);
gboolean cap_source_interrupted(const cap_source *source);

const char *cap_source_name(const cap_source *source);
/* A pipe, socket or terminal: the next bytes may take their time. */
gboolean cap_source_live(const cap_source *source);
/* TRUE where path names the very file that is read here. */
gboolean cap_source_reads(const cap_source *source, const char *path);
/* Bytes of the file that went into what was read so far, and the file's size, 0 where it has none. From any thread. */
void cap_source_progress(const cap_source *source, guint64 *done_bytes, guint64 *total_bytes);

#endif
