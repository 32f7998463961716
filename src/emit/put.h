/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the pieces that a hot line is made of: write at a pointer into room that was reserved once, so that the
 * buffer's own fields are not read and written back for each word. Each put_ returns where the next byte goes.
 * Internal to src/emit.
 */
#ifndef EMIT_PUT_H
#define EMIT_PUT_H

#include "conntrack/profile/profile.h"
#include "text.h"

/* Room that each needs, whatever comes out. */
enum { PUT_U64_BYTES = 20, PUT_FRACTION_BYTES = 10, PUT_SECONDS_BYTES = 32, PUT_TIME_BYTES = 32, PUT_ADDR_BYTES = 48 };

char *put_u64(char *p, guint64 v);
/*
 * ".123": the nanoseconds of a second without the zeros behind, but at least `decimals` digits; nothing where none are
 * left.
 */
char *put_fraction(char *p, guint ns, guint decimals);
/* Nanoseconds as seconds, see emit_text_seconds. */
char *put_seconds(char *p, gint64 ns, guint decimals);
/* RFC 3339, see emit_text_time; out is whom the line is for: it keeps the second's text. */
char *put_time(char *p, emit_text *out, gint64 time_ns);
/* ... with so many decimals at least. */
char *put_time_decimals(char *p, emit_text *out, gint64 time_ns, guint decimals);
char *put_addr(char *p, guint8 family, const ct_addr *addr, gboolean in_full);

/*
 * Both ends of a tuple as text, made once where a line repeats them: most replies are the original turned round. The
 * ids are figures, whatever the protocol has them for.
 */
typedef struct put_ends {
  char addr[2][PUT_ADDR_BYTES]; /* by put_end */
  char id[2][PUT_U64_BYTES];
  guint8 addr_bytes[2], id_bytes[2];
} put_ends;
typedef enum put_end { PUT_SRC, PUT_DST, PUT_NONE } put_end;
void put_ends_of(put_ends *ends, const ct_tuple *tuple);
/* Whether the reply's addresses and ids are those of the original, the other way round. */
static inline gboolean put_is_turned(const ct_tuple *original, const ct_tuple *reply)
{
  return ct_addr_equal(&original->src, &reply->dst) && ct_addr_equal(&original->dst, &reply->src) &&
         original->src_id == reply->dst_id && original->dst_id == reply->src_id && original->family == reply->family;
}

/* emit_flow's words: needs PUT_FLOW_BYTES. */
enum { PUT_FLOW_BYTES = 192 };
char *put_flow(char *p, const ct_profile *profile, const ct_tuple *tuple);
/* "SEEN_REPLY|ASSURED": needs PUT_STATUS_BYTES. */
enum { PUT_STATUS_BYTES = 256 };
char *put_status_words(char *p, guint32 status);

/* A number that is seldom more than a digit. */
static inline char *put_count(char *p, guint64 v)
{
  if (G_UNLIKELY(v >= 10))
    return put_u64(p, v);
  *p = (char)('0' + v);
  return p + 1;
}

static inline char *put_bytes(char *p, const char *bytes, gsize n)
{
  memcpy(p, bytes, n);
  return p + n;
}
#define put_literal(p, s) put_bytes(p, s "", sizeof(s) - 1)

/*
 * A name in a list, with its quotes and comma. Copied as a whole, which costs less than asking how much of it: needs 16
 * bytes of room.
 */
typedef struct put_name {
  char text[16];
  guint8 length;
} put_name;
#define PUT_NAME(name)                           \
  {                                              \
    "\"" name "\",", sizeof("\"" name "\",") - 1 \
  }

static inline char *put_listed(char *p, const put_name *name)
{
  memcpy(p, name->text, sizeof(name->text));
  return p + name->length;
}

/* Need room for PUT_ADDR_BYTES and PUT_U64_BYTES. Copied as a whole, too. */
static inline char *put_end_addr(char *p, const put_ends *ends, put_end end)
{
  memcpy(p, ends->addr[end], PUT_ADDR_BYTES);
  return p + ends->addr_bytes[end];
}
static inline char *put_end_id(char *p, const put_ends *ends, put_end end)
{
  memcpy(p, ends->id[end], 8); /* five figures at most */
  return p + ends->id_bytes[end];
}

/* A word of ours: state, class, helper. Needs room for a zero behind it. */
static inline char *put_word(char *p, const char *word) { return stpcpy(p, word); }

/* What was put up to p into room that emit_text_reserve gave. */
static inline void emit_text_advance(emit_text *out, const char *p) { out->used = (gsize)(p - out->data); }

#endif
