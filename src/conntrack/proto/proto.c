/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/proto/proto.h"

/* The trackers. Adding one: its file, its line here, its name in proto.h. */
static const ct_proto *const protos[] = {
  &ct_proto_tcp,  &ct_proto_udp, &ct_proto_icmp,    &ct_proto_icmpv6,
  &ct_proto_sctp, &ct_proto_gre, &ct_proto_udplite, &ct_proto_dccp,
};

static const ct_proto *find(uint8_t number, uint8_t family)
{
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS(protos); i++)
    if (protos[i]->number == number && (protos[i]->family == 0 || protos[i]->family == family))
      return protos[i];
  return &ct_proto_generic;
}

/* A profile's own tracker for the protocol, NULL where it has none. */
static const ct_proto *find_own(const ct_profile *profile, uint8_t number)
{
  return number == CT_PROTO_TCP ? profile->tcp_tracker : number == CT_PROTO_ICMP ? profile->icmp_tracker : NULL;
}

inline const ct_proto *ct_proto_find(const ct_profile *profile, const ct_tuple *tuple)
{
  const ct_proto *own = G_UNLIKELY(profile->ip_conntrack) ? find_own(profile, tuple->proto) : NULL;

  if (own)
    return own;
  if ((tuple->proto == CT_PROTO_GRE && !profile->gre_tracker) ||
      (tuple->proto == CT_PROTO_UDPLITE && !profile->udplite_tracker) ||
      (tuple->proto == CT_PROTO_DCCP && !profile->dccp_tracker) ||
      (tuple->proto == CT_PROTO_SCTP && profile->sctp_table == NULL))
    return &ct_proto_generic;
  return find(tuple->proto, tuple->family);
}

const ct_proto *ct_proto_of_entry(const ct_entry *entry)
{
  return find(entry->proto, entry->traits & CT_ENTRY_IPV6 ? CT_IPV6 : CT_IPV4);
}

bool ct_proto_choose_alike(const int64_t *timeout_ns, const int64_t *other_ns)
{
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS(protos); i++)
    if (protos[i]->timing && protos[i]->timing->choices != 0 && !protos[i]->timing->chooses_alike(timeout_ns, other_ns))
      return false;
  return true;
}

uint64_t ct_proto_choices(void)
{
  uint64_t choices = 0;
  unsigned i;

  for (i = 0; i < G_N_ELEMENTS(protos); i++)
    if (protos[i]->timing)
      choices |= protos[i]->timing->choices;
  return choices;
}

bool ct_proto_may_go_early(const ct_entry *entry)
{
  const ct_proto *proto;

  if (!(entry->status & CT_STATUS_ASSURED))
    return true;
  proto = ct_proto_of_entry(entry);
  return proto->may_evict && proto->may_evict(entry);
}
