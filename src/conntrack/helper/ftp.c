/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FTP: data connections announced by PORT and EPRT (client), 227 and 229 (server). Spec 8.2, RFC 959, RFC 2428.
 *
 * A line counts only if it starts where an earlier payload ended in a line feed, so that no announcement can be
 * smuggled in the middle of something else; hence the first line of each direction is never read.
 */
#include "conntrack/helper/helping.h"

#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/list.h"
#include "conntrack/helper/parse.h"
#include "conntrack/helper/text.h"
#include "conntrack/helper/written.h"
#include "conntrack/nat/help.h"

enum { LINE_ENDS = 2 };

typedef struct ftp_state {
  uint32_t line_end[2][LINE_ENDS]; /* sequence numbers just after a line feed */
  uint8_t n_line_ends[2];
} ftp_state;

/*
 * n numbers between separators, then the terminator (0: any byte that is neither). => bytes before the terminator, 0
 * where it is not so.
 */
static size_t numbers_read(const uint8_t *text, size_t length, uint32_t *numbers, unsigned n, uint8_t separator,
                           uint8_t terminator)
{
  unsigned i = 0;
  size_t at;

  memset(numbers, 0, n * sizeof(*numbers));
  for (at = 0; at < length && i < n; at++) {
    if (ct_text_is_digit(text[at]))
      numbers[i] = numbers[i] * 10 + (text[at] - '0');
    else if (text[at] == separator)
      i++;
    else
      return i == n - 1 && (terminator == 0 || text[at] == terminator) ? at : 0;
  }
  return 0;
}

/* Parts are not range checked: the kernel shifts whatever it read together. */
static void address_set(ct_addr *addr, const uint32_t *parts)
{
  uint32_t v = parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3];

  memset(addr, 0, sizeof(*addr));
  addr->bytes[0] = (uint8_t)(v >> 24);
  addr->bytes[1] = (uint8_t)(v >> 16);
  addr->bytes[2] = (uint8_t)(v >> 8);
  addr->bytes[3] = (uint8_t)v;
}

/* h1,h2,h3,h4,p1,p2 */
static bool host_port_read(const uint8_t *text, size_t length, uint8_t terminator, ct_ftp_found *found)
{
  uint32_t parts[6];

  found->length = numbers_read(text, length, parts, 6, ',', terminator);
  if (found->length == 0)
    return false;
  address_set(&found->addr, parts);
  found->port = (uint16_t)(parts[4] << 8 | parts[5]);
  return true;
}

/* The numbers then end behind the delimiter. */
static bool port_read(const uint8_t *text, size_t length, uint8_t delimiter, size_t before, ct_ftp_found *found)
{
  uint16_t v = 0;
  size_t at;

  for (at = 0; at < length && ct_text_is_digit(text[at]); at++)
    v = (uint16_t)(v * 10 + (text[at] - '0'));
  found->port = v;
  found->length = before + at + 1;
  return at < length && text[at] == delimiter && v != 0;
}

static bool delimiter_fits(uint8_t c) { return c >= 33 && c <= 126 && !ct_text_is_digit(c); }

/* |1|192.0.2.1|6275| or |2|2001:db8::1|6275| */
static bool eprt_read(const uint8_t *text, size_t length, uint8_t family, ct_ftp_found *found)
{
  uint8_t delimiter;
  size_t n = 0;

  if (length <= 3)
    return false;
  delimiter = text[0];
  if (!delimiter_fits(delimiter) || text[2] != delimiter || text[1] != (family == CT_IPV4 ? '1' : '2'))
    return false;
  text += 3;
  length -= 3;
  if (family == CT_IPV4) {
    uint32_t parts[4];

    n = numbers_read(text, length, parts, 4, '.', delimiter);
    if (n != 0)
      address_set(&found->addr, parts);
  } else {
    /* in6_pton takes a zero byte for the end as well. */
    while (n < length && text[n] != delimiter && text[n] != 0)
      n++;
    if (n == length || !ct_text_ipv6(text, n, &found->addr))
      n = 0;
  }
  return n != 0 && port_read(text + n + 1, length - n - 1, delimiter, n + 4, found);
}

