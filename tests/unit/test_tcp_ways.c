/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The short ways of TCP's tracker (tcp.c: go_on, begin_with_syn) held to the long one, which an engine takes that is
 * traced. Two engines get the same random segments, at the bounds of the windows more often than not; after each one
 * their results, events and entries are the same, byte by byte.
 */
#include <glib.h>
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/nat/nat.h"
#include "conntrack/proto/tables.h"
#include "conntrack/trace.h"
#include "unit.h"

#define S INT64_C(1000000000)

enum { ROUNDS = 240, PACKETS = 700, CONNECTIONS = 8, BYTES_MOST = 40 + 20 + 40, LEAST_ACK_WINDOW = 66000 };

typedef struct segment {
  ct_dir dir;
  uint32_t seq, ack, payload_bytes;
  uint16_t window;
  uint8_t flags, n_options;
  uint8_t options[40];
} segment;

/* One engine and what it has told since the last packet. */
typedef struct side {
  ct_engine *engine;
  GByteArray *told;
  ct_result result;
} side;

typedef struct play {
  GRand *rand;
  ct_params params;
  side usual, traced;
  ct_trace trace;
  bool ruled, translated;
  int64_t now_ns, policy_ns[CT_TIMEOUT_COUNT];
  uint64_t number;
  segment last[CONNECTIONS]; /* to be sent once more */
} play;

/* What came about in all rounds: a test of what never happens proves nothing. */
static struct {
  uint64_t packets, usual, first, reasons[CT_REASON_COUNT];
} seen;

static uint32_t below(play *p, uint32_t n) { return (uint32_t)g_rand_int_range(p->rand, 0, (gint32)n); }
static bool one_in(play *p, uint32_t n) { return below(p, n) == 0; }

#define PICK(p, array) ((array)[below(p, G_N_ELEMENTS(array))])

/* --- segments --- */

/* One more or less than what a bound allows, or just that. */
static uint32_t about(play *p, uint32_t bound) { return bound + below(p, 4) - 2; }

static uint32_t some_seq(play *p, const ct_tcp_side_view *s, const ct_tcp_side_view *r, uint32_t payload_bytes)
{
  switch (below(p, 20)) {
  case 0: return about(p, s->max_end);
  case 1: return about(p, s->max_end + r->max_window);
  case 2: return about(p, s->end - r->max_window) - payload_bytes;
  case 3: return about(p, s->end);
  case 4:
  case 5: return s->end - below(p, 3000);
  case 6: return one_in(p, 4) ? g_rand_int(p->rand) : s->end + below(p, 70000);
  default: return s->end;
  }
}

static uint32_t some_ack(play *p, const ct_tcp_side_view *s, const ct_tcp_side_view *r)
{
  switch (below(p, 20)) {
  case 0: return about(p, r->end);
  case 1: return about(p, r->end - MAX(s->max_window, (uint32_t)LEAST_ACK_WINDOW));
  case 2: return r->end - below(p, 3000);
  case 3: return one_in(p, 4) ? g_rand_int(p->rand) : 0;
  default: return r->end;
  }
}

static uint8_t first_flags(play *p)
{
  static const uint8_t flags[] = { CT_TCP_SYN,
                                   CT_TCP_SYN,
                                   CT_TCP_SYN,
                                   CT_TCP_SYN,
                                   CT_TCP_SYN | CT_TCP_PSH,
                                   CT_TCP_ACK,
                                   CT_TCP_ACK,
                                   CT_TCP_FIN | CT_TCP_ACK,
                                   CT_TCP_RST,
                                   CT_TCP_SYN | CT_TCP_ACK,
                                   CT_TCP_SYN | CT_TCP_URG,
                                   0 };

  return PICK(p, flags);
}

