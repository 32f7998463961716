/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/ip_options.h"

#include <string.h>

#include "conntrack/nat/rewrite.h"
#include "firewall/match/data.h"
#include "firewall/walk/where.h"

enum { FIXED = 20, HEADER_MOST = FIXED + FW_IP_OPTIONS_MOST };

enum {
  END = 0,
  NOP = 1,
  RECORD_ROUTE = 7,
  TIMESTAMP = 68,
  LOOSE_ROUTE = 131,
  CIPSO = 134,
  STRICT_ROUTE = 137,
  ROUTER_ALERT = 148
};
/* Of a timestamp: what is written into it. */
enum { TIME_ONLY = 0, TIME_AND_ADDRESS = 1, TIME_OF_NAMED = 3 };

/* All options while they are read. */
typedef struct reading {
  fw_firewall *f;
  const fw_packet *p;
  fw_ip_options *said;
  guint8 header[HEADER_MOST];
  gboolean changed;
} reading;

/* ---- what is written into them ---- */

/* Milliseconds since midnight, UTC. */
static void put_time(const fw_firewall *f, guint8 *at)
{
  const gint64 day_ms = G_GINT64_CONSTANT(86400000), ms = f->program->now_ns / 1000000 % day_ms;
  const guint32 time = (guint32)(ms < 0 ? ms + day_ms : ms);

  at[0] = (guint8)(time >> 24);
  at[1] = (guint8)(time >> 16);
  at[2] = (guint8)(time >> 8);
  at[3] = (guint8)time;
}

/* NULL: an address that nobody has said leaves the place as it was. */
static void put_address(guint8 *at, const fw_address *address)
{
  if (address != NULL)
    memcpy(at, address->bytes, 4);
}

/* The box's address that a packet meets when it comes in: where it goes to, or that on the way back. */
static const fw_address *met(const fw_firewall *f, const fw_packet *p)
{
  fw_route back;

  if (f->outcome.path == FW_PATH_INPUT && fw_box_facts_type(f->facts, FW_IPV4, &p->destination) == FW_ADDRTYPE_LOCAL)
    return &p->destination;
  back = fw_box_facts_look_up(f->facts, FW_IPV4, &p->source);
  return fw_where_own_on(f, FW_IPV4, back.interface != NULL ? back.interface : p->in->known ? p->in->name : NULL);
}

/* ---- one of each kind. => the place in it that is wrong, + 1; 0: none ---- */

static guint read_source_route(reading *r, const guint8 *o, guint8 at)
{
  if (o[1] < 3)
    return 2;
  if (o[2] < 4)
    return 3;
  if (r->said->source_route != 0)
    return 1;
  r->said->strict = o[0] == STRICT_ROUTE;
  r->said->source_route = at;
  return 0;
}

static guint read_record(reading *r, guint8 *o, guint8 at)
{
  if (r->said->record != 0)
    return 1;
  if (o[1] < 3)
    return 2;
  if (o[2] < 4)
    return 3;
  if (o[2] <= o[1]) {
    if (o[2] + 3 > o[1])
      return 3;
    put_address(o + o[2] - 1, met(r->f, r->p));
    o[2] = (guint8)(o[2] + 4);
    r->said->record_asks = r->changed = TRUE;
  }
  r->said->record = at;
  return 0;
}

/* There is room for a time at least. => 3: not for what it asks for. */
static guint stamp(reading *r, guint8 *o)
{
  guint8 *slot = o + o[2] - 1;
  fw_address named = { .words = { 0 } };

  switch (o[3] & 15) {
  case TIME_ONLY:
    put_time(r->f, slot);
    r->said->stamp_asks_time = r->changed = TRUE;
    o[2] = (guint8)(o[2] + 4);
    return 0;
  case TIME_AND_ADDRESS:
    if (o[2] + 7 > o[1])
      return 3;
    put_address(slot, met(r->f, r->p));
    put_time(r->f, slot + 4);
    r->said->stamp_asks_address = r->said->stamp_asks_time = r->changed = TRUE;
    o[2] = (guint8)(o[2] + 8);
    return 0;
  case TIME_OF_NAMED:
    if (o[2] + 7 > o[1])
      return 3;
    memcpy(named.bytes, slot, 4);
    if (fw_box_facts_type(r->f->facts, FW_IPV4, &named) == FW_ADDRTYPE_UNICAST)
      return 0;
    put_time(r->f, slot + 4);
    r->said->stamp_asks_time = r->changed = TRUE;
    o[2] = (guint8)(o[2] + 8);
    return 0;
  default: return 0;
  }
}

