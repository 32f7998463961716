/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/answer.h"

#include <string.h>

#include "firewall/target/data.h"
#include "firewall/walk/ip_options.h"
#include "firewall/walk/loop.h"
#include "firewall/walk/where.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)
enum { HOP_LIMIT = 64, ICMP4_MOST = 576, BURST = 6, ROUTING_BURST = 5 };

enum { ESP = 50, AH = 51 };

static void put16(guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

static void put32(guint8 *at, guint32 value)
{
  put16(at, value >> 16);
  put16(at + 2, value & 0xffff);
}

static guint32 sum_of(guint32 sum, const guint8 *bytes, gsize n)
{
  gsize i;

  for (i = 0; i + 1 < n; i += 2)
    sum += ct_be16(bytes + i);
  if (n % 2 != 0)
    sum += (guint32)bytes[n - 1] << 8;
  return sum;
}

static guint16 folded(guint32 sum)
{
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)~sum;
}

static const ct_profile *profile_of(const fw_firewall *f) { return ct_engine_params(f->program->engine)->profile; }

static guint ip_bytes(const fw_packet *p) { return p->family == FW_IPV6 ? 40 : 20; }

static void put_ip(const fw_packet *r, guint8 *b, const fw_address *from, guint8 protocol, guint8 tos, guint length)
{
  memset(b, 0, ip_bytes(r));
  if (r->family == FW_IPV6) {
    put32(b, 6U << 28 | (guint32)tos << 20);
    put16(b + 4, length - 40);
    b[6] = protocol;
    b[7] = HOP_LIMIT;
    memcpy(b + 8, from->bytes, 16);
    memcpy(b + 24, r->source.bytes, 16);
    return;
  }
  b[0] = 0x45;
  b[1] = tos;
  put16(b + 2, length);
  if (protocol == CT_PROTO_TCP)
    b[6] = 0x40; /* DF */
  b[8] = HOP_LIMIT;
  b[9] = protocol;
  memcpy(b + 12, from->bytes, 4);
  memcpy(b + 16, r->source.bytes, 4);
  put16(b + 10, folded(sum_of(0, b, 20)));
}

static guint32 pseudo_sum(const fw_packet *r, const guint8 *b, guint8 protocol, guint length)
{
  guint n = r->family == FW_IPV6 ? 32 : 8;

  return sum_of(protocol + length, b + (r->family == FW_IPV6 ? 8 : 12), n);
}

/*
 * Whether a kernel before 5.1 asks for a sum where there is none of that kind (KERNELS K17); those of SCTP, UDPLite and
 * DCCP conntrack has looked at, and what it found right is not asked for another.
 */
static gboolean other_sum_is_asked(const fw_packet *r, const ct_profile *profile)
{
  if (profile->reject_spares_other_sums)
    return FALSE;
  return r->protocol == AH || r->protocol == ESP || r->protocol == CT_PROTO_GRE ||
         (r->protocol == CT_PROTO_SCTP && !profile->sctp_checksum);
}

/*
 * Whether conntrack has looked at the sum: of a protocol that it knows, unless the header was wrong already. The last
 * six, whose sum is no such one, or need not be there, are never asked for one by today's kernels.
 */
static gboolean sum_is_judged(const fw_packet *r, const ct_profile *profile)
{
  static const guint8 known[] = { CT_PROTO_TCP, CT_PROTO_UDP,  CT_PROTO_ICMP,    CT_PROTO_ICMPV6, ESP,
                                  AH,           CT_PROTO_SCTP, CT_PROTO_UDPLITE, CT_PROTO_DCCP,   CT_PROTO_GRE };

  if (memchr(known, r->protocol, sizeof known) == NULL || other_sum_is_asked(r, profile))
    return FALSE;
  /* Since DCCP has gone from the kernel it is a protocol like any other, here as well. */
  if (r->protocol == CT_PROTO_DCCP && profile->trackers[CT_PROTO_DCCP] == NULL)
    return FALSE;
  switch (r->raw->reason) {
  case CT_REASON_TUPLE_SHORT:
  case CT_REASON_TCP_SHORT:
  case CT_REASON_UDP_SHORT:
  case CT_REASON_UDP_LENGTH:
  case CT_REASON_ICMP_SHORT:
    return r->protocol != CT_PROTO_TCP && r->protocol != CT_PROTO_UDP && r->protocol != CT_PROTO_ICMP &&
           r->protocol != CT_PROTO_ICMPV6;
  default: return TRUE;
  }
}

