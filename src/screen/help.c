/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

/* No line has more than 79 columns, so that a screen of 80 shows it whole. */
static const char *const lines[] = {
  "Time",
  "  l h  right left   the next packet, the one before",
  "  > <   ] [         a second on, back; a minute on, back",
  "  g G  Home End     the first packet, the last",
  "  :                 go to +90 (seconds), 14:03:05, #4711 (a packet)",
  "  Space   1 2 3 4   play, pause; play at 1, 10, 60, 600 times",
  "Next, and with Shift the one before",
  "  i I  INVALID packet      d D  drop            e E  eviction",
  "  s S  state change        c C  new connection  . ,  event of any kind",
  "Table",
  "  Enter             this connection",
  "  p                 what happened to this packet, explained",
  "  x                 what is expected now",
  "  j k  down up      move; PgDn PgUp by screens; } { to the end, to the start",
  "  o O  r            sort by the next column, the one before; the other way",
  "  f                 -p tcp --state SYN_SENT (conntrack's letters); or text",
  "  a                 counted by source, destination, network, port, state",
  "  /  n N            search, the next, the one before",
  "What if",
  "  w                 max=64, tcp_timeout_syn_sent=10, profile=linux-5.10,",
  "                    rules=none, rules=other (--other-rules)",
  "  W                 back to how it was",
  "  0 -> 12           as it was, and with the other setting",
  "  + - *             rows only with it, only without it, otherwise with it",
  "Other views, and this one",
  "  j k  PgDn PgUp    on and back; g G to the start, to the end",
  "  Enter             of a connection: the packet that is chosen, explained",
  "  h l  i d e s c .  of a packet: the one before, the next, the next INVALID ...",
  "  q  Esc            back; q leaves the program; Ctrl-L draws anew",
  "Marks",
  "  D E I             under the strip: dropped, evicted, INVALID; where they fall",
  "                    together one below the other (on less than 18 rows only the",
  "                    first of them); ^ is here, or else a mark that is reversed",
  "  + * -             rows new, changed, gone with the last step",
};

guint help_lines(void) { return G_N_ELEMENTS(lines); }

const char *help_line(guint i) { return lines[i]; }
