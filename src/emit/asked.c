/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "asked.h"

#include <string.h>

enum { PATIENCE_S = 30 };

/* What its own network's broadcast address is no packet says; .255 of the same 24 bits is nearly always one. */
static gboolean is_group(const ct_tuple *tuple)
{
  const guint8 *to = tuple->dst.bytes;

  if (tuple->family == CT_IPV6)
    return to[0] == 0xff;
  return to[0] >> 4 == 14 || (to[0] & to[1] & to[2] & to[3]) == 255 ||
         (to[3] == 255 && memcmp(to, tuple->src.bytes, 3) == 0);
}

static const emit_query *find(const emit_asked *asked, const ct_packet *packet)
{
  const ct_tuple *tuple = &packet->tuple;
  guint i;

  for (i = 1; i <= EMIT_QUERIES; i++) {
    const emit_query *query = &asked->latest[(asked->next + EMIT_QUERIES - i) % EMIT_QUERIES];

    if (query->packet == 0)
      break;
    if (query->tuple.family == tuple->family && query->tuple.src_id == tuple->dst_id &&
        ct_addr_equal(&query->tuple.src, &tuple->dst) &&
        packet->time_ns - query->time_ns <= PATIENCE_S * G_GINT64_CONSTANT(1000000000))
      return query;
  }
  return NULL;
}

/* The two of the kernel's helpers that expect answers to a broadcast; to multicast there is none. */
static const char *broadcast_helper(const ct_tuple *tuple)
{
  if (tuple->family != CT_IPV4 || tuple->dst.bytes[0] >> 4 == 14)
    return NULL;
  return tuple->dst_id == 137 ? "netbios-ns" : tuple->dst_id == 161 ? "snmp" : NULL;
}

static emit_query query_of(const ct_engine *engine, const ct_packet *packet, const ct_result *result)
{
  emit_query query = { .packet = packet->number,
                       .conn = result->conn,
                       .time_ns = packet->time_ns,
                       .tuple = packet->tuple,
                       .helper = broadcast_helper(&packet->tuple) };
  ct_view view;

  if (result->entry == NULL)
    return query;
  ct_entry_view(engine, result->entry, &view);
  query.helped = view.helper != NULL && query.helper != NULL && strcmp(view.helper, query.helper) == 0;
  return query;
}

void emit_query_words(emit_text *out, const emit_query *query)
{
  emit_text_format(out, "an answer from another address never matches #%" G_GUINT64_FORMAT, query->conn);
  if (query->helped)
    emit_text_format(out,
                     ", and it meets no expectation of its %s helper, which makes one for a short while, of the host's "
                     "own queries (--local)",
                     query->helper);
  else if (query->helper != NULL)
    emit_text_format(out, " itself; the %s helper on the host that asked would expect it (--helpers --local)",
                     query->helper);
}

void emit_query_remark(emit_text *out, const emit_query *query)
{
  emit_text_literal(out, "answers packet ");
  emit_text_u64(out, query->packet);
  emit_text_literal(out, ", which went to ");
  emit_text_addr(out, query->tuple.family, &query->tuple.dst, FALSE);
  emit_text_literal(out, ": ");
  emit_query_words(out, query);
}

const emit_query *emit_asked_packet(emit_asked *asked, const ct_engine *engine, const ct_packet *packet,
                                    const ct_result *result)
{
  if (packet->kind != CT_PACKET_TRACK || packet->tuple.proto != CT_PROTO_UDP || packet->reason != CT_REASON_NONE ||
      result->cls != CT_CLASS_NEW)
    return NULL;
  if (!is_group(&packet->tuple))
    return result->changes & CT_CHANGE_CREATED ? find(asked, packet) : NULL;
  asked->latest[asked->next++ % EMIT_QUERIES] = query_of(engine, packet, result);
  asked->next %= EMIT_QUERIES;
  return NULL;
}

void emit_asked_keep(emit_asked *asked, resume_io *io)
{
  guint32 next = asked->next;
  guint i;

  resume_u32(io, &next);
  asked->next = next % EMIT_QUERIES;
  for (i = 0; i < EMIT_QUERIES; i++) {
    emit_query *query = &asked->latest[i];

    resume_u64(io, &query->packet);
    resume_u64(io, &query->conn);
    resume_i64(io, &query->time_ns);
    resume_raw(io, &query->tuple, sizeof query->tuple);
    resume_bool(io, &query->helped);
    query->helper = query->packet != 0 ? broadcast_helper(&query->tuple) : NULL;
    query->helped = query->helped && query->helper != NULL;
    if (query->packet != 0 && query->tuple.family != CT_IPV4 && query->tuple.family != CT_IPV6)
      resume_fail(io, "it remembers a query that cannot have been");
  }
}
