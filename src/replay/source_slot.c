/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source_inside.h"

void replay_slot_begin(replay_slot *slot)
{
  slot->frames = cap_batch_new();
  slot->arena = pkt_arena_new();
}

void replay_slot_clear(replay_slot *slot)
{
  cap_batch_free(slot->frames);
  pkt_arena_free(slot->arena);
  g_clear_pointer(&slot->before, g_byte_array_unref);
}
