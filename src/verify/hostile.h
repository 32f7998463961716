/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conversations that break rules: random flags, sequence numbers, windows, options, chunks, ICMP errors about anything,
 * fragments, lying lengths, wrong sums; but near enough to what hosts say that they get far into the trackers before
 * they go wrong. Made from a seed alone: the same seed and number give the same bytes on every machine. Conversations
 * share no address, so each can be replayed by itself.
 */
#ifndef VERIFY_HOSTILE_H
#define VERIFY_HOSTILE_H

#include <glib.h>

typedef struct verify_random {
  guint64 state;
} verify_random;

guint64 verify_random_next(verify_random *random);
guint32 verify_random_below(verify_random *random, guint32 n); /* n >= 1 */
gboolean verify_random_percent(verify_random *random, guint percent);

enum { VERIFY_HOSTILE_PHASES = 3 };

typedef struct verify_hostile_packet {
  guint32 conversation;
  guint8 phase;           /* 0 .. PHASES - 1, never falling within a conversation: between phases time passes */
  guint8 family;          /* CT_IPV4, CT_IPV6: what the link layer is to say */
  guint32 offset, length; /* in the bytes */
} verify_hostile_packet;

typedef struct verify_hostile {
  GArray *packets;   /* verify_hostile_packet */
  GByteArray *bytes; /* IP packets */
} verify_hostile;

void verify_hostile_init(verify_hostile *hostile);
void verify_hostile_clear(verify_hostile *hostile);
/* Appends conversation `number` (1 .. 2^22): a few packets to some dozens. */
void verify_hostile_add(verify_hostile *hostile, guint64 seed, guint32 number);

#endif
