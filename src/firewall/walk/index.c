/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/index.h"

#include <stdlib.h>
#include <string.h>

#include "firewall/walk/facts.h"
#include "firewall/walk/quick.h"

typedef enum index_kind { SOURCE, DESTINATION, SOURCE_PORT, DESTINATION_PORT, IN, OUT, PROTOCOL, KINDS } index_kind;

typedef struct index_slot {
  guint64 key; /* 0: empty */
  guint32 first, n;
} index_slot;

typedef struct index_masks {
  guint n;
  fw_address masks[FW_INDEX_MASKS];
} index_masks;

struct fw_index {
  guint8 kinds; /* 1 << index_kind: of which there are lists */
  guint quick;  /* what has to be known of a packet */
  index_masks masks[2];
  index_slot *slots;
  guint32 mask;    /* of slots */
  guint32 *counts; /* while it is built: rules that could stand under a key, or one that falls on the same place */
  guint32 counts_mask;
  guint32 *rules;
  guint32 n_always; /* the first so many of rules: those in no other list */
};

/* ---- keys: different questions may come to the same one, as a rule that is found is asked all the same ---- */

static guint64 mixed(guint64 x)
{
  x ^= x >> 32;
  x *= G_GUINT64_CONSTANT(0xd6e8feb86659fd93);
  x ^= x >> 32;
  x *= G_GUINT64_CONSTANT(0xd6e8feb86659fd93);
  return (x ^ x >> 32) | 1;
}

static guint64 number_key(index_kind kind, guint32 number) { return mixed((guint64)kind << 40 | number); }

static guint64 address_key(index_kind kind, guint which, const fw_address *a, const fw_address *mask)
{
  guint64 low = (guint64)(a->words[0] & mask->words[0]) << 32 | (a->words[1] & mask->words[1]),
          high = (guint64)(a->words[2] & mask->words[2]) << 32 | (a->words[3] & mask->words[3]);

  return mixed(low ^ mixed(high + ((guint64)kind << 8 | which)));
}

/* ---- which keys a rule could stand under ---- */

typedef struct index_use {
  fw_address mask;
  guint rules;
} index_use;

static gint more_used(gconstpointer a, gconstpointer b)
{
  const index_use *x = a, *y = b;

  return x->rules < y->rules ? 1 : x->rules > y->rules ? -1 : 0;
}

static const fw_address *mask_of(const fw_step *s, index_kind kind)
{
  guint8 test = kind == SOURCE ? FW_TEST_SOURCE : FW_TEST_DESTINATION;

  if (!(s->given & test) || s->invert & test)
    return NULL;
  return kind == SOURCE ? &s->rule->tests->source_mask : &s->rule->tests->destination_mask;
}

/* The masks that most rules have. */
static void choose_masks(index_masks *masks, const fw_step *steps, guint n, index_kind kind)
{
  GArray *uses = g_array_new(FALSE, FALSE, sizeof(index_use));
  guint i, k;

  for (i = 0; i < n; i++) {
    const fw_address *mask = mask_of(&steps[i], kind);

    if (mask == NULL)
      continue;
    for (k = 0; k < uses->len && memcmp(&g_array_index(uses, index_use, k).mask, mask, sizeof *mask) != 0; k++)
      continue;
    if (k < uses->len) {
      g_array_index(uses, index_use, k).rules++;
    } else if (uses->len < 160) {
      index_use use = { *mask, 1 };

      g_array_append_val(uses, use);
    }
  }
  g_array_sort(uses, more_used);
  for (masks->n = 0; masks->n < MIN(uses->len, FW_INDEX_MASKS); masks->n++)
    masks->masks[masks->n] = g_array_index(uses, index_use, masks->n).mask;
  g_array_free(uses, TRUE);
}

/* => FALSE: it asks for none, or by a mask that is not looked at. */
static gboolean address_of(const fw_index *x, const fw_step *s, index_kind kind, guint64 *key)
{
  const fw_address *mask = mask_of(s, kind);
  const index_masks *masks = &x->masks[kind];
  guint k;

  for (k = 0; mask != NULL && k < masks->n; k++)
    if (memcmp(&masks->masks[k], mask, sizeof *mask) == 0) {
      *key = address_key(kind, k, kind == SOURCE ? &s->rule->tests->source : &s->rule->tests->destination, mask);
      return TRUE;
    }
  return FALSE;
}