static uint8_t any_flags(play *p)
{
  static const uint8_t flags[] = { CT_TCP_SYN,
                                   CT_TCP_SYN,
                                   CT_TCP_SYN | CT_TCP_ACK,
                                   CT_TCP_ACK,
                                   CT_TCP_ACK,
                                   CT_TCP_ACK | CT_TCP_PSH,
                                   CT_TCP_ACK | CT_TCP_URG,
                                   CT_TCP_FIN | CT_TCP_ACK,
                                   CT_TCP_RST,
                                   CT_TCP_RST | CT_TCP_ACK,
                                   0,
                                   CT_TCP_FIN };

  return PICK(p, flags);
}

static uint8_t some_flags(play *p, uint8_t state, ct_dir dir)
{
  static const uint8_t going_on[] = { CT_TCP_ACK, CT_TCP_ACK, CT_TCP_ACK | CT_TCP_PSH, CT_TCP_ACK | CT_TCP_URG };

  switch (state) {
  case CT_TCP_SYN_SENT: return one_in(p, 3) ? any_flags(p) : dir == CT_REPLY ? CT_TCP_SYN | CT_TCP_ACK : CT_TCP_SYN;
  case CT_TCP_SYN_RECV: return one_in(p, 4) ? any_flags(p) : CT_TCP_ACK;
  case CT_TCP_ESTABLISHED: return one_in(p, 40) ? any_flags(p) : PICK(p, going_on);
  default: return any_flags(p);
  }
}

static void put_option(segment *seg, uint8_t kind, uint8_t bytes)
{
  seg->options[seg->n_options] = kind;
  seg->options[seg->n_options + 1] = bytes;
  seg->n_options = (uint8_t)(seg->n_options + bytes);
}

static void put32(uint8_t *at, uint32_t value)
{
  const uint32_t big = GUINT32_TO_BE(value);

  memcpy(at, &big, sizeof(big));
}

