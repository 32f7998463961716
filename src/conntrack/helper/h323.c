/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * H.323: three helpers that hand on to each other. RAS (to the gatekeeper) announces where calls are taken, Q.931 (the
 * call) where the control channel is, H.245 (the control channel) where media flow. Spec 8.8. Of the module's
 * parameters callforward_filter has nothing to filter: it compares routes, which nobody knows here.
 */
#include "conntrack/helper/h323.h"

#include <string.h>

#include "conntrack/helper/helping.h"
#include "conntrack/helper/list.h"

enum { UNREGISTER_S = 30 };

typedef struct h323_state {
  uint16_t pending[2]; /* TPKT: announced by a header sent alone */
  uint32_t ttl_s;
} h323_state;

static ct_verdict answer_verdict(ct_expect_answer answer)
{
  return answer == CT_EXPECT_OK ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
}

static bool is_sender(const ct_helping *h, const ct_addr *addr)
{
  return ct_addr_equal(addr, &ct_helping_forward(h)->src);
}

/* RTP on the even port, RTCP on the odd one, whichever was announced. */
static ct_verdict media_expect(ct_helping *h, const ct_h323_found *f)
{
  const ct_tuple *back = ct_helping_backward(h);
  ct_expect_spec rtp, rtcp;
  ct_expect *e;

  if (!is_sender(h, &f->addr) || f->port == 0)
    return CT_VERDICT_ACCEPT;
  ct_expect_spec_init(&rtp, back->family, CT_PROTO_UDP, &back->src, &back->dst, f->port & 0xfffe, f->made_by);
  rtcp = rtp;
  rtcp.tuple.dst_id = f->port | 1;
  if (ct_helping_expect(h, &rtp) != CT_EXPECT_OK)
    return CT_VERDICT_DROP;
  if (ct_helping_expect(h, &rtcp) == CT_EXPECT_OK)
    return CT_VERDICT_ACCEPT;
  e = ct_expect_find(h->engine, &rtp.tuple);
  if (e != NULL)
    ct_expect_remove(h->engine, e, CT_REASON_END_WITHDRAWN);
  return CT_VERDICT_DROP;
}

static ct_verdict found_expect(ct_helping *h, const ct_h323_found *f)
{
  const ct_tuple *back = ct_helping_backward(h);
  ct_expect_spec spec;

  if (f->kind == CT_H323_MEDIA)
    return media_expect(h, f);
  if (f->port == 0 || (f->kind != CT_H323_FORWARD && !is_sender(h, &f->addr)))
    return CT_VERDICT_ACCEPT;
  ct_expect_spec_init(&spec, back->family, CT_PROTO_TCP, &back->src, f->kind == CT_H323_FORWARD ? &f->addr : &back->dst,
                      f->port, f->made_by);
  if (f->kind == CT_H323_H245)
    spec.child = &ct_helper_h245;
  else if (f->kind == CT_H323_FORWARD)
    spec.child = &ct_helper_q931;
  else
    spec.flags = CT_EXPECT_PERMANENT; /* T.120 */
  return answer_verdict(ct_helping_expect(h, &spec));
}

typedef bool (*message_parser)(const uint8_t *, size_t, uint8_t, ct_h323_message *);

static ct_verdict segment_inspect(ct_helping *h, const uint8_t *payload, size_t length, message_parser parse)
{
  h323_state *s = h->state;
  ct_h323_message message;
  const uint8_t *data;
  size_t n, at = 0;
  unsigned i;

  while (ct_h323_tpkt_next(payload, length, &s->pending[h->dir], &at, &data, &n)) {
    if (!parse(data, n, h->tuple[CT_ORIGINAL].family, &message))
      break;
    for (i = 0; i < message.n; i++)
      if (found_expect(h, &message.found[i]) != CT_VERDICT_ACCEPT)
        return CT_VERDICT_DROP;
  }
  return CT_VERDICT_ACCEPT;
}

/* Whatever comes in between, an empty segment too, ends the wait for what a lone TPKT header announced. */
static void segment_arrived(ct_helping *h, size_t length)
{
  h323_state *s = h->state;

  if (length == 0)
    s->pending[h->dir] = 0;
}

static ct_verdict q931_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  return segment_inspect(h, payload, length, ct_h323_q931_parse);
}

static ct_verdict h245_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  return segment_inspect(h, payload, length, ct_h323_h245_parse);
}

/* ---- RAS ---- */

/* Calls to this endpoint, from the gatekeeper or (without gkrouted_only) anybody, at the first of its own addresses. */
static ct_verdict register_request(ct_helping *h, const ct_h323_message *m)
{
  const ct_tuple *back = ct_helping_backward(h);
  h323_state *s = h->state;
  ct_expect_spec spec;
  unsigned i;

  for (i = 0; i < m->n && (!is_sender(h, &m->found[i].addr) || m->found[i].port == 0); i++)
    ;
  if (i < m->n) {
    ct_expect_spec_init(&spec, back->family, CT_PROTO_TCP,
                        ct_helping_modules(h)->h323_gkrouted_only != 0 ? &back->src : NULL, &back->dst,
                        m->found[i].port, "RRQ");
    spec.child = &ct_helper_q931;
    spec.flags = CT_EXPECT_PERMANENT;
    if (ct_helping_expect(h, &spec) != CT_EXPECT_OK)
      return CT_VERDICT_DROP;
  }
  s->ttl_s = m->has_time_to_live ? m->time_to_live_s : ct_helping_modules(h)->h323_default_rrq_ttl;
  return CT_VERDICT_ACCEPT;
}

