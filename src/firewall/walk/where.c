/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/where.h"

#include <netinet/in.h>
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/walk/routing.h"

/* What neighbour discovery asks by: the group of all addresses of the box that end alike; of its link's own too. */
static gboolean is_solicited(const fw_firewall *f, const guint8 *d)
{
  const GArray *local = f->facts->local;
  gboolean told = FALSE;
  guint i;

  for (i = 0; i < local->len; i++) {
    const fw_network *n = &g_array_index(local, fw_network, i);

    if (n->family != FW_IPV6)
      continue;
    if (memcmp(n->address.bytes + 13, d + 13, 3) == 0)
      return TRUE;
    told = TRUE;
  }
  return !told;
}

static gboolean is_group_of_routers(const guint8 *d)
{
  static const guint8 link[16] = { 0xff, 2, [15] = 2 }, site[16] = { 0xff, 5, [15] = 2 };

  return memcmp(d, link, sizeof link) == 0 || memcmp(d, site, sizeof site) == 0;
}

/* A router of IPv6 is in the groups of all nodes and of all routers. */
static gboolean is_group_of_box(const fw_firewall *f, const fw_packet *p)
{
  static const guint8 nodes[16] = { 0xff, 2, [15] = 1 }, solicited[13] = { 0xff, 2, [11] = 1, [12] = 0xff };
  const guint8 *d = p->destination.bytes;

  if (p->family == FW_IPV4)
    return d[0] == 224 && d[1] == 0 && d[2] == 0 && d[3] == 1;
  if (d[0] != 0xff)
    return FALSE;
  return memcmp(d, nodes, sizeof nodes) == 0 || (is_group_of_routers(d) && !f->facts->no_router6) ||
         (memcmp(d, solicited, sizeof solicited) == 0 && is_solicited(f, d));
}

/* A name that the facts hold stays where it is until they change. */
static const fw_interface_name *of_facts(fw_firewall *f, const char *name)
{
  fw_named *named = &f->named[(guintptr)name >> 4 & (FW_NAMED - 1)];

  if (name == NULL)
    return &f->program->unknown;
  if (G_UNLIKELY(named->asked != name || named->changes != f->facts->changes))
    *named = (fw_named){ name, fw_program_interface(f->program, name), f->facts->changes };
  return named->found;
}

static const fw_interface_name *of_route(fw_firewall *f, const char *interface, fw_route_end end)
{
  return end == FW_ROUTE_GOES ? of_facts(f, interface) : &f->program->no_way[end];
}

static gboolean begins_with(const GArray *addresses, guint first)
{
  guint i;

  for (i = 0; i < addresses->len; i++)
    if (*(const guint8 *)&g_array_index(addresses, guint32, i) == first)
      return TRUE;
  return FALSE;
}

static guint16 type_of_first(const fw_box_facts *facts, guint first)
{
  if (first == 0 || first == 255 || begins_with(facts->own4, first) || begins_with(facts->broadcast4, first))
    return 0;
  return first == 127 ? FW_ADDRTYPE_LOCAL : first >> 4 == 14 ? FW_ADDRTYPE_MULTICAST : FW_ADDRTYPE_UNICAST;
}

static const fw_interface_name *way_of_first(fw_firewall *f, guint first)
{
  guint i;

  for (i = 0; i < f->facts->ways4->len; i++) {
    const fw_way4 *way = &g_array_index(f->facts->ways4, fw_way4, i);
    const guint8 *network = (const guint8 *)&way->network, *mask = (const guint8 *)&way->mask;

    if (((first ^ *network) & *mask) != 0)
      continue;
    return way->length > 8 ? NULL : of_route(f, way->interface, (fw_route_end)way->end);
  }
  return of_route(f, NULL, f->facts->complete ? FW_ROUTE_NONE : FW_ROUTE_GOES);
}

static void G_GNUC_NO_INLINE know_first_bytes(fw_firewall *f)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(f->first.type); i++) {
    /* A host sends nothing straight on, and where rules choose the table more is asked than the address. */
    f->first.type[i] = f->facts->host[FW_IPV4] || f->facts->routing[FW_IPV4] != NULL ? 0 : type_of_first(f->facts, i);
    f->first.way[i] = way_of_first(f, i);
  }
  f->first.changes = f->facts->changes;
  f->first.known = TRUE;
}

