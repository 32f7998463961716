/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches about the packet's connection (RULES 3.3). */
#include <string.h>

#include "firewall/walk/policies.h"
#include "firewall/walk/tests.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

const ct_view *fw_program_view(fw_program *program, const fw_packet *p)
{
  const ct_passage *passage = program->passage;

  if (p->entry == NULL)
    return p->gone && passage != NULL && program->ended.id != 0 && program->ended.id == passage->result.conn
             ? &program->ended
             : NULL;
  if (program->view_of != p->entry) {
    ct_entry_view(program->engine, p->entry, &program->view);
    program->view_of = p->entry;
  }
  return &program->view;
}

static fw_truth holds_state(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_state *s = test->data;

  (void)program;
  return fw_truth_of(((s->states & p->state) != 0) != (s->invert != 0));
}

/* The entry of a template, which is all zeros but for what the packet's tuple says; the kernel has it confirmed. */
static const ct_view *view_or_template(fw_program *program, const fw_packet *p)
{
  static const ct_view none = { .status = CT_STATUS_CONFIRMED };
  const ct_view *view = fw_program_view(program, p);

  return view != NULL ? view : &none;
}

/* The packet has ended its connection, of which nothing is known any more. */
static gboolean is_forgotten(fw_program *program, const fw_packet *p)
{
  return p->gone && fw_program_view(program, p) == NULL;
}

static inline gboolean address_differs(const ct_addr *address, const fw_address net[2], const fw_conntrack *c,
                                       guint16 bit)
{
  guint64 a[2], network[2], mask[2];

  if (!(c->given & bit))
    return FALSE;
  memcpy(a, address, sizeof a);
  memcpy(network, &net[0], sizeof network);
  memcpy(mask, &net[1], sizeof mask);
  return ((((a[0] ^ network[0]) & mask[0]) | ((a[1] ^ network[1]) & mask[1])) == 0) == ((c->invert & bit) != 0);
}

static gboolean port_differs(guint16 port, const fw_range16 *range, const fw_conntrack *c, guint16 bit)
{
  return (c->given & bit) && fw_in16(port, range) == ((c->invert & bit) != 0);
}

static gboolean tuples_differ(const ct_view *v, const fw_conntrack *c)
{
  const ct_tuple *o = &v->tuple[0], *r = &v->tuple[1];

  if (c->given & (FW_CT_ORIGSRC | FW_CT_ORIGDST) && (address_differs(&o->src, c->origsrc, c, FW_CT_ORIGSRC) ||
                                                     address_differs(&o->dst, c->origdst, c, FW_CT_ORIGDST)))
    return TRUE;
  if (c->given & (FW_CT_REPLSRC | FW_CT_REPLDST) && (address_differs(&r->src, c->replsrc, c, FW_CT_REPLSRC) ||
                                                     address_differs(&r->dst, c->repldst, c, FW_CT_REPLDST)))
    return TRUE;
  if (!(c->given & (FW_CT_ORIGSRC_PORT | FW_CT_ORIGDST_PORT | FW_CT_REPLSRC_PORT | FW_CT_REPLDST_PORT)))
    return FALSE;
  return port_differs(o->src_id, &c->origsrc_port, c, FW_CT_ORIGSRC_PORT) ||
         port_differs(o->dst_id, &c->origdst_port, c, FW_CT_ORIGDST_PORT) ||
         port_differs(r->src_id, &c->replsrc_port, c, FW_CT_REPLSRC_PORT) ||
         port_differs(r->dst_id, &c->repldst_port, c, FW_CT_REPLDST_PORT);
}

static gboolean state_differs(fw_program *program, const fw_packet *p, const fw_conntrack *c)
{
  guint16 states = p->state;

  if (!(c->given & FW_CT_STATE))
    return FALSE;
  if (fw_program_view(program, p) != NULL && c->states & (FW_STATE_SNAT | FW_STATE_DNAT)) {
    guint32 status = fw_program_view(program, p)->status;

    states |= (status & CT_STATUS_SRC_NAT ? FW_STATE_SNAT : 0) | (status & CT_STATUS_DST_NAT ? FW_STATE_DNAT : 0);
  }
  return ((c->states & states) != 0) == ((c->invert & FW_CT_STATE) != 0);
}

