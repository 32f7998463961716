/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule announces for a new connection: nft's ct expectation. */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/expect/expect.h"

ct_announced ct_passage_announce(ct_engine *engine, ct_passage *passage, const ct_announcement *a)
{
  ct_expect_spec spec = { .made_by = CT_EXPECT_BY_RULE, .timeout_s = a->timeout_s };
  ct_entry *entry = passage->entry;
  ct_tuple back;

  g_assert(engine->packet != NULL && engine->packet == passage->packet);
  if (entry == NULL || !passage->is_new)
    return CT_ANNOUNCED_NOTHING;
  ct_ext_need(engine, entry)->announces = true; /* and with ext its expectations go, should it be dropped */
  if (ct_expect_of_class(engine, entry, 0) >= a->most)
    return CT_ANNOUNCED_NOTHING;
  ct_table_tuple(&engine->table, entry, a->dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL, &back);
  spec.tuple = back;
  spec.tuple.family = a->family != 0 ? a->family : back.family;
  /* Of another family than the connection's the kernel takes the first bytes. */
  if (spec.tuple.family == CT_IPV4 && back.family == CT_IPV6) {
    memset(spec.tuple.src.bytes + 4, 0, sizeof spec.tuple.src.bytes - 4);
    memset(spec.tuple.dst.bytes + 4, 0, sizeof spec.tuple.dst.bytes - 4);
  }
  spec.tuple.proto = a->proto;
  spec.tuple.src_id = 0;
  spec.tuple.dst_id = a->port;
  memset(spec.mask_src.bytes, 0xff, spec.tuple.family == CT_IPV6 ? 16 : 4);
  return ct_expect_add(engine, entry, &spec, engine->packet->number) == CT_EXPECT_OK ? CT_ANNOUNCED
                                                                                     : CT_ANNOUNCED_REFUSED;
}
