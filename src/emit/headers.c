/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "headers.h"

#include <string.h>

enum {
  PROTO_ESP = 50,
  SCTP_HEADER = 12,
  CHUNK_HEADER = 4,
  CHUNKS_MOST = 16, /* told; a packet can hold thousands */
  GRE_SUM = 0x80,
  GRE_ROUTING = 0x40,
  GRE_KEY = 0x20,
  GRE_SEQ = 0x10,
  GRE_ACK = 0x80 /* in the second byte, of version 1 */
};
enum { CHUNK_DATA = 0, CHUNK_INIT = 1, CHUNK_INIT_ACK = 2, CHUNK_SACK = 3 };

/* The bytes of a header that were captured. */
typedef struct span {
  const guint8 *at;
  guint32 bytes;
} span;

static span l4_of(const ct_packet *packet, const emit_wire *wire)
{
  span none = { NULL, 0 };

  if (wire->family == 0 || !wire->has_proto || packet->l4_offset == 0 || packet->l4_offset >= packet->captured)
    return none;
  return (span){ packet->data + packet->l4_offset, packet->captured - packet->l4_offset };
}

/* --- SCTP --- */

typedef struct chunk {
  guint8 type, flags;
  span value; /* behind its header */
} chunk;

/* => FALSE behind the last one, or where the next was not captured. */
static gboolean chunk_next(span *rest, chunk *c)
{
  guint32 length;

  if (rest->bytes < CHUNK_HEADER)
    return FALSE;
  c->type = rest->at[0];
  c->flags = rest->at[1];
  length = ct_be16(rest->at + 2);
  if (length < CHUNK_HEADER)
    return FALSE;
  c->value = (span){ rest->at + CHUNK_HEADER, MIN(length, rest->bytes) - CHUNK_HEADER };
  length = MIN((length + 3) & ~3u, rest->bytes);
  rest->at += length;
  rest->bytes -= length;
  return TRUE;
}

/* As tcpdump names them; NULL: by number. */
static const char *chunk_name(guint8 type)
{
  static const char *const names[] = { "DATA",        "INIT",       "INIT ACK", "SACK",         "HB REQ",
                                       "HB ACK",      "ABORT",      "SHUTDOWN", "SHUTDOWN ACK", "OP ERR",
                                       "COOKIE ECHO", "COOKIE ACK", "ECN ECHO", "CWR",          "SHUTDOWN COMPLETE" };

  return type < G_N_ELEMENTS(names) ? names[type] : type == 0xc0 ? "FORWARD CUM TSN" : NULL;
}

static void put_chunk_name(emit_text *out, guint8 type)
{
  const char *name = chunk_name(type);

  if (name != NULL)
    emit_text_string(out, name);
  else
    emit_text_format(out, "Unknown chunk type: 0x%02x", type);
}

static gboolean begins(const chunk *c) { return c->type == CHUNK_INIT || c->type == CHUNK_INIT_ACK; }

static void chunk_line(emit_text *out, const chunk *c)
{
  const guint8 *v = c->value.at;

  emit_text_char(out, '[');
  put_chunk_name(out, c->type);
  emit_text_char(out, ']');
  if (begins(c) && c->value.bytes >= 16)
    emit_text_format(out, " [init tag: %u] [rwnd: %u] [OS: %u] [MIS: %u] [init TSN: %u]", ct_be32(v), ct_be32(v + 4),
                     ct_be16(v + 8), ct_be16(v + 10), ct_be32(v + 12));
  else if (c->type == CHUNK_DATA && c->value.bytes >= 12)
    emit_text_format(out, " %s%s%s%s[TSN: %u] [SID: %u] [SSEQ %u] [PPID 0x%x]", c->flags & 4 ? "(U)" : "",
                     c->flags & 2 ? "(B)" : "", c->flags & 1 ? "(E)" : "", c->flags & 7 ? " " : "", ct_be32(v),
                     ct_be16(v + 4), ct_be16(v + 6), ct_be32(v + 8));
  else if (c->type == CHUNK_SACK && c->value.bytes >= 12)
    emit_text_format(out, " [cum ack %u] [a_rwnd %u] [#gap acks %u] [#dup tsns %u]", ct_be32(v), ct_be32(v + 4),
                     ct_be16(v + 8), ct_be16(v + 10));
}

static void sctp_line(emit_text *out, span l4)
{
  span rest = { l4.at + SCTP_HEADER, l4.bytes - SCTP_HEADER };
  guint n = 0;
  chunk c;

  emit_text_literal(out, "sctp");
  while (chunk_next(&rest, &c)) {
    if (n == CHUNKS_MOST) {
      emit_text_literal(out, ", ...");
      break;
    }
    emit_text_format(out, n > 0 ? ", (%u) " : " (%u) ", n + 1);
    n++;
    chunk_line(out, &c);
  }
}

