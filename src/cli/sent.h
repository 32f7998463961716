/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --as sent: the packets that leave the box, as rules and translation have made them, written as a capture. One that is
 * dropped, or is for the box itself, is not among them; what REJECT answers is.
 */
#ifndef CLI_SENT_H
#define CLI_SENT_H

#include "capture/capture.h"
#include "firewall.h"

typedef struct cli_sent cli_sent;

/* writer: of a pcapng file, closed by its owner after cli_sent_free. firewall: that sees the packets; outlives this. */
cli_sent *cli_sent_new(cap_writer *writer, const cli_firewall *firewall);
void cli_sent_free(cli_sent *sent); /* NULL is fine */
/*
 * Writes what has left because of the packet that the firewall saw last. comment: NULL for none. => FALSE and error
 * where it cannot be written.
 */
gboolean cli_sent_packet(cli_sent *sent, const replay_seen *seen, const char *comment, GError **error);
/* Says on standard error what there is to know of them. */
void cli_sent_say(const cli_sent *sent);

#endif
