/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain/words.h"

#include "conntrack/proto/tables.h"
#include "conntrack/status.h"
#include "emit/parts.h"
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

char *explain_tuple_words(const ct_tuple *tuple)
{
  char *src = explain_addr_words(tuple->family, &tuple->src), *dst = explain_addr_words(tuple->family, &tuple->dst),
       *words;
  const char *proto = emit_protocol_name(tuple->proto);

  if (ct_tuple_has_ports(tuple))
    words = g_strdup_printf("%s from %s port %u to %s port %u", proto, src, tuple->src_id, dst, tuple->dst_id);
  else if (ct_tuple_is_icmp(tuple))
    words = g_strdup_printf("%s from %s to %s, type %u, code %u, id %u", proto, src, dst, ct_tuple_icmp_type(tuple),
                            ct_tuple_icmp_code(tuple), tuple->src_id);
  else if (tuple->proto == CT_PROTO_GRE)
    words = g_strdup_printf("gre from %s key %u to %s key %u", src, tuple->src_id, dst, tuple->dst_id);
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

const char *explain_cell_name(guint8 proto, guint cell)
{
  if (cell == CT_TCP_INVALID)
    return "INVALID";
  if (cell == CT_TCP_IGNORE)
    return "ignore";
  return proto == CT_PROTO_DCCP && cell == 0 ? "NONE" : ct_state_name(proto, cell);
}

const char *explain_row_name(guint8 proto, guint row)
{
  static const char *const tcp[] = {
#define X(id, name) name,
    CT_TCP_INDEX_LIST(X)
#undef X
  };
  static const char *const sctp[] = {
#define X(id, type, name) name,
    CT_SCTP_ROW_LIST(X)
#undef X
  };

  static const char *const dccp[] = {
#define X(id, name) name,
    CT_DCCP_ROW_LIST(X)
#undef X
  };

  return proto == CT_PROTO_TCP ? tcp[row] : proto == CT_PROTO_SCTP ? sctp[row] : dccp[row];
}
