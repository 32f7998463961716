/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firewall has to say of the last packet, and to a transcript's first and last lines. */
#include "firewall.h"

static void tell_unknown(GString *out, const fw_decision *d)
{
  if (d->unknown_match != NULL)
    g_string_append_printf(out, "%s%s %s", d->unknown->nft == NULL ? "-m " : "", d->unknown_match->name,
                           d->unknown->nft != NULL ? (d->unknown->unknown ? "is not understood" : "is not known here")
                           : d->unknown_match->ops == NULL ? "is not understood"
                                                           : "cannot be known here");
  else if (d->unknown_test == FW_TEST_IN)
    g_string_append(out, "its input interface is not known (--iface, --route)");
  else if (d->unknown_test == FW_TEST_OUT)
    g_string_append(out, "its output interface is not known (--route)");
  else
    g_string_append(out, "what its target does is not known here");
}

static void tell_why(GString *out, const fw_outcome *o)
{
  const fw_decision *d = &o->decision;

  if (o->answer_to != 0)
    g_string_append_printf(out, "the box's own answer to packet %" G_GUINT64_FORMAT, o->answer_to);
  else if (o->kernel == FW_KERNEL_TTL)
    g_string_append(out, "its TTL ends here");
  else if (o->kernel == FW_KERNEL_NO_LISTENER)
    g_string_append(out, "multicast that the box neither takes nor forwards");
  else if (o->kernel == FW_KERNEL_CONNTRACK)
    g_string_append(out, "by conntrack itself");
  else if (o->kernel == FW_KERNEL_NO_ROUTE || o->kernel == FW_KERNEL_HOST)
    g_string_append(out, fw_route_end_words(o->ended));
  else if (o->kernel == FW_KERNEL_MARTIAN)
    g_string_append(out, "a martian: no link brings such addresses");
  else if (o->kernel == FW_KERNEL_SCOPE)
    g_string_append(out, "its source address is one of its own link alone");
  else if (o->kernel == FW_KERNEL_OPTIONS)
    g_string_append(out, "its IP options are malformed");
  else if (o->kernel == FW_KERNEL_SOURCE_ROUTE)
    g_string_append(out, "it asks for a source route");
  else if (o->kernel == FW_KERNEL_NAT)
    g_string_append(out, "by address translation");
  else if (d->hotdrop)
    g_string_append(out, "its header is too short for the rule's match");
  if (o->verdict == FW_VERDICT_UNKNOWN && d->unknown != NULL)
    tell_unknown(out, d);
  if (o->verdict == FW_VERDICT_REJECT && o->answer.why_not != NULL)
    g_string_append_printf(out, "not answered: %s", o->answer.why_not);
  if (o->nat_nowhere != NULL)
    g_string_append(out, "the device has no address to translate to (--local ADDRESS@INTERFACE says which it has)");
  if (o->nat_unknown != NULL)
    g_string_append_printf(out,
                           "%snat rule %s:%u maps to what is not known here: an address of the box (--local "
                           "ADDRESS@INTERFACE), or looked up",
                           out->len > 0 ? "; " : "", o->nat_unknown->chain->name, o->nat_unknown->number);
}

const emit_rules *cli_firewall_tell(cli_firewall *f, const ct_packet *packet)
{
  const fw_outcome *o;
  const fw_rule *rule;

  if (f->firewall == NULL)
    return NULL;
  o = fw_firewall_outcome(f->firewall);
  g_string_truncate(f->rule, 0);
  g_string_truncate(f->why, 0);
  fw_decision_place(f->rule, &o->decision);
  tell_why(f->why, o);
  rule = fw_decision_rule(&o->decision);
  f->told = (emit_rules){ .verdict = o->verdict == FW_VERDICT_NONE ? NULL : fw_verdict_name(o->verdict),
                          .rule = f->rule->str,
                          .why = f->why->str,
                          .file = rule != NULL ? rule->chain->table->file : NULL,
                          .line = rule != NULL ? rule->line : 0,
                          .mark = o->verdict == FW_VERDICT_NONE ? 0 : o->packet.mark,
                          .answered = o->answered,
                          .reset = o->reset,
                          .answer_to = o->answer_to,
                          .before = o->before_conntrack,
                          .to_box = o->path == FW_PATH_INPUT && o->verdict == FW_VERDICT_ACCEPT,
                          .observes = f->o->rules_mode == FW_MODE_OBSERVE + 1 };
  if (o->packet.translated && o->verdict == FW_VERDICT_ACCEPT) {
    g_string_truncate(f->leaves, 0);
    fw_tell_leaves(f->leaves, f->firewall);
    f->told.leaves = f->leaves->str;
  }
  if (f->tells_walk) {
    g_string_truncate(f->walk, 0);
    fw_tell_walk(f->walk, f->firewall);
    f->told.walk = f->walk->str;
  }
  if (f->tells_transcript) {
    g_string_truncate(f->transcript, 0);
    fw_tell_transcript(f->transcript, f->firewall, f->sides, packet);
    f->told.transcript = f->transcript->str;
  }
  return &f->told;
}

static void put_list(GString *out, const char *name, const GPtrArray *values)
{
  guint i;

  g_string_append_printf(out, ",\"%s\":[", name);
  for (i = 0; i < values->len; i++) {
    g_autofree char *escaped = g_strescape(g_ptr_array_index(values, i), NULL);

    g_string_append_printf(out, "%s\"%s\"", i > 0 ? "," : "", escaped);
  }
  g_string_append_c(out, ']');
}

const char *cli_firewall_head(cli_firewall *f)
{
  if (f->firewall == NULL)
    return NULL;
  g_string_truncate(f->head, 0);
  put_list(f->head, "rules", f->o->rules);
  put_list(f->head, "local", f->o->locals);
  put_list(f->head, "route", f->o->routes);
  return f->head->str;
}

const char *cli_firewall_counters(cli_firewall *f)
{
  if (f->firewall == NULL)
    return NULL;
  g_string_truncate(f->counters, 0);
  fw_tell_counters(f->counters, f->firewall);
  return f->counters->str;
}
