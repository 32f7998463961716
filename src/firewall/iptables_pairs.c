/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of addresses: one rule for each pair of a source and a destination, the sources first (RULES 2.2). */
#include <string.h>

#include "firewall/iptables_rule.h"

typedef struct sides {
  fw_command *c;
  GArray *networks; /* fw_address[2] */
} sides;

static gboolean add_network(const char *part, gpointer user)
{
  sides *s = user;
  fw_address network[2];
  guint i;

  while (g_ascii_isspace(*part))
    part++;
  if (!fw_read_network(part, s->c->f->family, network))
    return FALSE;
  for (i = 0; i < 4; i++)
    network[0].words[i] &= network[1].words[i];
  g_array_append_vals(s->networks, network, 2);
  return TRUE;
}

/* => the addresses of a list; NULL: error is set. */
static GArray *read_side(fw_command *c, const char *list, guint column, gboolean invert)
{
  sides s = { c, g_array_new(FALSE, FALSE, sizeof(fw_address)) };
  fw_place place = c->f->place;

  place.column = column;
  if (list == NULL)
    g_array_set_size(s.networks, 2);
  else if (!fw_each_part(list, ',', add_network, &s))
    fw_fail(c->error, &place, "expected %s addresses in numbers, with or without masks, found \"%s\"",
            c->f->family == FW_IPV6 ? "IPv6" : "IPv4", list);
  else if (invert && s.networks->len > 2)
    fw_fail(c->error, &place, "expected one address behind '!', found \"%s\"", list);
  else
    return s.networks;
  if (list == NULL)
    return s.networks;
  g_array_free(s.networks, TRUE);
  return NULL;
}

static gboolean is_any(const fw_address *mask)
{
  return (mask->words[0] | mask->words[1] | mask->words[2] | mask->words[3]) == 0;
}

static void put_side(fw_tests *t, guint8 bit, const GArray *networks, guint i, fw_address *address, fw_address *mask)
{
  if ((t->given & bit) == 0)
    return;
  *address = g_array_index(networks, fw_address, 2 * i);
  *mask = g_array_index(networks, fw_address, 2 * i + 1);
  /* Every address is no test. */
  if (is_any(mask) && (t->invert & bit) == 0)
    t->given &= ~bit;
}

static fw_rule *make_rule(fw_command *c, const GArray *from, guint i, const GArray *to, guint j)
{
  fw_ruleset *r = c->f->ruleset;
  fw_rule *rule = fw_ruleset_take(r, sizeof *rule);
  fw_tests tests = c->tests;
  guint m;

  put_side(&tests, FW_TEST_SOURCE, from, i, &tests.source, &tests.source_mask);
  put_side(&tests, FW_TEST_DESTINATION, to, j, &tests.destination, &tests.destination_mask);
  rule->line = c->f->place.line;
  rule->has_counters = c->has_counters;
  rule->counters = c->counters;
  if (tests.given != 0) {
    rule->tests = fw_ruleset_take(r, sizeof tests);
    *rule->tests = tests;
  }
  rule->n_matches = c->loading->len;
  if (rule->n_matches > 0)
    rule->matches = fw_ruleset_take(r, rule->n_matches * sizeof *rule->matches);
  rule->target = c->target;
  rule->unknown = c->target.text != NULL && (c->target.ops == NULL || !c->target.ops->opaque);
  for (m = 0; m < rule->n_matches; m++) {
    rule->matches[m] = g_array_index(c->loading, fw_loading, m).match;
    rule->unknown |= rule->matches[m].ops == NULL || rule->matches[m].text != NULL;
  }
  return rule;
}

gboolean fw_command_each_rule(fw_command *c, gboolean (*each)(fw_rule *rule, gpointer user), gpointer user)
{
  gboolean invert = (c->tests.invert & (FW_TEST_SOURCE | FW_TEST_DESTINATION)) != 0;
  GArray *from = read_side(c, c->sources, c->source_column, invert), *to = NULL;
  gboolean ok = from != NULL;
  guint i, j;

  if (ok)
    to = read_side(c, c->destinations, c->destination_column, invert);
  ok = to != NULL;
  for (i = 0; ok && i < from->len / 2; i++)
    for (j = 0; ok && j < to->len / 2; j++)
      ok = each(make_rule(c, from, i, to, j), user);
  if (from != NULL)
    g_array_free(from, TRUE);
  if (to != NULL)
    g_array_free(to, TRUE);
  return ok;
}
