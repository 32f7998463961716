/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP and ICMPv6 messages by their names: "echo request seq 1 (56)", "unreachable port about query", "type 13 code 0".
 */
#include "scenario/icmp_names.h"
#include "scenario/parse.h"

#include <string.h>

static gboolean take_code(scn_parser *p, const scn_icmp_name *name, scn_icmp *icmp)
{
  char word[SCN_WORD_BYTES];
  const char *begin = p->c->at;
  GString *what;

  if (name->codes[0].word == NULL)
    return TRUE;
  if (!scn_take_word(p->c, "the kind of this ICMP message", word, sizeof(word)))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(name->codes) && name->codes[i].word != NULL; i++)
    if (strcmp(word, name->codes[i].word) == 0) {
      icmp->code = name->codes[i].code;
      return TRUE;
    }
  what = g_string_new("the kind of this ICMP message (");
  for (guint i = 0; i < G_N_ELEMENTS(name->codes) && name->codes[i].word != NULL; i++)
    g_string_append_printf(what, "%s%s", i ? ", " : "", name->codes[i].word);
  g_string_append_c(what, ')');
  p->c->at = begin;
  scn_wanted(p->c, what->str);
  g_string_free(what, TRUE);
  return FALSE;
}

static gboolean take_named(scn_parser *p, guint8 family, scn_icmp *icmp)
{
  const scn_icmp_name *name;
  GString *what;

  for (guint i = 0; (name = scn_icmp_name_get(family, i)) != NULL; i++) {
    const char *begin = p->c->at;

    if (!scn_accept_word(p->c, name->word))
      continue;
    if (name->second != NULL && !scn_accept_word(p->c, name->second)) {
      p->c->at = begin;
      continue;
    }
    icmp->type = name->type;
    return take_code(p, name, icmp);
  }
  what = g_string_new("an ICMP message (");
  for (guint i = 0; (name = scn_icmp_name_get(family, i)) != NULL; i++)
    g_string_append_printf(what, "%s%s%s, ", name->word, name->second != NULL ? " " : "",
                           name->second != NULL ? name->second : "");
  g_string_append(what, "type N code N)");
  scn_wanted(p->c, what->str);
  g_string_free(what, TRUE);
  return FALSE;
}

static gboolean takes_words(const scn_icmp *icmp, guint8 family)
{
  const scn_icmp_name *name = scn_icmp_name_of(family, icmp->type);

  return name != NULL && name->has_id;
}

gboolean scn_parse_icmp(scn_parser *p, scn_packet *packet)
{
  scn_icmp *icmp = &packet->l4.icmp;
  gboolean fine;

  if (scn_accept_word(p->c, "type"))
    fine = scn_take_u8(p->c, "an ICMP type", &icmp->type);
  else
    fine = take_named(p, packet->flow->family, icmp);
  if (fine && scn_accept_word(p->c, "code"))
    fine = scn_take_u8(p->c, "an ICMP code", &icmp->code);
  if (fine && takes_words(icmp, packet->flow->family))
    icmp->rest = (guint32)packet->flow->id << 16;
  return fine && scn_parse_length(p, packet->payload);
}

gboolean scn_parse_icmp_attribute(scn_parser *p, scn_packet *packet, gboolean *known)
{
  scn_icmp *icmp = &packet->l4.icmp;
  char label[SCN_WORD_BYTES];
  const char *begin;
  guint16 half;

  *known = TRUE;
  if (scn_accept_word(p->c, "id") && scn_take_u16(p->c, "an identifier", &half))
    icmp->rest = (guint32)half << 16 | (icmp->rest & 0xffff);
  else if (scn_accept_word(p->c, "seq") && scn_take_u16(p->c, "a sequence number", &half))
    icmp->rest = (icmp->rest & 0xffff0000) | half;
  else if (scn_accept_word(p->c, "mtu") || scn_accept_word(p->c, "rest"))
    scn_take_u32(p->c, "a number", &icmp->rest);
  else if (scn_accept_word(p->c, "quote"))
    icmp->has_quote = scn_take_u32(p->c, "a number of bytes", &icmp->quote);
  else if (scn_accept_word(p->c, "about")) {
    begin = p->c->at;
    if (!scn_take_word(p->c, "the label of the packet it is about", label, sizeof(label)))
      return FALSE;
    if (scn_scenario_labelled(p->scenario, label) == NULL) {
      p->c->at = begin;
      return scn_wanted(p->c, "the label of a packet before");
    }
    g_free(icmp->about);
    icmp->about = g_strdup(label);
  } else if (scn_peek(p->c) == '(')
    return scn_parse_length(p, packet->payload);
  else
    *known = FALSE;
  return p->c->error == NULL;
}
