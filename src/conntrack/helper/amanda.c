/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Amanda backups: the client's answer names the TCP ports of its streams. Spec 8.7. */
#include "conntrack/helper/helping.h"

#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/list.h"
#include "conntrack/helper/parse.h"
#include "conntrack/helper/text.h"
#include "conntrack/helper/written.h"
#include "conntrack/nat/help.h"

enum { PORT_DIGITS = 5 };

static const char *const streams[] = { "DATA", "MESG", "INDEX", "STATE" };

static const uint8_t *find(const uint8_t *text, size_t length, const char *word, size_t n)
{
  size_t i;

  for (i = 0; i + n <= length; i++)
    if (memcmp(text + i, word, n) == 0)
      return text + i;
  return NULL;
}

unsigned ct_amanda_parse(const uint8_t *payload, size_t length, bool state_too, ct_amanda_found found[4])
{
  const uint8_t *line = find(payload, length, "CONNECT ", 8), *end;
  unsigned i, n = 0;

  if (line == NULL)
    return 0;
  line += 8;
  end = memchr(line, '\n', length - (size_t)(line - payload));
  if (end == NULL)
    return 0;
  for (i = 0; i < (state_too ? 4u : 3u); i++) {
    size_t word = strlen(streams[i]);
    const uint8_t *at = line;
    uint64_t port;

    /* The blank belongs to the word searched for. */
    while ((at = find(at, (size_t)(end - at), streams[i], word)) != NULL && (at + word >= end || at[word] != ' '))
      at++;
    if (at == NULL)
      continue;
    at += word + 1;
    found[n].at = (size_t)(at - payload);
    found[n].length = ct_text_number(at, (size_t)(end - at) < PORT_DIGITS ? (size_t)(end - at) : PORT_DIGITS, &port);
    if ((uint16_t)port == 0)
      break;
    found[n].stream = streams[i];
    found[n++].port = (uint16_t)port;
  }
  return n;
}

/* NAT 11: of a text without addresses, the port. Those behind it move with its length. */
static bool amanda_translate(ct_helping *h, ct_expect_spec *spec, ct_amanda_found *found, unsigned i, unsigned n)
{
  ct_written words = { .n = 0 };
  uint16_t port;
  unsigned k;

  spec->nat = CT_NAT_FOLLOW_MASTER;
  spec->nat_dir = CT_ORIGINAL;
  spec->saved_id = found[i].port;
  port = ct_helping_expect_port(h, spec);
  if (port == 0)
    return false;
  ct_write_number(&words, port);
  for (k = 0; k < n; k++)
    if (found[k].at > found[i].at)
      found[k].at += words.n - found[i].length;
  return ct_helping_mangle(h, found[i].at, found[i].length, words.text, words.n);
}

static ct_verdict amanda_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  const ct_tuple *original = &h->tuple[CT_ORIGINAL];
  ct_verdict verdict = CT_VERDICT_ACCEPT;
  ct_amanda_found found[4];
  unsigned i, n;

  if (h->dir == CT_ORIGINAL)
    return CT_VERDICT_ACCEPT;
  n = ct_amanda_parse(payload, length, h->engine->params.profile->amanda_state, found);
  for (i = 0; i < n; i++) {
    ct_expect_spec spec;

    ct_expect_spec_init(&spec, original->family, CT_PROTO_TCP, &original->src, &original->dst, found[i].port,
                        found[i].stream);
    if (ct_helping_is_translated(h) ? !amanda_translate(h, &spec, found, i, n)
                                    : ct_helping_expect(h, &spec) != CT_EXPECT_OK)
      verdict = CT_VERDICT_DROP;
  }
  return verdict;
}

/* Before anything is read, and for empty answers too: an answer may be long in coming. */
static void amanda_arrived(ct_helping *h, size_t length)
{
  (void)length;
  if (h->dir == CT_REPLY)
    ct_helping_refresh(h, ct_helping_modules(h)->amanda_master_timeout);
}

const ct_helper ct_helper_amanda = {
  .name = "amanda",
  .help = "Amanda backup streams",
  .kinds = CT_HELPER_UDP | CT_HELPER_V4 | CT_HELPER_V6,
  .classes = { { NULL, 4, 180 } },
  .arrived = amanda_arrived,
  .inspect = amanda_inspect,
};