static inline const fw_first_byte *first_bytes(fw_firewall *f)
{
  if (G_UNLIKELY(!f->first.known || f->first.changes != f->facts->changes))
    know_first_bytes(f);
  return &f->first;
}

static inline guint16 type_of(fw_firewall *f, fw_family family, const fw_address *a)
{
  const guint16 type = family == FW_IPV4 ? first_bytes(f)->type[a->bytes[0]] : 0;

  return type != 0 ? type : fw_box_facts_type(f->facts, family, a);
}

static fw_path path_by_destination(fw_firewall *f, const fw_packet *p)
{
  guint16 type = type_of(f, p->family, &p->destination);

  return type == FW_ADDRTYPE_LOCAL || type == FW_ADDRTYPE_BROADCAST || is_group_of_box(f, p) ? FW_PATH_INPUT
                                                                                             : FW_PATH_FORWARD;
}

/* Its own addresses; from 127.0.0.1 and the like nobody but it sends, unless a device is said to have brought it. */
static gboolean is_from_box(fw_firewall *f, const fw_arrival *a, const fw_packet *p)
{
  if (type_of(f, p->family, &p->source) != FW_ADDRTYPE_LOCAL)
    return FALSE;
  return fw_box_facts_is_local(f->facts, p->family, &p->source) != NULL ||
         (f->facts->interface == NULL && (a->in == NULL || *a->in == '\0' || strcmp(a->in, "lo") == 0));
}

/* 0.0.0.0 or ::, as who has no address yet is called: nobody sends that on for another. */
static gboolean is_from_nobody(const fw_packet *p)
{
  static const fw_address none;

  return memcmp(&p->source, &none, p->family == FW_IPV4 ? 4 : sizeof none) == 0;
}

static fw_path path_of(fw_firewall *f, const fw_arrival *a, const fw_packet *p)
{
  return a->sent || is_from_box(f, a, p) || (a->outgoing && is_from_nobody(p) && !f->facts->bridge)
           ? FW_PATH_OUTPUT
           : path_by_destination(f, p);
}

static inline const fw_interface_name *way_to(fw_firewall *f, fw_family family, const fw_address *to)
{
  const fw_interface_name *way =
    family == FW_IPV4 && f->facts->routing[FW_IPV4] == NULL ? first_bytes(f)->way[to->bytes[0]] : NULL;

  fw_route route;

  if (way != NULL)
    return way;
  route = fw_box_facts_look_up(f->facts, family, to);
  return of_route(f, route.interface, route.end);
}

/* To its destination. */
static const fw_interface_name *way_for(fw_firewall *f, const fw_packet *p)
{
  const fw_routing *routing = f->facts->routing[p->family];
  fw_route route;

  if (G_LIKELY(routing == NULL))
    return way_to(f, p->family, &p->destination);
  route = fw_routing_way(routing, f->facts, p->family, &p->destination, p);
  return of_route(f, route.interface, route.end);
}

/* Where that is all that is asked for: no interface is known where the way ends. */
static const fw_interface_name *interface_of(fw_firewall *f, const fw_interface_name *way)
{
  return way->ended != FW_ROUTE_GOES ? &f->program->unknown : way;
}

const fw_interface_name *fw_where_from(fw_firewall *f, const fw_arrival *a, const fw_packet *p)
{
  if (f->facts->interface != NULL)
    return of_facts(f, f->facts->interface);
  if (a->in != NULL && *a->in != '\0')
    return fw_program_interface(f->program, a->in);
  return interface_of(f, way_to(f, p->family, &p->source));
}

/* An address of a link is one of that by which the packet came, if a way there leads to such ones. */
static const fw_interface_name *way_on_link(fw_firewall *f, const fw_packet *p)
{
  if (!f->facts->complete || !p->in->known || fw_box_facts_leads(f->facts, p->family, &p->destination, p->in->name))
    return p->in;
  return &f->program->no_way[FW_ROUTE_NONE];
}

