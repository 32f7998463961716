/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/words.h"

#include <string.h>

#include "firewall/names.h"
#include "firewall/save.h"
#include "firewall/target/data.h"
#include "firewall/walk/tests.h"

/* ---- plain tests ---- */

static void put_network_test(GString *out, const char *what, fw_family family, const fw_address *has,
                             const fw_address *address, const fw_address *mask, gboolean inverted)
{
  g_string_append_printf(out, "%s ", what);
  fw_save_address(out, family, has);
  g_string_append(out, inverted ? " is in " : " is not in ");
  fw_save_network(out, family, address, mask);
}

static void put_interface_test(GString *out, const char *what, const fw_interface_name *has,
                               const fw_interface *pattern, gboolean inverted)
{
  if (!has->known) {
    g_string_append_printf(out, "the %s is not known, and would have to be %s%s%s", what, inverted ? "other than " : "",
                           pattern->name, pattern->prefix ? "+" : "");
    return;
  }
  g_string_append_printf(out, "%s %s is %s%s%s", what, has->name[0] != '\0' ? has->name : "(none)",
                         inverted ? "" : "not ", pattern->name, pattern->prefix ? "+" : "");
}

static void put_protocol(GString *out, guint8 protocol)
{
  const char *name = fw_protocol_saved(protocol);

  if (name != NULL)
    g_string_append(out, name);
  else
    g_string_append_printf(out, "%u", protocol);
}

static void put_plain(GString *out, const fw_packet *p, const fw_tests *t, guint failed)
{
  gboolean inverted = (t->invert & failed) != 0;

  switch (failed) {
  case FW_TEST_SOURCE:
    put_network_test(out, "source", p->family, &p->source, &t->source, &t->source_mask, inverted);
    return;
  case FW_TEST_DESTINATION:
    put_network_test(out, "destination", p->family, &p->destination, &t->destination, &t->destination_mask, inverted);
    return;
  case FW_TEST_IN: put_interface_test(out, "input interface", p->in, &t->in, inverted); return;
  case FW_TEST_OUT: put_interface_test(out, "output interface", p->out, &t->out, inverted); return;
  case FW_TEST_PROTOCOL:
    if (p->broken) {
      g_string_append(out, "an extension header is cut, so that its protocol cannot be read");
      return;
    }
    g_string_append(out, "protocol ");
    put_protocol(out, p->protocol);
    g_string_append(out, inverted ? " is " : " is not ");
    put_protocol(out, t->protocol);
    return;
  default: g_string_append(out, inverted ? "it is a later fragment" : "it is no later fragment");
  }
}

/* ---- matches ---- */

static void put_range(GString *out, const fw_range16 *range)
{
  if (range->from == range->to)
    g_string_append_printf(out, "%u", range->from);
  else
    g_string_append_printf(out, "%u:%u", range->from, range->to);
}

static gboolean put_port(GString *out, const char *what, guint16 has, const fw_range16 *range, gboolean given,
                         gboolean inverted)
{
  if (!given || fw_in16(has, range) != inverted)
    return FALSE;
  g_string_append_printf(out, "%s port %u is %s", what, has, inverted ? "" : "not ");
  put_range(out, range);
  return TRUE;
}

static gboolean put_ports(GString *out, const fw_packet *p, guint8 given, guint8 invert, const fw_range16 *sport,
                          const fw_range16 *dport)
{
  if (!(p->l4 & FW_L4_WHOLE)) {
    g_string_append(out, "its header is too short");
    return TRUE;
  }
  return put_port(out, "source", p->source_port, sport, (given & FW_TCP_SPORT) != 0, (invert & FW_TCP_SPORT) != 0) ||
         put_port(out, "destination", p->destination_port, dport, (given & FW_TCP_DPORT) != 0,
                  (invert & FW_TCP_DPORT) != 0);
}

static const char *state_name(guint16 state)
{
  switch (state) {
  case FW_STATE_NEW: return "NEW";
  case FW_STATE_ESTABLISHED: return "ESTABLISHED";
  case FW_STATE_RELATED: return "RELATED";
  case FW_STATE_UNTRACKED: return "UNTRACKED";
  default: return "INVALID";
  }
}

static gboolean put_match(GString *out, const fw_packet *p, const fw_match *m)
{
  const fw_tcp *t = m->data;
  const fw_udp *u = m->data;
  const fw_conntrack *c = m->data;

  if (m->ops == NULL)
    return FALSE;
  switch (m->ops->id) {
  case FW_MATCH_tcp:
    if (put_ports(out, p, t->given, t->invert, &t->sport, &t->dport))
      return TRUE;
    if (t->given & FW_TCP_FLAGS) {
      g_string_append_printf(out, "its TCP flags 0x%02x under 0x%02x are %s0x%02x", p->tcp_flags, t->flags_mask,
                             t->invert & FW_TCP_FLAGS ? "" : "not ", t->flags_value);
      return TRUE;
    }
    return FALSE;
  case FW_MATCH_udp: return put_ports(out, p, u->given, u->invert, &u->sport, &u->dport);
  case FW_MATCH_conntrack:
    if (c->given != FW_CT_STATE)
      return FALSE; /* fall through */
  case FW_MATCH_state: g_string_append_printf(out, "its class is %s", state_name(p->state)); return TRUE;
  case FW_MATCH_mark: g_string_append_printf(out, "its mark is 0x%x", p->mark); return p->mark_unknown == 0;
  case FW_MATCH_ttl:
  case FW_MATCH_hl: g_string_append_printf(out, "its TTL is %u", p->ttl); return TRUE;
  case FW_MATCH_length: g_string_append_printf(out, "it is %u bytes long", p->raw->length); return TRUE;
  default: return FALSE;
  }
}

