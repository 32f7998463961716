/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>

#include "firewall/walk/firewall_internal.h"
#include "firewall/walk/words.h"

typedef struct end {
  const void *address;
  guint16 port;
} end;

/* Of a packet as rules see it, or as it arrived. ports: whether it has such. */
typedef struct ends {
  fw_family family;
  gboolean ports;
  end src, dst;
} ends;

static void put_end(GString *out, const ends *e, const end *of)
{
  char text[INET6_ADDRSTRLEN];

  inet_ntop(e->family == FW_IPV6 ? AF_INET6 : AF_INET, of->address, text, sizeof text);
  g_string_append(out, text);
  if (e->ports)
    g_string_append_printf(out, " port %u", of->port);
}

static ends ends_arrived(const ct_packet *packet, const fw_packet *p)
{
  return (ends){ p->family,
                 (p->l4 & FW_L4_PORTS) != 0,
                 { packet->tuple.src.bytes, packet->tuple.src_id },
                 { packet->tuple.dst.bytes, packet->tuple.dst_id } };
}

static ends ends_left(const fw_packet *p)
{
  return (ends){ p->family,
                 (p->l4 & FW_L4_PORTS) != 0,
                 { p->source.bytes, p->source_port },
                 { p->destination.bytes, p->destination_port } };
}

static void put_by(GString *out, const fw_rule *rule)
{
  if (rule == NULL)
    g_string_append(out, "though no rule asks for that");
  else
    g_string_append_printf(out, "by nat %s rule %u (%s:%u)", rule->chain->name, rule->number, rule->chain->table->file,
                           rule->line);
}

/* A mapping that this packet has set up. */
static void put_mapping(GString *out, const fw_outcome *o, const ends *e, ct_nat_manip manip)
{
  const end *of = manip == CT_NAT_SRC ? &e->src : &e->dst;
  ct_nat_how how = (ct_nat_how)o->nat_how[manip];

  if (how == CT_NAT_HOW_NONE)
    return;
  g_string_append(out, manip == CT_NAT_SRC ? "Its source becomes " : "Its destination becomes ");
  put_end(out, e, of);
  g_string_append(out, ", ");
  put_by(out, o->nat[manip]);
  if (e->ports && manip == CT_NAT_SRC)
    g_string_append_printf(out, "; the port %s", ct_nat_how_words(how));
  g_string_append(out, ".\n");
}

void fw_words_nat(GString *out, const fw_firewall *f)
{
  const fw_outcome *o = fw_firewall_outcome(f);
  const fw_packet *p = &o->packet;
  gboolean begins = o->nat_how[CT_NAT_SRC] != CT_NAT_HOW_NONE || o->nat_how[CT_NAT_DST] != CT_NAT_HOW_NONE;
  ends was, is;

  if (!p->translated || f->arrived == NULL || f->arrived->kind != CT_PACKET_TRACK)
    return;
  was = ends_arrived(f->arrived, p);
  is = ends_left(p);
  put_mapping(out, o, &is, CT_NAT_DST);
  put_mapping(out, o, &is, CT_NAT_SRC);
  if (o->verdict != FW_VERDICT_ACCEPT || o->kernel != FW_KERNEL_NOTHING)
    return;
  g_string_append(out, o->path == FW_PATH_INPUT ? "It is delivered as " : "It leaves as ");
  put_end(out, &is, &is.src);
  g_string_append(out, " to ");
  put_end(out, &is, &is.dst);
  if (!begins) {
    g_string_append(out, ", as its connection is translated.\n");
    return;
  }
  g_string_append(out, ". An answer will come from ");
  put_end(out, &is, &is.dst);
  g_string_append(out, " to ");
  put_end(out, &is, &is.src);
  g_string_append(out, ", and leave as one from ");
  put_end(out, &was, &was.dst);
  g_string_append(out, " to ");
  put_end(out, &was, &was.src);
  g_string_append(out, ".\n");
}