/* Whether no answer asks for its sum, whatever conntrack found of it. */
static gboolean is_spared(const fw_packet *r, const ct_profile *profile)
{
  return profile->reject_spares_other_sums && (r->protocol == AH || r->protocol == ESP || r->protocol == CT_PROTO_GRE ||
                                               r->protocol == CT_PROTO_SCTP || r->protocol == CT_PROTO_UDPLITE);
}

/* Of a protocol whose sums REJECT asks for itself. */
static gboolean is_summed(const fw_packet *r)
{
  return r->protocol == CT_PROTO_TCP || r->protocol == CT_PROTO_UDP || r->protocol == CT_PROTO_ICMP ||
         r->protocol == CT_PROTO_ICMPV6;
}

/* Whether the packet says that it has no sum. */
static gboolean has_no_sum(const fw_packet *r)
{
  guint8 scratch[8];
  const guint8 *b = ct_packet_at(r->raw, r->l4_offset, sizeof scratch, scratch);

  return b != NULL && r->protocol == CT_PROTO_UDP && b[6] == 0 && b[7] == 0;
}

/*
 * The kernel sums a packet that it answers over all of its payload, also of protocols that have no checksum
 * (RULES 1.3); of IPv6, TCP and UDP with the addresses. What is not there cannot be summed, and counts as right.
 */
static gboolean sum_is_wrong(const fw_firewall *f, const fw_packet *r)
{
  const guint32 n = r->raw->length > r->l4_offset ? r->raw->length - r->l4_offset : 0;
  const ct_profile *profile = profile_of(f);
  const gboolean six = r->family == FW_IPV6;
  guint8 scratch[40];
  const guint8 *b;
  guint32 sum = six ? 0 : 0xffff, i; /* IPv4's header is summed as well */

  if (r->made)
    return FALSE;
  /* Of IPv6 there has to be something to sum (reject6_csum_ok), whatever the protocol. */
  if (six && n == 0 && !(r->raw->flags & CT_PACKET_CUT))
    return TRUE;
  if (is_spared(r, profile))
    return FALSE;
  if (r->raw->flags & CT_PACKET_CSUM_BAD)
    return TRUE;
  if (r->broken || r->protocolless || r->raw->flags & CT_PACKET_CUT)
    return r->broken && six && !(r->raw->flags & CT_PACKET_CUT);
  if (has_no_sum(r)) {
    if (profile->reject_spares_udp_without_sum)
      return FALSE;
  } else if (sum_is_judged(r, profile) && !(f->options.sums_stand && is_summed(r))) {
    return FALSE;
  }
  if (six || r->protocol == CT_PROTO_TCP || r->protocol == CT_PROTO_UDP) {
    b = ct_packet_at(r->raw, six ? 8 : 12, six ? 32 : 8, scratch);
    if (b == NULL)
      return FALSE;
    sum = sum_of(sum + r->protocol + n, b, six ? 32 : 8);
  }
  for (i = 0; i < n; i++) {
    b = ct_packet_at(r->raw, r->l4_offset + i, 1, scratch);
    if (b == NULL)
      return FALSE;
    sum += i % 2 == 0 ? (guint32)b[0] << 8 : b[0];
  }
  return folded(sum) != 0;
}

/*
 * Whether rules have written into the packet what its sum does not count, and the answer asks for that. What conntrack
 * has found of the sum before stands, but for a reset to what is forwarded: a router forgets it, and a reset asks anew.
 */
