/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lines say again and again (a status with its state, a verdict with its class) is put together once, kept under a
 * number that stands for it, and copied. Of two that fall together the later one is kept. Internal to src/emit.
 */
#ifndef EMIT_PHRASE_H
#define EMIT_PHRASE_H

#include <glib.h>
#include <string.h>

enum { PHRASE_BYTES = 112, PHRASE_BITS = 8 }; /* whatever a phrase's length, so many bytes are written */

/* What a phrase is about: the lowest four bits of its key. */
enum {
  EMIT_PHRASE_STANDING = 1,
  EMIT_PHRASE_RESULT,
  EMIT_PHRASE_STATES,
  EMIT_PHRASE_CHANGES,
  EMIT_PHRASE_EVENT,
  EMIT_PHRASE_FLAGS
};

typedef struct emit_phrase {
  guint64 key; /* 0: none is kept */
  gsize length;
  char text[PHRASE_BYTES];
} emit_phrase;

typedef struct emit_phrases {
  emit_phrase at[1 << PHRASE_BITS];
} emit_phrases;

static inline guint emit_phrase_slot(guint64 key)
{
  return (guint)(key * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) >> (64 - PHRASE_BITS));
}

/* => where the next byte goes; NULL: it has to be put together. phrases may be NULL, key may not be 0. */
static inline char *put_phrase(char *p, const emit_phrases *phrases, guint64 key)
{
  const emit_phrase *kept;

  if (phrases == NULL)
    return NULL;
  kept = &phrases->at[emit_phrase_slot(key)];
  if (G_UNLIKELY(kept->key != key))
    return NULL;
  memcpy(p, kept->text, PHRASE_BYTES);
  return p + kept->length;
}

/* What was put together from begin on; one that is too long is not kept. phrases may be NULL. => end */
static inline char *put_phrase_kept(emit_phrases *phrases, guint64 key, const char *begin, char *end)
{
  emit_phrase *kept;

  if (phrases == NULL || end - begin > PHRASE_BYTES)
    return end;
  kept = &phrases->at[emit_phrase_slot(key)];
  kept->key = key;
  kept->length = (gsize)(end - begin);
  memcpy(kept->text, begin, kept->length);
  return end;
}

#endif
