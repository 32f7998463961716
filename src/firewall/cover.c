/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/cover.h"

#include <string.h>

#include "firewall/extension.h"
#include "firewall/match/data.h"
#include "firewall/nft/nft.h"

/* Pairs of rules that are looked at, in all. */
enum { PAIRS_MOST = 1 << 25 };

/* ---- plain tests ---- */

/* `inner` lies in `outer`, both under their masks. */
static gboolean network_in(const fw_address *inner, const fw_address *inner_mask, const fw_address *outer,
                           const fw_address *outer_mask)
{
  guint i;

  for (i = 0; i < 4; i++)
    if ((outer_mask->words[i] & ~inner_mask->words[i]) != 0 ||
        ((inner->words[i] ^ outer->words[i]) & outer_mask->words[i]) != 0)
      return FALSE;
  return TRUE;
}

/* No address is in both. */
static gboolean networks_apart(const fw_address *a, const fw_address *a_mask, const fw_address *b,
                               const fw_address *b_mask)
{
  guint i;

  for (i = 0; i < 4; i++)
    if (((a->words[i] ^ b->words[i]) & a_mask->words[i] & b_mask->words[i]) != 0)
      return TRUE;
  return FALSE;
}

/* What one rule asks of an address. */
typedef struct asked_address {
  gboolean given, invert;
  const fw_address *address, *mask;
} asked_address;

static asked_address source_of(const fw_tests *t)
{
  return (asked_address){ (t->given & FW_TEST_SOURCE) != 0, (t->invert & FW_TEST_SOURCE) != 0, &t->source,
                          &t->source_mask };
}

static asked_address destination_of(const fw_tests *t)
{
  return (asked_address){ (t->given & FW_TEST_DESTINATION) != 0, (t->invert & FW_TEST_DESTINATION) != 0,
                          &t->destination, &t->destination_mask };
}

/* Whatever `inner` holds for, `outer` does. */
static gboolean address_implies(asked_address inner, asked_address outer)
{
  if (!outer.given)
    return TRUE;
  if (!inner.given)
    return FALSE;
  if (!outer.invert)
    return !inner.invert && network_in(inner.address, inner.mask, outer.address, outer.mask);
  if (inner.invert)
    return network_in(outer.address, outer.mask, inner.address, inner.mask);
  return networks_apart(inner.address, inner.mask, outer.address, outer.mask);
}

/* Every name that `inner` fits, `outer` does. */
static gboolean name_in(const fw_interface *inner, const fw_interface *outer)
{
  if (outer->prefix)
    return inner->length >= outer->length && strncmp(inner->name, outer->name, outer->length) == 0;
  return !inner->prefix && strcmp(inner->name, outer->name) == 0;
}

static gboolean names_apart(const fw_interface *a, const fw_interface *b)
{
  guint common = MIN(a->length, b->length);

  if (!a->prefix && !b->prefix)
    return strcmp(a->name, b->name) != 0;
  if (strncmp(a->name, b->name, common) != 0)
    return TRUE;
  return (!a->prefix && a->length < b->length) || (!b->prefix && b->length < a->length);
}

static gboolean interface_implies(const fw_tests *inner, const fw_tests *outer, guint8 test)
{
  const fw_interface *i = test == FW_TEST_IN ? &inner->in : &inner->out,
                     *o = test == FW_TEST_IN ? &outer->in : &outer->out;
  gboolean inner_not = (inner->invert & test) != 0, outer_not = (outer->invert & test) != 0;

  if (!(outer->given & test))
    return TRUE;
  if (!(inner->given & test))
    return FALSE;
  if (!outer_not)
    return !inner_not && name_in(i, o);
  return inner_not ? name_in(o, i) : names_apart(i, o);
}

static gboolean protocol_implies(const fw_tests *inner, const fw_tests *outer)
{
  gboolean inner_not = (inner->invert & FW_TEST_PROTOCOL) != 0, outer_not = (outer->invert & FW_TEST_PROTOCOL) != 0;

  if (!(outer->given & FW_TEST_PROTOCOL))
    return TRUE;
  if (!(inner->given & FW_TEST_PROTOCOL))
    return FALSE;
  if (inner_not == outer_not)
    return inner->protocol == outer->protocol;
  return outer_not && inner->protocol != outer->protocol;
}

static gboolean fragment_implies(const fw_tests *inner, const fw_tests *outer)
{
  return !(outer->given & FW_TEST_FRAGMENT) ||
         (inner->given & FW_TEST_FRAGMENT && !((inner->invert ^ outer->invert) & FW_TEST_FRAGMENT));
}

