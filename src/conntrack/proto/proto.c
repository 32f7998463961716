/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the engine asks of the descriptions while packets pass; what people ask stands in names.c. */
#include "conntrack/proto/proto.h"

#include "conntrack/engine_internal.h"

inline const ct_proto *ct_proto_of_entry(const ct_profile *profile, const ct_entry *entry)
{
  return ct_proto_find(profile, entry->proto, entry->traits & CT_ENTRY_IPV6 ? CT_IPV6 : CT_IPV4);
}

/* => the timing of the profile's tracker of that number, where it chooses between timeouts; else NULL. */
static const ct_timing *choosing(const ct_profile *profile, unsigned number)
{
  const ct_proto *proto = profile->trackers[number];

  return proto != NULL && proto->timing != NULL && proto->timing->choices != 0 ? proto->timing : NULL;
}

bool ct_proto_choose_alike(const ct_profile *profile, const int64_t *timeout_ns, const int64_t *other_ns)
{
  const ct_timing *timing;
  unsigned number;

  for (number = 0; number < 256; number++)
    if ((timing = choosing(profile, number)) != NULL && !timing->chooses_alike(timeout_ns, other_ns))
      return false;
  return true;
}

uint64_t ct_proto_choices(const ct_profile *profile)
{
  const ct_timing *timing;
  uint64_t choices = 0;
  unsigned number;

  for (number = 0; number < 256; number++)
    if ((timing = choosing(profile, number)) != NULL)
      choices |= timing->choices;
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
