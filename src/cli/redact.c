/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "redact.h"

#include <arpa/inet.h>
#include <pcap/dlt.h>
#include <string.h>

enum {
  PLACES = 3,
  VALUES = 256,
  PROTO_ICMP = 1,
  PROTO_TCP = 6,
  PROTO_UDP = 17,
  PROTO_ICMPV6 = 58,
  PROTO_UDPLITE = 136
};

struct cli_redact {
  guint8 change[PLACES][VALUES]; /* of the second number of four, the third, the fourth */
  guint8 change6[VALUES];        /* of the last byte of sixteen, which is written with other digits */
  GByteArray *bytes;
  cap_frame frame;
};

/* ---- by the key ---- */

static guint32 next_random(guint32 *state)
{
  *state = *state * 69069 + 1;
  return *state >> 16;
}

/* Each for one of as many digits. */
static void shuffle(guint8 *change, guint first, guint last, guint32 *state)
{
  guint i, k;

  for (i = first; i <= last; i++)
    change[i] = (guint8)i;
  for (i = last; i > first; i--) {
    guint8 kept = change[i];

    k = first + next_random(state) % (i - first + 1);
    change[i] = change[k];
    change[k] = kept;
  }
}

/* Its place among those that can be printed, without the apostrophe, which a script cannot quote; others have none. */
static guint32 place_of(char c)
{
  if (c < ' ' || c > '~' || c == '\'')
    return 0;
  return (guint32)(c - ' ') + (c < '\'');
}

cli_redact *cli_redact_new(const char *key)
{
  cli_redact *r = g_new0(cli_redact, 1);
  guint32 state = 12345;
  guint place;

  for (; *key != '\0'; key++)
    state = state * 31 + place_of(*key);
  for (place = 0; place < PLACES; place++) {
    shuffle(r->change[place], 1, 9, &state);
    shuffle(r->change[place], 10, 99, &state);
    shuffle(r->change[place], 100, 254, &state);
    r->change[place][255] = 255;
  }
  shuffle(r->change6, 1, 15, &state);
  shuffle(r->change6, 16, 254, &state);
  r->change6[255] = 255;
  r->bytes = g_byte_array_new();
  return r;
}

void cli_redact_free(cli_redact *r)
{
  if (r == NULL)
    return;
  g_byte_array_unref(r->bytes);
  g_free(r);
}

/* ---- addresses ---- */

static void rename4(const cli_redact *r, guint8 *a)
{
  guint i;

  if (a[0] == 0 || a[0] == 127 || a[0] >= 224)
    return;
  for (i = 0; i < PLACES; i++)
    a[i + 1] = r->change[i][a[i + 1]];
}

static void rename6(const cli_redact *r, guint8 *a)
{
  static const guint8 loopback[16] = { [15] = 1 };

  if (a[0] != 0xff && memcmp(a, loopback, sizeof loopback) != 0)
    a[15] = r->change6[a[15]];
}

/* ---- in payloads: four numbers with points or commas between them; groups with colons ---- */

/* What may be an address of IPv6 from here to where that ends. */
static void rename_text6(const cli_redact *r, guint8 *p, gsize n)
{
  char text[INET6_ADDRSTRLEN];
  guint8 address[16];
  gsize digits = 0;

  if (n < 3 || n >= sizeof text)
    return;
  memcpy(text, p, n);
  text[n] = '\0';
  if (inet_pton(AF_INET6, text, address) != 1)
    return;
  rename6(r, address);
  while (digits < MIN(n, (gsize)2) && p[n - 1 - digits] != ':')
    digits++;
  g_snprintf(text, sizeof text, "%0*x", (int)digits, address[15]);
  memcpy(p + n - digits, text, digits);
}

static gsize run_of_groups(const guint8 *p, const guint8 *end, gboolean *colon)
{
  gsize n = 0;

  *colon = FALSE;
  while (p + n < end && n < INET6_ADDRSTRLEN && (g_ascii_isxdigit(p[n]) || p[n] == ':')) {
    *colon = *colon || p[n] == ':';
    n++;
  }
  return n;
}

/* => bytes of a number of at most 255, without zeros before it; 0: none. */
static gsize number_at(const guint8 *p, const guint8 *end, guint *value)
{
  gsize n = 0;

  for (*value = 0; p + n < end && n < 4 && g_ascii_isdigit(p[n]); n++)
    *value = *value * 10 + (guint)(p[n] - '0');
  return n > 3 || *value > 255 || (n > 1 && p[0] == '0') ? 0 : n;
}

