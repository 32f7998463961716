/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/loop.h"

#include <string.h>

#include "firewall/match/data.h"
#include "firewall/walk/answer.h"

gboolean fw_loop_is_due(const fw_firewall *f, const fw_packet *p)
{
  return !f->facts->bridge && p->out->known && strcmp(p->out->name, "lo") == 0;
}

/* It has come in by lo now, and is nobody's own any more; its mark stays. */
static void turn(fw_firewall *f, fw_packet *p)
{
  p->in = p->out;
  p->out = &f->program->nothing;
  p->own = p->made = FALSE;
}

static gboolean deliver(fw_firewall *f, fw_packet *p, fw_decision *last)
{
  return fw_firewall_behind(f, p, FW_HOOK_PREROUTING, last) && fw_firewall_behind(f, p, FW_HOOK_INPUT, last);
}

/*
 * An entry, or that there shall be none, stays attached, and conntrack looks no further. Who is INVALID has nothing,
 * and is looked at again.
 */
static gboolean is_seen_anew(const fw_packet *p) { return !p->has_entry && p->state != FW_STATE_UNTRACKED; }

void fw_loop_packet(fw_firewall *f, ct_engine *engine, const ct_passage *left, fw_packet *p)
{
  fw_outcome *o = &f->outcome;
  ct_template none = { .untracked = false };
  ct_passage passage = *left;
  ct_fate fate = CT_FATE_ACCEPT;
  fw_decision last;

  fw_firewall_write(f);
  turn(f, p);
  o->looped = TRUE;
  o->again_cls = CT_CLASS_NONE;
  fw_program_template(f->program, &none);
  f->program->engine = engine;
  if (!fw_firewall_before(f, p, FW_HOOK_PREROUTING, &last))
    return;
  if (is_seen_anew(p)) {
    ct_engine_keep_ended(engine, &f->program->ended);
    ct_engine_arrive(engine, p->raw, NULL, &passage);
    ct_engine_keep_ended(engine, NULL);
    fw_firewall_attach(p, &passage);
  } else {
    ct_engine_return(engine, p->raw, &passage);
    p->entry = p->has_entry ? passage.entry : NULL;
  }
  o->again_cls = passage.result.cls;
  o->again_dir = passage.result.dir;
  f->program->passage = &passage;
  f->program->view_of = NULL;
  if (!deliver(f, p, &last)) {
    fate = CT_FATE_DROP;
    if (fw_answer_by_rule(f) && p->has_entry)
      fate = fw_answer_attached(f, p);
  }
  ct_engine_conclude(engine, &passage, f->options.mode == FW_MODE_OBSERVE ? CT_FATE_ACCEPT : fate);
  f->program->passage = NULL;
  f->program->view_of = NULL;
  if (fw_answer_by_rule(f) && !p->has_entry && f->options.mode != FW_MODE_OBSERVE)
    fw_answer_alone(f, engine, p);
}

gboolean fw_loop_answer(fw_firewall *f, fw_packet *p)
{
  fw_decision last = { .verdict = FW_VERDICT_ACCEPT };
  gboolean in;

  turn(f, p);
  f->record.looped = TRUE;
  in = fw_firewall_before(f, p, FW_HOOK_PREROUTING, &last) && deliver(f, p, &last);
  f->record.looped = FALSE;
  return in;
}
