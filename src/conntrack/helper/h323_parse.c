/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/h323.h"

#include <string.h>

#include "conntrack/helper/h323_schema.h"

enum { TPKT_BYTES = 4, Q931 = 0x08, USER_USER = 0x7e };

/* What a walk has met so far. */
typedef struct collector {
  ct_h323_message *message;
  const uint8_t *data;
  size_t length;
  uint8_t family;
  uint8_t mark; /* of the address that comes next */
  const char *made_by;
  bool lan_stack; /* the channel is for T.120 over a LAN: its separate stack counts */
  bool is_ack;
  bool forwarded;     /* a Facility that forwards the call */
  bool tunnelled;     /* past the message's own body */
  unsigned n_own;     /* addresses in the body */
  ct_h323_found late; /* an acknowledgement's T.120 address, acted on after its media */
  bool has_late;
} collector;

static void found_add(collector *c, const ct_h323_found *found)
{
  if (c->message->n < CT_H323_FOUND_MAX)
    c->message->found[c->message->n++] = *found;
}

static void late_flush(collector *c)
{
  if (c->has_late)
    found_add(c, &c->late);
  c->has_late = false;
}

static void channel_begins(collector *c, bool is_ack)
{
  late_flush(c);
  c->is_ack = is_ack;
  c->lan_stack = is_ack;
  c->made_by = is_ack ? "OpenLogicalChannelAck" : "OpenLogicalChannel";
}

static const char *const ras_names[] = {
  [CT_H323_GCF] = "GCF", [CT_H323_RRQ] = "RRQ", [CT_H323_RCF] = "RCF",
  [CT_H323_URQ] = "URQ", [CT_H323_ACF] = "ACF", [CT_H323_LCF] = "LCF",
};

static void met(void *user, unsigned mark)
{
  collector *c = user;

  switch (mark) {
  case H323_MARK_SETUP: c->made_by = "Setup"; return;
  case H323_MARK_CALL_PROCEEDING: c->made_by = "CallProceeding"; return;
  case H323_MARK_CONNECT: c->made_by = "Connect"; return;
  case H323_MARK_ALERTING: c->made_by = "Alerting"; return;
  case H323_MARK_FACILITY: c->made_by = "Facility"; return;
  case H323_MARK_PROGRESS: c->made_by = "Progress"; return;
  case H323_MARK_CHANNEL: channel_begins(c, false); return;
  case H323_MARK_CHANNEL_ACK: channel_begins(c, true); return;
  case H323_MARK_LAN_STACK: c->lan_stack = true; return;
  case H323_MARK_CALL_FORWARDED: c->forwarded = true; return;
  case H323_MARK_TUNNELLED:
    late_flush(c);
    if (!c->tunnelled)
      c->n_own = c->message->n;
    c->tunnelled = true;
    return;
  default:
    if (mark > H323_MARK_RAS_FIRST) {
      c->message->ras = (uint8_t)(mark - H323_MARK_RAS_FIRST);
      c->made_by = ras_names[c->message->ras];
    } else {
      c->mark = (uint8_t)mark;
    }
  }
}

/* An address; its port follows. */
static void octets(void *user, size_t offset, unsigned size)
{
  static const uint8_t kinds[] = {
    [H323_MARK_H245_ADDRESS] = CT_H323_H245,     [H323_MARK_ALTERNATIVE_ADDRESS] = CT_H323_FORWARD,
    [H323_MARK_MEDIA] = CT_H323_MEDIA,           [H323_MARK_T120] = CT_H323_T120,
    [H323_MARK_SIGNAL_ADDRESS] = CT_H323_SIGNAL, [H323_MARK_RAS_ADDRESS] = CT_H323_RAS,
  };
  collector *c = user;
  unsigned mark = c->mark;
  ct_h323_found found;

  c->mark = H323_MARK_NONE;
  if (size != (c->family == CT_IPV4 ? 4u : 16u) || offset + size + 2 > c->length)
    return;
  if (mark == H323_MARK_NONE || mark == H323_MARK_IGNORED || (mark == H323_MARK_T120 && !c->lan_stack))
    return;
  memset(&found, 0, sizeof(found));
  found.kind = kinds[mark];
  found.made_by = c->made_by;
  memcpy(found.addr.bytes, c->data + offset, size);
  found.port = (uint16_t)(c->data[offset + size] << 8 | c->data[offset + size + 1]);
  if (mark == H323_MARK_T120 && c->is_ack) {
    c->late = found;
    c->has_late = true;
  } else {
    found_add(c, &found);
  }
}

