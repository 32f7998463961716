/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain pcap, read without libpcap: large reads, frames left where they lie. libpcap's rules say which records
 * are accepted, cut and refused, and the tests hold us to them, with one difference: seconds are unsigned
 * (draft-ietf-opsawg-pcap), so they last until 2106.
 */
#include "capture/formats.h"
#include "capture/link.h"
#include "capture/magic.h"

enum { FILE_HEADER_BYTES = 24, RECORD_BYTES = 16, PATCHED_RECORD_BYTES = 24 };
/*
 * The fields for captured and wire length changed places at version 2.3, though not in every program that wrote
 * "2.3".
 */
typedef enum { LENGTHS_CAPTURED_FIRST, LENGTHS_WIRE_FIRST, LENGTHS_UNSURE } length_order;

typedef struct pcap_reader {
  cap_reader base;
  gboolean swapped;
  length_order order;
  guint32 record_bytes; /* of the header before each frame */
  guint32 unit_ns;      /* of the fraction */
  guint32 snaplen;
  guint32 max_captured;
} pcap_reader;

static gboolean pcap_recognises(const guint8 *start, gsize n)
{
  guint32 magic = cap_get32(start, FALSE);

  for (int swap = 0; swap < 2; swap++, magic = GUINT32_SWAP_LE_BE(magic))
    if (cap_magic_is_pcap(magic))
      /* Headers inside the frames need turning round: libpcap knows how. */
      return n < FILE_HEADER_BYTES || !swap ||
             !cap_link_has_host_order(cap_link_from_file(cap_get32(start + 20, TRUE) & 0x03ffffff));
  return FALSE;
}

/*
 * For the record that was not there as a whole: => TRUE where it only waited for more bytes and they came; else the
 * reader has ended.
 */
static gboolean get_record(pcap_reader *r, guint32 captured)
{
  cap_window *w = &r->base.window;

  if (cap_window_have(w) >= r->record_bytes && cap_magic_begins_another(w->chunk->data + w->start)) {
    cap_reader_fail(&r->base, w->start, CAP_ERROR_BROKEN, "a second capture begins here; give them as separate files");
    return FALSE;
  }
  if (cap_window_have(w) >= r->record_bytes && captured > r->max_captured) {
    cap_reader_fail(&r->base, w->start, CAP_ERROR_BROKEN,
                    "a record claims %u captured bytes; no frame of this link type has more than %u", captured,
                    r->max_captured);
    return FALSE;
  }
  return cap_reader_need(&r->base, r->record_bytes + (gsize)captured, "record");
}

/*
 * Takes whole records from the window until the batch is full. => the captured length of the record that is not
 * there as a whole, 0 where not even its header is. Inlined into each of its callers with constants for swapped and
 * record_bytes, which is what makes it fast.
 */
static inline __attribute__((always_inline)) guint32 take_records(pcap_reader *r, cap_batch *batch, gboolean swapped,
                                                                  gboolean odd)
{
  cap_window *w = &r->base.window;
  const guint8 *at = w->chunk->data + w->start, *end = w->chunk->data + w->end;
  const guint32 header = odd ? r->record_bytes : RECORD_BYTES, snaplen = r->snaplen, max_captured = r->max_captured;
  const gint64 unit_ns = r->unit_ns;
  const guint16 link = r->base.link;
  guint32 missing = 0;
  guint n = batch->n;

  while (n < CAP_BATCH_FRAMES && (gsize)(end - at) >= header) {
    guint32 captured = cap_get32(at + 8, swapped), wire = cap_get32(at + 12, swapped);

    if (odd && (r->order == LENGTHS_WIRE_FIRST || (r->order == LENGTHS_UNSURE && captured > wire))) {
      guint32 first = captured;

      captured = wire;
      wire = first;
    }
    if (G_UNLIKELY(captured > max_captured || captured > (gsize)(end - at) - header ||
                   (captured == 0 && cap_magic_begins_another(at)))) {
      missing = captured;
      break;
    }
    cap_frame *f = &batch->frames[n++];
    gint64 ts_ns;

    /*
     * The largest sum is below CAP_TS_MAX_NS. The fraction is signed and may exceed a second, as libpcap has it:
     * tools that shift times leave such records.
     */
    ts_ns = (gint64)cap_get32(at, swapped) * 1000000000 + (gint32)cap_get32(at + 4, swapped) * unit_ns;
    f->ts_ns = MAX(ts_ns, 0);
    f->data = at + header;
    f->captured = MIN(captured, snaplen);
    f->wire = MAX(wire, f->captured);
    f->interface = 0;
    f->link = link;
    f->direction = CAP_DIR_UNKNOWN;
    at += header + captured;
  }
  batch->n = n;
  w->start = (gsize)(at - w->chunk->data);
  return missing;
}

