/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/helper/per.h"

typedef struct reader {
  const per_walk *walk;
  size_t bits; /* of the message */
  size_t at;   /* next bit */
  unsigned depth;
} reader;

/* Descriptions nest less deeply; a cycle in one would be a bug. */
enum { DEEPEST = 32, LONGEST_BITMAP = 32 };

static bool read_type(reader *r, const per_type *type, bool reading);

static bool skip(reader *r, size_t bits)
{
  if (bits > r->bits - r->at)
    return false;
  r->at += bits;
  return true;
}

static bool align(reader *r) { return skip(r, (8 - r->at % 8) % 8); }

/* n <= 32 */
static bool get(reader *r, unsigned n, uint32_t *value)
{
  *value = 0;
  if (n > r->bits - r->at)
    return false;
  for (; n > 0; n--, r->at++)
    *value = *value << 1 | (r->walk->data[r->at / 8] >> (7 - r->at % 8) & 1);
  return true;
}

/*
 * A length determinant (10.9): 7 or 14 bits, aligned. Fragments of 16K do not occur. Two bytes must be there even for
 * one.
 */
static bool get_length(reader *r, uint32_t *length)
{
  uint32_t low;

  if (!align(r) || r->bits - r->at < 16 || !get(r, 8, length))
    return false;
  if (!(*length & 0x80))
    return true;
  *length &= 0x3f;
  if (!get(r, 8, &low))
    return false;
  *length = *length << 8 | low;
  return true;
}

static void report_octets(const reader *r, unsigned size, bool reading)
{
  if (reading && r->walk->octets)
    r->walk->octets(r->walk->user, r->at / 8, size);
}

static bool read_octets(reader *r, const per_type *t, bool reading)
{
  if (t->size > 2 && !align(r))
    return false;
  if (t->size * 8u > r->bits - r->at)
    return false;
  report_octets(r, t->size, reading);
  return skip(r, t->size * 8u);
}

static bool read_integer(reader *r, const per_type *t, bool reading)
{
  uint32_t bytes, value;

  if (!get(r, 2, &bytes) || !align(r) || !get(r, 8 * (bytes + 1), &value))
    return false;
  /* Trap: Linux passes a number that it reads twice, so as many bytes must follow it. */
  if (reading && r->bits - r->at < 8 * (bytes + 1))
    return false;
  if (reading && r->walk->integer)
    r->walk->integer(r->walk->user, value + t->base);
  return true;
}

static bool read_string(reader *r, const per_type *t)
{
  uint32_t length = 0;

  switch (t->kind) {
  case PER_STRING:
    if (!get(r, t->size, &length) || !align(r))
      return false;
    break;
  case PER_STRING8:
    if (!align(r) || !get(r, 8, &length))
      return false;
    break;
  default:
    if (!get_length(r, &length))
      return false;
    break;
  }
  return skip(r, (size_t)(length + t->base) * t->unit);
}

static bool read_bit_string(reader *r, const per_type *t)
{
  uint32_t length;

  if (t->kind == PER_BIT_STRING16 ? !align(r) || !get(r, 16, &length) : !get_length(r, &length))
    return false;
  return skip(r, length);
}

/* A part of open type: its length decides where it ends, whatever is read inside. */
static bool read_open(reader *r, const per_part *part, bool reading)
{
  uint32_t length;
  size_t end;

  if (!get_length(r, &length) || length > (r->bits - r->at) / 8)
    return false;
  end = r->at + length * 8u;
  if (reading && part && part->flags & PER_READ && part->type && !read_type(r, part->type, true))
    return false;
  r->at = end;
  return true;
}

static void meet(const reader *r, const per_part *part, bool reading)
{
  if (reading && part->mark != 0 && r->walk->met)
    r->walk->met(r->walk->user, part->mark);
}

/* PER_STOP asks before it is looked whether the part is there at all. */
static bool read_root(reader *r, const per_type *t, uint32_t bitmap, bool reading, bool *stopped)
{
  unsigned i, option = 0;

  for (i = 0; i < t->root; i++) {
    const per_part *part = &t->parts[i];

    if (part->flags & PER_STOP) {
      *stopped = true;
      return true;
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): a type has as many such parts as it says */
    if (part->flags & PER_OPTIONAL && !(bitmap >> (t->optional - ++option) & 1))
      continue;
    meet(r, part, reading);
    if (part->flags & PER_OPEN ? !read_open(r, part, reading)
                               : !read_type(r, part->type, reading && part->flags & PER_READ))
      return false;
  }
  return true;
}

