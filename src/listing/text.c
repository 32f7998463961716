/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of conntrack -L, of /proc/net/nf_conntrack and of ip_conntrack, and of expectations. Words come in the
 * order in which both print them; the first src= begins the original direction, the second the reply.
 */
#include "reader.h"

#include <string.h>

/* Where a line is: before its first direction, in one of them, or behind both. */
enum { BEFORE = -1, BEHIND = CT_REPLY + 1 };

typedef struct key_value {
  listing_word key, value;
} key_value;

static gboolean split(const listing_word *word, key_value *kv)
{
  const char *equals = memchr(word->at, '=', word->n);

  if (equals == NULL)
    return FALSE;
  kv->key = (listing_word){ word->at, (gsize)(equals - word->at) };
  kv->value = (listing_word){ equals + 1, word->n - kv->key.n - 1 };
  return TRUE;
}

static gboolean is_number(const listing_word *word)
{
  guint64 ignored;

  return listing_number(word, G_MAXUINT64, &ignored);
}

/* ---- entries ---- */

/* [UNREPLIED], [ASSURED], and [start=Sun Nov 29 21:11:02 2026], whose words it takes along. => FALSE: none of these. */
static gboolean take_bracket(listing_entry *e, const listing_word *word, listing_word *line)
{
  const char *end;

  if (listing_is(word, "[UNREPLIED]"))
    e->status &= ~(guint32)CT_STATUS_SEEN_REPLY;
  else if (listing_is(word, "[ASSURED]"))
    e->status |= CT_STATUS_ASSURED;
  else if (listing_is(word, "[OFFLOAD]"))
    e->status |= CT_STATUS_OFFLOAD | CT_STATUS_ASSURED;
  else if (listing_is(word, "[HW_OFFLOAD]"))
    e->status |= CT_STATUS_OFFLOAD | CT_STATUS_HW_OFFLOAD | CT_STATUS_ASSURED;
  else if (listing_begins(word, "[start=") || listing_begins(word, "[stop=")) {
    end = word->at[word->n - 1] == ']' ? line->at : memchr(line->at, ']', line->n);
    if (end == NULL)
      return FALSE;
    end += end != line->at;
    line->n -= (gsize)(end - line->at);
    line->at = end;
  } else
    return FALSE;
  return TRUE;
}

static gboolean take_number(listing_reader *r, listing_entry *e, const key_value *kv, guint32 *to, guint has)
{
  guint64 value;

  if (!listing_number(&kv->value, G_MAXUINT32, &value))
    return listing_fail(r, "a number is none, or too large");
  *to = (guint32)value;
  e->has |= (guint8)has;
  return TRUE;
}

static gboolean take_zone(listing_reader *r, listing_entry *e, const key_value *kv, guint dirs)
{
  guint64 zone;
  guint dir;

  if (!listing_number(&kv->value, G_MAXUINT16, &zone))
    return listing_fail(r, "a zone is none");
  for (dir = 0; dir < 2; dir++)
    if (dirs & 1u << dir)
      e->tuple[dir].zone = (guint16)zone;
  return TRUE;
}

/* What stands behind both directions. Words that are not known say nothing that is kept. */
static gboolean take_rest(listing_reader *r, listing_entry *e, const key_value *kv)
{
  guint32 age = 0;

  if (listing_is(&kv->key, "mark"))
    return take_number(r, e, kv, &e->mark, LISTING_MARK);
  if (listing_is(&kv->key, "secmark"))
    return take_number(r, e, kv, &e->secmark, LISTING_SECMARK);
  if (listing_is(&kv->key, "use"))
    return take_number(r, e, kv, &e->use, LISTING_USE);
  if (listing_is(&kv->key, "zone"))
    return take_zone(r, e, kv, 1 << CT_ORIGINAL | 1 << CT_REPLY);
  if (listing_is(&kv->key, "zone-orig"))
    return take_zone(r, e, kv, 1 << CT_ORIGINAL);
  if (listing_is(&kv->key, "zone-reply"))
    return take_zone(r, e, kv, 1 << CT_REPLY);
  if (listing_is(&kv->key, "delta-time")) {
    gboolean fine = take_number(r, e, kv, &age, LISTING_AGE);

    e->age_s = age;
    return fine;
  }
  if (listing_is(&kv->key, "helper"))
    e->helper = listing_name(r, &kv->value);
  return TRUE;
}

