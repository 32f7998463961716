/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIP: media streams from session descriptions, and calls to a registered phone. Spec 8.5, RFC 3261. Without
 * sip_direct_signalling and sip_direct_media either is expected from anybody, and media at any address. What
 * sip_external_media leaves out then depends on routes, which nobody knows here.
 */
#include "conntrack/helper/sip.h"

#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/helping.h"
#include "conntrack/helper/list.h"
#include "conntrack/helper/sip_nat.h"
#include "conntrack/nat/help.h"

enum { SHORTEST_BYTES = 11 };

typedef struct sip_state {
  uint32_t register_cseq, invite_cseq;
} sip_state;

/* A phone keeps its signalling flow open by little more than its registration. */
static void sip_arrived(ct_helping *h, size_t length)
{
  if (length > 0)
    ct_helping_refresh(h, ct_helping_modules(h)->sip_timeout);
}

static bool media_drop(ct_engine *engine, ct_expect *e, void *user)
{
  (void)user;
  if (ct_expect_class(e) != CT_SIP_SIGNALLING)
    ct_expect_remove(engine, e, CT_REASON_END_WITHDRAWN);
  return true;
}

static bool signalling_drop(ct_engine *engine, ct_expect *e, void *user)
{
  (void)user;
  if (ct_expect_class(e) != CT_SIP_SIGNALLING)
    return true;
  ct_expect_remove(engine, e, CT_REASON_END_WITHDRAWN);
  return false;
}

static void media_flush(ct_helping *h) { ct_expect_each_of(h->engine, h->entry, media_drop, NULL); }

/* RTP on the even port, RTCP on the next (RFC 3550). => CT_VERDICT_DROP where that cannot be expected. */
static ct_verdict media_expect(ct_helping *h, const ct_sip_media *m, const char *made_by)
{
  const ct_tuple *back = ct_helping_backward(h);
  ct_expect_spec rtp, rtcp;
  ct_expect_answer answer;
  ct_expect *e;
  bool direct = ct_helping_modules(h)->sip_direct_media != 0;

  if (direct && !ct_addr_equal(&m->addr, &ct_helping_forward(h)->src)) {
    h->note = CT_REASON_SIP_MEDIA;
    return CT_VERDICT_ACCEPT;
  }
  ct_expect_spec_init(&rtp, back->family, CT_PROTO_UDP, direct ? &back->src : NULL, &m->addr, m->port, made_by);
  rtp.class_number = m->class_number;
  rtp.skip_master = true;
  rtp.tuple.zone = h->tuple[CT_ORIGINAL].zone;
  /* The same call on another flow (both ends behind one proxy) expects it already. */
  e = ct_expect_find(h->engine, &rtp.tuple);
  if (e != NULL && ct_expect_master(e) != h->entry->id && ct_expect_helper(e) == h->helper &&
      ct_expect_class(e) == m->class_number)
    return CT_VERDICT_ACCEPT;
  rtp.tuple.dst_id = m->port & 0xfffe;
  rtcp = rtp;
  rtcp.tuple.dst_id = m->port | 1;
  answer = ct_helping_expect(h, &rtp);
  if (answer == CT_EXPECT_OK || answer == CT_EXPECT_ALREADY) {
    ct_expect_answer second = ct_helping_expect(h, &rtcp);

    if (second == CT_EXPECT_OK || second == CT_EXPECT_ALREADY)
      return CT_VERDICT_ACCEPT;
    if (answer == CT_EXPECT_OK && (e = ct_expect_find(h->engine, &rtp.tuple)) != NULL)
      ct_expect_remove(h->engine, e, CT_REASON_END_WITHDRAWN);
  }
  return CT_VERDICT_DROP;
}

static ct_verdict session_expect(ct_helping *h, ct_sip_text *t, size_t base, const char *made_by)
{
  ct_sip_edit edit = { h, t, base };
  ct_sip_media media[CT_SIP_MEDIA_MAX];
  unsigned i, n;
  bool bad;

  if (ct_helping_is_translated(h))
    return ct_sip_translate_session(&edit, made_by);
  n = ct_sip_sdp_parse(t, media, &bad);
  for (i = 0; i < n; i++)
    if (media_expect(h, &media[i], made_by) != CT_VERDICT_ACCEPT)
      return CT_VERDICT_DROP;
  return bad ? CT_VERDICT_DROP : CT_VERDICT_ACCEPT;
}

