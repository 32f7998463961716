/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/sctp_names.h"
#include "scenario/unbuild.h"

static guint32 get(const guint8 *p, guint bytes)
{
  guint32 v = 0;

  for (guint i = 0; i < bytes; i++)
    v = v << 8 | p[i];
  return v;
}

/* => the chunk's length with its padding; 0 where it is not whole. */
static guint read_chunk(const guint8 *at, guint n, scn_sctp *sctp)
{
  guint length = n < 4 ? 0 : get(at + 2, 2), used = 4;
  const scn_chunk_name *name;
  scn_chunk *chunk;

  if (length < 4 || length > n)
    return 0;
  chunk = scn_chunk_add(sctp, at[0]);
  chunk->flags = at[1];
  name = scn_chunk_name_of(at[0]);
  for (const scn_chunk_field *field = name != NULL ? name->fields : NULL; field != NULL && field->name != NULL;
       field++) {
    if (length < used + field->bytes)
      return 0;
    *scn_chunk_value(chunk, field) = get(at + used, field->bytes);
    chunk->has_tag |= field->offset == G_STRUCT_OFFSET(scn_chunk, tag);
    used += field->bytes;
  }
  if (length > used) {
    chunk->value = g_byte_array_new();
    g_byte_array_append(chunk->value, at + used, length - used);
  }
  return MIN((length + 3) / 4 * 4, n);
}

gboolean scn_unbuild_sctp(const guint8 *l4, guint n, const scn_flow_state *state, ct_dir dir, scn_sctp *sctp)
{
  guint at = 12;
  gboolean init = FALSE;

  if (n < 12)
    return FALSE;
  while (at < n) {
    guint step = read_chunk(l4 + at, n - at, sctp);

    if (step == 0)
      return FALSE;
    init |= l4[at] == SCN_CHUNK_INIT;
    at += step;
  }
  sctp->vtag = get(l4 + 4, 4);
  sctp->has_vtag = sctp->vtag != (init ? 0 : state->isn[!dir]);
  return TRUE;
}
