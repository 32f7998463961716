/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of hostile conversations, in the order in which they were said. */
#ifndef VERIFY_HOSTILE_PACKETS_H
#define VERIFY_HOSTILE_PACKETS_H

#include <glib.h>

enum { VERIFY_HOSTILE_PHASES = 3 };

typedef struct verify_hostile_packet {
  guint32 conversation;
  guint8 phase;           /* 0 .. PHASES - 1, never falling within a conversation: between phases time passes */
  guint8 family;          /* CT_IPV4, CT_IPV6: as the link layer is to say */
  guint32 offset, length; /* in the bytes */
} verify_hostile_packet;

typedef struct verify_hostile {
  GArray *packets;   /* verify_hostile_packet */
  GByteArray *bytes; /* IP packets */
} verify_hostile;

void verify_hostile_init(verify_hostile *hostile);
void verify_hostile_clear(verify_hostile *hostile);

#endif
