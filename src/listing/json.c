/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctreplay's own json (doc/formats.md): an object a line, of type entry or expect. A line is gone through once; a value
 * is told with the names of the objects that it stands in, so that "src" of "orig" and of "reply" are two.
 */
#include "reader.h"

#include <string.h>

enum { DEPTH_MOST = 8 };

typedef struct json_line {
  listing_reader *r;
  const char *at, *end;
  guint depth;
  listing_word names[DEPTH_MOST + 1]; /* of the member that each object or array is */
  guint indexes[DEPTH_MOST + 1];      /* of an array's element; in an object 0 */
  gboolean expects, is_one;
  listing_word state;
  listing_entry e;
  listing_expect x;
} json_line;

/* ---- values ---- */

/* Of the object or array that is `up` levels out of the value's own. */
static gboolean in(const json_line *j, guint up, const char *name)
{
  return j->depth >= up && listing_is(&j->names[j->depth - up], name);
}

static gboolean number(json_line *j, const listing_word *value, guint64 most, guint64 *n)
{
  return listing_number(value, most, n) || listing_fail(j->r, "a number is none, or too large");
}

static gboolean take_u32(json_line *j, const listing_word *value, guint32 *to, guint has)
{
  guint64 n;

  if (!number(j, value, G_MAXUINT32, &n))
    return FALSE;
  *to = (guint32)n;
  j->e.has |= (guint8)has;
  return TRUE;
}

static ct_tuple *tuple_of(json_line *j)
{
  if (in(j, 0, "orig"))
    return &j->e.tuple[CT_ORIGINAL];
  if (in(j, 0, "reply"))
    return &j->e.tuple[CT_REPLY];
  if (in(j, 0, "tuple"))
    return &j->x.tuple;
  if (in(j, 0, "mask"))
    return &j->x.mask;
  return in(j, 0, "master") && j->expects ? &j->x.master : NULL;
}

static gboolean take_of_tuple(json_line *j, ct_tuple *tuple, const listing_word *key, const listing_word *value)
{
  listing_key place;
  guint64 n;

  if (listing_is(key, "proto")) {
    if (!number(j, value, 255, &n))
      return FALSE;
    tuple->proto = (guint8)n;
    return TRUE;
  }
  if (listing_is(key, "zone")) {
    if (!number(j, value, G_MAXUINT16, &n))
      return FALSE;
    tuple->zone = (guint16)n;
    return TRUE;
  }
  place = listing_key_of(key);
  return place == LISTING_KEY_NONE || listing_set(j->r, tuple, place, value);
}

/* [[packets, bytes], [packets, bytes]] */
static gboolean take_counter(json_line *j, const listing_word *value)
{
  guint dir = j->indexes[j->depth - 1], which = j->indexes[j->depth];
  guint64 n;

  if (dir > CT_REPLY || which > 1 || !number(j, value, (G_GUINT64_CONSTANT(1) << 48) - 1, &n))
    return listing_fail(j->r, "counters are not two pairs of numbers");
  (which == 0 ? j->e.packets : j->e.bytes)[dir] = n;
  j->e.sides |= (guint8)(1u << dir);
  return TRUE;
}

static gboolean take_of_entry(json_line *j, const listing_word *key, const listing_word *value)
{
  guint32 zone = 0;

  if (listing_is(key, "timeout"))
    return take_u32(j, value, &j->e.timeout_s, LISTING_TIMEOUT);
  if (listing_is(key, "mark"))
    return take_u32(j, value, &j->e.mark, LISTING_MARK);
  if (listing_is(key, "secmark"))
    return take_u32(j, value, &j->e.secmark, LISTING_SECMARK);
  if (listing_is(key, "use"))
    return take_u32(j, value, &j->e.use, LISTING_USE);
  if (listing_is(key, "state"))
    j->state = *value;
  else if (listing_is(key, "helper"))
    j->e.helper = listing_name(j->r, value);
  else if (listing_is(key, "zone")) {
    if (!take_u32(j, value, &zone, 0) || zone > G_MAXUINT16)
      return listing_fail(j->r, "a zone is none");
    j->e.tuple[0].zone = j->e.tuple[1].zone = (guint16)zone;
  }
  return TRUE;
}

static gboolean take_of_expect(json_line *j, const listing_word *key, const listing_word *value)
{
  if (listing_is(key, "timeout")) {
    j->x.lasts = FALSE;
    return take_u32(j, value, &j->x.timeout_s, 0);
  }
  if (listing_is(key, "class"))
    return take_u32(j, value, &j->x.class_number, 0);
  if (listing_is(key, "flags"))
    return take_u32(j, value, &j->x.flags, 0);
  if (listing_is(key, "helper"))
    j->x.helper = listing_name(j->r, value);
  return TRUE;
}

