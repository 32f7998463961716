/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rules write into a TCP header and behind it: TCPMSS, TCPOPTSTRIP, the bits that ECN clears, nft's tcp option.
 * Sums change by the difference, and as at an even place, wherever an option stands: the kernel's do so, too. The
 * packet notes by how much its sum is wrong then.
 */
#include "firewall/walk/options.h"

#include <string.h>

#include "conntrack/nat/rewrite.h"
#include "firewall/target/data.h"
#include "firewall/walk/facts.h"

enum {
  TCP_BYTES = 20,
  HEADER_MOST = 60,
  SUM_AT = 16,
  OPTION_NOP = 1,
  OPTION_MSS = 2,
  MSS_BYTES = 4,
  MTU_USUAL = 1500,
  MSS_ADDED_IPV4 = 536, /* RFC 1122, RFC 2460: what a host without the option may be sent */
  MSS_ADDED_IPV6 = 1220
};

static void put16(guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

static void change_sum(guint8 *tcp, guint old, guint new)
{
  guint8 was[2], is[2];

  put16(was, old);
  put16(is, new);
  ct_nat_change_sum(tcp + SUM_AT, was, is, 2);
}

/* => a header's length, with its options; 0: there is none, or it is malformed, or cut. */
static guint header_of(const fw_packet *p)
{
  guint8 scratch[TCP_BYTES];
  const guint8 *h = fw_packet_at(p, p->l4_offset, TCP_BYTES, scratch);
  guint n = h != NULL ? (h[12] >> 4) * 4U : 0;

  return n >= TCP_BYTES && (guint64)p->l4_offset + n <= p->raw->length ? n : 0;
}

/* => the header, in bytes that may be changed, of a packet that is `more` bytes longer; NULL: it may not be changed. */
static guint8 *writable(const fw_program *program, fw_packet *p, guint32 more)
{
  guint8 *bytes = program->own_bytes != NULL ? program->own_bytes(p, more, program->own_user) : NULL;

  return bytes != NULL ? bytes + p->l4_offset : NULL;
}

static guint option_bytes(const guint8 *tcp, guint at)
{
  return tcp[at] <= OPTION_NOP || tcp[at + 1] == 0 ? 1 : tcp[at + 1];
}

static guint swapped(guint word) { return (word & 0xff) << 8 | word >> 8; }

/* In one's complement. */
static void note_error(fw_packet *p, guint old, guint new)
{
  guint sum = p->sum_error + swapped(new) + (swapped(old) ^ 0xffff) + old + (new ^ 0xffff);

  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16);
  p->sum_error = (guint16)sum;
}

static void set16(fw_packet *p, guint8 *tcp, guint at, guint value)
{
  const guint old = ct_be16(tcp + at);

  change_sum(tcp, old, value);
  put16(tcp + at, value);
  if (at % 2 != 0)
    note_error(p, old, value);
}

/* ---- the largest segment ---- */

guint16 fw_options_path_mss(const fw_program *program, const fw_packet *p)
{
  guint mtu = program->facts->mtu_bytes != 0 ? program->facts->mtu_bytes : MTU_USUAL;
  guint headers = p->family == FW_IPV6 ? 60 : 40;

  return (guint16)(mtu > headers ? MIN(mtu - headers, G_MAXUINT16) : 0);
}

/* The option goes in front of the others; the header behind it must not be followed by data, nor be full. */
static void add_mss(const fw_program *program, fw_packet *p, guint header, guint mss)
{
  guint32 length = p->raw->length - p->l4_offset;
  guint8 *tcp;

  if (length > header || header >= HEADER_MOST)
    return;
  tcp = writable(program, p, MSS_BYTES);
  if (tcp == NULL)
    return;
  memmove(tcp + TCP_BYTES + MSS_BYTES, tcp + TCP_BYTES, length - TCP_BYTES);
  change_sum(tcp, length, length + MSS_BYTES);
  tcp[TCP_BYTES] = OPTION_MSS;
  tcp[TCP_BYTES + 1] = MSS_BYTES;
  put16(tcp + TCP_BYTES + 2, MIN(mss, p->family == FW_IPV6 ? MSS_ADDED_IPV6 : MSS_ADDED_IPV4));
  change_sum(tcp, 0, ct_be16(tcp + TCP_BYTES));
  change_sum(tcp, 0, ct_be16(tcp + TCP_BYTES + 2));
  set16(p, tcp, 12, ct_be16(tcp + 12) + (1U << 12));
}

