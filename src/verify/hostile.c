/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The speech of two hosts: the script of a polite conversation, and how it goes wrong. */
#include "verify/hostile.h"

#include <string.h>

#include "conntrack/read/packet.h"
#include "verify/talk.h"

/* Keeps the packet, for ICMP errors about it, and sends it. */
static void say(verify_talk *t, guint dir, guint8 proto, GByteArray *l4)
{
  guint before = t->out->packets->len;

  verify_talk_send(t, &t->addr[dir], &t->addr[!dir], proto, l4);
  if (t->out->packets->len == before)
    return;

  const verify_hostile_packet *p = &g_array_index(t->out->packets, verify_hostile_packet, before);

  t->sent_bytes[dir] = MIN(p->length, (guint)sizeof(t->sent[dir]));
  memcpy(t->sent[dir], t->out->bytes->data + p->offset, t->sent_bytes[dir]);
}

/* --- TCP --- */

static guint32 near_number(verify_talk *t, guint32 right, guint32 edge, guint32 last)
{
  switch (below(t, 10)) {
  case 0: return right - 1;
  case 1: return right + 1;
  case 2: return edge + below(t, 4) - 1;
  case 3: return last;
  case 4: return 0;
  case 5: return right - below(t, 140000);
  case 6: return right + below(t, 140000);
  case 7: return right - 66000 + below(t, 5);
  case 8: return right + 0x80000000u - 1 + below(t, 3);
  default: return (guint32)verify_random_next(&t->random);
  }
}

static guint16 any_window(verify_talk *t)
{
  static const guint16 windows[] = { 0, 1, 100, 1000, 8192, 29200, 65535 };

  return windows[below(t, G_N_ELEMENTS(windows))];
}

/* The next thing that this conversation would say if both hosts kept to the book. */
static guint script_tcp(verify_talk *t, verify_segment *s)
{
  static const struct {
    guint8 dir, flags;
  } book[] = { { 0, CT_TCP_SYN }, { 1, CT_TCP_SYN | CT_TCP_ACK }, { 0, CT_TCP_ACK } };
  guint dir = chance(t, 50);

  s->flags = CT_TCP_ACK;
  if (t->step < G_N_ELEMENTS(book)) {
    dir = book[t->step].dir;
    s->flags = book[t->step].flags;
    t->step++;
  } else if (t->step < 40 && !chance(t, 12)) {
    s->payload = chance(t, 60) ? below(t, 60) : 0;
    s->flags |= chance(t, 50) ? CT_TCP_PSH : 0;
  } else if (chance(t, 20)) {
    s->flags = chance(t, 50) ? CT_TCP_RST : CT_TCP_RST | CT_TCP_ACK;
    t->step = chance(t, 50) ? 0 : t->step;
  } else if (t->step > 41 && chance(t, 15)) {
    s->flags = CT_TCP_SYN; /* a new attempt on ports that are closing: challenged */
    dir = 0;
  } else {
    s->flags |= t->step % 2 ? 0 : CT_TCP_FIN;
    t->step = chance(t, 25) ? 0 : MAX(t->step + 1, 41);
  }
  return dir;
}

