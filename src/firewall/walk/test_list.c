/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches that keep lists: recent (RULES 3.4), connlimit (RULES 3.5). */
#include <string.h>

#include "firewall/walk/memory.h"
#include "firewall/walk/tests.h"

/* -- recent -- */

enum { RECENT_KEYS = 100, RECENT_STAMPS = 32 };
enum { EMPTY_MOST = 65536 }; /* lists of connlimit, beyond which empty ones are not kept */

typedef struct recent_entry {
  fw_address key;
  guint64 updated; /* a count: which was stamped last */
  fw_family family;
  guint8 ttl;
  guint32 index, n_stamps;
} recent_entry;

typedef struct recent_table {
  fw_address mask;
  guint32 room; /* stamps of an entry, a power of two */
  guint32 n;
  guint64 updates;
  recent_entry entries[RECENT_KEYS];
  guint64 *stamps; /* RECENT_KEYS * room; allocated at the first use */
} recent_table;

void fw_recent_free(void *data)
{
  recent_table *t = data;

  g_free(t->stamps);
  g_free(t);
}

static void *recent_new(fw_program *program, const fw_match *match)
{
  const fw_recent *r = match->data;
  recent_table *t = g_hash_table_lookup(program->recents, r->name);
  guint32 room = RECENT_STAMPS, i;

  if (t == NULL) {
    t = g_new0(recent_table, 1);
    t->mask = r->mask;
    /* A list has both families' addresses, and the mask of the rule that made it: of IPv4, the rest is ones. */
    for (i = 1; r->four && i < 4; i++)
      t->mask.words[i] = G_MAXUINT32;
    t->room = room;
    g_hash_table_insert(program->recents, g_strdup(r->name), t);
  }
  if (r->hitcount > 0)
    for (room = 1; room < r->hitcount;)
      room *= 2;
  t->room = MAX(t->room, room);
  return t;
}

static guint64 *stamps_of(recent_table *t, guint32 i)
{
  if (t->stamps == NULL)
    t->stamps = g_new0(guint64, (gsize)RECENT_KEYS * t->room);
  return t->stamps + (gsize)i * t->room;
}

static gint64 recent_find(const recent_table *t, const fw_address *key, fw_family family, guint8 ttl)
{
  guint32 i;

  for (i = 0; i < t->n; i++) {
    const recent_entry *e = &t->entries[i];

    if (e->family == family && memcmp(&e->key, key, sizeof *key) == 0 && (e->ttl == ttl || ttl == 0 || e->ttl == 0))
      return i;
  }
  return -1;
}

static guint32 recent_oldest(const recent_table *t)
{
  guint32 i, oldest = 0;

  for (i = 1; i < t->n; i++)
    if (t->entries[i].updated < t->entries[oldest].updated)
      oldest = i;
  return oldest;
}

