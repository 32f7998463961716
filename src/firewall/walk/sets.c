/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/sets.h"

#include <string.h>

#include "firewall/parse.h"
#include "firewall/walk/sets_inside.h"
#include "firewall/walk/tests.h"

enum { EXPAND_MOST = 65536 };

static void key_begin(fw_set_key *key) { memset(key, 0, sizeof *key); }

static gint class_order(gconstpointer a, gconstpointer b)
{
  const fw_set_class *x = a, *y = b;

  return (gint)y->rank - (gint)x->rank;
}

void fw_set_class_count(fw_live_set *s, const guint8 length[FW_SET_DIMENSIONS], gint by)
{
  fw_set_class made = { .rank = 0 };
  guint i;

  for (i = 0; i < s->classes->len; i++) {
    fw_set_class *c = &g_array_index(s->classes, fw_set_class, i);

    if (memcmp(c->length, length, sizeof c->length) == 0) {
      c->n = (guint32)((gint)c->n + by);
      return;
    }
  }
  if (by < 0)
    return; /* a file that is resumed from has its lengths otherwise */
  memcpy(made.length, length, sizeof made.length);
  made.n = 1;
  for (i = 0; i < FW_SET_DIMENSIONS; i++) {
    made.rank += length[i];
    fw_mask_of_length(s->set->family, length[i], &made.mask[i]);
  }
  g_array_append_val(s->classes, made);
  g_array_sort(s->classes, class_order);
}

static void put(fw_live_set *s, const fw_set_key *key, const guint8 length[FW_SET_DIMENSIONS], const fw_set_element *e,
                gint64 loaded_ns)
{
  fw_set_entry *v = fw_memory_find(&s->elements, key);

  if (v == NULL) {
    v = fw_memory_add(&s->elements, key);
    fw_set_class_count(s, length, 1);
  }
  v->nomatch = e->nomatch;
  v->counters = e->counters;
  v->expires_ns = G_MAXINT64;
  if (e->timeout_s > 0 || (e->timeout_s < 0 && s->set->timeout_s > 0))
    fw_set_expires(s, v, loaded_ns + (e->timeout_s > 0 ? e->timeout_s : s->set->timeout_s) * FW_SET_NS_PER_S);
}

static gboolean address_less(const fw_address *a, const fw_address *b, guint bytes) { return memcmp(a, b, bytes) < 0; }

/* The longest block that begins at `from` and ends at or before `to`. => its length; next: behind it. */
static guint block_of(const fw_address *from, const fw_address *to, guint bits, fw_address *next, gboolean *more)
{
  guint length = bits, bytes = bits / 8, i;

  for (;;) { /* shorter while `from` begins such a block and the block's end is not beyond `to` */
    fw_address end = *from;
    guint shorter = length - 1;

    if (length == 0 || from->bytes[shorter / 8] & 0x80 >> shorter % 8)
      break;
    for (i = shorter; i < bits; i++)
      end.bytes[i / 8] |= (guint8)(0x80 >> i % 8);
    if (address_less(to, &end, bytes))
      break;
    length = shorter;
  }
  *next = *from;
  for (i = length; i < bits; i++)
    next->bytes[i / 8] |= (guint8)(0x80 >> i % 8);
  *more = address_less(next, to, bytes);
  for (i = bytes; *more && i-- > 0;)
    if (++next->bytes[i] != 0)
      break;
  return length;
}

static void expand(fw_live_set *s, const fw_set_element *e, guint part, fw_set_key *key, guint8 *length,
                   gint64 loaded_ns, guint *room);

static void expand_address(fw_live_set *s, const fw_set_element *e, guint part, fw_set_key *key, guint8 *length,
                           gint64 loaded_ns, guint *room)
{
  const fw_set_value *v = &e->values[part];
  fw_address from = v->from, next;
  gboolean more = TRUE;

  while (more && *room > 0) {
    length[part] = (guint8)block_of(&from, &v->to, fw_set_full_length(s->set), &next, &more);
    key->parts[part].address = from;
    key->parts[part].length = length[part];
    expand(s, e, part + 1, key, length, loaded_ns, room);
    from = next;
  }
}