static gboolean is_spoilt(const fw_firewall *f, const fw_packet *r, gboolean reset)
{
  if (!fw_packet_is_spoilt(r) || r->made)
    return FALSE;
  return !ct_engine_params(f->program->engine)->checksum || (reset && r->hook == FW_HOOK_FORWARD);
}

/* => length; 0: none is sent, *why says why. */
static guint build_reset(const fw_firewall *f, const fw_packet *r, guint8 *b, const char **why)
{
  guint ip = ip_bytes(r), data;
  guint8 scratch[20], *t = b + ip;
  const guint8 *h;

  if (r->fragment != 0 || r->protocol != CT_PROTO_TCP || !(r->l4 & FW_L4_WHOLE)) {
    *why = "the packet has no TCP header that could be answered";
    return 0;
  }
  h = ct_packet_at(r->raw, r->l4_offset, 20, scratch);
  if (h[13] & CT_TCP_RST) {
    *why = "a reset is not answered by a reset";
    return 0;
  }
  if (sum_is_wrong(f, r) || is_spoilt(f, r, TRUE)) {
    *why = "the packet's checksum is wrong";
    return 0;
  }
  put_ip(r, b, &r->destination, CT_PROTO_TCP, 0, ip + 20);
  memset(t, 0, 20);
  memcpy(t, h + 2, 2);
  memcpy(t + 2, h, 2);
  t[12] = 5 << 4;
  t[13] = CT_TCP_RST;
  if (h[13] & CT_TCP_ACK) {
    memcpy(t + 4, h + 8, 4);
  } else {
    data = r->raw->length - r->l4_offset - MIN((h[12] >> 4) * 4U, r->raw->length - r->l4_offset);
    put32(t + 8, ct_be32(h + 4) + (h[13] & CT_TCP_SYN ? 1 : 0) + (h[13] & CT_TCP_FIN ? 1 : 0) + data);
    t[13] |= CT_TCP_ACK;
  }
  put16(t + 16, folded(sum_of(pseudo_sum(r, b, CT_PROTO_TCP, 20), t, 20)));
  return ip + 20;
}

/*
 * The box's address on the way to the sender, which may be the box; of IPv6 one of the link by which the packet came,
 * where it has any. => NULL: not said.
 */
static const fw_address *own_address(const fw_firewall *f, const fw_packet *r, const fw_interface_name *way)
{
  const fw_address *there;

  if (fw_box_facts_type(f->facts, r->family, &r->destination) == FW_ADDRTYPE_LOCAL)
    return &r->destination;
  if (fw_box_facts_type(f->facts, r->family, &r->source) == FW_ADDRTYPE_LOCAL)
    return &r->source;
  there = r->family == FW_IPV6 && r->in->known ? fw_where_own_on(f, FW_IPV6, r->in->name) : NULL;
  if (there != NULL)
    return there;
  return fw_where_own_on(f, r->family, way->known ? way->name : NULL);
}

/* What a host has left is more by what has passed, up to so many times the price. => FALSE: less than that. */
static gboolean take_tokens(fw_firewall *f, const fw_packet *r, gint64 price_ns, guint burst)
{
  fw_peer *peer = fw_memory_find(&f->peers, &r->source);

  if (peer == NULL) {
    if (f->peers.n >= 65536)
      return TRUE;
    peer = fw_memory_add(&f->peers, &r->source);
    peer->tokens_ns = burst * price_ns;
  } else {
    peer->tokens_ns = MIN(peer->tokens_ns + f->program->now_ns - peer->last_ns, burst * price_ns);
  }
  peer->last_ns = f->program->now_ns;
  if (peer->tokens_ns < price_ns)
    return FALSE;
  peer->tokens_ns -= price_ns;
  return TRUE;
}

/* To each host one a second of IPv4, ten of IPv6, after a burst. */
static gboolean may_send(fw_firewall *f, const fw_packet *r)
{
  return f->options.no_answer_limit || take_tokens(f, r, r->family == FW_IPV6 ? NS_PER_S / 10 : NS_PER_S, BURST);
}

