/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,wscale 7>", as packetdrill writes it. */
#include "scenario/parse.h"

#include <string.h>

static gboolean take_flags(scn_parser *p, scn_tcp *tcp)
{
  static const char what[] = "TCP flags (S S. . P. F. R R. with U E W A, or none)";
  static const char letters[] = "FSRP.UEWA"; /* in the order of the header's bits */
  const char *begin;
  char word[16];

  if (scn_accept_word(p->c, "none"))
    return TRUE;
  begin = p->c->at;
  if (!scn_take_word(p->c, what, word, sizeof(word)))
    return FALSE;
  for (const char *at = word; *at; at++) {
    const char *found = strchr(letters, *at);

    if (found == NULL || tcp->flags & 1u << (found - letters)) {
      p->c->at = begin;
      return scn_wanted(p->c, what);
    }
    tcp->flags |= (guint16)(1u << (found - letters));
  }
  return TRUE;
}

/* 1:101(100), or nothing: the next number of that side */
static gboolean take_numbers(scn_parser *p, scn_packet *packet)
{
  scn_tcp *tcp = &packet->l4.tcp;
  guint32 end;
  char next = scn_peek(p->c);

  if (!g_ascii_isdigit(next) && next != '-')
    return scn_parse_length(p, packet->payload);
  tcp->has_seq = TRUE;
  if (!scn_take_sequence(p->c, "a sequence number", &tcp->seq) || !scn_need(p->c, ":") ||
      !scn_take_sequence(p->c, "the sequence number after the payload", &end))
    return FALSE;
  if (scn_peek(p->c) != '(')
    return scn_wanted(p->c, "the payload length in parentheses");
  if (!scn_parse_length(p, packet->payload))
    return FALSE;
  if (end - tcp->seq != packet->payload->len)
    return scn_fail(p->c, "expected %u:%u(%u), found a range that is not as long as its payload", tcp->seq,
                    tcp->seq + packet->payload->len, packet->payload->len);
  return TRUE;
}

gboolean scn_parse_tcp(scn_parser *p, scn_packet *packet)
{
  packet->l4.tcp.window = 65535;
  scn_accept_word(p->c, "tcp");
  return take_flags(p, &packet->l4.tcp) && take_numbers(p, packet);
}

static gboolean take_sack(scn_parser *p, scn_tcp_option *option)
{
  do {
    if (option->blocks == G_N_ELEMENTS(option->edge))
      return scn_fail(p->c, "expected at most %u SACK blocks", (guint)G_N_ELEMENTS(option->edge));
    if (!scn_take_sequence(p->c, "the left edge of a SACK block", &option->edge[option->blocks][0]) ||
        !scn_need(p->c, ":") ||
        !scn_take_sequence(p->c, "the right edge of a SACK block", &option->edge[option->blocks][1]))
      return FALSE;
    option->blocks++;
  } while (g_ascii_isdigit(scn_peek(p->c)) || scn_peek(p->c) == '-');
  return TRUE;
}

static gboolean take_option(scn_parser *p, scn_tcp *tcp)
{
  static const guint8 single[] = { 0, 1 };
  scn_cursor *c = p->c;
  scn_tcp_option *option;

  if (scn_accept_word(c, "mss"))
    return scn_take_u32(c, "a segment size", &scn_tcp_option_add(tcp, SCN_TCP_MSS)->a);
  if (scn_accept_word(c, "wscale"))
    return scn_take_u32(c, "a shift count", &scn_tcp_option_add(tcp, SCN_TCP_WSCALE)->a);
  if (scn_accept_word(c, "sackOK")) {
    scn_tcp_option_add(tcp, SCN_TCP_SACK_OK);
    return TRUE;
  }
  if (scn_accept_word(c, "sack"))
    return take_sack(p, scn_tcp_option_add(tcp, SCN_TCP_SACK));
  if (scn_accept_word(c, "TS")) {
    option = scn_tcp_option_add(tcp, SCN_TCP_TIMESTAMP);
    return (scn_accept_word(c, "val") || scn_wanted(c, "val N ecr N")) && scn_take_u32(c, "a timestamp", &option->a) &&
           (scn_accept_word(c, "ecr") || scn_wanted(c, "ecr N")) && scn_take_u32(c, "a timestamp", &option->b);
  }
  option = scn_tcp_option_add(tcp, SCN_TCP_RAW);
  if (scn_accept_word(c, "nop") || scn_accept_word(c, "eol")) {
    option->raw = g_byte_array_new();
    g_byte_array_append(option->raw, &single[c->at[-1] == 'p'], 1);
    return TRUE;
  }
  if (scn_accept_word(c, "hex"))
    return scn_take_hex(c, "option bytes in hexadecimal", &option->raw);
  return scn_wanted(c, "a TCP option (mss N, wscale N, sackOK, sack A:B, TS val N ecr N, nop, eol, hex BYTES)");
}

gboolean scn_parse_tcp_attribute(scn_parser *p, scn_packet *packet, gboolean *known)
{
  scn_tcp *tcp = &packet->l4.tcp;

  *known = TRUE;
  if (scn_accept_word(p->c, "ack"))
    return (tcp->has_ack = TRUE) && scn_take_sequence(p->c, "an acknowledgement number", &tcp->ack);
  if (scn_accept_word(p->c, "win"))
    return scn_take_u16(p->c, "a window", &tcp->window);
  if (scn_accept_word(p->c, "urg"))
    return scn_take_u16(p->c, "an urgent pointer", &tcp->urgent);
  if (scn_accept_word(p->c, "doff"))
    return (tcp->has_doff = TRUE) && scn_take_u8(p->c, "a data offset in words", &tcp->doff);
  if (!scn_accept(p->c, "<")) {
    *known = FALSE;
    return TRUE;
  }
  do {
    if (!take_option(p, tcp))
      return FALSE;
  } while (scn_accept(p->c, ","));
  return scn_need(p->c, ">");
}
