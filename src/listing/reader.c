/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words and values of a listing, whatever its format, and the entries that they make. */
#include "reader.h"

#include <arpa/inet.h>
#include <string.h>

#include "conntrack/proto/proto.h"

enum { ADDRESS_MOST = 45, DIGITS_SAFE = 19 /* so many fit into 64 bits, whatever they are */ };

gboolean listing_fail(listing_reader *r, const char *why)
{
  if (r->why == NULL)
    r->why = why;
  return FALSE;
}

/* ---- words ---- */

gboolean listing_line(listing_reader *r, listing_word *line)
{
  const char *end;

  if (r->at == r->end)
    return FALSE;
  end = memchr(r->at, '\n', (gsize)(r->end - r->at));
  line->at = r->at;
  line->n = (gsize)((end != NULL ? end : r->end) - r->at);
  r->at = end != NULL ? end + 1 : r->end;
  r->line++;
  if (line->n > 0 && line->at[line->n - 1] == '\r')
    line->n--;
  return TRUE;
}

static gboolean is_blank(char c) { return c == ' ' || c == '\t'; }

gboolean listing_next(listing_word *line, listing_word *word)
{
  const char *at = line->at, *end = line->at + line->n;

  while (at < end && is_blank(*at))
    at++;
  word->at = at;
  while (at < end && !is_blank(*at))
    at++;
  word->n = (gsize)(at - word->at);
  line->at = at;
  line->n = (gsize)(end - at);
  return word->n > 0;
}

gboolean listing_begins(const listing_word *word, const char *text)
{
  gsize n = strlen(text);

  return word->n >= n && memcmp(word->at, text, n) == 0;
}

/* ---- values ---- */

static gboolean hexadecimal(const listing_word *word, guint64 most, guint64 *value)
{
  guint64 v = 0;
  gsize i;

  for (i = 2; i < word->n; i++) {
    int digit = g_ascii_xdigit_value(word->at[i]);

    if (digit < 0 || v >> 60 != 0)
      return FALSE;
    v = v << 4 | (guint)digit;
  }
  *value = v;
  return v <= most;
}

gboolean listing_number(const listing_word *word, guint64 most, guint64 *value)
{
  guint64 v = 0;
  gsize i;

  if (word->n > 2 && word->at[0] == '0' && word->at[1] == 'x')
    return hexadecimal(word, most, value);
  if (word->n == 0)
    return FALSE;
  for (i = 0; i < word->n; i++) {
    guint digit = (guint)(guchar)word->at[i] - '0';

    if (digit > 9 || (i >= DIGITS_SAFE && v > (G_MAXUINT64 - digit) / 10))
      return FALSE;
    v = v * 10 + digit;
  }
  *value = v;
  return v <= most;
}

/* inet_pton, for what nearly all are. */
static gboolean dotted(const listing_word *word, guint8 bytes[4])
{
  guint part = 0, digits = 0, value = 0;
  gsize i;

  for (i = 0; i < word->n; i++) {
    char c = word->at[i];

    if (c >= '0' && c <= '9' && digits < 3) {
      value = value * 10 + (guint)(c - '0');
      digits++;
    } else if (c == '.' && digits > 0 && part < 3 && value <= 255) {
      bytes[part++] = (guint8)value;
      value = digits = 0;
    } else {
      return FALSE;
    }
  }
  bytes[3] = (guint8)value;
  return part == 3 && digits > 0 && value <= 255;
}

gboolean listing_address(const listing_word *word, ct_tuple *tuple, ct_addr *address)
{
  char text[ADDRESS_MOST + 1];
  guint8 family = CT_IPV4;
  ct_addr a = { .halves = { 0, 0 } };

  if (!dotted(word, a.bytes)) {
    if (word->n > ADDRESS_MOST)
      return FALSE;
    memcpy(text, word->at, word->n);
    text[word->n] = '\0';
    family = CT_IPV6;
    if (inet_pton(AF_INET6, text, a.bytes) != 1)
      return FALSE;
  }
  if (tuple->family != 0 && tuple->family != family)
    return FALSE;
  tuple->family = family;
  *address = a;
  return TRUE;
}

gboolean listing_protocol(const listing_reader *r, const listing_word *word, guint8 *number)
{
  const ct_proto *proto;
  guint64 value;
  guint i;

  if (listing_number(word, 255, &value)) {
    *number = (guint8)value;
    return TRUE;
  }
  for (i = 0; (proto = ct_proto_get(r->profile, i)) != NULL; i++)
    if (listing_is(word, proto->name)) {
      *number = proto->number;
      return TRUE;
    }
  return FALSE;
}

