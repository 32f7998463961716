/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/record.h"

#include "firewall/walk/put.h"

void fw_recorded_verdict(GString *out, const fw_walk_said *said)
{
  const fw_step *s = said->step;

  switch (said->event) {
  case FW_WALK_POLICY: g_string_append(out, said->chain->policy == FW_POLICY_DROP ? "drop" : "accept"); return;
  case FW_WALK_RETURN: g_string_append(out, "return"); return;
  case FW_WALK_HOTDROP:
  case FW_WALK_BROKEN: g_string_append(out, "drop"); return;
  case FW_WALK_UNKNOWN: g_string_append(out, "unknown"); return;
  case FW_WALK_PASSED: g_string_append(out, "pass"); return;
  default: break;
  }
  switch (s->end) {
  case FW_END_ACCEPT:
  case FW_END_NAT:
  case FW_END_QUEUE: g_string_append(out, "accept"); return;
  case FW_END_DROP:
  case FW_END_REJECT: g_string_append(out, "drop"); return;
  case FW_END_RETURN: g_string_append(out, "return"); return;
  case FW_END_JUMP: g_string_append_printf(out, "jump %s", s->rule->target.chain->name); return;
  case FW_END_GOTO: g_string_append_printf(out, "goto %s", s->rule->target.chain->name); return;
  case FW_END_NEXT: g_string_append(out, "continue"); return;
  default: g_string_append(out, "unknown"); return;
  }
}

gboolean fw_recorded_held(const fw_walk_said *said)
{
  return said->event == FW_WALK_RULE || said->event == FW_WALK_HOTDROP || said->event == FW_WALK_BROKEN ||
         said->event == FW_WALK_POLICY;
}

gboolean fw_recorded_ends(const fw_walk_said *said)
{
  if (said->event != FW_WALK_RULE)
    return said->event == FW_WALK_HOTDROP || said->event == FW_WALK_BROKEN || said->event == FW_WALK_POLICY;
  switch (said->step->end) {
  case FW_END_ACCEPT:
  case FW_END_NAT:
  case FW_END_QUEUE:
  case FW_END_DROP:
  case FW_END_REJECT: return TRUE;
  default: return FALSE;
  }
}

static void place(GString *out, const fw_chain *chain, const char *kind, guint number)
{
  fw_put_text(out, chain->table->name);
  fw_put_literal(out, ":");
  fw_put_text(out, chain->name);
  fw_put_text(out, kind);
  fw_put_u32(out, number);
}

void fw_rule_place(GString *out, const fw_rule *rule) { place(out, rule->chain, ":rule:", rule->number); }

void fw_recorded_place(GString *out, const fw_walk_said *said)
{
  switch (said->event) {
  case FW_WALK_POLICY: place(out, said->chain, ":policy:", said->chain->n_rules + 1); return;
  case FW_WALK_RETURN: place(out, said->chain, ":return:", said->chain->n_rules + 1); return;
  default: fw_rule_place(out, said->step->rule); return;
  }
}

const fw_rule *fw_decision_rule(const fw_decision *d)
{
  return d->verdict == FW_VERDICT_UNKNOWN && d->unknown != NULL ? d->unknown : d->rule;
}

void fw_decision_place(GString *out, const fw_decision *d)
{
  const fw_rule *rule = fw_decision_rule(d);

  if (rule != NULL)
    fw_rule_place(out, rule);
  else if (d->chain != NULL)
    place(out, d->chain, ":policy:", d->chain->n_rules + 1);
}
