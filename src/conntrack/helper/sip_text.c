/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/sip.h"

#include <string.h>

#include "conntrack/helper/text.h"

enum { STANDARD_PORT = 5060, LOWEST_PORT = 1024, PORT_DIGITS = 5, NUMBER_DIGITS = 11 };
#define NOWHERE SIZE_MAX

/*
 * A number of 32 bits in at most 11 digits, leading zeros included: so does 6.18.44 (older kernels let it wrap around).
 * => its length, 0 where there is none (*value is 0).
 */
static size_t number_read(const ct_sip_text *t, size_t at, uint32_t *value)
{
  const uint8_t *text = t->text + at;
  uint64_t v = 0;
  size_t length = t->length - at, n = ct_text_digits(text, length);

  *value = 0;
  if (n > 0 && t->loose_numbers) {
    ct_text_number(text, n, &v);
    *value = (uint32_t)v; /* wrapped around; a 0 that is not written so is none */
    return *value != 0 || text[0] == '0' ? n : 0;
  }
  if (n == 0 || n > NUMBER_DIGITS)
    return 0;
  ct_text_number(text, n, &v);
  if (v > UINT32_MAX)
    return 0;
  *value = (uint32_t)v;
  return n;
}

static bool is_newline(uint8_t c) { return c == '\r' || c == '\n'; }
static bool is_blank(uint8_t c) { return c == ' ' || c == '\t'; }

/* From a line's end to the text of its continuation line; NOWHERE where the next line is none. */
static size_t continuation(const uint8_t *text, size_t at, size_t limit)
{
  if (++at >= limit)
    return NOWHERE;
  if (text[at - 1] == '\r' && text[at] == '\n' && ++at >= limit)
    return NOWHERE;
  if (!is_blank(text[at]))
    return NOWHERE;
  while (at < limit && is_blank(text[at]))
    at++;
  return at;
}

static size_t skip_blanks(const uint8_t *text, size_t at, size_t limit)
{
  while (at < limit && is_blank(text[at]))
    at++;
  if (at < limit && is_newline(text[at]))
    at = continuation(text, at, limit);
  return at < limit ? at : NOWHERE;
}

/* The word in the rest of the line and its continuations. Quirk: not where it would end exactly at the limit. */
static size_t value_search(const uint8_t *text, size_t at, size_t limit, const char *word)
{
  size_t n = strlen(word);

  if (limit < n)
    return NOWHERE;
  for (limit -= n; at < limit; at++) {
    if (is_newline(text[at])) {
      at = continuation(text, at, limit);
      if (at == NOWHERE)
        return NOWHERE;
      continue;
    }
    if (ct_text_same(text + at, word, n))
      return at;
  }
  return NOWHERE;
}

/* From anywhere to the start of the next line; NOWHERE at the end. A line end is CR, LF or CR LF. */
static size_t next_line(const uint8_t *text, size_t at, size_t limit)
{
  while (at < limit && !is_newline(text[at]))
    at++;
  if (at >= limit || ++at >= limit)
    return NOWHERE;
  if (text[at - 1] == '\r' && text[at] == '\n' && ++at >= limit)
    return NOWHERE;
  return at;
}

static const struct {
  const char *name, *compact; /* compact form (RFC 3261 7.3.3) or NULL */
  const char *search;         /* the value begins after this; NULL: at once */
} headers[] = {
  [CT_SIP_CSEQ] = { "CSeq", NULL, NULL },       [CT_SIP_CONTACT] = { "Contact", "m", "sip:" },
  [CT_SIP_EXPIRES] = { "Expires", NULL, NULL }, [CT_SIP_CONTENT_LENGTH] = { "Content-Length", "l", NULL },
  [CT_SIP_FROM] = { "From", "f", "sip:" },      [CT_SIP_TO] = { "To", "t", "sip:" },
  [CT_SIP_VIA_UDP] = { "Via", "v", "UDP " },    [CT_SIP_VIA_TCP] = { "Via", "v", "TCP " },
};

