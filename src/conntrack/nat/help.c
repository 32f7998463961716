/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/nat/help.h"

#include <string.h>

#include "conntrack/master.h"
#include "conntrack/nat/internal.h"

enum { PACKET_MOST = 65535, PORT_ATTEMPTS = 128 };

static const char *const follow_names[] = {
#define X(id, name) name,
  CT_NAT_FOLLOW_LIST(X)
#undef X
};

const char *ct_nat_follow_name(uint8_t follow) { return follow_names[follow]; }

bool ct_helping_is_translated(const ct_helping *h)
{
  return h->engine->nat != NULL && h->entry->status & CT_NAT_BITS && h->packet != NULL;
}

/* --- payloads --- */

const uint8_t *ct_helping_payload(const ct_helping *h, size_t *length)
{
  const struct ct_nat *nat = h->engine->nat;

  *length = nat != NULL && nat->mangled ? nat->payload->len : h->length;
  return nat != NULL && nat->mangled ? nat->payload->data : h->payload;
}

bool ct_helping_mangle_unnoted(ct_helping *h, size_t at, size_t removed, const void *text, size_t n)
{
  struct ct_nat *nat = h->engine->nat;
  GByteArray *payload = nat->payload;
  size_t rest;

  if (!nat->mangled) {
    g_byte_array_set_size(payload, 0);
    g_byte_array_append(payload, h->payload, (guint)h->length);
    nat->mangled = true;
  }
  g_assert(at + removed <= payload->len);
  if (h->packet->length - h->length + payload->len - removed + n > PACKET_MOST)
    return false;
  rest = payload->len - at - removed;
  if (n > removed)
    g_byte_array_set_size(payload, (guint)(payload->len + n - removed));
  memmove(payload->data + at + n, payload->data + at + removed, rest);
  memcpy(payload->data + at, text, n);
  g_byte_array_set_size(payload, (guint)(at + n + rest));
  return true;
}

void ct_helping_moved(ct_helping *h, int32_t by)
{
  ct_seqadj *way;

  if (h->entry->proto != CT_PROTO_TCP || by == 0)
    return;
  way = &ct_ext_need(h->engine, h->entry)->seqadj[h->dir];
  h->entry->status |= CT_STATUS_SEQ_ADJUST;
  if (way->before != way->after && (int32_t)(way->position - h->header_seq) >= 0)
    return;
  way->position = h->header_seq;
  way->before = way->after;
  way->after += by;
}

bool ct_helping_mangle(ct_helping *h, size_t at, size_t removed, const void *text, size_t n)
{
  if (!ct_helping_mangle_unnoted(h, at, removed, text, n))
    return false;
  ct_helping_moved(h, (int32_t)n - (int32_t)removed);
  return true;
}

bool ct_engine_take_payload(ct_engine *engine, const uint8_t **bytes, size_t *n)
{
  struct ct_nat *nat = engine->nat;

  if (nat == NULL || !nat->mangled)
    return false;
  nat->mangled = false;
  *bytes = nat->payload->data;
  *n = nat->payload->len;
  return true;
}

const char *ct_nat_unwritten(const ct_engine *engine, const ct_entry *entry, const char **helper)
{
  const ct_ext *ext = entry->ext != 0 && entry->status & CT_NAT_BITS ? ct_ext_get(engine, entry) : NULL;

  if (ext == NULL || ext->helper == NULL || ext->helper->unwritten == NULL)
    return NULL;
  *helper = ext->helper->name;
  return ext->helper->unwritten;
}

/* --- expectations --- */

uint16_t ct_helping_expect_port(ct_helping *h, ct_expect_spec *spec)
{
  uint16_t port = spec->tuple.dst_id;
  uint32_t range = UINT16_MAX - port;
  int left = (int)MIN(range, PORT_ATTEMPTS);
  ct_expect_answer answer;

  for (;;) {
    answer = ct_helping_expect(h, spec);
    if (answer == CT_EXPECT_OK)
      return spec->tuple.dst_id;
    if (answer != CT_EXPECT_BUSY || --left < 0)
      return 0;
    spec->tuple.dst_id = (uint16_t)(port + ct_nat_random(h->engine) % range);
  }
}

static void one_address(ct_nat_range *range, const ct_addr *address)
{
  range->flags = CT_NAT_ADDRESSES;
  range->min = range->max = *address;
}

