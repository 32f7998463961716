/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the parts of a state that a run keeps beside its engine: what rules remember, the decoder's fragments,
 * who was dropped, who ended and was refused, and a sweep's: who may be missed, its curve. Properties: no crash; what
 * is refused has a reason; what is read is written, read and written again as the same bytes, and can be gone on with.
 */
#include <string.h>

#include "emit/asked.h"
#include "firewall/iptables.h"
#include "firewall/walk/firewall.h"
#include "engines.h"
#include "fuzz.h"
#include "journal/history.h"
#include "packet/packet.h"
#include "pressure/occupancy.h"
#include "pressure/top.h"
#include "pressure/victims.h"

static const char rules[] =
  "*filter\n:FORWARD ACCEPT [7:700]\n"
  "-A FORWARD -m limit --limit 5/min --limit-burst 20 -j SET --add-set seen src\n"
  "-A FORWARD -m set --match-set seen dst -j DROP\n"
  "-A FORWARD -m set --match-set nets src,dst -j DROP\n"
  "-A FORWARD -p tcp -m connlimit --connlimit-above 3 --connlimit-mask 32 -j DROP\n"
  "-A FORWARD -p udp -m hashlimit --hashlimit-above 5/sec --hashlimit-mode srcip --hashlimit-name h -j DROP\n"
  "-A FORWARD -m recent --update --seconds 2 --hitcount 4 --name r --mask 255.255.255.255 --rsource -j DROP\n"
  "-A FORWARD -m recent --set --name r --mask 255.255.255.255 --rsource\n"
  "-A FORWARD -m statistic --mode nth --every 7 --packet 2 -j REJECT\n"
  "-A FORWARD -m quota --quota 1000\nCOMMIT\n";
static const char sets[] = "create seen hash:ip family inet hashsize 1024 maxelem 65536 timeout 600 counters\n"
                           "create nets hash:net,port family inet hashsize 1024 maxelem 65536\n"
                           "add nets 10.9.0.0/16,tcp:80\nadd seen 10.0.0.77 timeout 5 packets 3 bytes 9\n";

enum { PARTS_MOST = 2 };

typedef struct parts {
  fw_firewall *firewall;
  ct_params params;
  ct_engine *engine;
  gint64 now_ns;
  pkt_decoder *decoder;
  pressure_top *top;
  pressure_victims *victims;
  pressure_occupancy occupancy;
  journal_history history;
  emit_asked asked;
} parts;

static void on_destroy(const ct_event *event, void *user)
{
  parts *p = user;

  pressure_victims_event(p->victims, event);
}

/* Nothing of a run is in them: they are read once. */
static const fw_ruleset *the_rules(void)
{
  static const fw_read_options legacy = { FALSE, FW_IPV4, FW_BACKEND_LEGACY };
  static fw_ruleset *ruleset;

  if (ruleset == NULL) {
    ruleset = fw_ruleset_new();
    g_assert_true(fw_rules_read(ruleset, "sets", sets, strlen(sets), &legacy, NULL) &&
                  fw_rules_read(ruleset, "rules", rules, strlen(rules), &legacy, NULL));
    fw_rules_finish(ruleset);
  }
  return ruleset;
}

/* Of those that live: what is written is read again beside the first. */
static guint n_parts;

static void parts_init(parts *p)
{
  static ct_engine *kept[PARTS_MOST];
  static fw_box_facts *facts;
  fw_firewall_options options = { .backend = FW_BACKEND_LEGACY, .no_answer_limit = TRUE };

  if (facts == NULL)
    facts = fw_box_facts_new();
  p->firewall = fw_firewall_new(the_rules(), facts, &options);
  ct_params_init(&p->params, ct_profile_get(0));
  p->params.max = 64;
  g_assert_cmpuint(n_parts, <, PARTS_MOST);
  p->engine = fuzz_engine_anew(&kept[n_parts++], &p->params);
  p->now_ns = G_GINT64_CONSTANT(1600000000000000000);
  p->decoder = pkt_decoder_new(&p->params, CT_CHECKSUMS_IGNORE);
  p->top = pressure_top_new();
  p->victims = pressure_victims_new(p->params.profile, PRESSURE_EXPIRED, 8, FALSE);
  p->occupancy = (pressure_occupancy){ .n = 0 };
  p->asked = (emit_asked){ .next = 0 };
  journal_history_begin(&p->history, p->engine);
  journal_history_try(&p->history, p->engine);
  ct_engine_watch(p->engine, 1u << CT_EVENT_DESTROY, on_destroy, p);
}

static void parts_clear(parts *p)
{
  journal_history_end(&p->history);
  fw_firewall_free(p->firewall);
  n_parts--;
  pkt_decoder_free(p->decoder);
  pressure_top_free(p->top);
  pressure_victims_free(p->victims);
}

