/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TFTP: the server answers a read or write request from a port of its own. Spec 8.3, RFC 1350. */
#include "conntrack/helper/helping.h"

#include "conntrack/helper/list.h"
#include "conntrack/helper/parse.h"
#include "conntrack/nat/help.h"

const char *ct_tftp_parse(const uint8_t *payload, size_t length)
{
  if (length < 2 || payload[0] != 0)
    return NULL;
  return payload[1] == 1 ? "RRQ" : payload[1] == 2 ? "WRQ" : NULL;
}

static ct_verdict tftp_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  const ct_tuple *answer = &h->tuple[CT_REPLY];
  const char *request = ct_tftp_parse(payload, length);
  ct_expect_spec spec;

  if (request == NULL)
    return CT_VERDICT_ACCEPT;
  ct_expect_spec_init(&spec, answer->family, CT_PROTO_UDP, &answer->src, &answer->dst, answer->dst_id, request);
  if (ct_helping_is_translated(h)) {
    spec.nat = CT_NAT_FOLLOW_MASTER;
    spec.nat_dir = CT_REPLY;
    spec.saved_id = h->tuple[CT_ORIGINAL].src_id;
  }
  return ct_helping_expect(h, &spec) == CT_EXPECT_OK ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
}

const ct_helper ct_helper_tftp = {
  .name = "tftp",
  .help = "TFTP transfers (the server's answer comes from another port)",
  .kinds = CT_HELPER_UDP | CT_HELPER_V4 | CT_HELPER_V6,
  .once_timeless = true,
  .classes = { { NULL, 1, 300 } },
  .inspect = tftp_inspect,
};
