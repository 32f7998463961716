/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, chains and tables in the form of iptables-save. */
#include "firewall/names.h"
#include "firewall/nft/text.h"
#include "firewall/parse.h"
#include "firewall/save.h"

static void save_side(GString *out, fw_family family, const fw_tests *t, guint8 bit, const char *option,
                      const fw_address *address, const fw_address *mask)
{
  if ((t->given & bit) == 0)
    return;
  fw_save_invert(out, (t->invert & bit) != 0);
  g_string_append(out, option);
  fw_save_network(out, family, address, mask);
}

static void save_interface(GString *out, const fw_tests *t, guint8 bit, const char *option,
                           const fw_interface *interface)
{
  if ((t->given & bit) == 0)
    return;
  fw_save_invert(out, (t->invert & bit) != 0);
  g_string_append(out, option);
  fw_save_interface(out, interface);
}

static void save_tests(GString *out, fw_family family, const fw_tests *t)
{
  const char *protocol;

  save_side(out, family, t, FW_TEST_SOURCE, " -s ", &t->source, &t->source_mask);
  save_side(out, family, t, FW_TEST_DESTINATION, " -d ", &t->destination, &t->destination_mask);
  save_interface(out, t, FW_TEST_IN, " -i ", &t->in);
  save_interface(out, t, FW_TEST_OUT, " -o ", &t->out);
  if ((t->given & FW_TEST_PROTOCOL) != 0) {
    protocol = t->protocol_named ? fw_protocol_named(t->protocol) : fw_protocol_saved(t->protocol);
    fw_save_invert(out, (t->invert & FW_TEST_PROTOCOL) != 0);
    if (protocol != NULL)
      g_string_append_printf(out, " -p %s", protocol);
    else
      g_string_append_printf(out, " -p %u", t->protocol);
  }
  if ((t->given & FW_TEST_FRAGMENT) != 0) {
    fw_save_invert(out, (t->invert & FW_TEST_FRAGMENT) != 0);
    g_string_append(out, " -f");
  }
}

static void save_match(GString *out, fw_family family, const fw_match *m)
{
  const fw_match_ops *ops = m->ops;

  if (m->name != NULL)
    g_string_append_printf(out, " -m %s", ops != NULL ? ops->name : m->name);
  if (ops != NULL && ops->save != NULL)
    ops->save(m, family, out);
  else if (ops != NULL)
    fw_save_options(out, family, ops->options, ops->given, ops->invert, m->data);
  if (m->text != NULL)
    g_string_append_printf(out, " %s", m->text);
}

static void save_target(GString *out, fw_family family, const fw_target *t)
{
  const fw_target_ops *ops = t->ops;

  if (t->kind == FW_TARGET_NONE)
    return;
  g_string_append_printf(out, " %s %s", t->kind == FW_TARGET_GOTO || t->is_goto ? "-g" : "-j",
                         ops != NULL ? ops->name : t->name);
  if (ops != NULL && ops->save != NULL)
    ops->save(t, family, out);
  else if (ops != NULL)
    fw_save_options(out, family, ops->options, ops->given, ops->invert, t->data);
  if (t->text != NULL)
    g_string_append_printf(out, " %s", t->text);
}

void fw_save_rule_words(GString *out, const fw_rule *rule)
{
  fw_family family = rule->chain->table->family;
  guint i;

  if (rule->nft != NULL) {
    g_string_append_c(out, ' ');
    fw_nft_text_rule(out, rule, NULL);
    return;
  }
  if (rule->tests != NULL)
    save_tests(out, family, rule->tests);
  for (i = 0; i < rule->n_matches; i++)
    save_match(out, family, &rule->matches[i]);
  save_target(out, family, &rule->target);
}

void fw_save_rule(GString *out, const fw_rule *rule)
{
  g_string_append_printf(out, rule->nft != NULL ? "%s:" : "-A %s", rule->chain->name);
  fw_save_rule_words(out, rule);
}

static void save_policy(GString *out, const fw_chain *chain, const fw_save_style *style)
{
  fw_counters n = style->policy != NULL ? style->policy(chain, style->user) : chain->counters;

  g_string_append_printf(out, ":%s %s [%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT "]\n", chain->name,
                         fw_policy_name(chain->policy), n.packets, n.bytes);
}

static void save_counters(GString *out, const fw_rule *rule, const fw_save_style *style)
{
  fw_counters n = style->rule != NULL ? style->rule(rule, style->user) : rule->counters;

  g_string_append_printf(out, "[%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT "] ", n.packets, n.bytes);
}

void fw_save_table(GString *out, const fw_table *table, const fw_save_style *style)
{
  const fw_chain *chain;
  guint c, i, pass;

  if (table->nft != NULL)
    return; /* iptables has no words for it; nft/text.h has */
  g_string_append_printf(out, "*%s\n", table->name);
  /* Built-in chains first, as the tool has them. */
  for (pass = 0; pass < 2; pass++)
    for (c = 0; c < table->chains->len; c++) {
      chain = g_ptr_array_index(table->chains, c);
      if ((chain->hook == FW_HOOK_NONE) != (pass == 1))
        continue;
      save_policy(out, chain, style);
    }
  for (pass = 0; pass < 2; pass++)
    for (c = 0; c < table->chains->len; c++) {
      chain = g_ptr_array_index(table->chains, c);
      if ((chain->hook == FW_HOOK_NONE) != (pass == 1))
        continue;
      for (i = 0; i < chain->n_rules; i++) {
        if (style->counters)
          save_counters(out, chain->rules[i], style);
        fw_save_rule(out, chain->rules[i]);
        g_string_append_c(out, '\n');
      }
    }
  g_string_append(out, "COMMIT\n");
}
