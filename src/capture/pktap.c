/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PKTAP (macOS, iOS): each frame names the interface that it was seen on and its direction, which then hold as if the
 * file told them. What else is in the header is src/packet's.
 */
#include "capture/pktap.h"

#include <string.h>

enum { LINK_PKTAP = 258, LINK_USER2 = 149 /* under which Apple writes it */ };
enum { HEADER_BYTES = 108, HEADER_MAX_BYTES = 4096, NAME_AT = 12, NAME_BYTES = 24, FLAGS_AT = 36 };
enum { FLAG_IN = 1, FLAG_OUT = 2 };

gboolean cap_pktap_is(guint link) { return link == LINK_PKTAP || link == LINK_USER2; }

/* => the number of the file's interface under that name; the file's own where there are too many, or no name. */
static guint32 interface_number(cap_reader *reader, guint32 of_file, const guint8 *name)
{
  char text[NAME_BYTES + 1] = "";
  g_autofree char *key = NULL;
  gpointer known;
  int number;

  memcpy(text, name, NAME_BYTES);
  if (text[0] == '\0')
    return of_file;
  key = g_strdup_printf("%u %s", of_file, text);
  if (reader->inner_names == NULL)
    reader->inner_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  known = g_hash_table_lookup(reader->inner_names, key);
  if (known != NULL)
    return GPOINTER_TO_UINT(known) - 1;

  g_autofree char *utf8 = g_utf8_make_valid(text, -1);

  number = cap_reader_add_interface(reader, utf8);
  if (number < 0)
    return of_file;
  g_hash_table_insert(reader->inner_names, g_steal_pointer(&key), GUINT_TO_POINTER((guint)number + 1));
  return (guint32)number;
}

static void frame_name(cap_reader *reader, cap_frame *frame)
{
  const guint8 *header = frame->data;
  gboolean swap;
  guint32 length, flags;

  if (!cap_pktap_is(frame->link) || frame->captured < HEADER_BYTES)
    return;
  /* In the byte order of the machine that wrote it, little as far as anybody has seen. */
  swap = cap_get32(header, FALSE) > HEADER_MAX_BYTES;
  length = cap_get32(header, swap);
  if (length < HEADER_BYTES || length > HEADER_MAX_BYTES)
    return;
  frame->interface = interface_number(reader, frame->interface, header + NAME_AT);
  flags = cap_get32(header + FLAGS_AT, swap) & (FLAG_IN | FLAG_OUT);
  if (frame->direction == CAP_DIR_UNKNOWN && (flags == FLAG_IN || flags == FLAG_OUT))
    frame->direction = flags == FLAG_IN ? CAP_DIR_IN : CAP_DIR_OUT;
}

void cap_pktap_name(cap_reader *reader, cap_batch *batch)
{
  for (guint i = 0; i < batch->n; i++)
    frame_name(reader, &batch->frames[i]);
}