static void put16(uint8_t *at, uint32_t value)
{
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static void some_options(play *p, segment *seg)
{
  enum { END = 0, NOP = 1, SCALE = 3, SACK_PERMITTED = 4, SACK = 5, TIMESTAMP = 8 };
  bool syn = seg->flags & CT_TCP_SYN;

  seg->n_options = 0;
  memset(seg->options, NOP, sizeof(seg->options));
  if (one_in(p, 2)) { /* as every stack has it */
    seg->n_options = 2;
    put_option(seg, TIMESTAMP, 10);
  }
  if (syn ? !one_in(p, 3) : one_in(p, 30)) {
    seg->options[seg->n_options + 2] = (uint8_t)below(p, 17);
    put_option(seg, SCALE, 3);
  }
  if (syn ? !one_in(p, 3) : one_in(p, 30))
    put_option(seg, SACK_PERMITTED, 2);
  if (one_in(p, syn ? 30 : 8)) {
    put32(&seg->options[seg->n_options + 2], seg->ack + below(p, 2000));
    put32(&seg->options[seg->n_options + 6], seg->ack + below(p, 9000));
    put_option(seg, SACK, one_in(p, 10) ? 9 : 10);
  }
  seg->n_options = (uint8_t)((seg->n_options + 3) / 4 * 4);
  if (seg->n_options != 0 && one_in(p, 50))
    seg->options[below(p, seg->n_options)] = END;
}

/* As it might follow what there is. view: of the connection's entry, NULL where there is none. */
static segment some_segment(play *p, const ct_view *view)
{
  static const uint16_t windows[] = { 0, 1, 100, 1000, 8192, 65535 };
  static const uint16_t payloads[] = { 0, 0, 0, 1, 100, 1460, 9000 };
  static const uint32_t starts[] = { 0, 1000, 0x7ffffff0, 0xfffffff0 };
  segment seg = { .dir = below(p, 2), .window = PICK(p, windows), .payload_bytes = PICK(p, payloads) };

  if (view == NULL) {
    seg.dir = one_in(p, 8);
    seg.flags = first_flags(p);
    seg.seq = one_in(p, 2) ? g_rand_int(p->rand) : PICK(p, starts);
    seg.ack = one_in(p, 2) ? g_rand_int(p->rand) : 0;
    if (seg.flags & CT_TCP_SYN && !one_in(p, 4))
      seg.payload_bytes = 0;
  } else {
    const ct_tcp_side_view *s = &view->tcp.side[seg.dir], *r = &view->tcp.side[!seg.dir];

    seg.flags = some_flags(p, view->state, seg.dir);
    seg.payload_bytes = seg.flags & CT_TCP_SYN && !one_in(p, 8) ? 0 : seg.payload_bytes;
    seg.seq = some_seq(p, s, r, seg.payload_bytes);
    seg.ack = some_ack(p, s, r);
    if (seg.flags == CT_TCP_SYN && !one_in(p, 4))
      seg.seq = s->end - 1; /* the same SYN again */
  }
  some_options(p, &seg);
  return seg;
}

/* --- packets --- */

static void put_addresses(uint8_t *ip, bool six, uint32_t n, bool back, uint32_t length)
{
  uint8_t *src = ip + (six ? 8 : 12), *dst = src + (six ? 16 : 4), *client = back ? dst : src;
  uint8_t *server = back ? src : dst;

  ip[0] = six ? 0x60 : 0x45;
  put16(ip + (six ? 4 : 2), six ? length - 40 : length);
  ip[six ? 6 : 9] = CT_PROTO_TCP;
  client[0] = server[0] = 10;
  client[six ? 15 : 3] = (uint8_t)(1 + n % 3);
  server[six ? 15 : 3] = 99;
}

/* Connection n: of IPv6 where it is odd, and one to a port that has a helper. The payload is not captured. */
static ct_packet packet_of(play *p, uint8_t *bytes, uint32_t n, const segment *seg)
{
  const bool six = n % 2 != 0, back = seg->dir == CT_REPLY;
  const uint32_t ip_bytes = six ? 40 : 20, headers = ip_bytes + 20 + seg->n_options;
  const uint32_t client = 40000 + n, server = n == 2 ? 21 : 80;
  uint8_t *tcp = bytes + ip_bytes;
  ct_packet packet = { .time_ns = p->now_ns, .number = ++p->number, .data = bytes };

  memset(bytes, 0, BYTES_MOST);
  packet.length = headers + seg->payload_bytes;
  packet.captured = one_in(p, 40) ? ip_bytes + 20 + below(p, seg->n_options + 1) : headers;
  put_addresses(bytes, six, n, back, packet.length);
  put16(tcp, back ? server : client);
  put16(tcp + 2, back ? client : server);
  put32(tcp + 4, seg->seq);
  put32(tcp + 8, seg->ack);
  tcp[12] = (uint8_t)((20 + seg->n_options) / 4 << 4);
  tcp[13] = seg->flags;
  put16(tcp + 14, seg->window);
  memcpy(tcp + 20, seg->options, seg->n_options);
  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &p->params);
  return packet;
}

static int64_t some_time(play *p)
{
  switch (below(p, 60)) {
  case 0: return below(p, 700) * S;
  case 1: return one_in(p, 10) ? below(p, 500000) * S : below(p, 40) * S;
  case 2: return -S;
  case 3: return 0;
  default: return below(p, 200) * (S / 1000);
  }
}

/* --- two engines --- */

static void on_event(const ct_event *event, void *user)
{
  side *s = user;
  const uint64_t facts[] = {
    event->type,   (uint64_t)event->time_ns, event->packet,        event->sequence, event->bits, event->reason,
    event->masked, event->view != NULL,      event->expect != NULL
  };

  g_byte_array_append(s->told, (const guint8 *)facts, sizeof(facts));
  if (event->view != NULL)
    g_byte_array_append(s->told, (const guint8 *)event->view, sizeof(*event->view));
}

static void side_start(side *s, const play *p, uint32_t watched)
{
  *s = (side){ .engine = ct_engine_new(&p->params), .told = g_byte_array_new() };
  if (watched != 0)
    ct_engine_watch(s->engine, watched, on_event, s);
}