/*
 * A registering phone wants to be called at its contact address; the expectation is made active by the registrar's
 * answer.
 */
static ct_verdict register_request(ct_helping *h, ct_sip_text *t, size_t base, uint32_t cseq)
{
  const ct_tuple *back = ct_helping_backward(h);
  sip_state *s = h->state;
  ct_sip_contacts contacts = { 0 };
  ct_sip_contact contact;
  ct_sip_match match;
  ct_expect_spec spec;
  uint32_t expires = 0;

  if (h->expected)
    return CT_VERDICT_ACCEPT;
  ct_sip_header_number(t, CT_SIP_EXPIRES, &expires, &match);
  if (!ct_sip_contact_next(t, &contacts, &contact))
    return CT_VERDICT_ACCEPT;
  if (contact.bad)
    return CT_VERDICT_DROP;
  /* Nobody registers others. */
  if (!ct_addr_equal(&contact.addr, &ct_helping_forward(h)->src)) {
    h->note = CT_REASON_SIP_CONTACT;
    return CT_VERDICT_ACCEPT;
  }
  if (!ct_sip_transport_fits(t, contact.end, back->proto))
    return CT_VERDICT_ACCEPT;
  if (!ct_sip_expires_param(t, contact.end, &expires))
    return CT_VERDICT_DROP;
  if (expires != 0) {
    ct_expect_spec_init(&spec, back->family, back->proto,
                        ct_helping_modules(h)->sip_direct_signalling != 0 ? &back->src : NULL, &contact.addr,
                        contact.port, "REGISTER");
    spec.class_number = CT_SIP_SIGNALLING;
    spec.flags = CT_EXPECT_PERMANENT | CT_EXPECT_INACTIVE;
    spec.child = h->helper;
    if (ct_helping_is_translated(h) ? !ct_sip_translate_contact(&(ct_sip_edit){ h, t, base }, &spec, &contact)
                                    : ct_helping_expect(h, &spec) != CT_EXPECT_OK)
      return CT_VERDICT_DROP;
  }
  s->register_cseq = cseq;
  return CT_VERDICT_ACCEPT;
}

typedef struct registration {
  ct_addr addr;
  uint16_t port;
  uint8_t proto;
  uint32_t expires_s;
  bool found;
} registration;

static bool registration_renew(ct_engine *engine, ct_expect *e, void *user)
{
  registration *r = user;
  const ct_tuple *t = ct_expect_tuple(e);

  if (ct_expect_class(e) != CT_SIP_SIGNALLING || t->proto != r->proto || t->dst_id != r->port ||
      !ct_addr_equal(&t->dst, &r->addr))
    return true;
  ct_expect_renew(engine, e, true, r->expires_s);
  r->found = true;
  return false;
}

/* Success lists the phone's bindings with the time each has left; one that is not among them is gone. */
static ct_verdict register_response(ct_helping *h, const ct_sip_text *t, const ct_sip_message *m)
{
  const sip_state *s = h->state;
  const ct_tuple *forward = ct_helping_forward(h);
  ct_sip_contacts contacts = { 0 };
  ct_sip_contact contact;
  ct_sip_match match;
  uint32_t expires = 0;

  if (m->cseq != s->register_cseq || (m->code >= 100 && m->code <= 199))
    return CT_VERDICT_ACCEPT;
  if (m->code >= 200 && m->code <= 299) {
    ct_sip_header_number(t, CT_SIP_EXPIRES, &expires, &match);
    while (ct_sip_contact_next(t, &contacts, &contact)) {
      registration r = { contact.addr, contact.port, forward->proto, expires, false };

      if (contact.bad)
        return CT_VERDICT_DROP;
      if (!ct_addr_equal(&contact.addr, &forward->dst) || !ct_sip_transport_fits(t, contact.end, forward->proto))
        continue;
      if (!ct_sip_expires_param(t, contact.end, &r.expires_s))
        return CT_VERDICT_DROP;
      if (r.expires_s == 0)
        break;
      ct_expect_each_of(h->engine, h->entry, registration_renew, &r);
      if (r.found)
        return CT_VERDICT_ACCEPT;
    }
  }
  ct_expect_each_of(h->engine, h->entry, signalling_drop, NULL);
  return CT_VERDICT_ACCEPT;
}

