/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/quick.h"

#include "firewall/walk/tests.h"

static const fw_range16 any_port = { 0, G_MAXUINT16 };

/* => FALSE: the match asks for more than ports, and has to be asked itself; but other ports are refused all the same.
 */
static gboolean take_ports(fw_step *step, const fw_test *test)
{
  gboolean tcp = test->holds == fw_header_tests[FW_MATCH_tcp].holds;
  const fw_tcp *t = test->data;
  const fw_udp *u = test->data;
  guint8 given, plain;

  if (!tcp && test->holds != fw_header_tests[FW_MATCH_udp].holds)
    return FALSE;
  given = tcp ? t->given : u->given;
  plain = given & ~(tcp ? t->invert : u->invert) & (FW_TCP_SPORT | FW_TCP_DPORT);
  if (plain == 0)
    return FALSE;
  step->quick |= FW_QUICK_PORTS;
  step->sport = plain & FW_TCP_SPORT ? (tcp ? t->sport : u->sport) : any_port;
  step->dport = plain & FW_TCP_DPORT ? (tcp ? t->dport : u->dport) : any_port;
  return plain == given;
}

static gboolean take_mark(fw_step *step, const fw_test *test)
{
  const fw_mark_test *m = test->data;

  if (test->holds != fw_about_tests[FW_MATCH_mark].holds || m->invert || (m->mark.value & ~m->mark.mask) != 0)
    return FALSE;
  step->quick |= FW_QUICK_MARK;
  step->mark = m->mark;
  return TRUE;
}

static gboolean take_connmark(fw_program *program, fw_step *step, const fw_test *test)
{
  const fw_mark_test *m = test->data;

  if (test->holds != fw_track_tests[FW_MATCH_connmark].holds || m->invert || (m->mark.value & ~m->mark.mask) != 0)
    return FALSE;
  step->quick |= FW_QUICK_CONNMARK;
  step->mark = m->mark;
  program->asks_connmark = TRUE;
  return TRUE;
}

static gboolean take_types(fw_program *program, fw_step *step, const fw_test *test)
{
  const fw_addrtype *a = test->data;
  gboolean source;

  if (program->loading != FW_IPV4 || test->holds != fw_about_tests[FW_MATCH_addrtype].holds ||
      (a->given != FW_ADDRTYPE_SOURCE && a->given != FW_ADDRTYPE_DESTINATION))
    return FALSE;
  source = a->given == FW_ADDRTYPE_SOURCE;
  step->quick |= source ? FW_QUICK_SOURCE_TYPE : FW_QUICK_DESTINATION_TYPE;
  step->types = source ? a->source : a->destination;
  if (a->invert & a->given)
    step->types = (guint16)~step->types;
  program->asks_types = TRUE;
  return TRUE;
}

/* The bits of ports that are no list's are refused; the match has to be asked all the same. */
static void take_list(fw_step *step, const fw_test *test)
{
  const fw_multiport *m = test->data;
  guint i, port;

  if (test->holds != fw_header_tests[FW_MATCH_multiport].holds || m->invert)
    return;
  step->ports = 0;
  for (i = 0; i < m->n; i++) {
    if (m->ports[i].to - m->ports[i].from >= 64)
      step->ports = G_MAXUINT64;
    for (port = m->ports[i].from; port <= m->ports[i].to && step->ports != G_MAXUINT64; port++)
      step->ports |= fw_quick_port_bit((guint16)port);
  }
  step->quick |= m->side != FW_MULTIPORT_DESTINATION ? FW_QUICK_SOURCE_LIST : 0;
  step->quick |= m->side != FW_MULTIPORT_SOURCE ? FW_QUICK_DESTINATION_LIST : 0;
}

/* What the addresses of a range begin with, all of them. */
static void take_prefix(guint32 *address, guint32 *mask, const fw_address *range)
{
  const guint32 differs = ct_be32(range[0].bytes) ^ ct_be32(range[1].bytes);
  const guint32 common = differs == 0 ? G_MAXUINT32 : ~(G_MAXUINT32 >> __builtin_clz(differs));

  *mask = GUINT32_TO_BE(common);
  *address = range[0].words[0] & *mask;
}