/* A word, a number or a literal. key: empty in an array. */
static gboolean take(json_line *j, const listing_word *key, const listing_word *value)
{
  ct_tuple *tuple = tuple_of(j);

  if (j->depth == 1 && listing_is(key, "type")) {
    j->expects = listing_is(value, "expect");
    j->is_one = j->expects || listing_is(value, "entry");
    return j->is_one || listing_is(value, "snapshot") ||
           listing_fail(j->r, "that is neither an entry nor an expectation: a listing is what -L -o json prints");
  }
  if (tuple != NULL)
    return take_of_tuple(j, tuple, key, value);
  if (in(j, 0, "status")) {
    j->e.status |= listing_status(value);
    return TRUE;
  }
  if (j->depth >= 3 && in(j, 1, "counters"))
    return take_counter(j, value);
  if (in(j, 0, "entry"))
    return take_of_entry(j, key, value);
  return !in(j, 0, "expect") || take_of_expect(j, key, value);
}

/* ---- the line ---- */

static void skip_blanks(json_line *j)
{
  while (j->at < j->end && (*j->at == ' ' || *j->at == '\t'))
    j->at++;
}

/* A string as it stands; what is escaped in it is no word that is known here. */
static gboolean read_string(json_line *j, listing_word *word)
{
  const char *start = ++j->at;

  for (; j->at < j->end && *j->at != '"'; j->at++)
    if (*j->at == '\\')
      j->at++;
  if (j->at >= j->end)
    return listing_fail(j->r, "it ends within a string");
  *word = (listing_word){ start, (gsize)(j->at - start) };
  j->at++;
  return TRUE;
}

static gboolean read_literal(json_line *j, listing_word *word)
{
  const char *start = j->at;

  while (j->at < j->end && strchr(",]}: \t", *j->at) == NULL)
    j->at++;
  *word = (listing_word){ start, (gsize)(j->at - start) };
  return word->n > 0 || listing_fail(j->r, "a value is missing");
}

static gboolean read_value(json_line *j, const listing_word *key);

static gboolean read_member(json_line *j, gboolean object)
{
  listing_word key = { "", 0 };

  skip_blanks(j);
  if (object) {
    if (j->at >= j->end || *j->at != '"')
      return listing_fail(j->r, "a member has no name");
    if (!read_string(j, &key))
      return FALSE;
    skip_blanks(j);
    if (j->at >= j->end || *j->at++ != ':')
      return listing_fail(j->r, "a member has no value");
  }
  return read_value(j, &key);
}

/* An object or array, whose opening bracket is at hand. */
static gboolean read_within(json_line *j, const listing_word *key, gboolean object)
{
  const char close = object ? '}' : ']';
  /* An array within an array has its name. */
  const listing_word name = key->n > 0 || j->depth == 0 ? *key : j->names[j->depth];

  if (j->depth == DEPTH_MOST)
    return listing_fail(j->r, "it stands too deep");
  j->depth++;
  j->names[j->depth] = name;
  j->indexes[j->depth] = 0;
  j->at++;
  skip_blanks(j);
  if (j->at < j->end && *j->at == close) {
    j->at++;
    j->depth--;
    return TRUE;
  }
  for (;;) {
    if (!read_member(j, object))
      return FALSE;
    skip_blanks(j);
    if (j->at >= j->end)
      return listing_fail(j->r, "it ends within an object: the line is cut");
    if (*j->at == close)
      break;
    if (*j->at++ != ',')
      return listing_fail(j->r, "a comma is missing");
    j->indexes[j->depth]++;
  }
  j->at++;
  j->depth--;
  return TRUE;
}

static gboolean read_value(json_line *j, const listing_word *key)
{
  listing_word value;

  skip_blanks(j);
  if (j->at >= j->end)
    return listing_fail(j->r, "it ends within an object: the line is cut");
  if (*j->at == '{' || *j->at == '[')
    return read_within(j, key, *j->at == '{');
  return (*j->at == '"' ? read_string(j, &value) : read_literal(j, &value)) && take(j, key, &value);
}

static gboolean finish(json_line *j)
{
  if (!j->is_one)
    return TRUE;
  if (j->expects)
    return listing_add_expect(j->r, &j->x);
  j->e.has |= LISTING_STATUS;
  if (j->state.n > 0) {
    j->e.state = (guint8)listing_state(j->r, j->e.tuple[CT_ORIGINAL].proto, &j->state);
    j->e.has |= LISTING_STATE;
  }
  return listing_add(j->r, &j->e);
}

gboolean listing_read_json(listing_reader *r)
{
  static const listing_word nothing = { "", 0 };
  listing_word line;

  while (listing_line(r, &line)) {
    json_line j = { .r = r, .at = line.at, .end = line.at + line.n, .x = { .lasts = TRUE } };

    skip_blanks(&j);
    if (j.at == j.end || *j.at == '#')
      continue;
    if (*j.at != '{')
      return listing_fail(r, "a line is no object");
    if (!read_value(&j, &nothing) || !finish(&j))
      return FALSE;
  }
  return TRUE;
}