static guint32 take(pcap_reader *r, cap_batch *batch)
{
  if (r->order != LENGTHS_CAPTURED_FIRST || r->record_bytes != RECORD_BYTES)
    return r->swapped ? take_records(r, batch, TRUE, TRUE) : take_records(r, batch, FALSE, TRUE);
  return r->swapped ? take_records(r, batch, TRUE, FALSE) : take_records(r, batch, FALSE, FALSE);
}

static void pcap_fill(cap_reader *reader, cap_batch *batch)
{
  pcap_reader *r = (pcap_reader *)reader;
  guint64 place;
  guint32 missing;

  do {
    place = cap_window_offset(&reader->window);
    missing = take(r, batch);
  } while (batch->n == 0 && get_record(r, missing));
  if (batch->n == 0)
    return;
  if (cap_source_seekable(reader->window.source))
    batch->place = place;
  cap_batch_hold(batch, reader->window.chunk);
}

/* A record is known by its place alone. */
static void pcap_seek(cap_reader *reader) { (void)reader; }

static void pcap_free(cap_reader *reader) { g_free(reader); }

static const cap_reader_ops pcap_ops = { .fill = pcap_fill, .free = pcap_free, .seek = pcap_seek };

static gboolean version_known(guint major, guint minor)
{
  return (major == 2 && minor <= 4) || (major == 543 && minor == 0); /* 543.0: DG/UX */
}

/* => FALSE and error where it is of no version or link type that exists. */
static gboolean read_header(pcap_reader *r, const guint8 *h, GError **error)
{
  const char *name = cap_source_name(r->base.window.source);
  guint32 magic = cap_get32(h, r->swapped);
  guint major = cap_get16(h + 4, r->swapped), minor = cap_get16(h + 6, r->swapped);
  guint32 linktype =
    cap_get32(h + 20, r->swapped) & 0x03ffffff; /* the upper six bits tell about frame check sequences */

  if (!version_known(major, minor)) {
    g_set_error(error, CAP_ERROR, CAP_ERROR_FORMAT, "%s: pcap version %u.%u is not known", name, major, minor);
    return FALSE;
  }
  if (linktype > G_MAXUINT16) {
    g_set_error(error, CAP_ERROR, CAP_ERROR_FORMAT, "%s: link type %u does not exist", name, linktype);
    return FALSE;
  }
  r->base.link = (guint16)cap_link_from_file(linktype);
  r->max_captured = cap_link_max_captured(r->base.link);
  r->snaplen = cap_get32(h + 16, r->swapped);
  if (r->snaplen == 0 || r->snaplen > G_MAXINT32)
    r->snaplen = r->max_captured;
  r->unit_ns = magic == CAP_MAGIC_PCAP_NSEC ? 1 : 1000;
  r->record_bytes = magic == CAP_MAGIC_PCAP_PATCHED ? PATCHED_RECORD_BYTES : RECORD_BYTES;
  if (magic == CAP_MAGIC_PCAP_PATCHED && r->base.link == 1)
    r->snaplen += 14; /* in its cooked mode the Ethernet header came on top */
  r->order = major == 543 || minor < 3 ? LENGTHS_WIRE_FIRST : minor == 3 ? LENGTHS_UNSURE : LENGTHS_CAPTURED_FIRST;
  return TRUE;
}

static cap_reader *pcap_open(cap_window *window, GError **error)
{
  pcap_reader *r = (pcap_reader *)cap_reader_new(&pcap_ops, sizeof(pcap_reader), window);
  cap_window *w = &r->base.window;

  if (!cap_reader_need(&r->base, FILE_HEADER_BYTES, "file header")) {
    g_propagate_error(error, g_steal_pointer(&r->base.failed));
    cap_reader_free(&r->base);
    return NULL;
  }
  const guint8 *h = w->chunk->data + w->start;
  guint32 magic = cap_get32(h, FALSE);

  r->swapped = !cap_magic_is_pcap(magic);
  if (!read_header(r, h, error)) {
    cap_reader_free(&r->base);
    return NULL;
  }
  r->base.one_link = TRUE;
  cap_reader_add_interface(&r->base, "");
  w->start += FILE_HEADER_BYTES;
  return &r->base;
}

const cap_format cap_format_pcap = { pcap_recognises, pcap_open };
