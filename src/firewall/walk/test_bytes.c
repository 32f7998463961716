/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches over the packet's bytes: u32, string, bpf (RULES 3.1). */
#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "firewall/walk/tests.h"

static gboolean load32(const fw_packet *p, guint64 offset, guint32 *value)
{
  guint8 scratch[4];
  const guint8 *b = offset > G_MAXUINT32 ? NULL : fw_packet_at(p, (guint32)offset, 4, scratch);

  if (b == NULL)
    return FALSE;
  *value = ct_be32(b);
  return TRUE;
}

static gboolean u32_test(const fw_packet *p, const fw_u32_test *t)
{
  guint64 at = 0;
  guint32 value;
  guint i;

  if (!load32(p, t->locations[0].number, &value))
    return FALSE;
  for (i = 1; i < t->n_locations; i++) {
    guint32 number = t->locations[i].number;

    switch (t->locations[i].op) {
    case FW_U32_AND: value &= number; break;
    case FW_U32_LEFT: value = number < 32 ? value << number : 0; break;
    case FW_U32_RIGHT: value = number < 32 ? value >> number : 0; break;
    default:
      at += value;
      if (at > p->raw->length || !load32(p, at + number, &value))
        return FALSE;
    }
  }
  for (i = 0; i < t->n_values; i++)
    if (fw_in32(value, &t->values[i]))
      return TRUE;
  return FALSE;
}

static fw_truth holds_u32(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_u32 *u = test->data;
  guint i;

  (void)program;
  for (i = 0; i < u->n; i++)
    if (!u32_test(p, &u->tests[i]))
      return fw_truth_of(u->invert);
  return fw_truth_of(!u->invert);
}

static gboolean same_letters(const guint8 *a, const guint8 *b, gsize n)
{
  gsize i;

  for (i = 0; i < n; i++)
    if (g_ascii_tolower((char)a[i]) != g_ascii_tolower((char)b[i]))
      return FALSE;
  return TRUE;
}

/*
 * Where TTL and TOS are not those that arrived any more: whether the pattern begins in bytes [from, head). head and
 * pattern are 64 bytes together at most.
 */
static gboolean begins_in_head(const fw_packet *p, const fw_string *s, guint32 from, guint32 head, guint32 to)
{
  guint8 scratch[64];
  const guint32 n = MIN(head + s->length - 1, to);
  const guint8 *b = fw_packet_at(p, 0, n, scratch);

  return b != NULL && n > from && memmem(b + from, n - from, s->pattern, s->length) != NULL;
}

