/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/own.h"

#include <string.h>

#include "firewall/match/data.h"

#define WITHIN_NS (10 * G_GUINT64_CONSTANT(1000000))
enum {
  BUCKETS = 256,
  TRIED = 32,       /* of one bucket: an answer follows soon, and is among the latest */
  ICMP_HEAD = 8,    /* bytes, as of all those below */
  QUOTED_MOST = 60, /* of an IP header */
  PORTS = 4,
  BEHIND = 8, /* of what is behind that */
  RESET = 16, /* ports, numbers, flags, window */
  SHAPE_MOST = ICMP_HEAD + QUOTED_MOST + BEHIND
};

/* What tells one answer from another; sums, which a device may fill in later, and the quoted TTL are 0 in it. */
typedef struct shape {
  fw_address source, destination;
  guint8 family, protocol, n;
  guint8 bytes[SHAPE_MOST];
} shape;

struct fw_own_answer {
  shape shape;
  gint64 time_ns;
  guint64 before; /* the one made before it that is in its bucket, + 1; 0: none */
  guint64 number; /* of the packet that it answers */
  guint64 conn;
  guint32 mark;
  guint16 reason;
  guint8 cls, dir, verdict;
  guint8 state; /* its connection's */
  guint8 looped;
  guint8 unplaced; /* from an address of the box that nobody has said */
  guint8 seen;     /* captured already */
  const fw_interface_name *out;
  fw_decision decision;
};

/* ---- what is compared ---- */

static gboolean add(shape *s, const fw_packet *p, guint32 at, guint n)
{
  guint8 scratch[QUOTED_MOST];
  const guint8 *b = at + n <= p->raw->captured ? fw_packet_at(p, at, n, scratch) : NULL;

  if (b == NULL)
    return FALSE;
  memcpy(s->bytes + s->n, b, n);
  s->n = (guint8)(s->n + n);
  return TRUE;
}

/* The packet in an ICMP error, as far as it is there: its ports, or what stands in their place, and four bytes more. */
static gboolean add_quoted(shape *s, const fw_packet *p)
{
  const guint32 at = p->l4_offset + ICMP_HEAD;
  const gboolean six = p->family == FW_IPV6;
  guint8 *quoted = s->bytes + ICMP_HEAD, *behind;
  guint ip = 40, protocol;

  if (!six && at < p->raw->captured)
    ip = (p->raw->data[at] & 15) * 4U;
  if (ip < 20 || !add(s, p, at, ip))
    return FALSE;
  quoted[six ? 7 : 8] = 0;
  if (!six) {
    quoted[10] = quoted[11] = 0;
    memset(quoted + 20, 0, ip - 20); /* options, into which the box has written what nobody may have said */
  }
  behind = s->bytes + s->n;
  if (!add(s, p, at + ip, BEHIND) && !add(s, p, at + ip, PORTS))
    return TRUE;
  protocol = quoted[six ? 6 : 9];
  if (protocol == CT_PROTO_UDP && s->bytes + s->n > behind + 6)
    behind[6] = behind[7] = 0;
  else if (protocol == CT_PROTO_ICMP || protocol == CT_PROTO_ICMPV6)
    behind[2] = behind[3] = 0;
  return TRUE;
}

/* => FALSE: no answer looks like it. */
static gboolean shape_of(shape *s, const fw_packet *p)
{
  memset(s, 0, sizeof *s);
  s->source = p->source;
  s->destination = p->destination;
  s->family = (guint8)p->family;
  s->protocol = p->protocol;
  if (p->fragment != 0)
    return FALSE;
  if (p->protocol == CT_PROTO_TCP)
    return p->tcp_flags & CT_TCP_RST && add(s, p, p->l4_offset, RESET);
  if (p->protocol != (p->family == FW_IPV6 ? CT_PROTO_ICMPV6 : CT_PROTO_ICMP) || !add(s, p, p->l4_offset, ICMP_HEAD))
    return FALSE;
  if (!(p->family == FW_IPV6 ? s->bytes[0] == 1 || s->bytes[0] == 3 || s->bytes[0] == 4
                             : s->bytes[0] == 3 || s->bytes[0] == 11 || s->bytes[0] == 12))
    return FALSE;
  s->bytes[2] = s->bytes[3] = 0;
  return add_quoted(s, p);
}

static gboolean shapes_equal(const shape *a, const shape *b)
{
  return a->family == b->family && a->protocol == b->protocol &&
         memcmp(&a->source, &b->source, sizeof a->source) == 0 &&
         memcmp(&a->destination, &b->destination, sizeof a->destination) == 0 &&
         memcmp(a->bytes, b->bytes, MIN(a->n, b->n)) == 0; /* a capture may hold less of it */
}

