/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transcripts: a kernel's (or ctreplay's) answers to a capture, frame by frame, as JSON lines (doc/fidelity.md names
 * the format).
 *
 * Life: verify_transcript_open, then verify_transcript_next for each frame until it says END, verify_transcript_free.
 * Hostile files are refused with an error that names the line; nothing is guessed.
 */
#ifndef VERIFY_TRANSCRIPT_H
#define VERIFY_TRANSCRIPT_H

#include "verify/model.h"

typedef struct verify_transcript verify_transcript;

/* Plain or gzip'd. => NULL and error set on failure. The header has been read when this returns. */
verify_transcript *verify_transcript_open(const char *path, GError **error);
void verify_transcript_free(verify_transcript *transcript);
const verify_header *verify_transcript_header(const verify_transcript *transcript);

typedef enum { VERIFY_NEXT_LINE, VERIFY_NEXT_END, VERIFY_NEXT_ERROR } verify_next;
/*
 * Reads the next frame's line. => END once the last line was read: verify_transcript_end has it then (a transcript
 * without one is cut: ERROR).
 */
verify_next verify_transcript_next(verify_transcript *transcript, verify_line *line, GError **error);
const verify_end *verify_transcript_end(const verify_transcript *transcript);

#endif
