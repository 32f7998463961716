/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/nat_bytes.h"

#include <string.h>

#include "conntrack/nat/rewrite.h"

guint8 *fw_nat_own_bytes(fw_firewall *f, fw_packet *p)
{
  const ct_packet *raw = p->raw;

  if (p == &f->outcome.answer.seen)
    return f->answer_bytes;
  fw_firewall_write(f);
  if (p->raw == &f->sent)
    return f->sent_bytes->data;
  g_byte_array_set_size(f->sent_bytes, raw->length);
  memcpy(f->sent_bytes->data, raw->data, raw->captured);
  memset(f->sent_bytes->data + raw->captured, 0, raw->length - raw->captured);
  f->sent = *raw;
  f->sent.data = f->sent_bytes->data;
  f->sent.captured = raw->length;
  p->raw = &f->sent;
  return f->sent_bytes->data;
}

void fw_nat_write(fw_firewall *f)
{
  const guint n = f->pending.n;
  guint8 *bytes;
  guint i;

  f->pending.n = 0;
  bytes = fw_nat_own_bytes(f, &f->outcome.packet);
  for (i = 0; i < n; i++)
    ct_nat_rewrite(bytes, f->sent.length, f->pending.manip[i], &f->pending.target[i]);
}

void fw_nat_read_again(const fw_program *program, fw_packet *p)
{
  const guint8 *d = p->raw->data;

  if (p->family == FW_IPV6) {
    memcpy(p->source.bytes, d + 8, 16);
    memcpy(p->destination.bytes, d + 24, 16);
  } else {
    memcpy(&p->source.words[0], d + 12, 4);
    memcpy(&p->destination.words[0], d + 16, 4);
  }
  if (p->l4 & FW_L4_PORTS) {
    p->source_port = ct_be16(d + p->l4_offset);
    p->destination_port = ct_be16(d + p->l4_offset + 2);
  }
  fw_nat_note_reading(program, p);
}

/* Into the IP header; IPv4's sum changes by the difference. */
static void put_length(guint8 *ip, guint32 length)
{
  const guint8 old[2] = { ip[2], ip[3] };

  if (ip[0] >> 4 == 6) {
    ip[4] = (guint8)((length - 40) >> 8);
    ip[5] = (guint8)(length - 40);
    return;
  }
  ip[2] = (guint8)(length >> 8);
  ip[3] = (guint8)length;
  ct_nat_change_sum(ip + 10, old, ip + 2, 2);
}

static guint8 *bytes_for_rules(fw_packet *p, guint32 more, gpointer user)
{
  fw_firewall *f = user;

  if (more == 0)
    return fw_nat_own_bytes(f, p);
  if (p == &f->outcome.answer.seen)
    return NULL;
  fw_nat_own_bytes(f, p);
  g_byte_array_set_size(f->sent_bytes, f->sent_bytes->len + more);
  f->sent.data = f->sent_bytes->data;
  f->sent.length = f->sent.captured = f->sent_bytes->len;
  put_length(f->sent_bytes->data, f->sent_bytes->len);
  return f->sent_bytes->data;
}

void fw_nat_bytes_begin(fw_firewall *f)
{
  f->sent_bytes = g_byte_array_new();
  f->program->own_bytes = bytes_for_rules;
  f->program->changed = fw_nat_read_again;
  f->program->own_user = f;
}

void fw_nat_bytes_end(fw_firewall *f) { g_byte_array_unref(f->sent_bytes); }

void fw_nat_put_payload(fw_firewall *f, fw_packet *p, const guint8 *payload, gsize n)
{
  guint32 offset = p->l4_offset + 8;

  fw_nat_own_bytes(f, p);
  if (p->protocol == CT_PROTO_TCP)
    offset = p->l4_offset + (f->sent_bytes->data[p->l4_offset + 12] >> 4) * 4U;
  g_byte_array_set_size(f->sent_bytes, offset);
  g_byte_array_append(f->sent_bytes, payload, (guint)n);
  f->sent.data = f->sent_bytes->data;
  f->sent.length = f->sent.captured = f->sent_bytes->len;
  ct_nat_mend(f->sent_bytes->data, f->sent_bytes->len, p->l4_offset);
  p->translated = TRUE;
}
