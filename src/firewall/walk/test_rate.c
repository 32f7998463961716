/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches that let some packets through: limit, hashlimit, quota, statistic (RULES 3.4). Their clock is the kernel's.
 */
#include <string.h>

#include "firewall/walk/memory.h"
#include "firewall/walk/tests.h"

static guint64 power_of_2_below(guint64 n)
{
  guint64 p = 1;

  while (p <= n / 2)
    p *= 2;
  return p;
}

/* -- limit -- */

enum { LIMIT_SCALE = 10000 };

typedef struct limit_state {
  guint64 jiffies;
  guint32 credit, cap, cost, per_jiffy;
} limit_state;

/* In 32 bits, as the kernel does it: large numbers are divided first, and lose what is behind the point. */
static guint32 limit_credits(guint32 user, guint hz, guint32 per_jiffy)
{
  if (user > G_MAXUINT32 / (hz * per_jiffy))
    return user / LIMIT_SCALE * hz * per_jiffy;
  return user * hz * per_jiffy / LIMIT_SCALE;
}

static void *limit_new(fw_program *program, const fw_match *match)
{
  const fw_limit *l = match->data;
  limit_state *s = g_new0(limit_state, 1);

  s->per_jiffy = (guint32)power_of_2_below(G_MAXUINT32 / (program->hz * 86400ULL));
  s->cost = limit_credits(l->avg, program->hz, s->per_jiffy);
  s->credit = s->cap = limit_credits(l->avg * l->burst, program->hz, s->per_jiffy);
  s->jiffies = program->jiffies;
  return s;
}

static fw_truth holds_limit(fw_program *program, fw_packet *p, const fw_test *test)
{
  limit_state *s = test->state;
  guint64 gained;

  (void)p;
  if (program->maybe)
    return FW_UNKNOWN;
  gained = MIN(program->jiffies - s->jiffies, (guint64)G_MAXUINT32) * s->per_jiffy;
  s->credit = (guint32)MIN(s->credit + gained, (guint64)s->cap);
  s->jiffies = program->jiffies;
  if (s->credit < s->cost)
    return FW_NO;
  s->credit -= s->cost;
  return FW_YES;
}

/* Cap and costs are the rule's. */
static void limit_keep(void *state, resume_io *io)
{
  limit_state *s = state;

  resume_u64(io, &s->jiffies);
  resume_u32(io, &s->credit);
}

/* -- hashlimit -- */

typedef struct hashlimit_key {
  fw_address source, destination;
  guint16 source_port, destination_port;
  guint32 zero;
} hashlimit_key;

typedef struct hashlimit_value {
  guint64 jiffies;
  guint64 expires;  /* jiffies */
  guint64 credit;   /* rate_match: packets or bytes of this interval */
  guint32 refills;  /* bytes */
  guint32 exceeded; /* rate_match: the interval before */
} hashlimit_value;

/* One for each name and family. */
typedef struct hashlimit_table {
  fw_memory memory;
  guint64 cost, cap, per_jiffy, rate;
  guint32 max;
  guint64 expire, gc, created, swept; /* jiffies */
} hashlimit_table;

enum { BYTE_SHIFT = 4, ESP = 50, AH = 51 };
#define HASH_SCALE 1000000ULL

static guint64 jiffies_of_ms(guint hz, guint64 ms) { return (ms * hz + 999) / 1000; }

static guint64 hash_credits(guint64 user, guint hz, guint64 per_jiffy) { return user * (hz * per_jiffy / HASH_SCALE); }

static void hashlimit_rates(hashlimit_table *t, const fw_hashlimit *h, guint hz)
{
  if (h->rate_match) {
    if (h->bytes)
      t->rate = ((h->avg != 0 ? G_MAXUINT32 / h->avg : G_MAXUINT32) - 1) << BYTE_SHIFT;
    else
      t->rate = h->avg != 0 ? HASH_SCALE / h->avg : 0;
  } else if (h->bytes) {
    t->per_jiffy = power_of_2_below(G_MAXUINT32 / hz);
    t->cost = (h->avg * hz * t->per_jiffy) >> 32;
    t->cap = t->per_jiffy * hz;
  } else {
    t->per_jiffy = power_of_2_below(G_MAXUINT64 / (hz * 86400ULL));
    t->cost = hash_credits(h->avg, hz, t->per_jiffy);
    t->cap = hash_credits(h->avg * h->burst, hz, t->per_jiffy);
  }
}