static void expand_ports(fw_live_set *s, const fw_set_element *e, guint part, fw_set_key *key, guint8 *length,
                         gint64 loaded_ns, guint *room)
{
  const fw_set_value *v = &e->values[part];
  guint32 port;

  key->parts[part].protocol = v->protocol;
  for (port = v->port_from; port <= v->port_to && *room > 0; port++) {
    key->parts[part].port = (guint16)port;
    expand(s, e, part + 1, key, length, loaded_ns, room);
  }
}

/* Each combination of an element's ranges is an item; the sum of them is bounded, as their memory is. */
static void expand(fw_live_set *s, const fw_set_element *e, guint part, fw_set_key *key, guint8 *length,
                   gint64 loaded_ns, guint *room)
{
  const fw_set_value *v = part < s->set->dimensions ? &e->values[part] : NULL;

  if (v == NULL) {
    (*room)--;
    put(s, key, length, e, loaded_ns);
    return;
  }
  key->parts[part].set = 1;
  switch (s->set->parts[part]) {
  case FW_SET_IP:
  case FW_SET_NET: expand_address(s, e, part, key, length, loaded_ns, room); return;
  case FW_SET_PORT: expand_ports(s, e, part, key, length, loaded_ns, room); return;
  case FW_SET_MAC: memcpy(key->parts[part].address.bytes, v->mac, 6); break;
  case FW_SET_IFACE:
    strncpy((char *)key->parts[part].address.bytes, v->iface, 15);
    key->parts[part].protocol = v->physdev;
    break;
  case FW_SET_MARK: key->parts[part].address.words[0] = v->mark; break;
  default: return;
  }
  expand(s, e, part + 1, key, length, loaded_ns, room);
}

fw_live_set *fw_live_set_of(fw_program *program, const fw_set *set)
{
  fw_live_set *s = g_hash_table_lookup(program->sets, set);
  guint i;

  if (s != NULL || !set->known)
    return s;
  s = g_new0(fw_live_set, 1);
  s->set = set;
  s->oldest_ns = G_MAXINT64;
  /* What a key has for parts that there are not is left out: most sets have one part, and each packet asks. */
  fw_memory_init(&s->elements, (guint)sizeof(fw_set_part_key) * MAX(set->dimensions, 1), sizeof(fw_set_entry));
  s->classes = g_array_new(FALSE, FALSE, sizeof(fw_set_class));
  s->members = g_ptr_array_new();
  g_hash_table_insert(program->sets, (gpointer)set, s);
  for (i = 0; i < set->elements->len; i++) {
    const fw_set_element *e = g_ptr_array_index(set->elements, i);
    guint8 length[FW_SET_DIMENSIONS] = { 0 };
    guint room = EXPAND_MOST;
    fw_set_key key;

    key_begin(&key);
    if (!set->list)
      expand(s, e, 0, &key, length, program->loaded_ns, &room);
    else if (e->values[0].set != NULL && e->values[0].set != set && !e->values[0].set->list)
      g_ptr_array_add(s->members, fw_live_set_of(program, e->values[0].set));
  }
  return s;
}

void fw_live_set_free(void *data)
{
  fw_live_set *s = data;

  fw_memory_clear(&s->elements);
  g_array_free(s->classes, TRUE);
  g_ptr_array_free(s->members, TRUE);
  g_free(s);
}

/* -- what a packet is looked for by -- */

/* A set asks for the whole header, not the ports alone. */
static gboolean port_of(const fw_packet *p, gboolean source, guint16 *port)
{
  guint8 scratch[8];
  const guint8 *h;

  switch (p->protocol) {
  case CT_PROTO_TCP:
  case CT_PROTO_UDP:
  case CT_PROTO_UDPLITE:
  case CT_PROTO_SCTP: *port = source ? p->source_port : p->destination_port; return (p->l4 & FW_L4_WHOLE) != 0;
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6:
    h = p->fragment == 0 ? fw_packet_at(p, p->l4_offset, 8, scratch) : NULL;
    *port = h != NULL ? ct_be16(h) : 0;
    return h != NULL;
  default: *port = 0; return p->fragment == 0;
  }
}