/*
 * Only the connection's timeout follows the time to live. The kernel means to renew the expectation too, but looks for
 * it without a source, which an expectation that names the gatekeeper never matches.
 */
static ct_verdict register_confirm(ct_helping *h, const ct_h323_message *m)
{
  h323_state *s = h->state;

  if (m->has_time_to_live)
    s->ttl_s = m->time_to_live_s;
  if (s->ttl_s > 0)
    ct_helping_refresh(h, s->ttl_s);
  return CT_VERDICT_ACCEPT;
}

static bool expect_drop(ct_engine *engine, ct_expect *e, void *user)
{
  (void)user;
  ct_expect_remove(engine, e, CT_REASON_END_WITHDRAWN);
  return true;
}

static ct_verdict unregister_request(ct_helping *h)
{
  ct_expect_each_of(h->engine, h->entry, expect_drop, NULL);
  ct_helping_refresh(h, UNREGISTER_S);
  return CT_VERDICT_ACCEPT;
}

/* The gatekeeper wants to be asked elsewhere. Not on an expected connection: that would go round in circles. */
static ct_verdict gatekeeper_confirm(ct_helping *h, const ct_h323_found *f)
{
  const ct_tuple *back = ct_helping_backward(h);
  ct_expect_spec spec;

  if (h->expected || (is_sender(h, &f->addr) && f->port == ct_helping_forward(h)->src_id))
    return CT_VERDICT_ACCEPT;
  ct_expect_spec_init(&spec, back->family, CT_PROTO_UDP, &back->src, &f->addr, f->port, "GCF");
  spec.child = &ct_helper_ras;
  return answer_verdict(ct_helping_expect(h, &spec));
}

/* The called party's address: the answer to the caller's question. */
static ct_verdict call_confirm(ct_helping *h, const ct_h323_found *f)
{
  const ct_tuple *back = ct_helping_backward(h);
  ct_expect_spec spec;

  ct_expect_spec_init(&spec, back->family, CT_PROTO_TCP, &back->src, &f->addr, f->port, f->made_by);
  spec.child = &ct_helper_q931;
  spec.flags = CT_EXPECT_PERMANENT;
  return answer_verdict(ct_helping_expect(h, &spec));
}

static ct_verdict ras_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  ct_h323_message m;
  const ct_h323_found *f;

  if (!ct_h323_ras_parse(payload, length, h->tuple[CT_ORIGINAL].family, &m))
    return CT_VERDICT_ACCEPT;
  f = m.n > 0 ? &m.found[0] : NULL;
  switch (m.ras) {
  case CT_H323_RRQ: return register_request(h, &m);
  case CT_H323_RCF: return register_confirm(h, &m);
  case CT_H323_URQ: return unregister_request(h);
  case CT_H323_GCF: return f ? gatekeeper_confirm(h, f) : CT_VERDICT_ACCEPT;
  case CT_H323_LCF: return f ? call_confirm(h, f) : CT_VERDICT_ACCEPT;
  case CT_H323_ACF: /* to the called party it is its own address */
    return f && !ct_addr_equal(&f->addr, &ct_helping_forward(h)->dst) ? call_confirm(h, f) : CT_VERDICT_ACCEPT;
  default: return CT_VERDICT_ACCEPT;
  }
}

const ct_helper ct_helper_q931 = {
  .name = "Q.931",
  .help = "H.323 calls: their control channels and media",
  .kinds = CT_HELPER_TCP | CT_HELPER_V4 | CT_HELPER_V6,
  .state_bytes = sizeof(h323_state),
  .state_fields = "224",
  .unwritten = "nf_nat_h323",
  .classes = { { NULL, 20, 240 } },
  .arrived = segment_arrived,
  .inspect = q931_inspect,
};

const ct_helper ct_helper_ras = {
  .name = "RAS",
  .help = "H.323 registration with a gatekeeper: calls",
  .kinds = CT_HELPER_UDP | CT_HELPER_V4 | CT_HELPER_V6,
  .state_bytes = sizeof(h323_state),
  .state_fields = "224",
  .unwritten = "nf_nat_h323",
  .classes = { { NULL, 32, 240 } },
  .inspect = ras_inspect,
};

const ct_helper ct_helper_h245 = {
  .name = "H.245",
  .help = "H.323 control channels: media and data (by expectation only)",
  .kinds = CT_HELPER_TCP | CT_HELPER_V4 | CT_HELPER_V6,
  .state_bytes = sizeof(h323_state),
  .state_fields = "224",
  .unwritten = "nf_nat_h323",
  .classes = { { NULL, 18, 240 } },
  .arrived = segment_arrived,
  .inspect = h245_inspect,
};