/* => bytes that were looked at. */
static gsize rename_text(const cli_redact *r, guint8 *p, const guint8 *end)
{
  guint value[4], i;
  gsize at = 0, n, place[4];
  guint8 address[4];
  char text[4];

  for (i = 0; i < 4; i++) {
    place[i] = at;
    n = number_at(p + at, end, &value[i]);
    if (n == 0)
      return at + 1;
    address[i] = (guint8)value[i];
    at += n;
    if (i == 3)
      break;
    if (p + at >= end || (p[at] != '.' && p[at] != ',') || (i > 0 && p[at] != p[place[1] - 1]))
      return at;
    at++;
  }
  rename4(r, address);
  for (i = 1; i < 4; i++) {
    n = (gsize)g_snprintf(text, sizeof text, "%u", address[i]);
    memcpy(p + place[i], text, n);
  }
  return at;
}

static void rename_texts(const cli_redact *r, guint8 *p, const guint8 *end)
{
  gboolean inside = FALSE, colon; /* a word or number that began before */
  gsize n;

  while (p < end) {
    n = inside ? 0 : run_of_groups(p, end, &colon);
    if (n > 0 && colon) {
      rename_text6(r, p, n);
      p += n;
    } else if (!inside && g_ascii_isdigit(*p)) {
      p += rename_text(r, p, end);
    } else {
      p++;
    }
    inside = g_ascii_isalnum(p[-1]) || p[-1] == '.';
  }
}

/* ---- checksums ---- */

static guint32 sum_of(const guint8 *p, gsize n)
{
  guint64 sum = 0;
  gsize i;

  for (i = 0; i + 1 < n; i += 2)
    sum += (guint64)p[i] << 8 | p[i + 1];
  if (n % 2 != 0)
    sum += (guint64)p[n - 1] << 8;
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint32)sum;
}

/* What it covers had this sum before, and has that one now. */
static void adjust(guint8 *at, guint32 before, guint32 now, gboolean optional)
{
  guint32 sum = (guint32)at[0] << 8 | at[1];

  if (before == now || (optional && sum == 0))
    return;
  sum = (0xffff & ~sum) + (0xffff & ~before) + now;
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  sum = 0xffff & ~sum;
  if (optional && sum == 0)
    sum = 0xffff;
  at[0] = (guint8)(sum >> 8);
  at[1] = (guint8)sum;
}

/* Where the sender's card was to sum up, there is the sum of what stands before the header, as it is. */
static gboolean is_offloaded(const guint8 *at, guint8 protocol, gsize length, guint32 addresses)
{
  guint64 sum = (guint64)addresses + protocol + (length & 0xffff) + (length >> 16);

  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (protocol == PROTO_TCP || protocol == PROTO_UDP) && sum == ((guint32)at[0] << 8 | at[1]);
}

static void move_offloaded(guint8 *at, const guint32 addresses[2])
{
  guint32 sum = ((guint32)at[0] << 8 | at[1]) + (0xffff & ~addresses[0]) + addresses[1];

  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  at[0] = (guint8)(sum >> 8);
  at[1] = (guint8)sum;
}

/* ---- packets ---- */

/* Where the checksum of a header is. => FALSE: it has none that covers addresses or what follows. */
static gboolean checksum_of(guint8 protocol, gsize *at, gboolean *optional)
{
  *optional = protocol == PROTO_UDP;
  switch (protocol) {
  case PROTO_TCP: *at = 16; return TRUE;
  case PROTO_UDP:
  case PROTO_UDPLITE: *at = 6; return TRUE;
  case PROTO_ICMP:
  case PROTO_ICMPV6: *at = 2; return TRUE;
  default: return FALSE;
  }
}

typedef struct layer4 {
  guint8 protocol;
  gboolean first;    /* of a packet's fragments the one with the header */
  gsize length;      /* as the IP header says it */
  guint32 pseudo[2]; /* what the addresses were, and are, as a sum */
} layer4;

static void rename_packet(const cli_redact *r, guint8 *p, const guint8 *end, guint depth);

/* An ICMP error has a packet in it. */
static gboolean is_error(guint8 protocol, guint8 type)
{
  return protocol == PROTO_ICMP ? type == 3 || type == 4 || type == 5 || type == 11 || type == 12
                                : protocol == PROTO_ICMPV6 && type < 128;
}

static gsize header_bytes(guint8 protocol, const guint8 *p, gsize n)
{
  if (protocol == PROTO_TCP)
    return n > 12 ? MAX((gsize)(p[12] >> 4) * 4, 20) : n;
  return 8;
}