static fw_truth part_of(const fw_set *set, guint i, const fw_packet *p, gboolean source, fw_set_key *key)
{
  const fw_interface_name *name = source ? p->in : p->out;

  key->parts[i].set = 1;
  switch (set->parts[i]) {
  case FW_SET_IP:
  case FW_SET_NET: key->parts[i].address = source ? p->source : p->destination; return FW_YES;
  case FW_SET_PORT:
    if (!port_of(p, source, &key->parts[i].port))
      return FW_NO;
    if (set->bitmap && p->protocol != CT_PROTO_TCP && p->protocol != CT_PROTO_UDP)
      return FW_NO;
    key->parts[i].protocol = set->bitmap ? 0 : p->protocol;
    return FW_YES;
  case FW_SET_MAC:
    if (p->link == NULL)
      return p->own ? FW_NO : FW_UNKNOWN;
    memcpy(key->parts[i].address.bytes, source ? p->link + 6 : p->link, 6);
    return FW_YES;
  case FW_SET_IFACE:
    if (!name->known)
      return FW_UNKNOWN;
    strncpy((char *)key->parts[i].address.bytes, name->name, 15);
    return FW_YES;
  case FW_SET_MARK: key->parts[i].address.words[0] = p->mark; return p->mark_unknown != 0 ? FW_UNKNOWN : FW_YES;
  default: return FW_NO;
  }
}

fw_truth fw_set_key_of(const fw_set *set, const fw_packet *p, const fw_set_ref *ref, fw_set_key *key)
{
  guint i;

  for (i = 0; i < set->dimensions; i++)
    memset(&key->parts[i], 0, sizeof key->parts[i]);
  if (ref->n < set->dimensions)
    return FW_NO;
  for (i = 0; i < set->dimensions; i++) {
    fw_truth truth;

    if (fw_set_has_address(set->parts[i]) && set->family != p->family)
      return FW_NO;
    truth = part_of(set, i, p, (ref->source >> i & 1) != 0, key);
    if (truth != FW_YES)
      return truth;
    if (set->parts[i] == FW_SET_IP && set->netmask != 0 && set->netmask < fw_set_full_length(set)) {
      fw_address mask;

      fw_mask_of_length(set->family, set->netmask, &mask);
      fw_set_mask(&key->parts[i].address, &mask);
    }
  }
  return FW_YES;
}

static gboolean compares(guint8 op, guint64 value, guint64 with)
{
  switch (op) {
  case FW_SET_EQ: return value == with;
  case FW_SET_NE: return value != with;
  case FW_SET_LT: return value < with;
  case FW_SET_GT: return value > with;
  default: return TRUE;
  }
}

/*
 * An element counts the packet first, and is compared with that. Of an element that a list has by one of its sets the
 * counters are not compared.
 */
static gboolean counts_as_asked(const fw_program *program, fw_set_entry *v, const fw_packet *p, const fw_set_match *m,
                                gboolean in_list)
{
  if (!m->keep_counters && !(in_list && m->keep_subcounters) && !program->maybe) {
    v->counters.packets++;
    v->counters.bytes += p->raw->length;
  }
  return in_list || (compares(m->packets_op, v->counters.packets, m->packets) &&
                     compares(m->bytes_op, v->counters.bytes, m->bytes));
}

static gboolean has_networks(const fw_set *set)
{
  for (guint i = 0; i < set->dimensions; i++)
    if (set->parts[i] == FW_SET_NET)
      return TRUE;
  return FALSE;
}

/* Of a class. => NULL: it has none that counts as asked. */
static inline const fw_set_entry *find_in(const fw_program *program, const fw_live_set *s, const fw_set_class *c,
                                          fw_set_key *key, const fw_packet *p, const fw_set_match *m, gboolean in_list)
{
  fw_set_entry *v;
  guint k;

  for (k = 0; k < s->set->dimensions; k++)
    if (fw_set_has_address(s->set->parts[k])) {
      fw_set_mask(&key->parts[k].address, &c->mask[k]);
      key->parts[k].length = c->length[k];
    }
  v = fw_memory_find(&s->elements, key);
  return v != NULL && v->expires_ns > program->now_ns &&
             (!s->set->has_counters || counts_as_asked(program, v, p, m, in_list))
           ? v
           : NULL;
}

