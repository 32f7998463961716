/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain/words.h"

#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"
#include "emit/text.h"

char *explain_addr_words(guint8 family, const ct_addr *addr)
{
  emit_text text;
  char *s;

  emit_text_init(&text, -1);
  emit_text_addr(&text, family, addr, FALSE);
  s = g_strndup(text.data, text.used);
  emit_text_clear(&text);
  return s;
}

char *explain_tuple_words(const ct_profile *profile, const ct_tuple *tuple)
{
  char *src = explain_addr_words(tuple->family, &tuple->src), *dst = explain_addr_words(tuple->family, &tuple->dst),
       *words;
  const ct_proto *tracker = ct_proto_tracker(profile, tuple->proto);

  if (tracker->ids == CT_IDS_PORTS)
    words = g_strdup_printf("%s from %s port %u to %s port %u", tracker->name, src, tuple->src_id, dst, tuple->dst_id);
  else if (tracker->ids == CT_IDS_ICMP && ct_tuple_is_icmp(tuple))
    words = g_strdup_printf("%s from %s to %s, type %u, code %u, id %u", tracker->name, src, dst,
                            ct_tuple_icmp_type(tuple), ct_tuple_icmp_code(tuple), tuple->src_id);
  else if (tracker->ids == CT_IDS_KEYS)
    words = g_strdup_printf("%s from %s key %u to %s key %u", tracker->name, src, tuple->src_id, dst, tuple->dst_id);
  else
    words = g_strdup_printf("protocol %u from %s to %s", tuple->proto, src, dst);
  g_free(src);
  g_free(dst);
  return words;
}

char *explain_seconds(gint64 ns)
{
  emit_text text;
  char *s;

  if (ns % 1000000000 == 0)
    return g_strdup_printf("%" G_GINT64_FORMAT " s", ns / 1000000000);
  emit_text_init(&text, -1);
  emit_text_seconds(&text, ns, 1);
  s = g_strdup_printf("%.*s s", (int)text.used, text.data);
  emit_text_clear(&text);
  return s;
}

const char *explain_dir(guint dir) { return dir == CT_ORIGINAL ? "original" : "reply"; }

const char *explain_cell_name(const ct_profile *profile, guint8 proto, guint cell)
{
  const char *state = ct_proto_state_name(profile, proto, cell);

  if (cell == CT_TCP_INVALID)
    return "INVALID";
  if (cell == CT_TCP_IGNORE)
    return "ignore";
  return state != NULL ? state : "NONE";
}

const char *explain_row_name(const ct_profile *profile, guint8 proto, guint row)
{
  return ct_proto_tracker(profile, proto)->inputs[row];
}

char *explain_flag_words(guint8 flags)
{
  static const struct {
    guint8 bit;
    const char *name;
  } names[] = { { CT_TCP_SYN, "SYN" }, { CT_TCP_FIN, "FIN" }, { CT_TCP_RST, "RST" },
                { CT_TCP_PSH, "PSH" }, { CT_TCP_ACK, "ACK" }, { CT_TCP_URG, "URG" } };
  GString *words = g_string_new(NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (flags & names[i].bit)
      g_string_append_printf(words, "%s%s", words->len > 0 ? "+" : "", names[i].name);
  if (words->len == 0)
    g_string_append(words, "no flags");
  return g_string_free(words, FALSE);
}
