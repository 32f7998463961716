/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/build.h"
#include "scenario/sctp_names.h"

static void put_chunk(scn_chunk *chunk, guint32 own_tag, GByteArray *out)
{
  const scn_chunk_name *name = scn_chunk_name_of(chunk->type);
  guint begin = out->len;
  guint length;

  scn_put_u8(out, chunk->type);
  scn_put_u8(out, chunk->flags);
  scn_put_u16(out, 0);
  for (const scn_chunk_field *field = name != NULL ? name->fields : NULL; field != NULL && field->name != NULL;
       field++) {
    guint32 value = *scn_chunk_value(chunk, field);

    if (field->offset == G_STRUCT_OFFSET(scn_chunk, tag) && !chunk->has_tag)
      value = own_tag;
    if (field->bytes == 2)
      scn_put_u16(out, (guint16)value);
    else
      scn_put_u32(out, value);
  }
  if (chunk->value != NULL)
    g_byte_array_append(out, chunk->value->data, chunk->value->len);
  length = out->len - begin;
  scn_set_u16(out, begin + 2, chunk->has_length ? chunk->length : (guint16)length);
  while ((out->len - begin) % 4)
    scn_put_u8(out, 0);
}

static gboolean announces_tag(const scn_chunk *chunk)
{
  return chunk->type == SCN_CHUNK_INIT || chunk->type == SCN_CHUNK_INIT_ACK;
}

void scn_build_sctp(const scn_packet *packet, scn_flow_state *state, GByteArray *out)
{
  const scn_sctp *sctp = &packet->l4.sctp;
  ct_dir dir = packet->dir;
  guint chunks = sctp->chunks != NULL ? sctp->chunks->len : 0;
  guint32 vtag = state->isn[!dir];

  for (guint i = 0; i < chunks; i++) {
    const scn_chunk *chunk = g_ptr_array_index(sctp->chunks, i);

    if (announces_tag(chunk) && chunk->has_tag)
      state->isn[dir] = chunk->tag;
    if (chunk->type == SCN_CHUNK_INIT)
      vtag = 0; /* RFC 9260 8.5.1: the receiver's tag is not known yet */
  }
  scn_put_u16(out, packet->flow->port[dir]);
  scn_put_u16(out, packet->flow->port[!dir]);
  scn_put_u32(out, sctp->has_vtag ? sctp->vtag : vtag);
  scn_put_u32(out, 0);
  for (guint i = 0; i < chunks; i++)
    put_chunk(g_ptr_array_index(sctp->chunks, i), state->isn[dir], out);
  g_byte_array_append(out, packet->payload->data, packet->payload->len);
}
