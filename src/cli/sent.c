/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link layer is that of the frame that brought the packet, since nobody knows the stations on the other side: an
 * answer has the two of them exchanged, and cooked headers say that it goes out. Where IP does not follow at once on a
 * header that says so, the packet is written without any (raw IP).
 */
#include "sent.h"

#include <string.h>

#include "leaving.h"
#include "say.h"

enum { DLT_NULL = 0, DLT_ETHERNET = 1, DLT_RAW = 12, DLT_LOOP = 108, DLT_SLL = 113, DLT_SLL2 = 276 };
enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd, SLL_OUT = 4 };

struct cli_sent {
  cap_writer *writer;
  const cli_firewall *firewall;
  GByteArray *frame;
  GHashTable *interfaces; /* fw_interface_name *, as the firewall has them -> number, from 1 */
  guint64 unknown;
};

cli_sent *cli_sent_new(cap_writer *writer, const cli_firewall *firewall)
{
  cli_sent *s = g_new0(cli_sent, 1);

  s->writer = writer;
  s->firewall = firewall;
  s->frame = g_byte_array_new();
  s->interfaces = g_hash_table_new(NULL, NULL);
  return s;
}

void cli_sent_free(cli_sent *s)
{
  if (s == NULL)
    return;
  g_byte_array_unref(s->frame);
  g_hash_table_unref(s->interfaces);
  g_free(s);
}

/* ---- the link layer ---- */

/* => bytes in front of IP that say by themselves that IP follows; 0: there are none such. */
static guint32 header_to_keep(const replay_seen *seen)
{
  const guint8 *data = seen->frame->data;
  guint32 n = seen->link->l3_offset;
  guint16 type;

  switch (seen->frame->link) {
  case DLT_NULL:
  case DLT_LOOP: return n == 4 ? n : 0;
  case DLT_SLL2: return n == 20 ? n : 0;
  case DLT_ETHERNET:
  case DLT_SLL:
    if (n < 14)
      return 0;
    type = ct_be16(data + n - 2);
    return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 ? n : 0;
  default: return 0;
  }
}

/* It goes out, and an answer goes back. */
static void turn_header(guint8 *header, guint link, gboolean answer)
{
  guint8 station[6];

  if (link == DLT_SLL) {
    header[0] = 0;
    header[1] = SLL_OUT;
  } else if (link == DLT_SLL2) {
    header[10] = SLL_OUT;
  } else if (link == DLT_ETHERNET && answer) {
    memcpy(station, header, sizeof station);
    memcpy(header, header + sizeof station, sizeof station);
    memcpy(header + sizeof station, station, sizeof station);
  }
}

/* ---- one packet ---- */

static guint32 number_of(cli_sent *s, const fw_interface_name *out)
{
  guint32 number;

  if (!out->known || *out->name == '\0')
    return 0;
  number = GPOINTER_TO_UINT(g_hash_table_lookup(s->interfaces, out));
  if (number == 0) {
    number = g_hash_table_size(s->interfaces) + 1;
    g_hash_table_insert(s->interfaces, (gpointer)out, GUINT_TO_POINTER(number));
  }
  return number;
}

/* How much of the packet is known: what the capture has cut is not made up. */
static guint32 bytes_known(const fw_packet *p, const ct_packet *arrived)
{
  if (arrived == NULL || arrived->captured == arrived->length)
    return p->raw->length;
  return MIN(p->raw->length, arrived->captured);
}

/* arrived: NULL for an answer. */
static gboolean write_one(cli_sent *s, const replay_seen *seen, const fw_packet *p, const ct_packet *arrived,
                          const char *comment, GError **error)
{
  const cap_note note = { comment, seen->packet->number };
  guint32 header = header_to_keep(seen), known = bytes_known(p, arrived);
  cap_frame frame = { .ts_ns = seen->frame->ts_ns,
                      .captured = header + known,
                      .wire = header + p->raw->length,
                      .interface = number_of(s, p->out),
                      .link = header > 0 ? seen->frame->link : DLT_RAW,
                      .direction = CAP_DIR_OUT };

  g_byte_array_set_size(s->frame, 0);
  g_byte_array_append(s->frame, seen->frame->data, header);
  turn_header(s->frame->data, frame.link, arrived == NULL);
  fw_packet_append(p, known, s->frame);
  frame.data = s->frame->data;
  return cap_writer_frame_noted(s->writer, &frame, p->out->known ? p->out->name : "", &note, error);
}

gboolean cli_sent_packet(cli_sent *s, const replay_seen *seen, const char *comment, GError **error)
{
  const fw_outcome *o = fw_firewall_outcome(s->firewall->firewall);

  /* The box's own answer has been written with the packet that it answers. */
  if (seen->packet->kind == CT_PACKET_NONE || o->answer_to != 0)
    return TRUE;
  if (cli_leaves(o)) {
    s->unknown += o->verdict == FW_VERDICT_UNKNOWN;
    if (!write_one(s, seen, &o->packet, seen->packet, comment, error))
      return FALSE;
  }
  return !o->answer.sent || o->answer.looped || write_one(s, seen, &o->answer.seen, NULL, comment, error);
}

void cli_sent_say(const cli_sent *s)
{
  if (s->unknown > 0)
    cli_say("note: --as sent: of %" G_GUINT64_FORMAT
            " packets that are written nobody knows whether rules let them pass",
            s->unknown);
}