static guint bucket_of(const shape *s)
{
  guint64 first, h = s->protocol;
  guint i;

  memcpy(&first, s->bytes, sizeof first);
  h = ct_hash_words(h, first);
  for (i = 0; i < G_N_ELEMENTS(s->source.words); i++) {
    h = ct_hash_words(h, s->source.words[i]);
    h = ct_hash_words(h, s->destination.words[i]);
  }
  return (guint)(h ^ h >> 32) % BUCKETS;
}

/* ---- what is remembered ---- */

static void add_own(fw_own *own, const fw_own_answer *answer)
{
  fw_own_answer *at;
  guint64 *bucket;

  if (own->answers == NULL) {
    own->answers = g_new0(fw_own_answer, FW_OWN_MOST);
    own->buckets = g_new0(guint64, BUCKETS);
  }
  at = &own->answers[own->made % FW_OWN_MOST];
  bucket = &own->buckets[bucket_of(&answer->shape)];
  *at = *answer;
  at->before = *bucket;
  *bucket = ++own->made;
  own->latest_ns = answer->time_ns;
}

void fw_own_clear(fw_own *own)
{
  g_free(own->answers);
  g_free(own->buckets);
  *own = (fw_own){ .made = 0 };
}

void fw_own_note(fw_firewall *f, const ct_result *result)
{
  const fw_answer *a = &f->outcome.answer;
  fw_own_answer own;

  if ((!a->sent && !a->unplaced) || f->options.answers_apart || !shape_of(&own.shape, &a->seen))
    return;
  own.time_ns = a->packet.time_ns;
  own.number = a->packet.number;
  own.conn = f->outcome.packet.has_entry ? result->conn : 0;
  own.state = own.conn != 0 ? result->new_state : 0;
  own.mark = a->seen.mark;
  own.reason = a->reason;
  own.cls = a->cls;
  own.dir = a->dir;
  own.verdict = (guint8)a->verdict;
  own.looped = a->looped != FALSE;
  own.unplaced = a->unplaced != FALSE;
  own.seen = FALSE;
  own.out = a->left_by;
  own.decision = a->decision;
  add_own(&f->own, &own);
}

/* Either way: a capture's times may go back. They may be anything at all. */
static gboolean is_near(gint64 a_ns, gint64 b_ns) { return (guint64)a_ns - (guint64)b_ns + WITHIN_NS <= 2 * WITHIN_NS; }

/* Of several that are alike the first that was not captured yet; all were: the latest, which was captured twice. */
static fw_own_answer *find(const fw_own *own, const shape *s, gint64 now_ns, gboolean brought)
{
  guint64 at = own->buckets[bucket_of(s)];
  fw_own_answer *found = NULL;
  guint tried;

  for (tried = 0; at > 0 && at + FW_OWN_MOST > own->made && tried < TRIED; tried++) {
    fw_own_answer *o = &own->answers[(at - 1) % FW_OWN_MOST];

    if (!is_near(now_ns, o->time_ns))
      break;
    if ((o->looped || !brought) && shapes_equal(&o->shape, s) && (found == NULL || !o->seen))
      found = o;
    at = o->before;
  }
  return found;
}

/* ---- what is made of it ---- */

/* An answer whose sender nobody has said: nothing was judged by it. */
static void note_unplaced(fw_firewall *f, shape *s, gint64 now_ns, gboolean brought)
{
  const fw_address from = s->source;

  memset(&s->source, 0, sizeof s->source);
  if (find(&f->own, s, now_ns, brought) == NULL)
    return;
  if (f->tally.unplaced++ == 0) {
    f->tally.unplaced_from = from;
    f->tally.unplaced_family = (fw_family)s->family;
  }
}

static void say(fw_firewall *f, const fw_own_answer *own, ct_result *result)
{
  fw_outcome *o = &f->outcome;
  fw_packet *p = &o->packet;

  o->path = FW_PATH_OUTPUT;
  o->verdict = (fw_verdict)own->verdict;
  o->decision = own->decision;
  o->hook = p->hook = FW_HOOK_POSTROUTING;
  o->answer_to = own->number;
  p->own = p->made = p->seen = TRUE;
  p->in = &f->program->nothing;
  p->out = own->out;
  p->mark = own->mark;
  p->direction = own->dir;
  result->cls = own->cls;
  result->dir = own->dir;
  result->reason = own->reason;
  result->verdict = CT_VERDICT_ACCEPT;
  result->conn = own->conn;
  result->old_state = result->new_state = own->state;
}