/* Where the rule itself does not ask for the address. The match has to be asked all the same. */
static void take_range(fw_step *step, const fw_test *test)
{
  const fw_iprange *r = test->data;

  if (test->holds != fw_header_tests[FW_MATCH_iprange].holds || step->quick & FW_QUICK_NOT)
    return;
  if (r->given & ~r->invert & FW_IPRANGE_SOURCE && step->source_mask == 0) {
    take_prefix(&step->source, &step->source_mask, r->source);
    step->quick |= FW_QUICK_ADDRESSES;
  }
  if (r->given & ~r->invert & FW_IPRANGE_DESTINATION && step->destination_mask == 0) {
    take_prefix(&step->destination, &step->destination_mask, r->destination);
    step->quick |= FW_QUICK_ADDRESSES;
  }
}

/* => FALSE: it cannot be said as what lies between two numbers. */
static gboolean take_ttl(fw_quick_value *v, const fw_ttl *t)
{
  *v = (fw_quick_value){ t->value, t->value, G_MAXUINT8, FW_QUICK_TTL, FALSE };
  switch (t->compare) {
  case FW_COMPARE_EQ: return TRUE;
  case FW_COMPARE_NE: v->invert = TRUE; return TRUE;
  case FW_COMPARE_LT:
    v->from = 0;
    v->to = t->value - 1;
    return t->value > 0;
  default:
    v->from = t->value + 1;
    v->to = G_MAXUINT8 + 1;
    return TRUE;
  }
}

static gboolean take_length(fw_quick_value *v, const fw_length *l)
{
  *v = (fw_quick_value){ l->length.from, l->length.to, 0, FW_QUICK_LENGTH, l->invert != 0 };
  return l->length.from <= l->length.to;
}

static gboolean take_masked(fw_quick_value *v, fw_quick_number number, guint8 value, guint8 mask, gboolean invert)
{
  *v = (fw_quick_value){ value, value, mask, (guint8)number, invert != 0 };
  return TRUE;
}

static gboolean take_value(fw_step *step, const fw_test *test)
{
  const fw_tcp *tcp = test->data;
  const fw_dscp *dscp = test->data;
  const fw_tos *tos = test->data;
  fw_quick_value v;
  gboolean taken = FALSE;

  if (test->holds == fw_header_tests[FW_MATCH_ttl].holds)
    taken = take_ttl(&v, test->data);
  else if (test->holds == fw_header_tests[FW_MATCH_length].holds)
    taken = take_length(&v, test->data);
  else if (test->holds == fw_header_tests[FW_MATCH_dscp].holds)
    taken = take_masked(&v, FW_QUICK_TOS, (guint8)(dscp->dscp << 2), 0xfc, dscp->invert);
  else if (test->holds == fw_header_tests[FW_MATCH_tos].holds)
    taken = take_masked(&v, FW_QUICK_TOS, tos->value, tos->mask, tos->invert);
  else if (test->holds == fw_header_tests[FW_MATCH_tcp].holds && tcp->given == FW_TCP_FLAGS)
    taken = take_masked(&v, FW_QUICK_FLAGS, tcp->flags_value, tcp->flags_mask, tcp->invert);
  if (!taken)
    return FALSE;
  step->quick |= FW_QUICK_VALUE;
  step->value = v;
  return TRUE;
}

static gboolean take_state(fw_step *step, const fw_test *test)
{
  const fw_state *s = test->data;
  const fw_conntrack *c = test->data;

  if (test->holds == fw_track_tests[FW_MATCH_state].holds) {
    step->states = s->invert ? (guint16)~s->states : s->states;
  } else if (test->holds == fw_track_tests[FW_MATCH_conntrack].holds && c->given == FW_CT_STATE &&
             !(c->states & (FW_STATE_SNAT | FW_STATE_DNAT))) {
    step->states = c->invert & FW_CT_STATE ? (guint16)~c->states : c->states;
  } else {
    return FALSE;
  }
  step->quick |= FW_QUICK_STATE;
  return TRUE;
}

static gboolean is_zero(const guint32 *words) { return (words[1] | words[2] | words[3]) == 0; }

