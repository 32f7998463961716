/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SNPT and DNPT (RFC 6296): a prefix is exchanged for another, and one word of the address changes so that no checksum
 * has to. Connections know nothing of it (NAT 9).
 */
#include <string.h>

#include "firewall/target/data.h"
#include "firewall/walk/npt.h"
#include "firewall/walk/targets.h"

enum { WORDS = 8, ALL_ONES = 0xffff, IPV6_HEADER = 40, SOURCE_AT = 8, DESTINATION_AT = 24, ICMPV6_HEADER = 8 };

static guint16 folded(guint32 sum)
{
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)sum;
}

static guint16 sum_of(const guint8 *address)
{
  guint32 sum = 0, i;

  for (i = 0; i < WORDS; i++)
    sum += ct_be16(address + 2 * i);
  return folded(sum);
}

static void put_prefix(guint8 *address, const guint8 *prefix, guint length)
{
  guint i;

  for (i = 0; i < length; i += 8) {
    guint8 mask = length - i >= 8 ? 0xff : (guint8)(0xff << (8 - (length - i)));

    address[i / 8] = (guint8)((address[i / 8] & ~mask) | (prefix[i / 8] & mask));
  }
}

/* => FALSE: no word is left that could make up for it. */
static gboolean map_prefix(const fw_npt *n, guint8 *address)
{
  guint length = MAX(n->source_prefix, n->destination_prefix), word = 3;
  guint16 sum;

  put_prefix(address, n->destination.bytes, length);
  if (length > 48)
    for (word = 4; word < WORDS && ct_be16(address + 2 * word) == ALL_ONES; word++)
      continue;
  if (word == WORDS)
    return FALSE;
  sum = folded((guint32)sum_of(n->source.bytes) + (guint16)~sum_of(n->destination.bytes));
  sum = folded((guint32)ct_be16(address + 2 * word) + sum);
  if (sum == ALL_ONES)
    sum = 0;
  address[2 * word] = (guint8)(sum >> 8);
  address[2 * word + 1] = (guint8)sum;
  return TRUE;
}

static gboolean has_prefix(const guint8 *address, const fw_npt *n)
{
  guint8 other[16];

  memcpy(other, address, sizeof other);
  put_prefix(other, n->source.bytes, n->source_prefix);
  return memcmp(other, address, sizeof other) == 0;
}

/* The packet inside an ICMP error went the other way: its other end had the prefix. */
static void map_bounced(const fw_npt *n, const fw_packet *p, guint8 *bytes, guint at)
{
  guint inner = IPV6_HEADER + ICMPV6_HEADER;

  if (bytes[6] == CT_PROTO_ICMPV6 && p->raw->length >= inner + IPV6_HEADER && bytes[IPV6_HEADER] < 128 &&
      has_prefix(bytes + inner + at, n))
    map_prefix(n, bytes + inner + at);
}

static gboolean act(fw_program *program, fw_packet *p, const fw_step *step, guint at)
{
  const fw_npt *n = step->rule->target.data;
  guint8 *bytes;

  if (program->maybe || program->own_bytes == NULL)
    return TRUE;
  bytes = program->own_bytes(p, 0, program->own_user);
  if (p->raw->length < IPV6_HEADER)
    return FALSE;
  if (!map_prefix(n, bytes + at)) {
    program->changed(program, p); /* the error about it has the new prefix, and goes to it */
    return FALSE;
  }
  map_bounced(n, p, bytes, at == SOURCE_AT ? DESTINATION_AT : SOURCE_AT);
  program->changed(program, p);
  return TRUE;
}

const fw_reject *fw_npt_refusal(const fw_decision *d)
{
  /* Parameter problem, an erroneous field, and where that is. */
  static const fw_reject source = { .type = 4, .pointer = SOURCE_AT };
  static const fw_reject destination = { .type = 4, .pointer = DESTINATION_AT };

  if (d->verdict != FW_VERDICT_DROP || d->hotdrop || d->rule == NULL || d->rule->target.ops == NULL)
    return NULL;
  switch (d->rule->target.ops->id) {
  case FW_TARGET_ID_SNPT: return &source;
  case FW_TARGET_ID_DNPT: return &destination;
  default: return NULL;
  }
}

gboolean fw_act_snpt(fw_program *program, fw_packet *p, const fw_step *step)
{
  return act(program, p, step, SOURCE_AT);
}
gboolean fw_act_dnpt(fw_program *program, fw_packet *p, const fw_step *step)
{
  return act(program, p, step, DESTINATION_AT);
}
