/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPTP: the GRE tunnel of a call set up on the control connection. Spec 8.6, RFC 2637. The client is taken for the PNS
 * and the server for the PAC, and one call at a time is followed, as the kernel does.
 *
 * The expectation once raised the tunnel's timeouts to 600 and 18000 s; since the GRE tracker sets them at its first
 * packet (4.19), after the expectation was met, a tunnel keeps 30 and 180 s.
 */
#include "conntrack/helper/helping.h"

#include "conntrack/engine_internal.h"
#include "conntrack/helper/list.h"
#include "conntrack/helper/parse.h"
#include "conntrack/nat/help.h"

enum { SESSION_NONE, SESSION_ERROR, SESSION_STOP_REQUESTED, SESSION_REQUESTED, SESSION_CONFIRMED };
enum {
  CALL_NONE,
  CALL_ERROR,
  CALL_OUT_REQUESTED,
  CALL_OUT_CONFIRMED,
  CALL_IN_REQUESTED,
  CALL_IN_REPLIED,
  CALL_IN_CONFIRMED,
  CALL_CLEAR_REQUESTED
};

enum {
  START_REQUEST = 1,
  START_REPLY,
  STOP_REQUEST,
  STOP_REPLY,
  ECHO_REQUEST,
  ECHO_REPLY,
  OUT_CALL_REQUEST,
  OUT_CALL_REPLY,
  IN_CALL_REQUEST,
  IN_CALL_REPLY,
  IN_CALL_CONNECT,
  CALL_CLEAR_REQUEST,
  CALL_DISCONNECT,
  WAN_ERROR,
  SET_LINK_INFO,
  MESSAGES
};

enum { HEADER_BYTES = 12, RESULT_OK = 1 };

/* What must follow the header, by message (RFC 2637, section 2); nothing is asked of echoes. */
static const uint8_t body_bytes[MESSAGES] = {
  [START_REQUEST] = 144,    [START_REPLY] = 144,      [STOP_REQUEST] = 4,      [STOP_REPLY] = 4,
  [OUT_CALL_REQUEST] = 156, [OUT_CALL_REPLY] = 20,    [IN_CALL_REQUEST] = 208, [IN_CALL_REPLY] = 12,
  [IN_CALL_CONNECT] = 16,   [CALL_CLEAR_REQUEST] = 4, [CALL_DISCONNECT] = 136, [WAN_ERROR] = 28,
  [SET_LINK_INFO] = 12,
};

static uint16_t u16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static ct_pptp_action from_server(ct_pptp_session *s, unsigned message, const uint8_t *body)
{
  switch (message) {
  case START_REPLY:
    if (s->session >= SESSION_REQUESTED)
      s->session = body[2] == RESULT_OK ? SESSION_CONFIRMED : SESSION_ERROR;
    break;
  case STOP_REPLY:
    if (s->session <= SESSION_STOP_REQUESTED)
      s->session = body[0] == RESULT_OK ? SESSION_NONE : SESSION_ERROR;
    break;
  case OUT_CALL_REPLY: /* call id, peer's call id, result */
    if (s->session != SESSION_CONFIRMED || (s->call != CALL_OUT_REQUESTED && s->call != CALL_OUT_CONFIRMED) ||
        u16(body + 2) != s->pns_id)
      break;
    if (body[4] != RESULT_OK) {
      s->call = CALL_NONE;
      break;
    }
    s->call = CALL_OUT_CONFIRMED;
    s->pac_id = u16(body);
    return CT_PPTP_EXPECT;
  case IN_CALL_REQUEST:
    if (s->session != SESSION_CONFIRMED)
      break;
    s->call = CALL_IN_REQUESTED;
    s->pac_id = u16(body);
    break;
  case IN_CALL_CONNECT:
    if (s->session != SESSION_CONFIRMED || (s->call != CALL_IN_REPLIED && s->call != CALL_IN_CONFIRMED) ||
        u16(body) != s->pns_id)
      break;
    s->call = CALL_IN_CONFIRMED;
    return CT_PPTP_EXPECT;
  case CALL_DISCONNECT: s->call = CALL_NONE; return CT_PPTP_END;
  default: break;
  }
  return CT_PPTP_NOTHING;
}