/* Before any of that IPv4's routing has a limit of its own where it finds no way, from what the host has left. */
static gboolean routing_may_tell(fw_firewall *f, const fw_packet *r)
{
  return r->family == FW_IPV6 || f->asked != NULL || f->outcome.kernel != FW_KERNEL_NO_ROUTE ||
         take_tokens(f, r, NS_PER_S, ROUTING_BURST);
}

static gboolean is_error(const fw_packet *r)
{
  guint8 scratch[1];
  const guint8 *h;

  if (r->protocol != (r->family == FW_IPV6 ? CT_PROTO_ICMPV6 : CT_PROTO_ICMP))
    return FALSE;
  h = ct_packet_at(r->raw, r->l4_offset, 1, scratch);
  if (h == NULL)
    return TRUE;
  if (r->family == FW_IPV6)
    return h[0] < 128;
  /* Types that nobody knows, and a router's advertisement and solicitation, count as errors. */
  return h[0] > 18 || (h[0] < 13 && h[0] != 0 && h[0] != 8);
}

static gboolean is_for_all(const fw_firewall *f, const fw_packet *r)
{
  guint16 type = fw_box_facts_type(f->facts, r->family, &r->destination);

  return type == FW_ADDRTYPE_BROADCAST || type == FW_ADDRTYPE_MULTICAST;
}

static const char *icmp_refused(const fw_firewall *f, const fw_packet *r)
{
  if (r->fragment != 0)
    return "a later fragment is not answered";
  if (is_error(r))
    return "an ICMP error is not answered by another";
  if (is_for_all(f, r))
    return "what goes to many is not answered";
  /* Only REJECT asks for it. */
  if ((f->asked != NULL || f->outcome.verdict == FW_VERDICT_REJECT) && (sum_is_wrong(f, r) || is_spoilt(f, r, FALSE)))
    return "the packet's checksum is wrong";
  return NULL;
}

/*
 * The options of an error about a packet whose options were read: its own, with what they ask for. => FALSE: none is
 * sent.
 */
static gboolean put_options(const fw_firewall *f, const fw_packet *r, const fw_address *from, guint8 *b, guint *n,
                            const char **why)
{
  int echoed;

  *n = 0;
  if (!f->ip_options.read || f->asked != NULL)
    return TRUE;
  echoed = fw_ip_options_echo(f, r, from, b + 20);
  if (echoed < 0) {
    *why = "there is no room in the packet's options";
    return FALSE;
  }
  *n = (guint)echoed;
  return TRUE;
}

/* The header says that it has them, and its sum counts them. */
static void close_options(guint8 *b, guint n)
{
  b[0] = (guint8)(0x40 | (20 + n) / 4);
  put16(b + 10, 0);
  put16(b + 10, folded(sum_of(0, b, 20 + n)));
}

static guint build_icmp(fw_firewall *f, const fw_packet *r, const fw_reject *reject, const fw_interface_name *way,
                        guint8 *b, const char **why)
{
  static const fw_address nowhere;
  static const char limited[] = "the kernel's limit of ICMP errors";
  const fw_address *from = own_address(f, r, way);
  guint ip = ip_bytes(r), quoted, options, i;
  guint8 scratch[1], *h;

  *why = routing_may_tell(f, r) ? icmp_refused(f, r) : limited;
  /* What stays in the box knows no limit. */
  if (*why == NULL && from != NULL && strcmp(way->name, "lo") != 0 && !may_send(f, r))
    *why = limited;
  if (*why != NULL || !put_options(f, r, from, b, &options, why))
    return 0;
  ip += options;
  h = b + ip;
  quoted = MIN(r->raw->length, (r->family == FW_IPV6 ? FW_ANSWER_BYTES : ICMP4_MOST) - ip - 8);
  put_ip(r, b, from != NULL ? from : &nowhere, r->family == FW_IPV6 ? CT_PROTO_ICMPV6 : CT_PROTO_ICMP,
         r->family == FW_IPV6 ? 0 : (guint8)(0xc0 | (r->tos & 0x1e)), ip + 8 + quoted);
  if (options > 0)
    close_options(b, options);
  memset(h, 0, 8);
  h[0] = reject->type;
  h[1] = reject->code;
  if (f->outcome.kernel == FW_KERNEL_OPTIONS)
    h[4] = f->ip_options.wrong;
  h[7] = reject->pointer;
  for (i = 0; i < quoted; i++)
    h[8 + i] = *fw_packet_at(r, i, 1, scratch);
  put16(h + 2, folded(sum_of(r->family == FW_IPV6 ? pseudo_sum(r, b, CT_PROTO_ICMPV6, 8 + quoted) : 0, h, 8 + quoted)));
  if (from == NULL) {
    *why = "the box's address is not known (--local)";
    f->outcome.answer.unplaced = TRUE;
  }
  return ip + 8 + quoted;
}

