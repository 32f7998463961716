/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches over IPv6's extension headers (RULES 3.1, stage 2). */
#include <string.h>

#include "firewall/walk/tests.h"

enum { HOP = 0, ROUTING = 43, FRAGMENT = 44, ESP = 50, AUTH = 51, NONE = 59, DEST = 60, MOBILITY = 135 };

/*
 * Finds a header of this kind. => FW_YES; FW_NO: there is none; FW_HOTDROP: a header on the way is cut. offset: where
 * it stands.
 */
static fw_truth find_header(const fw_packet *p, guint8 kind, guint32 *offset)
{
  guint8 next = p->raw->data[6], scratch[4];
  guint32 at = 40;

  for (;;) {
    const guint8 *h;

    if (next == kind) {
      *offset = at;
      return FW_YES;
    }
    if (next != HOP && next != ROUTING && next != FRAGMENT && next != AUTH && next != DEST)
      return FW_NO;
    h = ct_packet_at(p->raw, at, 4, scratch);
    if (h == NULL)
      return FW_HOTDROP;
    if (next == FRAGMENT && (ct_be16(h + 2) & 0xfff8) != 0)
      return FW_NO;
    at += next == FRAGMENT ? 8 : next == AUTH ? (h[1] + 2U) << 2 : (h[1] + 1U) << 3;
    next = h[0];
  }
}

static guint8 header_bit(guint8 kind)
{
  switch (kind) {
  case HOP: return FW_IPV6_HBH;
  case ROUTING: return FW_IPV6_ROUTE;
  case FRAGMENT: return FW_IPV6_FRAGMENT;
  case AUTH: return FW_IPV6_AH;
  case DEST: return FW_IPV6_DST;
  default: return 0;
  }
}

static fw_truth holds_ipv6header(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_ipv6header *i = test->data;
  guint8 next = p->raw->data[6], seen = 0, scratch[4];
  guint32 at = 40;

  (void)program;
  while (header_bit(next) != 0) {
    const guint8 *h = ct_packet_at(p->raw, at, 2, scratch);

    if (h == NULL)
      return FW_NO;
    seen |= header_bit(next);
    at += next == FRAGMENT ? 8 : next == AUTH ? (h[1] + 2U) << 2 : (h[1] + 1U) << 3;
    if (at > p->raw->length)
      break;
    next = h[0];
  }
  if (next == ESP)
    seen |= FW_IPV6_ESP;
  else if (next == NONE)
    seen |= FW_IPV6_NONE;
  else if (header_bit(next) == 0)
    seen |= FW_IPV6_PROTO;
  if (i->soft)
    return fw_truth_of(((seen & i->headers) == i->headers) != (i->invert != 0));
  return fw_truth_of((seen == i->headers) != (i->invert != 0));
}