/* Whether the pattern lies wholly in bytes [from, to). Bytes that the capture cut are taken for zeros. */
static gboolean find(const fw_packet *p, const fw_string *s, guint32 from, guint32 to)
{
  guint32 i, head = p->edited ? 12 : 0;
  guint8 scratch[FW_STRING_MAX];

  if (from < head && !s->ignore_case && s->length > 0 && head + s->length - 1 <= 64 &&
      head + s->length - 1 <= p->raw->captured) {
    if (begins_in_head(p, s, from, head, to))
      return TRUE;
    from = head;
  }
  for (i = from; (guint64)i + s->length <= to; i++) {
    const guint8 *b;

    if (i >= head && i + s->length <= p->raw->captured) {
      if (!s->ignore_case) {
        /* What was captured has data: NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
        b = memmem(p->raw->data + i, MIN(to, p->raw->captured) - i, s->pattern, s->length);
        if (b != NULL || p->raw->captured >= to)
          return b != NULL;
        i = p->raw->captured - s->length;
        continue;
      }
      b = p->raw->data + i;
    } else {
      b = s->length <= 64 ? fw_packet_at(p, i, s->length, scratch) : ct_packet_at(p->raw, i, s->length, scratch);
    }
    if (b != NULL && (s->ignore_case ? same_letters(b, s->pattern, s->length) : memcmp(b, s->pattern, s->length) == 0))
      return TRUE;
  }
  return FALSE;
}

static fw_truth holds_string(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_string *s = test->data;
  gboolean found;

  (void)program;
  found = s->from < p->raw->length && find(p, s, s->from, MIN(p->raw->length, s->to));
  if (!found && p->raw->captured < p->raw->length)
    return FW_UNKNOWN; /* it may stand in what the capture cut */
  return fw_truth_of(found != (s->invert != 0));
}

/* -- classic BPF -- */

typedef struct bpf {
  const fw_packet *p;
  guint32 a, x, memory[16];
} bpf;

/* ld: sizes 4, 2, 1. */
static gboolean bpf_load(bpf *m, guint64 offset, guint size, guint32 *value)
{
  guint8 scratch[4];
  const guint8 *b = offset > G_MAXUINT32 ? NULL : fw_packet_at(m->p, (guint32)offset, size, scratch);

  if (b == NULL)
    return FALSE;
  *value = size == 4 ? ct_be32(b) : size == 2 ? ct_be16(b) : b[0];
  return TRUE;
}

/* => FALSE: a division by zero, or an operation that is none. */
static gboolean bpf_compute(bpf *m, guint16 code, guint32 k)
{
  guint32 y = code & 8 ? m->x : k;

  switch (code & 0xf0) {
  case 0x00: m->a += y; return TRUE;
  case 0x10: m->a -= y; return TRUE;
  case 0x20: m->a *= y; return TRUE;
  case 0x30: m->a = y != 0 ? m->a / y : 0; return y != 0;
  case 0x40: m->a |= y; return TRUE;
  case 0x50: m->a &= y; return TRUE;
  case 0x60: m->a = y < 32 ? m->a << y : 0; return TRUE;
  case 0x70: m->a = y < 32 ? m->a >> y : 0; return TRUE;
  case 0x80: m->a = -m->a; return TRUE;
  case 0x90: m->a = y != 0 ? m->a % y : 0; return y != 0;
  case 0xa0: m->a ^= y; return TRUE;
  default: return FALSE;
  }
}

static gboolean bpf_jumps(const bpf *m, guint16 code, guint32 k)
{
  guint32 y = code & 8 ? m->x : k;

  switch (code & 0xf0) {
  case 0x10: return m->a == y;
  case 0x20: return m->a > y;
  case 0x30: return m->a >= y;
  default: return (m->a & y) != 0;
  }
}

static gboolean bpf_fetch(bpf *m, guint16 code, guint32 k, guint32 *to)
{
  static const guint8 sizes[4] = { 4, 2, 1, 0 };
  guint size = sizes[code >> 3 & 3];
  guint32 byte;

  switch (code & 0xe0) {
  case 0x00: *to = k; return TRUE;
  case 0x20: return size != 0 && k < 0xfffff000 && bpf_load(m, k, size, to);
  case 0x40: return size != 0 && bpf_load(m, (guint64)m->x + k, size, to);
  case 0x60: *to = k < 16 ? m->memory[k] : 0; return k < 16;
  case 0x80: *to = m->p->raw->length; return TRUE;
  case 0xa0:
    if (!bpf_load(m, k, 1, &byte))
      return FALSE;
    *to = (byte & 15) * 4;
    return TRUE;
  default: return FALSE;
  }
}

/* Programs only jump forward, so that each instruction runs once at most. */
static fw_truth holds_bpf(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_bpf *b = test->data;
  bpf m = { .p = p };
  guint64 i;

  (void)program;
  if (b->path != NULL)
    return FW_UNKNOWN;
  for (i = 0; i < b->n; i++) {
    guint16 code = b->program[i].code;
    guint32 k = b->program[i].k;

    switch (code & 7) {
    case 0:
    case 1:
      if ((code & 0xe0) == 0x20 && k >= 0xfffff000)
        return FW_UNKNOWN; /* the kernel's own words: interface, mark, random numbers */
      if (!bpf_fetch(&m, code, k, code & 1 ? &m.x : &m.a))
        return FW_NO;
      break;
    case 2:
    case 3:
      if (k >= 16)
        return FW_NO;
      m.memory[k] = code & 1 ? m.x : m.a;
      break;
    case 4:
      if (!bpf_compute(&m, code, k))
        return FW_NO;
      break;
    case 5:
      if ((code & 0xf0) == 0)
        i += k;
      else
        i += bpf_jumps(&m, code, k) ? b->program[i].jt : b->program[i].jf;
      break;
    case 6: return fw_truth_of((code & 0x18) == 0x10 ? m.a != 0 : (code & 0x18) == 8 ? m.x != 0 : k != 0);
    default:
      if ((code & 0xf8) == 0)
        m.x = m.a;
      else
        m.a = m.x;
    }
  }
  return FW_NO;
}

const fw_test_ops fw_byte_tests[FW_MATCH_COUNT] = {
  [FW_MATCH_u32] = { .holds = holds_u32 },
  [FW_MATCH_string] = { .holds = holds_string },
  [FW_MATCH_bpf] = { .holds = holds_bpf },
};