/* |||6446| */
static bool epsv_read(const uint8_t *text, size_t length, ct_ftp_found *found)
{
  if (length <= 3 || !delimiter_fits(text[0]) || text[1] != text[0] || text[2] != text[0])
    return false;
  return port_read(text + 3, length - 3, text[0], 3, found);
}

/* Up to 3.10 the numbers stood in parentheses; later from the first digit to whatever follows (KERNELS K9). */
static bool pasv_read(const uint8_t *text, size_t length, bool in_parentheses, ct_ftp_found *found)
{
  size_t at = 0;

  if (in_parentheses) {
    while (at < length && text[at] != '(')
      at++;
    found->at += at + 1;
    return at < length && host_port_read(text + at + 1, length - at - 1, ')', found);
  }

  while (at < length && !ct_text_is_digit(text[at]))
    at++;
  found->at += at;
  return at < length && host_port_read(text + at, length - at, 0, found);
}

typedef enum { READ_PORT, READ_EPRT, READ_PASV, READ_PASV_PARENTHESES, READ_EPSV } read_kind;
static const struct {
  const char *word;
  const char *shown;
  uint8_t dir, skip; /* skip: the numbers begin after the first such byte; 0: right after the word */
  uint8_t kind;
} commands[] = {
  { "PORT", "PORT", CT_ORIGINAL, ' ', READ_PORT },
  { "EPRT", "EPRT", CT_ORIGINAL, ' ', READ_EPRT },
  { "227 ", "227", CT_REPLY, 0, READ_PASV },
  { "229 ", "229", CT_REPLY, '(', READ_EPSV },
};

static bool numbers_found(read_kind kind, const uint8_t *text, size_t length, uint8_t family, ct_ftp_found *found)
{
  switch (kind) {
  case READ_PORT: return host_port_read(text, length, '\r', found);
  case READ_EPRT: return eprt_read(text, length, family, found);
  case READ_PASV: return pasv_read(text, length, false, found);
  case READ_PASV_PARENTHESES: return pasv_read(text, length, true, found);
  case READ_EPSV: return epsv_read(text, length, found);
  }
  return false;
}

ct_parse ct_ftp_parse(const uint8_t *payload, size_t length, ct_dir dir, uint8_t family, bool in_parentheses,
                      ct_ftp_found *found)
{
  size_t i;

  for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
    size_t at = 4;

    if (commands[i].dir != dir || length == 0)
      continue;
    found->command = commands[i].shown;
    if (length <= at) {
      if (ct_text_same(payload, commands[i].word, length))
        return CT_PARSE_PARTIAL;
      continue;
    }
    if (!ct_text_same(payload, commands[i].word, at))
      continue;
    if (commands[i].skip != 0) {
      const uint8_t *skip = memchr(payload + at, commands[i].skip, length - at);

      if (skip == NULL)
        return CT_PARSE_PARTIAL;
      at = (size_t)(skip - payload) + 1;
    }
    found->at = at;
    return numbers_found(in_parentheses && commands[i].kind == READ_PASV ? READ_PASV_PARENTHESES
                                                                         : (read_kind)commands[i].kind,
                         payload + at, length - at, family, found)
             ? CT_PARSE_FOUND
             : CT_PARSE_PARTIAL;
  }
  return CT_PARSE_NOTHING;
}

static bool line_starts(const ftp_state *s, ct_dir dir, uint32_t seq)
{
  unsigned i;

  for (i = 0; i < s->n_line_ends[dir]; i++)
    if (s->line_end[dir][i] == seq)
      return true;
  return false;
}

static void line_end_note(ftp_state *s, ct_dir dir, uint32_t seq)
{
  uint32_t *ends = s->line_end[dir];
  unsigned oldest;

  if (line_starts(s, dir, seq))
    return;
  if (s->n_line_ends[dir] < LINE_ENDS) {
    ends[s->n_line_ends[dir]++] = seq;
    return;
  }
  oldest = (int32_t)(ends[0] - ends[1]) < 0 ? 0 : 1;
  if ((int32_t)(seq - ends[oldest]) > 0)
    ends[oldest] = seq;
}