static fw_truth holds_frag(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_frag *f = test->data;
  guint8 scratch[8];
  const guint8 *h;
  guint32 at;
  fw_truth found = find_header(p, FRAGMENT, &at);

  (void)program;
  if (found != FW_YES)
    return found;
  h = ct_packet_at(p->raw, at, 8, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  if (f->given & FW_FRAG_ID && fw_in32(ct_be32(h + 4), &f->id) == ((f->invert & FW_FRAG_ID) != 0))
    return FW_NO;
  if (f->given & FW_FRAG_RESERVED && (h[1] != 0 || (h[3] & 6) != 0))
    return FW_NO;
  if (f->given & FW_FRAG_FIRST && (ct_be16(h + 2) & 0xfff8) != 0)
    return FW_NO;
  if (f->given & FW_FRAG_MORE && !(h[3] & 1))
    return FW_NO;
  return fw_truth_of(!(f->given & FW_FRAG_LAST && h[3] & 1));
}

/* The list must stand in the header in its order, others between them allowed only where the kernel allows it: not. */
static gboolean options_listed(const fw_packet *p, const fw_opts *o, guint32 at, guint32 length)
{
  guint32 i = 2;
  guint k;

  for (k = 0; k < o->n; k++) {
    guint8 scratch[2], byte[1];
    const guint8 *type = i < length ? ct_packet_at(p->raw, at + i, 1, scratch) : NULL, *n;
    guint step = 1;

    if (type == NULL || type[0] != o->opts[k].type)
      return FALSE;
    if (type[0] != 0) {
      n = i + 1 < length ? ct_packet_at(p->raw, at + i + 1, 1, byte) : NULL;
      if (n == NULL || (o->opts[k].length >= 0 && n[0] != o->opts[k].length))
        return FALSE;
      step = n[0] + 2U;
    }
    i += step;
    if (i > length || (i == length && k + 1 < o->n))
      return FALSE;
  }
  return TRUE;
}

static fw_truth options_hold(const fw_packet *p, const fw_opts *o, guint8 kind)
{
  guint8 scratch[2];
  const guint8 *h;
  guint32 at, length;
  fw_truth found = find_header(p, kind, &at);

  if (found != FW_YES)
    return found;
  h = ct_packet_at(p->raw, at, 2, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  length = (h[1] + 1U) << 3;
  if (p->raw->length - at < length)
    return FW_NO;
  if (o->given & FW_OPTS_LENGTH && (o->length == length) == ((o->invert & FW_OPTS_LENGTH) != 0))
    return FW_NO;
  return fw_truth_of(!(o->given & FW_OPTS_LIST) || options_listed(p, o, at, length));
}

static fw_truth holds_hbh(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program;
  return options_hold(p, test->data, HOP);
}

static fw_truth holds_dst(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program;
  return options_hold(p, test->data, DEST);
}

/* All listed hops, in their order. strict: they are the first, and there are no others. */
static fw_truth hops_hold(const fw_packet *p, const fw_rt *r, guint32 at, guint32 length)
{
  guint n = (length - 8) / 16, i = 0, k;
  gboolean strict = !(r->given & FW_RT_NOT_STRICT);
  guint8 scratch[16];

  if (r->n > n)
    return FW_NO;
  for (k = 0; k < n && i < r->n; k++) {
    const guint8 *a = ct_packet_at(p->raw, at + 8 + k * 16, 16, scratch);

    if (a == NULL)
      return FW_HOTDROP;
    if (memcmp(a, r->addresses[i].bytes, 16) == 0)
      i++;
    else if (strict)
      return FW_NO;
  }
  return fw_truth_of(i == r->n && (!strict || r->n == n));
}

static fw_truth holds_rt(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_rt *r = test->data;
  guint8 scratch[8];
  const guint8 *h;
  guint32 at, length;
  fw_truth found = find_header(p, ROUTING, &at);

  (void)program;
  if (found != FW_YES)
    return found;
  h = ct_packet_at(p->raw, at, 8, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  length = (h[1] + 1U) << 3;
  if (p->raw->length - at < length)
    return FW_NO;
  if (r->given & FW_RT_SEGMENTS && fw_in32(h[3], &r->segments) == ((r->invert & FW_RT_SEGMENTS) != 0))
    return FW_NO;
  if (r->given & FW_RT_LENGTH && (r->length == length) == ((r->invert & FW_RT_LENGTH) != 0))
    return FW_NO;
  if (r->given & FW_RT_TYPE && (r->type == h[2]) == ((r->invert & FW_RT_TYPE) != 0))
    return FW_NO;
  if (r->given & FW_RT_RESERVED && ct_be32(h + 4) != 0)
    return FW_NO;
  return r->given & FW_RT_ADDRESSES ? hops_hold(p, r, at, length) : FW_YES;
}

static fw_truth holds_mh(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_mh *m = test->data;
  guint8 scratch[4];
  const guint8 *h;

  (void)program;
  if (p->fragment != 0)
    return FW_NO;
  h = fw_packet_at(p, p->l4_offset, 4, scratch);
  if (h == NULL || h[0] != NONE)
    return FW_HOTDROP;
  if (!m->given)
    return FW_YES;
  return fw_truth_of((h[2] >= m->from && h[2] <= m->to) != (m->invert != 0));
}

static fw_truth holds_ah6(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_ah *a = test->data;
  guint8 scratch[8];
  const guint8 *h;
  guint32 at, length;
  fw_truth found = find_header(p, AUTH, &at);

  (void)program;
  if (found != FW_YES)
    return found;
  h = ct_packet_at(p->raw, at, 8, scratch);
  if (h == NULL)
    return FW_HOTDROP;
  length = (h[1] + 2U) << 2;
  if (a->given & FW_AH_SPI && fw_in32(ct_be32(h + 4), &a->spi) == ((a->invert & FW_AH_SPI) != 0))
    return FW_NO;
  if (a->given & FW_AH_LENGTH && (a->length == length) == ((a->invert & FW_AH_LENGTH) != 0))
    return FW_NO;
  return fw_truth_of(!(a->given & FW_AH_RESERVED && ct_be16(h + 2) != 0));
}

const fw_test_ops fw_ipv6_tests[FW_MATCH_COUNT] = {
  [FW_MATCH_ipv6header] = { .holds = holds_ipv6header },
  [FW_MATCH_frag] = { .holds = holds_frag },
  [FW_MATCH_hbh] = { .holds = holds_hbh },
  [FW_MATCH_dst] = { .holds = holds_dst },
  [FW_MATCH_rt] = { .holds = holds_rt },
  [FW_MATCH_mh] = { .holds = holds_mh },
  [FW_MATCH_ah6] = { .holds = holds_ah6 },
};