/* An address of the family with its brackets, which IPv6 must have here. => bytes, 0 where there is none. */
static size_t uri_address(const ct_sip_text *t, size_t at, ct_addr *addr)
{
  size_t n;

  if (t->family == CT_IPV4)
    return ct_text_address(t->text + at, t->length - at, CT_IPV4, addr);
  if (at >= t->length || t->text[at] != '[')
    return 0;
  n = ct_text_address(t->text + at + 1, t->length - at - 1, CT_IPV6, addr);
  return n > 0 && at + n + 1 < t->length && t->text[at + n + 1] == ']' ? n + 2 : 0;
}

/* :port or nothing. => bytes; NOWHERE where it is no port that signalling may use. */
static size_t uri_port(const ct_sip_text *t, size_t at, uint16_t *port)
{
  uint64_t v;
  size_t n;

  *port = STANDARD_PORT;
  if (at >= t->length || t->text[at] != ':')
    return 0;
  n = ct_text_number(t->text + at + 1, t->length - at - 1, &v);
  if (!t->loose_numbers && (n == 0 || n > PORT_DIGITS || v < LOWEST_PORT || v > UINT16_MAX))
    return NOWHERE;
  *port = v < LOWEST_PORT || v > UINT16_MAX ? 0 : (uint16_t)v; /* 0: none that may be used */
  return n + 1;
}

/*
 * [user@]address[:port]: where the address begins, and its length with the port; length 0 where it is none (a name).
 * *searched: up to where the line is known to have no @, so that a long list is not searched to its end for each
 * element.
 */
static void uri_match(const ct_sip_text *t, size_t at, size_t *searched, ct_sip_match *match)
{
  size_t user = at > *searched ? at : *searched, n, port_bytes;
  uint16_t port;
  ct_addr addr;

  while (user < t->length && t->text[user] != '@' && !is_newline(t->text[user]))
    user++;
  *searched = user;
  if (user < t->length && t->text[user] == '@')
    at = user + 1;
  match->at = at;
  n = uri_address(t, at, &addr);
  port_bytes = uri_port(t, at + n, &port);
  match->length = n > 0 && port_bytes != NOWHERE ? n + port_bytes : 0;
}

static ct_sip_answer value_match(const ct_sip_text *t, size_t at, ct_sip_header header, ct_sip_match *match)
{
  if (headers[header].search != NULL) {
    size_t searched = header >= CT_SIP_VIA_UDP ? t->length : 0; /* a Via names no user */

    uri_match(t, at, &searched, match);
    return match->length > 0 ? CT_SIP_FOUND : CT_SIP_BAD;
  }
  match->at = at;
  match->length = ct_text_digits(t->text + at, t->length - at);
  return match->length > 0 ? CT_SIP_FOUND : CT_SIP_BAD;
}

/* Behind the header's name at the start of a line, NOWHERE where it has another name. */
static size_t name_pass(const ct_sip_text *t, size_t at, ct_sip_header header)
{
  size_t n = strlen(headers[header].name);

  if (ct_text_begins(t->text + at, t->length - at, headers[header].name))
    return at + n;
  if (headers[header].compact == NULL || t->length - at < 2 ||
      !ct_text_begins(t->text + at, 1, headers[header].compact) || ct_text_is_alpha(t->text[at + 1]))
    return NOWHERE;
  return at + 1;
}

ct_sip_answer ct_sip_header_find(const ct_sip_text *t, size_t from, ct_sip_header header, ct_sip_match *match)
{
  size_t at = from, value;

  /*
   * Quirks: a blank line is no end, so the body is searched too; a header of a longer name that begins alike ends the
   * search.
   */
  for (at = next_line(t->text, at, t->length); at != NOWHERE; at = next_line(t->text, at + 1, t->length)) {
    if (is_blank(t->text[at]))
      continue;
    value = name_pass(t, at, header);
    if (value == NOWHERE)
      continue;
    value = skip_blanks(t->text, value, t->length);
    if (value == NOWHERE || t->text[value] != ':' || value + 1 >= t->length)
      return CT_SIP_NONE;
    value = skip_blanks(t->text, value + 1, t->length);
    if (value == NOWHERE)
      return CT_SIP_NONE;
    match->at = value;
    match->length = 0;
    if (headers[header].search != NULL) {
      value = value_search(t->text, value, t->length, headers[header].search);
      if (value == NOWHERE)
        return CT_SIP_BAD;
      value += strlen(headers[header].search);
    }
    at = match->at;
    if (value_match(t, value, header, match) == CT_SIP_FOUND)
      return CT_SIP_FOUND;
    match->at = at;
    return CT_SIP_BAD;
  }
  return CT_SIP_NONE;
}

