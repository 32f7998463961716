/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_captures FOLDER: the frames of link_frames.h as captures FOLDER/NUMBER.pcap, one a link type. Beside each,
 * NUMBER.known holds the numbers of the packets about which tcpdump is known to say something else, each with the
 * reason. UDP from port 1000 + number in the capture. The records of ERF are also written as a file of their own kind,
 * FOLDER/erf.
 */
#include <stdio.h>
#include <stdlib.h>

#include "capture_kit.h"
#include "link_frames.h"
#include "packet_kit.h"

enum { LINK_ERF = 197 };

static const kit_bytes *make_frame(guint row, guint number)
{
  static kit_bytes frame, ip;

  if (link_frames[row].family == 6)
    kit_ipv6(&ip, CT_PROTO_UDP);
  else
    kit_ipv4(&ip, CT_PROTO_UDP);
  kit_udp(&ip, (guint16)(1000 + number), 2000, 4);
  kit_finish(&ip);
  kit_start(&frame);
  kit_add_hex(&frame, link_frames[row].header);
  kit_add(&frame, ip.at, ip.n);
  return &frame;
}

static void put_frame(kit_file *f, const kit_bytes *frame, guint number)
{
  for (guint word = 0; word < 4; word++)
    kit_put32(f, (guint32[]){ 1000 + number, 0, frame->n, frame->n }[word]);
  kit_put_bytes(f, frame->at, frame->n);
}

/* With the lengths that the record has, and its padding. */
static void put_record(kit_file *f, const kit_bytes *frame)
{
  const gsize begin = f->bytes->len;
  const guint bytes = (frame->n + 7) & ~7u, line = frame->n - 16;
  guint8 *lengths;

  kit_put_bytes(f, frame->at, frame->n);
  while (f->bytes->len < begin + bytes)
    kit_put_bytes(f, "", 1);
  lengths = f->bytes->data + begin + 10;
  lengths[0] = (guint8)(bytes >> 8);
  lengths[1] = (guint8)bytes;
  lengths[4] = (guint8)(line >> 8);
  lengths[5] = (guint8)line;
}

static gboolean save(const char *folder, const char *name, const char *suffix, const void *data, gsize n)
{
  g_autofree char *path = g_strdup_printf("%s/%s%s", folder, name, suffix);

  return g_file_set_contents(path, data, (gssize)n, NULL);
}

static gboolean save_type(const char *folder, guint link, guint from)
{
  kit_file f = kit_file_new(FALSE), records = kit_file_new(FALSE);
  g_autoptr(GString) known = g_string_new(NULL);
  g_autofree char *name = g_strdup_printf("%u", link);
  guint number = 0;
  gboolean saved;

  kit_pcap_header(&f, 0xa1b2c3d4, 4, 65535, link);
  for (guint row = from; row < G_N_ELEMENTS(link_frames); row++) {
    const kit_bytes *frame;

    if (link_frames[row].link != link)
      continue;
    frame = make_frame(row, ++number);
    put_frame(&f, frame, number);
    if (link == LINK_ERF)
      put_record(&records, frame);
    if (link_frames[row].alone != NULL)
      g_string_append_printf(known, "%u: %s\n", number, link_frames[row].alone);
  }
  saved =
    save(folder, name, ".pcap", f.bytes->data, f.bytes->len) && save(folder, name, ".known", known->str, known->len);
  if (link == LINK_ERF)
    saved = saved && save(folder, "erf", "", records.bytes->data, records.bytes->len);
  kit_file_clear(&records);
  kit_file_clear(&f);
  return saved;
}

int main(int argc, char **argv)
{
  if (argc != 2) {
    fputs("usage: link_captures FOLDER\n", stderr);
    return 2;
  }
  for (guint row = 0; row < G_N_ELEMENTS(link_frames); row++) {
    guint before = 0;

    while (before < row && link_frames[before].link != link_frames[row].link)
      before++;
    if (before == row && !save_type(argv[1], link_frames[row].link, row)) {
      fprintf(stderr, "%s: cannot be written\n", argv[1]);
      return EXIT_FAILURE;
    }
  }
  return EXIT_SUCCESS;
}
