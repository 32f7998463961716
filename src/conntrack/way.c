/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/way.h"
#include "conntrack/goes_on.h"
#include "conntrack/helper/list.h"

/*
 * Up to 4.18 a first packet was judged before anybody was asked who expects it (KERNELS K5). Of what can be expected
 * only TCP refuses first packets.
 */
static bool is_judged_first(const ct_engine *engine, uint8_t proto)
{
  return engine->params.profile->new_judged && proto == CT_PROTO_TCP;
}

inline void ct_way_open(ct_engine *engine, ct_entry *entry, const ct_tuple *original, ct_result *result)
{
  /*
   * The kernel begins with a timeout of 0, and a tracker that lets a first packet pass without a verdict leaves it at
   * that.
   */
  entry->deadline_ns = engine->now_ns;
  if (engine->params.acct)
    entry->traits |= CT_ENTRY_COUNTED;
  if (ct_expect_any(engine) && !is_judged_first(engine, original->proto) && ct_expect_meet(engine, entry, original))
    result->changes |= CT_CHANGE_EXPECTED;
}

static void set_class(const ct_entry *entry, ct_dir dir, ct_result *result)
{
  result->dir = dir;
  if (dir == CT_REPLY || entry->status & CT_STATUS_SEEN_REPLY)
    result->cls = CT_CLASS_ESTABLISHED;
  else
    result->cls = entry->status & CT_STATUS_EXPECTED ? CT_CLASS_RELATED : CT_CLASS_NEW;
}

inline __attribute__((always_inline)) ct_track ct_way_judge(ct_engine *engine, ct_entry *entry, ct_dir dir,
                                                            const ct_packet *packet, ct_result *result)
{
  const ct_proto *proto;

  set_class(entry, dir, result);
  result->conn = entry->id;
  result->old_state = (uint8_t)entry->state;
  if (packet->reason != CT_REASON_NONE) {
    result->reason = packet->reason;
    return CT_TRACK_INVALID;
  }
  proto = ct_proto_find(engine->params.profile, packet->tuple.proto, packet->tuple.family);
  /* The commonest by its name: what it does with most packets is inlined here. */
  if (G_LIKELY(proto == &ct_proto_tcp))
    return ct_tcp_packet(engine, entry, dir, packet, result);
  return proto->packet(engine, entry, dir, packet, result);
}

inline void ct_way_begin(ct_engine *engine, ct_entry *entry, const ct_packet *packet, const ct_template *template,
                         ct_result *result)
{
  if (G_UNLIKELY(is_judged_first(engine, entry->proto)) && ct_expect_any(engine) &&
      ct_expect_meet(engine, entry, &packet->tuple)) {
    result->changes |= CT_CHANGE_EXPECTED;
    result->cls = CT_CLASS_RELATED;
  }
  entry->id = ++engine->last_id;
  if (entry->ext)
    ct_ext_own(engine, entry);
  /* With nf_conntrack_events=2 a rule that is loaded while nobody listens, as most are, has no mask to give. */
  if (G_UNLIKELY(template && (template->event_mask | template->expect_mask) != 0) && engine->params.events != 2)
    ct_ext_mask_events(ct_ext_need(engine, entry), template->event_mask, template->expect_mask);
  if (template && template->helper) {
    if (!(entry->status & CT_STATUS_EXPECTED)) /* a template gives none to who was expected (RULES 4) */
      ct_helper_give(engine, entry, &packet->tuple, template->helper);
  } else if (engine->params.helpers.n_ports != 0 || ct_helper_is_standard_port(packet->tuple.dst_id))
    ct_helper_attach(engine, entry, &packet->tuple);
}

bool ct_way_relate(const ct_engine *engine, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  if (!ct_packet_is_to_sender(packet, engine->params.profile)) {
    result->reason = CT_REASON_ICMP_ERROR_ADDRESS;
    return false;
  }
  result->cls = CT_CLASS_RELATED;
  result->dir = dir;
  result->reason = CT_REASON_ICMP_ERROR;
  return true;
}

bool ct_way_help(ct_engine *engine, ct_entry *entry, const ct_packet *packet, ct_result *result)
{
  ct_reason reason = (ct_reason)result->reason;
  ct_verdict verdict = ct_helper_run(engine, entry, (ct_dir)result->dir, (ct_class)result->cls, packet, &reason);

  result->reason = (uint16_t)reason;
  return verdict != CT_VERDICT_DROP;
}
