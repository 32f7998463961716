/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SCTP chunks as packetdrill writes them: each type's name and which fixed fields stand in its value, in order. One
 * table for the parser, the builder and the decompiler. Internal to src/scenario.
 */
#ifndef SCN_SCTP_NAMES_H
#define SCN_SCTP_NAMES_H

#include "scenario/ast.h"

typedef struct scn_chunk_field {
  const char *name;
  gsize offset;  /* of a guint32 in scn_chunk */
  guint8 bytes;  /* on the wire: 2 or 4 */
  guint32 value; /* where the text says nothing */
} scn_chunk_field;

typedef struct scn_chunk_name {
  const char *word;
  guint8 type;
  guint8 flags; /* where the text says nothing */
  scn_chunk_field fields[6];
} scn_chunk_name;

/* The i-th; NULL past the end. */
const scn_chunk_name *scn_chunk_name_get(guint i);
/* => the description of a type, or NULL: such a chunk has no fixed fields. */
const scn_chunk_name *scn_chunk_name_of(guint8 type);

static inline guint32 *scn_chunk_value(scn_chunk *chunk, const scn_chunk_field *field)
{
  return (guint32 *)((guint8 *)chunk + field->offset);
}

#endif
