/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replies that are not their originals' inverses: said by an alias where that can be, else in the entry's key. */
#include "conntrack/table/table.h"

/* Whether nothing but the original's source is translated, and that to another IPv4 address alone. */
static inline bool is_short(const ct_entry *entry, const ct_tuple *reply)
{
  return !(entry->traits & (CT_ENTRY_IPV6 | CT_ENTRY_ICMP | CT_ENTRY_ZONED)) && reply->family == CT_IPV4 &&
         reply->zone == 0 && reply->dst.v4 != 0 && reply->src.v4 == entry->addr[1] && reply->proto == entry->proto &&
         reply->src_id == entry->port[1] && reply->dst_id == entry->port[0];
}

/* => the number of that alias, made where there was none; 0: there is no room for it. Not both are 0. */
static uint32_t alias_of(ct_table *table, uint32_t address, uint32_t device)
{
  uint32_t at = (address ^ device * UINT32_C(0x85ebca6b)) * UINT32_C(0x9e3779b1) >> 24, tries;

  for (tries = 0; tries < 8; tries++, at = (at + 1) & CT_ALIAS_IN_KEY) {
    ct_alias *alias = &table->aliases[at];

    if (at == 0 || at == CT_ALIAS_IN_KEY)
      continue;
    if (alias->address == 0 && alias->device == 0)
      *alias = (ct_alias){ address, device };
    if (alias->address == address && alias->device == device)
      return at;
  }
  return 0;
}

static __attribute__((noinline)) void spell(ct_table *table, ct_entry *entry, const ct_tuple *reply, uint32_t device)
{
  ct_key *key = ct_table_key(table, entry);
  ct_tuple asked;

  table->split |= reply->zone != (entry->traits & CT_ENTRY_ZONED ? key->zone : 0);
  key->reply = *reply;
  ct_table_looked_up(table, entry, CT_REPLY, &asked);
  key->reply_hash = ct_tuple_hash(&asked);
  key->device = device;
}

void ct_table_set_reply(ct_table *table, ct_entry *entry, const ct_tuple *reply)
{
  uint32_t device = ct_table_device(table, entry);

  table->spelled -= ct_table_is_spelled(entry);
  entry->traits |= CT_ENTRY_KEYED;
  table->keyed = true;
  entry->alias = is_short(entry, reply) ? alias_of(table, reply->dst.v4, device) : 0;
  if (entry->alias != 0)
    return;
  table->spelled++;
  spell(table, entry, reply, device);
}

static __attribute__((noinline)) void set_device_in_key(ct_table *table, ct_entry *entry, uint32_t device)
{
  ct_tuple reply;

  if (!(entry->traits & CT_ENTRY_KEYED)) {
    entry->alias = CT_ALIAS_IN_KEY;
  } else if (entry->alias != 0) {
    ct_table_tuple(table, entry, CT_REPLY, &reply);
    entry->alias = 0;
    table->spelled++;
    spell(table, entry, &reply, device);
  }
  ct_table_key(table, entry)->device = device;
}

void ct_table_set_device(ct_table *table, ct_entry *entry, uint32_t device)
{
  uint32_t alias = 0;

  if (ct_table_device(table, entry) == device)
    return;
  if (entry->traits & CT_ENTRY_KEYED && entry->alias != 0)
    alias = alias_of(table, table->aliases[entry->alias].address, device);
  else if (!(entry->traits & CT_ENTRY_KEYED) && device != 0)
    alias = alias_of(table, 0, device);
  if (alias != 0)
    entry->alias = alias;
  else
    set_device_in_key(table, entry, device);
}