static void *hashlimit_new(fw_program *program, const fw_match *match)
{
  const fw_hashlimit *h = match->data;
  g_autofree char *name = g_strdup_printf("%s %s", fw_family_name(program->loading), h->name);
  hashlimit_table *t = g_hash_table_lookup(program->hashlimits, name);

  if (t != NULL)
    return t; /* the first rule's parameters hold */
  t = g_new0(hashlimit_table, 1);
  fw_memory_init(&t->memory, sizeof(hashlimit_key), sizeof(hashlimit_value));
  hashlimit_rates(t, h, program->hz);
  t->max = h->max != 0 ? h->max : h->size != 0 ? h->size * 8 : 65536;
  t->expire = jiffies_of_ms(program->hz, h->expire_ms);
  t->gc = MAX(jiffies_of_ms(program->hz, h->gc_interval_ms), 1);
  t->created = t->swept = program->jiffies;
  g_hash_table_insert(program->hashlimits, g_steal_pointer(&name), t);
  return t;
}

void fw_hashlimit_free(void *data)
{
  hashlimit_table *t = data;

  fw_memory_clear(&t->memory);
  g_free(t);
}

static void hashlimit_keep(void *state, resume_io *io)
{
  hashlimit_table *t = state;

  resume_u64(io, &t->created);
  resume_u64(io, &t->swept);
  fw_memory_keep(&t->memory, io);
}

static gboolean hashlimit_expired(const void *key, void *value, gpointer user)
{
  (void)key;
  return ((hashlimit_value *)value)->expires <= *(guint64 *)user;
}

/* The kernel's sweep comes each interval: what has expired by the last one is gone, what has expired since is not. */
static void hashlimit_sweep(hashlimit_table *t, guint64 now)
{
  guint64 due = t->created + (now - t->created) / t->gc * t->gc;

  if (due <= t->swept)
    return;
  t->swept = due;
  fw_memory_sweep(&t->memory, hashlimit_expired, &due);
}

static void prefix_of(fw_address *out, const fw_address *address, guint8 length)
{
  guint i;

  for (i = 0; i < 16; i++) {
    guint bits = length > i * 8 ? MIN(length - i * 8, 8) : 0;

    out->bytes[i] = address->bytes[i] & (guint8)(0xff00 >> bits);
  }
}

/* As proto_ports_offset: where ports are, or the half words of an SPI, that go for such. => -1: nowhere. */
static gint ports_at(guint8 protocol)
{
  switch (protocol) {
  case CT_PROTO_TCP:
  case CT_PROTO_UDP:
  case CT_PROTO_UDPLITE:
  case CT_PROTO_SCTP:
  case CT_PROTO_DCCP:
  case ESP: return 0;
  case AH: return 4;
  default: return -1;
  }
}

/* => FALSE: the ports cannot be read. */
static gboolean hashlimit_key_of(const fw_packet *p, const fw_hashlimit *h, hashlimit_key *key)
{
  const gint at = ports_at(p->protocol);
  guint16 source = p->source_port, destination = p->destination_port;
  guint8 scratch[4];

  memset(key, 0, sizeof *key);
  if (h->mode & FW_HASHLIMIT_SRCIP)
    prefix_of(&key->source, &p->source, h->srcmask);
  if (h->mode & FW_HASHLIMIT_DSTIP)
    prefix_of(&key->destination, &p->destination, h->dstmask);
  if (!(h->mode & (FW_HASHLIMIT_SRCPORT | FW_HASHLIMIT_DSTPORT)) || at < 0)
    return TRUE;
  if (p->protocol == ESP || p->protocol == AH) {
    const guint8 *spi = fw_packet_at(p, p->l4_offset + (guint32)at, 4, scratch);

    if (spi == NULL)
      return FALSE;
    source = (guint16)ct_be16(spi);
    destination = (guint16)ct_be16(spi + 2);
  } else if (!(p->l4 & FW_L4_PORTS)) {
    return FALSE;
  }
  if (h->mode & FW_HASHLIMIT_SRCPORT)
    key->source_port = source;
  if (h->mode & FW_HASHLIMIT_DSTPORT)
    key->destination_port = destination;
  return TRUE;
}