static void recent_remove(recent_table *t, guint32 i)
{
  t->n--;
  if (i == t->n)
    return;
  t->entries[i] = t->entries[t->n];
  /* There are stamps where there is an entry: NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
  memcpy(stamps_of(t, i), stamps_of(t, t->n), t->room * sizeof(guint64));
}

static void recent_stamp(recent_table *t, guint32 i, guint64 now, guint8 ttl)
{
  recent_entry *e = &t->entries[i];

  e->index &= t->room - 1;
  stamps_of(t, i)[e->index++] = now;
  e->n_stamps = MAX(e->n_stamps, e->index);
  e->updated = ++t->updates;
  e->ttl = ttl;
}

static void recent_add(recent_table *t, const fw_address *key, fw_family family, guint64 now, guint8 ttl)
{
  guint32 i;

  if (t->n == RECENT_KEYS)
    recent_remove(t, recent_oldest(t));
  i = t->n++;
  memset(&t->entries[i], 0, sizeof t->entries[i]);
  t->entries[i].key = *key;
  t->entries[i].family = family;
  recent_stamp(t, i, now, ttl);
}

static gboolean recent_checks(recent_table *t, guint32 i, const fw_recent *r, guint64 now, guint hz)
{
  const guint64 *stamps = stamps_of(t, i), age = (guint64)r->seconds * hz;
  guint32 k, hits = 0;

  for (k = 0; k < t->entries[i].n_stamps; k++) {
    if (r->seconds != 0 && stamps[k] + age < now)
      continue;
    if (r->hitcount == 0 || ++hits >= r->hitcount)
      return TRUE;
  }
  return FALSE;
}

static void recent_reap(recent_table *t, const fw_recent *r, guint64 now, guint hz)
{
  guint32 oldest = recent_oldest(t);
  const recent_entry *e = &t->entries[oldest];

  if (t->n > 0 && stamps_of(t, oldest)[(e->index - 1) & (t->room - 1)] + (guint64)r->seconds * hz < now)
    recent_remove(t, oldest);
}

static fw_truth holds_recent(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_recent *r = test->data;
  recent_table *t = test->state;
  guint8 ttl = p->ttl;
  fw_address key;
  gboolean found, truth;
  gint64 i;

  if (program->maybe)
    return FW_UNKNOWN;
  if (!p->own && (p->hook == FW_HOOK_FORWARD || p->hook == FW_HOOK_POSTROUTING))
    ttl++;
  for (i = 0; i < 4; i++)
    key.words[i] = (r->destination ? p->destination : p->source).words[i] & t->mask.words[i];
  i = recent_find(t, &key, p->family, r->ttl ? ttl : 0);
  if (i < 0) {
    if (r->op != FW_RECENT_SET)
      return fw_truth_of(r->invert);
    recent_add(t, &key, p->family, program->jiffies, ttl);
    return fw_truth_of(!r->invert);
  }
  found = r->op == FW_RECENT_SET || r->op == FW_RECENT_REMOVE ||
          recent_checks(t, (guint32)i, r, program->jiffies, program->hz);
  truth = found != (r->invert != 0);
  if (r->op == FW_RECENT_SET || (r->op == FW_RECENT_UPDATE && truth))
    recent_stamp(t, (guint32)i, program->jiffies, ttl);
  if (r->op == FW_RECENT_REMOVE)
    recent_remove(t, (guint32)i);
  else if (r->reap)
    recent_reap(t, r, program->jiffies, program->hz);
  return fw_truth_of(truth);
}

static void recent_keep(void *state, resume_io *io)
{
  recent_table *t = state;
  guint32 i, n = resume_count(io, t->n, sizeof(recent_entry) + t->room * sizeof(guint64));

  if (n > RECENT_KEYS)
    resume_fail(io, "a list of recent has more addresses than it may");
  t->n = io->failed ? 0 : n;
  resume_u64(io, &t->updates);
  for (i = 0; i < t->n; i++) {
    recent_entry *e = &t->entries[i];

    resume_raw(io, e, sizeof *e);
    resume_raw(io, stamps_of(t, i), t->room * sizeof(guint64));
    if (e->index > t->room || e->n_stamps > t->room || e->n_stamps == 0)
      resume_fail(io, "an address of recent has other stamps than it can have");
  }
  if (io->failed)
    t->n = 0;
}

/* -- connlimit -- */

typedef struct count_node {
  fw_counted counted;
  guint32 next; /* + 1 */
} count_node;

typedef struct count_list {
  guint32 first, last, n; /* numbers + 1 */
  guint32 zero;
  guint64 walked; /* the jiffy in which all were looked through, or the list began */
} count_list;

/* Connections of another zone are another's (RULES 3.5). */
typedef struct count_key {
  fw_address address; /* masked */
  guint64 zone;
} count_key;

typedef struct count_state {
  fw_memory lists; /* count_key => count_list */
  count_node *nodes;
  guint32 n_nodes, room, free;
} count_state;

static void *connlimit_new(fw_program *program, const fw_match *match)
{
  count_state *s = g_new0(count_state, 1);

  (void)program, (void)match;
  fw_memory_init(&s->lists, sizeof(count_key), sizeof(count_list));
  return s;
}

static void connlimit_free(void *data)
{
  count_state *s = data;

  fw_memory_clear(&s->lists);
  g_free(s->nodes);
  g_free(s);
}

static void count_add(count_state *s, count_list *list, const fw_counted *counted)
{
  guint32 number;

  if (s->free != 0) {
    number = s->free;
    s->free = s->nodes[number - 1].next;
  } else {
    if (s->n_nodes == s->room) {
      s->room = s->room != 0 ? s->room * 2 : 64;
      s->nodes = g_renew(count_node, s->nodes, s->room);
    }
    number = ++s->n_nodes;
  }
  s->nodes[number - 1].counted = *counted;
  s->nodes[number - 1].next = 0;
  if (list->last != 0)
    s->nodes[list->last - 1].next = number;
  else
    list->first = number;
  list->last = number;
  list->n++;
}

enum { COUNTED_BYTES = sizeof(ct_tuple) + 4 };

/* Field by field: between them are bytes that nobody has set. */
static void keep_counted(fw_counted *counted, resume_io *io)
{
  guint32 zone = counted->reply_zone;

  resume_raw(io, &counted->tuple, sizeof counted->tuple);
  resume_u32(io, &zone);
  counted->reply_zone = (guint16)zone;
}

static void keep_members(count_state *s, count_list *list, resume_io *io)
{
  guint32 n = resume_count(io, list->n, COUNTED_BYTES), number = list->first, i;

  resume_u64(io, &list->walked);
  for (i = 0; i < n && !io->failed; i++) {
    fw_counted counted = { .reply_zone = 0 };

    if (!resume_reads(io)) {
      keep_counted(&s->nodes[number - 1].counted, io);
      number = s->nodes[number - 1].next;
      continue;
    }
    keep_counted(&counted, io);
    if (!io->failed)
      count_add(s, list, &counted);
  }
}

static void connlimit_keep(void *state, resume_io *io)
{
  count_state *s = state;
  GArray *keys = g_array_new(FALSE, FALSE, sizeof(count_key));
  guint32 i;

  if (!resume_reads(io))
    fw_memory_keys(&s->lists, keys);
  resume_array(io, keys);
  for (i = 0; i < keys->len && !io->failed; i++) {
    const count_key *key = &g_array_index(keys, count_key, i);
    count_list *list = fw_memory_find(&s->lists, key);

    if (resume_reads(io) && list != NULL)
      resume_fail(io, "an address is counted twice");
    else
      keep_members(s, list != NULL ? list : fw_memory_add(&s->lists, key), io);
  }
  g_array_free(keys, TRUE);
}

gboolean fw_count_is_over(const fw_program *program, const fw_counted *member, const fw_counted *wanted, gboolean *met)
{
  ct_tuple tuple = member->tuple;
  ct_view view;
  ct_dir dir;
  gboolean found;

  *met = FALSE;
  if (tuple.zone == member->reply_zone) {
    found = ct_engine_lookup(program->engine, &tuple, &view, &dir);
  } else {
    found = ct_engine_lookup_as(program->engine, &tuple, CT_ORIGINAL, &view);
    tuple.zone = member->reply_zone;
    found = found || ct_engine_lookup_as(program->engine, &tuple, CT_REPLY, &view);
  }
  if (!found)
    return TRUE;
  if (wanted != NULL && view.tuple[CT_ORIGINAL].zone == wanted->tuple.zone) {
    tuple.zone = wanted->tuple.zone;
    *met = ct_tuple_equal(&tuple, &wanted->tuple);
  }
  return !*met && tuple.proto == CT_PROTO_TCP && (view.state == CT_TCP_TIME_WAIT || view.state == CT_TCP_CLOSE);
}

/*
 * From the oldest on: removes those that are over, and ends at the wanted one. wanted NULL: looks at all. => TRUE: it
 * met the wanted one.
 */
static gboolean count_walk(const fw_program *program, count_state *s, count_list *list, const fw_counted *wanted)
{
  guint32 number = list->first, before = 0, next;

  for (; number != 0; number = next) {
    count_node *node = &s->nodes[number - 1];
    gboolean met, over = fw_count_is_over(program, &node->counted, wanted, &met);

    next = node->next;
    if (met)
      return TRUE;
    if (!over) {
      before = number;
      continue;
    }
    if (before != 0)
      s->nodes[before - 1].next = next;
    else
      list->first = next;
    if (list->last == number)
      list->last = before;
    node->next = s->free;
    s->free = number;
    list->n--;
  }
  list->walked = program->jiffies;
  return FALSE;
}

/* As it stands in the packet, whatever conntrack thinks of it: ICMP errors and kinds without an answer have one too. */
static gboolean own_tuple(const fw_packet *p, ct_tuple *tuple)
{
  gboolean icmp = p->protocol == (p->family == FW_IPV6 ? CT_PROTO_ICMPV6 : CT_PROTO_ICMP);
  guint8 scratch[8];
  const guint8 *h;

  if (p->broken || p->protocolless || p->fragment != 0)
    return FALSE;
  *tuple = (ct_tuple){ .family = p->family == FW_IPV6 ? CT_IPV6 : CT_IPV4, .proto = p->protocol };
  memcpy(&tuple->src, &p->source, sizeof tuple->src);
  memcpy(&tuple->dst, &p->destination, sizeof tuple->dst);
  if (icmp) {
    h = fw_packet_at(p, p->l4_offset, 8, scratch);
    if (h == NULL)
      return FALSE;
    tuple->src_id = ct_be16(h + 4);
    tuple->dst_id = (guint16)(h[0] << 8 | h[1]);
  } else if (p->protocol == CT_PROTO_GRE) {
    h = fw_packet_at(p, p->l4_offset, 8, scratch);
    if (h != NULL && (h[1] & 7) == 1) { /* PPTP's; another protocol has no tuple in it */
      tuple->dst_id = ct_be16(h + 6);
      return ct_be16(h + 2) == 0x880b;
    }
  } else if (p->protocol == CT_PROTO_TCP || p->protocol == CT_PROTO_UDP || p->protocol == CT_PROTO_SCTP ||
             p->protocol == CT_PROTO_UDPLITE) {
    if (!(p->l4 & FW_L4_PORTS))
      return FALSE;
    tuple->src_id = p->source_port;
    tuple->dst_id = p->destination_port;
  }
  return TRUE;
}

static fw_count_status status_of(const ct_view *view)
{
  if (!(view->status & CT_STATUS_CONFIRMED))
    return FW_COUNT_NEW;
  return view->status & CT_STATUS_ASSURED ? FW_COUNT_ASSURED : FW_COUNT_CONFIRMED;
}

gboolean fw_count_packet(fw_program *program, const fw_packet *p, fw_counted *counted, fw_count_status *status)
{
  const ct_view *v = fw_program_view(program, p);
  ct_view other;
  ct_dir dir;
  gboolean found;

  *status = FW_COUNT_NEW;
  if (v != NULL) {
    *counted = (fw_counted){ v->tuple[CT_ORIGINAL], v->tuple[CT_REPLY].zone };
    *status = status_of(v);
    return TRUE;
  }
  if (!own_tuple(p, &counted->tuple))
    return FALSE;
  counted->reply_zone = 0;
  if (p->has_entry && !p->seen && program->template != NULL) {
    counted->tuple.zone = program->template->zone_dirs & 1 << CT_ORIGINAL ? program->template->zone : 0;
    counted->reply_zone = program->template->zone_dirs & 1 << CT_REPLY ? program->template->zone : 0;
  }
  if (counted->tuple.zone == counted->reply_zone) {
    found = ct_engine_lookup(program->engine, &counted->tuple, &other, &dir);
  } else {
    ct_tuple answer = counted->tuple;

    answer.zone = counted->reply_zone;
    found = ct_engine_lookup_as(program->engine, &counted->tuple, CT_ORIGINAL, &other) ||
            ct_engine_lookup_as(program->engine, &answer, CT_REPLY, &other);
  }
  if (found)
    *status = status_of(&other);
  return TRUE;
}

static fw_truth holds_connlimit(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_connlimit *c = test->data;
  count_state *s = test->state;
  fw_counted counted;
  fw_count_status status;
  count_key key;
  count_list *list;
  guint32 n, i;

  if (program->maybe || (p->gone && fw_program_view(program, p) == NULL))
    return FW_UNKNOWN;
  if (!fw_count_packet(program, p, &counted, &status))
    return FW_HOTDROP;
  for (i = 0; i < 4; i++)
    key.address.words[i] = (c->destination ? p->destination : p->source).words[i] & c->mask.words[i];
  key.zone = fw_count_zone(&counted);
  list = fw_memory_find(&s->lists, &key);
  if (list == NULL) {
    list = fw_memory_add(&s->lists, &key);
    list->walked = program->jiffies;
    count_add(s, list, &counted);
  } else if (status == FW_COUNT_ASSURED) {
    if (list->walked != program->jiffies)
      count_walk(program, s, list, NULL);
  } else if (!fw_count_walks(status, list->walked, program->jiffies) || !count_walk(program, s, list, &counted)) {
    count_add(s, list, &counted);
  }
  n = list->n;
  if (n == 0) {
    /* An empty list is a list: the closed connection's next packet finds it, and is dropped as well. */
    if (s->lists.n > EMPTY_MOST)
      fw_memory_remove(&s->lists, &key);
    return FW_HOTDROP;
  }
  return fw_truth_of((n > c->limit) == (c->above != 0));
}

const fw_test_ops fw_list_tests[FW_MATCH_COUNT] = {
  [FW_MATCH_recent] = { .holds = holds_recent, .state = recent_new, .keep = recent_keep },
  [FW_MATCH_connlimit] = { .holds = holds_connlimit,
                           .state = connlimit_new,
                           .free_state = connlimit_free,
                           .keep = connlimit_keep,
                           .tracks = TRUE },
};
