/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/sip_nat.h"

#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/text.h"
#include "conntrack/helper/written.h"
#include "conntrack/nat/help.h"

enum { LOWEST_PORT = 1024 };

bool ct_sip_mangle(ct_sip_edit *e, size_t at, size_t removed, const char *text, size_t n)
{
  size_t length;

  if (!ct_helping_mangle_unnoted(e->h, e->base + at, removed, text, n))
    return false;
  e->t->text = ct_helping_payload(e->h, &length) + e->base;
  e->t->length += n - removed;
  return true;
}

/* IPv6 addresses stand in brackets in URIs, not in a session description. */
static void write_address(ct_written *w, uint8_t family, const ct_addr *address, bool brackets)
{
  brackets = brackets && family == CT_IPV6;
  ct_write_text(w, brackets ? "[" : "");
  ct_write_address(w, family, address);
  ct_write_text(w, brackets ? "]" : "");
}

static bool put_address(ct_sip_edit *e, const ct_sip_match *match, const ct_addr *address, bool brackets)
{
  ct_written w = { .n = 0 };

  write_address(&w, e->t->family, address, brackets);
  return ct_sip_mangle(e, match->at, match->length, w.text, w.n);
}

static bool put_end(ct_sip_edit *e, const ct_sip_match *match, const ct_addr *address, uint16_t port)
{
  ct_written w = { .n = 0 };

  write_address(&w, e->t->family, address, true);
  ct_write_text(&w, ":");
  ct_write_number(&w, port);
  return ct_sip_mangle(e, match->at, match->length, w.text, w.n);
}

static bool put_number(ct_sip_edit *e, const ct_sip_match *match, uint32_t number)
{
  ct_written w = { .n = 0 };

  ct_write_number(&w, number);
  return ct_sip_mangle(e, match->at, match->length, w.text, w.n);
}

/* --- the message --- */

static bool is_end(const ct_addr *a, uint16_t a_port, const ct_addr *b, uint16_t b_port)
{
  return ct_addr_equal(a, b) && a_port == b_port;
}

/* map_addr: one end of this connection becomes what the other side knows it as. */
static bool map_end(ct_sip_edit *e, const ct_sip_match *match)
{
  const ct_tuple *forward = ct_helping_forward(e->h), *back = ct_helping_backward(e->h);
  const ct_addr *address;
  uint16_t port, new;
  ct_addr addr;

  if (!ct_sip_uri_read(e->t, match->at, &addr, &port))
    return true;
  if (is_end(&addr, port, &forward->src, forward->src_id)) {
    address = &back->dst;
    new = back->dst_id;
  } else if (is_end(&addr, port, &forward->dst, forward->dst_id)) {
    address = &back->src;
    new = back->src_id;
  } else {
    return true;
  }
  return is_end(&addr, port, address, new) || put_end(e, match, address, new);
}

static bool map_header(ct_sip_edit *e, ct_sip_header header)
{
  ct_sip_match match;

  return ct_sip_header_find(e->t, 0, header, &match) != CT_SIP_FOUND || map_end(e, &match);
}

/* An address behind a parameter's name is `was`, and becomes `is`. */
static bool map_parameter(ct_sip_edit *e, size_t from, const char *name, const ct_addr *was, const ct_addr *is,
                          bool brackets)
{
  ct_sip_match match;
  ct_addr addr;

  if (!ct_sip_address_param(e->t, from, name, &match, &addr) || !ct_addr_equal(&addr, was) || ct_addr_equal(&addr, is))
    return true;
  return put_address(e, &match, is, brackets);
}

/* The topmost Via, where it is about this connection. */
static bool map_via(ct_sip_edit *e, bool request)
{
  const ct_tuple *forward = ct_helping_forward(e->h), *back = ct_helping_backward(e->h);
  size_t before = e->t->length, end;
  ct_sip_match match;
  uint16_t port;
  uint32_t rport;
  ct_addr addr;

  if (ct_sip_header_find(e->t, 0, forward->proto == CT_PROTO_TCP ? CT_SIP_VIA_TCP : CT_SIP_VIA_UDP, &match) !=
        CT_SIP_FOUND ||
      !ct_sip_uri_read(e->t, match.at, &addr, &port) ||
      !(request ? is_end(&addr, port, &forward->src, forward->src_id)
                : is_end(&addr, port, &forward->dst, forward->dst_id)))
    return true;
  if (!map_end(e, &match))
    return false;
  end = match.at + match.length + e->t->length - before;
  if (!map_parameter(e, end, "maddr=", &forward->src, &back->dst, true) ||
      !map_parameter(e, end, "received=", &forward->dst, &back->src, false))
    return false;
  if (!ct_sip_number_param(e->t, end, "rport=", &match, &rport) || rport != forward->dst_id || rport == back->src_id)
    return true;
  return put_number(e, &match, back->src_id);
}

