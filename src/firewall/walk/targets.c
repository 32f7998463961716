/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/targets.h"

#include <string.h>

#include "firewall/walk/options.h"
#include "firewall/walk/policies.h"
#include "firewall/walk/quick.h"
#include "firewall/walk/sets.h"
#include "firewall/walk/tests.h"

#define DATA(step) ((step)->rule->target.data)

enum { ECE = 0x40, CWR = 0x80 };

/* -- marks -- */

static void set_mark(const fw_program *program, fw_packet *p, guint32 keep, guint32 value)
{
  guint32 old = p->mark, new = (p->mark & keep) ^ value;

  if (program->maybe) {
    p->mark_unknown |= old ^ new;
    return;
  }
  p->mark = new;
  p->mark_unknown &= keep;
}

static gboolean act_mark(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_set_mark *m = DATA(step);

  set_mark(program, p, ~m->mark.mask, m->mark.value);
  return TRUE;
}

static guint32 shifted(const fw_connmark *c, guint32 mark)
{
  if (c->shift == 0 || c->shift > 31)
    return c->shift == 0 ? mark : 0;
  return c->shift_right ? mark >> c->shift : mark << c->shift;
}

static gboolean act_connmark(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_connmark *c = DATA(step);
  guint32 mark;

  if ((p->entry == NULL && !p->gone) || program->passage == NULL || program->maybe)
    return TRUE;
  mark = ct_passage_mark(program->engine, program->passage);
  switch (c->op) {
  case FW_CONNMARK_SET: mark = shifted(c, (mark & ~c->ctmask) ^ c->mark); break;
  case FW_CONNMARK_SAVE: mark = (mark & ~c->ctmask) ^ shifted(c, p->mark & c->nfmask); break;
  default: set_mark(program, p, ~c->nfmask, shifted(c, mark & c->ctmask)); return TRUE;
  }
  ct_passage_set_mark((ct_engine *)program->engine, program->passage, mark);
  fw_quick_know_connmark(program, p);
  return TRUE;
}

/* -- before conntrack -- */

static gboolean nothing_attached(const fw_packet *p)
{
  return !p->has_entry && !p->class_only && p->state == FW_STATE_INVALID;
}

static gboolean act_notrack(fw_program *program, fw_packet *p, const fw_step *step)
{
  (void)step;
  if (p->seen || program->template == NULL || !nothing_attached(p) || program->maybe)
    return TRUE;
  program->template->untracked = true;
  p->state = FW_STATE_UNTRACKED;
  return TRUE;
}

/* => NULL: there is no policy of that name for such packets, and it is told. */
static const gint64 *timeouts_of(fw_program *program, const fw_packet *p, const char *name)
{
  const fw_timeout_policy *policy = fw_policy_find(program->facts, name);
  gint64 *timeout_ns;

  if (policy == NULL || !fw_policy_fits(policy, p->family, p->protocol)) {
    program->no_policy = name;
    return NULL;
  }
  timeout_ns = g_hash_table_lookup(program->timeouts, policy);
  if (timeout_ns == NULL) {
    timeout_ns = g_memdup2(ct_engine_timeouts(program->engine), CT_TIMEOUT_COUNT * sizeof *timeout_ns);
    fw_policy_apply(policy, timeout_ns);
    g_hash_table_insert(program->timeouts, (gpointer)policy, timeout_ns);
  }
  return timeout_ns;
}

static gboolean act_ct(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_ct *c = DATA(step);

  if (c->notrack)
    return act_notrack(program, p, step);
  if (p->seen || program->template == NULL || !nothing_attached(p) || program->maybe)
    return TRUE;
  program->template->helper = c->helper;
  program->template->event_mask = c->events;
  program->template->expect_mask = c->exp_events;
  if (c->timeout != NULL)
    program->template->timeout_ns = timeouts_of(program, p, c->timeout);
  if (c->has_zone) {
    program->template->zone = c->zone_mark ? 0 : c->zone;
    program->zone_by_mark = c->zone_mark;
    program->template->zone_dirs = c->zone_dir == FW_CT_ZONE_BOTH ? 3 : c->zone_dir == FW_CT_ZONE_ORIG ? 1 : 2;
  }
  p->has_entry = TRUE;
  p->state = FW_STATE_NEW;
  return TRUE;
}

/* -- what changes the packet -- */

static void set_tos(const fw_program *program, fw_packet *p, guint8 tos)
{
  if (program->maybe)
    return;
  p->edited |= tos != p->tos;
  p->tos = tos;
}

static gboolean act_tos(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_set_tos *t = DATA(step);

  set_tos(program, p, (guint8)((p->tos & ~t->mask) ^ t->value));
  return TRUE;
}

static gboolean act_dscp(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_set_dscp *d = DATA(step);

  set_tos(program, p, (guint8)((p->tos & 3) | d->dscp << 2));
  return TRUE;
}