static fw_truth holds_conntrack(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_conntrack *c = test->data;
  const ct_view *v;
  guint32 rest_s;

  /* A rule about nothing but addresses of the connection, which was looked at before. */
  if ((c->given & ~(FW_CT_ORIGSRC | FW_CT_ORIGDST | FW_CT_REPLSRC | FW_CT_REPLDST)) == 0 && p->has_entry &&
      p->entry != NULL && program->view_of == p->entry)
    return fw_truth_of(!tuples_differ(&program->view, c));
  if (state_differs(program, p, c))
    return FW_NO;
  if (!p->has_entry)
    return fw_truth_of(c->given & FW_CT_STATE);
  if (c->given & FW_CT_DIRECTION && (p->direction == CT_REPLY) != (c->reply != 0))
    return FW_NO;
  if (!(c->given & ~(FW_CT_STATE | FW_CT_DIRECTION)))
    return FW_YES;
  if (is_forgotten(program, p))
    return FW_UNKNOWN;
  v = view_or_template(program, p);
  if (c->given & FW_CT_PROTO && (v->tuple[0].proto == c->proto) == ((c->invert & FW_CT_PROTO) != 0))
    return FW_NO;
  if (tuples_differ(v, c))
    return FW_NO;
  if (c->given & FW_CT_STATUS && ((v->status & c->status) != 0) == ((c->invert & FW_CT_STATUS) != 0))
    return FW_NO;
  if (c->given & FW_CT_EXPIRE) {
    /* What an unconfirmed entry has there means nothing; 0 in practice. */
    rest_s = v->status & CT_STATUS_CONFIRMED ? (guint32)(v->timeout_ns / NS_PER_S) : 0;
    if (fw_in32(rest_s, &c->expire_s) == ((c->invert & FW_CT_EXPIRE) != 0))
      return FW_NO;
  }
  return FW_YES;
}

static fw_truth holds_connmark(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_mark_test *m = test->data;
  guint32 mark;

  if (!p->has_entry)
    return FW_NO;
  if (is_forgotten(program, p))
    return FW_UNKNOWN;
  mark =
    program->passage != NULL ? ct_passage_mark(program->engine, program->passage) : view_or_template(program, p)->mark;
  return fw_truth_of(((mark & m->mark.mask) == m->mark.value) != (m->invert != 0));
}

/* Looked up when the rules are loaded: as the number + 1; NULL: nobody knows the name. */
static void *connlabel_new(fw_program *program, const fw_match *match)
{
  const fw_connlabel *l = match->data;
  gint number = l->name != NULL ? fw_label_find(program->facts->labels, l->name) : l->bit;

  return GINT_TO_POINTER(number + 1);
}

static fw_truth holds_connlabel(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_connlabel *l = test->data;
  gint number = GPOINTER_TO_INT(test->state) - 1;
  ct_labels labels, own = { { 0 } };
  gboolean has = FALSE;

  if (number < 0)
    return FW_UNKNOWN;
  if (p->has_entry && program->passage != NULL && ct_passage_labels(program->engine, program->passage, &labels)) {
    has = ct_labels_have(&labels, (guint)number);
    if (!has && l->set) {
      own.words[number / 32] = 1u << number % 32;
      if (program->maybe)
        return FW_UNKNOWN;
      ct_passage_add_labels((ct_engine *)program->engine, program->passage, &own);
      has = TRUE;
    }
  }
  return fw_truth_of(has != (l->invert != 0));
}

static fw_truth holds_helper(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_helper *h = test->data;
  const ct_view *v;

  if (is_forgotten(program, p))
    return FW_UNKNOWN;
  v = p->has_entry ? view_or_template(program, p) : NULL;
  if (v == NULL || !v->has_master || v->expected_helper == NULL)
    return fw_truth_of(h->invert);
  if (h->name[0] == '\0')
    return fw_truth_of(!h->invert);
  return fw_truth_of((strncmp(v->expected_helper, h->name, strlen(v->expected_helper)) == 0) != (h->invert != 0));
}

static fw_truth holds_connbytes(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_connbytes *c = test->data;
  const ct_view *v;
  guint64 packets = 0, bytes = 0, what;
  guint dir;

  if (!p->has_entry || (p->entry == NULL && !p->gone))
    return FW_NO;
  if (is_forgotten(program, p))
    return FW_UNKNOWN;
  v = fw_program_view(program, p);
  if (!v->counted)
    return FW_NO;
  for (dir = 0; dir < 2; dir++)
    if (c->direction == FW_CONNBYTES_BOTH || c->direction == dir) {
      packets += v->packets[dir];
      bytes += v->bytes[dir];
    }
  what = c->what == FW_CONNBYTES_PACKETS ? packets
         : c->what == FW_CONNBYTES_BYTES ? bytes
         : packets                       ? bytes / packets
                                         : 0;
  return fw_truth_of((what >= c->range.from && what <= c->range.to) != (c->invert != 0));
}

const fw_test_ops fw_track_tests[FW_MATCH_COUNT] = {
  [FW_MATCH_state] = { .holds = holds_state, .tracks = TRUE },
  [FW_MATCH_conntrack] = { .holds = holds_conntrack, .tracks = TRUE },
  [FW_MATCH_connmark] = { .holds = holds_connmark, .tracks = TRUE },
  [FW_MATCH_connlabel] = { .holds = holds_connlabel, .state = connlabel_new, .tracks = TRUE },
  [FW_MATCH_helper] = { .holds = holds_helper, .tracks = TRUE },
  [FW_MATCH_connbytes] = { .holds = holds_connbytes, .tracks = TRUE },
};
