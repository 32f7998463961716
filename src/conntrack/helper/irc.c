/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IRC: direct client connections (DCC) that a client offers in a PRIVMSG. Spec 8.4. Since 6.0 the offer must stand at
 * the start of the message, as CVE-2022-2663 asks for.
 */
#include "conntrack/helper/helper.h"

#include <string.h>

#include "conntrack/helper/list.h"
#include "conntrack/helper/parse.h"
#include "conntrack/helper/text.h"

enum {
  SEARCH_BYTES = 4095,
  OFFER_BYTES = 26,  /* the shortest " :\1DCC SEND t AAAAAAAA P\1\n" */
  NUMBERS_BYTES = 12 /* the shortest "AAAAAAAA P\1\n" */
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
static bool offer_read(const uint8_t *text, size_t length, uint32_t *addr, uint16_t *port)
{
  uint8_t quad[4];
  uint64_t v;
  size_t i = 0;

  while (i < length && text[i++] != ' ')
    if (i + NUMBERS_BYTES > length)
      return false;
  if (i >= length || memchr(text + i, '\n', length - i) == NULL)
    return false;
  i += ct_text_number(text + i, length - i, &v);
  quad[0] = (uint8_t)(v >> 24);
  quad[1] = (uint8_t)(v >> 16);
  quad[2] = (uint8_t)(v >> 8);
  quad[3] = (uint8_t)v;
  memcpy(addr, quad, sizeof(quad));
  while (i < length && text[i] == ' ')
    i++;
  ct_text_number(text + i, length - i, &v);
  *port = (uint16_t)v;
  return true;
}

/* The text of the first message of a PRIVMSG line. => its offset, 0 where there is none. */
static size_t message_find(const uint8_t *payload, size_t length)
{
  size_t at = 0;

  while (at + 10 < length && (payload[at] == ' ' || payload[at] == '\r' || payload[at] == '\n'))
    at++;
  if (at + 10 < length) {
    if (!ct_text_same(payload + at, "PRIVMSG ", 8))
      return 0;
    at += 8;
  }
  for (; at + OFFER_BYTES < length; at++)
    if (memcmp(payload + at, " :", 2) == 0)
      return at + 2;
  return 0;
}

bool ct_irc_parse(const uint8_t *payload, size_t length, uint32_t src, uint32_t dst, uint16_t *port,
                  const char **command)
{
  size_t at, i, n;
  uint32_t addr;

  if (length > SEARCH_BYTES)
    length = SEARCH_BYTES;
  at = message_find(payload, length);
  if (at == 0 || memcmp(payload + at, "\1DCC ", 5) != 0)
    return false;
  at += 5;
  for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
    n = strlen(offers[i].word);
    if (length - at < n || memcmp(payload + at, offers[i].word, n) != 0)
      continue;
    *command = offers[i].shown;
    return offer_read(payload + at + n, length - at - n, &addr, port) && (addr == src || addr == dst) && *port != 0;
  }
  return false;
}

static ct_verdict irc_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  const ct_tuple *back = ct_helping_backward(h);
  const char *command;
  ct_expect_spec spec;
  uint16_t port;

  if (h->dir != CT_ORIGINAL)
    return CT_VERDICT_ACCEPT;
  if (!ct_irc_parse(payload, length, h->tuple[CT_ORIGINAL].src.v4, back->dst.v4, &port, &command))
    return CT_VERDICT_ACCEPT;
  ct_expect_spec_init(&spec, back->family, CT_PROTO_TCP, NULL, &back->dst, port, command);
  return ct_helping_expect(h, &spec) == CT_EXPECT_OK ? CT_VERDICT_ACCEPT : CT_VERDICT_DROP;
}

const ct_helper ct_helper_irc = {
  .name = "irc",
  .help = "IRC direct connections (DCC SEND, CHAT, ...)",
  .kinds = CT_HELPER_TCP | CT_HELPER_V4,
  .classes = { { NULL, 8, 300 } },
  .inspect = irc_inspect,
};
