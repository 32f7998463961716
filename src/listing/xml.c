/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conntrack -o xml. No XML in general: elements as the library prints them, one within the other, each value between
 * its tags. What is not known is passed over, so that an element that a newer library adds does no harm.
 */
#include "reader.h"

#include <string.h>

enum { PART_INDEPENDENT = 2 };
typedef enum xml_of { XML_EXPECTED, XML_MASK, XML_MASTER } xml_of;

typedef struct xml_flow {
  gboolean in, expects; /* within <flow>; it is an expectation */
  guint part;           /* ct_dir, PART_INDEPENDENT */
  xml_of of;
  listing_word state;
  listing_entry entry;
  listing_expect expect;
} xml_flow;

/* ---- pieces ---- */

/* protonum="6" of a tag => 6. */
static gboolean attribute(const listing_word *tag, const char *name, listing_word *value)
{
  const char *at = g_strstr_len(tag->at, (gssize)tag->n, name), *end;

  if (at == NULL)
    return FALSE;
  at += strlen(name);
  end = memchr(at, '"', (gsize)(tag->at + tag->n - at));
  if (end == NULL)
    return FALSE;
  *value = (listing_word){ at, (gsize)(end - at) };
  return TRUE;
}

static inline gboolean is_tag(const listing_word *tag, const char *name)
{
  gsize n = strlen(name);

  return tag->n >= n && *tag->at == *name && memcmp(tag->at, name, n) == 0 &&
         (tag->n == n || tag->at[n] == ' ' || tag->at[n] == '/');
}

static ct_tuple *tuple_of(xml_flow *f)
{
  if (!f->expects)
    return f->part == PART_INDEPENDENT ? NULL : &f->entry.tuple[f->part];
  return f->of == XML_EXPECTED ? &f->expect.tuple : f->of == XML_MASK ? &f->expect.mask : &f->expect.master;
}

static gboolean open_layer4(listing_reader *r, xml_flow *f, const listing_word *tag)
{
  listing_word value;
  guint64 proto;

  if (!attribute(tag, "protonum=\"", &value) || !listing_number(&value, 255, &proto))
    return listing_fail(r, "layer4 has no protocol");
  if (f->part == CT_ORIGINAL)
    f->entry.tuple[CT_ORIGINAL].proto = f->entry.tuple[CT_REPLY].proto = (guint8)proto;
  f->expect.tuple.proto = (guint8)proto;
  return TRUE;
}

/* ---- values ---- */

static gboolean take_number(listing_reader *r, const listing_word *value, guint64 most, guint64 *number)
{
  return listing_number(value, most, number) || listing_fail(r, "a number is none, or too large");
}

static gboolean take_meta(listing_reader *r, xml_flow *f, const listing_word *tag, const listing_word *value)
{
  static const struct {
    const char *name;
    guint has;
  } numbers[] = { { "timeout", LISTING_TIMEOUT }, { "mark", LISTING_MARK },     { "secmark", LISTING_SECMARK },
                  { "use", LISTING_USE },         { "deltatime", LISTING_AGE }, { "zone", 0 } };
  listing_entry *e = &f->entry;
  guint64 number;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(numbers) && !listing_is(tag, numbers[i].name); i++)
    ;
  if (i == G_N_ELEMENTS(numbers)) {
    if (listing_is(tag, "state"))
      f->state = *value;
    return TRUE;
  }
  if (!take_number(r, value, G_MAXUINT32, &number))
    return FALSE;
  e->has |= (guint8)numbers[i].has;
  switch (numbers[i].has) {
  case LISTING_TIMEOUT: e->timeout_s = (guint32)number; break;
  case LISTING_MARK: e->mark = (guint32)number; break;
  case LISTING_SECMARK: e->secmark = (guint32)number; break;
  case LISTING_USE: e->use = (guint32)number; break;
  case LISTING_AGE: e->age_s = number; break;
  default: e->tuple[0].zone = e->tuple[1].zone = (guint16)number; break;
  }
  return TRUE;
}

