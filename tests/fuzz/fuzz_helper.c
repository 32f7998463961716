/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers on hostile payloads. Input: 1 byte of options, 2 bytes of choice (helper, family), then messages, each 3
 * bytes of head (direction and kind, 2 of length) and its bytes. They go through the engine, in a flow to the helper's
 * port or the one that it expected last, and the readers see each message by itself in a block of its own size.
 * Properties: no reader goes past the end (the sanitizers' part), limits hold, the table empties itself, and two
 * engines agree.
 */
#include <string.h>

#include "helper_kit.h"
#include "conntrack/engine_internal.h"
#include "conntrack/helper/h323.h"
#include "conntrack/helper/parse.h"
#include "conntrack/helper/settings.h"
#include "conntrack/helper/sip.h"
#include "conntrack/state/state.h"
#include "engine_check.h"
#include "fuzz.h"

enum { HEAD = 3, MESSAGES_MAX = 64, EXPECT_MAX = 40 };

/* ---- the readers by themselves ---- */

static void read_lines(const guint8 *p, gsize n)
{
  ct_ftp_found ftp = { 0 };
  ct_amanda_found amanda[4];
  ct_pptp_session session = { 4, 2, 100, 200, 0 };
  guint16 port;
  guint8 armed = 1;

  for (guint dir = 0; dir < 2; dir++) {
    if (ct_ftp_parse(p, n, (ct_dir)dir, CT_IPV4, false, &ftp) == CT_PARSE_FOUND)
      g_assert_nonnull(ftp.command);
    ct_ftp_parse(p, n, (ct_dir)dir, CT_IPV6, false, &ftp);
    ct_pptp_parse(&session, p, n, (ct_dir)dir);
    ct_sane_parse(p, n, (ct_dir)dir, &armed, &port);
  }
  for (guint how = 0; how < 4; how++) {
    const ct_irc_rules rules = { 0x0200010a, 0x0200020a, 4095, (how & 1) != 0, (how & 2) != 0 };
    ct_irc_found irc;

    if (ct_irc_parse(p, n, &rules, &irc))
      g_assert_nonnull(irc.command);
  }
  g_assert_cmpuint(ct_amanda_parse(p, n, true, amanda), <=, 4);
  ct_tftp_parse(p, n);
}

static void read_sip(const guint8 *p, gsize n, guint8 family)
{
  ct_sip_text t = { .text = p, .length = n, .family = family };
  ct_sip_media media[CT_SIP_MEDIA_MAX];
  ct_sip_contacts contacts = { 0 };
  ct_sip_contact contact;
  ct_sip_message message;
  guint32 expires = 0;
  gsize from = 0;
  bool bad;

  ct_sip_message_parse(&t, &message);
  g_assert_cmpuint(ct_sip_sdp_parse(&t, media, &bad), <=, CT_SIP_MEDIA_MAX);
  while (ct_sip_contact_next(&t, &contacts, &contact)) {
    g_assert_cmpuint(contact.end, <=, n);
    g_assert_cmpuint(contact.end, >, from); /* or it would never end */
    g_assert_cmpuint(contact.port, >=, 1024);
    from = contact.end;
    ct_sip_transport_fits(&t, contact.end, CT_PROTO_UDP);
    ct_sip_expires_param(&t, contact.end, &expires);
  }
  if (n > 0)
    ct_sip_message_bytes(&t);
}

static void read_h323(const guint8 *p, gsize n, guint8 family)
{
  static ct_h323_message m;
  const guint8 *data;
  guint16 pending = 10;
  gsize at = 0, last = 0, length;

  if (ct_h323_ras_parse(p, n, family, &m) && ct_h323_h245_parse(p, n, family, &m))
    g_assert_cmpuint(m.n, <=, CT_H323_FOUND_MAX);
  ct_h323_q931_parse(p, n, family, &m);
  while (ct_h323_tpkt_next(p, n, &pending, &at, &data, &length)) {
    g_assert_true(data >= p && length <= n && data + length <= p + n);
    g_assert_true(at > last);
    last = at;
  }
}

/* ---- through the engine ---- */

typedef struct side {
  hk kit;
  hk_tcp tcp;
  GString *log;
} side;

static const char *const ends[2][3] = {
  { "10.1.0.2:40000", "10.2.0.2:%u", "10.2.0.2:40001" },
  { "[fd01::2]:40000", "[fd02::2]:%u", "[fd02::2]:40001" },
};

static void side_start(side *s, guint8 options)
{
  hk_start(&s->kit);
  s->kit.params.expect_max = EXPECT_MAX;
  s->kit.params.buckets = 64; /* the collector walks them all, over and over */
  s->kit.params.gc = options & 1 ? CT_GC_KERNEL : CT_GC_EXACT;
  ct_params_local_add(&s->kit.params, "10.1.0.2/24");
}

static void side_message(side *s, const ct_helper_info *info, const char *client, const char *server, guint8 kind,
                         const guint8 *data, gsize n)
{
  if (kind & 2) /* the snap length cuts half of it */
    s->kit.cut = (guint)(n / 2);
  if (info->tcp && !(info->udp && kind & 4))
    hk_tcp_send(&s->tcp, kind & 1, data, n);
  else if (kind & 1)
    hk_udp(&s->kit, server, client, data, n);
  else
    hk_udp(&s->kit, client, server, data, n);
  if (kind & 8)
    hk_pass(&s->kit, kind >> 4);
}

static bool swallow(const void *bytes, size_t n, void *user)
{
  (void)bytes;
  *(gsize *)user += n;
  return true;
}

/* Whatever helpers remember and announce has its place in the format of states. */
static void check_written(const ct_engine *engine)
{
  ct_state_error error;
  gsize n = 0;

  if (!ct_state_write(engine, swallow, &n, &error))
    g_error("%s", error.text);
}

static void side_run(side *s, const guint8 *data, gsize size)
{
  ct_helper_info info;
  guint family = data[2] & 1, n = 0;
  char server[32];

  side_start(s, data[0]);
  if (!ct_helper_describe(data[1] % 12, &info) || info.port == 0)
    ct_helper_describe(9, &info); /* H.245 is reached through Q.931 */
  g_snprintf(server, sizeof(server), ends[family][1], info.port);
  if (info.tcp)
    hk_tcp_open(&s->kit, &s->tcp, ends[family][0], server);
  for (data += 3, size -= 3; size >= HEAD && n < MESSAGES_MAX; n++) {
    gsize length = MIN((gsize)(data[1] << 8 | data[2]), size - HEAD);

    side_message(s, &info, ends[family][0], server, data[0], data + HEAD, MIN(length, 8000));
    g_assert_cmpuint(ct_engine_stats(s->kit.engine)->expect_peak, <=, EXPECT_MAX);
    data += HEAD + length;
    size -= HEAD + length;
  }
  if (s->kit.engine != NULL) {
    check_written(s->kit.engine);
    hk_pass(&s->kit, 2 * 3600);
  }
}

static void side_end(side *s)
{
  if (s->kit.engine != NULL) {
    ct_engine_flush(s->kit.engine);
    engine_check(s->kit.engine);
    engine_check_empty(s->kit.engine);
  }
  hk_stop(&s->kit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static side a, b;
  gsize at;

  if (size < 3 + HEAD)
    return 0;
  for (at = 3; at + HEAD <= size;) {
    gsize length = MIN((gsize)(data[at + 1] << 8 | data[at + 2]), size - at - HEAD);
    guint8 *copy = g_malloc(length + 1), *own = copy + 1; /* ends where it ends */

    memcpy(own, data + at + HEAD, length);
    read_lines(own, length);
    for (guint family = 0; family < 2; family++) {
      read_sip(own, length, family ? CT_IPV6 : CT_IPV4);
      read_h323(own, length, family ? CT_IPV6 : CT_IPV4);
    }
    g_free(copy);
    at += HEAD + length;
  }
  side_run(&a, data, size);
  side_run(&b, data, size);
  g_assert_cmpstr(a.kit.said->str, ==, b.kit.said->str);
  side_end(&a);
  side_end(&b);
  return 0;
}

/* ---- where to start ---- */

typedef struct seed {
  guint8 at[4000];
  gsize n;
} seed;

static void seed_start(seed *s, guint8 helper, guint8 family)
{
  s->n = 0;
  s->at[s->n++] = 0;
  s->at[s->n++] = helper;
  s->at[s->n++] = family;
}

static void seed_message(seed *s, guint8 kind, const void *bytes, gsize n)
{
  s->at[s->n++] = kind;
  s->at[s->n++] = (guint8)(n >> 8);
  s->at[s->n++] = (guint8)n;
  memcpy(s->at + s->n, bytes, n);
  s->n += n;
}
#define SEED(s, kind, text) seed_message(s, kind, text, sizeof(text) - 1)

static void seed_pptp(seed *s, guint8 kind, guint8 type, const char *body, gsize n)
{
  guint8 m[12 + 208] = { 0, 220, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, type };

  memcpy(m + 12, body, n);
  seed_message(s, kind, m, sizeof(m));
}

void fuzz_seeds(fuzz_add_fn add)
{
  static seed s;

  seed_start(&s, 0, 0); /* ftp */
  SEED(&s, 1, "220 hello\r\n");
  SEED(&s, 0, "USER x\r\n");
  SEED(&s, 0, "PORT 10,1,0,2,10,1\r\n");
  SEED(&s, 0, "EPRT |1|10.1.0.2|2570|\r\n");
  SEED(&s, 1, "227 Entering Passive Mode (10,2,0,2,10,11)\r\n");
  SEED(&s, 1, "229 Entering (|||2600|)\r\n");
  add(s.at, s.n);
  seed_start(&s, 0, 1);
  SEED(&s, 1, "220 hello\r\n");
  SEED(&s, 1, "229 Entering (|||2600|)\r\n");
  SEED(&s, 0, "USER x\r\n");
  SEED(&s, 0, "EPRT |2|fd01::2|2610|\r\n");
  add(s.at, s.n);
  seed_start(&s, 1, 0); /* tftp */
  SEED(&s, 0, "\0\1file\0octet\0");
  SEED(&s, 0x1b, "\0\2file\0octet\0");
  add(s.at, s.n);
  seed_start(&s, 2, 0); /* irc */
  SEED(&s, 0, "PRIVMSG bob :\1DCC SEND file 167837698 3000 100\1\r\n");
  SEED(&s, 0, "PRIVMSG bob :\1DCC CHAT chat 167837698 3001\1\r\n");
  add(s.at, s.n);
  seed_start(&s, 3, 0); /* sip */
  SEED(&s, 4,
       "INVITE sip:b SIP/2.0\r\nCSeq: 1 INVITE\r\nContent-Length: 60\r\n\r\nv=0\r\nc=IN IP4 10.1.0.2\r\nm=audio 4000 "
       "RTP/AVP 0\r\nm=video 4002 RTP\r\n");
  SEED(&s, 5, "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nc=IN IP4 10.2.0.2\r\nm=audio 6000 RTP/AVP 0\r\n");
  SEED(&s, 4, "BYE sip:b SIP/2.0\r\nCSeq: 2 BYE\r\n\r\n");
  SEED(&s, 4,
       "REGISTER sip:r SIP/2.0\r\nCSeq: 3 REGISTER\r\nContact: <sip:a@10.1.0.2:5062;transport=udp>;expires=60, "
       "<sip:10.1.0.3>\r\nm: <sip:10.1.0.4>\r\nExpires: 70\r\n\r\n");
  SEED(&s, 5, "SIP/2.0 200 OK\r\nCSeq: 3 REGISTER\r\nContact: <sip:a@10.1.0.2:5062;transport=udp>;expires=60\r\n\r\n");
  add(s.at, s.n);
  s.at[2] = 1;
  add(s.at, s.n);
  seed_start(&s, 3, 1);
  SEED(&s, 0,
       "BYE sip:b SIP/2.0\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\nREGISTER sip:r SIP/2.0\r\nCSeq: 3 "
       "REGISTER\r\nContact: <sip:a@[fd01::2]:5062>\r\nExpires: 60\r\nl: 0\r\n\r\n");
  add(s.at, s.n);
  seed_start(&s, 4, 0); /* amanda */
  SEED(&s, 0, "Amanda 2.4 REQ\n");
  SEED(&s, 1, "CONNECT DATA 5000 MESG 5001 INDEX 5002 STATE 5003\nOPTIONS ;\n");
  add(s.at, s.n);
  seed_start(&s, 5, 0); /* sane */
  SEED(&s, 0, "\0\0\0\7\0\0\0\1");
  SEED(&s, 1, "\0\0\0\0\0\0\x0f\xa0");
  add(s.at, s.n);
  seed_start(&s, 6, 0); /* pptp */
  seed_pptp(&s, 0, 1, "", 0);
  seed_pptp(&s, 1, 2, "\1\0\1\0", 4);
  seed_pptp(&s, 0, 7, "\0\x64", 2);
  seed_pptp(&s, 1, 8, "\0\xc8\0\x64\1", 5);
  seed_pptp(&s, 1, 13, "\0\xc8", 2);
  seed_pptp(&s, 1, 9, "\0\xdc", 2);
  seed_pptp(&s, 0, 10, "\0\x78\0\xdc\1", 5);
  seed_pptp(&s, 1, 11, "\0\x78", 2);
  add(s.at, s.n);
  seed_start(&s, 7, 0); /* netbios-ns, snmp */
  SEED(&s, 0, "who is BOB");
  add(s.at, s.n);
  seed_start(&s, 10, 0); /* RAS: registration request and confirm, written as test_helper_h323.c does */
  SEED(&s, 0,
       "\x0e\x80\0\1\2\1\2\x80\1\0\x0a\1\0\2\6\xb8\1\0\x0a\1\0\2\6\xb7\0\x80\0\0\xb5\0\0\1\6\x60\3\x40\2\x57\3\0\0\0");
  SEED(&s, 1, "\x12\0\0\1\2\1\2\0\6\0\0\0\0\0\0\0\0");
  add(s.at, s.n);
  seed_start(&s, 9, 0); /* Q.931 with a Setup that names an H.245 address, and an H.245 channel */
  SEED(&s, 0,
       "\3\0\0\x27\x08\2\0\1\5\x7e\0\x1d\5\x20\x40\2\1\2\0\x0a\1\0\2\5\x14\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
  SEED(&s, 0, "\3\0\0\x1d\3\0\0\0\x0c\xc0\x13\x80\x12\2\x80\1\0\0\x0a\1\0\2\x13\x88\0\x0a\1\0\2\x13\x89");
  add(s.at, s.n);
}
