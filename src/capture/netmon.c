/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Microsoft Network Monitor 2 (.cap, 2.0 to 2.3). Where frames lie, and in which order they came, stands in a table at
 * the end of the file; there are gaps, and frames that lie before their predecessors. So the whole file is read before
 * the first frame, and a size is set to that. Little-endian whatever the machine.
 */
#include <config.h>

#include <string.h>
#include <time.h>

#include "capture/formats.h"
#include "capture/link.h"

enum { HEADER_BYTES = 128, RECORD_BYTES = 16, FILE_MAX_BYTES = 512 << 20 };
enum { LINK_ETHERNET = 1, LINK_TOKEN_RING = 6, LINK_FDDI = 10, LINK_ATM = 11, LINK_RAW = 12, LINK_WLAN = 105 };
enum {
  NETWORK_ATM = 4,
  NETWORK_WLAN = 6,
  NETWORK_WLAN_MESSAGE = 0xe080,
  NETWORK_MESSAGE_LAST = 0xe08a,
  NETWORK_PCAP = 0xe000,
  ATM_HEADER = 16
};

typedef struct netmon_reader {
  cap_reader base;
  guint minor; /* version 2.minor */
  guint network;
  gint64 start_ns;
  guint32 table_at, n_frames, next; /* frame of the table that comes next */
  gboolean whole;                   /* the window holds the file */
} netmon_reader;

static gboolean netmon_recognises(const guint8 *start, gsize n)
{
  return n >= 6 && memcmp(start, "GMBU", 4) == 0 && start[5] == 2;
}

static guint32 get16(const guint8 *p) { return cap_get16(p, G_BYTE_ORDER != G_LITTLE_ENDIAN); }
static guint32 get32(const guint8 *p) { return cap_get32(p, G_BYTE_ORDER != G_LITTLE_ENDIAN); }
static guint64 get64(const guint8 *p) { return cap_get64(p, G_BYTE_ORDER != G_LITTLE_ENDIAN); }

/* Of what follows a frame: from 2.1 on the kind of network, then the process, then a time in UTC and its zone. */
static guint32 trailer_bytes(guint minor) { return minor == 0 ? 0 : minor == 1 ? 2 : minor == 2 ? 6 : 15; }

/* A Windows SYSTEMTIME, of the zone that the machine was in, which nobody noted: taken for UTC. */
static gint64 start_time(const guint8 *p)
{
  struct tm tm = {
    .tm_year = (int)get16(p) - 1900,
    .tm_mon = (int)get16(p + 2) - 1,
    .tm_mday = (int)get16(p + 6),
    .tm_hour = (int)get16(p + 8),
    .tm_min = (int)get16(p + 10),
    .tm_sec = (int)get16(p + 12),
  };

  return cap_ts_clamp((__int128)timegm(&tm) * 1000000000 + get16(p + 14) * 1000000);
}

/* Microseconds since the start, signed once they are multiplied by ten (so Microsoft); from 2.3 on a time of its own.
 */
static gint64 frame_time(const netmon_reader *r, const guint8 *record, const guint8 *trailer)
{
  const gint64 epoch_s = G_GINT64_CONSTANT(11644473600); /* from 1601 to 1970 */

  if (r->minor >= 3)
    return cap_ts_clamp((__int128)get64(trailer + 6) * 100 - (__int128)epoch_s * 1000000000);
  return cap_ts_clamp((__int128)r->start_ns + (__int128)(gint64)(get64(record) * 10) * 100);
}

/*
 * What kind of network a frame is of; numbers of NDIS, and numbers of capture files with NETWORK_PCAP added. The rest
 * are no frames but notes: filters, names, events.
 */
static guint16 link_of(guint network)
{
  switch (network) {
  case 0: /* some versions, of VPNs: Ethernet all the same */
  case 1: return LINK_ETHERNET;
  case 2: return LINK_TOKEN_RING;
  case 3: return LINK_FDDI;
  case NETWORK_ATM: return LINK_ATM;
  case NETWORK_WLAN:
  case NETWORK_WLAN_MESSAGE: return LINK_WLAN;
  case 7: /* tunnels */
  case 8: /* mobile networks */
  case 9: return LINK_RAW;
  default: break;
  }
  if ((network & 0xf000) == NETWORK_PCAP && (network < NETWORK_WLAN_MESSAGE || network > NETWORK_MESSAGE_LAST))
    return (guint16)cap_link_from_file(network & 0x0fff);
  return CAP_LINK_NOTES;
}