/* What is asked for: by a rule, or by the kernel's own errors. */
static const fw_reject *asked_for(const fw_firewall *f, const fw_packet *r)
{
  static const fw_reject late[2] = { { .type = 11 }, { .type = 3 } }, beyond = { .type = 1, .code = 2 };
  static const fw_reject problem = { .type = 12 };
  static const fw_reject lost[2][FW_ROUTE_ENDS] = {
    [FW_IPV4] = { [FW_ROUTE_NONE] = { .type = 3, .code = 0 },
                  [FW_ROUTE_UNREACHABLE] = { .type = 3, .code = 1 },
                  [FW_ROUTE_PROHIBIT] = { .type = 3, .code = 13 } },
    [FW_IPV6] = { [FW_ROUTE_NONE] = { .type = 1, .code = 0 },
                  [FW_ROUTE_UNREACHABLE] = { .type = 1, .code = 0 },
                  [FW_ROUTE_PROHIBIT] = { .type = 1, .code = 1 } },
  };

  if (f->asked != NULL)
    return f->asked;
  if (f->outcome.verdict == FW_VERDICT_REJECT)
    return f->outcome.decision.rule->target.data;
  if (!fw_answer_by_kernel(f))
    return fw_npt_refusal(&f->outcome.decision);
  if (f->outcome.kernel == FW_KERNEL_SCOPE)
    return &beyond;
  if (f->outcome.kernel == FW_KERNEL_OPTIONS)
    return &problem;
  return f->outcome.kernel == FW_KERNEL_TTL ? &late[r->family] : &lost[r->family][f->outcome.ended];
}

/* An address of a link is one of that by which the packet came. */
static fw_route way_back(const fw_firewall *f, const fw_packet *r)
{
  if (fw_box_facts_type(f->facts, r->family, &r->source) == FW_ADDRTYPE_LOCAL)
    return (fw_route){ .interface = "lo" };
  if (!fw_where_is_on_link(r->family, &r->source) || !r->in->known)
    return fw_box_facts_look_up(f->facts, r->family, &r->source);
  if (fw_box_facts_leads(f->facts, r->family, &r->source, r->in->name))
    return (fw_route){ .interface = r->in->name };
  return (fw_route){ .end = f->facts->complete ? FW_ROUTE_NONE : FW_ROUTE_GOES };
}