static gboolean tests_imply(const fw_tests *inner, const fw_tests *outer)
{
  static const fw_tests none;

  inner = inner != NULL ? inner : &none;
  if (outer == NULL)
    return TRUE;
  return address_implies(source_of(inner), source_of(outer)) &&
         address_implies(destination_of(inner), destination_of(outer)) && interface_implies(inner, outer, FW_TEST_IN) &&
         interface_implies(inner, outer, FW_TEST_OUT) && protocol_implies(inner, outer) &&
         fragment_implies(inner, outer);
}

/* ---- matches ---- */

static gboolean range_in(const fw_range16 *inner, const fw_range16 *outer)
{
  return inner->from >= outer->from && inner->to <= outer->to;
}

static gboolean ranges_apart(const fw_range16 *a, const fw_range16 *b) { return a->to < b->from || b->to < a->from; }

/* One of a match's ranges of ports: given and inverted by `bit`. */
static gboolean ports_imply(guint8 inner_given, guint8 inner_not, const fw_range16 *inner, guint8 outer_given,
                            guint8 outer_not, const fw_range16 *outer, guint8 bit)
{
  if (!(outer_given & bit))
    return TRUE;
  if (!(inner_given & bit))
    return FALSE;
  if (!(outer_not & bit))
    return !(inner_not & bit) && range_in(inner, outer);
  return inner_not & bit ? range_in(outer, inner) : ranges_apart(inner, outer);
}

static gboolean tcp_implies(const fw_tcp *i, const fw_tcp *o)
{
  if (o->given & FW_TCP_OPTION)
    return FALSE; /* a rule in between may strip options */
  if (o->given & FW_TCP_FLAGS) {
    if (!(i->given & FW_TCP_FLAGS) || i->invert & FW_TCP_FLAGS || o->invert & FW_TCP_FLAGS)
      return FALSE;
    if ((o->flags_mask & ~i->flags_mask) != 0 || (i->flags_value & o->flags_mask) != o->flags_value)
      return FALSE;
  }
  return ports_imply(i->given, i->invert, &i->sport, o->given, o->invert, &o->sport, FW_TCP_SPORT) &&
         ports_imply(i->given, i->invert, &i->dport, o->given, o->invert, &o->dport, FW_TCP_DPORT);
}

static gboolean udp_implies(const fw_udp *i, const fw_udp *o)
{
  return ports_imply(i->given, i->invert, &i->sport, o->given, o->invert, &o->sport, FW_TCP_SPORT) &&
         ports_imply(i->given, i->invert, &i->dport, o->given, o->invert, &o->dport, FW_TCP_DPORT);
}

static gboolean icmp_implies(const fw_icmp *i, const fw_icmp *o)
{
  if (i->invert || o->invert)
    return memcmp(i, o, sizeof *i) == 0;
  return i->type == o->type && i->code_from >= o->code_from && i->code_to <= o->code_to;
}

/* Each range of the one lies in one of the other. */
static gboolean multiport_holds(const fw_multiport *o, const fw_range16 *ranges, guint n)
{
  guint i, k;

  for (i = 0; i < n; i++) {
    for (k = 0; k < o->n && !range_in(&ranges[i], &o->ports[k]); k++)
      continue;
    if (k == o->n)
      return FALSE;
  }
  return TRUE;
}

/* A port that tcp or udp asks for is among those of multiport. */
static gboolean multiport_holds_ports(const fw_multiport *o, guint8 given, guint8 invert, const fw_range16 *sport,
                                      const fw_range16 *dport)
{
  gboolean s = given & FW_TCP_SPORT && !(invert & FW_TCP_SPORT), d = given & FW_TCP_DPORT && !(invert & FW_TCP_DPORT);

  if (o->side != FW_MULTIPORT_DESTINATION && s && multiport_holds(o, sport, 1))
    return TRUE;
  return o->side != FW_MULTIPORT_SOURCE && d && multiport_holds(o, dport, 1);
}

static gboolean multiport_implied(const fw_match *inner, const fw_multiport *o)
{
  const fw_multiport *m = inner->data;
  const fw_tcp *t = inner->data;
  const fw_udp *u = inner->data;

  if (o->invert)
    return FALSE;
  switch (inner->ops->id) {
  case FW_MATCH_multiport:
    return !m->invert && (m->side == o->side || o->side == FW_MULTIPORT_EITHER) && m->n > 0 &&
           multiport_holds(o, m->ports, m->n);
  case FW_MATCH_tcp: return multiport_holds_ports(o, t->given, t->invert, &t->sport, &t->dport);
  case FW_MATCH_udp: return multiport_holds_ports(o, u->given, u->invert, &u->sport, &u->dport);
  default: return FALSE;
  }
}