static gboolean take_expect(listing_reader *r, xml_flow *f, const listing_word *tag, const listing_word *value)
{
  guint64 number = 0;

  if (listing_is(tag, "helper-name"))
    f->expect.helper = listing_name(r, value);
  else if (listing_is(tag, "timeout") || listing_is(tag, "class")) {
    if (!take_number(r, value, G_MAXUINT32, &number))
      return FALSE;
    if (listing_is(tag, "class")) {
      f->expect.class_number = (guint32)number;
    } else {
      f->expect.timeout_s = (guint32)number;
      f->expect.lasts = FALSE;
    }
  }
  return TRUE;
}

/* tag: the element's name; value: what stands in it. */
static gboolean take(listing_reader *r, xml_flow *f, const listing_word *tag, const listing_word *value)
{
  listing_key key = listing_key_of(tag);
  ct_tuple *tuple = tuple_of(f);
  guint64 number;

  if (listing_is(tag, "helper")) {
    f->entry.helper = listing_name(r, value);
    return TRUE;
  }
  if (tuple != NULL && (key == LISTING_KEY_PACKETS || key == LISTING_KEY_BYTES)) {
    if (f->expects || !take_number(r, value, (G_GUINT64_CONSTANT(1) << 48) - 1, &number))
      return listing_fail(r, "a counter is none, or too large");
    (key == LISTING_KEY_PACKETS ? f->entry.packets : f->entry.bytes)[f->part] = number;
    f->entry.sides |= (guint8)(1u << f->part);
    return TRUE;
  }
  if (tuple != NULL && listing_is(tag, "zone"))
    return take_number(r, value, G_MAXUINT16, &number) && (tuple->zone = (guint16)number, TRUE);
  if (tuple != NULL && key != LISTING_KEY_NONE)
    return listing_set(r, tuple, key, value);
  return f->expects ? take_expect(r, f, tag, value) : take_meta(r, f, tag, value);
}

/* ---- flows ---- */

/* The library spells SCTP's states from TCP's table (spec 10.7). */
static void find_state(listing_reader *r, xml_flow *f)
{
  guint8 proto = f->entry.tuple[CT_ORIGINAL].proto;

  if (f->state.n == 0)
    return;
  f->entry.state = (guint8)listing_state(r, proto == CT_PROTO_SCTP ? CT_PROTO_TCP : proto, &f->state);
  f->entry.has |= LISTING_STATE;
}

/* ICMP's ids are not in the XML of the library before 1.1. */
static gboolean end_flow(listing_reader *r, xml_flow *f)
{
  f->in = FALSE;
  if (f->expects)
    return listing_add_expect(r, &f->expect);
  find_state(r, f);
  return listing_add(r, &f->entry);
}

static void begin_flow(xml_flow *f)
{
  *f = (xml_flow){ .in = TRUE, .part = PART_INDEPENDENT };
  f->entry.status = CT_STATUS_SEEN_REPLY;
  f->expect.lasts = TRUE;
}

static void begin_meta(xml_flow *f, const listing_word *tag)
{
  listing_word value = { "", 0 };

  attribute(tag, "direction=\"", &value);
  f->part = listing_is(&value, "original") ? CT_ORIGINAL : listing_is(&value, "reply") ? CT_REPLY : PART_INDEPENDENT;
}

static void note_flag(xml_flow *f, const listing_word *tag)
{
  if (is_tag(tag, "assured"))
    f->entry.status |= CT_STATUS_ASSURED;
  else if (is_tag(tag, "unreplied"))
    f->entry.status &= ~(guint32)CT_STATUS_SEEN_REPLY;
  else if (is_tag(tag, "offload") || is_tag(tag, "hw_offload"))
    f->entry.status |= CT_STATUS_OFFLOAD;
  else if (is_tag(tag, "permanent"))
    f->expect.flags |= CT_EXPECT_PERMANENT;
  else if (is_tag(tag, "inactive"))
    f->expect.flags |= CT_EXPECT_INACTIVE;
  else if (is_tag(tag, "userspace"))
    f->expect.flags |= CT_EXPECT_USERSPACE;
}