static void rename_layer4(const cli_redact *r, const layer4 *l, guint8 *p, const guint8 *end, guint depth)
{
  guint8 protocol = l->protocol;
  gsize n = (gsize)(end - p), header = l->first ? header_bytes(protocol, p, n) : 0, at;
  guint32 before = sum_of(p, n), now;
  gboolean optional;

  if (l->first && n >= 8 && depth == 0 && is_error(protocol, p[0]))
    rename_packet(r, p + 8, end, depth + 1);
  else if (n > header)
    rename_texts(r, p + header, end);
  if (!l->first || !checksum_of(protocol, &at, &optional) || n < at + 2)
    return;
  if (is_offloaded(p + at, protocol, l->length, l->pseudo[0])) {
    move_offloaded(p + at, l->pseudo);
    return;
  }
  now = sum_of(p, n);
  adjust(p + at, before, now, optional);
  if (protocol != PROTO_ICMP)
    adjust(p + at, l->pseudo[0], l->pseudo[1], optional);
}

static void rename_ipv4(const cli_redact *r, guint8 *p, const guint8 *end, guint depth)
{
  gsize header = (gsize)(p[0] & 15) * 4, total = (gsize)p[2] << 8 | p[3];
  layer4 l = { .protocol = p[9],
               .first = (p[6] & 0x1f) == 0 && p[7] == 0,
               .length = total - header,
               .pseudo = { sum_of(p + 12, 8), 0 } };

  rename4(r, p + 12);
  rename4(r, p + 16);
  l.pseudo[1] = sum_of(p + 12, 8);
  adjust(p + 10, l.pseudo[0], l.pseudo[1], FALSE);
  if (header < 20 || (gsize)(end - p) <= header)
    return;
  if (depth == 0 && total > header && (gsize)(end - p) > total)
    end = p + total; /* the link's padding is no part of it */
  rename_layer4(r, &l, p + header, end, depth);
}

/* => the layer above its extension headers; end: it is not there. */
static guint8 *skip_extensions(guint8 *p, const guint8 *end, guint8 *next, gboolean *first)
{
  enum { HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60 };
  gsize n = 40;

  *next = p[6];
  while ((*next == HOP || *next == ROUTING || *next == FRAGMENT || *next == DESTINATION) && (gsize)(end - p) >= n + 8) {
    if (*next == FRAGMENT)
      *first = *first && p[n + 2] == 0 && (p[n + 3] & 0xf8) == 0;
    *next = p[n];
    n += p[6] == FRAGMENT && n == 40 ? 8 : ((gsize)p[n + 1] + 1) * 8;
  }
  return (gsize)(end - p) > n ? p + n : (guint8 *)end;
}

static void rename_ipv6(const cli_redact *r, guint8 *p, const guint8 *end, guint depth)
{
  layer4 l = { .first = TRUE, .pseudo = { sum_of(p + 8, 32), 0 } };
  gsize total = 40 + ((gsize)p[4] << 8 | p[5]);
  guint8 *above;

  rename6(r, p + 8);
  rename6(r, p + 24);
  l.pseudo[1] = sum_of(p + 8, 32);
  if (depth == 0 && total > 40 && (gsize)(end - p) > total)
    end = p + total;
  above = skip_extensions(p, end, &l.protocol, &l.first);
  l.length = total - (gsize)(above - p);
  if (above < end)
    rename_layer4(r, &l, above, end, depth);
}

static void rename_packet(const cli_redact *r, guint8 *p, const guint8 *end, guint depth)
{
  if (end - p >= 20 && p[0] >> 4 == 4)
    rename_ipv4(r, p, end, depth);
  else if (end - p >= 40 && p[0] >> 4 == 6)
    rename_ipv6(r, p, end, depth);
}

static gboolean is_raw(guint16 link) { return link == DLT_RAW || link == DLT_IPV4 || link == DLT_IPV6; }

const cap_frame *cli_redact_frame(cli_redact *r, const cap_frame *frame, guint32 l3_offset)
{
  guint8 *p;
  gsize n;

  if (l3_offset >= frame->captured || (l3_offset == 0 && !is_raw(frame->link)))
    return NULL;
  g_byte_array_set_size(r->bytes, 0);
  g_byte_array_append(r->bytes, frame->data, frame->captured);
  p = r->bytes->data + l3_offset;
  n = frame->captured - l3_offset;
  if (!(p[0] >> 4 == 4 && n >= 20) && !(p[0] >> 4 == 6 && n >= 40))
    return NULL;
  rename_packet(r, p, r->bytes->data + r->bytes->len, 0);
  r->frame = *frame;
  r->frame.data = r->bytes->data;
  return &r->frame;
}