/* => FALSE: none is sent. Leaves the answer as it stands before OUTPUT. */
static gboolean build(fw_firewall *f, const fw_packet *rejected)
{
  const fw_reject *reject = asked_for(f, rejected);
  fw_answer *a = &f->outcome.answer;
  fw_packet by_its_route = *rejected;
  const fw_packet *r = reject->kind != FW_REJECT_TCP_RESET && f->asked == NULL &&
                           fw_ip_options_lead_back(f, rejected, &by_its_route.source)
                         ? &by_its_route
                         : rejected;
  const fw_route route = way_back(f, r);
  const char *way = route.interface;
  const fw_interface_name *out =
    way != NULL || r->in == &f->program->nothing ? fw_program_interface(f->program, way) : r->in;
  guint n;

  fw_firewall_write(f);
  /* DNPT. A packet has no device there, without which the kernel sends none; REJECT takes one. */
  if (rejected->hook == FW_HOOK_OUTPUT && reject->pointer != 0) {
    a->why_not = "the kernel sends no such error from OUTPUT";
    return FALSE;
  }
  if (route.end != FW_ROUTE_GOES) {
    a->why_not = "there is no way to the sender";
    return FALSE;
  }
  n = reject->kind == FW_REJECT_TCP_RESET ? build_reset(f, r, f->answer_bytes, &a->why_not)
                                          : build_icmp(f, r, reject, out, f->answer_bytes, &a->why_not);
  if (n == 0)
    return FALSE;
  a->packet = (ct_packet){
    .time_ns = r->raw->time_ns, .number = r->raw->number, .data = f->answer_bytes, .length = n, .captured = n
  };
  ct_packet_prepare(&a->packet, CT_CHECKSUMS_IGNORE, ct_engine_params(f->program->engine));
  fw_packet_read(&a->seen, &a->packet);
  a->seen.own = a->seen.made = TRUE;
  a->seen.in = &f->program->nothing;
  a->seen.out = a->left_by = out;
  return !a->unplaced;
}

/* A reset's sum is left to the device: till then, and over lo, it has that of the addresses alone. */
static void leave_sum_open(const fw_packet *p, guint8 *bytes)
{
  if (p->protocol == CT_PROTO_TCP)
    put16(bytes + p->l4_offset + 16, folded(sum_of(pseudo_sum(p, bytes, CT_PROTO_TCP, 20), NULL, 0)) ^ 0xffff);
}

/* Where nat has given it another destination it takes the way to that. */
static void route_again(fw_firewall *f, fw_packet *p)
{
  const char *way = fw_box_facts_type(f->facts, p->family, &p->destination) == FW_ADDRTYPE_LOCAL
                      ? "lo"
                      : fw_box_facts_way(f->facts, p->family, &p->destination);

  p->out = fw_program_interface(f->program, way);
}

static gboolean walk_out(fw_firewall *f, fw_packet *p, fw_decision *d)
{
  gboolean out = fw_firewall_behind(f, p, FW_HOOK_OUTPUT, d);

  if (out && p->translated)
    route_again(f, p);
  out = out && fw_firewall_behind(f, p, FW_HOOK_POSTROUTING, d);
  f->outcome.answer.verdict = d->verdict;
  f->outcome.answer.decision = *d;
  f->outcome.answer.left_by = p->out;
  if (out && fw_loop_is_due(f, p)) {
    leave_sum_open(p, f->answer_bytes);
    f->outcome.answer.looped = TRUE;
  }
  return out;
}

static void begin(fw_firewall *f) { f->answering = f->record.answer = TRUE; }
static void end(fw_firewall *f) { f->answering = f->record.answer = FALSE; }

/*
 * A rule of OUTPUT has rejected the answer: its source is told so, by an ICMP error with the entry that the answer
 * has. A reset is the only answer that can be answered. engine: NULL: with the entry, or not at all. What is sent is
 * the outcome's answer then, in place of the reset.
 */
static void answer_the_answer(fw_firewall *f, ct_engine *engine, const fw_decision *d)
{
  const fw_reject *reject = d->verdict == FW_VERDICT_REJECT && d->rule != NULL ? d->rule->target.data : NULL;
  const fw_answer first = f->outcome.answer;
  guint8 bytes[FW_ANSWER_BYTES];
  ct_packet raw = first.packet;
  fw_packet rejected = first.seen;

  if (reject == NULL || reject->kind == FW_REJECT_TCP_RESET || rejected.protocol != CT_PROTO_TCP || f->asked != NULL)
    return;
  memcpy(bytes, f->answer_bytes, raw.length);
  /* IPv6's is summed when it is made. */
  if (rejected.family == FW_IPV4)
    leave_sum_open(&rejected, bytes);
  raw.data = bytes;
  rejected.raw = &raw;
  f->outcome.answer = (fw_answer){ .sent = FALSE };
  f->asked = reject;
  if (rejected.has_entry)
    fw_answer_attached(f, &rejected);
  else if (engine != NULL)
    fw_answer_alone(f, engine, &rejected);
  f->asked = NULL;
  if (f->outcome.answer.sent)
    return;
  memcpy(f->answer_bytes, bytes, raw.length);
  f->outcome.answer = first;
  f->outcome.answer.seen.raw = &f->outcome.answer.packet;
}

