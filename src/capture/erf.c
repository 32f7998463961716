/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ERF, what Endace's capture cards write: records and nothing else, each with a header of 16 bytes, extension headers
 * and, by its type, a header of the kind of line. Frames are handed out as what they are on the line; a record that is
 * no frame of a link type that there is (cells, InfiniBand, counters, notes about the capture) whole, as a record.
 */
#include "capture/formats.h"
#include "capture/link.h"

enum { HEADER_BYTES = 16, EXTENSION_BYTES = 8, TYPE_MASK = 0x7f, MORE = 0x80, PORT_MASK = 0x03, PORTS = 4 };
enum { TYPE_PAD = 48, TYPE_LAST = 27, RECORDS_LOOKED_AT = 3 };
enum {
  LINK_ETHERNET = 1,
  LINK_ATM = 11,
  LINK_HDLC = 50,
  LINK_FRAME_RELAY = 107,
  LINK_ERF = 197,
  LINK_IPV4 = 228,
  LINK_IPV6 = 229
};

typedef struct erf_reader {
  cap_reader base;
  int ports[PORTS]; /* number of each one's interface + 1 */
} erf_reader;

typedef struct erf_record {
  gint64 ts_ns;
  guint8 type, flags;
  guint32 total, wire; /* bytes of the record, and of the frame on the line */
} erf_record;

static guint32 get_be16(const guint8 *p) { return cap_get16(p, G_BYTE_ORDER == G_LITTLE_ENDIAN); }

static guint64 get_le64(const guint8 *p) { return cap_get64(p, G_BYTE_ORDER != G_LITTLE_ENDIAN); }

static erf_record read_header(const guint8 *p)
{
  guint64 ts = get_le64(p); /* seconds and a binary fraction */

  return (erf_record){
    .ts_ns = cap_ts_clamp((__int128)(ts >> 32) * 1000000000 + (((ts & 0xffffffff) * 1000000000 + (1u << 31)) >> 32)),
    .type = p[8],
    .flags = p[9],
    .total = get_be16(p + 10),
    .wire = get_be16(p + 14),
  };
}

static gboolean is_type(guint type) { return (type >= 1 && type <= TYPE_LAST) || type == TYPE_PAD; }

static gboolean is_plausible(const erf_record *r)
{
  if (!is_type(r->type & TYPE_MASK) || r->total < HEADER_BYTES)
    return FALSE;
  return (r->type & TYPE_MASK) == TYPE_PAD || (r->wire > 0 && r->total > HEADER_BYTES);
}

/*
 * There is no magic: the first records have to look like some, one after the other, and not be years apart. One that
 * the file cuts and that nothing follows has to look more like one.
 */
gboolean cap_erf_recognises(cap_window *window)
{
  enum { YEAR_S = 365 * 24 * 3600 };
  gsize at = 0;
  gint64 before_ns = 0;
  gboolean lossless = FALSE;

  for (guint n = 0; n < RECORDS_LOOKED_AT; n++) {
    erf_record r;

    if (!cap_window_need(window, at + HEADER_BYTES, NULL))
      return n > 1 || (n == 1 && (cap_window_have(window) >= at || lossless));
    r = read_header(window->chunk->data + window->start + at);
    lossless = get_be16(window->chunk->data + window->start + at + 12) == 0 && r.total >= MIN(r.wire, 64);
    if (!is_plausible(&r) || (n > 0 && ABS(r.ts_ns - before_ns) / 1000000000 > YEAR_S))
      return FALSE;
    before_ns = r.ts_ns;
    at += r.total;
  }
  return TRUE;
}

/* => the link type, *skip raised by what stands before the frame; LINK_ERF where there is no frame. */
static guint16 link_of(guint type, guint32 *skip)
{
  enum { ETHERNET_PAD = 2, CHANNEL = 4, ATM_HEADER = 4 };

  switch (type) {
  case 2:  /* Ethernet; with a colour in place of the loss counter: */
  case 11: /* ... by the card's filters */
  case 16: /* ... by its load balancing */
  case 20: /* ... a hash */ *skip += ETHERNET_PAD; return LINK_ETHERNET;
  case 1: /* HDLC, and with colours */
  case 10:
  case 15:
  case 19: return LINK_HDLC;
  case 5: /* one of many channels, and with colours */
  case 17: *skip += CHANNEL; return LINK_HDLC;
  case 4: *skip += ATM_HEADER; return LINK_ATM;
  case 9: *skip += CHANNEL + ATM_HEADER; return LINK_ATM;
  case 22: return LINK_IPV4;
  case 23: return LINK_IPV6;
  default: return LINK_ERF;
  }
}