static void put_match_words(GString *out, const fw_match *m, fw_family family)
{
  g_string_append_printf(out, "-m %s", m->name);
  if (m->ops == NULL)
    g_string_append_printf(out, "%s%s", m->text != NULL ? " " : "", m->text != NULL ? m->text : "");
  else if (m->ops->save != NULL)
    m->ops->save(m, family, out);
  else
    fw_save_options(out, family, m->ops->options, m->ops->given, m->ops->invert, m->data);
}

void fw_words_failed(GString *out, const fw_packet *p, const fw_step *step, guint failed)
{
  if (failed == FW_FAILED_NOTHING)
    return;
  if (failed < FW_FAILED_MATCH) {
    put_plain(out, p, step->rule->tests, failed);
    return;
  }
  if (put_match(out, p, &step->rule->matches[failed - FW_FAILED_MATCH]))
    return;
  put_match_words(out, &step->rule->matches[failed - FW_FAILED_MATCH], p->family);
  g_string_append(out, " does not hold");
}

/* ---- lines ---- */

static void put_place(GString *out, const fw_recorded *line)
{
  const fw_walk_said *s = &line->said;
  const fw_chain *chain = s->step != NULL ? s->step->rule->chain : s->chain;

  g_string_append_printf(out, "  %s%s %s", line->answer ? "answer: " : "", chain->table->name, chain->name);
  if (s->step != NULL)
    g_string_append_printf(out, " rule %u (line %u)", s->step->rule->number, s->step->rule->line);
}

static void put_line(GString *out, const fw_recorded *line)
{
  const fw_walk_said *s = &line->said;

  put_place(out, line);
  switch (s->event) {
  case FW_WALK_POLICY: g_string_append(out, ": end of the chain, policy "); break;
  case FW_WALK_RETURN: g_string_append(out, ": end of the chain, "); break;
  case FW_WALK_RULE: g_string_append(out, ": holds, "); break;
  case FW_WALK_PASSED: g_string_append_printf(out, ": no, %s\n", line->failed != NULL ? line->failed : ""); return;
  case FW_WALK_UNKNOWN:
    g_string_append_printf(out, ": cannot be known, %s\n", line->failed != NULL ? line->failed : "");
    return;
  case FW_WALK_HOTDROP:
    g_string_append_printf(out, ": dropped at once, %s\n", line->failed != NULL ? line->failed : "");
    return;
  }
  fw_recorded_verdict(out, s);
  g_string_append_c(out, '\n');
}

static void put_outcome(GString *out, const fw_outcome *o)
{
  if (o->verdict == FW_VERDICT_NONE)
    return;
  if (o->kernel == FW_KERNEL_TTL)
    g_string_append(out, "  its TTL ends here: the kernel drops it\n");
  else if (o->kernel == FW_KERNEL_CONNTRACK)
    g_string_append(out, "  conntrack itself drops it\n");
  else if (o->kernel == FW_KERNEL_NAT)
    g_string_append(out, "  it cannot be translated: the kernel drops it\n");
  else if (o->kernel == FW_KERNEL_NO_LISTENER)
    g_string_append(out, "  multicast that the box neither takes nor forwards\n");
  if (o->before_conntrack)
    g_string_append(out, "  conntrack never sees it\n");
  if (o->nat_unknown != NULL)
    g_string_append_printf(out,
                           "  nat rule %s %u (line %u) asks for an address of the box that is not said (--local)\n",
                           o->nat_unknown->chain->name, o->nat_unknown->number, o->nat_unknown->line);
  if (o->answer.sent)
    g_string_append(out, "  the box answers, and the answer leaves\n");
  else if (o->answer.why_not != NULL)
    g_string_append_printf(out, "  the box does not answer: %s\n", o->answer.why_not);
}

void fw_words_walk(GString *out, const fw_firewall *f)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_record *record = fw_firewall_record(f);
  guint i;

  if (o->verdict == FW_VERDICT_NONE)
    return;
  g_string_append_printf(out, "rules, way %s: %s\n", fw_path_name(o->path), fw_verdict_name(o->verdict));
  for (i = 0; i < record->lines->len; i++)
    put_line(out, &g_array_index(record->lines, fw_recorded, i));
  put_outcome(out, o);
}