/* => FW_TEST_ of the addresses that the step's own fields ask for. */
static guint8 compile_addresses(fw_step *step, const fw_tests *t)
{
  const guint8 asked = t->given & (FW_TEST_SOURCE | FW_TEST_DESTINATION), inverted = asked & t->invert;

  /* With '!' all of the address has to be asked for there: it is an IPv4 one, or none. */
  if (inverted != 0 && !(is_zero(t->source_mask.words) && is_zero(t->destination_mask.words)))
    return 0;
  if (asked & FW_TEST_SOURCE) {
    step->source = t->source.words[0];
    step->source_mask = t->source_mask.words[0];
  }
  if (asked & FW_TEST_DESTINATION) {
    step->destination = t->destination.words[0];
    step->destination_mask = t->destination_mask.words[0];
  }
  if (asked != 0)
    step->quick |= inverted != 0 ? FW_QUICK_NOT : FW_QUICK_ADDRESSES;
  return asked;
}

/* Another protocol than one, and fragments, are asked for in full. => FW_TEST_ that the step's own fields ask. */
static guint8 compile_plain(fw_step *step, const fw_tests *t)
{
  guint8 covered;

  if (t == NULL)
    return 0;
  covered = compile_addresses(step, t);
  if (t->given & FW_TEST_PROTOCOL && !(t->invert & FW_TEST_PROTOCOL)) {
    step->quick |= FW_QUICK_PROTOCOL;
    covered |= FW_TEST_PROTOCOL;
  }
  if (t->given & FW_TEST_IN)
    step->quick |= FW_QUICK_IN;
  if (t->given & FW_TEST_OUT)
    step->quick |= FW_QUICK_OUT;
  return covered | (t->given & (FW_TEST_IN | FW_TEST_OUT));
}

/* => FALSE: the match has to be asked itself. */
static gboolean take_first(fw_program *program, fw_step *step, const fw_test *test)
{
  return take_ports(step, test) || take_mark(step, test) || take_value(step, test) ||
         take_connmark(program, step, test) || take_types(program, step, test);
}

void fw_quick_compile(fw_program *program, fw_step *step, const fw_test *tests)
{
  guint8 covered;
  guint n = 0;

  step->quick = 0;
  covered = compile_plain(step, step->rule->tests);
  if (n < step->n_tests && take_first(program, step, &tests[n]))
    n++;
  if (n < step->n_tests && take_state(step, &tests[n]))
    n++;
  step->n_quick = (guint8)n;
  step->plain = step->given & (guint8)~covered;
  if (n == step->n_tests && step->plain == 0)
    step->quick |= FW_QUICK_WHOLE;
  if (n < step->n_tests && step->plain == 0)
    step->quick |= FW_QUICK_REST;
  /* Nothing stands before the first match that could drop a packet whose headers are cut. */
  if (n == 0 && step->n_tests > 0 && !(step->quick & FW_QUICK_FIRST))
    take_list(step, &tests[0]);
  if (n == 0 && step->n_tests > 0 && program->loading == FW_IPV4)
    take_range(step, &tests[0]);
}

/* ---- what is known of a packet beside its headers ---- */

/* Without the box's own addresses no one can tell a host from the box. */
static gboolean is_certain(const fw_program *program, guint16 type)
{
  return program->facts->local->len > 0 || type != FW_ADDRTYPE_UNICAST;
}

void fw_quick_know_types(const fw_program *program, fw_packet *p)
{
  p->source_type = fw_box_facts_type(program->facts, p->family, &p->source);
  p->destination_type = fw_box_facts_type(program->facts, p->family, &p->destination);
  p->quick &= (guint16)~FW_QUICK_TYPES;
  if (is_certain(program, p->source_type))
    p->quick |= FW_QUICK_SOURCE_TYPE;
  if (is_certain(program, p->destination_type))
    p->quick |= FW_QUICK_DESTINATION_TYPE;
}

void fw_quick_know_connmark(const fw_program *program, fw_packet *p)
{
  if (program->passage == NULL || p->entry == NULL)
    return;
  p->connmark = ct_passage_mark(program->engine, program->passage);
  p->quick |= FW_QUICK_CONNMARK;
}

void fw_quick_know_more(const fw_program *program, fw_packet *p)
{
  if (program->asks_types && !(p->quick & FW_QUICK_TYPES))
    fw_quick_know_types(program, p);
  if (program->asks_connmark && !(p->quick & FW_QUICK_CONNMARK))
    fw_quick_know_connmark(program, p);
}