static void talk_tcp(verify_talk *t)
{
  static const guint8 flags[] = { 2, 18, 16, 24, 17, 4, 20, 1, 0, 41, 18 | 32, 34, 3, 6, 48, 16 | 64, 2 | 192, 255 };
  GByteArray *l4 = g_byte_array_new();
  verify_segment s = { .sum = chance(t, 98) ? VERIFY_SUM_RIGHT : VERIFY_SUM_WRONG };
  gboolean polite = chance(t, t->polite);
  guint dir = chance(t, 50);

  if (polite)
    dir = script_tcp(t, &s);
  else
    s.flags = chance(t, 90) ? flags[below(t, G_N_ELEMENTS(flags))] : (guint8)below(t, 256);
  if (s.flags & CT_TCP_SYN && chance(t, 40))
    t->next[dir] += below(t, 3) * 1000;
  s.seq = t->next[dir];
  s.ack = s.flags & CT_TCP_ACK ? t->next[!dir] : chance(t, 90) ? 0 : t->next[!dir];
  s.window = polite ? 29200 : any_window(t);
  if (!polite || chance(t, 4))
    s.seq = chance(t, 50) ? s.seq : near_number(t, s.seq, t->edge[dir], t->last_seq[dir]);
  if (!polite || chance(t, 4))
    s.ack = chance(t, 50) ? s.ack : near_number(t, s.ack, t->edge[!dir], t->last_seq[!dir]);
  if (!polite)
    s.payload = chance(t, 40) ? below(t, 40) : 0;
  if (chance(t, 4))
    s.window = any_window(t);
  verify_talk_tcp(t, &s, dir, l4);

  guint32 end = s.seq + s.payload + !!(s.flags & CT_TCP_SYN) + !!(s.flags & CT_TCP_FIN);

  t->last_seq[dir] = s.seq;
  if (polite || chance(t, 30))
    t->next[dir] = end;
  t->edge[!dir] = s.ack + ((guint32)s.window << (s.flags & CT_TCP_SYN ? 0 : t->scale[dir]));
  say(t, dir, CT_PROTO_TCP, l4);
  g_byte_array_unref(l4);
}

/* --- SCTP --- */

static guint32 any_tag(verify_talk *t, guint dir)
{
  if (chance(t, t->polite))
    return t->tag[dir];
  return chance(t, 40) ? t->tag[!dir] : chance(t, 60) ? 0 : (guint32)verify_random_next(&t->random);
}

/* tag: the one that INIT and INIT_ACK announce. */
static void chunk_put(verify_talk *t, guint8 type, guint32 tag, GByteArray *out)
{
  guint begin = out->len;
  const guint8 head[] = { type, (guint8)chance(t, 20), 0, 0 };

  g_byte_array_append(out, head, sizeof(head));
  if (type == 1 || type == 2) {
    const guint8 body[] = { (guint8)(tag >> 24), (guint8)(tag >> 16), (guint8)(tag >> 8), (guint8)tag };

    g_byte_array_append(out, body, sizeof(body));
    verify_talk_bytes(t, out, 12);
  } else if (type != 11 && type != 8 && type != 14) {
    verify_talk_bytes(t, out, type == 0 ? 12 + below(t, 8) : below(t, 12));
  }

  guint length = chance(t, 97) ? out->len - begin : below(t, 40);

  out->data[begin + 2] = (guint8)(length >> 8);
  out->data[begin + 3] = (guint8)length;
  while (out->len % 4)
    g_byte_array_append(out, (const guint8[]){ 0 }, 1);
}

static void talk_sctp(verify_talk *t)
{
  static const struct {
    guint8 dir, type;
  } book[] = { { 0, 1 }, { 1, 2 }, { 0, 10 }, { 1, 11 }, { 0, 0 }, { 1, 3 },
               { 0, 4 }, { 1, 5 }, { 0, 7 },  { 1, 8 },  { 0, 14 } };
  static const guint8 types[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 64, 130, 192 };
  GByteArray *l4 = g_byte_array_new();
  gboolean polite = chance(t, t->polite);
  guint dir = chance(t, 50), type = types[below(t, G_N_ELEMENTS(types))];

  if (polite) {
    dir = book[t->step % G_N_ELEMENTS(book)].dir;
    type = book[t->step % G_N_ELEMENTS(book)].type;
    t->step = chance(t, 85) ? t->step + 1 : below(t, 11);
  }
  if (chance(t, 5))
    type = 1;

  guint32 own = chance(t, 90) ? t->tag[!dir] : (guint32)verify_random_next(&t->random);
  guint32 tag = type == 1 && chance(t, 92) ? 0 : any_tag(t, dir);
  const guint8 head[] = { (guint8)(t->port[dir] >> 8),
                          (guint8)t->port[dir],
                          (guint8)(t->port[!dir] >> 8),
                          (guint8)t->port[!dir],
                          (guint8)(tag >> 24),
                          (guint8)(tag >> 16),
                          (guint8)(tag >> 8),
                          (guint8)tag,
                          0,
                          0,
                          0,
                          0 };

  g_byte_array_append(l4, head, sizeof(head));
  if (chance(t, 98))
    chunk_put(t, (guint8)type, own, l4);
  for (guint n = chance(t, 15) ? below(t, 4) : 0; n > 0; n--)
    chunk_put(t, types[below(t, G_N_ELEMENTS(types))], own, l4);
  if (chance(t, 2))
    g_byte_array_set_size(l4, below(t, l4->len));
  verify_talk_sctp_sum(l4, chance(t, 97) ? VERIFY_SUM_RIGHT : VERIFY_SUM_WRONG);
  if (type == 1 || type == 2)
    t->tag[!dir] = own;
  say(t, dir, CT_PROTO_SCTP, l4);
  g_byte_array_unref(l4);
}