/* Takes off what stands before the frame itself. */
static void strip(cap_frame *f, guint network)
{
  guint32 bytes = 0;

  if (network == NETWORK_ATM)
    bytes = ATM_HEADER;
  else if (network == NETWORK_WLAN && f->captured >= 3)
    bytes = get16(f->data + 1); /* a version, then the length of what the driver told */
  bytes = MIN(bytes, f->captured);
  f->data += bytes;
  f->captured -= bytes;
  f->wire -= bytes;
}

/* => FALSE where the frame cannot be, or the file does not hold it. */
static gboolean add_frame(netmon_reader *r, cap_batch *batch)
{
  const cap_window *w = &r->base.window;
  const guint8 *file = w->chunk->data + w->start, *record, *trailer;
  gsize have = cap_window_have(w), at = get32(file + r->table_at + (gsize)r->next * 4);
  guint32 captured, after = trailer_bytes(r->minor);
  guint network = r->network;
  cap_frame *f;

  if (at < HEADER_BYTES || at > have || have - at < RECORD_BYTES) {
    cap_reader_fail(&r->base, r->table_at + (gsize)r->next * 4, CAP_ERROR_BROKEN,
                    "frame %u is said to lie at byte %" G_GSIZE_FORMAT ", where no frame can be", r->next + 1, at);
    return FALSE;
  }
  record = file + at;
  captured = get32(record + 12);
  if (captured > cap_link_max_captured(LINK_ETHERNET) || captured + after > have - at - RECORD_BYTES) {
    cap_reader_fail(&r->base, w->start + at, CAP_ERROR_BROKEN,
                    "a record claims %u captured bytes, of which the file does not have as many", captured);
    return FALSE;
  }
  trailer = record + RECORD_BYTES + captured;
  if (r->minor >= 1)
    network = get16(trailer);
  f = &batch->frames[batch->n++];
  *f = (cap_frame){
    .ts_ns = frame_time(r, record, trailer),
    .data = record + RECORD_BYTES,
    .captured = captured,
    .wire = MAX(get32(record + 8), captured),
    .link = link_of(network),
  };
  strip(f, network);
  return TRUE;
}

/* => FALSE where the window cannot hold the whole file. */
static gboolean get_whole(netmon_reader *r)
{
  cap_reader *reader = &r->base;
  cap_window *w = &reader->window;
  gsize table_bytes = (gsize)r->n_frames * 4;

  if (cap_window_need(w, (gsize)FILE_MAX_BYTES + 1, &reader->failed)) {
    cap_reader_fail(reader, w->start, CAP_ERROR_FORMAT,
                    "Network Monitor captures of more than %u MiB are not read; editcap -F pcap converts them",
                    FILE_MAX_BYTES >> 20);
    return FALSE;
  }
  if (reader->failed != NULL || cap_source_interrupted(w->source)) {
    reader->ended = TRUE;
    return FALSE;
  }
  if (r->table_at > cap_window_have(w) || cap_window_have(w) - r->table_at < table_bytes) {
    cap_reader_fail(reader, w->start + cap_window_have(w), CAP_ERROR_CUT,
                    "the file ends before its table of frames, which is said to be at byte %u", r->table_at);
    return FALSE;
  }
  return r->whole = TRUE;
}

static void netmon_fill(cap_reader *reader, cap_batch *batch)
{
  netmon_reader *r = (netmon_reader *)reader;

  if (!r->whole && !get_whole(r))
    return;
  while (batch->n < CAP_BATCH_FRAMES && r->next < r->n_frames && add_frame(r, batch))
    r->next++;
  if (r->next == r->n_frames)
    reader->ended = TRUE;
  if (batch->n > 0)
    cap_batch_hold(batch, reader->window.chunk);
}

static void netmon_free(cap_reader *reader) { g_free(reader); }

static const cap_reader_ops netmon_ops = { .fill = netmon_fill, .free = netmon_free };

static cap_reader *netmon_open(cap_window *window, GError **error)
{
  netmon_reader *r = (netmon_reader *)cap_reader_new(&netmon_ops, sizeof(netmon_reader), window);
  cap_window *w = &r->base.window;
  const guint8 *h;

  if (!cap_reader_need(&r->base, HEADER_BYTES, "file header")) {
    if (r->base.failed != NULL)
      g_propagate_error(error, g_steal_pointer(&r->base.failed));
    else
      g_set_error(error, CAP_ERROR, CAP_ERROR_OPEN, "%s: interrupted inside its header", cap_source_name(w->source));
    cap_reader_free(&r->base);
    return NULL;
  }
  h = w->chunk->data + w->start;
  r->minor = h[4];
  r->network = get16(h + 6);
  r->start_ns = start_time(h + 8);
  r->table_at = get32(h + 24);
  r->n_frames = get32(h + 28) / 4;
  cap_reader_add_interface(&r->base, "");
  return &r->base;
}

const cap_format cap_format_netmon = { netmon_recognises, netmon_open };
