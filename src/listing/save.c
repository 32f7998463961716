/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conntrack -o save: lines of options, as conntrack -R takes them. */
#include "reader.h"

#include <string.h>

#include "conntrack/proto/proto.h"

static gboolean take_status(listing_entry *e, const listing_word *word)
{
  listing_word left = *word, one;

  e->status = 0;
  e->has |= LISTING_STATUS;
  while (left.n > 0) {
    const char *comma = memchr(left.at, ',', left.n);

    one = (listing_word){ left.at, comma != NULL ? (gsize)(comma - left.at) : left.n };
    if (!listing_is(&one, "UNSET") && listing_status(&one) == 0)
      return FALSE;
    e->status |= listing_is(&one, "UNSET") ? 0 : listing_status(&one);
    left.n -= comma != NULL ? one.n + 1 : one.n;
    left.at += comma != NULL ? one.n + 1 : one.n;
  }
  return TRUE;
}

typedef enum save_kind {
  SAVE_TIMEOUT,
  SAVE_STATUS,
  SAVE_MARK,
  SAVE_SECMARK,
  SAVE_ZONE,
  SAVE_ORIG_ZONE,
  SAVE_REPLY_ZONE,
  SAVE_PROTO,
  SAVE_STATE,
  SAVE_KEY,
  SAVE_REPLY_KEY,
  SAVE_ICMP,
  SAVE_NOTHING
} save_kind;

typedef struct save_option {
  const char *name;
  save_kind kind;
  listing_key key;
} save_option;

static const save_option save_options[] = {
  { "-t", SAVE_TIMEOUT, 0 },
  { "-u", SAVE_STATUS, 0 },
  { "-m", SAVE_MARK, 0 },
  { "-c", SAVE_SECMARK, 0 },
  { "-w", SAVE_ZONE, 0 },
  { "--orig-zone", SAVE_ORIG_ZONE, 0 },
  { "--reply-zone", SAVE_REPLY_ZONE, 0 },
  { "-p", SAVE_PROTO, 0 },
  { "-s", SAVE_KEY, LISTING_KEY_SRC },
  { "-d", SAVE_KEY, LISTING_KEY_DST },
  { "-r", SAVE_REPLY_KEY, LISTING_KEY_SRC },
  { "-g", SAVE_REPLY_KEY, LISTING_KEY_SRC },
  { "-q", SAVE_REPLY_KEY, LISTING_KEY_DST },
  { "-n", SAVE_REPLY_KEY, LISTING_KEY_DST },
  { "--sport", SAVE_KEY, LISTING_KEY_SPORT },
  { "--dport", SAVE_KEY, LISTING_KEY_DPORT },
  { "--reply-port-src", SAVE_REPLY_KEY, LISTING_KEY_SPORT },
  { "--reply-port-dst", SAVE_REPLY_KEY, LISTING_KEY_DPORT },
  { "--srckey", SAVE_KEY, LISTING_KEY_SPORT },
  { "--dstkey", SAVE_KEY, LISTING_KEY_DPORT },
  { "--reply-key-src", SAVE_REPLY_KEY, LISTING_KEY_SPORT },
  { "--reply-key-dst", SAVE_REPLY_KEY, LISTING_KEY_DPORT },
  { "--icmp-type", SAVE_ICMP, LISTING_KEY_TYPE },
  { "--icmp-code", SAVE_ICMP, LISTING_KEY_CODE },
  { "--icmp-id", SAVE_ICMP, LISTING_KEY_ID },
  { "--icmpv6-type", SAVE_ICMP, LISTING_KEY_TYPE },
  { "--icmpv6-code", SAVE_ICMP, LISTING_KEY_CODE },
  { "--icmpv6-id", SAVE_ICMP, LISTING_KEY_ID },
  { "--state", SAVE_STATE, 0 },
  { "--orig-vtag", SAVE_NOTHING, 0 },
  { "--reply-vtag", SAVE_NOTHING, 0 },
  { "-l", SAVE_NOTHING, 0 },
};

static const save_option *option_of(const listing_word *word)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(save_options); i++)
    if (listing_is(word, save_options[i].name))
      return &save_options[i];
  return NULL;
}

