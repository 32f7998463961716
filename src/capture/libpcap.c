/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every other kind that libpcap can read, through libpcap. It is the referee for our own readers, too. libpcap reads
 * from a FILE that takes its bytes from our window, so compressed files and pipes whose start has been looked at work
 * the same.
 */
#include <config.h>

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "capture/formats.h"

typedef struct libpcap_reader {
  cap_reader base;
  pcap_t *pcap;
  GError *source_failed;
  gboolean source_ended;
  struct pcap_pkthdr *header; /* of the frame that found no room in the batch before; NULL: none */
  const guint8 *data;
} libpcap_reader;

static ssize_t cookie_read(void *cookie, char *to, size_t size)
{
  libpcap_reader *r = cookie;
  cap_window *w = &r->base.window;

  if (cap_window_have(w) == 0 && !cap_window_need(w, 1, &r->source_failed)) {
    r->source_ended = TRUE;
    return r->source_failed != NULL ? -1 : 0;
  }
  size = MIN(size, cap_window_have(w));
  memcpy(to, w->chunk->data + w->start, size);
  w->start += size;
  return (ssize_t)size;
}

static void frame_set(libpcap_reader *r, cap_frame *f, const guint8 *data)
{
  const struct pcap_pkthdr *h = r->header;

  *f = (cap_frame){
    .ts_ns = cap_ts_clamp((__int128)h->ts.tv_sec * 1000000000 + h->ts.tv_usec), /* asked for nanoseconds in tv_usec */
    .data = data,
    .captured = h->caplen,
    .wire = MAX(h->len, h->caplen),
    .link = r->base.link,
  };
}

/* => TRUE with a frame in header and data. */
static gboolean next_frame(libpcap_reader *r)
{
  if (r->header != NULL)
    return TRUE;

  int result = pcap_next_ex(r->pcap, &r->header, &r->data);

  if (result == 1)
    return TRUE;
  r->header = NULL;
  r->base.ended = TRUE;
  if (r->source_failed != NULL)
    r->base.failed = g_steal_pointer(&r->source_failed);
  else if (result != PCAP_ERROR_BREAK && !cap_source_interrupted(r->base.window.source))
    g_set_error(&r->base.failed, CAP_ERROR, r->source_ended ? CAP_ERROR_CUT : CAP_ERROR_BROKEN, "%s: %s",
                cap_source_name(r->base.window.source), pcap_geterr(r->pcap));
  return FALSE;
}

static void libpcap_fill(cap_reader *reader, cap_batch *batch)
{
  libpcap_reader *r = (libpcap_reader *)reader;
  /* libpcap cannot say whether it would wait, so a live source gives one frame at a time. */
  guint most = cap_source_live(reader->window.source) ? 1 : CAP_BATCH_FRAMES;
  cap_chunk *chunk = NULL;
  gsize used = 0;

  while (batch->n < most && next_frame(r)) {
    gsize size = r->header->caplen;

    if (chunk == NULL) {
      chunk = cap_chunk_new(MAX(CAP_CHUNK_BYTES, size));
      g_assert(chunk != NULL); /* libpcap holds as much already */
    } else if (used + size > chunk->size) {
      break;
    }
    memcpy(chunk->data + used, r->data, size);
    frame_set(r, &batch->frames[batch->n++], chunk->data + used);
    used += size;
    r->header = NULL;
  }
  if (chunk != NULL) {
    cap_batch_hold(batch, chunk);
    cap_chunk_unref(chunk);
  }
}

static void libpcap_free(cap_reader *reader)
{
  libpcap_reader *r = (libpcap_reader *)reader;

  if (r->pcap != NULL)
    pcap_close(r->pcap);
  g_clear_error(&r->source_failed);
  g_free(r);
}

static const cap_reader_ops libpcap_ops = { .fill = libpcap_fill, .free = libpcap_free };

static cap_reader *libpcap_open(cap_window *window, GError **error)
{
  libpcap_reader *r = (libpcap_reader *)cap_reader_new(&libpcap_ops, sizeof(libpcap_reader), window);
  FILE *file = fopencookie(r, "r", (cookie_io_functions_t){ .read = cookie_read });
  char reason[PCAP_ERRBUF_SIZE] = "";

  g_assert(file != NULL);
  r->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason);
  if (r->pcap == NULL) {
    fclose(file);
    if (r->source_failed != NULL)
      g_propagate_error(error, g_steal_pointer(&r->source_failed));
    else
      g_set_error(error, CAP_ERROR, CAP_ERROR_FORMAT, "%s: %s", cap_source_name(r->base.window.source), reason);
    cap_reader_free(&r->base);
    return NULL;
  }
  r->base.link = (guint16)pcap_datalink(r->pcap);
  r->base.one_link = TRUE;
  cap_reader_add_interface(&r->base, "");
  return &r->base;
}

const cap_format cap_format_libpcap = { NULL, libpcap_open };
