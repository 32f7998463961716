/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NetBIOS name service and SNMP: answers to a broadcast come from anyone in the network. Spec 8.7. The kernel looks
 * only at what its own host sends to the broadcast address of one of its interfaces; a capture does not say whose it
 * is, so --local does.
 */
#include "conntrack/helper/helping.h"

#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/list.h"

static uint32_t mask_of(unsigned prefix)
{
  uint8_t bytes[4];
  uint32_t bits = prefix == 0 ? 0 : UINT32_MAX << (32 - prefix), mask;
  unsigned i;

  for (i = 0; i < 4; i++)
    bytes[i] = (uint8_t)(bits >> (24 - 8 * i));
  memcpy(&mask, bytes, sizeof(mask));
  return mask;
}

/* The network whose broadcast address this is, if src is an address of the host. */
static bool network_find(const ct_helper_settings *s, uint32_t src, uint32_t dst, uint32_t *mask)
{
  bool own = false, found = false;
  unsigned i;

  for (i = 0; i < s->n_local; i++) {
    uint32_t m;

    if (s->local[i].family != CT_IPV4)
      continue;
    m = mask_of(s->local[i].prefix);
    own = own || s->local[i].addr.v4 == src;
    if (!found && s->local[i].prefix < 31 && m != 0 && dst == (s->local[i].addr.v4 | ~m)) {
      *mask = m;
      found = true;
    }
  }
  return own && found;
}

static void broadcast_arrived(ct_helping *h, size_t length)
{
  const ct_tuple *answer = &h->tuple[CT_REPLY], *question = &h->tuple[CT_ORIGINAL];
  ct_expect_spec spec;
  uint32_t mask = 0;

  (void)length;
  if (h->dir != CT_ORIGINAL || !network_find(&h->engine->params.helpers, question->src.v4, question->dst.v4, &mask))
    return;
  ct_expect_spec_init(&spec, CT_IPV4, answer->proto, &answer->src, &answer->dst, answer->dst_id, "broadcast");
  spec.tuple.src_id = ct_helper_port(h->helper);
  spec.mask_src_id = 0xffff;
  spec.mask_src.v4 = mask;
  spec.flags = CT_EXPECT_PERMANENT;
  ct_helping_expect(h, &spec);
  ct_helping_refresh(h, ct_helper_policy(&h->engine->params, h->helper, 0).timeout_s);
}

static void netbios_policy(const ct_module_settings *modules, ct_helper_class *policy)
{
  policy->timeout_s = modules->netbios_timeout;
}

static void snmp_policy(const ct_module_settings *modules, ct_helper_class *policy)
{
  policy->timeout_s = modules->snmp_timeout;
}

const ct_helper ct_helper_netbios_ns = {
  .name = "netbios-ns",
  .help = "answers to NetBIOS name broadcasts of the host itself (--local)",
  .kinds = CT_HELPER_UDP | CT_HELPER_V4,
  .classes = { { NULL, 1, 3 } },
  .policy = netbios_policy,
  .own_host = true,
  .arrived = broadcast_arrived,
};

const ct_helper ct_helper_snmp = {
  .name = "snmp",
  .help = "answers to SNMP broadcasts of the host itself (--local)",
  .kinds = CT_HELPER_UDP | CT_HELPER_V4,
  .classes = { { NULL, 1, 30 } },
  .policy = snmp_policy,
  .own_host = true,
  .unwritten = "nf_nat_snmp_basic",
  .arrived = broadcast_arrived,
};