static void sctp_json(emit_text *out, span l4)
{
  span rest = { l4.at + SCTP_HEADER, l4.bytes - SCTP_HEADER };
  guint n = 0;
  chunk c;

  emit_text_format(out, ",\"sctp\":{\"vtag\":%u,\"chunks\":[", ct_be32(l4.at + 4));
  while (n < CHUNKS_MOST && chunk_next(&rest, &c)) {
    emit_text_string(out, n++ > 0 ? ",{\"type\":" : "{\"type\":");
    emit_text_u64(out, c.type);
    emit_text_literal(out, ",\"name\":\"");
    put_chunk_name(out, c.type);
    emit_text_char(out, '"');
    if (begins(&c) && c.value.bytes >= 4)
      emit_text_format(out, ",\"init_tag\":%u", ct_be32(c.value.at));
    emit_text_char(out, '}');
  }
  emit_text_string(out, chunk_next(&rest, &c) ? "],\"more\":true}" : "]}");
}

static void sctp_words(emit_text *out, span l4)
{
  span rest = { l4.at + SCTP_HEADER, l4.bytes - SCTP_HEADER };
  guint n = 0;
  chunk c;

  emit_text_format(out, "verification tag %u (0x%08x)", ct_be32(l4.at + 4), ct_be32(l4.at + 4));
  while (chunk_next(&rest, &c)) {
    if (n == CHUNKS_MOST) {
      emit_text_literal(out, ", and more");
      break;
    }
    emit_text_string(out, n++ > 0 ? ", " : ", chunks: ");
    put_chunk_name(out, c.type);
    if (begins(&c) && c.value.bytes >= 4)
      emit_text_format(out, " with initiate tag %u (0x%08x)", ct_be32(c.value.at), ct_be32(c.value.at));
  }
}

/* --- GRE --- */

typedef struct gre {
  guint version;
  guint16 protocol;
  gboolean has_key, has_seq, has_ack;
  guint32 key, seq, ack; /* key: of version 1 the call id */
} gre;

static gboolean take_u32(span *rest, guint32 *value)
{
  if (rest->bytes < 4)
    return FALSE;
  *value = ct_be32(rest->at);
  rest->at += 4;
  rest->bytes -= 4;
  return TRUE;
}

/* RFC 2784, 2890, 2637. => FALSE where it is of another version, or its fields were not captured. */
static gboolean gre_read(span l4, gre *g)
{
  span rest = { l4.at + 4, l4.bytes - 4 };
  guint32 unused;

  memset(g, 0, sizeof(*g));
  g->version = l4.at[1] & 0x07;
  g->protocol = ct_be16(l4.at + 2);
  if (g->version > 1)
    return FALSE;
  if (g->version == 0 && l4.at[0] & (GRE_SUM | GRE_ROUTING) && !take_u32(&rest, &unused))
    return FALSE;
  g->has_key = l4.at[0] & GRE_KEY && take_u32(&rest, &g->key);
  if (g->version == 1)
    g->key &= 0xffff;
  g->has_seq = l4.at[0] & GRE_SEQ && take_u32(&rest, &g->seq);
  g->has_ack = g->version == 1 && l4.at[1] & GRE_ACK && take_u32(&rest, &g->ack);
  return TRUE;
}

static void gre_line(emit_text *out, const gre *g)
{
  emit_text_format(out, "GREv%u", g->version);
  if (g->has_key)
    emit_text_format(out, g->version == 1 ? ", call %u" : ", key=0x%x", g->key);
  if (g->has_seq)
    emit_text_format(out, ", seq %u", g->seq);
  if (g->has_ack)
    emit_text_format(out, ", ack %u", g->ack);
  if (g->version == 1 && !g->has_seq)
    emit_text_literal(out, ", no-payload");
}

static void gre_json(emit_text *out, const gre *g)
{
  emit_text_format(out, ",\"gre\":{\"version\":%u,\"protocol\":%u", g->version, g->protocol);
  if (g->has_key)
    emit_text_format(out, g->version == 1 ? ",\"call\":%u" : ",\"key\":%u", g->key);
  if (g->has_seq)
    emit_text_format(out, ",\"seq\":%u", g->seq);
  if (g->has_ack)
    emit_text_format(out, ",\"ack\":%u", g->ack);
  emit_text_char(out, '}');
}

static void gre_words(emit_text *out, const gre *g)
{
  emit_text_format(out, "version %u", g->version);
  if (g->has_key)
    emit_text_format(out, g->version == 1 ? ", call id %u" : ", key 0x%x", g->key);
  if (g->has_seq)
    emit_text_format(out, ", sequence number %u", g->seq);
  if (g->has_ack)
    emit_text_format(out, ", acknowledging %u", g->ack);
}