/* Of IPv4 a host does not ask where it would go (ip_route_input_slow); of IPv6 a route that ends is taken (ip6_forward
 * comes behind it). */
static const fw_interface_name *forward_way(fw_firewall *f, const fw_packet *p)
{
  const gboolean host = f->facts->host[p->family];
  const fw_interface_name *way;

  if (G_UNLIKELY(host && p->family == FW_IPV4))
    return &f->program->no_way[FW_ROUTE_HOST];
  way = fw_where_is_on_link(p->family, &p->destination) ? way_on_link(f, p) : way_for(f, p);
  return G_UNLIKELY(host) && way->ended == FW_ROUTE_GOES ? &f->program->no_way[FW_ROUTE_HOST] : way;
}

/* What the box sends to itself goes by lo, whatever routes there are. */
static const fw_interface_name *way_of(fw_firewall *f, const fw_packet *p, fw_path path)
{
  if (path == FW_PATH_FORWARD)
    return forward_way(f, p);
  if (path == FW_PATH_OUTPUT && type_of(f, p->family, &p->destination) == FW_ADDRTYPE_LOCAL)
    return of_facts(f, "lo");
  /* What the box sends has found its way. */
  return interface_of(f, way_for(f, p));
}

/* Of what the box sends, the capture knows better than the routes: a program may choose, as for a group. */
static gboolean has_seen_way_out(fw_firewall *f, const fw_arrival *a, const fw_packet *p)
{
  return a->outgoing && f->facts->interface == NULL && a->in != NULL && *a->in != '\0' &&
         type_of(f, p->family, &p->destination) != FW_ADDRTYPE_LOCAL;
}

static void set_interfaces(fw_firewall *f, const fw_arrival *a, fw_packet *p, fw_path path)
{
  fw_program *g = f->program;

  p->in = path == FW_PATH_OUTPUT ? &g->nothing : fw_where_from(f, a, p);
  f->way_seen = path == FW_PATH_OUTPUT && has_seen_way_out(f, a, p);
  if (f->way_seen)
    f->way_out = fw_program_interface(g, a->in);
  else
    f->way_out = path == FW_PATH_INPUT ? &g->nothing : way_of(f, p, path);
  p->out = path == FW_PATH_OUTPUT ? f->way_out : &g->nothing;
  if (f->facts->bridge) {
    const fw_interface_name *bridge = fw_program_interface(g, f->facts->bridge_name);

    p->bridge_in = p->in;
    p->bridge_out = f->way_out;
    p->in = bridge;
    f->way_out = bridge;
  }
}

/* Of IPv4. */
static inline gboolean is_plain(fw_firewall *f, guint32 address)
{
  const fw_address whole = { .words = { address } };

  return type_of(f, FW_IPV4, &whole) == FW_ADDRTYPE_UNICAST;
}

/* fw_where_straight, where the first bytes say all of it, as they mostly do; there is none with a 0 among those. */
static inline const fw_interface_name *straight_by_first(fw_firewall *f, guint32 from, guint32 to)
{
  const fw_first_byte *first = first_bytes(f);
  const guint8 from_byte = *(const guint8 *)&from, to_byte = *(const guint8 *)&to;

  return first->type[from_byte] == FW_ADDRTYPE_UNICAST && first->type[to_byte] == FW_ADDRTYPE_UNICAST
           ? first->way[to_byte]
           : NULL;
}

const fw_interface_name *fw_where_straight(fw_firewall *f, guint32 from, guint32 to)
{
  const fw_address destination = { .words = { to } };
  const fw_interface_name *way = straight_by_first(f, from, to);

  if (G_LIKELY(way != NULL))
    return way;
  return !f->facts->host[FW_IPV4] && f->facts->routing[FW_IPV4] == NULL && is_plain(f, from) && is_plain(f, to) &&
             from != 0
           ? way_to(f, FW_IPV4, &destination)
           : NULL;
}