static void one_id(ct_nat_range *range, uint16_t id)
{
  range->flags |= CT_NAT_IDS;
  range->min_id = range->max_id = id;
}

/* nf_nat_follow_master; PPTP's has a key for one end only, whose direction says which. */
static void follow_master(ct_engine *engine, ct_entry *entry, const ct_expect_spec *spec, const ct_tuple *back)
{
  bool pptp = spec->nat == CT_NAT_FOLLOW_PPTP;
  ct_nat_range range = { .flags = 0 };

  one_address(&range, &back->dst);
  if (pptp && spec->nat_dir == CT_ORIGINAL)
    one_id(&range, spec->saved_id);
  ct_nat_set_up(engine, entry, CT_NAT_SRC, &range);
  one_address(&range, &back->src);
  if (!pptp || spec->nat_dir == CT_REPLY)
    one_id(&range, spec->saved_id);
  ct_nat_set_up(engine, entry, CT_NAT_DST, &range);
}

typedef struct pairing {
  ct_tuple original;
  ct_nat_range range;
  bool found;
} pairing;

/* Whether an expectation of the same call is of the party that this connection comes from. */
static bool is_pair(ct_engine *engine, ct_expect *expect, void *user)
{
  const ct_expect_spec *spec = ct_expect_spec_of(expect);
  pairing *p = user;

  (void)engine;
  if (spec->tuple.family != p->original.family || spec->tuple.proto != p->original.proto ||
      !ct_addr_equal(&spec->saved, &p->original.src) || spec->saved_id != p->original.src_id)
    return true;
  one_address(&p->range, &spec->tuple.dst);
  one_id(&p->range, spec->tuple.dst_id);
  p->found = true;
  return false;
}

/* nf_nat_sip_expected */
static void follow_sip(ct_engine *engine, ct_entry *entry, const ct_entry *master, const ct_expect_spec *spec)
{
  pairing p = { .found = false };
  ct_nat_range range = { .flags = 0 };
  ct_tuple forward, back;

  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &p.original);
  ct_table_tuple(&engine->table, master, (ct_dir)spec->nat_dir, &forward);
  ct_table_tuple(&engine->table, master, spec->nat_dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL, &back);
  one_address(&range, &spec->saved);
  one_id(&range, spec->saved_id);
  ct_nat_set_up(engine, entry, CT_NAT_DST, &range);
  if (spec->class_number != 0)
    ct_expect_each_of(engine, master, is_pair, &p);
  if (!p.found && ct_addr_equal(&p.original.src, &forward.src)) {
    one_address(&p.range, &back.dst);
    p.found = true;
  }
  if (p.found)
    ct_nat_set_up(engine, entry, CT_NAT_SRC, &p.range);
}

void ct_nat_follow_expectation(ct_engine *engine, ct_entry *entry, const ct_expect_spec *spec, uint64_t master_id)
{
  const ct_entry *master = ct_master_find(engine, master_id);
  ct_tuple back;

  if (master == NULL || engine->nat == NULL)
    return;
  if (spec->nat == CT_NAT_FOLLOW_SIP) {
    follow_sip(engine, entry, master, spec);
    return;
  }
  ct_table_tuple(&engine->table, master, spec->nat_dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL, &back);
  follow_master(engine, entry, spec, &back);
}

/* --- sequence numbers --- */

uint32_t ct_nat_ack_offset(const ct_engine *engine, const ct_entry *entry, ct_dir dir, uint32_t ack)
{
  const ct_ext *ext = ct_ext_get(engine, entry);
  const ct_seqadj *way;

  if (ext == NULL)
    return 0;
  way = &ext->seqadj[dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL];
  return (uint32_t)((int32_t)(way->position - (ack - 1)) < 0 ? way->after : way->before);
}

bool ct_nat_seqadj(const ct_engine *engine, const ct_entry *entry, ct_dir dir, ct_seqadj way[2])
{
  const ct_ext *ext = ct_ext_get(engine, entry);

  if (!(entry->status & CT_STATUS_SEQ_ADJUST) || entry->proto != CT_PROTO_TCP || ext == NULL)
    return false;
  way[0] = ext->seqadj[dir];
  way[1] = ext->seqadj[dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL];
  return true;
}