static void integer(void *user, uint32_t value)
{
  collector *c = user;

  if (c->mark != H323_MARK_TIME_TO_LIVE)
    return;
  c->message->has_time_to_live = true;
  c->message->time_to_live_s = value;
}

/* A Facility either forwards the call, and nothing else in its body counts, or its alternative address does not. */
static void forwarding_sort(collector *c)
{
  ct_h323_message *m = c->message;
  unsigned i, n = 0, own = c->tunnelled ? c->n_own : m->n;

  for (i = 0; i < m->n; i++)
    if (i >= own || c->forwarded == (m->found[i].kind == CT_H323_FORWARD))
      m->found[n++] = m->found[i];
  m->n = n;
}

static bool walk(const uint8_t *data, size_t length, uint8_t family, const per_type *type, ct_h323_message *message)
{
  collector c = { .message = message, .data = data, .length = length, .family = family, .made_by = "H.323" };
  per_walk w = { data, length, met, octets, integer, &c };

  message->n = 0;
  message->ras = CT_H323_RAS_OTHER;
  message->has_time_to_live = false;
  if (!per_walk_message(&w, type))
    return false;
  late_flush(&c);
  forwarding_sort(&c);
  return true;
}

bool ct_h323_ras_parse(const uint8_t *data, size_t length, uint8_t family, ct_h323_message *message)
{
  return walk(data, length, family, &h323_ras_message, message);
}

bool ct_h323_h245_parse(const uint8_t *data, size_t length, uint8_t family, ct_h323_message *message)
{
  return walk(data, length, family, &h323_control_message, message);
}

/*
 * Q.931: discriminator, call reference, message type, then information elements; the H.225.0 message is the user-user
 * one.
 */
bool ct_h323_q931_parse(const uint8_t *data, size_t length, uint8_t family, ct_h323_message *message)
{
  size_t at;

  message->n = 0;
  if (length < 2 || data[0] != Q931)
    return false;
  at = 2 + (size_t)data[1] + 1;
  if (at >= length)
    return false;
  if (data[at] & 0x80) /* sending complete, or another element without a length */
    at++;
  while (at < length) {
    size_t n;

    if (data[at] == USER_USER) {
      if (length - at < 3)
        return false;
      n = (size_t)(data[at + 1] << 8 | data[at + 2]);
      at += 3;
      if (n == 0 || length - at < n)
        return false;
      return walk(data + at + 1, n - 1, family, &h323_user_information, message); /* behind its own discriminator */
    }
    if (length - at < 2)
      return false;
    n = data[at + 1];
    at += 2;
    if (length - at < n)
      return false;
    at += n;
  }
  return false;
}

static bool is_tpkt(const uint8_t *p) { return p[0] == 3 && p[1] == 0; }

/* The first message of a segment: with its header, or what a header sent alone has announced. */
static bool tpkt_first(const uint8_t *payload, size_t length, uint16_t *pending, const uint8_t **data, size_t *n)
{
  if (length >= TPKT_BYTES && is_tpkt(payload))
    return false;
  if (*pending > 0 && *pending <= length) {
    *data = payload;
    *n = *pending;
  }
  return true;
}

bool ct_h323_tpkt_next(const uint8_t *payload, size_t length, uint16_t *pending, size_t *at, const uint8_t **data,
                       size_t *n)
{
  size_t rest = length - *at, claimed;

  *n = 0;
  *data = NULL;
  if (*at == 0 && tpkt_first(payload, length, pending, data, n)) {
    *pending = 0;
    *at = *n;
    return *data != NULL;
  }
  if (*at > 0 && (rest <= TPKT_BYTES || !is_tpkt(payload + *at))) {
    *pending = 0;
    return false;
  }
  claimed = (size_t)(payload[*at + 2] << 8 | payload[*at + 3]);
  if (claimed > rest && rest == TPKT_BYTES) {
    *pending = (uint16_t)(claimed - TPKT_BYTES); /* NetMeeting sends header and data in separate segments */
    return false;
  }
  *pending = 0;
  if (claimed < TPKT_BYTES || claimed > rest)
    return false;
  *data = payload + *at + TPKT_BYTES;
  *n = claimed - TPKT_BYTES;
  *at += claimed;
  return true;
}