bool ct_sip_header_number(const ct_sip_text *t, ct_sip_header header, uint32_t *value, ct_sip_match *match)
{
  return ct_sip_header_find(t, 0, header, match) == CT_SIP_FOUND && number_read(t, match->at, value) > 0;
}

/* The next element of a comma-separated list. */
static ct_sip_answer list_next(const ct_sip_text *t, ct_sip_contacts *c, ct_sip_match *match)
{
  size_t at = value_search(t->text, c->from, t->length, ",");

  if (at != NOWHERE)
    at = value_search(t->text, at, t->length, headers[CT_SIP_CONTACT].search);
  if (at == NOWHERE)
    return CT_SIP_NONE;
  at += strlen(headers[CT_SIP_CONTACT].search);
  uri_match(t, at, &c->searched, match);
  if (match->length > 0)
    return CT_SIP_FOUND;
  match->at = at;
  return CT_SIP_BAD;
}

/* What cannot be read is passed over. Positions only grow, so it ends. */
static bool contact_walk(const ct_sip_text *t, ct_sip_contacts *c, ct_sip_match *match)
{
  ct_sip_answer answer;

  if (c->in_list) {
    while ((answer = list_next(t, c, match)) == CT_SIP_BAD)
      c->from = match->at + (t->skips_ahead ? c->from : 0);
    if (answer == CT_SIP_FOUND)
      return true;
    c->in_list = false;
  }
  while ((answer = ct_sip_header_find(t, c->from, CT_SIP_CONTACT, match)) == CT_SIP_BAD)
    c->from = match->at + (t->skips_ahead ? c->from : 0);
  c->in_list = answer == CT_SIP_FOUND;
  return c->in_list;
}

bool ct_sip_contact_next(const ct_sip_text *t, ct_sip_contacts *contacts, ct_sip_contact *contact)
{
  ct_sip_match match;
  size_t n;

  if (!contact_walk(t, contacts, &match))
    return false;
  n = uri_address(t, match.at, &contact->addr);
  uri_port(t, match.at + n, &contact->port);
  contact->bad = contact->port == 0;
  contact->at = match.at;
  contact->end = match.at + match.length;
  contacts->from = contact->end;
  return true;
}

/* Behind "name" among the parameters from there to the next element of the list; NOWHERE where it is not. */
static size_t param_find(const ct_sip_text *t, size_t from, const char *name, size_t *limit)
{
  size_t at;

  *limit = value_search(t->text, from, t->length, ",");
  if (*limit == NOWHERE)
    *limit = t->length;
  at = value_search(t->text, from, *limit, name);
  return at == NOWHERE ? NOWHERE : at + strlen(name);
}

bool ct_sip_transport_fits(const ct_sip_text *t, size_t from, uint8_t proto)
{
  size_t limit, at = param_find(t, from, "transport=", &limit);

  if (at == NOWHERE)
    return true;
  return ct_text_begins(t->text + at, t->length - at, proto == CT_PROTO_TCP ? "TCP" : "UDP");
}

bool ct_sip_expires_param(const ct_sip_text *t, size_t from, uint32_t *value)
{
  size_t limit, at = param_find(t, from, "expires=", &limit);

  if (at == NOWHERE || (t->expires_or_not && ct_text_digits(t->text + at, t->length - at) == 0))
    return true;
  return number_read(t, at, value) > 0;
}

bool ct_sip_address_param(const ct_sip_text *t, size_t from, const char *name, ct_sip_match *match, ct_addr *addr)
{
  size_t limit, at = param_find(t, from, name, &limit);

  if (at == NOWHERE)
    return false;
  match->at = at;
  match->length = t->family == CT_IPV6 && at < t->length && t->text[at] == '['
                    ? uri_address(t, at, addr)
                    : ct_text_address(t->text + at, t->length - at, t->family, addr);
  return match->length > 0;
}

bool ct_sip_number_param(const ct_sip_text *t, size_t from, const char *name, ct_sip_match *match, uint32_t *value)
{
  size_t limit, at = param_find(t, from, name, &limit);

  match->at = at;
  match->length = at != NOWHERE ? number_read(t, at, value) : 0;
  return match->length > 0;
}

