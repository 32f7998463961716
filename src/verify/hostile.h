/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conversations that break rules: random flags, sequence numbers, windows, options, chunks, ICMP errors about anything,
 * fragments, lying lengths, wrong sums; but near enough to the speech of hosts that they get far into the trackers
 * before they go wrong. Made from a seed alone: the same seed and number give the same bytes on every machine.
 * Conversations share no address, so each can be replayed by itself.
 */
#ifndef VERIFY_HOSTILE_H
#define VERIFY_HOSTILE_H

#include "verify/hostile_packets.h"

/* Appends conversation `number` (1 .. 2^22): a few packets to some dozens. */
void verify_hostile_add(verify_hostile *hostile, guint64 seed, guint32 number);

#endif
