/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/nat_range.h"

#include <string.h>

#include "firewall/match/data.h"
#include "firewall/target/data.h"

static void set_address(ct_addr *to, const fw_address *from) { memcpy(to->bytes, from->bytes, sizeof *to); }

static guint common_bits(const fw_address *a, const fw_address *b)
{
  guint i;

  for (i = 0; i < 128 && ((a->bytes[i / 8] ^ b->bytes[i / 8]) >> (7 - i % 8) & 1) == 0; i++)
    continue;
  return i;
}

static gboolean is_link_local(const fw_address *a) { return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80; }

/*
 * The address that the box would use on a device towards somebody. IPv4: the first one, but one in whose network the
 * other is goes first. IPv6: of the same scope, and with the longest prefix in common. => NULL: none is known.
 */
static const fw_address *address_on(const fw_firewall *f, fw_family family, const fw_interface_name *device,
                                    const fw_address *towards)
{
  const fw_address *found = NULL;
  guint i, best = 0, value;

  for (i = 0; device->known && i < f->facts->local->len; i++) {
    const fw_network *n = &g_array_index(f->facts->local, fw_network, i);

    if (n->family != family || n->interface == NULL || strcmp(n->interface, device->name) != 0)
      continue;
    if (family == FW_IPV4)
      value = 1 + (n->length < 32 && fw_address_under(towards, &n->address, &n->mask));
    else
      value = 1 + common_bits(&n->address, towards) + (is_link_local(&n->address) == is_link_local(towards) ? 256 : 0);
    if (value > best) {
      best = value;
      found = &n->address;
    }
  }
  return found;
}

/* Nothing maps to a device without an address. An address that is on no device yet may be on this one. */
static fw_nat_asked without_address(const fw_firewall *f, fw_family family, const fw_interface_name *device)
{
  guint i;

  for (i = 0; i < f->facts->local->len; i++) {
    const fw_network *n = &g_array_index(f->facts->local, fw_network, i);

    if (n->family == family && n->interface == NULL)
      return FW_NAT_ASKED_UNKNOWN;
  }
  return device->known && i > 0 ? FW_NAT_ASKED_DROP : FW_NAT_ASKED_UNKNOWN;
}

static void set_ports(ct_nat_range *range, const fw_nat *n)
{
  if (n->given & FW_NAT_PORTS) {
    range->flags |= CT_NAT_IDS;
    range->min_id = n->ports.from;
    range->max_id = n->ports.to;
  }
  if (n->given & FW_NAT_PORT_OFFSET) {
    range->flags |= CT_NAT_OFFSET;
    range->base_id = n->base;
  }
  if (n->given & (FW_NAT_RANDOM | FW_NAT_RANDOM_FULLY))
    range->flags |= CT_NAT_RANDOM;
  if (n->given & FW_NAT_PERSISTENT)
    range->flags |= CT_NAT_PERSISTENT;
}

static void set_one(ct_nat_range *range, const fw_address *address)
{
  range->flags |= CT_NAT_ADDRESSES;
  set_address(&range->min, address);
  range->max = range->min;
}

static void netmap_range(ct_nat_range *range, const fw_packet *p, const fw_netmap *n, ct_nat_manip manip)
{
  const fw_address *old = manip == CT_NAT_SRC ? &p->source : &p->destination;
  fw_address new;
  guint i;

  for (i = 0; i < 4; i++)
    new.words[i] = (old->words[i] & ~n->mask.words[i]) | (n->address.words[i] & n->mask.words[i]);
  set_one(range, &new);
}

/* Of the box's own packets REDIRECT makes ones to itself. */
static fw_nat_asked redirect_range(const fw_firewall *f, const fw_packet *p, ct_nat_range *range)
{
  static const fw_address loopback[2] = { { .bytes = { 127, 0, 0, 1 } }, { .bytes = { [15] = 1 } } };
  const fw_address *to =
    p->hook == FW_HOOK_OUTPUT ? &loopback[p->family] : address_on(f, p->family, p->in, &p->destination);

  if (to == NULL)
    return without_address(f, p->family, p->in);
  set_one(range, to);
  return FW_NAT_ASKED_RANGE;
}

static gboolean has_one_address(const fw_firewall *f, const fw_interface_name *device)
{
  guint i, n = 0;

  for (i = 0; i < f->facts->local->len; i++) {
    const fw_network *network = &g_array_index(f->facts->local, fw_network, i);

    n += network->family == FW_IPV4 && g_strcmp0(network->interface, device->name) == 0;
  }
  return n == 1;
}

/* address_on for masquerading: most devices have one address, which need not be looked for each time. */
static const fw_address *masquerades_as(fw_firewall *f, const fw_packet *p)
{
  fw_one_address *one = &f->masquerades_as;
  const fw_address *found;

  if (p->family == FW_IPV4 && one->device == p->out && one->changes == f->facts->changes)
    return one->address;
  found = address_on(f, p->family, p->out, &p->destination);
  if (p->family == FW_IPV4 && found != NULL && has_one_address(f, p->out))
    *one = (fw_one_address){ p->out, found, f->facts->changes };
  return found;
}

static fw_nat_asked masquerade_range(fw_firewall *f, const fw_packet *p, ct_nat_range *range)
{
  static const fw_address any;
  const fw_address *from = masquerades_as(f, p);

  if (p->family == FW_IPV4 && memcmp(&p->source, &any, sizeof any) == 0)
    return FW_NAT_ASKED_NOTHING;
  if (from == NULL)
    return without_address(f, p->family, p->out);
  set_one(range, from);
  return FW_NAT_ASKED_RANGE;
}

fw_nat_asked fw_nat_range_of(fw_firewall *f, const fw_packet *p, const fw_target *target, ct_nat_manip manip,
                             ct_nat_range *range)
{
  const fw_nat *n = target->data;

  if (target->ops->id == FW_TARGET_ID_NETMAP) {
    netmap_range(range, p, target->data, manip);
    return FW_NAT_ASKED_RANGE;
  }
  set_ports(range, n);
  switch (target->ops->id) {
  case FW_TARGET_ID_MASQUERADE: return masquerade_range(f, p, range);
  case FW_TARGET_ID_REDIRECT: return redirect_range(f, p, range);
  default:
    if (n->given & FW_NAT_COMPUTED)
      return FW_NAT_ASKED_UNKNOWN;
    if (n->given & FW_NAT_ADDRESS) {
      range->flags |= CT_NAT_ADDRESSES;
      set_address(&range->min, &n->from);
      set_address(&range->max, &n->to);
    }
    return FW_NAT_ASKED_RANGE;
  }
}
