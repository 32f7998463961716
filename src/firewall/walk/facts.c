/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/facts.h"

#include <string.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/walk/policies.h"
#include "firewall/walk/routing.h"

static void network_clear(gpointer data) { g_free(((fw_network *)data)->interface); }
static void assumption_clear(gpointer data) { g_free(((fw_assumption *)data)->match); }
static void policy_clear(gpointer data) { g_free(((fw_timeout_policy *)data)->name); }

fw_box_facts *fw_box_facts_new(void)
{
  fw_box_facts *f = g_new0(fw_box_facts, 1);

  f->local = g_array_new(FALSE, TRUE, sizeof(fw_network));
  g_array_set_clear_func(f->local, network_clear);
  f->routes = g_array_new(FALSE, TRUE, sizeof(fw_network));
  g_array_set_clear_func(f->routes, network_clear);
  f->own4 = g_array_new(FALSE, TRUE, sizeof(guint32));
  f->broadcast4 = g_array_new(FALSE, TRUE, sizeof(guint32));
  f->ways4 = g_array_new(FALSE, TRUE, sizeof(fw_way4));
  f->assumptions = g_array_new(FALSE, TRUE, sizeof(fw_assumption));
  g_array_set_clear_func(f->assumptions, assumption_clear);
  f->policies = g_array_new(FALSE, TRUE, sizeof(fw_timeout_policy));
  g_array_set_clear_func(f->policies, policy_clear);
  return f;
}

void fw_box_facts_free(fw_box_facts *f)
{
  if (f == NULL)
    return;
  g_array_free(f->local, TRUE);
  g_array_free(f->routes, TRUE);
  g_array_free(f->own4, TRUE);
  g_array_free(f->broadcast4, TRUE);
  g_array_free(f->ways4, TRUE);
  g_array_free(f->assumptions, TRUE);
  g_array_free(f->policies, TRUE);
  fw_routing_free(f->routing[FW_IPV4]);
  fw_routing_free(f->routing[FW_IPV6]);
  g_free(f->bridge_name);
  g_free(f->interface);
  g_free(f);
}

/* text up to `end`; the host bits stay. */
static gboolean read_network(const char *text, const char *end, fw_network *n)
{
  g_autofree char *word = end != NULL ? g_strndup(text, (gsize)(end - text)) : g_strdup(text);
  fw_address pair[2];
  int length;

  memset(n, 0, sizeof *n);
  n->family = strchr(word, ':') != NULL ? FW_IPV6 : FW_IPV4;
  if (!fw_read_network(strcmp(word, "default") == 0 ? "0.0.0.0/0" : word, n->family, pair))
    return FALSE;
  length = fw_mask_length(n->family, &pair[1]);
  if (length < 0)
    return FALSE;
  n->address = pair[0];
  fw_mask_of_length(n->family, (guint)length, &n->mask);
  n->length = (guint8)length;
  return TRUE;
}

static gboolean interface_fits(const char *name) { return *name != '\0' && strlen(name) < 16; }

/* Behind those that are as long: of these the first one counts. */
static void add_way4(fw_box_facts *f, const fw_network *n)
{
  const fw_way4 way = { n->address.words[0], n->mask.words[0], n->length, n->end, n->interface };
  guint at = f->ways4->len;

  while (at > 0 && g_array_index(f->ways4, fw_way4, at - 1).length < way.length)
    at--;
  g_array_insert_val(f->ways4, at, way);
}

static void add_local4(fw_box_facts *f, const fw_network *n)
{
  const guint32 own = n->address.words[0], broadcast = (own & n->mask.words[0]) | ~n->mask.words[0];

  g_array_append_val(f->own4, own);
  if (n->length < 31 && n->length > 0)
    g_array_append_val(f->broadcast4, broadcast);
  if (n->interface != NULL && n->length < 32)
    add_way4(f, n);
}

void fw_box_facts_changed(fw_box_facts *f)
{
  guint i;

  f->changes++;
  g_array_set_size(f->own4, 0);
  g_array_set_size(f->broadcast4, 0);
  g_array_set_size(f->ways4, 0);
  for (i = 0; i < f->routes->len; i++)
    if (g_array_index(f->routes, fw_network, i).family == FW_IPV4)
      add_way4(f, &g_array_index(f->routes, fw_network, i));
  for (i = 0; i < f->local->len; i++)
    if (g_array_index(f->local, fw_network, i).family == FW_IPV4)
      add_local4(f, &g_array_index(f->local, fw_network, i));
}