static void from_client(ct_pptp_session *s, unsigned message, const uint8_t *body)
{
  switch (message) {
  case START_REQUEST:
    if (s->session == SESSION_NONE)
      s->session = SESSION_REQUESTED;
    break;
  case STOP_REQUEST: s->session = SESSION_STOP_REQUESTED; break;
  case OUT_CALL_REQUEST:
    if (s->session != SESSION_CONFIRMED)
      break;
    s->call = CALL_OUT_REQUESTED;
    s->pns_id = u16(body);
    break;
  case IN_CALL_REPLY: /* call id, peer's call id, result */
    if ((s->call != CALL_IN_REQUESTED && s->call != CALL_IN_REPLIED) || u16(body + 2) != s->pac_id)
      break;
    if (body[4] == RESULT_OK) {
      s->call = CALL_IN_REPLIED;
      s->pns_id = u16(body);
    } else {
      s->call = CALL_NONE;
    }
    break;
  case CALL_CLEAR_REQUEST:
    if (s->session == SESSION_CONFIRMED)
      s->call = CALL_CLEAR_REQUESTED;
    break;
  default: break;
  }
}

/* A whole control message. */
static bool is_message(const uint8_t *payload, size_t length)
{
  unsigned message;

  /* length, type 1 (control), magic cookie; then the message's own header */
  if (length < HEADER_BYTES || u16(payload + 2) != 1 || u16(payload + 4) != 0x1a2b || u16(payload + 6) != 0x3c4d)
    return false;
  message = u16(payload + 8);
  return message != 0 && message < MESSAGES && length - HEADER_BYTES >= body_bytes[message];
}

ct_pptp_action ct_pptp_parse(ct_pptp_session *session, const uint8_t *payload, size_t length, ct_dir dir)
{
  unsigned message;

  if (!is_message(payload, length))
    return CT_PPTP_NOTHING;
  message = u16(payload + 8);
  if (dir == CT_REPLY)
    return from_server(session, message, payload + HEADER_BYTES);
  from_client(session, message, payload + HEADER_BYTES);
  return CT_PPTP_NOTHING;
}

/* The GRE tuple of a direction of the call. */
static void call_tuple(const ct_helping *h, ct_dir dir, ct_tuple *t)
{
  const ct_pptp_session *s = h->state;

  *t = h->tuple[dir];
  t->proto = CT_PROTO_GRE;
  t->src_id = dir == CT_ORIGINAL ? s->pns_id : s->pac_id;
  t->dst_id = dir == CT_ORIGINAL ? s->pac_id : s->pns_id;
}

static void spec_fill(const ct_helping *h, ct_dir dir, ct_expect_spec *spec)
{
  const ct_pptp_session *s = h->state;
  bool translated = ct_helping_is_translated(h);
  ct_tuple t;

  call_tuple(h, dir, &t);
  if (translated && dir == CT_ORIGINAL)
    t.src_id = s->own_id;
  ct_expect_spec_init(spec, t.family, CT_PROTO_GRE, &t.src, &t.dst, t.dst_id, "call reply");
  spec->tuple.src_id = t.src_id;
  spec->tuple.zone = t.zone;
  spec->mask_src_id = 0xffff;
  spec->pair = true;
  if (translated) {
    spec->nat = CT_NAT_FOLLOW_PPTP;
    spec->nat_dir = (uint8_t)dir;
    spec->saved_id = dir == CT_ORIGINAL ? s->pns_id : s->own_id;
  }
}

static void withdraw(ct_helping *h, const ct_tuple *t)
{
  ct_expect *e = ct_expect_find(h->engine, t);

  if (e != NULL)
    ct_expect_remove(h->engine, e, CT_REASON_END_WITHDRAWN);
}

