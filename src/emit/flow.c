/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tuple, an expectation or a packet is about, on one line for people. */
#include "conntrack/proto/proto.h"
#include "emit.h"
#include "put.h"
#include "wire.h"

static char *put_proto(char *p, const ct_profile *profile, guint8 proto)
{
  const char *name = ct_proto_word(profile, proto);

  if (name != NULL)
    return put_literal(put_word(p, name), " ");
  return put_literal(put_u64(put_literal(p, "proto "), proto), " ");
}

static char *put_place(char *p, guint8 family, const ct_addr *addr, gboolean has_port, guint16 port)
{
  p = put_addr(p, family, addr, FALSE);
  return has_port ? put_u64(put_literal(p, "."), port) : p;
}

static char *put_icmp_ids(char *p, const ct_tuple *t)
{
  if (!ct_tuple_is_icmp(t))
    return p;
  p = put_u64(put_literal(p, " type "), ct_tuple_icmp_type(t));
  return put_u64(put_literal(p, " id "), t->src_id);
}

char *put_flow(char *p, const ct_profile *profile, const ct_tuple *tuple)
{
  gboolean ports = ct_proto_has_ports(profile, tuple);

  p = put_proto(p, profile, tuple->proto);
  p = put_place(p, tuple->family, &tuple->src, ports, tuple->src_id);
  p = put_place(put_literal(p, " > "), tuple->family, &tuple->dst, ports, tuple->dst_id);
  return ports ? p : put_icmp_ids(p, tuple);
}

void emit_flow(emit_text *out, const ct_profile *profile, const ct_tuple *tuple)
{
  emit_text_advance(out, put_flow(emit_text_reserve(out, PUT_FLOW_BYTES), profile, tuple));
}

static void text_proto(emit_text *out, const ct_profile *profile, guint8 proto)
{
  emit_text_advance(out, put_proto(emit_text_reserve(out, PUT_FLOW_BYTES), profile, proto));
}

static void text_end(emit_text *out, guint8 family, const ct_addr *addr, gboolean has_port, guint16 port)
{
  emit_text_advance(out, put_place(emit_text_reserve(out, PUT_FLOW_BYTES), family, addr, has_port, port));
}

/* From whom: an address, a network, or anybody. */
static void put_expect_source(emit_text *out, const ct_expect_view *expect, gboolean has_port)
{
  guint bytes = expect->tuple.family == CT_IPV6 ? 16 : 4, length = 0, i;
  ct_addr addr = expect->tuple.src;

  for (i = 0; i < bytes; i++) {
    addr.bytes[i] &= expect->mask.src.bytes[i];
    length += (guint)__builtin_popcount(expect->mask.src.bytes[i]);
  }
  if (length == 0)
    emit_text_literal(out, "any");
  else
    emit_text_addr(out, expect->tuple.family, &addr, FALSE);
  if (length > 0 && length < 8 * bytes)
    emit_text_format(out, "/%u", length);
  if (has_port)
    emit_text_format(out, ".%u", expect->tuple.src_id);
}

void emit_expect_flow(emit_text *out, const ct_profile *profile, const ct_expect_view *expect)
{
  gboolean ports = ct_proto_has_ports(profile, &expect->tuple);

  text_proto(out, profile, expect->tuple.proto);
  put_expect_source(out, expect, ports && expect->mask.src_id != 0);
  emit_text_literal(out, " > ");
  text_end(out, expect->tuple.family, &expect->tuple.dst, ports, expect->tuple.dst_id);
}

void emit_expect_class(emit_text *out, const ct_profile *profile, const ct_expect_view *expect)
{
  emit_expect_flow(out, profile, expect);
  if (expect->class_name != NULL && expect->class_name[0] != '\0')
    emit_text_format(out, " of class %s", expect->class_name);
}

/* Whether the protocol has an id there: queries and their answers. */
static gboolean icmp_has_id(const ct_proto *known, guint8 type)
{
  guint i;

  for (i = 0; i < known->n_answers; i++)
    if (known->answers[i][0] == type || known->answers[i][1] == type)
      return TRUE;
  return FALSE;
}

static void put_icmp(emit_text *out, const ct_proto *known, const emit_wire *wire)
{
  const char *name = known->type_name(wire->icmp_type);

  emit_text_char(out, ' ');
  if (name != NULL)
    emit_text_string(out, name);
  else
    emit_text_format(out, "type %u", wire->icmp_type);
  if (name == NULL || wire->icmp_code != 0)
    emit_text_format(out, " code %u", wire->icmp_code);
  if (icmp_has_id(known, wire->icmp_type))
    emit_text_format(out, " id %u", wire->icmp_id);
}

void emit_packet_about(emit_text *out, const ct_profile *profile, const ct_packet *packet)
{
  ct_tuple inside = packet->tuple;

  /* What is looked up is the answer to what is inside; where that is an ICMP answer, its request, which is inside. */
  if (packet->kind != CT_PACKET_ICMP_ERROR ||
      (!(packet->flags & CT_PACKET_ANSWER) && !ct_tuple_invert(&packet->tuple, &inside)))
    return;
  emit_text_literal(out, " about ");
  emit_flow(out, profile, &inside);
}

void emit_packet_own_flow(emit_text *out, const ct_profile *profile, const ct_packet *packet)
{
  emit_wire wire;

  emit_wire_read(packet, profile, &wire);
  if (wire.family == 0 || !wire.has_proto) {
    emit_flow(out, profile, &packet->tuple);
    return;
  }
  text_proto(out, profile, wire.proto);
  text_end(out, wire.family, &wire.src, wire.has_ports, wire.sport);
  emit_text_literal(out, " > ");
  text_end(out, wire.family, &wire.dst, wire.has_ports, wire.dport);
  if (wire.has_icmp)
    put_icmp(out, ct_proto_known(profile, wire.proto), &wire);
}

void emit_packet_flow(emit_text *out, const ct_profile *profile, const ct_packet *packet)
{
  emit_packet_own_flow(out, profile, packet);
  emit_packet_about(out, profile, packet);
}
