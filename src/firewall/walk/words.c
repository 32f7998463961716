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
  if (!has->known && !pattern->prefix && strcmp(pattern->name, "lo") == 0) {
    g_string_append_printf(out, "the %s is not lo: it is no packet of the box to itself", what);
    return;
  }
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

static gboolean put_multiport(GString *out, const fw_packet *p, const fw_multiport *m)
{
  gboolean source = m->side == FW_MULTIPORT_SOURCE;
  guint i, port = source ? p->source_port : p->destination_port;

  if (!(p->l4 & FW_L4_PORTS) || p->fragment != 0)
    return FALSE;
  if (m->side == FW_MULTIPORT_EITHER)
    g_string_append_printf(out, "of source port %u and destination port %u %s", p->source_port, p->destination_port,
                           m->invert ? "one is among " : "none is among ");
  else
    g_string_append_printf(out, "%s port %u is %samong ", source ? "source" : "destination", port,
                           m->invert ? "" : "not ");
  for (i = 0; i < m->n; i++) {
    if (i > 0)
      g_string_append_c(out, ',');
    put_range(out, &m->ports[i]);
  }
  return TRUE;
}

static gboolean put_icmp(GString *out, const fw_packet *p)
{
  guint8 scratch[2];
  const guint8 *h = p->fragment == 0 ? fw_packet_at(p, p->l4_offset, 2, scratch) : NULL;

  if (h != NULL)
    g_string_append_printf(out, "its ICMP type is %u, code %u", h[0], h[1]);
  return h != NULL;
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
  case FW_MATCH_multiport: return put_multiport(out, p, m->data);
  case FW_MATCH_icmp:
  case FW_MATCH_icmp6: return put_icmp(out, p);
  case FW_MATCH_udp: return put_ports(out, p, u->given, u->invert, &u->sport, &u->dport);
  case FW_MATCH_conntrack:
    if (c->given != FW_CT_STATE)
      return FALSE; /* fall through */
  case FW_MATCH_state: g_string_append_printf(out, "its class is %s", state_name(p->state)); return TRUE;
  case FW_MATCH_mark: g_string_append_printf(out, "its mark is 0x%x", p->mark); return TRUE;
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

static const char *hashlimit_words(const fw_hashlimit *h)
{
  if (h->rate_match)
    return h->above ? " is not exceeded" : " is exceeded";
  if (h->bytes)
    return h->above ? " still has bytes left for these packets" : " has too few bytes left for these packets";
  return h->above ? " still has a token for these packets" : " has no token left for these packets";
}

static const char *recent_words(const fw_recent *r)
{
  if (r->op == FW_RECENT_SET)
    return " has noted it, which \"!\" takes for no";
  if (r->invert)
    return r->op == FW_RECENT_REMOVE ? " had its address" : " has seen its address so often";
  if (r->op == FW_RECENT_REMOVE)
    return " did not have its address";
  return r->seconds != 0 || r->hitcount > 0 ? " has not seen its address, or not so often of late"
                                            : " has not seen its address";
}

/* Why a match that remembers says no. => " does not hold", where there is no more to say. */
static const char *why_not(const fw_match *m)
{
  const fw_quota *q = m->data;
  const fw_connlimit *c = m->data;
  const fw_statistic *s = m->data;

  if (m->ops == NULL)
    return " does not hold";
  switch (m->ops->id) {
  case FW_MATCH_limit: return " has no token left";
  case FW_MATCH_hashlimit: return hashlimit_words(m->data);
  case FW_MATCH_recent: return recent_words(m->data);
  case FW_MATCH_quota: return q->invert ? " is not used up" : " is used up, or has too little left";
  case FW_MATCH_connlimit: return c->above ? " is not exceeded" : " is exceeded";
  case FW_MATCH_statistic: return s->nth ? ": it is not this packet's turn" : ": the draw fell otherwise";
  default: return " does not hold";
  }
}

/* Why nobody knows: the words are foreign, or a capture does not hold what they ask for. */
static void put_unknown_match(GString *out, const fw_match *m, fw_family family)
{
  put_match_words(out, m, family);
  g_string_append(out, m->ops == NULL ? " is not understood here" : " cannot be told from the capture");
}

/* Matches of nftables have no name behind -m, and no table of options. */
static void put_nft_match(GString *out, const fw_rule *rule, const fw_match *m, gboolean unknown)
{
  const char *known = rule->unknown ? "is not understood here" : "is not known here";

  g_string_append_printf(out, "%s %s", m->name, unknown ? known : "does not hold");
}

void fw_words_failed(GString *out, const fw_packet *p, const fw_step *step, guint failed, fw_walk_event event)
{
  gboolean unknown = event == FW_WALK_UNKNOWN;
  const fw_match *m;

  if (failed == FW_FAILED_NOTHING)
    return;
  if (failed < FW_FAILED_MATCH) {
    put_plain(out, p, step->rule->tests, failed);
    return;
  }
  m = &step->rule->matches[failed - FW_FAILED_MATCH];
  if (step->rule->nft != NULL) {
    put_nft_match(out, step->rule, m, unknown);
    return;
  }
  if (unknown) {
    put_unknown_match(out, m, p->family);
    return;
  }
  if (event != FW_WALK_HOTDROP && put_match(out, p, m))
    return;
  put_match_words(out, m, p->family);
  if (event == FW_WALK_HOTDROP)
    g_string_append(out, m->ops != NULL && m->ops->id == FW_MATCH_hashlimit
                           ? " has no room for it, or cannot be asked of it"
                           : " cannot be asked of it");
  else
    g_string_append(out, why_not(m));
}

/* ---- lines ---- */

static void put_rule(GString *out, const fw_rule *rule)
{
  g_string_append(out, ": ");
  fw_save_rule(out, rule);
  g_string_append_c(out, '\n');
}

static void put_place(GString *out, const fw_recorded *line)
{
  const fw_walk_said *s = &line->said;
  const fw_chain *chain = s->step != NULL ? s->step->rule->chain : s->chain;

  g_string_append_printf(out, "%s%s %s", line->answer ? "answer: " : "", chain->table->name, chain->name);
  if (s->step != NULL)
    g_string_append_printf(out, " rule %u (%s:%u)", s->step->rule->number, chain->table->file, s->step->rule->line);
  else if (s->event == FW_WALK_POLICY && chain->line > 0)
    g_string_append_printf(out, " (%s:%u)", chain->table->file, chain->line);
}

/* A rule that holds; its target may be what nobody knows. */
static void put_held(GString *out, const fw_walk_said *s)
{
  const fw_target *target = &s->step->rule->target;

  if (s->step->end != FW_END_UNKNOWN) {
    g_string_append(out, s->maybe ? ": holds, if it is reached, " : ": holds, ");
    if (s->step->end == FW_END_REJECT)
      g_string_append(out, "reject");
    else
      fw_recorded_verdict(out, s);
  } else {
    g_string_append_printf(out, ": holds, but what -j %s does is not known here", target->name);
  }
  put_rule(out, s->step->rule);
}

static void put_line(GString *out, const fw_recorded *line)
{
  const fw_walk_said *s = &line->said;

  put_place(out, line);
  switch (s->event) {
  case FW_WALK_POLICY: g_string_append(out, ": end of the chain, policy "); break;
  case FW_WALK_RETURN: g_string_append(out, ": end of the chain, "); break;
  case FW_WALK_RULE: put_held(out, s); return;
  case FW_WALK_PASSED: g_string_append_printf(out, ": no, %s\n", line->failed != NULL ? line->failed : ""); return;
  case FW_WALK_UNKNOWN:
    g_string_append_printf(out, ": cannot be known, %s", line->failed != NULL ? line->failed : "");
    put_rule(out, s->step->rule);
    return;
  case FW_WALK_BROKEN:
    g_string_append(out, s->maybe ? ": holds, if it is reached, and drops, since such a packet cannot be changed so"
                                  : ": holds, and drops, since such a packet cannot be changed so");
    put_rule(out, s->step->rule);
    return;
  case FW_WALK_HOTDROP:
    g_string_append_printf(out, ": dropped at once, %s", line->failed != NULL ? line->failed : "");
    put_rule(out, s->step->rule);
    return;
  }
  fw_recorded_verdict(out, s);
  g_string_append_c(out, '\n');
}

/* ---- the whole ---- */

static void put_interface(GString *out, const char *what, const fw_interface_name *name)
{
  if (name == NULL || (name->known && name->name[0] == '\0'))
    return;
  if (name->known)
    g_string_append_printf(out, ", %s by %s", what, name->name);
  else
    g_string_append_printf(out, ", %s by an interface that is not known", what);
}

/* "forward, in by lan0, out by wan0; the verdict: drop" */
static void put_way(GString *out, const fw_outcome *o)
{
  static const char *const ways[] = {
    [FW_PATH_FORWARD] = "Forwarded", [FW_PATH_INPUT] = "To the box itself", [FW_PATH_OUTPUT] = "From the box itself"
  };
  const gboolean by_kernel = o->kernel != FW_KERNEL_NOTHING;

  if (by_kernel && o->path == FW_PATH_FORWARD)
    g_string_append(out, "To be forwarded");
  else
    g_string_append(out, ways[o->path] != NULL ? ways[o->path] : "No way");
  put_interface(out, "in", o->packet.in);
  put_interface(out, "out", o->packet.out);
  g_string_append_printf(out, "; the %s verdict: %s.\n", by_kernel ? "kernel's" : "rules'",
                         fw_verdict_name(o->verdict));
}

static void put_outcome(GString *out, const fw_outcome *o)
{
  if (o->kernel == FW_KERNEL_TTL)
    g_string_append(out, "Its TTL ends here: the kernel drops it.\n");
  else if (o->kernel == FW_KERNEL_CONNTRACK)
    g_string_append(out, "Conntrack itself drops it.\n");
  else if (o->kernel == FW_KERNEL_NAT)
    g_string_append(out, "It cannot be translated: the kernel drops it.\n");
  else if (o->kernel == FW_KERNEL_NO_LISTENER)
    g_string_append(out, "It is multicast that the box neither takes nor forwards.\n");
  else if (o->kernel == FW_KERNEL_NO_ROUTE || o->kernel == FW_KERNEL_HOST)
    g_string_append_printf(out, "It is not forwarded: %s.\n", fw_route_end_words(o->ended));
  else if (o->kernel == FW_KERNEL_MARTIAN)
    g_string_append(
      out, "It is a martian: a link brings nothing from such an address, or to such a one; the kernel drops it.\n");
  else if (o->kernel == FW_KERNEL_SCOPE)
    g_string_append(out, "It comes from an address of one link, which the kernel does not forward to another.\n");
  else if (o->kernel == FW_KERNEL_OPTIONS)
    g_string_append(out, "Its IP options are malformed: the kernel drops it.\n");
  else if (o->kernel == FW_KERNEL_SOURCE_ROUTE)
    g_string_append(out, "It asks for a source route, which a kernel does not take unless "
                         "net.ipv4.conf.*.accept_source_route is set: the kernel drops it.\n");
  if (o->nat_nowhere != NULL)
    g_string_append_printf(out,
                           "The nat rule %s %u drops it: the device has no address to translate to, as far as --local "
                           "ADDRESS@INTERFACE says.\n",
                           o->nat_nowhere->chain->name, o->nat_nowhere->number);
  if (o->nat_unknown != NULL)
    g_string_append_printf(out,
                           "The nat rule %s %u (%s:%u) maps to what is not known here: an address of the box (--local "
                           "ADDRESS@INTERFACE), or looked up in a map.\n",
                           o->nat_unknown->chain->name, o->nat_unknown->number, o->nat_unknown->chain->table->file,
                           o->nat_unknown->line);
  if (o->answer_to != 0)
    g_string_append_printf(out, "Its way through OUTPUT is told with packet %" G_GUINT64_FORMAT ", which it answers.\n",
                           o->answer_to);
  if (o->answer.sent)
    g_string_append(out, "The box answers, and the answer leaves.\n");
  else if (o->answer.why_not != NULL)
    g_string_append_printf(out, "The box does not answer: %s.\n", o->answer.why_not);
}

void fw_words_walk(GString *out, const fw_firewall *f)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_record *record = fw_firewall_record(f);
  guint i;

  if (o->verdict == FW_VERDICT_NONE)
    return;
  put_way(out, o);
  for (i = 0; i < record->lines->len; i++)
    put_line(out, &g_array_index(record->lines, fw_recorded, i));
  put_outcome(out, o);
  fw_words_nat(out, f);
}
