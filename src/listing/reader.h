/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of listings share. Internal to src/listing. */
#ifndef LISTING_READER_H
#define LISTING_READER_H

#include <string.h>

#include "listing.h"

typedef struct listing_reader {
  listing *l;
  const ct_profile *profile;
  const char *at, *end; /* what is left of the text */
  guint32 line;         /* from 1 */
  const char *why;      /* NULL: all is well */
} listing_reader;

/* A piece of text. */
typedef struct listing_word {
  const char *at;
  gsize n;
} listing_word;

/* => FALSE: the reader has stopped, and line is where. */
gboolean listing_read_text(listing_reader *r);
gboolean listing_read_xml(listing_reader *r);
gboolean listing_read_save(listing_reader *r);
gboolean listing_read_json(listing_reader *r);

/* The first reason counts. => FALSE. */
gboolean listing_fail(listing_reader *r, const char *why);

/* The next line, without its end; line counts it. => FALSE: there is none. */
gboolean listing_line(listing_reader *r, listing_word *line);
/* The next word of a line, which it is taken from. => FALSE: there is none. */
gboolean listing_next(listing_word *line, listing_word *word);
/* Most words differ from most names by their first letter, which is cheaper to ask than memcmp. text: not empty. */
static inline gboolean listing_is(const listing_word *word, const char *text)
{
  return word->n > 0 && *word->at == *text && strlen(text) == word->n && memcmp(word->at, text, word->n) == 0;
}
gboolean listing_begins(const listing_word *word, const char *text);

/* Decimal, or with 0x hexadecimal. => FALSE: it is none, or too large. */
gboolean listing_number(const listing_word *word, guint64 most, guint64 *value);
/* Sets the family, too; where the tuple has one already, it has to be the same. */
gboolean listing_address(const listing_word *word, ct_tuple *tuple, ct_addr *address);
/* By the profile's names or as a number. => FALSE: it is none. */
gboolean listing_protocol(const listing_reader *r, const listing_word *word, guint8 *number);
/* => the number of the state in words; 0: none. */
guint listing_state(const listing_reader *r, guint8 proto, const listing_word *word);
/* "SEEN_REPLY" => its bit; 0: none. */
guint32 listing_status(const listing_word *word);
const char *listing_name(listing_reader *r, const listing_word *word);

/* What a key says of one direction: src, dst, sport, dport, type, code, id, srckey, dstkey. */
typedef enum listing_key {
  LISTING_KEY_NONE,
  LISTING_KEY_SRC,
  LISTING_KEY_DST,
  LISTING_KEY_SPORT,
  LISTING_KEY_DPORT,
  LISTING_KEY_TYPE,
  LISTING_KEY_CODE,
  LISTING_KEY_ID,
  LISTING_KEY_PACKETS,
  LISTING_KEY_BYTES
} listing_key;
listing_key listing_key_of(const listing_word *word);
/* => FALSE: the value is none, and r->why says so. */
gboolean listing_set(listing_reader *r, ct_tuple *tuple, listing_key key, const listing_word *value);

/* Puts it into the listing where it is whole. => FALSE: it is not, and r->why says why. */
gboolean listing_add(listing_reader *r, listing_entry *entry);
gboolean listing_add_expect(listing_reader *r, listing_expect *expect);

#endif