bool ct_sip_uri_read(const ct_sip_text *t, size_t at, ct_addr *addr, uint16_t *port)
{
  size_t n = uri_address(t, at, addr);

  return n > 0 && uri_port(t, at + n, port) != NOWHERE && *port != 0;
}

bool ct_sip_request_uri(const ct_sip_text *t, ct_sip_match *match)
{
  size_t at = 0, searched = 0;

  while (at < t->length && ct_text_is_alpha(t->text[at]))
    at++;
  if (at == 0)
    return false;
  for (at++; at + 4 < t->length; at++) {
    if (is_newline(t->text[at]))
      return false;
    if (!ct_text_begins(t->text + at, t->length - at, "sip:"))
      continue;
    uri_match(t, at + 4, &searched, match);
    return match->length > 0;
  }
  return false;
}

/* ---- SDP ---- */

/*
 * The first line of that type after `from`, before a line of type `until` (0: none); its value begins after the word
 * (NULL: at once). Quirk: a line is only a line after a line end, so the one that `from` stands in is not seen.
 */
static size_t sdp_line(const ct_sip_text *t, size_t from, uint8_t type, uint8_t until, const char *word)
{
  size_t at, end, n;

  for (at = next_line(t->text, from, t->length); at != NOWHERE; at = next_line(t->text, at + 1, t->length)) {
    if (t->length - at < 2 || t->text[at + 1] != '=')
      continue;
    if (until != 0 && ct_text_lower(t->text[at]) == until)
      return NOWHERE;
    if (ct_text_lower(t->text[at]) != type)
      continue;
    at += 2;
    if (word == NULL)
      return at;
    n = strlen(word);
    if (t->length < n)
      return NOWHERE;
    end = t->length - n;
    for (; at < end && !is_newline(t->text[at]); at++)
      if (memcmp(t->text + at, word, n) == 0)
        return at + n;
    return NOWHERE;
  }
  return NOWHERE;
}

static bool sdp_address(const ct_sip_text *t, size_t from, uint8_t type, ct_sip_match *match, ct_addr *addr)
{
  size_t at = sdp_line(t, from, type, 'm', t->family == CT_IPV4 ? "IN IP4 " : "IN IP6 ");

  match->at = at;
  match->length = at != NOWHERE ? ct_text_address(t->text + at, t->length - at, t->family, addr) : 0;
  return match->length > 0;
}

bool ct_sip_sdp_connection(const ct_sip_text *t, size_t from, ct_sip_match *match, ct_addr *addr)
{
  return sdp_address(t, from, 'c', match, addr);
}

bool ct_sip_sdp_owner(const ct_sip_text *t, size_t from, ct_sip_match *match)
{
  ct_addr addr;

  return sdp_address(t, from, 'o', match, &addr);
}

static bool sdp_connection(const ct_sip_text *t, size_t from, ct_addr *addr)
{
  ct_sip_match match;

  return sdp_address(t, from, 'c', &match, addr);
}

static const struct {
  const char *word;
  uint8_t class_number;
} media_kinds[CT_SIP_MEDIA_MAX] = { { "audio ", CT_SIP_AUDIO },
                                    { "video ", CT_SIP_VIDEO },
                                    { "image ", CT_SIP_IMAGE } };

/* Letters, a blank, digits: 0 where it does not look so. */
static size_t media_length(const uint8_t *text, size_t length)
{
  size_t n = 0;

  while (n < length && ct_text_is_alpha(text[n]))
    n++;
  if (n >= length || text[n] != ' ')
    return 0;
  return n + 1 + ct_text_digits(text + n + 1, length - n - 1);
}

static int media_kind(const uint8_t *text, size_t length)
{
  int i;

  for (i = 0; i < CT_SIP_MEDIA_MAX; i++)
    if (length >= strlen(media_kinds[i].word) && memcmp(text, media_kinds[i].word, strlen(media_kinds[i].word)) == 0)
      return i;
  return -1;
}

size_t ct_sip_sdp_start(const ct_sip_text *t)
{
  size_t at = sdp_line(t, 0, 'v', 0, NULL);

  return at == NOWHERE || ct_text_digits(t->text + at, t->length - at) == 0 ? NOWHERE : at;
}