gboolean fw_act_tcpmss(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_set_tcpmss *t = step->rule->target.data;
  guint header, i;
  guint8 *tcp;
  guint mss;

  if (p->fragment != 0 || program->maybe)
    return TRUE;
  header = header_of(p);
  mss = t->clamp ? fw_options_path_mss(program, p) : t->mss;
  if (header == 0 || (t->clamp && mss == 0))
    return FALSE;
  tcp = writable(program, p, 0);
  for (i = TCP_BYTES; tcp != NULL && i + MSS_BYTES <= header; i += option_bytes(tcp, i))
    if (tcp[i] == OPTION_MSS && tcp[i + 1] == MSS_BYTES) {
      if (ct_be16(tcp + i + 2) > mss)
        set16(p, tcp, i + 2, mss);
      return TRUE;
    }
  add_mss(program, p, header, mss);
  return TRUE;
}

/* ---- other options ---- */

/* Each byte of the option becomes a NOP. */
static void strip(guint8 *tcp, guint at, guint n)
{
  guint i, shift;

  for (i = at; i < at + n; i++) {
    shift = i % 2 == 0 ? 8 : 0;
    change_sum(tcp, (guint)tcp[i] << shift, (guint)OPTION_NOP << shift);
    tcp[i] = OPTION_NOP;
  }
}

gboolean fw_act_tcpoptstrip(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_tcpoptstrip *t = step->rule->target.data;
  guint header, i, n;
  guint8 *tcp;

  if (p->fragment != 0 || program->maybe)
    return TRUE;
  header = header_of(p);
  if (header == 0)
    return FALSE;
  tcp = writable(program, p, 0);
  for (i = TCP_BYTES; tcp != NULL && i + 1 < header; i += n) {
    n = option_bytes(tcp, i);
    if (i + n > header)
      break;
    if (t->options[tcp[i] / 32] >> tcp[i] % 32 & 1)
      strip(tcp, i, n);
  }
  return TRUE;
}

void fw_options_clear_ecn(const fw_program *program, fw_packet *p, guint bits)
{
  guint8 scratch[TCP_BYTES], *tcp;
  const guint8 *h = fw_packet_at(p, p->l4_offset, TCP_BYTES, scratch);

  if (h == NULL || (h[13] & bits) == 0)
    return;
  tcp = writable(program, p, 0);
  if (tcp == NULL)
    return;
  set16(p, tcp, 12, ct_be16(tcp + 12) & ~bits);
  p->tcp_flags = tcp[13];
}

/*
 * The first option of a kind, in bytes that may be changed. header, bytes: of it and of the option. => its place; 0:
 * there is none, or nothing may be changed (header 0: no sound header either).
 */
static guint find_option(const fw_program *program, fw_packet *p, guint8 option, guint8 **tcp, guint *header,
                         guint *bytes)
{
  guint i;

  *header = p->protocol == CT_PROTO_TCP && p->fragment == 0 ? header_of(p) : 0;
  *tcp = *header != 0 ? writable(program, p, 0) : NULL;
  for (i = TCP_BYTES; *tcp != NULL && i + 1 < *header; i += *bytes) {
    *bytes = option_bytes(*tcp, i);
    if ((*tcp)[i] == option)
      return i;
  }
  return 0;
}

fw_truth fw_options_set(const fw_program *program, fw_packet *p, guint8 option, guint offset, const guint8 *value,
                        guint n)
{
  guint header, bytes, k, i;
  guint8 *tcp;

  i = find_option(program, p, option, &tcp, &header, &bytes);
  if (i == 0)
    return header != 0 ? FW_YES : FW_NO;
  if (i + bytes > header || offset + n > bytes)
    return FW_NO;
  /* A larger segment than the sender's own could make the connection hang. */
  if (option == OPTION_MSS && n == 2 && ct_be16(tcp + i + offset) <= ct_be16(value))
    return FW_YES;
  for (k = 0; k + 1 < n; k += 2)
    set16(p, tcp, i + offset + k, ct_be16(value + k));
  return FW_YES;
}

fw_truth fw_options_strip(const fw_program *program, fw_packet *p, guint8 option)
{
  guint header, bytes, i;
  guint8 *tcp;

  i = find_option(program, p, option, &tcp, &header, &bytes);
  if (i == 0)
    return header != 0 ? FW_YES : FW_NO;
  if (i + bytes > header)
    return FW_HOTDROP;
  strip(tcp, i, bytes);
  return FW_YES;
}