static gboolean take_number(listing_reader *r, listing_entry *e, const listing_word *value, guint32 *to, guint has)
{
  guint64 number;

  if (!listing_number(value, G_MAXUINT32, &number))
    return listing_fail(r, "a number is none, or too large");
  *to = (guint32)number;
  e->has |= (guint8)has;
  return TRUE;
}

/* The state's word comes behind the protocol, which says what it means. */
static gboolean take_state(listing_reader *r, listing_entry *e, const listing_word *value)
{
  e->state = (guint8)listing_state(r, e->tuple[CT_ORIGINAL].proto, value);
  e->has |= LISTING_STATE;
  return e->state != 0 || listing_is(value, "NONE") || listing_fail(r, "a state is not one of its protocol");
}

static gboolean take_zone(listing_reader *r, listing_entry *e, save_kind kind, const listing_word *value)
{
  guint32 zone = 0;

  if (!take_number(r, e, value, &zone, 0) || zone > G_MAXUINT16)
    return listing_fail(r, "a zone is none");
  if (kind != SAVE_REPLY_ZONE)
    e->tuple[CT_ORIGINAL].zone = (guint16)zone;
  if (kind != SAVE_ORIG_ZONE)
    e->tuple[CT_REPLY].zone = (guint16)zone;
  return TRUE;
}

static gboolean take_option(listing_reader *r, listing_entry *e, const save_option *o, const listing_word *value)
{
  switch (o->kind) {
  case SAVE_TIMEOUT: return take_number(r, e, value, &e->timeout_s, LISTING_TIMEOUT);
  case SAVE_MARK: return take_number(r, e, value, &e->mark, LISTING_MARK);
  case SAVE_SECMARK: return take_number(r, e, value, &e->secmark, LISTING_SECMARK);
  case SAVE_STATUS: return take_status(e, value) || listing_fail(r, "a word of -u is no status");
  case SAVE_ZONE:
  case SAVE_ORIG_ZONE:
  case SAVE_REPLY_ZONE: return take_zone(r, e, o->kind, value);
  case SAVE_PROTO:
    return listing_protocol(r, value, &e->tuple[CT_ORIGINAL].proto) || listing_fail(r, "a protocol is not known");
  case SAVE_STATE: return take_state(r, e, value);
  case SAVE_REPLY_KEY: return listing_set(r, &e->tuple[CT_REPLY], o->key, value);
  case SAVE_KEY:
  case SAVE_ICMP: return listing_set(r, &e->tuple[CT_ORIGINAL], o->key, value);
  default: return TRUE;
  }
}

/* ICMP's line has no ids of the reply: they follow from the request. */
static gboolean finish(listing_reader *r, listing_entry *e)
{
  ct_tuple inverse;

  e->tuple[CT_REPLY].proto = e->tuple[CT_ORIGINAL].proto;
  if (ct_tuple_is_icmp(&e->tuple[CT_ORIGINAL])) {
    if (!ct_tuple_invert(&e->tuple[CT_ORIGINAL], &inverse))
      return listing_fail(r, "an entry of ICMP begins with what nothing answers");
    e->tuple[CT_REPLY].src_id = inverse.src_id;
    e->tuple[CT_REPLY].dst_id = inverse.dst_id;
  }
  return listing_add(r, e);
}

static gboolean read_line(listing_reader *r, listing_word line)
{
  listing_entry e = { .status = 0 };
  listing_word word, value;

  if (line.n == 0 || line.at[0] == '#' || listing_begins(&line, "conntrack v") || listing_begins(&line, "ctreplay"))
    return TRUE;
  if (!listing_next(&line, &word) || !listing_is(&word, "-A"))
    return listing_fail(r, "this is no line of conntrack -o save, which begin with -A");
  while (listing_next(&line, &word)) {
    const save_option *option = option_of(&word);

    if (option == NULL)
      return listing_fail(r, "an option is not one of conntrack -o save");
    if (!listing_next(&line, &value))
      return listing_fail(r, "an option has no value: the line is cut");
    if (!take_option(r, &e, option, &value))
      return FALSE;
  }
  return finish(r, &e);
}

gboolean listing_read_save(listing_reader *r)
{
  listing_word line;

  while (listing_line(r, &line))
    if (!read_line(r, line))
      return FALSE;
  return TRUE;
}
