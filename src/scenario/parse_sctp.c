/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "INIT[tag=1, a_rwnd=65535]; DATA[tsn=1](100)": chunks after packetdrill, the payload in parentheses. */
#include "scenario/parse.h"
#include "scenario/sctp_names.h"

#include <string.h>

static gboolean take_value(scn_parser *p, scn_chunk *chunk)
{
  if (scn_accept_word(p->c, "hex"))
    return scn_take_hex(p->c, "the chunk's value in hexadecimal", &chunk->value);
  if (scn_peek(p->c) != '(')
    return p->c->error == NULL;
  chunk->value = g_byte_array_new();
  return scn_parse_length(p, chunk->value);
}

static gboolean take_field(scn_parser *p, scn_chunk *chunk, const scn_chunk_name *name)
{
  GString *what;

  if (scn_accept_word(p->c, "flgs"))
    return scn_need(p->c, "=") && scn_take_u8(p->c, "chunk flags", &chunk->flags);
  if (scn_accept_word(p->c, "len")) {
    chunk->has_length = TRUE;
    return scn_need(p->c, "=") && scn_take_u16(p->c, "a chunk length", &chunk->length);
  }
  for (const scn_chunk_field *field = name != NULL ? name->fields : NULL; field != NULL && field->name != NULL; field++)
    if (scn_accept_word(p->c, field->name)) {
      guint64 value;

      if (!scn_need(p->c, "=") ||
          !scn_take_u64(p->c, "a number", field->bytes == 2 ? G_MAXUINT16 : G_MAXUINT32, &value))
        return FALSE;
      *scn_chunk_value(chunk, field) = (guint32)value;
      chunk->has_tag |= strcmp(field->name, "tag") == 0;
      return TRUE;
    }
  what = g_string_new("a field of this chunk (flgs, len");
  for (const scn_chunk_field *field = name != NULL ? name->fields : NULL; field != NULL && field->name != NULL; field++)
    g_string_append_printf(what, ", %s", field->name);
  g_string_append_c(what, ')');
  scn_wanted(p->c, what->str);
  g_string_free(what, TRUE);
  return FALSE;
}

static gboolean take_chunk(scn_parser *p, scn_sctp *sctp)
{
  const scn_chunk_name *name = NULL;
  scn_chunk *chunk;
  guint8 type = 0;

  for (guint i = 0; (name = scn_chunk_name_get(i)) != NULL && !scn_accept_word(p->c, name->word); i++)
    ;
  if (name != NULL)
    type = name->type;
  else if (!scn_accept_word(p->c, "CHUNK"))
    return scn_wanted(
      p->c,
      "an SCTP chunk (INIT, INIT_ACK, DATA, SACK, COOKIE_ECHO, COOKIE_ACK, HEARTBEAT, HEARTBEAT_ACK, ABORT, ERROR, "
      "SHUTDOWN, SHUTDOWN_ACK, SHUTDOWN_COMPLETE, CHUNK N)");
  else if (!scn_take_u8(p->c, "a chunk type", &type))
    return FALSE;
  chunk = scn_chunk_add(sctp, type);
  chunk->flags = name != NULL ? name->flags : 0;
  for (const scn_chunk_field *field = name != NULL ? name->fields : NULL; field != NULL && field->name != NULL; field++)
    *scn_chunk_value(chunk, field) = field->value;
  if (scn_accept(p->c, "[") && !scn_accept(p->c, "]")) {
    do {
      if (!take_field(p, chunk, name))
        return FALSE;
    } while (scn_accept(p->c, ","));
    if (!scn_need(p->c, "]"))
      return FALSE;
  }
  return take_value(p, chunk);
}

gboolean scn_parse_sctp(scn_parser *p, scn_packet *packet)
{
  if (scn_accept_word(p->c, "sctp"))
    scn_accept(p->c, ":");
  if (scn_accept_word(p->c, "nothing"))
    return TRUE;
  do {
    if (!take_chunk(p, &packet->l4.sctp))
      return FALSE;
  } while (scn_accept(p->c, ";"));
  return TRUE;
}

gboolean scn_parse_sctp_attribute(scn_parser *p, scn_packet *packet, gboolean *known)
{
  scn_sctp *sctp = &packet->l4.sctp;

  *known = scn_accept_word(p->c, "vtag");
  if (*known)
    sctp->has_vtag = TRUE;
  return !*known || scn_take_u32(p->c, "a verification tag", &sctp->vtag);
}
