/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "helper_kit.h"

#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "conntrack/read/packet.h"

typedef struct packet {
  guint8 at[70000];
  gsize n;
} packet;

static void add(packet *p, const void *bytes, gsize n)
{
  memcpy(p->at + p->n, bytes, n);
  p->n += n;
}

static void add16(packet *p, guint v)
{
  guint8 b[2] = { (guint8)(v >> 8), (guint8)v };

  add(p, b, 2);
}

static void add32(packet *p, guint32 v)
{
  add16(p, v >> 16);
  add16(p, v & 0xffff);
}

/* Address bytes of an end; its port, 0 where it has none. => 4 or 16 bytes. */
static gsize end_read(hk_end end, guint8 addr[16], guint16 *port)
{
  char copy[64];
  char *colon;

  g_strlcpy(copy, end[0] == '[' ? end + 1 : end, sizeof(copy));
  colon = strchr(copy, ']');
  if (colon != NULL) {
    *colon++ = '\0';
    *port = (guint16)(*colon == ':' ? atoi(colon + 1) : 0);
    g_assert_cmpint(inet_pton(AF_INET6, copy, addr), ==, 1);
    return 16;
  }
  colon = strchr(copy, ':');
  if (colon != NULL)
    *colon = '\0';
  *port = (guint16)(colon ? atoi(colon + 1) : 0);
  g_assert_cmpint(inet_pton(AF_INET, copy, addr), ==, 1);
  return 4;
}

static void addr_print(GString *out, const ct_tuple *t, const ct_addr *a)
{
  char text[INET6_ADDRSTRLEN];

  g_string_append(out, inet_ntop(t->family == CT_IPV4 ? AF_INET : AF_INET6, a->bytes, text, sizeof(text)));
}

static void keep(const ct_event *event, void *user)
{
  hk *k = user;
  const ct_expect_view *x = event->expect;
  const ct_tuple *t = &x->tuple;

  g_string_append(k->said, event->type == CT_EVENT_EXPECT_NEW ? "+ " : "- ");
  if (x->mask.src.v4 == 0)
    g_string_append_c(k->said, '*');
  else
    addr_print(k->said, t, &t->src);
  if (x->mask.src_id != 0)
    g_string_append_printf(k->said, ":%u", t->src_id);
  g_string_append(k->said, " > ");
  addr_print(k->said, t, &t->dst);
  g_string_append_printf(k->said, ":%u %s", t->dst_id,
                         t->proto == CT_PROTO_TCP   ? "tcp"
                         : t->proto == CT_PROTO_UDP ? "udp"
                                                    : "gre");
  if (event->type == CT_EVENT_EXPECT_NEW)
    g_string_append_printf(k->said, " %d%s%s %s\n", (int)(x->timeout_ns / 1000000000),
                           x->flags & CT_EXPECT_PERMANENT ? " permanent" : "",
                           x->flags & CT_EXPECT_INACTIVE ? " inactive" : "", x->made_by);
  else
    g_string_append_printf(k->said, " %s\n", ct_reason_word((ct_reason)event->reason));
}

void hk_start(hk *k)
{
  memset(k, 0, sizeof(*k));
  ct_params_init(&k->params, ct_profile_get(0));
  k->params.helpers_by_port = true;
  k->now_ns = G_GINT64_CONSTANT(1000000000000);
  k->said = g_string_new(NULL);
}

void hk_stop(hk *k)
{
  ct_engine_free(k->engine);
  g_string_free(k->said, TRUE);
}

ct_engine *hk_engine(hk *k)
{
  if (k->engine == NULL) {
    k->engine = ct_engine_new(&k->params);
    ct_engine_watch(k->engine, 1 << CT_EVENT_EXPECT_NEW | 1 << CT_EVENT_EXPECT_DESTROY, keep, k);
  }
  return k->engine;
}

static void feed(hk *k, hk_end from, hk_end to, guint8 proto, const packet *l4)
{
  static packet p;
  guint8 src[16], dst[16];
  guint16 port;
  gsize n = end_read(from, src, &port);
  ct_packet parsed = { 0 };
  ct_passage passage;

  end_read(to, dst, &port);
  p.n = 0;
  if (n == 4) {
    add16(&p, 0x4500);
    add16(&p, (guint)(20 + l4->n));
    add32(&p, 0);
    add16(&p, 0x4000 | proto); /* time to live, protocol */
    add16(&p, 0);
  } else {
    add32(&p, 0x60000000);
    add16(&p, (guint)l4->n);
    add16(&p, (guint)proto << 8 | 64);
  }
  add(&p, src, n);
  add(&p, dst, n);
  add(&p, l4->at, l4->n);
  parsed.time_ns = k->now_ns;
  parsed.number = ++k->number;
  parsed.data = p.at;
  parsed.length = (guint32)p.n;
  parsed.captured = (guint32)p.n - k->cut;
  ct_packet_prepare(&parsed, CT_CHECKSUMS_IGNORE, &k->params);
  ct_engine_arrive(hk_engine(k), &parsed, k->template, &passage);
  if (k->between != NULL)
    k->between(k, &passage);
  ct_engine_conclude(k->engine, &passage, k->fate);
  k->result = passage.result;
  k->now_ns += 1000000;
  k->cut = 0;
  k->template = NULL;
  k->between = NULL;
  k->fate = CT_FATE_ACCEPT;
}