bool ct_sip_sdp_stream_next(const ct_sip_text *t, size_t *from, ct_sip_stream *stream)
{
  size_t at = *from, n;
  int kind;

  while ((at = sdp_line(t, at, 'm', 0, NULL)) != NOWHERE && (n = media_length(t->text + at, t->length - at)) > 0) {
    kind = media_kind(t->text + at, n);
    if (kind < 0) {
      at += n;
      continue;
    }
    at += strlen(media_kinds[kind].word);
    number_read(t, at, &stream->port);
    if (stream->port == 0) /* an inactive stream, or unreadable */
      continue;
    stream->class_number = media_kinds[kind].class_number;
    stream->at = *from = at;
    stream->length = ct_text_digits(t->text + at, t->length - at);
    return true;
  }
  return false;
}

unsigned ct_sip_sdp_parse(const ct_sip_text *t, ct_sip_media media[CT_SIP_MEDIA_MAX], bool *bad)
{
  size_t at = ct_sip_sdp_start(t);
  ct_sip_stream stream;
  ct_addr session;
  bool has_session;
  unsigned found = 0;

  *bad = false;
  if (at == NOWHERE)
    return 0;
  has_session = sdp_connection(t, at, &session);
  while (found < CT_SIP_MEDIA_MAX && ct_sip_sdp_stream_next(t, &at, &stream)) {
    uint32_t port = stream.port;

    media[found].class_number = stream.class_number;
    media[found].port = (uint16_t)port;
    if (!sdp_connection(t, at, &media[found].addr)) {
      media[found].addr = session;
      *bad = !has_session;
    }
    *bad = *bad || port < LOWEST_PORT || port > UINT16_MAX;
    if (*bad)
      break;
    found++;
  }
  return found;
}

/* ---- messages ---- */

static const char *const methods[] = {
  [CT_SIP_INVITE] = "INVITE", [CT_SIP_UPDATE] = "UPDATE", [CT_SIP_ACK] = "ACK",
  [CT_SIP_PRACK] = "PRACK",   [CT_SIP_BYE] = "BYE",       [CT_SIP_REGISTER] = "REGISTER",
};

static void request_parse(const ct_sip_text *t, ct_sip_message *m)
{
  ct_sip_match match;
  unsigned i;

  for (i = CT_SIP_INVITE; i < CT_SIP_OTHER; i++) {
    size_t n = strlen(methods[i]);

    if (t->length < n + 2 || !ct_text_same(t->text, methods[i], n) || t->text[n] != ' ' ||
        !ct_text_is_alpha(t->text[n + 1]))
      continue;
    m->method = (ct_sip_method)i;
    m->bad = !ct_sip_header_number(t, CT_SIP_CSEQ, &m->cseq, &match);
    return;
  }
}

static void response_parse(const ct_sip_text *t, ct_sip_message *m)
{
  ct_sip_match match;
  size_t at;
  unsigned i;

  number_read(t, 8, &m->code);
  m->bad = m->code == 0 || !ct_sip_header_number(t, CT_SIP_CSEQ, &m->cseq, &match);
  if (m->bad)
    return;
  at = match.at + match.length + 1;
  for (i = CT_SIP_INVITE; i < CT_SIP_OTHER; i++)
    if (at < t->length && ct_text_begins(t->text + at, t->length - at, methods[i])) {
      m->method = (ct_sip_method)i;
      return;
    }
}

void ct_sip_message_parse(const ct_sip_text *t, ct_sip_message *message)
{
  memset(message, 0, sizeof(*message));
  message->method = CT_SIP_OTHER;
  if (t->length < strlen("SIP/2.0 200"))
    return;
  if (ct_text_begins(t->text, t->length, "SIP/2.0 "))
    response_parse(t, message);
  else
    request_parse(t, message);
}

size_t ct_sip_message_bytes(const ct_sip_text *t)
{
  ct_sip_match match;
  uint32_t body;
  size_t at;

  if (!ct_sip_header_number(t, CT_SIP_CONTENT_LENGTH, &body, &match))
    return 0;
  for (at = match.at + match.length; at + 4 <= t->length; at++)
    if (memcmp(t->text + at, "\r\n\r\n", 4) == 0)
      return at + 4 + (size_t)body;
  return 0;
}
