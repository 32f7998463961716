/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/where.h"

#include <string.h>

#include "firewall/match/data.h"

static gboolean is_group_of_box(const fw_packet *p)
{
  const guint8 *d = p->destination.bytes;

  if (p->family == FW_IPV4)
    return d[0] == 224 && d[1] == 0 && d[2] == 0 && d[3] == 1;
  /* All nodes, and the groups of solicited nodes, which neighbour discovery asks. */
  return d[0] == 0xff && (d[1] & 15) <= 2 &&
         ((d[11] == 0 && d[12] == 0 && d[13] == 0 && d[14] == 0 && d[15] == 1) || (d[11] == 1 && d[12] == 0xff));
}

static fw_path path_by_destination(const fw_firewall *f, const fw_packet *p)
{
  guint16 type = fw_box_facts_type(f->facts, p->family, &p->destination);

  return type == FW_ADDRTYPE_LOCAL || type == FW_ADDRTYPE_BROADCAST || is_group_of_box(p) ? FW_PATH_INPUT
                                                                                          : FW_PATH_FORWARD;
}

/* Its own addresses; from 127.0.0.1 and the like nobody but it sends, unless a device is said to have brought it. */
static gboolean is_from_box(const fw_firewall *f, const fw_arrival *a, const fw_packet *p)
{
  if (fw_box_facts_type(f->facts, p->family, &p->source) != FW_ADDRTYPE_LOCAL)
    return FALSE;
  return fw_box_facts_is_local(f->facts, p->family, &p->source) != NULL ||
         (f->facts->interface == NULL && (a->in == NULL || *a->in == '\0' || strcmp(a->in, "lo") == 0));
}

static fw_path path_of(const fw_firewall *f, const fw_arrival *a, const fw_packet *p)
{
  return a->sent || is_from_box(f, a, p) ? FW_PATH_OUTPUT : path_by_destination(f, p);
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

static inline const fw_interface_name *way_to(fw_firewall *f, const fw_packet *p, const fw_address *to)
{
  if (f->facts->routes->len == 0 && f->facts->local->len == 0)
    return &f->program->unknown;
  return of_facts(f, fw_box_facts_way(f->facts, p->family, to));
}

const fw_interface_name *fw_where_from(fw_firewall *f, const fw_arrival *a, const fw_packet *p)
{
  if (f->facts->interface != NULL)
    return of_facts(f, f->facts->interface);
  if (a->in != NULL && *a->in != '\0')
    return fw_program_interface(f->program, a->in);
  return way_to(f, p, &p->source);
}

/* What the box sends to itself goes by lo, whatever routes there are. */
static const fw_interface_name *way_of(fw_firewall *f, const fw_packet *p, fw_path path)
{
  if (path == FW_PATH_OUTPUT && fw_box_facts_type(f->facts, p->family, &p->destination) == FW_ADDRTYPE_LOCAL)
    return of_facts(f, "lo");
  return way_to(f, p, &p->destination);
}

static void set_interfaces(fw_firewall *f, const fw_arrival *a, fw_packet *p, fw_path path)
{
  fw_program *g = f->program;

  p->in = path == FW_PATH_OUTPUT ? &g->nothing : fw_where_from(f, a, p);
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

void fw_where_to(fw_firewall *f, const fw_arrival *a, fw_packet *p)
{
  const fw_path path = path_of(f, a, p);

  p->own = path == FW_PATH_OUTPUT;
  set_interfaces(f, a, p, path);
  f->outcome.path = path;
}

void fw_where_again(fw_firewall *f, fw_packet *p)
{
  fw_path path = f->outcome.path == FW_PATH_OUTPUT ? FW_PATH_OUTPUT : path_by_destination(f, p);

  f->outcome.path = path;
  f->way_out = path == FW_PATH_INPUT ? &f->program->nothing : way_of(f, p, path);
}