/* --- the others --- */

static void talk_icmp(verify_talk *t)
{
  static const guint8 types4[] = { 8, 0, 8, 0, 8, 0, 13, 14, 15, 16, 17, 18, 9, 10, 6, 19, 40 };
  static const guint8 types6[] = { 128, 129, 128, 129, 128, 129, 139, 140, 130, 131,
                                   132, 133, 134, 135, 136, 143, 151, 152, 160, 200 };
  GByteArray *l4 = g_byte_array_new();
  guint dir = chance(t, 50);
  gboolean four = t->family == CT_IPV4, polite = chance(t, t->polite);
  guint8 type = four ? types4[below(t, G_N_ELEMENTS(types4))] : types6[below(t, G_N_ELEMENTS(types6))];

  if (polite)
    type = four ? (dir ? 0 : 8) : (dir ? 129 : 128);
  verify_talk_echo(t, type, chance(t, 95) ? 0 : (guint8)below(t, 4), l4);
  verify_talk_icmp_sum(t, &t->addr[dir], &t->addr[!dir], l4, chance(t, 97) ? VERIFY_SUM_RIGHT : VERIFY_SUM_WRONG);
  say(t, dir, four ? CT_PROTO_ICMP : CT_PROTO_ICMPV6, l4);
  g_byte_array_unref(l4);
}

/* An error about something this conversation said, from one of its hosts or a router between them. */
static void talk_error(verify_talk *t)
{
  static const guint8 types4[] = { 3, 3, 3, 11, 12, 4, 5 }, types6[] = { 1, 1, 2, 3, 4, 100, 127, 137, 137 };
  GByteArray *l4 = g_byte_array_new();
  gboolean four = t->family == CT_IPV4;
  guint about = chance(t, 50);
  guint type = four ? types4[below(t, G_N_ELEMENTS(types4))] : types6[below(t, G_N_ELEMENTS(types6))];
  guint n = t->sent_bytes[about];

  if (n == 0)
    n = t->sent_bytes[!about];
  guint8 inner[sizeof(t->sent[0])];
  memcpy(inner, t->sent[t->sent_bytes[about] ? about : !about], n);
  if (chance(t, 20))
    n = MIN(n, (four ? 20u : 40u) + below(t, 12));
  if (n > 0 && chance(t, 5))
    inner[below(t, n)] ^= (guint8)(1 + below(t, 255));

  ct_addr src = t->addr[!about];

  if (chance(t, 60))
    src.bytes[four ? 1 : 2] ^= 0x40; /* a router */
  if (!four && type == 137 && chance(t, 85)) {
    verify_talk_redirect(t, inner, n, l4);
    src.bytes[0] = 0xfe; /* a neighbour */
    src.bytes[1] = 0x80;
  } else {
    verify_talk_icmp_error(t, (guint8)type, (guint8)below(t, 5), inner, n, l4);
  }

  const ct_addr *dst = &t->addr[chance(t, 92) ? about : !about];

  verify_talk_icmp_sum(t, &src, dst, l4, chance(t, 97) ? VERIFY_SUM_RIGHT : VERIFY_SUM_WRONG);
  verify_talk_send(t, &src, dst, four ? CT_PROTO_ICMP : CT_PROTO_ICMPV6, l4);
  g_byte_array_unref(l4);
}