static void side_end(side *s)
{
  ct_engine_free(s->engine);
  g_byte_array_unref(s->told);
}

/* What a firewall does with the packet; the same for both engines. */
typedef struct deal {
  bool has_template, prefetched, marks, moves;
  ct_template template;
  ct_nat_range range;
  ct_fate fate;
} deal;

static deal some_deal(play *p)
{
  deal d = {
    .prefetched = one_in(p, 4), .marks = one_in(p, 30), .moves = one_in(p, 100), .has_template = one_in(p, 4)
  };

  d.template.timeout_ns = one_in(p, 2) ? p->policy_ns : NULL;
  d.template.event_mask = one_in(p, 3) ? (uint16_t)(1u << below(p, 16)) : 0;
  d.range.flags = one_in(p, 3) ? CT_NAT_ADDRESSES | CT_NAT_IDS : CT_NAT_ADDRESSES;
  d.range.min.v4 = d.range.max.v4 = GUINT32_TO_BE(0xcb007101 + below(p, 2));
  d.range.min_id = 5000;
  d.range.max_id = 5003;
  d.fate = one_in(p, 60) ? CT_FATE_RESET : one_in(p, 60) ? CT_FATE_DROP : CT_FATE_ACCEPT;
  return d;
}

/* As a helper does that has written a longer address into what its connection carries. */
static void move_numbers(ct_engine *engine, ct_entry *entry)
{
  const ct_tcp_side *from = &entry->l4.tcp.side[CT_ORIGINAL];

  ct_ext_need(engine, entry)->seqadj[CT_ORIGINAL] = (ct_seqadj){ .position = from->end - 10, .after = 3 };
  entry->status |= CT_STATUS_SEQ_ADJUST;
}

static void side_take(side *s, const play *p, const ct_packet *packet, const deal *d)
{
  ct_passage passage;

  g_byte_array_set_size(s->told, 0);
  if (d->prefetched)
    ct_engine_prefetch(s->engine, packet, 1);
  if (!p->ruled) {
    ct_engine_packet(s->engine, packet, &s->result);
    return;
  }
  ct_engine_arrive(s->engine, packet, d->has_template ? &d->template : NULL, &passage);
  if (d->marks)
    ct_passage_set_mark(s->engine, &passage, packet->hash & 3);
  if (d->moves && passage.entry != NULL && passage.entry->proto == CT_PROTO_TCP)
    move_numbers(s->engine, passage.entry);
  if (p->translated && passage.entry != NULL && packet->tuple.family == CT_IPV4 &&
      !ct_passage_nat_is_done(&passage, CT_NAT_SRC))
    ct_passage_nat(s->engine, &passage, CT_NAT_SRC, &d->range);
  ct_engine_conclude(s->engine, &passage, d->fate);
  s->result = passage.result;
}

static bool same_results(const ct_result *a, const ct_result *b)
{
  return a->cls == b->cls && a->dir == b->dir && a->verdict == b->verdict && a->old_state == b->old_state &&
         a->new_state == b->new_state && a->reason == b->reason && a->events == b->events && a->changes == b->changes &&
         a->conn == b->conn && a->bound.value == b->bound.value && a->bound.limit == b->bound.limit &&
         a->bound.over == b->bound.over && (a->entry == NULL) == (b->entry == NULL);
}

/* Entries have no padding: where their bytes are the same, every field is. */
static bool same_entries(const play *p)
{
  const ct_entry *a = p->usual.result.entry, *b = p->traced.result.entry;
  ct_view views[2];

  if (a == NULL)
    return true;
  ct_entry_view(p->usual.engine, a, &views[0]);
  ct_entry_view(p->traced.engine, b, &views[1]);
  return memcmp(a, b, sizeof(*a)) == 0 && memcmp(&views[0], &views[1], sizeof(views[0])) == 0;
}

