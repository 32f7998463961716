/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/*
 * Captures to measure with: plain pcap, Ethernet, whole frames with right checksums, 20 microseconds apart. The same
 * kind and scale give the same bytes on every machine.
 * Usage: bench_generate KIND FILE [SCALE]    (SCALE: share of the full size, default 1)
 *
 *   longflows   5 M packets of 10 k TCP connections, all open at once
 *   bulk        1 M packets of 2 k TCP connections: segments of 1460 bytes, and an ACK for every two of them
 *   manyflows   5 M packets of about 1.2 M TCP connections, 500 k of them mid-exchange at any moment
 *   masquerade  manyflows as it comes to a router with the address 203.0.113.1: answers go to that, each to a port of
 *               its own
 *   synflood    3 M SYNs from random sources
 *   dns         3 M packets: 1.5 M queries, each answered
 *   mixed       4 M packets of all these, with pings and ICMP errors, a tenth of it IPv6
 *   live4       1 M TCP connections over IPv4, opened and left: what an entry costs in memory
 *   live6       the same over IPv6
 *   livenat     live4 as it comes to that router
 *   live10m     10 M connections: a SYN for each, then the SYN/ACKs in another order
 *   live100k    100 k connections in the same way, thirty times over, with pauses in which all expire
 */
/* clang-format on */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { ETHERNET = 14, PAYLOAD_MAX = 100, BULK_PAYLOAD = 1460, FRAME_MAX = 2048, STEP_US = 20 };
enum { WAVE_STEP_US = 2 /* 20 M packets in 40 s: the first SYN has not timed out when the last answer comes */ };

/* A connection or exchange under way. */
typedef struct flow {
  uint8_t addr[2][16]; /* client, server; IPv4 in the first four bytes */
  uint16_t port[2];
  uint32_t seq[2];
  uint16_t left; /* data segments still to come */
  uint8_t stage; /* what comes next, see tcp_next */
  uint8_t v6, closes;
} flow;

enum { STAGE_NEW, STAGE_SYNACK, STAGE_ACK, STAGE_DATA, STAGE_FIN, STAGE_FINACK, STAGE_LAST, STAGE_DONE };

typedef struct generator {
  FILE *file;
  uint64_t random; /* splitmix64 */
  uint64_t time_us, step_us, packets, flows;
  int masqueraded; /* answers go to the router */
  int bulk;        /* the server sends, and the client acknowledges every second segment */
  uint8_t frame[FRAME_MAX];
  /* The datagram last sent, for ICMP errors about it. */
  flow last;
  uint8_t last_bytes[48];
  unsigned last_len;
} generator;