ct_fate fw_answer_attached(fw_firewall *f, const fw_packet *r)
{
  const fw_reject *reject = asked_for(f, r);
  fw_answer *a = &f->outcome.answer;
  ct_template none = { .untracked = false };
  fw_decision d = { .verdict = FW_VERDICT_ACCEPT };

  if (!build(f, r))
    return CT_FATE_DROP;
  begin(f);
  a->cls = CT_CLASS_RELATED;
  a->reason = CT_REASON_NONE;
  a->dir = r->direction == CT_ORIGINAL ? CT_REPLY : CT_ORIGINAL;
  a->seen.has_entry = TRUE;
  a->seen.entry = r->entry;
  a->seen.gone = r->gone;
  a->seen.state = FW_STATE_RELATED;
  a->seen.direction = a->dir;
  fw_program_template(f->program, &none);
  a->sent = fw_firewall_before(f, &a->seen, FW_HOOK_OUTPUT, &d);
  a->seen.seen = TRUE;
  a->sent = a->sent && walk_out(f, &a->seen, &d);
  if (a->looped)
    a->delivered = fw_loop_answer(f, &a->seen);
  end(f);
  if (!a->sent)
    answer_the_answer(f, NULL, &d);
  /* A reset closes the connection when it is made, also where a rule drops it then. */
  if (!a->sent && reject->kind != FW_REJECT_TCP_RESET)
    return CT_FATE_DROP;
  return reject->kind == FW_REJECT_TCP_RESET ? CT_FATE_RESET : CT_FATE_ANSWERED;
}

void fw_answer_alone(fw_firewall *f, ct_engine *engine, const fw_packet *r)
{
  fw_answer *a = &f->outcome.answer;
  ct_template template = { .untracked = false };
  ct_passage passage;
  fw_decision d = { .verdict = FW_VERDICT_ACCEPT };

  f->program->engine = engine;
  if (!build(f, r))
    return;
  begin(f);
  /* The kernel attaches what the rejected packet has: of an untracked one that is nothing but the class RELATED. */
  a->seen.class_only = r->state == FW_STATE_UNTRACKED || r->class_only;
  fw_program_template(f->program, &template);
  if (fw_firewall_before(f, &a->seen, FW_HOOK_OUTPUT, &d)) {
    fw_program_template_ends(f->program, &a->seen);
    ct_engine_keep_ended(engine, &f->program->ended);
    ct_engine_arrive(engine, &a->packet, &template, &passage);
    ct_engine_keep_ended(engine, NULL);
    f->program->passage = &passage;
    f->program->view_of = NULL;
    a->cls = passage.result.cls;
    a->dir = passage.result.dir;
    a->reason = passage.result.reason;
    fw_firewall_attach(&a->seen, &passage);
    a->sent = passage.result.verdict == CT_VERDICT_ACCEPT && walk_out(f, &a->seen, &d);
    ct_engine_conclude(engine, &passage, a->sent ? CT_FATE_ACCEPT : CT_FATE_DROP);
    if (a->looped) {
      ct_engine_return(engine, &a->packet, &passage);
      a->delivered = fw_loop_answer(f, &a->seen);
      ct_engine_conclude(engine, &passage, a->delivered ? CT_FATE_ACCEPT : CT_FATE_DROP);
    }
    f->program->passage = NULL;
    f->program->view_of = NULL;
  }
  end(f);
  if (!a->sent)
    answer_the_answer(f, engine, &d);
}