/* --- DCCP --- */

typedef struct dccp {
  guint8 type;
  guint64 seq;
} dccp;

/* As tcpdump names them; NULL: reserved. */
static const char *dccp_type_name(guint8 type)
{
  static const char *const names[] = { "DCCP-Request",  "DCCP-Response", "DCCP-Data",  "DCCP-Ack",  "DCCP-DataAck",
                                       "DCCP-CloseReq", "DCCP-Close",    "DCCP-Reset", "DCCP-Sync", "DCCP-SyncAck" };

  return type < G_N_ELEMENTS(names) ? names[type] : NULL;
}

/* RFC 4340, 5.1. => FALSE where its fields were not captured. */
static gboolean dccp_read(span l4, dccp *d)
{
  gboolean is_long = l4.bytes > 8 && l4.at[8] & 1;

  if (l4.bytes < (is_long ? 16 : 12))
    return FALSE;
  d->type = l4.at[8] >> 1 & 0x0f;
  d->seq =
    is_long ? (guint64)ct_be16(l4.at + 10) << 32 | ct_be32(l4.at + 12) : (guint64)l4.at[9] << 16 | ct_be16(l4.at + 10);
  return TRUE;
}

static void dccp_words(emit_text *out, const dccp *d, const char *seq)
{
  const char *name = dccp_type_name(d->type);

  if (name != NULL)
    emit_text_string(out, name);
  else
    emit_text_format(out, "reserved DCCP type %u", d->type);
  emit_text_format(out, "%s%" G_GUINT64_FORMAT, seq, d->seq);
}

/* --- which --- */

typedef enum kind { KIND_NONE, KIND_SCTP, KIND_GRE, KIND_ESP, KIND_DCCP } kind;

typedef union header {
  gre gre;
  dccp dccp;
} header;

static kind kind_of(span l4, const emit_wire *wire, header *h)
{
  switch (wire->proto) {
  case CT_PROTO_SCTP: return l4.bytes >= SCTP_HEADER ? KIND_SCTP : KIND_NONE;
  case CT_PROTO_GRE: return l4.bytes >= 4 && gre_read(l4, &h->gre) ? KIND_GRE : KIND_NONE;
  case CT_PROTO_DCCP: return dccp_read(l4, &h->dccp) ? KIND_DCCP : KIND_NONE;
  case PROTO_ESP: return l4.bytes >= 8 ? KIND_ESP : KIND_NONE;
  default: return KIND_NONE;
  }
}

gboolean emit_headers_line(emit_text *out, const ct_packet *packet, const emit_wire *wire)
{
  span l4 = l4_of(packet, wire);
  header h;

  switch (kind_of(l4, wire, &h)) {
  case KIND_SCTP: sctp_line(out, l4); return TRUE;
  case KIND_GRE: gre_line(out, &h.gre); return TRUE;
  case KIND_DCCP: dccp_words(out, &h.dccp, " seq "); return TRUE;
  case KIND_ESP: emit_text_format(out, "ESP(spi=0x%08x,seq=0x%x)", ct_be32(l4.at), ct_be32(l4.at + 4)); return TRUE;
  default: return FALSE;
  }
}

void emit_headers_json(emit_text *out, const ct_packet *packet, const emit_wire *wire)
{
  span l4 = l4_of(packet, wire);
  header h;

  switch (kind_of(l4, wire, &h)) {
  case KIND_SCTP: sctp_json(out, l4); break;
  case KIND_GRE: gre_json(out, &h.gre); break;
  case KIND_DCCP:
    emit_text_format(out, ",\"dccp\":{\"type\":%u,\"seq\":%" G_GUINT64_FORMAT "}", h.dccp.type, h.dccp.seq);
    break;
  case KIND_ESP: emit_text_format(out, ",\"esp\":{\"spi\":%u,\"seq\":%u}", ct_be32(l4.at), ct_be32(l4.at + 4)); break;
  default: break;
  }
}

void emit_headers_words(emit_text *out, const ct_packet *packet, const emit_wire *wire)
{
  span l4 = l4_of(packet, wire);
  header h;

  switch (kind_of(l4, wire, &h)) {
  case KIND_SCTP: sctp_words(out, l4); break;
  case KIND_GRE: gre_words(out, &h.gre); break;
  case KIND_DCCP: dccp_words(out, &h.dccp, ", sequence number "); break;
  case KIND_ESP:
    emit_text_format(out, "ESP with SPI 0x%08x, sequence number %u", ct_be32(l4.at), ct_be32(l4.at + 4));
    break;
  default: break;
  }
}
