/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches that read the header of layer 4 or the IP header (RULES 3.1). */
#include <string.h>

#include "firewall/walk/tests.h"

#define HEADER(p, n, scratch) fw_packet_at(p, (p)->l4_offset, n, scratch)

static gboolean port_differs(guint16 port, const fw_range16 *range, guint8 given, guint8 invert, guint8 bit)
{
  return (given & bit) && fw_in16(port, range) == ((invert & bit) != 0);
}

static fw_truth tcp_option(const fw_packet *p, guint8 option, gboolean invert)
{
  guint8 scratch[64];
  const guint8 *h = HEADER(p, 20, scratch);
  guint length = (h[12] >> 4) * 4U, i;

  if (length < 20)
    return FW_HOTDROP;
  if (length == 20)
    return fw_truth_of(invert);
  h = fw_packet_at(p, p->l4_offset + 20, length - 20, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  for (i = 0; i < length - 20;) {
    if (h[i] == option)
      return fw_truth_of(!invert);
    if (h[i] < 2 || i + 1 == length - 20)
      i++;
    else
      i += MAX(h[i + 1], 1);
  }
  return fw_truth_of(invert);
}

static gboolean is_asked(guint8 given, guint8 invert, guint8 bit, const fw_range16 *range)
{
  return (given & bit) && (invert & bit || range->from > 0 || range->to < G_MAXUINT16);
}

/* Of a port, from so many bytes of a short header. */
static fw_truth short_port(const fw_packet *p, guint32 offset, const fw_range16 *range, gboolean invert)
{
  guint8 scratch[2];
  const guint8 *h = fw_packet_at(p, p->l4_offset + offset, 2, scratch);

  return h == NULL ? FW_NO : fw_truth_of(fw_in16(ct_be16(h), range) != invert);
}

/*
 * A header that is too short for tcp or udp. iptables-nft has expressions of nft for ports and flags, for which the
 * bytes that they ask for are enough; where nothing is asked, or an option, it takes the kernel's match as legacy does,
 * which drops the packet (RULES 6.3; iptables 1.8.9).
 */
static fw_truth short_header(fw_program *program, const fw_packet *p, const fw_tcp *t)
{
  const gboolean sport = is_asked(t->given, t->invert, FW_TCP_SPORT, &t->sport),
                 dport = is_asked(t->given, t->invert, FW_TCP_DPORT, &t->dport), flags = (t->given & FW_TCP_FLAGS) != 0;
  const gboolean native = (sport || dport || flags) && !(t->given & FW_TCP_OPTION);
  fw_truth truth = FW_YES;
  guint8 scratch[1];
  const guint8 *h;

  if (!native || program->backend != FW_BACKEND_NFT || p->fragment != 0)
    return fw_short(program, native);
  program->backend_decides = TRUE;
  if (sport)
    truth = short_port(p, 0, &t->sport, (t->invert & FW_TCP_SPORT) != 0);
  if (truth == FW_YES && dport)
    truth = short_port(p, 2, &t->dport, (t->invert & FW_TCP_DPORT) != 0);
  if (truth != FW_YES || !flags)
    return truth;
  h = fw_packet_at(p, p->l4_offset + 13, 1, scratch);
  return h == NULL ? FW_NO : fw_truth_of(((*h & t->flags_mask) == t->flags_value) != ((t->invert & FW_TCP_FLAGS) != 0));
}

static fw_truth holds_tcp(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_tcp *t = test->data;

  if (p->fragment > 1)
    return FW_NO;
  if (p->fragment != 0 || !(p->l4 & FW_L4_WHOLE))
    return short_header(program, p, t);
  if (port_differs(p->source_port, &t->sport, t->given, t->invert, FW_TCP_SPORT) ||
      port_differs(p->destination_port, &t->dport, t->given, t->invert, FW_TCP_DPORT))
    return FW_NO;
  if (t->given & FW_TCP_FLAGS &&
      ((p->tcp_flags & t->flags_mask) == t->flags_value) == ((t->invert & FW_TCP_FLAGS) != 0))
    return FW_NO;
  return t->given & FW_TCP_OPTION ? tcp_option(p, t->option, (t->invert & FW_TCP_OPTION) != 0) : FW_YES;
}

static fw_truth holds_udp(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_udp *u = test->data;

  if (p->fragment != 0)
    return FW_NO;
  if (!(p->l4 & FW_L4_WHOLE)) {
    const fw_tcp ports = { .given = u->given, .invert = u->invert, .sport = u->sport, .dport = u->dport };

    return short_header(program, p, &ports);
  }
  return fw_truth_of(!port_differs(p->source_port, &u->sport, u->given, u->invert, FW_TCP_SPORT) &&
                     !port_differs(p->destination_port, &u->dport, u->given, u->invert, FW_TCP_DPORT));
}

static fw_truth icmp(fw_packet *p, const fw_icmp *i, gboolean wildcard)
{
  guint8 scratch[8];
  const guint8 *h;

  if (p->fragment != 0)
    return FW_NO;
  h = HEADER(p, 8, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  if (wildcard && i->type == 255 && i->code_from == 0 && i->code_to == 255)
    return fw_truth_of(!i->invert);
  return fw_truth_of((h[0] == i->type && h[1] >= i->code_from && h[1] <= i->code_to) != (i->invert != 0));
}

static fw_truth holds_icmp(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program;
  return icmp(p, test->data, TRUE);
}

static fw_truth holds_icmp6(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program;
  return icmp(p, test->data, FALSE);
}

/* => whether the flags of a chunk are as asked; TRUE where nothing is asked of its type. */
static gboolean chunk_flags_fit(const fw_sctp *s, guint8 type, guint8 flags)
{
  guint i;

  for (i = 0; i < s->n_flags; i++)
    if (s->flags[i].chunk == type)
      return (flags & s->flags[i].mask) == s->flags[i].value;
  return TRUE;
}

static fw_truth sctp_chunks(const fw_packet *p, const fw_sctp *s)
{
  guint32 offset = p->l4_offset + 12, missing[8], i;
  guint8 scratch[4];

  memcpy(missing, s->chunks, sizeof missing);
  do {
    const guint8 *c = fw_packet_at(p, offset, 4, scratch);
    guint length = c != NULL ? ct_be16(c + 2) : 0;
    gboolean listed;

    if (length == 0)
      return FW_HOTDROP;
    listed = (s->chunks[c[0] / 32] >> c[0] % 32 & 1) != 0;
    switch (s->how) {
    case FW_SCTP_ANY:
      if (listed && chunk_flags_fit(s, c[0], c[1]))
        return FW_YES;
      break;
    case FW_SCTP_ALL:
      if (listed && chunk_flags_fit(s, c[0], c[1]))
        missing[c[0] / 32] &= ~(1U << c[0] % 32);
      break;
    default:
      if (!listed || !chunk_flags_fit(s, c[0], c[1]))
        return FW_NO;
    }
    offset += (length + 3) & ~3U;
  } while (offset < p->raw->length);
  if (s->how == FW_SCTP_ANY)
    return FW_NO;
  for (i = 0; s->how == FW_SCTP_ALL && i < 8; i++)
    if (missing[i] != 0)
      return FW_NO;
  return FW_YES;
}

static fw_truth holds_sctp(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_sctp *s = test->data;
  fw_truth chunks;

  (void)program;
  if (p->fragment != 0)
    return FW_NO;
  if (!(p->l4 & FW_L4_WHOLE))
    return FW_HOTDROP;
  if (port_differs(p->source_port, &s->sport, s->given, s->invert, FW_SCTP_SPORT) ||
      port_differs(p->destination_port, &s->dport, s->given, s->invert, FW_SCTP_DPORT))
    return FW_NO;
  if (!(s->given & FW_SCTP_CHUNKS))
    return FW_YES;
  chunks = sctp_chunks(p, s);
  if (chunks == FW_HOTDROP || !(s->invert & FW_SCTP_CHUNKS))
    return chunks;
  return fw_truth_of(chunks == FW_NO);
}

static fw_truth dccp_option(const fw_packet *p, const guint8 *h, guint8 option)
{
  guint header = h[8] & 1 ? 16 : 12, type = h[8] >> 1 & 15, fixed, length = h[4] * 4U, i;
  guint8 scratch[1], byte[1];

  /* Behind the sequence number stand: of REQUEST the service code, of DATA nothing, else an acknowledgement. */
  fixed = header + (type == 0 ? 4 : type == 2 ? 0 : type == 1 || type == 7 ? 12 : 8);
  if (length < fixed)
    return FW_HOTDROP;
  for (i = fixed; i < length;) {
    const guint8 *o = fw_packet_at(p, p->l4_offset + i, 1, scratch), *l;

    if (o == NULL)
      return FW_HOTDROP;
    if (o[0] == option)
      return FW_YES;
    l = o[0] < 32 || i + 1 >= length ? NULL : fw_packet_at(p, p->l4_offset + i + 1, 1, byte);
    i += l == NULL ? 1 : MAX(l[0], 1);
  }
  return FW_NO;
}

static fw_truth holds_dccp(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_dccp *d = test->data;
  guint8 scratch[12];
  const guint8 *h;
  guint type;
  fw_truth option;

  (void)program;
  if (p->fragment != 0)
    return FW_NO;
  h = HEADER(p, 12, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  if (port_differs(p->source_port, &d->sport, d->given, d->invert, FW_DCCP_SPORT) ||
      port_differs(p->destination_port, &d->dport, d->given, d->invert, FW_DCCP_DPORT))
    return FW_NO;
  type = MIN(h[8] >> 1 & 15, 10);
  if (d->given & FW_DCCP_TYPES && ((d->types >> type & 1) != 0) == ((d->invert & FW_DCCP_TYPES) != 0))
    return FW_NO;
  if (!(d->given & FW_DCCP_OPTION))
    return FW_YES;
  option = dccp_option(p, h, d->option);
  if (option == FW_HOTDROP || !(d->invert & FW_DCCP_OPTION))
    return option;
  return fw_truth_of(option == FW_NO);
}

static gboolean spi_differs(guint32 spi, const fw_spi *s)
{
  return (s->given & FW_SPI) && fw_in32(spi, &s->spi) == ((s->invert & FW_SPI) != 0);
}

static fw_truth holds_esp(fw_program *program, fw_packet *p, const fw_test *test)
{
  guint8 scratch[8];
  const guint8 *h = p->fragment == 0 ? HEADER(p, 8, scratch) : NULL; /* with its sequence number */

  (void)program;
  if (p->fragment != 0)
    return FW_NO;
  return h == NULL ? FW_HOTDROP : fw_truth_of(!spi_differs(ct_be32(h), test->data));
}

static fw_truth holds_ipcomp(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_spi *s = test->data;
  guint8 scratch[4];
  const guint8 *h = p->fragment == 0 ? HEADER(p, 4, scratch) : NULL;

  (void)program;
  if (p->fragment != 0)
    return FW_NO;
  if (h == NULL)
    return FW_HOTDROP;
  return fw_truth_of(!spi_differs(ct_be16(h + 2), s) && (!(s->given & FW_SPI_RESERVED) || h[1] == 0));
}

/* IPv4's; its protocol is AH, so that the header stands at layer 4. */
static fw_truth holds_ah(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_ah *a = test->data;
  guint8 scratch[12];
  const guint8 *h;

  (void)program;
  if (p->fragment != 0)
    return FW_NO;
  h = HEADER(p, 12, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  return fw_truth_of(!(a->given & FW_AH_SPI) || fw_in32(ct_be32(h + 4), &a->spi) == ((a->invert & FW_AH_SPI) == 0));
}

static gboolean port_listed(const fw_multiport *m, guint16 port)
{
  guint i;

  for (i = 0; i < m->n; i++)
    if (fw_in16(port, &m->ports[i]))
      return TRUE;
  return FALSE;
}

static fw_truth holds_multiport(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_multiport *m = test->data;
  gboolean hit;

  if (p->fragment != 0)
    return FW_NO;
  if (!(p->l4 & FW_L4_PORTS))
    return fw_short(program, FALSE);
  hit = (m->side != FW_MULTIPORT_DESTINATION && port_listed(m, p->source_port)) ||
        (m->side != FW_MULTIPORT_SOURCE && port_listed(m, p->destination_port));
  return fw_truth_of(hit != (m->invert != 0));
}

static fw_truth holds_tcpmss(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_tcpmss *t = test->data;
  guint8 scratch[64];
  const guint8 *h = HEADER(p, 20, scratch);
  guint length, i;

  (void)program;
  if (h == NULL || (h[12] >> 4) < 5)
    return FW_HOTDROP;
  length = (h[12] >> 4) * 4U - 20;
  if (length == 0)
    return fw_truth_of(t->invert);
  h = fw_packet_at(p, p->l4_offset + 20, length, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  for (i = 0; i < length;) {
    if (h[i] == 2 && length - i >= 4 && h[i + 1] == 4)
      return fw_truth_of(fw_in16(ct_be16(h + i + 2), &t->mss) != (t->invert != 0));
    if (h[i] < 2 || i + 1 == length)
      i++;
    else
      i += MAX(h[i + 1], 1);
  }
  return fw_truth_of(t->invert);
}

static fw_truth holds_ecn(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_ecn *e = test->data;
  guint8 scratch[20];
  const guint8 *h;

  (void)program;
  if (e->given & FW_ECN_ECT && ((p->tos & 3) == e->ect) == ((e->invert & FW_ECN_ECT) != 0))
    return FW_NO;
  if (!(e->given & (FW_ECN_ECE | FW_ECN_CWR)))
    return FW_YES;
  h = HEADER(p, 20, scratch);
  if (h == NULL)
    return FW_NO;
  if (e->given & FW_ECN_ECE && ((h[13] & 0x40) != 0) == ((e->invert & FW_ECN_ECE) != 0))
    return FW_NO;
  if (e->given & FW_ECN_CWR && ((h[13] & 0x80) != 0) == ((e->invert & FW_ECN_CWR) != 0))
    return FW_NO;
  return FW_YES;
}

static fw_truth holds_ttl(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_ttl *t = test->data;

  (void)program;
  switch (t->compare) {
  case FW_COMPARE_EQ: return fw_truth_of(p->ttl == t->value);
  case FW_COMPARE_NE: return fw_truth_of(p->ttl != t->value);
  case FW_COMPARE_LT: return fw_truth_of(p->ttl < t->value);
  default: return fw_truth_of(p->ttl > t->value);
  }
}

static fw_truth holds_length(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_length *l = test->data;

  (void)program;
  return fw_truth_of((p->raw->length >= l->length.from && p->raw->length <= l->length.to) != (l->invert != 0));
}

static fw_truth holds_dscp(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_dscp *d = test->data;

  (void)program;
  return fw_truth_of((p->tos >> 2 == d->dscp) != (d->invert != 0));
}

static fw_truth holds_tos(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_tos *t = test->data;

  (void)program;
  return fw_truth_of(((p->tos & t->mask) == t->value) != (t->invert != 0));
}

static inline gboolean in_range(const fw_address *a, const fw_address *range, fw_family family)
{
  guint32 n;

  if (G_UNLIKELY(family == FW_IPV6))
    return memcmp(a, &range[0], 16) >= 0 && memcmp(a, &range[1], 16) <= 0;
  n = g_ntohl(a->words[0]);
  return n >= g_ntohl(range[0].words[0]) && n <= g_ntohl(range[1].words[0]);
}

static fw_truth holds_iprange(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_iprange *r = test->data;

  (void)program;
  if (r->given & FW_IPRANGE_SOURCE &&
      in_range(&p->source, r->source, p->family) == ((r->invert & FW_IPRANGE_SOURCE) != 0))
    return FW_NO;
  if (r->given & FW_IPRANGE_DESTINATION &&
      in_range(&p->destination, r->destination, p->family) == ((r->invert & FW_IPRANGE_DESTINATION) != 0))
    return FW_NO;
  return FW_YES;
}

const fw_test_ops fw_header_tests[FW_MATCH_COUNT] = {
  [FW_MATCH_tcp] = { .holds = holds_tcp },       [FW_MATCH_udp] = { .holds = holds_udp },
  [FW_MATCH_icmp] = { .holds = holds_icmp },     [FW_MATCH_icmp6] = { .holds = holds_icmp6 },
  [FW_MATCH_sctp] = { .holds = holds_sctp },     [FW_MATCH_dccp] = { .holds = holds_dccp },
  [FW_MATCH_esp] = { .holds = holds_esp },       [FW_MATCH_ipcomp] = { .holds = holds_ipcomp },
  [FW_MATCH_ah] = { .holds = holds_ah },         [FW_MATCH_multiport] = { .holds = holds_multiport },
  [FW_MATCH_tcpmss] = { .holds = holds_tcpmss }, [FW_MATCH_ecn] = { .holds = holds_ecn },
  [FW_MATCH_ttl] = { .holds = holds_ttl },       [FW_MATCH_hl] = { .holds = holds_ttl },
  [FW_MATCH_length] = { .holds = holds_length }, [FW_MATCH_dscp] = { .holds = holds_dscp },
  [FW_MATCH_tos] = { .holds = holds_tos },       [FW_MATCH_iprange] = { .holds = holds_iprange },
};