enum { BASIC_STATES = FW_STATE_INVALID | FW_STATE_ESTABLISHED | FW_STATE_RELATED | FW_STATE_NEW | FW_STATE_UNTRACKED };

/* => the classes that a match asks for alone; 0: it asks for something else. */
static guint16 states_of(const fw_match *m)
{
  const fw_state *s = m->data;
  const fw_conntrack *c = m->data;
  guint16 states;
  gboolean invert;

  if (m->ops->id == FW_MATCH_state) {
    states = s->states;
    invert = s->invert;
  } else if (m->ops->id == FW_MATCH_conntrack && c->given == FW_CT_STATE) {
    states = c->states;
    invert = (c->invert & FW_CT_STATE) != 0;
  } else {
    return 0;
  }
  if ((states & ~BASIC_STATES) != 0)
    return 0;
  return invert ? (guint16)(BASIC_STATES & ~states) : states;
}

/* Asks what no rule can change and nothing remembers: equal ones say the same of a packet, wherever they stand. */
static gboolean is_steady(fw_match_id id)
{
  switch (id) {
  case FW_MATCH_tcp:
  case FW_MATCH_udp:
  case FW_MATCH_icmp:
  case FW_MATCH_icmp6:
  case FW_MATCH_multiport:
  case FW_MATCH_iprange:
  case FW_MATCH_mac:
  case FW_MATCH_pkttype:
  case FW_MATCH_ah:
  case FW_MATCH_esp:
  case FW_MATCH_sctp:
  case FW_MATCH_dccp: return TRUE;
  default: return FALSE;
  }
}

/* Where the one match holds, the other does. */
static gboolean match_implies(const fw_match *inner, const fw_match *outer, gboolean raw)
{
  guint16 states;

  if (inner->ops == NULL || inner->data == NULL)
    return FALSE;
  states = states_of(outer);
  if (states != 0) /* CT and NOTRACK change it in table raw */
    return !raw && states_of(inner) != 0 && (states_of(inner) & ~states) == 0;
  if (outer->ops->id == FW_MATCH_multiport && multiport_implied(inner, outer->data))
    return TRUE;
  if (inner->ops != outer->ops)
    return FALSE;
  switch (outer->ops->id) {
  case FW_MATCH_tcp: return tcp_implies(inner->data, outer->data);
  case FW_MATCH_udp: return udp_implies(inner->data, outer->data);
  case FW_MATCH_icmp:
  case FW_MATCH_icmp6: return icmp_implies(inner->data, outer->data);
  default: return is_steady(outer->ops->id) && memcmp(inner->data, outer->data, outer->ops->size) == 0;
  }
}

/* ---- rules ---- */

/* What it takes never comes to the rules behind it. */
static gboolean ends_chain(const fw_rule *r)
{
  switch (r->target.kind) {
  case FW_TARGET_ACCEPT:
  case FW_TARGET_DROP:
  case FW_TARGET_RETURN:
  case FW_TARGET_GOTO: return TRUE;
  case FW_TARGET_EXTENSION:
    switch (r->target.ops->id) {
    case FW_TARGET_ID_REJECT:
    case FW_TARGET_ID_SNAT:
    case FW_TARGET_ID_DNAT:
    case FW_TARGET_ID_MASQUERADE:
    case FW_TARGET_ID_REDIRECT:
    case FW_TARGET_ID_NETMAP: return TRUE;
    default: return FALSE;
    }
  default: return FALSE;
  }
}

static gboolean covers(const fw_rule *outer, const fw_rule *inner, gboolean raw)
{
  guint i, k;

  if (!tests_imply(inner->tests, outer->tests))
    return FALSE;
  for (i = 0; i < outer->n_matches; i++) {
    if (outer->matches[i].ops->id == FW_MATCH_comment)
      continue;
    for (k = 0; k < inner->n_matches && !match_implies(&inner->matches[k], &outer->matches[i], raw); k++)
      continue;
    if (k == inner->n_matches)
      return FALSE;
  }
  return TRUE;
}

/* ---- chains ---- */

typedef struct covering {
  const GPtrArray *settled;
  GHashTable *reached; /* chains that packets may come to */
  GHashTable *by;      /* rule => the one that covers it */
  guint64 pairs;
} covering;

static gboolean is_settled(const covering *c, const char *match)
{
  guint i;

  for (i = 0; c->settled != NULL && i < c->settled->len; i++)
    if (strcmp(g_ptr_array_index(c->settled, i), match) == 0)
      return TRUE;
  return FALSE;
}

