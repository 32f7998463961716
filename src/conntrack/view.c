/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/helper.h"
#include "conntrack/proto/proto.h"

static void view_ext(const ct_ext *ext, const ct_entry *entry, ct_view *view)
{
  if (ext->timeout_ns != NULL)
    view->timeout = CT_TIMEOUT_OF_POLICY;
  if (ext->helper_deadline_ns == entry->deadline_ns)
    view->timeout = CT_TIMEOUT_OF_HELPER;
  view->has_master = ext->master_id != 0;
  view->master_id = ext->master_id;
  view->master_tuple = ext->master_tuple;
  view->expected_helper = ext->expected_helper;
  view->expected_by = ext->expected_by;
  view->expected_by_packet = ext->expected_by_packet;
  view->helper = ext->helper ? ext->helper->name : NULL;
  view->use += ext->children;
  view->mark = ext->mark;
  view->secmark = ext->secmark;
  view->labels = ext->labels;
  view->zone_way = ext->zone_way;
  view->seqadj[0] = ext->seqadj[0];
  view->seqadj[1] = ext->seqadj[1];
}

/* Line by line: for a size like this gcc takes an instruction that is slow to start. */
static inline void clear(ct_view *view)
{
  enum { LINE_BYTES = 64 };
  char *at = (char *)view, *end = at + sizeof(*view);

  for (; end - at >= LINE_BYTES; at += LINE_BYTES)
    memset(at, 0, LINE_BYTES);
  memset(at, 0, sizeof(*view) % LINE_BYTES);
}

void ct_entry_view(const ct_engine *engine, const ct_entry *entry, ct_view *view)
{
  const ct_proto *proto = ct_proto_of_entry(engine->params.profile, entry);
  const ct_ext *ext = ct_ext_get(engine, entry);
  int64_t whole_ns;

  clear(view);
  view->id = entry->id;
  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &view->tuple[CT_ORIGINAL]);
  if (G_UNLIKELY(entry->traits & CT_ENTRY_KEYED))
    ct_table_tuple(&engine->table, entry, CT_REPLY, &view->tuple[CT_REPLY]);
  else
    ct_tuple_invert(&view->tuple[CT_ORIGINAL], &view->tuple[CT_REPLY]);
  view->status = entry->status;
  view->state = (uint8_t)entry->state;
  view->counted = entry->traits & CT_ENTRY_COUNTED;
  view->inferred = entry->traits & CT_ENTRY_INFERRED;
  view->deadline_ns = entry->deadline_ns;
  view->timeout_ns = MAX(entry->deadline_ns - engine->now_ns, 0);
  view->timeout = (uint8_t)proto->timeout(entry);
  whole_ns = ext != NULL && ext->timeout_ns != NULL ? ext->timeout_ns[view->timeout]
                                                    : ct_core_timeout(engine, (ct_timeout)view->timeout);
  view->idle_ns = CLAMP(whole_ns - view->timeout_ns, 0, MAX(engine->now_ns - entry->created_ns, 0));
  view->created_ns = entry->created_ns;
  view->packets[0] = ct_counter_packets(&entry->counter[0]);
  view->packets[1] = ct_counter_packets(&entry->counter[1]);
  view->bytes[0] = ct_counter_bytes(&entry->counter[0]);
  view->bytes[1] = ct_counter_bytes(&entry->counter[1]);
  view->use = 1;
  if (proto->view != NULL)
    proto->view(engine, entry, view);
  if (ext != NULL)
    view_ext(ext, entry, view);
}

bool ct_entry_is_plain(const ct_entry *entry) { return entry->ext == 0 && !(entry->traits & CT_ENTRY_KEYED); }
bool ct_engine_translates(const ct_engine *engine) { return ct_table_has_keys(&engine->table); }

static bool is_listed(const ct_engine *engine, const ct_entry *entry)
{
  return entry->id != 0 && entry->status & CT_STATUS_CONFIRMED && !ct_core_is_expired(engine, entry);
}

bool ct_engine_find(const ct_engine *engine, uint64_t id, ct_view *view)
{
  uint32_t number;

  for (number = 1; id != 0 && number < engine->table.top; number++) {
    const ct_entry *entry = ct_table_entry(&engine->table, number);

    if (entry->id == id && is_listed(engine, entry)) {
      ct_entry_view(engine, entry, view);
      return true;
    }
  }
  return false;
}

bool ct_engine_lookup(const ct_engine *engine, const ct_tuple *tuple, ct_view *view, ct_dir *dir)
{
  bool answer = ct_tuple_is_icmp_answer(tuple);
  ct_tuple request = *tuple;
  const ct_entry *entry;

  if (answer)
    ct_tuple_invert(tuple, &request);
  *dir = answer ? CT_REPLY : CT_ORIGINAL;
  entry = ct_table_find(&engine->table, &request, ct_tuple_hash(&request), dir);
  if (!entry || !is_listed(engine, entry))
    return false;
  if (answer)
    *dir = CT_REPLY;
  ct_entry_view(engine, entry, view);
  return true;
}

bool ct_engine_lookup_as(const ct_engine *engine, const ct_tuple *tuple, ct_dir wanted, ct_view *view)
{
  ct_tuple request = *tuple;
  const ct_entry *entry;

  if (ct_tuple_is_icmp_answer(tuple))
    ct_tuple_invert(tuple, &request);
  if (ct_tuple_is_icmp(tuple) && wanted != (ct_tuple_is_icmp_answer(tuple) ? CT_REPLY : CT_ORIGINAL))
    return false;
  entry = ct_table_find_as(&engine->table, &request, ct_tuple_hash(&request), wanted);
  if (!entry || !is_listed(engine, entry))
    return false;
  ct_entry_view(engine, entry, view);
  return true;
}

void ct_engine_each(const ct_engine *engine, void (*fn)(const ct_view *view, void *user), void *user)
{
  uint32_t n, i, *order = ct_table_in_order(&engine->table, &n);

  for (i = 0; i < n; i++) {
    const ct_entry *entry = ct_table_entry(&engine->table, order[i]);
    ct_view view;

    if (ct_core_is_expired(engine, entry))
      continue;
    ct_entry_view(engine, entry, &view);
    fn(&view, user);
  }
  g_free(order);
}
