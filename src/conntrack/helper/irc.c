/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IRC: direct client connections (DCC) that a client offers in a PRIVMSG. Spec 8.4. Since 6.0, and the
 * stable series of its time, the offer must stand at the start of the message, as CVE-2022-2663 asks for. KERNELS K9.
 */
#include "conntrack/helper/helping.h"

#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/list.h"
#include "conntrack/helper/parse.h"
#include "conntrack/helper/text.h"
#include "conntrack/helper/written.h"
#include "conntrack/nat/help.h"

enum {
  ANYWHERE_BYTES = 24, /* the shortest "\1DCC SEND t AAAAAAAA P\1\n" */
  OFFER_BYTES = 26,    /* the shortest " :\1DCC SEND t AAAAAAAA P\1\n" */
  NUMBERS_BYTES = 12   /* the shortest "AAAAAAAA P\1\n" */
};

static const struct {
  const char *word;
  const char *shown;
} offers[] = {
  { "SEND ", "DCC SEND" },   { "CHAT ", "DCC CHAT" },   { "MOVE ", "DCC MOVE" },
  { "TSEND ", "DCC TSEND" }, { "SCHAT ", "DCC SCHAT" },
};

/*
 * At the word after the kind of offer: a name, the address as one decimal number, the port. => false where the line
 * does not hold that.
 */
static bool offer_read(const uint8_t *text, size_t length, uint32_t *addr, ct_irc_found *found)
{
  uint8_t quad[4];
  uint64_t v;
  size_t i = 0;

  while (i < length && text[i++] != ' ')
    if (i + NUMBERS_BYTES > length)
      return false;
  if (i >= length || memchr(text + i, '\n', length - i) == NULL)
    return false;
  found->at = i;
  i += ct_text_number(text + i, length - i, &v);
  quad[0] = (uint8_t)(v >> 24);
  quad[1] = (uint8_t)(v >> 16);
  quad[2] = (uint8_t)(v >> 8);
  quad[3] = (uint8_t)v;
  memcpy(addr, quad, sizeof(quad));
  while (i < length && text[i] == ' ')
    i++;
  found->length = i + ct_text_number(text + i, length - i, &v) - found->at;
  found->port = (uint16_t)v;
  return true;
}

/* => whether an offer that stands at *at, behind "\1DCC ", is one; *failed: it is one that cannot be used. Moves *at.
 */
static bool offer_take(const uint8_t *payload, size_t length, size_t *at, ct_irc_found *found,
                       const ct_irc_rules *rules, bool *failed)
{
  uint32_t addr;
  size_t i;

  *failed = false;
  for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
    size_t n = strlen(offers[i].word);

    if (length - *at < n || memcmp(payload + *at, offers[i].word, n) != 0)
      continue;
    *at += n;
    found->command = offers[i].shown;
    if (offer_read(payload + *at, length - *at, &addr, found) && (addr == rules->src || addr == rules->dst) &&
        (found->port != 0 || rules->anywhere)) {
      found->at += *at;
      return true;
    }
    *failed = true;
    if (rules->stops)
      break;
  }
  return false;
}

/* Up to 5.3: an offer may stand anywhere. */
static bool search_anywhere(const uint8_t *payload, size_t length, const ct_irc_rules *rules, ct_irc_found *found)
{
  size_t at = 0;
  bool failed;

  while (at + ANYWHERE_BYTES < length) {
    if (memcmp(payload + at, "\1DCC ", 5) != 0) {
      at++;
      continue;
    }
    at += 5;
    if (offer_take(payload, length, &at, found, rules, &failed))
      return true;
  }
  return false;
}

/* The rest of a PRIVMSG line: its receivers, then its text, which has to be an offer. => where it begins. */
static size_t privmsg_skip(const uint8_t *payload, size_t length)
{
  size_t at = 0;

  while (at + 10 < length && (payload[at] == ' ' || payload[at] == '\r' || payload[at] == '\n'))
    at++;
  if (at + 10 >= length)
    return at;
  return ct_text_same(payload + at, "PRIVMSG ", 8) ? at + 8 : length;
}

static bool search_privmsg(const uint8_t *payload, size_t length, const ct_irc_rules *rules, ct_irc_found *found)
{
  size_t at = privmsg_skip(payload, length);
  bool failed;

  while (at + OFFER_BYTES < length) {
    if (memcmp(payload + at, " :", 2) != 0) {
      at++;
      continue;
    }
    at += 2;
    if (memcmp(payload + at, "\1DCC ", 5) != 0)
      return false;
    at += 5;
    if (offer_take(payload, length, &at, found, rules, &failed))
      return true;
    if (failed && rules->stops)
      return false;
  }
  return false;
}

bool ct_irc_parse(const uint8_t *payload, size_t length, const ct_irc_rules *rules, ct_irc_found *found)
{
  if (length > rules->bytes)
    length = rules->bytes;
  return rules->anywhere ? search_anywhere(payload, length, rules, found)
                         : search_privmsg(payload, length, rules, found);
}

/* NAT 11 */
static bool irc_translate(ct_helping *h, ct_expect_spec *spec, const ct_irc_found *found)
{
  const ct_addr *address = &h->tuple[CT_REPLY].dst;
  ct_written words = { .n = 0 };
  uint16_t port;

  spec->nat = CT_NAT_FOLLOW_MASTER;
  spec->nat_dir = CT_REPLY;
  spec->saved_id = found->port;
  port = ct_helping_expect_port(h, spec);
  if (port == 0)
    return false;
  ct_write_number(&words, ct_be32(address->bytes));
  ct_write_text(&words, " ");
  ct_write_number(&words, port);
  return ct_helping_mangle(h, found->at, found->length, words.text, words.n);
}

static ct_verdict irc_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  const ct_profile *profile = h->engine->params.profile;
  const ct_tuple *back = ct_helping_backward(h), *own = &h->tuple[CT_ORIGINAL];
  bool anywhere = profile->irc_start == CT_IRC_ANYWHERE;
  const ct_irc_rules rules = { own->src.v4, anywhere ? own->dst.v4 : back->dst.v4, profile->irc_bytes, anywhere,
                               profile->irc_after_failed == CT_IRC_STOPS };
  ct_expect_spec spec;
  ct_irc_found found;

  if (h->dir != CT_ORIGINAL || !ct_irc_parse(payload, length, &rules, &found))
    return CT_VERDICT_ACCEPT;
  ct_expect_spec_init(&spec, back->family, CT_PROTO_TCP, NULL, &back->dst, found.port, found.command);
  if (ct_helping_is_translated(h))
    return irc_translate(h, &spec, &found) ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
  return ct_helping_expect(h, &spec) == CT_EXPECT_OK ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
}

static void irc_policy(const ct_module_settings *modules, ct_helper_class *policy)
{
  policy->max_expected = (uint16_t)modules->irc_max_dcc_channels;
  policy->timeout_s = modules->irc_dcc_timeout;
}

const ct_helper ct_helper_irc = {
  .name = "irc",
  .help = "IRC direct connections (DCC SEND, CHAT, ...)",
  .kinds = CT_HELPER_TCP | CT_HELPER_V4,
  .classes = { { NULL, 8, 300 } },
  .policy = irc_policy,
  .inspect = irc_inspect,
};