static void compare(const play *p, const char *profile)
{
  const ct_result *a = &p->usual.result, *b = &p->traced.result;
  const GByteArray *told = p->usual.told, *told_traced = p->traced.told;

  if (!same_results(a, b))
    ck_abort_msg("%s, packet %" G_GUINT64_FORMAT ": reason %s, not %s; state %u, not %u; changes %x, not %x", profile,
                 p->number, ct_reason_word((ct_reason)a->reason), ct_reason_word((ct_reason)b->reason), a->new_state,
                 b->new_state, a->changes, b->changes);
  if (!same_entries(p))
    ck_abort_msg("%s, packet %" G_GUINT64_FORMAT " (%s): the entries differ", profile, p->number,
                 ct_reason_word((ct_reason)a->reason));
  if (told->len != told_traced->len || (told->len != 0 && memcmp(told->data, told_traced->data, told->len) != 0))
    ck_abort_msg("%s, packet %" G_GUINT64_FORMAT ": the events differ", profile, p->number);
}

/* All that is left, with what has been counted. */
static void compare_whole(const play *p)
{
  const ct_engine *a = p->usual.engine, *b = p->traced.engine;

  ck_assert_uint_eq(a->table.top, b->table.top);
  ck_assert_mem_eq(a->table.slab + 1, b->table.slab + 1, (a->table.top - 1) * sizeof(ct_entry));
  ck_assert_mem_eq(&a->stats, &b->stats, sizeof(a->stats));
  ck_assert_uint_eq(a->count, b->count);
  ck_assert_uint_eq(a->last_id, b->last_id);
}

/* Those that the short ways are there for, told by what the long one has noted. */
static void count(const play *p)
{
  const ct_trace_cell *cell = &p->trace.cells[0];
  const ct_result *result = &p->traced.result;

  seen.packets++;
  seen.reasons[result->reason]++;
  seen.first += p->trace.n_cells == 1 && cell->old == CT_TCP_NONE && cell->row == CT_TCP_INDEX_SYN;
  seen.usual += p->trace.n_cells == 1 && cell->old == CT_TCP_ESTABLISHED && cell->row == CT_TCP_INDEX_ACK &&
                result->entry != NULL && result->changes & CT_CHANGE_REFRESHED &&
                result->entry->status & CT_STATUS_ASSURED;
}

/* --- rounds --- */

static void some_params(play *p, const ct_profile *profile)
{
  static const uint32_t timeouts_s[] = { 0, 1, 2, 100, 299, 300, 301, 432000 };
  uint32_t i;

  ct_params_init(&p->params, profile);
  p->params.tcp_loose = !one_in(p, 5);
  p->params.tcp_be_liberal = one_in(p, 4);
  p->params.tcp_ignore_invalid_rst = one_in(p, 4);
  p->params.tcp_max_retrans = below(p, 4);
  p->params.acct = one_in(p, 2);
  p->params.timestamp = one_in(p, 2);
  p->params.events = below(p, 3);
  p->params.gc = one_in(p, 4) ? CT_GC_KERNEL : CT_GC_EXACT;
  p->params.hz = one_in(p, 3) ? 250 : 0;
  p->params.max = one_in(p, 5) ? 3 : 100;
  p->params.buckets = 64;
  p->params.helpers_by_port = one_in(p, 2);
  p->params.hash_seed = g_rand_int(p->rand);
  for (i = CT_TIMEOUT_TCP_NONE; i <= CT_TIMEOUT_TCP_UNACK; i++)
    if (one_in(p, 12))
      p->params.timeout_s[i] = PICK(p, timeouts_s);
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    p->policy_ns[i] = PICK(p, timeouts_s) * S;
}

