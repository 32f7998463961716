/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/quick.h"

#include "firewall/walk/tests.h"

/* => FALSE: the match asks for more than ports. */
static gboolean take_ports(fw_step *step, const fw_test *test)
{
  gboolean tcp = test->holds == fw_header_tests[FW_MATCH_tcp].holds;
  const fw_tcp *t = test->data;
  const fw_udp *u = test->data;
  guint8 given, invert;

  if (!tcp && test->holds != fw_header_tests[FW_MATCH_udp].holds)
    return FALSE;
  given = tcp ? t->given : u->given;
  invert = tcp ? t->invert : u->invert;
  if (given == 0 || invert != 0 || (given & ~(FW_TCP_SPORT | FW_TCP_DPORT)) != 0)
    return FALSE;
  step->quick |= FW_QUICK_PORTS;
  step->sport = given & FW_TCP_SPORT ? (tcp ? t->sport : u->sport) : (fw_range16){ 0, G_MAXUINT16 };
  step->dport = given & FW_TCP_DPORT ? (tcp ? t->dport : u->dport) : (fw_range16){ 0, G_MAXUINT16 };
  return TRUE;
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

/* What is inverted is asked in full, but interfaces. */
static guint8 compile_plain(fw_step *step, const fw_tests *t)
{
  guint8 covered = 0;

  if (t == NULL)
    return 0;
  if (t->given & FW_TEST_SOURCE && !(t->invert & FW_TEST_SOURCE)) {
    step->source = t->source.words[0];
    step->source_mask = t->source_mask.words[0];
    covered |= FW_TEST_SOURCE;
  }
  if (t->given & FW_TEST_DESTINATION && !(t->invert & FW_TEST_DESTINATION)) {
    step->destination = t->destination.words[0];
    step->destination_mask = t->destination_mask.words[0];
    covered |= FW_TEST_DESTINATION;
  }
  if (covered != 0)
    step->quick |= FW_QUICK_ADDRESSES;
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

void fw_quick_compile(fw_step *step, const fw_test *tests)
{
  guint8 covered;
  guint n = 0;

  step->quick = 0;
  covered = compile_plain(step, step->rule->tests);
  if (n < step->n_tests && (take_ports(step, &tests[n]) || take_mark(step, &tests[n])))
    n++;
  if (n < step->n_tests && take_state(step, &tests[n]))
    n++;
  step->n_quick = (guint8)n;
  step->plain = step->given & (guint8)~covered;
  if (n == step->n_tests && step->plain == 0)
    step->quick |= FW_QUICK_WHOLE;
}