static gboolean is_one(const fw_range16 *range) { return range->from == range->to; }

static gboolean key_of(const fw_index *x, const fw_step *s, index_kind kind, guint64 *key)
{
  gboolean ports = s->quick & FW_QUICK_PORTS && s->quick & FW_QUICK_PROTOCOL;

  switch (kind) {
  case SOURCE:
  case DESTINATION: return address_of(x, s, kind, key);
  case SOURCE_PORT:
    *key = number_key(kind, (guint32)s->protocol << 16 | s->sport.from);
    return ports && is_one(&s->sport);
  case DESTINATION_PORT:
    *key = number_key(kind, (guint32)s->protocol << 16 | s->dport.from);
    return ports && is_one(&s->dport);
  case IN:
    *key = number_key(kind, s->in);
    return s->quick & FW_QUICK_IN && !(s->invert & FW_TEST_IN) && !s->rule->tests->in.prefix;
  case OUT:
    *key = number_key(kind, s->out);
    return s->quick & FW_QUICK_OUT && !(s->invert & FW_TEST_OUT) && !s->rule->tests->out.prefix;
  case PROTOCOL: *key = number_key(kind, s->protocol); return (s->quick & FW_QUICK_PROTOCOL) != 0;
  default: return FALSE;
  }
}

/* ---- building ---- */

static guint32 *count_of(const fw_index *x, guint64 key) { return &x->counts[(guint32)(key >> 1) & x->counts_mask]; }

static index_slot *slot_of(const fw_index *x, guint64 key)
{
  guint32 at = (guint32)(key >> 1) & x->mask;

  while (x->slots[at].key != 0 && x->slots[at].key != key)
    at = (at + 1) & x->mask;
  return &x->slots[at];
}

/* How many rules could stand under each key. */
static void count_keys(fw_index *x, const fw_step *steps, guint n)
{
  guint64 key;
  guint i, kind;

  for (i = 0; i < n; i++)
    for (kind = 0; kind < KINDS; kind++)
      if (key_of(x, &steps[i], (index_kind)kind, &key))
        ++*count_of(x, key);
}

/* => the kind of the rule's own list: that with the fewest rules. KINDS: none. */
static index_kind choose(const fw_index *x, const fw_step *s, guint64 *key)
{
  index_kind best = KINDS;
  guint32 fewest = G_MAXUINT32;
  guint64 other;
  guint kind;

  for (kind = 0; kind < KINDS; kind++)
    if (key_of(x, s, (index_kind)kind, &other) && *count_of(x, other) < fewest) {
      fewest = *count_of(x, other);
      best = (index_kind)kind;
      *key = other;
    }
  return best;
}

typedef struct index_place {
  guint64 key; /* 0: in no list of a key */
  guint32 rule;
} index_place;

