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
  FW_QUICK_PORTS = 1 << 4,        /* the first match is tcp or udp, with ports */
  FW_QUICK_MARK = 1 << 5,         /* the first match is mark */
  FW_QUICK_STATE = 1 << 6,        /* the first match behind these is state, or conntrack with a class alone */
  FW_QUICK_WHOLE = 1 << 7,        /* and there is nothing else in the rule */
  FW_QUICK_VALUE = 1 << 8,        /* the first match asks for a number: ttl, hl, length, dscp, tos, TCP's flags */
  FW_QUICK_CONNMARK = 1 << 9,     /* the first match is connmark */
  FW_QUICK_SOURCE_TYPE = 1 << 10, /* the first match is addrtype, of one address */
  FW_QUICK_DESTINATION_TYPE = 1 << 11,
  FW_QUICK_SOURCE_LIST = 1 << 12, /* the first match is multiport; only what is surely not listed is refused by these */
  FW_QUICK_DESTINATION_LIST = 1 << 13,
  FW_QUICK_NOT = 1 << 14, /* an address is asked for with '!': of IPv4 only, where its four bytes are all of it */
  FW_QUICK_REST = 1 << 15 /* behind these there are more matches, and nothing else */
};

enum {
  FW_QUICK_LISTS = FW_QUICK_SOURCE_LIST | FW_QUICK_DESTINATION_LIST,
  FW_QUICK_TYPES = FW_QUICK_SOURCE_TYPE | FW_QUICK_DESTINATION_TYPE,
  /* What the step's union is. */
  FW_QUICK_FIRST =
    FW_QUICK_PORTS | FW_QUICK_MARK | FW_QUICK_VALUE | FW_QUICK_CONNMARK | FW_QUICK_TYPES | FW_QUICK_LISTS,
  FW_QUICK_OF_HEADERS = FW_QUICK_PORTS | FW_QUICK_MARK | FW_QUICK_STATE | FW_QUICK_VALUE,
  FW_QUICK_MATCHES = FW_QUICK_OF_HEADERS | FW_QUICK_CONNMARK | FW_QUICK_TYPES,
  FW_QUICK_PLAIN = FW_QUICK_ADDRESSES | FW_QUICK_NOT | FW_QUICK_PROTOCOL | FW_QUICK_IN | FW_QUICK_OUT
};

/* One bit of 64 for each port: those of a list that share it with a port cannot be told from it. */
static inline guint64 fw_quick_port_bit(guint16 port) { return G_GUINT64_CONSTANT(1) << ((port ^ port >> 6) & 63); }

/* Fills in a step's quick fields, of a rule that is compiled otherwise. tests: its n_tests. */
void fw_quick_compile(fw_program *program, fw_step *step, const fw_test *tests);

/* What is not said by a packet's headers: when it has got other addresses, when its connection has got another mark. */
void fw_quick_know_types(const fw_program *program, fw_packet *p);
void fw_quick_know_connmark(const fw_program *program, fw_packet *p);
/* Both, where the program's rules ask for it, and it is not known yet. */
void fw_quick_know_more(const fw_program *program, fw_packet *p);

/* => which of these may be asked of a packet with such headers: not of one where they are cut or odd. */
static inline guint16 fw_quick_of_headers(const fw_packet *p)
{
  guint16 quick = p->family == FW_IPV4 ? FW_QUICK_ADDRESSES | FW_QUICK_NOT : 0;

  if (G_LIKELY(!p->broken && !p->protocolless && p->l4 & FW_L4_WHOLE))
    quick |= FW_QUICK_PROTOCOL | FW_QUICK_OF_HEADERS | FW_QUICK_LISTS | FW_QUICK_WHOLE;
  return quick;
}
/* => which may be asked of this packet at this hook: not for interfaces that nobody knows. */
static inline guint fw_quick_of(const fw_packet *p) { return p->quick | p->in->quick_in | p->out->quick_out; }