static gboolean take_counter(listing_reader *r, listing_entry *e, ct_dir dir, listing_key key,
                             const listing_word *value)
{
  guint64 number;

  if (!listing_number(value, (G_GUINT64_CONSTANT(1) << 48) - 1, &number))
    return listing_fail(r, "a counter is none, or too large");
  if (key == LISTING_KEY_PACKETS)
    e->packets[dir] = number;
  else
    e->bytes[dir] = number;
  e->sides |= (guint8)(1u << dir);
  return TRUE;
}

static gboolean is_of_direction(const key_value *kv)
{
  return listing_is(&kv->key, "zone-orig") || listing_is(&kv->key, "zone-reply");
}

/* A word with a value. The entry's own id= comes behind its use=, and is not that of ICMP. */
static gboolean take_value(listing_reader *r, listing_entry *e, int *dir, const key_value *kv)
{
  listing_key key = listing_key_of(&kv->key);

  if (key == LISTING_KEY_SRC && ++*dir > CT_REPLY)
    return listing_fail(r, "an entry has three directions");
  if (*dir == BEFORE)
    return TRUE; /* GRE's timeouts, in /proc */
  if (key == LISTING_KEY_NONE) {
    if (*dir == CT_REPLY && !is_of_direction(kv))
      *dir = BEHIND;
    return take_rest(r, e, kv);
  }
  if (*dir == BEHIND)
    return TRUE;
  if (key == LISTING_KEY_PACKETS || key == LISTING_KEY_BYTES)
    return take_counter(r, e, (ct_dir)*dir, key, &kv->value);
  e->tuple[*dir].proto = e->tuple[CT_ORIGINAL].proto;
  return listing_set(r, &e->tuple[*dir], key, &kv->value);
}

static gboolean take_word(listing_reader *r, listing_entry *e, int *dir, const listing_word *word, listing_word *line)
{
  guint state;
  key_value kv;

  if (word->at[0] == '[')
    return take_bracket(e, word, line) || listing_fail(r, "a word in brackets is not known");
  if (split(word, &kv))
    return take_value(r, e, dir, &kv);
  if (*dir != BEFORE)
    return TRUE; /* behind /proc's secctx there may be more of it */
  state = listing_state(r, e->tuple[CT_ORIGINAL].proto, word);
  if (state == 0 && !listing_is(word, "NONE"))
    return listing_fail(r, "a state is not one of its protocol");
  e->state = (guint8)state;
  e->has |= LISTING_STATE;
  return TRUE;
}

/* Behind the protocol's name. */
static gboolean read_entry(listing_reader *r, listing_word *line)
{
  listing_entry e = { .status = CT_STATUS_SEEN_REPLY };
  listing_word word, before;
  guint64 value;
  int dir = BEFORE;

  if (!listing_next(line, &word) || !listing_number(&word, 255, &value))
    return listing_fail(r, "a protocol has no number: this is no line of a conntrack listing");
  e.tuple[CT_ORIGINAL].proto = (guint8)value;
  before = *line;
  if (listing_next(line, &word) && is_number(&word)) {
    if (!listing_number(&word, G_MAXUINT32, &value))
      return listing_fail(r, "a timeout is too large");
    e.timeout_s = (guint32)value;
    e.has |= LISTING_TIMEOUT;
  } else {
    *line = before;
  }
  while (listing_next(line, &word))
    if (!take_word(r, &e, &dir, &word, line))
      return FALSE;
  return listing_add(r, &e);
}

/* ---- expectations ---- */