static gboolean hashlimit_rate(hashlimit_table *t, hashlimit_value *v, const fw_hashlimit *h, guint64 now, guint hz,
                               guint32 length)
{
  guint64 delta = now - v->jiffies, interval = (guint64)h->interval_s * hz;

  if (delta >= interval) {
    v->jiffies = now;
    v->exceeded = (unsigned __int128)v->credit * interval > (unsigned __int128)delta * t->rate;
    v->credit = 0;
  }
  v->credit += h->bytes ? length : 1;
  return !v->exceeded && v->credit <= t->rate;
}

static gboolean hashlimit_bucket(const hashlimit_table *t, hashlimit_value *v, const fw_hashlimit *h, guint64 now,
                                 guint32 length)
{
  guint64 cost = t->cost, gained;

  if (!__builtin_mul_overflow(now - v->jiffies, t->per_jiffy, &gained) &&
      !__builtin_add_overflow(v->credit, gained, &v->credit))
    v->credit = MIN(v->credit, t->cap);
  else
    v->credit = t->cap;
  v->jiffies = now;
  if (h->bytes) {
    cost = MIN(((length >> BYTE_SHIFT) + 1ULL) * t->cost, t->cap);
    if (v->credit < cost && v->refills > 0) {
      v->refills--;
      v->credit = t->cap;
    }
  }
  if (v->credit < cost)
    return FALSE;
  v->credit -= cost;
  return TRUE;
}

static fw_truth holds_hashlimit(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_hashlimit *h = test->data;
  hashlimit_table *t = test->state;
  hashlimit_key key;
  hashlimit_value *v;
  gboolean within;

  if (program->maybe)
    return FW_UNKNOWN;
  if (!hashlimit_key_of(p, h, &key))
    return FW_HOTDROP;
  hashlimit_sweep(t, program->jiffies);
  v = fw_memory_find(&t->memory, &key);
  if (v == NULL) {
    if (t->memory.n >= t->max)
      return FW_HOTDROP;
    v = fw_memory_add(&t->memory, &key);
    v->jiffies = program->jiffies;
    v->credit = h->rate_match ? 0 : t->cap;
    v->refills = h->bytes ? (guint32)h->burst : 0;
  }
  v->expires = program->jiffies + t->expire;
  within = h->rate_match ? hashlimit_rate(t, v, h, program->jiffies, program->hz, p->raw->length)
                         : hashlimit_bucket(t, v, h, program->jiffies, p->raw->length);
  return fw_truth_of(within != (h->above != 0));
}

/* -- quota and statistic -- */

static void *quota_new(fw_program *program, const fw_match *match)
{
  guint64 *left = g_new(guint64, 1);

  (void)program;
  *left = ((const fw_quota *)match->data)->bytes;
  return left;
}

static void quota_keep(void *state, resume_io *io) { resume_u64(io, state); }

static fw_truth holds_quota(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_quota *q = test->data;
  guint64 *left = test->state;
  gboolean within = *left >= p->raw->length;

  if (program->maybe)
    return FW_UNKNOWN;
  *left = within ? *left - p->raw->length : 0;
  return fw_truth_of(within != (q->invert != 0));
}

static void *statistic_new(fw_program *program, const fw_match *match)
{
  const fw_statistic *s = match->data;
  guint32 *count = g_new0(guint32, 1);

  (void)program;
  if (s->nth && s->every > 0)
    *count = (s->every - 1 - s->packet % s->every);
  return count;
}

static void statistic_keep(void *state, resume_io *io) { resume_u32(io, state); }

static fw_truth holds_statistic(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_statistic *s = test->data;
  guint32 *count = test->state;

  (void)p;
  if (program->maybe)
    return FW_UNKNOWN;
  if (!s->nth)
    return fw_truth_of(((fw_program_random(program) & 0x7fffffff) < s->probability) != (s->invert != 0));
  *count = *count + 1 >= s->every ? 0 : *count + 1;
  return fw_truth_of((*count == 0) != (s->invert != 0));
}

const fw_test_ops fw_rate_tests[FW_MATCH_COUNT] = {
  [FW_MATCH_limit] = { .holds = holds_limit, .state = limit_new, .free_state = g_free, .keep = limit_keep },
  [FW_MATCH_hashlimit] = { .holds = holds_hashlimit, .state = hashlimit_new, .keep = hashlimit_keep },
  [FW_MATCH_quota] = { .holds = holds_quota, .state = quota_new, .free_state = g_free, .keep = quota_keep },
  [FW_MATCH_statistic] = { .holds = holds_statistic,
                           .state = statistic_new,
                           .free_state = g_free,
                           .keep = statistic_keep },
};