static inline gboolean fw_quick_value_refuses(const fw_packet *p, const fw_quick_value *v)
{
  guint n;

  if (v->number == FW_QUICK_LENGTH)
    n = p->raw->length;
  else
    n = (v->number == FW_QUICK_TTL ? p->ttl : v->number == FW_QUICK_TOS ? p->tos : p->tcp_flags) & v->mask;
  return (n - v->from > (guint)(v->to - v->from)) != v->invert;
}

/* Of the first match. ask: FW_QUICK_FIRST, one of them. */
static inline gboolean fw_quick_first_refuses(const fw_packet *p, const fw_step *s, guint ask)
{
  if (ask & FW_QUICK_VALUE)
    return fw_quick_value_refuses(p, &s->value);
  if (ask & FW_QUICK_PORTS)
    return (guint)(p->destination_port - s->dport.from) > (guint)(s->dport.to - s->dport.from) ||
           (guint)(p->source_port - s->sport.from) > (guint)(s->sport.to - s->sport.from);
  if (ask & FW_QUICK_MARK)
    return ((p->mark ^ s->mark.value) & s->mark.mask & ~p->mark_unknown) != 0;
  if (ask & FW_QUICK_CONNMARK)
    return ((p->connmark ^ s->mark.value) & s->mark.mask) != 0;
  if (ask & FW_QUICK_TYPES)
    return ((ask & FW_QUICK_SOURCE_TYPE ? p->source_type : p->destination_type) & s->types) == 0;
  return !(ask & FW_QUICK_DESTINATION_LIST && s->ports & fw_quick_port_bit(p->destination_port)) &&
         !(ask & FW_QUICK_SOURCE_LIST && s->ports & fw_quick_port_bit(p->source_port));
}

/* Where one of them is asked for with '!'. */
static inline gboolean fw_quick_addresses_refuse(const fw_packet *p, const fw_step *s)
{
  const gboolean source = ((p->source.words[0] ^ s->source) & s->source_mask) != 0,
                 destination = ((p->destination.words[0] ^ s->destination) & s->destination_mask) != 0;

  return source != ((s->invert & FW_TEST_SOURCE) != 0) || destination != ((s->invert & FW_TEST_DESTINATION) != 0);
}

/* => TRUE: the rule does not hold, and asking it would change nothing. quick: of the packet. */
static inline gboolean fw_quick_refuses(const fw_packet *p, const fw_step *s, guint quick)
{
  guint ask = s->quick & quick;

  /* Of IPv6 these are the first four bytes. */
  if (s->quick & FW_QUICK_ADDRESSES && (((p->source.words[0] ^ s->source) & s->source_mask) |
                                        ((p->destination.words[0] ^ s->destination) & s->destination_mask)) != 0)
    return TRUE;
  if (ask & FW_QUICK_NOT && fw_quick_addresses_refuse(p, s))
    return TRUE;
  if (ask & FW_QUICK_PROTOCOL && p->protocol != s->protocol)
    return TRUE;
  if (ask & FW_QUICK_FIRST && fw_quick_first_refuses(p, s, ask))
    return TRUE;
  if (!(ask & (FW_QUICK_STATE | FW_QUICK_IN | FW_QUICK_OUT)))
    return FALSE;
  if (ask & FW_QUICK_STATE && !(p->state & s->states))
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

/* => TRUE: of a step that was not refused, only matches behind the first n_quick are still to be asked. */
static inline gboolean fw_quick_leaves_matches(const fw_packet *p, const fw_step *s, guint quick)
{
  return s->quick & FW_QUICK_REST && (s->quick & (FW_QUICK_PLAIN | FW_QUICK_MATCHES) & ~quick) == 0 &&
         !(s->quick & FW_QUICK_MARK && p->mark_unknown != 0);
}

/* => TRUE: a step that was not refused holds, for certain. */
static inline gboolean fw_quick_decides(const fw_packet *p, const fw_step *s, guint quick)
{
  return s->quick & FW_QUICK_WHOLE && (s->quick & ~quick) == 0 && !(s->quick & FW_QUICK_MARK && p->mark_unknown != 0);
}

#endif
