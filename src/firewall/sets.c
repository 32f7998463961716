/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sets the matches and targets of rules name. */
#include "firewall/build.h"
#include "firewall/extension.h"
#include "firewall/iptables.h"
#include "firewall/match/data.h"
#include "firewall/target/data.h"

/* Notes what is not there, once for each line of a file. */
static gboolean find(fw_ruleset *r, fw_set_ref *ref, const fw_rule *rule, fw_place *last)
{
  if (ref->name == NULL)
    return TRUE;
  ref->set = fw_ruleset_set(r, ref->name);
  if (ref->set != NULL && ref->set->known)
    return TRUE;
  if (ref->set == NULL && (last->line != rule->line || last->file != rule->chain->table->file)) {
    *last = (fw_place){ rule->chain->table->file, rule->line, 0 };
    fw_note_add(r, FW_NOTE_NO_SET, last, ref->name);
  }
  return FALSE;
}

static gboolean find_in_rule(fw_ruleset *r, const fw_rule *rule, fw_place *last)
{
  gboolean ok = TRUE;
  guint m;

  for (m = 0; m < rule->n_matches; m++)
    if (rule->matches[m].ops != NULL && rule->matches[m].ops->id == FW_MATCH_set)
      ok &= find(r, &((fw_set_match *)rule->matches[m].data)->ref, rule, last);
  if (rule->target.ops != NULL && rule->target.ops->id == FW_TARGET_ID_SET) {
    fw_set_target *t = rule->target.data;

    ok &= find(r, &t->add, rule, last) & find(r, &t->del, rule, last) & find(r, &t->map, rule, last);
  }
  return ok;
}

void fw_sets_find(fw_ruleset *r)
{
  fw_place last = { NULL, 0, 0 };
  guint t, c, i;

  for (t = 0; t < r->tables->len; t++) {
    const fw_table *table = g_ptr_array_index(r->tables, t);

    for (c = 0; c < table->chains->len; c++) {
      const fw_chain *chain = g_ptr_array_index(table->chains, c);

      for (i = 0; i < chain->n_rules; i++)
        if (!find_in_rule(r, chain->rules[i], &last))
          chain->rules[i]->unknown = TRUE;
    }
  }
}
