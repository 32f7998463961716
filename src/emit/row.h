/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as rows of a table: named, typed fields, for formats that know nothing of what the records are about. A table
 * is an array of fields; a field knows how to get its value out of a record. Only fields that are asked for are got.
 *
 * Life: emit_columns_choose picks fields of a table; an output that is opened with them takes records
 * (emit_output_row).
 */
#ifndef EMIT_ROW_H
#define EMIT_ROW_H

#include "emit.h"
#include "wire.h"

typedef enum emit_kind {
  EMIT_KIND_NUMBER,
  EMIT_KIND_TEXT,
  EMIT_KIND_ADDRESS,
  EMIT_KIND_TIME, /* nanoseconds since 1970; written as RFC 3339 with nine decimals, in JSON with six at least */
  EMIT_KIND_SPAN, /* nanoseconds; written as seconds */
  EMIT_KIND_FLAG
} emit_kind;

/* What the record has in a field. */
typedef struct emit_value {
  gboolean known; /* FALSE: nothing; the rest says nothing */
  guint8 family;  /* of an address */
  union {
    guint64 number; /* a flag: 0 or 1 */
    gint64 ns;
    const char *text; /* valid until the next value is got */
    ct_addr addr;
  } of;
} emit_value;

/* What getters need beside the record. */
typedef struct emit_row_context {
  const ct_profile *profile;
  const gint64 *first_ns;         /* time of the first frame: what relative times count from */
  GString *scratch;               /* for texts that are put together */
  const char *const *label_names; /* as in emit_options */
} emit_row_context;

typedef struct emit_field {
  const char *name; /* in CSV, JSON and SQL */
  emit_kind kind;
  gint8 width; /* of text for people; negative: to the right */
  guint8 rank; /* text for people has it unasked; the higher the rank, the sooner it gives way. 0: not unasked */
  const char *heading; /* of text for people; NULL: the name */
  guint needs;         /* of whoever gathers the records, in bits of its own: what the field cannot be told without */
  const char *help;
  void (*get)(const emit_row_context *context, const void *record, emit_value *value);
  /*
   * NULL, or the same for CSV and TSV at once, where that needs neither quotes nor escapes: written at p, where there
   * is room for EMIT_PUT_BYTES. => where it ends; p where the value is not known
   */
  char *(*put)(char *p, emit_text *out, const emit_row_context *context, const void *record);
} emit_field;
enum { EMIT_PUT_BYTES = 4096 };

typedef struct emit_table {
  const char *name; /* "flow": JSON's type; with an s the SQL table's name */
  const emit_field *fields;
  guint n;
  /*
   * NULL, or a row of all fields for CSV and TSV, written at p, where there is room for EMIT_PUT_ROW_BYTES. => where
   * it ends; NULL where a value needs quotes
   */
  char *(*put_row)(char *p, emit_text *out, const emit_row_context *context, const void *record, char separator);
} emit_table;
enum { EMIT_PUT_ROW_BYTES = 2 * EMIT_PUT_BYTES };

enum { EMIT_COLUMNS_MOST = 96 };

/* Chosen fields of a table, in the order asked for. */
typedef struct emit_columns {
  const emit_table *table;
  guint n;
  guint needs;    /* of all of them */
  gboolean asked; /* by name, rather than as a format's own choice */
  gboolean all;   /* every field of the table, in its order */
  const emit_field *column[EMIT_COLUMNS_MOST];
  guint8 width[EMIT_COLUMNS_MOST]; /* of text for people: as the field has it, or more where values are longer */
} emit_columns;

/* => NULL where the table has none of that name. */
const emit_field *emit_field_find(const emit_table *table, const char *name, gsize length);
/* names: "a,b,c", or "all". => FALSE and the first name that is none in *wrong, to be freed. */
gboolean emit_columns_choose(emit_columns *columns, const emit_table *table, const char *names, char **wrong);
/* All of them, as programs have them. */
void emit_columns_all(emit_columns *columns, const emit_table *table);
/* Those that people have unasked, as many as fit into so many columns of a screen (0: no bound). */
void emit_columns_ranked(emit_columns *columns, const emit_table *table, guint screen);

/*
 * Makes the column of that name wide enough for values of so many characters; of columns that nobody asked for by name
 * as many then give way as a screen (0: no bound) makes necessary.
 */
void emit_columns_widen(emit_columns *columns, const char *name, guint width, guint screen);