static guint read_timestamp(reading *r, guint8 *o, guint8 at)
{
  guint wrong = 0;

  if (r->said->stamp != 0)
    return 1;
  if (o[1] < 4)
    return 2;
  if (o[2] < 5)
    return 3;
  if (o[2] <= o[1]) {
    wrong = o[2] + 3 > o[1] ? 3 : stamp(r, o);
  } else if ((o[3] & 15) != TIME_OF_NAMED) {
    /* It is full: those that found no place are counted. */
    wrong = o[3] >> 4 == 15 ? 4 : 0;
    if (wrong == 0) {
      o[3] = (guint8)(o[3] + 16);
      r->changed = TRUE;
    }
  }
  if (wrong == 0)
    r->said->stamp = at;
  return wrong;
}

/* A label of a domain that nobody has set up here, of which the kernel knows none at first. */
static guint read_cipso(reading *r, const guint8 *o, guint8 at)
{
  if (r->said->label != 0)
    return 1;
  r->said->label = at;
  return o[1] < 8 ? 2 : 3;
}

static guint read_one(reading *r, guint8 *o, guint8 at)
{
  switch (o[0]) {
  case LOOSE_ROUTE:
  case STRICT_ROUTE: return read_source_route(r, o, at);
  case RECORD_ROUTE: return read_record(r, o, at);
  case TIMESTAMP: return read_timestamp(r, o, at);
  case CIPSO: return read_cipso(r, o, at);
  case ROUTER_ALERT: return o[1] < 4 ? 2 : 0;
  default: return 0;
  }
}

/* ip_options_compile. => FALSE: said->wrong is where the header is not as it has to be. */
static gboolean read_all(reading *r, guint n)
{
  guint at = FIXED, wrong;

  while (at < n && r->header[at] != END) {
    guint8 *o = r->header + at;

    if (o[0] == NOP) {
      at++;
      continue;
    }
    wrong = at + 2 > n || o[1] < 2 || at + o[1] > n ? 1 : read_one(r, o, (guint8)at);
    if (wrong != 0) {
      r->said->wrong = (guint8)(at + wrong - 1);
      return FALSE;
    }
    at += o[1];
  }
  for (; at < n; at++) {
    r->changed |= r->header[at] != END;
    r->header[at] = END;
  }
  return TRUE;
}

/* ---- the packet ---- */

/* The header's sum stays what it was: the kernel makes it anew only when the packet is forwarded. */
static guint8 *write_back(fw_firewall *f, fw_packet *p, const guint8 *header)
{
  guint8 *bytes = f->program->own_bytes(p, 0, f->program->own_user);

  memcpy(bytes + FIXED, header + FIXED, p->l4_offset - FIXED);
  return bytes;
}

/* ip_rcv_options, ip_options_rcv_srr. */
static fw_kernel_drop judge(const fw_firewall *f, fw_ip_options *said, gboolean right)
{
  if (!right)
    return FW_KERNEL_OPTIONS;
  if (said->source_route == 0)
    return FW_KERNEL_NOTHING;
  if (!f->facts->source_routes)
    return FW_KERNEL_SOURCE_ROUTE;
  if (f->outcome.path != FW_PATH_FORWARD || !said->strict)
    return FW_KERNEL_NOTHING;
  /* It has to come by each router that it names, and this one is none of them. */
  said->wrong = 16;
  return FW_KERNEL_OPTIONS;
}

gboolean fw_ip_options_receive(fw_firewall *f, fw_packet *p)
{
  reading r = { .f = f, .p = p, .said = &f->ip_options };
  gboolean right;

  f->ip_options = (fw_ip_options){ .read = TRUE };
  fw_firewall_write(f);
  /* What the capture has not cannot be judged. */
  if (p->raw->captured < p->l4_offset || p->raw->length < p->l4_offset)
    return TRUE;
  memcpy(r.header, p->raw->data, p->l4_offset);
  right = read_all(&r, p->l4_offset);
  if (memcmp(r.header + FIXED, p->raw->data + FIXED, p->l4_offset - FIXED) != 0)
    write_back(f, p, r.header);
  f->ip_options.changed = r.changed;
  f->outcome.kernel = judge(f, &f->ip_options, right);
  return f->outcome.kernel == FW_KERNEL_NOTHING;
}

static void sum_anew(guint8 *header, guint n)
{
  guint32 sum = 0;
  guint i;

  header[10] = header[11] = 0;
  for (i = 0; i < n; i += 2)
    sum += ct_be16(header + i);
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  header[10] = (guint8)(~sum >> 8);
  header[11] = (guint8)~sum;
}