static ct_verdict response_inspect(ct_helping *h, ct_sip_text *t, size_t base, const ct_sip_message *m)
{
  const sip_state *s = h->state;

  switch (m->method) {
  case CT_SIP_INVITE:
  case CT_SIP_UPDATE:
  case CT_SIP_PRACK:
    if (m->code >= 100 && m->code <= 299)
      return session_expect(h, t, base,
                            m->method == CT_SIP_INVITE   ? "INVITE response"
                            : m->method == CT_SIP_UPDATE ? "UPDATE response"
                                                         : "PRACK response");
    if (m->cseq == s->invite_cseq)
      media_flush(h);
    return CT_VERDICT_ACCEPT;
  case CT_SIP_REGISTER: return register_response(h, t, m);
  default: return CT_VERDICT_ACCEPT;
  }
}

static ct_verdict request_inspect(ct_helping *h, ct_sip_text *t, size_t base, const ct_sip_message *m)
{
  sip_state *s = h->state;
  ct_verdict verdict;

  switch (m->method) {
  case CT_SIP_INVITE:
    media_flush(h);
    verdict = session_expect(h, t, base, "INVITE");
    if (verdict == CT_VERDICT_ACCEPT)
      s->invite_cseq = m->cseq;
    return verdict;
  case CT_SIP_UPDATE: return session_expect(h, t, base, "UPDATE");
  case CT_SIP_ACK: return session_expect(h, t, base, "ACK");
  case CT_SIP_PRACK: return session_expect(h, t, base, "PRACK");
  case CT_SIP_BYE: media_flush(h); return CT_VERDICT_ACCEPT;
  case CT_SIP_REGISTER: return register_request(h, t, base, m->cseq);
  default: return CT_VERDICT_ACCEPT;
  }
}

static ct_verdict message_inspect(ct_helping *h, ct_sip_text *t, size_t base)
{
  ct_sip_edit edit = { h, t, base };
  ct_verdict verdict;
  ct_sip_message m;

  ct_sip_message_parse(t, &m);
  if (m.bad)
    return CT_VERDICT_DROP;
  verdict = m.code != 0 ? response_inspect(h, t, base, &m) : request_inspect(h, t, base, &m);
  if (verdict == CT_VERDICT_ACCEPT && ct_helping_is_translated(h) && !ct_sip_translate_message(&edit))
    return CT_VERDICT_DROP;
  return verdict;
}

static ct_verdict sip_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  const ct_profile *profile = h->engine->params.profile;
  ct_sip_text t = { payload,
                    length,
                    h->tuple[CT_ORIGINAL].family,
                    !profile->sip_strict_numbers,
                    !profile->sip_multi_header_walk_mended,
                    !profile->sip_expires_needs_number };
  ct_verdict verdict = CT_VERDICT_ACCEPT;
  size_t base = 0;

  if (length < SHORTEST_BYTES)
    return CT_VERDICT_ACCEPT;
  if (h->tuple[CT_ORIGINAL].proto == CT_PROTO_UDP)
    return message_inspect(h, &t, 0);
  /* Only whole messages, one after the other; what a segment does not hold to the end is not looked at. */
  while (verdict == CT_VERDICT_ACCEPT) {
    size_t n;

    payload = ct_helping_payload(h, &length);
    if (base >= length)
      break;
    t.text = payload + base;
    t.length = length - base;
    n = ct_sip_message_bytes(&t);
    if (n == 0 || n > t.length)
      break;
    t.length = n;
    verdict = message_inspect(h, &t, base);
    base += t.length;
  }
  ct_helping_payload(h, &length);
  ct_helping_moved(h, (int32_t)length - (int32_t)h->length);
  return verdict;
}

const ct_helper ct_helper_sip = {
  .name = "sip",
  .help = "SIP calls: media streams (SDP) and registered phones",
  .kinds = CT_HELPER_TCP | CT_HELPER_UDP | CT_HELPER_V4 | CT_HELPER_V6,
  .state_bytes = sizeof(sip_state),
  .state_fields = "44",
  .classes = {
    [CT_SIP_SIGNALLING] = { "signalling", 1, 180 },
    [CT_SIP_AUDIO] = { "audio", 4, 180 },
    [CT_SIP_VIDEO] = { "video", 4, 180 },
    [CT_SIP_IMAGE] = { "image", 2, 180 },
  },
  .arrived = sip_arrived,
  .inspect = sip_inspect,
};
