/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry taken over into another engine: how it would have gone on under other settings. */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/nat/internal.h"

bool ct_engine_copy(const ct_engine *from, const ct_tuple *tuple, ct_engine *to, int64_t deadline_ns)
{
  ct_tuple request = *tuple, original, reply;
  const ct_entry *entry;
  ct_entry *own;
  ct_dir dir;

  if (ct_tuple_is_icmp_answer(tuple))
    ct_tuple_invert(tuple, &request);
  dir = ct_tuple_is_icmp_answer(tuple) ? CT_REPLY : CT_ORIGINAL;
  entry = ct_table_find(&from->table, &request, ct_tuple_hash(&request), &dir);
  if (!entry || !(entry->status & CT_STATUS_CONFIRMED) || to->buckets.active)
    return false;
  ct_table_tuple(&from->table, entry, CT_ORIGINAL, &original);
  ct_core_count_add(to, 1);
  own = ct_table_take(&to->table, &original);
  if (entry->traits & CT_ENTRY_KEYED) {
    ct_table_tuple(&from->table, entry, CT_REPLY, &reply);
    ct_table_set_reply(&to->table, own, &reply);
  }
  own->status = entry->status & (uint16_t) ~(CT_STATUS_DYING | CT_STATUS_HELPER | CT_STATUS_FIXED_TIMEOUT);
  own->traits |= entry->traits & CT_ENTRY_COUNTED;
  own->state = entry->state;
  own->l4 = entry->l4;
  memcpy(own->counter, entry->counter, sizeof(own->counter));
  own->created_ns = entry->created_ns;
  own->deadline_ns = deadline_ns;
  own->id = ++to->last_id;
  if (to->nat != NULL && own->status & CT_STATUS_SRC_NAT_DONE)
    ct_nat_link_source(to, own);
  ct_table_insert(&to->table, own, ct_tuple_hash(&original));
  if (to->params.gc == CT_GC_EXACT)
    ct_timer_arm(&to->timer, own, ct_table_number(&to->table, own), to->now_ns);
  to->stats.created++;
  return true;
}
