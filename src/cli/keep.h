/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that are kept as a capture: those that are chosen, so many around each, and what is said of each; and their
 * numbers as a display filter.
 */
#ifndef CLI_KEEP_H
#define CLI_KEEP_H

#include "capture/capture.h"
#include "emit/text.h"

typedef struct cli_keep cli_keep;

/* writer: closed by its owner, after cli_keep_free. context: packets before and after each chosen one. */
cli_keep *cli_keep_new(cap_writer *writer, guint context);
void cli_keep_free(cli_keep *keep); /* NULL is fine */
/*
 * The next packet, chosen or not. comment: "" for none; its number is kept with it where notes are wanted (comment not
 * NULL). => FALSE and error where it, or one before it, cannot be written.
 */
gboolean cli_keep_packet(cli_keep *keep, const cap_frame *frame, const char *interface, guint64 number,
                         const char *comment, gboolean chosen, GError **error);
/* How many were written: chosen, and around them. */
void cli_keep_count(const cli_keep *keep, guint64 *chosen, guint64 *around);

/* "frame.number in {1, 3..5}", which Wireshark and tshark take; written as the numbers come. All zero at first. */
typedef struct cli_ranges {
  guint64 first, last; /* of the range that is not written yet; 0: none */
  gboolean any;
} cli_ranges;
/* Numbers that rise. */
void cli_ranges_add(cli_ranges *ranges, emit_text *out, guint64 number);
void cli_ranges_end(cli_ranges *ranges, emit_text *out);

#endif
