/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the target SET puts into sets of ipset and takes out, and what time takes out. */
#include <string.h>

#include "firewall/parse.h"
#include "firewall/walk/sets_inside.h"

/* The kernel's, of seconds: when it looks for expired elements first, and how long it waits at most. */
enum { COLLECT_FIRST = 1, COLLECT_MOST = 180 };

/* Of a network the length that a packet's has: that of the most specific one in the set, or whole where it is empty. */
static void own_lengths(const fw_live_set *s, fw_set_key *key, guint8 length[FW_SET_DIMENSIONS])
{
  const fw_set *set = s->set;

  memset(length, 0, FW_SET_DIMENSIONS);
  for (guint i = 0; i < set->dimensions; i++) {
    fw_address mask;
    guint8 longest = 0;

    if (!fw_set_has_address(set->parts[i]))
      continue;
    for (guint k = 0; set->parts[i] == FW_SET_NET && k < s->classes->len; k++) {
      const fw_set_class *c = &g_array_index(s->classes, fw_set_class, k);

      longest = c->n > 0 ? MAX(longest, c->length[i]) : longest;
    }
    length[i] = longest > 0 ? longest : (guint8)fw_set_full_length(set);
    fw_mask_of_length(set->family, length[i], &mask);
    fw_set_mask(&key->parts[i].address, &mask);
    key->parts[i].length = length[i];
  }
}

typedef struct collection {
  fw_live_set *set;
  gint64 until_ns;
} collection;

static gboolean collect_one(const void *at, void *value, gpointer user)
{
  collection *c = user;
  const fw_set_key *key = at;
  const fw_set_entry *v = value;
  guint8 length[FW_SET_DIMENSIONS] = { 0 };

  if (v->expires_ns > c->until_ns) {
    c->set->oldest_ns = MIN(c->set->oldest_ns, v->expires_ns);
    return FALSE;
  }
  for (guint i = 0; i < c->set->set->dimensions; i++)
    length[i] = (guint8)key->parts[i].length;
  fw_set_class_count(c->set, length, -1);
  return TRUE;
}

/* Takes out what has expired by then. */
static void collect(fw_live_set *s, gint64 until_ns)
{
  collection c = { s, until_ns };

  if (s->oldest_ns > until_ns)
    return;
  s->oldest_ns = G_MAXINT64;
  fw_memory_sweep(&s->elements, collect_one, &c);
}

/*
 * Expired elements hold nothing, but are there, and their networks' lengths with them, until the kernel takes them out:
 * a second after the set was made, for which the rules' loading stands here, and then each third of the set's timeout.
 */
static void collect_due(const fw_program *program, fw_live_set *s)
{
  const gint64 each_ns = CLAMP(s->set->timeout_s / 3, 1, COLLECT_MOST) * FW_SET_NS_PER_S,
               first_ns = program->loaded_ns + COLLECT_FIRST * FW_SET_NS_PER_S;

  if (program->now_ns >= first_ns)
    collect(s, program->now_ns - (program->now_ns - first_ns) % each_ns);
}

/* An element that is there already gets what a new one has: no mark, and this packet in its counters. */
static gboolean add_one(fw_program *program, fw_live_set *s, const fw_packet *p, const fw_set_ref *ref, gboolean exist,
                        gint64 timeout_s)
{
  guint8 length[FW_SET_DIMENSIONS];
  fw_set_key key;
  fw_set_entry *v;

  if (fw_set_key_of(s->set, p, ref, &key) != FW_YES)
    return FALSE;
  collect_due(program, s);
  own_lengths(s, &key, length);
  v = fw_memory_find(&s->elements, &key);
  if (v == NULL) {
    if (s->elements.n >= s->set->max_elements)
      collect(s, program->now_ns);
    if (s->elements.n >= s->set->max_elements && !s->set->bitmap)
      return FALSE;
    v = fw_memory_add(&s->elements, &key);
    fw_set_class_count(s, length, 1);
  } else if (!exist && v->expires_ns > program->now_ns) {
    return FALSE;
  }
  v->nomatch = FALSE;
  v->counters = (fw_counters){ .packets = 1, .bytes = p->raw->length };
  if (timeout_s < 0)
    timeout_s = s->set->timeout_s;
  fw_set_expires(s, v,
                 timeout_s > 0 && s->set->timeout_s >= 0 ? program->now_ns + timeout_s * FW_SET_NS_PER_S : G_MAXINT64);
  return TRUE;
}

gboolean fw_live_set_add(fw_program *program, fw_live_set *s, const fw_packet *p, const fw_set_ref *ref, gboolean exist,
                         gint64 timeout_s)
{
  gboolean done = FALSE;

  if (!s->set->list)
    return add_one(program, s, p, ref, exist, timeout_s);
  for (guint i = 0; !done && i < s->members->len; i++) {
    fw_live_set *member = g_ptr_array_index(s->members, i);

    done = member != NULL && add_one(program, member, p, ref, exist, timeout_s);
  }
  return done;
}

static gboolean del_one(const fw_program *program, fw_live_set *s, const fw_packet *p, const fw_set_ref *ref)
{
  guint8 length[FW_SET_DIMENSIONS];
  const fw_set_entry *v;
  fw_set_key key;

  if (fw_set_key_of(s->set, p, ref, &key) != FW_YES)
    return FALSE;
  collect_due(program, s);
  own_lengths(s, &key, length);
  v = fw_memory_find(&s->elements, &key);
  if (v == NULL || v->expires_ns <= program->now_ns)
    return FALSE;
  fw_memory_remove(&s->elements, &key);
  fw_set_class_count(s, length, -1);
  return TRUE;
}

gboolean fw_live_set_del(fw_program *program, fw_live_set *s, const fw_packet *p, const fw_set_ref *ref)
{
  gboolean done = FALSE;

  if (!s->set->list)
    return del_one(program, s, p, ref);
  for (guint i = 0; !done && i < s->members->len; i++) {
    fw_live_set *member = g_ptr_array_index(s->members, i);

    done = member != NULL && del_one(program, member, p, ref);
  }
  return done;
}
