/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snoop (RFC 1761), which Solaris writes and libpcap does not read: version 2, big-endian on every machine. */
#include "capture/formats.h"
#include "capture/link.h"

#include <string.h>

enum { FILE_HEADER_BYTES = 16, RECORD_BYTES = 24, PADDING_MAX_BYTES = 4096 };

typedef struct snoop_reader {
  cap_reader base;
  guint32 max_captured;
} snoop_reader;

typedef struct snoop_record {
  guint32 wire, captured, total; /* total: of the whole record, header and padding too */
  gint64 ts_ns;
} snoop_record;

static gboolean snoop_recognises(const guint8 *start, gsize n) { return n >= 8 && memcmp(start, "snoop\0\0", 8) == 0; }

static guint32 get_be32(const guint8 *p) { return cap_get32(p, G_BYTE_ORDER == G_LITTLE_ENDIAN); }

/* => FALSE where the record cannot be. The window holds its header. */
static gboolean read_record(snoop_reader *r, snoop_record *record)
{
  const cap_window *w = &r->base.window;
  const guint8 *p = w->chunk->data + w->start;

  record->wire = get_be32(p);
  record->captured = get_be32(p + 4);
  record->total = get_be32(p + 8);
  record->ts_ns = (gint64)get_be32(p + 16) * 1000000000 + (gint32)get_be32(p + 20) * G_GINT64_CONSTANT(1000);
  record->ts_ns = MAX(record->ts_ns, 0);
  if (record->captured <= r->max_captured && record->total >= RECORD_BYTES + record->captured &&
      record->total <= RECORD_BYTES + record->captured + PADDING_MAX_BYTES)
    return TRUE;
  cap_reader_fail(&r->base, w->start, CAP_ERROR_BROKEN, "a record claims %u captured bytes in %u of its own",
                  record->captured, record->total);
  return FALSE;
}

static void snoop_fill(cap_reader *reader, cap_batch *batch)
{
  snoop_reader *r = (snoop_reader *)reader;
  cap_window *w = &reader->window;
  snoop_record record = { 0 };

  while (batch->n < CAP_BATCH_FRAMES) {
    gsize need = RECORD_BYTES;

    if (cap_window_have(w) >= need) {
      if (!read_record(r, &record))
        break;
      need = record.total;
    }
    if (cap_window_have(w) < need) {
      if (batch->n > 0 || !cap_reader_need(reader, need, "record"))
        break;
      continue;
    }
    batch->frames[batch->n++] = (cap_frame){
      .ts_ns = record.ts_ns,
      .data = w->chunk->data + w->start + RECORD_BYTES,
      .captured = record.captured,
      .wire = MAX(record.wire, record.captured),
      .link = reader->link,
    };
    w->start += need;
  }
  if (batch->n > 0)
    cap_batch_hold(batch, w->chunk);
}

static void snoop_free(cap_reader *reader) { g_free(reader); }

static const cap_reader_ops snoop_ops = { .fill = snoop_fill, .free = snoop_free };

/* RFC 1761's numbers. => FALSE for those that nobody can decode. */
static gboolean link_from_snoop(guint32 type, guint16 *link)
{
  switch (type) {
  case 0: /* IEEE 802.3: the frames tell lengths from types themselves */
  case 4: *link = 1; return TRUE;
  case 2: *link = 6; return TRUE;  /* token ring */
  case 8: *link = 10; return TRUE; /* FDDI */
  default: return FALSE;
  }
}

static cap_reader *snoop_open(cap_window *window, GError **error)
{
  snoop_reader *r = (snoop_reader *)cap_reader_new(&snoop_ops, sizeof(snoop_reader), window);
  cap_window *w = &r->base.window;
  const char *name = cap_source_name(w->source);
  const guint8 *h;

  if (!cap_reader_need(&r->base, FILE_HEADER_BYTES, "file header")) {
    g_propagate_error(error, g_steal_pointer(&r->base.failed));
    cap_reader_free(&r->base);
    return NULL;
  }
  h = w->chunk->data + w->start;
  if (get_be32(h + 8) != 2 || !link_from_snoop(get_be32(h + 12), &r->base.link)) {
    g_set_error(error, CAP_ERROR, CAP_ERROR_FORMAT,
                "%s: a snoop capture of version %u and link type %u; 2 and Ethernet are known", name, get_be32(h + 8),
                get_be32(h + 12));
    cap_reader_free(&r->base);
    return NULL;
  }
  r->max_captured = cap_link_max_captured(r->base.link);
  r->base.one_link = TRUE;
  cap_reader_add_interface(&r->base, "");
  w->start += FILE_HEADER_BYTES;
  return &r->base;
}

const cap_format cap_format_snoop = { snoop_recognises, snoop_open };
