/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/build.h"

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_ACK = 16 };

static void put_option(const scn_tcp_option *option, guint32 peer_isn, GByteArray *out)
{
  switch (option->kind) {
  case SCN_TCP_MSS:
    scn_put_u16(out, 0x0204);
    scn_put_u16(out, (guint16)option->a);
    break;
  case SCN_TCP_WSCALE:
    scn_put_u16(out, 0x0303);
    scn_put_u8(out, (guint8)option->a);
    break;
  case SCN_TCP_SACK_OK: scn_put_u16(out, 0x0402); break;
  case SCN_TCP_SACK:
    scn_put_u16(out, (guint16)(0x0500 | (2 + 8 * option->blocks)));
    for (guint i = 0; i < option->blocks; i++) {
      scn_put_u32(out, peer_isn + option->edge[i][0]);
      scn_put_u32(out, peer_isn + option->edge[i][1]);
    }
    break;
  case SCN_TCP_TIMESTAMP:
    scn_put_u16(out, 0x080a);
    scn_put_u32(out, option->a);
    scn_put_u32(out, option->b);
    break;
  default: g_byte_array_append(out, option->raw->data, option->raw->len);
  }
}

/* Fills in the numbers that the text left out, and remembers how far the side has come. */
static guint32 sequence_of(const scn_packet *packet, scn_flow_state *state)
{
  const scn_tcp *tcp = &packet->l4.tcp;
  ct_dir dir = packet->dir;
  guint32 seq, end;

  /* packetdrill's way: a SYN has number 0, so a side that is met in mid-stream goes on at 1. */
  if (!state->started[dir] && !tcp->has_seq)
    seq = tcp->flags & FLAG_SYN ? 0 : 1;
  else
    seq = tcp->has_seq ? tcp->seq : state->next[dir];
  end = seq + packet->payload->len + (tcp->flags & FLAG_SYN ? 1 : 0) + (tcp->flags & FLAG_FIN ? 1 : 0);
  if (!state->started[dir] || (gint32)(end - state->next[dir]) > 0)
    state->next[dir] = end;
  state->started[dir] = TRUE;
  return seq;
}

void scn_build_tcp(const scn_packet *packet, scn_flow_state *state, GByteArray *out)
{
  const scn_tcp *tcp = &packet->l4.tcp;
  ct_dir dir = packet->dir;
  guint32 seq = state->isn[dir] + sequence_of(packet, state);
  guint32 ack = 0;
  guint doff;

  if (tcp->has_ack)
    ack = state->isn[!dir] + tcp->ack;
  else if (tcp->flags & FLAG_ACK)
    ack = state->isn[!dir] + (state->started[!dir] ? state->next[!dir] : 1);
  scn_put_u16(out, packet->flow->port[dir]);
  scn_put_u16(out, packet->flow->port[!dir]);
  scn_put_u32(out, seq);
  scn_put_u32(out, ack);
  scn_put_u16(out, 0);
  scn_put_u16(out, tcp->window);
  scn_put_u16(out, 0);
  scn_put_u16(out, tcp->urgent);
  for (guint i = 0; tcp->options != NULL && i < tcp->options->len; i++)
    put_option(&g_array_index(tcp->options, scn_tcp_option, i), state->isn[!dir], out);
  while (out->len % 4)
    scn_put_u8(out, 0);
  doff = tcp->has_doff ? tcp->doff : out->len / 4;
  scn_set_u16(out, 12, (guint16)((doff & 15) << 12 | (tcp->flags & 0x1ff)));
  g_byte_array_append(out, packet->payload->data, packet->payload->len);
}

void scn_build_icmp(const scn_packet *packet, const scn_built *quoted, GByteArray *out)
{
  const scn_icmp *icmp = &packet->l4.icmp;

  scn_put_u8(out, icmp->type);
  scn_put_u8(out, icmp->code);
  scn_put_u16(out, 0);
  scn_put_u32(out, icmp->rest);
  if (quoted != NULL) {
    /* As much as keeps the error within 576 bytes (RFC 1812), or within IPv6's least MTU (RFC 4443). */
    guint most = icmp->has_quote ? icmp->quote : quoted->family == CT_IPV4 ? 548 : 1232;

    g_byte_array_append(out, quoted->bytes->data, MIN(quoted->bytes->len, most));
  }
  g_byte_array_append(out, packet->payload->data, packet->payload->len);
}

void scn_build_udp(const scn_packet *packet, GByteArray *out)
{
  guint length = 8 + packet->payload->len;

  scn_put_u16(out, packet->flow->port[packet->dir]);
  scn_put_u16(out, packet->flow->port[!packet->dir]);
  scn_put_u16(out, packet->has_udp_length ? packet->udp_length : (guint16)length);
  scn_put_u16(out, 0);
  g_byte_array_append(out, packet->payload->data, packet->payload->len);
}

void scn_build_gre(const scn_packet *packet, GByteArray *out)
{
  const scn_gre *gre = &packet->l4.gre;
  /* Version 1: length and call id stand in the key's place (RFC 2637) */
  gboolean key = gre->has_key || gre->version == 1;
  gboolean seq = gre->has_seq || (gre->version == 1 && packet->payload->len > 0);
  guint16 call = gre->has_call ? gre->call : packet->flow->call[packet->dir];

  scn_put_u16(out, (guint16)((key ? 0x2000 : 0) | (seq ? 0x1000 : 0) | (gre->has_ack ? 0x80 : 0) | gre->version));
  scn_put_u16(out, gre->protocol);
  if (gre->version == 1) {
    scn_put_u16(out, (guint16)packet->payload->len);
    scn_put_u16(out, call);
  } else if (key)
    scn_put_u32(out, gre->key);
  if (seq)
    scn_put_u32(out, gre->seq);
  if (gre->has_ack)
    scn_put_u32(out, gre->ack);
  g_byte_array_append(out, packet->payload->data, packet->payload->len);
}
