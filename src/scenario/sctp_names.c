/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/sctp_names.h"

#define FIELD_AS(name, member, bytes, value)               \
  {                                                        \
    name, G_STRUCT_OFFSET(scn_chunk, member), bytes, value \
  }
#define FIELD(member, bytes, value) FIELD_AS(#member, member, bytes, value)
/* clang-format off */
#define NO_FIELDS { { NULL, 0, 0, 0 } }
/* clang-format on */
#define INIT_FIELDS                                                                               \
  {                                                                                               \
    FIELD(tag, 4, 0), FIELD(a_rwnd, 4, 65535), FIELD(os, 2, 1), FIELD(is, 2, 1), FIELD(tsn, 4, 1) \
  }

static const scn_chunk_name names[] = {
  { "DATA", 0, 3, { FIELD(tsn, 4, 1), FIELD(sid, 2, 0), FIELD(ssn, 2, 0), FIELD(ppid, 4, 0) } },
  { "INIT", 1, 0, INIT_FIELDS },
  { "INIT_ACK", 2, 0, INIT_FIELDS },
  /* Only the numbers of gaps and duplicates: packetdrill lists them, here they are part of the value. */
  { "SACK",
    3,
    0,
    { FIELD_AS("cum_tsn", tsn, 4, 1), FIELD(a_rwnd, 4, 65535), FIELD_AS("gaps", os, 2, 0),
      FIELD_AS("dups", is, 2, 0) } },
  { "HEARTBEAT", 4, 0, NO_FIELDS },
  { "HEARTBEAT_ACK", 5, 0, NO_FIELDS },
  { "ABORT", 6, 0, NO_FIELDS },
  { "SHUTDOWN", 7, 0, { FIELD_AS("cum_tsn", tsn, 4, 1) } },
  { "SHUTDOWN_ACK", 8, 0, NO_FIELDS },
  { "ERROR", 9, 0, NO_FIELDS },
  { "COOKIE_ECHO", 10, 0, NO_FIELDS },
  { "COOKIE_ACK", 11, 0, NO_FIELDS },
  { "SHUTDOWN_COMPLETE", 14, 0, NO_FIELDS },
};

const scn_chunk_name *scn_chunk_name_get(guint i) { return i < G_N_ELEMENTS(names) ? &names[i] : NULL; }

const scn_chunk_name *scn_chunk_name_of(guint8 type)
{
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    if (names[i].type == type)
      return &names[i];
  return NULL;
}