static bool map_contacts(ct_sip_edit *e)
{
  ct_sip_contacts contacts = { 0 };
  ct_sip_contact contact;

  while (ct_sip_contact_next(e->t, &contacts, &contact)) {
    ct_sip_match match = { contact.at, contact.end - contact.at };
    size_t before = e->t->length;

    if (!contact.bad && !map_end(e, &match))
      return false;
    contacts.from += e->t->length - before;
    contacts.searched = 0;
  }
  return true;
}

bool ct_sip_translate_message(ct_sip_edit *e)
{
  bool request = !ct_text_begins(e->t->text, e->t->length, "SIP/2.0");
  ct_sip_match match;

  if (request && ct_sip_request_uri(e->t, &match) && !map_end(e, &match))
    return false;
  return map_via(e, request) && map_contacts(e) && map_header(e, CT_SIP_FROM) && map_header(e, CT_SIP_TO);
}

/* --- the session --- */

/* The length of the description, as it is by now. */
static bool mend_length(ct_sip_edit *e)
{
  size_t start = ct_sip_sdp_start(e->t);
  ct_sip_match match;

  if (start == SIZE_MAX || ct_sip_header_find(e->t, 0, CT_SIP_CONTENT_LENGTH, &match) != CT_SIP_FOUND)
    return false;
  return put_number(e, &match, (uint32_t)(e->t->length - start + strlen("v=")));
}

/* Both ports of a stream, at the first pair from the announced one on that is free. => the first; 0: none is. */
static uint16_t expect_pair(ct_helping *h, ct_expect_spec *rtp, ct_expect_spec *rtcp)
{
  uint32_t port;

  for (port = rtp->tuple.dst_id; port <= UINT16_MAX; port += 2) {
    ct_expect_answer answer;
    ct_expect *e;

    rtp->tuple.dst_id = (uint16_t)port;
    answer = ct_helping_expect(h, rtp);
    if (answer == CT_EXPECT_BUSY)
      continue;
    if (answer != CT_EXPECT_OK)
      return 0;
    rtcp->tuple.dst_id = (uint16_t)(port + 1);
    answer = ct_helping_expect(h, rtcp);
    if (answer == CT_EXPECT_OK)
      return (uint16_t)port;
    if ((e = ct_expect_find(h->engine, &rtp->tuple)) != NULL)
      ct_expect_remove(h->engine, e, CT_REASON_END_WITHDRAWN);
    if (answer != CT_EXPECT_BUSY)
      return 0;
  }
  return 0;
}

/* => whether the same call on another connection expects the stream already. */
static bool is_expected_elsewhere(const ct_helping *h, const ct_tuple *tuple, uint8_t class_number)
{
  const ct_expect *e = ct_expect_find(h->engine, tuple);

  return e != NULL && ct_expect_master(e) != h->entry->id && ct_expect_helper(e) == h->helper &&
         ct_expect_class(e) == class_number;
}