static void play_packet(play *p, const char *profile)
{
  const uint32_t n = below(p, CONNECTIONS);
  uint8_t bytes[BYTES_MOST];
  const segment any = { .dir = CT_ORIGINAL };
  ct_packet packet = packet_of(p, bytes, n, &any);
  ct_view view;
  ct_dir dir;
  deal d;

  p->number--;
  p->now_ns += some_time(p);
  if (p->number == 0 || !one_in(p, 8)) {
    const bool found = ct_engine_lookup(p->usual.engine, &packet.tuple, &view, &dir);

    p->last[n] = some_segment(p, found ? &view : NULL);
    if (found && dir == CT_REPLY) /* it was the server that came first */
      p->last[n].dir = !p->last[n].dir;
  }
  packet = packet_of(p, bytes, n, &p->last[n]);
  d = some_deal(p);
  side_take(&p->usual, p, &packet, &d);
  side_take(&p->traced, p, &packet, &d);
  compare(p, profile);
  count(p);
}

static void play_round(uint32_t round)
{
  static const char *const profiles[] = { "linux-6.18", "linux-6.18", "linux-6.1",  "linux-5.15",
                                          "linux-4.19", "rhel-7",     "linux-3.10", "linux-6.18" };
  const char *profile = profiles[round % G_N_ELEMENTS(profiles)];
  play p = { .rand = g_rand_new_with_seed(round), .now_ns = 1700000000 * S };
  uint32_t i, watched;

  some_params(&p, ct_profile_find(profile));
  p.ruled = one_in(&p, 2);
  p.translated = p.ruled && one_in(&p, 2);
  watched = one_in(&p, 4) ? 0 : one_in(&p, 4) ? 1 << CT_EVENT_DESTROY : G_MAXUINT32;
  side_start(&p.usual, &p, watched);
  side_start(&p.traced, &p, watched);
  ct_engine_trace(p.traced.engine, &p.trace);
  if (p.translated) {
    ct_engine_nat(p.usual.engine, CT_IPV4);
    ct_engine_nat(p.traced.engine, CT_IPV4);
  }
  for (i = 0; i < PACKETS; i++)
    play_packet(&p, profile);
  compare_whole(&p);
  ct_engine_advance(p.usual.engine, p.now_ns + 600000 * S);
  ct_engine_advance(p.traced.engine, p.now_ns + 600000 * S);
  compare_whole(&p);
  side_end(&p.usual);
  side_end(&p.traced);
  g_rand_free(p.rand);
}

START_TEST(short_and_long)
{
  static const ct_reason reasons[] = {
    CT_REASON_TCP_SEQ_OVER, CT_REASON_TCP_ACK_OVER,     CT_REASON_TCP_SEQ_UNDER,      CT_REASON_TCP_ACK_UNDER,
    CT_REASON_TCP_SEQ_LOW,  CT_REASON_TCP_ACK_LOW,      CT_REASON_TCP_OVERSHOOT,      CT_REASON_TCP_LIBERAL,
    CT_REASON_TCP_PICKUP,   CT_REASON_TCP_SIMULTANEOUS, CT_REASON_TCP_SYN_RETRANSMIT, CT_REASON_TCP_RETRANS,
    CT_REASON_TCP_UNACKED,  CT_REASON_TCP_ZERO_WINDOW,  CT_REASON_TCP_RST_UNREPLIED,  CT_REASON_TCP_REOPEN,
    CT_REASON_TCP_RST_SEQ,  CT_REASON_TABLE_FULL
  };
  uint32_t i;

  for (i = 0; i < ROUNDS; i++)
    play_round(i);
  ck_assert_uint_gt(seen.usual, seen.packets / 8);
  ck_assert_uint_gt(seen.first, seen.packets / 32);
  for (i = 0; i < G_N_ELEMENTS(reasons); i++)
    ck_assert_msg(seen.reasons[reasons[i]] != 0, "nothing was %s", ct_reason_word(reasons[i]));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("tcp_ways");
  TCase *tcase = tcase_create("short and long");

  tcase_add_test(tcase, short_and_long);
  tcase_set_timeout(tcase, 120);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
