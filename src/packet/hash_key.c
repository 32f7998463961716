/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/hash_key.h"

#include <glib.h>
#include <sys/random.h>

#include "conntrack/tuple.h"

void pkt_hash_key_draw(void)
{
  static gsize drawn;
  guint64 words[2];

  if (!g_once_init_enter(&drawn))
    return;
  if (getrandom(words, sizeof(words), GRND_NONBLOCK) == (gssize)sizeof(words))
    ct_hash_set_key(words[0], words[1]);
  g_once_init_leave(&drawn, 1);
}
