/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

static const char *const lines[] = {
  "Time",
  "  l h  right left     the next packet, the one before",
  "  > <                 a second on, back        ] [     a minute on, back",
  "  g G  Home End       the first packet, the last",
  "  :                   go to +90 (seconds), 14:03:05, #4711 (a packet)",
  "  Space               play, pause              1 2 3 4   play at 1, 10, 60, 600 times",
  "",
  "Next, and with Shift the one before",
  "  i I  INVALID packet      d D  drop            e E  eviction",
  "  s S  state change        c C  new connection  . ,  event of any kind",
  "",
  "Table",
  "  j k  down up  PgDn PgUp  { }   move            Enter  this connection",
  "  o O                 sort by the next column, the one before    r  the other way",
  "  f                   choose: -p tcp --state SYN_SENT (conntrack's letters), or any text",
  "  a                   counted by source, destination, network, port, state",
  "  /  n N              search, the next, the one before",
  "  p                   this packet, explained           x   what is expected now",
  "",
  "What if",
  "  w                   max=64, tcp_timeout_syn_sent=10, profile=linux-5.10,       W  as it was",
  "                      rules=none, rules=other (--other-rules) ...",
  "  + only there        - not there              * otherwise there",
  "",
  "  q  Esc              back; q leaves           ?  this",
  "",
  "Marks under the strip: D dropped, E evicted, I INVALID. Rows: + new, * changed, - gone with the last step.",
};

guint help_lines(void) { return G_N_ELEMENTS(lines); }

const char *help_line(guint i) { return lines[i]; }
