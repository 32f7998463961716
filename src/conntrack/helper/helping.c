/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/helping.h"

#include <glib.h>
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/list.h"
#include "conntrack/nat/internal.h"

enum { UDP_HEADER_BYTES = 8 };

/* A rule does not replace a helper that is there, and sets no HELPER bit then. */
static bool attach(ct_engine *engine, ct_entry *entry, const ct_helper *helper)
{
  ct_ext *ext = ct_ext_need(engine, entry);

  if (ext->helper != NULL)
    return false;
  ext->helper = helper;
  entry->status |= CT_STATUS_HELPER;
  return true;
}

/* => the helper whose port a flow goes to that has begun without it; below 0: none. */
static int unhelped_number(const ct_engine *engine, const ct_entry *entry, const ct_tuple *original)
{
  if (entry->status & CT_STATUS_EXPECTED || ct_helper_for(&engine->params, original) != NULL)
    return -1;
  return ct_helper_number_by_port(&engine->params, original);
}

void ct_helper_attach(ct_engine *engine, ct_entry *entry, const ct_tuple *original)
{
  const ct_helper *helper = ct_helper_for(&engine->params, original);
  int number;

  if (helper != NULL)
    attach(engine, entry, helper);
  else if ((number = unhelped_number(engine, entry, original)) >= 0)
    engine->stats.unhelped[number]++;
}

bool ct_helper_give(ct_engine *engine, ct_entry *entry, const ct_tuple *original, const char *name)
{
  const ct_helper *helper = ct_helper_find(name);

  return helper != NULL && ct_helper_suits(helper, original) && attach(engine, entry, helper);
}

bool ct_helper_give_later(ct_engine *engine, ct_entry *entry, const ct_tuple *original, const char *name)
{
  int number;

  if (!ct_helper_give(engine, entry, original, name))
    return false;
  number = unhelped_number(engine, entry, original);
  if (number >= 0 && engine->stats.unhelped[number] > 0)
    engine->stats.unhelped[number]--;
  return true;
}

static void helping_init(ct_helping *h, ct_engine *engine, ct_entry *entry, ct_ext *ext)
{
  memset(h, 0, sizeof(*h));
  h->engine = engine;
  h->entry = entry;
  h->helper = ext->helper;
  if (ext->helper_state == NULL && ext->helper->state_bytes > 0)
    ext->helper_state = g_malloc0(ext->helper->state_bytes);
  h->state = ext->helper_state;
  h->expected = (entry->status & CT_STATUS_EXPECTED) != 0;
  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &h->tuple[CT_ORIGINAL]);
  ct_table_tuple(&engine->table, entry, CT_REPLY, &h->tuple[CT_REPLY]);
}

/* True once per flow. */
static bool cut_said(ct_engine *engine, ct_ext *ext)
{
  bool first = !ext->helper_cut;

  ext->helper_cut = true;
  engine->stats.helper_cut += first;
  return first;
}

ct_verdict ct_helper_run(ct_engine *engine, ct_entry *entry, ct_dir dir, ct_class cls, const ct_packet *packet,
                         ct_reason *reason)
{
  ct_ext *ext = ct_ext_get(engine, entry);
  ct_verdict verdict;
  uint32_t offset, length;
  ct_helping h;

  if (entry->proto == CT_PROTO_TCP && cls != CT_CLASS_ESTABLISHED)
    return CT_VERDICT_ACCEPT;
  /* An ICMP error about an original packet is shown too, and its header taken for the UDP header. */
  offset = packet->l4_offset + (entry->proto == CT_PROTO_TCP ? packet->l4.tcp.header_bytes : UDP_HEADER_BYTES);
  length = packet->length > offset ? packet->length - offset : 0;
  helping_init(&h, engine, entry, ext);
  if (engine->nat != NULL)
    engine->nat->mangled = false; /* what nobody has taken */
  h.packet = packet;
  h.dir = dir;
  h.seq = entry->proto == CT_PROTO_TCP ? packet->l4.tcp.seq : 0;
  if (h.helper->arrived != NULL)
    h.helper->arrived(&h, length);
  if (length == 0 || h.helper->inspect == NULL)
    return CT_VERDICT_ACCEPT;
  if (packet->captured < offset + length) {
    if (cut_said(engine, ext))
      *reason = CT_REASON_HELPER_CUT;
    return CT_VERDICT_ACCEPT;
  }
  h.header_seq = h.seq;
  h.payload = packet->data + offset;
  h.length = length;
  verdict = h.helper->inspect(&h, h.payload, length);
  if (verdict == CT_VERDICT_DROP)
    *reason = CT_REASON_HELPER_DROP;
  else if (h.note != CT_REASON_NONE)
    *reason = h.note;
  return verdict;
}

void ct_helper_gone(ct_engine *engine, ct_entry *entry)
{
  ct_ext *ext = ct_ext_get(engine, entry);
  ct_helping h;

  if (ext == NULL || ext->helper == NULL || ext->helper->gone == NULL || !(entry->status & CT_STATUS_CONFIRMED))
    return;
  helping_init(&h, engine, entry, ext);
  ext->helper->gone(&h);
}

void ct_expect_spec_init(ct_expect_spec *spec, uint8_t family, uint8_t proto, const ct_addr *src, const ct_addr *dst,
                         uint16_t port, const char *made_by)
{
  memset(spec, 0, sizeof(*spec));
  spec->tuple.family = family;
  spec->tuple.proto = proto;
  spec->tuple.dst = *dst;
  spec->tuple.dst_id = port;
  if (src != NULL) {
    spec->tuple.src = *src;
    memset(spec->mask_src.bytes, 0xff, family == CT_IPV4 ? 4 : 16);
  }
  spec->made_by = made_by;
}

ct_expect_answer ct_helping_expect(ct_helping *h, const ct_expect_spec *spec)
{
  return ct_expect_add(h->engine, h->entry, spec, h->packet ? h->packet->number : 0);
}

void ct_helping_refresh(ct_helping *h, uint32_t timeout_s)
{
  ct_core_refresh(h->engine, h->entry, timeout_s * CT_NS_PER_S);
  ct_ext_need(h->engine, h->entry)->helper_deadline_ns = h->entry->deadline_ns;
}

const ct_module_settings *ct_helping_modules(const ct_helping *h) { return &h->engine->params.modules; }