/* NAT 11: the numbers become those that lead here from outside. => false: nothing is expected, the packet is dropped.
 */
static bool ftp_translate(ct_helping *h, ct_expect_spec *spec, const ct_ftp_found *found)
{
  const ct_addr *address = &ct_helping_backward(h)->dst;
  ct_written words = { .n = 0 };
  unsigned i;
  uint16_t port;

  spec->nat = CT_NAT_FOLLOW_MASTER;
  spec->nat_dir = h->dir == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL;
  spec->saved_id = found->port;
  port = ct_helping_expect_port(h, spec);
  if (port == 0)
    return false;
  if (strcmp(found->command, "229") == 0) {
    ct_write_text(&words, "|||");
    ct_write_number(&words, port);
    ct_write_text(&words, "|");
  } else if (strcmp(found->command, "EPRT") == 0) {
    ct_write_text(&words, spec->tuple.family == CT_IPV4 ? "|1|" : "|2|");
    if (spec->tuple.family == CT_IPV4)
      ct_write_ipv4(&words, address, ".");
    else
      ct_write_ipv6_full(&words, address);
    ct_write_text(&words, "|");
    ct_write_number(&words, port);
    ct_write_text(&words, "|");
  } else {
    ct_write_ipv4(&words, address, ",");
    for (i = 0; i < 2; i++) {
      ct_write_text(&words, ",");
      ct_write_number(&words, i == 0 ? port >> 8 : port & 0xff);
    }
  }
  return ct_helping_mangle(h, found->at, found->length, words.text, words.n);
}

static ct_verdict ftp_inspect(ct_helping *h, const uint8_t *payload, size_t length)
{
  ftp_state *s = h->state;
  const ct_tuple *back = ct_helping_backward(h);
  ct_verdict verdict = CT_VERDICT_ACCEPT;
  ct_ftp_found found;
  ct_parse parsed = CT_PARSE_NOTHING;
  bool own;

  found.addr = ct_helping_forward(h)->src;
  if (line_starts(s, h->dir, h->seq))
    parsed = ct_ftp_parse(payload, length, h->dir, back->family,
                          h->engine->params.profile->ftp_227 == CT_FTP_227_PARENTHESES, &found);
  if (parsed == CT_PARSE_PARTIAL)
    return CT_VERDICT_DROP;
  own = ct_addr_equal(&found.addr, &ct_helping_forward(h)->src);
  /* A foreign address: without loose nothing is expected, or a server could open doors for others. */
  if (parsed == CT_PARSE_FOUND && (own || ct_helping_modules(h)->ftp_loose != 0)) {
    ct_expect_spec spec;

    ct_expect_spec_init(&spec, back->family, CT_PROTO_TCP, &back->src, own ? &back->dst : &found.addr, found.port,
                        found.command);
    if (ct_helping_is_translated(h) ? !ftp_translate(h, &spec, &found) : ct_helping_expect(h, &spec) != CT_EXPECT_OK)
      verdict = CT_VERDICT_DROP;
  } else if (parsed == CT_PARSE_FOUND) {
    h->note = CT_REASON_FTP_ADDRESS;
  }
  if (payload[length - 1] == '\n')
    line_end_note(s, h->dir, h->seq + (uint32_t)length);
  return verdict;
}

static bool ftp_is_sound(const void *state)
{
  const ftp_state *s = state;

  return s->n_line_ends[0] <= LINE_ENDS && s->n_line_ends[1] <= LINE_ENDS;
}

const ct_helper ct_helper_ftp = {
  .name = "ftp",
  .help = "FTP data connections (PORT, EPRT, PASV, EPSV)",
  .kinds = CT_HELPER_TCP | CT_HELPER_V4 | CT_HELPER_V6,
  .state_bytes = sizeof(ftp_state),
  .state_fields = "444411",
  .state_is_sound = ftp_is_sound,
  .once_timeless = true,
  .classes = { { NULL, 1, 300 } },
  .inspect = ftp_inspect,
};