/* One end is the box's: it speaks with itself, by whatever interface the capture says. */
static gboolean is_between_own(const fw_firewall *f, const fw_packet *p)
{
  return fw_box_facts_is_local(f->facts, FW_IPV4, &p->source) != NULL ||
         (p->source.bytes[0] == 127 && fw_box_facts_is_local(f->facts, FW_IPV4, &p->destination) != NULL);
}

/* ip_route_input_slow, ip_mc_validate_source; 0.0.0.0 alone since 5.3, all of 0.0.0.0/8 before. */
gboolean fw_where_is_martian(const fw_firewall *f, const fw_packet *p)
{
  const guint32 all = G_MAXUINT32, from = p->source.words[0], to = p->destination.words[0];
  const guint8 *group = p->destination.bytes;

  if (p->own || (p->in->known && strcmp(p->in->name, "lo") == 0))
    return FALSE;
  if (p->source.bytes[0] >> 4 == 14 || from == all)
    return TRUE;
  if (from != 0 && to == 0)
    return TRUE;
  if (p->source.bytes[0] == 127 || p->destination.bytes[0] == 127)
    return f->facts->localnet_ends && !is_between_own(f, p);
  if (from != 0)
    return FALSE;
  if (to == all || to == 0)
    return FALSE;
  return group[0] >> 4 != 14 || (p->protocol != IPPROTO_IGMP && (group[0] != 224 || group[1] != 0 || group[2] != 0));
}

gboolean fw_where_is_refused(const fw_packet *p)
{
  static const fw_address one = { .bytes = { [15] = 1 } };
  const guint8 *to = p->destination.bytes;

  if (p->own || (p->in->known && strcmp(p->in->name, "lo") == 0))
    return FALSE;
  return p->source.bytes[0] == 0xff || (to[0] == 0xff && (to[1] & 15) <= 1) ||
         memcmp(&p->source, &one, sizeof one) == 0 || memcmp(&p->destination, &one, sizeof one) == 0;
}

/* ip6_forward: what leaves by the device that it came by is asked for nothing. */
fw_kernel_drop fw_where_out_of_scope(const fw_firewall *f, const fw_packet *p)
{
  static const fw_address none;

  if (!p->in->known || !f->way_out->known || strcmp(p->in->name, f->way_out->name) == 0)
    return FW_KERNEL_NOTHING;
  if (fw_where_is_on_link(FW_IPV6, &p->source))
    return FW_KERNEL_SCOPE;
  return memcmp(&p->source, &none, sizeof none) == 0 ? FW_KERNEL_MARTIAN : FW_KERNEL_NOTHING;
}

void fw_where_to(fw_firewall *f, const fw_arrival *a, fw_packet *p)
{
  const fw_interface_name *way = p->family == FW_IPV4 && !a->sent && !f->facts->bridge
                                   ? straight_by_first(f, p->source.words[0], p->destination.words[0])
                                   : NULL;
  fw_path path;

  if (way != NULL) {
    p->own = FALSE;
    p->in = fw_where_from(f, a, p);
    p->out = &f->program->nothing;
    f->way_out = way;
    f->outcome.path = FW_PATH_FORWARD;
    return;
  }
  path = path_of(f, a, p);
  p->own = path == FW_PATH_OUTPUT;
  set_interfaces(f, a, p, path);
  f->outcome.path = path;
}

void fw_where_again(fw_firewall *f, fw_packet *p)
{
  fw_path path = f->outcome.path == FW_PATH_OUTPUT ? FW_PATH_OUTPUT : path_by_destination(f, p);

  f->outcome.path = path;
  if (path != FW_PATH_OUTPUT || !f->way_seen)
    f->way_out = path == FW_PATH_INPUT ? &f->program->nothing : way_of(f, p, path);
}

const fw_address *fw_where_own_on(const fw_firewall *f, fw_family family, const char *interface)
{
  guint i;

  for (i = 0; interface != NULL && i < f->facts->local->len; i++) {
    const fw_network *n = &g_array_index(f->facts->local, fw_network, i);

    if (n->family == family && n->interface != NULL && strcmp(n->interface, interface) == 0)
      return &n->address;
  }
  return NULL;
}