/* Networks from the most specific on. => NULL: there is none that counts as asked. The key is spent. */
static const fw_set_entry *find(const fw_program *program, const fw_live_set *s, fw_set_key *whole, const fw_packet *p,
                                const fw_set_match *m, gboolean in_list)
{
  const fw_set_class *c = (const fw_set_class *)(const void *)s->classes->data;
  const fw_set_entry *v = NULL;
  fw_set_key key;
  guint n = s->classes->len, k;

  for (; n > 1 && v == NULL; n--, c++) {
    if (c->n == 0)
      continue;
    for (k = 0; k < s->set->dimensions; k++)
      key.parts[k] = whole->parts[k];
    v = find_in(program, s, c, &key, p, m, in_list);
  }
  return v == NULL && n == 1 && c->n > 0 ? find_in(program, s, c, whole, p, m, in_list) : v;
}

static fw_truth test_one(fw_program *program, const fw_live_set *s, const fw_packet *p, const fw_set_match *m,
                         gboolean in_list)
{
  const fw_set_entry *v;
  fw_set_key key;
  fw_truth truth = fw_set_key_of(s->set, p, &m->ref, &key);

  if (truth != FW_YES)
    return truth;
  v = find(program, s, &key, p, m, in_list);
  /* Only networks can be marked, and --return-nomatch asks only sets of them for the marked ones. */
  return fw_truth_of(v != NULL && v->nomatch == (m->return_nomatch && has_networks(s->set)));
}

fw_truth fw_live_set_test(fw_program *program, fw_live_set *s, const fw_packet *p, const fw_set_match *m)
{
  if (!s->set->list)
    return test_one(program, s, p, m, FALSE);
  for (guint i = 0; i < s->members->len; i++) {
    const fw_live_set *member = g_ptr_array_index(s->members, i);
    const fw_truth truth = member == NULL ? FW_UNKNOWN : test_one(program, member, p, m, TRUE);

    if (truth != FW_NO)
      return truth;
  }
  return FW_NO;
}

/* -- kept over a resume -- */

static void keep_classes(fw_live_set *s, resume_io *io)
{
  guint32 n = resume_count(io, s->classes->len, FW_SET_DIMENSIONS + 4), i, k;

  if (resume_reads(io))
    g_array_set_size(s->classes, n);
  for (i = 0; i < n && !io->failed; i++) {
    fw_set_class *c = &g_array_index(s->classes, fw_set_class, i);

    resume_raw(io, c->length, sizeof c->length);
    resume_u32(io, &c->n);
    c->rank = 0;
    for (k = 0; k < FW_SET_DIMENSIONS; k++) {
      if (c->length[k] > fw_set_full_length(s->set)) {
        resume_fail(io, "a set has longer networks than there are");
        break;
      }
      c->rank += c->length[k];
      fw_mask_of_length(s->set->family, c->length[k], &c->mask[k]);
    }
  }
  if (io->failed && resume_reads(io))
    g_array_set_size(s->classes, 0);
}

void fw_live_sets_keep(fw_program *program, resume_io *io)
{
  guint i;

  for (i = 0; i < program->ruleset->sets->len; i++) {
    const fw_set *set = g_ptr_array_index(program->ruleset->sets, i);
    fw_live_set *s = g_hash_table_lookup(program->sets, set);
    gboolean there = s != NULL;

    resume_bool(io, &there);
    if (there && s == NULL)
      s = fw_live_set_of(program, set);
    if (there && s == NULL)
      resume_fail(io, "it has a set of a type that is not followed");
    if (!there || s == NULL)
      continue;
    keep_classes(s, io);
    fw_memory_keep(&s->elements, io);
    if (resume_reads(io))
      s->oldest_ns = G_MININT64; /* the next collection finds out */
  }
}

/* -- the match -- */

static fw_truth holds_set(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_set_match *m = test->data;
  fw_truth truth;

  if (test->state == NULL)
    return FW_UNKNOWN;
  truth = fw_live_set_test(program, test->state, p, m);
  return truth == FW_UNKNOWN ? truth : fw_truth_of((truth == FW_YES) != (m->invert != 0));
}

static void *set_new(fw_program *program, const fw_match *match)
{
  const fw_set_match *m = match->data;

  return m->ref.set != NULL ? fw_live_set_of(program, m->ref.set) : NULL;
}

const fw_test_ops fw_set_tests[FW_MATCH_COUNT] = { [FW_MATCH_set] = { .holds = holds_set, .state = set_new } };