void fw_ip_options_leave(fw_firewall *f, fw_packet *p)
{
  const fw_ip_options *said = &f->ip_options;
  const fw_address *own;
  guint8 *bytes;

  if (!said->changed)
    return;
  own = fw_where_own_on(f, FW_IPV4, p->out->known ? p->out->name : NULL);
  bytes = f->program->own_bytes(p, 0, f->program->own_user);
  if (said->record_asks)
    put_address(bytes + said->record + bytes[said->record + 2] - 5, own);
  if (said->stamp_asks_address)
    put_address(bytes + said->stamp + bytes[said->stamp + 2] - 9, own);
  sum_anew(bytes, p->l4_offset);
}

/* ---- those of its answer ---- */

/* => their length. */
static guint echo_record(const fw_ip_options *said, const guint8 *header, const fw_address *from, guint8 *to)
{
  const guint8 *o = header + said->record;

  memcpy(to, o, o[1]);
  if (!said->record_asks || o[2] > o[1])
    return o[1];
  if (o[2] + 3 > o[1])
    return G_MAXUINT;
  put_address(to + o[2] - 1, from);
  to[2] = (guint8)(o[2] + 4);
  return o[1];
}

static guint echo_stamp(const fw_firewall *f, const guint8 *header, const fw_address *from, guint8 *to)
{
  const fw_ip_options *said = &f->ip_options;
  const guint8 *o = header + said->stamp;
  guint place = o[2];
  fw_address named = { .words = { 0 } };

  memcpy(to, o, o[1]);
  if (place > o[1])
    return o[1];
  if (said->stamp_asks_address) {
    if (place + 3 > o[1])
      return G_MAXUINT;
    put_address(to + place - 1, from);
    place += 4;
  }
  if (said->stamp_asks_time) {
    if (place + 3 > o[1])
      return G_MAXUINT;
    if ((o[3] & 15) != TIME_OF_NAMED) {
      put_time(f, to + place - 1);
      place += 4;
    } else if (place + 7 <= o[1]) {
      memcpy(named.bytes, o + place - 1, 4);
      if (fw_box_facts_type(f->facts, FW_IPV4, &named) != FW_ADDRTYPE_UNICAST) {
        put_time(f, to + place + 3);
        place += 8;
      }
    }
  }
  to[2] = (guint8)place;
  return o[1];
}

/*
 * The way that the packet has come by, the last router first, but for that which the answer goes to; at its end is the
 * packet's source. => its length; 0: none is written there.
 */
static guint echo_route(const guint8 *header, const guint8 *o, guint8 *to)
{
  guint place = MIN(o[2], o[1] + 1U) - 4, n = 0;

  if (place <= 3)
    return 0;
  for (place -= 4, n = 4; place > 3; place -= 4, n += 4)
    memcpy(to + n - 1, o + place - 1, 4);
  if (memcmp(header + 12, o + place + 3, 4) == 0)
    n -= 4; /* the source has put itself there */
  if (n <= 3)
    return 0;
  to[0] = o[0];
  to[1] = (guint8)(n + 3);
  to[2] = 4;
  memcpy(to + n - 1, header + 12, 4);
  return n + 3;
}

gboolean fw_ip_options_lead_back(const fw_firewall *f, const fw_packet *p, fw_address *by)
{
  const guint8 *o = p->raw->data + f->ip_options.source_route;
  guint8 route[FW_IP_OPTIONS_MOST];

  if (!f->ip_options.read || f->ip_options.source_route == 0 || echo_route(p->raw->data, o, route) == 0)
    return FALSE;
  memset(by, 0, sizeof *by);
  memcpy(by->bytes, o + MIN(o[2], o[1] + 1U) - 5, 4);
  return TRUE;
}

int fw_ip_options_echo(const fw_firewall *f, const fw_packet *p, const fw_address *from, guint8 *to)
{
  const fw_ip_options *said = &f->ip_options;
  const guint8 *header = p->raw->data;
  guint n = 0, one;

  if (said->record != 0) {
    n = echo_record(said, header, from, to);
    if (n == G_MAXUINT)
      return -1;
  }
  if (said->stamp != 0) {
    one = echo_stamp(f, header, from, to + n);
    if (one == G_MAXUINT)
      return -1;
    n += one;
  }
  if (said->source_route != 0)
    n += echo_route(header, header + said->source_route, to + n);
  if (said->label != 0) {
    memcpy(to + n, header + said->label, header[said->label + 1]);
    n += header[said->label + 1];
  }
  while (n % 4 != 0)
    to[n++] = END;
  return (int)n;
}