static void ports_add(packet *p, hk_end from, hk_end to)
{
  guint8 addr[16];
  guint16 port;

  end_read(from, addr, &port);
  add16(p, port);
  end_read(to, addr, &port);
  add16(p, port);
}

void hk_udp(hk *k, hk_end from, hk_end to, const void *payload, gsize length)
{
  static packet p;

  p.n = 0;
  ports_add(&p, from, to);
  add16(&p, (guint)(8 + length));
  add16(&p, 0);
  add(&p, payload, length);
  feed(k, from, to, CT_PROTO_UDP, &p);
}

void hk_udp_text(hk *k, hk_end from, hk_end to, const char *payload) { hk_udp(k, from, to, payload, strlen(payload)); }

void hk_gre(hk *k, const char *from, const char *to, guint16 call_id)
{
  static packet p;

  p.n = 0;
  add32(&p, 0x3081880b);
  add16(&p, 4);
  add16(&p, call_id);
  add32(&p, 1);
  add32(&p, 0);
  feed(k, from, to, CT_PROTO_GRE, &p);
}

void hk_tcp_segment(hk_tcp *t, guint dir, guint8 flags, const void *payload, gsize length)
{
  static packet p;

  p.n = 0;
  ports_add(&p, t->end[dir], t->end[!dir]);
  add32(&p, t->seq[dir]);
  add32(&p, flags & CT_TCP_ACK ? t->seq[!dir] : 0);
  add16(&p, 0x5000u | flags);
  add16(&p, 60000);
  add32(&p, 0);
  add(&p, payload, length);
  t->seq[dir] += (guint32)length + !!(flags & (CT_TCP_SYN | CT_TCP_FIN));
  feed(t->kit, t->end[dir], t->end[!dir], CT_PROTO_TCP, &p);
}

void hk_tcp_init(hk *k, hk_tcp *t, hk_end client, hk_end server)
{
  *t = (hk_tcp){ k, { client, server }, { 1000, 50000 } };
}

void hk_tcp_open(hk *k, hk_tcp *t, hk_end client, hk_end server)
{
  hk_tcp_init(k, t, client, server);
  hk_tcp_segment(t, 0, CT_TCP_SYN, "", 0);
  hk_tcp_segment(t, 1, CT_TCP_SYN | CT_TCP_ACK, "", 0);
  hk_tcp_segment(t, 0, CT_TCP_ACK, "", 0);
}

void hk_tcp_send(hk_tcp *t, guint dir, const void *payload, gsize length)
{
  ct_result result;

  hk_tcp_segment(t, dir, CT_TCP_ACK | CT_TCP_PSH, payload, length);
  result = t->kit->result;
  if (result.verdict == CT_VERDICT_ACCEPT)
    hk_tcp_segment(t, !dir, CT_TCP_ACK, "", 0);
  t->kit->result = result;
}

void hk_tcp_text(hk_tcp *t, guint dir, const char *payload) { hk_tcp_send(t, dir, payload, strlen(payload)); }

void hk_tcp_again(hk_tcp *t, guint dir, const char *payload)
{
  t->seq[dir] -= (guint32)strlen(payload);
  hk_tcp_text(t, dir, payload);
}

void hk_tcp_finish(hk_tcp *t, guint dir) { hk_tcp_segment(t, dir, CT_TCP_FIN | CT_TCP_ACK, "", 0); }
void hk_tcp_reset(hk_tcp *t) { hk_tcp_segment(t, 0, CT_TCP_RST | CT_TCP_ACK, "", 0); }

void hk_pass(hk *k, gint64 seconds)
{
  k->now_ns += seconds * G_GINT64_CONSTANT(1000000000);
  ct_engine_advance(k->engine, k->now_ns);
}

void hk_expect_said(hk *k, const char *lines)
{
  ck_assert_str_eq(k->said->str, lines);
  g_string_truncate(k->said, 0);
}