static int by_key(const void *a, const void *b)
{
  const index_place *x = a, *y = b;

  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static guint needs(index_kind kind)
{
  switch (kind) {
  case SOURCE:
  case DESTINATION: return 0; /* asked before all else */
  case IN: return FW_QUICK_IN;
  case OUT: return FW_QUICK_OUT;
  default: return FW_QUICK_PROTOCOL;
  }
}

static void lay_out(fw_index *x, const index_place *places, guint n)
{
  guint i;

  x->rules = g_new(guint32, n);
  for (i = 0; i < n; i++) {
    x->rules[i] = places[i].rule;
    if (places[i].key == 0) {
      x->n_always++;
    } else {
      index_slot *slot = slot_of(x, places[i].key);

      if (slot->key == 0)
        *slot = (index_slot){ places[i].key, i, 0 };
      slot->n++;
    }
  }
}

static void place_rules(fw_index *x, const fw_step *steps, guint n)
{
  index_place *places = g_new(index_place, n);
  guint i;

  for (i = 0; i < n; i++) {
    index_kind kind = choose(x, &steps[i], &places[i].key);

    places[i].rule = i;
    if (kind == KINDS) {
      places[i].key = 0;
      continue;
    }
    x->kinds |= (guint8)(1u << kind);
    x->quick |= needs(kind);
  }
  qsort(places, n, sizeof *places, by_key);
  lay_out(x, places, n);
  g_free(places);
}

/* How many rules a packet may have to be asked of, at the worst. */
static gboolean pays(const fw_index *x, guint n)
{
  guint32 at, longest = 0;

  for (at = 0; at <= x->mask; at++)
    longest = MAX(longest, x->slots[at].n);
  return x->n_always + longest <= n / 2;
}

/* A power of two above 2 n. */
static guint32 roomy(guint n)
{
  guint32 slots = 64;

  while (slots <= 2 * (guint64)n && slots < 1u << 30)
    slots *= 2;
  return slots;
}

fw_index *fw_index_new(const fw_step *steps, guint n)
{
  fw_index *x;

  if (n < FW_INDEX_LEAST)
    return NULL;
  x = g_new0(fw_index, 1);
  x->mask = roomy(n) - 1;
  x->slots = g_new0(index_slot, x->mask + (gsize)1);
  x->counts_mask = 2 * roomy(n) - 1;
  x->counts = g_new0(guint32, x->counts_mask + (gsize)1);
  choose_masks(&x->masks[SOURCE], steps, n, SOURCE);
  choose_masks(&x->masks[DESTINATION], steps, n, DESTINATION);
  count_keys(x, steps, n);
  place_rules(x, steps, n);
  g_free(x->counts);
  x->counts = NULL;
  if (pays(x, n))
    return x;
  fw_index_free(x);
  return NULL;
}

void fw_index_free(fw_index *x)
{
  if (x == NULL)
    return;
  g_free(x->slots);
  g_free(x->rules);
  g_free(x);
}

/* ---- finding ---- */

static void add(const fw_index *x, fw_index_walk *w, guint64 key)
{
  const index_slot *slot = slot_of(x, key);

  if (slot->key == 0)
    return;
  w->lists[w->n].at = x->rules + slot->first;
  w->lists[w->n++].end = x->rules + slot->first + slot->n;
}

static void add_addresses(const fw_index *x, fw_index_walk *w, index_kind kind, const fw_address *a)
{
  guint k;

  for (k = 0; k < x->masks[kind].n; k++)
    add(x, w, address_key(kind, k, a, &x->masks[kind].masks[k]));
}

gboolean fw_index_find(const fw_index *x, const fw_packet *p, guint quick, fw_index_walk *w)
{
  if ((x->quick & ~quick) != 0)
    return FALSE;
  w->n = 0;
  if (x->n_always > 0) {
    w->lists[0].at = x->rules;
    w->lists[0].end = x->rules + x->n_always;
    w->n = 1;
  }
  if (x->kinds & 1 << SOURCE)
    add_addresses(x, w, SOURCE, &p->source);
  if (x->kinds & 1 << DESTINATION)
    add_addresses(x, w, DESTINATION, &p->destination);
  if (x->kinds & 1 << SOURCE_PORT)
    add(x, w, number_key(SOURCE_PORT, (guint32)p->protocol << 16 | p->source_port));
  if (x->kinds & 1 << DESTINATION_PORT)
    add(x, w, number_key(DESTINATION_PORT, (guint32)p->protocol << 16 | p->destination_port));
  if (x->kinds & 1 << IN)
    add(x, w, number_key(IN, p->in->exact));
  if (x->kinds & 1 << OUT)
    add(x, w, number_key(OUT, p->out->exact));
  if (x->kinds & 1 << PROTOCOL)
    add(x, w, number_key(PROTOCOL, p->protocol));
  return TRUE;
}

guint32 fw_index_next(fw_index_walk *w, guint32 from)
{
  guint32 next = G_MAXUINT32;
  guint i;

  for (i = 0; i < w->n; i++) {
    while (w->lists[i].at < w->lists[i].end && *w->lists[i].at < from)
      w->lists[i].at++;
    if (w->lists[i].at < w->lists[i].end)
      next = MIN(next, *w->lists[i].at);
  }
  return next;
}
