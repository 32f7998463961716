/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rules predict of each packet, held against how it was seen to leave, where a capture has both (NAT 20): a proof
 * of the model on the user's own traffic.
 */
#ifndef CLI_LEAVING_H
#define CLI_LEAVING_H

#include "firewall/walk/firewall.h"
#include "replay/replay.h"

typedef struct cli_leaving {
  guint64 judged;       /* packets that left, or were to leave */
  guint64 as_predicted; /* of these */
  guint64 unknown;      /* left, and rules do not say whether they were to */
  GString *first;       /* the first that did otherwise, and how; NULL: none did */
  GByteArray *bytes;
} cli_leaving;

void cli_leaving_clear(cli_leaving *leaving);
/* Whether the packet that the firewall saw last leaves the box, as far as rules say: not by lo. */
gboolean cli_leaves(const fw_outcome *outcome);
/* The packet that the firewall saw last, of a capture that shows how packets left. */
void cli_leaving_packet(cli_leaving *leaving, const fw_firewall *firewall, const replay_seen *seen);
/* Says on standard error how many went as predicted; nothing where none could be judged. */
void cli_leaving_say(const cli_leaving *leaving, const fw_tally *tally);

#endif