gboolean fw_own_packet(fw_firewall *f, ct_engine *engine, const fw_arrival *a, ct_result *result)
{
  const gint64 now_ns = a->packet->time_ns;
  fw_own_answer *own;
  shape s;

  if (!is_near(now_ns, f->own.latest_ns) || !shape_of(&s, &f->outcome.packet))
    return FALSE;
  own = find(&f->own, &s, now_ns, a->brought);
  if (own == NULL || own->unplaced) {
    note_unplaced(f, &s, now_ns, a->brought);
    return FALSE;
  }
  own->seen = TRUE;
  f->tally.own++;
  fw_firewall_pass_time(engine, a->packet, result);
  say(f, own, result);
  return TRUE;
}

gboolean fw_firewall_has_sent(const fw_firewall *f, const ct_packet *packet)
{
  fw_packet p;
  shape s;

  if (f->own.made == 0 || packet->kind == CT_PACKET_NONE || !is_near(packet->time_ns, f->own.latest_ns))
    return FALSE;
  fw_packet_read(&p, packet);
  return shape_of(&s, &p) && find(&f->own, &s, packet->time_ns, FALSE) != NULL;
}

/* ---- over a resume ---- */

static guint32 number_of(const fw_firewall *f, const fw_chain *chain)
{
  guint32 i;

  for (i = 0; i < f->program->n_chains; i++)
    if (f->program->chains[i].chain == chain)
      return i + 1;
  return 0;
}

/* By which rule of which chain, or by which policy, it left. */
static void keep_decision(fw_firewall *f, fw_decision *d, resume_io *io)
{
  const fw_rule *rule = d->rule;
  guint32 chain = number_of(f, d->chain), of_rule = rule != NULL ? number_of(f, rule->chain) : 0;
  guint32 number = of_rule != 0 ? rule->number : 0;

  resume_u32(io, &chain);
  resume_u32(io, &of_rule);
  resume_u32(io, &number);
  if (!resume_reads(io) || io->failed)
    return;
  *d = (fw_decision){ .verdict = FW_VERDICT_ACCEPT };
  if (chain > f->program->n_chains || of_rule > f->program->n_chains ||
      (of_rule > 0 && number - 1 >= f->program->chains[of_rule - 1].chain->n_rules)) {
    resume_fail(io, "an answer of the box left by a rule that is not there");
    return;
  }
  if (chain > 0)
    d->chain = f->program->chains[chain - 1].chain;
  if (of_rule > 0)
    d->rule = f->program->chains[of_rule - 1].chain->rules[number - 1];
}

static void keep_answer(fw_firewall *f, fw_own_answer *own, resume_io *io)
{
  char *name = resume_reads(io) ? NULL : g_strdup(own->out->known ? own->out->name : "?");

  resume_raw(io, &own->shape, sizeof own->shape);
  resume_i64(io, &own->time_ns);
  resume_u64(io, &own->number);
  resume_u64(io, &own->conn);
  resume_u32(io, &own->mark);
  resume_raw(io, &own->reason, sizeof own->reason);
  resume_u8(io, &own->cls);
  resume_u8(io, &own->dir);
  resume_u8(io, &own->verdict);
  resume_u8(io, &own->state);
  resume_u8(io, &own->looped);
  resume_u8(io, &own->unplaced);
  resume_u8(io, &own->seen);
  keep_decision(f, &own->decision, io);
  if (!resume_reads(io)) {
    resume_put_text(io, name);
  } else {
    name = resume_get_text(io);
    own->out = strcmp(name, "?") == 0 ? &f->program->unknown : fw_program_interface(f->program, name);
    if (own->shape.n > SHAPE_MOST || own->cls >= CT_CLASS_COUNT || own->dir > CT_REPLY ||
        own->verdict > FW_VERDICT_UNKNOWN || own->reason >= CT_REASON_COUNT)
      resume_fail(io, "an answer of the box that it remembers is none");
  }
  g_free(name);
}

void fw_own_keep(fw_firewall *f, resume_io *io)
{
  const guint64 made = f->own.made;
  guint64 from = made - MIN(made, FW_OWN_MOST);
  guint32 n, i;

  for (; from < made && !is_near(f->own.latest_ns, f->own.answers[from % FW_OWN_MOST].time_ns); from++)
    ;
  n = resume_count(io, (guint32)(made - from), sizeof(shape));
  for (i = 0; i < n && !io->failed; i++) {
    fw_own_answer one = { .time_ns = 0 };

    if (!resume_reads(io)) {
      keep_answer(f, &f->own.answers[(from + i) % FW_OWN_MOST], io);
      continue;
    }
    keep_answer(f, &one, io);
    if (!io->failed)
      add_own(&f->own, &one);
  }
}
