/* SPDX-License-Identifier: GPL-2.0-or-later */
/* meta and fib: what the kernel knows of a packet beside its bytes. */
#include <string.h>

#include "firewall/nft/run_internal.h"

enum { ETHERNET = 1, LOOPBACK = 772, DAY_S = 86400 };

static fw_truth name_value(const fw_interface_name *name, fw_nft_value *v)
{
  v->n = 16;
  if (name == NULL || !name->known)
    return FW_UNKNOWN;
  memset(v->bytes, 0, 16);
  memcpy(v->bytes, name->name, MIN(strlen(name->name), 15));
  return FW_YES;
}

static fw_truth type_value(const fw_packet *p, const fw_interface_name *name, fw_nft_value *v)
{
  if (name == NULL || !name->known)
    return FW_UNKNOWN;
  if (name->name[0] == '\0')
    return FW_NO;
  if (strcmp(name->name, "lo") == 0)
    fw_nft_value_number(v, LOOPBACK, 2);
  else if (p->link != NULL && name == p->in)
    fw_nft_value_number(v, ETHERNET, 2);
  else
    return FW_UNKNOWN;
  return FW_YES;
}

static fw_truth time_value(const fw_program *program, fw_nft_meta key, fw_nft_value *v)
{
  gint64 s = program->now_ns / FW_NFT_NS_PER_S;

  if (program->now_ns < 0)
    return FW_UNKNOWN;
  switch (key) {
  case FW_NFT_META_TIME: fw_nft_value_number(v, (guint64)program->now_ns, 8); break;
  case FW_NFT_META_DAY: fw_nft_value_number(v, (guint64)(s / DAY_S + 4) % 7, 1); break;
  default: fw_nft_value_number(v, (guint64)s % DAY_S, 4); break;
  }
  return FW_YES;
}

/* Only packets of the box itself, and those that it takes, may have a socket; what the kernel makes has nobody's. */
static fw_truth socket_value(const fw_packet *p)
{
  return !p->made && (p->own || p->hook == FW_HOOK_INPUT) ? FW_UNKNOWN : FW_NO;
}

fw_truth fw_nft_meta_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  gboolean six = p->family == FW_IPV6;

  switch (e->key) {
  case FW_NFT_META_LENGTH: fw_nft_value_number(v, p->raw->length, 4); return FW_YES;
  case FW_NFT_META_PROTOCOL: fw_nft_value_number(v, six ? 0x86dd : 0x0800, 2); return FW_YES;
  case FW_NFT_META_NFPROTO: fw_nft_value_number(v, six ? 10 : 2, 1); return FW_YES;
  case FW_NFT_META_L4PROTO:
    if (p->broken || p->protocolless)
      return FW_NO;
    fw_nft_value_number(v, p->protocol, 1);
    return FW_YES;
  case FW_NFT_META_MARK:
    fw_nft_value_number(v, p->mark, 4);
    v->unknown = p->mark_unknown;
    return FW_YES;
  case FW_NFT_META_IIF:
  case FW_NFT_META_IIFNAME: return name_value(p->in, v);
  case FW_NFT_META_OIF:
  case FW_NFT_META_OIFNAME: return name_value(p->out, v);
  case FW_NFT_META_IIFTYPE: return type_value(p, p->in, v);
  case FW_NFT_META_OIFTYPE: return type_value(p, p->out, v);
  case FW_NFT_META_PKTTYPE: fw_nft_value_number(v, p->type, 1); return FW_YES;
  case FW_NFT_META_TIME:
  case FW_NFT_META_DAY:
  case FW_NFT_META_HOUR: return time_value(program, (fw_nft_meta)e->key, v);
  case FW_NFT_META_NFTRACE: fw_nft_value_number(v, program->traced, 1); return FW_YES;
  case FW_NFT_META_SKUID:
  case FW_NFT_META_SKGID: return socket_value(p);
  case FW_NFT_META_IIFGROUP:
  case FW_NFT_META_IIFKIND: return p->in->known && p->in->name[0] == '\0' ? FW_NO : FW_UNKNOWN;
  case FW_NFT_META_OIFGROUP:
  case FW_NFT_META_OIFKIND: return p->out->known && p->out->name[0] == '\0' ? FW_NO : FW_UNKNOWN;
  default: return FW_UNKNOWN;
  }
}

/* ---- fib ---- */

static guint route_type(guint16 type)
{
  switch (type) {
  case FW_ADDRTYPE_UNSPEC: return 0;
  case FW_ADDRTYPE_LOCAL: return 2;
  case FW_ADDRTYPE_BROADCAST: return 3;
  case FW_ADDRTYPE_MULTICAST: return 5;
  default: return 1;
  }
}

static fw_truth fib_type(const fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  const fw_address *a = e->flags & FW_NFT_FIB_SADDR ? &p->source : &p->destination;
  guint16 type = fw_box_facts_type(program->facts, p->family, a);
  const fw_interface_name *limit = e->flags & FW_NFT_FIB_IIF ? p->in : e->flags & FW_NFT_FIB_OIF ? p->out : NULL;

  if (program->facts->local->len == 0 && type == FW_ADDRTYPE_UNICAST)
    return FW_UNKNOWN;
  if (limit != NULL && type == FW_ADDRTYPE_LOCAL) {
    const fw_network *local = fw_box_facts_is_local(program->facts, p->family, a);

    if (local == NULL || local->interface == NULL || !limit->known)
      return FW_UNKNOWN;
    if (strcmp(local->interface, limit->name) != 0)
      type = FW_ADDRTYPE_UNICAST;
  }
  fw_nft_value_number(v, route_type(type), 4);
  return FW_YES;
}

/*
 * The interface that leads to an address; with iif or oif, whether that one does. A mark chooses among tables of routes
 * in the kernel: there is one here, as for the packet's own way.
 */
static fw_truth fib_interface(const fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  const fw_address *a = e->flags & FW_NFT_FIB_SADDR ? &p->source : &p->destination;
  const fw_route route = fw_box_facts_look_up(program->facts, p->family, a);
  const char *way = route.end != FW_ROUTE_GOES ? "" : route.interface;
  const fw_interface_name *limit = e->flags & FW_NFT_FIB_IIF ? p->in : e->flags & FW_NFT_FIB_OIF ? p->out : NULL;

  /* Of its own addresses the kernel says that no interface leads there. */
  if (fw_box_facts_is_local(program->facts, p->family, a) != NULL)
    way = "";
  if (way == NULL)
    return FW_UNKNOWN;
  if (limit != NULL && limit->name[0] != '\0') {
    if (!limit->known)
      return FW_UNKNOWN;
    if (strcmp(limit->name, way) != 0)
      way = "";
  }
  if (e->presence) {
    fw_nft_value_number(v, *way != '\0', 1);
    return FW_YES;
  }
  v->n = 16;
  memset(v->bytes, 0, 16);
  memcpy(v->bytes, way, MIN(strlen(way), 15));
  return FW_YES;
}

fw_truth fw_nft_fib_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v)
{
  return e->key == FW_NFT_FIB_TYPE ? fib_type(program, p, e, v) : fib_interface(program, p, e, v);
}