guint listing_state(const listing_reader *r, guint8 proto, const listing_word *word)
{
  const ct_proto *tracker = ct_proto_tracker(r->profile, proto);
  guint i;

  for (i = 0; i < tracker->n_states; i++)
    if (tracker->states[i] != NULL && listing_is(word, tracker->states[i]))
      return i;
  return 0;
}

guint32 listing_status(const listing_word *word)
{
  guint i;

  for (i = 0; i < 16; i++)
    if (listing_is(word, ct_status_name(i)))
      return 1u << i;
  return 0;
}

const char *listing_name(listing_reader *r, const listing_word *word)
{
  const char *name = g_string_chunk_insert_len(r->l->names, word->at, (gssize)word->n), *kept;

  kept = g_string_chunk_insert_const(r->l->names, name);
  return kept;
}

/* ---- tuples ---- */

listing_key listing_key_of(const listing_word *word)
{
  static const struct {
    const char *name;
    listing_key key;
  } keys[] = { { "src", LISTING_KEY_SRC },         { "dst", LISTING_KEY_DST },      { "sport", LISTING_KEY_SPORT },
               { "dport", LISTING_KEY_DPORT },     { "type", LISTING_KEY_TYPE },    { "code", LISTING_KEY_CODE },
               { "id", LISTING_KEY_ID },           { "srckey", LISTING_KEY_SPORT }, { "dstkey", LISTING_KEY_DPORT },
               { "packets", LISTING_KEY_PACKETS }, { "bytes", LISTING_KEY_BYTES } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(keys); i++)
    if (listing_is(word, keys[i].name))
      return keys[i].key;
  return LISTING_KEY_NONE;
}

gboolean listing_set(listing_reader *r, ct_tuple *tuple, listing_key key, const listing_word *value)
{
  guint64 number;

  if (key == LISTING_KEY_SRC || key == LISTING_KEY_DST)
    return listing_address(value, tuple, key == LISTING_KEY_SRC ? &tuple->src : &tuple->dst) ||
           listing_fail(r, "an address is none");
  if (!listing_number(value, key == LISTING_KEY_TYPE || key == LISTING_KEY_CODE ? 255 : G_MAXUINT16, &number))
    return listing_fail(r, "a number is none, or too large");
  switch (key) {
  case LISTING_KEY_SPORT:
  case LISTING_KEY_ID: tuple->src_id = (guint16)number; break;
  case LISTING_KEY_DPORT: tuple->dst_id = (guint16)number; break;
  case LISTING_KEY_TYPE: tuple->dst_id = (guint16)((tuple->dst_id & 0xff) | number << 8); break;
  case LISTING_KEY_CODE: tuple->dst_id = (guint16)((tuple->dst_id & 0xff00) | number); break;
  default: break;
  }
  return TRUE;
}

/* ---- entries ---- */

gboolean listing_add(listing_reader *r, listing_entry *e)
{
  ct_tuple *o = &e->tuple[CT_ORIGINAL], *reply = &e->tuple[CT_REPLY];
  listing *l = r->l;

  if (o->family == 0)
    return listing_fail(r, "an entry has no addresses");
  if (reply->family == 0)
    return listing_fail(r, "an entry ends before its reply direction");
  if (o->family != reply->family)
    return listing_fail(r, "an entry's two directions are of two families");
  reply->proto = o->proto;
  if (e->sides == (1 << CT_ORIGINAL | 1 << CT_REPLY))
    e->has |= LISTING_COUNTERS;
  e->line = r->line;
  l->any_timeout |= (e->has & LISTING_TIMEOUT) != 0;
  l->any_counters |= (e->has & LISTING_COUNTERS) != 0;
  l->any_mark |= (e->has & LISTING_MARK) != 0;
  l->any_helper |= e->helper != NULL;
  g_array_append_vals(l->entries, e, 1);
  return TRUE;
}

gboolean listing_add_expect(listing_reader *r, listing_expect *e)
{
  if (e->tuple.family == 0 || e->master.family == 0)
    return listing_fail(r, "an expectation has no addresses, or no master");
  e->master.proto = e->master.proto != 0 ? e->master.proto : e->tuple.proto;
  e->mask.proto = e->tuple.proto;
  e->mask.family = e->tuple.family;
  e->line = r->line;
  g_array_append_vals(r->l->expects, e, 1);
  return TRUE;
}

/* ---- the whole ---- */

/* By the first thing that is no blank and no comment. */