/* Negative, 0 or positive, as a is less than b; what is not known is less than all. */
int emit_value_compare(emit_kind kind, const emit_value *a, const emit_value *b);

/* For getters. */
static inline void emit_value_number(emit_value *v, guint64 number)
{
  v->known = TRUE;
  v->of.number = number;
}
static inline void emit_value_ns(emit_value *v, gint64 ns)
{
  v->known = TRUE;
  v->of.ns = ns;
}
static inline void emit_value_text(emit_value *v, const char *text)
{
  v->known = text != NULL;
  v->of.text = text;
}
static inline void emit_value_addr(emit_value *v, guint8 family, const ct_addr *addr)
{
  v->known = family == CT_IPV4 || family == CT_IPV6;
  v->family = family;
  v->of.addr = *addr;
}
/* Of a tuple: what both the tables of flows, of packets and of events tell. */
typedef enum emit_tuple_part {
  EMIT_TUPLE_PROTO,
  EMIT_TUPLE_FAMILY,
  EMIT_TUPLE_SRC,
  EMIT_TUPLE_DST,
  EMIT_TUPLE_SPORT,
  EMIT_TUPLE_DPORT,
  EMIT_TUPLE_ICMP_TYPE,
  EMIT_TUPLE_ICMP_CODE,
  EMIT_TUPLE_ICMP_ID,
  EMIT_TUPLE_FLOW
} emit_tuple_part;
/*
 * The columns of a connection's two tuples, the same in every table of connections: X(name, direction, part, kind,
 * width, help).
 */
#define EMIT_TUPLE_COLUMNS(X)                                                              \
  X(family, ORIGINAL, FAMILY, TEXT, 6, "ipv4 or ipv6")                                     \
  X(proto, ORIGINAL, PROTO, TEXT, 7, "protocol, by name or number")                        \
  X(src, ORIGINAL, SRC, ADDRESS, 15, "source of the original direction: who began")        \
  X(sport, ORIGINAL, SPORT, NUMBER, -5, "source port of the original direction")           \
  X(dst, ORIGINAL, DST, ADDRESS, 15, "destination of the original direction")              \
  X(dport, ORIGINAL, DPORT, NUMBER, -5, "destination port of the original direction")      \
  X(icmp_type, ORIGINAL, ICMP_TYPE, NUMBER, -9, "type of the request, of ICMP and ICMPv6") \
  X(icmp_code, ORIGINAL, ICMP_CODE, NUMBER, -9, "code of the request")                     \
  X(icmp_id, ORIGINAL, ICMP_ID, NUMBER, -7, "identifier of the request")                   \
  X(reply_src, REPLY, SRC, ADDRESS, 15, "source of the reply direction")                   \
  X(reply_sport, REPLY, SPORT, NUMBER, -11, "source port of the reply direction")          \
  X(reply_dst, REPLY, DST, ADDRESS, 15, "destination of the reply direction")              \
  X(reply_dport, REPLY, DPORT, NUMBER, -11, "destination port of the reply direction")
void emit_value_tuple(const emit_row_context *context, const ct_tuple *tuple, emit_tuple_part part, emit_value *v);
/* Their names, numbers where they have none: "web|9"; nothing where there are none. */
void emit_value_labels(const emit_row_context *context, const ct_labels *labels, emit_value *v);
/* "SEEN_REPLY|ASSURED" */
void emit_value_status(const emit_row_context *context, guint32 status, emit_value *v);

/* Room for a value that is no text. */
enum { EMIT_VALUE_BYTES = 48 };
/* Such a value, which is known. out: whom it is for. => where it ends */
char *emit_value_write(char *p, emit_text *out, emit_kind kind, const emit_value *v);
/* A value without any quotes; nothing where it is not known. */
void emit_value_put(emit_text *out, emit_kind kind, const emit_value *v);

/* The tables of -P and of -E: records are emit_packet_record and ct_event. */
typedef struct emit_packet_record {
  const emit_packet *packet;
  const char *interface; /* "": none */
  guint32 vlan;          /* as in pkt_link_info */
  guint32 frame_bytes;   /* of the frame on the wire */
  emit_wire wire;        /* with EMIT_NEEDS_WIRE */
} emit_packet_record;
extern const emit_table emit_table_packets, emit_table_events;
/* needs of packets' fields */
enum { EMIT_NEEDS_HISTORY = 1 << 0, EMIT_NEEDS_WIRE = 1 << 1, EMIT_NEEDS_VIEW = 1 << 2, EMIT_NEEDS_RULES = 1 << 3 };

#endif