static void keep(parts *p, resume_io *io)
{
  fw_firewall_keep(p->firewall, io);
  pkt_decoder_keep(p->decoder, io);
  pressure_top_keep(p->top, io);
  pressure_victims_keep(p->victims, io);
  pressure_occupancy_keep(&p->occupancy, io);
  journal_history_keep(&p->history, io);
  emit_asked_keep(&p->asked, io);
}

static GByteArray *write_parts(parts *p)
{
  GByteArray *bytes = g_byte_array_new();
  resume_io io = { .out = bytes };

  keep(p, &io);
  return bytes;
}

/* A first fragment, or one behind it. */
static void fragment(parts *p, guint8 id, guint offset)
{
  const guint8 bytes[44] = {
    0x45, 0, 0, 44, 0, id, offset == 0 ? 0x20 : 0, (guint8)(offset / 8), 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    4,    0, 0, 53, 0, 48
  };
  pkt_arena *arena = pkt_arena_new();
  ct_packet packet;

  pkt_decode_ip(p->decoder, p->now_ns, 1, CT_IPV4, bytes, sizeof bytes, sizeof bytes, arena, &packet);
  pkt_arena_free(arena);
}

/* A SYN, or a datagram. */
static void packet(parts *p, guint8 protocol, guint32 from, guint32 to, guint16 port)
{
  guint8 bytes[40] = { 0x45, 0, 0, sizeof bytes, 0, 1, 0, 0, 64, protocol };
  ct_packet one = {
    .time_ns = p->now_ns, .number = 1, .data = bytes, .length = sizeof bytes, .captured = sizeof bytes
  };
  fw_arrival arrival = { .packet = &one, .in = "eth0" };
  ct_result result;

  from = GUINT32_TO_BE(from);
  to = GUINT32_TO_BE(to);
  memcpy(bytes + 12, &from, sizeof from);
  memcpy(bytes + 16, &to, sizeof to);
  bytes[20] = (guint8)(port >> 8);
  bytes[21] = (guint8)port;
  bytes[23] = 80;
  bytes[25] = 20; /* a datagram's length */
  bytes[32] = 0x50;
  bytes[33] = 2;
  ct_packet_prepare(&one, CT_CHECKSUMS_IGNORE, &p->params);
  fw_firewall_packet(p->firewall, p->engine, &arrival, &result);
  journal_history_packet(&p->history, &one, &result);
  emit_asked_packet(&p->asked, p->engine, &one, &result);
  pressure_victims_packet(p->victims, &one, &result, p->now_ns, NULL, NULL);
  pressure_occupancy_note(&p->occupancy, p->now_ns, ct_engine_count(p->engine), 0, 0);
}

static void play(parts *p)
{
  for (guint i = 0; i < 6; i++) {
    const ct_addr address = { .bytes = { 10, 0, 0, (guint8)i } };

    packet(p, CT_PROTO_UDP, 0x0a000001, 0x0a00004d, 1000);
    packet(p, CT_PROTO_UDP, 0x0a000001, 0x0a0000ff, 137);
    packet(p, CT_PROTO_TCP, 0x0a090001, 0x0a000001, (guint16)(1000 + i));
    p->now_ns += (i + 1) * G_GINT64_CONSTANT(3000000000);
    fragment(p, (guint8)(i / 2), i % 2 == 0 ? 0 : 24);
    pressure_top_add(p->top, CT_IPV4, &address);
  }
}

static void check_again(const GByteArray *bytes)
{
  resume_io io = { .at = bytes->data, .end = bytes->data + bytes->len };
  GByteArray *again;
  parts p;

  parts_init(&p);
  keep(&p, &io);
  g_assert_false(io.failed);
  g_assert_true(io.at == io.end);
  again = write_parts(&p);
  g_assert_cmpuint(again->len, ==, bytes->len);
  g_byte_array_unref(again);
  parts_clear(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  resume_io io = { .at = data, .end = data + size };
  GByteArray *bytes;
  parts p;

  parts_init(&p);
  keep(&p, &io);
  g_assert_true(!io.failed || io.why != NULL);
  if (!io.failed) {
    journal_history_goes_on(&p.history, TRUE);
    bytes = write_parts(&p);
    check_again(bytes);
    g_byte_array_unref(bytes);
    play(&p);
  }
  parts_clear(&p);
  return 0;
}

void fuzz_seeds(fuzz_add_fn add)
{
  GByteArray *bytes;
  parts p;

  parts_init(&p);
  bytes = write_parts(&p);
  add(bytes->data, bytes->len);
  g_byte_array_unref(bytes);
  for (guint i = 0; i < 3; i++) {
    play(&p);
    bytes = write_parts(&p);
    add(bytes->data, bytes->len);
    g_byte_array_unref(bytes);
  }
  parts_clear(&p);
}
