/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/hostile_packets.h"

void verify_hostile_init(verify_hostile *h)
{
  h->packets = g_array_new(FALSE, FALSE, sizeof(verify_hostile_packet));
  h->bytes = g_byte_array_new();
}

void verify_hostile_clear(verify_hostile *h)
{
  g_array_unref(h->packets);
  g_byte_array_unref(h->bytes);
}
