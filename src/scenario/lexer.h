/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cursor over one logical line. The notation is terse ("S.", "1:101(100)", "[fd00::1]:80"): what a character means
 * depends on where it stands, so the parser asks for the token it wants next instead of being given a stream of them.
 *
 * The first failure sticks: every later call fails too and leaves it alone, so that a parser may try a few tokens
 * before it looks. Internal to src/scenario.
 */
#ifndef SCN_LEXER_H
#define SCN_LEXER_H

#include "scenario/scenario.h"

typedef struct scn_cursor {
  const char *file;
  guint line;
  const char *start, *at, *end;
  GError *error;
} scn_cursor;

void scn_cursor_init(scn_cursor *c, const char *file, guint line, const char *start, const char *end);

/* Sets "file:line:column: message" unless an error stands already. => FALSE, always. */
gboolean scn_fail(scn_cursor *c, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* scn_fail with "expected WHAT, found what stands here". => FALSE, always. */
gboolean scn_wanted(scn_cursor *c, const char *what);
/* The same; guess: the word that was perhaps meant, or NULL. */
gboolean scn_unknown(scn_cursor *c, const char *what, const char *guess);

/* TRUE at the end of the line or before a comment. Skips blanks, as all below do first. */
gboolean scn_at_end(scn_cursor *c);
gboolean scn_need_end(scn_cursor *c);

/* The next character, 0 at the end; not taken. */
char scn_peek(scn_cursor *c);
gboolean scn_accept(scn_cursor *c, const char *punctuation); /* takes it if it is next; never fails */
gboolean scn_need(scn_cursor *c, const char *punctuation);
/* Takes the word (letters, digits, '_', '-', '.') if it is exactly this one; never fails. */
gboolean scn_accept_word(scn_cursor *c, const char *word);

/* A word of at most size - 1 bytes into buffer. what names it in messages. */
gboolean scn_take_word(scn_cursor *c, const char *what, char *buffer, gsize size);
/* Everything up to the next blank or the end. */
gboolean scn_take_rest_of_word(scn_cursor *c, const char *what, char *buffer, gsize size);
/* Decimal or 0x hexadecimal. */
gboolean scn_take_u64(scn_cursor *c, const char *what, guint64 largest, guint64 *value);
gboolean scn_take_u32(scn_cursor *c, const char *what, guint32 *value);
gboolean scn_take_u16(scn_cursor *c, const char *what, guint16 *value);
gboolean scn_take_u8(scn_cursor *c, const char *what, guint8 *value);
/* A number modulo 2^32: decimal, a minus sign allowed. */
gboolean scn_take_sequence(scn_cursor *c, const char *what, guint32 *value);
/* Seconds with up to nine decimals, or with a unit: 0.1, 5s, 250ms, 2h, 5d. explicit_unit may be NULL. */
gboolean scn_take_duration(scn_cursor *c, const char *what, gint64 *ns);
/* 2026-01-05T10:00:00.5Z */
gboolean scn_take_date(scn_cursor *c, gint64 *ns);
/* 10.0.0.1, fd00::1 or [fd00::1] */
gboolean scn_take_addr(scn_cursor *c, guint8 *family, ct_addr *addr);
/* "text" with \r \n \t \0 \" \\ \xHH; new bytes in *bytes. */
gboolean scn_take_string(scn_cursor *c, const char *what, GByteArray **bytes);
/* Pairs of hexadecimal digits, in quotes where blanks stand between them; new bytes in *bytes. */
gboolean scn_take_hex(scn_cursor *c, const char *what, GByteArray **bytes);

#endif