static bool read_sequence(reader *r, const per_type *t, bool reading)
{
  uint32_t extended = 0, bitmap, n, present;
  bool stopped = false;
  unsigned i;

  if ((t->extensible && !get(r, 1, &extended)) || !get(r, t->optional, &bitmap))
    return false;
  if (!read_root(r, t, bitmap, reading, &stopped))
    return false;
  if (stopped || !extended)
    return true;
  if (!get(r, 7, &n) || ++n > LONGEST_BITMAP || !get(r, n, &present) || !align(r))
    return false;
  for (i = 0; i < n; i++) {
    const per_part *part = t->root + i < t->listed ? &t->parts[t->root + i] : NULL;

    if (part && part->flags & PER_STOP)
      return true;
    /* Trap: an extension newer than the description is passed over whether it is there or not. */
    if (t->root + i < t->known && !(present >> (n - 1 - i) & 1))
      continue;
    if (part)
      meet(r, part, reading);
    if (!read_open(r, part, reading))
      return false;
  }
  return true;
}

static bool read_list(reader *r, const per_type *t, bool reading)
{
  const per_part *item = t->parts;
  uint32_t n, i;

  if (!get_length(r, &n))
    return false;
  for (i = 0; i < n; i++) {
    bool inside = reading && i < t->size;

    meet(r, item, inside);
    if (item->flags & PER_OPEN ? !read_open(r, item, inside)
                               : !read_type(r, item->type, inside && item->flags & PER_READ))
      return false;
  }
  return true;
}

static unsigned index_bits(unsigned n)
{
  unsigned bits = 0;

  while (1u << bits < n)
    bits++;
  return bits;
}

static bool read_choice(reader *r, const per_type *t, bool reading)
{
  uint32_t extended = 0, index;
  const per_part *part;

  if (t->extensible && !get(r, 1, &extended))
    return false;
  if (!get(r, extended ? 7 : index_bits(t->root), &index))
    return false;
  if (extended)
    index += t->root;
  else if (index >= t->root)
    return false;
  part = index < t->listed ? &t->parts[index] : NULL;
  if (part)
    meet(r, part, reading);
  if (t->others_stop && index < t->known && (!part || !part->type))
    return true;
  if (part && part->flags & PER_STOP)
    return true;
  if (extended)
    return read_open(r, part, reading);
  return !part || !part->type || read_type(r, part->type, reading && part->flags & PER_READ);
}

static bool read_type(reader *r, const per_type *t, bool reading)
{
  uint32_t length;
  bool ok = true;

  if (r->depth == DEEPEST)
    return false;
  r->depth++;
  switch ((per_kind)t->kind) {
  case PER_NULL: break;
  case PER_BITS: ok = skip(r, t->size); break;
  case PER_BYTES: ok = align(r) && skip(r, t->size * 8u); break;
  case PER_INTEGER: ok = read_integer(r, t, reading); break;
  case PER_ANY_INTEGER: ok = get_length(r, &length) && skip(r, length * 8u); break;
  case PER_OID: ok = align(r) && get(r, 8, &length) && skip(r, length * 8u); break;
  case PER_OCTETS: ok = read_octets(r, t, reading); break;
  case PER_STRING:
  case PER_STRING8:
  case PER_STRING_ANY: ok = read_string(r, t); break;
  case PER_BIT_STRING16:
  case PER_BIT_STRING: ok = read_bit_string(r, t); break;
  case PER_SEQUENCE: ok = read_sequence(r, t, reading); break;
  case PER_LIST: ok = read_list(r, t, reading); break;
  case PER_CHOICE: ok = read_choice(r, t, reading); break;
  }
  r->depth--;
  return ok;
}

bool per_walk_message(const per_walk *walk, const per_type *type)
{
  reader r = { walk, walk->length * 8, 0, 0 };

  return read_type(&r, type, true);
}
