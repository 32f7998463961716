/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the engine asks of the descriptions while packets pass; what people ask stands in names.c. */
#include "conntrack/proto/proto.h"

#include "conntrack/engine_internal.h"

static const ct_proto *const protos[] = {
#define X(id, number) &ct_proto_##id,
  CT_PROTO_LIST(X)
#undef X
};

inline const ct_proto *ct_proto_of_entry(const ct_profile *profile, const ct_entry *entry)
{
  return ct_proto_find(profile, entry->proto, entry->traits & CT_ENTRY_IPV6 ? CT_IPV6 : CT_IPV4);
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

bool ct_proto_may_go_early(const ct_profile *profile, const ct_entry *entry)
{
  const ct_proto *proto;

  if (!(entry->status & CT_STATUS_ASSURED))
    return true;
  proto = ct_proto_of_entry(profile, entry);
  return proto->may_evict && proto->may_evict(entry);
}