/* One stream. *addr: where it is announced; where it is expected afterwards. */
static ct_verdict expect_stream(ct_sip_edit *edit, const ct_sip_stream *stream, ct_addr *addr, const char *made_by)
{
  const ct_tuple *forward = ct_helping_forward(edit->h), *back = ct_helping_backward(edit->h);
  bool direct = ct_helping_modules(edit->h)->sip_direct_media != 0;
  ct_sip_match match = { stream->at, stream->length };
  ct_expect_spec rtp, rtcp;
  uint16_t port;

  if (direct && !ct_addr_equal(addr, &forward->src)) {
    edit->h->note = CT_REASON_SIP_MEDIA;
    return CT_VERDICT_ACCEPT;
  }
  ct_expect_spec_init(&rtp, back->family, CT_PROTO_UDP, direct ? &back->src : NULL, addr, (uint16_t)stream->port,
                      made_by);
  rtp.tuple.zone = forward->zone;
  if (is_expected_elsewhere(edit->h, &rtp.tuple, stream->class_number))
    return CT_VERDICT_ACCEPT;
  rtp.class_number = stream->class_number;
  rtp.skip_master = true;
  rtp.nat = CT_NAT_FOLLOW_SIP;
  rtp.nat_dir = edit->h->dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL;
  rtp.saved = *addr;
  rtp.tuple.dst_id = rtp.saved_id = (uint16_t)(stream->port & 0xfffe);
  if (!ct_addr_equal(&forward->src, &back->dst))
    *addr = back->dst;
  rtp.tuple.dst = *addr;
  rtcp = rtp;
  rtcp.saved_id = (uint16_t)(rtp.saved_id + 1);
  port = expect_pair(edit->h, &rtp, &rtcp);
  if (port == 0)
    return CT_VERDICT_DROP;
  if (port == rtp.saved_id)
    return CT_VERDICT_ACCEPT;
  return put_number(edit, &match, port) && mend_length(edit) ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
}

static bool put_connection(ct_sip_edit *e, size_t from, const ct_addr *address)
{
  ct_sip_match match;
  ct_addr was;

  return !ct_sip_sdp_connection(e->t, from, &match, &was) || put_address(e, &match, address, false);
}

ct_verdict ct_sip_translate_session(ct_sip_edit *e, const char *made_by)
{
  size_t start = ct_sip_sdp_start(e->t), from = start;
  ct_addr session, addr = { .words = { 0 } };
  ct_sip_stream stream;
  ct_sip_match match;
  bool has_session;
  unsigned n = 0;

  if (start == SIZE_MAX)
    return CT_VERDICT_ACCEPT;
  has_session = ct_sip_sdp_connection(e->t, start, &match, &session);
  while (n < CT_SIP_MEDIA_MAX && ct_sip_sdp_stream_next(e->t, &from, &stream)) {
    size_t before = e->t->length;
    bool own = ct_sip_sdp_connection(e->t, from, &match, &addr);

    if (!own && has_session)
      addr = session;
    if ((!own && !has_session) || stream.port < LOWEST_PORT || stream.port > UINT16_MAX ||
        expect_stream(e, &stream, &addr, made_by) != CT_VERDICT_ACCEPT ||
        (own && (!put_connection(e, from + e->t->length - before, &addr) || !mend_length(e))))
      return CT_VERDICT_DROP;
    from = ct_sip_sdp_start(e->t) == start ? from : from + ct_sip_sdp_start(e->t) - start;
    start = ct_sip_sdp_start(e->t);
    n++;
  }
  if (n == 0)
    return CT_VERDICT_ACCEPT;
  if (ct_sip_sdp_owner(e->t, start, &match) && !put_address(e, &match, &addr, false))
    return CT_VERDICT_DROP;
  return put_connection(e, ct_sip_sdp_start(e->t), &addr) && mend_length(e) ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
}

/* --- registrations --- */

bool ct_sip_translate_contact(ct_sip_edit *e, ct_expect_spec *spec, const ct_sip_contact *contact)
{
  const ct_tuple *forward = ct_helping_forward(e->h), *back = ct_helping_backward(e->h);
  ct_sip_match match = { contact->at, contact->end - contact->at };
  uint16_t port;

  spec->nat = CT_NAT_FOLLOW_SIP;
  spec->nat_dir = e->h->dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL;
  spec->saved = spec->tuple.dst;
  spec->saved_id = spec->tuple.dst_id;
  if (!ct_addr_equal(&forward->src, &back->dst))
    spec->tuple.dst = back->dst;
  if (spec->tuple.dst_id == forward->src_id)
    spec->tuple.dst_id = back->dst_id;
  port = ct_helping_expect_port(e->h, spec);
  if (port == 0)
    return false;
  return is_end(&spec->tuple.dst, port, &spec->saved, spec->saved_id) || put_end(e, &match, &spec->tuple.dst, port);
}
