/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The short way through a chain: most rules do not hold, and a step's own fields say so of nearly all of them. What is
 * asked here asks nothing that remembers, and can only say no where the whole rule would (RULES 3); where it does not
 * say no, the rule is asked in full, unless nothing is left to ask.
 */
#ifndef FIREWALL_WALK_QUICK_H
#define FIREWALL_WALK_QUICK_H

#include "firewall/walk/program.h"

/* fw_step.quick: what the step's own fields ask. */
enum {
  FW_QUICK_ADDRESSES = 1 << 0,
  FW_QUICK_PROTOCOL = 1 << 1,
  FW_QUICK_IN = 1 << 2,
  FW_QUICK_OUT = 1 << 3,
  FW_QUICK_PORTS = 1 << 4, /* the first match is tcp or udp, with ports alone */
  FW_QUICK_MARK = 1 << 5,  /* the first match is mark */
  FW_QUICK_STATE = 1 << 6, /* the first match behind these is state, or conntrack with a class alone */
  FW_QUICK_WHOLE = 1 << 7  /* and there is nothing else in the rule */
};

enum {
  FW_QUICK_MATCHES = FW_QUICK_PORTS | FW_QUICK_MARK | FW_QUICK_STATE,
  FW_QUICK_PLAIN = FW_QUICK_ADDRESSES | FW_QUICK_PROTOCOL | FW_QUICK_IN | FW_QUICK_OUT
};

/* Fills in a step's quick fields, of a rule that is compiled otherwise. tests: its n_tests. */
void fw_quick_compile(fw_step *step, const fw_test *tests);

/*
 * => which of these may be asked of this packet at this hook: not of one whose header is cut or odd, or whose
 * interfaces nobody knows.
 */
static inline guint fw_quick_of(const fw_packet *p)
{
  guint quick = FW_QUICK_PROTOCOL | FW_QUICK_MATCHES | FW_QUICK_WHOLE;

  if (G_UNLIKELY(p->broken || p->protocolless || !(p->l4 & FW_L4_WHOLE)))
    quick = 0;
  if (p->family == FW_IPV4)
    quick |= FW_QUICK_ADDRESSES;
  if (p->in->known)
    quick |= FW_QUICK_IN;
  if (p->out->known)
    quick |= FW_QUICK_OUT;
  return quick;
}

/* => TRUE: the rule does not hold, and asking it would change nothing. quick: of the packet. */
static inline gboolean fw_quick_refuses(const fw_packet *p, const fw_step *s, guint quick)
{
  guint ask = s->quick & quick;

  if (s->quick == 0)
    return FALSE;
  /* Of IPv6 these are the first four bytes. */
  if (s->quick & FW_QUICK_ADDRESSES && (((p->source.words[0] ^ s->source) & s->source_mask) |
                                        ((p->destination.words[0] ^ s->destination) & s->destination_mask)) != 0)
    return TRUE;
  if (ask & FW_QUICK_PROTOCOL && p->protocol != s->protocol)
    return TRUE;
  if (ask & FW_QUICK_PORTS && ((guint)(p->destination_port - s->dport.from) > (guint)(s->dport.to - s->dport.from) ||
                               (guint)(p->source_port - s->sport.from) > (guint)(s->sport.to - s->sport.from)))
    return TRUE;
  if (ask & FW_QUICK_STATE && !(p->state & s->states))
    return TRUE;
  if (ask & FW_QUICK_MARK && ((p->mark ^ s->mark.value) & s->mark.mask & ~p->mark_unknown) != 0)
    return TRUE;
  if (ask & FW_QUICK_IN && (p->in->holds[s->in] != 0) == ((s->invert & FW_TEST_IN) != 0))
    return TRUE;
  return ask & FW_QUICK_OUT && (p->out->holds[s->out] != 0) == ((s->invert & FW_TEST_OUT) != 0);
}

/* => TRUE: of a step that was not refused, the matches that these fields ask hold for certain. */
static inline gboolean fw_quick_matches(const fw_packet *p, const fw_step *s, guint quick)
{
  return (s->quick & FW_QUICK_MATCHES & ~quick) == 0 && !(s->quick & FW_QUICK_MARK && p->mark_unknown != 0);
}

/* => TRUE: a step that was not refused holds, for certain. */
static inline gboolean fw_quick_decides(const fw_packet *p, const fw_step *s, guint quick)
{
  return s->quick & FW_QUICK_WHOLE && (s->quick & ~quick) == 0 && !(s->quick & FW_QUICK_MARK && p->mark_unknown != 0);
}

#endif