/* A serial line does not say what it carries: an address of Frame Relay is told from PPP's first bytes. */
static guint16 link_of_hdlc(const guint8 *frame, guint32 n)
{
  guint32 protocol = n >= 2 ? get_be16(frame) : 0;

  if (n < 2 || protocol == 0x0021 || protocol == 0x0057 || (frame[0] & 1) != 0 || (frame[1] & 1) == 0)
    return LINK_HDLC;
  return LINK_FRAME_RELAY;
}

/* => the number of the interface that stands for the card's port. */
static guint32 port_number(erf_reader *r, guint port)
{
  if (r->ports[port] == 0) {
    g_autofree char *name = g_strdup_printf("port%u", port);

    r->ports[port] = cap_reader_add_interface(&r->base, name) + 1;
  }
  return (guint32)r->ports[port] - 1;
}

/* => bytes of the header with its extensions, or 0 where they do not end within the record. */
static guint32 header_bytes(const guint8 *p, guint32 total)
{
  guint32 at = HEADER_BYTES;

  for (guint8 type = p[8]; type & MORE; type = p[at], at += EXTENSION_BYTES)
    if (at + EXTENSION_BYTES > total)
      return 0;
  return at;
}

/* => FALSE where the record cannot be. */
static gboolean add_frame(erf_reader *r, const erf_record *record, const guint8 *p, cap_batch *batch)
{
  guint32 headers = header_bytes(p, record->total), skip = headers, line, wire = record->wire;
  guint16 link = link_of(record->type & TYPE_MASK, &skip);
  cap_frame *f;

  if (headers == 0 || skip > record->total) {
    cap_reader_fail(&r->base, r->base.window.start, CAP_ERROR_BROKEN,
                    "a record of type %u is shorter than its headers (%u bytes)", record->type & TYPE_MASK,
                    record->total);
    return FALSE;
  }
  f = &batch->frames[batch->n++];
  *f = (cap_frame){ .ts_ns = record->ts_ns, .data = p, .captured = record->total, .wire = record->total, .link = link };
  f->interface = port_number(r, record->flags & PORT_MASK);
  if (link == LINK_ERF)
    return TRUE;
  /* The wire length counts what is of the line (also a frame check sequence), but not the pad before Ethernet. */
  line = link == LINK_ETHERNET ? 0 : skip - headers;
  wire -= MIN(wire, line);
  f->data = p + skip;
  f->captured = MIN(record->total - skip, wire); /* records are padded */
  f->wire = wire;
  if (link == LINK_HDLC)
    f->link = link_of_hdlc(f->data, f->captured);
  return TRUE;
}

static void erf_fill(cap_reader *reader, cap_batch *batch)
{
  erf_reader *r = (erf_reader *)reader;
  cap_window *w = &reader->window;
  erf_record record = { 0 };

  while (batch->n < CAP_BATCH_FRAMES) {
    const guint8 *p = w->chunk->data + w->start;
    gsize need = HEADER_BYTES;

    if (cap_window_have(w) >= need) {
      record = read_header(p);
      if (record.total < HEADER_BYTES) {
        cap_reader_fail(reader, w->start, CAP_ERROR_BROKEN, "a record claims a length of %u bytes", record.total);
        break;
      }
      need = record.total;
    }
    if (cap_window_have(w) < need) {
      if (batch->n > 0 || !cap_reader_need(reader, need, "record"))
        break;
      continue;
    }
    if ((record.type & TYPE_MASK) != TYPE_PAD && !add_frame(r, &record, p, batch))
      break;
    w->start += need;
  }
  if (batch->n > 0)
    cap_batch_hold(batch, w->chunk);
}

static void erf_free(cap_reader *reader) { g_free(reader); }

static const cap_reader_ops erf_ops = { .fill = erf_fill, .free = erf_free };

static cap_reader *erf_open(cap_window *window, GError **error)
{
  (void)error; /* there is no file header that could be wrong */
  return cap_reader_new(&erf_ops, sizeof(erf_reader), window);
}

const cap_format cap_format_erf = { NULL, erf_open };
