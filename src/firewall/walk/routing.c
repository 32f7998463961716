/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/routing.h"

#include <string.h>

#include "firewall/parse.h"

enum { NAME_BYTES = 64 };

/* Whether a rule holds for a packet. */
typedef enum may { NO, MAYBE, YES } may;

typedef struct rule {
  fw_network from, to; /* of length 0: whatever */
  char in[16];         /* "": whatever */
  guint32 mark, mark_mask;
  guint16 sport[2], dport[2]; /* 0, 0: whatever */
  guint8 protocol, tos;       /* 0: whatever */
  guint8 end;                 /* fw_route_end; GOES: by the table */
  gint suppress;              /* routes of so long prefixes, and shorter ones, do not count; -1: all do */
  gboolean inverted;
  gboolean maybe; /* it asks something that no packet tells */
  char table[NAME_BYTES];
} rule;

struct fw_routing {
  GArray *rules;      /* rule */
  GHashTable *tables; /* name => GArray of fw_network, the longest prefix first */
};

static void network_clear(gpointer data) { g_free(((fw_network *)data)->interface); }
static void table_free(gpointer data) { g_array_free(data, TRUE); }

static fw_routing *new_routing(void)
{
  fw_routing *r = g_new0(fw_routing, 1);

  r->rules = g_array_new(FALSE, TRUE, sizeof(rule));
  r->tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, table_free);
  return r;
}

void fw_routing_free(fw_routing *r)
{
  if (r == NULL)
    return;
  g_array_free(r->rules, TRUE);
  g_hash_table_destroy(r->tables);
  g_free(r);
}

/* ---- what is told ---- */

static gboolean read_number(const char *text, guint64 most, guint64 *value)
{
  const gboolean hexadecimal = g_str_has_prefix(text, "0x");

  return g_ascii_string_to_unsigned(hexadecimal ? text + 2 : text, hexadecimal ? 16 : 10, 0, most, value, NULL);
}

/* "A-B", "A/B", or A alone, for which B is `second`. */
static gboolean read_pair(const char *text, char between, guint64 most, guint64 second, guint64 pair[2])
{
  g_autofree char *first = g_strdup(text);
  char *at = strchr(first, between);

  if (at != NULL)
    *at++ = '\0';
  if (!read_number(first, most, &pair[0]))
    return FALSE;
  pair[1] = second == 0 ? pair[0] : second;
  return at == NULL || read_number(at, most, &pair[1]);
}

static gboolean read_ports(const char *text, guint16 ports[2])
{
  guint64 pair[2];

  if (!read_pair(text, '-', G_MAXUINT16, 0, pair))
    return FALSE;
  ports[0] = (guint16)pair[0];
  ports[1] = (guint16)pair[1];
  return TRUE;
}

static gboolean read_prefix(const char *text, fw_family family, fw_network *n)
{
  fw_address pair[2];
  int length;

  if (!fw_read_network(text, family, pair) || (length = fw_mask_length(family, &pair[1])) < 0)
    return FALSE;
  n->family = family;
  n->address = pair[0];
  n->mask = pair[1];
  n->length = (guint8)length;
  return TRUE;
}

static gboolean read_end(const char *word, rule *r)
{
  r->end = (guint8)fw_route_end_of(word);
  return r->end != FW_ROUTE_GOES;
}

/* A word, and what belongs to it. */
static gboolean read_part(rule *r, fw_family family, const char *word, const char *value)
{
  guint64 pair[2];

  if (strcmp(word, "from") == 0)
    return read_prefix(value, family, &r->from);
  if (strcmp(word, "to") == 0)
    return read_prefix(value, family, &r->to);
  if (strcmp(word, "iif") == 0)
    return g_strlcpy(r->in, value, sizeof r->in) < sizeof r->in;
  if (strcmp(word, "sport") == 0)
    return read_ports(value, r->sport);
  if (strcmp(word, "dport") == 0)
    return read_ports(value, r->dport);
  if (strcmp(word, "table") == 0)
    return g_strlcpy(r->table, value, sizeof r->table) < sizeof r->table;
  if (strcmp(word, "end") == 0)
    return read_end(value, r);
  if (strcmp(word, "mark") == 0 && read_pair(value, '/', G_MAXUINT32, G_MAXUINT32, pair)) {
    r->mark = (guint32)pair[0];
    r->mark_mask = (guint32)pair[1];
    return TRUE;
  }
  if (!read_number(value, 255, pair))
    return FALSE;
  if (strcmp(word, "suppress") == 0)
    r->suppress = (gint)pair[0];
  else if (strcmp(word, "tos") == 0)
    r->tos = (guint8)pair[0];
  else if (strcmp(word, "ipproto") == 0)
    r->protocol = (guint8)pair[0];
  else
    return FALSE;
  return TRUE;
}

gboolean fw_routing_rule(fw_routing **routing, fw_family family, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  rule r = { .suppress = -1 };
  guint i;

  for (i = 0; words[i] != NULL; i++) {
    if (strcmp(words[i], "not") == 0)
      r.inverted = TRUE;
    else if (strcmp(words[i], "maybe") == 0)
      r.maybe = TRUE;
    else if (words[i + 1] == NULL || !read_part(&r, family, words[i], words[i + 1]))
      return FALSE;
    else
      i++;
  }
  if (*r.table == '\0' && r.end == FW_ROUTE_GOES)
    return FALSE;
  if (*routing == NULL)
    *routing = new_routing();
  g_array_append_val((*routing)->rules, r);
  return TRUE;
}