static uint64_t random_next(generator *g)
{
  uint64_t z = (g->random += UINT64_C(0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static uint32_t random_below(generator *g, uint32_t n) { return (uint32_t)((random_next(g) >> 32) * n >> 32); }

static void put16(uint8_t *at, uint32_t value)
{
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
  put16(at, value >> 16);
  put16(at + 2, value);
}

static uint32_t sum_add(uint32_t sum, const uint8_t *bytes, unsigned n)
{
  unsigned i;

  for (i = 0; i + 1 < n; i += 2)
    sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
  return n & 1 ? sum + ((uint32_t)bytes[n - 1] << 8) : sum;
}

static uint16_t sum_fold(uint32_t sum)
{
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static void frame_write(generator *g, unsigned length)
{
  uint32_t header[4] = { (uint32_t)(1700000000 + g->time_us / 1000000), (uint32_t)(g->time_us % 1000000), length,
                         length };

  if (fwrite(header, sizeof header, 1, g->file) != 1 || fwrite(g->frame, length, 1, g->file) != 1) {
    perror("bench_generate");
    exit(1);
  }
  g->time_us += g->step_us;
  g->packets++;
}

/*
 * Puts Ethernet and IP around l4_bytes that stand at their place already, sums them, writes the frame. from: 0 client,
 * 1 server.
 */
static void datagram_send(generator *g, const flow *f, unsigned from, uint8_t proto, unsigned l4_bytes, unsigned sum_at)
{
  uint8_t *ip = g->frame + ETHERNET, *l4 = ip + (f->v6 ? 40 : 20);
  unsigned addr_bytes = f->v6 ? 16 : 4;
  uint32_t sum = 0;
  flow arriving;

  if (g->masqueraded && from == 1) {
    arriving = *f;
    memcpy(arriving.addr[0], (const uint8_t[4]){ 203, 0, 113, 1 }, 4);
    f = &arriving;
  }
  memset(g->frame, 2, 12);
  put16(g->frame + 12, f->v6 ? 0x86dd : 0x0800);
  if (f->v6) {
    put32(ip, 0x60000000);
    put16(ip + 4, l4_bytes);
    ip[6] = proto;
    ip[7] = 63;
    memcpy(ip + 8, f->addr[from], 16);
    memcpy(ip + 24, f->addr[!from], 16);
  } else {
    put32(ip, 0x45000000 | (20 + l4_bytes));
    put32(ip + 4, (uint32_t)(g->packets << 16));
    ip[8] = 63;
    ip[9] = proto;
    put16(ip + 10, 0);
    memcpy(ip + 12, f->addr[from], 4);
    memcpy(ip + 16, f->addr[!from], 4);
    put16(ip + 10, sum_fold(sum_add(0, ip, 20)));
  }
  if (proto != IPPROTO_ICMP) {
    sum = sum_add(sum_add(0, f->addr[0], addr_bytes), f->addr[1], addr_bytes);
    sum += proto + l4_bytes;
  }
  put16(l4 + sum_at, 0);
  sum = sum_fold(sum_add(sum, l4, l4_bytes));
  put16(l4 + sum_at, sum == 0 && proto == IPPROTO_UDP ? 0xffff : sum);
  if (proto != IPPROTO_ICMP && proto != IPPROTO_ICMPV6) {
    g->last = *f;
    g->last_len = (f->v6 ? 40 : 20) + 8;
    memcpy(g->last_bytes, ip, g->last_len);
    g->last.stage = (uint8_t)from;
  }
  frame_write(g, ETHERNET + (f->v6 ? 40 : 20) + l4_bytes);
}

static uint8_t *l4_place(generator *g, const flow *f) { return g->frame + ETHERNET + (f->v6 ? 40 : 20); }

static void payload_fill(generator *g, uint8_t *at, unsigned n)
{
  uint64_t r = random_next(g);
  unsigned i;

  for (i = 0; i < n; i += 8)
    memcpy(at + i, &r, 8); /* the frame has room to spare */
}

static void tcp_send(generator *g, flow *f, unsigned from, uint8_t flags, unsigned payload)
{
  /* MSS 1460, window scale 7, SACK permitted */
  static const uint8_t syn_options[12] = { 2, 4, 5, 0xb4, 1, 3, 3, 7, 1, 1, 4, 2 };
  uint8_t *tcp = l4_place(g, f);
  unsigned header = flags & SYN ? 32 : 20;

  put16(tcp, f->port[from]);
  put16(tcp + 2, f->port[!from]);
  put32(tcp + 4, f->seq[from]);
  put32(tcp + 8, flags & ACK ? f->seq[!from] : 0);
  put16(tcp + 12, header / 4 << 12 | flags);
  put16(tcp + 14, flags & SYN ? 64240 : 502);
  put32(tcp + 16, 0);
  if (flags & SYN)
    memcpy(tcp + 20, syn_options, sizeof syn_options);
  payload_fill(g, tcp + header, payload);
  f->seq[from] += payload + ((flags & SYN) != 0) + ((flags & FIN) != 0);
  datagram_send(g, f, from, IPPROTO_TCP, header + payload, 16);
}

static void udp_send(generator *g, const flow *f, unsigned from, unsigned payload)
{
  uint8_t *udp = l4_place(g, f);

  put16(udp, f->port[from]);
  put16(udp + 2, f->port[!from]);
  put16(udp + 4, 8 + payload);
  payload_fill(g, udp + 8, payload);
  datagram_send(g, f, from, IPPROTO_UDP, 8 + payload, 6);
}

static void ping_send(generator *g, const flow *f, unsigned from)
{
  uint8_t *icmp = l4_place(g, f);

  icmp[0] = f->v6 ? (from ? 129 : 128) : (from ? 0 : 8);
  icmp[1] = 0;
  put16(icmp + 4, f->port[0]);
  put16(icmp + 6, 1);
  payload_fill(g, icmp + 8, 56);
  datagram_send(g, f, from, f->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, 64, 2);
}

/* "Time exceeded", about the datagram last sent, to its sender, from a router on the way. */
static void error_send(generator *g)
{
  flow f = g->last;
  uint8_t *icmp;

  if (g->last_len == 0)
    return;
  if (f.stage == 1) /* the server's datagram: the error goes to the server */
    memcpy(f.addr[0], f.addr[1], 16);
  memcpy(f.addr[1],
         f.v6 ? (const uint8_t[16]){ 0x20, 1, 0xd, 0xb8, [15] = 254 } : (const uint8_t[16]){ 192, 0, 2, 254 }, 16);
  icmp = l4_place(g, &f);
  memset(icmp, 0, 8);
  icmp[0] = f.v6 ? 3 : 11;
  memcpy(icmp + 8, g->last_bytes, g->last_len);
  datagram_send(g, &f, 1, f.v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, 8 + g->last_len, 2);
}

/* No two of 15 M have the same port towards the same server: each keeps its port. */
static void make_unique(flow *f, uint32_t i)
{
  f->port[0] = (uint16_t)(1024 + i % 60000);
  f->addr[1][3] = (uint8_t)(1 + i / 60000 % 254);
}

static void flow_start(generator *g, flow *f, int v6, uint16_t server_port)
{
  uint64_t r = random_next(g), r2 = random_next(g);

  memset(f, 0, sizeof *f);
  f->v6 = (uint8_t)v6;
  if (v6) {
    memcpy(f->addr[0], (const uint8_t[4]){ 0x20, 1, 0xd, 0xb8 }, 4);
    memcpy(f->addr[0] + 8, &r, 8);
    memcpy(f->addr[1], (const uint8_t[4]){ 0x20, 1, 0xd, 0xb9 }, 4);
    f->addr[1][15] = (uint8_t)(r2 & 255);
  } else {
    f->addr[0][0] = 10;
    memcpy(f->addr[0] + 1, &r, 3);
    f->addr[1][0] = 198;
    f->addr[1][1] = 51;
    f->addr[1][2] = 100;
    f->addr[1][3] = (uint8_t)(r2 & 255);
  }
  f->port[0] = (uint16_t)(1024 + (r >> 32) % 64512);
  f->port[1] = server_port;
  f->seq[0] = (uint32_t)(r2 >> 8);
  f->seq[1] = (uint32_t)(r2 >> 24);
  if (g->masqueraded)
    make_unique(f, (uint32_t)g->flows);
  g->flows++;
}

/* The next segment of a connection's life: open, data to and fro, and for some the close. */
static void tcp_next(generator *g, flow *f)
{
  unsigned from = f->left & 1;

  switch (f->stage) {
  case STAGE_NEW:
    tcp_send(g, f, 0, SYN, 0);
    f->stage = STAGE_SYNACK;
    break;
  case STAGE_SYNACK:
    tcp_send(g, f, 1, SYN | ACK, 0);
    f->stage = STAGE_ACK;
    break;
  case STAGE_ACK:
    tcp_send(g, f, 0, ACK, 0);
    f->stage = f->left ? STAGE_DATA : STAGE_DONE;
    break;
  case STAGE_DATA:
    if (g->bulk)
      tcp_send(g, f, f->left % 3 != 0, ACK, f->left % 3 != 0 ? BULK_PAYLOAD : 0);
    else
      tcp_send(g, f, from, PSH | ACK, random_below(g, PAYLOAD_MAX + 1));
    if (--f->left == 0)
      f->stage = f->closes ? STAGE_FIN : STAGE_DONE;
    break;
  case STAGE_FIN:
    tcp_send(g, f, 0, FIN | ACK, 0);
    f->stage = STAGE_FINACK;
    break;
  case STAGE_FINACK:
    tcp_send(g, f, 1, FIN | ACK, 0);
    f->stage = STAGE_LAST;
    break;
  default: tcp_send(g, f, 0, ACK, 0); f->stage = STAGE_DONE;
  }
}

static flow *flows_new(size_t n)
{
  flow *flows = calloc(n, sizeof *flows);

  if (!flows) {
    perror("bench_generate");
    exit(1);
  }
  return flows;
}

/*
 * One packet of one of n connections, drawn at random; a finished connection makes room for a new one of data_least..
 * segments.
 */
static void tcp_step(generator *g, flow *flows, uint32_t n, int v6, unsigned data_least, unsigned data_spread,
                     unsigned closing_percent)
{
  flow *f = &flows[random_below(g, n)];

  if (f->port[1] == 0 || f->stage == STAGE_DONE) {
    flow_start(g, f, v6, 443);
    f->left = (uint16_t)(data_least + random_below(g, data_spread));
    f->closes = random_below(g, 100) < closing_percent;
  }
  tcp_next(g, f);
}

/* A query, or the answer to the one that has waited longest; about n wait at a time. */
static void dns_step(generator *g, flow *flows, uint32_t n, uint64_t *asked, uint64_t *answered, int v6)
{
  uint64_t waiting = *asked - *answered;
  flow *f;

  if (waiting < n && (waiting == 0 || random_below(g, 2 * n) >= waiting)) {
    f = &flows[(*asked)++ % n];
    flow_start(g, f, v6, 53);
    udp_send(g, f, 0, 20 + random_below(g, 41));
  } else {
    udp_send(g, &flows[(*answered)++ % n], 1, 40 + random_below(g, 61));
  }
}

static void syn_step(generator *g, int v6)
{
  flow f;

  flow_start(g, &f, v6, 80);
  if (!v6)
    f.addr[0][0] = (uint8_t)(11 + random_below(g, 100));
  tcp_send(g, &f, 0, SYN, 0);
}

static void make_tcp(generator *g, uint64_t packets, uint32_t n, unsigned least, unsigned spread,
                     unsigned closing_percent)
{
  flow *flows = flows_new(n);

  while (g->packets < packets)
    tcp_step(g, flows, n, 0, least, spread, closing_percent);
  free(flows);
}

static void make_synflood(generator *g, uint64_t packets)
{
  while (g->packets < packets)
    syn_step(g, 0);
}

static void make_dns(generator *g, uint64_t packets)
{
  uint32_t n = (uint32_t)(packets / 150) + 1;
  flow *flows = flows_new(n);
  uint64_t asked = 0, answered = 0;

  while (g->packets < packets)
    dns_step(g, flows, n, &asked, &answered, 0);
  free(flows);
}

static void make_mixed(generator *g, uint64_t packets, double scale)
{
  uint32_t n_long = (uint32_t)(10000 * scale) + 1, n_many = (uint32_t)(200000 * scale) + 1, n_dns = n_long;
  flow *lasting[2] = { flows_new(n_long), flows_new(n_long) }, *many[2] = { flows_new(n_many), flows_new(n_many) };
  flow *dns[2] = { flows_new(n_dns), flows_new(n_dns) }, ping;
  uint64_t asked[2] = { 0, 0 }, answered[2] = { 0, 0 };

  while (g->packets < packets) {
    int v6 = random_below(g, 10) == 0;
    uint32_t kind = random_below(g, 100);

    if (kind < 35) {
      tcp_step(g, lasting[v6], v6 ? n_long / 9 + 1 : n_long, v6, 200, 400, 50);
    } else if (kind < 65) {
      tcp_step(g, many[v6], v6 ? n_many / 9 + 1 : n_many, v6, 1, 3, 20);
    } else if (kind < 75) {
      syn_step(g, v6);
    } else if (kind < 97) {
      dns_step(g, dns[v6], n_dns, &asked[v6], &answered[v6], v6);
    } else if (kind < 99) {
      flow_start(g, &ping, v6, 1);
      ping_send(g, &ping, 0);
      ping_send(g, &ping, 1);
    } else {
      error_send(g);
    }
  }
  free(lasting[0]);
  free(lasting[1]);
  free(many[0]);
  free(many[1]);
  free(dns[0]);
  free(dns[1]);
}

/* The i-th of many connections, the same each time it is asked for; no two alike. */
static flow flow_numbered(generator *g, uint32_t i, int v6)
{
  flow f;

  flow_start(g, &f, v6, 443);
  put32(f.addr[0] + (v6 ? 8 : 0), 0x0a000000 + i / 60000);
  f.addr[1][v6 ? 15 : 3] = 1;
  f.port[0] = (uint16_t)(1024 + i % 60000);
  f.seq[0] = i * 2654435761u;
  f.seq[1] = ~f.seq[0];
  if (g->masqueraded)
    make_unique(&f, i);
  return f;
}

/* n connections, each opened by three packets and left. */
static void make_live(generator *g, uint32_t n, int v6)
{
  uint32_t i;
  flow f;

  for (i = 0; i < n; i++) {
    f = flow_numbered(g, i, v6);
    while (f.stage != STAGE_DONE)
      tcp_next(g, &f);
  }
}

/* In each round n SYNs, then their SYN/ACKs in an order that no cache foresees. */
static void make_waves(generator *g, uint32_t n, unsigned rounds)
{
  const uint64_t stride = 7368787; /* a prime, so it visits all where n is no multiple of it */
  unsigned round;
  uint32_t i;
  flow f;

  g->step_us = WAVE_STEP_US;
  for (round = 0; round < rounds; round++, g->time_us += UINT64_C(200000000)) {
    for (i = 0; i < n; i++) {
      f = flow_numbered(g, i, 0);
      tcp_next(g, &f);
    }
    for (i = 0; i < n; i++) {
      f = flow_numbered(g, (uint32_t)(i * stride % n), 0);
      f.seq[0]++;
      f.stage = STAGE_SYNACK;
      tcp_next(g, &f);
      g->flows--; /* counted with its SYN */
    }
  }
}

static int generate(generator *g, const char *kind, double scale)
{
  uint64_t mega = (uint64_t)(1000000 * scale);

  g->masqueraded = strcmp(kind, "masquerade") == 0 || strcmp(kind, "livenat") == 0;
  g->bulk = strcmp(kind, "bulk") == 0;
  if (strcmp(kind, "longflows") == 0)
    make_tcp(g, 5 * mega, (uint32_t)(10000 * scale) + 1, 400, 400, 100);
  else if (g->bulk)
    make_tcp(g, mega, (uint32_t)(2000 * scale) + 1, 300, 300, 100);
  else if (strcmp(kind, "manyflows") == 0 || strcmp(kind, "masquerade") == 0)
    make_tcp(g, 5 * mega, (uint32_t)(500000 * scale) + 1, 1, 3, 2);
  else if (strcmp(kind, "synflood") == 0)
    make_synflood(g, 3 * mega);
  else if (strcmp(kind, "dns") == 0)
    make_dns(g, 3 * mega);
  else if (strcmp(kind, "mixed") == 0)
    make_mixed(g, 4 * mega, scale);
  else if (strcmp(kind, "live4") == 0 || strcmp(kind, "live6") == 0 || strcmp(kind, "livenat") == 0)
    make_live(g, (uint32_t)mega, kind[4] == '6');
  else if (strcmp(kind, "live100k") == 0)
    make_waves(g, (uint32_t)(mega / 10), 30);
  else if (strcmp(kind, "live10m") == 0)
    make_waves(g, (uint32_t)(10 * mega), 1);
  else
    return 0;
  return 1;
}

int main(int argc, char **argv)
{
  static generator g = { .random = 20261121, .step_us = STEP_US };
  const uint32_t header[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 262144, 1 };
  double scale = argc > 3 ? atof(argv[3]) : 1;
  int known;

  if (argc < 3 || scale <= 0 || scale > 100) {
    fputs("usage: bench_generate KIND FILE [SCALE]\n", stderr);
    return 2;
  }
  g.file = fopen(argv[2], "wb");
  if (!g.file) {
    perror(argv[2]);
    return 4;
  }
  setvbuf(g.file, NULL, _IOFBF, 1 << 20);
  if (fwrite(header, sizeof header, 1, g.file) != 1) {
    perror(argv[2]);
    return 4;
  }
  known = generate(&g, argv[1], scale);
  if (fclose(g.file) != 0) {
    perror(argv[2]);
    return 4;
  }
  if (!known) {
    fprintf(stderr, "bench_generate: no such kind: %s\n", argv[1]);
    remove(argv[2]);
    return 2;
  }
  printf("%s: %llu packets, %llu flows\n", argv[1], (unsigned long long)g.packets, (unsigned long long)g.flows);
  return 0;
}
