/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces that several notations have in common. */
#include "scenario/parse.h"

enum { PAYLOAD_MAX_BYTES = 65535 };

gboolean scn_parse_flow_name(scn_parser *p, const scn_flow **flow)
{
  char name[SCN_WORD_BYTES];
  const char *begin = p->c->at;

  if (!scn_take_word(p->c, "the name of a flow", name, sizeof(name)))
    return FALSE;
  *flow = scn_scenario_flow(p->scenario, name);
  if (*flow != NULL)
    return TRUE;
  p->c->at = begin;
  return scn_wanted(p->c, "the name of a declared flow");
}

gboolean scn_parse_length(scn_parser *p, GByteArray *payload)
{
  guint64 n;

  if (!scn_accept(p->c, "("))
    return p->c->error == NULL;
  if (!scn_take_u64(p->c, "a payload length", PAYLOAD_MAX_BYTES, &n) || !scn_need(p->c, ")"))
    return FALSE;
  scn_payload_fill(payload, n);
  return TRUE;
}