void fw_routing_route(fw_routing *routing, const char *table, const fw_network *route)
{
  GArray *routes = g_hash_table_lookup(routing->tables, table);
  fw_network n = *route;
  guint at;

  if (routes == NULL) {
    routes = g_array_new(FALSE, TRUE, sizeof(fw_network));
    g_array_set_clear_func(routes, network_clear);
    g_hash_table_insert(routing->tables, g_strdup(table), routes);
  }
  n.interface = g_strdup(route->interface);
  /* Of those that are as long the first one counts. */
  for (at = routes->len; at > 0 && g_array_index(routes, fw_network, at - 1).length < n.length; at--)
    ;
  g_array_insert_val(routes, at, n);
}

/* ---- what it decides ---- */

static may of(gboolean holds) { return holds ? YES : NO; }

static may both(may a, may b) { return MIN(a, b); }

static may is_under(const fw_network *n, const fw_address *a)
{
  return n->length == 0 ? YES : a == NULL ? MAYBE : of(fw_address_under(a, &n->address, &n->mask));
}

/* What the box itself sends has come by lo. */
static may came_by(const rule *r, const fw_packet *p)
{
  if (*r->in == '\0')
    return YES;
  if (p == NULL)
    return MAYBE;
  if (p->own)
    return of(strcmp(r->in, "lo") == 0);
  return p->in == NULL || !p->in->known ? MAYBE : of(strcmp(r->in, p->in->name) == 0);
}

static may is_marked(const rule *r, const fw_packet *p)
{
  if (r->mark_mask == 0)
    return YES;
  if (p == NULL || (p->mark_unknown & r->mark_mask) != 0)
    return MAYBE;
  return of(((p->mark ^ r->mark) & r->mark_mask) == 0);
}

static may is_among(const guint16 ports[2], const fw_packet *p, gboolean source)
{
  const guint16 port = p == NULL ? 0 : source ? p->source_port : p->destination_port;

  if (ports[1] == 0)
    return YES;
  if (p == NULL)
    return MAYBE;
  /* What has no ports, as a later fragment, has none that could be among them. */
  return of((p->l4 & FW_L4_PORTS) != 0 && port >= ports[0] && port <= ports[1]);
}

static may is_of_kind(const rule *r, const fw_packet *p)
{
  may m = is_among(r->sport, p, TRUE);

  m = both(m, is_among(r->dport, p, FALSE));
  if (p == NULL)
    return r->protocol != 0 || r->tos != 0 ? both(m, MAYBE) : m;
  if (r->protocol != 0)
    m = both(m, of(p->protocol == r->protocol));
  /* Routing sees neither the two bits of congestion nor, of IPv4, the three of precedence. */
  if (r->tos != 0)
    m = both(m, of((p->tos & (p->family == FW_IPV4 ? 0x1c : 0xfc)) == r->tos));
  return m;
}

static may holds(const rule *r, const fw_address *to, const fw_packet *p)
{
  may m = is_under(&r->to, to);

  m = both(m, is_under(&r->from, p != NULL ? &p->source : NULL));
  m = both(m, came_by(r, p));
  m = both(m, is_marked(r, p));
  m = both(m, is_of_kind(r, p));
  if (r->maybe)
    m = both(m, MAYBE);
  return r->inverted ? (may)(YES - m) : m;
}

/* => FALSE: the table has no route that counts. */
static gboolean look_up(const fw_routing *routing, const fw_box_facts *facts, const rule *r, fw_family family,
                        const fw_address *to, fw_route *route)
{
  const GArray *routes;
  guint i;

  if (strcmp(r->table, "main") == 0) {
    *route = fw_box_facts_look_up_main(facts, family, to);
  } else {
    *route = (fw_route){ .end = FW_ROUTE_NONE };
    routes = g_hash_table_lookup(routing->tables, r->table);
    for (i = 0; routes != NULL && i < routes->len; i++) {
      const fw_network *n = &g_array_index(routes, fw_network, i);

      if (!fw_address_under(to, &n->address, &n->mask))
        continue;
      *route = (fw_route){ n->interface, (fw_route_end)n->end, n->length };
      break;
    }
  }
  return route->end != FW_ROUTE_NONE && (route->end != FW_ROUTE_GOES || route->length > r->suppress);
}

fw_route fw_routing_way(const fw_routing *routing, const fw_box_facts *facts, fw_family family, const fw_address *to,
                        const fw_packet *p)
{
  static const fw_route unknown = { .end = FW_ROUTE_GOES };
  guint i;

  for (i = 0; i < routing->rules->len; i++) {
    const rule *r = &g_array_index(routing->rules, rule, i);
    const may m = holds(r, to, p);
    fw_route route = { .end = (fw_route_end)r->end };

    if (m == NO)
      continue;
    if (r->end == FW_ROUTE_GOES && !look_up(routing, facts, r, family, to, &route))
      continue;
    return m == YES ? route : unknown;
  }
  return (fw_route){ .end = FW_ROUTE_NONE };
}