gboolean fw_box_facts_local(fw_box_facts *f, const char *text)
{
  const char *at = strchr(text, '@');
  fw_network n;

  if (!read_network(text, at, &n) || (at != NULL && !interface_fits(at + 1)))
    return FALSE;
  n.interface = at != NULL ? g_strdup(at + 1) : NULL;
  g_array_append_val(f->local, n);
  fw_box_facts_changed(f);
  return TRUE;
}

/* No device has such a name, or it is nobody's wish to be misunderstood by ip(8). */
fw_route_end fw_route_end_of(const char *word)
{
  static const char *const words[FW_ROUTE_ENDS] = { [FW_ROUTE_NONE] = "throw",
                                                    [FW_ROUTE_UNREACHABLE] = "unreachable",
                                                    [FW_ROUTE_PROHIBIT] = "prohibit",
                                                    [FW_ROUTE_BLACKHOLE] = "blackhole" };
  guint i;

  for (i = FW_ROUTE_NONE; i < FW_ROUTE_ENDS; i++)
    if (words[i] != NULL && strcmp(word, words[i]) == 0)
      return (fw_route_end)i;
  return FW_ROUTE_GOES;
}

const char *fw_route_end_words(fw_route_end end)
{
  static const char *const words[FW_ROUTE_ENDS] = { [FW_ROUTE_GOES] = "there is a route to where it goes",
                                                    [FW_ROUTE_NONE] = "there is no route to where it goes",
                                                    [FW_ROUTE_UNREACHABLE] =
                                                      "the route to where it goes is unreachable",
                                                    [FW_ROUTE_PROHIBIT] = "the route to where it goes is prohibited",
                                                    [FW_ROUTE_BLACKHOLE] = "the route to where it goes is a black hole",
                                                    [FW_ROUTE_HOST] = "it is not for the box, which forwards nothing" };

  return words[end];
}

static gboolean read_route(const char *text, fw_network *n)
{
  const char *equals = strchr(text, '=');

  if (equals == NULL || !interface_fits(equals + 1) || !read_network(text, equals, n))
    return FALSE;
  n->end = (guint8)fw_route_end_of(equals + 1);
  n->interface = n->end != FW_ROUTE_GOES || strcmp(equals + 1, "?") == 0 ? NULL : g_strdup(equals + 1);
  return TRUE;
}

gboolean fw_box_facts_rule(fw_box_facts *f, const char *text)
{
  const fw_family family = *text == '6' ? FW_IPV6 : FW_IPV4;

  if ((*text != '4' && *text != '6') || text[1] != ' ' || !fw_routing_rule(&f->routing[family], family, text + 2))
    return FALSE;
  fw_box_facts_changed(f);
  return TRUE;
}

gboolean fw_box_facts_table(fw_box_facts *f, const char *text)
{
  const char *blank = strchr(text, ' ');
  g_autofree char *table = blank != NULL ? g_strndup(text, (gsize)(blank - text)) : NULL;
  fw_network n;

  if (table == NULL || !read_route(blank + 1, &n))
    return FALSE;
  if (f->routing[n.family] != NULL)
    fw_routing_route(f->routing[n.family], table, &n);
  g_free(n.interface);
  return TRUE;
}

gboolean fw_box_facts_route(fw_box_facts *f, const char *text)
{
  fw_network n;

  if (!read_route(text, &n))
    return FALSE;
  g_array_append_val(f->routes, n);
  fw_box_facts_changed(f);
  return TRUE;
}

gboolean fw_box_facts_assume(fw_box_facts *f, const char *text)
{
  const char *equals = strchr(text, '=');
  fw_assumption a;

  if (equals == NULL || equals == text || (strcmp(equals, "=yes") != 0 && strcmp(equals, "=no") != 0))
    return FALSE;
  a.match = g_strndup(text, (gsize)(equals - text));
  a.holds = equals[1] == 'y';
  g_array_append_val(f->assumptions, a);
  return TRUE;
}

gboolean fw_address_under(const fw_address *address, const fw_address *network, const fw_address *mask)
{
  return ((address->words[0] ^ network->words[0]) & mask->words[0]) == 0 &&
         ((address->words[1] ^ network->words[1]) & mask->words[1]) == 0 &&
         ((address->words[2] ^ network->words[2]) & mask->words[2]) == 0 &&
         ((address->words[3] ^ network->words[3]) & mask->words[3]) == 0;
}

