/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pieces of JSON that json and transcript share; their keys are those of the transcripts (doc/formats.md). Internal
 * to src/emit.
 */
#ifndef EMIT_JSON_PARTS_H
#define EMIT_JSON_PARTS_H

#include "parts.h"
#include "phrase.h"
#include "put.h"

/* {"src":"...","dst":"...","proto":6,"sport":1,"dport":2}; GRE keys stand as ports; ICMP has id, type, code. */
void emit_json_tuple(emit_text *out, const emit_options *o, const ct_tuple *tuple);
/* The same with its keys sorted, as the transcripts write the tuples of what has gone. */
void emit_json_tuple_sorted(emit_text *out, const emit_options *o, const ct_tuple *tuple);

/*
 * "orig":...,"reply":...,"status":[...],... without braces. parts (EMIT_PART_*) says what the message carries; more are
 * below.
 */
enum {
  EMIT_JSON_DETAILS = 1 << 16, /* TCP scales and flags, SCTP tags beside the state */
  EMIT_JSON_MASTER = 1 << 17,
  EMIT_JSON_ID = 1 << 18,    /* last, as in a transcript's final table */
  EMIT_JSON_RULES = 1 << 20, /* as transcripts of rules have it: status bits by number, the mark where it is not 0 */
  EMIT_JSON_DYING = 1 << 19  /* a DESTROY: the bit was set before the message was made */
};
enum { EMIT_JSON_NAME_BYTES = 512 }; /* id and tuples, with room for the longest */
void emit_json_entry(emit_text *out, const emit_options *o, const ct_view *view, guint parts);
/*
 * The same with "id":..., first, and the text of what an entry keeps for life kept for the next: a line and its events
 * mostly tell of one entry.
 */
typedef struct emit_json_name {
  guint64 id; /* the view's */
  gsize length;
  emit_phrases *phrases; /* NULL: none are kept */
  gboolean has_ends;     /* the packet's own addresses and ports, which the entry's mostly are */
  ct_tuple packet;       /* those of ends; what else is in it counts for nothing */
  put_ends ends;
  char text[EMIT_JSON_NAME_BYTES];
} emit_json_name;
/* Before the first entry of a line. */
static inline void emit_json_name_begin(emit_json_name *name, emit_phrases *phrases)
{
  name->length = 0;
  name->phrases = phrases;
  name->has_ends = FALSE;
  memset(name->ends.addr_bytes, 0, sizeof(name->ends.addr_bytes)); /* no text yet */
  memset(name->ends.id_bytes, 0, sizeof(name->ends.id_bytes));
}
void emit_json_entry_named(emit_text *out, const emit_options *o, const ct_view *view, guint parts,
                           emit_json_name *name);
/* The entry as an object; id first, then what the kernel's message carries, then what only we know. */
void emit_json_object(emit_text *out, const emit_options *o, const ct_view *view, guint parts, emit_json_name *name);
/* What of an entry a listing shows, in these bits. */
guint emit_json_listed_parts(const emit_options *o, const ct_view *view);
/* What a NEW, UPDATE, DESTROY message carries, in these bits. */
guint emit_json_event_parts(const emit_options *o, const ct_event *event);

/* "master":...,"tuple":...,"mask":...,"timeout":...,"helper":...,"flags":...,"class":... without braces. */
void emit_json_expect(emit_text *out, const emit_options *o, const ct_expect_view *expect);

/* "NEW", "UPDATE", "DESTROY", "EXP_NEW", "EXP_DESTROY", "DROP". Static. */
const char *emit_event_name(ct_event_type type);

/* ,"name":"word" */
#define json_word(out, name, word)              \
  do {                                          \
    emit_text_literal(out, ",\"" name "\":\""); \
    emit_text_string(out, word);                \
    emit_text_char(out, '"');                   \
  } while (0)
/* ,"name":number */
#define json_number(out, name, value)         \
  do {                                        \
    emit_text_literal(out, ",\"" name "\":"); \
    emit_text_u64(out, value);                \
  } while (0)

#endif