/* Refusals have no consequence but that nothing stays expected. */
static void call_expect(ct_helping *h)
{
  ct_expect_spec out, in;
  uint64_t id = h->entry->id;

  spec_fill(h, CT_ORIGINAL, &out);
  spec_fill(h, CT_REPLY, &in);
  if (ct_helping_expect(h, &out) != CT_EXPECT_OK)
    return;
  if (ct_helping_expect(h, &in) != CT_EXPECT_OK) {
    withdraw(h, &out.tuple);
    return;
  }
  if (ct_gre_key_add(h->engine, id, CT_ORIGINAL, &out.tuple)) {
    if (ct_gre_key_add(h->engine, id, CT_REPLY, &in.tuple))
      return;
    ct_gre_key_drop(h->engine, id);
  }
  withdraw(h, &in.tuple);
  withdraw(h, &out.tuple);
}

static void call_end(ct_helping *h)
{
  int dir;

  ct_gre_key_drop(h->engine, h->entry->id);
  for (dir = CT_ORIGINAL; dir <= CT_REPLY; dir++) {
    ct_tuple t;
    ct_dir found;
    ct_entry *tunnel;

    call_tuple(h, (ct_dir)dir, &t);
    tunnel = ct_core_find(h->engine, &t, &found);
    if (tunnel != NULL)
      ct_core_destroy(h->engine, tunnel, CT_REASON_END_HELPER);
    else
      withdraw(h, &t);
  }
}

/*
 * NAT 11: the call id that the server is told is the client's public port. A message that the session does not expect
 * stays as it is.
 */
static bool translate(ct_helping *h, const uint8_t *payload)
{
  ct_pptp_session *s = h->state;
  const uint8_t *body = payload + HEADER_BYTES;
  unsigned message = u16(payload + 8);
  size_t at = HEADER_BYTES;
  uint8_t id[2];

  if (h->dir == CT_ORIGINAL) {
    if (message != OUT_CALL_REQUEST && message != IN_CALL_REPLY && message != CALL_CLEAR_REQUEST)
      return true;
    if (message == OUT_CALL_REQUEST && s->call == CALL_OUT_REQUESTED) {
      s->own_id = s->pns_id;
      s->pns_id = h->tuple[CT_REPLY].dst_id;
    }
  } else {
    if (message == OUT_CALL_REPLY)
      at += 2;
    else if (message != IN_CALL_CONNECT && message != WAN_ERROR && message != SET_LINK_INFO &&
             message != CALL_DISCONNECT)
      return true;
    if (message != CALL_DISCONNECT && u16(body + (at - HEADER_BYTES)) != s->pns_id)
      return true;
  }
  id[0] = (uint8_t)((h->dir == CT_ORIGINAL ? s->pns_id : s->own_id) >> 8);
  id[1] = (uint8_t)(h->dir == CT_ORIGINAL ? s->pns_id : s->own_id);
  return ct_helping_mangle(h, at, 2, id, 2);
}

static ct_verdict pptp_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  if (!is_message(payload, length))
    return CT_VERDICT_ACCEPT;
  switch (ct_pptp_parse(h->state, payload, length, h->dir)) {
  case CT_PPTP_EXPECT: call_expect(h); break;
  case CT_PPTP_END: call_end(h); break;
  case CT_PPTP_NOTHING: break;
  }
  return !ct_helping_is_translated(h) || translate(h, payload) ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
}

static bool pptp_is_sound(const void *state)
{
  const ct_pptp_session *s = state;

  return s->session <= SESSION_CONFIRMED && s->call <= CALL_CLEAR_REQUESTED;
}

const ct_helper ct_helper_pptp = {
  .name = "pptp",
  .help = "PPTP tunnels (GRE calls)",
  .kinds = CT_HELPER_TCP | CT_HELPER_V4,
  .state_bytes = sizeof(ct_pptp_session),
  .state_fields = "11222",
  .state_is_sound = pptp_is_sound,
  .classes = { { NULL, 2, 300 } },
  .inspect = pptp_inspect,
  .gone = call_end,
};