/* An opening tag, and the text behind it. */
static gboolean open_tag(listing_reader *r, xml_flow *f, const listing_word *tag, const listing_word *text)
{
  if (is_tag(tag, "flow")) {
    if (f->in)
      return listing_fail(r, "a flow stands within another");
    if (attribute(tag, "type=\"", &(listing_word){ NULL, 0 }))
      return listing_fail(r, "that is an event: a listing is what conntrack -L -o xml prints");
    begin_flow(f);
    return TRUE;
  }
  if (!f->in)
    return TRUE;
  if (is_tag(tag, "meta"))
    begin_meta(f, tag);
  else if (is_tag(tag, "expected")) {
    f->expects = TRUE;
    f->of = XML_EXPECTED;
  } else if (is_tag(tag, "mask"))
    f->of = XML_MASK;
  else if (is_tag(tag, "master"))
    f->of = XML_MASTER;
  else if (is_tag(tag, "layer4"))
    return open_layer4(r, f, tag);
  else if (tag->at[tag->n - 1] == '/')
    note_flag(f, tag);
  else if (text->n > 0)
    return take(r, f, tag, text);
  return TRUE;
}

static const char *find(const listing_reader *r, const char *at, char c)
{
  const char *found = memchr(at, c, (gsize)(r->end - at));

  return found != NULL ? found : r->end;
}

/* Lines are counted where somebody asks for them: most of the text is passed over faster without. */
static void count_lines(listing_reader *r, const char **counted, const char *to)
{
  const char *at = *counted;

  while (at < to && (at = memchr(at, '\n', (gsize)(to - at))) != NULL) {
    r->line++;
    at++;
  }
  *counted = to;
}

/* From one '<' to the next. => FALSE: the text ends. Comments and the head are tags, too. */
static gboolean next_tag(listing_reader *r, listing_word *tag, listing_word *text)
{
  const char *close;

  if (r->at == r->end)
    return FALSE;
  close = find(r, r->at, '>');
  if (close == r->end)
    return listing_fail(r, "it ends within a tag");
  *tag = (listing_word){ r->at + 1, (gsize)(close - r->at) - 1 };
  r->at = find(r, close + 1, '<');
  *text = (listing_word){ close + 1, (gsize)(r->at - close) - 1 };
  return TRUE;
}

/* => FALSE: it cannot be, and r->why says why. */
static gboolean on_tag(listing_reader *r, xml_flow *f, const listing_word *tag, const listing_word *text)
{
  if (tag->n == 0)
    return listing_fail(r, "a tag is empty");
  if (is_tag(tag, "/flow"))
    return f->in ? end_flow(r, f) : listing_fail(r, "a flow ends that has not begun");
  return tag->at[0] == '/' || tag->at[0] == '?' || tag->at[0] == '!' || open_tag(r, f, tag, text);
}

gboolean listing_read_xml(listing_reader *r)
{
  listing_word tag = { "", 0 }, text = { "", 0 };
  const char *counted = r->at;
  xml_flow f = { .in = FALSE };
  gboolean fine = TRUE;

  r->line = 1;
  r->at = find(r, r->at, '<');
  while (fine && next_tag(r, &tag, &text)) {
    if (is_tag(&tag, "/flow"))
      count_lines(r, &counted, tag.at + tag.n);
    fine = on_tag(r, &f, &tag, &text);
  }
  if (fine && f.in)
    listing_fail(r, "it ends within a flow");
  count_lines(r, &counted, fine ? r->end : tag.at + tag.n);
  return r->why == NULL;
}