static void talk_datagram(verify_talk *t)
{
  GByteArray *l4 = g_byte_array_new();
  guint dir = chance(t, 50);

  switch (t->proto) {
  case CT_PROTO_UDP: verify_talk_udp(t, dir, l4); break;
  case CT_PROTO_UDPLITE: verify_talk_udplite(t, dir, l4); break;
  case CT_PROTO_GRE: verify_talk_gre(t, dir, l4); break;
  default: verify_talk_bytes(t, l4, below(t, 40));
  }
  say(t, dir, t->proto, l4);
  g_byte_array_unref(l4);
}

/* X(protocol, of a hundred conversations so many) */
static guint8 proto_choose(verify_talk *t)
{
  static const struct {
    guint8 proto, percent;
  } mix[] = { { CT_PROTO_TCP, 58 }, { CT_PROTO_SCTP, 16 }, { CT_PROTO_UDP, 9 },
              { CT_PROTO_ICMP, 8 }, { CT_PROTO_GRE, 3 },   { CT_PROTO_UDPLITE, 3 } };
  static const guint8 others[] = { 2, 4, 33, 50, 88, 89, 103, 112, 253 };
  guint roll = below(t, 100);

  for (guint i = 0; i < G_N_ELEMENTS(mix); i++) {
    if (roll < mix[i].percent)
      return mix[i].proto;
    roll -= mix[i].percent;
  }
  return others[below(t, G_N_ELEMENTS(others))];
}

static void talk_begin(verify_talk *t)
{
  t->family = chance(t, 60) ? CT_IPV4 : CT_IPV6;
  t->proto = proto_choose(t);
  t->polite = 40 + below(t, 60);
  for (guint dir = 0; dir < 2; dir++) {
    guint32 host = t->number * 2 + dir;
    const guint8 low[] = { (guint8)(host >> 16 & 0x3f), (guint8)(host >> 8), (guint8)host };

    if (t->family == CT_IPV6) {
      t->addr[dir].bytes[0] = 0xfd;
      memcpy(t->addr[dir].bytes + 12, low, 3);
      t->addr[dir].bytes[15] = 1;
    } else {
      t->addr[dir].bytes[0] = host >> 22 & 1 ? 11 : 10;
      memcpy(t->addr[dir].bytes + 1, low, 3);
    }
    t->port[dir] = (guint16)(1024 + below(t, 60000));
    t->next[dir] = (guint32)verify_random_next(&t->random);
    t->tag[dir] = (guint32)verify_random_next(&t->random);
    t->scale[dir] = (guint8)below(t, 16);
  }
  t->ip_id = 1;
}

void verify_hostile_add(verify_hostile *h, guint64 seed, guint32 number)
{
  verify_talk talk = { .random = { seed ^ number * G_GUINT64_CONSTANT(0xd1342543de82ef95) },
                       .out = h,
                       .number = number },
              *t = &talk;

  talk_begin(t);
  for (guint n = 4 + below(t, 44); n > 0; n--) {
    if (t->phase + 1 < VERIFY_HOSTILE_PHASES && chance(t, 5))
      t->phase++;
    if (chance(t, 8))
      talk_error(t);
    else if (t->proto == CT_PROTO_TCP)
      talk_tcp(t);
    else if (t->proto == CT_PROTO_SCTP)
      talk_sctp(t);
    else if (t->proto == CT_PROTO_ICMP)
      talk_icmp(t);
    else
      talk_datagram(t);
  }
}