/* What no route is for. */
static fw_route no_route(const fw_box_facts *f)
{
  return (fw_route){ .end = f->complete ? FW_ROUTE_NONE : FW_ROUTE_GOES };
}

static fw_route look_up4(const fw_box_facts *f, guint32 to)
{
  guint i;

  for (i = 0; i < f->ways4->len; i++) {
    const fw_way4 *way = &g_array_index(f->ways4, fw_way4, i);

    if (((to ^ way->network) & way->mask) == 0)
      return (fw_route){ way->interface, (fw_route_end)way->end, way->length };
  }
  return no_route(f);
}

fw_route fw_box_facts_look_up_main(const fw_box_facts *f, fw_family family, const fw_address *to)
{
  const fw_network *best = NULL;
  guint i;

  if (family == FW_IPV4)
    return look_up4(f, to->words[0]);
  for (i = 0; i < f->routes->len; i++) {
    const fw_network *n = &g_array_index(f->routes, fw_network, i);

    if (n->family == family && (best == NULL || n->length > best->length) &&
        fw_address_under(to, &n->address, &n->mask))
      best = n;
  }
  for (i = 0; i < f->local->len; i++) {
    const fw_network *n = &g_array_index(f->local, fw_network, i);

    if (n->family == family && n->interface != NULL && n->length < 128 && (best == NULL || n->length > best->length) &&
        fw_address_under(to, &n->address, &n->mask))
      best = n;
  }
  if (best == NULL)
    return no_route(f);
  return (fw_route){ best->interface, (fw_route_end)best->end, best->length };
}

fw_route fw_box_facts_look_up(const fw_box_facts *f, fw_family family, const fw_address *to)
{
  return G_UNLIKELY(f->routing[family] != NULL) ? fw_routing_way(f->routing[family], f, family, to, NULL)
                                                : fw_box_facts_look_up_main(f, family, to);
}

const char *fw_box_facts_way(const fw_box_facts *f, fw_family family, const fw_address *to)
{
  return fw_box_facts_look_up(f, family, to).interface;
}

const fw_network *fw_box_facts_is_local(const fw_box_facts *f, fw_family family, const fw_address *address)
{
  guint i;

  for (i = 0; i < f->local->len; i++) {
    const fw_network *n = &g_array_index(f->local, fw_network, i);

    if (n->family == family && memcmp(&n->address, address, sizeof *address) == 0)
      return n;
  }
  return NULL;
}

static gboolean leads(const GArray *networks, fw_family family, const fw_address *to, const char *interface)
{
  guint i;

  for (i = 0; i < networks->len; i++) {
    const fw_network *n = &g_array_index(networks, fw_network, i);

    if (n->family == family && n->interface != NULL && strcmp(n->interface, interface) == 0 &&
        fw_address_under(to, &n->address, &n->mask))
      return TRUE;
  }
  return FALSE;
}

gboolean fw_box_facts_leads(const fw_box_facts *f, fw_family family, const fw_address *to, const char *interface)
{
  return leads(f->routes, family, to, interface) || leads(f->local, family, to, interface);
}

static gboolean is_among(const GArray *addresses, guint32 address)
{
  guint i;

  for (i = 0; i < addresses->len; i++)
    if (g_array_index(addresses, guint32, i) == address)
      return TRUE;
  return FALSE;
}

static guint16 type4(const fw_box_facts *f, const fw_address *a)
{
  if (is_among(f->own4, a->words[0]) || a->bytes[0] == 127)
    return FW_ADDRTYPE_LOCAL;
  if (a->words[0] == 0 || a->words[0] == G_MAXUINT32 || is_among(f->broadcast4, a->words[0]))
    return FW_ADDRTYPE_BROADCAST;
  return a->bytes[0] >> 4 == 14 ? FW_ADDRTYPE_MULTICAST : FW_ADDRTYPE_UNICAST;
}

guint16 fw_box_facts_type(const fw_box_facts *f, fw_family family, const fw_address *a)
{
  static const fw_address any, one = { .bytes = { [15] = 1 } };

  if (family == FW_IPV4)
    return type4(f, a);
  if (fw_box_facts_is_local(f, family, a) != NULL)
    return FW_ADDRTYPE_LOCAL;
  if (memcmp(a, &any, sizeof any) == 0)
    return FW_ADDRTYPE_UNSPEC;
  if (memcmp(a, &one, sizeof one) == 0)
    return FW_ADDRTYPE_LOCAL;
  return a->bytes[0] == 0xff ? FW_ADDRTYPE_MULTICAST : FW_ADDRTYPE_UNICAST;
}