static gboolean act_ecn(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_set_ecn *e = DATA(step);

  if (e->given & FW_SET_ECN_ECT)
    set_tos(program, p, (guint8)((p->tos & ~3) | e->ect));
  if (p->protocol != CT_PROTO_TCP || program->maybe || !(e->given & (FW_SET_ECN_ECE | FW_SET_ECN_CWR)))
    return TRUE;
  /* A header that is not all there cannot be changed, and the packet is dropped. */
  if (p->fragment != 0 || !(p->l4 & FW_L4_WHOLE))
    return FALSE;
  fw_options_clear_ecn(program, p, (e->given & FW_SET_ECN_ECE ? ECE : 0) | (e->given & FW_SET_ECN_CWR ? CWR : 0));
  return TRUE;
}

static gboolean act_ttl(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_set_ttl *t = DATA(step);
  gint ttl = p->ttl;

  if (program->maybe)
    return TRUE;
  switch (t->op) {
  case FW_TTL_SET: ttl = t->value; break;
  case FW_TTL_INC: ttl = MIN(ttl + t->value, 255); break;
  default: ttl = MAX(ttl - t->value, 0); break;
  }
  p->edited |= ttl != p->ttl;
  p->ttl = (guint8)ttl;
  return TRUE;
}

/* -- others -- */

static gboolean act_set(fw_program *program, fw_packet *p, const fw_step *step)
{
  const fw_set_target *s = DATA(step);
  fw_live_set *set;

  if (program->maybe)
    return TRUE;
  set = s->add.set != NULL ? fw_live_set_of(program, s->add.set) : NULL;
  if (set != NULL)
    fw_live_set_add(program, set, p, &s->add, s->exist, s->has_timeout ? (gint64)s->timeout_s : -1);
  set = s->del.set != NULL ? fw_live_set_of(program, s->del.set) : NULL;
  if (set != NULL)
    fw_live_set_del(program, set, p, &s->del);
  return TRUE;
}

static gboolean act_log(fw_program *program, fw_packet *p, const fw_step *step)
{
  if (program->log != NULL && !program->maybe)
    program->log(p, step->rule, program->log_user);
  return TRUE;
}

static gboolean act_trace(fw_program *program, fw_packet *p, const fw_step *step)
{
  (void)p, (void)step;
  program->traced |= !program->maybe;
  return TRUE;
}

#define NEXT(act_)                                 \
  {                                                \
    .end = FW_END_NEXT, .act = act_, .known = TRUE \
  }
#define END(end_)                       \
  {                                     \
    .end = FW_END_##end_, .known = TRUE \
  }

static const fw_act_ops acts[FW_TARGET_COUNT] = {
  [FW_TARGET_ID_MARK] = NEXT(act_mark),
  [FW_TARGET_ID_CONNMARK] = { .end = FW_END_NEXT, .act = act_connmark, .known = TRUE, .tracks = TRUE },
  [FW_TARGET_ID_CT] = { .end = FW_END_NEXT, .act = act_ct, .known = TRUE, .tracks = TRUE },
  [FW_TARGET_ID_NOTRACK] = NEXT(act_notrack),
  [FW_TARGET_ID_TOS] = NEXT(act_tos),
  [FW_TARGET_ID_DSCP] = NEXT(act_dscp),
  [FW_TARGET_ID_ECN] = NEXT(act_ecn),
  [FW_TARGET_ID_TTL] = NEXT(act_ttl),
  [FW_TARGET_ID_HL] = NEXT(act_ttl),
  [FW_TARGET_ID_SNPT] = NEXT(fw_act_snpt),
  [FW_TARGET_ID_DNPT] = NEXT(fw_act_dnpt),
  [FW_TARGET_ID_TCPMSS] = NEXT(fw_act_tcpmss),
  [FW_TARGET_ID_TCPOPTSTRIP] = NEXT(fw_act_tcpoptstrip),
  [FW_TARGET_ID_SET] = NEXT(act_set),
  [FW_TARGET_ID_LOG] = NEXT(act_log),
  [FW_TARGET_ID_NFLOG] = NEXT(NULL),
  [FW_TARGET_ID_ULOG] = NEXT(NULL),
  [FW_TARGET_ID_TRACE] = NEXT(act_trace),
  [FW_TARGET_ID_REJECT] = END(REJECT),
  [FW_TARGET_ID_NFQUEUE] = END(QUEUE),
  [FW_TARGET_ID_SNAT] = END(NAT),
  [FW_TARGET_ID_DNAT] = END(NAT),
  [FW_TARGET_ID_MASQUERADE] = END(NAT),
  [FW_TARGET_ID_REDIRECT] = END(NAT),
  [FW_TARGET_ID_NETMAP] = END(NAT),
};

const fw_act_ops *fw_act_ops_of(fw_target_id id) { return &acts[id]; }