/* "sport=0 dport=41344" comes three times: of the tuple, the mask, the master. */
static gboolean take_expected(listing_reader *r, listing_expect *e, ct_tuple **part, const key_value *kv)
{
  listing_word key = kv->key;
  guint64 number;

  if (listing_begins(&key, "mask-") || listing_begins(&key, "master-")) {
    gsize skip = key.at[2] == 's' && key.at[3] == 'k' ? 5 : 7;

    *part = skip == 5 ? &e->mask : &e->master;
    key = (listing_word){ key.at + skip, key.n - skip };
  }
  if (listing_is(&key, "proto")) {
    if (!listing_number(&kv->value, 255, &number))
      return listing_fail(r, "a protocol is none");
    e->tuple.proto = (guint8)number;
    return TRUE;
  }
  if (listing_is(&key, "class")) {
    if (!listing_number(&kv->value, G_MAXUINT32, &number))
      return listing_fail(r, "a class is none");
    e->class_number = (guint32)number;
    return TRUE;
  }
  if (listing_is(&key, "helper")) {
    e->helper = listing_name(r, &kv->value);
    return TRUE;
  }
  return listing_key_of(&key) == LISTING_KEY_NONE || listing_set(r, *part, listing_key_of(&key), &kv->value);
}

static void take_flags(listing_expect *e, const listing_word *word)
{
  static const struct {
    const char *name;
    guint32 flag;
  } flags[] = { { "PERMANENT", CT_EXPECT_PERMANENT },
                { "INACTIVE", CT_EXPECT_INACTIVE },
                { "USERSPACE", CT_EXPECT_USERSPACE } };
  listing_word left = *word, one;
  guint i;

  while (left.n > 0) {
    const char *comma = memchr(left.at, ',', left.n);

    one = (listing_word){ left.at, comma != NULL ? (gsize)(comma - left.at) : left.n };
    for (i = 0; i < G_N_ELEMENTS(flags); i++)
      if (listing_is(&one, flags[i].name))
        e->flags |= flags[i].flag;
    left.n -= comma != NULL ? one.n + 1 : one.n;
    left.at += comma != NULL ? one.n + 1 : one.n;
  }
}

static gboolean read_expect(listing_reader *r, listing_word *line)
{
  listing_expect e = { .lasts = TRUE };
  ct_tuple *part = &e.tuple;
  listing_word word;
  key_value kv;
  guint64 value;

  while (listing_next(line, &word)) {
    if (split(&word, &kv)) {
      if (!take_expected(r, &e, &part, &kv))
        return FALSE;
    } else if (e.lasts && e.tuple.proto == 0 && listing_number(&word, G_MAXUINT32, &value)) {
      e.timeout_s = (guint32)value;
      e.lasts = FALSE;
    } else {
      take_flags(&e, &word);
    }
  }
  if (e.tuple.family == 0 || e.master.family != 0)
    return listing_add_expect(r, &e);
  if (r->l->alone++ == 0)
    r->l->alone_line = r->line;
  return TRUE;
}

/* ---- lines ---- */

static gboolean is_remark(const listing_word *line)
{
  return line->n == 0 || line->at[0] == '#' || listing_begins(line, "conntrack v") || listing_begins(line, "nfct_") ||
         listing_begins(line, "ctreplay");
}

static gboolean read_line(listing_reader *r, listing_word line)
{
  listing_word all = line, word, next, behind;

  if (is_remark(&line) || !listing_next(&line, &word))
    return TRUE;
  if (listing_is(&word, "[NEW]") || listing_is(&word, "[UPDATE]") || listing_is(&word, "[DESTROY]"))
    return listing_fail(r, "that is an event: a listing is what conntrack -L prints");
  if (listing_is(&word, "EXPECTING:"))
    return read_expect(r, &line);
  if (is_number(&word) || listing_is(&word, "-") || listing_begins(&word, "proto="))
    return read_expect(r, &all);
  behind = line;
  if (!listing_next(&behind, &next) || !is_number(&next))
    return listing_fail(r, "this is no line of a conntrack listing");
  /* "ipv4     2 tcp      6" */
  if (listing_begins(&word, "ipv4") || listing_begins(&word, "ipv6"))
    return listing_next(&behind, &word) ? read_entry(r, &behind) : listing_fail(r, "an entry ends within its head");
  return read_entry(r, &line);
}

gboolean listing_read_text(listing_reader *r)
{
  listing_word line;

  while (listing_line(r, &line))
    if (!read_line(r, line))
      return FALSE;
  return TRUE;
}