/* => FALSE: nothing can be proved by it. */
static gboolean can_cover(const covering *c, const fw_rule *r)
{
  guint i;

  if (!ends_chain(r))
    return FALSE;
  for (i = 0; i < r->n_matches; i++) {
    const fw_match_ops *ops = r->matches[i].ops;

    if (is_settled(c, r->matches[i].name) || ops == NULL ||
        (ops->id != FW_MATCH_comment && !is_steady(ops->id) && states_of(&r->matches[i]) == 0))
      return FALSE;
  }
  return TRUE;
}

static void cover_chain(covering *c, const fw_chain *chain)
{
  const fw_rule **ends = g_new(const fw_rule *, chain->n_rules + 1), *all = NULL;
  gboolean raw = strcmp(chain->table->name, "raw") == 0;
  guint n = 0, i, k;

  for (i = 0; i < chain->n_rules; i++) {
    const fw_rule *r = chain->rules[i], *by = all;

    for (k = 0; by == NULL && k < n && c->pairs < PAIRS_MOST; k++, c->pairs++)
      if (covers(ends[k], r, raw))
        by = ends[k];
    if (by != NULL) {
      g_hash_table_insert(c->by, (gpointer)r, (gpointer)by);
    } else if (can_cover(c, r)) {
      static const fw_rule anything;

      ends[n++] = r;
      if (covers(r, &anything, raw))
        all = r;
    }
  }
  g_free(ends);
}

static void lead_to(GPtrArray *left, const fw_nft_verdict *v)
{
  if (v != NULL && v->chain != NULL)
    g_ptr_array_add(left, v->chain);
}

/* A rule of nftables jumps by itself, by each element of a verdict map, and by what packets put into one. */
static void lead_on(GPtrArray *left, const fw_nft_rule *rule)
{
  guint i, k;

  for (i = 0; i < rule->n; i++) {
    const fw_nft_statement *s = &rule->statements[i];

    lead_to(left, &s->verdict);
    lead_to(left, s->data_verdict);
    for (k = 0; s->kind == FW_NFT_DO_VMAP && k < s->set->elements->len; k++)
      lead_to(left, g_array_index(s->set->elements, fw_nft_element, k).verdict);
  }
}

/* From a chain that is reached on, by jumps that can be met. */
static void reach(covering *c, const fw_chain *from)
{
  GPtrArray *left = g_ptr_array_new();
  guint i;

  g_ptr_array_add(left, (gpointer)from);
  while (left->len > 0) {
    const fw_chain *chain = g_ptr_array_steal_index(left, left->len - 1);

    if (!g_hash_table_add(c->reached, (gpointer)chain))
      continue;
    for (i = 0; i < chain->n_rules; i++) {
      const fw_rule *rule = chain->rules[i];

      if (g_hash_table_contains(c->by, rule))
        continue;
      if (rule->nft != NULL)
        lead_on(left, rule->nft);
      else if (rule->target.chain != NULL)
        g_ptr_array_add(left, rule->target.chain);
    }
  }
  g_ptr_array_free(left, TRUE);
}

static void for_chains(const fw_ruleset *r, void (*fn)(covering *c, const fw_chain *chain), covering *c,
                       gboolean built_in)
{
  guint i, k;

  for (i = 0; i < r->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(r->tables, i);

    for (k = 0; k < table->chains->len; k++) {
      const fw_chain *chain = g_ptr_array_index(table->chains, k);

      if (!built_in || chain->hook != FW_HOOK_NONE)
        fn(c, chain);
    }
  }
}

static void list_chain(GArray *list, const covering *c, const fw_chain *chain)
{
  gboolean reached = g_hash_table_contains(c->reached, chain);
  guint i;

  for (i = 0; i < chain->n_rules; i++) {
    fw_covered covered = { chain->rules[i], g_hash_table_lookup(c->by, chain->rules[i]) };

    if (covered.by != NULL || !(reached || chain->frames))
      g_array_append_val(list, covered);
  }
}

GArray *fw_cover_find(const fw_ruleset *r, const GPtrArray *settled)
{
  covering c = { settled, g_hash_table_new(NULL, NULL), g_hash_table_new(NULL, NULL), 0 };
  GArray *list = g_array_new(FALSE, FALSE, sizeof(fw_covered));
  guint i, k;

  for_chains(r, cover_chain, &c, FALSE);
  for_chains(r, reach, &c, TRUE);
  for (i = 0; i < r->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(r->tables, i);

    for (k = 0; k < table->chains->len; k++)
      list_chain(list, &c, g_ptr_array_index(table->chains, k));
  }
  g_hash_table_destroy(c.reached);
  g_hash_table_destroy(c.by);
  return list;
}
